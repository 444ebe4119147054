/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How lanes are cut, filled and written out, see lanes.h.
 */
#include "algorithms/lanes.h"

#include <math.h>
#include <string.h>

#include "algorithms/round.h"
#include "src/base/clones.h"

enum yk_status lane_sink_need(struct lane_sink *sink, const enum epoch_column *columns,
                              size_t n, struct failure *why)
{
    for (size_t i = 0; i < n; i++) {
        enum yk_status status = epoch_series_need(sink->epochs, columns[i], why);
        if (status != YK_OK) {
            return status;
        }
    }
    return YK_OK;
}

static bool is_in_mg(enum epoch_column column)
{
    const char *unit = epoch_column_unit(column);
    return strcmp(unit, "mg") == 0;
}

void lane_sink_put(struct lane_sink *sink, enum epoch_column column, int64_t step,
                   const double value[LANES])
{
    const struct lane_setup *setup = sink->setup;
    const double scale = is_in_mg(column) ? 1000.0 : 1.0;
    for (size_t l = 0; l < LANES; l++) {
        int64_t epoch = setup->first_epoch[l] + step;
        if (epoch >= setup->from[l] && epoch < setup->to[l]) {
            double v = setup->has_ggir_columns ? round_decimals(value[l], 4) : value[l];
            sink->epochs->column[column][epoch] = (float)(v * scale);
        }
    }
}

YK_CLONES
void lanes_interleave(const double *src, size_t stride, size_t n, double *dst)
{
    for (size_t t = 0; t < n; t++) {
        for (size_t l = 0; l < LANES; l++) {
            dst[t * LANES + l] = src[l * stride + t];
        }
    }
}

int64_t lanes_common_multiple(int64_t a, int64_t b)
{
    int64_t x = a, y = b;
    while (y != 0) {
        int64_t rest = x % y;
        x = y;
        y = rest;
    }
    return a / x * b;
}

int64_t lanes_cut(struct lane_setup *setup, int64_t n_epochs, int64_t warm_epochs,
                  int64_t step_points, bool in_sequence)
{
    /* seconds after which everything (epochs, quarters, thinning) is in phase again */
    int64_t phase_s = lanes_common_multiple(setup->epoch_s, QUARTER_S);
    phase_s *=
        lanes_common_multiple(phase_s * setup->rate, step_points) / (phase_s * setup->rate);
    const int64_t unit = phase_s / setup->epoch_s;
    const int64_t n_lanes = in_sequence ? 1 : LANES;
    int64_t length = (n_epochs + n_lanes - 1) / n_lanes;
    length = (length + unit - 1) / unit * unit;
    /* the warm-up must not disturb the phase of thinning either */
    int64_t thin = lanes_common_multiple((int64_t)setup->epoch_points, step_points) /
                   (int64_t)setup->epoch_points;
    int64_t warm = in_sequence ? 0 : (warm_epochs + thin - 1) / thin * thin;
    warm = warm < length ? warm : length;
    for (int64_t l = 0; l < LANES; l++) {
        int64_t from = l * length, to = from + length;
        from = from < n_epochs && l < n_lanes ? from : n_epochs;
        to = to < n_epochs && l < n_lanes ? to : n_epochs;
        setup->from[l] = from;
        setup->to[l] = to;
        setup->first_epoch[l] = l == 0 ? 0 : l * length - warm;
        setup->end[l] = (n_epochs - setup->first_epoch[l]) * (int64_t)setup->epoch_points;
    }
    int64_t longest = n_epochs < length ? n_epochs : length;
    int64_t epochs = n_epochs > length ? length + warm : longest;
    return epochs * (int64_t)setup->blocks_per_epoch;
}
