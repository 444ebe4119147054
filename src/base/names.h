/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names of files, taken apart as text; what they name need not exist.
 */
#ifndef SRC_BASE_NAMES_H
#define SRC_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* What is behind the last '/' of a path: a part of it. */
const char *name_of_path(const char *path);

/* Whether there is something, and then this ending. */
bool name_ends_with(const char *name, const char *ending);
/* The same, letters' case aside: ".GZ" for ".gz". */
bool name_ends_like(const char *name, const char *ending);

/* Bytes of a path without its ending: "a/week" of "a/week.csv", and of "a/week.csv.gz". A dot
 * in front of a name begins no ending. */
size_t name_stem(const char *path);

#endif
