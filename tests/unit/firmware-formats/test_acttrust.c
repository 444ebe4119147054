/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expected numbers: data/counts/README.md and reference_counts.csv of the reference data.
 */
#include "tests/support/check.h"
#include "tests/support/count_file.h"

#include <stdio.h>
#include <string.h>

static void the_sample_gives_its_reference_values(void **state)
{
    (void)state;
    static const struct {
        enum epoch_column column;
        double sum;
    } sums[] = {
        {EPOCH_COUNTS, 7027976},     {EPOCH_TAT, 428858},
        {EPOCH_ZCM, 164021},         {EPOCH_TEMPERATURE_C, 88973.43},
        {EPOCH_LIGHT, 244019},       {EPOCH_TEMPERATURE_EXT_C, 86304.32},
        {EPOCH_MARKER, 6},           {EPOCH_LIGHT_AMBIENT, 98880.57},
        {EPOCH_LIGHT_RED, 36952.79}, {EPOCH_LIGHT_GREEN, 57791.89},
        {EPOCH_LIGHT_IR, 54526.34},  {EPOCH_LIGHT_BLUE, 46336.17},
        {EPOCH_LIGHT_UVA, 0},        {EPOCH_LIGHT_UVB, 0},
    };
    SHARED_OR_SKIP(path, "data/counts/test_sample_atr_head.txt");
    struct count_file file;
    count_file_read(&file, path, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    const struct recording_info *info = &file.source->info;
    assert_string_equal(info->format, "acttrust");
    assert_string_equal(info->device_model, "ActTrust1");
    assert_string_equal(info->device_serial, "myUUID");
    assert_string_equal(info->firmware, "3.8");
    assert_string_equal(info->person_id, "");
    assert_int_equal(info->count_kind, COUNT_KIND_ACTTRUST);
    assert_int_equal(file.epochs.n, 2881);
    assert_int_equal(file.epochs.epoch_s, 60);
    assert_string_equal(count_file_start(&file), "1918-01-01T09:00:00+00:00");
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        assert_close(count_file_sum(&file, sums[i].column), sums[i].sum, 0.01);
    }
    assert_int_equal(file.source->report.buttons, 6);
    assert_int_equal(file.source->report.bad_blocks, 0);
    assert_int_equal(file.source->report.gaps, 0);
    count_file_close(&file);
}

#define TEXT                                                                                   \
    "+------+ Condor Instruments Report +------+\nSUBJECT_NAME : A Person\nDEVICE_ID : 9\n"    \
    "INTERVAL : 60\n+------+\nDATE/TIME;STATE;ZCM;EVENT;PIM\n03/04/2020 09:00:00;0;1;0;10\n"   \
    "03/04/2020 09:01:48;0;2;1;20\n03/04/2020 09:02:00;0;3;0;30\n"

/* The rows win over the header, a person's word over both. */
static void rows_a_minute_apart_are_minutes_whatever_the_header_says(void **state)
{
    (void)state;
    char text[1024] = "+------+ Condor Instruments Report +------+\nDEVICE_ID : 9\n"
                      "INTERVAL : 30\n+------+\nDATE/TIME;PIM\n";
    for (int i = 0; i < 20; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, "23/04/2020 09:%02d:00;%d\n", i, i);
    }
    struct count_file file;
    count_file_read_text(&file, text, strlen(text), "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.epoch_s, 60);
    assert_int_equal(file.epochs.n, 20);
    assert_int_equal(file.source->report.gaps, 0);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE,
                                       "epochs of 60 s as the rows have it; the header: 30"),
                     1);
    count_file_close(&file);
    count_file_read_text(&file, text, strlen(text), "UTC", "epoch_s = 30\n");
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.epoch_s, 30);
    count_file_close(&file);
}

static void a_button_press_stays_in_its_minute(void **state)
{
    (void)state;
    struct count_file file;
    count_file_read_text(&file, TEXT, sizeof TEXT - 1, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 3);
    assert_int_equal(file.source->report.bad_blocks, 0);
    assert_close((double)file.epochs.column[EPOCH_MARKER][1], 1, 0);
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 60, 0);
    /* 3 April or 4 March: said, as nothing decides. */
    assert_string_equal(count_file_start(&file), "2020-04-03T09:00:00+00:00");
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "2020-04-03 or 2020-03-04"), 1);
    count_file_close(&file);
}

static void a_press_in_the_first_minute_does_not_shift_the_others(void **state)
{
    (void)state;
    static const char text[] =
        "+--+ Condor Instruments Report +--+\nINTERVAL : 60\n+--+\nDATE/TIME;EVENT;PIM\n"
        "13/04/2020 09:00:26;1;10\n13/04/2020 09:01:00;0;20\n13/04/2020 09:02:00;0;30\n"
        "13/04/2020 09:03:00;0;40\n";
    struct count_file file;
    count_file_read_text(&file, text, sizeof text - 1, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 4);
    assert_string_equal(count_file_start(&file), "2020-04-13T09:00:00+00:00");
    assert_int_equal(file.source->report.bad_blocks, 0);
    count_file_close(&file);
}

static void a_report_without_its_table_is_refused(void **state)
{
    (void)state;
    struct count_file file;
    count_file_read_text(&file, TEXT, 100, "UTC", NULL);
    assert_int_equal(file.status, YK_ERR_CORRUPT);
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
        cmocka_unit_test(rows_a_minute_apart_are_minutes_whatever_the_header_says),
        cmocka_unit_test(a_button_press_stays_in_its_minute),
        cmocka_unit_test(a_press_in_the_first_minute_does_not_shift_the_others),
        cmocka_unit_test(a_report_without_its_table_is_refused),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
