/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing and reading the list of a cohort. Names are given over the whole cohort, as in one
 * process, so that a shard need not know the others. Paths stay as they were named, since they
 * stand in quality.csv; the column `from` says from where they count, as seen from the list
 * itself, so that the list means the same files in whatever folder a task runs, and after list
 * and recordings were moved together.
 */
#include "src/pipeline/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/csv.h"
#include "src/base/digest.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/pipeline/sums.h"

enum column { ID, PATH, BYTES, SHA256, STATE, REASON, FROM, UNPACKED, PATH_HEX, COLUMNS };

static const char *const names[COLUMNS] = {"recording_id", "path",   "bytes", "sha256",
                                           "state",        "reason", "from",  "unpacked_sha256",
                                           "path_hex"};

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

/* A path that is no UTF-8 (names of CP932 in an unpacked archive) cannot stand in a table of
 * UTF-8 as it is: its bytes follow in digits. Of all others nothing. */
static void add_path_hex(struct text *out, const char *path)
{
    const char *at = path;
    while (utf8_length(at) > 0) {
        at += utf8_length(at);
    }
    for (const char *c = path; *at != '\0' && *c != '\0'; c++) {
        text_addf(out, "%02x", (unsigned)(unsigned char)*c);
    }
}

/* The bytes behind the digits; false: these are none of a path. */
static bool read_path_hex(const char *hex, struct text *out)
{
    static const char digits[] = "0123456789abcdef";
    for (; *hex != '\0'; hex += 2) {
        const char *high = strchr(digits, hex[0]), *low = strchr(digits, hex[1]);
        if (hex[1] == '\0' || high == NULL || low == NULL ||
            (high == digits && low == digits)) {
            return false;
        }
        text_add_char(out, (char)(unsigned char)((high - digits) * 16 + (low - digits)));
    }
    return out->length > 0;
}

static void add_rows(const struct batch_inputs *inputs, const char *from,
                     struct manifest_totals *totals, struct text *out)
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
        text_add_csv(out, batch_input_said(input));
        text_add_char(out, ',');
        add_name(out, input->path[0] == '/' ? "" : from);
        text_addf(out, ",%s,", input->unpacked_sha256);
        add_path_hex(out, input->path);
        text_add_char(out, '\n');
        totals->n_recordings += !is_duplicate;
        totals->n_duplicates += is_duplicate;
        totals->n_unreadable += input->sha256[0] == '\0';
        totals->bytes += input->size;
    }
}

/* The folder of the file at path: "" where that is the folder the program runs in. */
static void add_folder(const char *path, struct text *out)
{
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        text_add_n(out, path, slash == path ? 1 : (size_t)(slash - path));
    }
}

/* How to go from one folder to another; both as realpath() gives them. */
static void add_way(const char *from, const char *to, struct text *out)
{
    from = from[1] == '\0' ? "" : from; /* the root */
    to = to[1] == '\0' ? "" : to;
    size_t shared = 0;
    for (size_t i = 0;; i++) {
        bool both_end = (from[i] == '\0' || from[i] == '/') && (to[i] == '\0' || to[i] == '/');
        shared = both_end ? i : shared;
        if (from[i] != to[i] || from[i] == '\0') {
            break;
        }
    }
    text_add_char(out, '.');
    for (const char *c = from + shared; *c != '\0'; c++) {
        text_add(out, *c == '/' ? "/.." : "");
    }
    text_add(out, to + shared);
}

/* Makes the folder of the list, and says how to go from there to where the program runs. */
static enum yk_status make_parent(const char *path, struct text *from, struct failure *why)
{
    char here[PATH_MAX], there[PATH_MAX];
    struct text parent;
    text_init(&parent);
    add_folder(path, &parent);
    enum yk_status status = text_status(&parent, why);
    if (status == YK_OK && parent.length > 1) {
        status = disk_make_folders(text_string(&parent), why);
    }
    const char *folder = parent.length > 0 ? text_string(&parent) : ".";
    if (status == YK_OK && (realpath(".", here) == NULL || realpath(folder, there) == NULL)) {
        status = failure_set_errno(why, errno, "looking for %s", folder);
    }
    if (status == YK_OK) {
        add_way(there, here, from);
        status = text_status(from, why);
    }
    text_release(&parent);
    return status;
}

/* The list, and beside it its checksum: a recording's name that changes on a disk must not
 * become a recording of that name. */
static enum yk_status write_list(const char *path, const struct text *list, struct failure *why)
{
    struct text sums_path, sums;
    char hex[DIGEST_HEX];
    text_init(&sums_path);
    text_init(&sums);
    text_addf(&sums_path, "%s" MANIFEST_SUMS, path);
    digest_of_memory(text_string(list), list->length, hex);
    sums_add(&sums, hex, name_of_path(path));
    enum yk_status status = text_status(&sums_path, why);
    status = status == YK_OK ? disk_remove(text_string(&sums_path), why) : status;
    status = status == YK_OK ? disk_write_file(path, list, true, why) : status;
    status = status == YK_OK ? sums_write(text_string(&sums_path), &sums, why) : status;
    text_release(&sums_path);
    text_release(&sums);
    return status;
}

enum yk_status manifest_make(const struct batch_options *options, const char *path,
                             struct manifest_totals *totals, struct job *job,
                             struct failure *why)
{
    struct batch_inputs inputs;
    struct text out, from;
    *totals = (struct manifest_totals){0};
    batch_inputs_init(&inputs);
    text_init(&out);
    text_init(&from);
    enum yk_status status = batch_inputs_find(options, &inputs, why);
    status = status == YK_OK ? batch_inputs_name(&inputs, options->n_jobs, job, why) : status;
    status = status == YK_OK ? batch_inputs_hash(&inputs, options->n_jobs, job, why) : status;
    status = status == YK_OK ? make_parent(path, &from, why) : status;
    if (status == YK_OK) {
        totals->n_left = inputs.n_left;
        add_rows(&inputs, text_string(&from), totals, &out);
        status = write_list(path, &out, why);
    }
    text_release(&out);
    text_release(&from);
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

/* Where the file is for this process. Left NULL where its path leads there as it is. */
static enum yk_status find_place(const char *manifest, const char *from,
                                 struct batch_input *input, struct failure *why)
{
    if (input->path[0] == '/') {
        return YK_OK;
    }
    struct text place;
    text_init(&place);
    add_folder(manifest, &place);
    text_addf(&place, "%s%s", place.length > 0 ? "/" : "./", from);
    enum yk_status status = text_status(&place, why);
    if (status == YK_OK && !disk_is_same(text_string(&place), ".")) {
        text_addf(&place, "/%s", input->path);
        status = text_status(&place, why);
        input->place = status == YK_OK ? mem_copy_text(text_string(&place)) : NULL;
        if (status == YK_OK && input->place == NULL) {
            status = failure_set(why, YK_ERR_MEMORY, "out of memory for %s", input->path);
        }
    }
    text_release(&place);
    return status;
}

/* One more input, by the bytes of its path where the path itself does not tell them. */
static enum yk_status add_input(const struct csv *csv, const struct csv_row *row,
                                const size_t *at, struct batch_inputs *out, struct failure *why)
{
    const char *path = without_mark(csv_field(row, at[PATH]));
    const char *hex = csv_field(row, at[PATH_HEX]);
    if (path[0] == '\0') {
        return csv_failure(csv, row, at[PATH], why, YK_ERR_ARGUMENT, "a path is missing");
    }
    if (hex[0] == '\0') {
        return batch_inputs_add(out, path, why);
    }
    struct text bytes;
    text_init(&bytes);
    enum yk_status status =
        read_path_hex(hex, &bytes)
            ? text_status(&bytes, why)
            : csv_failure(csv, row, at[PATH_HEX], why, YK_ERR_ARGUMENT, "no bytes of a path");
    status = status == YK_OK ? batch_inputs_add(out, text_string(&bytes), why) : status;
    text_release(&bytes);
    return status;
}

static enum yk_status read_row(const struct csv *csv, const struct csv_row *row,
                               const char *manifest, const size_t *at, struct batch_inputs *out,
                               struct failure *why)
{
    int64_t bytes = 0;
    const char *id = without_mark(csv_field(row, at[ID]));
    const char *size = csv_field(row, at[BYTES]), *sha256 = csv_field(row, at[SHA256]);
    const char *state = csv_field(row, at[STATE]), *unpacked = csv_field(row, at[UNPACKED]);
    if (!is_good_id(id) || (id[0] == '\0' && sha256[0] != '\0')) {
        return csv_failure(csv, row, at[ID], why, YK_ERR_ARGUMENT, "no name of a recording");
    }
    if (!text_parse_int64(size, strlen(size), &bytes) || bytes < 0) {
        return csv_failure(csv, row, at[BYTES], why, YK_ERR_ARGUMENT, "no number of bytes");
    }
    const enum column hashes[] = {SHA256, UNPACKED};
    for (size_t k = 0; k < sizeof hashes / sizeof *hashes; k++) {
        const char *hash = csv_field(row, at[hashes[k]]);
        if (hash[0] != '\0' && !is_hash(hash)) {
            return csv_failure(csv, row, at[hashes[k]], why, YK_ERR_ARGUMENT, "no SHA-256");
        }
    }
    if (state[0] != '\0' && strcmp(state, "duplicate") != 0) {
        return csv_failure(csv, row, at[STATE], why, YK_ERR_ARGUMENT,
                           "only \"duplicate\" or nothing may stand here");
    }
    enum yk_status status = add_input(csv, row, at, out, why);
    if (status != YK_OK) {
        return status;
    }
    struct batch_input *input = &out->inputs[out->n - 1];
    input->size = (uint64_t)bytes;
    snprintf(input->recording_id, sizeof input->recording_id, "%s", id);
    snprintf(input->listed_sha256, sizeof input->listed_sha256, "%s", sha256);
    snprintf(input->unpacked_sha256, sizeof input->unpacked_sha256, "%s", unpacked);
    if (state[0] != '\0') {
        input->state = BATCH_DUPLICATE;
        snprintf(input->sha256, sizeof input->sha256, "%s", sha256);
        struct failure reason;
        failure_set(&reason, YK_ERR_CONFLICT, "%s", csv_field(row, at[REASON]));
        if (!batch_input_refuse(input, &reason)) {
            return failure_set(why, YK_ERR_MEMORY, "out of memory for %zu inputs", out->n);
        }
    }
    return find_place(manifest, without_mark(csv_field(row, at[FROM])), input, why);
}

static enum yk_status find_columns(const struct csv *csv, const char *path, size_t *at,
                                   struct failure *why)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        at[c] = csv_find(csv, names[c]);
        if (c < FROM && at[c] >= csv_header_n(csv)) { /* without it: this folder */
            return failure_set(why, YK_ERR_ARGUMENT,
                               "%s has no column %s; a manifest is made by `yoake manifest`",
                               path, names[c]);
        }
    }
    return YK_OK;
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
    qsort(names_of, n, sizeof *names_of, compare_texts);
    for (size_t i = 1; i < n && status == YK_OK; i++) {
        if (strcmp(names_of[i - 1], names_of[i]) == 0) {
            status = failure_set(why, YK_ERR_ARGUMENT,
                                 "%s names two recordings %.*s; make it anew with `yoake "
                                 "manifest`",
                                 path, utf8_shown(names_of[i], 100), names_of[i]);
        }
    }
    mem_free(names_of);
    return status;
}

struct listed {
    const char *hex; /* what the list is */
    bool is_same;
};

static enum yk_status compare(void *user, const char *name, const char *hex,
                              struct failure *why)
{
    (void)name;
    (void)why;
    struct listed *listed = user;
    listed->is_same = strcmp(listed->hex, hex) == 0;
    return YK_OK;
}

enum yk_status manifest_check(const char *path, struct failure *why)
{
    struct text sums;
    char hex[DIGEST_HEX];
    struct listed listed = {hex, false};
    text_init(&sums);
    text_addf(&sums, "%s" MANIFEST_SUMS, path);
    enum yk_status status = text_status(&sums, why);
    status = status == YK_OK ? digest_of_file(path, hex, why) : status;
    if (status == YK_OK && disk_is_file(text_string(&sums))) {
        status = sums_read(text_string(&sums), compare, &listed, why);
        if (status == YK_OK && !listed.is_same) {
            status =
                failure_set(why, YK_ERR_CORRUPT,
                            "%s is not as it was written, says %s; make it anew with `yoake "
                            "manifest` (or remove the latter, if the change was meant)",
                            path, text_string(&sums));
        }
    }
    text_release(&sums);
    return status;
}

enum yk_status manifest_read(const char *path, struct batch_inputs *out, struct failure *why)
{
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    size_t at[COLUMNS];
    enum yk_status status = manifest_check(path, why);
    status = status == YK_OK ? file_source_open(path, &bytes, why) : status;
    status = status == YK_OK ? csv_open(bytes, ',', &csv, why) : status;
    status = status == YK_OK ? csv_read_header(csv, why) : status;
    status = status == YK_OK ? find_columns(csv, path, at, why) : status;
    while (status == YK_OK && (status = csv_next(csv, &row, why)) == YK_OK) {
        status = read_row(csv, row, path, at, out, why);
    }
    csv_close(csv);
    byte_source_close(bytes);
    status = status == YK_END ? YK_OK : status;
    if (status == YK_OK && out->n == 0) {
        status = failure_set(why, YK_ERR_ARGUMENT, "%s names no recording", path);
    }
    return status == YK_OK ? check_names(out, path, why) : status;
}
