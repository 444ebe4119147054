/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The paragraph of methods.txt that is about this cohort: what was recorded with, how many
 * files gave what, how many nights and days are counted and why others are not. Counted from
 * the tables as they are printed, so that a reader of the tables finds the same numbers.
 */
#include "src/pipeline/batch_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/mem.h"

/* How often each word stands in a column. */
struct tally {
    struct word {
        char word[80];
        size_t n;
    } * words; /* sorted */
    size_t n, capacity, total;
};

static enum yk_status add_word(struct tally *self, const char *word, struct failure *why)
{
    size_t i = 0;
    while (i < self->n && strcmp(self->words[i].word, word) < 0) {
        i++;
    }
    self->total++;
    if (i < self->n && strcmp(self->words[i].word, word) == 0) {
        self->words[i].n++;
        return YK_OK;
    }
    if (MEM_RESERVE(self->words, self->n, self->capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory for methods.txt");
    }
    memmove(&self->words[i + 1], &self->words[i], (self->n - i) * sizeof *self->words);
    self->words[i] = (struct word){.n = 1};
    snprintf(self->words[i].word, sizeof self->words[i].word, "%s", word);
    self->n++;
    return YK_OK;
}

/* "AX3 at 100 Hz" of a row of recording.csv; the word itself of any other table. */
static void word_of(const struct csv *csv, const struct csv_row *row, const char *column,
                    char out[static 80])
{
    const char *value = csv_field(row, csv_find(csv, column));
    const char *rate = csv_field(row, csv_find(csv, "rate_hz"));
    if (strcmp(column, "device_model") != 0) {
        snprintf(out, 80, "%s", value);
        return;
    }
    snprintf(out, 80, "%.40s%s%.20s%s", value[0] != '\0' ? value : "recorders without a name",
             rate[0] != '\0' ? " at " : "", rate, rate[0] != '\0' ? " Hz" : "");
}

static enum yk_status tally_column(const struct text *table, const char *column,
                                   struct tally *out, struct failure *why)
{
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    char word[80];
    enum yk_status status =
        memory_source_open(text_string(table), table->length, "table", &bytes, why);
    status = status == YK_OK ? csv_open(bytes, ',', &csv, why) : status;
    status = status == YK_OK ? csv_read_header(csv, why) : status;
    while (status == YK_OK && (status = csv_next(csv, &row, why)) == YK_OK) {
        word_of(csv, row, column, word);
        status = add_word(out, word, why);
    }
    csv_close(csv);
    byte_source_close(bytes);
    return status == YK_END ? YK_OK : status;
}

static void add_list(const struct tally *tally, struct text *out)
{
    bool is_first = true;
    for (size_t i = 0; i < tally->n; i++) {
        if (tally->words[i].word[0] != '\0') {
            text_addf(out, "%s%s (%zu)", is_first ? "" : ", ", tally->words[i].word,
                      tally->words[i].n);
            is_first = false;
        }
    }
}

/* "Of 12 nights 6 are counted; not counted: few_hours (6)." The empty word is what is counted.
 */
static void add_counted(const struct tally *tally, const char *what, struct text *out)
{
    size_t counted = tally->n > 0 && tally->words[0].word[0] == '\0' ? tally->words[0].n : 0;
    text_addf(out, " Of %zu %s %zu are counted", tally->total, what, counted);
    if (counted < tally->total) {
        text_add(out, "; not counted: ");
        add_list(tally, out);
    }
    text_add(out, ".");
}

enum yk_status batch_methods_paragraph(const struct batch *batch, const struct text *recordings,
                                       const struct text *nights, const struct text *days,
                                       struct text *out, struct failure *why)
{
    const struct batch_totals *t = batch->totals;
    struct tally devices = {0}, night = {0}, day = {0};
    enum yk_status status = tally_column(recordings, "device_model", &devices, why);
    status = status == YK_OK ? tally_column(nights, "exclude_reason", &night, why) : status;
    status = status == YK_OK ? tally_column(days, "exclude_reason", &day, why) : status;
    if (status == YK_OK) {
        text_addf(
            out,
            "Of %zu files %zu are in the tables, %zu hold no data, %zu are duplicates, %zu "
            "could not be read and %zu were not begun (quality.csv says why). Recorded with ",
            t->n_inputs, t->n_done, t->n_empty, t->n_duplicates, t->n_failed, t->n_skipped);
        add_list(&devices, out);
        text_add(out, ".");
        add_counted(&night, "nights", out);
        add_counted(&day, "days", out);
        text_add(out, "\n\n");
    }
    mem_free(devices.words);
    mem_free(night.words);
    mem_free(day.words);
    return status;
}
