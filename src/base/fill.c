/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Filling gaps in translated sentences.
 */
#include "src/base/fill.h"

void text_add_filled(struct text *out, const char *pattern, const char *const *values, size_t n)
{
    for (const char *at = pattern; *at != '\0'; at++) {
        bool is_gap = at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}';
        size_t which = is_gap ? (size_t)(at[1] - '0') : n;
        if (which < n) {
            text_add(out, values[which]);
            at += 2;
        } else {
            text_add_char(out, *at);
        }
    }
}
