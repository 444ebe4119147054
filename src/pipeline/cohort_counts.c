/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words of columns, counted. See cohort_counts.h.
 */
#include "src/pipeline/cohort_counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/mem.h"
#include "src/base/row_index.h"
#include "src/base/utf8.h"
#include "src/export/tables.h"

/* Both begin with the text. */
static int compare_words(const void *a, const void *b)
{
    return strcmp(a, b);
}

size_t tally_of(const struct tally *self, const char *word)
{
    const struct word *found =
        self->n > 0 ? bsearch(word, self->words, self->n, sizeof *self->words, compare_words)
                    : NULL;
    return found != NULL ? found->n : 0;
}

struct sought {
    const struct tally *in;
    const char *word;
};

static bool is_word(const void *user, size_t row)
{
    const struct sought *sought = user;
    return strcmp(sought->in->words[row].word, sought->word) == 0;
}

/* In the order in which they come; index: where each is. A cohort may have a hundred thousand
 * persons. */
static enum yk_status add_word(struct tally *self, struct row_index *index, const char *word,
                               struct failure *why)
{
    struct sought sought = {self, word};
    uint64_t hash = row_hash(ROW_HASH_START, word);
    size_t i = row_index_find(index, hash, is_word, &sought);
    self->total++;
    if (i != ROW_NONE) {
        self->words[i].n++;
        return YK_OK;
    }
    if (MEM_RESERVE(self->words, self->n, self->capacity) != 0 ||
        row_index_add(index, hash, self->n) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory for methods.txt");
    }
    self->words[self->n] = (struct word){.n = 1};
    snprintf(self->words[self->n].word, sizeof self->words[self->n].word, "%s", word);
    self->n++;
    return YK_OK;
}

typedef void word_maker(const struct csv *csv, const struct csv_row *row, const char *column,
                        char out[static COHORT_WORD_BYTES]);

static void value_of(const struct csv *csv, const struct csv_row *row, const char *column,
                     char out[static COHORT_WORD_BYTES])
{
    snprintf(out, COHORT_WORD_BYTES, "%s", csv_field(row, csv_find(csv, column)));
}

static void day_of(const struct csv *csv, const struct csv_row *row, const char *column,
                   char out[static COHORT_WORD_BYTES])
{
    snprintf(out, COHORT_WORD_BYTES, "%.10s", csv_field(row, csv_find(csv, column)));
}

/* What the file held: samples, or a table of ENMO (with or without angles), or one of counts,
 * or one without either ("": angles, say). */
static void kind_of(const struct csv *csv, const struct csv_row *row, const char *column,
                    char out[static COHORT_WORD_BYTES])
{
    bool is_raw = *csv_field(row, csv_find(csv, column)) != '\0';
    snprintf(out, COHORT_WORD_BYTES, "%s",
             is_raw ? "samples" : csv_field(row, csv_find(csv, "rhythm_input")));
}

static void enmo_id_of(const struct csv *csv, const struct csv_row *row, const char *column,
                       char out[static COHORT_WORD_BYTES])
{
    char kind[COHORT_WORD_BYTES];
    kind_of(csv, row, "rate_hz", kind);
    snprintf(out, COHORT_WORD_BYTES, "%s",
             strcmp(kind, "enmo") == 0 ? csv_field(row, csv_find(csv, column)) : "");
}

/* "AX3 at 100 Hz", "Actiwatch-4 in epochs of 60 s". */
static void device_of(const struct csv *csv, const struct csv_row *row, const char *column,
                      char out[static COHORT_WORD_BYTES])
{
    const char *model = csv_field(row, csv_find(csv, column));
    const char *rate = csv_field(row, csv_find(csv, "rate_hz"));
    int n = (int)strlen(rate);
    while (n > 0 && strchr(rate, '.') != NULL && rate[n - 1] == '0') {
        n--;
    }
    n -= n > 0 && rate[n - 1] == '.';
    model = *model != '\0' ? model : "recorders that the files do not name";
    if (n > 0) {
        snprintf(out, COHORT_WORD_BYTES, "%.*s at %.*s Hz", utf8_shown(model, 40), model, n,
                 rate);
    } else {
        snprintf(out, COHORT_WORD_BYTES, "%.*s in epochs of %.10s s", utf8_shown(model, 40),
                 model, csv_field(row, csv_find(csv, "epoch_s")));
    }
}

/* of_ids: of these recordings only; NULL: of all rows. */
static enum yk_status tally_column(struct byte_source *bytes, const char *column,
                                   word_maker *make, const struct tally *of_ids,
                                   struct tally *out, struct failure *why)
{
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    char word[COHORT_WORD_BYTES];
    struct row_index index;
    row_index_init(&index);
    enum yk_status status = csv_open(bytes, ',', &csv, why);
    status = status == YK_OK ? csv_read_header(csv, why) : status;
    while (status == YK_OK && (status = csv_next(csv, &row, why)) == YK_OK) {
        if (of_ids == NULL ||
            tally_of(of_ids, csv_field(row, csv_find(csv, "recording_id"))) > 0) {
            make(csv, row, column, word);
            status = add_word(out, &index, word, why);
        }
    }
    csv_close(csv);
    row_index_release(&index);
    if (out->n > 1) {
        qsort(out->words, out->n, sizeof *out->words, compare_words);
    }
    return status == YK_END ? YK_OK : status;
}

enum yk_status cohort_counts_read(struct byte_source *const *tables, struct cohort_counts *out,
                                  struct failure *why)
{
    static const struct {
        enum export_table table;
        const char *column;
        word_maker *make;
    } from[TALLY_COUNT] = {
        [TALLY_DEVICES] = {TABLE_recording, "device_model", device_of},
        [TALLY_KINDS] = {TABLE_recording, "rate_hz", kind_of},
        [TALLY_FIRST_DAYS] = {TABLE_recording, "start_ts", day_of},
        [TALLY_LAST_DAYS] = {TABLE_recording, "end_ts", day_of},
        [TALLY_PERSONS] = {TABLE_person, "person_id", value_of},
        [TALLY_METHODS] = {TABLE_night, "sleep_method", value_of},
        [TALLY_ENMO_IDS] = {TABLE_recording, "recording_id", enmo_id_of},
        [TALLY_ENMO_METHODS] = {TABLE_night, "sleep_method", value_of},
        [TALLY_NIGHTS] = {TABLE_night, "exclude_reason", value_of},
        [TALLY_DAYS] = {TABLE_day, "exclude_reason", value_of},
        [TALLY_INCLUDED] = {TABLE_person, "is_included", value_of},
    };
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < TALLY_COUNT && status == YK_OK; i++) {
        status = tally_column(tables[from[i].table], from[i].column, from[i].make,
                              i == TALLY_ENMO_METHODS ? &out->of[TALLY_ENMO_IDS] : NULL,
                              &out->of[i], why);
    }
    out->n_samples = tally_of(&out->of[TALLY_KINDS], "samples");
    out->n_counts = tally_of(&out->of[TALLY_KINDS], "counts");
    out->n_enmo = tally_of(&out->of[TALLY_KINDS], "enmo");
    out->n_neither = tally_of(&out->of[TALLY_KINDS], "");
    return status;
}

void cohort_counts_release(struct cohort_counts *self)
{
    for (size_t i = 0; i < TALLY_COUNT; i++) {
        mem_free(self->of[i].words);
    }
}
