/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expected numbers: data/counts/README.md of the reference data.
 */
#include "tests/support/check.h"
#include "tests/support/count_file.h"

#include <string.h>

static void the_sample_gives_its_reference_values(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/test_sample_mesa.csv");
    struct count_file file;
    count_file_read(&file, path, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(file.source->info.format, "mesa");
    assert_string_equal(file.source->info.person_id, "X");
    assert_int_equal(file.source->info.count_kind, COUNT_KIND_ACTIWATCH);
    assert_int_equal(file.epochs.n, 4);
    assert_int_equal(file.epochs.epoch_s, 30);
    assert_string_equal(count_file_start(&file), "2000-01-06T00:00:00+00:00");
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 140, 0);
    assert_int_equal(count_file_missing(&file, EPOCH_COUNTS), 1);
    assert_close(count_file_sum(&file, EPOCH_LIGHT), 16, 0);
    assert_close(count_file_sum(&file, EPOCH_LIGHT_RED), 8, 0);
    assert_int_equal(file.epochs.state[0], STATE_UNKNOWN | STATE_OFF_WRIST);
    assert_int_equal(file.epochs.state[1], 0);
    assert_int_equal(count_file_events(&file, READ_EVENT_INTERVAL, "excluded"), 1);
    assert_int_equal(count_file_events(&file, READ_EVENT_INTERVAL, "rest"), 1);
    assert_int_equal(count_file_events(&file, READ_EVENT_INTERVAL, "sleep"), 1);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "invented 2000-01-06"), 1);
    assert_int_equal(file.source->report.bad_blocks, 0);
    count_file_close(&file);
}

#define TEXT                                                                                   \
    "mesaid,line,linetime,offwrist,activity,interval,dayofweek\n"                              \
    "7,11,23:59:30,0,5,REST,7\n7,12,00:00:00,0,6,REST,1\n7,15,00:01:30,0,7,ACTIVE,1\n"

static void rows_are_placed_by_line_from_the_first_time(void **state)
{
    (void)state;
    struct count_file file;
    count_file_read_text(&file, TEXT, sizeof TEXT - 1, "Europe/Oslo", NULL);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(count_file_start(&file), "2000-01-08T23:59:30+01:00"); /* Saturday */
    assert_int_equal(file.epochs.n, 5);
    assert_int_equal(file.source->report.gaps, 1);
    assert_close((double)file.epochs.column[EPOCH_COUNTS][4], 7, 0);
    count_file_close(&file);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    count_file_refuse_memory(TEXT, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_gives_its_reference_values),
        cmocka_unit_test(rows_are_placed_by_line_from_the_first_time),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
