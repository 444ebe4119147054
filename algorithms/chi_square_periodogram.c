/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chi-square periodogram (Sokolove & Bushell 1978) in its unbalanced form: phases with fewer
 * values weigh less, so no data are cut off at the end. Left out: the claim that epochs are
 * independent, which the limit rests on and minutes of activity do not fulfil.
 */
#include "algorithms/chi_square_periodogram.h"
#include "algorithms/deviations.h"
#include "algorithms/distributions.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

struct series {
    double *d, *w; /* deviations from the mean, 0 where missing; 1 where known */
    double *sum, *count;
    size_t n;
    struct deviations all;
};

static void series_release(struct series *s)
{
    mem_free(s->d);
    mem_free(s->sum);
}

static bool series_make(struct series *s, const double *x, size_t n, size_t longest)
{
    *s = (struct series){.n = n};
    s->d = mem_alloc_lines(2 * n, sizeof *s->d);
    s->sum = mem_alloc_lines(2 * longest, sizeof *s->sum);
    if (s->d == NULL || s->sum == NULL) {
        series_release(s);
        return false;
    }
    s->w = s->d + n;
    s->count = s->sum + longest;
    s->all = deviations_of(x, n, s->d, s->w);
    return true;
}

YK_CLONES
static void fold(const double *x, size_t n, size_t period, double *sum)
{
    memset(sum, 0, period * sizeof *sum);
    for (size_t row = 0; row < n; row += period) {
        size_t w = n - row < period ? n - row : period;
        for (size_t h = 0; h < w; h++) {
            sum[h] += x[row + h];
        }
    }
}

static double q_of(struct series *s, size_t period)
{
    fold(s->d, s->n, period, s->sum);
    bool has_holes = s->all.known < (double)s->n;
    if (has_holes) {
        fold(s->w, s->n, period, s->count);
    }
    size_t whole = s->n / period, rest = s->n % period;
    double between = 0;
    for (size_t h = 0; h < period; h++) {
        double count = has_holes ? s->count[h] : (double)(whole + (h < rest));
        between += count > 0 ? s->sum[h] * s->sum[h] / count : 0;
    }
    return s->all.squares > 0 ? between / (s->all.squares / s->all.known) : NAN;
}

enum yk_status chi_square_q(const double *x, size_t n, size_t period, double *q,
                            struct failure *why)
{
    struct series s;
    if (period == 0) {
        return failure_set(why, YK_ERR_ARGUMENT, "chi-square: a period of 0");
    }
    if (!series_make(&s, x, n, period)) {
        return failure_set(why, YK_ERR_MEMORY, "chi-square: no memory");
    }
    *q = q_of(&s, period);
    series_release(&s);
    return YK_OK;
}

enum yk_status chi_square_search(const double *x, size_t n, size_t from, size_t to, double p,
                                 struct chi_square_peak *out, struct failure *why)
{
    struct series s;
    if (from == 0 || to < from) {
        return failure_set(why, YK_ERR_ARGUMENT, "chi-square: periods %zu to %zu", from, to);
    }
    if (!series_make(&s, x, n, to)) {
        return failure_set(why, YK_ERR_MEMORY, "chi-square: no memory");
    }
    struct chi_square_peak best = {0, NAN, NAN};
    for (size_t period = from; period <= to; period++) {
        double q = q_of(&s, period);
        if (!isnan(q) && (best.period == 0 || q > best.q)) {
            best.period = period;
            best.q = q;
        }
    }
    if (best.period > 0) {
        double each = 1 - pow(1 - p, 1.0 / (double)(to - from + 1));
        best.limit = distribution_chi_square_limit(each, (double)best.period - 1);
    }
    series_release(&s);
    *out = best;
    return YK_OK;
}
