/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parts of the review, and how times and durations are written. Internal to the room.
 */
#ifndef SRC_REPORT_REVIEW_PARTS_H
#define SRC_REPORT_REVIEW_PARTS_H

#include "src/report/actogram.h"
#include "src/report/review.h"

/* Characters that a terminal may not have. */
struct review_symbols {
    const char *dash, *arrow, *plus_minus, *onset, *wake, *sleep, *sleep_midnight, *rest,
        *midnight, *nonwear, *bar[9];
};
const struct review_symbols *review_symbols(bool has_unicode);

/* Releases a part whose content went into whole. When memory was refused for the part, whole
 * is incomplete as well. */
void review_done(struct text *part, struct text *whole);
/* Empties it for the next part. */
void review_again(struct text *part, struct text *whole);

enum review_style { STYLE_PLAIN, STYLE_TITLE, STYLE_SLEEP, STYLE_NONWEAR, STYLE_FAINT };
/* Switches the terminal over; nothing without colours. */
void review_style(const struct review *review, enum review_style style, struct text *out);
void review_heading(const struct review *review, const char *words, struct text *out);

/* "7:05" from hours after some midnight; a dash when unknown. */
void review_clock(const struct review *review, double hours, struct text *out);
/* The clock time of an instant. */
void review_clock_of(const struct review *review, const struct zone *zone, int64_t utc_ns,
                     struct text *out);
/* "6時間40分", "6 h 40 min", "40 min"; whole minutes; a dash when unknown. */
void review_duration(const struct review *review, double minutes, struct text *out);
/* Number or dash. */
void review_number(const struct review *review, double value, int decimals, struct text *out);
/* "5/11(月)→12(火)", "Mon 11→Tue 12". */
void review_night_name(const struct review *review, struct civil_date evening,
                       struct text *out);
/* "2026-05-11(月)", "Mon 2026-05-11". */
void review_date(const struct review *review, struct civil_date date, struct text *out);
/* Why a night is not counted, what was edited, what else is to be known. */
void review_note(const struct review *review, const struct night *night, struct text *out);

enum yk_status review_actogram(const struct review *review, struct text *out,
                               struct failure *why);
enum yk_status review_nights(const struct review *review, const struct review_facts *facts,
                             struct text *out, struct failure *why);
enum yk_status review_means(const struct review *review, const struct review_facts *facts,
                            struct text *out, struct failure *why);
enum yk_status review_change(const struct review *review, const struct review_facts *facts,
                             struct text *out, struct failure *why);
/* Mornings in time for today's and the next step's start, the target; nothing without a
 * programme. */
void review_mornings(const struct review *review, struct text *out);
enum yk_status review_quality(const struct review *review, const struct review_facts *facts,
                              struct text *out, struct failure *why);

#endif
