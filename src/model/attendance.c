/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attendance in memory.
 */
#include "src/model/attendance.h"

#include "src/base/mem.h"

void attendance_init(struct attendance *self)
{
    *self = (struct attendance){0};
}

void attendance_release(struct attendance *self)
{
    if (self != NULL) {
        mem_free(self->days);
        attendance_init(self);
    }
}

enum attendance_status attendance_on(const struct attendance *self, struct civil_date date)
{
    for (size_t i = 0; i < self->n; i++) {
        if (civil_compare(self->days[i].date, date) == 0) {
            return self->days[i].status;
        }
    }
    return ATTENDANCE_UNKNOWN;
}
