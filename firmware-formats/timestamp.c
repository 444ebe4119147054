/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading times of day from text, without the C library's locale and time zone.
 */
#include "firmware-formats/timestamp.h"
#include "src/base/text.h"

#include <string.h>
#include <strings.h>

struct parts {
    int64_t year, month, day, hour, minute, second, ns, offset_min;
    bool has_offset, is_pm, is_am;
};

/* least..most digits at *at; moves behind them. */
static bool take_number(const char **at, int least, int most, int64_t *out)
{
    int n = 0;
    int64_t value = 0;
    while (n < most && is_digit((*at)[n])) {
        value = value * 10 + ((*at)[n] - '0');
        n++;
    }
    if (n < least) {
        return false;
    }
    *at += n;
    *out = value;
    return true;
}

/* Digits behind a decimal point, as nanoseconds; more than nine are cut. */
static bool take_fraction(const char **at, int64_t *ns)
{
    if (!is_digit(**at)) {
        return false;
    }
    int64_t value = 0, scale = NS_PER_S;
    while (is_digit(**at)) {
        if (scale > 1) {
            scale /= 10;
            value += (**at - '0') * scale;
        }
        ++*at;
    }
    *ns = value;
    return true;
}

static bool take_offset(const char **at, struct parts *p)
{
    if (**at == 'Z') {
        ++*at;
        p->has_offset = true;
        p->offset_min = 0;
        return true;
    }
    if (**at != '+' && **at != '-') {
        return false;
    }
    int64_t sign = **at == '-' ? -1 : 1, hours = 0, minutes = 0;
    ++*at;
    if (!take_number(at, 2, 2, &hours)) {
        return false;
    }
    if (**at == ':') {
        ++*at;
        if (!take_number(at, 2, 2, &minutes)) {
            return false;
        }
    } else if (is_digit(**at) && !take_number(at, 2, 2, &minutes)) {
        return false;
    }
    p->has_offset = true;
    p->offset_min = sign * (hours * 60 + minutes);
    return hours <= 15 && minutes < 60;
}

static bool take_month_name(const char **at, int64_t *month)
{
    static const char name[12][4] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};
    for (int i = 0; i < 12; i++) {
        if (strncasecmp(*at, name[i], 3) == 0) {
            *at += 3;
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static bool finish(const struct parts *p, struct timestamp *out)
{
    int64_t hour = p->hour;
    if (p->is_am || p->is_pm) {
        if (hour < 1 || hour > 12) {
            return false;
        }
        hour = hour % 12 + (p->is_pm ? 12 : 0);
    }
    struct civil_date date = {(int32_t)p->year, (int8_t)p->month, (int8_t)p->day};
    if (p->month < 1 || p->month > 12 || p->day < 1 || p->day > 31 || p->year < 1910 ||
        p->year > 2200 || !civil_is_valid(date) || hour > 23 || p->minute > 59 ||
        p->second > 59) {
        return false;
    }
    out->local.date = date;
    out->local.second_of_day = (int32_t)(hour * 3600 + p->minute * 60 + p->second);
    out->local.ns = (int32_t)p->ns;
    out->has_offset = p->has_offset;
    out->offset_s = (int32_t)(p->offset_min * 60);
    return true;
}

static bool parse_iso(const char *at, struct timestamp *out)
{
    struct parts p = {0};
    if (!take_number(&at, 4, 4, &p.year) || (*at != '-' && *at != '/')) {
        return false;
    }
    char between = *at++;
    if (!take_number(&at, 1, 2, &p.month) || *at++ != between ||
        !take_number(&at, 1, 2, &p.day)) {
        return false;
    }
    if (*at != 'T' && *at != ' ') {
        return false;
    }
    at++;
    if (!take_number(&at, 1, 2, &p.hour) || *at++ != ':' ||
        !take_number(&at, 2, 2, &p.minute)) {
        return false;
    }
    if (*at == ':') {
        at++;
        if (!take_number(&at, 2, 2, &p.second)) {
            return false;
        }
        if (*at == '.') {
            at++;
            if (!take_fraction(&at, &p.ns)) {
                return false;
            }
        }
    }
    if (*at != '\0' && *at != ' ' && !take_offset(&at, &p)) {
        return false;
    }
    while (*at == ' ') {
        at++;
    }
    if (*at == '[') { /* the zone's name, beside an offset that says the same */
        const char *end = strchr(at, ']');
        if (end == NULL || !p.has_offset) {
            return false;
        }
        at = end + 1;
    }
    return *at == '\0' && finish(&p, out);
}

/* One letter of a pattern. */
static bool take(char letter, const char **at, struct parts *p)
{
    switch (letter) {
    case 'Y':
        return take_number(at, 4, 4, &p->year);
    case 'y':
        if (!take_number(at, 2, 2, &p->year)) {
            return false;
        }
        p->year += p->year < 70 ? 2000 : 1900;
        return true;
    case 'm':
        return take_number(at, 1, 2, &p->month);
    case 'd':
        return take_number(at, 1, 2, &p->day);
    case 'b':
        return take_month_name(at, &p->month);
    case 'H':
    case 'I':
        return take_number(at, 1, 2, &p->hour);
    case 'M':
        return take_number(at, 2, 2, &p->minute);
    case 'S':
        return take_number(at, 2, 2, &p->second);
    case 'f':
        return take_fraction(at, &p->ns);
    case 'p':
        p->is_pm = strncasecmp(*at, "pm", 2) == 0;
        p->is_am = strncasecmp(*at, "am", 2) == 0;
        *at += p->is_am || p->is_pm ? 2 : 0;
        return p->is_am || p->is_pm;
    case 'z':
        return take_offset(at, p);
    default:
        return false;
    }
}

static bool parse_pattern(const char *at, const char *pattern, struct timestamp *out)
{
    struct parts p = {0};
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == ' ') {
            while (*at == ' ') {
                at++;
            }
        } else if (*pattern == '%' && pattern[1] != '%') {
            pattern++;
            if (!take(*pattern, &at, &p)) {
                return false;
            }
        } else {
            pattern += *pattern == '%';
            if (*at++ != *pattern) {
                return false;
            }
        }
    }
    return *at == '\0' && finish(&p, out);
}

static bool parse_unix(const char *at, int64_t unit_ns, struct timestamp *out)
{
    int64_t value = 0;
    double seconds = 0;
    size_t n = strlen(at);
    int64_t ns = 0;
    if (text_parse_int64(at, n, &value)) {
        if (__builtin_mul_overflow(value, unit_ns, &ns)) {
            return false;
        }
    } else if (text_parse_double(at, n, &seconds)) {
        seconds *= (double)unit_ns;
        if (!(seconds > -9e18 && seconds < 9e18)) {
            return false;
        }
        ns = (int64_t)seconds;
    } else {
        return false;
    }
    /* The same years as written dates have, 1910 to 2200: the difference of any two fits. */
    if (ns < TIMESTAMP_FIRST_NS || ns >= TIMESTAMP_END_NS) {
        return false;
    }
    out->local = civil_time_of_utc_ns(ns);
    out->has_offset = true;
    out->offset_s = 0;
    return true;
}

static int64_t unix_unit(const char *pattern)
{
    return strcmp(pattern, "unix_s") == 0    ? NS_PER_S
           : strcmp(pattern, "unix_ms") == 0 ? NS_PER_S / 1000
           : strcmp(pattern, "unix_ns") == 0 ? 1
                                             : 0;
}

bool timestamp_parse(const char *text, const char *pattern, struct timestamp *out)
{
    if (pattern == NULL || strcmp(pattern, "iso") == 0) {
        return parse_iso(text, out);
    }
    int64_t unit_ns = unix_unit(pattern);
    return unit_ns != 0 ? parse_unix(text, unit_ns, out) : parse_pattern(text, pattern, out);
}

bool timestamp_pattern_is_valid(const char *pattern)
{
    if (pattern == NULL || strcmp(pattern, "iso") == 0 || unix_unit(pattern) != 0) {
        return true;
    }
    bool has[128] = {false};
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '%') {
            pattern++;
            if (*pattern == '\0' || strchr("YymdbHIMSfpz%", *pattern) == NULL) {
                return false;
            }
            has[(unsigned char)*pattern & 127] = true;
        }
    }
    return (has['Y'] || has['y']) && (has['m'] || has['b']) && has['d'] &&
           (has['H'] || (has['I'] && has['p'])) && has['M'];
}

int64_t timestamp_local_ns(const struct timestamp *self)
{
    return civil_time_as_utc_ns(self->local);
}
