/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Block F: in how many mornings waking was early enough for today's start and for the next
 * step's, and a strip of the weeks so far: range and mean of waking, target, latest useful
 * waking, stages.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/fill.h"
#include "src/report/sheet_parts.h"
#include "src/report/written.h"

#define LEFT_MM 88.0

static void draw_count(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                       enum sheet_label label, const struct programme_step *step, size_t n_good,
                       size_t n, struct text *scratch)
{
    static const struct canvas_style number = {
        .pt = 11, .min_pt = 9, .is_bold = true, .is_middle = true, .align = CANVAS_RIGHT};
    struct text start, latest;
    char good[24], all[24];
    text_init(&start);
    text_init(&latest);
    written_start(step->start_min, sheet->language, &start);
    int minute = programme_latest_wake_min(step);
    written_clock(minute == INT_MIN ? NAN : 24 + minute / 60.0, 1, &latest);
    text_fill(scratch, sheet_label(sheet->language, label), text_string(&start),
              text_string(&latest));
    sheet_put(canvas, (struct canvas_box){box.x, box.y, box.w - 24, box.h}, &sheet_table,
              scratch);
    snprintf(good, sizeof good, "%zu", n_good);
    snprintf(all, sizeof all, "%zu", n);
    if (n > 0) {
        text_fill(scratch, sheet_label(sheet->language, LABEL_of_days), good, all);
    } else {
        text_add(scratch, "–");
    }
    sheet_put(canvas, (struct canvas_box){box.x + box.w - 24, box.y, 22, box.h}, &number,
              scratch);
    scratch->is_short = scratch->is_short || start.is_short || latest.is_short;
    text_release(&start);
    text_release(&latest);
}

static void draw_counts(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                        struct text *scratch)
{
    const struct interview_facts *facts = sheet->facts;
    const struct interview_mornings *m = &facts->now.mornings;
    double row = (box.h - 5) / 2;
    sheet_name(sheet, canvas, (struct canvas_box){box.x, box.y + 0.8, box.w, 5},
               LABEL_mornings);
    struct canvas_box line = {box.x, box.y + 5, box.w, row};
    if (facts->step == NULL || facts->step->days == 0) {
        canvas_text(canvas, line, &sheet_table,
                    sheet_label(sheet->language, LABEL_no_programme));
        return;
    }
    if (programme_latest_wake_min(facts->step) == INT_MIN) {
        canvas_text(canvas, line, &sheet_table, sheet_label(sheet->language, LABEL_no_times));
    } else {
        draw_count(sheet, canvas, line, LABEL_for_today, facts->step, m->n_in_time, m->n,
                   scratch);
    }
    line.y += row;
    if (facts->next != NULL && programme_latest_wake_min(facts->next) != INT_MIN) {
        draw_count(sheet, canvas, line, LABEL_for_next, facts->next, m->n_in_time_next,
                   m->n_next, scratch);
    }
}

/* ---- the strip ---- */

struct strip {
    const struct sheet *sheet;
    struct canvas *canvas;
    struct canvas_box plot;
    double low_h, high_h; /* earliest and latest hour drawn */
    size_t first, n;      /* weeks shown: the newest that fit */
    double week_mm;
};

static double y_of(const struct strip *s, double hours)
{
    return s->plot.y + s->plot.h * (hours - s->low_h) / (s->high_h - s->low_h);
}

static void widen(struct strip *s, double hours)
{
    s->low_h = fmin(s->low_h, hours);
    s->high_h = fmax(s->high_h, hours);
}

static void set_range(struct strip *s)
{
    s->low_h = s->high_h = NAN;
    for (size_t i = 0; i < s->n; i++) {
        const struct interview_week *w = &s->sheet->facts->weeks[s->first + i];
        widen(s, w->wake_first_h);
        widen(s, w->wake_last_h);
        widen(s, w->latest_wake_h);
        widen(s, w->target_h);
    }
    s->low_h = floor(s->low_h - 0.2);
    s->high_h = ceil(s->high_h + 0.2);
}

static bool is_new_stage(const struct interview_week *weeks, size_t i)
{
    return i > 0 && weeks[i].step != weeks[i - 1].step;
}

static void draw_week(const struct strip *s, size_t i, size_t stage)
{
    const struct interview_week *w = &s->sheet->facts->weeks[s->first + i];
    double x = s->plot.x + s->week_mm * (double)i, middle = x + s->week_mm / 2;
    canvas_fill(s->canvas, (struct canvas_box){x, s->plot.y, s->week_mm, s->plot.h},
                sheet_stage_color[stage % 2]);
    if (!isnan(w->latest_wake_h)) {
        double y = y_of(s, w->latest_wake_h);
        canvas_line(s->canvas, x, y, x + s->week_mm, y, 0.15, 0.4, 0);
    }
    if (!isnan(w->target_h)) {
        double y = y_of(s, w->target_h);
        canvas_line(s->canvas, x, y, x + s->week_mm, y, 0.3, 0, 1);
    }
    if (w->n_counted > 0) {
        canvas_line(s->canvas, middle, y_of(s, w->wake_first_h), middle,
                    y_of(s, w->wake_last_h) + 0.1, 0.9, 0.45, 0);
        double y = y_of(s, w->wake_mean_h), half = fmin(1.4, s->week_mm / 2 - 0.2);
        canvas_line(s->canvas, middle - half, y, middle + half, y, 0.5, 0, 0);
    }
}

static void draw_week_numbers(const struct strip *s, struct text *scratch)
{
    /* As many numbers as have room. */
    size_t every = (size_t)ceil(7.0 / s->week_mm);
    for (size_t i = 0; i < s->n; i++) {
        const struct interview_week *w = &s->sheet->facts->weeks[s->first + i];
        if ((s->n - 1 - i) % every != 0) {
            continue;
        }
        if (w->week != INT_MIN) {
            text_addf(scratch, "%d", w->week);
        } else {
            text_addf(scratch, "%d/%d", w->from.month, w->from.day);
        }
        double middle = s->plot.x + s->week_mm * ((double)i + 0.5);
        /* The last label must not leave the page. */
        middle = fmin(middle, s->plot.x + s->plot.w - 4);
        sheet_put(s->canvas, (struct canvas_box){middle - 4, s->plot.y + s->plot.h, 8, 3.4},
                  &sheet_table_center, scratch);
    }
}

static void draw_strip(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                       struct text *scratch)
{
    const struct interview_facts *facts = sheet->facts;
    struct strip s = {sheet, canvas, {box.x + 12, box.y + 1, box.w - 12, box.h - 4.6}, 0, 0, 0,
                      0,     0};
    const size_t most = 26;
    s.n = facts->n_weeks < most ? facts->n_weeks : most;
    s.first = facts->n_weeks - s.n;
    s.week_mm = fmin(s.plot.w / (double)s.n, 12);
    set_range(&s);
    if (isnan(s.low_h)) {
        canvas_text(canvas, box, &sheet_table, "–");
        return;
    }
    size_t stage = 0;
    for (size_t i = 0; i < s.n; i++) {
        stage += is_new_stage(facts->weeks, s.first + i);
        draw_week(&s, i, stage);
    }
    canvas_frame(canvas,
                 (struct canvas_box){s.plot.x, s.plot.y, s.week_mm * (double)s.n, s.plot.h},
                 0.15, 0.3, 0);
    for (int edge = 0; edge < 2; edge++) {
        double hours = edge == 0 ? s.low_h : s.high_h;
        written_clock(hours, 1, scratch);
        sheet_put(canvas,
                  (struct canvas_box){
                      box.x, edge == 0 ? s.plot.y - 0.6 : s.plot.y + s.plot.h - 3.4, 11, 3.4},
                  &sheet_table_right, scratch);
    }
    canvas_text(canvas, (struct canvas_box){box.x, s.plot.y + s.plot.h, 12, 3.4},
                &(struct canvas_style){.pt = 7.5, .min_pt = 6.5, .is_middle = true},
                sheet_label(sheet->language, LABEL_strip_axis));
    draw_week_numbers(&s, scratch);
}

void sheet_mornings(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                    struct text *scratch)
{
    draw_counts(sheet, canvas, (struct canvas_box){box.x, box.y, LEFT_MM, box.h}, scratch);
    struct canvas_box right = {box.x + LEFT_MM + 2, box.y, box.w - LEFT_MM - 2, box.h};
    draw_strip(sheet, canvas, right, scratch);
}
