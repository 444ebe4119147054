/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * commands.def as a table.
 */
#include "src/cli/registry.h"

#include <string.h>

#include "src/cli/nearest.h"

#define COMMAND(name) extern const struct command command_##name;
#include "src/cli/commands.def"
#undef COMMAND

static const struct command *const table[] = {
#define COMMAND(name) &command_##name,
#include "src/cli/commands.def"
#undef COMMAND
};

enum { TABLE_COUNT = sizeof table / sizeof table[0] };

size_t command_count(void)
{
    return TABLE_COUNT;
}

const struct command *command_at(size_t i)
{
    return table[i];
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (strcmp(table[i]->name, name) == 0) {
            return table[i];
        }
    }
    return NULL;
}

size_t command_nearest(const char *name, struct text *out)
{
    const char *names[TABLE_COUNT];
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        names[i] = table[i]->name;
    }
    return nearest_list(name, names, TABLE_COUNT, 3, out);
}
