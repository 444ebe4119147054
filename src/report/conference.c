/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The overview for the case conference: a line of each current participant, in the order of
 * their codes. Nobody is ranked, no number is coloured, and no mean over people is made.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>

#include "src/base/fill.h"
#include "src/report/pages.h"
#include "src/report/sheet_parts.h"
#include "src/report/written.h"

enum { COLUMNS = 10, STRIP_WEEKS = 12, ROUND_MIN = 5 };

#define PAGE_WIDTH_MM 297.0
#define PAGE_HEIGHT_MM 210.0
#define ROW_MM 10.5

static const struct {
    enum sheet_label label;
    double width_mm;
} columns[COLUMNS] = {
    {LABEL_conference_code, 28},           {LABEL_conference_programme, 44},
    {LABEL_conference_nights, 16},         {LABEL_conference_tst, 30},
    {LABEL_conference_wake_programme, 28}, {LABEL_conference_wake_off, 26},
    {LABEL_conference_today, 26},          {LABEL_conference_next, 26},
    {LABEL_conference_attendance, 17},     {LABEL_conference_weeks, 32},
};

static void add_of(size_t n, size_t of, struct text *out)
{
    if (of == 0) {
        text_add(out, "–");
    } else {
        text_addf(out, "%zu/%zu", n, of);
    }
}

static void add_cell(const struct conference_row *row, size_t column, enum language language,
                     struct text *out)
{
    const struct interview_facts *facts = row->facts;
    if (column == 0) {
        text_add_plain(out, row->record->code);
        return;
    }
    if (facts == NULL) {
        text_add(out, column == 1 ? sheet_label(language, LABEL_conference_none) : "");
        return;
    }
    const struct interview_period *now = &facts->now;
    switch (column) {
    case 1:
        sheet_programme(facts, language, " ", out);
        break;
    case 2:
        add_of(now->n_counted, now->n_nights, out);
        break;
    case 3:
        written_duration(now->set[INTERVIEW_ALL].tst_min.mean, ROUND_MIN, language, out);
        break;
    case 4:
        written_clock(now->set[INTERVIEW_PROGRAMME].wake_h.mean, ROUND_MIN, out);
        break;
    case 5:
        written_clock(now->set[INTERVIEW_OFF].wake_h.mean, ROUND_MIN, out);
        break;
    case 6:
        add_of(now->mornings.n_in_time, now->mornings.n, out);
        break;
    case 7:
        add_of(now->mornings.n_in_time_next, now->mornings.n_next, out);
        break;
    case 8:
        add_of(now->mornings.n_attended + now->mornings.n_late + now->mornings.n_early +
                   now->mornings.n_online,
               now->mornings.n_days, out);
        break;
    default:
        break; /* the strip is drawn */
    }
}

/* The last twelve weeks: range of waking from 4:00 above to 12:00 below, the same for everybody
 * so that nobody's week fills a page of its own. */
static void draw_strip(struct canvas *canvas, const struct interview_facts *facts,
                       struct canvas_box box)
{
    const double low = 28, high = 36;
    size_t n = facts->n_weeks < STRIP_WEEKS ? facts->n_weeks : STRIP_WEEKS;
    size_t first = facts->n_weeks - n;
    canvas_frame(canvas, box, 0.1, 0.6, 0);
    for (size_t i = 0; i < n; i++) {
        const struct interview_week *w = &facts->weeks[first + i];
        if (w->n_counted == 0) {
            continue;
        }
        double x = box.x + box.w * ((double)i + 0.5) / STRIP_WEEKS;
        double from = fmin(fmax(w->wake_first_h, low), high),
               to = fmin(fmax(w->wake_last_h, low), high);
        canvas_line(canvas, x, box.y + box.h * (from - low) / (high - low), x,
                    box.y + box.h * (to - low) / (high - low) + 0.2, 0.9, 0.3, 0);
    }
}

static void draw_head(struct canvas *canvas, struct civil_date date, enum language language,
                      struct text *scratch)
{
    static const struct canvas_style title = {.pt = 14, .is_bold = true};
    canvas_text(canvas, (struct canvas_box){12, 10, 120, 7}, &title,
                sheet_label(language, LABEL_conference_title));
    written_date(date, language, scratch);
    text_add(scratch, "   ");
    text_add(scratch, sheet_label(language, LABEL_conference_order));
    sheet_put(canvas, (struct canvas_box){135, 11, PAGE_WIDTH_MM - 147, 5},
              &(struct canvas_style){.pt = 9, .min_pt = 7, .align = CANVAS_RIGHT}, scratch);
    double x = 12;
    for (size_t c = 0; c < COLUMNS; c++) {
        canvas_text(canvas, (struct canvas_box){x + 0.5, 19, columns[c].width_mm - 1, 6},
                    &sheet_table_bold, sheet_label(language, columns[c].label));
        x += columns[c].width_mm;
    }
    canvas_line(canvas, 12, 25.2, PAGE_WIDTH_MM - 12, 25.2, 0.3, 0, 0);
}

enum yk_status conference_draw(const struct conference_row *rows, size_t n,
                               struct civil_date date, enum language language,
                               struct canvas *canvas, struct failure *why)
{
    /* Codes and stages are as long as a facility makes them. */
    static const struct canvas_style name = {
        .pt = 8.5, .min_pt = 5, .is_bold = true, .is_middle = true, .wraps = true};
    static const struct canvas_style programme = {
        .pt = 8.5, .min_pt = 5, .is_middle = true, .wraps = true};
    const size_t per_page = (size_t)((PAGE_HEIGHT_MM - 26 - 14) / ROW_MM);
    struct text scratch;
    text_init(&scratch);
    for (size_t i = 0; i < n || i == 0; i++) {
        if (i % per_page == 0) {
            if (i > 0) {
                canvas_page(canvas);
            }
            draw_head(canvas, date, language, &scratch);
        }
        if (i == n) {
            break;
        }
        double x = 12, y = 26 + ROW_MM * (double)(i % per_page);
        for (size_t c = 0; c < COLUMNS; c++) {
            struct canvas_box cell = {x + 0.5, y, columns[c].width_mm - 1, ROW_MM};
            add_cell(&rows[i], c, language, &scratch);
            sheet_put(canvas, cell,
                      c == 0   ? &name
                      : c == 1 ? &programme
                               : &sheet_table,
                      &scratch);
            x += columns[c].width_mm;
        }
        if (rows[i].facts != NULL) {
            draw_strip(canvas, rows[i].facts,
                       (struct canvas_box){x - columns[COLUMNS - 1].width_mm + 0.5, y + 1,
                                           columns[COLUMNS - 1].width_mm - 1, ROW_MM - 2});
        }
        canvas_line(canvas, 12, y + ROW_MM, PAGE_WIDTH_MM - 12, y + ROW_MM, 0.1, 0.5, 0);
    }
    enum yk_status status = text_status(&scratch, why);
    text_release(&scratch);
    return status;
}
