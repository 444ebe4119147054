/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Telling the encodings that tables come in from each other.
 */
#ifndef SRC_BASE_CHARSET_H
#define SRC_BASE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether n bytes are nothing but text of this encoding; may_be_cut: the last character may be
 * incomplete, because more follows. */
bool charset_is_utf8(const char *at, size_t n, bool may_be_cut);
/* What Japanese spreadsheets save. */
bool charset_is_cp932(const char *at, size_t n, bool may_be_cut);

/* CP1252 (and Latin-1, whose control characters are kept) to UTF-8. to has room for three
 * bytes a letter; returns how many were written. */
size_t charset_from_cp1252(const char *from, size_t n, char *to);

#endif
