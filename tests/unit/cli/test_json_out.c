/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/cli/json_out.h"

static char *written(struct json_out *json)
{
    char *at = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&at, &n);
    struct failure why;
    assert_int_equal(json_out_write(json, out, false, &why), YK_OK);
    fclose(out);
    json_out_free(json);
    return at;
}

static void unknown_is_null_never_zero(void **state)
{
    (void)state;
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_number(json, "nan", (double)NAN);
    json_out_rounded(json, "inf", (double)INFINITY, 2);
    json_out_text(json, "none", NULL);
    json_out_text(json, "empty", "");
    json_out_known_text(json, "unknown", "");
    json_out_integer(json, "never", TIME_UNKNOWN);
    json_out_integer(json, "zero", 0);
    json_out_bool(json, "no", false);
    json_out_end(json);
    char *got = written(json);
    assert_string_equal(got, "{\"nan\":null,\"inf\":null,\"none\":null,\"empty\":\"\","
                             "\"unknown\":null,\"never\":null,\"zero\":0,\"no\":false}\n");
    free(got);
}

static void numbers_are_exact_times_are_integers(void **state)
{
    (void)state;
    struct json_out *json = json_out_new();
    json_out_array(json, NULL);
    json_out_number(json, NULL, 0.1);
    json_out_rounded(json, NULL, 2.0 / 3, 3);
    json_out_rounded(json, NULL, -0.0001, 2);
    json_out_integer(json, NULL, INT64_C(1718580680000000001));
    json_out_object(json, NULL);
    json_out_text(json, "a", "夜明け");
    json_out_end(json);
    json_out_end(json);
    char *got = written(json);
    assert_string_equal(got, "[0.1,0.667,0.0,1718580680000000001,{\"a\":\"夜明け\"}]\n");
    free(got);
}

static void broken_text_does_not_lose_the_document(void **state)
{
    (void)state;
    struct json_out *json = json_out_new();
    json_out_array(json, NULL);
    json_out_text(json, NULL, "\xff\xfe");
    json_out_text(json, NULL, "good");
    json_out_end(json);
    char *got = written(json);
    assert_string_equal(got, "[\"\xef\xbf\xbd\xef\xbf\xbd\",\"good\"]\n");
    free(got);
}

static void refused_memory_is_said_at_the_end(void **state)
{
    (void)state;
    struct failure why;
    json_out_object(NULL, NULL);
    json_out_text(NULL, "a", "b");
    json_out_end(NULL);
    assert_int_equal(json_out_write(NULL, stdout, true, &why), YK_ERR_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_is_null_never_zero),
        cmocka_unit_test(numbers_are_exact_times_are_integers),
        cmocka_unit_test(broken_text_does_not_lose_the_document),
        cmocka_unit_test(refused_memory_is_said_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
