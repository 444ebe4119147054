/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages that are not about one interview: the empty diary, the overview for the case
 * conference, the poster of a cohort.
 */
#ifndef SRC_REPORT_PAGES_H
#define SRC_REPORT_PAGES_H

#include "src/report/sheet.h"

/* An empty diary, A4, on the actogram's axis: a line of each night for two weeks. from.month 0
 * leaves the dates blank too; code may be "". */
enum yk_status diary_page_draw(const char *code, struct civil_date from, int axis_start_h,
                               enum language language, struct canvas *canvas,
                               struct failure *why);

/* One participant of the conference overview; facts NULL: nothing recorded. */
struct conference_row {
    const struct participant_record *record;
    const struct interview_facts *facts;
};
/* A4 across, as many pages as needed, in the order given (that of codes). */
enum yk_status conference_draw(const struct conference_row *rows, size_t n,
                               struct civil_date date, enum language language,
                               struct canvas *canvas, struct failure *why);

struct poster_item {
    const char *id; /* recording_id or code */
    const struct analysis *analysis;
    const struct zone *zone;
};
/* A3 across, as many pages as needed, at most 8 rows a recording. poster_draw() asks for the
 * items one by one, so that a cohort need not be in memory: item() fills *out, and done() frees
 * what it holds. */
struct poster_source {
    size_t n;
    enum yk_status (*item)(void *user, size_t i, struct poster_item *out, struct failure *why);
    void (*done)(void *user, struct poster_item *item);
    void *user;
};
enum yk_status poster_draw(const struct poster_source *source, enum language language,
                           struct canvas *canvas, struct failure *why);

#endif
