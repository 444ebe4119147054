/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The files that a canvas is written to: one PDF, or an SVG or PNG for each page.
 */
#ifndef SRC_REPORT_CANVAS_FILES_H
#define SRC_REPORT_CANVAS_FILES_H

#include <cairo.h>

#include "src/base/digest.h"
#include "src/report/canvas.h"

#define PT_PER_MM (72.0 / 25.4)

struct canvas_files {
    enum canvas_kind kind;
    const struct canvas_info *info; /* borrowed */
    size_t n;                       /* begun */
    int fd;                         /* of the last of them; -1: closed */
    struct digest *digest;          /* of what was written to it */
    cairo_t *pdf;
    struct failure why; /* the first that went wrong; code YK_OK: nothing */
};

void canvas_files_init(struct canvas_files *self, enum canvas_kind kind,
                       const struct canvas_info *info);
/* Writes a page, a recording in points. Does nothing without a path, or when self->why says
 * that something went wrong. */
void canvas_files_add(struct canvas_files *self, cairo_surface_t *page);
/* Gives the files their names; removes all of them when self->why says that something went
 * wrong. */
void canvas_files_finish(struct canvas_files *self);
/* Removes what was not finished. */
void canvas_files_release(struct canvas_files *self);

#endif
