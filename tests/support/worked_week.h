/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The worked week: seven nights from 11 May 2026 of somebody in a programme that begins at
 * 10:00 on Monday, Tuesday, Thursday and Friday, whose next step begins at 9:00. Bed times are
 * the diary's.
 */
#ifndef TESTS_SUPPORT_WORKED_WEEK_H
#define TESTS_SUPPORT_WORKED_WEEK_H

#include "src/model/record.h"

/* One recording with seven nights, the sixth not counted; programme and diary. */
void worked_week_open(struct participant_record *out);
/* A recording of four weeks earlier, waking later by so many minutes, set in front. */
void worked_week_add_before(struct participant_record *record, int later_min);
/* The same week again and again after it, each a recording of its own. */
void worked_week_add_after(struct participant_record *record, size_t weeks);
/* Gives the newest recording epochs of a minute that fit its nights, for pictures. */
void worked_week_add_epochs(struct participant_record *record);

#endif
