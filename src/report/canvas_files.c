/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files are "name.part" while they are written, and get their names when all is well. Of SVG
 * and PNG each page has its own.
 */
#include "src/report/canvas_files.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/names.h"
#include "src/base/page_seal.h"
#include "src/base/text.h"

static const struct {
    const char *ending;
    enum canvas_kind kind;
} endings[] = {{".pdf", CANVAS_PDF}, {".svg", CANVAS_SVG}, {".png", CANVAS_PNG}};

bool canvas_kind_of(const char *path, enum canvas_kind *out)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (name_ends_like(path, endings[i].ending)) {
            *out = endings[i].kind;
            return true;
        }
    }
    return false;
}

/* "sheet.png" of the second page is "sheet-2.png". */
static enum yk_status name_file(const struct canvas_files *self, size_t page,
                                const char *suffix, struct text *out, struct failure *why)
{
    size_t stem = strlen(self->info->path) - strlen(endings[0].ending);
    text_clear(out);
    text_add_n(out, self->info->path, stem);
    if (page > 0) {
        text_addf(out, "-%zu", page + 1);
    }
    text_addf(out, "%s%s", self->info->path + stem, suffix);
    return text_status(out, why);
}

static void file_begin(struct canvas_files *self)
{
    struct text part;
    text_init(&part);
    if (name_file(self, self->n, DISK_PART, &part, &self->why) == YK_OK &&
        digest_new(&self->digest, &self->why) == YK_OK) {
        self->fd = open(text_string(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (self->fd < 0) {
            failure_set_errno(&self->why, errno, "making %s", self->info->path);
        } else {
            self->n++;
        }
    }
    text_release(&part);
}

static cairo_status_t file_write(void *user, const unsigned char *data, unsigned int length)
{
    struct canvas_files *self = user;
    if (self->why.code == YK_OK) {
        digest_add(self->digest, data, length);
        disk_write(self->fd, data, length, self->info->path, &self->why);
    }
    return self->why.code == YK_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void file_close(struct canvas_files *self)
{
    if (self->fd >= 0) {
        bool is_kept = fsync(self->fd) == 0;
        is_kept = close(self->fd) == 0 && is_kept;
        self->fd = -1;
        if (!is_kept && self->why.code == YK_OK) {
            failure_set_errno(&self->why, errno, "writing %s", self->info->path);
        }
    }
    digest_free(self->digest);
    self->digest = NULL;
}

/* The last line: a bit that changes on a disk is to be seen (yoake check). PNG has checksums of
 * its own. */
static void file_end(struct canvas_files *self, cairo_status_t drawn)
{
    if (self->why.code == YK_OK && drawn != CAIRO_STATUS_SUCCESS) {
        failure_set(&self->why, drawn == CAIRO_STATUS_NO_MEMORY ? YK_ERR_MEMORY : YK_ERR_IO,
                    "%s: cannot be drawn: %s", self->info->path, cairo_status_to_string(drawn));
    }
    if (self->why.code == YK_OK && self->kind != CANVAS_PNG) {
        char hex[DIGEST_HEX], line[PAGE_SEAL_MAX];
        digest_finish(self->digest, hex);
        size_t n = page_seal_line(self->kind == CANVAS_SVG, hex, line);
        disk_write(self->fd, line, n, self->info->path, &self->why);
    }
    file_close(self);
}

static void play(cairo_t *cr, cairo_surface_t *page)
{
    cairo_set_source_surface(cr, page, 0, 0);
    cairo_paint(cr);
    cairo_show_page(cr);
}

/* Ends a surface that writes; what it says of itself and of the last call. */
static cairo_status_t end_surface(cairo_t *cr)
{
    cairo_surface_t *file = cairo_surface_reference(cairo_get_target(cr));
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_finish(file);
    status = status == CAIRO_STATUS_SUCCESS ? cairo_surface_status(file) : status;
    cairo_surface_destroy(file);
    return status;
}

static void pdf_begin(struct canvas_files *self)
{
    char date[32];
    file_begin(self);
    if (self->why.code != YK_OK) {
        return;
    }
    cairo_surface_t *file = cairo_pdf_surface_create_for_stream(
        file_write, self, self->info->width_mm * PT_PER_MM, self->info->height_mm * PT_PER_MM);
    snprintf(date, sizeof date, "%04d-%02d-%02dT00:00:00", (int)self->info->date.year,
             self->info->date.month, self->info->date.day);
    cairo_pdf_surface_restrict_to_version(file, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(file, CAIRO_PDF_METADATA_TITLE, self->info->title);
    cairo_pdf_surface_set_metadata(file, CAIRO_PDF_METADATA_CREATOR, "yoake");
    cairo_pdf_surface_set_metadata(file, CAIRO_PDF_METADATA_CREATE_DATE, date);
    cairo_pdf_surface_set_metadata(file, CAIRO_PDF_METADATA_MOD_DATE, date);
    self->pdf = cairo_create(file);
    cairo_surface_destroy(file);
}

static cairo_status_t write_svg(struct canvas_files *self, cairo_surface_t *page)
{
    cairo_surface_t *file = cairo_svg_surface_create_for_stream(
        file_write, self, self->info->width_mm * PT_PER_MM, self->info->height_mm * PT_PER_MM);
    cairo_t *cr = cairo_create(file);
    cairo_surface_destroy(file);
    play(cr, page);
    return end_surface(cr);
}

static cairo_status_t write_png(struct canvas_files *self, cairo_surface_t *page)
{
    double per_mm = (self->info->dots_per_inch > 0 ? self->info->dots_per_inch : 200) / 25.4;
    cairo_surface_t *image = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)lround(self->info->width_mm * per_mm),
        (int)lround(self->info->height_mm * per_mm));
    cairo_t *cr = cairo_create(image);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, per_mm / PT_PER_MM, per_mm / PT_PER_MM);
    play(cr, page);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    if (status == CAIRO_STATUS_SUCCESS) {
        status = cairo_surface_write_to_png_stream(image, file_write, self);
    }
    cairo_surface_destroy(image);
    return status;
}

void canvas_files_add(struct canvas_files *self, cairo_surface_t *page)
{
    if (self->info->path == NULL || self->why.code != YK_OK) {
        return;
    }
    if (self->kind == CANVAS_PDF) {
        if (self->pdf == NULL) {
            pdf_begin(self);
        }
        if (self->pdf != NULL) {
            play(self->pdf, page);
        }
        return;
    }
    file_begin(self);
    if (self->why.code == YK_OK) {
        file_end(self,
                 self->kind == CANVAS_SVG ? write_svg(self, page) : write_png(self, page));
    }
}

/* Gives the files their names, or removes them. */
static void publish(struct canvas_files *self)
{
    struct text part, name;
    text_init(&part);
    text_init(&name);
    for (size_t i = 0; i < self->n; i++) {
        if (name_file(self, i, DISK_PART, &part, NULL) == YK_OK &&
            (self->why.code != YK_OK || name_file(self, i, "", &name, &self->why) != YK_OK ||
             disk_publish(text_string(&part), text_string(&name), &self->why) != YK_OK)) {
            unlink(text_string(&part));
        }
    }
    self->n = 0;
    text_release(&part);
    text_release(&name);
}

void canvas_files_init(struct canvas_files *self, enum canvas_kind kind,
                       const struct canvas_info *info)
{
    *self = (struct canvas_files){.kind = kind, .info = info, .fd = -1};
}

void canvas_files_finish(struct canvas_files *self)
{
    if (self->pdf != NULL) {
        cairo_status_t drawn = end_surface(self->pdf);
        self->pdf = NULL;
        file_end(self, drawn);
    }
    publish(self);
}

void canvas_files_release(struct canvas_files *self)
{
    if (self->pdf != NULL) {
        end_surface(self->pdf);
        self->pdf = NULL;
    }
    file_close(self);
    self->why.code = YK_ERR_CANCELLED;
    publish(self); /* what was not finished is removed */
}
