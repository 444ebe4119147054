/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sheet of paper to draw on, in millimetres from its upper left corner: the same calls become
 * a PDF with embedded fonts, an SVG or a PNG. The only user of Cairo and Pango.
 *
 * The same calls and the same date give the same bytes. Memory is that of one page, however
 * many there are. Errors are remembered: drawing after one does nothing, and canvas_finish()
 * says it. Text that does not fit its box is drawn smaller down to min_pt; what does not fit
 * even then is counted, so that a test can see it.
 */
#ifndef SRC_REPORT_CANVAS_H
#define SRC_REPORT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/clock.h"
#include "src/base/i18n.h"
#include "src/base/status.h"

enum canvas_kind { CANVAS_PDF, CANVAS_SVG, CANVAS_PNG };

struct canvas_box {
    double x, y, w, h; /* mm */
};

struct canvas_color {
    double r, g, b; /* 0..1 */
};

enum canvas_align { CANVAS_LEFT, CANVAS_CENTER, CANVAS_RIGHT };

struct canvas_style {
    double pt;     /* size */
    double min_pt; /* may shrink to this; 0: may not shrink */
    bool is_bold;
    enum canvas_align align;
    bool is_middle; /* vertically in the middle of its box, else at the top */
    bool wraps;     /* into several lines */
    double gray;    /* 0 black */
};

struct canvas;

struct canvas_info {
    const char *path;  /* to write, with the kind's ending; NULL: nothing is written */
    const char *title; /* codes only: it goes into the file */
    enum language language;
    struct civil_date date; /* of the file; its only time */
    double width_mm, height_mm;
    double dots_per_inch; /* of a PNG; 0: 200 */
    bool keeps_marks;     /* for canvas_marks() */
};

/* "a.pdf" CANVAS_PDF and so on; false for another ending. */
bool canvas_kind_of(const char *path, enum canvas_kind *out);
/* errors: YK_ERR_MEMORY, YK_ERR_UNSUPPORTED (no Japanese font on this machine) */
enum yk_status canvas_open(enum canvas_kind kind, const struct canvas_info *info,
                           struct canvas **out, struct failure *why);
void canvas_close(struct canvas *self); /* accepts NULL; what was not finished is gone */
/* Begins another page of the same size. */
void canvas_page(struct canvas *self);
/* The files get their names, complete or not at all. A PDF holds all pages; of SVG and PNG the
 * second page goes to "name-2.svg" and so on. Nothing may be drawn after it.
 * errors: YK_ERR_MEMORY, YK_ERR_IO */
enum yk_status canvas_finish(struct canvas *self, struct failure *why);

void canvas_fill(struct canvas *self, struct canvas_box box, struct canvas_color color);
void canvas_frame(struct canvas *self, struct canvas_box box, double line_mm, double gray,
                  double dash_mm);
void canvas_line(struct canvas *self, double x0, double y0, double x1, double y1,
                 double line_mm, double gray, double dash_mm);
/* 45 degree lines, clipped to the box. */
void canvas_hatch(struct canvas *self, struct canvas_box box, double spacing_mm, double gray);
/* Closed and filled; points x0, y0, x1, y1 ... */
void canvas_polygon(struct canvas *self, const double *points, size_t n_points, double gray,
                    bool is_filled);
/* n columns side by side from the lower edge of the box; heights 0..1, NaN and 0 draw nothing.
 */
void canvas_columns(struct canvas *self, struct canvas_box box, const double *heights, size_t n,
                    double gray);
void canvas_text(struct canvas *self, struct canvas_box box, const struct canvas_style *style,
                 const char *words);
/* Size that the words take, in mm; width 0: on one line. */
double canvas_text_width(struct canvas *self, const struct canvas_style *style,
                         const char *words);
double canvas_text_height(struct canvas *self, const struct canvas_style *style, double width,
                          const char *words);

/* What a test looks at: where text was drawn (page, box of the ink), and how many texts did not
 * fit. */
struct canvas_mark {
    size_t page; /* from 0 */
    struct canvas_box box;
    bool fits; /* its words stayed within their box */
};
size_t canvas_marks(const struct canvas *self, const struct canvas_mark **out);
size_t canvas_misfits(const struct canvas *self);
size_t canvas_pages(const struct canvas *self);

#endif
