/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of rules, from methods.def and methods_absent.def.
 */
#include "algorithms/methods.h"

#include <string.h>

static const struct method METHODS[] = {
#define METHOD(id, kind, when, name, paper, input, en, ja)                                     \
    {#id, METHOD_##kind, when, name, paper, input, en, ja},
#include "algorithms/methods.def"
#undef METHOD
};

static const struct absent_method ABSENT[] = {
#define NOT_OFFERED(id, name, paper, en, ja) {#id, name, paper, en, ja},
#include "algorithms/methods_absent.def"
#undef NOT_OFFERED
};

size_t method_count(void)
{
    return sizeof METHODS / sizeof *METHODS;
}

const struct method *method_at(size_t i)
{
    return i < method_count() ? &METHODS[i] : NULL;
}

const struct method *method_find(const char *id)
{
    for (size_t i = 0; i < method_count(); i++) {
        if (strcmp(METHODS[i].id, id) == 0) {
            return &METHODS[i];
        }
    }
    return NULL;
}

/* Whether `word` is one of the alternatives "default|oakley", which end at '&' or ';'. */
static bool is_among(const char *word, const char *alternatives)
{
    size_t n = strlen(word);
    for (const char *at = alternatives; *at != '\0' && *at != '&' && *at != ';';
         at += *at == '|') {
        size_t length = strcspn(at, "|&;");
        if (length == n && strncmp(at, word, n) == 0) {
            return true;
        }
        at += length;
    }
    return false;
}

/* Whether the parameter called [name, name + n) has one of the values in `words`. */
static bool parameter_is(const struct parameters *parameters, const char *name, size_t n,
                         const char *words)
{
    bool is_same = false;
    struct text value;
    text_init(&value);
    for (size_t i = 0; i < parameters_count(); i++) {
        const char *known = parameters_info(i)->name;
        if (strlen(known) == n && strncmp(known, name, n) == 0) {
            parameters_value(parameters, i, &value);
            is_same = is_among(text_string(&value), words);
        }
    }
    text_release(&value);
    return is_same;
}

/* Whether the files hold what [word, word + n) says; "always" asks for nothing. */
static bool files_hold(const char *word, size_t n, unsigned files)
{
    static const struct {
        const char *word;
        unsigned any_of;
    } words[] = {{"samples", METHOD_SAMPLES},
                 {"counts", METHOD_COUNTS},
                 {"enmo", METHOD_SAMPLES | METHOD_ENMO},
                 {"angles", METHOD_SAMPLES | METHOD_ANGLES}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) == n && strncmp(words[i].word, word, n) == 0) {
            return (files & words[i].any_of) != 0;
        }
    }
    return n == 6 && strncmp(word, "always", n) == 0;
}

/* One condition of `when`, which ends at '&', ';' or at the end. */
static bool holds(const char *condition, const struct parameters *parameters, unsigned files)
{
    size_t n = strcspn(condition, "!=&;");
    if (condition[n] != '=' && condition[n] != '!') {
        return files_hold(condition, n, files);
    }
    bool is_not = condition[n] == '!';
    return parameter_is(parameters, condition, n, condition + n + 1 + is_not) != is_not;
}

bool method_is_in_force(const struct method *self, const struct parameters *parameters,
                        unsigned files)
{
    bool all = true;
    for (const char *at = self->when; *at != '\0'; at += *at != '\0') {
        all = all && holds(at, parameters, files);
        at += strcspn(at, "&;");
        if (*at != '&') { /* the end of a group */
            if (all) {
                return true;
            }
            all = true;
        }
    }
    return false;
}

const char *method_kind_word(enum method_kind kind)
{
    static const char *const word[] = {"signal", "nonwear", "rest", "scorer", "rhythm"};
    return (size_t)kind < sizeof word / sizeof *word ? word[kind] : "";
}

size_t absent_method_count(void)
{
    return sizeof ABSENT / sizeof *ABSENT;
}

const struct absent_method *absent_method_at(size_t i)
{
    return i < absent_method_count() ? &ABSENT[i] : NULL;
}
