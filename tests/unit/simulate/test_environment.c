/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "src/simulate/environment.h"

static void run(struct environment *e, double minutes, double hour, enum activity activity)
{
    for (int i = 0; i < (int)(minutes * 120); i++) {
        environment_step(e, 0.5, hour, activity);
    }
}

static void off_the_wrist_it_cools_to_the_room_in_a_quarter_of_an_hour(void **state)
{
    (void)state;
    struct environment e;
    environment_init(&e, 1, 14);
    run(&e, 120, 14, ACTIVITY_DESK);
    double worn = e.temperature_c;
    assert_true(worn > 27 && worn < 34);
    run(&e, 14, 14, ACTIVITY_OFF);
    double soon = e.temperature_c;
    run(&e, 180, 14, ACTIVITY_OFF);
    double room = e.temperature_c;
    assert_true(room > 18 && room < 26);
    assert_close((soon - room) / (worn - room), exp(-1), 0.12);
}

static void bed_is_warmer_than_the_day(void **state)
{
    (void)state;
    struct environment e;
    environment_init(&e, 2, 14);
    run(&e, 240, 15, ACTIVITY_LIGHT);
    double day = e.temperature_c;
    run(&e, 120, 2, ACTIVITY_SLEEP);
    assert_true(e.temperature_c > day + 0.5);
    assert_true(e.temperature_c < 36);
}

static void light_follows_the_sun_and_stays_in_the_sensors_range(void **state)
{
    (void)state;
    struct environment e;
    double mean[3] = {0, 0, 0};
    const struct {
        double hour;
        enum activity activity;
    } cases[3] = {{3, ACTIVITY_SLEEP}, {20, ACTIVITY_SOFA}, {12, ACTIVITY_WALK}};
    environment_init(&e, 3, 14);
    for (int c = 0; c < 3; c++) {
        run(&e, 5, cases[c].hour, cases[c].activity);
        for (int i = 0; i < 3600; i++) {
            environment_step(&e, 0.5, cases[c].hour, cases[c].activity);
            assert_true(e.light >= 0 && e.light <= 1000);
            mean[c] += e.light / 3600;
        }
    }
    assert_true(mean[0] < 40 && mean[1] > 120 && mean[1] < 300 && mean[2] > 450);
}

static void a_battery_drains_and_a_charger_helps(void **state)
{
    (void)state;
    struct environment e;
    environment_init(&e, 4, 10);
    double full = e.battery_v;
    run(&e, 24 * 60, 12, ACTIVITY_DESK);
    assert_close(full - e.battery_v, 0.062, 0.001);
    double before = e.battery_v;
    environment_charge(&e, 600);
    assert_true(e.battery_v > before + 0.02 && e.battery_v <= 4.17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(off_the_wrist_it_cools_to_the_room_in_a_quarter_of_an_hour),
        cmocka_unit_test(bed_is_warmer_than_the_day),
        cmocka_unit_test(light_follows_the_sun_and_stays_in_the_sensors_range),
        cmocka_unit_test(a_battery_drains_and_a_charger_helps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
