/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table of a batch against its copy in cohort.sqlite, cell by cell.
 */
#include "src/pipeline/check_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/export/tables.h"

/* Equal as numbers, or as texts; an empty field is NULL. */
static bool is_same(const struct db_query *row, int column, const char *field)
{
    double a = 0, b = 0;
    const char *text = db_text(row, column);
    if (strcmp(text, field) == 0) {
        return true;
    }
    return text_parse_double(text, strlen(text), &a) &&
           text_parse_double(field, strlen(field), &b) && a == b;
}

static enum yk_status compare_rows(struct checking *self, struct csv *csv,
                                   struct db_query *query, const size_t *column,
                                   const char *name, struct failure *why)
{
    char detail[192];
    enum yk_status from_file = YK_OK, from_db = YK_OK;
    for (;;) {
        const struct csv_row *row = NULL;
        from_file = csv_next(csv, &row, why);
        if (from_file != YK_OK && from_file != YK_END) {
            return from_file;
        }
        from_db = db_next(query, why);
        if (from_db != YK_OK && from_db != YK_END) {
            return from_db;
        }
        if (from_file == YK_END || from_db == YK_END) {
            break;
        }
        for (int c = 0; c < db_columns(query); c++) {
            if (!is_same(query, c, csv_field(row, column[c]))) {
                snprintf(detail, sizeof detail, "line %" PRIu64 ", column %s", row->line,
                         db_column_name(query, c));
                check_report(self, CHECK_table_differs, name, detail);
                return YK_OK;
            }
        }
    }
    if (from_file != from_db) {
        check_report(self, CHECK_table_differs, name,
                     from_file == YK_END ? "rows are missing" : "there are more rows");
    }
    return YK_OK;
}

/* Where in the file each column of the query is. */
static enum yk_status compare_columns(struct checking *self, struct csv *csv,
                                      struct db_query *query, const char *name,
                                      struct failure *why)
{
    int n = db_columns(query);
    size_t *column = mem_alloc((size_t)n, sizeof *column);
    if (column == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the columns of %s", name);
    }
    for (int c = 0; c < n; c++) {
        column[c] = csv_find(csv, db_column_name(query, c));
    }
    enum yk_status status = compare_rows(self, csv, query, column, name, why);
    mem_free(column);
    return status;
}

static enum yk_status compare_table(struct checking *self, const char *table,
                                    struct failure *why)
{
    char name[64], sql[96];
    struct text path;
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    struct db_query *query = NULL;
    struct failure how;
    text_init(&path);
    snprintf(name, sizeof name, "%s.csv", table);
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" ORDER BY rowid", table);
    enum yk_status status = disk_join(self->folder, name, &path, why);
    if (status == YK_OK && !disk_is_file(text_string(&path))) {
        check_report(self, CHECK_batch_unfinished, name, "");
        goto done;
    }
    if (status == YK_OK && db_query_open(self->db, sql, &query, &how) != YK_OK) {
        check_report(self, CHECK_batch_unfinished, BATCH_DB, how.text);
        goto done;
    }
    if (status == YK_OK) {
        status = file_source_open(text_string(&path), &bytes, why);
    }
    if (status == YK_OK) {
        status = csv_open(bytes, ',', &csv, why);
    }
    if (status == YK_OK && csv_read_header(csv, &how) != YK_OK) {
        check_report(self, CHECK_table_differs, name, how.text);
        goto done;
    }
    if (status == YK_OK) {
        status = compare_columns(self, csv, query, name, why);
        self->totals.tables++;
    }
done:
    db_query_close(query);
    csv_close(csv);
    byte_source_close(bytes);
    text_release(&path);
    return status;
}

enum yk_status check_tables(struct checking *self, struct failure *why)
{
    enum yk_status status = YK_OK;
    for (size_t t = 0; t < TABLE_COUNT && status == YK_OK; t++) {
        status = compare_table(self, export_table_name((enum export_table)t), why);
    }
    return status == YK_OK ? compare_table(self, "codebook", why) : status;
}
