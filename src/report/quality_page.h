/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages about the data and not about people: how complete a cohort is, what failed and why; and
 * one page a recording with everything that bears on whether to trust it.
 */
#ifndef SRC_REPORT_QUALITY_PAGE_H
#define SRC_REPORT_QUALITY_PAGE_H

#include "src/model/analysis.h"
#include "src/report/canvas.h"

/* One file: its row of quality.csv, and of recording.csv where there is one, as text; ""
 * unknown. Borrowed. */
struct cohort_row {
    const char *recording_id, *person_id, *status, *days, *valid_nights, *nights, *gaps,
        *bad_blocks, *reason, *advice;
    const char *wanted_nights; /* that it falls short of; "" or NULL: it does not */
};

struct cohort_counts {
    size_t n_files, n_done, n_empty, n_duplicates, n_failed, n_skipped;
    size_t n_short; /* recordings with fewer counted nights than were asked for */
    double days, nights;
};

/* How many of n rows, from the first, fit on one page of the overview; at least 1. */
size_t cohort_page_rows(const struct cohort_row *rows, size_t n, enum language language,
                        struct canvas *canvas, struct text *scratch);

/* One page of the overview, A4: as many rows as cohort_page_rows() said. */
void cohort_page_draw(const struct cohort_counts *counts, const struct cohort_row *rows,
                      size_t n, size_t page, size_t n_pages, enum language language,
                      struct canvas *canvas, struct text *scratch);

/* One recording, A4. errors: YK_ERR_MEMORY */
enum yk_status quality_page_draw(const struct analysis *analysis, const struct zone *zone,
                                 enum language language, struct canvas *canvas,
                                 struct failure *why);

#endif
