/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything a page needs about one participant: the recordings' results with edits applied,
 * and what people wrote. Filled from the store (src/pipeline/record_read.h) or by a test.
 */
#ifndef SRC_MODEL_RECORD_H
#define SRC_MODEL_RECORD_H

#include "src/base/zone.h"
#include "src/model/analysis.h"
#include "src/model/attendance.h"
#include "src/model/consent.h"
#include "src/model/diary.h"
#include "src/model/programme.h"
#include "src/model/rewording.h"
#include "src/model/target.h"

struct record_recording {
    struct analysis analysis; /* epochs included for the newest ones, see record_read() */
    struct zone *zone;        /* of its wall clock; owned */
    double clock_offset_issue_s, clock_offset_return_s; /* device minus PC; NaN unknown */
};

struct participant_record {
    char code[64];
    struct zone *zone;                   /* the participant's; owned */
    struct record_recording *recordings; /* by start; the last is the newest */
    size_t n_recordings, recordings_capacity;
    struct programme programme;
    struct attendance attendance;
    struct diary diary; /* of this participant only */
    struct consents consents;
    struct target *targets; /* by date */
    size_t n_targets, targets_capacity;
    struct note *notes; /* by date */
    size_t n_notes, notes_capacity;
    struct manual_edit *edits; /* by time made */
    size_t n_edits, edits_capacity;
    struct rewording *rewordings; /* oldest first */
    size_t n_rewordings, rewordings_capacity;
};

void participant_record_init(struct participant_record *self);
void participant_record_release(struct participant_record *self); /* safe twice */
/* Minute of the day aimed at on a date; -1 when there is none. */
int record_target_min(const struct participant_record *self, struct civil_date date);

#endif
