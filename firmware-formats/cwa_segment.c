/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From sectors to segments, and the time of every sample in them.
 *
 * Each sector names one sample ("anchor") and the time at which it was taken: a knot. Between
 * two knots time runs straight; before the first and after the last knot of a segment it runs
 * with the segment's overall slope. The sensor's real rate, 1..2 % off the nominal one, thus
 * never enters as a guess. Where the device stopped, lost samples, was set up anew or had its
 * clock changed, a new segment begins. The rules and their limits are in docs/formats/cwa.md.
 */
#include "firmware-formats/cwa_reader.h"

#include <math.h>
#include <stdlib.h>

/* Time between two neighbouring sectors may be off by 5 %, but 0.25 s are always and more than
 * 1 s are never allowed. Real recordings stay within 0.02 s. */
#define SLACK_SHARE 0.05
#define SLACK_MIN_S 0.25
#define SLACK_MAX_S 1.0
/* With missing sectors: 2 % of the time that passed. */
#define SLACK_MISSING_SHARE 0.02
/* The device says that samples were lost: then a small step is already one. */
#define SLACK_OVERFLOW_S 0.05
/* Ancient sectors know the second only. */
#define SLACK_ANCIENT_S 1.5
/* A slope is measured over at least this long. */
#define SLOPE_SPAN_NS (60 * NS_PER_S)
/* A knot may lie this many sectors before or behind its own. */
#define ANCHOR_REACH 8

struct cwa_slot cwa_slot_of(const struct cwa_facts *facts, uint64_t pos,
                            const struct cwa_sector *s)
{
    uint32_t fraction =
        facts->fraction_is_id || s->rate_code == 0 ? 0 : cwa_fraction16(s->fraction_or_id);
    bool is_packed = s->layout == CWA_PACKED;
    struct cwa_slot slot = {
        .pos = pos,
        .sequence = s->sequence,
        .session = s->session_id,
        .anchor = cwa_anchor(s, fraction),
        .count = s->count,
        .light_word = is_packed ? (uint16_t)cwa_light(s->light_word) : s->light_word,
        .temperature_word = s->temperature_word,
        .ancient_hz = s->rate_code == 0 ? (uint16_t)s->time_offset : 0,
        .layout = s->layout,
        .rate_code = s->rate_code,
        .events = s->events,
        .battery = s->battery,
    };
    int64_t seconds = 0, reach = (int64_t)ANCHOR_REACH * cwa_layout_capacity(s->layout);
    slot.has_time =
        cwa_time_seconds(s->time, &seconds) && slot.anchor >= -reach && slot.anchor <= reach;
    /* 1/65536 s are 15258.789 ns: 1953125 / 128. */
    slot.knot_ns = seconds * NS_PER_S + (((int64_t)fraction * 1953125 + 64) >> 7) -
                   facts->wall_minus_utc_ns;
    return slot;
}

double cwa_slot_rate_hz(const struct cwa_slot *slot)
{
    return slot->rate_code == 0 ? (double)slot->ancient_hz : cwa_rate_hz(slot->rate_code);
}

bool cwa_slots_agree(const struct cwa_slot *a, const struct cwa_slot *b)
{
    return a->session == b->session && a->rate_code == b->rate_code && a->layout == b->layout &&
           a->ancient_hz == b->ancient_hz && a->light_word >> 10 == b->light_word >> 10;
}

static bool is_restart(const struct cwa_slot *slot)
{
    return slot->sequence == 0 || (slot->events & CWA_EVENT_RESUME) != 0;
}

/* ---- reading ahead ---- */

void cwa_count_bad(struct cwa_reader *self, uint64_t pos, uint32_t length, enum cwa_fault fault)
{
    if (self->is_cursor) {
        return;
    }
    struct read_report *report = &self->base.report;
    uint64_t last = self->facts.last_good;
    bool is_tail = fault == CWA_FAULT_BLANK && (last == UINT64_MAX || pos > last);
    report->skipped_bytes += length;
    if (is_tail) {
        return; /* room that was set aside and never written: the end, not damage */
    }
    report->bad_blocks++;
    read_report_add(report, READ_EVENT_BAD_BLOCK, TIME_UNKNOWN, TIME_UNKNOWN,
                    (int64_t)((pos - self->facts.data_start) / CWA_SECTOR_BYTES),
                    cwa_fault_text(fault));
}

/* Slots keep pointing into the stream's buffer until it is filled anew. */
static enum yk_status fill_stream(struct cwa_reader *self, struct failure *why)
{
    for (uint32_t j = 0; j < self->now.n_slots; j++) {
        uint32_t k = (self->now.head + j) % CWA_SLOTS;
        if (self->raw[k] != self->own[k]) {
            __builtin_memcpy(self->own[k], self->raw[k], CWA_SECTOR_BYTES);
            self->raw[k] = self->own[k];
        }
    }
    return cwa_stream_fill(&self->stream, why);
}

static void note_session(struct cwa_reader *self, const struct cwa_slot *slot)
{
    struct cwa_state *now = &self->now;
    bool is_first = !now->has_read;
    if (!is_first && slot->session == now->session) {
        return;
    }
    now->session_number += is_first ? 0 : 1;
    now->session = slot->session;
    if (self->is_cursor) {
        return;
    }
    self->base.report.sessions++;
    if (!is_first) {
        read_report_add(&self->base.report, READ_EVENT_SESSION,
                        slot->has_time ? slot->knot_ns : TIME_UNKNOWN,
                        slot->has_time ? slot->knot_ns : TIME_UNKNOWN,
                        (int64_t)((slot->pos - self->facts.data_start) / CWA_SECTOR_BYTES),
                        "another session begins in this file");
    }
}

enum yk_status cwa_read_slot(struct cwa_reader *self, struct failure *why)
{
    struct cwa_state *now = &self->now;
    struct cwa_found found;
    for (;;) {
        if (!cwa_stream_is_ready(&self->stream)) {
            enum yk_status status = fill_stream(self, why);
            if (status != YK_OK) {
                return status;
            }
        }
        if (!cwa_stream_next(&self->stream, &found)) {
            now->is_at_end = true;
            return YK_END;
        }
        now->next_pos = self->stream.pos;
        if (found.fault == CWA_GOOD && now->has_read &&
            found.sector.sequence == now->last_sequence &&
            found.sector.session_id == now->session && found.sector.time == now->last_time) {
            found.fault = CWA_FAULT_REPEATED;
        }
        if (found.fault != CWA_GOOD) {
            cwa_count_bad(self, found.pos, found.length, found.fault);
            continue;
        }
        struct cwa_slot slot = cwa_slot_of(&self->facts, found.pos, &found.sector);
        note_session(self, &slot);
        now->has_read = true;
        now->last_sequence = found.sector.sequence;
        now->last_time = found.sector.time;
        if (!self->is_cursor) {
            self->base.report.blocks++;
        }
        if (self->facts.session >= 0 && now->session_number != (uint32_t)self->facts.session) {
            continue;
        }
        uint32_t k = (now->head + now->n_slots) % CWA_SLOTS;
        now->slot[k] = slot;
        self->raw[k] = found.raw;
        now->n_slots++;
        return YK_OK;
    }
}

/* ---- the slope before the first knot ---- */

/* The sector `distance` behind the first one of a segment (or, when that is bad, one of the
 * next three) as a knot of the same segment; false when there is none. */
static bool look_ahead(struct cwa_reader *self, const struct cwa_slot *first, uint64_t distance,
                       struct cwa_knot *out)
{
    for (uint64_t d = distance; d < distance + 4; d++) {
        uint64_t pos = first->pos + d * CWA_SECTOR_BYTES;
        uint8_t at[CWA_SECTOR_BYTES];
        size_t got = 0;
        struct cwa_sector sector;
        if (pos + CWA_SECTOR_BYTES > self->facts.data_end ||
            byte_source_read_at(self->bytes, pos, at, sizeof at, &got, NULL) != YK_OK ||
            got < sizeof at) {
            return false;
        }
        if (cwa_sector_check(at, &sector) != CWA_GOOD) {
            continue;
        }
        struct cwa_slot slot = cwa_slot_of(&self->facts, pos, &sector);
        uint32_t ahead = slot.sequence - first->sequence;
        if (!cwa_slots_agree(first, &slot) || is_restart(&slot) || ahead < d ||
            ahead > 2 * d + 16 || !slot.has_time) {
            return false;
        }
        *out = (struct cwa_knot){(int64_t)ahead * first->count + slot.anchor, slot.knot_ns};
        return true;
    }
    return false;
}

/* Whether `next` continues the line from `from` over `last`, as closely as a sensor's clock
 * does: 3 % at first, when only the nominal rate is known, then 0.5 %. */
static bool is_in_line(struct cwa_knot from, struct cwa_knot last, struct cwa_knot next,
                       double nominal_ns, double least_s)
{
    bool is_known = last.t_ns - from.t_ns >= SLOPE_SPAN_NS;
    double slope =
        is_known ? (double)(last.t_ns - from.t_ns) / (double)(last.i - from.i) : nominal_ns;
    double span = slope * (double)(next.i - last.i);
    double off = fabs((double)(next.t_ns - last.t_ns) - span);
    return next.i >= last.i && next.t_ns >= last.t_ns &&
           off <= least_s * NS_PER_S + (is_known ? 0.005 : 0.03) * span;
}

/* The overall slope of the segment that begins with this sector, before it was read: its end is
 * found by doubling the distance while sectors fit, then by halving. About forty short reads;
 * exact when nothing but the end of the segment is in the way, and good to 0.5 % (7 ms in the
 * first sector's time) in the worst case. */
static double lead_slope(struct cwa_reader *self, const struct cwa_slot *first)
{
    double nominal_ns = (double)NS_PER_S / cwa_slot_rate_hz(first);
    double least_s = first->rate_code == 0 ? SLACK_ANCIENT_S : SLACK_MIN_S;
    struct cwa_knot from = {first->anchor, first->knot_ns}, last = from, next;
    uint64_t good = 0, bad = 1;
    while (look_ahead(self, first, bad, &next) &&
           is_in_line(from, last, next, nominal_ns, least_s)) {
        last = next;
        good = bad;
        bad *= 2;
    }
    while (good + 1 < bad) {
        uint64_t middle = good + (bad - good) / 2;
        if (look_ahead(self, first, middle, &next) &&
            is_in_line(from, last, next, nominal_ns, least_s)) {
            last = next;
            good = middle;
        } else {
            bad = middle;
        }
    }
    return last.i > from.i && last.t_ns > from.t_ns
               ? (double)(last.t_ns - from.t_ns) / (double)(last.i - from.i)
               : nominal_ns;
}

/* ---- segments ---- */

/* Removes slot j from the ring: it cannot be used after all. */
static void drop_slot(struct cwa_reader *self, uint32_t j)
{
    struct cwa_state *now = &self->now;
    cwa_count_bad(self, cwa_slot_at(self, j)->pos, CWA_SECTOR_BYTES, CWA_FAULT_TIME);
    if (!self->is_cursor) {
        self->base.report.blocks--;
    }
    for (uint32_t k = j; k + 1 < now->n_slots; k++) {
        uint32_t to = (now->head + k) % CWA_SLOTS, from = (to + 1) % CWA_SLOTS;
        now->slot[to] = now->slot[from];
        if (self->raw[from] == self->own[from]) {
            __builtin_memcpy(self->own[to], self->own[from], CWA_SECTOR_BYTES);
            self->raw[to] = self->own[to];
        } else {
            self->raw[to] = self->raw[from];
        }
    }
    now->n_slots--;
}

static void add_knot(struct cwa_state *now, const struct cwa_slot *slot)
{
    struct cwa_segment *segment = &now->segment;
    struct cwa_knot knot = {slot->first + slot->anchor, slot->knot_ns};
    segment->stamp = knot;
    if (segment->is_ancient || knot.i <= segment->last.i || knot.t_ns <= segment->last.t_ns ||
        now->n_queue == CWA_KNOTS) {
        return;
    }
    segment->last = knot;
    now->queue[now->n_queue++] = knot;
}

static void start_segment(struct cwa_reader *self)
{
    struct cwa_state *now = &self->now;
    struct cwa_slot *slot = cwa_slot_at(self, 0);
    if (slot->why == CWA_BREAK_NONE) {
        slot->why = CWA_BREAK_FIRST;
    }
    slot->first = 0;
    slot->missing = 0;
    struct cwa_knot knot = {slot->anchor, slot->knot_ns};
    now->segment = (struct cwa_segment){
        .first = knot,
        .last = knot,
        .stamp_0 = knot,
        .stamp = knot,
        .next_index = slot->count,
        .tail = *slot,
        .is_open = true,
        .is_ancient = slot->rate_code == 0,
        .is_doubtful = slot->knot_ns + self->facts.wall_minus_utc_ns < CWA_DOUBTFUL_BEFORE_NS,
    };
    now->segment.lead_ns = lead_slope(self, slot);
    now->segment.exchanged = cwa_exchange_find(self, slot);
    now->queue[0] = knot;
    now->n_queue = 1;
    now->has_before = false;
    now->n_linked = 1;
}

/* How far the time of a point may be off, `passed_s` after the one before. */
static double slack_s(const struct cwa_segment *segment, const struct cwa_slot *slot,
                      uint32_t missing, double passed_s)
{
    double least = segment->is_ancient ? SLACK_ANCIENT_S : SLACK_MIN_S;
    if (missing > 0) {
        return fmax(least, SLACK_MISSING_SHARE * passed_s);
    }
    if ((slot->events & (CWA_EVENT_FIFO_OVERFLOW | CWA_EVENT_BUFFER_OVERFLOW)) != 0 &&
        !segment->is_ancient) {
        return SLACK_OVERFLOW_S;
    }
    return fmax(least, fmin(SLACK_MAX_S, SLACK_SHARE * passed_s));
}

struct misfit {
    double off_s, slack_s; /* how far a time is off, and how far it may be */
};

/* How the slot's time fits when its first sample has index `first`. */
static struct misfit misfit(const struct cwa_segment *segment, const struct cwa_slot *slot,
                            int64_t first, uint32_t missing)
{
    int64_t span_ns = segment->stamp.t_ns - segment->stamp_0.t_ns;
    double slope = span_ns >= SLOPE_SPAN_NS
                       ? (double)span_ns / (double)(segment->stamp.i - segment->stamp_0.i)
                       : segment->lead_ns;
    double passed = (double)(slot->knot_ns - segment->stamp.t_ns);
    double expected = slope * (double)(first + slot->anchor - segment->stamp.i);
    double slack = slack_s(segment, slot, missing, fmax(passed, expected) / NS_PER_S);
    if (passed <= 0 && !segment->is_ancient) {
        slack =
            SLACK_OVERFLOW_S; /* time went back, or stands still as the samples' index does */
    }
    return (struct misfit){fabs(passed - expected) / NS_PER_S, slack};
}

/* Whether slot c, off by off_s, has a single wrong stamp: the sector ahead is back in line. A
 * step that stays is none. */
static bool is_lone_misfit(const struct cwa_segment *segment, const struct cwa_slot *c,
                           double off_s, int64_t first, uint32_t missing,
                           const struct cwa_slot *ahead)
{
    if (ahead == NULL || !ahead->has_time || !cwa_slots_agree(c, ahead) || is_restart(ahead) ||
        ahead->sequence != c->sequence + 1) {
        return false;
    }
    struct misfit next = misfit(segment, ahead, first + c->count, missing);
    return next.off_s <= next.slack_s && next.off_s < 0.5 * off_s;
}

/* Why slot c cannot go on with the segment, or CWA_BREAK_NONE; then c->first, missing and
 * is_stray are set. ahead: the slot after it, or NULL. */
static enum cwa_break place_slot(const struct cwa_segment *segment, struct cwa_slot *c,
                                 const struct cwa_slot *ahead)
{
    if (!cwa_slots_agree(&segment->tail, c)) {
        return CWA_BREAK_SETUP;
    }
    uint32_t step = c->sequence - segment->tail.sequence;
    if (is_restart(c) || step == 0 || step > UINT32_MAX / 2) {
        return CWA_BREAK_RESTART;
    }
    uint64_t missing = (uint64_t)(step - 1) * segment->tail.count;
    if (missing > UINT32_MAX / 2) {
        return CWA_BREAK_LOST;
    }
    int64_t first = segment->next_index + (int64_t)missing;
    struct misfit now = {.off_s = INFINITY};
    if (c->has_time) {
        now = misfit(segment, c, first, (uint32_t)missing);
    }
    bool is_stray = false;
    if (now.off_s > now.slack_s) {
        is_stray = is_lone_misfit(segment, c, now.off_s, first, (uint32_t)missing, ahead);
        if (!is_stray && (c->has_time || missing > 0)) {
            return missing > 0 ? CWA_BREAK_LOST : CWA_BREAK_JUMP;
        }
    }
    c->first = first;
    c->missing = (uint32_t)missing;
    c->is_stray = is_stray || !c->has_time;
    return CWA_BREAK_NONE;
}

/* Joins the first slot that is not linked to the segment, or ends the segment before it. */
static void link_next(struct cwa_reader *self)
{
    struct cwa_state *now = &self->now;
    struct cwa_segment *segment = &now->segment;
    struct cwa_slot *c = cwa_slot_at(self, now->n_linked);
    const struct cwa_slot *ahead =
        now->n_slots > now->n_linked + 1 ? cwa_slot_at(self, now->n_linked + 1) : NULL;
    enum cwa_break why = place_slot(segment, c, ahead);
    if (why != CWA_BREAK_NONE) {
        if (c->has_time) {
            c->why = (uint8_t)why;
            segment->is_ended = true;
        } else {
            drop_slot(self, now->n_linked);
        }
        return;
    }
    segment->next_index = c->first + c->count;
    segment->tail = *c;
    if (!c->is_stray) {
        add_knot(now, c);
    }
    now->n_linked++;
}

/* ---- the next block ---- */

static bool is_covered(struct cwa_reader *self)
{
    const struct cwa_state *now = &self->now;
    const struct cwa_slot *last = cwa_slot_at(self, now->n_linked - 1);
    return now->n_queue > 0 && last->first + last->count >= now->queue[0].i;
}

static void pass_knots(struct cwa_state *now, int64_t s)
{
    uint32_t passed = 0;
    while (passed < now->n_queue && now->queue[passed].i <= s) {
        now->before = now->queue[passed++];
        now->has_before = true;
    }
    if (passed > 0) {
        now->n_queue -= passed;
        __builtin_memmove(now->queue, now->queue + passed, now->n_queue * sizeof *now->queue);
    }
}

/* Reads and links until the piece of line that begins at the current sample is known. */
static enum yk_status look_far_enough(struct cwa_reader *self, struct failure *why)
{
    struct cwa_state *now = &self->now;
    for (;;) {
        if (now->n_slots == 0 && now->is_at_end) {
            return YK_END;
        }
        if (now->n_linked > 0) {
            pass_knots(now, cwa_slot_at(self, 0)->first + now->used);
            if (is_covered(self) || now->segment.is_ended) {
                return YK_OK;
            }
        }
        bool has_ahead = now->n_slots > now->n_linked + 1;
        bool is_between =
            now->n_linked == 0 && (!now->segment.is_open || now->segment.is_ended);
        if (now->n_slots < CWA_SLOTS && !has_ahead && !now->is_at_end) {
            enum yk_status status = cwa_read_slot(self, why);
            if (status != YK_OK && status != YK_END) {
                return status;
            }
        } else if (is_between) {
            if (cwa_slot_at(self, 0)->has_time) {
                start_segment(self);
            } else {
                drop_slot(self, 0);
            }
        } else if (now->n_slots > now->n_linked && (has_ahead || now->is_at_end)) {
            link_next(self);
        } else {
            return YK_OK;
        }
    }
}

enum yk_status cwa_plan_next(struct cwa_reader *self, uint32_t capacity, struct cwa_plan *plan,
                             struct failure *why)
{
    struct cwa_state *now = &self->now;
    enum yk_status status = look_far_enough(self, why);
    if (status != YK_OK) {
        return status;
    }
    int64_t s = cwa_slot_at(self, 0)->first + now->used;
    int64_t most = now->n_queue > 0 ? now->queue[0].i - s : INT64_MAX;
    most = most < capacity ? most : capacity;
    uint32_t n = 0, used = now->used;
    for (uint32_t j = 0; j < now->n_linked && n < most; j++) {
        const struct cwa_slot *slot = cwa_slot_at(self, j);
        if (j > 0 && slot->missing > 0) {
            break;
        }
        uint32_t take = slot->count - used;
        n += take < most - n ? take : (uint32_t)(most - n);
        used = 0;
    }
    const struct cwa_segment *segment = &now->segment;
    struct cwa_knot from = now->has_before ? now->before : now->queue[0], to = segment->last;
    double slope = segment->lead_ns;
    if (now->has_before && now->n_queue > 0) {
        to = now->queue[0];
        slope = (double)(to.t_ns - from.t_ns) / (double)(to.i - from.i);
    } else if (now->has_before && segment->last.i > segment->first.i) {
        slope = (double)(to.t_ns - segment->first.t_ns) / (double)(to.i - segment->first.i);
    }
    plan->t0_ns = from.t_ns + (int64_t)nearbyint((double)(s - from.i) * slope);
    plan->period_ns = slope;
    plan->n = n;
    return YK_OK;
}
