/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Growing strings and locale-free numbers.
 *
 * The C library prints and reads numbers with the decimal point of the process's locale. The
 * program never calls setlocale(), but a library might: numbers are therefore put right here,
 * and nowhere else are they converted.
 */
#include "src/base/text.h"
#include "src/base/mem.h"

#include <langinfo.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_init(struct text *self)
{
    *self = (struct text){0};
}

void text_release(struct text *self)
{
    if (self != NULL) {
        mem_free(self->at);
        text_init(self);
    }
}

void text_clear(struct text *self)
{
    self->length = 0;
    self->is_short = false;
    if (self->at != NULL) {
        self->at[0] = '\0';
    }
}

const char *text_string(const struct text *self)
{
    return self->at != NULL ? self->at : "";
}

/* Room for n more bytes and the end. */
static bool reserve(struct text *self, size_t n)
{
    if (self->is_short) {
        return false;
    }
    size_t want = 0;
    if (__builtin_add_overflow(self->length, n, &want) || want > SIZE_MAX / 4) {
        self->is_short = true;
        return false;
    }
    want++;
    if (want <= self->capacity) {
        return true;
    }
    size_t room = self->capacity < 32 ? 64 : self->capacity * 2;
    if (room < want) {
        room = want;
    }
    char *grown = mem_resize(self->at, self->capacity, room, 1);
    if (grown == NULL) {
        self->is_short = true;
        return false;
    }
    self->at = grown;
    self->capacity = room;
    return true;
}

void text_add_n(struct text *self, const char *more, size_t n)
{
    if (reserve(self, n)) {
        if (n > 0) {
            memcpy(self->at + self->length, more, n);
        }
        self->length += n;
        self->at[self->length] = '\0';
    }
}

void text_add(struct text *self, const char *more)
{
    text_add_n(self, more, strlen(more));
}

void text_add_char(struct text *self, char c)
{
    text_add_n(self, &c, 1);
}

void text_addf(struct text *self, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    if (n < 0) {
        self->is_short = true;
    } else if (reserve(self, (size_t)n)) {
        vsnprintf(self->at + self->length, (size_t)n + 1, fmt, again);
        self->length += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

/* What the C library put between whole and fraction becomes a point. */
static void set_point(char *number)
{
    for (char *p = number; *p != '\0'; p++) {
        if (strchr("0123456789+-e", *p) == NULL) {
            *p++ = '.';
            char *rest = p;
            while ((*rest & 0xC0) == 0x80) { /* a decimal mark of several bytes */
                rest++;
            }
            memmove(p, rest, strlen(rest) + 1);
            return;
        }
    }
}

void text_add_double(struct text *self, double value, int decimals)
{
    if (!isfinite(value)) {
        return;
    }
    char number[400];
    decimals = decimals < 0 ? 0 : decimals > 20 ? 20 : decimals;
    snprintf(number, sizeof number, "%.*f", decimals, value);
    set_point(number);
    const char *from = number;
    if (number[0] == '-' && strspn(number + 1, "0.") == strlen(number + 1)) {
        from++;
    }
    text_add(self, from);
}

void text_add_exact(struct text *self, double value)
{
    if (!isfinite(value)) {
        return;
    }
    if (value == 0) {
        text_add_char(self, '0');
        return;
    }
    /* 15 digits survive any normal double, so the first attempt finds every shorter decimal;
     * numbers below the normal range hold fewer digits and start from one. */
    char number[40];
    for (int digits = isnormal(value) ? 15 : 1; digits <= 17; digits++) {
        snprintf(number, sizeof number, "%.*g", digits, value);
        set_point(number);
        double back = 0;
        if (text_parse_double(number, strlen(number), &back) && back == value) {
            break;
        }
    }
    text_add(self, number);
}

/* Length of the UTF-8 character at p (n bytes left) and its code point; 0 when it is none. */
static size_t utf8_next(const unsigned char *p, size_t n, uint32_t *code)
{
    if (n == 0) {
        return 0;
    }
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    size_t length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || length > n) {
        return 0;
    }
    uint32_t c = p[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
        c = c << 6 | (p[i] & 0x3Fu);
    }
    bool is_long = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
    if (is_long || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        return 0;
    }
    *code = c;
    return length;
}

size_t text_utf8_length(const char *value)
{
    uint32_t code = 0;
    return utf8_next((const unsigned char *)value, strnlen(value, 4), &code);
}

static bool is_control(const char *p, size_t n)
{
    const unsigned char *c = (const unsigned char *)p;
    return (n == 1 && (c[0] < 0x20 || c[0] == 0x7F)) ||
           (n == 2 && c[0] == 0xC2 && c[1] < 0xA0); /* U+0080..9F */
}

static void add_clean(struct text *self, const char *value, size_t left, bool is_plain)
{
    for (size_t n; left > 0; value += n, left -= n) {
        uint32_t code = 0;
        n = utf8_next((const unsigned char *)value, left, &code);
        if (n == 0 || (is_plain && is_control(value, n))) {
            text_add(self, "\xEF\xBF\xBD");
            n = n == 0 ? 1 : n;
        } else {
            text_add_n(self, value, n);
        }
    }
}

void text_add_utf8(struct text *self, const char *value)
{
    add_clean(self, value, strlen(value), false);
}

void text_add_plain(struct text *self, const char *value)
{
    add_clean(self, value, strlen(value), true);
}

void text_add_json(struct text *self, const char *value)
{
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    const unsigned char *p = (const unsigned char *)value;
    size_t left = strlen(value);
    text_add_char(self, '"');
    while (left > 0) {
        uint32_t code = 0;
        size_t n = utf8_next(p, left, &code);
        const char *pair = NULL;
        for (size_t i = 0; n == 1 && i + 1 < sizeof named; i += 2) {
            if ((uint32_t)(unsigned char)named[i] == code) {
                pair = named + i + 1;
            }
        }
        if (n == 0) { /* a byte that is no UTF-8: the replacement character */
            text_add(self, "\\ufffd");
            n = 1;
        } else if (pair != NULL) {
            text_add_char(self, '\\');
            text_add_char(self, *pair);
        } else if (code < 0x20 || code == 0x7F) {
            text_addf(self, "\\u%04x", (unsigned)code);
        } else {
            text_add_n(self, (const char *)p, n);
        }
        p += n;
        left -= n;
    }
    text_add_char(self, '"');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

void text_add_csv(struct text *self, const char *value)
{
    size_t n = strlen(value);
    double number = 0;
    bool is_formula =
        n > 0 && strchr("=+-@", value[0]) != NULL && !text_parse_double(value, n, &number);
    bool is_quoted = n > 0 && (strpbrk(value, ",\"\r\n") != NULL || is_blank(value[0]) ||
                               is_blank(value[n - 1]));
    if (is_quoted) {
        text_add_char(self, '"');
    }
    if (is_formula) {
        text_add_char(self, '\'');
    }
    for (const char *quote; (quote = strchr(value, '"')) != NULL; value = quote + 1) {
        add_clean(self, value, (size_t)(quote - value), false);
        text_add(self, "\"\"");
    }
    text_add_utf8(self, value);
    if (is_quoted) {
        text_add_char(self, '"');
    }
}

enum yk_status text_status(const struct text *self, struct failure *why)
{
    if (self->is_short) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory after %zu bytes of text",
                           self->length);
    }
    return YK_OK;
}

/* ---- numbers from text ---- */

static void trim(const char **at, size_t *n)
{
    while (*n > 0 && (is_blank(**at) || **at == '\r' || **at == '\n')) {
        (*at)++;
        (*n)--;
    }
    while (*n > 0 &&
           (is_blank((*at)[*n - 1]) || (*at)[*n - 1] == '\r' || (*at)[*n - 1] == '\n')) {
        (*n)--;
    }
}

/* A decimal number taken apart: digits * 10^exponent when is_exact. */
struct decimal {
    uint64_t digits;
    int exponent;
    bool is_negative, is_exact;
};

static size_t scan_digits(const char *at, size_t n, bool is_fraction, struct decimal *d)
{
    size_t i = 0;
    for (; i < n && at[i] >= '0' && at[i] <= '9'; i++) {
        if (d->digits > (UINT64_C(1) << 53) / 10 - 1) {
            d->is_exact = false;
        } else {
            d->digits = d->digits * 10 + (uint64_t)(at[i] - '0');
            d->exponent -= is_fraction;
        }
    }
    return i;
}

/* The syntax: sign, digits with at most one point and at least one digit, exponent. */
static bool scan_decimal(const char *at, size_t n, struct decimal *d)
{
    *d = (struct decimal){.is_exact = true};
    size_t i = 0;
    if (i < n && (at[i] == '+' || at[i] == '-')) {
        d->is_negative = at[i++] == '-';
    }
    size_t whole = scan_digits(at + i, n - i, false, d);
    i += whole;
    size_t fraction = 0;
    if (i < n && at[i] == '.') {
        i++;
        fraction = scan_digits(at + i, n - i, true, d);
        i += fraction;
    }
    if (whole + fraction == 0) {
        return false;
    }
    if (i < n && (at[i] == 'e' || at[i] == 'E')) {
        i++;
        bool is_down = i < n && at[i] == '-';
        i += i < n && (at[i] == '+' || at[i] == '-');
        size_t first = i;
        int power = 0;
        for (; i < n && at[i] >= '0' && at[i] <= '9'; i++) {
            power = power < 100000 ? power * 10 + (at[i] - '0') : power;
        }
        if (i == first) {
            return false;
        }
        d->exponent += is_down ? -power : power;
    }
    return i == n;
}

bool text_parse_double(const char *at, size_t n, double *out)
{
    static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    trim(&at, &n);
    struct decimal d;
    if (!scan_decimal(at, n, &d)) {
        return false;
    }
    /* Both factors are exact doubles, so one multiplication or division rounds correctly
     * (Clinger 1990, "How to read floating point numbers accurately"). */
    if (d.is_exact && d.exponent >= -22 && d.exponent <= 22) {
        double v = (double)d.digits;
        v = d.exponent < 0 ? v / ten[-d.exponent] : v * ten[d.exponent];
        *out = d.is_negative ? -v : v;
        return true;
    }
    char number[1100];
    if (n >= sizeof number) {
        return false;
    }
    memcpy(number, at, n);
    number[n] = '\0';
    char *point = strchr(number, '.');
    if (point != NULL) {
        *point = *nl_langinfo(RADIXCHAR);
    }
    double v = strtod(number, NULL);
    if (!isfinite(v)) {
        return false;
    }
    *out = v;
    return true;
}

bool text_parse_int64(const char *at, size_t n, int64_t *out)
{
    trim(&at, &n);
    bool is_negative = n > 0 && at[0] == '-';
    size_t i = n > 0 && (at[0] == '-' || at[0] == '+');
    if (i == n) {
        return false;
    }
    int64_t v = 0;
    for (; i < n; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return false;
        }
        int digit = at[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, is_negative ? -digit : digit, &v)) {
            return false;
        }
    }
    *out = v;
    return true;
}

/* ---- width on a terminal ---- */

struct range {
    uint32_t first, last;
};

static bool is_in(uint32_t code, const struct range *table, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > table[middle].last) {
            low = middle + 1;
        } else if (code < table[middle].first) {
            high = middle;
        } else {
            return true;
        }
    }
    return false;
}

/* Unicode 15, EastAsianWidth.txt W and F, neighbouring ranges joined over unassigned codes. */
static const struct range WIDE[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1AFF0, 0x1B2FB},
    {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A},
    {0x1F200, 0x1F265}, {0x1F300, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C},
    {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0},
    {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC},
    {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596},
    {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC},
    {0x1F6D0, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7F0},
    {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAF8},
    {0x20000, 0x3FFFD},
};

/* Combining marks met in the languages of this program, joiners and direction marks. */
static const struct range NO_WIDTH[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489},   {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x202A, 0x202E},   {0x2060, 0x2064},   {0x20D0, 0x20F0},
    {0x302A, 0x302D}, {0x3099, 0x309A},   {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF}, {0xE0001, 0xE007F}, {0xE0100, 0xE01EF},
};

int text_columns(const char *utf8)
{
    const unsigned char *p = (const unsigned char *)utf8;
    size_t left = strlen(utf8);
    int columns = 0;
    while (left > 0) {
        uint32_t code = 0;
        size_t n = utf8_next(p, left, &code);
        if (n == 0) { /* shown as one replacement character */
            columns++;
            n = 1;
        } else if (code >= 0x20 && (code < 0x7F || code >= 0xA0) &&
                   !is_in(code, NO_WIDTH, sizeof NO_WIDTH / sizeof *NO_WIDTH)) {
            columns += is_in(code, WIDE, sizeof WIDE / sizeof *WIDE) ? 2 : 1;
        }
        p += n;
        left -= n;
    }
    return columns;
}

/* ---- near names ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

size_t text_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t n_a = strlen(a), n_b = strlen(b);
    if (n_a > LONGEST || n_b > LONGEST) {
        return n_a > n_b ? n_a : n_b;
    }
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= n_b; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t best = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[n_b];
}

void text_nearest_init(struct text_nearest *self, const char *wanted)
{
    *self = (struct text_nearest){.wanted = wanted};
}

void text_nearest_offer(struct text_nearest *self, const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n >= sizeof self->name[0]) {
        return;
    }
    /* A name that contains what was typed is near, whatever its length. */
    bool contains = self->wanted[0] != '\0' && strcasestr(name, self->wanted) != NULL;
    size_t distance = contains ? 1 : text_distance(self->wanted, name);
    size_t at = self->n;
    while (at > 0 && self->distance[at - 1] > distance) {
        at--;
    }
    if (at >= TEXT_NEAREST_MAX) {
        return;
    }
    size_t last = self->n < TEXT_NEAREST_MAX ? self->n++ : TEXT_NEAREST_MAX - 1;
    for (; last > at; last--) {
        memcpy(self->name[last], self->name[last - 1], sizeof self->name[0]);
        self->distance[last] = self->distance[last - 1];
    }
    memcpy(self->name[at], name, n + 1);
    self->distance[at] = distance;
}

void text_nearest_join(const struct text_nearest *self, char out[static TEXT_NEAREST_ROOM])
{
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < self->n; i++) {
        size_t n = strlen(self->name[i]), comma = length > 0 ? 2 : 0;
        memcpy(out + length, ", ", comma);
        memcpy(out + length + comma, self->name[i], n + 1);
        length += comma + n;
    }
}
