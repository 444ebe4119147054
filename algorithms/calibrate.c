/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two fits, see calibrate.h.
 *
 * Model per axis: c = A v + B + d T', with T' the temperature's difference from its mean;
 * errors e = |c| - 1; weights w = min(1 / |e|, 100), so that windows in which the arm still
 * moved a little count less. The published iteration projects every c on the sphere and
 * regresses the projections, again and again; at its fixed point sum w e u_k {1, c_k, T'} = 0
 * (u = c / |c|, per axis k), and since c_k is a combination of 1, v_k and T' that is the normal
 * equation of weighted least squares in A, B, d. Gauss-Newton with the weights renewed in each
 * round solves it in about five rounds instead of three thousand.
 */
#include "algorithms/calibrate.h"

#include <math.h>

#include "algorithms/fit.h"

#define LEAST_WINDOWS_LOOKED_AT 148 /* GGIR: 168 - 21, exceeded */
#define LEAST_STILL_WINDOWS 10
#define LEAST_TEMPERATURE_SD_C 0.01
#define HIGHEST_TEMPERATURE_C 120.0
#define LARGEST_WEIGHT 100.0
#define UNKNOWNS 9 /* A, B, d of three axes */
#define ROUNDS_CONVERGED 100
#define ROUNDS_GGIR 1000
#define STOP_RELATIVE 1e-12
#define STOP_GGIR 1e-10

struct model { /* c = scale v + shift + slope T' */
    double scale[3], shift[3], slope[3];
};

static void corrected(const struct model *m, const struct still_window *w, double c[3])
{
    for (int a = 0; a < 3; a++) {
        c[a] = (m->scale[a] * w->mean_g[a] + m->shift[a]) + m->slope[a] * w->temperature_c;
    }
}

static double norm3(const double c[3])
{
    return sqrt((c[0] * c[0] + c[1] * c[1]) + c[2] * c[2]);
}

static double mean_error(const struct model *m, const struct still_windows *windows)
{
    double sum = 0.0;
    for (size_t i = 0; i < windows->n; i++) {
        double c[3];
        corrected(m, &windows->window[i], c);
        sum += fabs(norm3(c) - 1.0);
    }
    return sum / (double)windows->n;
}

static double weight_of(double error)
{
    double size = fabs(error);
    return size * LARGEST_WEIGHT > 1.0 ? 1.0 / size : LARGEST_WEIGHT;
}

/* Decides whether temperature enters, and centres it. Without it T' is 0. */
static void centre_temperature(struct still_windows *windows, struct calibration *out)
{
    double mean = 0.0, squares = 0.0, first = 0.0;
    const size_t n = windows->n, n_first = n < 10 ? n : 10;
    for (size_t i = 0; i < n; i++) {
        mean += windows->window[i].temperature_c;
        first += i < n_first ? windows->window[i].temperature_c : 0.0;
    }
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) {
        double off = windows->window[i].temperature_c - mean;
        squares += off * off;
    }
    double sd = sqrt(squares / ((double)n - 1.0));
    /* a missing temperature makes all of this NaN, and the comparison false */
    out->uses_temperature =
        sd >= LEAST_TEMPERATURE_SD_C && first / (double)n_first <= HIGHEST_TEMPERATURE_C;
    out->mean_temperature_c = out->uses_temperature ? mean : NAN;
    for (size_t i = 0; i < n; i++) {
        windows->window[i].temperature_c =
            out->uses_temperature ? windows->window[i].temperature_c - mean : 0.0;
    }
}

/* The windows must suffice, and lie all around the sphere. */
static enum calibration_outcome can_fit(const struct still_windows *windows, double sphere_g)
{
    if (windows->n_looked_at < LEAST_WINDOWS_LOOKED_AT) {
        return CALIBRATION_TOO_SHORT;
    }
    if (windows->n < LEAST_STILL_WINDOWS) {
        return CALIBRATION_FEW_WINDOWS;
    }
    for (int a = 0; a < 3; a++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < windows->n; i++) {
            low = fmin(low, windows->window[i].mean_g[a]);
            high = fmax(high, windows->window[i].mean_g[a]);
        }
        if (!(low < -sphere_g && high > sphere_g)) {
            return CALIBRATION_SPHERE;
        }
    }
    return CALIBRATION_DONE;
}

/* One Gauss-Newton step; *relative is the size of the largest change. */
static bool newton_step(struct model *m, const struct still_windows *windows, int n_unknowns,
                        double *relative)
{
    double h[UNKNOWNS * UNKNOWNS] = {0}, g[UNKNOWNS] = {0}; /* n_unknowns rows of h */
    for (size_t i = 0; i < windows->n; i++) {
        const struct still_window *w = &windows->window[i];
        double c[3], row[UNKNOWNS];
        corrected(m, w, c);
        double size = norm3(c), error = size - 1.0, weight = weight_of(error);
        for (int a = 0; a < 3; a++) {
            double u = c[a] / size;
            row[a] = u * w->mean_g[a];
            row[3 + a] = u;
            row[6 + a] = u * w->temperature_c;
        }
        for (int p = 0; p < n_unknowns; p++) {
            double scaled = weight * row[p];
            g[p] -= scaled * error;
            for (int q = 0; q <= p; q++) {
                h[p * n_unknowns + q] += scaled * row[q];
            }
        }
    }
    if (!fit_solve(h, g, (size_t)n_unknowns, g)) {
        return false;
    }
    *relative = 0.0;
    for (int a = 0; a < 3; a++) {
        m->scale[a] += g[a];
        m->shift[a] += g[3 + a];
        m->slope[a] += n_unknowns > 6 ? g[6 + a] : 0.0;
        *relative = fmax(*relative, fmax(fabs(g[a]), fabs(g[3 + a])));
    }
    return true;
}

static bool fit_converged(struct model *m, const struct still_windows *windows,
                          bool uses_temperature, uint32_t *rounds)
{
    const int n_unknowns = uses_temperature ? UNKNOWNS : 6;
    double relative = INFINITY;
    for (*rounds = 0; *rounds < ROUNDS_CONVERGED && relative > STOP_RELATIVE; ++*rounds) {
        if (!newton_step(m, windows, n_unknowns, &relative)) {
            return false;
        }
    }
    return isfinite(relative);
}

/* Sums for one axis's weighted regression of p on [1, c, T'], or on the first n of them. */
struct regression {
    size_t n;
    double h[3 * 3], g[3];
};

static void regression_add(struct regression *r, double weight, double p, double c, double t)
{
    const double row[3] = {1.0, c, t};
    for (size_t i = 0; i < r->n; i++) {
        r->g[i] += weight * row[i] * p;
        for (size_t j = 0; j <= i; j++) {
            r->h[i * r->n + j] += weight * row[i] * row[j];
        }
    }
}

/* One round of the published iteration; renews the windows' weights. */
static double published_round(struct model *m, double offset[3], struct still_windows *windows,
                              bool uses_temperature)
{
    const size_t n = uses_temperature ? 3 : 2;
    struct regression r[3] = {{.n = n}, {.n = n}, {.n = n}};
    for (size_t i = 0; i < windows->n; i++) {
        const struct still_window *w = &windows->window[i];
        double c[3];
        for (int a = 0; a < 3; a++) {
            c[a] = m->scale[a] * (w->mean_g[a] + offset[a]) + m->slope[a] * w->temperature_c;
        }
        double size = norm3(c);
        for (int a = 0; a < 3; a++) {
            regression_add(&r[a], w->weight, c[a] / size, c[a], w->temperature_c);
        }
    }
    for (int a = 0; a < 3; a++) {
        if (!fit_solve(r[a].h, r[a].g, n, r[a].g)) {
            return NAN;
        }
    }
    double errors = 0.0, weights = 0.0;
    for (size_t i = 0; i < windows->n; i++) {
        struct still_window *w = &windows->window[i];
        double before[3], apart = 0.0;
        for (int a = 0; a < 3; a++) {
            before[a] =
                m->scale[a] * (w->mean_g[a] + offset[a]) + m->slope[a] * w->temperature_c;
        }
        double size = norm3(before);
        for (int a = 0; a < 3; a++) {
            double fit = (r[a].g[0] + r[a].g[1] * before[a]) + r[a].g[2] * w->temperature_c;
            double off = fit - before[a] / size;
            apart += off * off;
        }
        errors += w->weight * apart;
        weights += w->weight;
        w->weight = weight_of(sqrt(apart));
    }
    for (int a = 0; a < 3; a++) {
        offset[a] += r[a].g[0] / (m->scale[a] * r[a].g[1]);
        m->slope[a] = m->slope[a] * r[a].g[1] + r[a].g[2];
        m->scale[a] *= r[a].g[1];
    }
    return errors / weights / (double)windows->n; /* the extra n is GGIR's [D2] */
}

static bool fit_ggir(struct model *m, struct still_windows *windows, bool uses_temperature,
                     uint32_t *rounds)
{
    double offset[3] = {0.0, 0.0, 0.0}, before = INFINITY;
    for (size_t i = 0; i < windows->n; i++) {
        windows->window[i].weight = 1.0;
    }
    for (*rounds = 0; *rounds < ROUNDS_GGIR;) {
        double now = published_round(m, offset, windows, uses_temperature);
        ++*rounds;
        if (!(fabs(now - before) >= STOP_GGIR)) {
            before = now;
            break;
        }
        before = now;
    }
    for (int a = 0; a < 3; a++) {
        m->shift[a] = m->scale[a] * offset[a];
    }
    return isfinite(before);
}

static void fit(struct still_windows *windows, double sphere_g, bool as_ggir,
                struct calibration *out)
{
    struct calibration made;
    calibration_init(&made);
    made.n_windows = (uint32_t)windows->n;
    made.hours = (double)windows->n_looked_at * CALIBRATION_WINDOW_S / 3600.0;
    made.outcome = can_fit(windows, sphere_g);
    if (windows->n > 0) {
        struct model m = {{1.0, 1.0, 1.0}, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
        struct calibration tried = made;
        centre_temperature(windows, &tried);
        made.error_before_mg = mean_error(&m, windows) * 1e3;
        made.error_after_mg = made.error_before_mg;
        if (made.outcome == CALIBRATION_DONE) {
            bool worked =
                as_ggir ? fit_ggir(&m, windows, tried.uses_temperature, &tried.iterations)
                        : fit_converged(&m, windows, tried.uses_temperature, &tried.iterations);
            double after = worked ? mean_error(&m, windows) * 1e3 : INFINITY;
            if (after <= made.error_before_mg) {
                tried.error_before_mg = made.error_before_mg;
                tried.error_after_mg = after;
                for (int a = 0; a < 3; a++) {
                    tried.scale[a] = m.scale[a];
                    tried.offset_g[a] = m.shift[a] / m.scale[a];
                    tried.temperature_g_per_c[a] = m.slope[a];
                }
                made = tried;
            } else {
                made.outcome = CALIBRATION_WORSE;
            }
        }
    }
    *out = made;
}

void calibration_fit_converged(struct still_windows *windows, double sphere_g,
                               struct calibration *out)
{
    fit(windows, sphere_g, false, out);
}

void calibration_fit_ggir(struct still_windows *windows, double sphere_g,
                          struct calibration *out)
{
    fit(windows, sphere_g, true, out);
}
