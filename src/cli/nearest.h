/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Did you mean ...": those of the known words that are plausibly meant by a mistyped one.
 */
#ifndef SRC_CLI_NEAREST_H
#define SRC_CLI_NEAREST_H

#include <stddef.h>

#include "src/base/text.h"
#include "src/base/near_names.h"

/* Appends to out the closest of n candidates ("info, init"), best first, at most `most`
 * (1..NEAR_NAMES_MAX), and only those within a third of the word's length or holding it.
 * Returns how many were added. */
size_t nearest_list(const char *word, const char *const *candidates, size_t n, size_t most,
                    struct text *out);

#endif
