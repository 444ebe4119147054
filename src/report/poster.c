/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The poster of a cohort: small actograms side by side, in the order given. One recording is
 * looked at a time, so a poster of a thousand takes no more memory than one of ten.
 */
#include <stdio.h>

#include "src/base/fill.h"
#include "src/report/pages.h"
#include "src/report/sheet_parts.h"

enum { BINS = 288, ACROSS = 6, DOWN = 6, ROWS_MAX = 8 };

#define PAGE_WIDTH_MM 420.0
#define PAGE_HEIGHT_MM 297.0

static enum yk_status draw_item(const struct poster_item *item, enum language language,
                                struct canvas *canvas, struct canvas_box box,
                                struct text *scratch, struct failure *why)
{
    static const struct canvas_style name = {
        .pt = 8.5, .min_pt = 3, .is_bold = true, .is_middle = true, .wraps = true};
    const struct civil_date open = {0};
    struct actogram bars;
    char counted[24], nights[24];
    actogram_init(&bars);
    enum yk_status status =
        actogram_make(item->analysis, item->zone, open, open, BINS, &bars, why);
    size_t n = bars.n_rows < ROWS_MAX ? bars.n_rows : ROWS_MAX;
    snprintf(counted, sizeof counted, "%zu", item->analysis->n_nights_valid);
    snprintf(nights, sizeof nights, "%zu", item->analysis->n_nights);
    text_add_plain(scratch, item->id);
    sheet_put(canvas, (struct canvas_box){box.x, box.y, box.w - 26, 4.5}, &name, scratch);
    text_fill(scratch, sheet_label(language, LABEL_poster_nights), nights, counted);
    sheet_put(canvas, (struct canvas_box){box.x + box.w - 25, box.y, 25, 4.5},
              &sheet_table_right, scratch);
    double row_mm = (box.h - 5) / ROWS_MAX;
    for (size_t r = 0; status == YK_OK && r < n; r++) {
        struct canvas_box row = {box.x, box.y + 5 + row_mm * (double)r, box.w, row_mm - 0.3};
        const struct actogram_row *a = &bars.rows[r];
        sheet_shades(canvas, row, a, BINS, 1u << ACTOGRAM_ASLEEP | 1u << ACTOGRAM_NONWEAR);
        sheet_bars(canvas, row, a, BINS, bars.scale);
        canvas_line(canvas, row.x, row.y + row.h, row.x + row.w, row.y + row.h, 0.1, 0.5, 0);
    }
    double midnight = box.x + box.w / 2;
    canvas_line(canvas, midnight, box.y + 5, midnight, box.y + 5 + row_mm * (double)n, 0.2, 0.4,
                0);
    actogram_release(&bars);
    return status;
}

enum yk_status poster_draw(const struct poster_source *source, enum language language,
                           struct canvas *canvas, struct failure *why)
{
    static const struct canvas_style title = {.pt = 16, .is_bold = true};
    const double w = (PAGE_WIDTH_MM - 24) / ACROSS, h = (PAGE_HEIGHT_MM - 36) / DOWN;
    struct text scratch;
    text_init(&scratch);
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < source->n && status == YK_OK; i++) {
        size_t at = i % (ACROSS * DOWN);
        if (at == 0) {
            if (i > 0) {
                canvas_page(canvas);
            }
            canvas_text(canvas, (struct canvas_box){12, 10, 120, 8}, &title,
                        sheet_label(language, LABEL_poster_title));
            canvas_text(canvas, (struct canvas_box){140, 12, PAGE_WIDTH_MM - 152, 5},
                        &(struct canvas_style){.pt = 9, .min_pt = 7, .align = CANVAS_RIGHT},
                        sheet_label(language, LABEL_poster_scale));
        }
        struct poster_item item = {0};
        status = source->item(source->user, i, &item, why);
        if (status == YK_OK) {
            struct canvas_box box = {12 + w * (double)(at % ACROSS),
                                     22 + h * (double)(at / ACROSS), w - 4, h - 4};
            status = draw_item(&item, language, canvas, box, &scratch, why);
            source->done(source->user, &item);
        }
    }
    if (status == YK_OK) {
        status = text_status(&scratch, why);
    }
    text_release(&scratch);
    return status;
}
