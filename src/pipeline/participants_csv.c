/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the participants table; a wrong cell refuses the whole of it.
 */
#include "src/pipeline/participants_csv.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/utf8.h"
#include "src/base/zone.h"

struct field {
    const char *name;
    size_t offset, room;
    bool must;
};

#define FIELD(member, must)                                                                    \
    {                                                                                          \
#member, offsetof(struct participant_row, member),                                     \
            sizeof(((struct participant_row *)NULL)->member), must                             \
    }

static const struct field FIELDS[] = {FIELD(file, true), FIELD(person_id, true),
                                      FIELD(zone, false), FIELD(diary_id, false),
                                      FIELD(group, false)};
enum { N_FIELDS = sizeof FIELDS / sizeof *FIELDS };

void participants_init(struct participants *self)
{
    *self = (struct participants){0};
}

void participants_release(struct participants *self)
{
    if (self != NULL) {
        mem_free(self->rows);
        mem_free(self->patterns);
        row_index_release(&self->by_file);
        participants_init(self);
    }
}

static enum yk_status read_row(const struct csv *csv, const struct csv_row *row,
                               struct participant_row *out, struct failure *why)
{
    *out = (struct participant_row){0};
    if (row->problem != NULL) {
        return csv_failure(csv, row, CSV_NONE, why, YK_ERR_ARGUMENT, "%s", row->problem);
    }
    for (size_t k = 0; k < N_FIELDS; k++) {
        size_t column = csv_find(csv, FIELDS[k].name);
        const char *value = csv_field(row, column);
        size_t length = strlen(value);
        if (length == 0 && FIELDS[k].must) {
            return csv_failure(csv, row, column, why, YK_ERR_ARGUMENT, "%s is missing",
                               FIELDS[k].name);
        }
        if (length >= FIELDS[k].room) {
            return csv_failure(csv, row, column, why, YK_ERR_ARGUMENT,
                               "'%.*s...' is longer than %zu bytes", utf8_shown(value, 40),
                               value, FIELDS[k].room - 1);
        }
        memcpy((char *)out + FIELDS[k].offset, value, length);
    }
    struct failure zone_why = {0};
    if (zone_check(out->zone, &zone_why) != YK_OK) {
        return csv_failure(csv, row, csv_find(csv, "zone"), why, YK_ERR_ARGUMENT, "%s",
                           zone_why.text);
    }
    return YK_OK;
}

struct sought {
    const struct participants *in;
    const char *file;
};

static bool is_of_file(const void *user, size_t row)
{
    const struct sought *sought = user;
    return strcmp(sought->in->rows[row].file, sought->file) == 0;
}

/* The first row with exactly this file, or ROW_NONE. */
static size_t row_of(const struct participants *self, const char *file)
{
    const struct sought sought = {self, file};
    return row_index_find(&self->by_file, row_hash(ROW_HASH_START, file), is_of_file, &sought);
}

static const char signs[] = "*?[\\"; /* of a pattern */

static int note_row(struct participants *self, size_t row, bool is_first)
{
    const char *file = self->rows[row].file;
    bool is_pattern = strpbrk(file, signs) != NULL;
    if (is_first && row_index_add(&self->by_file, row_hash(ROW_HASH_START, file), row) != 0) {
        return -1;
    }
    if (is_first && is_pattern) {
        if (MEM_RESERVE(self->patterns, self->n_patterns, self->pattern_capacity) != 0) {
            return -1;
        }
        self->patterns[self->n_patterns++] = row;
    }
    return 0;
}

static enum yk_status add_row(const struct csv *csv, const struct csv_row *row,
                              struct participants *out, struct failure *why)
{
    struct participant_row one;
    enum yk_status status = read_row(csv, row, &one, why);
    if (status != YK_OK) {
        return status;
    }
    size_t first = row_of(out, one.file);
    if (first != ROW_NONE && strcmp(out->rows[first].person_id, one.person_id) != 0) {
        return csv_failure(csv, row, csv_find(csv, "person_id"), why, YK_ERR_CONFLICT,
                           "'%s' already belongs to %s in this table", one.file,
                           out->rows[first].person_id);
    }
    if (MEM_RESERVE(out->rows, out->n, out->capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu participants", out->n + 1);
    }
    out->rows[out->n++] = one;
    return note_row(out, out->n - 1, first == ROW_NONE) == 0
               ? YK_OK
               : failure_set(why, YK_ERR_MEMORY, "no memory for %zu participants", out->n);
}

static enum yk_status read_table(struct csv *csv, struct participants *out, struct failure *why)
{
    enum yk_status status = csv_read_header(csv, why);
    for (size_t k = 0; k < N_FIELDS && status == YK_OK; k++) {
        if (FIELDS[k].must) {
            status =
                csv_require(csv, FIELDS[k].name, "file, person_id, zone, diary_id, group", why);
        }
    }
    const struct csv_row *row = NULL;
    while (status == YK_OK && (status = csv_next(csv, &row, why)) == YK_OK) {
        status = add_row(csv, row, out, why);
        if (out->keeps_good && (status == YK_ERR_ARGUMENT || status == YK_ERR_CONFLICT)) {
            if (out->n_skipped++ == 0 && why != NULL) {
                out->first_wrong = *why;
            }
            status = YK_OK;
        }
    }
    return status == YK_END ? YK_OK : status;
}

enum yk_status participants_read_source(struct byte_source *bytes, struct participants *out,
                                        struct failure *why)
{
    struct csv *csv = NULL;
    struct participants read;
    participants_init(&read);
    read.keeps_good = out->keeps_good;
    enum yk_status status = csv_open(bytes, 0, &csv, why);
    if (status == YK_OK) {
        status = read_table(csv, &read, why);
    }
    csv_close(csv);
    if (status != YK_OK) {
        participants_release(&read);
        return status;
    }
    participants_release(out);
    *out = read;
    return YK_OK;
}

enum yk_status participants_read(const char *path, struct participants *out,
                                 struct failure *why)
{
    struct byte_source *bytes = NULL;
    enum yk_status status = file_source_open(path, &bytes, why);
    if (status == YK_OK) {
        status = participants_read_source(bytes, out, why);
    }
    byte_source_close(bytes);
    return status;
}

/* The end of a path that has so many slashes; NULL: it has fewer. */
static const char *tail_of(const char *path, size_t n_slashes)
{
    const char *tail = path + strlen(path);
    while (tail > path && (tail[-1] != '/' || n_slashes-- > 0)) {
        tail--;
    }
    return tail > path || n_slashes == 0 ? tail : NULL;
}

static size_t count_slashes(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        n += *text == '/';
    }
    return n;
}

/* The first of two rows; *other becomes one of another person than that, when there is one. */
static size_t first_of(const struct participants *self, size_t a, size_t b, size_t *other)
{
    size_t first = a < b ? a : b, second = a < b ? b : a;
    if (second != ROW_NONE &&
        strcmp(self->rows[first].person_id, self->rows[second].person_id) != 0) {
        *other = second;
    }
    return first;
}

static size_t find_name(const struct participants *self, const char *path, size_t *other)
{
    size_t row = ROW_NONE;
    for (const char *tail = path; tail != NULL;) {
        row = first_of(self, row, row_of(self, tail), other);
        const char *slash = strchr(tail, '/');
        tail = slash != NULL ? slash + 1 : NULL;
    }
    return row;
}

static size_t find_pattern(const struct participants *self, const char *path, size_t *other)
{
    size_t row = ROW_NONE;
    for (size_t i = 0; i < self->n_patterns; i++) {
        const char *file = self->rows[self->patterns[i]].file;
        const char *tail = tail_of(path, count_slashes(file));
        bool may_be = tail != NULL && (file[0] == tail[0] || strchr(signs, file[0]) != NULL);
        if (may_be && fnmatch(file, tail, FNM_PATHNAME) == 0) {
            row = first_of(self, row, self->patterns[i], other);
        }
    }
    return row;
}

const struct participant_row *participants_find(const struct participants *self,
                                                const char *path,
                                                const struct participant_row **other)
{
    size_t second = ROW_NONE, row = find_name(self, path, &second);
    row = row != ROW_NONE ? row : find_pattern(self, path, &second);
    *other = second != ROW_NONE ? &self->rows[second] : NULL;
    return row != ROW_NONE ? &self->rows[row] : NULL;
}
