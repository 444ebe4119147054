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
#include "src/base/utf8.h"

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

static void add_clean(struct text *self, const char *value, size_t left, bool is_plain)
{
    for (size_t n; left > 0; value += n, left -= n) {
        uint32_t code = 0;
        int length = utf8_decode(value, left, &code);
        n = length > 0 ? (size_t)length : 1;
        if (length <= 0 || (is_plain && utf8_is_control(code))) {
            text_add(self, "\xEF\xBF\xBD");
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
    size_t left = strlen(value);
    text_add_char(self, '"');
    while (left > 0) {
        uint32_t code = 0;
        int length = utf8_decode(value, left, &code);
        size_t n = length > 0 ? (size_t)length : 1;
        const char *pair = NULL;
        for (size_t i = 0; length == 1 && i + 1 < sizeof named; i += 2) {
            if ((uint32_t)(unsigned char)named[i] == code) {
                pair = named + i + 1;
            }
        }
        if (length <= 0) { /* a byte that is no UTF-8: the replacement character */
            text_add(self, "\\ufffd");
        } else if (pair != NULL) {
            text_add_char(self, '\\');
            text_add_char(self, *pair);
        } else if (code < 0x20 || code == 0x7F) {
            text_addf(self, "\\u%04x", (unsigned)code);
        } else {
            text_add_n(self, value, n);
        }
        value += n;
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

void text_add_csv_row(struct text *self, const char *const *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        text_add(self, i > 0 ? "," : "");
        text_add_csv(self, values[i]);
    }
    text_add_char(self, '\n');
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

void text_trim(const char **at, size_t *n)
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
    for (; i < n && is_digit(at[i]); i++) {
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
        for (; i < n && is_digit(at[i]); i++) {
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
    text_trim(&at, &n);
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
    text_trim(&at, &n);
    bool is_negative = n > 0 && at[0] == '-';
    size_t i = n > 0 && (at[0] == '-' || at[0] == '+');
    if (i == n) {
        return false;
    }
    int64_t v = 0;
    for (; i < n; i++) {
        if (!is_digit(at[i])) {
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

const char *text_many(uint64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool text_skip(const char **at, const char *what)
{
    size_t n = strlen(what);
    bool is_there = strncmp(*at, what, n) == 0;
    *at += is_there ? n : 0;
    return is_there;
}
