/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest, stillness and sleep per epoch, see sleep_default.h: what angles (sleep_angle.c) and
 * counts (sleep_counts.c) have in common.
 */
#include "algorithms/sleep_default.h"

#include <math.h>
#include <string.h>

#include "algorithms/best_sum.h"
#include "algorithms/order.h"
#include "src/base/mem.h"

void rest_series_init(struct rest_series *self)
{
    memset(self, 0, sizeof *self);
}

void rest_series_release(struct rest_series *self)
{
    if (self != NULL) {
        mem_free(self->weight);
        mem_free(self->later);
        mem_free(self->still);
        mem_free(self->asleep);
        mem_free(self->edge);
        rest_series_init(self);
    }
}

enum yk_status rest_series_make(struct rest_series *self, const struct analysis *analysis,
                                const struct zone *zone, struct failure *why)
{
    const struct epoch_series *epochs = &analysis->epochs;
    struct count_input in = count_input_first(analysis);
    bool has_angle = epochs->column[EPOCH_ANGLE_Z_DEG] != NULL && epochs->epoch_s <= 60;
    bool wants_counts = false;
    enum yk_status status = rest_series_count_rules(analysis, &wants_counts, &in, why);
    if (status != YK_OK) {
        return status;
    }
    bool has_counts = in.counts != NULL && epochs->epoch_s > 0 && 1800 % epochs->epoch_s == 0;
    if (wants_counts && !has_counts) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "rules on counts want epochs that divide 30 minutes; these are %d s "
                           "long",
                           (int)epochs->epoch_s);
    }
    has_angle = has_angle && !wants_counts;
    if (!has_angle && !has_counts) {
        return YK_OK;
    }
    self->epochs = epochs;
    self->zone = zone;
    self->parameters = &analysis->made_by.parameters;
    self->per_min = 60.0 / epochs->epoch_s;
    self->weight = mem_alloc(epochs->n, sizeof *self->weight);
    self->later = mem_alloc(epochs->n, sizeof *self->later);
    self->still = mem_alloc(epochs->n, 1);
    self->asleep = mem_alloc(epochs->n, 1);
    self->edge = mem_alloc(epochs->n, 1);
    if (self->weight == NULL || self->later == NULL || self->still == NULL ||
        self->asleep == NULL || self->edge == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the rest in %zu epochs",
                           epochs->n);
    }
    self->n = epochs->n;
    if (!has_angle) {
        return rest_series_from_counts(self, &in, why);
    }
    status = rest_series_refuse_rescoring(self, why);
    return status == YK_OK ? rest_series_from_angle(self, why) : status;
}

/* ---- windows ---- */

/* Actiware: sleep begins with the first section of immobile_n epochs inside the window of which
 * at most one is mobile, and ends where the last epoch of the last such section begins. */
static struct rest_span refine_immobile(const struct rest_series *self, size_t first,
                                        size_t end)
{
    struct rest_span span = {.first = first, .end = first};
    size_t length = self->immobile_n, mobile = 0;
    bool is_found = false;
    for (size_t i = first; i < end; i++) {
        mobile += self->edge[i] == 0;
        if (i >= first + length) {
            mobile -= self->edge[i - length] == 0;
        }
        if (i + 1 >= first + length && mobile <= 1) {
            span.first = is_found ? span.first : i + 1 - length;
            span.end = i;
            is_found = true;
        }
    }
    return span;
}

struct rest_span rest_series_refine(const struct rest_series *self, size_t first, size_t end,
                                    size_t low, size_t high)
{
    struct rest_span span = {.first = first, .end = end};
    if (self->immobile_n > 0) {
        return refine_immobile(self, first, end);
    }
    while (span.first < end && self->edge[span.first] == 0) {
        span.first++;
    }
    if (span.first == end) {
        return (struct rest_span){.first = first, .end = first};
    }
    while (span.first > low && self->edge[span.first - 1] != 0) {
        span.first--;
    }
    while (self->edge[span.end - 1] == 0) {
        span.end--;
    }
    while (span.end < high && self->edge[span.end] != 0) {
        span.end++;
    }
    return span;
}

/* ---- light ---- */

#define LIT_GAP_MIN 10.0   /* a waking as long as this may part the evening from the night */
#define LIT_FACTOR 3.0     /* the evening is so many times as light as the night's usual ... */
#define LIT_DARK_SHARE 0.9 /* ... and lighter than so much of the night */
#define LIT_EDGE_MIN                                                                           \
    30.0                    /* and the light was put out in between, it did not fade: rest ... \
                             */
#define LIT_EDGE_FACTOR 2.0 /* ... before the waking was so many times as light as after it */
#define LIT_SAMPLES 1440    /* one a minute, at most a day */

/* Quantile of the light at rest in epochs [first, end), once a minute; NaN when not known. */
static double light_of(const struct rest_series *self, size_t first, size_t end, double share)
{
    const float *light = self->epochs->column[EPOCH_LIGHT];
    double sample[LIT_SAMPLES];
    size_t step = (size_t)fmax(self->per_min, 1), n = 0;
    for (size_t i = first; light != NULL && i < end && n < LIT_SAMPLES; i += step) {
        if (self->edge[i] != 0 && !isnan(light[i])) {
            sample[n++] = (double)light[i];
        }
    }
    return order_quantile(sample, n, share);
}

/* Whether the light was on in [span.first, lit) and off from `dark` on. */
static bool is_lit_evening(const struct rest_series *self, struct rest_span span, size_t lit,
                           size_t dark)
{
    size_t edge = (size_t)(LIT_EDGE_MIN * self->per_min);
    size_t from = lit - span.first > edge ? lit - edge : span.first;
    size_t to = span.end - dark > edge ? dark + edge : span.end;
    double evening = light_of(self, span.first, lit, 0.5);
    return evening > light_of(self, dark, span.end, LIT_DARK_SHARE) &&
           evening > LIT_FACTOR * light_of(self, dark, span.end, 0.5) &&
           light_of(self, from, lit, 0.5) > LIT_EDGE_FACTOR * light_of(self, dark, to, 0.5);
}

/* An evening's rest in a lit room, a waking in which the light is put out, and then a longer
 * rest in the dark: the night begins with the dark. Without a light sensor, or with the sensor
 * covered, nothing is changed. */
static struct rest_span without_lit_evening(const struct rest_series *self,
                                            struct rest_span span)
{
    size_t least = (size_t)(LIT_GAP_MIN * self->per_min), wake = 0;
    for (size_t i = span.first; i < span.end; i++) {
        if (self->edge[i] == 0) {
            wake++;
            continue;
        }
        if (wake >= least && 2 * (i - span.first) < span.end - span.first &&
            is_lit_evening(self, span, i - wake, i)) {
            for (; span.first < i; span.first++) {
                span.sum -= (double)self->weight[span.first];
            }
        }
        wake = 0;
    }
    return span;
}

struct rest_span rest_series_best(const struct rest_series *self, size_t first, size_t end)
{
    struct best_sum best = best_sum_find(self->weight, first, end);
    double sum = 0, most = 0;
    for (size_t i = best.end; best.end > best.first && i < end; i++) {
        sum += (double)self->later[i];
        if (sum > most) {
            most = sum;
            best.end = i + 1;
        }
    }
    struct rest_span span = rest_series_refine(self, best.first, best.end, first, end);
    span.sum = span.end > span.first ? best.sum : 0;
    return self->immobile_n > 0 ? span : without_lit_evening(self, span);
}

double rest_series_share(const struct rest_series *self, size_t first, size_t end)
{
    size_t known = 0, rest = 0;
    for (size_t i = first; i < end && i < self->n; i++) {
        bool is_known = rest_series_is_known(self, i);
        known += is_known;
        rest += is_known && self->weight[i] > 0;
    }
    return known > 0 ? (double)rest / (double)known : (double)NAN;
}
