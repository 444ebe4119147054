/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names of the kinds of activity counts.
 */
#include "src/model/count_kind.h"

#include <string.h>

static const char *const NAMES[COUNT_KIND_COUNT] = {
#define KIND(id, name, meaning) name,
#include "src/model/count_kind.def"
#undef KIND
};

const char *count_kind_name(enum count_kind kind)
{
    return (unsigned)kind < COUNT_KIND_COUNT ? NAMES[kind] : NAMES[0];
}

bool count_kind_find(const char *name, enum count_kind *out)
{
    for (int i = 0; i < COUNT_KIND_COUNT; i++) {
        if (strcmp(NAMES[i], name) == 0) {
            *out = (enum count_kind)i;
            return true;
        }
    }
    return false;
}
