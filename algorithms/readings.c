/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Readings and shares per epoch, see readings.h.
 */
#include "algorithms/readings.h"

#include <math.h>
#include <string.h>

enum yk_status readings_open(struct readings *self, const struct recording_source *source,
                             struct lane_sink *sink, struct failure *why)
{
    const struct read_report *report = &source->report;
    const struct {
        enum epoch_column column;
        bool is_there;
    } makes[] = {{EPOCH_LIGHT, !isnan(report->light.last)},
                 {EPOCH_TEMPERATURE_C, !isnan(report->temperature_c.last)},
                 {EPOCH_BATTERY_V, !isnan(report->battery_v.last)},
                 {EPOCH_CLIPPED, true},
                 {EPOCH_VALID, true}};
    memset(self, 0, sizeof *self);
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        enum yk_status status =
            makes[i].is_there ? lane_sink_need(sink, &makes[i].column, 1, why) : YK_OK;
        if (status != YK_OK) {
            return status;
        }
    }
    return YK_OK;
}

void readings_add(struct readings *self, const struct grid_tally tally[LANES])
{
    for (size_t l = 0; l < LANES; l++) {
        struct grid_tally *sum = &self->epoch[l];
        const struct grid_tally *more = &tally[l];
        sum->observed += more->observed;
        sum->clipped += more->clipped;
        sum->light += more->light;
        sum->temperature += more->temperature;
        sum->battery += more->battery;
        sum->n_light += more->n_light;
        sum->n_temperature += more->n_temperature;
        sum->n_battery += more->n_battery;
    }
}

static void put(struct lane_sink *sink, enum epoch_column column, int64_t step,
                const double value[LANES])
{
    if (sink->epochs->column[column] != NULL) {
        lane_sink_put(sink, column, step, value);
    }
}

void readings_epoch_end(struct readings *self, int64_t step, struct lane_sink *sink)
{
    double light[LANES], temperature[LANES], battery[LANES], clipped[LANES], valid[LANES];
    for (size_t l = 0; l < LANES; l++) {
        const struct grid_tally *t = &self->epoch[l];
        light[l] = t->light / t->n_light; /* NaN when there was none */
        temperature[l] = t->temperature / t->n_temperature;
        battery[l] = t->battery / t->n_battery;
        clipped[l] = t->clipped / t->observed;
        valid[l] = t->observed / (double)sink->setup->epoch_points;
    }
    put(sink, EPOCH_LIGHT, step, light);
    put(sink, EPOCH_TEMPERATURE_C, step, temperature);
    put(sink, EPOCH_BATTERY_V, step, battery);
    put(sink, EPOCH_CLIPPED, step, clipped);
    put(sink, EPOCH_VALID, step, valid);
    memset(self->epoch, 0, sizeof self->epoch);
}
