/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Other ways through a .cwa recording that was read once: a second reader that starts in the
 * middle, and the sectors as they are stored.
 *
 * While the whole file is read, the state of the reader is kept once per MiB (0.1 % of the
 * file's size in memory). A cursor takes the state before the wanted time and goes on from
 * there with the same code, so its blocks and times are the same bits.
 */
#include "firmware-formats/cwa_reader.h"

#include <math.h>
#include <string.h>

#include "firmware-formats/cwa_decode.h"
#include "src/base/mem.h"

#define CURSOR_BUFFER ((size_t)32 << 10)

void cwa_close(struct recording_source *source)
{
    struct cwa_reader *self = (struct cwa_reader *)source;
    cwa_stream_release(&self->stream);
    read_report_release(&self->base.report);
    mem_free(self->place);
    if (self->owns_bytes) {
        byte_source_close(self->bytes);
    }
    mem_free(self);
}

/* ---- starting in the middle ---- */

static enum yk_status restore(struct cwa_reader *self, const struct cwa_place *place,
                              struct failure *why)
{
    self->now = place->state;
    for (uint32_t j = 0; j < self->now.n_slots; j++) {
        uint32_t k = (self->now.head + j) % CWA_SLOTS;
        enum yk_status status = byte_source_read_exactly(self->bytes, self->now.slot[k].pos,
                                                         self->own[k], CWA_SECTOR_BYTES, why);
        if (status != YK_OK) {
            return status;
        }
        self->raw[k] = self->own[k];
    }
    cwa_stream_seek(&self->stream, self->now.next_pos);
    return YK_OK;
}

/* Skips blocks until one ends after from_ns (and, when it must hold it, begins at or before).
 * Gives up, with YK_END, at the end of the file or behind stop_pos. */
static enum yk_status skip_to(struct cwa_reader *self, int64_t from_ns, bool must_hold,
                              uint64_t stop_pos, struct failure *why)
{
    for (;;) {
        struct cwa_plan plan;
        enum yk_status status = cwa_plan_next(self, SAMPLE_BLOCK_CAPACITY, &plan, why);
        if (status != YK_OK) {
            return status;
        }
        int64_t end = plan.t0_ns + (int64_t)nearbyint((double)plan.n * plan.period_ns);
        if (end > from_ns && (!must_hold || plan.t0_ns <= from_ns)) {
            return YK_OK;
        }
        if (cwa_slot_at(self, 0)->pos >= stop_pos) {
            return YK_END;
        }
        cwa_consume(self, &plan);
    }
}

static enum yk_status seek_time(struct cwa_reader *cursor, const struct cwa_reader *whole,
                                int64_t from_ns, struct failure *why)
{
    int64_t earliest_ns = INT64_MAX; /* not always the first: a clock can have been set back */
    for (size_t i = 0; i < whole->n_places; i++) {
        int64_t first = whole->place[i].first_ns;
        earliest_ns = first < earliest_ns ? first : earliest_ns;
    }
    if (from_ns < earliest_ns) {
        return restore(cursor, &whole->place[0], why);
    }
    for (int must_hold = 1; must_hold >= 0; must_hold--) {
        for (size_t i = 0; i < whole->n_places; i++) {
            const struct cwa_place *place = &whole->place[i];
            if (from_ns >= place->last_ns || (must_hold && from_ns < place->first_ns)) {
                continue;
            }
            bool is_last = i + 1 == whole->n_places;
            const struct cwa_state *next = is_last ? NULL : &place[1].state;
            uint64_t stop = is_last ? UINT64_MAX : next->slot[next->head].pos;
            enum yk_status status = restore(cursor, place, why);
            if (status == YK_OK) {
                status = skip_to(cursor, from_ns, must_hold != 0, stop, why);
            }
            if (status != YK_END) {
                return status;
            }
        }
    }
    return YK_OK; /* nothing after from_ns: the cursor stands at the end */
}

enum yk_status cwa_open_at(struct recording_source *source, int64_t from_ns,
                           struct recording_source **out, struct failure *why)
{
    struct cwa_reader *whole = (struct cwa_reader *)source;
    struct recording_source *second = NULL;
    enum yk_status status = opening_second(source, whole->places_are_complete, sizeof *whole,
                                           whole->bytes->name, &second, why);
    if (status != YK_OK) {
        return status;
    }
    struct cwa_reader *self = (struct cwa_reader *)second;
    self->bytes = whole->bytes;
    self->is_cursor = true;
    self->facts = whole->facts;
    status = cwa_stream_init(&self->stream, whole->bytes, whole->facts.data_start,
                             whole->facts.data_end, CURSOR_BUFFER, why);
    if (status == YK_OK) {
        self->now = (struct cwa_state){.next_pos = whole->facts.data_start, .is_at_end = true};
        status = seek_time(self, whole, from_ns, why);
    }
    if (status != YK_OK) {
        cwa_close(&self->base);
        return status;
    }
    *out = second;
    return YK_OK;
}

/* ---- as stored ---- */

static void give_stored(const struct cwa_facts *facts, const struct cwa_found *found,
                        struct sample_block *block, struct device_block *stored)
{
    const struct cwa_sector *s = &found->sector;
    bool is_ancient = s->rate_code == 0;
    uint32_t fraction =
        facts->fraction_is_id || is_ancient ? 0 : cwa_fraction16(s->fraction_or_id);
    int64_t seconds = 0;
    cwa_time_seconds(s->time, &seconds);
    stored->is_good = true;
    stored->sequence = s->sequence;
    stored->session = s->session_id;
    stored->is_restart = s->sequence == 0 || (s->events & CWA_EVENT_RESUME) != 0;
    stored->rate_hz = is_ancient ? s->time_offset : (double)cwa_rate_whole_hz(s->rate_code);
    stored->rate_hz = stored->rate_hz >= 1 ? stored->rate_hz : cwa_rate_hz(s->rate_code);
    stored->wall_s = (double)seconds + (double)fraction / 65536.0 +
                     -(double)cwa_anchor(s, fraction) / stored->rate_hz;
    block->t0_ns = (int64_t)nearbyint((stored->wall_s - (double)seconds) * NS_PER_S) +
                   seconds * NS_PER_S - facts->wall_minus_utc_ns;
    block->period_s = 1.0 / stored->rate_hz;
    block->n = s->count;
    block->light = (float)cwa_light(s->light_word);
    block->temperature_c = (float)cwa_temperature_c(s->temperature_word);
    block->battery_v = (float)cwa_battery_v(s->battery);
    cwa_decode_plain(s->layout, s->layout == CWA_PACKED ? 0 : s->light_word, found->raw, 0,
                     s->count, block, 0);
}

enum yk_status cwa_next_device_block(struct recording_source *source,
                                     struct sample_block *block, struct device_block *stored,
                                     struct failure *why)
{
    struct cwa_reader *self = (struct cwa_reader *)source;
    struct cwa_found found;
    int64_t seconds;
    if (self->now.n_slots > 0) { /* sectors that next_samples() would have given out */
        const struct cwa_slot *slot = cwa_slot_at(self, 0);
        cwa_stream_seek(&self->stream, slot->pos);
        self->now.session = slot->session; /* reading ahead may have passed it */
        if (self->facts.session >= 0) {
            self->now.session_number = (uint32_t)self->facts.session;
        }
        self->now.n_slots = self->now.n_linked = 0;
    }
    do {
        if (!cwa_stream_is_ready(&self->stream)) {
            enum yk_status status = cwa_stream_fill(&self->stream, why);
            if (status != YK_OK) {
                return status;
            }
        }
        if (!cwa_stream_next(&self->stream, &found)) {
            return YK_END;
        }
        if (found.fault == CWA_GOOD && !cwa_time_seconds(found.sector.time, &seconds)) {
            found.fault = CWA_FAULT_TIME;
        }
        if (found.fault == CWA_GOOD) {
            struct cwa_state *now = &self->now;
            now->session_number += now->has_read && now->session != found.sector.session_id;
            now->session = found.sector.session_id;
            now->has_read = true;
        }
    } while (self->facts.session >= 0 &&
             self->now.session_number != (uint32_t)self->facts.session);
    *stored = (struct device_block){
        .number = (found.pos - self->facts.data_start) / CWA_SECTOR_BYTES, .wall_s = NAN};
    block->n = 0;
    block->flags = 0;
    if (found.fault == CWA_GOOD) {
        give_stored(&self->facts, &found, block, stored);
    }
    return YK_OK;
}
