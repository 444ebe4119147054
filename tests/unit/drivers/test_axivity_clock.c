/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recorder's clock, of which the test knows how far off it is and how long an exchange takes.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/axivity.h"
#include "src/base/zone.h"
#include "tests/support/cwa_open.h"
#include "tests/support/fake_port.h"

static struct fake_port port;
static struct axivity device;
static struct zone *zone;
static int64_t offset_ms; /* wall clock of the device minus that of the PC in the zone */
static int64_t trip_ms;   /* a reply comes so much later */
static int64_t slow_ms;   /* ... the reply number n_slow does */
static int n_slow, n_asked;
static bool is_stuck;
static int64_t stuck_ns;

/* The device's wall clock, as if it were UTC. */
static int64_t device_wall_ns(void)
{
    struct civil_time pc = zone_civil(zone, usb_port_utc_ns(&port.base));
    return is_stuck ? stuck_ns : civil_time_as_utc_ns(pc) + offset_ms * 1000000;
}

static void say_time(int64_t ns, bool with_ms)
{
    struct civil_time t = civil_time_of_utc_ns(ns);
    int s = t.second_of_day;
    char reply[80];
    int n =
        snprintf(reply, sizeof reply, "$TIME=%04d/%02d/%02d,%02d:%02d:%02d", (int)t.date.year,
                 (int)t.date.month, (int)t.date.day, s / 3600, s / 60 % 60, s % 60);
    if (with_ms) {
        snprintf(reply + n, sizeof reply - (size_t)n, ".%03d", (int)(t.ns / 1000000));
    }
    text_add(&port.late, reply);
    text_add(&port.late, "\r\n");
}

static void answer(struct fake_port *self, const char *line)
{
    if (strcmp(line, "SAMPLE 4") == 0) {
        n_asked++;
        /* Half of the way there, half of it back. */
        say_time(device_wall_ns() + trip_ms / 2 * 1000000, true);
        self->late_at = self->now + (n_asked == n_slow ? slow_ms : trip_ms);
    } else if (strncmp(line, "TIME 20", 7) == 0) {
        int y, mo, d, h, mi, s;
        assert_int_equal(sscanf(line, "TIME %d-%d-%d %d:%d:%d", &y, &mo, &d, &h, &mi, &s), 6);
        struct civil_time t = {.date = {y, (int8_t)mo, (int8_t)d},
                               .second_of_day = h * 3600 + mi * 60 + s};
        int64_t at_arrival = device_wall_ns() + trip_ms / 2 * 1000000;
        offset_ms += (civil_time_as_utc_ns(t) - at_arrival) / 1000000;
        say_time(device_wall_ns() + trip_ms / 2 * 1000000, false);
        self->late_at = self->now + trip_ms;
    }
}

static int setup(void **state)
{
    (void)state;
    fake_port_init(&port, 2);
    port.on_line = answer;
    memset(&device, 0, sizeof device);
    device.port = &port.base;
    offset_ms = 0;
    trip_ms = 4;
    n_slow = n_asked = 0;
    is_stuck = false;
    zone = open_zone("Asia/Tokyo");
    return cdc_acm_open(&device.serial, &port.base, NULL) == YK_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    zone_close(zone);
    cdc_acm_close(&device.serial);
    fake_port_release(&port);
    return 0;
}

static struct dock_clock measured(void)
{
    struct dock_clock clock;
    struct failure why = {.text = ""};
    if (axivity_read_clock(&device, zone, &clock, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return clock;
}

static void the_offset_is_found_within_its_uncertainty(void **state)
{
    (void)state;
    static const int64_t offsets[] = {0, 1, -1, 999, -61234, 3600000, -86400000 * INT64_C(30)};
    static const int64_t trips[] = {2, 40, 300};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        for (size_t k = 0; k < sizeof trips / sizeof *trips; k++) {
            offset_ms = offsets[i];
            trip_ms = trips[k];
            struct dock_clock clock = measured();
            assert_true(llabs(clock.offset_ms - offsets[i]) <= clock.uncertainty_ms + 1);
            assert_true(clock.uncertainty_ms <= trips[k] / 2 + 2);
            assert_false(clock.is_reset);
            assert_true(llabs(clock.at_ns - usb_port_utc_ns(&port.base)) < 10 * NS_PER_S);
        }
    }
}

/* A reply to the last question that comes just after the next looks like a quick one. */
static void an_answer_to_the_question_before_is_not_believed(void **state)
{
    (void)state;
    offset_ms = 500;
    trip_ms = 200;
    n_slow = 1;
    slow_ms = 1000 + 400 + 60; /* after time-out and silence */
    struct dock_clock clock = measured();
    assert_true(llabs(clock.offset_ms - 500) <= clock.uncertainty_ms + 200);
}

static void a_clock_that_began_anew_is_told(void **state)
{
    (void)state;
    offset_ms = (INT64_C(946684860) - INT64_C(1718611200) - 9 * 3600) * 1000; /* 2000-01-01 */
    struct dock_clock clock = measured();
    assert_true(clock.is_reset);
    assert_int_equal(clock.device_time.date.year, 2000);
}

/* 2024-10-27 01:30 is twice in London; the PC knows which one it is. */
static void the_hour_that_exists_twice_is_read_as_the_nearer_one(void **state)
{
    (void)state;
    zone_close(zone);
    zone = open_zone("Europe/London");
    for (int second = 0; second < 2; second++) {
        port.utc_base_ns = INT64_C(1729989000) * NS_PER_S + second * NS_PER_H;
        port.now = 0;
        offset_ms = -2000;
        struct dock_clock clock = measured();
        assert_true(llabs(clock.offset_ms + 2000) <= clock.uncertainty_ms + 1);
    }
}

static void the_clock_is_set_on_the_turn_of_the_second(void **state)
{
    (void)state;
    static const int64_t offsets[] = {7, -400, 61234, -86400000};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        struct dock_clock after;
        struct failure why = {.text = ""};
        offset_ms = offsets[i];
        trip_ms = i % 2 == 0 ? 6 : 120;
        if (axivity_set_clock(&device, zone, &after, &why) != YK_OK) {
            fail_msg("%s", why.text);
        }
        assert_true(llabs(after.offset_ms) <= after.uncertainty_ms + 2);
        assert_true(llabs(offset_ms) <= trip_ms / 2 + 2);
    }
}

static const struct usb_port_ops *plain_ops;

/* The PC's clock is put right, an hour back, while the turn of the second is waited for. */
static void sleep_and_set_back(struct usb_port *base, unsigned ms)
{
    port.utc_base_ns -= NS_PER_H;
    base->ops = plain_ops;
    base->ops->sleep_ms(base, ms);
}

static void setting_waits_no_hour_when_the_pc_is_set_back(void **state)
{
    (void)state;
    struct dock_clock after;
    struct failure why = {.text = ""};
    plain_ops = port.base.ops;
    struct usb_port_ops ops = *plain_ops;
    ops.sleep_ms = sleep_and_set_back;
    port.base.ops = &ops;
    if (axivity_set_clock(&device, zone, &after, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_ptr_equal(port.base.ops, plain_ops);
    assert_true(llabs(after.offset_ms) <= after.uncertainty_ms + 2);
    assert_true(port.now < 60000);
}

static void a_clock_that_stands_still_or_keeps_nothing_is_refused(void **state)
{
    (void)state;
    struct dock_clock after;
    struct failure why = {.text = ""};
    is_stuck = true;
    stuck_ns = INT64_C(1718611200) * NS_PER_S;
    assert_int_equal(axivity_set_clock(&device, zone, &after, &why), YK_ERR_CONFLICT);
    assert_true(strlen(why.text) > 20);
    is_stuck = false;
    port.is_gone = true;
    assert_int_equal(axivity_set_clock(&device, zone, &after, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(axivity_read_clock(&device, zone, &after, &why), YK_ERR_NO_DEVICE);
}

static void a_silent_clock_ends_soon(void **state)
{
    (void)state;
    struct dock_clock clock;
    struct failure why = {.text = ""};
    port.on_line = NULL;
    assert_int_equal(axivity_read_clock(&device, zone, &clock, &why), YK_ERR_TIMEOUT);
    assert_true(port.now < 6000);
    assert_non_null(strstr(why.text, "does not answer"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_offset_is_found_within_its_uncertainty, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_answer_to_the_question_before_is_not_believed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_clock_that_began_anew_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(the_hour_that_exists_twice_is_read_as_the_nearer_one,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_clock_is_set_on_the_turn_of_the_second, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(setting_waits_no_hour_when_the_pc_is_set_back, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_clock_that_stands_still_or_keeps_nothing_is_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_silent_clock_ends_soon, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
