/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-formats/cwa_layout.h"

static void packed_time_of_a_real_header_reads_as_its_date(void **state)
{
    (void)state;
    struct civil_time t;
    assert_true(cwa_time_get(0x4CB4ADC0, &t));
    assert_int_equal(t.date.year, 2019);
    assert_int_equal(t.date.month, 2);
    assert_int_equal(t.date.day, 26);
    assert_int_equal(t.second_of_day, 10 * 3600 + 55 * 60);
    assert_int_equal(cwa_time_put(t), 0x4CB4ADC0);
    int64_t s;
    assert_true(cwa_time_seconds(0x4CB4ADC0, &s));
    assert_int_equal(s, INT64_C(1551178500));
}

static void packed_time_agrees_with_the_calendar_on_every_day(void **state)
{
    (void)state;
    int64_t first = civil_to_days((struct civil_date){2000, 1, 1});
    for (int64_t day = 0; day < 64 * 365 + 16; day++) {
        struct civil_time t = {.date = civil_from_days(first + day), .second_of_day = 86399};
        int64_t s = 0;
        assert_true(cwa_time_seconds(cwa_time_put(t), &s));
        assert_int_equal(s, (first + day) * 86400 + 86399);
    }
}

static void words_that_are_no_date_are_refused(void **state)
{
    (void)state;
    const uint32_t bad[] = {CWA_TIME_ALWAYS, CWA_TIME_NEVER, 0x4CB4ADC0 | 0x3C,
                            19u << 26 | 2u << 22 | 26u << 17 | 10u << 12 | 60u << 6,
                            19u << 26 | 2u << 22 | 26u << 17 | 24u << 12,
                            /* 30 February 2019, month 13, day 0, 29 February 2019 */
                            19u << 26 | 2u << 22 | 30u << 17, 19u << 26 | 13u << 22 | 1u << 17,
                            19u << 26 | 2u << 22, 19u << 26 | 2u << 22 | 29u << 17};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t s = 7;
        assert_false(cwa_time_seconds(bad[i], &s));
        assert_int_equal(s, 7);
    }
    int64_t s;
    assert_true(cwa_time_seconds(20u << 26 | 2u << 22 | 29u << 17, &s));
    assert_int_equal(cwa_time_put((struct civil_time){.date = {1999, 12, 31}}), 0);
    assert_int_equal(cwa_time_put((struct civil_time){.date = {2019, 2, 29}}), 0);
}

static void header_fields_survive_writing_and_reading(void **state)
{
    (void)state;
    struct cwa_header a, b;
    uint8_t at[CWA_HEADER_BYTES];
    cwa_header_init(&a);
    a.hardware = CWA_HARDWARE_AX6;
    a.device_id = 6011834;
    a.session_id = 0xFEDCBA98;
    a.start = 0x4CB4ADC0;
    a.max_samples = 77;
    a.sensor_config = 5;
    a.firmware = 54;
    a.zone_min = 540;
    memcpy(a.annotation, "_sc=993", 7);
    cwa_header_put(at, &a);
    assert_true(cwa_header_get(at, &b));
    assert_memory_equal(&a, &b, sizeof a);
    at[2] ^= 1;
    assert_false(cwa_header_get(at, &b));
    assert_int_equal(cwa_config_gyro_dps(5), 250);
    assert_int_equal(cwa_config_gyro_dps(0xFF), 0);
}

static void unset_high_id_of_old_headers_is_zero(void **state)
{
    (void)state;
    uint8_t at[CWA_HEADER_BYTES];
    struct cwa_header h;
    cwa_header_init(&h);
    h.device_id = 39434;
    cwa_header_put(at, &h);
    at[11] = at[12] = 0xFF;
    assert_true(cwa_header_get(at, &h));
    assert_int_equal(h.device_id, 39434);
}

/* Every good sector of the real files comes out byte for byte when its fields are read, written
 * over garbage and sealed. */
static void real_sectors_survive_reading_and_writing(void **state)
{
    (void)state;
    const char *const names[] = {"data/cwa/ax3_testfile.cwa", "data/cwa/ax6_testfile.cwa",
                                 "data/cwa/ax3_sample.cwa", "data/cwa/ax6_sample.cwa",
                                 "data/cwa/example-610-steps.cwa"};
    const size_t expected[] = {145, 283, 490, 259, 595};
    for (size_t f = 0; f < 5; f++) {
        SHARED_OR_SKIP(path, names[f]);
        size_t size = 0, good = 0;
        uint8_t *file = (uint8_t *)check_read_file(path, &size);
        assert_non_null(file);
        for (size_t at = CWA_HEADER_BYTES; at + CWA_SECTOR_BYTES <= size;
             at += CWA_SECTOR_BYTES) {
            struct cwa_sector sector;
            uint8_t copy[CWA_SECTOR_BYTES];
            assert_int_equal(cwa_sector_check(file + at, &sector), CWA_GOOD);
            memset(copy, 0x5A, sizeof copy);
            cwa_sector_put(copy, &sector);
            bool is_packed = sector.layout == CWA_PACKED;
            for (uint32_t i = 0; i < sector.count; i++) {
                int32_t xyz[3];
                for (uint32_t v = 0; !is_packed && v < 6; v++) {
                    cwa_put_value(copy, i, v, cwa_get_value(file + at, i, v));
                }
                if (is_packed) {
                    cwa_get_packed(file + at, i, xyz);
                    cwa_put_packed(copy, i, xyz);
                    int32_t back[3];
                    cwa_get_packed(copy, i, back);
                    assert_memory_equal(xyz, back, sizeof xyz);
                }
            }
            if (!is_packed) {
                cwa_sector_seal(copy);
                assert_memory_equal(copy, file + at, CWA_SECTOR_BYTES);
            }
            int64_t s;
            struct cwa_sector again = sector;
            uint32_t fraction = cwa_fraction16(sector.fraction_or_id);
            assert_true(cwa_time_seconds(sector.time, &s));
            if (fraction != 0) {
                assert_true(
                    cwa_sector_set_time(&again, s, fraction, cwa_anchor(&sector, fraction)));
                assert_memory_equal(&again, &sector, sizeof sector);
            }
            good++;
        }
        assert_int_equal(good, expected[f]);
        free(file);
    }
}

static void faults_are_told_apart(void **state)
{
    (void)state;
    uint8_t at[CWA_SECTOR_BYTES] = {0};
    struct cwa_sector s = {.rate_code = 0x4A, .layout = CWA_PACKED, .count = 120}, out;
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_BLANK);
    memset(at, 0xFF, sizeof at);
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_BLANK);
    at[100] = 1;
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_MAGIC);
    cwa_sector_put(at, &s);
    cwa_sector_seal(at);
    assert_int_equal(cwa_sector_check(at, &out), CWA_GOOD);
    at[77] ^= 4;
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_CHECKSUM);
    s.count = 121;
    cwa_sector_put(at, &s);
    cwa_sector_seal(at);
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_COUNT);
    s.count = 0;
    cwa_sector_put(at, &s);
    cwa_sector_seal(at);
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_COUNT);
    s.layout = 0x31;
    cwa_sector_put(at, &s);
    cwa_sector_seal(at);
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_LAYOUT);
    s.rate_code = 0x40;
    cwa_sector_put(at, &s);
    cwa_sector_seal(at);
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_RATE);
    at[2] = 0;
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_LENGTH);
    memcpy(at, "GY", 2);
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_GYRO);
    /* Ancient: rate in Hz where the offset is now, no checksum. */
    s = (struct cwa_sector){.time_offset = 100, .layout = CWA_PACKED, .count = 120};
    cwa_sector_put(at, &s);
    at[400] ^= 1;
    assert_int_equal(cwa_sector_check(at, &out), CWA_GOOD);
    s.time_offset = -1;
    cwa_sector_put(at, &s);
    assert_int_equal(cwa_sector_check(at, &out), CWA_FAULT_RATE);
}

static void packed_values_keep_ten_bits_and_the_smallest_exponent(void **state)
{
    (void)state;
    uint8_t at[CWA_SECTOR_BYTES] = {0};
    const int32_t in[][3] = {{0, -1, 511}, {-512, 256, 3}, {512, 7, -9}, {4088, -4096, 8}};
    const int32_t want[][3] = {{0, -1, 511}, {-512, 256, 3}, {512, 6, -10}, {4088, -4096, 8}};
    for (uint32_t i = 0; i < 4; i++) {
        int32_t out[3];
        cwa_put_packed(at, i, in[i]);
        cwa_get_packed(at, i, out);
        assert_memory_equal(out, want[i], sizeof out);
    }
}

static void rates_and_scales_are_the_firmwares(void **state)
{
    (void)state;
    assert_close(cwa_rate_hz(0x4A), 100.0, 0);
    assert_close(cwa_rate_hz(0x06), 6.25, 0);
    assert_int_equal(cwa_rate_whole_hz(0x06), 6);
    assert_int_equal(cwa_rate_whole_hz(0x07), 12);
    assert_int_equal(cwa_range_g(0x4A), 8);
    assert_int_equal(cwa_range_g(0x0A), 16);
    assert_int_equal(cwa_rate_code(100, 8), 0x4A);
    assert_int_equal(cwa_rate_code(12.5, 2), 0xC7);
    assert_int_equal(cwa_rate_code(60, 8), 0);
    assert_int_equal(cwa_light_word(16, 3, 5), 0x7410);
    assert_close(cwa_acc_unit_g(0x7410), 1.0 / 2048, 0);
    assert_close(cwa_gyro_unit_dps(0x7410), 250.0 / 32768, 0);
    assert_close(cwa_battery_v(190), 4.11328125, 0);
    assert_int_equal(cwa_battery_raw(4.11328125), 190);
    assert_close(cwa_temperature_c(0xFD02), 25.5859375, 0);
    assert_int_equal(cwa_temperature_word(25.5859375), 258);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_time_of_a_real_header_reads_as_its_date),
        cmocka_unit_test(packed_time_agrees_with_the_calendar_on_every_day),
        cmocka_unit_test(words_that_are_no_date_are_refused),
        cmocka_unit_test(header_fields_survive_writing_and_reading),
        cmocka_unit_test(unset_high_id_of_old_headers_is_zero),
        cmocka_unit_test(real_sectors_survive_reading_and_writing),
        cmocka_unit_test(faults_are_told_apart),
        cmocka_unit_test(packed_values_keep_ten_bits_and_the_smallest_exponent),
        cmocka_unit_test(rates_and_scales_are_the_firmwares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
