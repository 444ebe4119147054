/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "algorithms/methods.h"

static void only_rules_in_force_are_cited(void **state)
{
    (void)state;
    struct parameters ours, ggir;
    assert_int_equal(parameters_of_recipe("default", &ours, NULL), YK_OK);
    assert_int_equal(parameters_of_recipe("ggir-3.3", &ggir, NULL), YK_OK);
    assert_true(method_is_in_force(method_find("enmo"), &ours, METHOD_SAMPLES));
    assert_false(method_is_in_force(method_find("choi"), &ours, METHOD_SAMPLES));
    assert_true(method_is_in_force(method_find("nonwear_default"), &ours, METHOD_SAMPLES));
    assert_false(method_is_in_force(method_find("nonwear_default"), &ggir, METHOD_SAMPLES));
    assert_true(method_is_in_force(method_find("nonwear_2023"), &ggir, METHOD_SAMPLES));
    assert_false(
        method_is_in_force(method_find("nonwear_2023"), &ggir, METHOD_ENMO | METHOD_ANGLES));
    assert_true(method_is_in_force(method_find("autocalibration"), &ggir, METHOD_SAMPLES));
    assert_int_equal(parameters_set(&ours, "calibrate=none", NULL), YK_OK);
    assert_false(method_is_in_force(method_find("autocalibration"), &ours, METHOD_SAMPLES));
}

static void rules_are_cited_only_for_the_files_they_read(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        bool of_samples, of_counts, of_angles;
    } cases[] = {{"enmo", true, false, false},
                 {"sleep_states", true, false, true},
                 {"oakley", false, true, false},
                 {"zero_runs", false, true, false},
                 {"hdcza", true, false, true},
                 {"roenneberg", false, true, false},
                 {"sri", true, true, true},
                 {"best_sum", true, true, true},
                 {"nonwear_default", true, false, false},
                 {"intensity_gradient", true, false, false}};
    struct parameters p;
    assert_int_equal(parameters_of_recipe("default", &p, NULL), YK_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct method *m = method_find(cases[i].id);
        assert_int_equal(method_is_in_force(m, &p, METHOD_SAMPLES), cases[i].of_samples);
        assert_int_equal(method_is_in_force(m, &p, METHOD_COUNTS), cases[i].of_counts);
        assert_int_equal(method_is_in_force(m, &p, METHOD_ANGLES), cases[i].of_angles);
        assert_true(method_is_in_force(m, &p, METHOD_SAMPLES | METHOD_COUNTS));
    }
    assert_true(method_is_in_force(method_find("intensity_gradient"), &p, METHOD_ENMO));
    /* How much the arm moves and how it is turned: angles alone do not say the first. */
    assert_true(
        method_is_in_force(method_find("nonwear_default"), &p, METHOD_ENMO | METHOD_ANGLES));
    /* Chosen by name, a rule on counts reads those made from samples, too. */
    assert_int_equal(parameters_set(&p, "nonwear=zero_runs", NULL), YK_OK);
    assert_true(method_is_in_force(method_find("zero_runs"), &p, METHOD_SAMPLES));
}

static void every_rule_says_everything(void **state)
{
    (void)state;
    for (size_t i = 0; i < method_count(); i++) {
        const struct method *m = method_at(i);
        assert_ptr_equal(method_find(m->id), m); /* no id stands twice */
        assert_true(*m->name != '\0' && *m->citation != '\0' && *m->input != '\0');
        assert_true(*m->en != '\0' && *m->ja != '\0' && *m->when != '\0');
        assert_true(*method_kind_word(m->kind) != '\0');
    }
    assert_null(method_at(method_count()));
}

static void what_is_not_offered_says_why(void **state)
{
    (void)state;
    assert_true(absent_method_count() > 0);
    for (size_t i = 0; i < absent_method_count(); i++) {
        const struct absent_method *m = absent_method_at(i);
        assert_null(method_find(m->id)); /* offered after all */
        assert_true(*m->name != '\0' && *m->citation != '\0' && *m->en != '\0' &&
                    *m->ja != '\0');
    }
    assert_null(absent_method_at(absent_method_count()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_rules_in_force_are_cited),
        cmocka_unit_test(rules_are_cited_only_for_the_files_they_read),
        cmocka_unit_test(every_rule_says_everything),
        cmocka_unit_test(what_is_not_offered_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
