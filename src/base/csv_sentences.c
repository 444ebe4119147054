/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is said about a table, see csv.h: file, line, column and value, each cut at a character
 * so that the reason behind them is not.
 */
#include "src/base/csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/names.h"
#include "src/base/utf8.h"

#define NAME_SHOWN 60 /* bytes of a path in a sentence */

/* The last part of a long path: the line and the column must not be cut off. */
static const char *short_name(const struct csv *self)
{
    const char *name = csv_name(self);
    return strlen(name) > NAME_SHOWN ? name_of_path(name) : name;
}

enum yk_status csv_require(const struct csv *self, const char *name, const char *known,
                           struct failure *why)
{
    if (csv_find(self, name) != CSV_NONE) {
        return YK_OK;
    }
    const char *file = short_name(self);
    return failure_set(why, YK_ERR_ARGUMENT,
                       "%.*s: the first line must name the columns; %s is missing (%s)",
                       utf8_shown(file, NAME_SHOWN), file, name, known);
}

/* Whether the sentence says the cell's value itself, or there is none to be said. */
static bool has_value(const char *what, const char *value)
{
    char quoted[48];
    snprintf(quoted, sizeof quoted, "\"%.*s\"", utf8_shown(value, 40), value);
    return what[0] == '\'' || value[0] == '\0' || strstr(what, quoted) != NULL;
}

enum yk_status csv_failure(const struct csv *self, const struct csv_row *row, size_t column,
                           struct failure *why, enum yk_status code, const char *fmt, ...)
{
    char what[224], place[128];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    if (column == CSV_NONE) {
        snprintf(place, sizeof place, "line %llu:", (unsigned long long)row->line);
    } else {
        const char *name = csv_header_name(self, column), *value = csv_field(row, column);
        bool has_name = column < csv_header_n(self), is_said = has_value(what, value);
        snprintf(place, sizeof place, "line %llu, column %zu%s%.*s%s:%s%.*s%s",
                 (unsigned long long)row->line, column + 1, has_name ? " (" : "",
                 utf8_shown(name, 24), name, has_name ? ")" : "", is_said ? "" : " '",
                 is_said ? 0 : utf8_shown(value, 40), value, is_said ? "" : "'");
    }
    const char *file = short_name(self);
    return failure_set_at(why, code, (int64_t)row->offset, "%.*s, %s %s",
                          utf8_shown(file, NAME_SHOWN), file, place, what);
}
