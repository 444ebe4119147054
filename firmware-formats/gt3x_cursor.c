/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Second readers of a .gt3x with log.bin that start in the middle. While the whole file is read
 * its state is kept once per 256 KiB; a cursor takes the state before the wanted time and goes
 * on from there with the same code, so that its blocks and times are the same bits.
 */
#include "firmware-formats/gt3x_reader.h"

#include <math.h>

#include "src/base/mem.h"

#define PLACE_STRIDE ((uint64_t)256 << 10)

/* ---- places to start from ---- */

void gt3x_start(struct gt3x_reader *self)
{
    self->now = (struct gt3x_state){.end_ns = TIME_UNKNOWN,
                                    .last_s = TIME_UNKNOWN,
                                    .docked_s = TIME_UNKNOWN,
                                    .light = NAN,
                                    .temperature_c = NAN,
                                    .battery_v = NAN};
    gt3x_stream_seek(&self->stream, 0);
}

enum yk_status gt3x_keep_place(struct gt3x_reader *self, const struct gt3x_state *before,
                               int64_t first_ns, struct failure *why)
{
    bool is_due = self->n_places == 0 ||
                  before->pos >= self->place[self->n_places - 1].state.pos + PLACE_STRIDE;
    if (self->is_cursor || self->places_are_complete) {
        return YK_OK;
    }
    if (is_due) {
        if (MEM_RESERVE(self->place, self->n_places, self->places_capacity) != 0) {
            return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", self->log->name);
        }
        self->place[self->n_places++] =
            (struct gt3x_place){.state = *before, .first_ns = first_ns, .end_ns = INT64_MIN};
    }
    return YK_OK;
}

void gt3x_extend_place(struct gt3x_reader *self, int64_t first_ns, int64_t end_ns)
{
    if (self->is_cursor || self->places_are_complete || self->n_places == 0) {
        return;
    }
    struct gt3x_place *place = &self->place[self->n_places - 1];
    place->first_ns = first_ns < place->first_ns ? first_ns : place->first_ns;
    place->end_ns = end_ns > place->end_ns ? end_ns : place->end_ns;
}

/* ---- starting in the middle ---- */

/* Reads on from a place until the block that holds from_ns, or the first behind it, comes next.
 */
static enum yk_status skip_to(struct gt3x_reader *self, const struct gt3x_place *place,
                              int64_t from_ns, struct sample_block *block, struct failure *why)
{
    self->now = place->state;
    gt3x_stream_seek(&self->stream, place->state.pos);
    for (;;) {
        struct gt3x_state before = self->now;
        enum yk_status status = gt3x_next_samples(&self->base, block, why);
        if (status != YK_OK) {
            return status == YK_END ? YK_OK : status; /* nothing behind from_ns */
        }
        if (self->now.end_ns > from_ns) {
            self->now = before;
            gt3x_stream_seek(&self->stream, before.pos);
            return YK_OK;
        }
    }
}

/* The last place that begins at or before from_ns and reaches beyond it, else the first that
 * does; times may go back where the clock was set. */
static const struct gt3x_place *find_place(const struct gt3x_reader *whole, int64_t from_ns)
{
    const struct gt3x_place *later = NULL;
    for (size_t i = 0; i < whole->n_places; i++) {
        const struct gt3x_place *place = &whole->place[i];
        if (place->end_ns > from_ns) {
            if (place->first_ns <= from_ns) {
                return place;
            }
            later = later == NULL ? place : later;
        }
    }
    return later;
}

enum yk_status gt3x_open_at(struct recording_source *source, int64_t from_ns,
                            struct recording_source **out, struct failure *why)
{
    struct gt3x_reader *whole = (struct gt3x_reader *)source;
    struct recording_source *second = NULL;
    struct sample_block block = {.light = NAN};
    enum yk_status status = opening_second(source, whole->places_are_complete, sizeof *whole,
                                           whole->log->name, &second, why);
    if (status != YK_OK) {
        return status;
    }
    struct gt3x_reader *self = (struct gt3x_reader *)second;
    self->log = whole->log;
    self->is_cursor = true;
    self->facts = whole->facts;
    self->raw = mem_alloc(1, sizeof *self->raw);
    status = self->raw == NULL ? failure_set(why, YK_ERR_MEMORY, "no memory")
                               : sample_block_init(&block, false, why);
    if (status == YK_OK) {
        status = gt3x_stream_init(&self->stream, whole->log, GT3X_BUFFER_LEAST, why);
    }
    if (status == YK_OK) {
        gt3x_start(self);
        const struct gt3x_place *place = find_place(whole, from_ns);
        if (place != NULL) {
            status = skip_to(self, place, from_ns, &block, why);
        } else {
            gt3x_stream_seek(&self->stream, whole->log->size);
        }
    }
    sample_block_release(&block);
    if (status != YK_OK) {
        gt3x_close(&self->base);
        return status;
    }
    *out = second;
    return YK_OK;
}

void gt3x_close(struct recording_source *source)
{
    struct gt3x_reader *self = (struct gt3x_reader *)source;
    gt3x_stream_release(&self->stream);
    read_report_release(&source->report);
    mem_free(self->raw);
    if (!self->is_cursor) {
        mem_free(self->place);
        byte_source_close(self->log);
        byte_source_close(self->owns_bytes ? self->packed : NULL);
    }
    mem_free(self);
}
