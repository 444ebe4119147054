/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Page 2, for staff: double-plotted actogram, rhythm indices with their definitions, the mean
 * day of programme days and days off, device beside diary, edits with both values, reference
 * values with their cautions, terms.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/fill.h"
#include "src/report/sheet_parts.h"
#include "src/report/written.h"

enum { BINS = 360, PROFILE_BINS = 48 };

/* ---- double plot ---- */

/* The main sleep of counted nights, corrections included: what page 1 shows. */
static void shade_sleep(const struct record_recording *recording, struct canvas *canvas,
                        struct civil_date date, struct canvas_box box)
{
    for (size_t i = 0; i < recording->analysis.n_nights; i++) {
        const struct night *n = &recording->analysis.nights[i];
        /* Hours after the noon that the row begins at; an unknown time is NaN and draws
         * nothing.
         */
        double from = zone_clock_h(recording->zone, date, n->onset_ns) - 12;
        double to = zone_clock_h(recording->zone, date, n->wake_ns) - 12;
        double left = from > 0 ? from : 0, right = to < 24 ? to : 24;
        if (n->exclude == 0 && to > 0 && from < 24 && right > left) {
            canvas_fill(canvas,
                        (struct canvas_box){box.x + box.w * left / 24, box.y,
                                            box.w * (right - left) / 24, box.h},
                        sheet_sleep_color);
        }
    }
}

static enum yk_status draw_half(const struct sheet *sheet, struct canvas *canvas,
                                const struct interview_night *night, struct civil_date date,
                                struct canvas_box box, double scale, struct failure *why)
{
    const struct record_recording *recording = &sheet->record->recordings[night->recording];
    struct actogram bars;
    actogram_init(&bars);
    enum yk_status status = actogram_make_at(&recording->analysis, recording->zone, date, date,
                                             BINS, 12, &bars, why);
    if (status == YK_OK && bars.n_rows == 1) {
        const struct actogram_row *row = &bars.rows[0];
        shade_sleep(recording, canvas, date, box);
        sheet_shades(canvas, box, row, BINS, 1u << ACTOGRAM_NONWEAR);
        sheet_bars(canvas, box, row, BINS, scale);
    }
    actogram_release(&bars);
    return status;
}

static enum yk_status draw_double_plot(const struct sheet *sheet, struct canvas *canvas,
                                       struct canvas_box box, struct text *scratch,
                                       struct failure *why)
{
    const struct interview_facts *facts = sheet->facts;
    const double label_mm = 26, name_mm = 5, axis_mm = 4;
    struct canvas_box plot = {box.x + label_mm, box.y + name_mm + axis_mm, box.w - label_mm,
                              box.h - name_mm - axis_mm};
    double row_mm = fmin(plot.h / (double)facts->n_nights, 11), scale = NAN;
    const struct record_recording *newest =
        &sheet->record->recordings[facts->nights[facts->n_nights - 1].recording];
    const struct analysis *analyses[] = {&newest->analysis};
    const struct zone *zones[] = {newest->zone};
    plot.h = row_mm * (double)facts->n_nights;
    sheet_name(sheet, canvas, box, LABEL_double_plot);
    enum yk_status status = actogram_scale(analyses, zones, 1, BINS, &scale, why);
    for (int h = 0; h <= 48; h += 6) {
        double x = plot.x + plot.w * h / 48;
        canvas_line(canvas, x, plot.y, x, plot.y + plot.h, (h + 12) % 24 == 0 ? 0.3 : 0.1, 0.4,
                    0);
        text_addf(scratch, "%d", (h + 12) % 24);
        sheet_put(canvas, (struct canvas_box){h == 48 ? x - 8 : x - 4, plot.y - 3.6, 8, 3.4},
                  h == 48 ? &sheet_table_right : &sheet_table_center, scratch);
    }
    for (size_t i = 0; i < facts->n_nights && status == YK_OK; i++) {
        const struct interview_night *night = &facts->nights[i];
        struct canvas_box half = {plot.x, plot.y + row_mm * (double)i + 0.6, plot.w / 2,
                                  row_mm - 0.8};
        written_day(night->evening, sheet->language, scratch);
        sheet_put(canvas, (struct canvas_box){box.x, half.y, label_mm - 1, half.h},
                  &sheet_table, scratch);
        status = draw_half(sheet, canvas, night, night->evening, half, scale, why);
        half.x += half.w;
        if (status == YK_OK) {
            status = draw_half(sheet, canvas, night, night->morning, half, scale, why);
        }
        canvas_line(canvas, plot.x, half.y + half.h, plot.x + plot.w, half.y + half.h, 0.1, 0.4,
                    0);
    }
    return status;
}

/* ---- indices ---- */

static void add_index(struct canvas *canvas, struct canvas_box *line, struct text *name,
                      struct text *value)
{
    static const struct canvas_style definition = {.pt = 7.5, .min_pt = 7, .is_middle = true};
    canvas_text(canvas, (struct canvas_box){line->x, line->y, line->w - 17, line->h},
                &definition, text_string(name));
    canvas_text(canvas, (struct canvas_box){line->x + line->w - 16.5, line->y, 16.5, line->h},
                &sheet_table_right, text_string(value));
    text_clear(name);
    text_clear(value);
    line->y += line->h;
}

static void draw_indices(const struct sheet *sheet, struct canvas *canvas,
                         struct canvas_box box, struct text *name)
{
    const struct interview_facts *facts = sheet->facts;
    const struct rhythm_summary *r =
        &sheet->record->recordings[facts->nights[facts->n_nights - 1].recording]
             .analysis.rhythm;
    bool is_thin = sheet_rhythm_is_thin(facts);
    const struct {
        enum sheet_label label;
        double value, clock_h;
        int decimals;
    } rows[] = {
        {LABEL_index_sri, r->sri, NAN, 1},   {LABEL_index_is, r->is, NAN, 2},
        {LABEL_index_iv, r->iv, NAN, 2},     {LABEL_index_ra, r->ra, NAN, 2},
        {LABEL_index_l5, r->l5, r->l5_h, 1}, {LABEL_index_m10, r->m10, r->m10_h, 1},
    };
    struct text value;
    char days[24];
    text_init(&value);
    double used = sheet_name(sheet, canvas, box, LABEL_indices);
    struct canvas_box line = {box.x, box.y + used, box.w, 4.4};
    if (is_thin) {
        snprintf(days, sizeof days, "%zu", facts->now.n_days);
        sheet_words(sheet, name, indices_thin, days);
        sheet_put(canvas, line, &sheet_table, name);
        line.y += line.h;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        written_clock(is_thin ? NAN : rows[i].clock_h, 1, &value);
        text_fill(name, sheet_label(sheet->language, rows[i].label), text_string(&value));
        text_clear(&value);
        written_number(is_thin ? NAN : rows[i].value, rows[i].decimals, &value);
        add_index(canvas, &line, name, &value);
    }
    text_add(name, sheet_label(sheet->language, LABEL_index_jetlag));
    written_difference(facts->now.midsleep_off_less_programme_h * 60, 1, sheet->language,
                       &value);
    add_index(canvas, &line, name, &value);
    text_add(name, sheet_label(sheet->language, LABEL_index_efficiency));
    written_number(facts->now.set[INTERVIEW_ALL].efficiency_pct.mean, 1, &value);
    text_add(&value, isnan(facts->now.set[INTERVIEW_ALL].efficiency_pct.mean) ? "" : " %");
    add_index(canvas, &line, name, &value);
    text_add(name, sheet_label(sheet->language, LABEL_index_sol));
    written_duration(facts->now.set[INTERVIEW_ALL].sol_min.mean, 1, sheet->language, &value);
    add_index(canvas, &line, name, &value);
    text_add(name, sheet_label(sheet->language, LABEL_index_margin));
    written_duration(facts->now.mornings.margin_min, 1, sheet->language, &value);
    add_index(canvas, &line, name, &value);
    name->is_short = name->is_short || value.is_short;
    text_release(&value);
}

/* ---- the mean day ---- */

struct profile {
    double sum[2][PROFILE_BINS];
    size_t n[2][PROFILE_BINS], days[2];
};

static enum yk_status add_day(const struct sheet *sheet, const struct interview_night *night,
                              struct profile *out, struct failure *why)
{
    if (night->type == DAY_TYPE_UNKNOWN) {
        return YK_OK;
    }
    const struct record_recording *r = &sheet->record->recordings[night->recording];
    size_t kind = night->type == DAY_TYPE_OFF;
    struct actogram bars;
    actogram_init(&bars);
    enum yk_status status = actogram_make_at(&r->analysis, r->zone, night->morning,
                                             night->morning, PROFILE_BINS, 0, &bars, why);
    if (status == YK_OK && bars.n_rows == 1) {
        out->days[kind]++;
        for (size_t b = 0; b < PROFILE_BINS; b++) {
            float movement = bars.rows[0].movement[b];
            if (!isnan(movement)) {
                out->sum[kind][b] += (double)movement;
                out->n[kind][b]++;
            }
        }
    }
    actogram_release(&bars);
    return status;
}

static void draw_profile_line(struct canvas *canvas, struct canvas_box plot,
                              const struct profile *p, size_t kind, double top)
{
    double x = 0, y = NAN;
    for (size_t b = 0; b < PROFILE_BINS; b++) {
        double next_x = plot.x + plot.w * ((double)b + 0.5) / PROFILE_BINS, next_y = NAN;
        if (p->n[kind][b] > 0) {
            next_y = plot.y + plot.h * (1 - p->sum[kind][b] / (double)p->n[kind][b] / top);
        }
        if (!isnan(y) && !isnan(next_y)) {
            canvas_line(canvas, x, y, next_x, next_y, kind == 0 ? 0.5 : 0.3,
                        kind == 0 ? 0 : 0.3, kind == 0 ? 0 : 0.8);
        }
        x = next_x;
        y = next_y;
    }
}

static enum yk_status draw_profile(const struct sheet *sheet, struct canvas *canvas,
                                   struct canvas_box box, struct text *scratch,
                                   struct failure *why)
{
    struct profile p = {{{0}}, {{0}}, {0}};
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < sheet->facts->n_nights && status == YK_OK; i++) {
        status = add_day(sheet, &sheet->facts->nights[i], &p, why);
    }
    double used = sheet_name(sheet, canvas, box, LABEL_profile), top = 0;
    for (size_t k = 0; k < 2; k++) {
        char days[24];
        snprintf(days, sizeof days, "%zu", p.days[k]);
        double x = box.x + box.w / 2 * (double)k, y = box.y + used + 2.2;
        canvas_line(canvas, x, y, x + 8, y, k == 0 ? 0.5 : 0.3, k == 0 ? 0 : 0.3,
                    k == 0 ? 0 : 0.8);
        text_fill(
            scratch,
            sheet_label(sheet->language, k == 0 ? LABEL_profile_programme : LABEL_profile_off),
            days);
        sheet_put(canvas, (struct canvas_box){x + 9, box.y + used, box.w / 2 - 9, 4.4},
                  &sheet_table, scratch);
        for (size_t b = 0; b < PROFILE_BINS; b++) {
            top = p.n[k][b] > 0 ? fmax(top, p.sum[k][b] / (double)p.n[k][b]) : top;
        }
    }
    struct canvas_box plot = {box.x, box.y + used + 5.5, box.w - 1, box.h - used - 10};
    for (int h = 0; h <= 24; h += 6) {
        double x = plot.x + plot.w * h / 24;
        canvas_line(canvas, x, plot.y, x, plot.y + plot.h, 0.1, 0.6, 0);
        text_addf(scratch, "%d", h % 24);
        sheet_put(canvas,
                  (struct canvas_box){h == 0    ? x
                                      : h == 24 ? x - 8
                                                : x - 4,
                                      plot.y + plot.h + 0.3, 8, 3.6},
                  h == 0    ? &sheet_table
                  : h == 24 ? &sheet_table_right
                            : &sheet_table_center,
                  scratch);
    }
    canvas_line(canvas, plot.x, plot.y + plot.h, plot.x + plot.w, plot.y + plot.h, 0.2, 0, 0);
    for (size_t k = 0; k < 2 && top > 0; k++) {
        draw_profile_line(canvas, plot, &p, k, top);
    }
    return status;
}

/* ---- device beside diary, edits ---- */

static void draw_diary(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                       struct text *scratch)
{
    const struct interview_facts *facts = sheet->facts;
    double used = sheet_name(sheet, canvas, box, LABEL_diary_less);
    struct canvas_box cell = {box.x, box.y + used, 30, 4.2};
    bool has_any = false;
    canvas_text(canvas, (struct canvas_box){box.x + 30, cell.y, 24, cell.h}, &sheet_table_right,
                sheet_label(sheet->language, LABEL_diary_onset));
    canvas_text(canvas, (struct canvas_box){box.x + 56, cell.y, 24, cell.h}, &sheet_table_right,
                sheet_label(sheet->language, LABEL_diary_wake));
    cell.y += cell.h;
    for (size_t i = 0; i < facts->n_nights; i++) {
        const struct interview_night *night = &facts->nights[i];
        const double values[] = {night->onset_less_diary_min, night->wake_less_diary_min};
        if (isnan(values[0]) && isnan(values[1])) {
            continue;
        }
        has_any = true;
        written_night(night->evening, sheet->language, scratch);
        sheet_put(canvas, cell, &sheet_table, scratch);
        for (size_t k = 0; k < 2; k++) {
            written_difference(values[k], 1, sheet->language, scratch);
            sheet_put(canvas,
                      (struct canvas_box){box.x + 30 + 26 * (double)k, cell.y, 24, cell.h},
                      &sheet_table_right, scratch);
        }
        cell.y += cell.h;
    }
    if (!has_any) {
        canvas_text(canvas, (struct canvas_box){box.x, cell.y, box.w, cell.h}, &sheet_table,
                    sheet_label(sheet->language, LABEL_diary_none));
    }
}

static enum sheet_label edited_field(const char *field)
{
    static const struct {
        const char *field;
        enum sheet_label label;
    } fields[] = {{"sleep_onset", LABEL_edit_sleep_onset},
                  {"wake", LABEL_edit_wake},
                  {"in_bed", LABEL_edit_in_bed},
                  {"out_of_bed", LABEL_edit_out_of_bed}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(field, fields[i].field) == 0) {
            return fields[i].label;
        }
    }
    return LABEL_edit_exclude;
}

static void add_edit(const struct sheet *sheet, const struct manual_edit *edit,
                     struct text *out)
{
    struct text night, before, after;
    const struct zone *zone = sheet->record->zone;
    text_init(&night);
    text_init(&before);
    text_init(&after);
    written_night(edit->evening, sheet->language, &night);
    if (edited_field(edit->field) == LABEL_edit_exclude) {
        text_add(&before, "–");
        text_add(&after, sheet_label(sheet->language, edit->is_excluded ? LABEL_edit_excluded
                                                                        : LABEL_edit_included));
    } else {
        written_clock(zone_clock_h(zone, edit->evening, edit->automatic_ns), 1, &before);
        written_clock(zone_clock_h(zone, edit->evening, edit->value_ns), 1, &after);
    }
    sheet_words(sheet, out, edit_line, text_string(&night),
                sheet_label(sheet->language, edited_field(edit->field)), text_string(&before),
                text_string(&after), edit->editor, edit->reason);
    out->is_short = out->is_short || night.is_short || before.is_short || after.is_short;
    text_release(&night);
    text_release(&before);
    text_release(&after);
}

/* The block being filled from above, and what did not fit. */
struct edit_list {
    struct canvas *canvas;
    struct canvas_box box;
    double y;
    size_t n, n_shown;
};

/* Draws the words and empties them; what would reach the line that counts the rest is left
 * out. */
static void put_edit(struct edit_list *list, double height, struct text *words)
{
    static const struct canvas_style style = {.pt = 8.5, .min_pt = 7, .wraps = true};
    list->n++;
    if (list->y + height + 4 <= list->box.y + list->box.h) {
        canvas_text(list->canvas,
                    (struct canvas_box){list->box.x, list->y, list->box.w, height}, &style,
                    text_string(words));
        list->y += height + 0.3;
        list->n_shown++;
    }
    text_clear(words);
}

/* Sentences in the words of staff, with the automatic ones; those left out, too. */
static enum yk_status put_rewordings(const struct sheet *sheet, struct edit_list *list,
                                     struct text *scratch, struct failure *why)
{
    static const struct canvas_style small = {.pt = 7, .wraps = true};
    static const enum sheet_label parts[] = {LABEL_part_held, LABEL_part_sleep,
                                             LABEL_part_talk};
    struct statements said;
    statements_init(&said);
    enum yk_status status = sheet_statements(sheet, &said, why);
    for (size_t i = 0; i < said.n && status == YK_OK; i++) {
        if (said.origin[i] != STATEMENT_BY_STAFF && said.origin[i] != STATEMENT_OUTDATED) {
            continue;
        }
        const struct rewording *by = said.by[i];
        text_fill(scratch,
                  sheet_label(sheet->language, said.origin[i] == STATEMENT_BY_STAFF
                                                   ? LABEL_edit_statement
                                                   : LABEL_edit_statement_outdated),
                  sheet_label(sheet->language, parts[by->part]), by->automatic, by->text,
                  by->editor, by->reason);
        put_edit(list,
                 fmax(7, canvas_text_height(list->canvas, &small, list->box.w,
                                            text_string(scratch))),
                 scratch);
    }
    statements_release(&said);
    return status;
}

static enum yk_status draw_edits(const struct sheet *sheet, struct canvas *canvas,
                                 struct canvas_box box, struct text *scratch,
                                 struct failure *why)
{
    double used = sheet_name(sheet, canvas, box, LABEL_edits);
    struct edit_list list = {.canvas = canvas, .box = box, .y = box.y + used};
    enum yk_status status = put_rewordings(sheet, &list, scratch, why);
    for (size_t i = sheet->record->n_edits; i > 0; i--) { /* newest first */
        const struct manual_edit *edit = &sheet->record->edits[i - 1];
        if (sheet_is_of_period(edit, &sheet->facts->now)) {
            add_edit(sheet, edit, scratch);
            put_edit(&list, 9, scratch);
        }
    }
    char more[24];
    snprintf(more, sizeof more, "%zu", list.n - list.n_shown);
    if (list.n == 0) {
        text_add(scratch, sheet_label(sheet->language, LABEL_edits_none));
    } else if (list.n > list.n_shown) {
        sheet_words(sheet, scratch, edits_more, more);
    }
    sheet_put(canvas, (struct canvas_box){box.x, list.y, box.w, 4}, &sheet_table, scratch);
    return status;
}

static void draw_words(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                       enum sheet_label name, enum sheet_label words)
{
    static const struct canvas_style style = {.pt = 8, .min_pt = 7, .wraps = true};
    double used = sheet_name(sheet, canvas, box, name);
    canvas_text(canvas, (struct canvas_box){box.x, box.y + used, box.w, box.h - used}, &style,
                sheet_label(sheet->language, words));
}

enum yk_status sheet_staff_page(const struct sheet *sheet, struct canvas *canvas,
                                struct failure *why)
{
    const double x = SHEET_MARGIN_MM, half = SHEET_WIDTH_MM / 2 - 3,
                 right = x + SHEET_WIDTH_MM / 2 + 3;
    struct text scratch;
    text_init(&scratch);
    canvas_page(canvas);
    sheet_header(sheet, canvas, (struct canvas_box){x, 12, SHEET_WIDTH_MM, 16}, 1, 2, &scratch);
    enum yk_status status = draw_double_plot(
        sheet, canvas, (struct canvas_box){x, 30, SHEET_WIDTH_MM, 92}, &scratch, why);
    draw_indices(sheet, canvas, (struct canvas_box){x, 124, half, 56}, &scratch);
    if (status == YK_OK) {
        status = draw_profile(sheet, canvas, (struct canvas_box){right, 124, half, 50},
                              &scratch, why);
    }
    draw_diary(sheet, canvas, (struct canvas_box){x, 180, half, 46}, &scratch);
    if (status == YK_OK) {
        status =
            draw_edits(sheet, canvas, (struct canvas_box){right, 180, half, 46}, &scratch, why);
    }
    draw_words(sheet, canvas, (struct canvas_box){x, 229, SHEET_WIDTH_MM, 20}, LABEL_references,
               LABEL_references_text);
    draw_words(sheet, canvas, (struct canvas_box){x, 250, SHEET_WIDTH_MM, 16}, LABEL_glossary,
               LABEL_glossary_text);
    sheet_foot(sheet, canvas, (struct canvas_box){x, 267, SHEET_WIDTH_MM, 18}, &scratch);
    if (status == YK_OK) {
        status = text_status(&scratch, why);
    }
    text_release(&scratch);
    return status;
}
