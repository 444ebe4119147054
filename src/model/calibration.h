/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Result of autocalibration: x = scale * (raw + offset) + temperature * (T -
 * mean_temperature_c), per axis.
 */
#ifndef SRC_MODEL_CALIBRATION_H
#define SRC_MODEL_CALIBRATION_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/i18n.h"

enum calibration_outcome {
    CALIBRATION_NONE, /* not asked for, or not a sample file */
    CALIBRATION_DONE,
    CALIBRATION_TOO_SHORT,   /* not enough recorded time */
    CALIBRATION_FEW_WINDOWS, /* too few still windows */
    CALIBRATION_SPHERE,      /* still windows do not cover the sphere */
    CALIBRATION_WORSE        /* the fit did not lower the error: coefficients not used */
};

struct calibration { /* the identity unless outcome is CALIBRATION_DONE */
    double scale[3], offset_g[3], temperature_g_per_c[3];
    double mean_temperature_c; /* NaN when temperature does not enter */
    double error_before_mg,
        error_after_mg; /* mean | |v| - 1 g | over still windows; NaN unknown */
    uint32_t n_windows; /* still windows used */
    double hours;       /* of data looked at */
    uint32_t iterations;
    bool uses_temperature;
    enum calibration_outcome outcome;
};

void calibration_init(struct calibration *self); /* identity, errors NaN */
const char *calibration_outcome_word(enum calibration_outcome outcome); /* "done", "sphere" */
/* In people's words, why the values are as recorded. */
enum text_id calibration_outcome_text(enum calibration_outcome outcome);

#endif
