/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake rules: every recipe, every parameter with its value in each, and every method with its
 * paper. Nothing is written down here: both come from the tables that the computation uses.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "algorithms/methods.h"
#include "src/base/utf8.h"
#include "src/base/wrap.h"
#include "src/cli/command.h"
#include "src/cli/json_out.h"
#include "src/model/parameters.h"

enum { MEANING_INDENT = 6 };

enum { RECIPES_MAX = 8 };

struct recipes { /* in the order of recipes_info(), the default first */
    struct parameters of[RECIPES_MAX];
};

static bool is_wanted(const struct cli *cli, const char *name, const char *kind)
{
    const char *wanted = options_operand(cli->options, 0);
    return wanted == NULL || strstr(name, wanted) != NULL || strcmp(kind, wanted) == 0;
}

static void add_range(const struct parameter_info *info, struct text *out)
{
    if (info->words != NULL) {
        for (const char *at = info->words; *at != '\0'; at++) {
            text_add_char(out, *at == ' ' ? '|' : *at);
        }
    } else {
        text_add_exact(out, info->min);
        text_add(out, "..");
        text_add_exact(out, info->max);
        text_addf(out, "%s%s", *info->unit != '\0' ? " " : "", info->unit);
    }
}

static void show_parameter(const struct cli *cli, const struct recipes *recipes, size_t i,
                           struct text *out)
{
    const struct parameter_info *info = parameters_info(i);
    struct text ours, other, range;
    text_init(&ours);
    text_init(&other);
    text_init(&range);
    parameters_value(&recipes->of[0], i, &ours);
    add_range(info, &range);
    text_addf(out, "  %s = %s", info->name, text_string(&ours));
    bool is_first = true;
    for (size_t k = 1; k < recipes_count(); k++) {
        text_clear(&other);
        parameters_value(&recipes->of[k], i, &other);
        if (strcmp(text_string(&ours), text_string(&other)) != 0) {
            text_addf(out, "%s%s: %s", is_first ? "  (" : "; ", recipes_info(k)->name,
                      text_string(&other));
            is_first = false;
        }
    }
    text_add(out, is_first ? "" : ")");
    text_addf(out, "  [%s]\n%*s", text_string(&range), MEANING_INDENT, "");
    text_add_wrapped(out, cli_say(cli, info->ja, info->en), MEANING_INDENT, MEANING_INDENT,
                     cli->columns);
    text_release(&ours);
    text_release(&other);
    text_release(&range);
}

static void show_method(const struct cli *cli, const struct method *method, struct text *out)
{
    text_addf(out, "  %s: %s (%s)\n%*s", method->id, method->name,
              method_kind_word(method->kind), MEANING_INDENT, "");
    text_add_wrapped(out, cli_say(cli, method->ja, method->en), MEANING_INDENT, MEANING_INDENT,
                     cli->columns);
    struct text source;
    text_init(&source);
    text_addf(&source, "%s; %s: %s", method->citation, cli_say(cli, "入力", "input"),
              method->input);
    text_addf(out, "%*s", MEANING_INDENT, "");
    text_add_wrapped(out, text_string(&source), MEANING_INDENT, MEANING_INDENT, cli->columns);
    text_release(&source);
}

static size_t show_recipes(const struct cli *cli, struct text *out)
{
    size_t n = 0;
    for (size_t k = 0; k < recipes_count(); k++) {
        const struct recipe_info *info = recipes_info(k);
        if (!is_wanted(cli, info->name, "recipe")) {
            continue;
        }
        if (n++ == 0) {
            text_addf(out, "%s\n\n",
                      cli_say(cli, "手順(--recipe 名前)", "Recipes (--recipe NAME)"));
        }
        text_addf(out, "  %s\n%*s", info->name, MEANING_INDENT, "");
        text_add_wrapped(out, cli_say(cli, info->ja, info->en), MEANING_INDENT, MEANING_INDENT,
                         cli->columns);
        if (*info->settings != '\0') {
            text_addf(out, "%*s", MEANING_INDENT, "");
            text_add_wrapped(out, info->settings, MEANING_INDENT, MEANING_INDENT, cli->columns);
        }
    }
    if (n > 0) {
        text_add(out, "\n");
    }
    return n;
}

/* Asked for by name, or at the end of the whole list. */
static size_t show_absent(const struct cli *cli, struct text *out)
{
    size_t n = 0;
    for (size_t i = 0; i < absent_method_count(); i++) {
        const struct absent_method *method = absent_method_at(i);
        if (!is_wanted(cli, method->id, "absent")) {
            continue;
        }
        if (n++ == 0) {
            text_addf(out, "%s%s\n\n", out->length > 0 ? "\n" : "",
                      cli_say(cli, "載せていない方法とその理由", "Not offered, and why"));
        }
        text_addf(out, "  %s: %s\n%*s", method->id, method->name, MEANING_INDENT, "");
        text_add_wrapped(out, cli_say(cli, method->ja, method->en), MEANING_INDENT,
                         MEANING_INDENT, cli->columns);
        text_addf(out, "%*s", MEANING_INDENT, "");
        text_add_wrapped(out, method->citation, MEANING_INDENT, MEANING_INDENT, cli->columns);
    }
    return n;
}

static size_t show(const struct cli *cli, const struct recipes *recipes, struct text *out)
{
    size_t n_parameters = 0, n_methods = 0, n_recipes = show_recipes(cli, out);
    for (size_t i = 0; i < parameters_count(); i++) {
        if (is_wanted(cli, parameters_info(i)->name, "parameter")) {
            if (n_parameters++ == 0) {
                text_addf(out, "%s\n\n",
                          cli_say(cli, "手順の値(--set 名前=値 で変えられます)",
                                  "Parameters (--set NAME=VALUE changes one)"));
            }
            show_parameter(cli, recipes, i, out);
        }
    }
    for (size_t i = 0; i < method_count(); i++) {
        const struct method *method = method_at(i);
        if (is_wanted(cli, method->id, method_kind_word(method->kind))) {
            if (n_methods++ == 0) {
                text_addf(out, "%s%s\n\n", n_parameters > 0 ? "\n" : "",
                          cli_say(cli, "計算の方法と論文", "Methods and their papers"));
            }
            show_method(cli, method, out);
        }
    }
    return n_recipes + n_parameters + n_methods + show_absent(cli, out);
}

static void json_value(struct json_out *json, const char *key,
                       const struct parameters *parameters, size_t i)
{
    struct text value;
    double number = 0;
    text_init(&value);
    parameters_value(parameters, i, &value);
    if (parameters_info(i)->words == NULL &&
        text_parse_double(text_string(&value), value.length, &number)) {
        json_out_number(json, key, number);
    } else {
        json_out_text(json, key, text_string(&value));
    }
    text_release(&value);
}

static void json_parameter(struct json_out *json, const struct recipes *recipes, size_t i)
{
    const struct parameter_info *info = parameters_info(i);
    json_out_object(json, NULL);
    json_out_text(json, "name", info->name);
    for (size_t k = 0; k < recipes_count(); k++) {
        json_value(json, recipes_info(k)->name, &recipes->of[k], i);
    }
    json_out_known_text(json, "unit", info->unit);
    json_out_number(json, "min", info->words == NULL ? info->min : NAN);
    json_out_number(json, "max", info->words == NULL ? info->max : NAN);
    json_out_array(json, "choices");
    for (const char *at = info->words; at != NULL && *at != '\0';) {
        char word[32];
        size_t n = strcspn(at, " "), room = n < sizeof word ? n : sizeof word - 1;
        memcpy(word, at, room);
        word[room] = '\0';
        json_out_text(json, NULL, word);
        at += n + strspn(at + n, " ");
    }
    json_out_end(json);
    json_out_text(json, "meaning_en", info->en);
    json_out_text(json, "meaning_ja", info->ja);
    json_out_end(json);
}

static void json_absent(const struct cli *cli, struct json_out *json)
{
    json_out_array(json, "not_offered");
    for (size_t i = 0; i < absent_method_count(); i++) {
        const struct absent_method *method = absent_method_at(i);
        if (is_wanted(cli, method->id, "absent")) {
            json_out_object(json, NULL);
            json_out_text(json, "id", method->id);
            json_out_text(json, "name", method->name);
            json_out_text(json, "paper", method->citation);
            json_out_text(json, "why_en", method->en);
            json_out_text(json, "why_ja", method->ja);
            json_out_end(json);
        }
    }
    json_out_end(json);
}

static enum yk_status write_json(const struct cli *cli, const struct recipes *recipes,
                                 struct failure *why)
{
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_array(json, "recipes");
    for (size_t k = 0; k < recipes_count(); k++) {
        const struct recipe_info *info = recipes_info(k);
        if (is_wanted(cli, info->name, "recipe")) {
            json_out_object(json, NULL);
            json_out_text(json, "name", info->name);
            json_out_text(json, "settings", info->settings);
            json_out_text(json, "meaning_en", info->en);
            json_out_text(json, "meaning_ja", info->ja);
            json_out_end(json);
        }
    }
    json_out_end(json);
    json_out_array(json, "parameters");
    for (size_t i = 0; i < parameters_count(); i++) {
        if (is_wanted(cli, parameters_info(i)->name, "parameter")) {
            json_parameter(json, recipes, i);
        }
    }
    json_out_end(json);
    json_out_array(json, "methods");
    for (size_t i = 0; i < method_count(); i++) {
        const struct method *method = method_at(i);
        if (is_wanted(cli, method->id, method_kind_word(method->kind))) {
            json_out_object(json, NULL);
            json_out_text(json, "id", method->id);
            json_out_text(json, "kind", method_kind_word(method->kind));
            json_out_text(json, "name", method->name);
            json_out_text(json, "paper", method->citation);
            json_out_text(json, "input", method->input);
            json_out_text(json, "meaning_en", method->en);
            json_out_text(json, "meaning_ja", method->ja);
            json_out_end(json);
        }
    }
    json_out_end(json);
    json_absent(cli, json);
    json_out_end(json);
    return cli_json_write(cli, json, true, why);
}

static int run(struct cli *cli)
{
    struct failure why;
    struct recipes recipes;
    enum yk_status status = YK_OK;
    assert(recipes_count() <= RECIPES_MAX);
    for (size_t k = 0; k < recipes_count() && status == YK_OK; k++) {
        status = parameters_of_recipe(recipes_info(k)->name, &recipes.of[k], &why);
    }
    struct text out;
    text_init(&out);
    if (status == YK_OK && show(cli, &recipes, &out) == 0) {
        const char *said = options_operand(cli->options, 0);
        status = failure_set(&why, YK_ERR_NO_DEVICE,
                             "no parameter and no method has \"%.*s\" in its name; all of "
                             "them: yoake rules",
                             utf8_shown(said, 60), said);
    }
    if (status == YK_OK) {
        status = cli->is_json ? write_json(cli, &recipes, &why) : cli_put_text(&out, &why);
    }
    text_release(&out);
    return status == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

const struct command command_rules = {
    .name = "rules",
    .operands = "[WORD]",
    .ja = "計算の規則すべて:値、既定、範囲、もとになった論文",
    .en = "every rule: parameters with defaults and ranges, methods with their papers",
    .details_ja =
        "WORD を書くと、名前にその語を含むもの、またはその種類"
        "(recipe, parameter, signal, nonwear, rest, scorer, rhythm, absent)だけを表示します。"
        "名前を挙げて求められても載せていない方法(UCSD など)は、その理由を最後に示します。",
    .details_en = "With WORD, only those with the word in their name, or of that kind "
                  "(recipe, parameter, signal, nonwear, rest, scorer, rhythm, absent). Methods "
                  "that are asked for by name and are not offered, UCSD among them, come last, "
                  "with the reason.",
    .examples = "yoake rules\nyoake rules nonwear\nyoake rules --json",
    .options = NULL,
    .min_operands = 0,
    .max_operands = 1,
    .run = run,
};
