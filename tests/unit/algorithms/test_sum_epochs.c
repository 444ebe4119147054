/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expected minutes: ActiLife's own collapse of a 10-s recording, and series worked by hand.
 */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/sum_epochs.h"
#include "src/base/clock.h"
#include "tests/support/count_file.h"
#include "tests/support/reference.h"

static void ten_seconds_become_actilifes_minutes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum epoch_column column;
    } pairs[] = {{"axis1", EPOCH_COUNTS_Y},           {"axis2", EPOCH_COUNTS_X},
                 {"axis3", EPOCH_COUNTS_Z},           {"steps", EPOCH_STEPS},
                 {"inclineoff", EPOCH_INCLINE_OFF_S}, {"inclinelying", EPOCH_INCLINE_LYING_S}};
    SHARED_OR_SKIP(path, "data/counts/GT3XPlus-RawData-Day01.agd");
    struct count_file file;
    struct reference minutes;
    count_file_read(&file, path, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    reference_open(&minutes, check_shared("data/counts/GT3XPlus-RawData-Day01-10sec60sec.csv"));
    assert_int_equal(sum_epochs(&file.epochs, 60, NULL), YK_OK);
    assert_int_equal(file.epochs.n, minutes.rows);
    assert_int_equal(file.epochs.epoch_s, 60);
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
        for (size_t m = 0; m < minutes.rows; m++) {
            assert_close((double)file.epochs.column[pairs[p].column][m],
                         reference_number(&minutes, m, pairs[p].name), 0);
        }
    }
    reference_close(&minutes);
    count_file_close(&file);
}

static void make(struct epoch_series *self, int64_t t0_s, int32_t epoch_s, size_t n)
{
    epoch_series_init(self);
    self->epoch_s = epoch_s;
    assert_int_equal(epoch_series_resize(self, n, NULL), YK_OK);
    assert_int_equal(epoch_series_need(self, EPOCH_COUNTS, NULL), YK_OK);
    assert_int_equal(epoch_series_need(self, EPOCH_LIGHT, NULL), YK_OK);
    self->t0_ns = t0_s * NS_PER_S;
    for (size_t i = 0; i < n; i++) {
        self->column[EPOCH_COUNTS][i] = (float)(i + 1);
        self->column[EPOCH_LIGHT][i] = (float)(10 * i);
    }
}

static void edge_minutes_hold_what_there_is(void **state)
{
    (void)state;
    struct epoch_series e;
    make(&e, 60 + 40, 20, 5); /* one epoch of the first minute, three, one */
    e.state[1] = STATE_OFF_WRIST;
    e.state[2] = STATE_OFF_WRIST;
    e.state[3] = STATE_UNKNOWN;
    assert_int_equal(sum_epochs(&e, 60, NULL), YK_OK);
    assert_int_equal(e.n, 3);
    assert_true(e.t0_ns == 60 * NS_PER_S);
    assert_close((double)e.column[EPOCH_COUNTS][0], 1, 0);
    assert_close((double)e.column[EPOCH_COUNTS][1], 2 + 3 + 4, 0);
    assert_close((double)e.column[EPOCH_COUNTS][2], 5, 0);
    assert_close((double)e.column[EPOCH_LIGHT][1], 20, 0);
    assert_int_equal(e.state[0], 0);
    assert_int_equal(e.state[1], STATE_OFF_WRIST);
    epoch_series_release(&e);
}

static void a_missing_epoch_makes_its_minute_missing(void **state)
{
    (void)state;
    struct epoch_series e;
    make(&e, 0, 30, 6);
    e.column[EPOCH_COUNTS][3] = NAN;
    assert_int_equal(sum_epochs(&e, 60, NULL), YK_OK);
    assert_close((double)e.column[EPOCH_COUNTS][0], 3, 0);
    assert_true(isnan(e.column[EPOCH_COUNTS][1]));
    assert_close((double)e.column[EPOCH_COUNTS][2], 11, 0);
    epoch_series_release(&e);
}

static void longer_epochs_stay_and_odd_ones_are_refused(void **state)
{
    (void)state;
    struct epoch_series e;
    struct failure why;
    make(&e, 0, 60, 6);
    assert_int_equal(sum_epochs(&e, 30, NULL), YK_OK);
    assert_int_equal(e.n, 6);
    assert_int_equal(sum_epochs(&e, 60, NULL), YK_OK);
    assert_int_equal(sum_epochs(&e, 0, NULL), YK_OK);
    assert_int_equal(sum_epochs(&e, 90, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "60 s cannot be summed to 90 s"));
    epoch_series_release(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_seconds_become_actilifes_minutes),
        cmocka_unit_test(edge_minutes_hold_what_there_is),
        cmocka_unit_test(a_missing_epoch_makes_its_minute_missing),
        cmocka_unit_test(longer_epochs_stay_and_odd_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
