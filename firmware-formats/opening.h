/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside this room: what every reader does when it opens a file and whenever it begins anew.
 * Wall clock to UTC, once: a recorder's clock does not change over at night, so that the offset
 * of its first time holds all the way. What that leaves open is said in every report.
 */
#ifndef FIRMWARE_FORMATS_OPENING_H
#define FIRMWARE_FORMATS_OPENING_H

#include "firmware-formats/format.h"
#include "firmware-formats/timestamp.h"

#define WALL_CLOCK_NOTE_BYTES 64

struct wall_clock {
    char twice[WALL_CLOCK_NOTE_BYTES]; /* the other reading of the first time; "" */
    char
        unused[WALL_CLOCK_NOTE_BYTES]; /* the file's own offset that another one replaced; "" */
};

/* Local minus UTC of a clock that showed `local`. Where a clock change makes that an hour that
 * exists twice or not at all, the offset before the change is taken and note says both; else
 * note is "". */
int32_t wall_clock_offset_s(const struct zone *zone, struct civil_time local,
                            char note[static WALL_CLOCK_NOTE_BYTES]);

/* Whether a clock that has always been kept_s ahead of UTC ran through the change of the zone's
 * offset at change_ns; note then names the offset that is kept and the one that the zone has
 * from then on. Else note is "". */
bool wall_clock_ran_on(const struct zone *zone, int64_t change_ns, int32_t kept_s,
                       char note[static WALL_CLOCK_NOTE_BYTES]);

/* wall_clock_offset_s() in ns for a recording whose first time is wall_ns (the clock's time as
 * if it were UTC), or, where the file names one and it may win, has_offset and offset_s. Fills
 * info->zone and info->zone_is_guess. */
int64_t wall_clock_set(struct wall_clock *self, const struct open_options *opt, int64_t wall_ns,
                       bool has_offset, int32_t offset_s, struct recording_info *info);
/* UTC of a recording's first time as it was written: with an offset that is what it says,
 * whichever zone was named. Fills info as wall_clock_set() does. */
int64_t wall_clock_instant(struct wall_clock *self, const struct open_options *opt,
                           const struct timestamp *first, struct recording_info *info);

/* Adds a column of epochs to info->channels; one that does not fit is left out whole. */
void opening_add_channel(struct recording_info *info, enum epoch_column column);

/* Begins a second reader (recording_source_ops.open_at) of n_bytes, whose first member is a
 * struct recording_source: zeroed, but for what it shares with the whole's and a report of its
 * own. name: of the bytes.
 *
 * errors  YK_ERR_ARGUMENT (the whole was not yet read to its end), YK_ERR_MEMORY
 */
enum yk_status opening_second(const struct recording_source *whole, bool was_read,
                              size_t n_bytes, const char *name, struct recording_source **out,
                              struct failure *why);

/* The source's report anew, with what is known before the first byte is read: what was wrong
 * with the bytes before they came here, and what the clock (NULL: none) leaves open. */
void opening_report(struct recording_source *source, const struct byte_source *bytes,
                    const struct wall_clock *clock);

#endif
