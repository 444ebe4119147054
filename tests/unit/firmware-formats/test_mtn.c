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
    SHARED_OR_SKIP(path, "data/counts/test_sample.mtn");
    struct count_file file;
    count_file_read(&file, path, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    const struct recording_info *info = &file.source->info;
    assert_string_equal(info->format, "mtn");
    assert_string_equal(info->device_model, "MW8");
    assert_string_equal(info->device_serial, "007565");
    assert_string_equal(info->person_id, "TEST_SAMPLE");
    assert_string_equal(info->body_site, "Wrist (Right)");
    assert_int_equal(info->count_kind, COUNT_KIND_MOTIONWATCH);
    assert_int_equal(file.epochs.n, 5978);
    assert_int_equal(file.epochs.epoch_s, 5);
    assert_string_equal(count_file_start(&file), "2018-05-23T17:30:00+00:00");
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 109065, 0);
    assert_close(count_file_sum(&file, EPOCH_LIGHT), 921185.428007, 0.05);
    assert_int_equal(count_file_missing(&file, EPOCH_LIGHT), 0);
    static const float last[] = {71, 121, 62, 87, 76};
    for (size_t i = 0; i < 5; i++) {
        assert_close((double)file.epochs.column[EPOCH_COUNTS][5973 + i], (double)last[i], 0);
    }
    assert_int_equal(file.source->report.bad_blocks, 0);
    assert_int_equal(file.source->report.n_events, 0);
    count_file_close(&file);
}

#define HEAD                                                                                   \
    "<?xml version=\"1.0\"?><motionfile><log2>"                                                \
    "<change><property><name>=StartTime</name><content>2019-01-01 00:00:00</content>"          \
    "</property></change><change><property><name>+UserID</name><content>A</content>"           \
    "</property></change><change><property><name>=StartTime</name><content>2020-03-29 "        \
    "00:30:00</content></property></change><change><property delete=\"yes\">"                  \
    "<name>+UserID</name></property></change>"
#define CHANNEL(name, epoch, data)                                                             \
    "<change><channel><name>" name "</name><units>u</units><epoch>" epoch                      \
    "</epoch><offset>0</offset><data encoding=\"text\">" data "</data></channel></change>"
#define TAIL "</log2></motionfile>"
#define READ(file, text)                                                                       \
    count_file_read_text((file), (text), sizeof(text) - 1, "Europe/London", NULL)

static void the_last_property_counts_and_local_time_becomes_utc(void **state)
{
    (void)state;
    struct count_file file;
    READ(&file, HEAD CHANNEL("motion", "3600", "1,\n2,x,4,") TAIL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 4);
    assert_string_equal(file.source->info.person_id, "");
    assert_int_equal(file.epochs.t0_ns / NS_PER_S, 1585441800); /* 00:30 before summer time */
    assert_int_equal(file.source->report.bad_blocks, 1);
    assert_int_equal(file.epochs.state[2], STATE_UNKNOWN);
    assert_int_equal(count_file_events(&file, READ_EVENT_BAD_BLOCK, "value 3: 'x'"), 1);
    count_file_close(&file);
}

/* 01:30 of that day was twice in London: an offset in the text leaves nothing open. */
static void a_start_with_its_offset_leaves_nothing_open(void **state)
{
    (void)state;
    static const char text[] =
        "<motionfile><property><name>=StartTime</name><content>2019-10-27 01:30:00+05:00"
        "</content></property>" CHANNEL("motion", "60", "1,2") TAIL;
    static const char *const zones[] = {"Europe/London", "?Europe/London"}, *const shown[] = {
                                                                                "Europe/London",
                                                                                "+05:00"};
    for (size_t i = 0; i < 2; i++) {
        struct count_file file;
        count_file_read_text(&file, text, sizeof text - 1, zones[i], NULL);
        assert_int_equal(file.status, YK_END);
        assert_int_equal(file.epochs.t0_ns / NS_PER_S, 1572121800); /* 20:30 UTC */
        assert_string_equal(file.source->info.zone, shown[i]);
        assert_int_equal(file.source->report.n_events, 0);
        count_file_close(&file);
    }
}

static void channels_of_other_epochs_are_held_or_averaged(void **state)
{
    (void)state;
    struct count_file file;
    READ(&file, HEAD CHANNEL("motion", "10", "1,2,3,4") CHANNEL("Light", "20", "100,50")
                    CHANNEL("Temperature", "5", "1,3,5,7,9,11") TAIL);
    assert_int_equal(file.status, YK_END);
    static const double light[] = {100, 100, 50, 50}, warmth[] = {2, 6, 10, NAN};
    for (size_t i = 0; i < 4; i++) {
        assert_close((double)file.epochs.column[EPOCH_LIGHT][i], light[i], 0);
        assert_close((double)file.epochs.column[EPOCH_TEMPERATURE_C][i], warmth[i], 0);
    }
    count_file_close(&file);
}

static void what_cannot_be_used_is_refused_or_noted(void **state)
{
    (void)state;
    struct count_file file;
    READ(&file, HEAD CHANNEL("Light", "20", "100,50") TAIL);
    assert_int_equal(file.status, YK_ERR_UNSUPPORTED);
    count_file_close(&file);
    READ(&file, HEAD CHANNEL("motion", "?", "1") TAIL);
    assert_int_equal(file.status, YK_ERR_CORRUPT);
    count_file_close(&file);
    READ(&file, "<motionfile>" CHANNEL("motion", "5", "1") TAIL);
    assert_int_equal(file.status, YK_ERR_CORRUPT);
    assert_non_null(strstr(file.why.text, "=StartTime"));
    count_file_close(&file);
    READ(&file, HEAD CHANNEL("motion", "5", "1,2") CHANNEL("Magic", "5", "1")
                    CHANNEL("motion", "5", "7") TAIL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 2);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "left out"), 2);
    count_file_close(&file);
    READ(&file, HEAD "<channel><name>motion</name><epoch>5</epoch><data>1,2,33");
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 3);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "cut off"), 1);
    count_file_close(&file);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    count_file_refuse_memory(HEAD CHANNEL("motion", "5", "1,x") TAIL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_gives_its_reference_values),
        cmocka_unit_test(the_last_property_counts_and_local_time_becomes_utc),
        cmocka_unit_test(a_start_with_its_offset_leaves_nothing_open),
        cmocka_unit_test(channels_of_other_epochs_are_held_or_averaged),
        cmocka_unit_test(what_cannot_be_used_is_refused_or_noted),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
