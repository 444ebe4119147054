/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's calibration windows, see calibrate.h: non-overlapping ten seconds of its resampled
 * data, whole hours only. A window is dropped when exactly three of its six numbers (means and
 * SDs) equal those of the window after it, and the first one that is left is dropped too.
 */
#include <math.h>
#include <string.h>

#include "algorithms/calibrate.h"
#include "src/base/mem.h"

#define WINDOWS_AN_HOUR 360
#define ENOUGH_HOURS 168.0
#define ENOUGH_ERROR_MG 10.0

struct ggir_window {
    double mean[3], sd[3], temperature_c;
};

enum yk_status ggir_windows_init(struct ggir_windows *self, double rate_hz, double limit_g,
                                 struct failure *why)
{
    memset(self, 0, sizeof *self);
    self->length = (size_t)llround(rate_hz * CALIBRATION_WINDOW_S);
    self->limit_g = limit_g;
    still_windows_init(&self->still, 0);
    self->hour = mem_alloc(WINDOWS_AN_HOUR, sizeof *self->hour);
    self->before = mem_alloc(1, sizeof *self->before);
    bool got = self->hour != NULL && self->before != NULL;
    for (int a = 0; a < 3; a++) {
        self->point[a] = mem_alloc(self->length, sizeof(double));
        got = got && self->point[a] != NULL;
    }
    if (!got) {
        ggir_windows_release(self);
        return failure_set(why, YK_ERR_MEMORY, "calibration: no memory for a window");
    }
    return YK_OK;
}

void ggir_windows_release(struct ggir_windows *self)
{
    for (int a = 0; a < 3; a++) {
        mem_free(self->point[a]);
        self->point[a] = NULL;
    }
    mem_free(self->hour);
    mem_free(self->before);
    self->hour = NULL;
    self->before = NULL;
    still_windows_release(&self->still);
}

/* Mean and sample SD; a constant gives exactly itself and 0. */
static void mean_and_sd(const double *x, size_t n, double *mean, double *sd)
{
    double sum = 0.0, squares = 0.0, min = x[0], max = x[0];
    for (size_t i = 0; i < n; i++) {
        sum += x[i] - x[0];
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    *mean = x[0] + sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        squares += (x[i] - *mean) * (x[i] - *mean);
    }
    *sd = max > min ? sqrt(squares / ((double)n - 1.0)) : 0.0;
}

static enum yk_status keep(struct still_windows *still, const struct ggir_window *window,
                           double limit_g, struct failure *why)
{
    return still_windows_add(still, window->mean, window->sd, window->temperature_c, limit_g,
                             why);
}

static bool is_half_equal(const struct ggir_window *a, const struct ggir_window *b)
{
    int equal = 0;
    for (int k = 0; k < 3; k++) {
        equal += a->mean[k] == b->mean[k];
        equal += a->sd[k] == b->sd[k];
    }
    return equal == 3;
}

static enum yk_status end_hour(struct ggir_windows *self, struct failure *why)
{
    for (size_t i = 0; i < self->n_hour; i++) {
        const struct ggir_window *next = &self->hour[i];
        if (self->has_before && !is_half_equal(self->before, next) && self->n_whole++ > 0) {
            enum yk_status status = keep(&self->still, self->before, self->limit_g, why);
            if (status != YK_OK) {
                return status;
            }
        }
        *self->before = *next;
        self->has_before = true;
    }
    self->n_hour = 0;
    return YK_OK;
}

enum yk_status ggir_windows_add(struct ggir_windows *self, double *const point[3], size_t n,
                                double temperature_c, struct failure *why)
{
    for (size_t i = 0; i < n;) {
        size_t now = self->length - self->n;
        now = now < n - i ? now : n - i;
        for (int a = 0; a < 3; a++) {
            memcpy(self->point[a] + self->n, point[a] + i, now * sizeof(double));
        }
        self->temperature += temperature_c * (double)now;
        self->n += now;
        i += now;
        if (self->n < self->length) {
            continue;
        }
        struct ggir_window *window = &self->hour[self->n_hour++];
        for (int a = 0; a < 3; a++) {
            mean_and_sd(self->point[a], self->n, &window->mean[a], &window->sd[a]);
        }
        window->temperature_c = self->temperature / (double)self->n;
        self->n = 0;
        self->temperature = 0.0;
        enum yk_status status = self->n_hour == WINDOWS_AN_HOUR ? end_hour(self, why) : YK_OK;
        if (status != YK_OK) {
            return status;
        }
    }
    return YK_OK;
}

enum yk_status ggir_windows_fit(const struct ggir_windows *self, double sphere_g,
                                struct calibration *out, bool *is_enough, struct failure *why)
{
    struct still_windows tried = self->still;
    const size_t n = self->still.n;
    tried.capacity = n + 1;
    tried.window = mem_alloc(tried.capacity, sizeof *tried.window);
    if (tried.window == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "calibration: no memory for %zu windows", n);
    }
    if (n > 0) {
        memcpy(tried.window, self->still.window, n * sizeof *tried.window);
    }
    enum yk_status status = YK_OK;
    size_t whole = self->n_whole;
    if (self->has_before && whole++ > 0) { /* the last window has none after it */
        status = keep(&tried, self->before, self->limit_g, why);
    }
    if (status == YK_OK) {
        struct calibration made;
        tried.n_looked_at = whole > 0 ? whole - 1 : 0;
        calibration_fit_ggir(&tried, sphere_g, &made);
        made.hours = (double)whole * CALIBRATION_WINDOW_S / 3600.0;
        *is_enough = made.hours > ENOUGH_HOURS && made.outcome == CALIBRATION_DONE &&
                     made.error_after_mg < made.error_before_mg &&
                     made.error_after_mg < ENOUGH_ERROR_MG;
        *out = made;
    }
    still_windows_release(&tried);
    return status;
}
