/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that happened in a recording, as one list in order of time: nonwear, gaps, clock
 * jumps, restarts, clipping, button presses, edits.
 */
#ifndef SRC_EXPORT_EVENTS_H
#define SRC_EXPORT_EVENTS_H

#include "src/model/analysis.h"

struct export_event {
    const char *kind;         /* static */
    int64_t start_ns, end_ns; /* or TIME_UNKNOWN */
    char detail[64];
    size_t order; /* of collection: keeps equal times in a fixed order */
};

struct export_events {
    struct export_event *events;
    size_t n, capacity;
};

void export_events_init(struct export_events *self);
void export_events_release(struct export_events *self);
/* 0, or -1 when memory is refused (the list then holds a part). */
int export_events_collect(const struct analysis *analysis, struct export_events *out);

#endif
