/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest and sleep from the angle of the arm, see sleep_default.h: a hidden Markov model of
 * movement (sleep_states.h) tells sleep, lying quietly and activity apart; HDCZA's flag (van
 * Hees et al. 2018, Sci Rep 8:12975) tells which quiet wake is spent in bed.
 */
#include "algorithms/sleep_default.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/order.h"
#include "algorithms/sib_vanhees.h"
#include "algorithms/sleep_lists.h"
#include "algorithms/sleep_states.h"
#include "algorithms/spt_hdcza.h"
#include "src/base/mem.h"

/* Weights of the best-sum window, per epoch: a minute lying quietly awake, active, or out of
 * bed costs so many minutes of the sleep behind it. Once sleep has begun, lying calmly costs
 * nothing: an evening's rest in front of the television is not the night, a wakeful hour in bed
 * is. */
#define WEIGHT_REST 1.0f
#define WEIGHT_QUIET (-0.4f)
#define WEIGHT_ACTIVE (-1.5f)
#define WEIGHT_LONG_GAP (-2.0f) /* awake for hdcza_gap_min and more */
#define WEIGHT_UP (-2.5f)       /* active for UP_MIN without a pause: out of bed */
#define UP_MIN 10.0
#define THRESHOLD_MIN_H 16.0 /* known hours that a day's own calm needs */

/* ---- movement ---- */

#define NOISE_FACTOR 3.0   /* an SD above so many times the recorder's noise is a movement */
#define LEAST_SD_MG 12.0   /* ... but never less than this */
#define LEAST_TURN_DEG 2.0 /* a step of the angle that is a movement, with an SD to look at */
#define ONLY_TURN_DEG 1.5  /* and without one */
#define LEAST_ENMO_MG                                                                          \
    15.0 /* a step of ENMO that is one: steps, because its zero may be off                     \
          */

/* SD of the recorder at rest: the tenth percentile of what was observed. */
static double noise_of(const struct rest_series *self, const float *sd, double *scratch)
{
    size_t n = 0;
    for (size_t i = 0; i < self->n; i++) {
        if (rest_series_is_known(self, i) && !isnan(sd[i])) {
            scratch[n++] = (double)sd[i];
        }
    }
    return order_quantile(scratch, n, 0.1);
}

static double step_of(const float *x, size_t i)
{
    return i > 0 ? fabs((double)x[i] - (double)x[i - 1]) : 0;
}

/* Long epochs (half a minute and more): nearly every one holds some movement, so how much
 * counts. ENMO above its own floor (tenth percentile), or the step of the mean angle. */
#define LONG_EPOCH_S 30
static const double long_enmo_mg[] = {4, 12, 30}; /* above the floor: some, more, much */
static const double long_turn_deg[] = {3, 25, 91};

static void grade_movement(const struct rest_series *self, double *scratch, uint8_t *moved)
{
    const float *angle = self->epochs->column[EPOCH_ANGLE_Z_DEG];
    const float *enmo = self->epochs->column[EPOCH_ENMO_MG];
    double floor_mg = enmo != NULL ? noise_of(self, enmo, scratch) : 0;
    for (size_t i = 0; i < self->n; i++) {
        uint8_t grade = MOVED_NO;
        double above_mg = enmo != NULL ? (double)enmo[i] - floor_mg : 0;
        for (uint8_t g = 0; g < 3; g++) {
            bool has_moved = above_mg > long_enmo_mg[g] || step_of(angle, i) > long_turn_deg[g];
            grade = has_moved ? (uint8_t)(g + 1) : grade;
        }
        bool is_known = rest_series_is_known(self, i) && !isnan(angle[i]);
        moved[i] = is_known ? grade : MOVED_UNKNOWN;
    }
}

/* Which epochs hold a movement. scratch holds n values. */
static void find_movement(const struct rest_series *self, double *scratch, uint8_t *moved)
{
    const float *angle = self->epochs->column[EPOCH_ANGLE_Z_DEG];
    const float *sd = self->epochs->column[EPOCH_STD_MG];
    const float *enmo = self->epochs->column[EPOCH_ENMO_MG];
    double noise_mg = sd != NULL ? noise_of(self, sd, scratch) : 0;
    double turn_deg = sd != NULL ? LEAST_TURN_DEG : ONLY_TURN_DEG;
    double limit_mg = fmax(NOISE_FACTOR * noise_mg, LEAST_SD_MG);
    for (size_t i = 0; i < self->n; i++) {
        bool has_moved = step_of(angle, i) > turn_deg;
        has_moved |= sd != NULL ? (double)sd[i] > limit_mg
                                : enmo != NULL && step_of(enmo, i) > LEAST_ENMO_MG;
        bool is_known = rest_series_is_known(self, i) && !isnan(angle[i]);
        moved[i] = !is_known ? MOVED_UNKNOWN : has_moved ? MOVED_YES : MOVED_NO;
    }
}

/* ---- calm: the posture hardly changes ---- */

/* The epoch at which the noon-to-noon day that holds `epoch` ends. */
static size_t noon_after(const struct rest_series *self, size_t epoch)
{
    struct civil_time at = zone_civil(self->zone, epoch_start_ns(self->epochs, epoch));
    int64_t days = at.second_of_day >= 12 * 3600 ? 1 : 0;
    int64_t noon = zone_instant_of_day(self->zone, civil_add_days(at.date, days), 12 * 3600);
    size_t next = sleep_epoch_of(self->epochs, noon);
    return next > epoch ? next : epoch + 1;
}

static double threshold_of(const struct rest_series *self, const double *median, size_t first,
                           size_t end, double *scratch)
{
    const struct parameters *p = self->parameters;
    return hdcza_threshold(median + first, end - first, p->hdcza_quantile_pct / 100,
                           p->hdcza_factor, p->hdcza_low_deg, p->hdcza_high_deg, scratch);
}

/* Sustained inactivity, and HDCZA's rest flag: each noon-to-noon day by its own threshold; days
 * that are mostly unknown take the recording's. median and scratch hold n values. */
static enum yk_status find_calm(struct rest_series *self, double *median, double *scratch,
                                uint8_t *calm, struct failure *why)
{
    const float *angle = self->epochs->column[EPOCH_ANGLE_Z_DEG];
    for (size_t i = 0; i < self->n; i++) {
        scratch[i] = rest_series_is_known(self, i) ? (double)angle[i] : (double)NAN;
    }
    sib_mark(scratch, self->n, self->parameters->sib_angle_deg,
             (size_t)(self->parameters->sib_min * self->per_min), SIB_SOUND, self->still);
    size_t half = (size_t)fmax(2.5 * self->per_min, 1);
    enum yk_status status = hdcza_medians(scratch, self->n, half, NAN, median, why);
    if (status != YK_OK) {
        return status;
    }
    double whole = threshold_of(self, median, 0, self->n, scratch);
    for (size_t first = 0, end; first < self->n; first = end) {
        end = noon_after(self, first);
        size_t known = 0;
        for (size_t i = first; i < end; i++) {
            known += isnan(median[i]) ? 0 : 1;
        }
        bool is_own = (double)known >= THRESHOLD_MIN_H * 60 * self->per_min;
        double limit = is_own ? threshold_of(self, median, first, end, scratch) : whole;
        for (size_t i = first; i < end; i++) {
            calm[i] = median[i] < limit;
        }
    }
    return YK_OK;
}

/* ---- weights ---- */

#define STATE_CALM 3 /* awake, but as calm as sleep: a state beside enum sleep_state */

/* Lowers the weight of runs of at least least_min of epochs whose state lies within [low,
 * high]. */
static void weigh_runs(const struct rest_series *self, uint8_t low, uint8_t high,
                       double least_min, float limit, float *weight)
{
    for (size_t i = 0, end; i < self->n; i = end + (end == i)) {
        end = i;
        while (end < self->n && self->asleep[end] >= low && self->asleep[end] <= high) {
            end++;
        }
        bool is_long = end > i && (double)(end - i) >= least_min * self->per_min;
        for (size_t k = i; is_long && k < end; k++) {
            weight[k] = weight[k] < limit ? weight[k] : limit;
        }
    }
}

/* `asleep` still holds enum sleep_state, or STATE_CALM. */
static void weigh_states(const struct rest_series *self, float *weight)
{
    static const float of_state[] = {[SLEEP_STATE_ASLEEP] = WEIGHT_REST,
                                     [SLEEP_STATE_QUIET] = WEIGHT_QUIET,
                                     [SLEEP_STATE_ACTIVE] = WEIGHT_ACTIVE,
                                     [STATE_CALM] = 0};
    for (size_t i = 0; i < self->n; i++) {
        bool is_known = self->asleep[i] != SLEEP_STATE_UNKNOWN;
        weight[i] = is_known ? of_state[self->asleep[i]] : REST_WEIGHT_UNKNOWN;
    }
    weigh_runs(self, SLEEP_STATE_QUIET, SLEEP_STATE_ACTIVE, self->parameters->hdcza_gap_min,
               WEIGHT_LONG_GAP, weight);
    weigh_runs(self, SLEEP_STATE_ACTIVE, SLEEP_STATE_ACTIVE, UP_MIN, WEIGHT_UP, weight);
}

/* Weights before and after sleep has begun; `asleep` becomes 0 or 1. */
static void weigh(struct rest_series *self, const uint8_t *calm)
{
    weigh_states(self, self->weight);
    for (size_t i = 0; i < self->n; i++) {
        bool is_awake =
            self->asleep[i] == SLEEP_STATE_QUIET || self->asleep[i] == SLEEP_STATE_ACTIVE;
        self->asleep[i] = is_awake && calm[i] != 0 ? STATE_CALM : self->asleep[i];
    }
    weigh_states(self, self->later);
    for (size_t i = 0; i < self->n; i++) {
        self->asleep[i] = self->asleep[i] == SLEEP_STATE_ASLEEP;
        self->edge[i] = self->asleep[i];
    }
}

/* Which epochs move, and from that who is asleep. */
static enum yk_status find_states(struct rest_series *self, struct failure *why)
{
    uint8_t *moved = mem_alloc(self->n, 1);
    double *scratch = mem_alloc(self->n, sizeof *scratch);
    enum yk_status status = YK_OK;
    if (moved == NULL || scratch == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the movements of %zu epochs",
                             self->n);
    } else if (self->epochs->epoch_s < LONG_EPOCH_S) {
        find_movement(self, scratch, moved);
    } else {
        grade_movement(self, scratch, moved);
    }
    mem_free(scratch);
    if (status == YK_OK) {
        status = sleep_states_find(moved, self->n, self->epochs->epoch_s, self->asleep, why);
    }
    mem_free(moved);
    return status;
}

/* Each step gives back its working memory before the next takes its own: a month of epochs
 * would otherwise show in the program's size. */
enum yk_status rest_series_from_angle(struct rest_series *self, struct failure *why)
{
    enum yk_status status = find_states(self, why);
    uint8_t *calm = mem_alloc(self->n, 1);
    double *median = mem_alloc(self->n, sizeof *median);
    double *scratch = mem_alloc(self->n, sizeof *scratch);
    if (status == YK_OK && (calm == NULL || median == NULL || scratch == NULL)) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the postures of %zu epochs",
                             self->n);
    }
    if (status == YK_OK) {
        status = find_calm(self, median, scratch, calm, why);
    }
    mem_free(median);
    mem_free(scratch);
    if (status == YK_OK) {
        weigh(self, calm);
        snprintf(self->method, sizeof self->method, "%s+movement",
                 rest_rule_word(self->parameters->rest));
    }
    mem_free(calm);
    return status;
}
