/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Holding and giving back everything of one analysis, and what it can know of wear.
 */
#include "src/model/analysis.h"
#include "src/base/mem.h"

#include <math.h>

void analysis_init(struct analysis *self)
{
    *self = (struct analysis){0};
    recording_info_init(&self->info);
    read_report_init(&self->report);
    calibration_init(&self->calibration);
    epoch_series_init(&self->epochs);
    quarter_series_init(&self->quarters);
    rhythm_summary_init(&self->rhythm);
    for (size_t i = 0; i < NIGHT_SET_COUNT; i++) {
        night_means_init(&self->night_means[i]);
    }
    self->made_by.made_ns = TIME_UNKNOWN;
}

void analysis_release(struct analysis *self)
{
    if (self == NULL) {
        return;
    }
    read_report_release(&self->report);
    epoch_series_release(&self->epochs);
    quarter_series_release(&self->quarters);
    mem_free(self->nights);
    mem_free(self->rests);
    mem_free(self->days);
    mem_free(self->nonwear);
    analysis_init(self);
}

/* The default rule's second reading: zeros on every channel of counts, in files without angles.
 */
static bool has_counts_alone(const struct epoch_series *epochs)
{
    static const enum epoch_column channels[] = {EPOCH_COUNTS, EPOCH_COUNTS_X, EPOCH_COUNTS_Y,
                                                 EPOCH_COUNTS_Z};
    bool has_counts = false;
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        has_counts = has_counts || epochs->column[channels[i]] != NULL;
    }
    return has_counts && epochs->column[EPOCH_ANGLE_Z_DEG] == NULL;
}

/* Something, a recorder that feels the wrist for one, has marked epochs with the bit. */
static bool is_marked(const struct epoch_series *epochs, uint16_t bit)
{
    for (size_t i = 0; i < epochs->n; i++) {
        if ((epochs->state[i] & bit) != 0) {
            return true;
        }
    }
    return false;
}

bool analysis_knows_nonwear(const struct analysis *self)
{
    const struct epoch_series *epochs = &self->epochs;
    const enum choice_nonwear rule = self->made_by.parameters.nonwear;
    bool is_ggirs = rule == NONWEAR_ggir2013 || rule == NONWEAR_ggir2023;
    bool is_posture =
        epochs->column[EPOCH_ANGLE_Z_DEG] != NULL && epochs->epoch_s <= 60 &&
        (epochs->column[EPOCH_STD_MG] != NULL || epochs->column[EPOCH_ENMO_MG] != NULL);
    if (self->info.rate_hz > 0 || (!is_ggirs && rule != NONWEAR_default)) {
        return true; /* rules on counts refuse files without */
    }
    return (rule == NONWEAR_default && (is_posture || has_counts_alone(epochs))) ||
           is_marked(epochs, STATE_NONWEAR);
}

bool analysis_knows_stillness(const struct analysis *self)
{
    bool is_counts =
        self->made_by.parameters.nonwear == NONWEAR_default && has_counts_alone(&self->epochs);
    return self->info.rate_hz > 0 || is_counts || is_marked(&self->epochs, STATE_NONWEAR_STILL);
}

static double minutes_marked(const struct epoch_series *epochs, uint16_t bit)
{
    size_t n = 0;
    for (size_t i = 0; i < epochs->n; i++) {
        n += (epochs->state[i] & (bit | STATE_UNKNOWN)) == bit;
    }
    return (double)n * epochs->epoch_s / 60;
}

double analysis_nonwear_min(const struct analysis *self)
{
    bool is_known = self->epochs.n > 0 && analysis_knows_nonwear(self);
    return is_known ? minutes_marked(&self->epochs, STATE_NONWEAR) : (double)NAN;
}

double analysis_stillness_min(const struct analysis *self)
{
    bool is_known = self->epochs.n > 0 && analysis_knows_stillness(self);
    return is_known ? minutes_marked(&self->epochs, STATE_NONWEAR_STILL) : (double)NAN;
}
