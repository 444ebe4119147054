/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "src/simulate/body.h"

#define RATE_HZ 100.0

static double length(const double v[3])
{
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

static void settle(struct body *body, const char *kind, uint64_t seed)
{
    body_init(body, person_kind_find(kind), seed);
}

static void a_recorder_on_a_table_feels_one_g_and_nothing_else(void **state)
{
    (void)state;
    struct body body;
    struct wrist wrist;
    settle(&body, "regular", 1);
    body_begin(&body, ACTIVITY_OFF, ACTIVITY_HANDLING, 0, 3600);
    double first[3] = {0, 0, 0};
    for (int i = 0; i < 60 * 100; i++) {
        double t = i / RATE_HZ;
        body_step(&body, t, 1 / RATE_HZ, &wrist);
        if (t < 12) {
            for (int k = 0; k < 3; k++) {
                first[k] = wrist.acc_g[k];
            }
            continue;
        }
        assert_close(length(wrist.acc_g), 1, 1e-12);
        for (int k = 0; k < 3; k++) {
            assert_close(wrist.acc_g[k], first[k], 1e-5);
            assert_close(wrist.gyro_dps[k], 0, 1e-3);
        }
    }
}

/* Separate times in an hour with more than 20 mg away from 1 g, 5 s apart at least. */
static double movements_per_h(const char *kind, enum activity activity, int hours)
{
    struct body body;
    struct wrist wrist;
    int n = 0;
    double last_s = -100;
    settle(&body, kind, 7);
    body_begin(&body, activity, activity == ACTIVITY_SLEEP ? ACTIVITY_BED_TRYING : activity, 0,
               hours * 3600.0);
    for (int i = 0; i < hours * 3600 * 25; i++) {
        double t = i / 25.0;
        body_step(&body, t, 1 / 25.0, &wrist);
        if (fabs(length(wrist.acc_g) - 1) > 0.02) {
            n += t - last_s > 5;
            last_s = t;
        }
    }
    return (double)n / hours;
}

static void sleepers_move_now_and_then_and_still_ones_hardly(void **state)
{
    (void)state;
    double regular = movements_per_h("regular", ACTIVITY_SLEEP, 40);
    double still = movements_per_h("still", ACTIVITY_SLEEP, 40);
    double awake = movements_per_h("regular", ACTIVITY_BED_AWAKE, 4);
    double desk = movements_per_h("regular", ACTIVITY_DESK, 4);
    assert_true(regular > 5 && regular < 25);
    assert_true(still > 0.5 && still < 4);
    assert_true(awake > 3 * regular);
    assert_true(desk > awake);
}

static void walking_has_the_rhythm_of_steps(void **state)
{
    (void)state;
    struct body body;
    struct wrist wrist;
    enum { N = 4096 };
    static double a[N];
    settle(&body, "regular", 3);
    body_begin(&body, ACTIVITY_WALK, ACTIVITY_WALK, 0, 1000);
    for (int i = 0; i < N; i++) {
        body_step(&body, i / RATE_HZ, 1 / RATE_HZ, &wrist);
        a[i] = length(wrist.acc_g) - 1;
    }
    double best = 0;
    double best_hz = 0;
    for (double hz = 0.5; hz < 10; hz += 0.02) {
        double re = 0;
        double im = 0;
        for (int i = 0; i < N; i++) {
            re += a[i] * cos(6.283185307 * hz * i / RATE_HZ);
            im += a[i] * sin(6.283185307 * hz * i / RATE_HZ);
        }
        if (re * re + im * im > best) {
            best = re * re + im * im;
            best_hz = hz;
        }
    }
    assert_true(best_hz > 1.6 && best_hz < 2.1);
}

static void gyroscope_and_gravity_tell_the_same_rotation(void **state)
{
    (void)state;
    struct body body;
    struct wrist wrist;
    settle(&body, "regular", 4);
    body_begin(&body, ACTIVITY_LIGHT, ACTIVITY_LIGHT, 0, 1000);
    double before[3] = {0, 0, 1};
    for (int i = 0; i < 20000; i++) {
        body_step(&body, i / 400.0, 1 / 400.0, &wrist);
        const double *g = body.gravity;
        if (i > 100) { /* d/dt of a fixed direction seen from a turning body: g x w */
            double w[3];
            for (int k = 0; k < 3; k++) {
                w[k] = wrist.gyro_dps[k] * 3.14159265358979 / 180;
            }
            double along = 0; /* lines between ticks cut corners: no rotation, below 1 mg */
            for (int k = 0; k < 3; k++) {
                along += (g[k] - before[k]) * g[k];
            }
            assert_close(along, 0, 0.001);
            for (int k = 0; k < 3; k++) {
                int j = (k + 1) % 3;
                int m = (k + 2) % 3;
                double turned = g[j] * w[m] - g[m] * w[j];
                double moved = (g[k] - before[k] - along * g[k]) * 400;
                assert_close(moved, turned, 0.02 + 0.02 * length(w));
            }
        }
        for (int k = 0; k < 3; k++) {
            before[k] = g[k];
        }
    }
}

static void the_same_life_moves_alike_at_any_rate(void **state)
{
    (void)state;
    /* Movements are drawn in time, not per sample: gravity at whole minutes of sleep agrees. */
    struct body slow, fast;
    struct wrist wrist;
    settle(&slow, "regular", 6);
    settle(&fast, "regular", 6);
    body_begin(&slow, ACTIVITY_SLEEP, ACTIVITY_BED_TRYING, 0, 36000);
    body_begin(&fast, ACTIVITY_SLEEP, ACTIVITY_BED_TRYING, 0, 36000);
    int alike = 0;
    for (int i = 0; i < 3600 * 50; i++) {
        body_step(&fast, i / 50.0, 1 / 50.0, &wrist);
        if (i % 2 == 0) {
            body_step(&slow, i / 50.0, 1 / 25.0, &wrist);
        }
        if (i % 3000 == 0) {
            alike += fabs(slow.pose[0] - fast.pose[0]) < 0.02;
        }
    }
    assert_true(alike == 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorder_on_a_table_feels_one_g_and_nothing_else),
        cmocka_unit_test(sleepers_move_now_and_then_and_still_ones_hardly),
        cmocka_unit_test(walking_has_the_rhythm_of_steps),
        cmocka_unit_test(gyroscope_and_gravity_tell_the_same_rotation),
        cmocka_unit_test(the_same_life_moves_alike_at_any_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
