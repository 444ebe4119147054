/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The empty diary: the same rows, the same axis and the same marks as the picture on the sheet,
 * so that the two can be laid side by side.
 */
#include <stdio.h>

#include "src/base/fill.h"
#include "src/report/pages.h"
#include "src/report/sheet_parts.h"
#include "src/report/written.h"

enum { DIARY_ROWS = 14 };

static void draw_grid(struct canvas *canvas, struct canvas_box plot, int axis_start_h,
                      struct text *scratch)
{
    for (int h = 0; h <= 24; h++) {
        int clock = (axis_start_h + h) % 24;
        double x = plot.x + plot.w * h / 24;
        canvas_line(canvas, x, plot.y, x, plot.y + plot.h,
                    clock == 0       ? 0.4
                    : clock % 3 == 0 ? 0.2
                                     : 0.1,
                    clock % 3 == 0 ? 0.3 : 0.6, 0);
        if (h % 3 == 0) {
            text_addf(scratch, "%d", clock);
            sheet_put(canvas, (struct canvas_box){x - 5, plot.y - 4.5, 10, 4},
                      &sheet_table_center, scratch);
        }
    }
}

enum yk_status diary_page_draw(const char *code, struct civil_date from, int axis_start_h,
                               enum language language, struct canvas *canvas,
                               struct failure *why)
{
    static const struct canvas_style title = {.pt = 16, .is_bold = true};
    static const struct canvas_style lines = {.pt = 9, .min_pt = 7.5, .wraps = true};
    const double label_mm = 35, rested_mm = 22, row_mm = 15;
    struct canvas_box plot = {SHEET_MARGIN_MM + label_mm, 42,
                              SHEET_WIDTH_MM - label_mm - rested_mm, row_mm * DIARY_ROWS};
    struct text scratch;
    text_init(&scratch);
    canvas_text(canvas, (struct canvas_box){SHEET_MARGIN_MM, 12, 100, 8}, &title,
                sheet_label(language, LABEL_diary_title));
    if (code[0] != '\0') {
        text_fill(&scratch, sheet_label(language, LABEL_code), code);
        sheet_put(
            canvas, (struct canvas_box){SHEET_MARGIN_MM + 110, 14, SHEET_WIDTH_MM - 110, 5},
            &(struct canvas_style){.pt = 11, .min_pt = 8, .align = CANVAS_RIGHT}, &scratch);
    }
    canvas_text(canvas, (struct canvas_box){SHEET_MARGIN_MM, 22, SHEET_WIDTH_MM, 9}, &lines,
                sheet_label(language, LABEL_diary_how));
    canvas_text(canvas,
                (struct canvas_box){plot.x + plot.w + 1, plot.y - 5, rested_mm - 1, 4.5},
                &sheet_table_center, sheet_label(language, LABEL_diary_rested));
    draw_grid(canvas, plot, axis_start_h, &scratch);
    for (int i = 0; i <= DIARY_ROWS; i++) {
        double y = plot.y + row_mm * i;
        canvas_line(canvas, SHEET_MARGIN_MM, y, SHEET_MARGIN_MM + SHEET_WIDTH_MM, y, 0.2, 0, 0);
        if (i == DIARY_ROWS) {
            break;
        }
        if (from.month != 0) {
            written_night(civil_add_days(from, i), language, &scratch);
        } else {
            text_add(&scratch, sheet_label(language, LABEL_diary_date));
        }
        sheet_put(canvas, (struct canvas_box){SHEET_MARGIN_MM + 0.5, y, label_mm - 1, row_mm},
                  &sheet_table, &scratch);
        canvas_text(canvas, (struct canvas_box){plot.x + plot.w + 1, y, rested_mm - 1, row_mm},
                    &(struct canvas_style){.pt = 12, .is_middle = true, .align = CANVAS_CENTER},
                    sheet_label(language, LABEL_diary_rested_scale));
    }
    canvas_text(canvas,
                (struct canvas_box){SHEET_MARGIN_MM, plot.y + plot.h + 3, SHEET_WIDTH_MM, 5},
                &sheet_body, sheet_label(language, LABEL_diary_note));
    enum yk_status status = text_status(&scratch, why);
    text_release(&scratch);
    return status;
}
