/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Holding and giving back everything of one analysis.
 */
#include "src/model/analysis.h"
#include "src/base/mem.h"

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
