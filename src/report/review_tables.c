/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The review's tables: each night, averages, and what changed since the recording before.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/fill.h"
#include "src/base/columns.h"
#include "src/base/table.h"
#include "src/base/utf8.h"
#include "src/base/wrap.h"
#include "src/report/review_parts.h"

static void cell_clock(const struct review *review, struct table *table, double hours)
{
    struct text text;
    text_init(&text);
    review_clock(review, hours, &text);
    table_cell(table, text_string(&text));
    review_done(&text, &table->cells);
}

static void cell_instant(const struct review *review, struct table *table, int64_t utc_ns)
{
    struct text text;
    text_init(&text);
    review_clock_of(review, review->zone, utc_ns, &text);
    table_cell(table, text_string(&text));
    review_done(&text, &table->cells);
}

static void cell_duration(const struct review *review, struct table *table, double minutes)
{
    struct text text;
    text_init(&text);
    review_duration(review, minutes, &text);
    table_cell(table, text_string(&text));
    review_done(&text, &table->cells);
}

static void cell_percent(const struct review *review, struct table *table, double value)
{
    struct text text;
    text_init(&text);
    review_number(review, value, 0, &text);
    text_add(&text, isfinite(value) ? "%" : "");
    table_cell(table, text_string(&text));
    review_done(&text, &table->cells);
}

static void header(const struct review *review, struct table *table, const enum text_id *ids,
                   size_t n)
{
    for (size_t i = 0; i < n; i++) {
        table_cell(table, ids[i] == TEXT_COUNT ? "" : i18n(review->language, ids[i]));
    }
}

static int widest_line(const char *lines)
{
    int widest = 0, columns = 0;
    for (size_t n; (n = utf8_step(lines)) > 0; lines += n) {
        columns = *lines == '\n' ? 0 : columns + columns_n(lines, n);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

/* Columns stand two blanks apart, or one where the terminal is narrow. */
static enum yk_status end_table(const struct review *review, struct table *table,
                                struct text *out, struct failure *why)
{
    struct text lines;
    text_init(&lines);
    table->n_header_rows = 2;
    enum yk_status status = table_write(table, 2, 2, true, &lines, why);
    if (status == YK_OK && widest_line(text_string(&lines)) > review->width) {
        review_again(&lines, out);
        status = table_write(table, 2, 1, true, &lines, why);
    }
    text_add(out, text_string(&lines));
    review_done(&lines, out);
    table_release(table);
    return status;
}

/* ---- each night ---- */

/* Notes that fit stand in the last column; otherwise all of them go below the table, and the
 * column keeps the star of a night that is not counted. */
static void night_row(const struct review *review, const struct night *night,
                      bool has_bed_times, bool has_notes, struct table *table)
{
    struct text text;
    text_init(&text);
    review_night_name(review, night->evening, &text);
    table_cell(table, text_string(&text));
    if (has_bed_times) {
        cell_instant(review, table, night->in_bed_ns);
    } else {
        table_cell(table, "");
    }
    cell_instant(review, table, night->onset_ns);
    cell_instant(review, table, night->wake_ns);
    if (has_bed_times) {
        cell_instant(review, table, night->out_of_bed_ns);
    } else {
        table_cell(table, "");
    }
    cell_duration(review, table, night->tst_min);
    cell_duration(review, table, night->waso_min);
    if (has_bed_times) {
        cell_percent(review, table, night->efficiency_pct);
    } else {
        table_cell(table, "");
    }
    review_again(&text, &table->cells);
    review_note(review, night, &text);
    table_cell(table, has_notes ? text_string(&text) : night->exclude != 0 ? "*" : "");
    review_done(&text, &table->cells);
}

enum { NIGHT_COLUMNS = 9 };

static enum yk_status nights_table(const struct review *review,
                                   const struct review_facts *facts, bool has_notes,
                                   struct text *out, struct failure *why)
{
    static const enum text_id first[NIGHT_COLUMNS] = {
        TEXT_COUNT,
        TEXT_review_col_in_bed_1,
        TEXT_review_col_onset_1,
        TEXT_review_col_wake_1,
        TEXT_review_col_out_bed_1,
        TEXT_review_col_tst_1,
        TEXT_review_col_waso_1,
        TEXT_review_col_efficiency_1,
        TEXT_COUNT,
    };
    static const enum text_id second[NIGHT_COLUMNS] = {
        TEXT_review_col_night,  TEXT_review_col_in_bed_2,     TEXT_review_col_onset_2,
        TEXT_review_col_wake_2, TEXT_review_col_out_bed_2,    TEXT_review_col_tst_2,
        TEXT_review_col_waso_2, TEXT_review_col_efficiency_2, TEXT_review_col_note,
    };
    struct table table;
    table_init(&table, NIGHT_COLUMNS);
    for (size_t i = 1; i + 1 < NIGHT_COLUMNS; i++) {
        table_align(&table, i, TABLE_RIGHT);
    }
    header(review, &table, first, NIGHT_COLUMNS);
    header(review, &table, second, has_notes ? NIGHT_COLUMNS : NIGHT_COLUMNS - 1);
    if (!has_notes) {
        table_cell(&table, "");
    }
    for (size_t i = 0; i < review->now->n_nights; i++) {
        const struct night *night = &review->now->nights[i];
        if (review_is_in(night, review->from, review->to)) {
            night_row(review, night, facts->has_bed_times, has_notes, &table);
        }
    }
    return end_table(review, &table, out, why);
}

/* "  5/16(土)→17(日)  *外していた時間がある" */
static void notes_below(const struct review *review, struct text *out)
{
    struct text line, name;
    text_init(&line);
    text_init(&name);
    for (size_t i = 0; i < review->now->n_nights; i++) {
        const struct night *night = &review->now->nights[i];
        review_again(&line, out);
        review_again(&name, out);
        review_note(review, night, &line);
        if (line.length > 0 && review_is_in(night, review->from, review->to)) {
            text_add(&name, "  ");
            review_night_name(review, night->evening, &name);
            text_add(&name, "  ");
            text_add(out, text_string(&name));
            int column = text_columns(text_string(&name));
            text_add_wrapped(out, text_string(&line), column, column, review->width);
        }
    }
    review_done(&line, out);
    review_done(&name, out);
}

enum yk_status review_nights(const struct review *review, const struct review_facts *facts,
                             struct text *out, struct failure *why)
{
    if (facts->n_nights == 0) {
        return YK_OK;
    }
    struct text table;
    text_init(&table);
    enum yk_status status = nights_table(review, facts, true, &table, why);
    bool fits = widest_line(text_string(&table)) <= review->width;
    if (status == YK_OK && !fits) {
        review_again(&table, out);
        status = nights_table(review, facts, false, &table, why);
    }
    review_heading(review, i18n(review->language, TEXT_review_nights), out);
    text_add(out, text_string(&table));
    review_done(&table, out);
    if (!fits) {
        notes_below(review, out);
    }
    if (status == YK_OK && facts->n_counted < facts->n_nights) {
        text_addf(out, "  %s\n", i18n(review->language, TEXT_review_not_counted_note));
    }
    return status;
}

/* ---- averages ---- */

static void cell_spread(const struct review *review, struct table *table, double minutes)
{
    struct text text;
    text_init(&text);
    if (isfinite(minutes)) {
        text_add(&text, review_symbols(review->has_unicode)->plus_minus);
    }
    review_duration(review, minutes, &text);
    table_cell(table, text_string(&text));
    review_done(&text, &table->cells);
}

static void set_row(const struct review *review, const struct review_facts *facts,
                    const struct review_set *set, enum text_id name, struct table *table)
{
    table_cell(table, i18n(review->language, name));
    table_cellf(table, "%zu", set->n);
    cell_clock(review, table, set->onset_h.mean);
    cell_clock(review, table, set->wake_h.mean);
    cell_spread(review, table, set->wake_h.sd * 60);
    cell_clock(review, table, set->midsleep_h.mean);
    cell_duration(review, table, set->tst_min.mean);
    cell_duration(review, table, set->waso_min.mean);
    if (facts->has_bed_times) {
        cell_percent(review, table, set->efficiency_pct.mean);
    } else {
        table_cell(table, "");
    }
}

/* Programme days and days off come from the sheet's numbers. */
static struct review_set set_of(const struct interview_facts *interview,
                                enum interview_kind kind)
{
    const struct interview_set *set = &interview->now.set[kind];
    return (struct review_set){.n = set->n,
                               .onset_h = set->onset_h,
                               .wake_h = set->wake_h,
                               .midsleep_h = set->midsleep_h,
                               .tst_min = set->tst_min,
                               .waso_min = set->waso_min,
                               .efficiency_pct = set->efficiency_pct};
}

static bool is_thin(const struct review_facts *facts)
{
    for (size_t i = 0; i < NIGHT_SET_COUNT; i++) {
        const struct review_set *set = &facts->set[i];
        if (!isfinite(set->wake_h.mean) || !isfinite(set->wake_h.sd)) {
            return true;
        }
    }
    return false;
}

enum yk_status review_means(const struct review *review, const struct review_facts *facts,
                            struct text *out, struct failure *why)
{
    static const enum text_id first[] = {TEXT_COUNT,
                                         TEXT_COUNT,
                                         TEXT_review_col_onset_1,
                                         TEXT_review_col_wake_1,
                                         TEXT_review_col_wake_spread_1,
                                         TEXT_review_col_midsleep_1,
                                         TEXT_review_col_tst_1,
                                         TEXT_review_col_waso_1,
                                         TEXT_review_col_efficiency_1};
    static const enum text_id second[] = {
        TEXT_review_col_mornings,      TEXT_review_col_n,
        TEXT_review_col_onset_2,       TEXT_review_col_wake_2,
        TEXT_review_col_wake_spread_2, TEXT_review_col_midsleep_2,
        TEXT_review_col_tst_2,         TEXT_review_col_waso_2,
        TEXT_review_col_efficiency_2};
    enum { N = sizeof first / sizeof first[0] };
    if (facts->n_counted == 0) {
        return YK_OK;
    }
    struct table table;
    table_init(&table, N);
    for (size_t i = 1; i < N; i++) {
        table_align(&table, i, TABLE_RIGHT);
    }
    header(review, &table, first, N);
    header(review, &table, second, N);
    if (review->interview != NULL && review->interview->step != NULL) {
        struct review_set programme = set_of(review->interview, INTERVIEW_PROGRAMME);
        struct review_set off = set_of(review->interview, INTERVIEW_OFF);
        set_row(review, facts, &programme, TEXT_review_set_programme, &table);
        set_row(review, facts, &off, TEXT_review_set_off, &table);
    } else {
        set_row(review, facts, &facts->set[NIGHTS_WEEKDAY], TEXT_review_set_weekday, &table);
        set_row(review, facts, &facts->set[NIGHTS_WEEKEND], TEXT_review_set_weekend, &table);
    }
    set_row(review, facts, &facts->set[NIGHTS_ALL], TEXT_review_set_all, &table);
    review_heading(review, i18n(review->language, TEXT_review_means), out);
    enum yk_status status = end_table(review, &table, out, why);
    if (status == YK_OK && is_thin(facts)) {
        struct text note;
        text_init(&note);
        const char *words = i18n(review->language, TEXT_review_thin_note);
        /* the sentence begins with the dash it explains */
        text_add(&note, review_symbols(review->has_unicode)->dash);
        text_add(&note, words + utf8_step(words));
        text_add(out, "  ");
        text_add_wrapped(out, text_string(&note), 2, 2, review->width);
        review_done(&note, out);
    }
    return status;
}

/* ---- mornings ---- */

static void morning_line(const struct review *review, enum text_id id,
                         const struct programme_step *step, size_t n_good, size_t n,
                         struct text *out)
{
    int minute = programme_latest_wake_min(step);
    if (minute == INT_MIN || n == 0) {
        return;
    }
    struct text start, latest;
    char good[24], all[24];
    text_init(&start);
    text_init(&latest);
    review_clock(review, 24 + step->start_min / 60.0, &start);
    review_clock(review, 24 + minute / 60.0, &latest);
    snprintf(good, sizeof good, "%zu", n_good);
    snprintf(all, sizeof all, "%zu", n);
    text_add(out, "  ");
    text_fill(out, i18n(review->language, id), text_string(&start), text_string(&latest), good,
              all);
    text_add(out, "\n");
    review_done(&start, out);
    review_done(&latest, out);
}

void review_mornings(const struct review *review, struct text *out)
{
    const struct interview_facts *facts = review->interview;
    if (facts == NULL || facts->step == NULL) {
        return;
    }
    const struct interview_mornings *m = &facts->now.mornings;
    struct text lines;
    text_init(&lines);
    morning_line(review, TEXT_review_in_time, facts->step, m->n_in_time, m->n, &lines);
    if (facts->next != NULL) {
        morning_line(review, TEXT_review_in_time_next, facts->next, m->n_in_time_next,
                     m->n_next, &lines);
    }
    if (lines.length > 0) {
        review_heading(review, i18n(review->language, TEXT_review_mornings), out);
        text_add(out, text_string(&lines));
    }
    review_done(&lines, out);
}

/* ---- since last time ---- */

static void change_row(const struct review *review, enum text_id name, double before,
                       double now, bool is_clock, struct table *table)
{
    struct text text, size;
    text_init(&text);
    text_init(&size);
    const char *arrow = review_symbols(review->has_unicode)->arrow;
    table_cell(table, i18n(review->language, name));
    (is_clock ? review_clock : review_duration)(review, before, &text);
    table_cell(table, text_string(&text));
    review_again(&text, &table->cells);
    table_cell(table, arrow);
    (is_clock ? review_clock : review_duration)(review, now, &text);
    table_cell(table, text_string(&text));
    review_again(&text, &table->cells);
    double minutes = (now - before) * (is_clock ? 60 : 1);
    if (!isfinite(minutes)) {
        review_again(&text, &table->cells);
    } else if (fabs(minutes) < 0.5) {
        text_add(&text, i18n(review->language, TEXT_review_same));
    } else {
        enum text_id more = is_clock ? TEXT_review_later : TEXT_review_longer;
        enum text_id less = is_clock ? TEXT_review_earlier : TEXT_review_shorter;
        review_duration(review, minutes, &size);
        text_fill(&text, i18n(review->language, minutes > 0 ? more : less), text_string(&size));
    }
    table_cell(table, text_string(&text));
    review_done(&text, &table->cells);
    review_done(&size, &table->cells);
}

enum yk_status review_change(const struct review *review, const struct review_facts *facts,
                             struct text *out, struct failure *why)
{
    if (review->before == NULL || facts->n_counted == 0) {
        return YK_OK;
    }
    struct review_facts before;
    const struct civil_date open = {0};
    review_facts_of(review->before, review->before_zone, open, open, &before);
    const struct review_set *a = &before.set[NIGHTS_ALL], *b = &facts->set[NIGHTS_ALL];
    if (!isfinite(a->tst_min.mean) || !isfinite(b->tst_min.mean)) { /* one of them is thin */
        return YK_OK;
    }
    char first[16], last[16], n[24];
    civil_format(before.first, first);
    civil_format(civil_add_days(before.last, 1), last);
    snprintf(n, sizeof n, "%zu", before.n_counted);
    struct text title;
    text_init(&title);
    text_fill(&title, i18n(review->language, TEXT_review_change), first, last, n);
    review_heading(review, text_string(&title), out);
    review_done(&title, out);
    struct table table;
    table_init(&table, 5);
    table_align(&table, 1, TABLE_RIGHT);
    table_align(&table, 3, TABLE_RIGHT);
    change_row(review, TEXT_review_row_onset, a->onset_h.mean, b->onset_h.mean, true, &table);
    change_row(review, TEXT_review_row_wake, a->wake_h.mean, b->wake_h.mean, true, &table);
    change_row(review, TEXT_review_row_tst, a->tst_min.mean, b->tst_min.mean, false, &table);
    change_row(review, TEXT_review_row_waso, a->waso_min.mean, b->waso_min.mean, false, &table);
    table.n_header_rows = 0;
    enum yk_status status = table_write(&table, 2, 2, false, out, why);
    table_release(&table);
    const char *then = review->before->made_by.recipe, *now = review->now->made_by.recipe;
    if (status == YK_OK && strcmp(then, now) != 0) {
        text_add(out, "  ");
        text_fill(out, i18n(review->language, TEXT_review_change_recipe), then, now);
        text_add(out, "\n");
    }
    return status;
}
