/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * person.csv of a batch, and what its names say: entries of a diary that are nobody's, files of
 * one name that became one person's, nights that two recordings have.
 */
#include "src/pipeline/batch_parts.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/export/tables.h"

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

enum yk_status batch_add_persons(struct batch *batch, struct table_file *files,
                                 struct failure *why)
{
    struct table_file *file = &files[TABLE_person];
    struct person_summaries persons;
    person_summaries_init(&persons);
    enum yk_status status =
        person_summaries_make(files[TABLE_recording].bytes, files[TABLE_night].bytes,
                              files[TABLE_day].bytes, &persons, why);
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
