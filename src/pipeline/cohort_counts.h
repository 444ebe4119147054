/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a cohort consists of, counted from its tables as they are printed, so that a reader of
 * the tables finds the same numbers: recorders, persons, dates, rules, what is not counted.
 */
#ifndef SRC_PIPELINE_COHORT_COUNTS_H
#define SRC_PIPELINE_COHORT_COUNTS_H

#include "src/base/byte_source.h"

#define COHORT_WORD_BYTES 128 /* a recording_id fits */

/* How often each word stands in a column. */
struct tally {
    struct word {
        char word[COHORT_WORD_BYTES];
        size_t n;
    } * words; /* sorted */
    size_t n, capacity, total;
};

/* Columns of the tables. */
enum cohort_column {
    TALLY_DEVICES,
    TALLY_KINDS,
    TALLY_FIRST_DAYS,
    TALLY_LAST_DAYS,
    TALLY_PERSONS,
    TALLY_METHODS,
    TALLY_ENMO_IDS,     /* of tables of ENMO; "" for all other recordings */
    TALLY_ENMO_METHODS, /* of their nights */
    TALLY_NIGHTS,
    TALLY_DAYS,
    TALLY_INCLUDED,
    TALLY_COUNT
};

struct cohort_counts {
    struct tally of[TALLY_COUNT];
    /* Recordings: of samples, of counts, with ENMO, with neither, as tables of angles. */
    size_t n_samples, n_counts, n_enmo, n_neither;
    unsigned files; /* enum method_files */
    /* The same for rules of nonwear: angles only where a table has them beside ENMO. */
    unsigned nonwear_files;
};

/* tables: by enum export_table, headers included; recording, person, night and day are read.
 * out: zero, and released in either case. errors: YK_ERR_MEMORY */
enum yk_status cohort_counts_read(struct byte_source *const *tables, struct cohort_counts *out,
                                  struct failure *why);
void cohort_counts_release(struct cohort_counts *self);
/* How often the word is there. */
size_t tally_of(const struct tally *self, const char *word);

#endif
