/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parameter table: names, ranges and the values of the recipes, from parameters.def.
 */
#include "src/model/parameters.h"

#include <stdio.h>
#include <string.h>

#include "src/base/near_names.h"
#include "src/base/utf8.h"

struct entry {
    struct parameter_info info;
    size_t offset;
    double number[2];    /* per recipe; a NUMBER */
    const char *word[2]; /* per recipe; a CHOICE */
};

enum value_column { COLUMN_OURS, COLUMN_GGIR }; /* of parameters.def */

struct recipe_line {
    struct recipe_info info;
    enum value_column column;
};

static const struct recipe_line RECIPES[] = {
#define RECIPE(name, column, settings, en, ja) {{name, settings, en, ja}, COLUMN_##column},
#include "src/model/recipes.def"
#undef RECIPE
};
enum { RECIPE_COUNT = sizeof RECIPES / sizeof *RECIPES };

static const struct entry ENTRY[] = {
#define NUMBER(name, def, ggir, min, max, unit, en, ja)                                        \
    {{#name, unit, NULL, min, max, en, ja},                                                    \
     offsetof(struct parameters, name),                                                        \
     {def, ggir},                                                                              \
     {NULL, NULL}},
#define CHOICE(name, def, ggir, words, en, ja)                                                 \
    {{#name, "", words, 0, 0, en, ja},                                                         \
     offsetof(struct parameters, name),                                                        \
     {0, 0},                                                                                   \
     {#def, #ggir}},
#include "src/model/parameters.def"
#undef NUMBER
#undef CHOICE
};
enum { ENTRY_COUNT = sizeof ENTRY / sizeof *ENTRY };

/* Every choice is stored like this one: gcc and clang give such enums one and the same size. */
typedef enum choice_grid any_choice;

size_t parameters_count(void)
{
    return ENTRY_COUNT;
}

const struct parameter_info *parameters_info(size_t i)
{
    return &ENTRY[i].info;
}

/* ---- words of a choice: "none default ggir" ---- */

/* The i-th word; its length is 0 after the last. */
static const char *word_at(const char *words, size_t i, size_t *length)
{
    for (;; i--) {
        *length = strcspn(words, " ");
        if (i == 0 || *length == 0) {
            return words;
        }
        words += *length;
        words += *words == ' ';
    }
}

static bool find_word(const char *words, const char *value, size_t *at)
{
    size_t length = 0;
    for (size_t i = 0;; i++) {
        const char *word = word_at(words, i, &length);
        if (length == 0) {
            return false;
        }
        if (strlen(value) == length && memcmp(word, value, length) == 0) {
            *at = i;
            return true;
        }
    }
}

static void store_number(struct parameters *self, const struct entry *entry, double value)
{
    memcpy((char *)self + entry->offset, &value, sizeof value);
}

static void store_choice(struct parameters *self, const struct entry *entry, size_t word)
{
    any_choice value = (any_choice)word;
    memcpy((char *)self + entry->offset, &value, sizeof value);
}

/* ---- recipes ---- */

size_t recipes_count(void)
{
    return RECIPE_COUNT;
}

const struct recipe_info *recipes_info(size_t i)
{
    return &RECIPES[i].info;
}

/* "a=1 b=2": each in turn. */
static enum yk_status set_all(struct parameters *self, const char *settings,
                              struct failure *why)
{
    enum yk_status status = YK_OK;
    while (*settings != '\0' && status == YK_OK) {
        char one[128];
        size_t n = strcspn(settings, " ");
        snprintf(one, sizeof one, "%.*s", (int)n, settings);
        status = parameters_set(self, one, why);
        settings += n + strspn(settings + n, " ");
    }
    return status;
}

enum yk_status parameters_of_recipe(const char *recipe, struct parameters *out,
                                    struct failure *why)
{
    size_t which = 0;
    while (which < RECIPE_COUNT && strcmp(recipe, RECIPES[which].info.name) != 0) {
        which++;
    }
    if (which == RECIPE_COUNT) {
        char list[128] = "";
        for (size_t i = 0; i < RECIPE_COUNT; i++) {
            size_t n = strlen(list);
            snprintf(list + n, sizeof list - n, "%s%s", i > 0 ? ", " : "",
                     RECIPES[i].info.name);
        }
        return failure_set(why, YK_ERR_ARGUMENT, "no recipe \"%.*s\"; known: %s",
                           utf8_shown(recipe, 48), recipe, list);
    }
    struct parameters made;
    memset(&made, 0, sizeof made);
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        const struct entry *entry = &ENTRY[i];
        enum value_column column = RECIPES[which].column;
        size_t word = 0;
        if (entry->info.words == NULL) {
            store_number(&made, entry, entry->number[column]);
        } else if (find_word(entry->info.words, entry->word[column], &word)) {
            store_choice(&made, entry, word);
        }
    }
    enum yk_status status = set_all(&made, RECIPES[which].info.settings, why);
    if (status == YK_OK) {
        *out = made;
    }
    return status;
}

/* ---- changing one ---- */

static enum yk_status refuse_name(const char *name, struct failure *why)
{
    struct near_names near;
    char list[NEAR_NAMES_ROOM];
    near_names_init(&near, name);
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        near_names_offer(&near, ENTRY[i].info.name);
    }
    near_names_join(&near, list);
    return failure_set(why, YK_ERR_ARGUMENT, "no parameter \"%.*s\"; nearest: %s",
                       utf8_shown(name, 48), name, list);
}

static enum yk_status set_number(struct parameters *self, const struct entry *entry,
                                 const char *value, struct failure *why)
{
    const struct parameter_info *info = &entry->info;
    double number = 0;
    if (!text_parse_double(value, strlen(value), &number) || number < info->min ||
        number > info->max) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "%s=%.*s: a number from %g to %g%s%s is wanted", info->name,
                           utf8_shown(value, 48), value, info->min, info->max,
                           info->unit[0] != '\0' ? " " : "", info->unit);
    }
    store_number(self, entry, number);
    return YK_OK;
}

enum yk_status parameters_set(struct parameters *self, const char *assignment,
                              struct failure *why)
{
    char name[64];
    const char *equals = strchr(assignment, '=');
    if (equals == NULL || equals == assignment) {
        return failure_set(why, YK_ERR_ARGUMENT, "\"%.*s\" is not NAME=VALUE",
                           utf8_shown(assignment, 64), assignment);
    }
    size_t n = (size_t)(equals - assignment);
    n = n < sizeof name ? n : sizeof name - 1;
    memcpy(name, assignment, n);
    name[n] = '\0';
    size_t i = 0;
    while (i < ENTRY_COUNT && strcmp(ENTRY[i].info.name, name) != 0) {
        i++;
    }
    if (i == ENTRY_COUNT) {
        return refuse_name(name, why);
    }
    if (ENTRY[i].info.words == NULL) {
        return set_number(self, &ENTRY[i], equals + 1, why);
    }
    size_t word = 0;
    if (!find_word(ENTRY[i].info.words, equals + 1, &word)) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s=%.*s: one of these is wanted: %s", name,
                           utf8_shown(equals + 1, 48), equals + 1, ENTRY[i].info.words);
    }
    store_choice(self, &ENTRY[i], word);
    return YK_OK;
}

/* ---- showing ---- */

void parameters_value(const struct parameters *self, size_t i, struct text *out)
{
    const struct entry *entry = &ENTRY[i];
    const char *at = (const char *)self + entry->offset;
    if (entry->info.words == NULL) {
        double number = 0;
        memcpy(&number, at, sizeof number);
        text_add_exact(out, number);
        return;
    }
    any_choice value = 0;
    memcpy(&value, at, sizeof value);
    size_t length = 0;
    const char *word = word_at(entry->info.words, (size_t)value, &length);
    text_add_n(out, word, length);
}

void parameters_to_json(const struct parameters *self, struct text *out)
{
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        const char *quote = ENTRY[i].info.words != NULL ? "\"" : "";
        text_addf(out, "%s\"%s\":%s", i == 0 ? "{" : ",", ENTRY[i].info.name, quote);
        parameters_value(self, i, out);
        text_add(out, quote);
    }
    text_add(out, "}");
}
