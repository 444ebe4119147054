/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * UTF-8 a character at a time (RFC 3629): the one place that knows which bytes are one.
 */
#ifndef SRC_BASE_UTF8_H
#define SRC_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What utf8_decode() says of a character whose first bytes are right but whose last ones are
 * beyond the end. */
#define UTF8_CUT (-1)

/* Bytes (1..4) of the character at the front of n bytes, and its code point; 0 when there is
 * none: a stray byte, an overlong form, a surrogate, above U+10FFFF, or n is 0. UTF8_CUT: see
 * above. *code is set for 1..4 only. */
int utf8_decode(const char *at, size_t n, uint32_t *code);

/* Bytes of the character at the front of a terminated string; 0 at its end and where no whole
 * character is. */
size_t utf8_length(const char *at);

/* The same for going through a string that may hold anything: 0 at its end only, a byte that
 * is no character counts as one. */
size_t utf8_step(const char *at);

/* Bytes of the first n that are whole characters: n, or less when the last of them goes on
 * behind. What is no UTF-8 stays. */
size_t utf8_whole(const char *at, size_t n);

/* Bytes of a terminated string that a sentence shows, for "%.*s": whole characters, `most`
 * bytes at the most. */
int utf8_shown(const char *at, int most);

/* Where a terminated string stops being a line of text: the first byte of no whole character,
 * or of a control character. NULL: nowhere. */
const char *utf8_find_bad(const char *at);

/* U+0000..1F, U+007F..9F: what a terminal would obey instead of show. */
bool utf8_is_control(uint32_t code);

#endif
