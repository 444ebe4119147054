/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order of things from epochs to nights: what is unknown, what is not worn, then one of the
 * two ways to find nights. Nothing is computed here.
 */
#include "algorithms/sleep.h"

#include <math.h>
#include <stdbool.h>

#include "algorithms/count_input.h"
#include "algorithms/night_default.h"
#include "algorithms/night_ggir.h"
#include "algorithms/nonwear_counts.h"
#include "algorithms/nonwear_default.h"
#include "algorithms/sleep_lists.h"
#include "src/base/mem.h"

#define STATE_OF_SLEEP                                                                         \
    (SLEEP_QUARTER_BITS | STATE_IN_REST | STATE_IN_SPT | STATE_ASLEEP | STATE_STILL)

/* Forgets an earlier run, and notes epochs without a value as unknown. */
static void start_anew(struct analysis *analysis)
{
    struct epoch_series *epochs = &analysis->epochs;
    const float *value = epochs->column[EPOCH_ANGLE_Z_DEG];
    value = value != NULL ? value : epochs->column[EPOCH_COUNTS];
    value = value != NULL ? value : epochs->column[EPOCH_COUNTS_Y];
    for (size_t i = 0; i < epochs->n; i++) {
        epochs->state[i] &= (uint16_t)~STATE_OF_SLEEP;
        if (value != NULL && isnan(value[i])) {
            epochs->state[i] |= STATE_UNKNOWN;
        }
    }
    analysis->n_nights = 0;
    analysis->n_rests = 0;
    analysis->n_nonwear = 0;
}

/* Counts only: two hours (zero_runs_min) of zeros on every channel. Minute counts of a worn
 * recorder seldom stay 0 so long, also at night, and nothing else is known about the wrist. A
 * recorder with an offset never says 0; one that lies on a table says the same for quarters of
 * an hour. */
#define STUCK_MIN 15

static size_t epochs_of_minutes(int32_t epoch_s, size_t minutes)
{
    return (minutes * 60 + (size_t)epoch_s - 1) / (size_t)epoch_s;
}

static const enum epoch_column count_columns[] = {EPOCH_COUNTS, EPOCH_COUNTS_X, EPOCH_COUNTS_Y,
                                                  EPOCH_COUNTS_Z};

static enum yk_status mark_zero_runs(struct epoch_series *epochs, double least_min,
                                     struct failure *why)
{
    size_t n = epochs->n, n_channels = 0;
    float *largest = mem_alloc(n, sizeof *largest);
    uint8_t *off = mem_alloc(n, 1);
    enum yk_status status = YK_OK;
    if (largest == NULL || off == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for %zu counts", n);
        goto done;
    }
    for (size_t c = 0; c < sizeof count_columns / sizeof *count_columns; c++) {
        const float *counts = epochs->column[count_columns[c]];
        n_channels += counts != NULL;
        for (size_t i = 0; counts != NULL && i < n; i++) {
            largest[i] = counts[i] > largest[i] ? counts[i] : largest[i];
        }
    }
    if (n_channels > 0) {
        size_t period = epochs_of_minutes(epochs->epoch_s, (size_t)least_min);
        size_t stuck = epochs_of_minutes(epochs->epoch_s, STUCK_MIN);
        nonwear_zero_runs(largest, n, period, off);
        nonwear_add_stuck_runs(largest, n, stuck > 3 ? stuck : 3, stuck, period, off);
    }
    for (size_t i = 0; i < n; i++) {
        bool is_off = off[i] != 0 && (epochs->state[i] & STATE_UNKNOWN) == 0;
        epochs->state[i] |= is_off ? STATE_NONWEAR | STATE_NONWEAR_STILL : 0;
    }
done:
    mem_free(largest);
    mem_free(off);
    return status;
}

/* Choi's, Troiano's and the plain rule, on the counts that come first. Made for minutes of
 * counts that are 0 when nothing moves; the first two for ActiGraph's. */
static enum yk_status mark_by_counts(struct analysis *analysis, struct failure *why)
{
    struct epoch_series *epochs = &analysis->epochs;
    const struct parameters *p = &analysis->made_by.parameters;
    bool is_zeros = p->nonwear == NONWEAR_zero_runs;
    const char *rule = is_zeros ? "zero_runs" : p->nonwear == NONWEAR_choi ? "choi" : "troiano";
    struct count_input in;
    uint32_t kinds = COUNT_KIND_BIT(ACTIGRAPH) | COUNT_KIND_BIT(UNKNOWN);
    enum yk_status status =
        count_input_choose(analysis, rule, is_zeros ? COUNT_KINDS_ANY : kinds, &in, why);
    if (status == YK_OK && !is_zeros && epochs->epoch_s != 60) {
        return failure_set(
            why, YK_ERR_ARGUMENT,
            "nonwear rule %s was made for epochs of 60 s; these are %d s long: sum "
            "them first (counts_epoch_s=60, epoch_s=60)",
            rule, (int)epochs->epoch_s);
    }
    uint8_t *off = status == YK_OK ? mem_alloc(epochs->n, 1) : NULL;
    if (status == YK_OK && off == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu counts", epochs->n);
    }
    if (status != YK_OK) {
        return status;
    }
    if (is_zeros) {
        nonwear_zero_runs(in.counts, epochs->n,
                          epochs_of_minutes(epochs->epoch_s, (size_t)p->zero_runs_min), off);
    } else if (p->nonwear == NONWEAR_choi) {
        struct choi_parameters choi = {(size_t)p->choi_min, (size_t)p->choi_window_min,
                                       (size_t)p->choi_spike_min};
        nonwear_choi(in.counts, epochs->n, &choi, off);
    } else {
        struct troiano_parameters troiano = {.min_period = (size_t)p->troiano_min,
                                             .max_count = HUGE_VAL,
                                             .spike_tolerance = (size_t)p->troiano_spike_min,
                                             .spike_stop_level = p->troiano_stop_counts,
                                             .consecutive = p->troiano_spikes ==
                                                            TROIANO_SPIKES_consecutive};
        nonwear_troiano(in.counts, epochs->n, &troiano, off);
    }
    for (size_t i = 0; i < epochs->n; i++) {
        bool is_off = off[i] != 0 && (epochs->state[i] & STATE_UNKNOWN) == 0;
        epochs->state[i] |= is_off ? STATE_NONWEAR : 0;
    }
    mem_free(off);
    return YK_OK;
}

/* What each choice of rule takes from the quarters' scores; the stillness rule is always noted.
 */
static const uint16_t bits_of_choice[] = {
    [NONWEAR_none] = STATE_NONWEAR_STILL,
    [NONWEAR_default] = STATE_NONWEAR_STILL | STATE_CLIPPED,
    [NONWEAR_ggir2013] = SLEEP_QUARTER_BITS,
    [NONWEAR_ggir2023] = SLEEP_QUARTER_BITS,
    [NONWEAR_choi] = STATE_NONWEAR_STILL,
    [NONWEAR_troiano] = STATE_NONWEAR_STILL,
    [NONWEAR_zero_runs] = STATE_NONWEAR_STILL,
    [NONWEAR_recorder] = STATE_NONWEAR_STILL,
};

/* A recorder that feels the wrist knows better than any rule. */
static void mark_off_wrist(struct epoch_series *epochs)
{
    for (size_t i = 0; i < epochs->n; i++) {
        epochs->state[i] |= (epochs->state[i] & STATE_OFF_WRIST) != 0 ? STATE_NONWEAR : 0;
    }
}

static enum yk_status mark_nonwear(struct analysis *analysis, struct failure *why)
{
    const struct parameters *p = &analysis->made_by.parameters;
    if (p->nonwear != NONWEAR_none) {
        mark_off_wrist(&analysis->epochs);
    }
    enum yk_status status = sleep_mark_quarters(analysis, p->nonwear == NONWEAR_ggir2013,
                                                bits_of_choice[p->nonwear], why);
    if (status == YK_OK && (p->nonwear == NONWEAR_choi || p->nonwear == NONWEAR_troiano ||
                            p->nonwear == NONWEAR_zero_runs)) {
        return mark_by_counts(analysis, why);
    }
    if (status != YK_OK || p->nonwear != NONWEAR_default) {
        return status;
    }
    if (analysis->epochs.column[EPOCH_ANGLE_Z_DEG] != NULL) {
        return nonwear_default_mark(&analysis->epochs, p, why);
    }
    return mark_zero_runs(&analysis->epochs, p->zero_runs_min, why);
}

/* GGIR's parts 3 and 4 have no meaning without the arm's angle; nights of another rule under
 * its name would be worse than none. */
static enum yk_status refuse_ggir(const struct analysis *analysis, struct failure *why)
{
    bool has_angle = analysis->epochs.column[EPOCH_ANGLE_Z_DEG] != NULL;
    return failure_set(
        why, YK_ERR_ARGUMENT,
        "rule ggir (HDCZA and sustained inactivity) reads the angle of the arm in "
        "epochs of up to 60 s; this recording has %s in epochs of %d s: choose "
        "rules on counts (--recipe default, actilife or actiware)",
        has_angle ? "angles" : "no angles", (int)analysis->epochs.epoch_s);
}

/* A rule that was named is applied or refused, never passed over: outputs name it. The recipe
 * ggir-3.3 brings its nonwear along; where that has nothing to read, outputs say so. */
static enum yk_status check_named_rules(const struct analysis *analysis, struct failure *why)
{
    const struct parameters *p = &analysis->made_by.parameters;
    bool is_ggir = p->nonwear == NONWEAR_ggir2013 || p->nonwear == NONWEAR_ggir2023;
    bool is_raw = analysis->quarters.n > 0 || analysis->info.rate_hz > 0;
    if (is_ggir && !is_raw && p->sleep != SLEEP_ggir) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "nonwear rule %s reads the range and SD of acceleration, and this "
                           "recording has neither: choose nonwear=default, zero_runs, recorder "
                           "or none",
                           p->nonwear == NONWEAR_ggir2013 ? "ggir2013" : "ggir2023");
    }
    const char *unread = p->rest != REST_RULE_best_sum    ? "rest"
                         : p->edges != EDGES_scored       ? "edges"
                         : p->rescoring != RESCORING_none ? "rescoring"
                                                          : NULL;
    if (p->sleep == SLEEP_ggir && unread != NULL) {
        return failure_set(
            why, YK_ERR_ARGUMENT,
            "rule ggir finds its own windows (HDCZA, or a diary's) and sleep: %s= "
            "has no effect on it; leave %s= out or choose another sleep=",
            unread, unread);
    }
    return YK_OK;
}

enum yk_status sleep_detect(struct analysis *analysis, const struct zone *zone,
                            const struct diary *diary, struct job *job, struct failure *why)
{
    if (analysis->epochs.n == 0 || analysis->epochs.epoch_s <= 0) {
        return YK_OK;
    }
    if (check_named_rules(analysis, why) != YK_OK) {
        return YK_ERR_ARGUMENT;
    }
    start_anew(analysis);
    job_progress(job, "sleep", 0, analysis->epochs.n, "epochs");
    enum yk_status status = mark_nonwear(analysis, why);
    if (status != YK_OK) {
        return status;
    }
    bool is_ggir = analysis->made_by.parameters.sleep == SLEEP_ggir;
    if (is_ggir &&
        (analysis->epochs.column[EPOCH_ANGLE_Z_DEG] == NULL || analysis->epochs.epoch_s > 60)) {
        return refuse_ggir(analysis, why);
    }
    status = is_ggir ? night_ggir_detect(analysis, zone, diary, job, why)
                     : night_default_detect(analysis, zone, diary, job, why);
    for (size_t i = 0; i < analysis->n_nights; i++) {
        struct night *night = &analysis->nights[i];
        night->exclude |= analysis->info.clock_is_in_doubt ? EXCLUDE_CLOCK : 0;
        sleep_forget_unread(analysis, night);
    }
    job_progress(job, "sleep", analysis->epochs.n, analysis->epochs.n, "epochs");
    return status;
}
