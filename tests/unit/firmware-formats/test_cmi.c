/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/count_file.h"

#include <string.h>

#define TEXT                                                                                   \
    "series_id,step,timestamp,anglez,enmo\n"                                                   \
    "038441c925bb,0,2018-08-14T15:30:00-0400,2.6367,0.0217\n"                                  \
    "038441c925bb,1,2018-08-14T15:30:05-0400,2.6368,0.0215\n"                                  \
    "03d92c9f6f8a,0,2018-05-31T12:00:00-0400,-81.5,0\n"                                        \
    "03d92c9f6f8a,1,2018-05-31T12:00:05-0400,-81.4,0.5\n"                                      \
    "03d92c9f6f8a,2,2018-05-31T12:00:10-0400,-81.3,0.25\n"

/* The session-th recording of the table. */
static void read_one(struct count_file *file, int session)
{
    extern const struct format format_cmi;
    memset(file, 0, sizeof *file);
    epoch_series_init(&file->epochs);
    assert_int_equal(zone_open("America/New_York", &file->zone, NULL), YK_OK);
    file->options.zone = file->zone;
    file->options.session = session;
    assert_int_equal(memory_source_open(TEXT, sizeof TEXT - 1, "t", &file->bytes, NULL), YK_OK);
    file->status = format_cmi.open(file->bytes, &file->options, &file->source, &file->why);
    if (file->status != YK_OK) {
        byte_source_close(file->bytes);
    }
    while (file->status == YK_OK) {
        file->status = file->source->ops->next_epochs(file->source, &file->epochs, &file->why);
    }
}

static void the_first_recording_is_read_and_the_others_are_counted(void **state)
{
    (void)state;
    struct count_file file;
    read_one(&file, 0);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(file.source->info.format, "cmi");
    assert_string_equal(file.source->info.session_id, "038441c925bb");
    assert_int_equal(file.epochs.n, 2);
    assert_int_equal(file.epochs.epoch_s, 5);
    assert_string_equal(count_file_start(&file), "2018-08-14T15:30:00-04:00");
    assert_close(count_file_sum(&file, EPOCH_ENMO_MG), 43.2, 1e-4);
    assert_close(count_file_sum(&file, EPOCH_ANGLE_Z_DEG), 5.2735, 1e-5);
    assert_int_equal(file.source->report.sessions, 2);
    assert_int_equal(file.source->report.bad_blocks, 0);
    count_file_close(&file);
}

static void any_recording_can_be_asked_for(void **state)
{
    (void)state;
    struct count_file file;
    read_one(&file, 2);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(file.source->info.session_id, "03d92c9f6f8a");
    assert_int_equal(file.epochs.n, 3);
    assert_string_equal(count_file_start(&file), "2018-05-31T12:00:00-04:00");
    count_file_close(&file);
    read_one(&file, 3);
    assert_int_equal(file.status, YK_ERR_ARGUMENT);
    assert_non_null(strstr(file.why.text, "holds 2 recordings"));
    count_file_close(&file);
}

static void the_format_is_recognised(void **state)
{
    (void)state;
    struct count_file file;
    count_file_read_text(&file, TEXT, sizeof TEXT - 1, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(file.source->info.format, "cmi");
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
        cmocka_unit_test(the_first_recording_is_read_and_the_others_are_counted),
        cmocka_unit_test(any_recording_can_be_asked_for),
        cmocka_unit_test(the_format_is_recognised),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
