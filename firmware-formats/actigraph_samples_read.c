/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samples of an ActiGraph table: which rows were recorded, where they lie in time, blocks, and
 * second readers that start in the middle. See actigraph_samples.c.
 *
 * ActiLife fills what the recorder did not record: the same triple for 10 s or more is idle
 * sleep (its first row was recorded), (0, 0, 0) for 1 s or more stands for docking or the time
 * after the end. Both are gaps here, with the flags that let counts follow ActiLife. Blocks are
 * a second or less and never depend on where reading began.
 */
#include "firmware-formats/actigraph_samples_reader.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define CURSOR_BUFFER ((size_t)32 << 10)
#define PLACE_STRIDE ((uint64_t)1 << 20)
#define FAR_NS (24 * NS_PER_H)

static void say(struct samples *self, const char *text)
{
    read_report_add(&self->base.report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1, text);
}

/* ---- rows ---- */

/* Reads rows until at least `want` are waiting or the file ends. */
enum yk_status actigraph_samples_fill(struct samples *self, size_t want, struct failure *why)
{
    if (self->n_rows >= want || self->is_over) {
        return YK_OK;
    }
    memmove(self->row, self->row + self->head, self->n_rows * sizeof *self->row);
    self->head = 0;
    while (self->n_rows < ACTIGRAPH_ROWS) {
        const char *line = NULL;
        size_t n = 0;
        uint64_t next = 0;
        enum yk_status status =
            actigraph_line(&self->window, self->read_pos, &line, &n, &next, why);
        if (status != YK_OK) {
            return status;
        }
        if (line == NULL) {
            self->is_over = true;
            break;
        }
        if (n > 0) {
            struct actigraph_row *row = &self->row[self->n_rows++];
            actigraph_row_read(&self->columns, line, n, row, &self->decimals);
            row->offset = self->read_pos;
        }
        self->read_pos = next;
    }
    return YK_OK;
}

const struct actigraph_row *actigraph_samples_row(const struct samples *self, size_t i)
{
    return &self->row[self->head + i];
}

static void drop_rows(struct samples *self, size_t n)
{
    self->head += n;
    self->n_rows -= n;
    self->now.index += (int64_t)n;
    self->now.pos = self->n_rows > 0 ? actigraph_samples_row(self, 0)->offset : self->read_pos;
}

static bool is_triple(const struct actigraph_row *row, const float g[3])
{
    return !row->is_bad && row->g[0] == g[0] && row->g[1] == g[1] && row->g[2] == g[2];
}

/* Rows like row i from there on, at most `most`. */
static size_t run_length(const struct samples *self, size_t i, size_t most)
{
    const struct actigraph_row *first = actigraph_samples_row(self, i);
    size_t n = 1;
    while (n < most && i + n < self->n_rows &&
           is_triple(actigraph_samples_row(self, i + n), first->g)) {
        n++;
    }
    return n;
}

static bool is_zero(const struct actigraph_row *row)
{
    static const float zero[3] = {0, 0, 0};
    return is_triple(row, zero);
}

/* ---- times ---- */

static int64_t time_of(const struct samples *self, int64_t index)
{
    const int64_t rate = self->rate, ahead = index - self->now.segment_index;
    return self->now.segment_ns + floor_div(ahead, rate) * NS_PER_S +
           floor_mod(ahead, rate) * NS_PER_S / rate;
}

/* Times are written in milliseconds: the nearest sample of the grid that begins with each
 * second is meant, when it is that near. */
int64_t actigraph_samples_snap(const struct samples *self, int64_t ns)
{
    const int64_t second = floor_div(ns, NS_PER_S) * NS_PER_S, rest = ns - second;
    const int64_t k = (rest * self->rate + NS_PER_S / 2) / NS_PER_S;
    const int64_t at = k * NS_PER_S / self->rate;
    return llabs(at - rest) <= 600000 ? second + at : ns;
}

/* Where row i of those waiting lies by its own time; false: its time fits behind the others. */
static bool leaves_segment(const struct samples *self, size_t i, int64_t *ns)
{
    if (!self->has_times) {
        return false;
    }
    *ns = actigraph_samples_row(self, i)->wall_ns - self->wall_minus_utc_ns;
    int64_t expected = time_of(self, self->now.index + (int64_t)i);
    return !self->now.has_segment || llabs(*ns - expected) > NS_PER_S / 2 / self->rate;
}

static int64_t apart_ns(const struct samples *self, size_t i, size_t j)
{
    return llabs(actigraph_samples_row(self, i)->wall_ns -
                 actigraph_samples_row(self, j)->wall_ns);
}

bool actigraph_samples_is_lone(const struct samples *self)
{
    const size_t n = self->n_rows;
    const bool has_next = n > 1 && !actigraph_samples_row(self, 1)->is_bad;
    if (!self->has_times || n == 0 || actigraph_samples_row(self, 0)->is_bad ||
        (has_next && apart_ns(self, 0, 1) <= FAR_NS)) {
        return false;
    }
    if (!self->now.has_segment) { /* then the rows behind it must agree */
        return has_next && n > 2 && !actigraph_samples_row(self, 2)->is_bad &&
               apart_ns(self, 1, 2) <= FAR_NS;
    }
    const int64_t ns = actigraph_samples_row(self, 0)->wall_ns - self->wall_minus_utc_ns;
    return llabs(ns - time_of(self, self->now.index)) > FAR_NS;
}

static void begin_segment(struct samples *self, int64_t ns)
{
    struct samples_state *now = &self->now;
    now->segment_ns = actigraph_samples_snap(self, ns);
    now->segment_index = now->index;
    now->has_segment = true;
    now->is_jump = now->end_ns != TIME_UNKNOWN && now->segment_ns < now->end_ns;
}

/* ---- what is passed over ---- */

static void bad_row(struct samples *self, const struct actigraph_row *row, const char *what)
{
    self->now.was_bad = true;
    if (!self->is_cursor) {
        char detail[64];
        struct read_report *report = &self->base.report;
        report->bad_blocks++;
        snprintf(detail, sizeof detail, "row %" PRId64 ": %s", self->now.index + 1, what);
        read_report_add(report, READ_EVENT_BAD_BLOCK, TIME_UNKNOWN, TIME_UNKNOWN,
                        (int64_t)row->offset, detail);
    }
}

/* Drops rows until one stands at the head that was recorded. false: there is none. */
static enum yk_status find_recorded(struct samples *self, bool *is_found, struct failure *why)
{
    struct samples_state *now = &self->now;
    *is_found = false;
    for (;;) {
        int64_t ns = 0;
        enum yk_status status =
            actigraph_samples_fill(self, (size_t)(ACTIGRAPH_HELD_S + 1) * self->rate + 1, why);
        if (status != YK_OK || self->n_rows == 0) {
            return status;
        }
        const struct actigraph_row *row = actigraph_samples_row(self, 0);
        if (now->is_skipping && is_triple(row, now->skip)) {
            drop_rows(self, 1);
            continue;
        }
        now->is_skipping = false;
        if (row->is_bad) {
            bad_row(self, row, "fields missing or no numbers");
            drop_rows(self, 1);
            continue;
        }
        if (actigraph_samples_is_lone(self)) {
            bad_row(self, row, "a time far from those on both sides");
            drop_rows(self, 1);
            continue;
        }
        if (leaves_segment(self, 0, &ns)) {
            begin_segment(self, ns);
        }
        if (!is_zero(row) || run_length(self, 0, self->rate) < self->rate) {
            *is_found = true;
            return YK_OK;
        }
        now->is_held = true;
        now->zeros_from_ns =
            now->zeros_from_ns == TIME_UNKNOWN ? time_of(self, now->index) : now->zeros_from_ns;
        now->is_skipping = true;
        memset(now->skip, 0, sizeof now->skip);
    }
}

/* How many rows from the head on belong to one block. *held: the last one is repeated for long.
 */
static size_t block_rows(const struct samples *self, bool *held)
{
    const size_t rate = self->rate, most = rate < self->n_rows ? rate : self->n_rows;
    int64_t ns;
    *held = false;
    for (size_t i = 0; i < most; i++) {
        const struct actigraph_row *row = actigraph_samples_row(self, i);
        if (i > 0 && (row->is_bad || leaves_segment(self, i, &ns))) {
            return i;
        }
        if (i > 0 && is_triple(row, actigraph_samples_row(self, i - 1)->g)) {
            continue; /* of a run that is known to be short */
        }
        if (is_zero(row)) {
            if (i > 0 && run_length(self, i, rate) >= rate) {
                return i;
            }
        } else if (run_length(self, i, ACTIGRAPH_HELD_S * rate) >= ACTIGRAPH_HELD_S * rate) {
            *held = true;
            return i + 1;
        }
    }
    return most;
}

/* ---- blocks ---- */

static const char *cause_of(const struct samples_state *now)
{
    return now->is_held && now->zeros_from_ns != TIME_UNKNOWN
               ? "zeros written by the exporter: docked"
           : now->is_held ? "idle sleep: the last sample repeated"
           : now->was_bad ? "rows that cannot be read"
                          : "rows are missing";
}

static void find_gap(struct samples *self, int64_t t0_ns, struct sample_block *block)
{
    struct samples_state *now = &self->now;
    struct read_report *report = &self->base.report;
    block->flags = 0;
    block->zeros_from_ns = now->zeros_from_ns;
    if (now->end_ns == TIME_UNKNOWN || llabs(t0_ns - now->end_ns) <= 1000) {
        return;
    }
    block->flags |= BLOCK_AFTER_GAP | (now->is_jump ? BLOCK_CLOCK_JUMP : 0);
    block->flags |= now->is_held && !now->was_bad ? BLOCK_HELD : 0;
    if (self->is_cursor) {
        return;
    }
    if (now->is_jump) {
        report->clock_jumps++;
        self->base.info.clock_is_in_doubt = true;
        read_report_add(report, READ_EVENT_CLOCK_JUMP, now->end_ns, t0_ns, -1,
                        "time goes back");
        return;
    }
    report->gaps++;
    report->gap_s += (double)(t0_ns - now->end_ns) / (double)NS_PER_S;
    read_report_add(report, READ_EVENT_GAP, now->end_ns, t0_ns, -1, cause_of(now));
}

static void add_to_report(struct samples *self, struct sample_block *block)
{
    struct read_report *report = &self->base.report;
    uint64_t clipped = 0;
    for (uint32_t i = 0; i < block->n; i++) {
        bool is_over = false;
        for (int a = 0; a < 3; a++) {
            is_over = is_over || fabs((double)block->acc_g[a][i]) >= self->clip_g;
        }
        clipped += is_over;
    }
    for (int a = 0; a < 3; a++) {
        if (report->n_samples == 0) {
            report->sum_g[a] = 0;
            report->first_sample_g[a] = (double)block->acc_g[a][0];
        }
        report->last_sample_g[a] = (double)block->acc_g[a][block->n - 1];
        for (uint32_t i = 0; i < block->n; i++) {
            report->sum_g[a] += (double)block->acc_g[a][i];
        }
    }
    report->clipped_samples += clipped;
    report->n_samples += block->n;
    report->blocks += block->n;
    summary_range_add(&report->temperature_c, (double)block->temperature_c);
}

static void copy_rows(const struct samples *self, size_t n, struct sample_block *block)
{
    bool is_clipped = false;
    for (size_t i = 0; i < n; i++) {
        const struct actigraph_row *row = actigraph_samples_row(self, i);
        for (int a = 0; a < 3; a++) {
            block->acc_g[a][i] = row->g[a];
            is_clipped = is_clipped || fabs((double)row->g[a]) >= self->clip_g;
            if (block->gyro_dps[a] != NULL) {
                block->gyro_dps[a][i] = row->gyro_dps[a];
            }
        }
    }
    block->n = (uint32_t)n;
    block->temperature_c = actigraph_samples_row(self, 0)->temperature_c;
    block->light = block->battery_v = NAN;
    block->flags |= is_clipped ? BLOCK_CLIPPED : 0;
}

static enum yk_status keep_place(struct samples *self, int64_t t0_ns, struct failure *why)
{
    if (self->is_cursor || self->places_are_complete) {
        return YK_OK;
    }
    if (self->n_places == 0 ||
        self->now.pos >= self->place[self->n_places - 1].state.pos + PLACE_STRIDE) {
        if (MEM_RESERVE(self->place, self->n_places, self->places_capacity) != 0) {
            return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", self->bytes->name);
        }
        self->place[self->n_places++] = (struct samples_place){self->now, t0_ns, INT64_MIN};
    }
    return YK_OK;
}

static void finish(struct samples *self)
{
    struct recording_info *info = &self->base.info;
    if (self->is_cursor || self->is_at_end) {
        return;
    }
    self->is_at_end = self->places_are_complete = true;
    info->n_samples = self->base.report.n_samples;
    info->end_ns = self->now.end_ns;
    if (self->decimals > 3) {
        info->steps_per_g = NAN;
    }
    if (self->now.is_held && self->now.end_ns != TIME_UNKNOWN) {
        char detail[64];
        double s =
            (double)(time_of(self, self->now.index) - self->now.end_ns) / (double)NS_PER_S;
        snprintf(detail, sizeof detail, "%.0f s at the end are filled in by the exporter", s);
        say(self, detail);
    }
}

static enum yk_status next_samples(struct recording_source *source, struct sample_block *block,
                                   struct failure *why)
{
    struct samples *self = (struct samples *)source; /* its first member */
    struct samples_state *now = &self->now;
    bool is_found = false, is_held = false;
    enum yk_status status = find_recorded(self, &is_found, why);
    if (status != YK_OK) {
        return status;
    }
    if (!is_found) {
        finish(self);
        return YK_END;
    }
    const int64_t t0_ns = time_of(self, now->index);
    status = keep_place(self, t0_ns, why);
    if (status != YK_OK) {
        return status;
    }
    const size_t n = block_rows(self, &is_held);
    find_gap(self, t0_ns, block);
    copy_rows(self, n, block);
    block->t0_ns = t0_ns;
    block->period_s = 1.0 / self->rate;
    if (is_held) {
        memcpy(now->skip, actigraph_samples_row(self, n - 1)->g, sizeof now->skip);
    }
    drop_rows(self, n);
    now->end_ns = time_of(self, now->index);
    now->is_skipping = now->is_held = is_held;
    now->was_bad = now->is_jump = false;
    now->zeros_from_ns = TIME_UNKNOWN;
    if (!self->is_cursor) {
        add_to_report(self, block);
        if (!self->places_are_complete && self->n_places > 0) {
            struct samples_place *place = &self->place[self->n_places - 1];
            place->first_ns = t0_ns < place->first_ns ? t0_ns : place->first_ns;
            place->end_ns = now->end_ns > place->end_ns ? now->end_ns : place->end_ns;
        }
    }
    return YK_OK;
}

static void go_to(struct samples *self, const struct samples_state *state)
{
    self->now = *state;
    self->read_pos = state->pos;
    self->head = self->n_rows = 0;
    self->is_over = false;
}

static void start(struct samples *self)
{
    const struct samples_state first = {.pos = self->table_at,
                                        .segment_ns = self->header_start_ns,
                                        .has_segment = !self->has_times,
                                        .end_ns = TIME_UNKNOWN,
                                        .zeros_from_ns = TIME_UNKNOWN};
    go_to(self, &first);
}

enum yk_status actigraph_samples_rewind(struct recording_source *source, struct failure *why)
{
    struct samples *self = (struct samples *)source;
    (void)why;
    opening_report(source, self->bytes, &self->clock);
    for (size_t i = 0; i < self->n_notes; i++) {
        say(self, self->note[i]);
    }
    summary_range_add(&source->report.battery_v, self->battery_v);
    self->is_at_end = false;
    self->n_places = self->places_are_complete ? self->n_places : 0;
    start(self);
    return YK_OK;
}

void actigraph_samples_close(struct recording_source *source)
{
    struct samples *self = (struct samples *)source;
    byte_window_release(&self->window);
    mem_free(self->row);
    read_report_release(&source->report);
    if (!self->is_cursor) {
        mem_free(self->place);
        byte_source_close(self->owns_bytes ? self->bytes : NULL);
    }
    mem_free(self);
}

/* ---- starting in the middle ---- */

static enum yk_status skip_to(struct samples *self, const struct samples *whole,
                              int64_t from_ns, struct failure *why)
{
    const struct samples_place *place = NULL;
    for (size_t i = 0; i < whole->n_places; i++) {
        const struct samples_place *p = &whole->place[i];
        if (p->end_ns > from_ns && (place == NULL || p->first_ns <= from_ns)) {
            place = p;
            if (p->first_ns <= from_ns) {
                break;
            }
        }
    }
    struct sample_block block;
    enum yk_status status = sample_block_init(&block, false, why);
    if (status != YK_OK || place == NULL) {
        self->now.pos = self->read_pos = self->bytes->size; /* nothing behind from_ns */
        sample_block_release(status == YK_OK ? &block : NULL);
        return status;
    }
    go_to(self, &place->state);
    for (;;) {
        struct samples_state before = self->now;
        status = next_samples(&self->base, &block, why);
        if (status != YK_OK || self->now.end_ns > from_ns) {
            if (status == YK_OK) {
                go_to(self, &before);
            }
            break;
        }
    }
    sample_block_release(&block);
    return status == YK_END ? YK_OK : status;
}

static enum yk_status open_at(struct recording_source *source, int64_t from_ns,
                              struct recording_source **out, struct failure *why)
{
    struct samples *whole = (struct samples *)source;
    struct recording_source *second = NULL;
    enum yk_status status = opening_second(source, whole->places_are_complete, sizeof *whole,
                                           whole->bytes->name, &second, why);
    if (status != YK_OK) {
        return status;
    }
    struct samples *self = (struct samples *)second;
    *self = *whole;
    read_report_init(&self->base.report);
    self->is_cursor = true;
    self->window = (struct byte_window){.buffer = NULL};
    self->row = mem_alloc(ACTIGRAPH_ROWS, sizeof *self->row);
    status = self->row == NULL
                 ? failure_set(why, YK_ERR_MEMORY, "no memory")
                 : byte_window_init(&self->window, whole->bytes, CURSOR_BUFFER, why);
    if (status == YK_OK) {
        start(self);
        status = skip_to(self, whole, from_ns, why);
    }
    if (status != YK_OK) {
        actigraph_samples_close(&self->base);
        return status;
    }
    *out = second;
    return YK_OK;
}

const struct recording_source_ops actigraph_samples_ops = {
    .next_samples = next_samples,
    .rewind = actigraph_samples_rewind,
    .open_at = open_at,
    .close = actigraph_samples_close,
};
