/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expected numbers: data/counts/README.md and reference_counts.csv of the reference data.
 */
#include "tests/support/check.h"
#include "tests/support/count_file.h"

#include <math.h>
#include <string.h>

static const struct expected {
    const char *path, *model, *serial, *start;
    size_t n;
    int32_t epoch_s;
    double counts, markers, most;
    enum epoch_column second; /* EPOCH_COLUMN_COUNT: none */
    double second_sum;
    float first[5], last[5];
} FILES[] = {
    {"data/counts/example_01.AWD",
     "Actiwatch-4",
     "V664055",
     "1918-01-23T13:58:00+00:00",
     18401,
     60,
     2596555,
     22,
     2999,
     EPOCH_COLUMN_COUNT,
     0,
     {0, 0, 0, 149, 144},
     {0, 0, 0, 0, 0}},
    {"data/counts/example_03.AWD",
     "Actiwatch-4",
     "V653318",
     "1918-01-23T14:03:00+00:00",
     21456,
     60,
     5414998,
     22,
     8000,
     EPOCH_COLUMN_COUNT,
     0,
     {120, 165, 0, 4760, 4338},
     {0, 0, 0, 0, 0}},
    {"data/counts/example_05.AWD",
     "Actiwatch-4",
     "V653323",
     "1918-01-30T11:15:00+00:00",
     21703,
     60,
     2633684,
     27,
     2194,
     EPOCH_COLUMN_COUNT,
     0,
     {0, 0, 0, 0, 424},
     {0, 0, 0, 0, 0}},
    {"data/counts/test_sample.AWD",
     "Actiwatch-4",
     "V00000",
     "2018-01-01T08:30:00+00:00",
     11718,
     60,
     1741455,
     0,
     3779,
     EPOCH_COLUMN_COUNT,
     0,
     {0, 0, 0, 0, 0},
     {35, 0, 0, 102, 0}},
    {"data/counts/test_sample_aw4.AWD",
     "Actiwatch-4",
     "V665936",
     "2011-02-22T12:00:00+00:00",
     31854,
     60,
     12564915,
     29,
     7496,
     EPOCH_COLUMN_COUNT,
     0,
     {1124, 2460, 1357, 1400, 930},
     {0, 0, 0, 0, 0}},
    {"data/counts/test_sample_aw7.AWD",
     "Actiwatch-7",
     "D0309360327",
     "2009-11-17T19:30:00+00:00",
     30623,
     15,
     2165639,
     12,
     1735,
     EPOCH_LIGHT,
     0,
     {0, 224, 99, 115, 118},
     {0, 0, 0, 0, 0}},
    {"data/counts/test_sample_awlp.AWD",
     "Actiwatch-L-Plus",
     "P4012590327",
     "1997-04-22T09:38:00+00:00",
     10103,
     60,
     2246342,
     1,
     3219,
     EPOCH_LIGHT,
     2371708.9,
     {671, 429, 388, 330, 262},
     {487, 42, 0, 179, 89}},
    {"data/counts/test_sample_aws.AWD",
     "Actiwatch-S",
     "S6420020034",
     "1999-01-14T15:07:00+00:00",
     1521,
     60,
     66375,
     0,
     684,
     EPOCH_SOUND,
     80470,
     {208, 36, 0, 0, 0},
     {24, 1, 0, 0, 11}},
};

static void every_generation_gives_its_reference_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        const struct expected *want = &FILES[i];
        SHARED_OR_SKIP(path, want->path);
        struct count_file file;
        count_file_read(&file, path, "UTC", NULL);
        assert_int_equal(file.status, YK_END);
        const struct recording_info *info = &file.source->info;
        assert_string_equal(info->format, "awd");
        assert_string_equal(info->device_model, want->model);
        assert_string_equal(info->device_serial, want->serial);
        assert_string_equal(info->person_id, ""); /* the first line can be a name */
        assert_int_equal(info->count_kind, COUNT_KIND_ACTIWATCH);
        assert_int_equal(file.epochs.n, want->n);
        assert_int_equal(file.epochs.epoch_s, want->epoch_s);
        assert_string_equal(count_file_start(&file), want->start);
        assert_close(count_file_sum(&file, EPOCH_COUNTS), want->counts, 0);
        assert_close(count_file_sum(&file, EPOCH_MARKER), want->markers, 0);
        assert_int_equal(file.source->report.buttons, want->markers);
        assert_int_equal(count_file_missing(&file, EPOCH_COUNTS), 0);
        assert_int_equal(file.source->report.bad_blocks, 0);
        float most = 0;
        for (size_t k = 0; k < file.epochs.n; k++) {
            most = fmaxf(most, file.epochs.column[EPOCH_COUNTS][k]);
        }
        assert_close((double)most, want->most, 0);
        for (size_t k = 0; k < 5; k++) {
            assert_close((double)file.epochs.column[EPOCH_COUNTS][k], (double)want->first[k],
                         0);
            assert_close((double)file.epochs.column[EPOCH_COUNTS][want->n - 5 + k],
                         (double)want->last[k], 0);
        }
        if (want->second != EPOCH_COLUMN_COUNT) {
            assert_close(count_file_sum(&file, want->second), want->second_sum, 0.5);
        }
        count_file_close(&file);
    }
}

#define HEADER "a name\r\n01-Jan-2018\r\n08:30\r\n 4 \r\n44\r\nV00000\r\nF\r\n"
#define READ(file, text, ini) count_file_read_text((file), (text), sizeof(text) - 1, "UTC", ini)

static void damaged_lines_are_counted_and_keep_their_place(void **state)
{
    (void)state;
    struct count_file file;
    READ(&file, HEADER "1\r\n2 M\r\nx7\r\n4", NULL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 4);
    assert_int_equal(file.source->report.bad_blocks, 1);
    assert_true(isnan(file.epochs.column[EPOCH_COUNTS][2]));
    assert_int_equal(file.epochs.state[2], STATE_UNKNOWN);
    assert_close((double)file.epochs.column[EPOCH_COUNTS][3], 4, 0);
    assert_close((double)file.epochs.column[EPOCH_MARKER][1], 1, 0);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "no line end"), 1);
    count_file_close(&file);
}

static void blank_lines_in_the_header_are_lines(void **state)
{
    (void)state;
    struct count_file file;
    READ(&file, "\n01-Jan-2018\n08:30:00 PM\nC1\n\nQ1\nX\n5\n6\n", NULL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 2);
    assert_int_equal(file.epochs.epoch_s, 5);
    assert_string_equal(count_file_start(&file), "2018-01-01T20:30:00+00:00");
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "no model"), 1);
    count_file_close(&file);
}

static void a_second_channel_of_an_unknown_kind_is_left_out_and_said(void **state)
{
    (void)state;
    struct count_file file;
    READ(&file, HEADER "1 , 7.00\r\n2 , 8.00 M\r\n", NULL);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(file.source->info.channels, "counts,marker");
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 3, 0);
    assert_close(count_file_sum(&file, EPOCH_MARKER), 1, 0);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "second channel"), 1);
    count_file_close(&file);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct count_file file;
    READ(&file, HEADER, NULL);
    assert_int_equal(file.status, YK_ERR_TOO_LITTLE);
    count_file_close(&file);
    static const char odd[] = "n\n01-Jan-2018\n08:30\n77\n1\nV1\nM\n1\n2\n";
    READ(&file, odd, NULL); /* an unknown code of the epoch */
    assert_int_equal(file.status, YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(file.why.text, "epoch_s ="));
    count_file_close(&file);
    READ(&file, odd, "epoch_s = 40\nzone = Asia/Tokyo\ncounts = motionwatch\n");
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.epoch_s, 40);
    assert_int_equal(file.source->info.count_kind, COUNT_KIND_MOTIONWATCH);
    count_file_close(&file);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    count_file_refuse_memory(HEADER "1\n2 M\n", "zone = UTC\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_generation_gives_its_reference_values),
        cmocka_unit_test(damaged_lines_are_counted_and_keep_their_place),
        cmocka_unit_test(blank_lines_in_the_header_are_lines),
        cmocka_unit_test(a_second_channel_of_an_unknown_kind_is_left_out_and_said),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
