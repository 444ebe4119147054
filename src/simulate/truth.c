/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FILE.truth.json.
 */
#include "src/simulate/truth.h"

#include <inttypes.h>

#include "src/base/mem.h"

void truth_init(struct truth *self)
{
    *self = (struct truth){.start_ns = TIME_UNKNOWN, .end_ns = TIME_UNKNOWN};
    plan_init(&self->plan);
}

void truth_release(struct truth *self)
{
    plan_release(&self->plan);
    mem_free(self->restarts);
    mem_free(self->gaps);
    mem_free(self->bad);
    truth_init(self);
}

bool truth_is_complete(const struct truth *self, const struct sleep *sleep)
{
    return sleep->in_bed_ns >= self->start_ns && sleep->out_of_bed_ns <= self->end_ns;
}

static int64_t overlap_ns(const struct stretch *stretches, size_t n, const struct sleep *sleep)
{
    int64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t from =
            stretches[i].start_ns > sleep->in_bed_ns ? stretches[i].start_ns : sleep->in_bed_ns;
        int64_t to = stretches[i].end_ns < sleep->out_of_bed_ns ? stretches[i].end_ns
                                                                : sleep->out_of_bed_ns;
        total += to > from ? to - from : 0;
    }
    return total;
}

bool truth_is_clean(const struct truth *self, const struct sleep *sleep)
{
    return truth_is_complete(self, sleep) && !sleep->has_nonwear &&
           sleep->onset_ns - sleep->lights_out_ns < 30 * NS_PER_MIN &&
           overlap_ns(self->restarts, self->n_restarts, sleep) == 0 &&
           overlap_ns(self->gaps, self->n_gaps, sleep) < 5 * NS_PER_MIN;
}

/* ---- JSON ---- */

static void add_time(struct text *out, const struct zone *zone, int64_t t_ns)
{
    char iso[40];
    zone_format_iso(zone, t_ns, 3, iso);
    text_addf(out, "\"%s\"", iso);
}

static void add_pair(struct text *out, const struct zone *zone, struct stretch s)
{
    text_add(out, "[");
    add_time(out, zone, s.start_ns);
    text_add(out, ", ");
    add_time(out, zone, s.end_ns);
    text_add(out, "]");
}

static void add_pairs(struct text *out, const struct zone *zone, const char *name,
                      const struct stretch *stretches, size_t n)
{
    text_addf(out, "  \"%s\": [", name);
    for (size_t i = 0; i < n; i++) {
        text_add(out, i == 0 ? "\n    " : ",\n    ");
        add_pair(out, zone, stretches[i]);
    }
    text_add(out, n > 0 ? "\n  ],\n" : "],\n");
}

static void add_key_time(struct text *out, const struct zone *zone, const char *key,
                         int64_t t_ns)
{
    text_addf(out, "\"%s\": ", key);
    add_time(out, zone, t_ns);
    text_add(out, ", ");
}

static void add_number(struct text *out, const char *key, double value, int decimals)
{
    text_addf(out, "\"%s\": ", key);
    text_add_double(out, value, decimals);
}

static void add_sleep(const struct truth *self, const struct zone *zone, const struct sleep *s,
                      struct text *out)
{
    const struct stretch *bouts = self->plan.wake_bouts + s->first_bout;
    int64_t waso_ns = 0;
    char evening[16];
    civil_format(s->evening, evening);
    text_addf(out, "    {\"evening\": \"%s\", ", evening);
    add_key_time(out, zone, "in_bed", s->in_bed_ns);
    add_key_time(out, zone, "lights_out", s->lights_out_ns);
    text_add(out, "\n     ");
    add_key_time(out, zone, "onset", s->onset_ns);
    add_key_time(out, zone, "wake", s->wake_ns);
    add_key_time(out, zone, "out_of_bed", s->out_of_bed_ns);
    text_add(out, "\n     ");
    add_number(out, "spt_hours", (double)(s->wake_ns - s->onset_ns) / 3600e9, 6);
    text_add(out, ", \"wake_bouts\": [");
    for (size_t i = 0; i < s->n_bouts; i++) {
        text_add(out, i == 0 ? "\n      " : ",\n      ");
        add_pair(out, zone, bouts[i]);
        waso_ns += bouts[i].end_ns - bouts[i].start_ns;
    }
    text_add(out, "],\n     ");
    add_number(out, "waso_hours", (double)waso_ns / 3600e9, 6);
    text_addf(out, ", \"complete\": %s, \"clean\": %s}",
              truth_is_complete(self, s) ? "true" : "false",
              truth_is_clean(self, s) ? "true" : "false");
}

/* Sleeps of one sort that touch the recording. */
static void add_sleeps(const struct truth *self, const struct zone *zone, const char *name,
                       bool is_nap, struct text *out)
{
    text_addf(out, "  \"%s\": [", name);
    size_t n = 0;
    for (size_t i = 0; i < self->plan.n_sleeps; i++) {
        const struct sleep *s = &self->plan.sleeps[i];
        if (s->is_nap != is_nap || s->out_of_bed_ns <= self->start_ns ||
            s->in_bed_ns >= self->end_ns) {
            continue;
        }
        text_add(out, n++ == 0 ? "\n" : ",\n");
        if (is_nap) {
            text_add(out, "    ");
            add_pair(out, zone, (struct stretch){s->onset_ns, s->wake_ns});
        } else {
            add_sleep(self, zone, s, out);
        }
    }
    text_add(out, n > 0 ? "\n  ],\n" : "],\n");
}

static void add_triple(struct text *out, const char *key, const double value[3])
{
    text_addf(out, "\"%s\": [", key);
    for (int i = 0; i < 3; i++) {
        text_add(out, i == 0 ? "" : ", ");
        text_add_double(out, value[i], 9);
    }
    text_add(out, "]");
}

static void add_recorder(const struct truth *self, struct text *out)
{
    const struct recorder_options *r = &self->recorder;
    text_addf(out,
              "  \"device\": {\"model\": \"%s\", \"id\": %" PRIu32 ", \"session\": %" PRIu32
              ", \"firmware\": %d, ",
              r->is_ax6 ? "AX6" : "AX3", r->device_id, r->session_id, r->firmware);
    add_number(out, "rate_hz", r->rate_hz, 3);
    text_addf(out, ", \"range_g\": %d, \"gyro_dps\": %d, \"unpacked\": %s},\n", r->range_g,
              r->gyro_dps, r->is_unpacked || r->is_ax6 ? "true" : "false");
    text_add(out, "  \"calibration\": {");
    add_triple(out, "scale", self->errors.scale);
    text_add(out, ", ");
    add_triple(out, "offset_g", self->errors.offset_g);
    text_add(out, ",\n    ");
    add_triple(out, "per_c_g", self->errors.per_c_g);
    text_add(out, ", ");
    add_number(out, "reference_c", self->errors.reference_c, 1);
    text_add(out, "},\n  ");
    add_number(out, "clock_drift_ppm", self->clock_ppm, 3);
    text_add(out, ", ");
    add_number(out, "rate_error_ppm", self->errors.rate_error * 1e6, 1);
    text_add(out, ",\n");
}

static void add_spells(const struct truth *self, const struct zone *zone, struct text *out)
{
    text_add(out, "  \"bouts\": [");
    size_t n = 0;
    for (size_t i = 0; i < self->plan.n_spells; i++) {
        struct spell s = self->plan.spells[i];
        if (s.end_ns <= self->start_ns || s.start_ns >= self->end_ns) {
            continue;
        }
        text_add(out, n++ == 0 ? "\n    [" : ",\n    [");
        add_time(out, zone, s.start_ns > self->start_ns ? s.start_ns : self->start_ns);
        text_add(out, ", ");
        add_time(out, zone, s.end_ns < self->end_ns ? s.end_ns : self->end_ns);
        text_addf(out, ", \"%s\"]", activity_word(s.activity));
    }
    text_add(out, n > 0 ? "\n  ]\n" : "]\n");
}

void truth_to_json(const struct truth *self, const struct zone *zone, struct text *out)
{
    text_addf(out,
              "{\n  \"generator\": \"%s\", \"model_version\": %d, \"seed\": %" PRIu64
              ", \"person\": \"%s\", \"zone\": \"%s\",\n  ",
              SIMULATE_GENERATOR, SIMULATE_VERSION, self->seed, self->plan.kind->id,
              zone_name(zone));
    add_key_time(out, zone, "start", self->start_ns);
    text_add(out, "\"end\": ");
    add_time(out, zone, self->end_ns);
    text_addf(out, ", \"sectors\": %" PRIu64 ", \"samples\": %" PRIu64 ",\n", self->n_sectors,
              self->n_samples);
    add_recorder(self, out);
    add_sleeps(self, zone, "nights", false, out);
    add_sleeps(self, zone, "naps", true, out);
    add_pairs(out, zone, "nonwear", self->plan.nonwear, self->plan.n_nonwear);
    add_pairs(out, zone, "restarts", self->restarts, self->n_restarts);
    add_pairs(out, zone, "gaps", self->gaps, self->n_gaps);
    text_add(out, "  \"bad_sectors\": [");
    for (size_t i = 0; i < self->n_bad; i++) {
        text_addf(out, "%s[%" PRIu64 ", ", i == 0 ? "\n    " : ",\n    ", self->bad[i].index);
        add_time(out, zone, self->bad[i].t_ns);
        text_add(out, "]");
    }
    text_add(out, self->n_bad > 0 ? "\n  ],\n" : "],\n");
    add_spells(self, zone, out);
    text_add(out, "}\n");
}
