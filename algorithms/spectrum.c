/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lomb-Scargle spectra by FFTW. Plans are made with FFTW_ESTIMATE (measured plans differ from
 * run to run, and results with them), one at a time, because FFTW's planner is not safe for
 * threads.
 */
#include "algorithms/spectrum.h"
#include "algorithms/deviations.h"
#include "algorithms/lomb_scargle.h"
#include "src/base/mem.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>

#include <fftw3.h>

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

void spectrum_release(struct spectrum *self)
{
    mem_free(self->power);
    *self = (struct spectrum){0};
}

/* The smallest length of at least n that has only the factors 2, 3 and 5. */
static size_t good_length(size_t n)
{
    for (size_t m = n + (n & 1);; m += 2) {
        size_t rest = m;
        while (rest % 2 == 0) {
            rest /= 2;
        }
        while (rest % 3 == 0) {
            rest /= 3;
        }
        while (rest % 5 == 0) {
            rest /= 5;
        }
        if (rest == 1) {
            return m;
        }
    }
}

/* In place over m reals (room for m + 2): afterwards real and imaginary parts by turns. */
static bool transform(double *x, size_t m)
{
    pthread_mutex_lock(&planner);
    fftw_plan plan = fftw_plan_dft_r2c_1d((int)m, x, (fftw_complex *)x, FFTW_ESTIMATE);
    pthread_mutex_unlock(&planner);
    if (plan == NULL) {
        return false;
    }
    fftw_execute(plan);
    pthread_mutex_lock(&planner);
    fftw_destroy_plan(plan);
    pthread_mutex_unlock(&planner);
    return true;
}

enum yk_status spectrum_lomb_scargle(const double *x, size_t n, double step_h,
                                     size_t oversample, struct spectrum *self,
                                     struct failure *why)
{
    size_t m = good_length((n > 16 ? n : 16) * oversample);
    double *d = mem_alloc_lines(m + 2, sizeof *d), *w = mem_alloc_lines(m + 2, sizeof *w);
    double *power = mem_alloc(m / 4, sizeof *power);
    enum yk_status status = YK_OK;
    *self = (struct spectrum){0};
    if (d == NULL || w == NULL || power == NULL || m > INT32_MAX) {
        status = failure_set(why, YK_ERR_MEMORY, "spectrum: no memory");
        goto done;
    }
    struct deviations all = deviations_of(x, n, d, w);
    double variance = all.squares / (all.known - 1);
    if (!(all.known >= 3) || !(variance > 0)) {
        goto done;
    }
    if (!transform(d, m) || !transform(w, m)) {
        status = failure_set(why, YK_ERR_MEMORY, "spectrum: no memory");
        goto done;
    }
    power[0] = NAN;
    for (size_t k = 1; k < m / 4; k++) { /* FFTW's sign: sin sums come negated */
        power[k] = lomb_scargle_power_of(d[2 * k], -d[2 * k + 1], w[4 * k], -w[4 * k + 1],
                                         all.known, variance);
    }
    *self = (struct spectrum){power, m / 4, 1 / ((double)m * step_h)};
    power = NULL;
done:
    mem_free(power);
    mem_free(w);
    mem_free(d);
    return status;
}

/* Golden section on the exact power between two periods around a peak. */
static enum yk_status refine(const double *x, size_t n, double step_h, double low, double high,
                             double *period_h, double *power, struct failure *why)
{
    const double golden = (sqrt(5) - 1) / 2;
    double p[2] = {high - golden * (high - low), low + golden * (high - low)}, at[2];
    enum yk_status status = lomb_scargle(x, n, step_h, p, 2, at, why);
    while (status == YK_OK && high - low > 1e-5) {
        bool is_left = at[0] > at[1];
        if (is_left) {
            high = p[1];
            p[1] = p[0];
            at[1] = at[0];
            p[0] = high - golden * (high - low);
        } else {
            low = p[0];
            p[0] = p[1];
            at[0] = at[1];
            p[1] = low + golden * (high - low);
        }
        int fresh = is_left ? 0 : 1;
        status = lomb_scargle(x, n, step_h, &p[fresh], 1, &at[fresh], why);
    }
    if (status == YK_OK) {
        *period_h = at[0] > at[1] ? p[0] : p[1];
        *power = fmax(at[0], at[1]);
    }
    return status;
}

enum yk_status spectrum_strongest_period(const double *x, size_t n, double step_h,
                                         double from_h, double to_h, double *period_h,
                                         double *power, struct failure *why)
{
    struct spectrum s;
    enum yk_status status = spectrum_lomb_scargle(x, n, step_h, 4, &s, why);
    *period_h = *power = NAN;
    size_t best = 0;
    for (size_t k = 1; status == YK_OK && k < s.n; k++) {
        double period = 1 / ((double)k * s.step_per_h);
        if (period >= from_h && period <= to_h && (best == 0 || s.power[k] > s.power[best])) {
            best = k;
        }
    }
    if (status == YK_OK && best > 0) {
        double low = fmax(from_h, 1 / ((double)(best + 1) * s.step_per_h));
        double high = best > 1 ? fmin(to_h, 1 / ((double)(best - 1) * s.step_per_h)) : to_h;
        status = refine(x, n, step_h, low, high, period_h, power, why);
    }
    spectrum_release(&s);
    return status;
}
