/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detrended fluctuation analysis (Peng et al. 1994; Kantelhardt et al. 2001).
 *
 * The trend of a window needs only four sums; those that do not depend on the data have closed
 * forms, so one window costs one pass.
 */
#include "algorithms/dfa.h"
#include "algorithms/fit.h"
#include "src/base/mem.h"

#include <math.h>

#define SIZES_MAX 256

struct curve {
    double ln_n[SIZES_MAX], ln_f[SIZES_MAX], minutes[SIZES_MAX];
    size_t n;
};

/* Sum of squared residuals of w values around their straight line. */
static double squares_around_line(const double *y, size_t w)
{
    double m = (double)w, mean_t = (m - 1) / 2, first = y[0];
    double sum = 0, cross = 0, squares = 0;
    for (size_t i = 0; i < w; i++) {
        double v = y[i] - first; /* near 0, so that squares lose no digits */
        sum += v;
        cross += ((double)i - mean_t) * v;
        squares += v * v;
    }
    double tt = m * (m * m - 1) / 12;
    double rest = squares - sum * sum / m - cross * cross / tt;
    return rest > 0 ? rest : 0;
}

static void add_point(struct curve *c, size_t size, double f2, int32_t step_s)
{
    if (f2 > 0 && c->n < SIZES_MAX) {
        c->ln_n[c->n] = log((double)size);
        c->ln_f[c->n] = log(f2) / 2;
        c->minutes[c->n] = (double)size * step_s / 60;
        c->n++;
    }
}

/* Slope over the window sizes of from..to minutes. */
static double slope_between(const struct curve *c, double from_min, double to_min)
{
    double x[SIZES_MAX], y[SIZES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (c->minutes[i] >= from_min && c->minutes[i] <= to_min) {
            x[n] = c->ln_n[i];
            y[n++] = c->ln_f[i];
        }
    }
    return fit_line(x, y, n).slope;
}

static void describe(const struct curve *c, double short_from_min, struct dfa *out)
{
    out->alpha = slope_between(c, 0, INFINITY);
    out->alpha_short = slope_between(c, short_from_min, 90);
    out->alpha_long = slope_between(c, 120, 600);
    out->abi = exp(-fabs(out->alpha - 1) * exp(2));
}

/* Cumulative sum of what deviates from the mean; NULL when memory is refused. */
static double *make_profile(const double *x, size_t n)
{
    double *profile = mem_alloc(n, sizeof *profile);
    double sum = 0, known = 0, level = 0;
    for (size_t i = 0; i < n; i++) {
        sum += isnan(x[i]) ? 0 : x[i];
        known += !isnan(x[i]);
    }
    for (size_t i = 0; profile != NULL && i < n; i++) {
        level += isnan(x[i]) ? 0 : x[i] - sum / known;
        profile[i] = level;
    }
    return profile;
}

enum yk_status dfa_of(const double *x, size_t n, int32_t step_s, struct dfa *out,
                      struct failure *why)
{
    double *profile = make_profile(x, n);
    if (profile == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "dfa: no memory");
    }
    struct curve curve = {.n = 0};
    size_t last = 0;
    for (int k = 0; k < 4 * SIZES_MAX; k++) {
        size_t w = (size_t)nearbyint(4 * exp2(k / 4.0));
        if (w > n / 4) {
            break;
        }
        if (w == last) {
            continue;
        }
        last = w;
        size_t windows = n / w;
        double sum = 0;
        for (size_t i = 0; i < windows; i++) {
            sum += squares_around_line(profile + i * w, w) / (double)w;
            sum += squares_around_line(profile + n - (i + 1) * w, w) / (double)w;
        }
        add_point(&curve, w, sum / (double)(2 * windows), step_s);
    }
    describe(&curve, 4, out);
    mem_free(profile);
    return YK_OK;
}

enum yk_status dfa_ggir(const double *x, size_t n, int32_t step_s, struct dfa *out,
                        struct failure *why)
{
    double *profile = make_profile(x, n);
    if (profile == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "dfa: no memory");
    }
    struct curve curve = {.n = 0};
    double limit = nearbyint((double)n / 4);
    for (size_t w = 4; curve.n < SIZES_MAX && w <= n;) {
        double sum = 0;
        for (size_t i = 0; i < n / w; i++) {
            sum += squares_around_line(profile + i * w, w);
        }
        add_point(&curve, w, sum / (double)n, step_s);
        if ((double)w + 4 >= limit) {
            break;
        }
        w = (size_t)ceil(exp2(1.0 / 8) * (double)w);
    }
    describe(&curve, 0, out);
    mem_free(profile);
    return YK_OK;
}
