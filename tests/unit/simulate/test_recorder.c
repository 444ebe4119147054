/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/simulate/recorder.h"

#define START_S INT64_C(1780000000) /* what the device's clock shows at t_s 0 */

struct tape {
    uint8_t *at;
    size_t n;
};

enum { TAPE_BYTES = 4 << 20 };

static enum yk_status keep(void *user, const void *at, size_t n, struct failure *why)
{
    (void)why;
    struct tape *tape = user;
    assert_true(tape->n + n <= TAPE_BYTES);
    memcpy(tape->at + tape->n, at, n);
    tape->n += n;
    return YK_OK;
}

/* A slow, known movement: sines of different frequency on each axis. */
static void known(double t_s, struct wrist *out)
{
    for (int k = 0; k < 3; k++) {
        out->acc_g[k] = 0.9 * sin(0.7 * (k + 1) * t_s + k);
        out->gyro_dps[k] = 100 * sin(0.5 * (k + 1) * t_s + 2 * k);
    }
}

static void record(struct recorder *recorder, struct tape *tape,
                   const struct recorder_options *options, double ppm, double seconds)
{
    tape->at = mem_alloc(TAPE_BYTES, 1);
    tape->n = 0;
    assert_non_null(tape->at);
    assert_int_equal(recorder_init(recorder, options, (struct recorder_sink){keep, tape},
                                   START_S * NS_PER_S, ppm, 1, NULL),
                     YK_OK);
    assert_int_equal(recorder_write_header(recorder, 0, seconds, NULL), YK_OK);
    recorder_start(recorder);
    recorder->temperature_c = recorder->errors.reference_c;
    recorder->battery_v = 4.0;
    recorder->light = 321;
    double period = recorder_settle(recorder);
    struct wrist wrist;
    for (uint32_t i = 0; i * period < seconds; i++) {
        known(i * period, &wrist);
        assert_int_equal(recorder_sample(recorder, i * period, &wrist, NULL), YK_OK);
    }
    assert_int_equal(recorder_flush(recorder, NULL), YK_OK);
}

/* Device time of sample 0 of a sector, from its anchor and the true interval. */
static double first_time(const struct cwa_sector *sector, double interval_s)
{
    uint32_t fraction = cwa_fraction16(sector->fraction_or_id);
    int64_t seconds = 0;
    assert_true(cwa_time_seconds(sector->time, &seconds));
    return (double)(seconds - START_S) + fraction / 65536.0 -
           cwa_anchor(sector, fraction) * interval_s;
}

static void check_sectors(const struct recorder *recorder, const struct tape *tape,
                          double clock_rate)
{
    double period = 1 / (recorder->options.rate_hz *
                         (1 + recorder->errors.rate_error +
                          recorder->errors.rate_per_c * (recorder->temperature_c - 28)));
    uint64_t n = (tape->n - CWA_HEADER_BYTES) / CWA_SECTOR_BYTES;
    assert_int_equal(n, recorder->n_sectors);
    for (uint64_t i = 0; i < n; i++) {
        const uint8_t *at = tape->at + CWA_HEADER_BYTES + i * CWA_SECTOR_BYTES;
        struct cwa_sector sector;
        assert_int_equal(cwa_sector_check(at, &sector), CWA_GOOD);
        assert_int_equal(sector.sequence, i);
        assert_int_equal(sector.events, i == 0 ? CWA_EVENT_RESUME : 0);
        assert_int_equal(cwa_light(sector.light_word), 321);
        assert_close(cwa_battery_v(sector.battery), 4.0, 0.006);
        double expected_s = (double)i * sector.count * period * clock_rate;
        assert_close(first_time(&sector, period * clock_rate), expected_s, 0.0002);
    }
}

static void packed_sectors_hold_what_was_measured_when_it_was(void **state)
{
    (void)state;
    static struct recorder recorder;
    struct tape tape;
    const struct recorder_options options = {.rate_hz = 100, .range_g = 8, .firmware = 50};
    record(&recorder, &tape, &options, 120, 300);
    check_sectors(&recorder, &tape, 1.00012);
    double worst = 0;
    double period = recorder_settle(&recorder);
    for (uint64_t i = 0; i < recorder.n_sectors; i++) {
        const uint8_t *at = tape.at + CWA_HEADER_BYTES + i * CWA_SECTOR_BYTES;
        for (uint32_t k = 0; k < CWA_PACKED_MAX; k++) {
            int32_t xyz[3];
            struct wrist wrist;
            cwa_get_packed(at, k, xyz);
            known((double)(i * CWA_PACKED_MAX + k) * period, &wrist);
            for (int a = 0; a < 3; a++) {
                double off = fabs(xyz[a] / 256.0 - wrist.acc_g[a]);
                worst = off > worst ? off : worst;
            }
        }
    }
    /* 4.6 mg noise cut at 3.46 SD, half a step of 3.9 mg */
    assert_true(worst < 0.0046 * 3.47 + 0.002 && worst > 0.012);
    mem_free(tape.at);
}

static void anchors_are_those_of_the_firmware(void **state)
{
    (void)state;
    static struct recorder recorder;
    struct tape tape;
    const struct recorder_options options = {.rate_hz = 100, .range_g = 8, .firmware = 50};
    record(&recorder, &tape, &options, 0, 60);
    for (uint64_t i = 0; i < recorder.n_sectors; i++) {
        struct cwa_sector sector;
        cwa_sector_get(tape.at + CWA_HEADER_BYTES + i * CWA_SECTOR_BYTES, &sector);
        int32_t anchor = cwa_anchor(&sector, cwa_fraction16(sector.fraction_or_id));
        /* seen in real AX3 files: 120 125 130 135 140 */
        assert_true(anchor >= 120 && anchor <= 140 && anchor % 5 == 0);
    }
    mem_free(tape.at);
}

static void errors_of_the_sensor_are_undone_by_the_stated_rule(void **state)
{
    (void)state;
    static struct recorder recorder;
    struct tape tape;
    const struct recorder_options options = {
        .rate_hz = 100, .range_g = 8, .firmware = 50, .has_calibration_error = true};
    record(&recorder, &tape, &options, 0, 300);
    const struct recorder_errors *e = &recorder.errors;
    double sum[3] = {0, 0, 0};
    double worst = 0;
    double period = recorder_settle(&recorder);
    for (uint64_t i = 0; i < recorder.n_sectors * CWA_PACKED_MAX; i++) {
        const uint8_t *at = tape.at + CWA_HEADER_BYTES + i / CWA_PACKED_MAX * CWA_SECTOR_BYTES;
        int32_t xyz[3];
        struct wrist wrist;
        cwa_get_packed(at, (uint32_t)(i % CWA_PACKED_MAX), xyz);
        known((double)i * period, &wrist);
        for (int a = 0; a < 3; a++) {
            double back = e->scale[a] * (xyz[a] / 256.0 + e->offset_g[a]);
            sum[a] += back - wrist.acc_g[a];
            worst = fmax(worst, fabs(back - wrist.acc_g[a]));
        }
    }
    for (int a = 0; a < 3; a++) {
        assert_true(fabs(e->scale[a] - 1) > 1e-4 && fabs(e->offset_g[a]) > 1e-4);
        assert_close(sum[a] / (double)(recorder.n_sectors * CWA_PACKED_MAX), 0, 0.0002);
    }
    assert_true(worst < 0.02);
    mem_free(tape.at);
}

static void an_ax6_stores_both_sensors_to_its_scales(void **state)
{
    (void)state;
    static struct recorder recorder;
    struct tape tape;
    const struct recorder_options options = {
        .is_ax6 = true, .rate_hz = 50, .range_g = 8, .gyro_dps = 500, .firmware = 56};
    record(&recorder, &tape, &options, 0, 200);
    check_sectors(&recorder, &tape, 1.0);
    struct cwa_header header;
    assert_true(cwa_header_get(tape.at, &header));
    assert_int_equal(cwa_config_gyro_dps(header.sensor_config), 500);
    assert_int_equal(cwa_range_g(header.rate_code), 8);
    double period = recorder_settle(&recorder);
    for (uint64_t i = 0; i < recorder.n_sectors * 40; i++) {
        const uint8_t *at = tape.at + CWA_HEADER_BYTES + i / 40 * CWA_SECTOR_BYTES;
        struct cwa_sector sector;
        struct wrist wrist;
        cwa_sector_get(at, &sector);
        assert_int_equal(sector.layout, CWA_6_AXES);
        known((double)i * period, &wrist);
        for (uint32_t a = 0; a < 3; a++) {
            double dps =
                cwa_get_value(at, (uint32_t)(i % 40), a) * cwa_gyro_unit_dps(sector.light_word);
            double g = cwa_get_value(at, (uint32_t)(i % 40), 3 + a) *
                       cwa_acc_unit_g(sector.light_word);
            assert_close(dps, wrist.gyro_dps[a], 0.3);
            assert_close(g, wrist.acc_g[a], 0.009);
        }
    }
    mem_free(tape.at);
}

static void old_ax6_firmware_exchanges_the_first_samples(void **state)
{
    (void)state;
    static struct recorder right, wrong;
    struct tape a, b;
    struct recorder_options options = {
        .is_ax6 = true, .rate_hz = 100, .range_g = 8, .gyro_dps = 2000, .firmware = 56};
    const struct {
        int firmware;
        uint64_t n;
    } cases[] = {{53, 128}, {54, 1024}, {55, 1024}};
    record(&right, &a, &options, 0, 30);
    for (size_t c = 0; c < 3; c++) {
        options.firmware = cases[c].firmware;
        record(&wrong, &b, &options, 0, 30);
        for (uint64_t i = 0; i < 2000; i++) {
            const uint8_t *r = a.at + CWA_HEADER_BYTES + i / 40 * CWA_SECTOR_BYTES;
            const uint8_t *next = a.at + CWA_HEADER_BYTES + (i + 1) / 40 * CWA_SECTOR_BYTES;
            const uint8_t *w = b.at + CWA_HEADER_BYTES + i / 40 * CWA_SECTOR_BYTES;
            bool is_exchanged = i < cases[c].n;
            for (uint32_t k = 0; k < 3; k++) {
                uint32_t at = (uint32_t)(i % 40);
                uint32_t after = (uint32_t)((i + 1) % 40);
                int16_t first =
                    is_exchanged ? cwa_get_value(r, at, 3 + k) : cwa_get_value(r, at, k);
                int16_t second =
                    is_exchanged ? cwa_get_value(next, after, k) : cwa_get_value(r, at, 3 + k);
                assert_int_equal(cwa_get_value(w, at, k), first);
                assert_int_equal(cwa_get_value(w, at, 3 + k), second);
            }
        }
        mem_free(b.at);
    }
    mem_free(a.at);
}

static void values_beyond_the_range_are_cut(void **state)
{
    (void)state;
    static struct recorder recorder;
    struct tape tape = {mem_alloc(TAPE_BYTES, 1), 0};
    assert_non_null(tape.at);
    const struct recorder_options options = {
        .is_unpacked = true, .rate_hz = 100, .range_g = 2, .firmware = 50};
    assert_int_equal(recorder_init(&recorder, &options, (struct recorder_sink){keep, &tape},
                                   START_S * NS_PER_S, 0, 1, NULL),
                     YK_OK);
    recorder_start(&recorder);
    const struct wrist wrist = {.acc_g = {3, -3, 1}};
    for (int i = 0; i < 300; i++) {
        assert_int_equal(recorder_sample(&recorder, i / 100.0, &wrist, NULL), YK_OK);
    }
    assert_int_equal(recorder_flush(&recorder, NULL), YK_OK);
    assert_int_equal(cwa_get_value(tape.at, 5, 0), 511);
    assert_int_equal(cwa_get_value(tape.at, 5, 1), -512);
    assert_close(cwa_get_value(tape.at, 5, 2), 256, 5);
    mem_free(tape.at);
}

static void settings_no_device_has_are_refused(void **state)
{
    (void)state;
    static struct recorder recorder;
    const struct recorder_options bad[] = {
        {.rate_hz = 60, .range_g = 8},
        {.rate_hz = 100, .range_g = 6},
        {.rate_hz = 3200, .range_g = 8},
        {.rate_hz = 100, .range_g = 8, .gyro_dps = 500},
        {.is_ax6 = true, .rate_hz = 12.5, .range_g = 8, .gyro_dps = 500},
        {.is_ax6 = true, .rate_hz = 100, .range_g = 8, .gyro_dps = 300},
        {.is_ax6 = true, .rate_hz = 100, .range_g = 8, .gyro_dps = 4000},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct failure why;
        assert_int_equal(recorder_init(&recorder, &bad[i], (struct recorder_sink){keep, NULL},
                                       0, 0, 1, &why),
                         YK_ERR_ARGUMENT);
        assert_true(strlen(why.text) > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_sectors_hold_what_was_measured_when_it_was),
        cmocka_unit_test(anchors_are_those_of_the_firmware),
        cmocka_unit_test(errors_of_the_sensor_are_undone_by_the_stated_rule),
        cmocka_unit_test(an_ax6_stores_both_sensors_to_its_scales),
        cmocka_unit_test(old_ax6_firmware_exchanges_the_first_samples),
        cmocka_unit_test(values_beyond_the_range_are_cut),
        cmocka_unit_test(settings_no_device_has_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
