/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which consents count; the tables themselves are compared by tests/golden/export_research.
 */
#include "tests/support/check.h"

#include <stdio.h>

#include "src/pipeline/export_research.h"
#include "src/store/consents.h"
#include "src/store/persons.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;

static struct civil_date today_at(int hours_ahead)
{
    return civil_time_of_utc_ns(clock_now_utc_ns() + hours_ahead * NS_PER_H).date;
}

static void consent(const char *person, struct civil_date withdrawn)
{
    struct consent_row row;
    bool is_new = false;
    size_t column = 0;
    record_kind_consent.init(&row);
    snprintf(row.person, sizeof row.person, "%s", person);
    snprintf(row.version, sizeof row.version, "v1");
    row.scope = COPY_RESEARCH + 1;
    row.from = (struct civil_date){2020, 1, 1};
    row.withdrawn = withdrawn;
    assert_int_equal(
        record_add(&scene.store, &record_kind_consent, &row, &is_new, &column, NULL), YK_OK);
}

/* Of two people without recordings, whose consents to research are withdrawn today and
 * tomorrow by their calendar, one has none for an export as of yesterday. */
static void check_calendar(const char *zone, int hours_ahead)
{
    char folder[2300];
    struct civil_date today = today_at(hours_ahead);
    struct export_options options = {.folder = folder, .date = civil_add_days(today, -1)};
    struct export_totals totals;
    snprintf(folder, sizeof folder, "%s/tables", scene.root);
    assert_int_equal(person_add(&scene.store, "P01", zone, NULL, NULL), YK_OK);
    assert_int_equal(person_add(&scene.store, "P02", zone, NULL, NULL), YK_OK);
    consent("P01", today);
    consent("P02", civil_add_days(today, 1));
    assert_int_equal(export_research(&scene.store, &options, &totals, NULL, NULL),
                     YK_ERR_TOO_LITTLE);                    /* there is no recording */
    if (civil_compare(today, today_at(hours_ahead)) == 0) { /* else midnight has passed */
        assert_int_equal(totals.n_without_consent, 1);
    }
}

/* At every hour of the day one of the two has another date than UTC. */
static void a_consent_withdrawn_today_in_the_far_east_is_over(void **state)
{
    (void)state;
    check_calendar("+14:00", 14);
}

static void a_consent_withdrawn_tomorrow_in_the_far_west_holds(void **state)
{
    (void)state;
    check_calendar("-12:00", -12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_consent_withdrawn_today_in_the_far_east_is_over, scene),
        STORE_TEST(a_consent_withdrawn_tomorrow_in_the_far_west_holds, scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
