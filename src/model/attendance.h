/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which programme days a participant came to.
 */
#ifndef SRC_MODEL_ATTENDANCE_H
#define SRC_MODEL_ATTENDANCE_H

#include <stddef.h>

#include "src/base/clock.h"

enum attendance_status {
    ATTENDANCE_UNKNOWN,
    ATTENDANCE_ATTENDED,
    ATTENDANCE_LATE,
    ATTENDANCE_EARLY, /* left early */
    ATTENDANCE_ABSENT,
    ATTENDANCE_ONLINE
};

struct attendance_day {
    struct civil_date date;
    enum attendance_status status;
};

struct attendance {
    struct attendance_day *days; /* by date, no two on one */
    size_t n, capacity;
};

void attendance_init(struct attendance *self);
void attendance_release(struct attendance *self);
enum attendance_status attendance_on(const struct attendance *self, struct civil_date date);

#endif
