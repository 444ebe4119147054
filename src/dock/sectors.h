/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sectors of a CWA recording as they pass by: is each one whole, and does it go on where
 * the one before ended? One that is not is asked of the device again.
 */
#ifndef SRC_DOCK_SECTORS_H
#define SRC_DOCK_SECTORS_H

#include "src/dock/download.h"

struct sectors {
    struct download_counts counts;
    uint32_t session; /* of the header, when counts.has_header */
    bool is_cwa; /* a header or a data sector was at the beginning; else nothing is judged */
    /* expectations for the next sector */
    bool has_next;
    uint32_t next_sequence, session_now;
    uint64_t bad_run; /* sectors in a row that did not heal */
    int64_t first_ns_of_clock, last_ns_of_clock;
    uint64_t n_seen; /* good ones this time; one sample of each gives the axes' ranges */
    int32_t axis_min[3], axis_max[3];
};

/* Bits 0..2 of axes whose readings all lie within two steps of each other. 0 for too few. */
unsigned sectors_flat_axes(const struct sectors *self);

/* first: the beginning of the file, n bytes of it (>= 1024, or the whole file). */
void sectors_begin(struct sectors *self, const uint8_t *first, size_t n);

/* Goes on behind a part that was looked at before: what was counted, its first data sector and
 * its last one. */
void sectors_resume(struct sectors *self, const struct download_counts *counts,
                    const uint8_t *first, const uint8_t *last);

/* Looks at n bytes from pos (both multiples of 512, but for the file's end), heals what can be
 * healed by asking the device, in place, and counts. errors: those of reread() that end a
 * download: YK_ERR_NO_DEVICE, YK_ERR_CANCELLED */
enum yk_status sectors_check(struct sectors *self, struct dock_device *device, uint64_t pos,
                             uint8_t *at, size_t n, struct job *job, struct failure *why);

#endif
