/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside this room: what recordings made of pages share when they are one file that is read
 * through a window. What opening found out (the facts) is constant from then on and is borrowed
 * by second readers; each reader has its own window and its own state.
 *
 * A format's reader begins with a struct page_file and holds its state (page_reader.h, `now`)
 * somewhere behind it.
 */
#ifndef FIRMWARE_FORMATS_PAGE_FILE_H
#define FIRMWARE_FORMATS_PAGE_FILE_H

#include "firmware-formats/byte_window.h"
#include "firmware-formats/page_reader.h"

struct page_file_kind;

struct page_file {
    struct page_reader pages;
    const struct page_file_kind *kind;
    struct byte_window window;
    void *facts;             /* owned, unless a cursor; zeroed before set_up() */
    double seconds, samples; /* page_file_observe() */
};

struct page_file_kind {
    const char *id;
    struct page_ops ops; /* clone and release: page_file_clone, page_file_release */
    size_t reader_bytes, facts_bytes;
    size_t now_at, now_bytes; /* the state within the reader */
    /* Of the window, and of a second reader's; slack: of a file that is smaller than that. */
    size_t buffer, cursor_buffer, slack;
    /* Reads the header into the facts and fills info. *most_samples is what the file's size
     * allows at the most. */
    enum yk_status (*set_up)(struct page_file *self, const struct open_options *opt,
                             uint64_t *most_samples, struct failure *why);
};

enum yk_status page_file_open(const struct page_file_kind *kind, struct byte_source *bytes,
                              const struct open_options *opt, struct recording_source **out,
                              struct failure *why);
enum yk_status page_file_clone(const struct page_reader *whole, struct page_reader **out,
                               struct failure *why);
void page_file_release(struct page_reader *pages);

/* The observed rate: samples lie between two times of the device that are seconds apart.
 * Called by next(); begin() calls page_file_forget(), finish() page_file_tell_rate(). */
void page_file_observe(struct page_file *self, double seconds, double samples);
void page_file_forget(struct page_file *self);
void page_file_tell_rate(struct page_file *self);

#endif
