/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which consent is in force, and that the employer's copy is narrow unless more was agreed.
 */
#include "tests/support/check.h"

#include "src/model/attendance.h"
#include "src/model/consent.h"

static struct civil_date day(int month, int d)
{
    return (struct civil_date){2026, (int8_t)month, (int8_t)d};
}

/* 0: none. */
static int64_t id_for(const struct consents *all, const char *recipient, struct civil_date date,
                      struct civil_date today)
{
    struct consent found;
    return consent_for_copy(all, COPY_PHYSICIAN, recipient, date, today, &found) ? found.id : 0;
}

static void a_withdrawn_or_expired_consent_holds_no_more(void **state)
{
    (void)state;
    struct consent list[] = {
        {.id = 1, .scope = COPY_EMPLOYER, .from = {2026, 5, 1}, .until = {2026, 5, 31}},
        {.id = 2, .scope = COPY_EMPLOYER, .from = {2026, 7, 1}, .withdrawn = {2026, 7, 10}},
        {.id = 3, .scope = COPY_PHYSICIAN, .from = {2026, 5, 1}, .recipient = "clinic-1"},
        {.id = 4, .scope = COPY_PHYSICIAN, .from = {2026, 6, 1}, .recipient = "clinic-2"},
    };
    struct consents all = {.list = list, .n = 4};
    assert_null(consent_in_force(&all, COPY_EMPLOYER, NULL, day(4, 30)));
    assert_int_equal(consent_in_force(&all, COPY_EMPLOYER, NULL, day(5, 31))->id, 1);
    assert_null(consent_in_force(&all, COPY_EMPLOYER, NULL, day(6, 1)));
    assert_int_equal(consent_in_force(&all, COPY_EMPLOYER, NULL, day(7, 9))->id, 2);
    assert_null(consent_in_force(&all, COPY_EMPLOYER, NULL, day(7, 10)));
    assert_int_equal(consent_in_force(&all, COPY_PHYSICIAN, NULL, day(6, 2))->id, 4);
    assert_int_equal(consent_in_force(&all, COPY_PHYSICIAN, "clinic-1", day(6, 2))->id, 3);
    assert_null(consent_in_force(&all, COPY_PHYSICIAN, "clinic-3", day(6, 2)));
    assert_null(consent_in_force(&all, COPY_RESEARCH, NULL, day(6, 2)));
}

static void a_copy_about_the_past_needs_the_same_readers_consent_today(void **state)
{
    (void)state;
    struct consent list[] = {
        {.id = 1,
         .scope = COPY_PHYSICIAN,
         .from = {2026, 5, 1},
         .withdrawn = {2026, 6, 1},
         .recipient = "clinic-1"},
        {.id = 2, .scope = COPY_PHYSICIAN, .from = {2026, 6, 1}, .recipient = "clinic-2"},
    };
    struct consents all = {.list = list, .n = 2};
    assert_int_equal(id_for(&all, NULL, day(5, 2), day(5, 31)), 1);
    assert_int_equal(id_for(&all, "clinic-1", day(5, 2), day(6, 1)), 0);
    assert_int_equal(id_for(&all, NULL, day(5, 2), day(6, 1)), 0);
    assert_int_equal(id_for(&all, NULL, day(6, 2), day(6, 2)), 2);
    assert_int_equal(id_for(&all, NULL, day(6, 2), day(6, 1)), 2);
    list[1].from = (struct civil_date){2026, 4, 1}; /* both at the time, one of them today */
    assert_int_equal(id_for(&all, NULL, day(5, 2), day(6, 1)), 2);
}

static void a_copy_about_the_past_holds_what_is_agreed_to_today_and_was_then(void **state)
{
    (void)state;
    struct consent list[] = {
        {.id = 1,
         .scope = COPY_PHYSICIAN,
         .items = CONSENT_ATTENDANCE | CONSENT_NIGHTS | CONSENT_ACTOGRAM,
         .from = {2026, 5, 1},
         .withdrawn = {2026, 6, 1},
         .recipient = "clinic-1"},
        {.id = 2, .scope = COPY_PHYSICIAN, .from = {2026, 6, 1}, .recipient = "clinic-1"},
    };
    struct consents all = {.list = list, .n = 2};
    struct consent found;
    assert_true(consent_for_copy(&all, COPY_PHYSICIAN, NULL, day(5, 2), day(5, 31), &found));
    assert_int_equal(found.items, list[0].items);
    assert_true(consent_for_copy(&all, COPY_PHYSICIAN, NULL, day(5, 2), day(6, 1), &found));
    assert_int_equal(found.id, 2); /* today's, with its defaults */
    assert_int_equal(found.items, CONSENT_ATTENDANCE);
    list[1].items = CONSENT_RHYTHM;
    assert_int_equal(id_for(&all, NULL, day(5, 2), day(6, 1)), 0);
}

static void the_employer_gets_attendance_and_a_range_of_waking_at_most(void **state)
{
    (void)state;
    char text[128];
    consent_items_format(consent_items_default(COPY_EMPLOYER), text);
    assert_string_equal(text, "attendance,wake_range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_withdrawn_or_expired_consent_holds_no_more),
        cmocka_unit_test(a_copy_about_the_past_needs_the_same_readers_consent_today),
        cmocka_unit_test(a_copy_about_the_past_holds_what_is_agreed_to_today_and_was_then),
        cmocka_unit_test(the_employer_gets_attendance_and_a_range_of_waking_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
