/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages about the data and not about people: how complete a cohort is, what failed and why; and
 * one page a recording with everything that bears on whether to trust it.
 */
#ifndef SRC_REPORT_QUALITY_PAGE_H
#define SRC_REPORT_QUALITY_PAGE_H

#include "src/model/analysis.h"
#include "src/report/canvas.h"

/* One row of quality.csv as text; "" unknown. Borrowed. */
struct cohort_row {
    const char *recording_id, *status, *days, *valid_nights, *gaps, *bad_blocks, *reason,
        *advice;
};

struct cohort_counts {
    size_t n_files, n_done, n_empty, n_duplicates, n_failed;
    double days, nights;
};

enum { COHORT_ROWS_A_PAGE = 46 };

/* One page of the overview, A4: rows [first, first + n), n <= COHORT_ROWS_A_PAGE. */
void cohort_page_draw(const struct cohort_counts *counts, const struct cohort_row *rows,
                      size_t n, size_t page, size_t n_pages, enum language language,
                      struct canvas *canvas, struct text *scratch);

/* One recording, A4. errors: YK_ERR_MEMORY */
enum yk_status quality_page_draw(const struct analysis *analysis, const struct zone *zone,
                                 enum language language, struct canvas *canvas,
                                 struct failure *why);

#endif
