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
#define WAVES_MAX 1440

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

/* Cosines and sines of one period, when it holds a whole number of steps: a day of minutes
 * needs 1440 of each however long the recording is. */
struct waves {
    double t0_h, step_h, omega;
    size_t n; /* 0: no table */
    double c[WAVES_MAX], s[WAVES_MAX];
};

static void waves_make(struct waves *w, double t0_h, double step_h, double period_h)
{
    double steps = round(period_h / step_h);
    *w = (struct waves){.t0_h = t0_h, .step_h = step_h, .omega = TWO_PI / period_h};
    if (steps >= 1 && steps <= WAVES_MAX && fabs(steps * step_h - period_h) < 1e-9 * period_h) {
        w->n = (size_t)steps;
    }
    for (size_t i = 0; i < w->n; i++) {
        double angle = w->omega * (t0_h + (double)i * step_h);
        w->c[i] = cos(angle);
        w->s[i] = sin(angle);
    }
}

static void waves_at(const struct waves *w, size_t i, double *c, double *s)
{
    if (w->n > 0) {
        *c = w->c[i % w->n];
        *s = w->s[i % w->n];
        return;
    }
    double angle = w->omega * (w->t0_h + (double)i * w->step_h);
    *c = cos(angle);
    *s = sin(angle);
}

static struct sums add_up(const double *x, size_t n, const struct waves *w)
{
    struct sums s = {0};
    double cosine = 0, sine = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) {
            waves_at(w, i, &cosine, &sine);
            s.mean_x += x[i];
            s.mean_c += cosine;
            s.mean_s += sine;
            s.n++;
        }
    }
    s.mean_x /= (double)s.n;
    s.mean_c /= (double)s.n;
    s.mean_s /= (double)s.n;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) {
            waves_at(w, i, &cosine, &sine);
            double c = cosine - s.mean_c, d = sine - s.mean_s, v = x[i] - s.mean_x;
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
    struct waves waves;
    waves_make(&waves, t0_h, step_h, period_h);
    struct sums s = add_up(x, n, &waves);
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

/* Values at the same place of the day have the same fitted value, so the sum of squares is that
 * of their mean, weighted by how many they are, and a part that no parameter changes. Thousands
 * of minutes become at most one per minute of the day, with the same least squares. */
struct folded {
    /* weighted mean, root of the count, wave, room for the curve; owned as one block */
    double *y, *weight, *c, *s, *fitted;
    size_t n;
    double inside; /* squares around the means of the places */
    double count, mean, squares;
};

static void extended_values(const struct fit_curve *curve, const double *p, double *values,
                            double *slopes)
{
    const struct folded *f = curve->user;
    double phase = TWO_PI / 24 * p[ACROPHASE], pc = cos(phase), ps = sin(phase);
    for (size_t i = 0; i < f->n; i++) {
        double inner = f->c[i] * pc + f->s[i] * ps - p[ALPHA], w = f->weight[i];
        double z = p[BETA] * inner, tail = fabs(z) < 50 ? exp(-fabs(z)) : 0;
        double share = (z < 0 ? tail : 1) / (1 + tail);
        values[i] = w * (p[MIN] + p[AMPLITUDE] * share);
        if (slopes != NULL) {
            double steep = w * p[AMPLITUDE] * tail / ((1 + tail) * (1 + tail));
            double *slope = slopes + i * N_EXTENDED;
            slope[MIN] = w;
            slope[AMPLITUDE] = w * share;
            slope[ALPHA] = -steep * p[BETA];
            slope[BETA] = steep * inner;
            slope[ACROPHASE] = steep * p[BETA] * (f->s[i] * pc - f->c[i] * ps) * TWO_PI / 24;
        }
    }
}

static enum yk_status fold(struct folded *f, const double *x, size_t n, double t0_h,
                           double step_h, struct failure *why)
{
    double steps = round(24 / step_h);
    bool is_periodic = steps >= 1 && fabs(steps * step_h - 24) < 1e-9;
    size_t places = is_periodic && steps < (double)n ? (size_t)steps : n;
    *f = (struct folded){0};
    f->y = mem_alloc(5 * places, sizeof *f->y);
    if (f->y == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "cosinor: no memory");
    }
    f->weight = f->y + places;
    f->c = f->weight + places;
    f->s = f->c + places;
    f->fitted = f->s + places;
    for (size_t place = 0; place < places; place++) {
        double sum = 0, count = 0, mean = 0;
        for (size_t i = place; i < n; i += places) {
            sum += isnan(x[i]) ? 0 : x[i];
            count += !isnan(x[i]);
        }
        if (count == 0) {
            continue;
        }
        mean = sum / count;
        for (size_t i = place; i < n; i += places) {
            f->inside += isnan(x[i]) ? 0 : (x[i] - mean) * (x[i] - mean);
        }
        double angle = TWO_PI / 24 * (t0_h + (double)place * step_h);
        f->weight[f->n] = sqrt(count);
        f->y[f->n] = mean * f->weight[f->n];
        f->c[f->n] = cos(angle);
        f->s[f->n] = sin(angle);
        f->n++;
        f->count += count;
        f->mean += sum;
    }
    f->mean /= f->count;
    f->squares = f->inside;
    for (size_t i = 0; i < f->n; i++) {
        double off = f->y[i] - f->mean * f->weight[i];
        f->squares += off * off;
    }
    return YK_OK;
}

/* Squared correlation of the fitted curve with the data; fitted is its (weighted) values. */
static double squared_correlation(const struct folded *f, const double *fitted)
{
    double mean = 0, vv = 0, yv = 0;
    for (size_t i = 0; i < f->n; i++) {
        mean += f->weight[i] * fitted[i] / f->count;
    }
    for (size_t i = 0; i < f->n; i++) {
        double y = f->y[i] - f->mean * f->weight[i], v = fitted[i] - mean * f->weight[i];
        vv += v * v;
        yv += y * v;
    }
    return yv * yv / (f->squares * vv);
}

static void describe(const struct fit_curve *curve, const double *p, double rss,
                     double rss_plain, struct cosinor_extended *out)
{
    const struct folded *f = curve->user;
    curve->values(curve, p, f->fitted, NULL);
    double half = acos(fmax(-1, fmin(1, p[ALPHA]))) / TWO_PI * 24;
    *out = (struct cosinor_extended){
        .min = p[MIN],
        .amplitude = p[AMPLITUDE],
        .alpha = p[ALPHA],
        .beta = p[BETA],
        .acrophase_h = wrap(p[ACROPHASE], 24),
        .mesor = p[MIN] + p[AMPLITUDE] / 2,
        .f = ((rss_plain - rss) / 2) / (rss / (f->count - N_EXTENDED)),
        .r2 = squared_correlation(f, f->fitted),
        .rss = rss,
    };
    out->up_h = wrap(out->acrophase_h - half, 24);
    out->down_h = wrap(out->acrophase_h + half, 24);
}

enum yk_status cosinor_fit_extended(const double *x, size_t n, double t0_h, double step_h,
                                    const struct cosinor *plain, struct cosinor_extended *out,
                                    struct failure *why)
{
    struct folded f;
    if (plain->n <= N_EXTENDED || isnan(plain->amplitude)) {
        return failure_set(why, YK_ERR_TOO_LITTLE, "extended cosinor: %zu values", plain->n);
    }
    enum yk_status status = fold(&f, x, n, t0_h, step_h, why);
    if (status != YK_OK) {
        return status;
    }
    struct fit_curve curve = {
        .n = f.n,
        .p = N_EXTENDED,
        .values = extended_values,
        .y = f.y,
        .user = &f,
        .lower = {0, 0, -1, 0, -INFINITY},
        .upper = {INFINITY, INFINITY, 1, INFINITY, INFINITY},
    };
    double p[N_EXTENDED] = {fmax(plain->mesor - plain->amplitude, 0), 2 * plain->amplitude, 0,
                            2, plain->acrophase_h};
    double rss = NAN;
    status = fit_nonlinear(&curve, p, &rss, why);
    if (status == YK_OK) {
        describe(&curve, p, rss + f.inside, f.squares * (1 - plain->r2), out);
    }
    mem_free(f.y);
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
