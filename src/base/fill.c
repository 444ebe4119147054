/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Filling gaps in translated sentences.
 */
#include "src/base/fill.h"

#include <string.h>

/* "{0:night:nights}" at *at: the word for the number, and the bytes it took; 0: it is none. */
static size_t add_counted(struct text *out, const char *at, const char *value)
{
    const char *one = at + 3, *many = strchr(one, ':'), *end = strchr(one, '}');
    if (many == NULL || end == NULL || many > end) {
        return 0;
    }
    bool is_one = strcmp(value, "1") == 0;
    text_add_n(out, is_one ? one : many + 1, (size_t)(is_one ? many - one : end - many - 1));
    return (size_t)(end - at) + 1;
}

void text_add_filled(struct text *out, const char *pattern, const char *const *values, size_t n)
{
    for (const char *at = pattern; *at != '\0';) {
        size_t which = at[0] == '{' && is_digit(at[1]) ? (size_t)(at[1] - '0') : n, taken = 0;
        if (which < n && at[2] == '}') {
            text_add(out, values[which]);
            taken = 3;
        } else if (which < n && at[2] == ':') {
            taken = add_counted(out, at, values[which]);
        }
        if (taken == 0) {
            text_add_char(out, *at);
            taken = 1;
        }
        at += taken;
    }
}
