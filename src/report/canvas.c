/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drawing by Cairo, text by Pango. A page is drawn on a recording surface and played into its
 * file when the next one begins: a thousand pages take the memory of one.
 *
 * Fonts: BIZ UDPGothic, a universal-design face made to be read in small sizes, else
 * IPAexGothic. Fontconfig would silently put anything in their place; a sheet without readable
 * Japanese is refused instead.
 *
 * Leaves out: colours beyond what survives a photocopy, images, links.
 */
#include "src/report/canvas.h"

#include <cairo.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/report/canvas_files.h"

#define LINE_SPACING 1.25f /* of the height of the face, whose lines would touch */

struct canvas {
    struct canvas_info info;
    char *title, *path; /* what info points to */
    size_t n_pages;
    cairo_surface_t *page; /* the last one: a recording, in points */
    cairo_t *cr;           /* of it */
    struct canvas_files files;
    PangoFontMap *fonts;
    PangoContext *context;
    PangoFontDescription *face;
    struct canvas_mark *marks;
    size_t n_marks, marks_capacity;
    size_t n_misfits;
    bool is_short; /* memory was refused */
};

/* Fontconfig lists a family under the name its LANG prefers; asked for, each finds the same. */
static const struct {
    const char *name, *name_ja;
} faces[] = {{"BIZ UDPGothic", "BIZ UDPゴシック"}, {"IPAexGothic", "IPAexゴシック"}};

static const char *find_face(PangoFontMap *fonts)
{
    PangoFontFamily **families = NULL;
    int n = 0;
    const char *found = NULL;
    pango_font_map_list_families(fonts, &families, &n);
    for (size_t f = 0; f < sizeof faces / sizeof *faces && found == NULL; f++) {
        for (int i = 0; i < n && found == NULL; i++) {
            const char *listed = pango_font_family_get_name(families[i]);
            if (strcmp(listed, faces[f].name) == 0 || strcmp(listed, faces[f].name_ja) == 0) {
                found = faces[f].name;
            }
        }
    }
    g_free(families);
    return found;
}

static enum yk_status open_fonts(struct canvas *self, struct failure *why)
{
    self->fonts = pango_cairo_font_map_new();
    const char *face = find_face(self->fonts);
    if (face == NULL) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "no Japanese font for the sheet: install the package "
                           "fonts-morisawa-bizud-gothic");
    }
    self->context = pango_font_map_create_context(self->fonts);
    pango_context_set_language(
        self->context,
        pango_language_from_string(self->info.language == LANGUAGE_JA ? "ja" : "en"));
    /* Layout must not depend on the dots of a device: the same lines in PDF, SVG and PNG. */
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(self->context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(self->context, 72);
    pango_context_set_round_glyph_positions(self->context, FALSE);
    self->face = pango_font_description_from_string(face);
    return YK_OK;
}

static struct canvas *canvas_new(enum canvas_kind kind, const struct canvas_info *info)
{
    struct canvas *self = mem_alloc(1, sizeof *self);
    if (self != NULL) {
        self->info = *info;
        self->info.title = self->title = mem_copy_text(info->title);
        self->info.path = self->path = info->path != NULL ? mem_copy_text(info->path) : NULL;
        canvas_files_init(&self->files, kind, &self->info);
        if (self->title == NULL || (self->path == NULL && info->path != NULL)) {
            canvas_close(self);
            return NULL;
        }
    }
    return self;
}

enum yk_status canvas_open(enum canvas_kind kind, const struct canvas_info *info,
                           struct canvas **out, struct failure *why)
{
    struct canvas *self = canvas_new(kind, info);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a page");
    }
    enum yk_status status = open_fonts(self, why);
    if (status == YK_OK) {
        canvas_page(self);
        *out = self;
    } else {
        canvas_close(self);
    }
    return status;
}

/* ---- drawing ---- */

void canvas_fill(struct canvas *self, struct canvas_box box, struct canvas_color color)
{
    cairo_set_source_rgb(self->cr, color.r, color.g, color.b);
    cairo_rectangle(self->cr, box.x, box.y, box.w, box.h);
    cairo_fill(self->cr);
}

static void set_line(struct canvas *self, double line_mm, double gray, double dash_mm)
{
    cairo_set_source_rgb(self->cr, gray, gray, gray);
    cairo_set_line_width(self->cr, line_mm);
    cairo_set_dash(self->cr, &dash_mm, dash_mm > 0 ? 1 : 0, 0);
}

void canvas_frame(struct canvas *self, struct canvas_box box, double line_mm, double gray,
                  double dash_mm)
{
    set_line(self, line_mm, gray, dash_mm);
    cairo_rectangle(self->cr, box.x, box.y, box.w, box.h);
    cairo_stroke(self->cr);
}

void canvas_line(struct canvas *self, double x0, double y0, double x1, double y1,
                 double line_mm, double gray, double dash_mm)
{
    set_line(self, line_mm, gray, dash_mm);
    cairo_move_to(self->cr, x0, y0);
    cairo_line_to(self->cr, x1, y1);
    cairo_stroke(self->cr);
}

void canvas_hatch(struct canvas *self, struct canvas_box box, double spacing_mm, double gray)
{
    cairo_save(self->cr);
    cairo_rectangle(self->cr, box.x, box.y, box.w, box.h);
    cairo_clip(self->cr);
    set_line(self, 0.15, gray, 0);
    /* Lines start on one grid for the whole page, so that hatches of neighbours meet. */
    double first = floor((box.x - box.h + box.y) / spacing_mm) * spacing_mm - box.y;
    for (double x = first; x < box.x + box.w; x += spacing_mm) {
        cairo_move_to(self->cr, x, box.y + box.h);
        cairo_line_to(self->cr, x + box.h, box.y);
    }
    cairo_stroke(self->cr);
    cairo_restore(self->cr);
}

void canvas_polygon(struct canvas *self, const double *points, size_t n_points, double gray,
                    bool is_filled)
{
    for (size_t i = 0; i < n_points; i++) {
        cairo_line_to(self->cr, points[2 * i], points[2 * i + 1]);
    }
    cairo_close_path(self->cr);
    set_line(self, 0.2, gray, 0);
    if (is_filled) {
        cairo_fill(self->cr);
    } else {
        cairo_stroke(self->cr);
    }
}

void canvas_columns(struct canvas *self, struct canvas_box box, const double *heights, size_t n,
                    double gray)
{
    double w = box.w / (double)n;
    for (size_t i = 0; i < n; i++) {
        if (heights[i] > 0) {
            double h = box.h * (heights[i] < 1 ? heights[i] : 1);
            cairo_rectangle(self->cr, box.x + (double)i * w, box.y + box.h - h, w, h);
        }
    }
    cairo_set_source_rgb(self->cr, gray, gray, gray);
    cairo_fill(self->cr);
}

/* ---- text ---- */

static PangoLayout *lay_out(struct canvas *self, const struct canvas_style *style, double pt,
                            double width_mm, const char *words)
{
    PangoLayout *layout = pango_layout_new(self->context);
    pango_font_description_set_absolute_size(self->face, pt * PANGO_SCALE);
    pango_font_description_set_weight(self->face,
                                      style->is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, self->face);
    if (width_mm > 0) {
        /* A hyphen at the end of a line would be read as one of the code's own. */
        PangoAttrList *attributes = pango_attr_list_new();
        pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
        pango_layout_set_attributes(layout, attributes);
        pango_attr_list_unref(attributes);
        pango_layout_set_width(layout, (int)(width_mm * PT_PER_MM * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
        pango_layout_set_line_spacing(layout, LINE_SPACING);
        pango_layout_set_alignment(layout, style->align == CANVAS_CENTER  ? PANGO_ALIGN_CENTER
                                           : style->align == CANVAS_RIGHT ? PANGO_ALIGN_RIGHT
                                                                          : PANGO_ALIGN_LEFT);
    }
    pango_layout_set_text(layout, words, -1);
    return layout;
}

static struct canvas_box size_of(PangoLayout *layout)
{
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    double scale = 1.0 / (PANGO_SCALE * PT_PER_MM);
    return (struct canvas_box){logical.x * scale, logical.y * scale, logical.width * scale,
                               logical.height * scale};
}

static struct canvas_box measure(struct canvas *self, const struct canvas_style *style,
                                 double width, const char *words)
{
    PangoLayout *layout = lay_out(self, style, style->pt, width, words);
    struct canvas_box size = size_of(layout);
    g_object_unref(layout);
    return size;
}

double canvas_text_width(struct canvas *self, const struct canvas_style *style,
                         const char *words)
{
    return measure(self, style, 0, words).w;
}

double canvas_text_height(struct canvas *self, const struct canvas_style *style, double width,
                          const char *words)
{
    return measure(self, style, width, words).h;
}

static void mark(struct canvas *self, struct canvas_box box, bool fits)
{
    if (!self->info.keeps_marks) {
        return;
    }
    if (MEM_RESERVE(self->marks, self->n_marks, self->marks_capacity) != 0) {
        self->is_short = true;
        return;
    }
    self->marks[self->n_marks++] = (struct canvas_mark){self->n_pages - 1, box, fits};
}

static bool fits(const struct canvas_box *size, const struct canvas_box *box)
{
    const double hair = 0.05; /* mm: what no eye sees */
    return size->w <= box->w + hair && size->h <= box->h + hair;
}

void canvas_text(struct canvas *self, struct canvas_box box, const struct canvas_style *style,
                 const char *words)
{
    if (*words == '\0') {
        return;
    }
    double pt = style->pt;
    double width = style->wraps ? box.w : 0;
    PangoLayout *layout = lay_out(self, style, pt, width, words);
    struct canvas_box size = size_of(layout);
    while (!fits(&size, &box) && style->min_pt > 0 && pt - 0.25 >= style->min_pt) {
        pt -= 0.25;
        g_object_unref(layout);
        layout = lay_out(self, style, pt, width, words);
        size = size_of(layout);
    }
    bool has_room = fits(&size, &box);
    self->n_misfits += !has_room;
    double x = box.x, y = box.y + (style->is_middle ? (box.h - size.h) / 2 : 0);
    if (!style->wraps) {
        x += style->align == CANVAS_CENTER  ? (box.w - size.w) / 2
             : style->align == CANVAS_RIGHT ? box.w - size.w
                                            : 0;
    }
    mark(self, (struct canvas_box){x + size.x, y, size.w, size.h}, has_room);
    cairo_save(self->cr);
    cairo_set_source_rgb(self->cr, style->gray, style->gray, style->gray);
    cairo_move_to(self->cr, x, y);
    cairo_scale(self->cr, 1 / PT_PER_MM, 1 / PT_PER_MM); /* layouts are in points */
    pango_cairo_show_layout(self->cr, layout);
    cairo_new_path(self->cr); /* the place of the words is no corner of the next polygon */
    cairo_restore(self->cr);
    g_object_unref(layout);
}

size_t canvas_marks(const struct canvas *self, const struct canvas_mark **out)
{
    *out = self->marks;
    return self->n_marks;
}

size_t canvas_misfits(const struct canvas *self)
{
    return self->n_misfits;
}

size_t canvas_pages(const struct canvas *self)
{
    return self->n_pages;
}

/* ---- pages ---- */

/* The last page has all that belongs on it. */
static void page_end(struct canvas *self)
{
    if (self->cr == NULL) {
        return;
    }
    self->is_short = self->is_short || cairo_status(self->cr) != CAIRO_STATUS_SUCCESS;
    cairo_destroy(self->cr);
    self->cr = NULL;
    if (!self->is_short) {
        canvas_files_add(&self->files, self->page);
    }
    cairo_surface_finish(self->page); /* an SVG surface forgets to let go of what it played */
    cairo_surface_destroy(self->page);
    self->page = NULL;
}

void canvas_page(struct canvas *self)
{
    page_end(self);
    const cairo_rectangle_t extents = {0, 0, self->info.width_mm * PT_PER_MM,
                                       self->info.height_mm * PT_PER_MM};
    self->page = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents);
    self->n_pages++;
    self->cr = cairo_create(self->page);
    cairo_scale(self->cr, PT_PER_MM, PT_PER_MM);
}

enum yk_status canvas_finish(struct canvas *self, struct failure *why)
{
    struct failure *first = &self->files.why;
    page_end(self);
    if (self->is_short && first->code == YK_OK) {
        failure_set(first, YK_ERR_MEMORY, "no memory to draw %s",
                    self->path != NULL ? self->path : "a page");
    }
    canvas_files_finish(&self->files);
    if (first->code != YK_OK && why != NULL) {
        *why = *first;
    }
    return first->code;
}

void canvas_close(struct canvas *self)
{
    if (self == NULL) {
        return;
    }
    if (self->cr != NULL) {
        cairo_destroy(self->cr);
        cairo_surface_destroy(self->page);
    }
    canvas_files_release(&self->files);
    if (self->face != NULL) {
        pango_font_description_free(self->face);
    }
    if (self->context != NULL) {
        g_object_unref(self->context);
    }
    if (self->fonts != NULL) {
        g_object_unref(self->fonts);
    }
    mem_free(self->marks);
    mem_free(self->title);
    mem_free(self->path);
    mem_free(self);
}
