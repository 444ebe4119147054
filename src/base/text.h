/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A growing string, and numbers to and from text that no locale can change.
 *
 * Appending to a text never needs a check at every call: when memory is refused the text
 * remembers it, further calls do nothing, and text_status() says so once at the end.
 */
#ifndef SRC_BASE_TEXT_H
#define SRC_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

struct text {
    char *at; /* terminated; NULL until something is added */
    size_t length, capacity;
    bool is_short; /* memory was refused: content is incomplete */
};

void text_init(struct text *self);
void text_release(struct text *self);
void text_clear(struct text *self);               /* keeps the room */
const char *text_string(const struct text *self); /* "" when empty, never NULL */
void text_add(struct text *self, const char *more);
void text_add_n(struct text *self, const char *more, size_t n);
void text_add_char(struct text *self, char c);
void text_addf(struct text *self, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Number with this many decimals; nothing at all when it is NaN or infinite. -0.00 becomes
 * 0.00. */
void text_add_double(struct text *self, double value, int decimals);
/* Shortest decimal that reads back as the same double ("0.1", not "0.10000000000000001"). */
void text_add_exact(struct text *self, double value);
/* JSON string with quotes; control characters and invalid UTF-8 are escaped. */
void text_add_json(struct text *self, const char *value);
/* Whole UTF-8 whatever value is: a byte that is none becomes U+FFFD (a file's name is only
 * bytes). */
void text_add_utf8(struct text *self, const char *value);
/* The same for a line on a terminal: control characters (a line end, an escape sequence in a
 * file's name) become U+FFFD, too. */
void text_add_plain(struct text *self, const char *value);
/* CSV field in whole UTF-8, quoted when it holds a comma, a quote, a line end or
 * leading/trailing blanks. A field that a spreadsheet would run as a formula (= + - @ first,
 * and not a number) gets a ' in front. */
void text_add_csv(struct text *self, const char *value);
/* A row of them, with commas and a line end. */
void text_add_csv_row(struct text *self, const char *const *values, size_t n);
/* YK_OK, or YK_ERR_MEMORY when something could not be added. */
enum yk_status text_status(const struct text *self, struct failure *why);

/* Blanks and line ends at both ends of [*at, *at + *n) taken off. */
void text_trim(const char **at, size_t *n);

/* '0' to '9', whatever the locale. */
static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The whole of [at, at+n) must be a number (blanks around it allowed): decimal point, no
 * locale, no hex, no inf/nan. false leaves *out alone. */
bool text_parse_double(const char *at, size_t n, double *out);
bool text_parse_int64(const char *at, size_t n, int64_t *out);

/* The word for a number: text_many(1, "night", "nights"). In a Japanese format its place is
 * "%.0s". */
const char *text_many(uint64_t n, const char *one, const char *many);

/* For qsort() and bsearch() of texts (char *). */
int compare_texts(const void *a, const void *b);

/* When *at begins with what, goes behind it. */
bool text_skip(const char **at, const char *what);

#endif
