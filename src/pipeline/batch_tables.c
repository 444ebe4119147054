/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of a batch, from the rows kept per recording: sorted by recording, whole or not at
 * all.
 */
#include "src/base/text.h"
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

static int by_code(const void *code, const void *person)
{
    return strcmp(code, ((const struct person_summary *)person)->person_id);
}

static int by_code_of_diary(const void *code, const void *id)
{
    return strcmp(code, *(const char *const *)id);
}

/* What the participants table calls the recordings' persons in the diary, sorted. */
static const char **list_diary_ids(const struct batch *batch, size_t *n)
{
    const char **ids = mem_alloc(batch->inputs.n, sizeof *ids);
    *n = 0;
    for (size_t i = 0; ids != NULL && i < batch->inputs.n; i++) {
        const struct participant_row *row = batch->inputs.inputs[i].participant;
        if (row != NULL && row->diary_id[0] != '\0') {
            ids[(*n)++] = row->diary_id;
        }
    }
    if (*n > 0) {
        qsort(ids, *n, sizeof *ids, compare_texts);
    }
    return ids;
}

/* A diary whose codes are not those of the recordings would be left unread in silence. */
static enum yk_status warn_of_strangers(struct batch *batch,
                                        const struct person_summaries *persons,
                                        struct failure *why)
{
    const char *last = "";
    size_t n_ids = 0;
    const char **ids = list_diary_ids(batch, &n_ids);
    if (ids == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu codes", batch->inputs.n);
    }
    for (size_t i = 0; i < batch->diary.n; i++) {
        const char *code = batch->diary.nights[i].person_id;
        bool is_new = strcmp(code, last) != 0;
        if (is_new &&
            (persons->n == 0 || bsearch(code, persons->persons, persons->n,
                                        sizeof *persons->persons, by_code) == NULL) &&
            (n_ids == 0 || bsearch(code, ids, n_ids, sizeof *ids, by_code_of_diary) == NULL)) {
            log_warn(&batch->log,
                     "batch: the diary has entries of %s, but no recording is of %s", code,
                     code);
        }
        last = code;
    }
    mem_free(ids);
    return YK_OK;
}

static int by_stem(const void *a, const void *b)
{
    const struct batch_input *x = *(const struct batch_input *const *)a;
    const struct batch_input *y = *(const struct batch_input *const *)b;
    int order = strcmp(x->stem, y->stem);
    return order != 0 ? order : strcmp(x->path, y->path);
}

/* P01/week.cwa and P02/week.cwa are one person's when nothing but their name says whose they
 * are: right for P01.cwa of two years, wrong for a folder a person. */
static enum yk_status warn_of_shared_names(struct batch *batch,
                                           const struct person_summaries *persons,
                                           struct failure *why)
{
    const struct batch_input **order = mem_alloc(batch->inputs.n, sizeof *order);
    size_t n = 0, n_names = 0, first = 0;
    if (order == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu names", batch->inputs.n);
    }
    for (size_t i = 0; i < batch->inputs.n; i++) {
        const struct batch_input *input = &batch->inputs.inputs[i];
        if (input->state == BATCH_DONE && input->participant == NULL) {
            order[n++] = input;
        }
    }
    if (n > 0) {
        qsort(order, n, sizeof *order, by_stem);
    }
    for (size_t i = 1; i < n; i++) {
        const char *stem = order[i]->stem;
        if (strcmp(order[i - 1]->stem, stem) == 0 &&
            (i < 2 || strcmp(order[i - 2]->stem, stem) != 0) && persons->n > 0 &&
            bsearch(stem, persons->persons, persons->n, sizeof *persons->persons, by_code) !=
                NULL &&
            n_names++ == 0) {
            first = i;
        }
    }
    if (n_names > 0) {
        log_warn(&batch->log,
                 "batch: files of the same name are taken to be one person's (in %zu %s, the "
                 "first %s: %s, %s); where they are of several persons, say so with "
                 "--participants",
                 n_names, text_many(n_names, "case", "cases"), order[first]->stem,
                 order[first - 1]->path, order[first]->path);
    }
    mem_free(order);
    return YK_OK;
}

static enum yk_status add_persons(struct batch *batch, struct tables *out, struct failure *why)
{
    struct table_file *file = &out->file[TABLE_person];
    struct person_summaries persons;
    person_summaries_init(&persons);
    enum yk_status status =
        person_summaries_make(out->file[TABLE_recording].bytes, out->file[TABLE_night].bytes,
                              out->file[TABLE_day].bytes, &persons, why);
    if (status == YK_OK) {
        status = warn_of_strangers(batch, &persons, why);
    }
    status = status == YK_OK ? warn_of_shared_names(batch, &persons, why) : status;
    batch->totals->n_nights_twice = persons.n_twice;
    if (status == YK_OK && persons.n_twice > 0) {
        log_warn(&batch->log,
                 "batch: %zu %s counted in several recordings of a person; person.csv takes of "
                 "each the one with the most usable data; the first %s of %s",
                 persons.n_twice, text_many(persons.n_twice, "night is", "nights are"),
                 persons.twice_date, persons.twice_person);
    }
    for (size_t i = 0; i < persons.n && status == YK_OK; i++) {
        export_add_person(&persons.persons[i], &file->rows);
        status = table_file_spill(file, why);
    }
    person_summaries_release(&persons);
    return status == YK_OK ? table_file_complete(file, why) : status;
}

/* Advice by what was said, the loss first; NULL: none of these. */
static const char *advice_by_words(const char *said)
{
    static const char again[] =
        "copy the file again from the recorder or from where it was packed";
    static const struct {
        const char *part, *advice;
    } known[] = {
        {"cut off", again},
        {"damaged", again},
        {"is empty (0 bytes)", again},
        {"an xz file", "unpack it first"},
        {"a zstd file", "unpack it first"},
        {"a bzip2 file", "unpack it first"},
        {"unpack it and", "unpack it first"},
        {"in a .ini", "describe it in a .ini beside it or leave it out"},
        {"overlaps", "check the clock and the number of the recorder"},
        {"session", "read another session with --session N"},
    };
    /* Behind this stands another recording's name, which may be any. */
    const char *overlap = strstr(said, "overlaps in time with");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *at = strstr(said, known[i].part);
        if (at != NULL && (overlap == NULL || at <= overlap)) {
            return known[i].advice;
        }
    }
    return NULL;
}

static const char *advice_for(const struct batch_input *input)
{
    static const char *const advice[] = {
        [YK_ERR_ARGUMENT] = "check the path, the zone and the options",
        [YK_ERR_MEMORY] = "close other programs or use fewer --jobs",
        [YK_ERR_IO] = "copy the file to a disk of this machine and try again",
        [YK_ERR_NO_DEVICE] = "check the path",
        [YK_ERR_BUSY] = "make the manifest anew",
        [YK_ERR_ACCESS] = "ask for permission to read the file",
        [YK_ERR_UNSUPPORTED] = "see yoake formats for what can be read",
        [YK_ERR_CORRUPT] = "copy the file from the recorder again and keep this one",
        [YK_ERR_TOO_LITTLE] = "check that the recorder was charged and started",
        [YK_ERR_CONFLICT] = "nothing; remove one of the two",
        [YK_ERR_STORE] = "choose another output folder",
    };
    size_t code = (size_t)input->code;
    if (input->state == BATCH_WAITING) {
        return "see the failed files, then run it again";
    }
    bool is_about_content = input->state == BATCH_DONE ||
                            (input->state == BATCH_FAILED && input->code == YK_ERR_UNSUPPORTED);
    const char *by_words = is_about_content ? advice_by_words(batch_input_said(input)) : NULL;
    if (by_words != NULL || input->state == BATCH_DONE) {
        return by_words != NULL ? by_words : "";
    }
    bool has = code < sizeof advice / sizeof *advice;
    return has && advice[code] != NULL ? advice[code] : "";
}

static enum yk_status add_quality(const struct batch *batch, struct table_file *out,
                                  struct failure *why)
{
    static const char *const word[] = {[BATCH_WAITING] = "skipped",
                                       [BATCH_DONE] = "done",
                                       [BATCH_EMPTY] = "empty",
                                       [BATCH_DUPLICATE] = "duplicate",
                                       [BATCH_FAILED] = "failed"};
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < batch->inputs.n && status == YK_OK; i++) {
        const struct batch_input *input = &batch->inputs.inputs[i];
        const char *reason = input->state == BATCH_WAITING ? "too many files had failed"
                                                           : batch_input_said(input);
        struct quality_row row = {.file = input->path,
                                  .recording_id = input->recording_id,
                                  .status = word[input->state],
                                  .reason = reason,
                                  .advice = advice_for(input),
                                  .sha256 = input->sha256,
                                  .format = input->format,
                                  .device_serial = input->device_serial,
                                  .days = input->days,
                                  .valid_nights = input->valid_nights,
                                  .gaps = input->gaps,
                                  .bad_blocks = input->bad_blocks};
        export_add_quality(&row, &out->rows);
        status = table_file_spill(out, why);
    }
    return status == YK_OK ? table_file_complete(out, why) : status;
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

static int by_recorder(const void *a, const void *b)
{
    const struct batch_input *x = *(struct batch_input *const *)a;
    const struct batch_input *y = *(struct batch_input *const *)b;
    int order = strcmp(x->device_serial, y->device_serial);
    if (order != 0) {
        return order;
    }
    if (x->start_ns != y->start_ns) {
        return x->start_ns < y->start_ns ? -1 : 1;
    }
    return strcmp(x->path, y->path);
}

static void add_note(struct batch_input *input, const struct batch_input *other)
{
    char note[BATCH_NOTE_ROOM];
    const char *said = batch_input_said(input);
    snprintf(note, sizeof note, "%s%s", said, said[0] != '\0' ? "; " : "");
    size_t used = strlen(note);
    snprintf(note + used, sizeof note - used,
             "overlaps in time with %.60s of the same recorder", other->recording_id);
    input->overlaps = true;
    batch_input_note(input, note);
}

/* One recorder cannot be in two places: one of the two clocks, or one of the two numbers, is
 * wrong. Both stay in the tables; quality.csv says so. */
enum yk_status batch_note_overlaps(struct batch *batch, struct failure *why)
{
    struct batch_input **order = mem_alloc(batch->inputs.n, sizeof(struct batch_input *));
    size_t n = 0;
    if (order == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory for %zu recordings",
                           batch->inputs.n);
    }
    for (size_t i = 0; i < batch->inputs.n; i++) {
        struct batch_input *input = &batch->inputs.inputs[i];
        if (input->state == BATCH_DONE && input->device_serial[0] != '\0' &&
            input->start_ns != TIME_UNKNOWN && input->end_ns != TIME_UNKNOWN) {
            order[n++] = input;
        }
    }
    if (n > 1) {
        qsort(order, n, sizeof(struct batch_input *), by_recorder);
    }
    for (size_t i = 1, longest = 0; i < n; i++) {
        struct batch_input *before = order[longest], *now = order[i];
        bool is_same = strcmp(before->device_serial, now->device_serial) == 0;
        if (is_same && now->start_ns < before->end_ns) {
            add_note(before, now);
            add_note(now, before);
        }
        longest = !is_same || now->end_ns > before->end_ns ? i : longest;
    }
    mem_free(order);
    return YK_OK;
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
    status = status == YK_OK ? add_persons(batch, &tables, why) : status;
    status = status == YK_OK ? add_quality(batch, &tables.file[TABLE_quality], why) : status;
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
