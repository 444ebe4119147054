/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages of a GENEActiv recording, see geneactiv_page.h. The digits are 98 % of a file and a
 * week has 725 million of them: the loops over them are written so that gcc turns them into
 * vector code (digits to nibbles, three nibbles to a value, values to axes).
 */
#include "firmware-formats/geneactiv_page.h"

#include <math.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/clones.h"

#define TOLERANCE_NS (INT64_C(1010) * 1000000)

/* ---- digits ---- */

enum { DIGITS = GENEACTIV_PAGE_SAMPLES * GENEACTIV_DIGITS, VALUES = DIGITS / 3 };

/* Nibbles of all bytes; not 0 when one of them is no hexadecimal digit. */
YK_CLONES static uint8_t nibbles_of(const uint8_t *restrict at, uint8_t *restrict out)
{
    uint8_t bad = 0;
    for (uint32_t i = 0; i < DIGITS; i++) {
        uint8_t c = at[i];
        uint8_t digit = (uint8_t)(c - '0'), letter = (uint8_t)((uint8_t)(c | 0x20) - 'a');
        bad |= (uint8_t)((digit > 9) & (letter > 5));
        out[i] = (uint8_t)((c & 15) + (c >> 6) * 9);
    }
    return bad;
}

YK_CLONES static void values_of(const uint8_t *restrict nibble, uint16_t *restrict out)
{
    for (uint32_t i = 0; i < VALUES; i++) {
        out[i] = (uint16_t)(nibble[3 * i] << 8 | nibble[3 * i + 1] << 4 | nibble[3 * i + 2]);
    }
}

/* Twelve bits in two's complement: moved up to the sign and back. */
YK_INLINE int16_t sign_extended(uint16_t value)
{
    return (int16_t)((int16_t)(uint16_t)(value << 4) >> 4);
}

YK_CLONES static void axes_of(const uint16_t *restrict value,
                              struct geneactiv_raw *restrict out)
{
    for (uint32_t i = 0; i < GENEACTIV_PAGE_SAMPLES; i++) {
        out->axis[0][i] = sign_extended(value[4 * i]);
        out->axis[1][i] = sign_extended(value[4 * i + 1]);
        out->axis[2][i] = sign_extended(value[4 * i + 2]);
        out->light[i] = value[4 * i + 3];
    }
}

static bool is_digit(uint8_t c)
{
    uint8_t letter = (uint8_t)(c | 0x20);
    return (c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'f');
}

uint32_t geneactiv_decode(const uint8_t *at, size_t n, struct geneactiv_raw *out,
                          size_t *digits)
{
    uint8_t nibble[DIGITS], whole[DIGITS];
    uint16_t value[VALUES];
    *digits = DIGITS;
    if (n < DIGITS || nibbles_of(at, nibble) != 0) {
        size_t good = 0;
        while (good < n && good < DIGITS && is_digit(at[good])) {
            good++;
        }
        *digits = good;
        memcpy(whole, at, good);
        memset(whole + good, '0', DIGITS - good);
        nibbles_of(whole, nibble);
    }
    values_of(nibble, value);
    axes_of(value, out);
    return (uint32_t)(*digits / GENEACTIV_DIGITS);
}

/* ---- lines ---- */

/* Up to `most` digits at *at; false when there is none. */
static bool take_integer(const char **at, const char *end, int most, int32_t *out)
{
    const char *p = *at;
    int32_t value = 0;
    while (p < end && p - *at < most && *p >= '0' && *p <= '9') {
        value = value * 10 + (*p++ - '0');
    }
    bool is_there = p > *at;
    *at = p;
    *out = value;
    return is_there;
}

bool geneactiv_time(const char *text, size_t n, int64_t *wall_ns)
{
    static const char after[6][4] = {"-", "-", " T", ":", ":", ":.,"};
    static const int most[7] = {4, 2, 2, 2, 2, 2, 3};
    const char *at = text, *end = text + n;
    int32_t field[7] = {0};
    for (int i = 0; i < 7; i++) {
        const char *from = at;
        if (!take_integer(&at, end, most[i], &field[i]) || (i == 0 && at - from != 4)) {
            return false;
        }
        if (i == 6) {
            for (ptrdiff_t k = at - from; k < 3; k++) {
                field[6] *= 10;
            }
        } else if (at < end && strchr(after[i], *at) != NULL && *at != '\0') {
            at++;
        } else if (i < 5) {
            return false;
        } else {
            break; /* no milliseconds */
        }
    }
    struct civil_time time = {.date = {field[0], (int8_t)field[1], (int8_t)field[2]},
                              .second_of_day = field[3] * 3600 + field[4] * 60 + field[5],
                              .ns = field[6] * 1000000};
    if (!civil_is_valid(time.date) || field[0] < 1970 || field[0] > 2199 || field[3] > 23 ||
        field[4] > 59 || field[5] > 59) {
        return false;
    }
    *wall_ns = civil_time_as_utc_ns(time);
    return true;
}

bool geneactiv_number(const char *text, size_t n, double *out)
{
    const char *at = text, *end = text + n;
    bool is_negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+') ? 1 : 0;
    int64_t digits = 0, scale = 1;
    int seen = 0;
    bool has_point = false;
    for (; at < end; at++) {
        if ((*at == '.' || *at == ',') && !has_point) {
            has_point = true;
        } else if (*at >= '0' && *at <= '9' && seen < 15) {
            digits = digits * 10 + (*at - '0');
            scale *= has_point ? 10 : 1;
            seen++;
        } else {
            break;
        }
    }
    if (seen == 0 || (at < end && *at != ' ' && *at != '\r' && *at != '\0')) {
        return false;
    }
    double value = (double)digits / (double)scale; /* both are exact: rounded once */
    *out = is_negative ? -value : value;
    return true;
}

static bool begins(const char *line, size_t n, const char *with, size_t *length)
{
    *length = strlen(with);
    return n >= *length && memcmp(line, with, *length) == 0;
}

static void take_line(const char *line, size_t n, struct geneactiv_page *out)
{
    size_t k;
    double sequence;
    switch (line[0]) { /* there are ten lines in each of 200000 pages of a week */
    case 'S':
        if (begins(line, n, "Sequence Number:", &k) &&
            geneactiv_number(line + k, n - k, &sequence) && sequence >= 0 && sequence < 1e12) {
            out->sequence = (int64_t)sequence;
        }
        break;
    case 'P':
        if (begins(line, n, "Page Time:", &k) &&
            !geneactiv_time(line + k, n - k, &out->wall_ns)) {
            out->wall_ns = TIME_UNKNOWN;
        }
        break;
    case 'T':
        if (begins(line, n, "Temperature:", &k)) {
            geneactiv_number(line + k, n - k, &out->temperature_c);
        }
        break;
    case 'B':
        if (begins(line, n, "Battery voltage:", &k)) {
            geneactiv_number(line + k, n - k, &out->battery_v);
        }
        break;
    case 'M':
        if (begins(line, n, "Measurement Frequency:", &k)) {
            geneactiv_number(line + k, n - k, &out->rate_hz);
        }
        break;
    default:
        break;
    }
}

enum geneactiv_found geneactiv_page_parse(const uint8_t *at, size_t n,
                                          struct geneactiv_page *out)
{
    const char *text = (const char *)at;
    size_t most = n < GENEACTIV_LINES_MOST ? n : GENEACTIV_LINES_MOST, pos = 0, k;
    *out = (struct geneactiv_page){.wall_ns = TIME_UNKNOWN,
                                   .sequence = -1,
                                   .temperature_c = NAN,
                                   .battery_v = NAN,
                                   .rate_hz = NAN};
    while (pos < most) {
        const char *line = text + pos, *stop = memchr(line, '\n', most - pos);
        size_t length = stop != NULL ? (size_t)(stop - line) : most - pos;
        bool is_title = begins(line, length, GENEACTIV_PAGE_TITLE, &k);
        out->digits_at = pos;
        if (is_title && pos > 0) {
            return GENEACTIV_NO_DIGITS;
        }
        if (!is_title && memchr(line, ':', length) == NULL) {
            size_t blanks = 0;
            while (blanks < length && (line[blanks] == '\r' || line[blanks] == ' ')) {
                blanks++;
            }
            if (blanks < length) {
                return is_digit((uint8_t)line[0]) ? GENEACTIV_PAGE : GENEACTIV_NO_DIGITS;
            }
        } else if (!is_title) {
            if (stop == NULL) {
                break;
            }
            take_line(line, length, out);
        }
        if (stop == NULL) {
            break;
        }
        pos += length + 1;
    }
    out->digits_at = most;
    return n <= GENEACTIV_LINES_MOST ? GENEACTIV_CUT : GENEACTIV_NO_DIGITS;
}

/* ---- where pages are ---- */

const uint8_t *geneactiv_page_find(const uint8_t *at, size_t n)
{
    return memmem(at, n, GENEACTIV_PAGE_TITLE, strlen(GENEACTIV_PAGE_TITLE));
}

bool geneactiv_is_near(int64_t a_ns, int64_t b_ns)
{
    return a_ns > b_ns - TOLERANCE_NS && a_ns < b_ns + TOLERANCE_NS;
}

/* Begin of the line before the one at `line`; `line` when that is empty or there is none. */
static const uint8_t *line_before(const uint8_t *at, const uint8_t *line)
{
    if (line == at) {
        return line;
    }
    const uint8_t *feed = memrchr(at, '\n', (size_t)(line - at) - 1);
    const uint8_t *before = feed != NULL ? feed + 1 : at;
    return *before == '\r' || *before == '\n' ? line : before;
}

static bool is_measurement(const uint8_t *at, size_t n)
{
    size_t digits = 0;
    while (digits < n && digits < GENEACTIV_DIGITS && is_digit(at[digits])) {
        digits++;
    }
    return digits == GENEACTIV_DIGITS;
}

const uint8_t *geneactiv_page_find_untitled(const uint8_t *at, size_t n)
{
    static const char second[] = "\nSequence Number:"; /* of the lines behind the title */
    const uint8_t *end = at + n, *from = at, *found;
    struct geneactiv_page page;
    while ((found = memmem(from, (size_t)(end - from), second, strlen(second))) != NULL) {
        from = found + 1;
        const size_t left = (size_t)(end - from);
        if (geneactiv_page_parse(from, left, &page) == GENEACTIV_PAGE &&
            is_measurement(from + page.digits_at, left - page.digits_at)) {
            return line_before(at, line_before(at, from));
        }
    }
    return NULL;
}
