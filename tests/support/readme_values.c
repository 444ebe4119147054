/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values in the tables of the reference data's READMEs, see readme_values.h.
 */
#include "tests/support/readme_values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"

static char readme[65536];

/* The README's value of a file, "" when it has none. */
const char *readme_value(const char *file, const char *key)
{
    static char value[512];
    char mark[128], row[64];
    value[0] = '\0';
    snprintf(mark, sizeof mark, "**%s**", file);
    snprintf(row, sizeof row, "\n| %s | ", key);
    const char *section = strstr(readme, mark);
    assert_non_null(section);
    const char *end = strstr(section + 2, "\n**");
    const char *at = strstr(section, row);
    if (at == NULL || (end != NULL && at > end)) {
        return value;
    }
    at += strlen(row);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "|\n"), at);
    size_t n = strlen(value);
    while (n > 0 && value[n - 1] == ' ') {
        value[--n] = '\0';
    }
    return value;
}

void readme_says(const char *file, const char *key, const char *actual)
{
    if (strcmp(readme_value(file, key), actual) != 0) {
        print_error("%s: %s is '%s', not '%s'\n", file, key, actual, readme_value(file, key));
        fail();
    }
}

void readme_says_numbers(const char *file, const char *key, const double *actual, size_t n,
                         double tolerance)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", readme_value(file, key));
    const char *at = copy;
    for (size_t i = 0; i < n; i++) {
        char *end;
        double want = strtod(at, &end);
        assert_ptr_not_equal(at, end);
        if (!(fabs(want - actual[i]) <= tolerance)) {
            print_error("%s: %s[%zu] is %.9g, not %.9g\n", file, key, i, actual[i], want);
            fail();
        }
        at = end;
    }
}

bool readme_load(const char *relative)
{
    const char *path = check_shared(relative);
    size_t n = 0;
    char *text = path != NULL ? check_read_file(path, &n) : NULL;
    if (text == NULL) {
        return false;
    }
    assert_true(n < sizeof readme);
    memcpy(readme, text, n);
    readme[n] = '\0';
    free(text);
    return true;
}
