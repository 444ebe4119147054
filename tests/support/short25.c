/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/short25.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"
#include "tests/support/reference.h"

static void take_column(struct epoch_series *epochs, enum epoch_column column,
                        const struct reference *table, const char *name, double factor)
{
    assert_int_equal(epoch_series_need(epochs, column, NULL), YK_OK);
    float *values = reference_floats(table, name, factor);
    memcpy(epochs->column[column], values, epochs->n * sizeof *values);
    free(values);
}

static void take_quarters(struct quarter_series *quarters, struct epoch_series *epochs)
{
    struct reference table;
    reference_open(&table, check_shared(SHORT25 "epoch15min_nonwear.csv.gz"));
    assert_int_equal(quarter_series_resize(quarters, table.rows, NULL), YK_OK);
    assert_int_equal(epoch_series_need(epochs, EPOCH_TEMPERATURE_C, NULL), YK_OK);
    quarters->t0_ns = SHORT25_T0_NS;
    for (size_t q = 0; q < table.rows; q++) {
        quarters->score_2023[q] = (float)reference_number(&table, q, "nonwearscore");
        quarters->score_2013[q] = quarters->score_2023[q];
        quarters->clipped[q] = (float)reference_number(&table, q, "clippingscore");
        for (size_t i = 180 * q; i < 180 * (q + 1) && i < epochs->n; i++) {
            epochs->column[EPOCH_TEMPERATURE_C][i] =
                (float)reference_number(&table, q, "temperaturemean");
        }
    }
    reference_close(&table);
}

bool short25_open(struct analysis *out, struct zone **zone, const char *recipe)
{
    const char *path = check_shared(SHORT25 "epoch5s_raw.csv.gz");
    if (path == NULL) {
        return false;
    }
    struct reference table;
    reference_open(&table, path);
    analysis_init(out);
    assert_int_equal(parameters_of_recipe(recipe, &out->made_by.parameters, NULL), YK_OK);
    assert_int_equal(zone_open("Europe/London", zone, NULL), YK_OK);
    struct epoch_series *epochs = &out->epochs;
    epochs->epoch_s = 5;
    assert_int_equal(epoch_series_resize(epochs, table.rows, NULL), YK_OK);
    epochs->t0_ns = SHORT25_T0_NS;
    take_column(epochs, EPOCH_ENMO_MG, &table, "ENMO", 1000);
    take_column(epochs, EPOCH_MAD_MG, &table, "MAD", 1000);
    take_column(epochs, EPOCH_EN_MG, &table, "EN", 1000);
    take_column(epochs, EPOCH_ANGLE_Z_DEG, &table, "anglez", 1);
    reference_close(&table);
    take_quarters(&out->quarters, epochs);
    return true;
}
