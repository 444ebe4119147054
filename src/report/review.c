/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The review from top to bottom. Facts, kindly put: no verdict, no score, no comparison with
 * other people (docs/wording.md). Of a participant in the store the sheet's sentences,
 * programme days and mornings are said; of a bare file what the file alone can tell. Leaves
 * out: diary beside the device, which is on the staff's page.
 */
#include "src/report/review.h"

#include <math.h>
#include <stdio.h>

#include "src/base/columns.h"
#include "src/base/fill.h"
#include "src/base/wrap.h"
#include "src/report/review_parts.h"
#include "src/report/statements.h"

enum { NUMBER_ROOM = 48 };

static void add_period(const struct review *review, const struct review_facts *facts,
                       struct text *out)
{
    const struct recording_info *info = &review->now->info;
    struct civil_date first = facts->first, last = facts->last;
    if (facts->n_nights > 0) {
        last = civil_add_days(last, 1);
    } else if (info->start_ns != TIME_UNKNOWN && info->end_ns != TIME_UNKNOWN) {
        first = zone_civil(review->zone, info->start_ns).date;
        last = zone_civil(review->zone, info->end_ns).date;
    }
    if (first.month == 0) {
        return;
    }
    struct text a, b;
    text_init(&a);
    text_init(&b);
    review_date(review, first, &a);
    review_date(review, last, &b);
    text_fill(out, i18n(review->language, TEXT_review_period), text_string(&a),
              text_string(&b));
    review_done(&a, out);
    review_done(&b, out);
}

static void header(const struct review *review, const struct review_facts *facts,
                   struct text *out)
{
    const struct recording_info *info = &review->now->info;
    const char *title = i18n(review->language, TEXT_review_title);
    struct text name; /* a file's name may hold anything */
    text_init(&name);
    text_add_plain(&name, review->title);
    int room = review->width - text_columns(title) - text_columns(text_string(&name));
    review_style(review, STYLE_TITLE, out);
    text_add(out, title);
    review_style(review, STYLE_PLAIN, out);
    if (room >= 2) {
        text_addf(out, "%*s%s\n", room, "", text_string(&name));
    } else {
        text_addf(out, "\n%s\n", text_string(&name));
    }
    review_done(&name, out);
    char counted[NUMBER_ROOM], nights[NUMBER_ROOM];
    snprintf(counted, sizeof counted, "%zu", facts->n_counted);
    snprintf(nights, sizeof nights, "%zu", facts->n_nights);
    struct text line;
    text_init(&line);
    add_period(review, facts, &line);
    text_add(&line, line.length > 0 ? "  " : "");
    text_fill(&line, i18n(review->language, TEXT_review_counted), counted, nights);
    text_addf(out, "%s\n", text_string(&line));
    review_again(&line, out);
    if (info->device_model[0] != '\0') {
        text_fill(&line, i18n(review->language, TEXT_review_device), info->device_model,
                  info->device_serial);
        text_add(&line, "  ");
    }
    text_fill(
        &line,
        i18n(review->language, info->zone_is_guess ? TEXT_review_zone_guess : TEXT_review_zone),
        info->zone);
    text_add_wrapped(out, text_string(&line), 0, 2, review->width);
    review_done(&line, out);
}

static void sentence(const struct review *review, const char *words, struct text *out)
{
    text_add(out, "  ");
    text_add_wrapped(out, words, 2, 2, review->width);
}

static void add_weekend(const struct review *review, const struct review_facts *facts,
                        struct text *words)
{
    enum { ALIKE_MIN = 15 };
    double later =
        (facts->set[NIGHTS_WEEKEND].wake_h.mean - facts->set[NIGHTS_WEEKDAY].wake_h.mean) * 60;
    if (!isfinite(later)) {
        return;
    }
    enum text_id id = fabs(later) < ALIKE_MIN ? TEXT_review_short_alike
                      : later > 0             ? TEXT_review_short_later
                                              : TEXT_review_short_earlier;
    struct text size;
    text_init(&size);
    review_duration(review, later, &size);
    text_fill(words, i18n(review->language, id), text_string(&size));
    review_done(&size, words);
}

/* Three statements at most, the first of which is about what is there. */
static void in_short(const struct review *review, const struct review_facts *facts,
                     struct text *out)
{
    struct text words;
    text_init(&words);
    text_add(out, "\n");
    if (facts->n_nights == 0) {
        bool has_dates = review->from.month != 0 || review->to.month != 0;
        sentence(review,
                 i18n(review->language,
                      has_dates ? TEXT_review_no_night_in_dates : TEXT_review_no_night),
                 out);
        if (read_report_says(&review->now->report, ANALYSIS_NOTE_NO_INPUT)) {
            sentence(review, i18n(review->language, TEXT_review_no_input), out);
        }
        review_done(&words, out);
        return;
    }
    char counted[NUMBER_ROOM], nights[NUMBER_ROOM];
    snprintf(counted, sizeof counted, "%zu", facts->n_counted);
    snprintf(nights, sizeof nights, "%zu", facts->n_nights);
    bool all = facts->n_counted == facts->n_nights;
    enum text_id id = !all                  ? TEXT_review_short_counted
                      : facts->n_nights > 1 ? TEXT_review_short_all_counted
                                            : TEXT_review_short_one_counted;
    text_fill(&words, i18n(review->language, id), counted, nights);
    sentence(review, text_string(&words), out);
    review_again(&words, out);
    double tst = facts->set[NIGHTS_ALL].tst_min.mean;
    if (isfinite(tst)) {
        struct text length;
        text_init(&length);
        review_duration(review, tst, &length);
        text_fill(&words, i18n(review->language, TEXT_review_short_tst), text_string(&length));
        review_done(&length, &words);
    } else {
        text_add(&words, i18n(review->language, TEXT_review_short_thin));
    }
    sentence(review, text_string(&words), out);
    review_again(&words, out);
    add_weekend(review, facts, &words);
    if (words.length > 0) {
        sentence(review, text_string(&words), out);
    }
    review_done(&words, out);
}

static void add_window(const struct review *review, enum text_id id, double at_h, double level,
                       struct text *out)
{
    struct text at, size;
    if (!isfinite(at_h) || !isfinite(level)) {
        return;
    }
    text_init(&at);
    text_init(&size);
    review_clock(review, at_h, &at);
    review_number(review, level, 1, &size);
    text_add(out, "  ");
    text_fill(out, i18n(review->language, id), text_string(&at), text_string(&size),
              review->now->rhythm.unit);
    text_add(out, "\n");
    review_done(&at, out);
    review_done(&size, out);
}

static void rhythm(const struct review *review, const struct review_facts *facts,
                   struct text *out)
{
    if (facts->n_counted == 0) {
        return;
    }
    review_heading(
        review,
        i18n(review->language, facts->is_part ? TEXT_review_rhythm_whole : TEXT_review_rhythm),
        out);
    if (!facts->has_rhythm) {
        char days[NUMBER_ROOM];
        snprintf(days, sizeof days, "%zu", facts->n_days);
        text_add(out, "  ");
        text_fill(out, i18n(review->language, TEXT_review_rhythm_thin), days);
        text_add(out, "\n");
        return;
    }
    const struct rhythm_summary *r = &review->now->rhythm;
    const double values[] = {r->is, r->iv, r->ra, r->sri};
    const int decimals[] = {2, 2, 2, 0};
    struct text shown[4];
    for (size_t i = 0; i < 4; i++) {
        text_init(&shown[i]);
        review_number(review, values[i], decimals[i], &shown[i]);
    }
    text_add(out, "  ");
    text_fill(out, i18n(review->language, TEXT_review_rhythm_indices), text_string(&shown[0]),
              text_string(&shown[1]), text_string(&shown[2]), text_string(&shown[3]));
    text_add(out, "\n");
    for (size_t i = 0; i < 4; i++) {
        review_done(&shown[i], out);
    }
    add_window(review, TEXT_review_rhythm_l5, r->l5_h, r->l5, out);
    add_window(review, TEXT_review_rhythm_m10, r->m10_h, r->m10, out);
}

/* The sheet's own sentences, to the minute as all of the review. */
static enum yk_status interview_in_short(const struct review *review, struct text *out,
                                         struct failure *why)
{
    static const enum text_id marks[] = {
        [STATEMENT_BY_STAFF] = TEXT_review_by_staff,
        [STATEMENT_OUTDATED] = TEXT_review_staff_outdated,
        [STATEMENT_ELSEWHERE] = TEXT_review_staff_elsewhere,
    };
    struct statements said;
    statements_init(&said);
    enum yk_status status =
        statements_choose(review->interview, 1, review->language, &said, why);
    if (status == YK_OK) {
        status = statements_reword(review->interview, review->rewordings, review->n_rewordings,
                                   review->language, &said, why);
    }
    text_add(out, "\n");
    for (size_t i = 0; status == YK_OK && i < said.n; i++) {
        if (said.origin[i] != STATEMENT_AUTOMATIC) {
            text_addf(&said.line[i], "%s%s", said.line[i].length > 0 ? " " : "",
                      i18n(review->language, marks[said.origin[i]]));
        }
        sentence(review, text_string(&said.line[i]), out);
    }
    statements_release(&said);
    return status;
}

enum yk_status review_write(const struct review *review, struct text *out, struct failure *why)
{
    struct review_facts facts;
    enum yk_status status = YK_OK;
    review_facts_of(review->now, review->zone, review->from, review->to, &facts);
    header(review, &facts, out);
    if (review->interview != NULL && review->has_unicode) {
        status = interview_in_short(review, out, why);
    } else {
        in_short(review, &facts, out);
    }
    if (status == YK_OK) {
        status = review_actogram(review, out, why);
    }
    if (status == YK_OK) {
        status = review_nights(review, &facts, out, why);
    }
    if (status == YK_OK) {
        status = review_means(review, &facts, out, why);
    }
    if (status == YK_OK) {
        review_mornings(review, out);
        rhythm(review, &facts, out);
        status = review_change(review, &facts, out, why);
    }
    if (status == YK_OK) {
        status = review_quality(review, &facts, out, why);
    }
    text_add(out, "\n");
    text_add_wrapped(out, i18n(review->language, TEXT_review_caution), 0, 0, review->width);
    return status == YK_OK ? text_status(out, why) : status;
}
