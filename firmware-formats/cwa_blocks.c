/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From segments to sample blocks, and the report of what was found on the way. A block runs
 * from one knot of the time line to the next (about one sector), so that its samples are
 * equally spaced without any rounding of the model.
 */
#include "firmware-formats/cwa_reader.h"

#include <math.h>
#include <string.h>

#include "firmware-formats/cwa_decode.h"

/* A segment that begins this close to the end of the one before follows it without a gap. */
#define JOIN_S 0.05
#define JOIN_PERIODS 2.0

/* The first place to start from is the beginning, before anything was read. */
static void note_first_place(struct cwa_reader *self)
{
    if (self->place != NULL && !self->places_are_complete) {
        self->place[0] =
            (struct cwa_place){.state = self->now, .first_ns = INT64_MAX, .last_ns = INT64_MIN};
        self->n_places = 1;
    }
}

/* Nothing but the sectors is left: what only the header says is lost. Where its bytes are still
 * there, something was written over them. */
static void note_lost_header(struct cwa_reader *self)
{
    static const char lost[] = "the header is damaged: serial and zone are not known";
    struct read_report *report = &self->base.report;
    if (self->facts.has_header) {
        return;
    }
    report->damage = report->damage != NULL ? report->damage : lost;
    report->bad_blocks += self->facts.data_start > 0;
    read_report_add(report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1, lost);
}

enum yk_status cwa_rewind(struct recording_source *source, struct failure *why)
{
    (void)why;
    struct cwa_reader *self = (struct cwa_reader *)source;
    self->now = (struct cwa_state){.next_pos = self->facts.data_start};
    self->is_finished = false;
    self->rate_samples = self->rate_s = 0;
    cwa_stream_seek(&self->stream, self->facts.data_start);
    opening_report(&self->base, self->bytes, &self->clock);
    note_lost_header(self);
    note_first_place(self);
    return YK_OK;
}

/* ---- the report ---- */

static uint64_t number_of(const struct cwa_reader *self, uint64_t pos)
{
    return (pos - self->facts.data_start) / CWA_SECTOR_BYTES;
}

static void report_event(struct cwa_reader *self, enum read_event_kind kind, int64_t start_ns,
                         int64_t end_ns, const struct cwa_slot *slot, const char *detail)
{
    if (!self->is_cursor) {
        read_report_add(&self->base.report, kind, start_ns, end_ns,
                        (int64_t)number_of(self, slot->pos), detail);
    }
}

/* What the sensor's oscillator did in the segment that ends here. */
static void note_rate(struct cwa_reader *self)
{
    const struct cwa_segment *segment = &self->now.segment;
    self->rate_samples += (double)(segment->stamp.i - segment->stamp_0.i);
    self->rate_s += (double)(segment->stamp.t_ns - segment->stamp_0.t_ns) / NS_PER_S;
    if (self->rate_samples > 0 && self->rate_s > 0) {
        self->base.report.observed_rate_hz = self->rate_samples / self->rate_s;
    }
}

static uint32_t note_gap(struct cwa_reader *self, const struct cwa_slot *slot, int64_t t0_ns,
                         const char *detail)
{
    struct read_report *report = &self->base.report;
    if (!self->is_cursor) {
        report->gaps++;
        report->gap_s += (double)(t0_ns - self->now.previous_end_ns) / NS_PER_S;
    }
    report_event(self, READ_EVENT_GAP, self->now.previous_end_ns, t0_ns, slot, detail);
    return BLOCK_AFTER_GAP;
}

static uint32_t note_jump(struct cwa_reader *self, const struct cwa_slot *slot, int64_t t0_ns,
                          const char *detail)
{
    int64_t before = self->now.previous_end_ns;
    if (!self->is_cursor) {
        self->base.report.clock_jumps++;
        self->base.info.clock_is_in_doubt = true;
    }
    report_event(self, READ_EVENT_CLOCK_JUMP, t0_ns < before ? t0_ns : before,
                 t0_ns < before ? before : t0_ns, slot, detail);
    return BLOCK_CLOCK_JUMP;
}

/* Flags and events of a segment whose first sample is at t0. */
static uint32_t note_start(struct cwa_reader *self, const struct cwa_slot *slot, int64_t t0_ns,
                           double period_ns)
{
    static const char *const cause[] = {
        [CWA_BREAK_NONE] = "",
        [CWA_BREAK_FIRST] = "",
        [CWA_BREAK_RESTART] = "logging stopped and began again",
        [CWA_BREAK_SETUP] = "rate, scale, format or session changed",
        [CWA_BREAK_LOST] = "sectors are missing",
        [CWA_BREAK_JUMP] = "sequence goes on, time does not",
    };
    const uint8_t overflow = CWA_EVENT_FIFO_OVERFLOW | CWA_EVENT_BUFFER_OVERFLOW;
    bool is_restart = slot->why == CWA_BREAK_RESTART || slot->sequence == 0;
    uint32_t flags = is_restart ? BLOCK_RESTART : 0;
    if (!self->now.has_previous) {
        return flags;
    }
    if (is_restart) {
        self->base.report.restarts += self->is_cursor ? 0 : 1;
        report_event(self, READ_EVENT_RESTART, self->now.previous_end_ns, t0_ns, slot,
                     cause[CWA_BREAK_RESTART]);
    }
    double join = fmax(JOIN_S * NS_PER_S, JOIN_PERIODS * period_ns);
    double gap = (double)(t0_ns - self->now.previous_end_ns);
    if (gap < -join) {
        return flags | note_jump(self, slot, t0_ns, "clock went back");
    }
    if (gap <= join) {
        return flags;
    }
    if (slot->why == CWA_BREAK_JUMP && (slot->events & overflow) == 0) {
        return flags | note_jump(self, slot, t0_ns, cause[CWA_BREAK_JUMP]);
    }
    return flags |
           note_gap(self, slot, t0_ns,
                    slot->why == CWA_BREAK_JUMP ? "the device lost samples" : cause[slot->why]);
}

/* Counts a sector whose first sample is given out now, and returns its flags. */
static uint32_t note_slot(struct cwa_reader *self, const struct cwa_slot *slot, int64_t t_ns)
{
    uint32_t flags = 0;
    bool counts = !self->is_cursor;
    struct read_report *report = &self->base.report;
    if ((slot->events & (CWA_EVENT_TAP | CWA_EVENT_DOUBLE_TAP)) != 0) {
        flags |= BLOCK_BUTTON;
        report->buttons += counts ? 1 : 0;
        report_event(self, READ_EVENT_BUTTON, t_ns, t_ns, slot,
                     (slot->events & CWA_EVENT_DOUBLE_TAP) != 0 ? "double tap" : "tap");
    }
    if ((slot->events & (CWA_EVENT_FIFO_OVERFLOW | CWA_EVENT_BUFFER_OVERFLOW)) != 0) {
        flags |= BLOCK_OVERFLOW;
        report->overflows += counts ? 1 : 0;
        report_event(self, READ_EVENT_OVERFLOW, t_ns, t_ns, slot, "the device lost samples");
    }
    if (slot->is_stray) {
        report_event(self, READ_EVENT_NOTE, t_ns, t_ns, slot,
                     "time stamp out of line, not used");
    }
    if (counts) {
        summary_range_add(&report->temperature_c, cwa_temperature_c(slot->temperature_word));
        summary_range_add(&report->light, (double)cwa_light(slot->light_word));
        summary_range_add(&report->battery_v, cwa_battery_v(slot->battery));
    }
    return flags;
}

static uint32_t note_begin(struct cwa_reader *self, const struct cwa_slot *slot, int64_t t0_ns,
                           double period_ns)
{
    uint32_t flags = 0;
    if (slot->why != CWA_BREAK_NONE) {
        flags = note_start(self, slot, t0_ns, period_ns);
        uint32_t exchanged = self->now.segment.exchanged;
        if (exchanged > (uint64_t)slot->sequence * slot->count) {
            report_event(self, READ_EVENT_REPAIR, t0_ns, t0_ns, slot,
                         "accelerometer and gyroscope were exchanged: undone");
        }
    } else if (slot->missing > 0 && self->now.has_previous) {
        flags = note_gap(self, slot, t0_ns, "sectors are missing");
    }
    return flags;
}

/* ---- samples ---- */

static void fill_nan(float *const v[3], uint32_t at, uint32_t n)
{
    for (int a = 0; a < 3; a++) {
        for (uint32_t i = 0; i < n; i++) {
            v[a][at + i] = NAN;
        }
    }
}

/* Samples [from, from + n) of slot j, whose triples are exchanged, to block[at ...]. */
static void decode_exchanged(struct cwa_reader *self, uint32_t j, uint32_t from, uint32_t n,
                             struct sample_block *block, uint32_t at)
{
    const struct cwa_slot *slot = cwa_slot_at(self, j);
    const uint8_t *triple = cwa_raw_at(self, j) + CWA_SAMPLES_AT + (size_t)12 * from;
    float *const *acc = block->acc_g, *const *gyro = block->gyro_dps;
    cwa_decode_triples(triple, 12, n, (float)cwa_acc_unit_g(slot->light_word), acc[0] + at,
                       acc[1] + at, acc[2] + at);
    if (gyro[0] == NULL) {
        return;
    }
    float unit = (float)cwa_gyro_unit_dps(slot->light_word);
    if (from > 0) { /* gyroscope k + 1 is stored with accelerometer k */
        cwa_decode_triples(triple - 6, 12, n, unit, gyro[0] + at, gyro[1] + at, gyro[2] + at);
        return;
    }
    cwa_decode_triples(triple + 6, 12, n - 1, unit, gyro[0] + at + 1, gyro[1] + at + 1,
                       gyro[2] + at + 1);
    const struct cwa_slot *before = j > 0 ? cwa_slot_at(self, j - 1) : NULL;
    bool is_joined = before != NULL && before->sequence + 1 == slot->sequence;
    for (int a = 0; a < 3; a++) {
        if (is_joined) {
            int16_t raw =
                cwa_get_value(cwa_raw_at(self, j - 1), before->count - 1u, 3 + (uint32_t)a);
            gyro[a][at] = (float)raw * unit;
        } else if (self->now.has_carry && self->now.carry_sequence + 1 == slot->sequence) {
            gyro[a][at] = (float)self->now.carry[a] * unit;
        } else {
            gyro[a][at] = NAN;
        }
    }
}

void cwa_decode_plain(uint8_t layout, uint16_t light_word, const uint8_t *raw, uint32_t from,
                      uint32_t n, struct sample_block *block, uint32_t at)
{
    float *const *acc = block->acc_g, *const *gyro = block->gyro_dps;
    uint32_t size = cwa_layout_sample_bytes(layout);
    const uint8_t *p = raw + CWA_SAMPLES_AT + (size_t)size * from;
    if (layout == CWA_PACKED) {
        cwa_decode_packed(p, n, acc[0] + at, acc[1] + at, acc[2] + at);
    } else {
        size_t skip = layout == CWA_3_AXES ? 0 : 6;
        cwa_decode_triples(p + skip, size, n, (float)cwa_acc_unit_g(light_word), acc[0] + at,
                           acc[1] + at, acc[2] + at);
    }
    if (gyro[0] == NULL) {
        return;
    }
    double unit = cwa_gyro_unit_dps(light_word);
    if (layout == CWA_PACKED || layout == CWA_3_AXES || unit == 0.0) {
        fill_nan(gyro, at, n);
    } else {
        cwa_decode_triples(p, size, n, (float)unit, gyro[0] + at, gyro[1] + at, gyro[2] + at);
    }
}

/* Samples [from, from + n) of slot j to block[at ...]; how many of them were repaired. */
static uint32_t decode(struct cwa_reader *self, uint32_t j, uint32_t from, uint32_t n,
                       struct sample_block *block, uint32_t at)
{
    const struct cwa_slot *slot = cwa_slot_at(self, j);
    uint32_t exchanged = self->now.segment.exchanged;
    uint64_t number = (uint64_t)slot->sequence * slot->count + from; /* since logging began */
    uint32_t repaired = number >= exchanged      ? 0
                        : exchanged - number < n ? (uint32_t)(exchanged - number)
                                                 : n;
    if (repaired > 0) {
        decode_exchanged(self, j, from, repaired, block, at);
    }
    if (n > repaired) {
        cwa_decode_plain(slot->layout, slot->light_word, cwa_raw_at(self, j), from + repaired,
                         n - repaired, block, at + repaired);
    }
    return repaired;
}

/* ---- going on ---- */

static void retire(struct cwa_reader *self)
{
    struct cwa_state *now = &self->now;
    const struct cwa_slot *slot = cwa_slot_at(self, 0);
    now->has_carry = (uint64_t)slot->sequence * slot->count < now->segment.exchanged;
    if (now->has_carry) {
        for (uint32_t a = 0; a < 3; a++) {
            now->carry[a] = cwa_get_value(cwa_raw_at(self, 0), slot->count - 1u, 3 + a);
        }
        now->carry_sequence = slot->sequence;
    }
    now->head = (now->head + 1) % CWA_SLOTS;
    now->n_slots--;
    now->n_linked--;
    now->used = 0;
    if (now->n_linked == 0 &&
        (now->segment.is_ended || (now->is_at_end && now->n_slots == 0))) {
        if (!self->is_cursor) {
            note_rate(self);
        }
        now->segment.is_open = false;
    }
}

void cwa_consume(struct cwa_reader *self, const struct cwa_plan *plan)
{
    struct cwa_state *now = &self->now;
    uint32_t left = plan->n;
    while (left > 0) {
        uint32_t have = cwa_slot_at(self, 0)->count - now->used;
        if (left < have) {
            now->used += left;
            break;
        }
        left -= have;
        retire(self);
    }
    now->previous_end_ns = plan->t0_ns + (int64_t)nearbyint((double)plan->n * plan->period_ns);
    now->has_previous = true;
}

/* Remembers the state before a block, once for each stride of the file. */
static void note_place(struct cwa_reader *self, const struct cwa_plan *plan)
{
    if (self->place == NULL || self->places_are_complete) {
        return;
    }
    uint64_t pos = cwa_slot_at(self, 0)->pos, stride = self->n_places * CWA_STRIDE;
    if (pos - self->facts.data_start >= stride && self->n_places < self->places_capacity) {
        self->place[self->n_places++] =
            (struct cwa_place){.state = self->now, .first_ns = INT64_MAX, .last_ns = INT64_MIN};
    }
    struct cwa_place *place = &self->place[self->n_places - 1];
    int64_t end = plan->t0_ns + (int64_t)nearbyint((double)plan->n * plan->period_ns);
    place->first_ns = plan->t0_ns < place->first_ns ? plan->t0_ns : place->first_ns;
    place->last_ns = end > place->last_ns ? end : place->last_ns;
}

static void finish_report(struct cwa_reader *self)
{
    struct read_report *report = &self->base.report;
    if (self->is_finished || self->is_cursor) {
        return;
    }
    self->is_finished = true;
    self->places_are_complete = true;
    report->trailing_bytes = self->bytes->size - self->stream.pos;
    report->skipped_bytes += report->trailing_bytes;
    self->base.info.n_samples = report->n_samples;
    self->base.info.end_ns = self->now.has_previous ? self->now.previous_end_ns : TIME_UNKNOWN;
}

static void add_to_report(struct cwa_reader *self, const struct sample_block *block,
                          const struct cwa_slot *slot, uint32_t repaired, uint32_t *flags)
{
    struct read_report *report = &self->base.report;
    struct cwa_limits limits = cwa_limits_of(slot->layout, slot->rate_code, slot->light_word);
    uint32_t clipped = sample_block_count_clipped(block, limits.low_g, limits.high_g);
    *flags |= clipped > 0 ? BLOCK_CLIPPED : 0;
    if (self->is_cursor) {
        return;
    }
    for (int a = 0; a < 3; a++) {
        report->sum_g[a] += cwa_add_up(block->acc_g[a], block->n);
        report->last_sample_g[a] = (double)block->acc_g[a][block->n - 1];
        if (report->n_samples == 0) {
            report->first_sample_g[a] = (double)block->acc_g[a][0];
        }
    }
    report->clipped_samples += clipped;
    report->repaired_samples += repaired;
    report->n_samples += block->n;
}

enum yk_status cwa_next_samples(struct recording_source *source, struct sample_block *block,
                                struct failure *why)
{
    struct cwa_reader *self = (struct cwa_reader *)source;
    struct cwa_plan plan;
    enum yk_status status = cwa_plan_next(self, block->capacity, &plan, why);
    if (status == YK_END) {
        finish_report(self);
    }
    if (status != YK_OK) {
        return status;
    }
    note_place(self, &plan);
    struct cwa_slot first = *cwa_slot_at(self, 0);
    uint32_t used = self->now.used, n = 0, repaired = 0;
    uint32_t flags = self->now.segment.is_doubtful ? BLOCK_CLOCK_DOUBT : 0;
    if (used == 0) {
        flags |= note_begin(self, &first, plan.t0_ns, plan.period_ns);
    }
    for (uint32_t j = 0; n < plan.n; j++) {
        const struct cwa_slot *slot = cwa_slot_at(self, j);
        if (used == 0) {
            flags |= note_slot(self, slot,
                               plan.t0_ns + (int64_t)nearbyint((double)n * plan.period_ns));
        }
        uint32_t have = slot->count - used, take = have < plan.n - n ? have : plan.n - n;
        repaired += decode(self, j, used, take, block, n);
        n += take;
        used = 0;
    }
    block->t0_ns = plan.t0_ns;
    block->period_s = plan.period_ns / NS_PER_S;
    block->n = n;
    block->light = (float)cwa_light(first.light_word);
    block->temperature_c = (float)cwa_temperature_c(first.temperature_word);
    block->battery_v = (float)cwa_battery_v(first.battery);
    flags |= repaired > 0 ? BLOCK_REPAIRED : 0;
    add_to_report(self, block, &first, repaired, &flags);
    block->flags = flags;
    cwa_consume(self, &plan);
    return YK_OK;
}
