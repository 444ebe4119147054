/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Block C, the picture: one row a night, bars of two minutes, sleep as a pale shade behind
 * them. What is drawn where follows the plot conventions of docs/sheet.md; nothing is said by
 * colour alone, because the sheet is photocopied.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/fill.h"
#include "src/base/mem.h"
#include "src/report/sheet_parts.h"
#include "src/report/written.h"

enum { BINS = 720, DAY_H = 24, QUIET_MIN = 30 };

#define LABEL_MM 28.0
#define AXIS_MM 4.0
#define LEGEND_MM 4.6

struct picture {
    const struct sheet *sheet;
    struct canvas *canvas;
    struct canvas_box plot; /* the rows, without labels */
    double row_mm;
    double scale;
};

/* One row: the 24 hours from axis_start_h on. With an axis that begins at midnight or later,
 * the row of a night is the date of its morning. */
struct row_view {
    const struct interview_night *night;
    const struct record_recording *recording;
    struct civil_date date; /* on which the row begins */
    struct canvas_box box;
    int64_t start_ns, end_ns;
};

static double x_of(const struct picture *p, const struct row_view *row, int64_t at_ns)
{
    double h = zone_clock_h(row->recording->zone, row->date, at_ns) - p->sheet->axis_start_h;
    return row->box.x + row->box.w * h / DAY_H;
}

/* The part of [from, to) inside the row; false: nothing. */
static bool span(const struct picture *p, const struct row_view *row, int64_t from, int64_t to,
                 struct canvas_box *out)
{
    if (from == TIME_UNKNOWN || to == TIME_UNKNOWN || to <= row->start_ns ||
        from >= row->end_ns || to <= from) {
        return false;
    }
    double left = from <= row->start_ns ? row->box.x : x_of(p, row, from);
    double right = to >= row->end_ns ? row->box.x + row->box.w : x_of(p, row, to);
    *out = (struct canvas_box){left, row->box.y, right - left, row->box.h};
    return right > left;
}

/* The nights of the sheet; with an axis that begins in the evening two of them share a row. */
static void shade_nights(const struct picture *p, const struct row_view *row)
{
    struct canvas_box box;
    for (size_t i = 0; i < p->sheet->facts->n_nights; i++) {
        const struct interview_night *night = &p->sheet->facts->nights[i];
        const struct night *n = night->night;
        if (!night->is_counted) {
            continue;
        }
        /* TIME_UNKNOWN is the least value: an unknown end of the bed time cuts nothing. */
        int64_t out = night->out_of_bed_ns, in = night->in_bed_ns;
        int64_t still_awake = out != TIME_UNKNOWN && out < n->onset_ns ? out : n->onset_ns;
        int64_t awake_again = in > n->wake_ns ? in : n->wake_ns;
        if (span(p, row, in, still_awake, &box)) {
            canvas_fill(p->canvas, box, sheet_in_bed_color);
        }
        if (span(p, row, awake_again, out, &box)) {
            canvas_fill(p->canvas, box, sheet_in_bed_color);
        }
        if (span(p, row, n->onset_ns, n->wake_ns, &box)) {
            canvas_fill(p->canvas, box, sheet_sleep_color);
        }
    }
}

static void outline_quiet_times(const struct picture *p, const struct row_view *row)
{
    const struct analysis *a = &row->recording->analysis;
    struct canvas_box box;
    for (size_t i = 0; i < a->n_rests; i++) {
        const struct rest *r = &a->rests[i];
        bool is_long = r->end_ns - r->start_ns >= QUIET_MIN * NS_PER_MIN;
        if (!r->is_main && r->kind == REST_KIND_NAP && is_long &&
            span(p, row, r->start_ns, r->end_ns, &box)) {
            box.y += 0.4;
            box.h -= 0.4;
            canvas_frame(p->canvas, box, 0.25, 0.3, 0);
        }
    }
}

static void hatch_nonwear(const struct picture *p, const struct row_view *row)
{
    const struct analysis *a = &row->recording->analysis;
    struct canvas_box box;
    for (size_t i = 0; i < a->n_nonwear; i++) {
        if (!a->nonwear[i].is_stillness_only &&
            span(p, row, a->nonwear[i].start_ns, a->nonwear[i].end_ns, &box)) {
            canvas_fill(p->canvas, box, (struct canvas_color){1, 1, 1});
            canvas_hatch(p->canvas, box, 1.2, 0.45);
        }
    }
    /* What was not recorded at all is left white and is not part of the row's frame. */
}

static void triangle(const struct picture *p, double x, double y, bool points_down)
{
    const double w = 1.0, h = 1.6;
    double base = points_down ? y : y + h, tip = points_down ? y + h : y;
    const double points[] = {x - w, base, x + w, base, x, tip};
    canvas_polygon(p->canvas, points, 3, 0, false);
}

static void mark_times(const struct picture *p, const struct row_view *row)
{
    const struct night *n = row->night->night;
    double top = row->box.y, bottom = row->box.y + row->box.h;
    struct canvas_box box;
    if (n->exclude == 0 && span(p, row, n->wake_ns, n->wake_ns + 1, &box)) {
        canvas_line(p->canvas, box.x, bottom - 2.4, box.x, bottom, 0.5, 0, 0);
    }
    if (span(p, row, row->night->in_bed_ns, row->night->in_bed_ns + 1, &box)) {
        triangle(p, box.x, top + 0.2, true);
    }
    if (span(p, row, row->night->out_of_bed_ns, row->night->out_of_bed_ns + 1, &box)) {
        triangle(p, box.x, top + 0.2, false);
    }
    if (n->is_edited && span(p, row, n->onset_ns, n->wake_ns, &box)) {
        canvas_text(p->canvas, (struct canvas_box){box.x + 0.5, top, 3, 3.2}, &sheet_table,
                    "e");
    }
    /* What was aimed at is between participant and staff. */
    if (p->sheet->consent == NULL && !isnan(row->night->target_h)) {
        int64_t target =
            zone_instant_of_day(row->recording->zone, row->night->morning,
                                (int32_t)lround((row->night->target_h - 24) * 3600));
        if (span(p, row, target, target + 1, &box)) {
            canvas_line(p->canvas, box.x, top, box.x, bottom, 0.3, 0, 1.0);
        }
    }
}

/* The programme's hours as a bracket under the row, of every date the row holds a part of; a
 * day may end after midnight. */
static void bracket_programme(const struct picture *p, const struct row_view *row)
{
    double y = row->box.y + row->box.h + 0.45;
    for (int d = -1; d < 2; d++) {
        struct civil_date date = civil_add_days(row->date, d);
        const struct programme_step *step = programme_on(&p->sheet->record->programme, date);
        if (!programme_is_day(step, date) || step->start_min < 0 ||
            step->end_min <= step->start_min) {
            continue;
        }
        const struct zone *zone = row->recording->zone;
        struct canvas_box box;
        if (span(p, row, zone_instant_of_day(zone, date, step->start_min * 60),
                 zone_instant_of_day(zone, civil_add_days(date, step->end_min / 1440),
                                     step->end_min % 1440 * 60),
                 &box)) {
            canvas_line(p->canvas, box.x, y, box.x + box.w, y, 0.6, 0.2, 0);
        }
    }
}

void sheet_bars(struct canvas *canvas, struct canvas_box box, const struct actogram_row *row,
                size_t n_bins, double scale)
{
    double heights[ACTOGRAM_BINS_MAX];
    for (size_t b = 0; b < n_bins; b++) {
        /* The root: a walk moves the wrist ten times as much as desk work; both are to be seen.
         */
        bool is_known = !isnan(row->movement[b]) && scale > 0;
        heights[b] = is_known ? sqrt((double)row->movement[b] / scale) : 0;
    }
    canvas_columns(canvas, box, heights, n_bins, 0);
}

void sheet_shades(struct canvas *canvas, struct canvas_box box, const struct actogram_row *row,
                  size_t n_bins, unsigned kinds)
{
    const double w = box.w / (double)n_bins;
    for (size_t b = 0, end = 0; b < n_bins; b = end) {
        for (end = b; end < n_bins && row->kind[end] == row->kind[b]; end++) {
        }
        const struct canvas_box run = {box.x + (double)b * w, box.y, (double)(end - b) * w,
                                       box.h};
        if ((kinds >> row->kind[b] & 1u) != 0) {
            sheet_shade(canvas, run, (enum actogram_kind)row->kind[b]);
        }
    }
}

void sheet_shade(struct canvas *canvas, struct canvas_box box, enum actogram_kind kind)
{
    static const struct canvas_color unknown = {0.88, 0.88, 0.88};
    if (kind == ACTOGRAM_NONWEAR) {
        canvas_hatch(canvas, box, 1.2, 0.45);
    } else {
        canvas_fill(canvas, box, kind == ACTOGRAM_ASLEEP ? sheet_sleep_color : unknown);
    }
}

static void draw_doubts(const struct picture *p, const struct row_view *row)
{
    const struct night *n = row->night->night;
    struct canvas_box box = row->box;
    if ((n->exclude & EXCLUDE_CLOCK) != 0) {
        canvas_frame(p->canvas, box, 0.3, 0, 0.6);
    }
    if ((n->exclude & EXCLUDE_PERSON) != 0) {
        canvas_hatch(p->canvas, box, 2.4, 0.6);
        canvas_line(p->canvas, box.x, box.y, box.x + box.w, box.y + box.h, 0.25, 0.3, 0);
        canvas_line(p->canvas, box.x, box.y + box.h, box.x + box.w, box.y, 0.25, 0.3, 0);
    }
}

static bool has_try_mark(const struct sheet *sheet, struct civil_date date)
{
    for (size_t i = 0; i < sheet->record->n_notes; i++) {
        const struct note *note = &sheet->record->notes[i];
        if (note->is_try && (note->audience >> sheet->copy & 1u) != 0 &&
            civil_compare(note->date, date) == 0) {
            return true;
        }
    }
    return false;
}

static void draw_row_label(const struct picture *p, const struct row_view *row,
                           struct text *scratch)
{
    const struct sheet *sheet = p->sheet;
    struct canvas_box box = {p->plot.x - LABEL_MM, row->box.y, LABEL_MM - 1.5, row->box.h / 2};
    if (has_try_mark(sheet, row->night->evening)) {
        text_add(scratch, "★");
    }
    written_night(row->night->evening, sheet->language, scratch);
    sheet_put(p->canvas, box, &sheet_table, scratch);
    box.y += box.h;
    if (row->night->type != DAY_TYPE_UNKNOWN) {
        text_add(scratch, sheet_label(sheet->language, row->night->type == DAY_TYPE_PROGRAMME
                                                           ? LABEL_day_programme
                                                           : LABEL_day_off));
    }
    if (!row->night->is_counted) {
        text_add(scratch, "  ×");
    }
    sheet_put(p->canvas, box,
              row->night->type == DAY_TYPE_PROGRAMME ? &sheet_table_bold : &sheet_table,
              scratch);
}

static void draw_axis(const struct picture *p, struct text *scratch)
{
    const struct canvas_box *plot = &p->plot;
    for (int h = 0; h <= DAY_H; h++) {
        int clock = (p->sheet->axis_start_h + h) % DAY_H;
        double x = plot->x + plot->w * h / DAY_H;
        bool is_midnight = clock == 0;
        canvas_line(p->canvas, x, plot->y - 0.8, x, plot->y, 0.15, 0, 0);
        canvas_line(p->canvas, x, plot->y, x, plot->y + plot->h, is_midnight ? 0.3 : 0.1,
                    is_midnight  ? 0.2
                    : h % 3 == 0 ? 0.6
                                 : 0.85,
                    0);
        if (h % 3 == 0) {
            text_addf(scratch, "%d", clock);
            double left = h == DAY_H ? x - 8 : x - 5;
            sheet_put(p->canvas,
                      (struct canvas_box){left, plot->y - AXIS_MM, h == DAY_H ? 9 : 10, 3.2},
                      h == DAY_H ? &sheet_table_right : &sheet_table_center, scratch);
        }
    }
}

/* ---- what the marks mean, in one line ---- */

static void key_bars(struct canvas *canvas, struct canvas_box key)
{
    const double heights[] = {0.3, 0.9, 0.6, 1, 0.4};
    canvas_columns(canvas, key, heights, sizeof heights / sizeof *heights, 0);
}

static void key_sleep(struct canvas *canvas, struct canvas_box key)
{
    canvas_fill(canvas, key, sheet_sleep_color);
}

static void key_bed(struct canvas *canvas, struct canvas_box key)
{
    canvas_fill(canvas, key, sheet_in_bed_color);
    canvas_frame(canvas, key, 0.1, 0.7, 0);
}

static void key_nonwear(struct canvas *canvas, struct canvas_box key)
{
    canvas_hatch(canvas, key, 1.2, 0.45);
    canvas_frame(canvas, key, 0.1, 0.7, 0);
}

static void key_woke(struct canvas *canvas, struct canvas_box key)
{
    double x = key.x + key.w / 2;
    canvas_line(canvas, x, key.y, x, key.y + key.h, 0.5, 0, 0);
}

static void key_target(struct canvas *canvas, struct canvas_box key)
{
    double x = key.x + key.w / 2;
    canvas_line(canvas, x, key.y - 0.4, x, key.y + key.h + 0.4, 0.3, 0, 1.0);
}

static void key_programme(struct canvas *canvas, struct canvas_box key)
{
    double y = key.y + key.h / 2;
    canvas_line(canvas, key.x, y, key.x + key.w, y, 0.6, 0.2, 0);
}

static void key_quiet(struct canvas *canvas, struct canvas_box key)
{
    canvas_frame(canvas, key, 0.25, 0.3, 0);
}

struct legend_item {
    enum sheet_label label;
    void (*draw)(struct canvas *canvas, struct canvas_box key); /* NULL: the words hold it */
};

enum { LEGEND_ITEMS = 10 };

/* What the picture of this copy can hold; a target and ★ only when they are there. */
static size_t legend_items(const struct picture *p, struct legend_item out[static LEGEND_ITEMS])
{
    static const struct legend_item all[LEGEND_ITEMS] = {
        {LABEL_legend_bars, key_bars},     {LABEL_legend_sleep, key_sleep},
        {LABEL_legend_bed, key_bed},       {LABEL_legend_nonwear, key_nonwear},
        {LABEL_legend_bed_times, NULL},    {LABEL_legend_woke, key_woke},
        {LABEL_legend_target, key_target}, {LABEL_legend_programme, key_programme},
        {LABEL_legend_quiet, key_quiet},   {LABEL_legend_try, NULL},
    };
    bool has_target = false, has_try = false;
    for (size_t i = 0; i < p->sheet->facts->n_nights; i++) {
        const struct interview_night *night = &p->sheet->facts->nights[i];
        has_target = has_target || (p->sheet->consent == NULL && !isnan(night->target_h));
        has_try = has_try || has_try_mark(p->sheet, night->evening);
    }
    size_t n = 0;
    for (size_t i = 0; i < LEGEND_ITEMS; i++) {
        if ((all[i].label != LABEL_legend_target || has_target) &&
            (all[i].label != LABEL_legend_try || has_try)) {
            out[n++] = all[i];
        }
    }
    return n;
}

static void draw_legend(const struct picture *p, struct canvas_box box)
{
    static const struct canvas_style sizes[] = {{.pt = 7.5, .min_pt = 7, .is_middle = true},
                                                {.pt = 7, .is_middle = true}};
    struct legend_item items[LEGEND_ITEMS];
    const size_t n = legend_items(p, items);
    const double key_mm = 3.4, beside_mm = 0.8;
    const struct canvas_style *style = sizes;
    double widths[LEGEND_ITEMS], x = box.x, gap = 0;
    for (size_t s = 0; s < 2 && gap < 1.5; s++) {
        double sum = 0;
        style = &sizes[s];
        for (size_t i = 0; i < n; i++) {
            widths[i] = canvas_text_width(p->canvas, style,
                                          sheet_label(p->sheet->language, items[i].label));
            sum += widths[i] + (items[i].draw != NULL ? key_mm + beside_mm : 0);
        }
        gap = fmin((box.w - sum) / (double)(n - 1), 4);
    }
    for (size_t i = 0; i < n; i++) {
        if (items[i].draw != NULL) {
            items[i].draw(p->canvas, (struct canvas_box){x, box.y + 1, key_mm, box.h - 2});
            x += key_mm + beside_mm;
        }
        canvas_text(p->canvas, (struct canvas_box){x, box.y, widths[i] + 0.1, box.h}, style,
                    sheet_label(p->sheet->language, items[i].label));
        x += widths[i] + gap;
    }
}

static struct row_view view_of(const struct picture *p, const struct interview_night *night,
                               size_t i)
{
    const struct sheet *sheet = p->sheet;
    struct row_view row = {
        .night = night,
        .recording = &sheet->record->recordings[night->recording],
        .date = sheet->axis_start_h < 12 ? night->morning : night->evening,
        .box = {p->plot.x, p->plot.y + p->row_mm * (double)i, p->plot.w, p->row_mm - 1.4},
    };
    row.start_ns =
        zone_instant_of_day(row.recording->zone, row.date, sheet->axis_start_h * 3600);
    row.end_ns = zone_instant_of_day(row.recording->zone, civil_add_days(row.date, 1),
                                     sheet->axis_start_h * 3600);
    return row;
}

static enum yk_status draw_row(const struct picture *p, const struct row_view *row,
                               struct text *scratch, struct failure *why)
{
    struct actogram bars;
    actogram_init(&bars);
    enum yk_status status =
        actogram_make_at(&row->recording->analysis, row->recording->zone, row->date, row->date,
                         BINS, p->sheet->axis_start_h, &bars, why);
    if (status != YK_OK) {
        return status;
    }
    shade_nights(p, row);
    if (bars.n_rows == 1) {
        struct canvas_box box = row->box;
        box.y += 2.0; /* room for the marks above the bars */
        box.h -= 2.0;
        sheet_bars(p->canvas, box, &bars.rows[0], BINS, p->scale);
    }
    hatch_nonwear(p, row);
    outline_quiet_times(p, row);
    mark_times(p, row);
    draw_doubts(p, row);
    bracket_programme(p, row);
    canvas_line(p->canvas, row->box.x, row->box.y + row->box.h, row->box.x + row->box.w,
                row->box.y + row->box.h, 0.15, 0.3, 0);
    draw_row_label(p, row, scratch);
    actogram_release(&bars);
    return YK_OK;
}

static enum yk_status find_scale(const struct sheet *sheet, double *scale, struct failure *why)
{
    size_t n = sheet->record->n_recordings;
    const struct analysis **analyses = mem_alloc(n, sizeof *analyses);
    const struct zone **zones = mem_alloc(n, sizeof *zones);
    enum yk_status status = YK_OK;
    if (analyses == NULL || zones == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the picture");
    } else {
        for (size_t i = 0; i < n; i++) {
            analyses[i] = &sheet->record->recordings[i].analysis;
            zones[i] = sheet->record->recordings[i].zone;
        }
        status = actogram_scale(analyses, zones, n, BINS, scale, why);
    }
    mem_free(analyses);
    mem_free(zones);
    return status;
}

enum yk_status sheet_actogram(const struct sheet *sheet, struct canvas *canvas,
                              struct canvas_box box, struct failure *why)
{
    struct picture p = {
        .sheet = sheet,
        .canvas = canvas,
        .plot = {box.x + LABEL_MM, box.y + AXIS_MM + 0.6, box.w - LABEL_MM,
                 box.h - AXIS_MM - LEGEND_MM - 0.6},
    };
    /* Eight rows at most; fewer rows do not become giants. */
    p.row_mm = p.plot.h / (sheet->facts->n_nights > 7 ? (double)sheet->facts->n_nights : 7);
    p.plot.h = p.row_mm * (double)sheet->facts->n_nights;
    struct text scratch;
    text_init(&scratch);
    enum yk_status status = find_scale(sheet, &p.scale, why);
    if (status == YK_OK) {
        draw_axis(&p, &scratch);
    }
    for (size_t i = 0; i < sheet->facts->n_nights && status == YK_OK; i++) {
        struct row_view row = view_of(&p, &sheet->facts->nights[i], i);
        status = draw_row(&p, &row, &scratch, why);
    }
    if (status == YK_OK) {
        draw_legend(&p,
                    (struct canvas_box){box.x, box.y + box.h - LEGEND_MM, box.w, LEGEND_MM});
        status = text_status(&scratch, why);
    }
    text_release(&scratch);
    return status;
}
