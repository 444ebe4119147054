/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Person, wrist, surroundings and recorder, run together sample by sample.
 */
#include "src/simulate/simulate.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/simulate/environment.h"
#include "src/simulate/exact_math.h"

#define BLOCK_S 0.5 /* surroundings and faults are looked at this often */

void simulation_init(struct simulation *self, const struct zone *zone)
{
    const struct civil_date monday = {2026, 5, 11};
    *self = (struct simulation){.zone = zone,
                                .kind = person_kind_find("regular"),
                                .start_ns = zone_instant_of_day(zone, monday, 10 * 3600),
                                .days = 7,
                                .seed = 1};
    self->recorder = (struct recorder_options){
        .rate_hz = 100, .range_g = 8, .firmware = 50, .has_calibration_error = true};
}

void simulation_name(struct simulation *self)
{
    uint32_t low = (uint32_t)(self->seed % 8999);
    if (self->recorder.device_id == 0) {
        self->recorder.device_id = self->recorder.is_ax6 ? 6090000 + low : 90000 + low;
    }
    if (self->recorder.session_id == 0) {
        self->recorder.session_id = 1000 + low;
    }
}

/* ---- faults ---- */

static int by_start(const void *a, const void *b)
{
    int64_t x = ((const struct stretch *)a)->start_ns;
    int64_t y = ((const struct stretch *)b)->start_ns;
    return x < y ? -1 : x > y;
}

static bool is_free(const struct stretch *list, size_t n, struct stretch s)
{
    for (size_t i = 0; i < n; i++) {
        if (s.start_ns < list[i].end_ns + 10 * NS_PER_MIN &&
            s.end_ns > list[i].start_ns - 10 * NS_PER_MIN) {
            return false;
        }
    }
    return true;
}

static bool is_up(const struct plan *plan, int64_t t_ns)
{
    enum activity activity = plan_at(plan, t_ns)->activity;
    return !activity_is_in_bed(activity) && activity != ACTIVITY_OFF;
}

/* A log-uniform length somewhere in the recording, not in its first or last ten minutes. */
static struct stretch anywhere(const struct truth *truth, struct random *random, double low_s,
                               double high_s)
{
    double margin_s = 600;
    double whole_s = (double)(truth->end_ns - truth->start_ns) / 1e9 - 2 * margin_s - high_s;
    double length_s = low_s * exact_exp(random_uniform(random) * exact_log(high_s / low_s));
    double at_s = margin_s + random_uniform(random) * (whole_s > 0 ? whole_s : 0);
    int64_t start = truth->start_ns + (int64_t)floor(at_s * 1000) * 1000000;
    return (struct stretch){start, start + (int64_t)floor(length_s * 1000) * 1000000};
}

static enum yk_status plan_faults(const struct simulation *self, struct truth *truth,
                                  struct failure *why)
{
    struct random random;
    random_seed(&random, self->seed, STREAM_FAULT);
    int restarts = self->restarts + (self->has_two_sessions && self->restarts == 0 ? 1 : 0);
    truth->restarts = mem_alloc((size_t)restarts, sizeof *truth->restarts);
    truth->gaps = mem_alloc((size_t)self->gaps, sizeof *truth->gaps);
    truth->bad = mem_alloc((size_t)self->bad_sectors, sizeof *truth->bad);
    if (truth->restarts == NULL || truth->gaps == NULL || truth->bad == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the list of faults");
    }
    for (int i = 0; i < restarts; i++) { /* put on a charger while up and about */
        for (int attempt = 0; attempt < 300; attempt++) {
            struct stretch s = anywhere(truth, &random, 240, 2400);
            if (is_up(&truth->plan, s.start_ns) && is_up(&truth->plan, s.end_ns) &&
                is_free(truth->restarts, truth->n_restarts, s)) {
                truth->restarts[truth->n_restarts++] = s;
                break;
            }
        }
    }
    for (int i = 0; i < self->gaps; i++) {
        for (int attempt = 0; attempt < 300; attempt++) {
            struct stretch s = anywhere(truth, &random, 10, 480);
            if (is_free(truth->restarts, truth->n_restarts, s) &&
                is_free(truth->gaps, truth->n_gaps, s)) {
                truth->gaps[truth->n_gaps++] = s;
                break;
            }
        }
    }
    for (int i = 0; i < self->bad_sectors; i++) {
        struct stretch s = anywhere(truth, &random, 1, 2);
        if (is_free(truth->restarts, truth->n_restarts, s) &&
            is_free(truth->gaps, truth->n_gaps, s)) {
            truth->bad[truth->n_bad++].t_ns = s.start_ns;
        }
    }
    qsort(truth->restarts, truth->n_restarts, sizeof *truth->restarts, by_start);
    qsort(truth->gaps, truth->n_gaps, sizeof *truth->gaps, by_start);
    for (size_t i = 1; i < truth->n_bad; i++) {
        struct spoilt_sector b = truth->bad[i];
        size_t k = i;
        for (; k > 0 && truth->bad[k - 1].t_ns > b.t_ns; k--) {
            truth->bad[k] = truth->bad[k - 1];
        }
        truth->bad[k] = b;
    }
    return YK_OK;
}

/* ---- running ---- */

struct run {
    const struct simulation *simulation;
    struct truth *truth;
    struct recorder *recorder;
    struct body body;
    struct environment environment;
    size_t i_spell, i_gap, i_bad, bad_done;
    double spell_end_s;
};

static double seconds_in(const struct run *run, int64_t t_ns)
{
    return (double)(t_ns - run->truth->start_ns) / 1e9;
}

static void begin_spell(struct run *run, size_t i)
{
    const struct plan *plan = &run->truth->plan;
    const struct spell *spell = &plan->spells[i];
    const struct spell *previous = i > 0 ? spell - 1 : spell;
    double start_s = seconds_in(run, spell->start_ns);
    run->i_spell = i;
    run->spell_end_s = i + 1 < plan->n_spells ? seconds_in(run, spell->end_ns) : HUGE_VAL;
    body_begin(&run->body, spell->activity, previous->activity, start_s,
               seconds_in(run, spell->end_ns));
}

/* Faults that concern the next sector. */
static void look_for_faults(struct run *run, int64_t t_ns)
{
    const struct truth *truth = run->truth;
    struct recorder *recorder = run->recorder;
    while (run->i_gap < truth->n_gaps && t_ns >= truth->gaps[run->i_gap].end_ns) {
        run->i_gap++;
    }
    recorder->loses_next =
        run->i_gap < truth->n_gaps && t_ns >= truth->gaps[run->i_gap].start_ns;
    if (run->bad_done < run->i_bad && !recorder->spoils_next) { /* it was written */
        run->truth->bad[run->bad_done].index = recorder->last_spoilt;
        run->bad_done++;
    }
    if (run->i_bad == run->bad_done && run->i_bad < truth->n_bad &&
        t_ns >= truth->bad[run->i_bad].t_ns && !recorder->loses_next) {
        recorder->spoils_next = true;
        run->i_bad++;
    }
}

static enum yk_status run_block(struct run *run, double *t_s, struct failure *why)
{
    const struct plan *plan = &run->truth->plan;
    struct recorder *recorder = run->recorder;
    int64_t t_ns = run->truth->start_ns + (int64_t)(*t_s * 1e9);
    double hour = (double)zone_civil(run->simulation->zone, t_ns).second_of_day / 3600.0;
    environment_step(&run->environment, BLOCK_S, hour, plan->spells[run->i_spell].activity);
    recorder->temperature_c = run->environment.temperature_c;
    recorder->light = run->environment.light;
    recorder->battery_v = run->environment.battery_v;
    look_for_faults(run, t_ns);
    double period_s = recorder_settle(recorder);
    uint32_t n = (uint32_t)(BLOCK_S / period_s) + 1;
    struct wrist wrist;
    enum yk_status status = YK_OK;
    for (uint32_t k = 0; k < n && status == YK_OK; k++) {
        double now_s = *t_s + k * period_s;
        while (now_s >= run->spell_end_s) {
            begin_spell(run, run->i_spell + 1);
        }
        body_step(&run->body, now_s, period_s, &wrist);
        status = recorder_sample(recorder, now_s, &wrist, why);
    }
    *t_s += n * period_s;
    return status;
}

/* From one start of logging to its end. */
static enum yk_status run_logging(struct run *run, double from_s, double to_s, struct job *job,
                                  struct failure *why)
{
    double t_s = from_s;
    double whole_s = seconds_in(run, run->truth->end_ns);
    enum yk_status status = YK_OK;
    recorder_start(run->recorder);
    for (uint32_t block = 0; t_s < to_s && status == YK_OK; block++) {
        if (block % 256 == 0) {
            if (job_is_cancelled(job)) {
                return failure_set(why, YK_ERR_CANCELLED, "stopped while simulating");
            }
            job_progress(job, "simulating", (uint64_t)t_s, (uint64_t)whole_s, "seconds");
        }
        status = run_block(run, &t_s, why);
    }
    return status;
}

static enum yk_status run_all(struct run *run, struct job *job, struct failure *why)
{
    struct truth *truth = run->truth;
    double from_s = 0;
    enum yk_status status = YK_OK;
    for (size_t i = 0; i <= truth->n_restarts && status == YK_OK; i++) {
        bool is_last = i == truth->n_restarts;
        double to_s = seconds_in(run, is_last ? truth->end_ns : truth->restarts[i].start_ns);
        if (run->simulation->has_two_sessions && is_last) {
            run->recorder->session_id = run->simulation->recorder.session_id + 1;
        }
        status = run_logging(run, from_s, to_s, job, why);
        if (!is_last) {
            from_s = seconds_in(run, truth->restarts[i].end_ns);
            environment_charge(&run->environment, from_s - to_s);
        }
    }
    if (status == YK_OK) {
        look_for_faults(run, truth->end_ns);
    }
    if (run->recorder->spoils_next) { /* its sector was never cut */
        truth->n_bad = run->bad_done;
    }
    return status;
}

/* How long the battery lasts, roughly as the vendor states. */
static double drain_days(const struct recorder_options *o)
{
    double days = 21 * sqrt(50 / (o->rate_hz < 12.5 ? 12.5 : o->rate_hz));
    return o->gyro_dps != 0 ? days * 0.5 : days;
}

static enum yk_status start_run(struct run *run, struct recorder_sink sink, struct failure *why)
{
    const struct simulation *self = run->simulation;
    struct truth *truth = run->truth;
    /* The clock was set to the wall's when the recorder was handed out, and knows no summer
     * time. */
    int64_t wall_ns = civil_time_as_utc_ns(zone_civil(self->zone, self->start_ns));
    enum yk_status status = recorder_init(run->recorder, &self->recorder, sink, wall_ns,
                                          self->clock_ppm, self->seed, why);
    if (status != YK_OK) {
        return status;
    }
    body_init(&run->body, self->kind, self->seed);
    environment_init(&run->environment, self->seed, drain_days(&self->recorder));
    const struct spell *first = plan_at(&truth->plan, self->start_ns);
    begin_spell(run, (size_t)(first - truth->plan.spells));
    truth->errors = run->recorder->errors;
    run->recorder->options.session_id += self->has_two_sessions ? 1 : 0;
    status = recorder_write_header(run->recorder, 0, seconds_in(run, truth->end_ns), why);
    run->recorder->options.session_id = self->recorder.session_id;
    return status;
}

static enum yk_status check_simulation(const struct simulation *self, struct failure *why)
{
    if (!(self->days > 0) || self->days > 366) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "a recording lasts more than 0 and up to 366 days, not %g",
                           self->days);
    }
    if (fabs(self->clock_ppm) > 1000) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "a clock drift is within 1000 ppm (86 s a day), not %g",
                           self->clock_ppm);
    }
    const struct {
        const char *name;
        int value;
    } counts[] = {{"nonwear", self->nonwear},
                  {"nonwear-in-bed", self->nonwear_in_bed},
                  {"restarts", self->restarts},
                  {"gaps", self->gaps},
                  {"bad-sectors", self->bad_sectors}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (counts[i].value < 0 || counts[i].value > 1000) {
            return failure_set(why, YK_ERR_ARGUMENT, "--%s is between 0 and 1000, not %d",
                               counts[i].name, counts[i].value);
        }
    }
    return YK_OK;
}

enum yk_status simulate(const struct simulation *self, struct recorder_sink sink,
                        struct truth *out, struct job *job, struct failure *why)
{
    enum yk_status status = check_simulation(self, why);
    if (status != YK_OK) {
        return status;
    }
    out->start_ns = self->start_ns;
    out->end_ns = self->start_ns + (int64_t)(self->days * 86400 + 0.5) * NS_PER_S;
    out->seed = self->seed;
    out->clock_ppm = self->clock_ppm;
    out->recorder = self->recorder;
    struct recorder *recorder = mem_alloc(1, sizeof *recorder);
    if (recorder == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the recorder");
    }
    struct run run = {.simulation = self, .truth = out, .recorder = recorder};
    status = plan_make(&out->plan, self->kind, self->zone, out->start_ns, out->end_ns,
                       self->seed, why);
    if (status == YK_OK) {
        status = plan_take_off(&out->plan, out->start_ns, out->end_ns, self->nonwear,
                               self->nonwear_in_bed, self->seed, why);
    }
    if (status == YK_OK) {
        status = plan_faults(self, out, why);
    }
    if (status == YK_OK) {
        status = start_run(&run, sink, why);
    }
    if (status == YK_OK && !self->is_header_only) {
        status = run_all(&run, job, why);
    }
    if (status == YK_OK) {
        status = recorder_flush(recorder, why);
    }
    out->n_sectors = recorder->n_sectors;
    out->n_samples = recorder->n_samples;
    if (self->is_header_only) {
        out->end_ns = out->start_ns;
        out->n_restarts = out->n_gaps = out->n_bad = 0;
        out->plan.n_nonwear = 0;
    }
    mem_free(recorder);
    return status;
}
