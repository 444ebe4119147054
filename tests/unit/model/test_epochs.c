/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/model/epochs.h"
#include "src/model/quarters.h"
#include "src/model/sample_block.h"
#include "tests/support/alloc.h"

static void new_epochs_are_unknown(void **state)
{
    (void)state;
    struct epoch_series e;
    epoch_series_init(&e);
    assert_true(e.t0_ns == TIME_UNKNOWN);
    assert_int_equal(epoch_series_need(&e, EPOCH_ENMO_MG, NULL), YK_OK);
    for (size_t n = 1; n <= 1000; n++) {
        assert_int_equal(epoch_series_resize(&e, n, NULL), YK_OK);
        assert_true(isnan(e.column[EPOCH_ENMO_MG][n - 1]));
        assert_int_equal(e.state[n - 1], 0);
        e.column[EPOCH_ENMO_MG][n - 1] = (float)n;
        e.state[n - 1] = STATE_ASLEEP;
    }
    assert_int_equal(epoch_series_need(&e, EPOCH_LIGHT, NULL), YK_OK);
    assert_true(isnan(e.column[EPOCH_LIGHT][0]) && isnan(e.column[EPOCH_LIGHT][999]));
    assert_int_equal(epoch_series_need(&e, EPOCH_ENMO_MG, NULL), YK_OK);
    assert_close(e.column[EPOCH_ENMO_MG][499], 500, 0);
    assert_int_equal(epoch_series_resize(&e, 10, NULL), YK_OK);
    assert_int_equal(epoch_series_resize(&e, 20, NULL), YK_OK);
    assert_close(e.column[EPOCH_ENMO_MG][9], 10, 0);
    assert_true(isnan(e.column[EPOCH_ENMO_MG][10]));
    assert_int_equal(e.state[10], 0);
    e.t0_ns = 7;
    e.epoch_s = 60;
    assert_true(epoch_start_ns(&e, 2) == 7 + 120 * NS_PER_S);
    epoch_series_release(&e);
    epoch_series_release(&e);
    assert_null(e.state);
    epoch_series_release(NULL);
}

static void refused_memory_leaves_the_series_usable(void **state)
{
    (void)state;
    for (uint64_t k = 1;; k++) {
        struct epoch_series e;
        struct failure why;
        epoch_series_init(&e);
        alloc_fail_at(k);
        enum yk_status status = epoch_series_need(&e, EPOCH_ENMO_MG, &why);
        status = status == YK_OK ? epoch_series_need(&e, EPOCH_ZC_X, &why) : status;
        status = status == YK_OK ? epoch_series_resize(&e, 100, &why) : status;
        status = status == YK_OK ? epoch_series_resize(&e, 5000, &why) : status;
        bool refused = alloc_end(status, YK_OK);
        assert_true(e.n <= e.capacity);
        assert_int_equal(epoch_series_resize(&e, 6000, &why), YK_OK);
        epoch_series_release(&e);
        if (!refused) {
            break;
        }
    }
}

static void columns_are_found_by_name(void **state)
{
    (void)state;
    for (int i = 0; i < EPOCH_COLUMN_COUNT; i++) {
        enum epoch_column c = (enum epoch_column)i;
        assert_int_equal(epoch_column_find(epoch_column_name(c)), c);
        assert_true(strlen(epoch_column_unit(c)) > 0);
        assert_true(strlen(epoch_column_meaning_en(c)) > 0);
        assert_true(strlen(epoch_column_meaning_ja(c)) > 0);
    }
    assert_int_equal(epoch_column_find("nothing"), EPOCH_COLUMN_COUNT);
}

static void quarters_grow_with_nan(void **state)
{
    (void)state;
    struct quarter_series q;
    quarter_series_init(&q);
    assert_int_equal(quarter_series_resize(&q, 3, NULL), YK_OK);
    q.score_2013[2] = 1;
    assert_int_equal(quarter_series_resize(&q, 6, NULL), YK_OK);
    assert_close(q.score_2013[2], 1, 0);
    assert_true(isnan(q.score_2023[5]) && isnan(q.clipped[3]));
    alloc_fail_at(2);
    assert_int_equal(quarter_series_resize(&q, 9, NULL), YK_ERR_MEMORY);
    alloc_fail_at(0);
    assert_int_equal(q.n, 6);
    quarter_series_release(&q);
    quarter_series_release(NULL);
}

static void blocks_have_room_and_are_aligned(void **state)
{
    (void)state;
    struct sample_block b;
    assert_int_equal(sample_block_init(&b, true, NULL), YK_OK);
    assert_int_equal(b.capacity, SAMPLE_BLOCK_CAPACITY);
    for (int i = 0; i < 3; i++) {
        assert_int_equal((uintptr_t)b.acc_g[i] % 64, 0);
        b.acc_g[i][SAMPLE_BLOCK_CAPACITY - 1] = 1;
        b.gyro_dps[i][SAMPLE_BLOCK_CAPACITY - 1] = 1;
    }
    assert_true(isnan(b.light) && isnan(b.temperature_c) && isnan(b.battery_v));
    sample_block_release(&b);
    sample_block_release(&b);
    assert_int_equal(sample_block_init(&b, false, NULL), YK_OK);
    assert_null(b.gyro_dps[0]);
    sample_block_release(&b);
    alloc_fail_at(1);
    assert_int_equal(sample_block_init(&b, false, NULL), YK_ERR_MEMORY);
    alloc_fail_at(0);
    sample_block_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_epochs_are_unknown),
        cmocka_unit_test(refused_memory_leaves_the_series_usable),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(quarters_grow_with_nan),
        cmocka_unit_test(blocks_have_room_and_are_aligned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
