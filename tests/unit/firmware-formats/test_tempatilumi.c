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
    SHARED_OR_SKIP(path, "data/counts/test_sample_tal_head.txt");
    struct count_file file;
    count_file_read(&file, path, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    const struct recording_info *info = &file.source->info;
    assert_string_equal(info->format, "tempatilumi");
    assert_string_equal(info->device_serial, "00000");
    assert_int_equal(info->count_kind, COUNT_KIND_TEMPATILUMI);
    assert_int_equal(file.epochs.n, 4320);
    assert_int_equal(file.epochs.epoch_s, 60);
    assert_string_equal(count_file_start(&file), "2000-01-01T00:00:00+00:00");
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 335679, 0);
    assert_close(count_file_sum(&file, EPOCH_LIGHT), 344880, 0);
    assert_close(count_file_sum(&file, EPOCH_MARKER), 1, 0);
    assert_int_equal(file.source->report.bad_blocks, 0);
    count_file_close(&file);
}

static void latin_text_and_a_temperature_are_read(void **state)
{
    (void)state;
    static const char text[] = "N\xB0 de S\xE9rie: 42\r\nAcelera\xE7\xE3o: x\r\n"
                               "Data; Hora; Evento; Temperatura; Luminosidade; Atividade\r\n"
                               "2000/1/1; 00:00:00; 0; 31,5; 3; 7;\r\n"
                               "2000/1/1; 00:01:00; 1; 30,0; 4; 8;\r\n";
    struct count_file file;
    count_file_read_text(&file, text, sizeof text - 1, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(file.source->info.device_serial, "42");
    assert_int_equal(file.epochs.n, 2);
    assert_close(count_file_sum(&file, EPOCH_TEMPERATURE_C), 61.5, 0);
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 15, 0);
    count_file_close(&file);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    count_file_refuse_memory("Data; Hora; Atividade\n2000/1/1; 00:00:00; 1;\n"
                             "2000/1/1; 00:01:00; 2;\n",
                             NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_gives_its_reference_values),
        cmocka_unit_test(latin_text_and_a_temperature_are_read),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
