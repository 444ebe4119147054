/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dates in the proleptic Gregorian calendar and the machine's clock.
 *
 * Days are counted through eras of 400 years (146 097 days, after which the calendar repeats)
 * and years that begin in March, so that the leap day is the last one of its year.
 */
#include "src/base/clock.h"
#include "src/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

int64_t floor_mod(int64_t a, int64_t b)
{
    int64_t r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

int64_t civil_to_days(struct civil_date date)
{
    int64_t year = (int64_t)date.year - (date.month <= 2);
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

struct civil_date civil_from_days(int64_t days)
{
    int64_t shifted = days + DAYS_TO_1970;
    int64_t era = floor_div(shifted, DAYS_PER_ERA);
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    /* Leap days are taken out first: one in 1461 days, none in 36 524, one in 146 096. */
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct civil_date){
        .year = (int32_t)(year_of_era + era * 400 + (month <= 2)),
        .month = (int8_t)month,
        .day = (int8_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

struct civil_date civil_add_days(struct civil_date date, int64_t days)
{
    return civil_from_days(civil_to_days(date) + days);
}

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool civil_is_valid(struct civil_date date)
{
    static const int8_t length[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (date.month < 1 || date.month > 12 || date.day < 1) {
        return false;
    }
    return date.day <= length[date.month] + (date.month == 2 && is_leap(date.year));
}

int civil_compare(struct civil_date a, struct civil_date b)
{
    if (a.year != b.year) {
        return a.year < b.year ? -1 : 1;
    }
    if (a.month != b.month) {
        return a.month < b.month ? -1 : 1;
    }
    return (a.day > b.day) - (a.day < b.day);
}

enum weekday civil_weekday(struct civil_date date)
{
    return (enum weekday)floor_mod(civil_to_days(date) + THURSDAY, 7); /* 1970-01-01 */
}

bool civil_is_weekend(struct civil_date date)
{
    return civil_weekday(date) >= SATURDAY;
}

const char *weekday_name_en(enum weekday day)
{
    static const char *const name[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    return name[day];
}

const char *weekday_name_ja(enum weekday day)
{
    static const char *const name[] = {"月", "火", "水", "木", "金", "土", "日"};
    return name[day];
}

void civil_format(struct civil_date date, char out[static 16])
{
    out[0] = '\0';
    if (date.month != 0) {
        snprintf(out, 16, "%04d-%02d-%02d", (int)date.year, date.month, date.day);
    }
}

/* Up to max digits at *p; returns how many. */
static size_t take_number(const char **p, size_t max, int32_t *out)
{
    size_t n = 0;
    int32_t v = 0;
    while (n < max && is_digit((*p)[n])) {
        v = v * 10 + ((*p)[n++] - '0');
    }
    *p += n;
    *out = v;
    return n;
}

bool civil_parse(const char *text, struct civil_date *out)
{
    int32_t year = 0, month = 0, day = 0;
    const char *p = text;
    if (take_number(&p, 4, &year) != 4 || (*p != '-' && *p != '/')) {
        return false;
    }
    char mark = *p++;
    if (take_number(&p, 2, &month) == 0 || *p++ != mark || take_number(&p, 2, &day) == 0 ||
        *p != '\0') {
        return false;
    }
    struct civil_date date = {year, (int8_t)month, (int8_t)day};
    if (!civil_is_valid(date)) {
        return false;
    }
    *out = date;
    return true;
}

int64_t civil_time_as_utc_ns(struct civil_time t)
{
    return (civil_to_days(t.date) * 86400 + t.second_of_day) * NS_PER_S + t.ns;
}

struct civil_time civil_time_of_utc_ns(int64_t ns)
{
    int64_t s = floor_div(ns, NS_PER_S);
    return (struct civil_time){
        .date = civil_from_days(floor_div(s, 86400)),
        .second_of_day = (int32_t)floor_mod(s, 86400),
        .ns = (int32_t)floor_mod(ns, NS_PER_S),
    };
}

static int64_t now_ns(clockid_t which)
{
    struct timespec t = {0, 0};
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

int64_t clock_now_utc_ns(void)
{
    return now_ns(CLOCK_REALTIME);
}

int64_t clock_monotonic_ns(void)
{
    return now_ns(CLOCK_MONOTONIC);
}

int64_t clock_cpu_ns(void)
{
    return now_ns(CLOCK_PROCESS_CPUTIME_ID);
}

double clock_difference_h(double a, double b)
{
    double d = fmod(a - b, 24);
    d = d <= -12 ? d + 24 : d;
    return d > 12 ? d - 24 : d;
}

double minutes_between(int64_t from_ns, int64_t to_ns)
{
    return from_ns == TIME_UNKNOWN || to_ns == TIME_UNKNOWN
               ? (double)NAN
               : (double)(to_ns - from_ns) / (double)NS_PER_MIN;
}

int compare_ns(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}
