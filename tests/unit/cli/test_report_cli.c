/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "src/base/clock.h"
#include "src/cli/report_cli.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;

static struct civil_date date_at(int hours_ahead)
{
    return civil_time_of_utc_ns(clock_now_utc_ns() + hours_ahead * NS_PER_H).date;
}

/* At every hour of the day one of the two zones has another date than UTC. */
static void today_is_a_day_of_the_store(void **state)
{
    static const struct {
        const char *zone;
        int hours;
    } places[] = {{"+14:00", 14}, {"-12:00", -12}};
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct cli cli = {.zone_name = NULL};
        struct civil_date today, before, after;
        assert_int_equal(store_set_zone(&scene.store, places[i].zone, NULL), YK_OK);
        do { /* again when midnight passes in between */
            before = date_at(places[i].hours);
            assert_int_equal(cli_today(&cli, &scene.store, &today, NULL), YK_OK);
            after = date_at(places[i].hours);
        } while (civil_compare(before, after) != 0);
        assert_int_equal(civil_compare(today, before), 0);
    }
}

static void a_zone_that_is_named_comes_before_the_stores(void **state)
{
    struct cli cli = {.zone_name = "no/zone"};
    struct civil_date today = {2000, 1, 1};
    (void)state;
    assert_int_equal(cli_today(&cli, &scene.store, &today, NULL), YK_ERR_ARGUMENT);
    assert_int_equal(today.year, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(today_is_a_day_of_the_store, scene),
        STORE_TEST(a_zone_that_is_named_comes_before_the_stores, scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
