/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times of day as text files write them: ISO 8601 and its relatives, or a declared pattern.
 */
#ifndef FIRMWARE_FORMATS_TIMESTAMP_H
#define FIRMWARE_FORMATS_TIMESTAMP_H

#include "src/base/clock.h"

struct timestamp {
    struct civil_time local; /* what the clock showed; when has_offset, at that offset */
    bool has_offset;
    int32_t offset_s; /* local minus UTC; only when has_offset */
};

/* Years 1910 to 2200 are taken; the difference of any two such instants fits into int64_t. */
#define TIMESTAMP_FIRST_NS (-INT64_C(1893456000) * NS_PER_S)
#define TIMESTAMP_END_NS (INT64_C(7289654400) * NS_PER_S)

/* The whole of text must match.
 *
 * pattern  NULL or "iso": 2003-05-07 15:00[:00[.123]], with 'T' or a blank between, '/' or '-'
 * in the date, an optional Z, +09, +0900 or +09:00, and an optional zone name in brackets.
 *          "unix_s", "unix_ms", "unix_ns": a number since 1970, UTC.
 *          Otherwise letters as in strftime: %Y %y %m %d %b %H %I %M %S %f %p %z %%; a blank
 *          matches any number of blanks. %b is an English month.
 * false leaves *out alone.
 */
bool timestamp_parse(const char *text, const char *pattern, struct timestamp *out);

/* Whether timestamp_parse() knows every letter of the pattern and it gives a date and a time.
 */
bool timestamp_pattern_is_valid(const char *pattern);

/* local, read as if it were UTC. */
int64_t timestamp_local_ns(const struct timestamp *self);

#endif
