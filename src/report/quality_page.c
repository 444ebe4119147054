/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quality pages. Nothing is graded: counts and reasons are shown, whoever uses the data
 * decides.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/fill.h"
#include "src/base/translate.h"
#include "src/report/sheet_parts.h"
#include "src/report/quality_page.h"
#include "src/report/written.h"

enum { BINS = 360 };

/* ---- the cohort ---- */

enum column { RECORDING, PERSON, STATUS, DAYS, NIGHTS, DAMAGE, REASON, COLUMNS };

static const struct {
    enum sheet_label label;
    double x, width; /* mm from the margin */
    bool is_number, wraps;
} columns[COLUMNS] = {[RECORDING] = {LABEL_cohort_recording, 0, 40, false, true},
                      [PERSON] = {LABEL_cohort_person, 42, 20, false, true},
                      [STATUS] = {LABEL_cohort_status, 64, 13, false, false},
                      [DAYS] = {LABEL_cohort_days, 79, 10, true, false},
                      [NIGHTS] = {LABEL_cohort_nights, 91, 15, true, false},
                      [DAMAGE] = {LABEL_cohort_damage, 107, 17, true, false},
                      [REASON] = {LABEL_cohort_reason, 128, 58, false, true}};

#define TOP_MM 25.0
#define HEAD_MM 8.0
#define BOTTOM_MM (297 - SHEET_MARGIN_MM)
#define ROW_MM 5.0
#define ROW_MAX_MM 40.0

static struct canvas_style style_of(enum column column)
{
    return (struct canvas_style){.pt = column == REASON ? 6.5 : 7.5,
                                 .min_pt = columns[column].wraps ? 0 : 4.5,
                                 .align =
                                     columns[column].is_number ? CANVAS_RIGHT : CANVAS_LEFT,
                                 .is_middle = true,
                                 .wraps = columns[column].wraps};
}

static void add_status(const char *word, enum language language, struct text *out)
{
    static const struct {
        const char *word;
        enum sheet_label label;
    } words[] = {{"done", LABEL_cohort_done},
                 {"empty", LABEL_cohort_empty},
                 {"duplicate", LABEL_cohort_duplicate},
                 {"failed", LABEL_cohort_failed},
                 {"skipped", LABEL_cohort_skipped}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].word, word) == 0) {
            text_add(out, sheet_label(language, words[i].label));
        }
    }
}

/* Days with one decimal, parts of a day with two. */
static void add_days(const char *cell, struct text *out)
{
    double days = 0;
    if (text_parse_double(cell, strlen(cell), &days)) {
        text_add(out, days > 0 && days < 0.005 ? "< " : "");
        days = days > 0 ? fmax(days, 0.01) : days;
        written_number(days, days < 1 ? 2 : 1, out);
    }
}

/* Tables keep the English sentence; a page says it in its own language. */
static void add_said(const char *english, enum language language, struct text *out)
{
    struct text said;
    text_init(&said);
    text_add_translated(&said, language, english);
    text_add_plain(out, said.is_short ? english : text_string(&said));
    text_release(&said);
}

static void add_reason(const struct cohort_row *row, enum language language, struct text *out)
{
    add_said(row->reason, language, out);
    if (row->reason[0] != '\0' && row->advice[0] != '\0') {
        text_add(out, language == LANGUAGE_JA ? "。" : " — ");
        add_said(row->advice, language, out);
    }
    if (row->wanted_nights != NULL && row->wanted_nights[0] != '\0') {
        struct text sentence;
        text_init(&sentence);
        text_fill(&sentence, sheet_label(language, LABEL_cohort_short), row->wanted_nights);
        text_addf(out, "%s%s", out->length > 0 ? "; " : "", text_string(&sentence));
        text_release(&sentence);
    }
}

static void add_cell(const struct cohort_row *row, enum column column, enum language language,
                     struct text *out)
{
    switch (column) {
    case RECORDING:
        text_add_plain(out, row->recording_id);
        break;
    case PERSON:
        if (strcmp(row->person_id, row->recording_id) != 0) { /* nobody named a person */
            text_add_plain(out, row->person_id);
        }
        break;
    case STATUS:
        add_status(row->status, language, out);
        break;
    case DAYS:
        add_days(row->days, out);
        break;
    case NIGHTS:
        text_addf(out, "%s%s%s", row->valid_nights, row->nights[0] != '\0' ? " / " : "",
                  row->nights);
        break;
    case DAMAGE:
        if (row->gaps[0] != '\0') {
            text_addf(out, "%s / %s", row->gaps, row->bad_blocks);
        }
        break;
    case REASON:
    case COLUMNS:
        add_reason(row, language, out);
        break;
    }
}

static double row_height(const struct cohort_row *row, enum language language,
                         struct canvas *canvas, struct text *scratch)
{
    double height = ROW_MM;
    for (int c = 0; c < COLUMNS; c++) {
        if (columns[c].wraps) {
            const struct canvas_style style = style_of((enum column)c);
            text_clear(scratch);
            add_cell(row, (enum column)c, language, scratch);
            double h =
                canvas_text_height(canvas, &style, columns[c].width, text_string(scratch));
            height = fmax(height, h + 2);
        }
    }
    text_clear(scratch);
    return fmin(height, ROW_MAX_MM);
}

size_t cohort_page_rows(const struct cohort_row *rows, size_t n, enum language language,
                        struct canvas *canvas, struct text *scratch)
{
    size_t i = 0;
    for (double y = TOP_MM + HEAD_MM; i < n; i++) {
        y += row_height(&rows[i], language, canvas, scratch);
        if (y > BOTTOM_MM && i > 0) {
            break;
        }
    }
    return i;
}

static void draw_totals(const struct cohort_counts *c, size_t page, size_t n_pages,
                        enum language language, struct canvas *canvas, struct text *scratch)
{
    static const struct canvas_style title = {.pt = 14, .is_bold = true};
    char files[24], done[24], empty[24], twice[24], failed[24], skipped[24], days[32],
        nights[32];
    snprintf(files, sizeof files, "%zu", c->n_files);
    snprintf(done, sizeof done, "%zu", c->n_done);
    snprintf(empty, sizeof empty, "%zu", c->n_empty);
    snprintf(twice, sizeof twice, "%zu", c->n_duplicates);
    snprintf(failed, sizeof failed, "%zu", c->n_failed);
    snprintf(skipped, sizeof skipped, "%zu", c->n_skipped);
    snprintf(days, sizeof days, "%.1f", c->days);
    snprintf(nights, sizeof nights, "%.0f", c->nights);
    canvas_text(canvas, (struct canvas_box){12, 10, 120, 7}, &title,
                sheet_label(language, LABEL_cohort_title));
    text_fill(scratch, sheet_label(language, LABEL_cohort_totals), files, done, empty, twice,
              failed, skipped, days, nights);
    if (c->n_short > 0) {
        struct text sentence;
        char n[24];
        snprintf(n, sizeof n, "%zu", c->n_short);
        text_init(&sentence);
        text_fill(&sentence, sheet_label(language, LABEL_cohort_n_short), n);
        text_add(scratch, text_string(&sentence));
        text_release(&sentence);
    }
    static const struct canvas_style two_lines = {.pt = 8, .min_pt = 6.5, .wraps = true};
    sheet_put(canvas, (struct canvas_box){12, 17.5, SHEET_WIDTH_MM, 7}, &two_lines, scratch);
    snprintf(files, sizeof files, "%zu", page + 1);
    snprintf(done, sizeof done, "%zu", n_pages);
    text_fill(scratch, sheet_label(language, LABEL_cohort_page), files, done);
    sheet_put(canvas, (struct canvas_box){150, 11, 48, 5}, &sheet_table_right, scratch);
}

static void draw_row_of(const struct cohort_row *row, double y, double height,
                        enum language language, struct canvas *canvas, struct text *scratch)
{
    for (int c = 0; c < COLUMNS; c++) {
        const struct canvas_style style = style_of((enum column)c);
        const struct canvas_box cell = {SHEET_MARGIN_MM + columns[c].x, y, columns[c].width,
                                        height};
        add_cell(row, (enum column)c, language, scratch);
        sheet_put(canvas, cell, &style, scratch);
    }
}

void cohort_page_draw(const struct cohort_counts *counts, const struct cohort_row *rows,
                      size_t n, size_t page, size_t n_pages, enum language language,
                      struct canvas *canvas, struct text *scratch)
{
    const double right = SHEET_MARGIN_MM + SHEET_WIDTH_MM;
    draw_totals(counts, page, n_pages, language, canvas, scratch);
    double y = TOP_MM;
    for (int c = 0; c < COLUMNS; c++) {
        struct canvas_style style = {.pt = 8,
                                     .is_bold = true,
                                     .wraps = true,
                                     .is_middle = true,
                                     .align =
                                         columns[c].is_number ? CANVAS_RIGHT : CANVAS_LEFT};
        canvas_text(
            canvas,
            (struct canvas_box){SHEET_MARGIN_MM + columns[c].x, y, columns[c].width, HEAD_MM},
            &style, sheet_label(language, columns[c].label));
    }
    y += HEAD_MM;
    canvas_line(canvas, SHEET_MARGIN_MM, y, right, y, 0.3, 0, 0);
    for (size_t i = 0; i < n; i++) {
        double height = row_height(&rows[i], language, canvas, scratch);
        draw_row_of(&rows[i], y, height, language, canvas, scratch);
        y += height;
        canvas_line(canvas, SHEET_MARGIN_MM, y, right, y, 0.1, 0.6, 0);
    }
}

/* ---- one recording ---- */

#define ROW_LEAST_MM 3.0 /* of the actogram: a day lower than this cannot be read */

struct facts {
    const struct analysis *analysis;
    const struct zone *zone;
    enum language language;
    struct canvas *canvas;
    struct text scratch;
    double y;
};

/* "name    value": the value stands in scratch, and may take several lines; below it is as much
 * air as below one. */
static void put_fact(struct facts *f, enum sheet_label label)
{
    static const struct canvas_style value = {.pt = 8, .wraps = true};
    const double at = 66, width = SHEET_WIDTH_MM - at, air = 2.4;
    double height =
        canvas_text_height(f->canvas, &value, width, text_string(&f->scratch)) + air;
    canvas_text(f->canvas, (struct canvas_box){SHEET_MARGIN_MM, f->y, at - 2, height}, &value,
                sheet_label(f->language, label));
    sheet_put(f->canvas, (struct canvas_box){SHEET_MARGIN_MM + at, f->y, width, height}, &value,
              &f->scratch);
    f->y += height;
}

static void put_time(struct facts *f)
{
    const struct recording_info *info = &f->analysis->info;
    char from[40], to[40];
    zone_format_iso(f->zone, info->start_ns, 0, from);
    zone_format_iso(f->zone, info->end_ns, 0, to);
    text_addf(&f->scratch, "%s – %s (%s)", from, to, info->zone);
    put_fact(f, LABEL_quality_period);
    text_add_plain(&f->scratch, info->device_model[0] != '\0' ? info->device_model : "–");
    if (info->device_serial[0] != '\0') {
        text_addf(&f->scratch, " ");
        text_add_plain(&f->scratch, info->device_serial);
    }
    if (info->epoch_s > 0) {
        char seconds[24];
        struct text sentence;
        text_init(&sentence);
        snprintf(seconds, sizeof seconds, "%d", (int)info->epoch_s);
        text_fill(&sentence, sheet_label(f->language, LABEL_quality_epochs), seconds);
        text_addf(&f->scratch, ", %s", text_string(&sentence));
        text_release(&sentence);
    } else if (info->rate_hz > 0) {
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
    written_duration(analysis_nonwear_min(a), 1, f->language, &f->scratch);
    text_add(&f->scratch, " / ");
    written_duration(analysis_stillness_min(a), 1, f->language, &f->scratch);
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

/* Nights that are not counted for the reason of night `leader`, unless an earlier one led. */
static void add_reason_dates(struct facts *f, size_t leader, size_t *n_left)
{
    const struct analysis *a = f->analysis;
    const enum sheet_label reason = sheet_reason(a->nights[leader].exclude);
    for (size_t i = 0; i < leader; i++) {
        if (a->nights[i].exclude != 0 && sheet_reason(a->nights[i].exclude) == reason) {
            return;
        }
    }
    text_addf(&f->scratch, "%s%s: ", f->scratch.length > 0 ? "; " : "",
              sheet_label(f->language, reason));
    for (size_t i = leader; *n_left > 0 && i < a->n_nights; i++) {
        uint32_t exclude = a->nights[i].exclude;
        if (exclude != 0 && sheet_reason(exclude) == reason) {
            char date[16];
            civil_format(a->nights[i].evening, date);
            text_addf(&f->scratch, "%s%s", i > leader ? ", " : "",
                      i > leader ? date + 5 : date);
            (*n_left)--;
        }
    }
}

/* "too few hours: 2026-05-11, 05-12; ...": as many dates as there is room for. */
static void put_not_counted(struct facts *f)
{
    const struct analysis *a = f->analysis;
    size_t n_left = 60;
    for (size_t i = 0; i < a->n_nights; i++) {
        if (a->nights[i].exclude != 0 && n_left > 0) {
            add_reason_dates(f, i, &n_left);
        }
    }
    if (f->scratch.length > 0) {
        text_add(&f->scratch, n_left == 0 ? " …" : "");
        put_fact(f, LABEL_quality_not_counted);
    }
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
    put_not_counted(f);
}

static void draw_row(struct facts *f, const struct actogram *bars, size_t i,
                     struct canvas_box row)
{
    const struct actogram_row *a = &bars->rows[i];
    const unsigned kinds =
        1u << ACTOGRAM_ASLEEP | 1u << ACTOGRAM_NONWEAR | 1u << ACTOGRAM_UNKNOWN;
    sheet_shades(f->canvas, row, a, BINS, kinds);
    sheet_bars(f->canvas, row, a, BINS, bars->scale);
    canvas_line(f->canvas, row.x, row.y + row.h, row.x + row.w, row.y + row.h, 0.1, 0.4, 0);
    written_day(a->evening, f->language, &f->scratch);
    static const struct canvas_style label = {.pt = 8, .min_pt = 4.5, .is_middle = true};
    sheet_put(f->canvas, (struct canvas_box){SHEET_MARGIN_MM, row.y, 24, row.h}, &label,
              &f->scratch);
}

static const struct canvas_style legend_style = {.pt = 7, .is_middle = true, .gray = 0.25};

static void draw_sign(struct facts *f, double *x, double y, enum actogram_kind kind,
                      enum sheet_label label)
{
    const struct canvas_box sign = {*x, y, 7, 3};
    sheet_shade(f->canvas, sign, kind);
    canvas_frame(f->canvas, sign, 0.1, 0.6, 0);
    const char *words = sheet_label(f->language, label);
    double w = canvas_text_width(f->canvas, &legend_style, words) + 1;
    canvas_text(f->canvas, (struct canvas_box){*x + 8, y, w, sign.h}, &legend_style, words);
    *x += 8 + w + 6;
}

/* What the picture shows, and how much of the recording. */
static void draw_legend(struct facts *f, double y, size_t n_shown, size_t n_all)
{
    double x = SHEET_MARGIN_MM + 25;
    draw_sign(f, &x, y, ACTOGRAM_ASLEEP, LABEL_quality_asleep);
    draw_sign(f, &x, y, ACTOGRAM_NONWEAR, LABEL_quality_off);
    draw_sign(f, &x, y, ACTOGRAM_UNKNOWN, LABEL_quality_unknown);
    if (n_shown < n_all) {
        char shown[24], all[24];
        snprintf(shown, sizeof shown, "%zu", n_shown);
        snprintf(all, sizeof all, "%zu", n_all);
        text_fill(&f->scratch, sheet_label(f->language, LABEL_quality_part), shown, all);
        sheet_put(f->canvas, (struct canvas_box){x, y, SHEET_MARGIN_MM + SHEET_WIDTH_MM - x, 3},
                  &legend_style, &f->scratch);
    }
}

static enum yk_status draw_actogram(struct facts *f, struct failure *why)
{
    const struct civil_date open = {0};
    struct actogram bars;
    actogram_init(&bars);
    enum yk_status status = actogram_make(f->analysis, f->zone, open, open, BINS, &bars, why);
    double top = f->y + 8, bottom = 297 - SHEET_MARGIN_MM;
    size_t room = (size_t)((bottom - top) / ROW_LEAST_MM);
    size_t n = bars.n_rows < room ? bars.n_rows : room;
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
        struct canvas_box row = {plot.x, plot.y + row_mm * (double)i + fmin(0.5, row_mm / 8),
                                 plot.w, row_mm - fmin(0.8, row_mm / 5)};
        draw_row(f, &bars, i, row);
    }
    if (status == YK_OK && n > 0) {
        draw_legend(f, plot.y + plot.h + 1.5, n, bars.n_rows);
    }
    actogram_release(&bars);
    return status;
}

enum yk_status quality_page_draw(const struct analysis *analysis, const struct zone *zone,
                                 enum language language, struct canvas *canvas,
                                 struct failure *why)
{
    static const struct canvas_style title = {.pt = 14, .is_bold = true};
    static const struct canvas_style name = {.pt = 11, .min_pt = 6, .wraps = true};
    struct facts f = {analysis, zone, language, canvas, {0}, 18};
    text_init(&f.scratch);
    canvas_text(canvas, (struct canvas_box){SHEET_MARGIN_MM, 10, SHEET_WIDTH_MM, 7}, &title,
                sheet_label(language, LABEL_quality_title));
    text_add_plain(&f.scratch, analysis->recording_id);
    if (analysis->person_id[0] != '\0' &&
        strcmp(analysis->person_id, analysis->recording_id) != 0) {
        text_add(&f.scratch, "\u00A0· ");
        text_add_plain(&f.scratch, analysis->person_id);
    }
    double height =
        1.5 + canvas_text_height(canvas, &name, SHEET_WIDTH_MM, text_string(&f.scratch));
    sheet_put(canvas, (struct canvas_box){SHEET_MARGIN_MM, f.y, SHEET_WIDTH_MM, height}, &name,
              &f.scratch);
    f.y += height + 1.5;
    put_time(&f);
    put_counts(&f);
    put_signal(&f);
    enum yk_status status = draw_actogram(&f, why);
    status = status == YK_OK ? text_status(&f.scratch, why) : status;
    text_release(&f.scratch);
    return status;
}
