/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What participant and staff agreed on: a waking time to aim at, something to try and see, a
 * note.
 */
#ifndef SRC_MODEL_TARGET_H
#define SRC_MODEL_TARGET_H

#include <stddef.h>

#include "src/base/clock.h"
#include "src/model/consent.h"

#define NOTE_BYTES 512

struct target { /* in force from this date until the next one's */
    struct civil_date from;
    int wake_min; /* minute of the day; -1: no target any more */
};

struct note { /* kind "try": a marker on the actogram; else a free note */
    int64_t id;
    struct civil_date date;
    bool is_try;
    unsigned audience; /* bit per enum copy_kind */
    char text[NOTE_BYTES];
};

/* A person's correction beside the automatic value, which is kept. */
struct manual_edit {
    int64_t id;
    char recording_id[128];
    struct civil_date evening;
    char field[24]; /* "sleep_onset", "wake", "in_bed", "out_of_bed", "exclude" */
    int64_t automatic_ns, value_ns; /* TIME_UNKNOWN where there was none */
    bool is_excluded;               /* for "exclude" */
    char editor[32];                /* a staff code or role, never a name */
    int64_t made_ns;
    char reason[128];
    bool is_withdrawn;
};

#endif
