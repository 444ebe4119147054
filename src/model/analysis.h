/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything one run of one recipe found in one recording.
 */
#ifndef SRC_MODEL_ANALYSIS_H
#define SRC_MODEL_ANALYSIS_H

#include "src/model/calibration.h"
#include "src/model/day.h"
#include "src/model/epochs.h"
#include "src/model/night.h"
#include "src/model/parameters.h"
#include "src/model/quarters.h"
#include "src/model/recording.h"
#include "src/model/rhythm.h"

struct provenance {
    char program_version[32];
    char recipe[32];
    char input_sha256[65];
    struct parameters parameters; /* every one in force */
    int64_t made_ns;              /* clock time of the run; not part of comparable output */
};

struct nonwear_bout {
    int64_t start_ns, end_ns;
    bool is_stillness_only; /* only the stillness rule says so */
};

struct analysis {
    char recording_id[128]; /* "" until known */
    char person_id[64];
    char group[64]; /* of the participants table; "": not said */
    struct recording_info info;
    struct read_report report;
    struct calibration calibration;
    struct epoch_series epochs;
    struct quarter_series quarters; /* n == 0 for count files */
    struct night *nights;
    size_t n_nights, nights_capacity;
    struct rest *rests;
    size_t n_rests, rests_capacity;
    struct day_summary *days;
    size_t n_days, days_capacity;
    struct nonwear_bout *nonwear;
    size_t n_nonwear, nonwear_capacity;
    struct rhythm_summary rhythm;
    struct night_means night_means[NIGHT_SET_COUNT];
    size_t n_nights_valid, n_days_valid;
    struct provenance made_by;
};

/* The note (READ_EVENT_NOTE) of a recording that holds nothing to look for nights in, as a
 * table of ENMO alone: without it no night would look like a night that was not slept. */
#define ANALYSIS_NOTE_NO_INPUT "no sleep looked for: no angle or counts in usable epochs"

void analysis_init(struct analysis *self);
void analysis_release(struct analysis *self);

/* Whether the rule for nonwear in force, and the stillness rule alone, had anything to read in
 * this recording. Where not, how much of it was not worn is unknown, not 0. */
bool analysis_knows_nonwear(const struct analysis *self);
bool analysis_knows_stillness(const struct analysis *self);
/* Minutes of the recording that the rule, or stillness alone, calls not worn; NaN: not known.
 */
double analysis_nonwear_min(const struct analysis *self);
double analysis_stillness_min(const struct analysis *self);

#endif
