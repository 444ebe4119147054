/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nonwear for the default recipe: a still recorder is off the wrist only when something says
 * that it was laid down. Stillness alone cannot tell a table from a deep sleeper (GGIR's D12);
 * how temperature, micro-movements, posture and length are weighed is in
 * docs/algorithms/nonwear.md.
 */
#ifndef ALGORITHMS_NONWEAR_DEFAULT_H
#define ALGORITHMS_NONWEAR_DEFAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "src/model/epochs.h"
#include "src/model/parameters.h"

/* What is known about one still stretch; NaN = not known. */
struct nonwear_evidence {
    double hours;
    double fall_c;      /* temperature before it minus the least in its first hour */
    double rise_c;      /* most in the hour after it minus the temperature at its end */
    double below_c;     /* usual temperature of the worn recorder minus the stretch's own */
    double stirs_per_h; /* epochs that show a movement inside it */
    double drift_deg;   /* range of the arm's angle, one-minute means */
    bool has_noise;     /* false: no SD column, so stirs are read from the angle alone */
};

/* Points for the table minus points for the wrist; NONWEAR_POINTS or more say: not worn. */
#define NONWEAR_POINTS 3.0
double nonwear_weigh(const struct nonwear_evidence *evidence);

/* Marks STATE_NONWEAR. Needs angle z and one of STD_MG (with RANGE_MG where present) or ENMO;
 * without them it marks nothing. errors: YK_ERR_MEMORY */
enum yk_status nonwear_default_mark(struct epoch_series *epochs,
                                    const struct parameters *parameters, struct failure *why);

#endif
