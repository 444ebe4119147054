/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of rules, from methods.def.
 */
#include "algorithms/methods.h"

#include <string.h>

static const struct method METHODS[] = {
#define METHOD(id, kind, name, paper, input, en, ja)                                           \
    {#id, METHOD_##kind, name, paper, input, en, ja},
#include "algorithms/methods.def"
#undef METHOD
};

size_t method_count(void)
{
    return sizeof METHODS / sizeof *METHODS;
}

const struct method *method_at(size_t i)
{
    return i < method_count() ? &METHODS[i] : NULL;
}

const struct method *method_find(const char *id)
{
    for (size_t i = 0; i < method_count(); i++) {
        if (strcmp(METHODS[i].id, id) == 0) {
            return &METHODS[i];
        }
    }
    return NULL;
}

const char *method_kind_word(enum method_kind kind)
{
    static const char *const word[] = {"signal", "nonwear", "rest", "scorer", "rhythm"};
    return (size_t)kind < sizeof word / sizeof *word ? word[kind] : "";
}
