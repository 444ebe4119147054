/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's part 2: one calendar day of imputed ENMO, filled up to 24 hours.
 */
#ifndef ALGORITHMS_DAY_GGIR_H
#define ALGORITHMS_DAY_GGIR_H

#include "algorithms/l5_m10.h"
#include "src/base/zone.h"
#include "src/model/epochs.h"
#include "src/model/parameters.h"

struct day_ggir { /* NaN = not filled: fewer valid hours than day_min_h */
    struct civil_date date;
    double valid_h, recorded_h;
    struct active_window l5, m5, l10, m10; /* mg, hours as GGIR prints them */
    double mean_mg, mean_1to6_mg;
    double mvpa_5s_min, mvpa_1min_min, mvpa_5min_min; /* epochs, minutes, 5 minutes above */
    double mvpa_bout_min[3];                          /* bouts of 1, 5, 10 min */
};

/* The average of all valid epochs at the same place of the 24-hour frames that begin at epoch
 * 0; 0 where there is none. *average is owned by the caller: 86400 / epoch_s values. errors:
 * YK_ERR_MEMORY */
enum yk_status day_ggir_average(const struct epoch_series *epochs, enum epoch_column column,
                                double **average, struct failure *why);

/* One day. The epochs' ENMO is already imputed (algorithms/impute.h); hours outside the
 * recording come from average. So does the hour that a day of 23 hours lacks; a day of 25 hours
 * leaves the second half of its double hour out. errors: YK_ERR_MEMORY */
enum yk_status day_ggir_make(const struct epoch_series *epochs, const double *average,
                             const struct zone *zone, struct civil_date date,
                             const struct parameters *parameters, struct day_ggir *out,
                             struct failure *why);

#endif
