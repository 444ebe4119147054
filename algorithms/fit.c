/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Least squares. The non-linear part is Levenberg-Marquardt on the normal equations: a handful
 * of parameters and a thousand points, so one pass over the points gives everything a step
 * needs. Scaling after More 1978 (Lect Notes Math 630:105), damping after Nielsen 1999
 * (IMM-REP-1999-05, Technical University of Denmark).
 *
 * Bounds: a parameter in [l, inf) is l + u^2, one in [l, h] is l + (h - l) * (1 + sin u) / 2.
 * The maps are smooth, reach the bound at a finite u, and need no projection. Where a bound is
 * met the map's own curvature is what holds the parameter there, so it is part of the normal
 * equations; without it the steps towards a bound would overshoot.
 *
 * Left out: problems whose normal equations lose what their Jacobian still knows (QR).
 */
#include "algorithms/fit.h"
#include "src/base/mem.h"

#include <math.h>
#include <string.h>

#define STEPS_MAX 300
#define IDLE_MAX 5 /* steps in a row that gained nothing worth having */

bool fit_solve(double *a, double *b, size_t n, double *x)
{
    /* Cholesky, in place */
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double s = a[i * n + j];
            for (size_t k = 0; k < j; k++) {
                s -= a[i * n + k] * a[j * n + k];
            }
            if (i == j) {
                if (!(s > 1e-14 * fabs(a[i * n + i]))) {
                    return false;
                }
                a[i * n + i] = sqrt(s);
            } else {
                a[i * n + j] = s / a[j * n + j];
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            b[i] -= a[i * n + k] * b[k];
        }
        b[i] /= a[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        x[i] = b[i];
        for (size_t k = i + 1; k < n; k++) {
            x[i] -= a[k * n + i] * x[k];
        }
        x[i] /= a[i * n + i];
    }
    return true;
}

struct fit_line fit_line(const double *x, const double *y, size_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i];
        mean_y += y[i];
    }
    mean_x /= (double)n;
    mean_y /= (double)n;
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
    if (n < 2 || !(xx > 0)) {
        return (struct fit_line){NAN, NAN, NAN};
    }
    double slope = xy / xx;
    double r2 = yy > 0 ? xy * xy / (xx * yy) : NAN;
    return (struct fit_line){mean_y - slope * mean_x, slope, r2};
}

/* ---- bounds ---- */

/* The value, and the first and second derivative of the map. */
struct mapped {
    double value, slope, bend;
};

static struct mapped from_free(double u, double lower, double upper)
{
    if (isinf(lower)) {
        return (struct mapped){u, 1, 0};
    }
    if (isinf(upper)) {
        return (struct mapped){lower + u * u, 2 * u, 2};
    }
    double half = (upper - lower) / 2, sine = sin(u);
    return (struct mapped){lower + half * (1 + sine), half * cos(u), -half * sine};
}

static double to_free(double value, double lower, double upper)
{
    if (isinf(lower)) {
        return value;
    }
    if (isinf(upper)) { /* not quite on the bound: the map's slope there is 0 */
        return sqrt(fmax(value - lower, 1e-8));
    }
    double at = 2 * (value - lower) / (upper - lower) - 1;
    return asin(fmax(-0.999999, fmin(0.999999, at)));
}

/* ---- Levenberg-Marquardt ---- */

/* A point of the search: half the gradient and the curvature of the sum of squares there. */
struct point {
    double u[FIT_MAX], parameter[FIT_MAX];
    double gradient[FIT_MAX], curvature[FIT_MAX * FIT_MAX];
    double rss; /* not finite: the curve is not defined here */
};

struct search {
    const struct fit_curve *curve;
    double *values, *slopes; /* owned, one block */
    double squares;          /* of y */
    double scale[FIT_MAX];   /* the largest curvature met, a parameter */
    double damping, growth;
};

/* Sums over the points, in the parameters themselves; the lower triangle. p is given apart so
 * that the compiler can make a version for one that it knows. */
static inline void add_up(const struct search *self, size_t p, struct point *at)
{
    double gradient[FIT_MAX] = {0}, curvature[FIT_MAX * FIT_MAX] = {0}, rss = 0;
    for (size_t i = 0; i < self->curve->n; i++) {
        const double *slope = self->slopes + i * p;
        double r = self->values[i] - self->curve->y[i];
        rss += r * r;
        for (size_t j = 0; j < p; j++) {
            gradient[j] += slope[j] * r;
            for (size_t k = 0; k <= j; k++) {
                curvature[j * p + k] += slope[j] * slope[k];
            }
        }
    }
    memcpy(at->gradient, gradient, sizeof gradient);
    memcpy(at->curvature, curvature, sizeof curvature);
    at->rss = rss;
}

static void look(const struct search *self, struct point *at)
{
    const struct fit_curve *curve = self->curve;
    const size_t p = curve->p;
    struct mapped map[FIT_MAX] = {{0, 0, 0}};
    for (size_t k = 0; k < p; k++) {
        map[k] = from_free(at->u[k], curve->lower[k], curve->upper[k]);
        at->parameter[k] = map[k].value;
    }
    curve->values(curve, at->parameter, self->values, self->slopes);
    if (p == 5) { /* the extended cosinor */
        add_up(self, 5, at);
    } else {
        add_up(self, p, at);
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            at->curvature[j * p + k] *= map[j].slope * map[k].slope;
        }
        at->curvature[j * p + j] += fmax(at->gradient[j] * map[j].bend, 0);
        at->gradient[j] *= map[j].slope;
    }
}

/* The damped step from a point, how much smaller it should make the sum of squares, and the
 * squared length it moves the curve. false: no step, the damping is too small. */
static bool step_from(const struct search *self, const struct point *at, double *step,
                      double *gain, double *moved)
{
    const size_t p = self->curve->p;
    double a[FIT_MAX * FIT_MAX], b[FIT_MAX];
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            a[j * p + k] = at->curvature[j * p + k];
        }
        a[j * p + j] += self->damping * self->scale[j];
        b[j] = -at->gradient[j];
    }
    if (!fit_solve(a, b, p, step)) {
        return false;
    }
    double down = 0, damped = 0;
    for (size_t k = 0; k < p; k++) {
        down -= step[k] * at->gradient[k];
        damped += self->damping * self->scale[k] * step[k] * step[k];
    }
    *gain = down + damped;
    *moved = down - damped;
    return true;
}

static void accept(struct search *self, struct point *now, const struct point *next,
                   double share)
{
    double off = 2 * share - 1;
    *now = *next;
    self->damping *= fmax(1.0 / 3, 1 - off * off * off);
    self->growth = 2;
    for (size_t k = 0; k < self->curve->p; k++) {
        self->scale[k] = fmax(self->scale[k], now->curvature[k * self->curve->p + k]);
    }
}

/* To where a step moves the curve by less than 1e-10 of the residuals (or by what doubles hold
 * of the data), or to where several steps together gain less than 1e-7 of the sum of squares:
 * along the floor of a valley where the data do not tell the parameters apart, as in a curve
 * that became a square wave, one could walk for ever. Near the end the sum cannot tell two
 * points apart any more, but the gradient can: a step is taken there that makes the sum no
 * larger than rounding does. */
static void descend(struct search *self, struct point *now)
{
    double from = now->rss;
    for (int i = 0, idle = 0; i < STEPS_MAX && idle < IDLE_MAX; i++) {
        struct point next = {.rss = NAN};
        double step[FIT_MAX], gain = NAN, moved = NAN;
        bool is_step = step_from(self, now, step, &gain, &moved);
        if (is_step && moved <= 1e-20 * now->rss + 1e-30 * self->squares) {
            return;
        }
        for (size_t k = 0; k < self->curve->p && is_step; k++) {
            next.u[k] = now->u[k] + step[k];
        }
        if (is_step) {
            look(self, &next);
        }
        if (gain <= 1e-12 * now->rss && next.rss <= now->rss * (1 + 1e-13)) {
            accept(self, now, &next, 1);
        } else if (next.rss < now->rss) {
            accept(self, now, &next, (now->rss - next.rss) / gain);
        } else {
            self->damping *= self->growth;
            self->growth *= 2;
        }
        idle++;
        if (from - now->rss > 1e-7 * now->rss) {
            from = now->rss;
            idle = 0;
        }
    }
}

enum yk_status fit_nonlinear(const struct fit_curve *curve, double *parameter, double *rss,
                             struct failure *why)
{
    if (curve->n < curve->p || curve->p > FIT_MAX) {
        return failure_set(why, YK_ERR_TOO_LITTLE, "fit: %zu points for %zu parameters",
                           curve->n, curve->p);
    }
    struct search search = {.curve = curve, .damping = 1e-3, .growth = 2};
    search.values = mem_alloc(curve->n * (curve->p + 1), sizeof(double));
    if (search.values == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "fit: no memory");
    }
    search.slopes = search.values + curve->n;
    struct point now = {.rss = NAN};
    for (size_t i = 0; i < curve->n; i++) {
        search.squares += curve->y[i] * curve->y[i];
    }
    for (size_t k = 0; k < curve->p; k++) {
        now.u[k] = to_free(parameter[k], curve->lower[k], curve->upper[k]);
    }
    look(&search, &now);
    bool is_defined = isfinite(now.rss);
    if (is_defined) {
        for (size_t k = 0; k < curve->p; k++) { /* 0: nothing depends on it here */
            double own = now.curvature[k * curve->p + k];
            search.scale[k] = own > 0 ? own : 1;
        }
        descend(&search, &now);
        memcpy(parameter, now.parameter, curve->p * sizeof *parameter);
        *rss = now.rss;
    }
    mem_free(search.values);
    return is_defined ? YK_OK
                      : failure_set(why, YK_ERR_TOO_LITTLE,
                                    "fit: the curve is not defined where the search starts");
}
