/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/pipeline/recipe.h"

static enum yk_status load_text(const char *text, struct recipe *out, struct failure *why)
{
    const char *folder = check_scratch("recipe");
    char path[4200];
    snprintf(path, sizeof path, "%s/mine.ini", folder);
    check_write_text(path, text);
    enum yk_status status = recipe_load(path, NULL, 0, out, why);
    check_remove(folder);
    return status;
}

static void a_file_changes_single_values_of_its_base(void **state)
{
    (void)state;
    struct recipe recipe, ggir;
    struct failure why = {0};
    assert_int_equal(recipe_load("ggir-3.3", NULL, 0, &ggir, &why), YK_OK);
    assert_int_equal(load_text("# ours\n[recipe]\nbase = ggir-3.3\r\nsib_min = 7 ; minutes\n",
                               &recipe, &why),
                     YK_OK);
    assert_string_equal(recipe.name, "mine");
    assert_close(recipe.parameters.sib_min, 7, 0);
    assert_int_equal(recipe.parameters.calibrate, ggir.parameters.calibrate);
    /* Some editors put a mark of the encoding in front. */
    assert_int_equal(load_text("\xEF\xBB\xBFsib_min = 8\r\n", &recipe, &why), YK_OK);
    assert_close(recipe.parameters.sib_min, 8, 0);
}

static void wrong_files_say_line_and_value(void **state)
{
    (void)state;
    static const struct {
        const char *text, *say;
    } CASES[] = {
        {"sib_mim = 7\n", "sib_min"},
        {"\n\nsib_min = often\n", "line 3"},
        {"sib_min = 7\nbase = default\n", "first"},
        {"sib_min 7\n", "NAME = VALUE"},
        {"sib_min = 7\n[sleep]\n sib_min=8\n",
         "line 3: sib_min is set twice, to '7' in line 1 and to '8' here"},
        {"base = default\nbase = default\n",
         "line 2: base is set twice, to 'default' in line 1"},
        {"base = ggir\n", "ggir-3.3"},
        {"nonwear = perhaps\n", "perhaps"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct recipe recipe = {.name = "untouched"};
        struct failure why = {0};
        assert_int_equal(load_text(CASES[i].text, &recipe, &why), YK_ERR_ARGUMENT);
        if (strstr(why.text, CASES[i].say) == NULL) {
            fail_msg("'%s' gave: %s", CASES[i].text, why.text);
        }
        assert_string_equal(recipe.name, "untouched");
    }
}

static void assignments_come_on_top_and_mark_the_name(void **state)
{
    (void)state;
    struct recipe recipe;
    struct failure why = {0};
    const char *set[] = {"nonwear=none", "night_min_h=12"};
    assert_int_equal(recipe_load(NULL, set, 2, &recipe, &why), YK_OK);
    assert_string_equal(recipe.name, "default+");
    assert_int_equal(recipe.parameters.nonwear, NONWEAR_none);
    assert_close(recipe.parameters.night_min_h, 12, 0);
    const char *const again[] = {"day_min_h=18", "sib_min=7", "day_min_h=20"};
    assert_int_equal(recipe_load(NULL, again, 3, &recipe, &why), YK_ERR_ARGUMENT);
    assert_string_equal(why.text, "day_min_h is set twice, to '18' and to '20'; remove one");
    assert_int_equal(recipe_load("nobody", NULL, 0, &recipe, &why), YK_ERR_ARGUMENT);
    assert_int_equal(recipe_load("./nowhere.ini", NULL, 0, &recipe, &why), YK_ERR_NO_DEVICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_changes_single_values_of_its_base),
        cmocka_unit_test(wrong_files_say_line_and_value),
        cmocka_unit_test(assignments_come_on_top_and_mark_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
