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

int command_unknown(const struct cli *cli, const char *name)
{
    const char *names[TABLE_COUNT];
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        names[i] = table[i]->name;
    }
    struct text near;
    text_init(&near);
    int code;
    if (nearest_list(name, names, TABLE_COUNT, 3, &near) > 0) {
        code = cli_usage(cli, "there is no command %s; did you mean: %s", name,
                         text_string(&near));
    } else {
        code = cli_usage(cli, "there is no command %s", name);
    }
    text_release(&near);
    return code;
}
