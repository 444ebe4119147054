/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kRA and kAR (Lim et al. 2011).
 *
 * The paper looks for the stretch in which the LOWESS curve stays nearly constant; what is
 * computed here, as in the only public program, is the longest stretch in which the chances
 * themselves stay within one SD of the curve. A missing epoch ends a bout and is none itself.
 */
#include "algorithms/fragmentation.h"
#include "src/base/mem.h"

#include <math.h>
#include <stdbool.h>

#define LOWESS_SHARE 0.3

static size_t count_lengths(const uint8_t *state, size_t n, uint8_t wanted, uint32_t *count)
{
    size_t run = 0, longest = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && state[i] == wanted) {
            run++;
        } else if (run > 0) {
            count[run]++;
            longest = run > longest ? run : longest;
            run = 0;
        }
    }
    return longest;
}

enum yk_status fragmentation_steps(const uint8_t *state, size_t n, uint8_t wanted,
                                   struct bout_step **steps, size_t *n_steps,
                                   struct failure *why)
{
    uint32_t *count = mem_alloc(n + 1, sizeof *count);
    if (count == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "fragmentation: no memory");
    }
    size_t longest = count_lengths(state, n, wanted, count), different = 0;
    double bouts = 0;
    for (size_t t = 1; t <= longest; t++) {
        different += count[t] > 0;
        bouts += count[t];
    }
    struct bout_step *step = mem_alloc(different, sizeof *step);
    if (step == NULL) {
        mem_free(count);
        return failure_set(why, YK_ERR_MEMORY, "fragmentation: no memory");
    }
    size_t m = 0;
    double at_least = bouts, before = NAN; /* bouts of at least this length; of the last one */
    for (size_t t = 1; t <= longest; t++) {
        if (count[t] == 0) {
            continue;
        }
        if (m > 0) {
            struct bout_step *s = &step[m - 1];
            s->p = (before - at_least) / before / ((double)t - s->t);
            s->weight = sqrt(before + at_least);
        }
        step[m++].t = (double)t;
        before = at_least;
        at_least -= count[t];
    }
    mem_free(count);
    *steps = step;
    *n_steps = m > 0 ? m - 1 : 0; /* the longest has no next */
    return YK_OK;
}

/* The k points nearest to t[i] form a window of neighbours, as t is sorted. */
static size_t nearest_from(const struct bout_step *s, size_t n, size_t k, size_t i, size_t from)
{
    while (from + k < n && s[i].t - s[from].t > s[from + k].t - s[i].t) {
        from++;
    }
    return from;
}

static double local_line(const struct bout_step *s, size_t n, size_t k, size_t i, size_t from)
{
    double range = s[n - 1].t - s[0].t;
    double h = fmax(s[i].t - s[from].t, s[from + k - 1].t - s[i].t);
    double w_sum = 0, t_sum = 0, p_sum = 0;
    for (size_t j = 0; j < n; j++) { /* points as far as the farthest of the k count as well */
        double d = fabs(s[j].t - s[i].t);
        double u = d / h, tri = 1 - u * u * u;
        double w = d >= 0.999 * h ? 0 : d <= 0.001 * h ? 1 : tri * tri * tri;
        w_sum += w;
        t_sum += w * s[j].t;
        p_sum += w * s[j].p;
    }
    double t_mean = t_sum / w_sum, tt = 0, tp = 0;
    for (size_t j = 0; j < n; j++) {
        double d = fabs(s[j].t - s[i].t);
        double u = d / h, tri = 1 - u * u * u;
        double w = d >= 0.999 * h ? 0 : d <= 0.001 * h ? 1 : tri * tri * tri;
        tt += w * (s[j].t - t_mean) * (s[j].t - t_mean);
        tp += w * (s[j].t - t_mean) * s[j].p;
    }
    tt /= w_sum;
    tp /= w_sum;
    bool has_spread = sqrt(tt) > 0.001 * range;
    return p_sum / w_sum + (has_spread ? tp / tt * (s[i].t - t_mean) : 0);
}

void fragmentation_lowess(const struct bout_step *steps, size_t n, double share, double *smooth)
{
    size_t k = (size_t)(share * (double)n + 1e-10), from = 0;
    k = k < 1 ? 1 : k > n ? n : k;
    for (size_t i = 0; i < n; i++) {
        from = nearest_from(steps, n, k, i, from);
        double h = fmax(steps[i].t - steps[from].t, steps[from + k - 1].t - steps[i].t);
        smooth[i] = h > 0 ? local_line(steps, n, k, i, from) : steps[i].p;
    }
}

static double sample_sd(const struct bout_step *s, size_t n)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        mean += s[i].p;
    }
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) {
        squares += (s[i].p - mean) * (s[i].p - mean);
    }
    return sqrt(squares / (double)(n - 1));
}

/* Weighted mean over the first of the longest stretches within one SD. */
static double constant_part(const struct bout_step *s, size_t n, const double *smooth,
                            double sd)
{
    size_t best_n = 0, run = 0, best_end = 0;
    for (size_t i = 0; i < n; i++) {
        run = fabs(s[i].p - smooth[i]) < sd ? run + 1 : 0;
        if (run > best_n) {
            best_n = run;
            best_end = i + 1;
        }
    }
    double sum = 0, weight = 0;
    for (size_t i = best_end - best_n; i < best_end; i++) {
        sum += s[i].weight * s[i].p;
        weight += s[i].weight;
    }
    return weight > 0 ? sum / weight : NAN;
}

enum yk_status fragmentation_k(const uint8_t *state, size_t n, uint8_t wanted, double *k,
                               struct failure *why)
{
    struct bout_step *steps = NULL;
    size_t n_steps = 0;
    enum yk_status status = fragmentation_steps(state, n, wanted, &steps, &n_steps, why);
    if (status != YK_OK) {
        return status;
    }
    double *smooth = mem_alloc(n_steps, sizeof *smooth);
    if (smooth == NULL) {
        mem_free(steps);
        return failure_set(why, YK_ERR_MEMORY, "fragmentation: no memory");
    }
    *k = NAN;
    if (n_steps >= 2) {
        fragmentation_lowess(steps, n_steps, LOWESS_SHARE, smooth);
        *k = constant_part(steps, n_steps, smooth, sample_sd(steps, n_steps));
    }
    mem_free(smooth);
    mem_free(steps);
    return YK_OK;
}

enum yk_status fragmentation_of(const double *x, size_t n, double threshold,
                                struct fragmentation *out, struct failure *why)
{
    uint8_t *state = mem_alloc(n, sizeof *state);
    if (state == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "fragmentation: no memory");
    }
    for (size_t i = 0; i < n; i++) {
        state[i] = isnan(x[i]) ? UINT8_MAX : x[i] > threshold;
    }
    struct fragmentation found = {NAN, NAN};
    enum yk_status status = fragmentation_k(state, n, 0, &found.kra, why);
    if (status == YK_OK) {
        status = fragmentation_k(state, n, 1, &found.kar, why);
    }
    mem_free(state);
    if (status == YK_OK) {
        *out = found;
    }
    return status;
}
