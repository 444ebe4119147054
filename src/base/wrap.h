/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Breaking a paragraph into lines that fit a terminal, in Japanese and English.
 */
#ifndef SRC_BASE_WRAP_H
#define SRC_BASE_WRAP_H

#include "src/base/text.h"

/* Appends words in lines of at most width columns, each ended by a line end. The first line
 * goes on at column `column` (what is already there); the others are indented by `indent`
 * blanks. Breaks at blanks and beside wide characters, but not before a Japanese full stop, a
 * comma or a closing bracket. A line end inside the words stays one. */
void text_add_wrapped(struct text *out, const char *words, int column, int indent, int width);

/* Appends what and blanks up to columns on a terminal; what is longer stays whole. */
void text_add_padded(struct text *out, const char *what, int columns);

#endif
