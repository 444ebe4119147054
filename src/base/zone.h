/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Time zones: the relation between UTC and what a clock on the wall shows. Loaded once (from
 * the system's zone data, through GLib) into a table of changes, then pure look-up: safe from
 * any number of threads, and the TZ variable plays no part.
 */
#ifndef SRC_BASE_ZONE_H
#define SRC_BASE_ZONE_H

#include "src/base/clock.h"
#include "src/base/status.h"

struct zone;

/* "Asia/Tokyo", "Europe/London", "UTC", "+09:00". Unknown names fail with the nearest known
 * ones in the sentence. *out is closed by zone_close(). */
enum yk_status zone_open(const char *name, struct zone **out, struct failure *why);
/* Whether zone_open() would open it; an empty name, or NULL, is fine. */
enum yk_status zone_check(const char *name, struct failure *why);
/* The system's own zone; *is_guess becomes true when only UTC could be assumed. */
enum yk_status zone_open_system(struct zone **out, bool *is_guess, struct failure *why);
/* The zone of this name; the system's own, or UTC, when it is NULL or "". */
enum yk_status zone_open_or_system(const char *name, struct zone **out, struct failure *why);
/* The same zone with every change of its offset later by so much (earlier when negative): what
 * a clock on the wall showed at t it shows at t + by. by: whole seconds. errors: YK_ERR_MEMORY
 */
enum yk_status zone_moved(const struct zone *self, int64_t by_ns, struct zone **out,
                          struct failure *why);
void zone_close(struct zone *self); /* accepts NULL */
const char *zone_name(const struct zone *self);

/* Seconds to add to UTC for local time, at that instant. */
int32_t zone_offset_s(const struct zone *self, int64_t utc_ns);
/* The instant when the offset next changes after utc_ns, or INT64_MAX. */
int64_t zone_next_change_ns(const struct zone *self, int64_t utc_ns);

struct civil_time zone_civil(const struct zone *self, int64_t utc_ns);
/* The instant of a civil time. In the hour that exists twice (autumn) the first; in the hour
 * that does not exist (spring) the instant of the change. */
int64_t zone_instant(const struct zone *self, struct civil_time local);
/* Offsets (seconds to add to UTC) that a clock which showed this civil time can have had: 1,
 * both in out; 2, in the hour that exists twice, or 0, in the hour that does not exist: the
 * offset before the change, then the one after it. */
int zone_offsets(const struct zone *self, struct civil_time local, int32_t out[static 2]);
/* The instant of second_of_day (0..86400, e.g. 12 * 3600 for noon) on a civil date. */
int64_t zone_instant_of_day(const struct zone *self, struct civil_date date,
                            int32_t second_of_day);

/* ISO 8601 with offset and milliseconds "2024-06-17T08:31:20.000+09:00" (decimals 3), or whole
 * seconds (decimals 0). out must hold 40 bytes; TIME_UNKNOWN gives "". */
void zone_format_iso(const struct zone *self, int64_t utc_ns, int decimals,
                     char out[static 40]);
/* Clock hours since the midnight before `evening` (26.0 is 2:00 of the next day), by the wall
 * clock: 23- and 25-hour days do not shift it. NaN for TIME_UNKNOWN. */
double zone_clock_h(const struct zone *self, struct civil_date evening, int64_t utc_ns);
/* Accepts "2026-05-12T23:10", with or without seconds, offset (then the zone is not used) or
 * blank instead of T, and dates as civil_parse() does. */
bool zone_parse_iso(const struct zone *self, const char *text, int64_t *utc_ns);

#endif
