/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside this room: what all recordings made of pages of samples share. A format says how its
 * next page is decoded and dated; here the pages become a recording source with gaps, clock
 * jumps, sums and damage reported, and second readers that start in the middle (open_at).
 *
 * Each format's reader begins with a struct page_reader and keeps everything that changes while
 * it reads in one plain struct (`now`): a copy of it is a place to start from.
 */
#ifndef FIRMWARE_FORMATS_PAGE_READER_H
#define FIRMWARE_FORMATS_PAGE_READER_H

#include <stddef.h>

#include "firmware-formats/opening.h"

struct page_reader;

/* What the format says about the samples it has just put into a block. */
struct page {
    int64_t number;       /* page they come from, for events */
    bool is_first;        /* the first samples of that page: it is counted */
    const char *gap;      /* why samples are missing before it, if they are; NULL: not known */
    float low_g, high_g;  /* at or beyond these a sample is clipped; NaN: cannot be told */
    bool has_light_range; /* light of the single samples, where block->light is a mean */
    struct summary_range light;
    double temperature_c, battery_v; /* the block's, before they became float; NaN: none */
    uint32_t flags;                  /* BLOCK_BUTTON, BLOCK_CLOCK_DOUBT, ... */
};

struct page_ops {
    /* Decodes the next stretch of equally spaced samples, at most block->capacity, and moves
     * `now` behind it. block->flags is set by the caller. Damage on the way is counted with the
     * functions below. YK_END: no more. */
    enum yk_status (*next)(struct page_reader *self, struct sample_block *block,
                           struct page *page, struct failure *why);
    /* Sets `now` to the first page; what is known from the start goes into the report. */
    void (*begin)(struct page_reader *self);
    /* Optional: what is known only after the last page goes into the report. */
    void (*finish)(struct page_reader *self);
    /* A reader of the same recording, made by opening_second(), with is_cursor and its own
     * buffers; what is constant may be borrowed. */
    enum yk_status (*clone)(const struct page_reader *whole, struct page_reader **out,
                            struct failure *why);
    /* Frees what the format owns, the reader itself included, but not `bytes`. */
    void (*release)(struct page_reader *self);
};

struct page_reader {
    struct recording_source base;
    const struct page_ops *pages;
    struct byte_source *bytes;
    struct wall_clock clock;
    bool owns_bytes, is_cursor, is_quiet; /* quiet: nothing goes into the report */
    void *now;                            /* the format's state, inside its own struct */
    size_t now_bytes;

    int64_t previous_end_ns;
    bool has_previous, is_finished;
    uint8_t *place; /* places to start from, place_bytes each; NULL in cursors */
    size_t n_places, places_capacity, place_bytes;
    bool places_are_complete;
};

/* Called first by a format's open(); self is zeroed. */
void page_reader_init(struct page_reader *self, const struct page_ops *pages,
                      struct byte_source *bytes, const char *format_id, void *now,
                      size_t now_bytes);
/* Called last by a format's open(), when info is filled and next() works: finds the start of
 * the recording and makes room for at most `most_samples`. On success the reader owns bytes. */
enum yk_status page_reader_start(struct page_reader *self, uint64_t most_samples,
                                 struct failure *why);
void page_reader_close(struct recording_source *source);

/* ---- for next() and finish() ---- */

/* A page that is left out, whole or in part. */
void page_reader_bad(struct page_reader *self, int64_t number, uint64_t skipped_bytes,
                     const char *why_bad);
/* Bytes that were stepped over between pages. */
void page_reader_skipped(struct page_reader *self, uint64_t bytes);
void page_reader_event(struct page_reader *self, enum read_event_kind kind, int64_t at_ns,
                       int64_t number, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* ---- for open() ---- */

/* Local wall clock to UTC, once for the whole recording: the offset of the zone asked for at
 * wall_ns, or, where the file names one and it may win, has_offset and offset_s. Fills
 * info->zone and returns local minus UTC in ns. */
int64_t page_reader_zone(struct page_reader *self, const struct open_options *opt,
                         int64_t wall_ns, bool has_offset, int32_t offset_s);

#endif
