/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expected numbers: data/actigraph-csv/README.md of the reference data.
 */
#include "tests/support/check.h"
#include "tests/support/count_file.h"

#include <stdlib.h>
#include <string.h>

static void check_sample(struct count_file *file)
{
    assert_int_equal(file->status, YK_END);
    const struct recording_info *info = &file->source->info;
    assert_string_equal(info->format, "actical");
    assert_string_equal(info->device_serial, "B11FFFF");
    assert_string_equal(info->person_id, "AM2105031920");
    assert_string_equal(info->body_site, "WRIST");
    assert_int_equal(info->count_kind, COUNT_KIND_ACTICAL);
    assert_int_equal(file->epochs.n, 501);
    assert_int_equal(file->epochs.epoch_s, 60);
    assert_string_equal(count_file_start(file), "2021-05-13T00:00:00+00:00");
    assert_close(count_file_sum(file, EPOCH_COUNTS), 7974, 0);
    assert_close(count_file_sum(file, EPOCH_STEPS), 462, 0);
    assert_close((double)file->epochs.column[EPOCH_COUNTS][0], 250, 0);
    assert_close((double)file->epochs.column[EPOCH_STEPS][0], 12, 0);
    assert_close((double)file->epochs.column[EPOCH_COUNTS][500], 0, 0);
    assert_int_equal(file->source->report.bad_blocks, 0);
}

static void the_sample_gives_its_reference_values(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/actigraph-csv/Actical.csv");
    struct count_file file;
    count_file_read(&file, path, "UTC", NULL);
    check_sample(&file);
    count_file_close(&file);
}

static void quotes_around_whole_lines_change_nothing(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/actigraph-csv/Actical.csv");
    size_t n = 0, used = 0;
    char *whole = check_read_file(path, &n);
    char *quoted = malloc(3 * n);
    quoted[used++] = '"';
    for (size_t i = 0; i < n; i++) {
        if (whole[i] == '\n') {
            quoted[used++] = '"';
        }
        quoted[used++] = whole[i];
        if (whole[i] == '\n' && i + 1 < n) {
            quoted[used++] = '"';
        }
    }
    struct count_file file;
    count_file_read_text(&file, quoted, used, "UTC", NULL);
    check_sample(&file);
    count_file_close(&file);
    free(whole);
    free(quoted);
}

#define SHORT                                                                                  \
    "Actical List Export File  (Version 03.00)\nIdentity:,A B\nEpoch#,Day#,Elapsed,Date,Time," \
    "Activity,Event Marker\n,,Seconds,,,Counts,Button\n1,1,15,29-Feb-20,23:59,5,0\n"           \
    "2,1,30,29-Feb-20,23:59,6,1\n4,1,60,29-Feb-20,23:59,7,0\n"

static void short_epochs_are_placed_by_their_numbers(void **state)
{
    (void)state;
    struct count_file file;
    count_file_read_text(&file, SHORT, sizeof SHORT - 1, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(file.source->info.person_id, ""); /* of two words: a name */
    assert_int_equal(file.epochs.epoch_s, 15);
    assert_int_equal(file.epochs.n, 4);
    assert_string_equal(count_file_start(&file), "2020-02-29T23:59:00+00:00");
    assert_int_equal(file.epochs.state[2], STATE_UNKNOWN);
    assert_int_equal(file.source->report.gaps, 1);
    assert_int_equal(file.source->report.buttons, 1);
    count_file_close(&file);
    count_file_read_text(&file, SHORT, (size_t)(strstr(SHORT, "1,1,15") - SHORT), "UTC", NULL);
    assert_int_equal(file.status, YK_ERR_TOO_LITTLE);
    count_file_close(&file);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    count_file_refuse_memory(SHORT, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_gives_its_reference_values),
        cmocka_unit_test(quotes_around_whole_lines_change_nothing),
        cmocka_unit_test(short_epochs_are_placed_by_their_numbers),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
