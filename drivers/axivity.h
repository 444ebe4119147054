/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside the Axivity driver: what its files share. docs/devices/axivity.md says what is sent
 * and why. One lock guards a device: its recording may be read by one thread while another asks
 * for the battery.
 */
#ifndef DRIVERS_AXIVITY_H
#define DRIVERS_AXIVITY_H

#include <pthread.h>

#include "drivers/axivity_reply.h"
#include "drivers/cdc_acm.h"
#include "drivers/dock_device.h"
#include "drivers/fat.h"
#include "drivers/scsi.h"
#include "firmware-formats/cwa_layout.h"

#define AXIVITY_ASK_MS 2000
#define AXIVITY_TRIES 3
#define AXIVITY_CHUNK_BLOCKS 256 /* a command: 128 KiB */

extern const struct dock_driver driver_axivity;

struct axivity_source;

struct axivity {
    struct dock_device base;
    struct usb_port *port; /* owned */
    struct job *job;
    pthread_mutex_t lock;
    struct cdc_acm serial;
    struct scsi disk;
    bool has_serial; /* it answered the last question */
    bool has_id;
    struct axivity_id id; /* as the device answered when opened */
    struct fat fat;
    bool has_fat;
    struct axivity_source *source; /* the open recording, borrowed */
    bool is_end_unread;            /* of the recording opened last, see axivity_map */
};

/* May be NULL. */
static inline struct log *axivity_log(const struct axivity *self)
{
    return self->job != NULL ? self->job->log : NULL;
}

/* ---- axivity_serial.c: one command, one reply ---- */

/* Sends a command and waits for the line that begins with prefix; other lines are skipped.
 * errors: YK_ERR_TIMEOUT, YK_ERR_UNSUPPORTED (this firmware does not know the command),
 * YK_ERR_ACCESS (locked), YK_ERR_PROTOCOL (another ERROR line, quoted), YK_ERR_NO_DEVICE */
enum yk_status axivity_ask(struct axivity *self, const char *command, const char *prefix,
                           unsigned timeout_ms, char reply[static LINE_MAX_BYTES],
                           struct failure *why);
/* The same up to three times, for questions that change nothing or the same once more. */
enum yk_status axivity_ask_surely(struct axivity *self, const char *command, const char *prefix,
                                  char reply[static LINE_MAX_BYTES], struct failure *why);
/* COMMIT or FORMAT QC: waits for the line that says it is done, not for the one that says it
 * will be. */
enum yk_status axivity_act(struct axivity *self, const char *command, unsigned timeout_ms,
                           struct failure *why);
/* Echo off, junk away, ID asked: fills id. */
enum yk_status axivity_meet(struct axivity *self, struct failure *why);

/* ---- axivity_identify.c ---- */
enum yk_status axivity_identify(struct axivity *self, struct dock_identity *identity,
                                struct dock_battery *battery, struct dock_health *health,
                                struct failure *why);
enum yk_status axivity_read_battery(struct axivity *self, struct dock_battery *out,
                                    struct failure *why);

/* ---- axivity_clock.c ---- */
enum yk_status axivity_read_clock(struct axivity *self, const struct zone *zone,
                                  struct dock_clock *out, struct failure *why);
enum yk_status axivity_set_clock(struct axivity *self, const struct zone *zone,
                                 struct dock_clock *after, struct failure *why);

/* ---- axivity_disk.c: the file on the disk ---- */

/* Waits for the disk (at most wait_ms) and reads its geometry anew. */
enum yk_status axivity_mount(struct axivity *self, unsigned wait_ms, struct failure *why);
/* Finds the recording's entry; *found false: there is none. After axivity_mount(). */
enum yk_status axivity_find(struct axivity *self, struct fat_entry *out, bool *found,
                            struct failure *why);
/* The header of the recording; YK_ERR_TOO_LITTLE when there is no file, YK_ERR_CORRUPT when the
 * file does not begin with one. After axivity_mount(). */
enum yk_status axivity_read_header(struct axivity *self, struct cwa_header *out, uint32_t *size,
                                   struct failure *why);
/* Where the recording's bytes are: the recorded size and what was found beyond it. *is_guessed:
 * the table was damaged, and clusters were taken because their data goes on. *is_end_unread:
 * the sectors right behind it cannot be read and may be more of it. */
struct axivity_map {
    struct fat_chain chain;
    uint64_t size, found_beyond;
    bool is_guessed, is_end_unread;
};
enum yk_status axivity_map(struct axivity *self, struct axivity_map *out, struct failure *why);

/* ---- axivity_flight.c ---- */

/* Lets a read in flight end, so that another command can be sent; its bytes are kept. */
void axivity_settle(struct axivity *self);

/* ---- axivity_source.c ---- */
enum yk_status axivity_open_recording(struct axivity *self, struct byte_source **out,
                                      uint64_t *found_beyond, struct failure *why);
enum yk_status axivity_reread(struct axivity *self, uint64_t pos, void *dst, size_t bytes,
                              struct failure *why);

/* ---- axivity_setup.c ---- */
enum yk_status axivity_can_configure(const struct axivity *self, const struct dock_setup *setup,
                                     struct failure *why);
enum yk_status axivity_configure(struct axivity *self, const struct dock_setup *setup,
                                 struct job *job, struct failure *why);

#endif
