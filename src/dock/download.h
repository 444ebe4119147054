/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a docked recorder into the archive, so that nothing is lost and nothing wrong is called
 * verified, whatever is pulled, filled up or killed meanwhile.
 *
 *     parts/<model>-<serial>-<header>.part      what was received; locked while it is written
 *     parts/<model>-<serial>-<header>.resume    whose it is, how much of it is proven
 *     archive/<sha256>.cwa                      the whole recording, by rename
 *
 * What is proven when download_run() returns YK_OK:
 *   1. every sector was looked at on its way (checksum, session, sequence). One that is not
 * good, or breaks the sequence, was asked of the device again, up to three times;
 *   2. the header, which has no checksum, came twice from the device and was the same;
 *   3. the file that has the archive's name was read back from the disk, and the SHA-256 of
 * what came back is that of the bytes received, in the order received;
 *   4. what is no CWA recording, and has no sums known here, was read twice: the device gives
 *      the same bytes again;
 *   5. a resumed part is the beginning of what the device holds now: its SHA-256 is the one
 * noted when it was synced, and header, size, last change, its last 64 KiB and eight places
 *      between were read again from the device and are the same.
 * Not proven: that the flash memory holds what the sensor measured, and two errors that cancel
 * out within one sector's 16-bit sum behind USB's own CRC.
 */
#ifndef SRC_DOCK_DOWNLOAD_H
#define SRC_DOCK_DOWNLOAD_H

#include "drivers/dock_device.h"
#include "src/store/archive.h"

enum download_stage { DOWNLOAD_RESUMING, DOWNLOAD_READING, DOWNLOAD_CHECKING };

struct download_progress {
    enum download_stage stage;
    uint64_t done, total; /* bytes */
    double bytes_per_s;   /* of the last seconds; NaN at first */
    double left_s;        /* NaN while unknown */
    const char *part;     /* path of what is there so far; valid during the call */
};

struct download_plan {
    struct dock_device *device;           /* borrowed; identified; used by this thread alone */
    const struct dock_identity *identity; /* borrowed */
    const struct dock_health *health;     /* borrowed; may be NULL */
    const char *parts;                    /* folder of unfinished copies; is there */
    const char *archive;                  /* folder of originals; is there */
    const char *suffix;                   /* of the original's name; NULL: "cwa" */
    /* At most ten times a second; may be NULL. Called on the thread of download_run(). */
    void (*on_progress)(void *user, const struct download_progress *now);
    /* Every byte in order, once it is checked and written (a resumed part's as well), for a
     * preview that is thrown away; may be NULL. */
    void (*on_bytes)(void *user, uint64_t pos, const void *at, size_t n);
    void *user;
    uint64_t piece_bytes; /* synced and proven at a time; 0: 8 MiB */
};

/* What was seen in the sectors. */
struct download_counts {
    uint64_t n_sectors;    /* behind the header */
    uint64_t n_suspect;    /* asked again: not good, or out of sequence without a restart */
    uint64_t n_healed;     /* good after asking again */
    uint64_t n_not_healed; /* not good, the same every time: copied as the device gives it */
    uint64_t n_unstable;   /* not good, and different every time: the last answer is copied;
                              without sums: different when read again */
    uint64_t n_unreadable; /* the device gives nothing for it: zeros in the copy */
    uint64_t n_blank;      /* of the not healed ones: nothing but 0x00 or 0xFF */
    uint64_t n_breaks;     /* sequence does not go on, and it is no restart */
    uint64_t n_restarts;   /* sequence begins at 0 again */
    uint64_t n_foreign;    /* good sectors of another session than the header's */
    bool has_header;
};

struct download_result {
    struct archived archived; /* was_there: this very recording was in the archive already */
    struct download_counts counts;
    uint64_t bytes, found_beyond;
    uint64_t
        resumed_from; /* bytes that an earlier, interrupted download had brought; 0: none */
    double seconds;   /* this time */
    /* The copy is what the device holds: nothing unstable, nothing unreadable. Only then may a
     * recorder be erased. */
    bool is_verified;
    /* An older part did not fit the device's content any more and is not a part of it either:
     * it was kept beside, "<name>.kept-<n>". */
    bool has_kept_part;
    /* The original of an earlier copy of this recording that was not verified; "" none. */
    char replaces[DIGEST_HEX];
    int64_t first_ns_of_clock, last_ns_of_clock; /* first and last time stamp, as if the
                                                    device's clock showed UTC; TIME_UNKNOWN */
    unsigned
        flat_axes;    /* bits 0..2: the axis showed one value throughout, for an hour or more */
    uint32_t session; /* of the header; 0 without one */
};

/* Copies the device's recording into the archive. On failure the part stays for the next time
 * and the archive has nothing new.
 *
 * errors: YK_ERR_NO_DEVICE (pulled out; the sentence tells how much is kept), YK_ERR_TOO_LITTLE
 * (no recording in it), YK_ERR_IO (disk full, unreadable: what and where), YK_ERR_BUSY (another
 * download of a device with this number and this header is running), YK_ERR_CORRUPT (the disk
 * gives back something else than was written; the header differs each time it is read),
 * YK_ERR_CANCELLED, YK_ERR_MEMORY, YK_ERR_PROTOCOL, YK_ERR_TIMEOUT */
enum yk_status download_run(const struct download_plan *plan, struct download_result *out,
                            struct job *job, struct failure *why);

#endif
