/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Did you mean ...": the known words that are closest to a mistyped one.
 */
#ifndef SRC_BASE_NEAREST_H
#define SRC_BASE_NEAREST_H

#include <stddef.h>

#include "src/base/text.h"

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b; letters count
 * the same in upper and lower case. Words longer than 63 bytes are compared by their first 63.
 */
size_t nearest_distance(const char *a, const char *b);

/* Appends to out the closest of n candidates ("info, init"), best first, at most `most`, only
 * those that are plausible: a distance of at most a third of the word, or one being the
 * beginning of the other. Returns how many were added. */
size_t nearest_list(const char *word, const char *const *candidates, size_t n, size_t most,
                    struct text *out);

#endif
