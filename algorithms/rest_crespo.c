/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Crespo's rule, see rest_crespo.h, with the paper's constants: median of 8 h, threshold at its
 * third, runs of zeros of 15 min (first pass), 30 min (second pass, at rest) and 2 min (active)
 * set aside, openings and closings of 1 h and 2 h.
 *
 * Both morphological steps repeat the border value beyond the ends of the recording, so that an
 * end says nothing by itself; a package that takes 0 there begins and ends every recording with
 * an hour of rest.
 */
#include "algorithms/rest_crespo.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "algorithms/order.h"
#include "src/base/mem.h"

#define ALPHA_MIN 480.0        /* running median */
#define PAD_MIN 60.0           /* padding of the second pass */
#define ZEROS_MIN 15.0         /* first pass: zeros that are not believed */
#define ZEROS_REST_MIN 30.0    /* second pass, inside rest */
#define ZEROS_ACTIVE_MIN 2.0   /* second pass, inside activity */
#define ZEROS_QUANTILE 0.33    /* what stands for unbelieved zeros */
#define REST_SHARE (8.0 / 24)  /* of the day */
#define MORPHOLOGY_MIN 60.0    /* first pass */
#define MORPHOLOGY_2_MIN 121.0 /* second pass */

struct crespo {
    const float *counts;
    size_t n;
    double per_min;
    double *x;               /* n: values of the pass, NaN = left out */
    double *median;          /* n */
    double *sorted;          /* room for any window, or all of x */
    uint8_t *active, *other; /* n each */
    double largest;
};

static size_t epochs_of(const struct crespo *self, double minutes)
{
    return (size_t)(minutes * self->per_min);
}

/* ---- a median that slides ---- */

/* x, padded with the largest value; beyond the padding there is nothing. */
static double padded(const struct crespo *self, int64_t i, int64_t pad)
{
    if (i < -pad || i >= (int64_t)self->n + pad) {
        return NAN;
    }
    return i >= 0 && i < (int64_t)self->n ? self->x[i] : self->largest;
}

/* Running median of half epochs on either side, the series padded on both sides. */
static void slide(struct crespo *self, int64_t half, int64_t pad)
{
    struct order_window w = {self->sorted, 0};
    for (int64_t k = -half; k < half; k++) {
        order_window_add(&w, padded(self, k, pad));
    }
    for (int64_t i = 0; i < (int64_t)self->n; i++) {
        order_window_add(&w, padded(self, i + half, pad));
        self->median[i] = order_window_median(&w);
        order_window_remove(&w, padded(self, i - half, pad));
    }
}

/* ---- shapes ---- */

/* Largest (is_max) or smallest of `in` over `half` epochs on either side; beyond the ends the
 * border value is repeated, which changes neither. */
static void spread(const uint8_t *in, size_t n, size_t half, bool is_max, uint8_t *out)
{
    size_t low = 0, high = 0, ones = 0;
    for (size_t i = 0; i < n; i++) {
        size_t to = n - i > half ? i + half + 1 : n, from = i > half ? i - half : 0;
        for (; high < to; high++) {
            ones += in[high];
        }
        for (; low < from; low++) {
            ones -= in[low];
        }
        out[i] = is_max ? ones > 0 : ones == high - low;
    }
}

/* Closing, then opening, with a flat element. */
static void smooth(struct crespo *self, double minutes)
{
    size_t half = epochs_of(self, minutes) / 2;
    spread(self->active, self->n, half, true, self->other);
    spread(self->other, self->n, half, false, self->active);
    spread(self->active, self->n, half, false, self->other);
    spread(self->other, self->n, half, true, self->active);
}

/* ---- the passes ---- */

static double quantile_of(struct crespo *self, const double *x, double share)
{
    size_t known = 0;
    for (size_t i = 0; i < self->n; i++) {
        if (!isnan(x[i])) {
            self->sorted[known++] = x[i];
        }
    }
    return order_quantile(self->sorted, known, share);
}

static void threshold(struct crespo *self)
{
    double limit = quantile_of(self, self->median, REST_SHARE);
    for (size_t i = 0; i < self->n; i++) {
        self->active[i] = self->median[i] > limit;
    }
}

/* Runs of zeros take `value`: at least `most` long where the first pass says rest, `least`
 * where it says active. */
static void replace_zeros(struct crespo *self, size_t least, size_t most, double value)
{
    for (size_t i = 0, end; i < self->n; i = end) {
        end = i + 1;
        bool is_active = self->active[i] != 0;
        if (!(self->counts[i] < 1)) {
            continue;
        }
        while (end < self->n && self->counts[end] < 1 &&
               (self->active[end] != 0) == is_active) {
            end++;
        }
        for (size_t k = i; k < end && end - i >= (is_active ? least : most); k++) {
            self->x[k] = value;
        }
    }
}

static void run_passes(struct crespo *self)
{
    int64_t half = (int64_t)epochs_of(self, ALPHA_MIN) / 2;
    size_t zeros = epochs_of(self, ZEROS_MIN);
    for (size_t i = 0; i < self->n; i++) {
        self->x[i] = (double)self->counts[i];
        self->largest = fmax(self->largest, self->x[i]); /* NaN is passed over */
    }
    double quiet = quantile_of(self, self->x, ZEROS_QUANTILE);
    replace_zeros(self, zeros, zeros, quiet);
    slide(self, half, half);
    threshold(self);
    smooth(self, MORPHOLOGY_MIN);
    for (size_t i = 0; i < self->n; i++) {
        self->x[i] = (double)self->counts[i];
    }
    replace_zeros(self, epochs_of(self, ZEROS_ACTIVE_MIN), epochs_of(self, ZEROS_REST_MIN),
                  (double)NAN);
    slide(self, half, (int64_t)epochs_of(self, PAD_MIN));
    threshold(self);
    smooth(self, MORPHOLOGY_2_MIN);
}

enum yk_status rest_crespo(const float *counts, size_t n, int32_t epoch_s, uint8_t *rest,
                           struct failure *why)
{
    if (epoch_s <= 0 || 60 % epoch_s != 0) {
        return failure_set(
            why, YK_ERR_ARGUMENT,
            "rule crespo was made for epochs that divide a minute; these are %d s long: choose "
            "another rule (rest=best_sum)",
            (int)epoch_s);
    }
    struct crespo self = {.counts = counts, .n = n, .per_min = 60.0 / epoch_s};
    size_t room = epochs_of(&self, ALPHA_MIN) + 2;
    self.x = mem_alloc(n, sizeof *self.x);
    self.median = mem_alloc(n, sizeof *self.median);
    self.sorted = mem_alloc(n > room ? n : room, sizeof *self.sorted);
    self.active = mem_alloc(n, 1);
    self.other = mem_alloc(n, 1);
    enum yk_status status = YK_OK;
    if (self.x == NULL || self.median == NULL || self.sorted == NULL || self.active == NULL ||
        self.other == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the rest in %zu epochs", n);
    } else {
        run_passes(&self);
        for (size_t i = 0; i < n; i++) {
            rest[i] = self.active[i] == 0;
        }
    }
    mem_free(self.x);
    mem_free(self.median);
    mem_free(self.sorted);
    mem_free(self.active);
    mem_free(self.other);
    return status;
}
