/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expected numbers: data/counts/README.md and reference_counts.csv of the reference data.
 */
#include "tests/support/check.h"
#include "tests/support/count_file.h"

#include <string.h>

static void the_sample_gives_its_reference_values(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/sample-timeSeries.csv.gz");
    struct count_file file;
    count_file_read(&file, path, "?Asia/Tokyo", NULL);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(file.source->info.format, "ukb");
    assert_string_equal(file.source->info.zone, "Europe/London");
    assert_string_equal(file.source->info.channels, "enmo_mg");
    assert_int_equal(file.epochs.n, 16841);
    assert_int_equal(file.epochs.epoch_s, 30);
    assert_string_equal(count_file_start(&file), "2014-05-07T13:29:50+01:00");
    assert_int_equal(file.epochs.t0_ns % NS_PER_S, 439000000);
    assert_close(count_file_sum(&file, EPOCH_ENMO_MG), 552196.098, 0.01);
    assert_int_equal(count_file_missing(&file, EPOCH_ENMO_MG), 125);
    static const double first[] = {63.146, 5.074, 8.669, 9.151, 0.026};
    static const double last[] = {6.423, 47.531, 46.031, 11.435, 26.418};
    for (size_t i = 0; i < 5; i++) {
        assert_close((double)file.epochs.column[EPOCH_ENMO_MG][i], first[i], 1e-5);
        assert_close((double)file.epochs.column[EPOCH_ENMO_MG][16836 + i], last[i], 1e-5);
    }
    assert_int_equal(file.source->report.bad_blocks, 0);
    count_file_close(&file);
}

#define OLD                                                                                    \
    "acceleration (mg) - 2014-05-07 13:29:50 - 2014-05-07 13:30:05 - sampleRate = 5 "          \
    "seconds,imputed\n63.1,0\n5.0,1\n,0\n"

static void the_older_layout_is_read(void **state)
{
    (void)state;
    struct count_file file;
    count_file_read_text(&file, OLD, sizeof OLD - 1, "Europe/London", NULL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 3);
    assert_int_equal(file.epochs.epoch_s, 5);
    assert_string_equal(count_file_start(&file), "2014-05-07T13:29:50+01:00");
    assert_int_equal(file.epochs.state[1], STATE_OFF_WRIST); /* imputed: not worn */
    assert_int_equal(file.epochs.state[2], STATE_UNKNOWN);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "says 4 epochs"), 1);
    count_file_close(&file);
}

static void a_header_that_says_too_little_is_refused(void **state)
{
    (void)state;
    static const char text[] = "acceleration (mg) - 2014-05-07 13:29:50,imputed\n1,0\n";
    struct count_file file;
    count_file_read_text(&file, text, sizeof text - 1, "UTC", NULL);
    assert_int_equal(file.status, YK_ERR_CORRUPT);
    count_file_close(&file);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    count_file_refuse_memory(OLD, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_gives_its_reference_values),
        cmocka_unit_test(the_older_layout_is_read),
        cmocka_unit_test(a_header_that_says_too_little_is_refused),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
