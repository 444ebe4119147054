/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "src/cli/options.h"
#include "tests/support/alloc.h"

static const struct option_spec specs[] = {
    {"out", 'o', OPTION_FOLDER, "DIR", "出力先", "where to"},
    {"jobs", 'j', OPTION_INTEGER, "N:1..256", "並列数", "workers"},
    {"rate", 0, OPTION_NUMBER, "HZ:0..", "頻度", "rate"},
    {"set", 0, OPTION_LIST, "NAME=VALUE", "値", "value"},
    {"fast", 'f', OPTION_FLAG, NULL, "速く", "fast"},
    {"secret", 0, OPTION_FLAG, NULL, NULL, NULL},
    {NULL, 0, OPTION_FLAG, NULL, NULL, NULL}};

static const char *const verbs[] = {"add", "list", "show", NULL};

static const struct command plain = {.name = "try",
                                     .operands = "FILE...",
                                     .options = specs,
                                     .min_operands = 1,
                                     .max_operands = 2};
static const struct command with_verbs = {.name = "participant",
                                          .operands = "VERB [CODE]",
                                          .options = specs,
                                          .verbs = verbs,
                                          .min_operands = 1,
                                          .max_operands = 2};

static enum yk_status parse(const struct command *command, const char *line,
                            struct options **out, struct failure *why)
{
    static char words[512];
    static char *argv[32];
    int argc = 0;
    snprintf(words, sizeof words, "%s", line);
    argv[argc++] = words; /* argv[0] is ignored */
    for (char *at = words; *at != '\0';) {
        at += strspn(at, " ");
        size_t n = strcspn(at, " ");
        if (n > 0) {
            argv[argc++] = at;
        }
        at += n;
        if (*at == ' ') {
            *at++ = '\0';
        }
    }
    argv[argc] = NULL;
    return options_parse(command, argc, argv, out, why);
}

static void both_ways_of_giving_a_value_are_understood(void **state)
{
    (void)state;
    struct options *options = NULL;
    struct failure why;
    assert_int_equal(parse(&plain, "a.cwa --out here --jobs=3 -f b.cwa --rate 12.5 --lang ja",
                           &options, &why),
                     YK_OK);
    assert_string_equal(options_text(options, "out"), "here");
    assert_int_equal(options_integer(options, "jobs", 0), 3);
    assert_close(options_number(options, "rate", 0), 12.5, 0);
    assert_true(options_has(options, "fast"));
    assert_false(options_has(options, "json"));
    assert_string_equal(options_text(options, "lang"), "ja");
    assert_int_equal(options_operands(options), 2);
    assert_string_equal(options_operand(options, 0), "a.cwa");
    assert_string_equal(options_operand(options, 1), "b.cwa");
    assert_null(options_operand(options, 2));
    assert_int_equal(options_integer(options, "absent", 7), 7);
    options_free(options);
}

static void a_list_keeps_its_order_and_the_same_value_may_be_said_twice(void **state)
{
    (void)state;
    struct options *options = NULL;
    assert_int_equal(parse(&plain, "x --set a=1 -o q --set b=2 -oq", &options, NULL), YK_OK);
    assert_string_equal(options_list(options, "set", 0), "a=1");
    assert_string_equal(options_list(options, "set", 1), "b=2");
    assert_null(options_list(options, "set", 2));
    assert_int_equal(options_list_n(options, "set"), 2);
    assert_int_equal(options_list_n(options, "json"), 0);
    assert_string_equal(options_text(options, "out"), "q");
    assert_int_equal(options_list_n(options, "out"), 1); /* no list */
    options_free(options);
}

static void what_follows_two_dashes_is_an_operand(void **state)
{
    (void)state;
    struct options *options = NULL;
    assert_int_equal(parse(&plain, "-- --out", &options, NULL), YK_OK);
    assert_string_equal(options_operand(options, 0), "--out");
    assert_false(options_has(options, "out"));
    options_free(options);
}

static void refused(const struct command *command, const char *line, const char *sentence)
{
    struct options *options = NULL;
    struct failure why;
    assert_int_equal(parse(command, line, &options, &why), YK_ERR_ARGUMENT);
    assert_string_equal(why.text, sentence);
    assert_null(options);
}

static void sentences_say_what_is_wrong_and_what_would_be_right(void **state)
{
    (void)state;
    refused(&plain, "x --jbos 3", "there is no option --jbos; did you mean --jobs?");
    refused(&plain, "x -o p --out q", "--out is given twice (p, q): leave one of them out");
    refused(&plain, "x -j 1 -j 2", "--jobs is given twice (1, 2): leave one of them out");
    refused(&plain, "x --zzzzzz", "there is no option --zzzzzz");
    refused(&plain, "x -z", "there is no option -z");
    refused(&plain, "x --secretx", "there is no option --secretx"); /* hidden: never offered */
    refused(&plain, "x --jobs 0", "--jobs 0: what goes here is a whole number from 1 to 256");
    refused(&plain, "x --jobs 257",
            "--jobs 257: what goes here is a whole number from 1 to 256");
    refused(&plain, "x --jobs 2.5",
            "--jobs 2.5: what goes here is a whole number from 1 to 256");
    refused(&plain, "x --rate -1", "--rate -1: what goes here is a number from 0");
    refused(&plain, "x --rate 1e", "--rate 1e: what goes here is a number from 0");
    refused(&plain, "x --out", "--out needs a value (DIR)");
    refused(&plain, "x --jobs", "--jobs needs a value (N)"); /* its range is for --help */
    refused(&plain, "x --out=", "the value of --out is empty");
    refused(&plain, "x --fast=1", "--fast takes no value");
    refused(&plain, "", "something is missing; it is written: yoake try FILE...");
    refused(&plain, "a b c", "c is one too many; it is written: yoake try FILE...");
}

static void a_verb_is_needed_and_must_be_known(void **state)
{
    (void)state;
    struct options *options = NULL;
    assert_int_equal(parse(&with_verbs, "add P01 -f", &options, NULL), YK_OK);
    assert_string_equal(options_operand(options, 0), "add");
    assert_string_equal(options_operand(options, 1), "P01");
    options_free(options);
    /* found by fuzzing: any verb but the first leaked the list of verbs */
    assert_int_equal(parse(&with_verbs, "show P01", &options, NULL), YK_OK);
    options_free(options);
    refused(&with_verbs, "", "participant needs to know what to do: add, list, show");
    refused(&with_verbs, "lst", "there is no lst; did you mean: list");
    refused(&with_verbs, "fetch", "there is no fetch; what there is: add, list, show");
}

static void help_needs_no_operands(void **state)
{
    (void)state;
    struct options *options = NULL;
    assert_int_equal(parse(&with_verbs, "-h", &options, NULL), YK_OK);
    assert_true(options_has(options, "help"));
    options_free(options);
}

static void ranges_are_read_from_the_name_of_the_value(void **state)
{
    (void)state;
    struct option_range range;
    option_range_of(&specs[1], &range);
    assert_string_equal(range.name, "N");
    assert_true(range.has_range);
    assert_close(range.min, 1, 0);
    assert_close(range.max, 256, 0);
    option_range_of(&specs[0], &range);
    assert_string_equal(range.name, "DIR");
    assert_false(range.has_range);
}

static void refused_memory_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    for (uint64_t k = 1; k < 100; k++) {
        struct options *options = NULL;
        struct failure why;
        alloc_fail_at(k);
        enum yk_status status = parse(&plain, "a --out b --set c=1 --set d=2", &options, &why);
        bool was_refused = alloc_refused();
        alloc_fail_at(0);
        if (!was_refused) {
            assert_int_equal(status, YK_OK);
            options_free(options);
            return;
        }
        assert_int_equal(status, YK_ERR_MEMORY);
        assert_null(options);
    }
    fail();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_of_giving_a_value_are_understood),
        cmocka_unit_test(a_list_keeps_its_order_and_the_same_value_may_be_said_twice),
        cmocka_unit_test(what_follows_two_dashes_is_an_operand),
        cmocka_unit_test(sentences_say_what_is_wrong_and_what_would_be_right),
        cmocka_unit_test(a_verb_is_needed_and_must_be_known),
        cmocka_unit_test(help_needs_no_operands),
        cmocka_unit_test(ranges_are_read_from_the_name_of_the_value),
        cmocka_unit_test(refused_memory_is_said_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
