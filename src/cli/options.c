/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * getopt_long behind the option tables. getopt_long stays silent (opterr = 0); what is wrong is
 * said with the option that was probably meant.
 */
#include "src/cli/options.h"

#include <assert.h>
#include <getopt.h>
#include <math.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/cli/nearest.h"

const struct option_spec options_common[] = {
    {"zone", 0, OPTION_TEXT, "Area/City", "記録計の時計の時間帯(例 Asia/Tokyo)",
     "time zone of the recorder's clock, such as Asia/Tokyo"},
    {"lang", 0, OPTION_TEXT, "ja|en", "表示の言語。指定がなければ環境変数 LANG に従う",
     "language of what is shown; otherwise LANG decides"},
    {"store", 0, OPTION_FOLDER, "DIR",
     "記録を保管するフォルダー(既定は $YOAKE_STORE か ~/.local/share/yoake)",
     "folder of the participants' store (default $YOAKE_STORE or ~/.local/share/yoake)"},
    {"json", 0, OPTION_FLAG, NULL, "結果をJSONで標準出力に書く", "write the result as JSON"},
    {"quiet", 'q', OPTION_FLAG, NULL, "エラーのほかは何も言わない", "say nothing but errors"},
    {"verbose", 'v', OPTION_FLAG, NULL, "していることを詳しく言う", "say what is being done"},
    {"no-progress", 0, OPTION_FLAG, NULL, "進み具合を表示しない", "show no progress bar"},
    {"help", 'h', OPTION_FLAG, NULL, "この説明を表示する", "show this help"},
    OPTION_LAST};

struct given {
    const struct option_spec *spec;
    const char *text; /* "" for a flag */
    double number;
    int64_t integer;
};

struct options {
    struct given *given;
    size_t n_given, given_capacity;
    const char **operands;
    size_t n_operands;
};

enum { SPECS_MAX = 96, LONG_BASE = 1000 };

/* What the parser works with. */
struct parsing {
    const struct command *command;
    const struct option_spec *specs[SPECS_MAX];
    size_t n_specs;
    struct option longs[SPECS_MAX + 1];
    char letters[2 * SPECS_MAX + 3];
};

static bool is_own(const struct command *command, const char *name)
{
    const struct option_spec *own = command != NULL ? command->options : NULL;
    for (; own != NULL && own->name != NULL; own++) {
        if (strcmp(own->name, name) == 0) {
            return true;
        }
    }
    return false;
}

const struct option_spec *option_at(const struct command *command, size_t i)
{
    const struct option_spec *own = command != NULL ? command->options : NULL;
    for (; own != NULL && own->name != NULL; own++) {
        if (i-- == 0) {
            return own;
        }
    }
    for (const struct option_spec *common = options_common; common->name != NULL; common++) {
        if (!is_own(command, common->name) && i-- == 0) {
            return common;
        }
    }
    return NULL;
}

bool option_is_common(const struct option_spec *spec)
{
    const struct option_spec *common = options_common;
    while (common != spec && common->name != NULL) {
        common++;
    }
    return common == spec;
}

void option_add_meaning(const struct option_spec *spec, enum language language,
                        struct text *out)
{
    bool ja = language == LANGUAGE_JA;
    struct option_range range;
    option_range_of(spec, &range);
    text_add(out, ja && spec->ja != NULL ? spec->ja : spec->en);
    if (range.has_range) {
        text_addf(out, " (%s)", strchr(spec->value_name, ':') + 1);
    }
    if (spec->kind == OPTION_LIST) {
        text_add(out, ja ? "。何度でも指定できる" : "; may be given several times");
    }
}

void option_range_of(const struct option_spec *spec, struct option_range *out)
{
    *out = (struct option_range){.min = -INFINITY, .max = INFINITY};
    const char *whole = spec->value_name != NULL ? spec->value_name : "";
    bool is_number = spec->kind == OPTION_INTEGER || spec->kind == OPTION_NUMBER;
    const char *colon = is_number ? strchr(whole, ':') : NULL;
    size_t n = colon != NULL ? (size_t)(colon - whole) : strlen(whole);
    n = n < sizeof out->name ? n : sizeof out->name - 1;
    memcpy(out->name, whole, n);
    const char *dots = colon != NULL ? strstr(colon, "..") : NULL;
    if (dots == NULL) {
        return;
    }
    bool has_min = text_parse_double(colon + 1, (size_t)(dots - colon - 1), &out->min);
    bool has_max = text_parse_double(dots + 2, strlen(dots + 2), &out->max);
    out->has_range = has_min || has_max;
}

/* ---- reading values ---- */

/* The i-th of that name; of what is no list there is one at most. */
static const struct given *find(const struct options *self, const char *name, size_t i)
{
    for (size_t k = 0; k < self->n_given; k++) {
        if (strcmp(self->given[k].spec->name, name) == 0 && i-- == 0) {
            return &self->given[k];
        }
    }
    return NULL;
}

bool options_has(const struct options *self, const char *name)
{
    return find(self, name, 0) != NULL;
}

const char *options_text(const struct options *self, const char *name)
{
    return options_list(self, name, 0);
}

const char *options_list(const struct options *self, const char *name, size_t i)
{
    const struct given *given = find(self, name, i);
    return given != NULL ? given->text : NULL;
}

size_t options_list_n(const struct options *self, const char *name)
{
    size_t n = 0;
    while (find(self, name, n) != NULL) {
        n++;
    }
    return n;
}

long long options_integer(const struct options *self, const char *name, long long fallback)
{
    const struct given *given = find(self, name, 0);
    return given != NULL ? given->integer : fallback;
}

double options_number(const struct options *self, const char *name, double fallback)
{
    const struct given *given = find(self, name, 0);
    return given != NULL ? given->number : fallback;
}

size_t options_operands(const struct options *self)
{
    return self->n_operands;
}

const char *options_operand(const struct options *self, size_t i)
{
    return i < self->n_operands ? self->operands[i] : NULL;
}

const char *const *options_operand_list(const struct options *self)
{
    return self->operands;
}

void options_free(struct options *self)
{
    if (self != NULL) {
        mem_free(self->given);
        mem_free(self->operands);
        mem_free(self);
    }
}

/* ---- what is wrong ---- */

static enum yk_status wrong_unknown(const struct parsing *p, const char *word,
                                    struct failure *why)
{
    char name[64];
    const char *start = word;
    while (*start == '-') {
        start++;
    }
    size_t n = strcspn(start, "=");
    n = n < sizeof name ? n : sizeof name - 1;
    memcpy(name, start, n);
    name[n] = '\0';
    const char *names[SPECS_MAX];
    size_t n_names = 0;
    for (size_t i = 0; i < p->n_specs; i++) {
        if (p->specs[i]->en != NULL) {
            names[n_names++] = p->specs[i]->name;
        }
    }
    char dashed[72] = "--";
    strncat(dashed, name, sizeof dashed - 3);
    struct text near;
    text_init(&near);
    nearest_list(name, names, n_names, 1, &near);
    enum yk_status status =
        near.length > 0
            ? failure_set(why, YK_ERR_ARGUMENT, "there is no option %s; did you mean --%s?",
                          dashed, text_string(&near))
            : failure_set(why, YK_ERR_ARGUMENT, "there is no option %s", dashed);
    text_release(&near);
    return status;
}

static enum yk_status wrong_range(const struct option_spec *spec, const char *value,
                                  struct failure *why)
{
    struct option_range range;
    option_range_of(spec, &range);
    struct text what, right;
    text_init(&what);
    text_init(&right);
    text_addf(&what, "--%s %s", spec->name, value);
    text_add(&right, spec->kind == OPTION_INTEGER ? "a whole number" : "a number");
    if (isfinite(range.min)) {
        text_add(&right, " from ");
        text_add_exact(&right, range.min);
    }
    if (isfinite(range.max)) {
        text_add(&right, " to ");
        text_add_exact(&right, range.max);
    }
    enum yk_status status = failure_set(why, YK_ERR_ARGUMENT, "%s: what goes here is %s",
                                        text_string(&what), text_string(&right));
    text_release(&what);
    text_release(&right);
    return status;
}

static enum yk_status wrong_without_value(const struct option_spec *spec, struct failure *why)
{
    struct option_range range;
    option_range_of(spec, &range);
    return failure_set(why, YK_ERR_ARGUMENT, "--%s needs a value (%s)", spec->name, range.name);
}

/* ---- parsing ---- */

static void parsing_init(struct parsing *p, const struct command *command)
{
    *p = (struct parsing){.command = command};
    size_t n_letters = 0;
    p->letters[n_letters++] = ':'; /* a missing value is told apart from an unknown option */
    const struct option_spec *spec;
    for (size_t i = 0; (spec = option_at(command, i)) != NULL; i++) {
        assert(i < SPECS_MAX);
        bool has_value = spec->kind != OPTION_FLAG;
        p->specs[i] = spec;
        p->longs[i] = (struct option){
            .name = spec->name,
            .has_arg = has_value ? required_argument : no_argument,
            .val = LONG_BASE + (int)i,
        };
        if (spec->letter != 0) {
            p->letters[n_letters++] = spec->letter;
            if (has_value) {
                p->letters[n_letters++] = ':';
            }
        }
        p->n_specs = i + 1;
    }
}

/* NULL when getopt's answer stands for no option. */
static const struct option_spec *spec_of(const struct parsing *p, int answer)
{
    if (answer >= LONG_BASE && (size_t)(answer - LONG_BASE) < p->n_specs) {
        return p->specs[answer - LONG_BASE];
    }
    for (size_t i = 0; i < p->n_specs; i++) {
        if (answer != 0 && p->specs[i]->letter == answer) {
            return p->specs[i];
        }
    }
    return NULL;
}

static enum yk_status take(struct options *self, const struct option_spec *spec,
                           const char *value, struct failure *why)
{
    struct given given = {.spec = spec, .text = value != NULL ? value : "", .number = NAN};
    struct option_range range;
    option_range_of(spec, &range);
    if (spec->kind == OPTION_INTEGER || spec->kind == OPTION_NUMBER) {
        bool good = spec->kind == OPTION_INTEGER
                        ? text_parse_int64(value, strlen(value), &given.integer)
                        : text_parse_double(value, strlen(value), &given.number);
        if (spec->kind == OPTION_INTEGER) {
            given.number = (double)given.integer;
        }
        if (!good || given.number < range.min || given.number > range.max) {
            return wrong_range(spec, value, why);
        }
        if (spec->kind == OPTION_NUMBER && fabs(given.number) < 9e18) {
            given.integer = (int64_t)given.number;
        }
    } else if (spec->kind != OPTION_FLAG && *given.text == '\0') {
        return failure_set(why, YK_ERR_ARGUMENT, "the value of --%s is empty", spec->name);
    }
    for (size_t i = 0; i < self->n_given; i++) {
        /* Which of two values was meant is anybody's guess; the same one again is none. */
        if (self->given[i].spec == spec && spec->kind != OPTION_LIST) {
            return strcmp(self->given[i].text, given.text) == 0
                       ? YK_OK
                       : failure_set(why, YK_ERR_ARGUMENT,
                                     "--%s is given twice (%s, %s): leave one of them out",
                                     spec->name, self->given[i].text, given.text);
        }
    }
    if (MEM_RESERVE(self->given, self->n_given, self->given_capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the command line");
    }
    self->given[self->n_given++] = given;
    return YK_OK;
}

static enum yk_status take_options(const struct parsing *p, struct options *self, int argc,
                                   char **argv, struct failure *why)
{
    opterr = 0;
    optind = 0; /* GNU: start anew */
    for (;;) {
        int before = optind > 0 ? optind : 1;
        int answer = getopt_long(argc, argv, p->letters, p->longs, NULL);
        if (answer == -1) {
            return YK_OK;
        }
        const char *word = argv[optind > before ? optind - 1 : before];
        if (answer == ':' || answer == '?') {
            const struct option_spec *known = optopt != 0 ? spec_of(p, optopt) : NULL;
            if (known == NULL && optopt != 0 && optopt < LONG_BASE) {
                char letter[3] = {'-', (char)optopt, '\0'};
                return failure_set(why, YK_ERR_ARGUMENT, "there is no option %s", letter);
            }
            if (known == NULL) {
                return wrong_unknown(p, word, why);
            }
            return answer == ':'
                       ? wrong_without_value(known, why)
                       : failure_set(why, YK_ERR_ARGUMENT, "--%s takes no value", known->name);
        }
        enum yk_status status = take(self, spec_of(p, answer), optarg, why);
        if (status != YK_OK) {
            return status;
        }
    }
}

static enum yk_status check_verb(const struct parsing *p, const struct options *self,
                                 struct failure *why)
{
    const char *const *verbs = p->command->verbs;
    const char *verb = options_operand(self, 0);
    struct text all;
    text_init(&all);
    size_t n = 0;
    for (; verbs[n] != NULL; n++) {
        if (verb != NULL && strcmp(verbs[n], verb) == 0) {
            text_release(&all);
            return YK_OK;
        }
        text_addf(&all, "%s%s", n > 0 ? ", " : "", verbs[n]);
    }
    enum yk_status status;
    if (verb == NULL) {
        status = failure_set(why, YK_ERR_ARGUMENT, "%s needs to know what to do: %s",
                             p->command->name, text_string(&all));
    } else {
        struct text near;
        text_init(&near);
        nearest_list(verb, verbs, n, 1, &near);
        status = near.length > 0
                     ? failure_set(why, YK_ERR_ARGUMENT, "there is no %s; did you mean: %s",
                                   verb, text_string(&near))
                     : failure_set(why, YK_ERR_ARGUMENT, "there is no %s; what there is: %s",
                                   verb, text_string(&all));
        text_release(&near);
    }
    text_release(&all);
    return status;
}

static enum yk_status check_operands(const struct parsing *p, const struct options *self,
                                     struct failure *why)
{
    const struct command *command = p->command;
    if (command->verbs != NULL) {
        enum yk_status status = check_verb(p, self, why);
        if (status != YK_OK) {
            return status;
        }
    }
    bool is_short = self->n_operands < (size_t)command->min_operands;
    bool is_long =
        command->max_operands >= 0 && self->n_operands > (size_t)command->max_operands;
    if (!is_short && !is_long) {
        return YK_OK;
    }
    struct text usage; /* "yoake statement list CODE [ID]" */
    text_init(&usage);
    text_addf(&usage, "yoake %s", command->name);
    if (command->verbs != NULL) {
        text_addf(&usage, " %s", self->operands[0]);
    }
    if (command->operands != NULL && *command->operands != '\0') {
        text_addf(&usage, " %s", command->operands);
    }
    enum yk_status status =
        is_short ? failure_set(why, YK_ERR_ARGUMENT, "something is missing; it is written: %s",
                               text_string(&usage))
                 : failure_set(why, YK_ERR_ARGUMENT, "%s is one too many; it is written: %s",
                               self->operands[command->max_operands], text_string(&usage));
    text_release(&usage);
    return status;
}

enum yk_status options_parse(const struct command *command, int argc, char **argv,
                             struct options **out, struct failure *why)
{
    struct parsing p;
    parsing_init(&p, command);
    struct options *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the command line");
    }
    enum yk_status status = take_options(&p, self, argc, argv, why);
    if (status == YK_OK) {
        self->n_operands = (size_t)(argc - optind);
        self->operands = mem_alloc(self->n_operands, sizeof *self->operands);
        if (self->operands == NULL) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory for the command line");
            self->n_operands = 0;
        }
    }
    for (size_t i = 0; status == YK_OK && i < self->n_operands; i++) {
        self->operands[i] = argv[(size_t)optind + i];
    }
    if (status == YK_OK && !options_has(self, "help")) {
        status = check_operands(&p, self, why);
    }
    if (status != YK_OK) {
        options_free(self);
        return status;
    }
    *out = self;
    return YK_OK;
}
