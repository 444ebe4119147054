/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of a batch, from the rows kept per recording: sorted by recording, whole or not at
 * all.
 */
#include "src/pipeline/batch_methods.h"
#include "src/pipeline/batch_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/export/tables.h"
#include "src/pipeline/sums.h"
#include "src/pipeline/table_file.h"

enum { TABLE_CODEBOOK = TABLE_COUNT, FILE_COUNT };

struct tables {
    struct table_file file[FILE_COUNT];
    struct text series; /* lines of checksums of recordings/ and epochs/ */
    const char **ids;   /* of finished recordings, sorted */
    size_t n_ids;
};

const enum export_table batch_table_of[COHORT_PART_COUNT] = {
    [COHORT_RECORDING] = TABLE_recording, [COHORT_NIGHT] = TABLE_night,
    [COHORT_REST] = TABLE_rest,           [COHORT_DAY] = TABLE_day,
    [COHORT_EVENT] = TABLE_event,
};

static enum yk_status find_finished(const struct batch *batch, struct tables *out,
                                    struct failure *why)
{
    out->ids = mem_alloc(batch->inputs.n, sizeof *out->ids);
    if (out->ids == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory for %zu recordings",
                           batch->inputs.n);
    }
    for (size_t i = 0; i < batch->inputs.n; i++) {
        if (batch->inputs.inputs[i].state == BATCH_DONE) {
            out->ids[out->n_ids++] = batch->inputs.inputs[i].recording_id;
        }
    }
    qsort(out->ids, out->n_ids, sizeof *out->ids, compare_texts);
    return YK_OK;
}

/* The checksums of a recording's files; a table of epochs is not always wanted. */
static enum yk_status add_series(const struct batch *batch, const struct cohort_result *result,
                                 struct text *lines, struct failure *why)
{
    char name[sizeof result->recording_id + sizeof "recordings/.csv"];
    snprintf(name, sizeof name, "recordings/%s.h5", result->recording_id);
    sums_add(lines, result->h5_sha256, name);
    snprintf(name, sizeof name, "epochs/%s.csv", result->recording_id);
    return disk_holds(batch->options->folder, name)
               ? sums_add_file(lines, batch->options->folder, name, why)
               : YK_OK;
}

static enum yk_status add_recordings(struct batch *batch, struct tables *out,
                                     struct failure *why)
{
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < out->n_ids && status == YK_OK; i++) {
        struct cohort_result result;
        cohort_result_init(&result);
        status = cohort_db_get(batch->db, out->ids[i], &result, why);
        if (status == YK_END) {
            status = failure_set(why, YK_ERR_STORE, "the result of %s is gone; run it again",
                                 out->ids[i]);
        }
        for (size_t p = 0; p < COHORT_PART_COUNT && status == YK_OK; p++) {
            struct table_file *file = &out->file[batch_table_of[p]];
            text_add_n(&file->rows, text_string(&result.part[p]), result.part[p].length);
            status = table_file_spill(file, why);
        }
        status = status == YK_OK ? add_series(batch, &result, &out->series, why) : status;
        cohort_result_release(&result);
    }
    for (size_t p = 0; p < COHORT_PART_COUNT && status == YK_OK; p++) {
        status = table_file_complete(&out->file[batch_table_of[p]], why);
    }
    return status;
}

static const char *file_name(size_t i)
{
    return i == TABLE_CODEBOOK ? "codebook" : export_table_name((enum export_table)i);
}

static enum yk_status write_methods(struct batch *batch, const struct tables *tables,
                                    struct failure *why)
{
    struct text text, path;
    text_init(&text);
    text_init(&path);
    struct byte_source *bytes[TABLE_COUNT];
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        bytes[t] = tables->file[t].bytes;
    }
    enum yk_status status =
        batch_methods_add(&batch->options->recipe, batch->totals, bytes, &text, why);
    if (status == YK_OK) {
        status = batch_path(batch, NULL, "methods", ".txt", &path, why);
    }
    if (status == YK_OK) {
        status = disk_write_file(text_string(&path), &text, true, why);
    }
    text_release(&text);
    text_release(&path);
    return status;
}

/* cohort.sqlite anew, with the tables in it. */
static enum yk_status publish_db(struct batch *batch, const struct tables *tables,
                                 struct failure *why)
{
    static const char *const code_column[] = {
        "table", "column", "type", "unit", "meaning_en", "meaning_ja", "ggir_name", "source"};
    static const char *const code_type[] = {"text", "text", "text", "text",
                                            "text", "text", "text", "text"};
    struct text path;
    text_init(&path);
    size_t n = export_column_count(), used = 0;
    struct cohort_table table[FILE_COUNT];
    const char **names = mem_alloc(2 * n, sizeof *names);
    enum yk_status status =
        names != NULL ? YK_OK
                      : failure_set(why, YK_ERR_MEMORY, "out of memory for cohort.sqlite");
    for (size_t t = 0; t < TABLE_COUNT && status == YK_OK; t++) {
        table[t] = (struct cohort_table){file_name(t), tables->file[t].bytes, names + used,
                                         names + n + used, 0};
        for (size_t c = 0; c < n; c++) {
            const struct export_column *column = export_column_at(c);
            if ((size_t)column->table == t) {
                names[used] = column->name;
                names[n + used++] = column->type;
                table[t].n_columns++;
            }
        }
    }
    table[TABLE_CODEBOOK] = (struct cohort_table){
        "codebook", tables->file[TABLE_CODEBOOK].bytes, code_column, code_type, 8};
    if (status == YK_OK) {
        status = batch_path(batch, NULL, "cohort", ".sqlite", &path, why);
    }
    if (status == YK_OK) {
        cohort_db_close(batch->db);
        batch->db = NULL;
        status = cohort_db_publish(text_string(&path), tables->ids, tables->n_ids, table,
                                   FILE_COUNT, why);
    }
    mem_free(names);
    text_release(&path);
    return status;
}

/* Last of all: what lists the others has to be younger than they are. */
static enum yk_status write_sums(const struct batch *batch, const struct tables *tables,
                                 struct failure *why)
{
    struct text lines, path;
    text_init(&lines);
    text_init(&path);
    const char *folder = batch->options->folder;
    enum yk_status status = YK_OK;
    for (size_t t = 0; t < FILE_COUNT && status == YK_OK; t++) {
        char name[64];
        snprintf(name, sizeof name, "%s.csv", file_name(t));
        status = sums_add_file(&lines, folder, name, why);
    }
    status = status == YK_OK ? sums_add_file(&lines, folder, "methods.txt", why) : status;
    status = status == YK_OK ? sums_add_file(&lines, folder, "cohort.sqlite", why) : status;
    text_add_n(&lines, text_string(&tables->series), tables->series.length);
    status = status == YK_OK ? text_status(&tables->series, why) : status;
    status = status == YK_OK ? batch_path(batch, NULL, SUMS_FILE, "", &path, why) : status;
    status = status == YK_OK ? sums_write(text_string(&path), &lines, why) : status;
    text_release(&lines);
    text_release(&path);
    return status;
}

static enum yk_status begin_tables(const struct batch *batch, struct tables *out,
                                   struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = YK_OK;
    for (size_t t = 0; t < FILE_COUNT && status == YK_OK; t++) {
        status = batch_path(batch, NULL, file_name(t), ".csv", &path, why);
        status =
            status == YK_OK ? table_file_begin(&out->file[t], text_string(&path), why) : status;
        if (t < TABLE_COUNT) {
            export_add_header((enum export_table)t, &out->file[t].rows);
        }
    }
    text_release(&path);
    return status;
}

enum yk_status batch_write_tables(struct batch *batch, struct failure *why)
{
    struct tables tables = {.ids = NULL};
    text_init(&tables.series);
    for (size_t t = 0; t < FILE_COUNT; t++) {
        table_file_init(&tables.file[t]);
    }
    enum yk_status status = begin_tables(batch, &tables, why);
    status = status == YK_OK ? find_finished(batch, &tables, why) : status;
    status = status == YK_OK ? add_recordings(batch, &tables, why) : status;
    status = status == YK_OK ? batch_add_persons(batch, tables.file, why) : status;
    status =
        status == YK_OK ? batch_add_quality(batch, &tables.file[TABLE_quality], why) : status;
    export_add_codebook(&tables.file[TABLE_CODEBOOK].rows);
    status = status == YK_OK ? table_file_complete(&tables.file[TABLE_CODEBOOK], why) : status;
    for (size_t t = 0; t < FILE_COUNT && status == YK_OK; t++) {
        status = table_file_publish(&tables.file[t], why);
    }
    status = status == YK_OK ? write_methods(batch, &tables, why) : status;
    status = status == YK_OK ? publish_db(batch, &tables, why) : status;
    status = status == YK_OK ? write_sums(batch, &tables, why) : status;
    for (size_t t = 0; t < FILE_COUNT; t++) {
        table_file_release(&tables.file[t]);
    }
    text_release(&tables.series);
    mem_free(tables.ids);
    return status;
}
