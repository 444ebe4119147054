/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Day and month in written dates.
 *
 * Evidence: a number above 12 is no month. In an ascending series a step of one day is taken
 * for what it looks like: 04/07 and then 05/07 are two days in July, not the fourth and fifth
 * month's seventh. A step back excludes a reading.
 */
#include "firmware-formats/date_order.h"
#include "firmware-formats/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/utf8.h"

struct numbers {
    int32_t value[3];
    size_t digits[3];
    char between;
    const char *rest;
};

static bool read_numbers(const char *at, struct numbers *out)
{
    for (int i = 0; i < 3; i++) {
        size_t n = strspn(at, "0123456789");
        if (n < 1 || n > 4) {
            return false;
        }
        out->digits[i] = n;
        out->value[i] = 0;
        for (size_t k = 0; k < n; k++) {
            out->value[i] = out->value[i] * 10 + (at[k] - '0');
        }
        at += n;
        if (i == 0) {
            out->between = *at;
            if (*at == '\0' || strchr("/.-", *at) == NULL) {
                return false;
            }
        }
        if (i < 2 && *at++ != out->between) {
            return false;
        }
    }
    out->rest = at;
    return true;
}

static struct civil_date date_of(int32_t year, int32_t month, int32_t day, size_t year_digits)
{
    struct civil_date date = {0, 0, 0};
    year += year_digits > 2 ? 0 : year < 70 ? 2000 : 1900;
    if (month >= 1 && month <= 12 && day >= 1 && day <= 31) {
        date = (struct civil_date){year, (int8_t)month, (int8_t)day};
    }
    return civil_is_valid(date) ? date : (struct civil_date){0, 0, 0};
}

void date_evidence_init(struct date_evidence *self)
{
    memset(self, 0, sizeof *self);
    self->is_same = true;
}

/* The date in each order; month 0 where it is none. Years of two digits stand first only where
 * such dates are written, with '/' or '-'. */
static void read_every_way(const struct numbers *n, struct civil_date out[static DATE_ORDERS])
{
    const int32_t *v = n->value;
    bool can_be_year = n->digits[0] == 2 && n->digits[2] == 2 && n->between != '.';
    out[DATE_OF_DAY_FIRST] = date_of(v[2], v[1], v[0], n->digits[2]);
    out[DATE_OF_MONTH_FIRST] = date_of(v[2], v[0], v[1], n->digits[2]);
    out[DATE_OF_YEAR_FIRST] =
        can_be_year ? date_of(v[0], v[1], v[2], 2) : (struct civil_date){0, 0, 0};
}

/* What the step from the last date to this one says. A reading in which it is one day, where it
 * is not in the others, is the right one; one in which it goes back is not. */
static void look_at_step(struct date_evidence *self,
                         const struct civil_date now[static DATE_ORDERS])
{
    int64_t step[DATE_ORDERS];
    int n_days = 0, by_day = 0;
    for (int k = 0; k < DATE_ORDERS; k++) {
        bool is_one = now[k].month != 0 && self->last[k].month != 0;
        step[k] = is_one ? civil_to_days(now[k]) - civil_to_days(self->last[k]) : 0;
        by_day = step[k] == 1 && !self->is_out[k] ? k : by_day;
        n_days += step[k] == 1 && !self->is_out[k];
    }
    for (int k = 0; k < DATE_ORDERS; k++) {
        self->is_out[k] = self->is_out[k] || step[k] < 0 || (n_days == 1 && k != by_day);
    }
}

bool date_evidence_add(struct date_evidence *self, const char *text)
{
    struct numbers n;
    struct civil_date now[DATE_ORDERS];
    if (!read_numbers(text, &n)) {
        return false;
    }
    if (n.digits[0] == 4) {
        self->is_year_first = true;
        return true;
    }
    read_every_way(&n, now);
    int possible = -1;
    bool is_same = true;
    for (int k = 0; k < DATE_ORDERS; k++) {
        if (now[k].month != 0) {
            is_same = is_same && (possible < 0 || civil_compare(now[k], now[possible]) == 0);
            possible = k;
        }
    }
    if (possible < 0) {
        return false;
    }
    for (int k = 0; k < DATE_ORDERS; k++) {
        self->is_out[k] = self->is_out[k] || now[k].month == 0;
    }
    self->is_same = self->is_same && is_same;
    if (self->has_last) {
        look_at_step(self, now);
    }
    memcpy(self->last, now, sizeof now);
    self->has_last = true;
    return true;
}

enum date_order date_evidence_order(const struct date_evidence *self)
{
    int n = 0, possible = DATE_UNDECIDED;
    for (int k = 0; k < DATE_ORDERS; k++) {
        n += !self->is_out[k];
        possible = self->is_out[k] ? possible : k;
    }
    if (self->is_year_first) {
        return DATE_OF_YEAR_FIRST;
    }
    if (self->has_last && n == 1) {
        return (enum date_order)possible;
    }
    return self->has_last && self->is_same && n > 0 ? DATE_OF_DAY_FIRST : DATE_UNDECIDED;
}

void date_evidence_readings(const struct date_evidence *self, enum date_order first,
                            char out[static DATE_READINGS_BYTES])
{
    const int order[] = {(int)first, DATE_OF_DAY_FIRST, DATE_OF_MONTH_FIRST,
                         DATE_OF_YEAR_FIRST};
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        int k = order[i];
        char date[16];
        if (k >= DATE_ORDERS || (i > 0 && k == (int)first) || self->is_out[k] ||
            self->last[k].month == 0) {
            continue;
        }
        civil_format(self->last[k], date);
        used += (size_t)snprintf(out + used, DATE_READINGS_BYTES - used, "%s%.10s",
                                 used > 0 ? " or " : "", date);
    }
}

enum yk_status date_evidence_scan(struct date_evidence *self, struct csv *csv, size_t date,
                                  size_t time, char sample[static DATE_SAMPLE_BYTES],
                                  struct failure *why)
{
    char last[40] = "";
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    *sample = '\0';
    while ((*sample == '\0' || date_evidence_order(self) == DATE_UNDECIDED) &&
           (status = csv_next(csv, &row, why)) == YK_OK) {
        const char *text = csv_field(row, date);
        size_t n = strcspn(text, " T");
        if (row->problem != NULL || n >= sizeof last ||
            (strncmp(text, last, n) == 0 && last[n] == '\0')) {
            continue;
        }
        memcpy(last, text, n);
        last[n] = '\0';
        if (date_evidence_add(self, last) && *sample == '\0') {
            const char *clock = csv_field(row, time);
            snprintf(sample, DATE_SAMPLE_BYTES, "%.*s%s%.*s", utf8_shown(text, 38), text,
                     time != CSV_NONE ? " " : "", utf8_shown(clock, 20), clock);
        }
    }
    if (status != YK_OK && status != YK_END) {
        return status;
    }
    return *sample == '\0' ? failure_set(why, YK_ERR_TOO_LITTLE, "no row has a date") : YK_OK;
}

/* The pattern of a time of day: "%H:%M:%S", "%I:%M %p" ... */
static bool time_pattern(const char *at, char *out, size_t room)
{
    size_t colons = 0;
    bool has_fraction = false;
    for (const char *c = at; *c != '\0'; c++) {
        colons += *c == ':';
        has_fraction = has_fraction || *c == '.';
    }
    size_t n = strlen(at);
    bool has_half = n > 2 && (at[n - 1] == 'M' || at[n - 1] == 'm') &&
                    strchr("AaPp", at[n - 2]) != NULL && at[n - 2] != '\0';
    if (colons < 1 || colons > 2) {
        return false;
    }
    int used =
        snprintf(out, room, "%s:%%M%s%s%s", has_half ? "%I" : "%H", colons == 2 ? ":%S" : "",
                 has_fraction ? ".%f" : "", has_half ? " %p" : "");
    return used > 0 && (size_t)used < room;
}

bool date_order_pattern(const char *text, enum date_order order, char *out, size_t room)
{
    struct numbers n;
    char time[32], made[64];
    if (!read_numbers(text, &n) || (*n.rest != ' ' && *n.rest != 'T') ||
        !time_pattern(n.rest + 1 + strspn(n.rest + 1, " "), time, sizeof time)) {
        return false;
    }
    const char *year = n.digits[order == DATE_OF_YEAR_FIRST ? 0 : 2] > 2 ? "%Y" : "%y";
    const char *first = order == DATE_OF_YEAR_FIRST  ? year
                        : order == DATE_OF_DAY_FIRST ? "%d"
                                                     : "%m";
    const char *second = order == DATE_OF_MONTH_FIRST ? "%d" : "%m";
    const char *third = order == DATE_OF_YEAR_FIRST ? "%d" : year;
    int used = snprintf(made, sizeof made, "%s%c%s%c%s%c%s", first, n.between, second,
                        n.between, third, *n.rest, time);
    struct timestamp ignored;
    if (used <= 0 || (size_t)used >= room || !timestamp_parse(text, made, &ignored)) {
        return false;
    }
    memcpy(out, made, (size_t)used + 1);
    return true;
}

bool date_order_date(const int32_t number[static 3], enum date_order order,
                     struct civil_date *out)
{
    const int32_t year = number[order == DATE_OF_YEAR_FIRST ? 0 : 2];
    const int32_t month = number[order == DATE_OF_MONTH_FIRST ? 0 : 1];
    const int32_t day = number[order == DATE_OF_YEAR_FIRST  ? 2
                               : order == DATE_OF_DAY_FIRST ? 0
                                                            : 1];
    struct civil_date date = date_of(year < 100 ? year + 2000 : year, month, day, 4);
    if (date.month == 0 || date.year < 1990 || date.year > 2199) {
        return false;
    }
    *out = date;
    return true;
}
