/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/store/audit.h"
#include "src/store/loans.h"
#include "src/store/persons.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;

#define DAY (24 * NS_PER_H)
#define T0 (INT64_C(1778425200) * NS_PER_S) /* 2026-05-11T00:00+09:00 */

static int setup(void **state)
{
    store_scene_setup(state);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_add(&scene.store, "参加者2", NULL, NULL, &why), YK_OK);
    return 0;
}

static struct loan line(const char *device, const char *person, int64_t from, int64_t to)
{
    struct loan loan;
    loan_init(&loan);
    snprintf(loan.device_serial, sizeof loan.device_serial, "%s", device);
    snprintf(loan.person, sizeof loan.person, "%s", person);
    loan.from_ns = from;
    loan.to_ns = to;
    return loan;
}

static void add(struct loan *loan)
{
    if (loan_add(&scene.store, loan, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
}

static void who_has_a_device_at_a_time_is_known_to_the_nanosecond(void **state)
{
    (void)state;
    struct loan found, a = line("39434", "P01", T0, T0 + 7 * DAY),
                       b = line("39434", "参加者2", T0 + 7 * DAY, TIME_UNKNOWN),
                       c = line("39435", "P01", T0, TIME_UNKNOWN);
    add(&a);
    add(&b);
    add(&c);
    assert_true(a.id > 0 && b.id > a.id);
    static const struct {
        int64_t at;
        const char *person; /* NULL: nobody */
    } cases[] = {{T0 - 1, NULL},
                 {T0, "P01"},
                 {T0 + 7 * DAY - 1, "P01"},
                 {T0 + 7 * DAY, "参加者2"},
                 {T0 + 700 * DAY, "参加者2"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum yk_status status = loan_at(&scene.store, "39434", cases[i].at, &found, &why);
        assert_int_equal(status, cases[i].person != NULL ? YK_OK : YK_ERR_NO_DEVICE);
        if (cases[i].person != NULL) {
            assert_string_equal(found.person, cases[i].person);
        }
    }
    assert_int_equal(loan_at(&scene.store, "4", T0, &found, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "yoake loans add 4"));
}

static void a_number_is_kept_as_the_dock_looks_for_it_or_refused(void **state)
{
    (void)state;
    struct loan found, usb = line("CWA17_39434", "P01", T0, T0 + 7 * DAY),
                       twice = line("39434", "参加者2", T0 + DAY, T0 + 2 * DAY);
    add(&usb);
    assert_int_equal(loan_at(&scene.store, "39434", T0, &found, &why), YK_OK);
    assert_string_equal(found.device_serial, "39434");
    assert_int_equal(loan_add(&scene.store, &twice, &why), YK_ERR_CONFLICT);
    static const char *const wrong[] = {"３９４３４", "39 434", "39434 "};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct loan other = line(wrong[i], "P01", T0 + 30 * DAY, T0 + 31 * DAY);
        assert_int_equal(loan_add(&scene.store, &other, &why), YK_ERR_ARGUMENT);
        assert_non_null(strstr(why.text, wrong[i]));
        assert_non_null(strstr(why.text, "printed on it"));
    }
}

static void overlaps_of_a_device_are_refused_with_who_has_it(void **state)
{
    (void)state;
    struct loan a = line("1", "P01", T0, T0 + 7 * DAY);
    add(&a);
    static const int64_t bad[][2] = {{T0 - DAY, T0 + 1},
                                     {T0 - DAY, TIME_UNKNOWN},
                                     {T0 + DAY, T0 + 2 * DAY},
                                     {T0 + 7 * DAY - 1, TIME_UNKNOWN}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct loan b = line("1", "参加者2", bad[i][0], bad[i][1]);
        assert_int_equal(loan_add(&scene.store, &b, &why), YK_ERR_CONFLICT);
        assert_non_null(strstr(why.text, "P01"));
        assert_non_null(strstr(why.text, "2026-05-11T00:00:00+09:00"));
    }
    struct loan before = line("1", "参加者2", T0 - DAY, T0),
                after = line("1", "参加者2", T0 + 7 * DAY, TIME_UNKNOWN);
    add(&before);
    add(&after);
}

static void the_same_line_again_changes_nothing_and_another_person_is_refused(void **state)
{
    (void)state;
    struct loan a = line("1", "P01", T0, T0 + DAY), again = a,
                other = line("1", "参加者2", T0, T0 + DAY);
    add(&a);
    add(&again);
    assert_int_equal(again.id, a.id);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM loan"), 1);
    assert_int_equal(loan_add(&scene.store, &other, &why), YK_ERR_CONFLICT);
}

static void a_return_ends_a_line_early_or_late_and_counts_once(void **state)
{
    (void)state;
    struct clock_reading clock = {
        .at_ns = T0 + 6 * DAY, .offset_ms = 1234.5, .uncertainty_ms = 4};
    struct loan a = line("1", "P01", T0, T0 + 7 * DAY), found;
    add(&a);
    assert_int_equal(loan_return(&scene.store, a.id, T0 + 6 * DAY, &clock, &why), YK_OK);
    assert_int_equal(loan_return(&scene.store, a.id, T0 + 9 * DAY, NULL, &why), YK_OK);
    assert_int_equal(loan_find(&scene.store, a.id, &found, &why), YK_OK);
    assert_true(found.returned_ns == T0 + 6 * DAY && found.back.at_ns == T0 + 6 * DAY);
    assert_close(found.back.offset_ms, 1234.5, 0);
    assert_true(isnan(found.issue.offset_ms) && found.issue.at_ns == TIME_UNKNOWN);
    assert_int_equal(loan_at(&scene.store, "1", T0 + 6 * DAY, &found, &why), YK_ERR_NO_DEVICE);
    /* A return that somebody wrote by hand still gets the reading of its clock. */
    struct loan typed = line("2", "P01", T0, T0 + 7 * DAY);
    typed.returned_ns = T0 + 5 * DAY;
    add(&typed);
    assert_int_equal(loan_return(&scene.store, typed.id, T0 + 6 * DAY, &clock, &why), YK_OK);
    assert_int_equal(loan_find(&scene.store, typed.id, &found, &why), YK_OK);
    assert_true(found.returned_ns == T0 + 5 * DAY);
    assert_close(found.back.offset_ms, 1234.5, 0);
    /* Late, into the next line: it ends where that begins. */
    struct loan b = line("1", "P01", T0 + 10 * DAY, T0 + 11 * DAY),
                c = line("1", "参加者2", T0 + 12 * DAY, TIME_UNKNOWN);
    add(&b);
    add(&c);
    assert_int_equal(loan_return(&scene.store, b.id, T0 + 13 * DAY, NULL, &why), YK_OK);
    assert_int_equal(loan_find(&scene.store, b.id, &found, &why), YK_OK);
    assert_true(found.returned_ns == T0 + 12 * DAY);
}

static void an_intended_line_is_confirmed_with_its_session_and_clock(void **state)
{
    (void)state;
    struct clock_reading clock = {.at_ns = T0, .offset_ms = -3, .uncertainty_ms = 2};
    struct loan a = line("1", "P01", T0, T0 + DAY), found;
    uint32_t session = 0;
    assert_int_equal(loan_next_session(&scene.store, &session, &why), YK_OK);
    assert_int_equal(session, 1);
    a.state = LOAN_INTENDED;
    a.session = session;
    a.rate_hz = 12.5;
    a.range_g = 8;
    add(&a);
    assert_int_equal(loan_confirm(&scene.store, a.id, &clock, &why), YK_OK);
    assert_int_equal(loan_by_session(&scene.store, "1", session, &found, &why), YK_OK);
    assert_int_equal(found.state, LOAN_CONFIRMED);
    assert_close(found.issue.offset_ms, -3, 0);
    assert_close(found.rate_hz, 12.5, 0);
    assert_int_equal(loan_next_session(&scene.store, &session, &why), YK_OK);
    assert_int_equal(session, 2);
    assert_int_equal(loan_by_session(&scene.store, "1", 77, &found, &why), YK_ERR_NO_DEVICE);
}

static void lines_without_a_person_device_or_sense_are_refused(void **state)
{
    (void)state;
    struct loan cases[] = {line("1", "nobody", T0, T0 + DAY), line("", "P01", T0, T0 + DAY),
                           line("1", "P01", TIME_UNKNOWN, T0), line("1", "P01", T0, T0),
                           line("1", "P01", T0, T0 - DAY)};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_not_equal(loan_add(&scene.store, &cases[i], &why), YK_OK);
        assert_true(why.text[0] != '\0');
    }
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM loan"), 0);
    assert_int_equal(loan_remove(&scene.store, 9, &why), YK_ERR_NO_DEVICE);
}

static void every_change_of_the_ledger_is_in_the_audit(void **state)
{
    (void)state;
    struct loan a = line("1", "P01", T0, T0 + DAY);
    int64_t n = 0, bad = -1;
    add(&a);
    a.to_ns = T0 + 2 * DAY;
    assert_int_equal(loan_set(&scene.store, &a, &why), YK_OK);
    assert_int_equal(loan_remove(&scene.store, a.id, &why), YK_OK);
    assert_int_equal(store_scene_number(&scene,
                                        "SELECT count(*) FROM audit WHERE subject = 'P01' AND "
                                        "action IN ('loans add', 'loans set', 'loans remove')"),
                     3);
    assert_int_equal(audit_verify(scene.store.db, &n, &bad, &why), YK_OK);
    assert_int_equal(bad, 0);
}

int main(void)
{
#define T(name) STORE_TEST_SETUP(name, setup, scene)
    const struct CMUnitTest tests[] = {
        T(who_has_a_device_at_a_time_is_known_to_the_nanosecond),
        T(a_number_is_kept_as_the_dock_looks_for_it_or_refused),
        T(overlaps_of_a_device_are_refused_with_who_has_it),
        T(the_same_line_again_changes_nothing_and_another_person_is_refused),
        T(a_return_ends_a_line_early_or_late_and_counts_once),
        T(an_intended_line_is_confirmed_with_its_session_and_clock),
        T(lines_without_a_person_device_or_sense_are_refused),
        T(every_change_of_the_ledger_is_in_the_audit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
