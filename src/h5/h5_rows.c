/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Structs to columns or records and back. Cells are gathered in one buffer, a record after the
 * other; a column is a record of one field.
 */
#include "src/h5/h5_rows.h"

#include <string.h>

#include "src/base/mem.h"
#include "src/h5/h5_internal.h"
#include "src/h5/h5_records.h"

#define DATE_BYTES 16

/* How a field is held in a column's buffer. */
struct cell {
    enum h5_kind kind;
    size_t bytes;
};

static struct cell cell_of(const struct h5_field *field)
{
    static const enum h5_kind kind[] = {
        [H5_FIELD_DOUBLE] = H5_KIND_DOUBLE, [H5_FIELD_FLOAT] = H5_KIND_FLOAT,
        [H5_FIELD_INT64] = H5_KIND_INT64,   [H5_FIELD_UINT64] = H5_KIND_UINT64,
        [H5_FIELD_INT32] = H5_KIND_INT32,   [H5_FIELD_UINT32] = H5_KIND_UINT32,
        [H5_FIELD_BOOL] = H5_KIND_UINT8,    [H5_FIELD_TEXT] = H5_KIND_TEXT,
        [H5_FIELD_DATE] = H5_KIND_TEXT,     [H5_FIELD_WORD] = H5_KIND_TEXT};
    size_t text = field->kind == H5_FIELD_TEXT   ? field->bytes
                  : field->kind == H5_FIELD_DATE ? DATE_BYTES
                                                 : H5_WORD_BYTES;
    return (struct cell){kind[field->kind], h5_kind_bytes(kind[field->kind], text)};
}

/* ---- words ---- */

/* Copies word number value of "a b c" into out; false when there are fewer. */
static bool nth_word(const char *words, int value, char out[static H5_WORD_BYTES])
{
    for (int i = 0; i < value; i++) {
        words = strchr(words, ' ');
        if (words == NULL) {
            return false;
        }
        words++;
    }
    size_t n = strcspn(words, " ");
    if (value < 0 || n == 0 || n >= H5_WORD_BYTES) {
        return false;
    }
    memcpy(out, words, n);
    out[n] = '\0';
    return true;
}

static bool word_of_value(const struct h5_field *field, int value,
                          char out[static H5_WORD_BYTES])
{
    if (field->words != NULL) {
        return nth_word(field->words, value, out);
    }
    const char *word = field->word_of(value);
    size_t n = word != NULL ? strlen(word) : H5_WORD_BYTES;
    if (n >= H5_WORD_BYTES) {
        return false;
    }
    memcpy(out, word, n + 1);
    return true;
}

static bool value_of_word(const struct h5_field *field, const char *word, int *out)
{
    char now[H5_WORD_BYTES];
    for (int value = 0; word_of_value(field, value, now); value++) {
        if (strcmp(now, word) == 0) {
            *out = value;
            return true;
        }
    }
    return false;
}

bool h5_field_word(const struct h5_field *field, const void *member,
                   char out[static H5_WORD_BYTES])
{
    int value = 0;
    memcpy(&value, member, sizeof value);
    return word_of_value(field, value, out);
}

const struct h5_field *h5_table_find(const struct h5_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        if (strcmp(table->fields[i].name, name) == 0) {
            return &table->fields[i];
        }
    }
    return NULL;
}

/* ---- one cell ---- */

static enum yk_status cell_take(const struct h5_field *field, const void *member, char *cell,
                                struct failure *why)
{
    if (field->kind == H5_FIELD_DATE) {
        civil_format(*(const struct civil_date *)member, cell);
    } else if (field->kind == H5_FIELD_TEXT) {
        memcpy(cell, member, strnlen(member, field->bytes - 1));
    } else if (field->kind == H5_FIELD_BOOL) {
        *cell = *(const bool *)member ? 1 : 0;
    } else if (field->kind == H5_FIELD_WORD) {
        int value = 0;
        memcpy(&value, member, sizeof value);
        if (!word_of_value(field, value, cell)) {
            return failure_set(why, YK_ERR_ARGUMENT, "%s: %d has no word", field->name, value);
        }
    } else {
        memcpy(cell, member, field->bytes);
    }
    return YK_OK;
}

static enum yk_status cell_give(const struct h5_field *field, const char *cell, void *member,
                                struct failure *why)
{
    if (field->kind == H5_FIELD_DATE) {
        struct civil_date date = {0};
        if (*cell != '\0' && !civil_parse(cell, &date)) {
            return failure_set(why, YK_ERR_CORRUPT, "%s: \"%s\" is no date", field->name, cell);
        }
        *(struct civil_date *)member = date;
    } else if (field->kind == H5_FIELD_BOOL) {
        *(bool *)member = *cell != 0;
    } else if (field->kind == H5_FIELD_WORD) {
        int value = 0;
        if (!value_of_word(field, cell, &value)) {
            return failure_set(why, YK_ERR_CORRUPT, "%s: \"%s\" is not a word of this version",
                               field->name, cell);
        }
        memcpy(member, &value, sizeof value);
    } else {
        memcpy(member, cell, field->bytes);
    }
    return YK_OK;
}

/* ---- cells in memory ---- */

/* Some fields of some rows, a record after the other. */
struct cells {
    const struct h5_table *table;
    struct h5_member *members; /* one a field */
    size_t first, n_fields, n, row_bytes;
    char *at;
};

static void cells_release(struct cells *self)
{
    mem_free(self->members);
    mem_free(self->at);
}

/* Room for n rows of n_fields fields from `first` on, zeroed. */
static enum yk_status cells_init(struct cells *self, const struct h5_table *table, size_t first,
                                 size_t n_fields, size_t n, struct failure *why)
{
    *self = (struct cells){.table = table, .first = first, .n_fields = n_fields, .n = n};
    self->members = mem_alloc(n_fields, sizeof *self->members);
    for (size_t i = 0; i < n_fields && self->members != NULL; i++) {
        const struct h5_field *field = &table->fields[first + i];
        struct cell cell = cell_of(field);
        self->members[i] =
            (struct h5_member){field->name, cell.kind, cell.bytes, self->row_bytes, false};
        self->row_bytes += cell.bytes;
    }
    self->at = self->members != NULL ? mem_alloc(n, self->row_bytes) : NULL;
    if (self->at == NULL) {
        cells_release(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu rows of %s", n, table->group);
    }
    return YK_OK;
}

static enum yk_status cells_take(struct cells *self, const char *rows, struct failure *why)
{
    for (size_t i = 0; i < self->n; i++) {
        for (size_t f = 0; f < self->n_fields; f++) {
            const struct h5_field *field = &self->table->fields[self->first + f];
            enum yk_status status =
                cell_take(field, rows + i * self->table->row_bytes + field->offset,
                          self->at + i * self->row_bytes + self->members[f].at, why);
            if (status != YK_OK) {
                return status;
            }
        }
    }
    return YK_OK;
}

static enum yk_status cells_give(const struct cells *self, char *rows, struct failure *why)
{
    for (size_t i = 0; i < self->n; i++) {
        for (size_t f = 0; f < self->n_fields; f++) {
            const struct h5_field *field = &self->table->fields[self->first + f];
            if (!self->members[f].is_there) {
                continue;
            }
            enum yk_status status =
                cell_give(field, self->at + i * self->row_bytes + self->members[f].at,
                          rows + i * self->table->row_bytes + field->offset, why);
            if (status != YK_OK) {
                return status;
            }
        }
    }
    return YK_OK;
}

/* The longest text of a field, so that the file holds no more than is needed. */
static size_t longest(const struct cells *self, const struct h5_member *member)
{
    size_t most = 1;
    for (size_t i = 0; i < self->n; i++) {
        size_t length = strnlen(self->at + i * self->row_bytes + member->at, member->bytes);
        most = length > most ? length : most;
    }
    return most;
}

/* Moves records and members together, now that texts are as long as they have to be. */
static void cells_pack(struct cells *self)
{
    size_t packed = 0, wide = self->row_bytes;
    for (size_t f = 0; f < self->n_fields; f++) {
        struct h5_member *member = &self->members[f];
        if (member->kind == H5_KIND_TEXT) {
            member->bytes = longest(self, member);
        }
        packed += member->bytes;
    }
    for (size_t i = 0; i < self->n; i++) {
        char *to = self->at + i * packed;
        for (size_t f = 0; f < self->n_fields; f++) { /* to is never ahead of where it reads */
            memmove(to, self->at + i * wide + self->members[f].at, self->members[f].bytes);
            to += self->members[f].bytes;
        }
    }
    self->row_bytes = 0;
    for (size_t f = 0; f < self->n_fields; f++) {
        self->members[f].at = self->row_bytes;
        self->row_bytes += self->members[f].bytes;
    }
}

/* ---- writing ---- */

static enum yk_status column_write(struct h5_file *file, const struct h5_table *table, size_t f,
                                   const void *rows, size_t n, struct failure *why)
{
    struct cells cells;
    enum yk_status status = cells_init(&cells, table, f, 1, n, why);
    if (status != YK_OK) {
        return status;
    }
    status = cells_take(&cells, rows, why);
    if (status == YK_OK) {
        cells_pack(&cells);
        const struct h5_field *field = &table->fields[f];
        struct h5_column column = {
            field->name,        cells.members[0].kind,
            cells.row_bytes,    field->unit,
            field->description, h5_is_worth_compressing(cells.at, n, cells.row_bytes)};
        status = h5_write(file, table->group, &column, cells.at, n, why);
    }
    cells_release(&cells);
    return status;
}

/* Members of records have no attributes: what the columns are stands in one, a line each with
 * name, unit and description between tabs. */
static enum yk_status put_columns(struct h5_file *file, const struct h5_table *table,
                                  struct failure *why)
{
    struct text lines;
    text_init(&lines);
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct h5_field *field = &table->fields[i];
        text_addf(&lines, "%s\t%s\t%s\n", field->name, field->unit != NULL ? field->unit : "",
                  field->description);
    }
    enum yk_status status = text_status(&lines, why);
    if (status == YK_OK) {
        status = h5_put_text(file, table->group, "columns", text_string(&lines), why);
    }
    text_release(&lines);
    return status;
}

static enum yk_status records_write(struct h5_file *file, const struct h5_table *table,
                                    const void *rows, size_t n, struct failure *why)
{
    struct cells cells;
    enum yk_status status = cells_init(&cells, table, 0, table->n_fields, n, why);
    if (status != YK_OK) {
        return status;
    }
    status = cells_take(&cells, rows, why);
    if (status == YK_OK) {
        cells_pack(&cells);
        status = h5_records_write(file, table->group, cells.members, cells.n_fields,
                                  cells.row_bytes, cells.at, n, why);
    }
    cells_release(&cells);
    return status == YK_OK ? put_columns(file, table, why) : status;
}

static enum yk_status columns_write(struct h5_file *file, const struct h5_table *table,
                                    const void *rows, size_t n, struct failure *why)
{
    enum yk_status status = h5_group(file, table->group, why);
    for (size_t i = 0; i < table->n_fields && status == YK_OK; i++) {
        status = column_write(file, table, i, rows, n, why);
    }
    return status;
}

enum yk_status h5_rows_write(struct h5_file *file, const struct h5_table *table,
                             const void *rows, size_t n, struct failure *why)
{
    h5_enter();
    enum yk_status status = table->is_records ? records_write(file, table, rows, n, why)
                                              : columns_write(file, table, rows, n, why);
    if (status == YK_OK) {
        status = h5_put_text(file, table->group, "description", table->description, why);
    }
    h5_leave();
    return status;
}

/* ---- reading ---- */

enum yk_status h5_rows_count(struct h5_file *file, const struct h5_table *table, size_t *n,
                             struct failure *why)
{
    if (!h5_has(file, table->group)) {
        enum yk_status status = h5_read_status(file, why);
        *n = status == YK_OK ? 0 : *n;
        return status;
    }
    /* Either refuses more rows than the file's bytes can hold. */
    size_t rows = 0;
    enum yk_status status =
        h5_is_records(file, table->group)
            ? h5_records_count(file, table->group, &rows, why)
            : h5_count(file, table->group, table->fields[0].name, &rows, why);
    if (status == YK_OK && rows > (size_t)1 << 24) { /* what is left is packed tightly */
        status = failure_set(why, YK_ERR_CORRUPT, "%s has %zu rows", table->group, rows);
    }
    if (status == YK_OK) {
        *n = rows;
    }
    return status;
}

static enum yk_status column_read(struct h5_file *file, const struct h5_table *table, size_t f,
                                  void *rows, size_t n, struct failure *why)
{
    struct cells cells;
    enum yk_status status = cells_init(&cells, table, f, 1, n, why);
    if (status != YK_OK) {
        return status;
    }
    status = h5_read(file, table->group, table->fields[f].name, cells.members[0].kind,
                     cells.row_bytes, cells.at, n, why);
    if (status == YK_OK) {
        cells.members[0].is_there = true;
        status = cells_give(&cells, rows, why);
    }
    cells_release(&cells);
    return status;
}

static enum yk_status records_read(struct h5_file *file, const struct h5_table *table,
                                   void *rows, size_t n, struct failure *why)
{
    struct cells cells;
    enum yk_status status = cells_init(&cells, table, 0, table->n_fields, n, why);
    if (status != YK_OK) {
        return status;
    }
    status = h5_records_read(file, table->group, cells.members, cells.n_fields, cells.row_bytes,
                             cells.at, n, why);
    if (status == YK_OK) {
        status = cells_give(&cells, rows, why);
    }
    cells_release(&cells);
    return status;
}

static enum yk_status columns_read(struct h5_file *file, const struct h5_table *table,
                                   void *rows, size_t n, struct failure *why)
{
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < table->n_fields && status == YK_OK; i++) {
        struct failure absent;
        size_t there = 0;
        status = h5_count(file, table->group, table->fields[i].name, &there, &absent);
        if (status == YK_ERR_NO_DEVICE) {
            status = YK_OK;
        } else if (status == YK_OK) {
            status = column_read(file, table, i, rows, n, why);
        } else if (why != NULL) {
            *why = absent;
        }
    }
    return status;
}

enum yk_status h5_rows_read(struct h5_file *file, const struct h5_table *table, void *rows,
                            size_t n, struct failure *why)
{
    h5_enter();
    enum yk_status status = h5_is_records(file, table->group)
                                ? records_read(file, table, rows, n, why)
                                : columns_read(file, table, rows, n, why);
    h5_leave();
    return status;
}
