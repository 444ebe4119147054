/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cosinor by linear least squares (Nelson et al. 1979; Cornelissen 2014) and the extended
 * cosinor (Marler et al. 2006). The period is fixed: a free period is a periodogram's business.
 *
 * Left out: confidence ellipses, several harmonics.
 */
#include "algorithms/cosinor.h"
#include "algorithms/distributions.h"
#include "algorithms/fit.h"
#include "src/base/mem.h"

#include <math.h>
#include <stdbool.h>

#define TWO_PI (2 * M_PI)

static void set_unknown(struct cosinor *out, size_t n)
{
    *out = (struct cosinor){NAN, NAN, NAN, NAN, NAN, NAN, NAN, n};
}

static double wrap(double value, double period)
{
    double r = fmod(value, period);
    return r < 0 ? r + period : r;
}

struct sums { /* normal equations around the mean, so that they are well conditioned */
    double mean_x, mean_c, mean_s;
    double cc, ss, cs, xc, xs, xx;
    size_t n;
};

static struct sums add_up(const double *x, size_t n, double t0_h, double step_h, double omega)
{
    struct sums s = {0};
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) {
            double angle = omega * (t0_h + (double)i * step_h);
            s.mean_x += x[i];
            s.mean_c += cos(angle);
            s.mean_s += sin(angle);
            s.n++;
        }
    }
    s.mean_x /= (double)s.n;
    s.mean_c /= (double)s.n;
    s.mean_s /= (double)s.n;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) {
            double angle = omega * (t0_h + (double)i * step_h);
            double c = cos(angle) - s.mean_c, d = sin(angle) - s.mean_s, v = x[i] - s.mean_x;
            s.cc += c * c;
            s.ss += d * d;
            s.cs += c * d;
            s.xc += v * c;
            s.xs += v * d;
            s.xx += v * v;
        }
    }
    return s;
}

void cosinor_fit(const double *x, size_t n, double t0_h, double step_h, double period_h,
                 struct cosinor *out)
{
    struct sums s = add_up(x, n, t0_h, step_h, TWO_PI / period_h);
    double a[4] = {s.cc, s.cs, s.cs, s.ss}, b[2] = {s.xc, s.xs}, solution[2];
    set_unknown(out, s.n);
    if (s.n < 4 || !(s.xx > 0) || !fit_solve(a, b, 2, solution)) {
        return;
    }
    double beta = solution[0], gamma = solution[1];
    double explained = beta * s.xc + gamma * s.xs;
    double rest = fmax(s.xx - explained, 0);
    out->mesor = s.mean_x - beta * s.mean_c - gamma * s.mean_s;
    out->amplitude = hypot(beta, gamma);
    out->acrophase_h = wrap(atan2(gamma, beta) / TWO_PI * period_h, period_h);
    out->acrophase_deg = -out->acrophase_h / period_h * 360;
    out->r2 = 1 - rest / s.xx;
    out->f = explained / 2 / (rest / (double)(s.n - 3));
    out->p_value = distribution_f_upper(out->f, 2, (double)(s.n - 3));
}

/* ---- extended ---- */

enum { MIN, AMPLITUDE, ALPHA, BETA, ACROPHASE, N_EXTENDED };

struct points {
    const double *t_h;
};

static double extended_value(const struct fit_curve *curve, const double *p, size_t i,
                             double *slope)
{
    const struct points *points = curve->user;
    double angle = TWO_PI * (points->t_h[i] - p[ACROPHASE]) / 24;
    double inner = cos(angle) - p[ALPHA];
    double share = 1 / (1 + exp(-p[BETA] * inner));
    double steep = p[AMPLITUDE] * share * (1 - share);
    slope[MIN] = 1;
    slope[AMPLITUDE] = share;
    slope[ALPHA] = -steep * p[BETA];
    slope[BETA] = steep * inner;
    slope[ACROPHASE] = steep * p[BETA] * sin(angle) * TWO_PI / 24;
    return p[MIN] + p[AMPLITUDE] * share;
}

/* Squared correlation of the fitted curve with the data. */
static double squared_correlation(const struct fit_curve *curve, const double *p)
{
    double mean_y = 0, mean_f = 0, yy = 0, ff = 0, yf = 0, slope[FIT_MAX];
    for (size_t i = 0; i < curve->n; i++) {
        mean_y += curve->y[i] / (double)curve->n;
        mean_f += curve->value(curve, p, i, slope) / (double)curve->n;
    }
    for (size_t i = 0; i < curve->n; i++) {
        double y = curve->y[i] - mean_y, f = curve->value(curve, p, i, slope) - mean_f;
        yy += y * y;
        ff += f * f;
        yf += y * f;
    }
    return yf * yf / (yy * ff);
}

static void describe(const struct fit_curve *curve, const double *p, double rss,
                     double rss_plain, struct cosinor_extended *out)
{
    double half = acos(fmax(-1, fmin(1, p[ALPHA]))) / TWO_PI * 24;
    *out = (struct cosinor_extended){
        .min = p[MIN],
        .amplitude = p[AMPLITUDE],
        .alpha = p[ALPHA],
        .beta = p[BETA],
        .acrophase_h = wrap(p[ACROPHASE], 24),
        .mesor = p[MIN] + p[AMPLITUDE] / 2,
        .f = ((rss_plain - rss) / 2) / (rss / (double)(curve->n - N_EXTENDED)),
        .r2 = squared_correlation(curve, p),
        .rss = rss,
    };
    out->up_h = wrap(out->acrophase_h - half, 24);
    out->down_h = wrap(out->acrophase_h + half, 24);
}

enum yk_status cosinor_fit_extended(const double *x, size_t n, double t0_h, double step_h,
                                    const struct cosinor *plain, struct cosinor_extended *out,
                                    struct failure *why)
{
    if (plain->n <= N_EXTENDED || isnan(plain->amplitude)) {
        return failure_set(why, YK_ERR_TOO_LITTLE, "extended cosinor: %zu values", plain->n);
    }
    double *y = mem_alloc(2 * plain->n, sizeof *y);
    if (y == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "cosinor: no memory");
    }
    double *t = y + plain->n, mean = 0, total = 0;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) {
            y[m] = x[i];
            t[m++] = t0_h + (double)i * step_h;
            mean += x[i] / (double)plain->n;
        }
    }
    for (size_t i = 0; i < m; i++) {
        total += (y[i] - mean) * (y[i] - mean);
    }
    struct points points = {t};
    struct fit_curve curve = {
        .n = m,
        .p = N_EXTENDED,
        .value = extended_value,
        .y = y,
        .user = &points,
        .lower = {0, 0, -1, 0, -INFINITY},
        .upper = {INFINITY, INFINITY, 1, INFINITY, INFINITY},
    };
    double p[N_EXTENDED] = {fmax(plain->mesor - plain->amplitude, 0), 2 * plain->amplitude, 0,
                            2, plain->acrophase_h};
    double rss = NAN;
    enum yk_status status = fit_nonlinear(&curve, p, &rss, why);
    if (status == YK_OK) {
        describe(&curve, p, rss, total * (1 - plain->r2), out);
    }
    mem_free(y);
    return status;
}

/* ---- GGIR's ---- */

static void to_clock(double *hour, double to_midnight_h)
{
    *hour = wrap(*hour - to_midnight_h, 24);
}

enum yk_status cosinor_fit_log(const double *minute, size_t n, double first_clock_h,
                               struct cosinor *out, struct cosinor_extended *extended,
                               struct failure *why)
{
    static const struct cosinor_extended unknown = {NAN, NAN, NAN, NAN, NAN, NAN,
                                                    NAN, NAN, NAN, NAN, NAN};
    size_t whole = n / 1440 * 1440;
    double *y = mem_alloc(whole, sizeof *y);
    if (y == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "cosinor: no memory");
    }
    for (size_t i = 0; i < whole; i++) {
        y[i] = log(minute[i] + 1);
    }
    double to_midnight_h = 24 - first_clock_h, first_h = 1.0 / 60;
    enum yk_status status = YK_OK;
    cosinor_fit(y, whole, first_h, first_h, 24, out);
    if (extended != NULL) {
        struct cosinor_extended found = unknown;
        status = cosinor_fit_extended(y, whole, first_h, first_h, out, &found, why);
        if (status == YK_ERR_TOO_LITTLE) {
            found = unknown;
            status = YK_OK;
        }
        if (status == YK_OK) {
            to_clock(&found.acrophase_h, to_midnight_h);
            to_clock(&found.up_h, to_midnight_h);
            to_clock(&found.down_h, to_midnight_h);
            *extended = found;
        }
    }
    if (status == YK_OK) {
        to_clock(&out->acrophase_h, to_midnight_h);
        out->acrophase_deg = -out->acrophase_h * 15;
    }
    mem_free(y);
    return status;
}
