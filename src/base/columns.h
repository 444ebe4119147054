/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many columns of a terminal a text takes.
 */
#ifndef SRC_BASE_COLUMNS_H
#define SRC_BASE_COLUMNS_H

#include <stddef.h>

/* Columns a UTF-8 string takes on a terminal: East Asian wide and fullwidth characters count 2,
 * combining ones and control characters 0, a byte that is no character 1. */
int text_columns(const char *utf8);
/* The same for n bytes. */
int columns_n(const char *at, size_t n);
/* Length in bytes of the whole characters that fit into so many columns. */
size_t columns_fit(const char *utf8, int columns);

#endif
