/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Activity per day and what is made of three rhythm indices, see daily_activity.h.
 *
 * A day of which ten minutes are known would be scaled 144 times and weigh as much as a whole
 * one, which is why short days are left out.
 */
#include "algorithms/daily_activity.h"

#include <math.h>

enum { DAY_S = 86400 };

double daily_activity(const double *x, size_t n, int32_t step_s, int32_t start_s,
                      double min_hours, size_t *n_days)
{
    double total = 0, days = 0, per_day = (double)DAY_S / step_s;
    for (size_t i = 0; i < n;) {
        int64_t day = (start_s + (int64_t)i * step_s) / DAY_S;
        double sum = 0, known = 0;
        for (; i < n && (start_s + (int64_t)i * step_s) / DAY_S == day; i++) {
            sum += isnan(x[i]) ? 0 : x[i];
            known += !isnan(x[i]);
        }
        if (known > 0 && known * step_s >= min_hours * 3600) {
            total += sum * per_day / known;
            days++;
        }
    }
    if (n_days != NULL) {
        *n_days = (size_t)days;
    }
    return days > 0 ? total / days : (double)NAN;
}

double circadian_function_index(double is, double iv, double ra)
{
    double calm = (2 - iv) / 2;
    calm = calm < 0 ? 0 : calm > 1 ? 1 : calm; /* NaN stays NaN */
    return (is + calm + ra) / 3;
}
