/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The life-rhythm review for a terminal: what a person, and somebody who talks with them, need
 * at a glance.
 */
#ifndef SRC_REPORT_REVIEW_H
#define SRC_REPORT_REVIEW_H

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/base/zone.h"
#include "src/model/analysis.h"
#include "src/model/interview.h"
#include "src/report/review_facts.h"

struct review {
    const char *title; /* file name or participant code */
    const struct analysis *now;
    const struct zone *zone;
    const struct analysis *before; /* the recording before this one, or NULL */
    const struct zone *before_zone;
    struct civil_date from, to; /* evenings looked at; month 0: open */
    /* Of a participant in the store: the numbers of the sheet, which then speaks (statements,
     * programme days and days off, mornings in time). NULL: of a bare file. */
    const struct interview_facts *interview;
    /* Sentences of staff for the sheet of these nights; n 0: none. */
    const struct rewording *rewordings;
    size_t n_rewordings;
    enum language language;
    int width;        /* columns; at least 40 */
    bool has_color;   /* ANSI colours; nothing is said by colour alone */
    bool has_unicode; /* false: nothing but ASCII in English, no drawing characters */
};

/* Appends the review. errors: YK_ERR_MEMORY */
enum yk_status review_write(const struct review *review, struct text *out, struct failure *why);

#endif
