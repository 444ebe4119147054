/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's average day, see impute.h. GGIR means to impute EN by 1 g and gives 0 (a misspelt
 * column name); no later step reads EN, so 1 g it is.
 */
#include "algorithms/impute.h"

#include <math.h>

#include "algorithms/round.h"

/* One metric column: value = stored / per_unit, in g, degree or counts. */
struct metric {
    enum epoch_column column;
    double per_unit, without_data;
};

static const struct metric metrics[] = {
    {EPOCH_ENMO_MG, 1000, 0},   {EPOCH_MAD_MG, 1000, 0},      {EPOCH_EN_MG, 1000, 1},
    {EPOCH_LFENMO_MG, 1000, 0}, {EPOCH_BFEN_MG, 1000, 0},     {EPOCH_HFEN_MG, 1000, 0},
    {EPOCH_ANGLE_X_DEG, 1, 0},  {EPOCH_HFENPLUS_MG, 1000, 0}, {EPOCH_ANGLE_Y_DEG, 1, 0},
    {EPOCH_ANGLE_Z_DEG, 1, 0},  {EPOCH_ZC_X, 1, 0},           {EPOCH_ZC_Y, 1, 0},
    {EPOCH_ZC_Z, 1, 0},         {EPOCH_COUNTS_X, 1, 0},       {EPOCH_COUNTS_Y, 1, 0},
    {EPOCH_COUNTS_Z, 1, 0},
};

static double value_of(float stored, const struct metric *metric)
{
    return round_decimals((double)stored / metric->per_unit, 4);
}

static double mean_of_others(const struct epoch_series *epochs, const struct metric *metric,
                             size_t place, size_t per_day)
{
    const float *x = epochs->column[metric->column];
    /* R's rowMeans() sums in long double; a compensated sum says the same on any processor. */
    double sum = 0, rest = 0;
    size_t count = 0;
    for (size_t i = place; i < epochs->n; i += per_day) {
        if ((epochs->state[i] & STATE_INVALID) == 0 && !isnan(x[i])) {
            double v = value_of(x[i], metric), next = sum + v;
            rest += fabs(sum) >= fabs(v) ? (sum - next) + v : (v - next) + sum;
            sum = next;
            count++;
        }
    }
    return count > 0 ? round_decimals((sum + rest) / (double)count, 4) : metric->without_data;
}

void impute_average_day(struct epoch_series *epochs)
{
    size_t per_day = epochs->epoch_s > 0 ? (size_t)(86400 / epochs->epoch_s) : 0;
    if (per_day == 0 || epochs->n <= per_day) {
        return;
    }
    for (size_t m = 0; m < sizeof metrics / sizeof metrics[0]; m++) {
        float *x = epochs->column[metrics[m].column];
        for (size_t i = 0; x != NULL && i < epochs->n; i++) {
            if ((epochs->state[i] & STATE_INVALID) != 0) {
                double mean = mean_of_others(epochs, &metrics[m], i % per_day, per_day);
                x[i] = (float)(mean * metrics[m].per_unit);
            }
        }
    }
    for (size_t i = 0; i < epochs->n; i++) {
        if ((epochs->state[i] & STATE_INVALID) != 0) {
            epochs->state[i] |= STATE_IMPUTED;
        }
    }
}
