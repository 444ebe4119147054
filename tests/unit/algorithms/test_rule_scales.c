/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every rule on every kind of count, at every epoch length, and on a recording without counts:
 * it is applied, or refused with a sentence that names the rule, the scale that is there and
 * what to do. What each rule was made for is written down here a second time, from the papers
 * and the makers (docs/algorithms/scorers.md), not read from the program's own table.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/rhythm_days.h"
#include "algorithms/scorer.h"
#include "algorithms/sleep.h"
#include "src/model/count_kind.h"

static struct zone *utc;

/* What a rule was made for; kinds and lengths in words. "any": takes counts of any kind. */
struct made_for {
    const char *set, *rule; /* how a recipe names it; how a sentence does */
    const char *kinds, *epochs;
};

static const struct made_for RULES[] = {
    {"sleep=cole_kripke", "cole_kripke", "zero_crossing unknown", "60"},
    {"sleep=cole_kripke_actilife", "cole_kripke_actilife", "actigraph unknown", "60"},
    {"sleep=cole_kripke_10max", "cole_kripke_10max", "zero_crossing unknown", "1 2 5 10"},
    {"sleep=cole_kripke_10max_ov", "cole_kripke_10max_ov", "zero_crossing unknown", "1 2 5"},
    {"sleep=cole_kripke_30max", "cole_kripke_30max", "zero_crossing unknown", "1 2 5 10 15 30"},
    {"sleep=sadeh", "sadeh", "zero_crossing unknown", "60"},
    {"sleep=sadeh_actilife", "sadeh_actilife", "actigraph unknown", "60"},
    {"sleep=scripps", "scripps", "actiwatch actiwatch_like unknown", "60"},
    {"sleep=oakley", "oakley", "actiwatch actiwatch_like unknown", "15 30 60 120"},
    {"sleep=oakley_strict", "oakley_strict", "actiwatch actiwatch_like unknown",
     "15 30 60 120"},
    {"sleep=oakley_auto", "oakley_auto", "actiwatch actiwatch_like unknown", "15 30 60 120"},
    {"sleep=galland", "galland", "any", "60"},
    {"sleep=csm", "csm", "acttrust_zcm unknown", "30 60"},
    {"rest=logistic", "logistic", "actiwatch", "60"},
    {"rest=tudor_locke", "tudor-locke", "any", "60"},
    {"nonwear=choi", "choi", "actigraph unknown", "60"},
    {"nonwear=troiano", "troiano", "actigraph unknown", "60"},
    {"nonwear=zero_runs", "zero_runs", "any", "1 2 5 10 15 30 60 120"},
    {"rest=crespo", "crespo", "any", "1 2 5 10 15 30 60"},
    {"rest=roenneberg", "roenneberg", "any", "1 2 5 10 15 30 60 120"},
    {"edges=immobile", "immobile", "actiwatch actiwatch_like unknown", "1 2 5 10 15 30 60 120"},
};

/* 1 and 2 s are left out: a day and a half of them takes longer than all the rest. */
static const int32_t EPOCHS_S[] = {5, 10, 15, 30, 60, 120};

static bool holds_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length == n && strncmp(at, word, n) == 0) {
            return true;
        }
        at += length;
    }
    return false;
}

/* A day and a half of something; the kind is what a format would say of the file. */
static void make(struct analysis *a, const char *set, enum count_kind kind, int32_t epoch_s,
                 enum epoch_column column)
{
    struct failure why = {0};
    size_t n = (size_t)(36 * 3600 / epoch_s);
    analysis_init(a);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &a->made_by.parameters, NULL), YK_OK);
    if (parameters_set(&a->made_by.parameters, set, &why) != YK_OK) {
        fail_msg("%s: %s", set, why.text);
    }
    a->info.count_kind = kind;
    a->epochs.epoch_s = epoch_s;
    assert_int_equal(epoch_series_resize(&a->epochs, n, NULL), YK_OK);
    assert_int_equal(epoch_series_need(&a->epochs, column, NULL), YK_OK);
    assert_true(zone_parse_iso(utc, "2026-05-11T12:00:00", &a->epochs.t0_ns));
    for (size_t i = 0; i < n; i++) {
        bool is_night = (i * (size_t)epoch_s / 3600 + 12) % 24 < 7;
        a->epochs.column[column][i] = is_night ? (i % 50 == 0) : (float)(5 + i * 7 % 40);
    }
}

static void says(const char *text, const char *what, const char *of)
{
    if (strstr(text, what) == NULL) {
        fail_msg("%s: \"%s\" does not say \"%s\"", of, text, what);
    }
}

static void try_rule(const struct made_for *rule, enum count_kind kind, int32_t epoch_s,
                     bool takes_kind, bool takes_epoch)
{
    struct analysis a;
    struct failure why = {0};
    char place[96], length[16];
    make(&a, rule->set, kind, epoch_s, EPOCH_COUNTS);
    snprintf(place, sizeof place, "%s on %s at %d s", rule->set, count_kind_name(kind),
             (int)epoch_s);
    enum yk_status status = sleep_detect(&a, utc, NULL, NULL, &why);
    if (takes_kind && takes_epoch) {
        if (status != YK_OK) {
            fail_msg("%s: refused: %s", place, why.text);
        }
    } else {
        if (status == YK_OK) {
            fail_msg("%s: applied to a scale it was not made for", place);
        }
        assert_int_equal(status, YK_ERR_ARGUMENT);
        says(why.text, rule->rule, place);
    }
    if (!takes_kind) {
        says(why.text, count_kind_name(kind), place);
        says(why.text, "choose another rule", place);
        says(why.text, "counts_kind=", place);
    } else if (!takes_epoch) {
        snprintf(length, sizeof length, "%d s", (int)epoch_s);
        says(why.text, length, place);
        if (strstr(why.text, "sum them") == NULL) {
            says(why.text, "choose another rule", place);
        }
    }
    analysis_release(&a);
}

static void every_rule_takes_its_own_scale_and_refuses_others(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof RULES / sizeof *RULES; r++) {
        const struct made_for *rule = &RULES[r];
        for (int kind = 0; kind < COUNT_KIND_COUNT; kind++) {
            bool takes_any = strcmp(rule->kinds, "any") == 0;
            bool takes_kind =
                takes_any || holds_word(rule->kinds, count_kind_name((enum count_kind)kind));
            for (size_t e = 0; e < sizeof EPOCHS_S / sizeof *EPOCHS_S; e++) {
                char word[8];
                snprintf(word, sizeof word, "%d", (int)EPOCHS_S[e]);
                bool takes_epoch = holds_word(rule->epochs, word);
                /* Lengths are no news where every kind will do, nor are the shortest, which are
                 * slow. */
                bool is_news = takes_any ? kind <= 1 || EPOCHS_S[e] == 60 : EPOCHS_S[e] >= 10;
                if (kind == 0 || is_news) {
                    try_rule(rule, (enum count_kind)kind, EPOCHS_S[e], takes_kind, takes_epoch);
                }
            }
        }
    }
}

/* A recording of angles alone. */
static void a_recording_without_counts_is_refused(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof RULES / sizeof *RULES; r++) {
        struct analysis a;
        struct failure why = {0};
        make(&a, RULES[r].set, COUNT_KIND_UNKNOWN, 60, EPOCH_ANGLE_Z_DEG);
        assert_int_equal(sleep_detect(&a, utc, NULL, NULL, &why), YK_ERR_ARGUMENT);
        says(why.text, RULES[r].rule, RULES[r].set);
        says(why.text, "this recording has none", RULES[r].set);
        says(why.text, "choose", RULES[r].set);
        analysis_release(&a);
    }
}

/* The other way round: rules on angles have nothing to read in a file of counts. */
static void counts_are_refused_by_rules_on_angles(void **state)
{
    (void)state;
    struct analysis a;
    struct failure why = {0};
    make(&a, "sleep=ggir", COUNT_KIND_ACTIGRAPH, 60, EPOCH_COUNTS);
    assert_int_equal(sleep_detect(&a, utc, NULL, NULL, &why), YK_ERR_ARGUMENT);
    says(why.text, "ggir", "sleep=ggir");
    says(why.text, "angle", "sleep=ggir");
    says(why.text, "choose", "sleep=ggir");
    analysis_release(&a);
    static const char *const rule[] = {"ggir2013", "ggir2023"};
    static const enum epoch_column column[] = {EPOCH_COUNTS, EPOCH_ANGLE_Z_DEG, EPOCH_ENMO_MG};
    for (int i = 0; i < 6; i++) {
        char set[32];
        snprintf(set, sizeof set, "nonwear=%s", rule[i % 2]);
        make(&a, set, COUNT_KIND_ACTIGRAPH, 60, column[i / 2]);
        assert_int_equal(sleep_detect(&a, utc, NULL, NULL, &why), YK_ERR_ARGUMENT);
        says(why.text, rule[i % 2], set);
        says(why.text, "choose nonwear=", set);
        analysis_release(&a);
    }
}

/* A rule on scored minutes, or a window, where nothing would read it. */
static void a_rule_that_nothing_reads_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *set, *also;
        enum epoch_column column;
        int32_t epoch_s;
    } useless[] = {
        {"rescoring=webster", "sleep=default", EPOCH_ANGLE_Z_DEG, 60},
        {"rescoring=webster", "sleep=default", EPOCH_COUNTS_Y, 10},
        {"rescoring=webster", "sleep=ggir", EPOCH_ANGLE_Z_DEG, 5},
        {"rest=fixed", "sleep=ggir", EPOCH_ANGLE_Z_DEG, 5},
        {"edges=immobile", "sleep=ggir", EPOCH_ANGLE_Z_DEG, 5},
    };
    for (size_t i = 0; i < sizeof useless / sizeof *useless; i++) {
        struct analysis a;
        struct failure why = {0};
        make(&a, useless[i].set, COUNT_KIND_ACTIGRAPH, useless[i].epoch_s, useless[i].column);
        assert_int_equal(parameters_set(&a.made_by.parameters, useless[i].also, NULL), YK_OK);
        assert_int_equal(sleep_detect(&a, utc, NULL, NULL, &why), YK_ERR_ARGUMENT);
        char name[16];
        snprintf(name, sizeof name, "%.*s=", (int)strcspn(useless[i].set, "="), useless[i].set);
        says(why.text, name, useless[i].set);
        analysis_release(&a);
    }
}

/* Nobody has named a scorer: one that was made for the counts is used, or none, and the night's
 * method says which. */
static void without_a_name_no_scorer_is_used_for_counts_it_was_not_made_for(void **state)
{
    (void)state;
    for (int kind = 0; kind < COUNT_KIND_COUNT; kind++) {
        const char *name = count_kind_name((enum count_kind)kind);
        const char *expected = holds_word("actiwatch actiwatch_like unknown", name)
                                   ? "best-sum+oakley"
                               : holds_word("actigraph", name) ? "best-sum+ck_actilife"
                                                               : "best-sum";
        struct analysis a;
        struct failure why = {0};
        make(&a, "sleep=default", (enum count_kind)kind, 60, EPOCH_COUNTS);
        assert_int_equal(sleep_detect(&a, utc, NULL, NULL, &why), YK_OK);
        assert_true(a.n_nights > 0);
        if (strcmp(a.nights[0].sleep_method, expected) != 0) {
            fail_msg("%s: \"%s\", not \"%s\"", name, a.nights[0].sleep_method, expected);
        }
        analysis_release(&a);
    }
}

/* Without a rule that was named nights are left out, and a note says why; once. */
static void what_no_rule_can_look_at_is_noted(void **state)
{
    (void)state;
    static const struct {
        enum epoch_column column;
        int32_t epoch_s;
    } useless[] = {{EPOCH_ENMO_MG, 30}, {EPOCH_COUNTS, 7}, {EPOCH_COUNTS, 3600}};
    for (size_t i = 0; i < sizeof useless / sizeof *useless; i++) {
        struct analysis a;
        make(&a, "sleep=default", COUNT_KIND_UNKNOWN, useless[i].epoch_s, useless[i].column);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(sleep_detect(&a, utc, NULL, NULL, NULL), YK_OK);
            assert_int_equal(a.n_nights, 0);
            assert_int_equal(a.report.n_events, 1);
            assert_non_null(strstr(a.report.events[0].detail, "no sleep looked for"));
        }
        analysis_release(&a);
    }
}

/* 0 % not worn is what a rule says that looked. GGIR's rule finds nothing to read in a table of
 * angles and ENMO, and only counts without an angle tell what stillness alone would say. */
static void what_no_rule_for_nonwear_could_read_is_unknown(void **state)
{
    (void)state;
    static const struct {
        const char *set, *sleep;
        enum epoch_column column, also;
        bool knows_nonwear, knows_stillness;
    } cases[] = {
        {"nonwear=ggir2023", "sleep=ggir", EPOCH_ANGLE_Z_DEG, EPOCH_ENMO_MG, false, false},
        {"nonwear=ggir2013", "sleep=ggir", EPOCH_ANGLE_Z_DEG, EPOCH_ENMO_MG, false, false},
        {"nonwear=default", "sleep=default", EPOCH_ANGLE_Z_DEG, EPOCH_ENMO_MG, true, false},
        {"nonwear=default", "sleep=default", EPOCH_ANGLE_Z_DEG, EPOCH_ANGLE_Z_DEG, false,
         false},
        {"nonwear=default", "sleep=default", EPOCH_COUNTS, EPOCH_COUNTS, true, true},
        {"nonwear=choi", "sleep=default", EPOCH_COUNTS, EPOCH_COUNTS, true, false},
        {"nonwear=none", "sleep=default", EPOCH_ANGLE_Z_DEG, EPOCH_ENMO_MG, true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct analysis a;
        make(&a, cases[i].set, COUNT_KIND_UNKNOWN, 60, cases[i].column);
        assert_int_equal(parameters_set(&a.made_by.parameters, cases[i].sleep, NULL), YK_OK);
        assert_int_equal(epoch_series_need(&a.epochs, cases[i].also, NULL), YK_OK);
        for (size_t k = 0; k < a.epochs.n; k++) { /* a sleeper who stirs, so no rule objects */
            bool is_night = (k / 60 + 12) % 24 < 7;
            float value = is_night ? (k % 10 == 0 ? 12 : 0) : (float)(5 + k * 37 % 80);
            a.epochs.column[cases[i].column][k] = a.epochs.column[cases[i].also][k] = value;
        }
        for (int again = 0; again < 2; again++) { /* the second time as on a table of raw */
            bool is_raw = again == 1;
            a.info.rate_hz = is_raw ? 50 : NAN;
            assert_int_equal(sleep_detect(&a, utc, NULL, NULL, NULL), YK_OK);
            assert_int_equal(days_summarize(&a, utc, NULL, NULL), YK_OK);
            assert_true(a.n_nights > 0 && a.n_days > 0);
            bool nonwear = is_raw || cases[i].knows_nonwear;
            bool stillness = is_raw || cases[i].knows_stillness;
            assert_true(a.nights[0].onset_ns != TIME_UNKNOWN);
            assert_int_equal(!isnan(a.nights[0].nonwear_in_spt_pct), nonwear);
            assert_int_equal(!isnan(a.nights[0].nonwear_stillness_in_spt_pct), stillness);
            assert_int_equal(!isnan(a.days[0].nonwear_min), nonwear);
        }
        analysis_release(&a);
    }
}

/* A scorer for one kind of count inside a rest that was fitted to another: no counts serve
 * both. */
static void two_rules_for_different_counts_are_refused_together(void **state)
{
    (void)state;
    for (int kind = 0; kind < COUNT_KIND_COUNT; kind++) {
        struct analysis a;
        struct failure why = {0};
        make(&a, "rest=logistic", (enum count_kind)kind, 60, EPOCH_COUNTS);
        assert_int_equal(parameters_set(&a.made_by.parameters, "sleep=sadeh", NULL), YK_OK);
        assert_int_equal(sleep_detect(&a, utc, NULL, NULL, &why), YK_ERR_ARGUMENT);
        says(why.text, "logistic", "rest=logistic sleep=sadeh");
        if (strstr(why.text, "for  counts") != NULL) {
            fail_msg("the sentence has a hole: %s", why.text);
        }
        analysis_release(&a);
    }
}

/* None is left out of the table above. */
static void every_scorer_is_tried(void **state)
{
    (void)state;
    for (size_t k = 0; k < scorer_count(); k++) {
        bool is_there = false;
        for (size_t r = 0; r < sizeof RULES / sizeof *RULES; r++) {
            is_there = is_there || strcmp(RULES[r].rule, scorer_at(k)->id) == 0;
        }
        if (!is_there) {
            fail_msg("%s is not in this table", scorer_at(k)->id);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_takes_its_own_scale_and_refuses_others),
        cmocka_unit_test(a_recording_without_counts_is_refused),
        cmocka_unit_test(counts_are_refused_by_rules_on_angles),
        cmocka_unit_test(a_rule_that_nothing_reads_is_refused),
        cmocka_unit_test(without_a_name_no_scorer_is_used_for_counts_it_was_not_made_for),
        cmocka_unit_test(what_no_rule_can_look_at_is_noted),
        cmocka_unit_test(what_no_rule_for_nonwear_could_read_is_unknown),
        cmocka_unit_test(two_rules_for_different_counts_are_refused_together),
        cmocka_unit_test(every_scorer_is_tried),
    };
    if (zone_open("UTC", &utc, NULL) != YK_OK) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    zone_close(utc);
    return failed;
}
