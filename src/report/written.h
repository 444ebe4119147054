/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How pages write times, durations and days. Exact values come in; rounding happens here and
 * nowhere else: 5 minutes on copies for participants, 1 minute on the staff's (round_min).
 * Unknown is a dash.
 */
#ifndef SRC_REPORT_WRITTEN_H
#define SRC_REPORT_WRITTEN_H

#include <stdbool.h>

#include "src/base/clock.h"
#include "src/base/i18n.h"
#include "src/base/text.h"

/* "7:05" from hours after some midnight. */
void written_clock(double hours, int round_min, struct text *out);
/* "6:55〜7:20", "6:55–7:20". */
void written_clock_range(double from_h, double to_h, int round_min, enum language language,
                         struct text *out);
/* A start time: "10時", "9時30分"; "10:00", "9:30". */
void written_start(int minute_of_day, enum language language, struct text *out);
/* "6時間40分", "40分"; "6 h 40 min", "40 min". A negative one is written without its sign. */
void written_duration(double minutes, int round_min, enum language language, struct text *out);
/* "±10分", "±10 min". */
void written_spread(double minutes, int round_min, enum language language, struct text *out);
/* "+25分", "−1 h 5 min", "±0分". */
void written_difference(double minutes, int round_min, enum language language,
                        struct text *out);
/* "5/11(月)", "Mon 11 May". */
void written_day(struct civil_date date, enum language language, struct text *out);
/* "5/11(月)→12(火)", "Mon 11→Tue 12", "Sun 31→Mon 1 Jun". */
void written_night(struct civil_date evening, enum language language, struct text *out);
/* "6/22", "22 Jun"; with the year "2025/6/22", "22 Jun 2025". */
void written_short_day(struct civil_date date, bool with_year, enum language language,
                       struct text *out);
/* "2026年5月11日", "11 May 2026". */
void written_date(struct civil_date date, enum language language, struct text *out);
/* "40", "0.52"; decimals fixed. */
void written_number(double value, int decimals, struct text *out);
/* Nearest multiple; exact halves away from zero, and what is a hair below a half through binary
 * fractions counts as the half. */
double written_round(double value, int step);

#endif
