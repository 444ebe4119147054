/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Instants and civil dates. Inside the program a time is int64_t UTC nanoseconds since 1970;
 * a day on the calendar is a struct civil_date. Only zone.h knows how the two are related.
 */
#ifndef SRC_BASE_CLOCK_H
#define SRC_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_UNKNOWN INT64_MIN
#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_H (3600 * NS_PER_S)

struct civil_date {
    int32_t year; /* proleptic Gregorian */
    int8_t month; /* 1..12; 0 = unknown date */
    int8_t day;   /* 1..31 */
};

struct civil_time {
    struct civil_date date;
    int32_t second_of_day; /* whole seconds since the civil midnight, 0..86399 (86400 allowed on
                              input) */
    int32_t ns;            /* 0..999999999 */
};

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

/* Days since 1970-01-01, negative before. */
int64_t civil_to_days(struct civil_date date);
struct civil_date civil_from_days(int64_t days);
struct civil_date civil_add_days(struct civil_date date, int64_t days);
bool civil_is_valid(struct civil_date date);
int civil_compare(struct civil_date a, struct civil_date b); /* <0, 0, >0 */
enum weekday civil_weekday(struct civil_date date);
bool civil_is_weekend(struct civil_date date); /* Saturday or Sunday */
const char *weekday_name_en(enum weekday day); /* "Mon" */
const char *weekday_name_ja(enum weekday day); /* one kanji */

/* "2024-06-17"; out must hold 11 bytes. Unknown date gives "". */
void civil_format(struct civil_date date, char out[static 16]);
/* "2026-05-12" or "2026/5/12"; false when the text is anything else. */
bool civil_parse(const char *text, struct civil_date *out);

/* The same day and time of day as if it were UTC: no zone involved. */
int64_t civil_time_as_utc_ns(struct civil_time t);
struct civil_time civil_time_of_utc_ns(int64_t ns);

/* a - b on the clock's face, hours in (-12, 12]: 2 from 23 to 1. */
double clock_difference_h(double a, double b);

/* Minutes between two instants; NaN when one is unknown. */
double minutes_between(int64_t from_ns, int64_t to_ns);

/* For qsort() of instants (int64_t). */
int compare_ns(const void *a, const void *b);

/* Division and remainder that round towards minus infinity (a time before 1970 still falls into
 * the right day). */
int64_t floor_div(int64_t a, int64_t b);
int64_t floor_mod(int64_t a, int64_t b);

/* The machine's clock, for logs, provenance and progress only; algorithms never ask. */
int64_t clock_now_utc_ns(void);
int64_t clock_monotonic_ns(void);
/* What all threads of this process used of the processors. */
int64_t clock_cpu_ns(void);

#endif
