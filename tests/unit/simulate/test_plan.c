/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/alloc.h"

#include <math.h>
#include <string.h>

#include "src/simulate/plan.h"

struct world {
    struct zone *zone;
    int64_t start_ns;
};

static void world_open(struct world *w, const char *zone, struct civil_date day)
{
    assert_int_equal(zone_open(zone, &w->zone, NULL), YK_OK);
    w->start_ns = zone_instant_of_day(w->zone, day, 10 * 3600);
}

static void make(struct plan *plan, const struct world *w, const char *kind, int days,
                 uint64_t seed)
{
    plan_init(plan);
    assert_int_equal(plan_make(plan, person_kind_find(kind), w->zone, w->start_ns,
                               w->start_ns + days * 24 * NS_PER_H, seed, NULL),
                     YK_OK);
}

static void check_order(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_spells; i++) {
        assert_true(plan->spells[i].start_ns < plan->spells[i].end_ns);
        if (i > 0) {
            assert_true(plan->spells[i].start_ns == plan->spells[i - 1].end_ns);
        }
    }
    for (size_t i = 0; i < plan->n_sleeps; i++) {
        const struct sleep *s = &plan->sleeps[i];
        assert_true(s->in_bed_ns <= s->lights_out_ns);
        assert_true(s->lights_out_ns < s->onset_ns);
        assert_true(s->onset_ns < s->wake_ns);
        assert_true(s->wake_ns < s->out_of_bed_ns);
        if (i > 0) {
            assert_true(s->in_bed_ns > plan->sleeps[i - 1].out_of_bed_ns);
        }
    }
}

/* Time asleep by the spells equals onset to wake without the wake bouts. */
static void check_sleep(const struct plan *plan, const struct sleep *s)
{
    int64_t asleep = 0;
    for (size_t i = 0; i < plan->n_spells; i++) {
        const struct spell *p = &plan->spells[i];
        if (p->activity == ACTIVITY_SLEEP && p->start_ns < s->wake_ns &&
            p->end_ns > s->onset_ns) {
            assert_true(p->start_ns >= s->onset_ns && p->end_ns <= s->wake_ns);
            asleep += p->end_ns - p->start_ns;
        }
    }
    int64_t expected = s->wake_ns - s->onset_ns;
    for (size_t i = 0; i < s->n_bouts; i++) {
        const struct stretch *b = &plan->wake_bouts[s->first_bout + i];
        assert_true(b->start_ns > s->onset_ns && b->end_ns < s->wake_ns);
        expected -= b->end_ns - b->start_ns;
    }
    assert_true(asleep == expected);
    assert_int_equal(plan_at(plan, s->onset_ns)->activity, ACTIVITY_SLEEP);
    assert_true(plan_at(plan, s->onset_ns - 1)->activity == ACTIVITY_BED_TRYING);
    assert_true(plan_at(plan, s->wake_ns)->activity != ACTIVITY_SLEEP);
}

static void every_kind_lives_without_holes_and_sleeps_once_a_day(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "Asia/Tokyo", (struct civil_date){2026, 5, 11});
    for (size_t k = 0; k < person_kind_count(); k++) {
        for (uint64_t seed = 1; seed <= 5; seed++) {
            struct plan plan;
            make(&plan, &w, person_kind_at(k)->id, 28, seed);
            check_order(&plan);
            size_t nights = 0;
            for (size_t i = 0; i < plan.n_sleeps; i++) {
                check_sleep(&plan, &plan.sleeps[i]);
                nights += !plan.sleeps[i].is_nap;
            }
            assert_int_equal(nights, 32); /* from two evenings before to one after the end */
            plan_release(&plan);
        }
    }
    zone_close(w.zone);
}

static void mean_times_are_those_of_the_kind(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "Asia/Tokyo", (struct civil_date){2026, 5, 11});
    const char *const kinds[] = {"regular", "late", "still", "napper"};
    for (size_t k = 0; k < 4; k++) {
        const struct person_kind *kind = person_kind_find(kinds[k]);
        struct plan plan;
        make(&plan, &w, kinds[k], 200, 3);
        double bed = 0;
        double wake = 0;
        int n = 0;
        for (size_t i = 0; i < plan.n_sleeps; i++) {
            const struct sleep *s = &plan.sleeps[i];
            enum weekday day = civil_weekday(s->evening);
            if (!s->is_nap && day != FRIDAY && day != SATURDAY) {
                bed += zone_clock_h(w.zone, s->evening, s->lights_out_ns);
                wake += zone_clock_h(w.zone, s->evening, s->wake_ns);
                n++;
            }
        }
        assert_close(bed / n, kind->bed_h, 0.2);
        assert_close(wake / n, kind->wake_h, 0.3);
        plan_release(&plan);
    }
    zone_close(w.zone);
}

static void shift_workers_sleep_by_day_after_nights(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "Asia/Tokyo", (struct civil_date){2026, 5, 11});
    struct plan plan;
    make(&plan, &w, "shift", 32, 4);
    int by_day = 0;
    for (size_t i = 0; i < plan.n_sleeps; i++) {
        const struct sleep *s = &plan.sleeps[i];
        double onset_h = zone_clock_h(w.zone, s->evening, s->onset_ns);
        by_day += !s->is_nap && onset_h > 31;
    }
    assert_in_range(by_day, 11, 15); /* three of eight */
    plan_release(&plan);
    zone_close(w.zone);
}

static void people_follow_the_wall_clock_over_a_clock_change(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "Europe/London", (struct civil_date){2026, 3, 25});
    struct plan plan;
    make(&plan, &w, "regular", 9, 2);
    for (size_t i = 0; i < plan.n_sleeps; i++) {
        const struct sleep *s = &plan.sleeps[i];
        double bed_h = zone_clock_h(w.zone, s->evening, s->lights_out_ns);
        assert_true(s->is_nap || (bed_h > 21.5 && bed_h < 25.5));
    }
    plan_release(&plan);
    zone_close(w.zone);
}

static void longer_plans_begin_like_shorter_ones(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "Asia/Tokyo", (struct civil_date){2026, 5, 11});
    struct plan a, b;
    make(&a, &w, "irregular", 7, 11);
    make(&b, &w, "irregular", 21, 11);
    assert_true(b.n_spells > a.n_spells);
    assert_memory_equal(a.spells, b.spells, a.n_spells * sizeof a.spells[0]);
    plan_release(&a);
    plan_release(&b);
    zone_close(w.zone);
}

static void nonwear_is_off_for_just_that_long(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "Asia/Tokyo", (struct civil_date){2026, 5, 11});
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct plan plan;
        make(&plan, &w, "regular", 7, seed);
        assert_int_equal(
            plan_take_off(&plan, w.start_ns, w.start_ns + 7 * 24 * NS_PER_H, 4, 1, seed, NULL),
            YK_OK);
        check_order(&plan);
        assert_in_range(plan.n_nonwear, 4, 5);
        int in_bed = 0;
        for (size_t i = 0; i < plan.n_nonwear; i++) {
            const struct stretch *n = &plan.nonwear[i];
            const struct spell *p = plan_at(&plan, n->start_ns);
            assert_int_equal(p->activity, ACTIVITY_OFF);
            assert_true(p->start_ns == n->start_ns && p->end_ns == n->end_ns);
            assert_int_equal(plan_at(&plan, n->start_ns - 1)->activity, ACTIVITY_HANDLING);
            assert_int_equal(plan_at(&plan, n->end_ns)->activity, ACTIVITY_HANDLING);
        }
        for (size_t i = 0; i < plan.n_sleeps; i++) {
            in_bed += plan.sleeps[i].has_nonwear;
        }
        assert_int_equal(in_bed, 1);
        plan_release(&plan);
    }
    zone_close(w.zone);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "Asia/Tokyo", (struct civil_date){2026, 5, 11});
    for (uint64_t k = 1;; k++) {
        struct plan plan;
        struct failure why;
        plan_init(&plan);
        alloc_fail_at(k);
        enum yk_status status = plan_make(&plan, person_kind_find("regular"), w.zone,
                                          w.start_ns, w.start_ns + 3 * 24 * NS_PER_H, 1, &why);
        if (status == YK_OK) {
            status =
                plan_take_off(&plan, w.start_ns, w.start_ns + 3 * 24 * NS_PER_H, 1, 1, 1, &why);
        }
        bool refused = alloc_end(status, YK_OK);
        plan_release(&plan);
        if (!refused) {
            break;
        }
    }
    zone_close(w.zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_lives_without_holes_and_sleeps_once_a_day),
        cmocka_unit_test(mean_times_are_those_of_the_kind),
        cmocka_unit_test(shift_workers_sleep_by_day_after_nights),
        cmocka_unit_test(people_follow_the_wall_clock_over_a_clock_change),
        cmocka_unit_test(longer_plans_begin_like_shorter_ones),
        cmocka_unit_test(nonwear_is_off_for_just_that_long),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
