/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names that were given a value, see given.h.
 */
#include "src/base/given.h"

#include <string.h>

#include "src/base/utf8.h"

static int shown(const char *text, size_t bytes)
{
    return (int)utf8_whole(text, bytes < 40 ? bytes : 40);
}

enum yk_status given_add(struct given *self, const char *name, size_t name_bytes,
                         const char *value, size_t value_bytes, size_t line,
                         struct failure *why)
{
    for (size_t i = 0; i < self->n; i++) {
        if (self->of[i].name_bytes == name_bytes &&
            memcmp(self->of[i].name, name, name_bytes) == 0) {
            const char *first = self->of[i].value;
            int n_name = shown(name, name_bytes), n_now = shown(value, value_bytes),
                n_first = shown(first, self->of[i].value_bytes);
            return line == 0
                       ? failure_set(why, YK_ERR_ARGUMENT,
                                     "%.*s is set twice, to '%.*s' and to '%.*s'; remove one",
                                     n_name, name, n_first, first, n_now, value)
                       : failure_set(why, YK_ERR_ARGUMENT,
                                     "%.*s is set twice, to '%.*s' in line %zu and to '%.*s' "
                                     "here; remove one",
                                     n_name, name, n_first, first, self->of[i].line, n_now,
                                     value);
        }
    }
    if (self->n < GIVEN_MAX) {
        self->of[self->n].name = name;
        self->of[self->n].value = value;
        self->of[self->n].name_bytes = name_bytes;
        self->of[self->n].value_bytes = value_bytes;
        self->of[self->n].line = line;
        self->n++;
    }
    return YK_OK;
}
