/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/dock/whose.h"
#include "tests/support/store_scene.h"

#define DAY (24 * NS_PER_H)
#define MAY_1 (INT64_C(1777561200) * NS_PER_S) /* 2026-05-01 00:00 in Tokyo */

struct scene {
    struct store_scene store;
    struct dock_identity identity;
    struct download_counts counts;
    struct whose_question question;
    struct whose answer;
};

static void lend(struct scene *self, const char *person, int from_day, int to_day,
                 double session)
{
    struct loan loan;
    struct failure why;
    loan_init(&loan);
    snprintf(loan.device_serial, sizeof loan.device_serial, "39434");
    snprintf(loan.person, sizeof loan.person, "%s", person);
    loan.from_ns = MAY_1 + from_day * DAY;
    loan.to_ns = MAY_1 + to_day * DAY;
    loan.session = session;
    if (loan_add(&self->store.store, &loan, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
}

/* A recording of session 5 from day 3 to day 8; P01 and P02 exist. */
static void make(struct scene *self)
{
    memset(self, 0, sizeof *self);
    store_scene_make(&self->store);
    assert_int_equal(person_add(&self->store.store, "P01", NULL, NULL, NULL), YK_OK);
    assert_int_equal(person_add(&self->store.store, "P02", NULL, NULL, NULL), YK_OK);
    snprintf(self->identity.serial, sizeof self->identity.serial, "39434");
    self->identity.agree = true;
    self->counts.has_header = true;
    self->counts.n_sectors = 1000;
    self->question = (struct whose_question){.identity = &self->identity,
                                             .counts = &self->counts,
                                             .session = 5,
                                             .first_ns = MAY_1 + 3 * DAY,
                                             .last_ns = MAY_1 + 8 * DAY,
                                             .now_ns = MAY_1 + 9 * DAY,
                                             .sha256 = "none"};
}

static enum whose_kind ask(struct scene *self)
{
    struct failure why;
    if (whose_find(&self->store.store, &self->question, &self->answer, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return self->answer.kind;
}

static void whose_is_decided_by_session_and_period_together(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    lend(&scene, "P02", 0, 2, 4);
    lend(&scene, "P01", 2, 10, 5);
    assert_int_equal(ask(&scene), WHOSE_LOAN);
    assert_string_equal(scene.answer.person, "P01");
    assert_true(scene.answer.loan > 0);
    store_scene_remove(&scene.store);
}

static void whose_is_decided_by_the_period_when_no_session_was_written(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    lend(&scene, "P01", 2, 10, (double)NAN);
    assert_int_equal(ask(&scene), WHOSE_LOAN);
    /* longer than written down, on either side */
    scene.question.last_ns = MAY_1 + 12 * DAY;
    assert_int_equal(ask(&scene), WHOSE_LOAN);
    assert_string_equal(scene.answer.person, "P01");
    store_scene_remove(&scene.store);
}

static void whose_disagrees_when_session_and_period_name_two_people(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    lend(&scene, "P02", 0, 2, 5);
    lend(&scene, "P01", 2, 10, 6);
    assert_int_equal(ask(&scene), WHOSE_DISAGREES);
    assert_string_equal(scene.answer.person, PERSON_UNASSIGNED);
    assert_non_null(strstr(scene.answer.reason, "P01"));
    assert_non_null(strstr(scene.answer.reason, "P02"));
    store_scene_remove(&scene.store);
}

static void whose_disagrees_when_the_recording_spans_two_loans(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    lend(&scene, "P02", 0, 5, (double)NAN);
    lend(&scene, "P01", 5, 10, (double)NAN);
    assert_int_equal(ask(&scene), WHOSE_DISAGREES);
    store_scene_remove(&scene.store);
}

static void whose_disagrees_when_another_session_was_written(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    lend(&scene, "P01", 2, 10, 6);
    assert_int_equal(ask(&scene), WHOSE_DISAGREES);
    store_scene_remove(&scene.store);
}

static void whose_takes_the_session_when_the_clock_was_reset(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    lend(&scene, "P01", 2, 10, 5);
    scene.question.first_ns = MAY_1 - 9000 * DAY; /* the year 2000 */
    scene.question.last_ns = scene.question.first_ns + 5 * DAY;
    assert_int_equal(ask(&scene), WHOSE_LOAN);
    scene.question.is_clock_reset = true;
    assert_int_equal(ask(&scene), WHOSE_LOAN);
    assert_string_equal(scene.answer.person, "P01");
    store_scene_remove(&scene.store);
}

static void whose_says_nobody_when_the_ledger_is_silent(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    lend(&scene, "P01", 20, 30, 77);
    assert_int_equal(ask(&scene), WHOSE_NOBODY);
    assert_string_equal(scene.answer.person, PERSON_UNASSIGNED);
    store_scene_remove(&scene.store);
}

static void whose_weighs_a_name_against_the_ledger(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    scene.question.named = "P02";
    assert_int_equal(ask(&scene), WHOSE_NAMED);
    assert_string_equal(scene.answer.person, "P02");
    lend(&scene, "P01", 2, 10, 5);
    assert_int_equal(ask(&scene), WHOSE_DISAGREES);
    scene.question.named = "P01";
    assert_int_equal(ask(&scene), WHOSE_NAMED);
    assert_true(scene.answer.loan > 0);
    store_scene_remove(&scene.store);
}

static void whose_does_not_trust_a_recorder_that_contradicts_itself(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    lend(&scene, "P01", 2, 10, 5);
    scene.identity.agree = false;
    snprintf(scene.identity.disagreement, sizeof scene.identity.disagreement, "USB 1, ID 2");
    assert_int_equal(ask(&scene), WHOSE_DISAGREES);
    assert_string_equal(scene.answer.reason, "USB 1, ID 2");
    scene.identity.agree = true;
    scene.counts.n_foreign = 3;
    assert_int_equal(ask(&scene), WHOSE_DISAGREES);
    assert_non_null(strstr(scene.answer.reason, "3 of 1000"));
    scene.counts.n_foreign = 0;
    scene.counts.has_header = false;
    assert_int_equal(ask(&scene), WHOSE_DISAGREES);
    scene.counts.has_header = true;
    assert_int_equal(ask(&scene), WHOSE_LOAN);
    store_scene_remove(&scene.store);
}

static void whose_leaves_a_recorded_recording_where_it_is(void **state)
{
    struct scene scene;
    struct import_result result;
    (void)state;
    make(&scene);
    lend(&scene, "P01", 2, 10, 5);
    store_scene_import(&scene.store, 1, "P02", &result);
    scene.question.sha256 = result.row.sha256;
    scene.identity.agree = false;
    assert_int_equal(ask(&scene), WHOSE_KNOWN);
    assert_string_equal(scene.answer.person, "P02");
    store_scene_remove(&scene.store);
}

static void whose_tells_of_one_that_waits_what_the_ledger_says_by_now(void **state)
{
    struct scene scene;
    struct import_result result;
    (void)state;
    make(&scene);
    assert_int_equal(person_add(&scene.store.store, PERSON_UNASSIGNED, NULL, NULL, NULL),
                     YK_OK);
    store_scene_import(&scene.store, 1, PERSON_UNASSIGNED, &result);
    scene.question.sha256 = result.row.sha256;
    assert_int_equal(ask(&scene), WHOSE_KNOWN);
    assert_string_equal(scene.answer.means, "");
    lend(&scene, "P01", 2, 10, (double)NAN);
    assert_int_equal(ask(&scene), WHOSE_KNOWN);
    assert_string_equal(scene.answer.person, PERSON_UNASSIGNED);
    assert_string_equal(scene.answer.means, "P01");
    scene.question.named = "P02";
    assert_int_equal(ask(&scene), WHOSE_KNOWN);
    assert_string_equal(scene.answer.means, "P02");
    scene.question.named = NULL;
    scene.counts.has_header = false;
    assert_int_equal(ask(&scene), WHOSE_KNOWN);
    assert_string_equal(scene.answer.means, "");
    assert_non_null(strstr(scene.answer.reason, "no header"));
    store_scene_remove(&scene.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_is_decided_by_session_and_period_together),
        cmocka_unit_test(whose_is_decided_by_the_period_when_no_session_was_written),
        cmocka_unit_test(whose_disagrees_when_session_and_period_name_two_people),
        cmocka_unit_test(whose_disagrees_when_the_recording_spans_two_loans),
        cmocka_unit_test(whose_disagrees_when_another_session_was_written),
        cmocka_unit_test(whose_takes_the_session_when_the_clock_was_reset),
        cmocka_unit_test(whose_says_nobody_when_the_ledger_is_silent),
        cmocka_unit_test(whose_weighs_a_name_against_the_ledger),
        cmocka_unit_test(whose_does_not_trust_a_recorder_that_contradicts_itself),
        cmocka_unit_test(whose_leaves_a_recorded_recording_where_it_is),
        cmocka_unit_test(whose_tells_of_one_that_waits_what_the_ledger_says_by_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
