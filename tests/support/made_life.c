/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/made_life.h"

#include <math.h>
#include <string.h>

#include "tests/support/check.h"

/* A repeatable number 0 .. 1 for an epoch (splitmix64). */
static double noise(uint64_t i)
{
    uint64_t z = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static int64_t instant(const struct zone *zone, const char *text)
{
    int64_t ns = TIME_UNKNOWN;
    assert_true(zone_parse_iso(zone, text, &ns));
    return ns;
}

static void fill(struct epoch_series *epochs, size_t i, enum made_state state)
{
    bool is_turn = i % 240 == 0; /* every 20 minutes */
    double x = noise(i), posture = 60 * noise(i / 240 + 1000000) - 30;
    bool is_known = state != MADE_MISSING, is_awake = state == MADE_AWAKE;
    double angle = is_awake               ? 120 * x - 60
                   : state == MADE_ASLEEP ? posture + 0.1 * x
                                          : 5 + 0.05 * x;
    double sd = is_awake ? 60 + 100 * x : is_turn && state == MADE_ASLEEP ? 200 : 3 + 0.3 * x;
    epochs->column[EPOCH_ANGLE_Z_DEG][i] = is_known ? (float)angle : NAN;
    epochs->column[EPOCH_ENMO_MG][i] = is_known ? (float)(is_awake ? 50 + 80 * x : x) : NAN;
    epochs->column[EPOCH_STD_MG][i] = is_known ? (float)sd : NAN;
    epochs->column[EPOCH_TEMPERATURE_C][i] = is_known ? 32 : NAN;
}

void made_life_open(struct analysis *out, struct zone **zone, const char *zone_name,
                    const char *recipe, const char *start, const char *end)
{
    analysis_init(out);
    assert_int_equal(zone_open(zone_name, zone, NULL), YK_OK);
    assert_int_equal(parameters_of_recipe(recipe, &out->made_by.parameters, NULL), YK_OK);
    struct epoch_series *epochs = &out->epochs;
    epochs->epoch_s = 5;
    int64_t start_ns = instant(*zone, start), end_ns = instant(*zone, end);
    size_t n = (size_t)((end_ns - start_ns) / (5 * NS_PER_S));
    assert_int_equal(epoch_series_resize(epochs, n, NULL), YK_OK);
    epochs->t0_ns = start_ns;
    static const enum epoch_column columns[] = {EPOCH_ANGLE_Z_DEG, EPOCH_ENMO_MG, EPOCH_STD_MG,
                                                EPOCH_TEMPERATURE_C};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        assert_int_equal(epoch_series_need(epochs, columns[c], NULL), YK_OK);
    }
    for (size_t i = 0; i < n; i++) {
        fill(epochs, i, MADE_AWAKE);
    }
}

void made_life_set(struct analysis *self, const struct zone *zone, const char *start,
                   const char *end, enum made_state state)
{
    struct epoch_series *epochs = &self->epochs;
    size_t first = (size_t)((instant(zone, start) - epochs->t0_ns) / (5 * NS_PER_S));
    size_t last = (size_t)((instant(zone, end) - epochs->t0_ns) / (5 * NS_PER_S));
    for (size_t i = first; i < last; i++) {
        fill(epochs, i, state);
    }
    float *temperature = epochs->column[EPOCH_TEMPERATURE_C];
    double c = 32;
    for (size_t i = first; state == MADE_TABLE && i < epochs->n; i++) {
        /* Cools to the room with a time constant of 20 minutes, and warms up again. */
        c += ((i < last ? 22 : 32) - c) * (5.0 / 1200);
        temperature[i] = (float)c;
    }
}

void made_life_as_minutes(struct analysis *self)
{
    static const enum epoch_column columns[] = {EPOCH_ANGLE_Z_DEG, EPOCH_ENMO_MG};
    struct epoch_series minutes, *epochs = &self->epochs;
    epoch_series_init(&minutes);
    minutes.epoch_s = 60;
    assert_int_equal(epoch_series_resize(&minutes, epochs->n / 12, NULL), YK_OK);
    minutes.t0_ns = epochs->t0_ns;
    for (size_t c = 0; c < 2; c++) {
        assert_int_equal(epoch_series_need(&minutes, columns[c], NULL), YK_OK);
        for (size_t i = 0; i < 12 * minutes.n; i++) {
            float *mean = &minutes.column[columns[c]][i / 12];
            *mean = (i % 12 == 0 ? 0 : *mean) + epochs->column[columns[c]][i] / 12;
        }
    }
    epoch_series_release(epochs);
    *epochs = minutes;
}

void made_life_as_counts(struct analysis *self)
{
    struct epoch_series minutes, *epochs = &self->epochs;
    epoch_series_init(&minutes);
    minutes.epoch_s = 60;
    assert_int_equal(epoch_series_resize(&minutes, epochs->n / 12, NULL), YK_OK);
    assert_int_equal(epoch_series_need(&minutes, EPOCH_COUNTS, NULL), YK_OK);
    minutes.t0_ns = epochs->t0_ns;
    for (size_t m = 0; m < minutes.n; m++) {
        float most = 0;
        for (size_t i = 12 * m; i < 12 * m + 12; i++) {
            float sd = epochs->column[EPOCH_STD_MG][i];
            most = isnan(sd) || sd > most ? sd : most;
        }
        /* Turning over is a minute of few counts. */
        minutes.column[EPOCH_COUNTS][m] = most < 10 ? 0 : most >= 199 ? 8 : most;
    }
    epoch_series_release(epochs);
    *epochs = minutes;
}
