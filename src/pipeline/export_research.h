/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Research tables out of the store: of participants whose consent to research is in force,
 * without direct identifiers. It is not anonymisation, and is not called so: who has the store
 * can tell who is who (docs/export.md).
 */
#ifndef SRC_PIPELINE_EXPORT_RESEARCH_H
#define SRC_PIPELINE_EXPORT_RESEARCH_H

#include "src/base/clock.h"
#include "src/base/job.h"
#include "src/store/store.h"

enum export_shift { EXPORT_AS_IS, EXPORT_SHIFT_ALL, EXPORT_SHIFT_EACH };

struct export_options {
    const char *folder;     /* made; must be empty or an earlier export */
    const char *recipient;  /* consents for this recipient count too; NULL: any */
    struct civil_date date; /* on which consents must be in force */
    enum export_shift shift;
    int weeks;           /* EXPORT_SHIFT_ALL */
    bool with_originals; /* a .cwa with its subject fields blank, else the samples */
};

struct export_totals {
    size_t n_people, n_without_consent, n_recordings, n_nights;
    size_t n_originals, n_as_samples, n_as_epochs; /* of originals: blanked files, samples in
                                                      HDF5, count files (in recordings/) */
};

/* Writes night.csv rest.csv day.csv recording.csv person.csv event.csv codebook.csv README.txt
 * and recordings/ID.h5, and notes in the store what was given of whom, under which consent.
 * errors: YK_ERR_TOO_LITTLE (nobody consents), YK_ERR_CONFLICT (the folder holds something
 * else) */
enum yk_status export_research(struct store *store, const struct export_options *options,
                               struct export_totals *totals, struct job *job,
                               struct failure *why);

#endif
