/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A participant's record in memory.
 */
#include "src/model/record.h"

#include "src/base/mem.h"

void participant_record_init(struct participant_record *self)
{
    *self = (struct participant_record){.zone = NULL};
    programme_init(&self->programme);
    attendance_init(&self->attendance);
    diary_init(&self->diary);
    consents_init(&self->consents);
}

void participant_record_release(struct participant_record *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < self->n_recordings; i++) {
        analysis_release(&self->recordings[i].analysis);
        zone_close(self->recordings[i].zone);
    }
    mem_free(self->recordings);
    programme_release(&self->programme);
    attendance_release(&self->attendance);
    diary_release(&self->diary);
    consents_release(&self->consents);
    mem_free(self->targets);
    mem_free(self->notes);
    mem_free(self->edits);
    mem_free(self->rewordings);
    zone_close(self->zone);
    participant_record_init(self);
}

int record_target_min(const struct participant_record *self, struct civil_date date)
{
    int found = -1;
    for (size_t i = 0; i < self->n_targets; i++) {
        if (civil_compare(self->targets[i].from, date) <= 0) {
            found = self->targets[i].wake_min;
        }
    }
    return found;
}
