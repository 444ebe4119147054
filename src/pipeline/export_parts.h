/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside the export only: what is taken out of a recording's results, and of its original.
 */
#ifndef SRC_PIPELINE_EXPORT_PARTS_H
#define SRC_PIPELINE_EXPORT_PARTS_H

#include "src/base/job.h"
#include "src/model/analysis.h"
#include "src/store/recordings.h"

/* The codes that an export gives in place of the store's own. */
struct export_codes {
    const char *person, *recording, *device;
};

/* Takes out of an analysis what says, or lets one look up, who it is of: codes, session, hash,
 * reasons and notes, readings of the clock, and what a header holds in free text. */
void export_strip(struct analysis *a, const struct export_codes *codes);

/* Moves everything in it that is a time by whole weeks. */
void export_shift(struct analysis *a, int weeks);

/* What became of a recording's original. */
enum export_original {
    EXPORT_ORIGINAL_BLANKED, /* the recorder's own file, its subject fields blank */
    EXPORT_ORIGINAL_SAMPLES, /* the samples in a file of our own */
    EXPORT_ORIGINAL_EPOCHS   /* a count file: all it holds stands in recordings/ */
};

struct export_original_from {
    const char *archived;            /* path of the archived file */
    const char *folder, *id;         /* to folder/id.cwa or folder/id.h5 */
    const char *zone;                /* of the recorder's clock */
    const struct recording_info *as; /* stripped and shifted: what the new header says */
    int weeks;                       /* 0: a .cwa may stay one */
};

/* Only a header whose every byte is known can be blanked: a .cwa's. The samples of all other
 * formats, and of recordings whose dates move, go into HDF5 (docs/formats/samples.md).
 * errors: those of reading the original and of writing */
enum yk_status export_original(const struct export_original_from *from,
                               enum export_original *out, struct job *job, struct failure *why);

#endif
