/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A docked recorder: what a driver offers to the dock. One file and one line in drivers.def add
 * a recorder.
 */
#ifndef DRIVERS_DOCK_DEVICE_H
#define DRIVERS_DOCK_DEVICE_H

#include "drivers/usb_port.h"
#include "src/base/byte_source.h"
#include "src/base/clock.h"
#include "src/base/job.h"

#define DOCK_ANNOTATION_BYTES 448
#define DOCK_FILES_MAX 32 /* recordings on one volume; more are somebody's collection */

struct dock_device;

/* A recording on a volume, as whoever knows formats sees it. Unknown is "" or TIME_UNKNOWN. */
struct dock_file {
    char name[256];  /* on the volume. Makers' programs put wearers' names into it: it may be
                        shown, but is never stored, nor taken for anybody's code */
    char format[24]; /* "cwa", "geneactiv" */
    char model[16], serial[32], firmware[16];
    int64_t first_ns,
        last_ns;        /* of the data, as the recorder's clock had it, as if it were UTC */
    int64_t changed_ns; /* the volume's date of the file (FAT: to 2 s, local) */
};
/* Fills what can be told from the file's content; false: no format knows it. Given by the
 * dock, because drivers know no formats. */
typedef bool (*dock_file_reader)(const char *path, struct dock_file *out);

/* Where a recorder may be: a USB device, or a recording in a folder (mounted drive). Exactly
 * one is set. */
struct dock_slot {
    struct usb_bus *bus; /* borrowed */
    struct usb_listing listing;
    const char *folder;           /* borrowed */
    const struct dock_file *file; /* with folder: which recording of it; borrowed */
};

/* Who a recorder says it is, by each of three sources. They must agree, or the dock asks. */
struct dock_identity {
    char model[16];      /* "AX3", "AX6" */
    char serial[32];     /* the number people know, "39434"; what the ledger uses */
    char usb_serial[64]; /* as on the bus, "CWA17_39434"; "" unknown */
    char firmware[16];   /* "44" */
    char format[24];     /* of its recordings, "cwa" */
    uint64_t id_by_usb, id_by_command, id_by_file; /* UINT64_MAX: this source is silent */
    uint64_t session_by_command, session_by_file;  /* UINT64_MAX: unknown */
    bool agree;             /* all sources that spoke say the same device */
    char disagreement[160]; /* which two, and what they say */
};

struct dock_battery {
    double percent; /* NaN unknown */
    double volt;    /* NaN unknown */
    bool is_full;
};

/* Device clock minus PC clock, at PC time at_ns. */
struct dock_clock {
    int64_t at_ns;     /* UTC of the PC, middle of the narrowest exchange */
    int64_t offset_ms; /* device wall clock (read in the zone given) minus PC */
    int64_t uncertainty_ms;
    bool is_reset; /* stands at the start of its calendar (2000): the battery was flat */
    struct civil_time device_time; /* as read */
};

/* Health and settings that were read while identifying. Unknown is NaN, -1 or "". */
struct dock_health {
    int self_test;    /* 0 good; -1 unknown */
    int memory_spare; /* blocks */
    int restarts;
    int battery_cycles;
    bool is_locked;
    bool ecc_off;
    /* What the device's clock shows, as if it were UTC: whoever knows its zone converts. */
    int64_t last_changed_ns;             /* TIME_UNKNOWN */
    int64_t plan_start_ns, plan_stop_ns; /* as set in the device now; TIME_UNKNOWN: none */
    bool plan_start_always, plan_stop_never;
    double rate_hz;
    char stop_reason[48]; /* the newest line of the device's own log; "" */
};

/* What a recorder is set up with. */
struct dock_setup {
    uint32_t session;
    char annotation[DOCK_ANNOTATION_BYTES + 1]; /* codes only; URL-encoded pairs */
    int64_t start_ns, stop_ns;                  /* UTC; TIME_UNKNOWN: at once, never */
    const struct zone *zone;                    /* of the device's wall clock; borrowed */
    double rate_hz;                             /* 12.5 ... 200 */
    int range_g;                                /* 2 4 8 16 */
    int gyro_dps;                               /* 0: none */
    bool erase; /* format first; refused by the dock unless a verified copy exists */
};

struct dock_device_ops {
    /* Everything that can be asked quickly (<= 3 s). May be called again; leaves the device as
     * it was. A missing answer leaves its field unknown; only a device that cannot be used
     * fails. */
    enum yk_status (*identify)(struct dock_device *self, struct dock_identity *identity,
                               struct dock_battery *battery, struct dock_health *health,
                               struct failure *why);
    enum yk_status (*read_battery)(struct dock_device *self, struct dock_battery *out,
                                   struct failure *why);
    /* Five exchanges, the narrowest counts. zone: of the device's wall clock. */
    enum yk_status (*read_clock)(struct dock_device *self, const struct zone *zone,
                                 struct dock_clock *out, struct failure *why);
    /* On the second's turn; measured again afterwards into *after. */
    enum yk_status (*set_clock)(struct dock_device *self, const struct zone *zone,
                                struct dock_clock *after, struct failure *why);
    /* 0 off, 1 blue, 2 green, 3 cyan, 4 red, 5 magenta, 6 yellow, 7 white, -1 automatic. */
    enum yk_status (*led)(struct dock_device *self, int colour, struct failure *why);
    /* The recording as bytes. Sequential reads are kept ahead of the reader (several transfers
     * of 64 KiB and more in flight). size: what the device's directory says, and *found_beyond,
     * bytes of the same session that follow that. The source lives until closed and not longer
     * than the device. YK_ERR_TOO_LITTLE: it was read, and there is no recording; whoever is
     * told so may erase. Reads fail with YK_ERR_NO_DEVICE when the device is gone. */
    enum yk_status (*open_recording)(struct dock_device *self, struct byte_source **out,
                                     uint64_t *found_beyond, struct failure *why);
    /* Reads a stretch again from the device itself, by-passing anything kept. While the
     * recording is open. */
    enum yk_status (*reread)(struct dock_device *self, uint64_t pos, void *dst, size_t bytes,
                             struct failure *why);
    /* Bytes free for a new recording once erased. 0: unknown, or not identified yet. */
    uint64_t (*capacity_bytes)(struct dock_device *self);
    /* Could it be set up like that? Nothing is sent; after identify. YK_ERR_ARGUMENT says what
     * it does not have. */
    enum yk_status (*can_configure)(struct dock_device *self, const struct dock_setup *setup,
                                    struct failure *why);
    /* Sets the recorder up, waits for the real end, reads every setting and the header back and
     * compares; YK_ERR_CONFLICT names the first that differs. Slow (<= 60 s). */
    enum yk_status (*configure)(struct dock_device *self, const struct dock_setup *setup,
                                struct job *job, struct failure *why);
    /* Ends the connexion; kernel drivers come back. Frees the device. */
    void (*close)(struct dock_device *self);
};
/* Members that a recorder cannot do are NULL, but for identify, open_recording and close. */

struct dock_device { /* first member of each driver's own struct */
    const struct dock_device_ops *ops;
    const struct dock_driver *driver;
};

/* What a listing means to a driver. */
enum dock_match {
    DOCK_MATCH_NO,
    DOCK_MATCH_YES,
    DOCK_MATCH_BOOTLOADER, /* it will be ours in some seconds */
};

struct dock_driver {
    const char *id;                                                  /* "axivity" */
    const char *name;                                                /* "Axivity AX3, AX6" */
    enum dock_match (*match_usb)(const struct usb_listing *listing); /* NULL: not on USB */
    /* The recordings in a folder that this driver can read, by name; *out is freed with
     * mem_free(). NULL: not in folders. errors: of the system, YK_ERR_CONFLICT (more than
     * DOCK_FILES_MAX) */
    enum yk_status (*list_folder)(const char *folder, dock_file_reader reader,
                                  struct dock_file **out, size_t *n, struct failure *why);
    /* Opens the device in the slot. job: for the log and cancelling; kept until close.
     * errors: YK_ERR_ACCESS, YK_ERR_BUSY, YK_ERR_NO_DEVICE, YK_ERR_PROTOCOL, YK_ERR_TIMEOUT */
    enum yk_status (*open)(const struct dock_slot *slot, struct job *job,
                           struct dock_device **out, struct failure *why);
};

size_t dock_driver_count(void);
const struct dock_driver *dock_driver_at(size_t i);
/* The driver for a listing, NULL when none is; *match may be NULL. */
const struct dock_driver *dock_driver_for_usb(const struct usb_listing *listing,
                                              enum dock_match *match);
/* The driver that finds recordings in a folder, and what it finds. *out NULL: none does. */
enum yk_status dock_driver_for_folder(const char *folder, dock_file_reader reader,
                                      const struct dock_driver **out, struct dock_file **files,
                                      size_t *n, struct failure *why);
void dock_device_close(struct dock_device *self); /* accepts NULL */

#endif
