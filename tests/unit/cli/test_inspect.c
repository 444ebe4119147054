/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/inspect.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_build.h"

/* What `info --json` prints for a file, as a parsed document. */
static json_t *describe(const char *path, const char *zone, int session)
{
    struct inspection file;
    struct failure why = {0};
    inspection_init(&file, path);
    (void)inspection_read(&file, zone, session, NULL, &why);
    struct json_out *json = json_out_new();
    inspection_to_json(&file, json, NULL);
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(json_out_write(json, out, false, &why), YK_OK);
    fclose(out);
    json_out_free(json);
    inspection_release(&file);
    json_error_t error;
    json_t *root = json_loads(text, 0, &error);
    assert_non_null(root);
    free(text);
    return root;
}

static double number(const json_t *root, const char *key)
{
    const json_t *value = json_object_get(root, key);
    if (!json_is_number(value)) {
        fail_msg("%s is no number", key);
    }
    return json_number_value(value);
}

static const char *word(const json_t *root, const char *key)
{
    const char *value = json_string_value(json_object_get(root, key));
    if (value == NULL) {
        fail_msg("%s is no text", key);
    }
    return value;
}

static const char *const KEYS[] = {"file",
                                   "format",
                                   "device_model",
                                   "device_serial",
                                   "firmware",
                                   "session_id",
                                   "sensor_axes",
                                   "rate_hz",
                                   "observed_rate_hz",
                                   "range_g",
                                   "samples",
                                   "start",
                                   "end",
                                   "start_ns",
                                   "end_ns",
                                   "zone",
                                   "gaps",
                                   "gap_s",
                                   "bad_blocks",
                                   "skipped_bytes",
                                   "clock_jumps",
                                   "first_sample_g",
                                   "last_sample_g",
                                   "mean_g",
                                   "temperature_c",
                                   "light",
                                   "battery_v",
                                   "epochs",
                                   "epoch_s",
                                   "channels",
                                   "count_kind",
                                   "counts_sum",
                                   "warnings",
                                   "sha256"};

static void assert_all_keys(const json_t *root)
{
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        if (json_object_get(root, KEYS[i]) == NULL) {
            fail_msg("%s is missing", KEYS[i]);
        }
    }
}

static void a_real_recording_has_every_key_with_its_value(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/cwa/ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa");
    json_t *root = describe(path, "Asia/Tokyo", 0);
    assert_all_keys(root);
    assert_string_equal(word(root, "format"), "cwa");
    assert_string_equal(word(root, "device_serial"), "39434");
    assert_string_equal(word(root, "start"), "2019-02-26T10:55:07.200+09:00");
    assert_string_equal(word(root, "end"), "2019-02-26T10:57:58.351+09:00");
    assert_string_equal(word(root, "sha256"),
                        "24cd187dd2779c10b04946de89c7b2445c3018027a0da7ecb8f3440a6b8cf099");
    assert_close(number(root, "samples"), 16680, 0);
    assert_close(number(root, "bad_blocks"), 6, 0);
    assert_close(number(root, "gaps"), 1, 0);
    assert_close(number(root, "skipped_bytes"), 6 * 512, 0);
    assert_close(number(root, "observed_rate_hz"), 98.8603, 6e-5);
    json_t *mean = json_object_get(root, "mean_g");
    assert_close(json_number_value(json_array_get(mean, 0)), 12959.890625 / 16680, 1e-12);
    assert_close(number(json_object_get(root, "temperature_c"), "last"), 26.464844, 1e-6);
    assert_true(json_is_null(json_object_get(root, "epochs")));
    assert_true(json_is_null(json_object_get(root, "counts_sum")));
    assert_true(json_array_size(json_object_get(root, "warnings")) >= 2);
    json_decref(root);
}

static void a_table_of_epochs_has_epochs_and_no_samples(void **state)
{
    (void)state;
    const char *folder = check_scratch("inspect");
    char path[4200];
    snprintf(path, sizeof path, "%s/counts.csv", folder);
    FILE *out = fopen(path, "wb");
    fputs("timestamp,counts\n", out);
    for (int i = 0; i < 120; i++) {
        fprintf(out, "2024-06-17 %02d:%02d:00,%d\n", 8 + i / 60, i % 60, i);
    }
    fclose(out);
    json_t *root = describe(path, "UTC", 0);
    assert_all_keys(root);
    assert_string_equal(word(root, "format"), "epoch_csv");
    assert_close(number(root, "epochs"), 120, 0);
    assert_close(number(root, "epoch_s"), 60, 0);
    assert_close(number(root, "counts_sum"), 119 * 60, 0);
    assert_string_equal(word(root, "start"), "2024-06-17T08:00:00.000+00:00");
    assert_string_equal(word(root, "end"), "2024-06-17T10:00:00.000+00:00");
    assert_true(json_is_null(json_object_get(root, "samples")));
    assert_true(json_is_null(json_object_get(root, "mean_g")));
    json_decref(root);
    check_remove(folder);
}

static void an_unreadable_file_is_null_everywhere_and_says_why(void **state)
{
    (void)state;
    json_t *root = describe("/nowhere/x.cwa", "UTC", 0);
    assert_all_keys(root);
    assert_true(json_is_null(json_object_get(root, "samples")));
    assert_true(json_is_null(json_object_get(root, "gaps")));
    assert_true(json_is_null(json_object_get(root, "sha256")));
    assert_string_equal(word(root, "error"), "not_found");
    assert_non_null(strstr(word(root, "reason"), "x.cwa"));
    json_decref(root);
}

static void every_finding_has_a_sentence_in_both_languages(void **state)
{
    (void)state;
    struct inspection file;
    inspection_init(&file, "x.cwa");
    struct read_report *r = &file.report;
    uint64_t *const counts[] = {&r->sessions,         &r->bad_blocks,      &r->gaps,
                                &r->restarts,         &r->clock_jumps,     &r->overflows,
                                &r->repaired_samples, &r->clipped_samples, &r->trailing_bytes};
    for (size_t i = 0; i < 9; i++) {
        *counts[i] = 41 + i;
    }
    file.info.zone_is_guess = file.info.clock_is_in_doubt = true;
    read_report_add(r, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1, "a note");
    size_t n[2] = {0, 0};
    for (int ja = 0; ja < 2; ja++) {
        struct text all;
        text_init(&all);
        while (inspection_warning(&file, n[ja], ja != 0, &all)) {
            n[ja]++;
            text_add_char(&all, '\n');
        }
        for (int k = 41; k < 50; k++) {
            char wanted[8];
            snprintf(wanted, sizeof wanted, "%d", k);
            assert_non_null(strstr(text_string(&all), wanted));
        }
        assert_null(strstr(text_string(&all), "{n}"));
        assert_non_null(strstr(text_string(&all), "a note"));
        text_release(&all);
    }
    assert_int_equal(n[0], 13);
    assert_int_equal(n[1], 13);
    inspection_release(&file);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    const char *folder = check_scratch("inspect-memory");
    char path[4200];
    snprintf(path, sizeof path, "%s/a.cwa", folder);
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 10);
    check_write_file(path, b.at, b.n);
    for (uint64_t k = 1;; k++) {
        struct inspection file;
        struct failure why = {0};
        inspection_init(&file, path);
        alloc_fail_at(k);
        enum yk_status status = inspection_read(&file, "UTC", 0, NULL, &why);
        bool refused = alloc_end(status, YK_OK);
        inspection_release(&file);
        if (!refused) {
            break;
        }
        assert_true(k < 200);
    }
    cwa_build_release(&b);
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_recording_has_every_key_with_its_value),
        cmocka_unit_test(a_table_of_epochs_has_epochs_and_no_samples),
        cmocka_unit_test(an_unreadable_file_is_null_everywhere_and_says_why),
        cmocka_unit_test(every_finding_has_a_sentence_in_both_languages),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
