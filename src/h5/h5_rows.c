/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Structs to columns and back: each field is gathered into one array, and the array is a
 * column. Columns rather than compound records, because h5py, R and Excel-minded people read
 * those without our definitions.
 */
#include "src/h5/h5_rows.h"

#include <string.h>

#include "src/base/mem.h"

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

/* ---- columns ---- */

/* The longest text of a column, so that the file holds no more than is needed. */
static size_t longest(const char *cells, size_t n, size_t bytes)
{
    size_t most = 1;
    for (size_t i = 0; i < n; i++) {
        size_t length = strnlen(cells + i * bytes, bytes);
        most = length > most ? length : most;
    }
    return most;
}

static void pack(char *cells, size_t n, size_t bytes, size_t packed)
{
    for (size_t i = 1; i < n; i++) {
        memmove(cells + i * packed, cells + i * bytes, packed);
    }
}

static enum yk_status column_write(struct h5_writer *file, const struct h5_table *table,
                                   const struct h5_field *field, const void *rows, size_t n,
                                   struct failure *why)
{
    struct cell cell = cell_of(field);
    char *cells = mem_alloc(n, cell.bytes);
    if (cells == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu rows of %s", n, table->group);
    }
    enum yk_status status = YK_OK;
    const char *row = rows;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        status = cell_take(field, row + i * table->row_bytes + field->offset,
                           cells + i * cell.bytes, why);
    }
    if (status == YK_OK) {
        size_t bytes = cell.bytes;
        if (cell.kind == H5_KIND_TEXT) {
            bytes = longest(cells, n, cell.bytes);
            pack(cells, n, cell.bytes, bytes);
        }
        struct h5_column column = {
            field->name, cell.kind,          bytes,
            field->unit, field->description, h5_is_worth_compressing(cells, n, bytes)};
        status = h5_write(file, table->group, &column, cells, n, why);
    }
    mem_free(cells);
    return status;
}

enum yk_status h5_rows_write(struct h5_writer *file, const struct h5_table *table,
                             const void *rows, size_t n, struct failure *why)
{
    enum yk_status status = h5_group(file, table->group, why);
    if (status == YK_OK) {
        status = h5_put_text(file, table->group, "description", table->description, why);
    }
    for (size_t i = 0; i < table->n_fields && status == YK_OK; i++) {
        status = column_write(file, table, &table->fields[i], rows, n, why);
    }
    return status;
}

enum yk_status h5_rows_count(struct h5_file *file, const struct h5_table *table, size_t *n,
                             struct failure *why)
{
    if (!h5_has(file, table->group)) {
        *n = 0;
        return YK_OK;
    }
    enum yk_status status = h5_count(file, table->group, table->fields[0].name, n, why);
    /* A file cannot make us reserve more than it could hold: the first column takes a byte a
     * row at the very least when it is not compressed, and rows are never that many. */
    if (status == YK_OK && *n > (size_t)1 << 24) {
        return failure_set(why, YK_ERR_CORRUPT, "%s has %zu rows", table->group, *n);
    }
    return status;
}

static enum yk_status column_read(struct h5_file *file, const struct h5_table *table,
                                  const struct h5_field *field, void *rows, size_t n,
                                  struct failure *why)
{
    struct cell cell = cell_of(field);
    char *cells = mem_alloc(n, cell.bytes);
    if (cells == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu rows of %s", n, table->group);
    }
    enum yk_status status =
        h5_read(file, table->group, field->name, cell.kind, cell.bytes, cells, n, why);
    char *row = rows;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        status = cell_give(field, cells + i * cell.bytes,
                           row + i * table->row_bytes + field->offset, why);
    }
    mem_free(cells);
    return status;
}

enum yk_status h5_rows_read(struct h5_file *file, const struct h5_table *table, void *rows,
                            size_t n, struct failure *why)
{
    enum yk_status status = YK_OK;
    h5_enter();
    for (size_t i = 0; i < table->n_fields && status == YK_OK; i++) {
        struct failure absent;
        size_t there = 0;
        status = h5_count(file, table->group, table->fields[i].name, &there, &absent);
        if (status == YK_ERR_NO_DEVICE) {
            status = YK_OK;
        } else if (status == YK_OK) {
            status = column_read(file, table, &table->fields[i], rows, n, why);
        } else if (why != NULL) {
            *why = absent;
        }
    }
    h5_leave();
    return status;
}
