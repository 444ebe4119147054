/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quality pages. Nothing is graded: counts and reasons are shown, whoever uses the data
 * decides.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/fill.h"
#include "src/report/sheet_parts.h"
#include "src/report/quality_page.h"
#include "src/report/written.h"

enum { COLUMNS = 6, BINS = 360, ROWS_MAX = 21 };

/* ---- the cohort ---- */

static const struct {
    enum sheet_label label;
    double width_mm;
} columns[COLUMNS] = {{LABEL_cohort_recording, 44}, {LABEL_cohort_status, 20},
                      {LABEL_cohort_days, 14},      {LABEL_cohort_nights, 16},
                      {LABEL_cohort_damage, 20},    {LABEL_cohort_reason, 72}};

static void add_cell(const struct cohort_row *row, size_t column, struct text *out)
{
    switch (column) {
    case 0:
        text_add_plain(out, row->recording_id);
        break;
    case 1:
        text_add(out, row->status);
        break;
    case 2:
        text_add(out, row->days);
        break;
    case 3:
        text_add(out, row->valid_nights);
        break;
    case 4:
        if (row->gaps[0] != '\0') {
            text_addf(out, "%s/%s", row->gaps, row->bad_blocks);
        }
        break;
    default:
        if (strlen(row->reason) > 0) {
            text_add_plain(out, row->reason);
            text_addf(out, "%s%s", row->advice[0] != '\0' ? " — " : "", row->advice);
        }
        break;
    }
}

/* A reason may be longer than a line: cut at a whole character, with a sign that it is. The
 * table quality.csv has all of it. */
static void cut_to(struct canvas *canvas, const struct canvas_style *style, double width,
                   struct text *words)
{
    static const char more[] = "…";
    while (words->length > 1 && canvas_text_width(canvas, style, text_string(words)) > width) {
        struct text shorter;
        size_t n = words->length * 9 / 10;
        while (n > 0 && ((unsigned char)text_string(words)[n] & 0xC0) == 0x80) {
            n--;
        }
        text_init(&shorter);
        text_add_n(&shorter, text_string(words), n);
        text_add(&shorter, more);
        bool is_shorter = shorter.length < words->length;
        text_clear(words);
        text_add(words, text_string(&shorter));
        text_release(&shorter);
        if (!is_shorter) {
            break;
        }
    }
}

static void draw_totals(const struct cohort_counts *c, size_t page, size_t n_pages,
                        enum language language, struct canvas *canvas, struct text *scratch)
{
    static const struct canvas_style title = {.pt = 14, .is_bold = true};
    char files[24], done[24], empty[24], twice[24], failed[24], days[32], nights[32];
    snprintf(files, sizeof files, "%zu", c->n_files);
    snprintf(done, sizeof done, "%zu", c->n_done);
    snprintf(empty, sizeof empty, "%zu", c->n_empty);
    snprintf(twice, sizeof twice, "%zu", c->n_duplicates);
    snprintf(failed, sizeof failed, "%zu", c->n_failed);
    snprintf(days, sizeof days, "%.1f", c->days);
    snprintf(nights, sizeof nights, "%.0f", c->nights);
    canvas_text(canvas, (struct canvas_box){12, 10, 120, 7}, &title,
                sheet_label(language, LABEL_cohort_title));
    text_fill(scratch, sheet_label(language, LABEL_cohort_totals), files, done, empty, twice,
              failed, days, nights);
    sheet_put(canvas, (struct canvas_box){12, 18, SHEET_WIDTH_MM, 5}, &sheet_table, scratch);
    snprintf(files, sizeof files, "%zu", page + 1);
    snprintf(done, sizeof done, "%zu", n_pages);
    text_fill(scratch, sheet_label(language, LABEL_cohort_page), files, done);
    sheet_put(canvas, (struct canvas_box){150, 11, 48, 5}, &sheet_table_right, scratch);
}

void cohort_page_draw(const struct cohort_counts *counts, const struct cohort_row *rows,
                      size_t n, size_t page, size_t n_pages, enum language language,
                      struct canvas *canvas, struct text *scratch)
{
    const double top = 25, row_mm = 5.5;
    draw_totals(counts, page, n_pages, language, canvas, scratch);
    double x = SHEET_MARGIN_MM;
    for (size_t c = 0; c < COLUMNS; c++) {
        double w = columns[c].width_mm;
        canvas_text(canvas, (struct canvas_box){x + 0.5, top, w - 1, row_mm}, &sheet_table_bold,
                    sheet_label(language, columns[c].label));
        for (size_t i = 0; i < n; i++) {
            struct canvas_box cell = {x + 0.5, top + row_mm * (double)(i + 1), w - 1, row_mm};
            bool is_reason = c + 1 == COLUMNS; /* two lines of it fit into a row */
            const struct canvas_style style = {.pt = is_reason ? 6.5 : 7.5,
                                               .min_pt = 5.5,
                                               .is_middle = true,
                                               .wraps = is_reason};
            add_cell(&rows[i], c, scratch);
            cut_to(canvas, &style, is_reason ? 1.8 * cell.w : cell.w, scratch);
            sheet_put(canvas, cell, &style, scratch);
        }
        x += w;
    }
    for (size_t i = 0; i <= n; i++) {
        double y = top + row_mm * (double)(i + 1);
        canvas_line(canvas, SHEET_MARGIN_MM, y, SHEET_MARGIN_MM + SHEET_WIDTH_MM, y,
                    i == 0 ? 0.3 : 0.1, i == 0 ? 0 : 0.6, 0);
    }
}

/* ---- one recording ---- */

struct facts {
    const struct analysis *analysis;
    const struct zone *zone;
    enum language language;
    struct canvas *canvas;
    struct text scratch;
    double y;
};

/* "name    value": the value stands in scratch. */
static void put_fact(struct facts *f, enum sheet_label label)
{
    canvas_text(f->canvas, (struct canvas_box){SHEET_MARGIN_MM, f->y, 78, 5.2}, &sheet_table,
                sheet_label(f->language, label));
    sheet_put(f->canvas,
              (struct canvas_box){SHEET_MARGIN_MM + 80, f->y, SHEET_WIDTH_MM - 80, 5.2},
              &sheet_table, &f->scratch);
    f->y += 5.2;
}

static double hours_of(const struct analysis *a, uint16_t state)
{
    size_t n = 0;
    for (size_t k = 0; k < a->epochs.n; k++) {
        n += (a->epochs.state[k] & STATE_UNKNOWN) == 0 && (a->epochs.state[k] & state) != 0;
    }
    return a->epochs.n > 0 ? (double)n * a->epochs.epoch_s / 60 : NAN;
}

static void put_time(struct facts *f)
{
    const struct recording_info *info = &f->analysis->info;
    char from[40], to[40];
    zone_format_iso(f->zone, info->start_ns, 0, from);
    zone_format_iso(f->zone, info->end_ns, 0, to);
    text_addf(&f->scratch, "%s – %s (%s)", from, to, info->zone);
    put_fact(f, LABEL_quality_period);
    text_addf(&f->scratch, "%s %s", info->device_model, info->device_serial);
    if (info->rate_hz > 0) {
        text_add(&f->scratch, ", ");
        written_number(info->rate_hz, info->rate_hz < 20 ? 2 : 0, &f->scratch);
        text_add(&f->scratch, " Hz");
    }
    put_fact(f, LABEL_quality_device);
}

static void put_counts(struct facts *f)
{
    const struct analysis *a = f->analysis;
    text_addf(&f->scratch, "%zu / %zu", a->n_nights_valid, a->n_nights);
    put_fact(f, LABEL_quality_nights);
    text_addf(&f->scratch, "%zu / %zu", a->n_days_valid, a->n_days);
    put_fact(f, LABEL_quality_days);
    written_duration(hours_of(a, STATE_NONWEAR), 1, f->language, &f->scratch);
    text_add(&f->scratch, " / ");
    written_duration(hours_of(a, STATE_NONWEAR_STILL), 1, f->language, &f->scratch);
    put_fact(f, LABEL_quality_nonwear);
    text_addf(&f->scratch, "%llu, %llu, %llu", (unsigned long long)a->report.gaps,
              (unsigned long long)a->report.restarts,
              (unsigned long long)a->report.clock_jumps);
    put_fact(f, LABEL_quality_gaps);
    text_addf(&f->scratch, "%llu, %llu", (unsigned long long)a->report.bad_blocks,
              (unsigned long long)a->report.skipped_bytes);
    put_fact(f, LABEL_quality_bad);
    text_addf(&f->scratch, "%llu", (unsigned long long)a->report.clipped_samples);
    put_fact(f, LABEL_quality_clip);
}

static void put_range(struct facts *f, const struct summary_range *range, const char *unit,
                      bool is_course)
{
    if (isnan(range->first)) {
        text_add(&f->scratch, "–");
        return;
    }
    written_number(is_course ? range->first : range->min, is_course ? 2 : 1, &f->scratch);
    text_add(&f->scratch, is_course ? " → " : " – ");
    written_number(is_course ? range->last : range->max, is_course ? 2 : 1, &f->scratch);
    text_addf(&f->scratch, " %s", unit);
}

static void put_signal(struct facts *f)
{
    const struct analysis *a = f->analysis;
    if (isnan(a->calibration.error_before_mg)) {
        text_add(&f->scratch, "–");
    } else {
        written_number(a->calibration.error_before_mg, 1, &f->scratch);
        text_add(&f->scratch, " → ");
        written_number(a->calibration.error_after_mg, 1, &f->scratch);
        text_add(&f->scratch, " mg");
    }
    put_fact(f, LABEL_quality_calibration);
    put_range(f, &a->report.battery_v, "V", true);
    put_fact(f, LABEL_quality_battery);
    put_range(f, &a->report.temperature_c, "°C", false);
    put_fact(f, LABEL_quality_temperature);
    text_addf(&f->scratch, "%s, yoake %s", a->made_by.recipe, a->made_by.program_version);
    put_fact(f, LABEL_quality_recipe);
    for (size_t i = 0; i < a->n_nights; i++) {
        if (a->nights[i].exclude != 0) {
            char date[16];
            civil_format(a->nights[i].evening, date);
            text_addf(&f->scratch, "%s%s (%s)", *text_string(&f->scratch) != '\0' ? ", " : "",
                      date, night_exclude_word(a->nights[i].exclude));
        }
    }
    if (*text_string(&f->scratch) != '\0') {
        cut_to(f->canvas, &sheet_table, SHEET_WIDTH_MM - 80, &f->scratch);
        put_fact(f, LABEL_quality_not_counted);
    }
}

static void draw_row(struct facts *f, const struct actogram *bars, size_t i,
                     struct canvas_box row)
{
    const struct actogram_row *a = &bars->rows[i];
    double heights[BINS], w = row.w / BINS;
    for (size_t b = 0, end = 0; b < BINS; b = end) {
        for (end = b; end < BINS && a->kind[end] == a->kind[b]; end++) {
        }
        struct canvas_box run = {row.x + (double)b * w, row.y, (double)(end - b) * w, row.h};
        if (a->kind[b] == ACTOGRAM_ASLEEP) {
            canvas_fill(f->canvas, run, sheet_sleep_color);
        } else if (a->kind[b] == ACTOGRAM_NONWEAR) {
            canvas_hatch(f->canvas, run, 1.2, 0.45);
        }
    }
    for (size_t b = 0; b < BINS; b++) {
        bool is_known = !isnan(a->movement[b]) && bars->scale > 0;
        heights[b] = is_known ? sqrt((double)a->movement[b] / bars->scale) : 0;
    }
    canvas_columns(f->canvas, row, heights, BINS, 0);
    canvas_line(f->canvas, row.x, row.y + row.h, row.x + row.w, row.y + row.h, 0.1, 0.4, 0);
    written_day(a->evening, f->language, &f->scratch);
    sheet_put(f->canvas, (struct canvas_box){SHEET_MARGIN_MM, row.y, 24, row.h}, &sheet_table,
              &f->scratch);
}

static enum yk_status draw_actogram(struct facts *f, struct failure *why)
{
    const struct civil_date open = {0};
    struct actogram bars;
    actogram_init(&bars);
    enum yk_status status = actogram_make(f->analysis, f->zone, open, open, BINS, &bars, why);
    size_t n = bars.n_rows < ROWS_MAX ? bars.n_rows : ROWS_MAX;
    double top = f->y + 8, bottom = 297 - SHEET_MARGIN_MM;
    double row_mm = n > 0 ? fmin((bottom - top) / (double)n, 13) : 0;
    struct canvas_box plot = {SHEET_MARGIN_MM + 25, top, SHEET_WIDTH_MM - 25,
                              row_mm * (double)n};
    for (int h = 0; h <= 24 && n > 0; h += 3) {
        double x = plot.x + plot.w * h / 24;
        canvas_line(f->canvas, x, plot.y, x, plot.y + plot.h, h == 12 ? 0.3 : 0.1, 0.6, 0);
        text_addf(&f->scratch, "%d", (12 + h) % 24);
        sheet_put(f->canvas,
                  (struct canvas_box){h == 24 ? x - 9 : x - 5, top - 4, h == 24 ? 9 : 10, 3.6},
                  h == 24 ? &sheet_table_right : &sheet_table_center, &f->scratch);
    }
    for (size_t i = 0; status == YK_OK && i < n; i++) {
        struct canvas_box row = {plot.x, plot.y + row_mm * (double)i + 0.5, plot.w,
                                 row_mm - 0.8};
        draw_row(f, &bars, i, row);
    }
    actogram_release(&bars);
    return status;
}

enum yk_status quality_page_draw(const struct analysis *analysis, const struct zone *zone,
                                 enum language language, struct canvas *canvas,
                                 struct failure *why)
{
    static const struct canvas_style title = {.pt = 14, .is_bold = true};
    static const struct canvas_style right = {.pt = 11, .min_pt = 7, .align = CANVAS_RIGHT};
    struct facts f = {analysis, zone, language, canvas, {0}, 20};
    text_init(&f.scratch);
    canvas_text(canvas, (struct canvas_box){SHEET_MARGIN_MM, 10, 80, 7}, &title,
                sheet_label(language, LABEL_quality_title));
    text_add_plain(&f.scratch, analysis->recording_id);
    cut_to(canvas, &right, 100, &f.scratch);
    sheet_put(canvas, (struct canvas_box){SHEET_MARGIN_MM + 84, 11, SHEET_WIDTH_MM - 84, 6},
              &right, &f.scratch);
    put_time(&f);
    put_counts(&f);
    put_signal(&f);
    enum yk_status status = draw_actogram(&f, why);
    status = status == YK_OK ? text_status(&f.scratch, why) : status;
    text_release(&f.scratch);
    return status;
}
