/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The average day on small series; GGIR's own is compared in test_night_ggir.c.
 */
#include "tests/support/check.h"

#include <math.h>

#include "algorithms/impute.h"

enum { DAY = 24 }; /* epochs of an hour */

static void open_series(struct epoch_series *epochs, size_t n)
{
    epoch_series_init(epochs);
    epochs->epoch_s = 3600;
    assert_int_equal(epoch_series_resize(epochs, n, NULL), YK_OK);
    assert_int_equal(epoch_series_need(epochs, EPOCH_ENMO_MG, NULL), YK_OK);
    assert_int_equal(epoch_series_need(epochs, EPOCH_EN_MG, NULL), YK_OK);
    assert_int_equal(epoch_series_need(epochs, EPOCH_TEMPERATURE_C, NULL), YK_OK);
    for (size_t i = 0; i < n; i++) {
        epochs->column[EPOCH_ENMO_MG][i] = (float)(i / DAY + 1) * 10.1f;
        epochs->column[EPOCH_EN_MG][i] = 990;
        epochs->column[EPOCH_TEMPERATURE_C][i] = 30;
    }
}

static void invalid_epochs_take_the_mean_of_the_other_days(void **context)
{
    (void)context;
    struct epoch_series epochs;
    open_series(&epochs, 3 * DAY);
    epochs.state[DAY + 5] |= STATE_NONWEAR;
    impute_average_day(&epochs);
    assert_close(epochs.column[EPOCH_ENMO_MG][DAY + 5], 20.2, 1e-5); /* of 10.1 and 30.3 */
    assert_true((epochs.state[DAY + 5] & STATE_IMPUTED) != 0);
    assert_true((epochs.state[DAY + 4] & STATE_IMPUTED) == 0);
    assert_close(epochs.column[EPOCH_TEMPERATURE_C][DAY + 5], 30, 0);
    epoch_series_release(&epochs);
}

static void hours_without_any_valid_value_become_zero_and_one_g(void **context)
{
    (void)context;
    struct epoch_series epochs;
    open_series(&epochs, 2 * DAY);
    epochs.state[3] |= STATE_CLIPPED;
    epochs.state[DAY + 3] |= STATE_UNKNOWN;
    impute_average_day(&epochs);
    assert_close(epochs.column[EPOCH_ENMO_MG][3], 0, 0);
    assert_close(epochs.column[EPOCH_EN_MG][DAY + 3], 1000, 0);
    epoch_series_release(&epochs);
}

static void recordings_of_a_day_stay_as_they_are(void **context)
{
    (void)context;
    struct epoch_series epochs;
    open_series(&epochs, DAY);
    epochs.state[3] |= STATE_NONWEAR;
    impute_average_day(&epochs);
    assert_close(epochs.column[EPOCH_ENMO_MG][3], 10.1, 1e-5);
    assert_true((epochs.state[3] & STATE_IMPUTED) == 0);
    epoch_series_release(&epochs);
    epoch_series_init(&epochs);
    impute_average_day(&epochs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_epochs_take_the_mean_of_the_other_days),
        cmocka_unit_test(hours_without_any_valid_value_become_zero_and_one_g),
        cmocka_unit_test(recordings_of_a_day_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
