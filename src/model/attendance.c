/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attendance in memory.
 */
#include "src/model/attendance.h"

#include <string.h>

#include "src/base/mem.h"

/* In the order of enum attendance_status. The Japanese words are accepted in CSV files. */
static const char *const words[] = {"", "attended", "late", "early", "absent", "online"};
static const char *const words_ja[] = {"", "出席", "遅刻", "早退", "欠席", "オンライン"};

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

const char *attendance_word(enum attendance_status status)
{
    return words[status];
}

bool attendance_parse(const char *word, enum attendance_status *out)
{
    for (size_t i = 1; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(word, words[i]) == 0 || strcmp(word, words_ja[i]) == 0) {
            *out = (enum attendance_status)i;
            return true;
        }
    }
    return false;
}
