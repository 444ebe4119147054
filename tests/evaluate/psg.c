/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scorers of counts against polysomnography: 16 adults, one night each, counts about every
 * 15.015 s made from a watch's acceleration.
 */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/runs.h"
#include "algorithms/scorer.h"
#include "tests/evaluate/figures.h"
#include "tests/evaluate/reports.h"
#include "tests/support/check.h"
#include "tests/support/reference.h"

#define FOLDER "data/labelled/apple-watch-psg"

enum { PEOPLE_MAX = 64, EPOCH_S = 30, MINUTES_MAX = 1440 };

struct sleeper {
    char id[24];
    size_t n_minutes, n_epochs;
    float *minute;  /* counts summed by minute */
    uint8_t *sleep; /* per 30 s: 1 asleep, 0 awake, 255 unscored */
};

static void read_counts(struct sleeper *self)
{
    char path[4096];
    struct reference table;
    snprintf(path, sizeof path, FOLDER "/%s_counts.csv.gz", self->id);
    reference_open(&table, check_shared(path));
    self->minute = calloc(MINUTES_MAX, sizeof *self->minute);
    assert_non_null(self->minute);
    for (size_t r = 0; r < table.rows; r++) {
        double at = reference_number(&table, r, "t_s");
        size_t minute = at >= 0 ? (size_t)(at / 60) : MINUTES_MAX;
        if (minute < MINUTES_MAX) {
            self->minute[minute] += (float)reference_number(&table, r, "counts");
            self->n_minutes = minute + 1 > self->n_minutes ? minute + 1 : self->n_minutes;
        }
    }
    reference_close(&table);
}

static void read_sleeper(struct sleeper *self)
{
    char path[4096];
    struct reference table;
    read_counts(self);
    snprintf(path, sizeof path, FOLDER "/%s_psg.csv.gz", self->id);
    reference_open(&table, check_shared(path));
    self->sleep = malloc(2 * MINUTES_MAX);
    assert_non_null(self->sleep);
    memset(self->sleep, 255, 2 * MINUTES_MAX);
    for (size_t r = 0; r < table.rows; r++) {
        size_t epoch = (size_t)(reference_number(&table, r, "t_s") / EPOCH_S);
        double stage = reference_number(&table, r, "stage");
        if (epoch < 2 * self->n_minutes && stage >= 0) {
            self->sleep[epoch] = stage > 0;
            self->n_epochs = epoch + 1 > self->n_epochs ? epoch + 1 : self->n_epochs;
        }
    }
    reference_close(&table);
}

struct agreement {
    double accuracy, sleep_found, wake_found, kappa;
};

static struct agreement compare(const struct sleeper *self, const uint8_t *score)
{
    double n[2][2] = {{0}}; /* truth, ours */
    for (size_t i = 0; i < self->n_epochs; i++) {
        if (self->sleep[i] != 255 && score[i / 2] != SCORE_UNKNOWN) {
            n[self->sleep[i]][score[i / 2] == SCORE_SLEEP]++;
        }
    }
    double all = n[0][0] + n[0][1] + n[1][0] + n[1][1], right = (n[0][0] + n[1][1]) / all;
    double chance = ((n[0][0] + n[0][1]) * (n[0][0] + n[1][0]) +
                     (n[1][0] + n[1][1]) * (n[0][1] + n[1][1])) /
                    (all * all);
    return (struct agreement){right, n[1][1] / (n[1][0] + n[1][1]),
                              n[0][0] / (n[0][0] + n[0][1]),
                              chance < 1 ? (right - chance) / (1 - chance) : 0};
}

enum rescoring { NONE, WEBSTER, WEBSTER_IN_TURN };

struct psg_rule {
    const char *name, *id;
    double scale, threshold;
    enum rescoring rescoring;
    bool is_padded; /* a minute of zeros or two in front and behind, so that every one is scored
                     */
    struct published table;
};

/* Leaving out the last epoch of each night moves a row by as much. */
#define LAST_EPOCH                                                                             \
    "by .001: one or two epochs of a night; where the table ends each is not stated"

static const struct psg_rule RULES[] = {
    {"Cole-Kripke, counts/100",
     "cole_kripke",
     100,
     NAN,
     NONE,
     false,
     {".915 1.000 .075 .115", LAST_EPOCH}},
    {"Cole-Kripke, counts/20",
     "cole_kripke",
     20,
     NAN,
     NONE,
     false,
     {".912 .963 .472 .406", LAST_EPOCH}},
    {"Cole-Kripke, counts/10, Webster", "cole_kripke", 10, NAN, WEBSTER, false, {NULL, ""}},
    {"the same, Webster's a, b, c in turn",
     "cole_kripke",
     10,
     NAN,
     WEBSTER_IN_TURN,
     false,
     {".855 .875 .715 .384", LAST_EPOCH}},
    {"Sadeh, PS > -4", "sadeh_actilife", 0, NAN, NONE, false, {".926 .996 .271 .315", ""}},
    {"Sadeh, PS >= 0", "sadeh", 0, NAN, NONE, false, {".918 .971 .444 .402", ""}},
    {"Oakley 20", "oakley", 0, 20, NONE, false, {NULL, ""}},
    {"Oakley 20, zeros before the first minute",
     "oakley",
     0,
     20,
     NONE,
     true,
     {".883 .925 .531 .350", ""}},
    {"Oakley 40", "oakley", 0, 40, NONE, false, {NULL, ""}},
    {"Oakley 40, zeros before the first minute",
     "oakley",
     0,
     40,
     NONE,
     true,
     {".905 .960 .417 .345", LAST_EPOCH}},
    {"Scripps (scale .204)", "scripps", 0, NAN, NONE, false, {".899 .938 .577 .417", ""}},
    {"Galland", "galland", 0, NAN, NONE, false, {NULL, ""}},
};

static const struct published LOGISTIC = {
    ".923 .969 .555 .479",
    "which 24 window sums is not stated, and nobody could use a scorer fitted "
    "to 16 nights of counts made from a watch"};

static size_t list_people(struct sleeper *people)
{
    const char *folder = check_shared(FOLDER);
    DIR *dir = folder != NULL ? opendir(folder) : NULL;
    size_t n = 0;
    if (dir == NULL) {
        return 0;
    }
    for (struct dirent *e; (e = readdir(dir)) != NULL && n < PEOPLE_MAX;) {
        const char *ending = strstr(e->d_name, "_counts.csv.gz");
        if (ending != NULL) {
            snprintf(people[n++].id, sizeof people->id, "%.*s", (int)(ending - e->d_name),
                     e->d_name);
        }
    }
    closedir(dir);
    return n;
}

/* Rules a, b and c one after the other, each on what the one before left: 8 minutes after 15 of
 * wake. Not how we read Webster (docs/algorithms/scorers.md), but how the table was made. */
static void delay_in_turn(uint8_t *score, size_t n)
{
    static const size_t awake[] = {4, 10, 15}, take[] = {1, 3, 4};
    for (int rule = 0; rule < 3; rule++) {
        for (size_t start = 0, end; start < n; start = end) {
            end = run_end(score, n, start);
            if (score[start] != SCORE_WAKE || end == n || end - start < awake[rule]) {
                continue;
            }
            size_t sleep_end = run_end(score, n, end);
            size_t stop = end + take[rule] < sleep_end ? end + take[rule] : sleep_end;
            memset(score + end, SCORE_WAKE, stop - end);
            end = sleep_end;
        }
    }
}

static void score_person(const struct psg_rule *rule, const struct sleeper *person,
                         uint8_t *score)
{
    enum { PAD = 2 };
    static float counts[MINUTES_MAX + 2 * PAD];
    static uint8_t padded[MINUTES_MAX + 2 * PAD];
    size_t pad = rule->is_padded ? PAD : 0;
    memset(counts, 0, sizeof counts);
    memcpy(counts + pad, person->minute, person->n_minutes * sizeof *counts);
    struct scorer_input in = {
        counts, person->n_minutes + 2 * pad, 60, rule->scale, rule->threshold, 0};
    assert_int_equal(scorer_score(scorer_find(rule->id), &in, padded, NULL), YK_OK);
    memcpy(score, padded + pad, person->n_minutes);
    if (rule->rescoring == WEBSTER_IN_TURN) {
        delay_in_turn(score, person->n_minutes);
    }
    if (rule->rescoring == WEBSTER) {
        webster_rescore(score, person->n_minutes);
    }
}

static void report_rule(const struct psg_rule *rule, const struct sleeper *people, size_t n)
{
    static uint8_t score[MINUTES_MAX];
    struct agreement sum = {0};
    for (size_t p = 0; p < n; p++) {
        score_person(rule, &people[p], score);
        struct agreement one = compare(&people[p], score);
        sum.accuracy += one.accuracy / (double)n;
        sum.sleep_found += one.sleep_found / (double)n;
        sum.wake_found += one.wake_found / (double)n;
        sum.kappa += one.kappa / (double)n;
    }
    printf("  %-40s %.3f %.3f %.3f %.3f  %3zu", rule->name, sum.accuracy, sum.sleep_found,
           sum.wake_found, sum.kappa, n);
    figures_compare((const double[]){sum.accuracy, sum.sleep_found, sum.wake_found, sum.kappa},
                    4, &rule->table);
}

bool psg_report(void)
{
    static struct sleeper people[PEOPLE_MAX];
    size_t n = list_people(people);
    if (n == 0) {
        return false;
    }
    for (size_t p = 0; p < n; p++) {
        read_sleeper(&people[p]);
    }
    printf("\nSleep and wake against polysomnography, 30-s epochs, mean over %zu nights\n"
           "  %-40s accuracy, sleep found, wake found, kappa, nights\n",
           n, "");
    for (size_t r = 0; r < sizeof RULES / sizeof *RULES; r++) {
        report_rule(&RULES[r], people, n);
    }
    figures_missing("logistic regression, 24 window sums", &LOGISTIC);
    for (size_t p = 0; p < n; p++) {
        free(people[p].minute);
        free(people[p].sleep);
    }
    return true;
}
