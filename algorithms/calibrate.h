/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Autocalibration (van Hees et al. 2014, J Appl Physiol 117:738): in moments without movement
 * the sensor should read 1 g, whatever its posture. docs/algorithms/calibration.md.
 */
#ifndef ALGORITHMS_CALIBRATE_H
#define ALGORITHMS_CALIBRATE_H

#include <stddef.h>

#include "src/model/calibration.h"
#include "src/model/sample_block.h"

#define CALIBRATION_WINDOW_S 10

struct still_window {
    double mean_g[3];
    double temperature_c; /* NaN: not recorded */
    double weight;        /* used by a fit */
};

/* The still windows of a recording. Bounded: when `most` are kept, every second one is dropped
 * and from then on every second one (fourth, ...) is taken. */
struct still_windows {
    struct still_window *window; /* owned */
    size_t n, capacity;
    size_t most;        /* 0: no bound */
    size_t stride;      /* of the still ones, how many-th is taken */
    size_t n_still;     /* still ones met */
    size_t n_looked_at; /* windows met, still or not */
};

void still_windows_init(struct still_windows *self, size_t most);
void still_windows_release(struct still_windows *self);
/* Counts a window and keeps it when it is still: all SDs below limit_g, all means below 2 g. */
enum yk_status still_windows_add(struct still_windows *self, const double mean_g[3],
                                 const double sd_g[3], double temperature_c, double limit_g,
                                 struct failure *why);

/* Collects windows of ten seconds directly from the recorded samples, block by block; a window
 * does not reach over a gap. */
#define WINDOW_PARTS 8 /* interleaved parts of a sum, added in a fixed order */
struct window_sums {
    size_t length, n; /* samples a window has, and has so far */
    double origin[3]; /* first sample: sums are taken from it */
    double sum[3][WINDOW_PARTS], squares[3][WINDOW_PARTS];
    double temperature, n_temperature;
    int64_t end_ns; /* where the next block must begin to belong to the window */
};
void window_sums_init(struct window_sums *self, double rate_hz);
enum yk_status window_sums_add(struct window_sums *self, const struct sample_block *block,
                               double limit_g, struct still_windows *out, struct failure *why);

/* GGIR's windows: from the points of its own grid, whole hours only. */
struct ggir_windows {
    size_t length, n;         /* points a window has, and has so far */
    double *point[3];         /* owned, `length` each */
    double temperature;       /* sum */
    struct ggir_window *hour; /* owned: the windows of the hour that is not over yet */
    size_t n_hour;
    struct ggir_window *before; /* owned: one, kept until the next one is known */
    bool has_before;
    size_t n_whole; /* windows of whole hours that are not dropped, the first one included */
    double limit_g;
    struct still_windows still; /* owned */
};
enum yk_status ggir_windows_init(struct ggir_windows *self, double rate_hz, double limit_g,
                                 struct failure *why);
void ggir_windows_release(struct ggir_windows *self);
enum yk_status ggir_windows_add(struct ggir_windows *self, double *const point[3], size_t n,
                                double temperature_c, struct failure *why);
/* The fit on what was added so far; more may be added afterwards. *is_enough: GGIR would stop
 * reading here (more than a week, error lowered below 10 mg). */
enum yk_status ggir_windows_fit(const struct ggir_windows *self, double sphere_g,
                                struct calibration *out, bool *is_enough, struct failure *why);

/* Both take the windows and fill *out (outcome, coefficients, errors); never fail otherwise.
 *
 * sphere_g   each axis must reach beyond +- this
 * windows    changed: temperatures become differences from their mean
 *
 * The converged one runs to the fixed point of the published iteration, by Gauss-Newton steps;
 * ggir stops where GGIR 3.3 stops, after about ten rounds. The fixed point is the same.
 */
void calibration_fit_converged(struct still_windows *windows, double sphere_g,
                               struct calibration *out);
void calibration_fit_ggir(struct still_windows *windows, double sphere_g,
                          struct calibration *out);

#endif
