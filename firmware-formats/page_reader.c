/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages of samples as a recording source, see page_reader.h.
 */
#include "firmware-formats/page_reader.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/mem.h"

/* Samples between two places to start from. */
#define STRIDE 65536
/* A page that begins this close to the end of the one before follows it without a gap. */
#define JOIN_S 0.05
#define JOIN_PERIODS 2.0

/* A place is this, then the format's state. */
struct place {
    int64_t first_ns, last_ns; /* smallest start, largest end of the blocks up to the next */
    int64_t previous_end_ns;
    bool has_previous;
};

static struct place *place_at(const struct page_reader *self, size_t i)
{
    return (struct place *)(void *)(self->place + i * self->place_bytes);
}

/* ---- report ---- */

static bool counts(const struct page_reader *self)
{
    return !self->is_cursor && !self->is_quiet;
}

void page_reader_event(struct page_reader *self, enum read_event_kind kind, int64_t at_ns,
                       int64_t number, const char *fmt, ...)
{
    char detail[sizeof((struct read_event *)0)->detail];
    if (!counts(self)) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    read_report_add(&self->base.report, kind, at_ns, at_ns, number, detail);
}

void page_reader_bad(struct page_reader *self, int64_t number, uint64_t skipped_bytes,
                     const char *why_bad)
{
    page_reader_event(self, READ_EVENT_BAD_BLOCK, TIME_UNKNOWN, number, "%s", why_bad);
    if (counts(self)) {
        self->base.report.bad_blocks++;
    }
    page_reader_skipped(self, skipped_bytes);
}

void page_reader_skipped(struct page_reader *self, uint64_t bytes)
{
    self->base.report.skipped_bytes += counts(self) ? bytes : 0;
}

/* Eight partial sums, whose order is fixed: the result is the same however it is compiled. */
YK_CLONES static double add_axis(const float *restrict v, uint32_t n)
{
    enum { LANES = 8 };
    double lane[LANES] = {0};
    uint32_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (uint32_t l = 0; l < LANES; l++) {
            lane[l] += (double)v[i + l];
        }
    }
    for (uint32_t l = 0; i + l < n; l++) {
        lane[l] += (double)v[i + l];
    }
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
           ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

static void add_light(struct summary_range *to, const struct page *page, float mean)
{
    if (!page->has_light_range) {
        summary_range_add(to, (double)mean);
        return;
    }
    summary_range_add(to, page->light.first);
    summary_range_add(to, page->light.min);
    summary_range_add(to, page->light.max);
    summary_range_add(to, page->light.last);
}

static void add_to_report(struct page_reader *self, const struct sample_block *block,
                          const struct page *page, uint32_t clipped)
{
    struct read_report *report = &self->base.report;
    for (int a = 0; a < 3; a++) {
        report->sum_g[a] += add_axis(block->acc_g[a], block->n);
        report->last_sample_g[a] = (double)block->acc_g[a][block->n - 1];
        if (report->n_samples == 0) {
            report->first_sample_g[a] = (double)block->acc_g[a][0];
        }
    }
    report->clipped_samples += clipped;
    report->n_samples += block->n;
    if (page->is_first) {
        report->blocks++;
    }
    add_light(&report->light, page, block->light);
    summary_range_add(&report->temperature_c, page->temperature_c);
    summary_range_add(&report->battery_v, page->battery_v);
}

static int64_t end_of(const struct sample_block *block)
{
    return block->t0_ns + (int64_t)nearbyint((double)block->n * block->period_s * NS_PER_S);
}

/* Whether the block follows the one before it, as flags and events. */
static uint32_t note_step(struct page_reader *self, const struct sample_block *block,
                          const struct page *page)
{
    struct read_report *report = &self->base.report;
    if (!self->has_previous) {
        return 0;
    }
    double join = fmax(JOIN_S, JOIN_PERIODS * block->period_s) * NS_PER_S;
    double step = (double)(block->t0_ns - self->previous_end_ns); /* years 1970 to 2200 */
    if (fabs(step) <= join) {
        return 0;
    }
    bool is_back = step < 0;
    if (counts(self)) {
        report->gaps += is_back ? 0 : 1;
        report->gap_s += is_back ? 0 : step / NS_PER_S;
        report->clock_jumps += is_back ? 1 : 0;
        self->base.info.clock_is_in_doubt |= is_back;
        read_report_add(report, is_back ? READ_EVENT_CLOCK_JUMP : READ_EVENT_GAP,
                        is_back ? block->t0_ns : self->previous_end_ns,
                        is_back ? self->previous_end_ns : block->t0_ns, page->number,
                        is_back             ? "clock went back"
                        : page->gap != NULL ? page->gap
                                            : "time goes on, samples are missing");
    }
    return is_back ? BLOCK_CLOCK_JUMP : BLOCK_AFTER_GAP;
}

/* ---- reading ---- */

static void note_place(struct page_reader *self, const void *before,
                       const struct sample_block *block)
{
    if (self->place == NULL || self->places_are_complete || self->is_quiet) {
        return;
    }
    bool is_due = self->base.report.n_samples >= (int64_t)self->n_places * STRIDE;
    if (is_due && self->n_places < self->places_capacity) {
        struct place *fresh = place_at(self, self->n_places++);
        *fresh =
            (struct place){INT64_MAX, INT64_MIN, self->previous_end_ns, self->has_previous};
        memcpy(fresh + 1, before, self->now_bytes);
    }
    struct place *place = place_at(self, self->n_places - 1);
    int64_t end = end_of(block);
    place->first_ns = block->t0_ns < place->first_ns ? block->t0_ns : place->first_ns;
    place->last_ns = end > place->last_ns ? end : place->last_ns;
}

static void finish_report(struct page_reader *self)
{
    if (self->is_finished || !counts(self)) {
        return;
    }
    self->is_finished = true;
    self->places_are_complete = true;
    struct read_report *report = &self->base.report;
    self->base.info.n_samples = report->n_samples;
    self->base.info.end_ns = self->has_previous ? self->previous_end_ns : TIME_UNKNOWN;
    if (self->pages->finish != NULL) {
        self->pages->finish(self);
    }
}

#define STATE_MOST 256 /* bytes of a format's `now`, for copies */

static enum yk_status next_samples(struct recording_source *source, struct sample_block *block,
                                   struct failure *why)
{
    struct page_reader *self = (struct page_reader *)source;
    uint8_t before[STATE_MOST];
    struct page page = {
        .number = -1, .low_g = NAN, .high_g = NAN, .temperature_c = NAN, .battery_v = NAN};
    memcpy(before, self->now, self->now_bytes);
    block->light = block->temperature_c = block->battery_v = NAN;
    enum yk_status status = self->pages->next(self, block, &page, why);
    if (status == YK_END) {
        finish_report(self);
    }
    if (status != YK_OK) {
        return status;
    }
    note_place(self, before, block);
    uint32_t clipped = sample_block_count_clipped(block, page.low_g, page.high_g);
    block->flags =
        page.flags | note_step(self, block, &page) | (clipped > 0 ? BLOCK_CLIPPED : 0u);
    if (counts(self)) {
        add_to_report(self, block, &page, clipped);
    }
    self->previous_end_ns = end_of(block);
    self->has_previous = true;
    return YK_OK;
}

static enum yk_status rewind_pages(struct recording_source *source, struct failure *why)
{
    (void)why;
    struct page_reader *self = (struct page_reader *)source;
    self->has_previous = self->is_finished = false;
    if (!self->places_are_complete) {
        self->n_places = 0;
    }
    opening_report(&self->base, self->bytes, &self->clock);
    self->pages->begin(self);
    return YK_OK;
}

/* ---- starting in the middle ---- */

static void restore(struct page_reader *self, const struct place *place)
{
    memcpy(self->now, place + 1, self->now_bytes);
    self->previous_end_ns = place->previous_end_ns;
    self->has_previous = place->has_previous;
}

/* Skips blocks until one ends after from_ns (and, when it must hold it, begins at or before),
 * for as long as they belong to this place. Stands before that block, or YK_END. */
static enum yk_status skip_to(struct page_reader *self, int64_t from_ns, bool must_hold,
                              uint64_t most_samples, struct sample_block *block,
                              struct failure *why)
{
    uint8_t before[STATE_MOST];
    for (uint64_t n = 0; n < most_samples; n += block->n) {
        memcpy(before, self->now, self->now_bytes);
        int64_t end_before = self->previous_end_ns;
        bool had_before = self->has_previous;
        enum yk_status status = next_samples(&self->base, block, why);
        if (status != YK_OK) {
            return status;
        }
        if (self->previous_end_ns > from_ns && (!must_hold || block->t0_ns <= from_ns)) {
            memcpy(self->now, before, self->now_bytes);
            self->previous_end_ns = end_before;
            self->has_previous = had_before;
            return YK_OK;
        }
    }
    return YK_END;
}

/* The first block in file order that holds from_ns; where none does, the first that ends after
 * it. Where that is none either, the cursor stands at the end. */
static enum yk_status seek_time(struct page_reader *cursor, const struct page_reader *whole,
                                int64_t from_ns, struct sample_block *block,
                                struct failure *why)
{
    int64_t earliest_ns = INT64_MAX; /* not always the first: a clock can have been set back */
    for (size_t i = 0; i < whole->n_places; i++) {
        int64_t first = place_at(whole, i)->first_ns;
        earliest_ns = first < earliest_ns ? first : earliest_ns;
    }
    if (from_ns < earliest_ns && whole->n_places > 0) {
        restore(cursor, place_at(whole, 0));
        return YK_OK;
    }
    for (int must_hold = 1; must_hold >= 0; must_hold--) {
        for (size_t i = 0; i < whole->n_places; i++) {
            const struct place *place = place_at(whole, i);
            if (from_ns >= place->last_ns || (must_hold && from_ns < place->first_ns)) {
                continue;
            }
            restore(cursor, place);
            /* A place's blocks reach at most one block beyond the stride. */
            uint64_t most = i + 1 == whole->n_places ? UINT64_MAX : STRIDE;
            enum yk_status status = skip_to(cursor, from_ns, must_hold != 0, most, block, why);
            if (status != YK_END) {
                return status;
            }
        }
    }
    if (whole->n_places > 0) {
        restore(cursor, place_at(whole, whole->n_places - 1));
    }
    enum yk_status status = YK_OK;
    while (status == YK_OK) {
        status = next_samples(&cursor->base, block, why);
    }
    return status == YK_END ? YK_OK : status;
}

static enum yk_status open_at(struct recording_source *source, int64_t from_ns,
                              struct recording_source **out, struct failure *why)
{
    struct page_reader *whole = (struct page_reader *)source, *self = NULL;
    struct sample_block block;
    enum yk_status status = sample_block_init(&block, false, why);
    if (status != YK_OK) {
        return status;
    }
    status = whole->pages->clone(whole, &self, why);
    if (status == YK_OK) {
        self->pages = whole->pages;
        self->bytes = whole->bytes;
        self->now_bytes = whole->now_bytes;
        self->pages->begin(self);
        status = seek_time(self, whole, from_ns, &block, why);
        if (status != YK_OK) {
            page_reader_close(&self->base);
        }
    }
    sample_block_release(&block);
    if (status == YK_OK) {
        *out = &self->base;
    }
    return status;
}

/* ---- opening, closing ---- */

static const struct recording_source_ops PAGE_OPS = {
    .next_samples = next_samples,
    .rewind = rewind_pages,
    .open_at = open_at,
    .close = page_reader_close,
};

void page_reader_close(struct recording_source *source)
{
    struct page_reader *self = (struct page_reader *)source;
    struct byte_source *bytes = self->owns_bytes ? self->bytes : NULL;
    read_report_release(&self->base.report);
    mem_free(self->place);
    self->pages->release(self);
    byte_source_close(bytes);
}

void page_reader_init(struct page_reader *self, const struct page_ops *pages,
                      struct byte_source *bytes, const char *format_id, void *now,
                      size_t now_bytes)
{
    assert(now_bytes <= STATE_MOST);
    self->base.ops = &PAGE_OPS;
    self->pages = pages;
    self->bytes = bytes;
    self->now = now;
    self->now_bytes = now_bytes;
    recording_info_init(&self->base.info);
    read_report_init(&self->base.report);
    snprintf(self->base.info.format, sizeof self->base.info.format, "%s", format_id);
    snprintf(self->base.info.sensor_axes, sizeof self->base.info.sensor_axes, "3");
}

enum yk_status page_reader_start(struct page_reader *self, uint64_t most_samples,
                                 struct failure *why)
{
    struct sample_block block;
    self->place_bytes = (sizeof(struct place) + self->now_bytes + 15) / 16 * 16;
    self->places_capacity = (size_t)(most_samples / STRIDE) + 1;
    self->place = mem_alloc(self->places_capacity, self->place_bytes);
    if (self->place == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", self->bytes->name);
    }
    enum yk_status status = sample_block_init(&block, false, why);
    if (status != YK_OK) {
        return status;
    }
    self->is_quiet = true;
    rewind_pages(&self->base, NULL);
    status = next_samples(&self->base, &block, why);
    if (status == YK_OK) {
        struct recording_info *info = &self->base.info;
        info->start_ns = block.t0_ns;
        if (info->end_ns == TIME_UNKNOWN && info->n_samples > 0 && info->rate_hz > 0) {
            info->end_ns = block.t0_ns + (int64_t)nearbyint((double)info->n_samples /
                                                            info->rate_hz * NS_PER_S);
        }
    }
    self->is_quiet = false;
    sample_block_release(&block);
    if (status == YK_END) {
        self->base.info.n_samples = 0;
        status = YK_OK;
    }
    if (status == YK_OK) {
        rewind_pages(&self->base, NULL);
        self->owns_bytes = true;
    }
    return status;
}

int64_t page_reader_zone(struct page_reader *self, const struct open_options *opt,
                         int64_t wall_ns, bool has_offset, int32_t offset_s)
{
    return wall_clock_set(&self->clock, opt, wall_ns, has_offset, offset_s, &self->base.info);
}
