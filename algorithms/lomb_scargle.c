/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lomb-Scargle power at chosen periods (Lomb 1976; Scargle 1982).
 *
 * The series is regular, so the sines of one block of 256 values serve every block: a block's
 * sums are turned to its place by one rotation. That needs 256 + n/256 sines for a period
 * instead of n.
 */
#include "algorithms/lomb_scargle.h"
#include "algorithms/deviations.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#include <math.h>
#include <stdbool.h>

#define BLOCK 256
#define LANES 8

double lomb_scargle_power_of(double yc, double ys, double c2, double s2, double n,
                             double variance)
{
    double tau2 = atan2(s2, c2),
           r = hypot(c2, s2); /* tau2: the doubled angle omega * tau * 2 */
    double c = cos(tau2 / 2), s = sin(tau2 / 2);
    double along = yc * c + ys * s, across = ys * c - yc * s;
    double cc = (n + r) / 2, ss = (n - r) / 2;
    double power = along * along / cc + (ss > 1e-9 * n ? across * across / ss : 0);
    return power / 2 / variance;
}

struct sums {
    double c, s;
};

struct waves {
    double c[BLOCK], s[BLOCK];
};

static void make_waves(struct waves *waves, double angle)
{
    for (int j = 0; j < BLOCK; j++) {
        waves->c[j] = cos(angle * j);
        waves->s[j] = sin(angle * j);
    }
}

/* n is a multiple of LANES. */
YK_CLONES
static struct sums block_sums(const double *x, size_t n, const struct waves *waves)
{
    double c[LANES] = {0}, s[LANES] = {0};
    for (size_t j = 0; j < n; j += LANES) {
        for (size_t l = 0; l < LANES; l++) {
            c[l] += x[j + l] * waves->c[j + l];
            s[l] += x[j + l] * waves->s[j + l];
        }
    }
    struct sums sum = {0, 0};
    for (size_t l = 0; l < LANES; l++) {
        sum.c += c[l];
        sum.s += s[l];
    }
    return sum;
}

/* Sums of x cos and x sin over a padded series. */
static struct sums series_sums(const double *x, size_t padded, double angle)
{
    struct waves waves;
    struct sums total = {0, 0};
    make_waves(&waves, angle);
    for (size_t i = 0; i < padded; i += BLOCK) {
        struct sums b = block_sums(x + i, padded - i < BLOCK ? padded - i : BLOCK, &waves);
        double c = cos(angle * (double)i), s = sin(angle * (double)i);
        total.c += b.c * c - b.s * s;
        total.s += b.s * c + b.c * s;
    }
    return total;
}

/* Sums of cos and sin over 0..n-1 without holes. */
static struct sums plain_sums(size_t n, double angle)
{
    double half = angle / 2, middle = half * ((double)n - 1);
    double size = sin(half * (double)n) / sin(half);
    return (struct sums){size * cos(middle), size * sin(middle)};
}

struct prepared {
    double *d, *w; /* deviations and 1 where known, padded with 0 */
    size_t padded, n;
    double known, variance;
};

static bool prepare(const double *x, size_t n, struct prepared *p)
{
    p->n = n;
    p->padded = (n + LANES - 1) / LANES * LANES;
    p->d = mem_alloc_lines(2 * p->padded, sizeof *p->d);
    if (p->d == NULL) {
        return false;
    }
    p->w = p->d + p->padded;
    struct deviations all = deviations_of(x, n, p->d, p->w);
    p->known = all.known;
    p->variance = all.squares / (all.known - 1);
    return true;
}

enum yk_status lomb_scargle(const double *x, size_t n, double step_h, const double *periods,
                            size_t count, double *powers, struct failure *why)
{
    struct prepared p;
    if (!prepare(x, n, &p)) {
        return failure_set(why, YK_ERR_MEMORY, "periodogram: no memory");
    }
    bool is_usable = p.known >= 3 && p.variance > 0;
    for (size_t k = 0; k < count; k++) {
        double angle = 2 * M_PI * step_h / periods[k];
        if (!is_usable) {
            powers[k] = NAN;
            continue;
        }
        struct sums y = series_sums(p.d, p.padded, angle);
        struct sums w = p.known < (double)n ? series_sums(p.w, p.padded, 2 * angle)
                                            : plain_sums(n, 2 * angle);
        powers[k] = lomb_scargle_power_of(y.c, y.s, w.c, w.s, p.known, p.variance);
    }
    mem_free(p.d);
    return YK_OK;
}
