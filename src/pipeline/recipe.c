/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recipes by name, from a file, and with single values changed.
 */
#include "src/pipeline/recipe.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "src/base/byte_source.h"
#include "src/base/given.h"
#include "src/base/names.h"
#include "src/base/text.h"

#define RECIPE_FILE_MAX 65536

static bool is_path(const char *word)
{
    return strchr(word, '/') != NULL || name_ends_with(word, ".ini");
}

/* One line: nothing, a comment, a section, or an assignment brought into the form NAME=VALUE.
 */
static enum yk_status take_line(const char *at, size_t n, size_t line, struct given *given,
                                struct recipe *out, struct failure *why)
{
    char assignment[256];
    size_t comment = 0;
    while (comment < n && at[comment] != '#' && at[comment] != ';') {
        comment++;
    }
    n = comment;
    text_trim(&at, &n);
    if (n == 0 || at[0] == '[') {
        return YK_OK;
    }
    const char *equals = memchr(at, '=', n);
    if (equals == NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "'%.*s' is not NAME = VALUE",
                           (int)(n < 60 ? n : 60), at);
    }
    const char *name = at, *value = equals + 1;
    size_t name_n = (size_t)(equals - at), value_n = n - name_n - 1;
    text_trim(&name, &name_n);
    text_trim(&value, &value_n);
    if (name_n + value_n + 2 > sizeof assignment) {
        return failure_set(why, YK_ERR_ARGUMENT, "a line of %zu bytes is too long", n);
    }
    snprintf(assignment, sizeof assignment, "%.*s=%.*s", (int)name_n, name, (int)value_n,
             value);
    bool is_base = strncmp(assignment, "base=", 5) == 0;
    enum yk_status status = given_add(given, name, name_n, value, value_n, line, why);
    if (status != YK_OK) {
        return status;
    }
    if (is_base && given->n > 1) {
        return failure_set(why, YK_ERR_ARGUMENT, "base must be the first assignment");
    }
    return is_base ? parameters_of_recipe(assignment + 5, &out->parameters, why)
                   : parameters_set(&out->parameters, assignment, why);
}

static enum yk_status load_text(const char *at, size_t n, struct recipe *out,
                                struct failure *why)
{
    struct given given = {.n = 0};
    size_t line = 1;
    if (n >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0) { /* as some editors begin a file */
        at += 3;
        n -= 3;
    }
    while (n > 0) {
        const char *end = memchr(at, '\n', n);
        size_t length = end != NULL ? (size_t)(end - at) : n;
        enum yk_status status = take_line(at, length, line, &given, out, why);
        if (status != YK_OK) {
            failure_within(why, "line %zu", line);
            return status;
        }
        size_t step = length + (end != NULL ? 1 : 0);
        at += step;
        n -= step;
        line++;
    }
    return YK_OK;
}

static enum yk_status load_file(const char *path, struct recipe *out, struct failure *why)
{
    char text[RECIPE_FILE_MAX];
    size_t got = 0;
    struct byte_source *bytes = NULL;
    enum yk_status status = file_source_open(path, &bytes, why);
    if (status == YK_OK && bytes->size > sizeof text) {
        status = failure_set(why, YK_ERR_ARGUMENT, "a recipe of %llu bytes cannot be right",
                             (unsigned long long)bytes->size);
    }
    if (status == YK_OK) {
        status = byte_source_read_at(bytes, 0, text, sizeof text, &got, why);
    }
    byte_source_close(bytes);
    if (status == YK_OK) {
        status = load_text(text, got, out, why);
    }
    if (status != YK_OK) {
        failure_within(why, "recipe %s", path);
        return status;
    }
    const char *name = name_of_path(path);
    size_t length = strlen(name) - (name_ends_with(name, ".ini") ? 4 : 0);
    snprintf(out->name, sizeof out->name - 1, "%.*s", (int)(length < 28 ? length : 28), name);
    return YK_OK;
}

static enum yk_status set_each(const char *const *set, size_t n, struct parameters *out,
                               struct failure *why)
{
    struct given given = {.n = 0};
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        size_t name = strcspn(set[i], "=");
        const char *value = set[i] + name + (set[i][name] != '\0');
        status = given_add(&given, set[i], name, value, strlen(value), 0, why);
        status = status == YK_OK ? parameters_set(out, set[i], why) : status;
    }
    return status;
}

enum yk_status recipe_load(const char *name_or_path, const char *const *set, size_t n_set,
                           struct recipe *out, struct failure *why)
{
    struct recipe recipe = {.name = RECIPE_DEFAULT};
    const char *word = name_or_path != NULL ? name_or_path : RECIPE_DEFAULT;
    enum yk_status status;
    if (is_path(word)) {
        status = parameters_of_recipe(RECIPE_DEFAULT, &recipe.parameters, why);
        status = status == YK_OK ? load_file(word, &recipe, why) : status;
    } else {
        status = parameters_of_recipe(word, &recipe.parameters, why);
        snprintf(recipe.name, sizeof recipe.name - 1, "%s", word);
    }
    status = status == YK_OK ? set_each(set, n_set, &recipe.parameters, why) : status;
    if (status == YK_OK) {
        if (n_set > 0) {
            strncat(recipe.name, "+", sizeof recipe.name - strlen(recipe.name) - 1);
        }
        *out = recipe;
    }
    return status;
}
