/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "src/model/parameters.h"

static void recipes_differ_where_the_table_says(void **state)
{
    (void)state;
    struct parameters ours, ggir;
    assert_int_equal(parameters_of_recipe("default", &ours, NULL), YK_OK);
    assert_int_equal(parameters_of_recipe("ggir-3.3", &ggir, NULL), YK_OK);
    assert_int_equal(ours.calibrate, CALIBRATE_converge);
    assert_int_equal(ggir.calibrate, CALIBRATE_ggir);
    assert_int_equal(ours.grid, GRID_utc);
    assert_int_equal(ggir.grid, GRID_ggir);
    assert_int_equal(ours.nonwear, NONWEAR_default);
    assert_int_equal(ggir.nonwear, NONWEAR_ggir2023);
    assert_int_equal(ours.sleep, SLEEP_default);
    assert_int_equal(ggir.sleep, SLEEP_ggir);
    assert_close(ours.epoch_s, 5, 0);
    assert_close(ggir.hdcza_factor, 15, 0);
    assert_close(ours.sri_min_days, 5, 0);
    assert_close(ggir.sri_min_days, 2, 0);
}

static void unknown_recipes_list_the_known(void **state)
{
    (void)state;
    struct parameters p;
    struct failure why;
    assert_int_equal(parameters_of_recipe("ggir", &p, &why), YK_ERR_ARGUMENT);
    assert_string_equal(why.text,
                        "no recipe \"ggir\"; known: default, ggir-3.3, actilife, actiware");
}

/* Each word of a choice is accepted and stored as the enum's next value: the lists in
 * parameters.h and parameters.def are in the same order. */
static void words_of_choices_are_in_the_order_of_their_enums(void **state)
{
    (void)state;
    struct parameters p;
    assert_int_equal(parameters_of_recipe("default", &p, NULL), YK_OK);
    assert_int_equal(parameters_set(&p, "calibrate=none", NULL), YK_OK);
    assert_int_equal(p.calibrate, CALIBRATE_none);
    assert_int_equal(parameters_set(&p, "calibrate=converge", NULL), YK_OK);
    assert_int_equal(p.calibrate, CALIBRATE_converge);
    assert_int_equal(parameters_set(&p, "grid=utc", NULL), YK_OK);
    assert_int_equal(p.grid, GRID_utc);
    assert_int_equal(parameters_set(&p, "nonwear=none", NULL), YK_OK);
    assert_int_equal(p.nonwear, NONWEAR_none);
    assert_int_equal(parameters_set(&p, "nonwear=ggir2013", NULL), YK_OK);
    assert_int_equal(p.nonwear, NONWEAR_ggir2013);
    assert_int_equal(parameters_set(&p, "nonwear=ggir2023", NULL), YK_OK);
    assert_int_equal(p.nonwear, NONWEAR_ggir2023);
    assert_int_equal(parameters_set(&p, "nonwear=recorder", NULL), YK_OK);
    assert_int_equal(p.nonwear, NONWEAR_recorder);
    assert_int_equal(parameters_set(&p, "sleep=ggir", NULL), YK_OK);
    assert_int_equal(p.sleep, SLEEP_ggir);
    assert_int_equal(parameters_set(&p, "sleep=csm", NULL), YK_OK);
    assert_int_equal(p.sleep, SLEEP_csm);
    assert_int_equal(parameters_set(&p, "rest=diary", NULL), YK_OK);
    assert_int_equal(p.rest, REST_RULE_diary);
    assert_int_equal(parameters_set(&p, "edges=immobile", NULL), YK_OK);
    assert_int_equal(p.edges, EDGES_immobile);
    assert_int_equal(parameters_set(&p, "rescoring=webster", NULL), YK_OK);
    assert_int_equal(p.rescoring, RESCORING_webster);
    assert_int_equal(parameters_set(&p, "rhythm=counts", NULL), YK_OK);
    assert_int_equal(p.rhythm, RHYTHM_counts);
    assert_int_equal(parameters_set(&p, "counts_kind=acttrust_zcm", NULL), YK_OK);
    assert_int_equal(p.counts_kind, COUNTS_KIND_acttrust_zcm);
}

static void every_recipe_is_made_of_values_that_fit(void **state)
{
    (void)state;
    assert_true(recipes_count() >= 4);
    for (size_t i = 0; i < recipes_count(); i++) {
        struct parameters p;
        struct failure why = {0};
        if (parameters_of_recipe(recipes_info(i)->name, &p, &why) != YK_OK) {
            fail_msg("%s: %s", recipes_info(i)->name, why.text);
        }
    }
    struct parameters p;
    assert_int_equal(parameters_of_recipe(RECIPE_ACTILIFE, &p, NULL), YK_OK);
    assert_int_equal(p.nonwear, NONWEAR_choi);
    assert_int_equal(p.rest, REST_RULE_tudor_locke);
    assert_int_equal(p.sleep, SLEEP_cole_kripke_actilife);
    assert_close(p.epoch_s, 60, 0);
    assert_int_equal(parameters_of_recipe(RECIPE_ACTIWARE, &p, NULL), YK_OK);
    assert_int_equal(p.sleep, SLEEP_oakley);
    assert_int_equal(p.edges, EDGES_immobile);
    assert_close(p.oakley_threshold, 40, 0);
}

static void every_value_reads_back(void **state)
{
    (void)state;
    struct parameters from, to;
    assert_int_equal(parameters_of_recipe("ggir-3.3", &from, NULL), YK_OK);
    assert_int_equal(parameters_of_recipe("default", &to, NULL), YK_OK);
    from.sib_angle_deg = 1.0 / 3;
    for (size_t i = 0; i < parameters_count(); i++) {
        struct text t;
        text_init(&t);
        text_addf(&t, "%s=", parameters_info(i)->name);
        parameters_value(&from, i, &t);
        struct failure why = {0};
        if (parameters_set(&to, text_string(&t), &why) != YK_OK) {
            print_error("%s\n", why.text);
            fail();
        }
        text_release(&t);
        assert_true(parameters_info(i)->en[0] != '\0' && parameters_info(i)->ja[0] != '\0');
    }
    assert_memory_equal(&from, &to, sizeof from);
}

static void check_refused(const char *assignment, const char *expected)
{
    struct parameters p, before;
    parameters_of_recipe("default", &p, NULL);
    before = p;
    struct failure why;
    assert_int_equal(parameters_set(&p, assignment, &why), YK_ERR_ARGUMENT);
    assert_memory_equal(&p, &before, sizeof p);
    if (strstr(why.text, expected) == NULL) {
        print_error("\"%s\" does not say \"%s\"\n", why.text, expected);
        fail();
    }
}

static void wrong_assignments_say_what_is_right(void **state)
{
    (void)state;
    check_refused("sib_angle=5", "no parameter \"sib_angle\"; nearest: sib_angle_deg");
    check_refused("noonwear=none", "nearest: nonwear");
    check_refused("epoch_s=0", "epoch_s=0: a number from 1 to 3600 s is wanted");
    check_refused("epoch_s=", "a number from 1 to 3600 s is wanted");
    check_refused("epoch_s=5秒秒秒秒秒秒秒秒秒秒秒秒秒秒秒秒",
                  "epoch_s=5秒秒秒秒秒秒秒秒秒秒秒秒秒秒秒: a number");
    check_refused("x夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜=1",
                  "no parameter \"x夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜\";");
    check_refused("epoch_s=5s", "a number from 1 to 3600 s is wanted");
    check_refused("hdcza_factor=nan", "a number from 1 to 100 is wanted");
    check_refused("grid=ggi", "grid=ggi: one of these is wanted: utc ggir");
    check_refused("grid=", "one of these is wanted");
    check_refused("epoch_s", "is not NAME=VALUE");
    check_refused("=5", "is not NAME=VALUE");
}

static void json_is_in_table_order(void **state)
{
    (void)state;
    struct parameters p;
    parameters_of_recipe("default", &p, NULL);
    struct text t;
    text_init(&t);
    parameters_to_json(&p, &t);
    static const char start[] = "{\"epoch_s\":5,\"calibrate\":\"converge\",\"grid\":\"utc\",";
    assert_memory_equal(text_string(&t), start, sizeof start - 1);
    assert_int_equal(t.at[t.length - 1], '}');
    text_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recipes_differ_where_the_table_says),
        cmocka_unit_test(unknown_recipes_list_the_known),
        cmocka_unit_test(words_of_choices_are_in_the_order_of_their_enums),
        cmocka_unit_test(every_recipe_is_made_of_values_that_fit),
        cmocka_unit_test(every_value_reads_back),
        cmocka_unit_test(wrong_assignments_say_what_is_right),
        cmocka_unit_test(json_is_in_table_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
