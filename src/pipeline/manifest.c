/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing and reading the list of a cohort. Names are given over the whole cohort, as in one
 * process, so that a shard need not know the others.
 */
#include "src/pipeline/manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/disk.h"
#include "src/base/mem.h"

enum column { ID, PATH, BYTES, SHA256, STATE, REASON, COLUMNS };

static const char *const names[COLUMNS] = {"recording_id", "path",  "bytes",
                                           "sha256",       "state", "reason"};

/* A name that a spreadsheet would run as a formula gets a ' in front by text_add_csv(). Names
 * are read back here, so one that has a ' there itself gets another. */
static bool has_mark(const char *name)
{
    return name[0] == '\'' && name[1] != '\0' && strchr("=+-@'", name[1]) != NULL;
}

static void add_name(struct text *out, const char *name)
{
    char doubled[4200];
    int n = has_mark(name) ? snprintf(doubled, sizeof doubled, "'%s", name) : -1;
    text_add_csv(out, n > 0 && (size_t)n < sizeof doubled ? doubled : name);
}

static const char *without_mark(const char *field)
{
    return has_mark(field) ? field + 1 : field;
}

static void add_rows(const struct batch_inputs *inputs, struct manifest_totals *totals,
                     struct text *out)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        text_addf(out, "%s%s", names[c], c + 1 < COLUMNS ? "," : "\n");
    }
    for (size_t i = 0; i < inputs->n; i++) {
        const struct batch_input *input = &inputs->inputs[i];
        bool is_duplicate = input->state == BATCH_DUPLICATE;
        add_name(out, input->recording_id);
        text_add_char(out, ',');
        add_name(out, input->path);
        text_addf(out, ",%" PRIu64 ",%s,%s,", input->size, input->sha256,
                  is_duplicate ? "duplicate" : "");
        text_add_csv(out, is_duplicate ? input->why.text : "");
        text_add_char(out, '\n');
        totals->n_recordings += !is_duplicate;
        totals->n_duplicates += is_duplicate;
        totals->n_unreadable += input->sha256[0] == '\0';
        totals->bytes += input->size;
    }
}

static enum yk_status make_parent(const char *path, struct failure *why)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) {
        return YK_OK;
    }
    struct text parent;
    text_init(&parent);
    text_add_n(&parent, path, (size_t)(slash - path));
    enum yk_status status = text_status(&parent, why);
    status = status == YK_OK ? disk_make_folders(text_string(&parent), why) : status;
    text_release(&parent);
    return status;
}

enum yk_status manifest_make(const struct batch_options *options, const char *path,
                             struct manifest_totals *totals, struct job *job,
                             struct failure *why)
{
    struct batch_inputs inputs;
    struct text out;
    *totals = (struct manifest_totals){0};
    batch_inputs_init(&inputs);
    text_init(&out);
    enum yk_status status = batch_inputs_find(options, &inputs, why);
    status = status == YK_OK ? batch_inputs_name(&inputs, options->n_jobs, job, why) : status;
    status = status == YK_OK ? batch_inputs_hash(&inputs, options->n_jobs, job, why) : status;
    status = status == YK_OK ? make_parent(path, why) : status;
    if (status == YK_OK) {
        add_rows(&inputs, totals, &out);
        status = batch_write_file(path, &out, why);
    }
    text_release(&out);
    batch_inputs_release(&inputs);
    return status;
}

static bool is_hash(const char *text)
{
    return strlen(text) == DIGEST_HEX - 1 && strspn(text, "0123456789abcdef") == DIGEST_HEX - 1;
}

/* An id becomes a file's name: it must not lead out of its folder. */
static bool is_good_id(const char *id)
{
    return id[0] != '.' && strchr(id, '/') == NULL &&
           strlen(id) < sizeof((struct batch_input *)0)->recording_id;
}

static enum yk_status read_row(const struct csv *csv, const struct csv_row *row,
                               const size_t *at, struct batch_inputs *out, struct failure *why)
{
    int64_t bytes = 0;
    const char *id = without_mark(csv_field(row, at[ID]));
    const char *path = without_mark(csv_field(row, at[PATH]));
    const char *size = csv_field(row, at[BYTES]), *sha256 = csv_field(row, at[SHA256]);
    const char *state = csv_field(row, at[STATE]);
    if (path[0] == '\0') {
        return csv_failure(csv, row, at[PATH], why, YK_ERR_ARGUMENT, "a path is missing");
    }
    if (!is_good_id(id) || (id[0] == '\0' && sha256[0] != '\0')) {
        return csv_failure(csv, row, at[ID], why, YK_ERR_ARGUMENT, "no name of a recording");
    }
    if (!text_parse_int64(size, strlen(size), &bytes) || bytes < 0) {
        return csv_failure(csv, row, at[BYTES], why, YK_ERR_ARGUMENT, "no number of bytes");
    }
    if (sha256[0] != '\0' && !is_hash(sha256)) {
        return csv_failure(csv, row, at[SHA256], why, YK_ERR_ARGUMENT, "no SHA-256");
    }
    if (state[0] != '\0' && strcmp(state, "duplicate") != 0) {
        return csv_failure(csv, row, at[STATE], why, YK_ERR_ARGUMENT,
                           "only \"duplicate\" or nothing may stand here");
    }
    enum yk_status status = batch_inputs_add(out, path, why);
    if (status != YK_OK) {
        return status;
    }
    struct batch_input *input = &out->inputs[out->n - 1];
    input->size = (uint64_t)bytes;
    snprintf(input->recording_id, sizeof input->recording_id, "%s", id);
    snprintf(input->listed_sha256, sizeof input->listed_sha256, "%s", sha256);
    if (state[0] != '\0') {
        input->state = BATCH_DUPLICATE;
        snprintf(input->sha256, sizeof input->sha256, "%s", sha256);
        failure_set(&input->why, YK_ERR_CONFLICT, "%s", csv_field(row, at[REASON]));
    }
    return YK_OK;
}

static enum yk_status find_columns(const struct csv *csv, const char *path, size_t *at,
                                   struct failure *why)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        at[c] = csv_find(csv, names[c]);
        if (at[c] >= csv_header_n(csv)) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "%s has no column %s; a manifest is made by `yoake manifest`",
                               path, names[c]);
        }
    }
    return YK_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Two recordings of one name would write the same file. */
static enum yk_status check_names(const struct batch_inputs *inputs, const char *path,
                                  struct failure *why)
{
    const char **names_of = mem_alloc(inputs->n, sizeof *names_of);
    enum yk_status status = YK_OK;
    size_t n = 0;
    if (names_of == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory for %zu names", inputs->n);
    }
    for (size_t i = 0; i < inputs->n; i++) {
        const struct batch_input *input = &inputs->inputs[i];
        if (input->state != BATCH_DUPLICATE && input->recording_id[0] != '\0') {
            names_of[n++] = input->recording_id;
        }
    }
    qsort(names_of, n, sizeof *names_of, by_name);
    for (size_t i = 1; i < n && status == YK_OK; i++) {
        if (strcmp(names_of[i - 1], names_of[i]) == 0) {
            status = failure_set(why, YK_ERR_ARGUMENT,
                                 "%s names two recordings %.100s; make it anew with `yoake "
                                 "manifest`",
                                 path, names_of[i]);
        }
    }
    mem_free(names_of);
    return status;
}

enum yk_status manifest_read(const char *path, struct batch_inputs *out, struct failure *why)
{
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    size_t at[COLUMNS];
    enum yk_status status = file_source_open(path, &bytes, why);
    status = status == YK_OK ? csv_open(bytes, ',', &csv, why) : status;
    status = status == YK_OK ? csv_read_header(csv, why) : status;
    status = status == YK_OK ? find_columns(csv, path, at, why) : status;
    while (status == YK_OK && (status = csv_next(csv, &row, why)) == YK_OK) {
        status = read_row(csv, row, at, out, why);
    }
    csv_close(csv);
    byte_source_close(bytes);
    status = status == YK_END ? YK_OK : status;
    if (status == YK_OK && out->n == 0) {
        status = failure_set(why, YK_ERR_ARGUMENT, "%s names no recording", path);
    }
    return status == YK_OK ? check_names(out, path, why) : status;
}
