/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the model share: the recorder as one struct, and the calls between its
 * parts. For drivers/pretend/ only.
 */
#ifndef DRIVERS_PRETEND_PARTS_H
#define DRIVERS_PRETEND_PARTS_H

#include "drivers/pretend/device.h"
#include "drivers/pretend/faults.h"
#include "drivers/pretend/settings.h"
#include "drivers/pretend/volume.h"
#include "src/base/text.h"

enum {
    PACKET = 64,
    RECEIVE_ROOM = 127,  /* of the firmware's ring of 128 */
    TRANSMIT_ROOM = 255, /* of 256 */
    LINE_ROOM = 127
};

enum endpoint_index { EP_DISK_OUT, EP_DISK_IN, EP_NOTIFY, EP_SERIAL_OUT, EP_SERIAL_IN, EP_N };

/* What the firmware does with a packet. */
enum packet { PACKET_OK, PACKET_NAK, PACKET_STALL, PACKET_ERROR };

struct endpoint {
    uint8_t address;
    bool is_halted;
    struct pretend_transfer *first, *last;
};

/* How the device shows itself; what changed with the firmware. */
struct pretend_identity {
    bool is_ax6;
    uint32_t device_id;
    uint8_t firmware;
    char generation; /* 'A', 'B', 'C' */
    char serial[32]; /* "CWA17_39434" */
    char product[32];
    char label[12]; /* of the volume */
};

enum disk_stage { DISK_COMMAND, DISK_DATA_IN, DISK_DATA_OUT, DISK_STATUS, DISK_DEAD };

#define DISK_PIECE 128u /* sectors fetched from the volume at a time */

struct pretend_disk {
    enum disk_stage stage;
    uint8_t command[31];
    uint32_t host_length; /* what the host announced */
    /* Data: `small`, or sectors from `lba`, fetched piece by piece. */
    uint8_t small[64];
    uint64_t length, moved;
    bool is_sectors;
    uint32_t lba;
    uint8_t *piece; /* owned: DISK_PIECE sectors */
    uint64_t piece_at, piece_length;
    uint8_t status, sense[3];
    bool unit_attention;
    enum pretend_what fault;
    int64_t fault_number;
    uint64_t fault_at;
    int64_t ready_us;  /* not before */
    int64_t credit_us; /* of the rate limit: when the bytes so far will have gone over */
    uint64_t delivered;
};

struct pretend_serial {
    uint8_t receive[RECEIVE_ROOM];
    size_t n_receive;
    char line[LINE_ROOM + 1];
    size_t n_line;
    struct text out; /* what the firmware still has to print */
    size_t out_at;
    uint8_t transmit[TRANSMIT_ROOM];
    size_t n_transmit;
    int64_t full_us;  /* since when the ring is full; 0: it is not */
    int64_t ready_us; /* not before */
    size_t split;     /* bytes a packet; 0: PACKET */
    bool needs_empty; /* an empty packet ends a transfer of full ones */
    bool echo, is_hung, has_stall, has_unplug;
    bool is_streaming;
    int64_t stream_us; /* next line */
};

/* What COMMIT, FORMAT and CLEAR put off until the tick of the clock. */
struct pretend_action {
    enum action_kind { ACTION_NONE, ACTION_COMMIT, ACTION_FORMAT, ACTION_CLEAR } kind;
    int ticks; /* until it is carried out */
    bool wipes, commits, resets_settings, is_refused;
    bool is_printing; /* carried out; its last lines come when busy_us is over */
};

struct pretend_device {
    struct pretend_recorder recorder; /* its texts are copied or not used any more */
    struct pretend_identity identity;
    struct pretend_faults faults;
    struct pretend_volume volume;
    struct pretend_disk disk;
    struct pretend_serial serial;
    struct pretend_settings settings;
    struct pretend_action action;
    struct endpoint endpoint[EP_N];
    struct pretend_transfer *control_first; /* requests that are never answered */
    uint8_t line_coding[7];
    uint8_t configuration;
    enum pretend_result error; /* for PACKET_ERROR */
    pretend_done on_done;
    void *user;
    bool is_serving, serve_again;
    bool has_cleared; /* a request took a halt away */

    enum pretend_state state;
    uint64_t generation;
    int64_t change_us;    /* when the state changes by itself; INT64_MAX */
    bool mounts;          /* the disk is shown */
    int64_t busy_us;      /* until then no endpoint answers: wiping */
    int64_t tick_us;      /* next tick of the 1 Hz clock */
    int64_t skipped_us;   /* time that nobody waited for */
    int64_t wall_base_ns; /* device's wall clock, as if UTC, at clock_base_us */
    int64_t clock_base_us;
    bool clock_started;
    bool is_worn;         /* unplugged by hand, not by a restart */
    int64_t left_wall_ns; /* its wall clock then */
    bool refuses_next;    /* a fault: the action that this line asks for will fail */
    int led;
    uint32_t lock_code, initial_lock; /* 0: none */
    bool is_locked;
    uint32_t ecc, fractional, restarts;
    struct pretend_stats stats;
};

/* clock.c */
int64_t device_wall_ns(const struct pretend_device *self); /* its wall clock, as if UTC */
uint32_t device_packed_now(const struct pretend_device *self);
void device_set_wall(struct pretend_device *self, int64_t wall_ns);
void device_restart(struct pretend_device *self); /* RESET */
const struct pretend_fault *device_condition(const struct pretend_device *self,
                                             enum pretend_what what);

/* transfers.c */
struct endpoint *device_endpoint(struct pretend_device *self, uint8_t address); /* NULL: none */
void device_finish(struct pretend_device *self, struct pretend_transfer *transfer,
                   enum pretend_result result);
/* False: there is no such endpoint. */
bool device_clear_halt(struct pretend_device *self, uint8_t address);
void device_vanish(struct pretend_device *self);

/* identity.c */
void identity_init(struct pretend_identity *self, const struct pretend_recorder *recorder,
                   const struct cwa_header *header, const struct pretend_faults *faults);
size_t identity_device_descriptor(const struct pretend_identity *self, uint8_t at[static 18]);
size_t identity_configuration(const struct pretend_identity *self, uint8_t *at, size_t room);
/* A string descriptor; 0: there is none of this number. at holds 255 bytes. */
size_t identity_string(const struct pretend_identity *self, unsigned index, uint8_t *at);
const char *identity_model(const struct pretend_identity *self); /* "AX3" */

/* control.c: the request's data; negative: stall, or hang */
#define CONTROL_STALL (-1)
#define CONTROL_HANG (-2)
#define CONTROL_GONE (-3)
int control_request(struct pretend_device *self, const uint8_t *setup, uint8_t *data,
                    size_t length);

/* serial.c */
void serial_reset(struct pretend_device *self);
void serial_close(struct pretend_device *self);
enum packet serial_out(struct pretend_device *self, const uint8_t *at, size_t n);
enum packet serial_in(struct pretend_device *self, uint8_t *at, size_t *n);
void serial_poll(struct pretend_device *self);
int64_t serial_due_us(const struct pretend_device *self);

/* print.c */
void serial_print(struct pretend_device *self, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* commands.c, measure.c, actions.c */
void commands_run(struct pretend_device *self, const char *line);
/* The name of the command that a line is, in lower case; NULL: none. */
const char *commands_name(const char *line);
void measure_sample(struct pretend_device *self, const char *argument);
void measure_status(struct pretend_device *self, const char *argument);
void measure_log(struct pretend_device *self, const char *argument);
void measure_stream_line(struct pretend_device *self);
void actions_commit(struct pretend_device *self, const char *argument);
void actions_format(struct pretend_device *self, const char *argument);
void actions_clear(struct pretend_device *self, const char *argument);
void actions_tick(struct pretend_device *self);
void actions_poll(struct pretend_device *self);

/* disk.c */
enum yk_status disk_model_open(struct pretend_disk *self, struct failure *why);
void disk_model_close(struct pretend_disk *self);
void disk_model_reset(struct pretend_device *self);
enum packet disk_model_out(struct pretend_device *self, const uint8_t *at, size_t n);
enum packet disk_model_in(struct pretend_device *self, uint8_t *at, size_t *n);

/* scsi_target.c: carries one command out: status, sense and what the data are */
void scsi_target(struct pretend_device *self);
void scsi_sense(struct pretend_device *self, uint8_t key, uint8_t code);
/* The host's data of a WRITE(10) are all there. */
void scsi_written(struct pretend_device *self, uint64_t offset, const uint8_t *at, size_t n);

#endif
