/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences with gaps. Translated sentences are data, not printf formats: the compiler could
 * not check them, and languages want their words in different orders.
 */
#ifndef SRC_BASE_FILL_H
#define SRC_BASE_FILL_H

#include "src/base/text.h"

/* Appends pattern with {0} ... {9} replaced by values; a gap without a value stays as it is.
 * {0:night:nights} is the first word when value 0 is "1", else the second. */
void text_add_filled(struct text *out, const char *pattern, const char *const *values,
                     size_t n);

/* text_fill(&out, i18n(language, TEXT_x), "a", "b") */
#define text_fill(out, pattern, ...)                                                           \
    text_add_filled((out), (pattern), (const char *const[]){__VA_ARGS__},                      \
                    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#endif
