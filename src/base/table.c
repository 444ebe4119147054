/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Terminal tables. Cells are kept in one text, one after the other; widths are found when the
 * table is written. Leaves out: wrapping inside cells.
 */
#include "src/base/table.h"
#include "src/base/columns.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void table_init(struct table *self, size_t n_columns)
{
    assert(n_columns >= 1 && n_columns <= TABLE_COLUMNS_MAX);
    *self = (struct table){.n_columns = n_columns, .n_header_rows = 1};
    text_init(&self->cells);
}

void table_release(struct table *self)
{
    text_release(&self->cells);
    self->n_cells = 0;
}

void table_align(struct table *self, size_t column, enum table_align align)
{
    assert(column < self->n_columns);
    self->align[column] = align;
}

void table_cell(struct table *self, const char *value)
{
    text_add_plain(&self->cells, value != NULL ? value : "");
    text_add_n(&self->cells, "", 1);
    self->n_cells++;
}

void table_cellf(struct table *self, const char *fmt, ...)
{
    char value[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(value, sizeof value, fmt, args);
    va_end(args);
    table_cell(self, value);
}

void table_number(struct table *self, double value, int decimals)
{
    struct text number;
    text_init(&number);
    text_add_double(&number, value, decimals);
    table_cell(self, isfinite(value) ? text_string(&number) : "–");
    self->cells.is_short = self->cells.is_short || number.is_short;
    text_release(&number);
}

static void measure(const struct table *self, bool drop_empty, int width[TABLE_COLUMNS_MAX])
{
    bool is_used[TABLE_COLUMNS_MAX] = {false};
    const char *cell = self->cells.at;
    for (size_t i = 0; i < self->n_columns; i++) {
        width[i] = 0;
    }
    for (size_t i = 0; i < self->n_cells; i++) {
        int columns = text_columns(cell);
        size_t at = i % self->n_columns;
        width[at] = columns > width[at] ? columns : width[at];
        is_used[at] =
            is_used[at] || (i >= self->n_columns * self->n_header_rows && columns > 0);
        cell += strlen(cell) + 1;
    }
    for (size_t i = 0; drop_empty && i < self->n_columns; i++) {
        width[i] = is_used[i] ? width[i] : 0;
    }
}

enum yk_status table_write(const struct table *self, int indent, int gap, bool drop_empty,
                           struct text *out, struct failure *why)
{
    enum yk_status status = text_status(&self->cells, why);
    if (status != YK_OK) {
        return status;
    }
    int width[TABLE_COLUMNS_MAX];
    measure(self, drop_empty, width);
    const char *cell = self->cells.at;
    int pending = indent; /* blanks owed before the next visible character */
    for (size_t i = 0; i < self->n_cells; i++) {
        size_t column = i % self->n_columns;
        int columns = text_columns(cell), room = width[column] - columns;
        room = room > 0 ? room : 0;
        bool is_shown = width[column] > 0;
        if (is_shown && columns > 0) {
            pending += self->align[column] == TABLE_RIGHT ? room : 0;
            text_addf(out, "%*s%s", pending, "", cell);
            pending = self->align[column] == TABLE_LEFT ? room : 0;
        } else if (is_shown) {
            pending += width[column];
        }
        pending += is_shown ? gap : 0;
        if (column + 1 == self->n_columns) {
            text_add(out, "\n");
            pending = indent;
        }
        cell += strlen(cell) + 1;
    }
    return text_status(out, why);
}
