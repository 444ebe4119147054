/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The paragraph of methods.txt, ready for a paper: what was recorded and with what, how much of
 * it was analysed, by which version, recipe and rules, and what is not counted and why.
 *
 * Leaves out: who was recorded, and why; only the study knows.
 */
#include "src/pipeline/batch_methods.h"

#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/version.h"
#include "src/pipeline/cohort_counts.h"

/* ---- words ---- */

static void add_n(size_t n, const char *one, const char *many, struct text *out)
{
    text_addf(out, "%zu %s", n, n == 1 ? one : many);
}

/* Between the i-th and the next of n: ", " or " and ". */
static void add_joint(size_t i, size_t n, struct text *out)
{
    if (i + 1 < n) {
        text_add(out, i + 2 < n ? ", " : " and ");
    }
}

static void add_files(const struct batch_totals *t, const struct cohort_counts *c,
                      struct text *out)
{
    const struct {
        size_t n;
        const char *one, *many;
    } lost[] = {{t->n_failed, "could not be read", "could not be read"},
                {t->n_empty, "held no data", "held no data"},
                {t->n_duplicates, "was the copy of another", "were copies of others"},
                {t->n_skipped, "was not begun", "were not begun"}};
    const size_t n_lost = sizeof lost / sizeof *lost;
    size_t n_kinds = 0;
    for (size_t i = 0; i < n_lost; i++) {
        n_kinds += lost[i].n > 0;
    }
    size_t n = c->of[TALLY_DEVICES].total;
    if (n == 0) {
        text_add(out, "No recording was analysed");
    } else {
        add_n(n, "recording", "recordings", out);
        text_add(out, " of ");
        add_n(c->of[TALLY_PERSONS].n, "person", "persons", out);
        text_addf(out, ", made between %s and %s, %s analysed",
                  c->of[TALLY_FIRST_DAYS].words[0].word,
                  c->of[TALLY_LAST_DAYS].words[c->of[TALLY_LAST_DAYS].n - 1].word,
                  n == 1 ? "was" : "were");
    }
    if (n_kinds > 0) {
        text_add(out, "; of ");
        add_n(t->n_inputs, "file", "files", out);
        text_add(out, ", ");
        for (size_t i = 0, k = 0; i < n_lost; i++) {
            if (lost[i].n > 0) {
                text_addf(out, "%zu %s", lost[i].n,
                          lost[i].n == 1 ? lost[i].one : lost[i].many);
                add_joint(k++, n_kinds, out);
            }
        }
        text_add(out, " (quality.csv)");
    }
    text_add(out, ". ");
}

static void add_devices(const struct cohort_counts *c, struct text *out)
{
    const struct tally *d = &c->of[TALLY_DEVICES];
    if (d->n == 0) {
        return;
    }
    text_add(out, "Movement was recorded with ");
    for (size_t i = 0; i < d->n; i++) {
        text_addf(out, "%s (n = %zu)", d->words[i].word, d->words[i].n);
        add_joint(i, d->n, out);
    }
    text_add(out, ". ");
}

/* ---- recipe and rules ---- */

/* "sib_angle_deg = 6": what differs from the recipe of that name, or, when it has none, from
 * the default. */
static void add_changes(const struct recipe *recipe, struct text *out)
{
    struct parameters base;
    struct text now, before, changes;
    char name[sizeof recipe->name];
    snprintf(name, sizeof name, "%s", recipe->name);
    name[strcspn(name, "+")] = '\0';
    bool is_ours = parameters_of_recipe(name, &base, NULL) == YK_OK;
    if (!is_ours && parameters_of_recipe(RECIPE_DEFAULT, &base, NULL) != YK_OK) {
        return;
    }
    text_init(&now);
    text_init(&before);
    text_init(&changes);
    for (size_t i = 0; i < parameters_count(); i++) {
        const struct parameter_info *info = parameters_info(i);
        text_clear(&now);
        text_clear(&before);
        parameters_value(&recipe->parameters, i, &now);
        parameters_value(&base, i, &before);
        if (strcmp(text_string(&now), text_string(&before)) != 0) {
            text_addf(&changes, "%s%s = %s%s%s", changes.length > 0 ? ", " : "", info->name,
                      text_string(&now), *info->unit != '\0' ? " " : "", info->unit);
        }
    }
    text_addf(out, "with the recipe \"%s\"", name);
    if (changes.length > 0) {
        text_addf(out, " and %s%s", text_string(&changes),
                  is_ours ? "" : ", otherwise as in the default recipe");
    }
    text_release(&now);
    text_release(&before);
    text_release(&changes);
}

/* "angle z", but "ENMO", "ActiGraph counts": names begin a line elsewhere, here they stand in a
 * sentence. */
static void add_name(const char *name, struct text *out)
{
    static const char *const common[] = {"Angle",     "Zero-", "Nonwear", "Runs",
                                         "Sustained", "Sleep", "Best-",   "Fixed",
                                         "Diary",     "Rest",  "Fitted",  "Consolidated"};
    bool is_common = false;
    /* "The rule for nonwear was stillness, ...". */
    name += strncmp(name, "Nonwear by ", 11) == 0 ? 11 : 0;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        is_common = is_common || strncmp(name, common[i], strlen(common[i])) == 0;
    }
    text_add_char(out, is_common ? (char)(name[0] - 'A' + 'a') : name[0]);
    text_add(out, name + 1);
}

/* "ENMO [van Hees et al. 2013, PLoS ONE 8:e61691]" */
static void add_rule(const struct method *m, struct text *out)
{
    add_name(m->name, out);
    if (strncmp(m->citation, "none", 4) != 0) {
        text_addf(out, " [%s]", m->citation);
    }
}

/* Rules of a kind that are in force, without `but`, one after the other; how many. */
static size_t add_rules(enum method_kind kind, const struct parameters *p, unsigned files,
                        const char *but, struct text *out)
{
    size_t n = 0, k = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < method_count(); i++) {
            const struct method *m = method_at(i);
            if (m->kind != kind || strcmp(m->id, but) == 0 ||
                !method_is_in_force(m, p, files)) {
                continue;
            }
            if (pass == 0) {
                n++;
            } else {
                add_rule(m, out);
                add_joint(k++, n, out);
            }
        }
    }
    return n;
}

/* "Counts and tables of ENMO": of what the epochs came, samples aside. */
static void add_tables(size_t n_counts, size_t n_enmo, size_t n_neither, struct text *out)
{
    const struct {
        size_t n;
        const char *name;
    } all[] = {{n_counts, "counts"},
               {n_enmo, "tables of ENMO"},
               {n_neither, "tables without ENMO or counts"}};
    size_t n = 0, at = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        n += all[i].n > 0;
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].n > 0) {
            char first = at == 0 ? (char)(all[i].name[0] - 'a' + 'A') : all[i].name[0];
            text_add_char(out, first);
            text_add(out, all[i].name + 1);
            add_joint(at++, n, out);
        }
    }
}

static void add_signal(const struct cohort_counts *c, const struct parameters *p,
                       struct text *out)
{
    if (c->n_samples > 0) {
        text_add(out, "Acceleration was ");
        if (p->calibrate != CALIBRATE_none) {
            text_addf(out, "calibrated on its own still periods [%s] and ",
                      method_find("autocalibration")->citation);
        }
        text_addf(out, "summarised in epochs of %.0f s as ", p->epoch_s);
        add_rules(METHOD_SIGNAL, p, c->files, "autocalibration", out);
        text_add(out, ". ");
    }
    add_tables(c->n_counts, c->n_enmo, c->n_neither, out);
    if (c->n_counts + c->n_enmo + c->n_neither > 0 && p->counts_epoch_s > 0) {
        text_addf(out, " of shorter epochs were summed to %.0f s. ", p->counts_epoch_s);
    } else if (c->n_counts + c->n_enmo + c->n_neither > 0) {
        text_add(out, " were used in the epochs they were recorded in. ");
    }
}

static void add_nonwear(const struct cohort_counts *c, const struct parameters *p,
                        struct text *out)
{
    struct text rules;
    text_init(&rules);
    size_t n = add_rules(METHOD_NONWEAR, p, c->nonwear_files, "", &rules);
    bool is_ggir = p->nonwear == NONWEAR_ggir2013 || p->nonwear == NONWEAR_ggir2023;
    if (n > 0) {
        text_addf(out, "The %s for nonwear %s %s. ", n == 1 ? "rule" : "rules",
                  n == 1 ? "was" : "were", text_string(&rules));
    } else if (p->nonwear == NONWEAR_recorder) {
        text_add(out, "The recorder's own nonwear was believed. ");
    } else if (p->nonwear == NONWEAR_none) {
        text_add(out, "The recorder was taken to be worn throughout. ");
    }
    if (c->n_enmo + c->n_neither > 0 &&
        (is_ggir || (p->nonwear == NONWEAR_default && n == 0))) {
        add_tables(0, c->n_enmo, c->n_neither, out);
        text_addf(out,
                  " hold nothing that %s rule for nonwear could read: their recorders were "
                  "taken to be worn throughout. ",
                  is_ggir ? "GGIR's" : "the default");
    }
    text_release(&rules);
}

/* The words of sleep_method and the rules they stand for; a scorer's word is its id. */
static const char *rule_of(const char *word, size_t n)
{
    static const struct {
        const char *word, *id;
    } rules[] = {
        {"best-sum", "best_sum"},           {"movement", "sleep_states"},
        {"tudor-locke", "tudor_locke"},     {"logistic", "logistic_rest"},
        {"fixed", "fixed_window"},          {"diary", "diary_window"},
        {"recorder", "recorded_intervals"}, {"ggir-hdcza", "hdcza"},
        {"ggir-diary", "diary_window"},     {"ck_actilife", "cole_kripke_actilife"},
        {"ck_10max", "cole_kripke_10max"},  {"ck_10max_ov", "cole_kripke_10max_ov"},
        {"ck_30max", "cole_kripke_30max"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (strlen(rules[i].word) == n && strncmp(rules[i].word, word, n) == 0) {
            return rules[i].id;
        }
    }
    for (size_t i = 0; i < method_count(); i++) {
        const char *id = method_at(i)->id;
        if (strlen(id) == n && strncmp(id, word, n) == 0) {
            return id;
        }
    }
    return NULL;
}

/* Whether a sleep_method names the rule. */
static bool names_rule(const char *method, const char *id)
{
    for (const char *at = method; *at != '\0'; at += *at == '+') {
        size_t n = strcspn(at, "+");
        const char *rule = rule_of(at, n);
        if (rule != NULL && strcmp(rule, id) == 0) {
            return true;
        }
        at += n;
    }
    return false;
}

/* Whether a night's sleep_method names the rule. */
static bool is_used(const struct tally *methods, const char *id)
{
    for (size_t i = 0; i < methods->n; i++) {
        if (names_rule(methods->words[i].word, id)) {
            return true;
        }
    }
    return false;
}

static bool is_by_angle(const char *method)
{
    return names_rule(method, "sleep_states") || names_rule(method, "sib");
}

/* Tables of ENMO, or of neither ENMO nor counts, may hold angles or counts as well: what their
 * nights were found by tells. */
static unsigned files_of(const struct cohort_counts *c)
{
    const size_t n_tables = c->n_enmo + c->n_neither;
    unsigned files = (c->n_samples > 0 ? METHOD_SAMPLES : 0u) |
                     (c->n_counts > 0 || c->n_samples + n_tables == 0 ? METHOD_COUNTS : 0u) |
                     (c->n_enmo > 0 ? METHOD_ENMO : 0u);
    for (size_t i = 0; n_tables > 0 && i < c->of[TALLY_METHODS].n; i++) {
        files |=
            is_by_angle(c->of[TALLY_METHODS].words[i].word) ? METHOD_ANGLES : METHOD_COUNTS;
    }
    return files;
}

static unsigned nonwear_files_of(const struct cohort_counts *c)
{
    bool is_beside = false;
    for (size_t i = 0; i < c->of[TALLY_ENMO_METHODS].n; i++) {
        is_beside = is_beside || is_by_angle(c->of[TALLY_ENMO_METHODS].words[i].word);
    }
    return is_beside ? c->files : c->files & ~(unsigned)METHOD_ANGLES;
}

static void add_sleep(const struct tally *methods, struct text *out)
{
    const struct method *seen[8] = {0};
    size_t n_seen = 0;
    for (size_t i = 0; i < methods->n; i++) {
        const char *at = methods->words[i].word;
        text_add(out, i == 0 ? "Sleep was looked for by " : "; by ");
        for (size_t k = 0; *at != '\0'; k++, at += *at == '+') {
            size_t n = strcspn(at, "+");
            const char *id = rule_of(at, n);
            const struct method *m = id != NULL ? method_find(id) : NULL;
            bool is_seen = false;
            for (size_t s = 0; s < n_seen; s++) {
                is_seen = is_seen || seen[s] == m;
            }
            text_add(out, k == 0 ? "" : k == 1 ? " with " : " and ");
            if (m == NULL) {
                text_add_n(out, at, n);
            } else if (is_seen) {
                add_name(m->name, out);
            } else {
                add_rule(m, out);
                n_seen += n_seen < sizeof seen / sizeof *seen;
                seen[n_seen - 1] = m;
            }
            at += n;
        }
        text_addf(out, " in ");
        add_n(methods->words[i].n, "night", "nights", out);
    }
    text_add(out, methods->n > 0 ? ". " : "");
}

/* ---- what is not counted ---- */

static const char *reason_in_words(const char *word)
{
    static const struct {
        const char *word, *says;
    } reasons[] = {{"few_hours", "too few valid hours"},
                   {"nonwear", "too much nonwear in the sleep period"},
                   {"no_data", "no data"},
                   {"no_sleep", "no sleep period"},
                   {"cut", "a sleep period cut off by the recording's start or end"},
                   {"clock", "a recorder's clock in doubt"},
                   {"person", "a decision by hand"}};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(reasons[i].word, word) == 0) {
            return reasons[i].says;
        }
    }
    return word;
}

/* "Of 12 nights, 6 were counted; the others were not, because of too few valid hours (6)." The
 * empty word is what is counted. */
static void add_counted(const struct tally *tally, const char *one, const char *many,
                        struct text *out)
{
    size_t counted = tally_of(tally, ""), n_reasons = tally->n - (counted > 0);
    if (counted == tally->total && counted > 1) {
        text_addf(out, "All %zu %s were counted. ", counted, many);
        return;
    }
    text_add(out, "Of ");
    add_n(tally->total, one, many, out);
    if (counted == 0) {
        text_add(out, ", none was counted, because of ");
    } else {
        text_addf(out, ", %zu %s counted%s", counted, counted == 1 ? "was" : "were",
                  n_reasons == 0                ? ""
                  : tally->total - counted == 1 ? "; the other was not, because of "
                                                : "; the others were not, because of ");
    }
    for (size_t i = 0, k = 0; i < tally->n; i++) {
        if (tally->words[i].word[0] != '\0') {
            text_addf(out, "%s (%zu)", reason_in_words(tally->words[i].word),
                      tally->words[i].n);
            add_joint(k++, n_reasons, out);
        }
    }
    text_add(out, ". ");
}

static void add_rules_of_counting(const struct cohort_counts *c, const struct parameters *p,
                                  size_t n_twice, struct text *out)
{
    text_addf(out,
              "A night was counted with at least %.4g valid hours in its 24 and nonwear in at "
              "most %.4g %% of its sleep period, a day with at least %.4g valid hours. ",
              p->night_min_h, p->night_max_nonwear_pct, p->day_min_h);
    if (c->of[TALLY_NIGHTS].total > 0) {
        add_counted(&c->of[TALLY_NIGHTS], "night", "nights", out);
    }
    if (c->of[TALLY_DAYS].total > 0) {
        add_counted(&c->of[TALLY_DAYS], "day", "days", out);
    }
    if (n_twice > 0) {
        text_addf(out,
                  "%zu of the nights %s counted in several recordings of a person; in the "
                  "person's means a night or day stands once, from the recording with the most "
                  "usable data. ",
                  n_twice, n_twice == 1 ? "was" : "were");
    }
    if (p->min_nights > 0) {
        text_addf(out, "%zu of ", tally_of(&c->of[TALLY_INCLUDED], "1"));
        add_n(c->of[TALLY_INCLUDED].total, "person", "persons", out);
        text_addf(out,
                  " had the %.0f counted %s asked for (is_included); nobody was dropped from "
                  "the tables. ",
                  p->min_nights, p->min_nights > 1 ? "nights" : "night");
    }
    text_add(out, "Means are those of counted nights and days; a night counts as one of the "
                  "weekend when it ends on a Saturday or Sunday. ");
}

static void add_processing(const struct cohort_counts *c, const struct recipe *recipe,
                           size_t n_twice, struct text *out)
{
    text_addf(out, "%s processed by yoake %s (%s) ",
              c->of[TALLY_DEVICES].total == 1 ? "It was" : "They were", version_number(),
              version_commit());
    add_changes(recipe, out);
    text_add(out, ". ");
    add_signal(c, &recipe->parameters, out);
    add_nonwear(c, &recipe->parameters, out);
    add_sleep(&c->of[TALLY_METHODS], out);
    add_rules_of_counting(c, &recipe->parameters, n_twice, out);
    text_add(out, "Measures of rhythm follow the papers listed under Rules.");
}

enum yk_status batch_methods_add(const struct recipe *recipe, const struct batch_totals *totals,
                                 struct byte_source *const *tables, struct text *out,
                                 struct failure *why)
{
    const struct parameters *p = &recipe->parameters;
    struct cohort_counts c = {.n_samples = 0};
    struct methods_rule *rules = mem_alloc(method_count(), sizeof *rules);
    size_t n_rules = 0;
    enum yk_status status =
        rules != NULL ? cohort_counts_read(tables, &c, why)
                      : failure_set(why, YK_ERR_MEMORY, "out of memory for methods.txt");
    c.files = files_of(&c);
    c.nonwear_files = nonwear_files_of(&c);
    for (size_t i = 0; status == YK_OK && i < method_count(); i++) {
        const struct method *m = method_at(i);
        bool is_right = m->kind != METHOD_SCORER || c.of[TALLY_METHODS].n == 0 ||
                        is_used(&c.of[TALLY_METHODS], m->id);
        unsigned files = m->kind == METHOD_NONWEAR ? c.nonwear_files : c.files;
        if (is_right && method_is_in_force(m, p, files)) {
            rules[n_rules++] = (struct methods_rule){m->name, m->en, m->citation};
        }
    }
    if (status == YK_OK) {
        add_devices(&c, out);
        add_files(totals, &c, out);
        if (c.of[TALLY_DEVICES].total > 0) {
            add_processing(&c, recipe, totals->n_nights_twice, out);
        }
        text_add(out, "\n\n");
        methods_text_add(p, rules, n_rules, out);
    }
    cohort_counts_release(&c);
    mem_free(rules);
    return status;
}
