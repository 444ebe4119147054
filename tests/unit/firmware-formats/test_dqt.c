/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expected numbers: data/counts/README.md and reference_counts.csv of the reference data.
 */
#include "tests/support/check.h"
#include "tests/support/count_file.h"

#include <math.h>
#include <string.h>

static void the_sample_gives_its_reference_values(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/test_sample_dqt_head.csv");
    struct count_file file;
    count_file_read(&file, path, "?Asia/Tokyo", NULL);
    assert_int_equal(file.status, YK_END);
    const struct recording_info *info = &file.source->info;
    assert_string_equal(info->format, "dqt");
    assert_string_equal(info->device_serial, "myUUID");
    assert_int_equal(info->count_kind, COUNT_KIND_DAQTOMETER);
    assert_int_equal(file.epochs.n, 10800);
    assert_int_equal(file.epochs.epoch_s, 1);
    assert_string_equal(count_file_start(&file), "2000-01-27T19:00:00+00:00");
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 185006, 0);
    assert_close(count_file_sum(&file, EPOCH_LIGHT), 751686, 0);
    assert_close((double)file.epochs.column[EPOCH_COUNTS][10799], 26, 0);
    assert_int_equal(file.source->report.bad_blocks, 0);
    /* The file is the beginning of twelve hours. */
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "43200 epochs"), 1);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "GMT"), 1);
    count_file_close(&file);
}

#define TEXT                                                                                   \
    "Start: 2000-01-27 19:00:00 GMT\r\nEnd: 2000-01-27 19:01:30 GMT\r\n\r\n"                   \
    "Serial number:,A1,A1,A1\r\nName:,Light,Accelleration X+Y,Temperature\r\n"                 \
    "Store rate:,30,30,30\r\n\r\n2000-01-27 19:00:00,5,26,20.5\r\n"                            \
    "2000-01-27 19:00:30,x,x,x\r\n2000-01-27 19:01:30,7,27,21\r\n"

static void channels_are_known_by_their_names(void **state)
{
    (void)state;
    struct count_file file;
    count_file_read_text(&file, TEXT, sizeof TEXT - 1, "Asia/Tokyo", NULL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 4);
    assert_int_equal(file.epochs.epoch_s, 30);
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 53, 0);
    assert_close(count_file_sum(&file, EPOCH_LIGHT), 12, 0);
    assert_close(count_file_sum(&file, EPOCH_TEMPERATURE_C), 41.5, 0);
    assert_int_equal(file.epochs.state[1], STATE_UNKNOWN);
    assert_int_equal(file.source->report.gaps, 1);
    /* The zone that was named wins over the header, and both are told. */
    assert_string_equal(count_file_start(&file), "2000-01-27T19:00:00+09:00");
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "own zone UTC is not used"), 1);
    count_file_close(&file);
    /* One that is the same leaves nothing open. */
    count_file_read_text(&file, TEXT, sizeof TEXT - 1, "UTC", NULL);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "own zone"), 0);
    count_file_close(&file);
}

static void a_header_alone_holds_too_little(void **state)
{
    (void)state;
    struct count_file file;
    size_t n = (size_t)(strstr(TEXT, "Store") - TEXT);
    count_file_read_text(&file, TEXT, n, "UTC", NULL);
    assert_int_equal(file.status, YK_ERR_TOO_LITTLE);
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
        cmocka_unit_test(channels_are_known_by_their_names),
        cmocka_unit_test(a_header_alone_holds_too_little),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
