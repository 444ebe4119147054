/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of people. Figures and where they come from: docs/simulate.md.
 */
#include "src/simulate/person.h"

#include <string.h>

#define FIGURE(member, a, b, c, d, e, f, g)                                                    \
    [0].member = a, [1].member = b, [2].member = c, [3].member = d, [4].member = e,            \
    [5].member = f, [6].member = g,
static const struct person_kind KINDS[] = {
#include "src/simulate/people.def"
};
#undef FIGURE

size_t person_kind_count(void)
{
    return sizeof KINDS / sizeof KINDS[0];
}

const struct person_kind *person_kind_at(size_t i)
{
    return i < person_kind_count() ? &KINDS[i] : NULL;
}

const struct person_kind *person_kind_find(const char *id)
{
    for (size_t i = 0; i < person_kind_count(); i++) {
        if (strcmp(KINDS[i].id, id) == 0) {
            return &KINDS[i];
        }
    }
    return NULL;
}
