/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files of pages read through a window, see page_file.h.
 */
#include "firmware-formats/page_file.h"

#include "src/base/mem.h"

static void *now_of(struct page_file *self)
{
    return (char *)self + self->kind->now_at;
}

void page_file_release(struct page_reader *pages)
{
    struct page_file *self = (struct page_file *)pages;
    byte_window_release(&self->window);
    if (!pages->is_cursor) {
        mem_free(self->facts);
    }
    mem_free(self);
}

enum yk_status page_file_clone(const struct page_reader *whole, struct page_reader **out,
                               struct failure *why)
{
    const struct page_file *from = (const struct page_file *)whole;
    struct recording_source *second = NULL;
    enum yk_status status =
        opening_second(&whole->base, whole->places_are_complete, from->kind->reader_bytes,
                       whole->bytes->name, &second, why);
    if (status != YK_OK) {
        return status;
    }
    struct page_file *self = (struct page_file *)second;
    self->pages.is_cursor = true;
    self->kind = from->kind;
    self->facts = from->facts;
    self->pages.now = now_of(self);
    status = byte_window_init(&self->window, whole->bytes, from->kind->cursor_buffer, why);
    if (status != YK_OK) {
        page_file_release(&self->pages);
        return status;
    }
    *out = &self->pages;
    return YK_OK;
}

enum yk_status page_file_open(const struct page_file_kind *kind, struct byte_source *bytes,
                              const struct open_options *opt, struct recording_source **out,
                              struct failure *why)
{
    struct page_file *self = mem_alloc(1, kind->reader_bytes);
    void *facts = self != NULL ? mem_alloc(1, kind->facts_bytes) : NULL;
    if (facts == NULL) {
        mem_free(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    }
    self->kind = kind;
    self->facts = facts;
    page_reader_init(&self->pages, &kind->ops, bytes, kind->id, now_of(self), kind->now_bytes);
    size_t room = bytes->size < kind->buffer ? (size_t)bytes->size + kind->slack : kind->buffer;
    uint64_t most_samples = 0;
    enum yk_status status = byte_window_init(&self->window, bytes, room, why);
    if (status == YK_OK) {
        status = kind->set_up(self, opt, &most_samples, why);
    }
    if (status == YK_OK) {
        status = page_reader_start(&self->pages, most_samples, why);
    }
    if (status != YK_OK) {
        page_reader_close(&self->pages.base);
        return status;
    }
    *out = &self->pages.base;
    return YK_OK;
}

void page_file_observe(struct page_file *self, double seconds, double samples)
{
    if (!self->pages.is_cursor && !self->pages.is_quiet) {
        self->seconds += seconds;
        self->samples += samples;
    }
}

void page_file_forget(struct page_file *self)
{
    self->seconds = self->samples = 0;
}

void page_file_tell_rate(struct page_file *self)
{
    if (self->samples > 0 && self->seconds > 0) {
        self->pages.base.report.observed_rate_hz = self->samples / self->seconds;
    }
}
