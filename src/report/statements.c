/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which sentences are said, and what fills their gaps. A rule looks at exact values; what it
 * fills in is rounded as the rest of the page is, so that sentence, table and picture agree.
 *
 * Thresholds: a difference is worth a sentence from 30 minutes between kinds of days, from 20
 * minutes since last time, from 30 minutes between diary and device and for falling asleep.
 * They are what a person notices in a day, not clinical limits, and nothing is called good or
 * bad by them.
 */
#include "src/report/statements.h"

#include <math.h>

#include "src/base/fill.h"
#include "src/report/written.h"

enum {
    GAPS = 5,
    KINDS_DIFFER_MIN = 30,
    SINCE_LAST_MIN = 20,
    DIARY_DIFFERS_MIN = 30,
    LATENCY_MIN = 30,
    NEAR_MIN = 60
};

/* Values for {0} ... {4}. */
struct gaps {
    struct text text[GAPS];
};

struct saying {
    const struct interview_facts *facts;
    int round_min;
    enum language language;
};

static void put_count(struct gaps *gaps, size_t gap, size_t n)
{
    text_addf(&gaps->text[gap], "%zu", n);
}

/* The start time of the programme mornings, -1 when they differ or there is none. */
static int start_of(const struct interview_facts *facts)
{
    int start = -1;
    for (size_t i = 0; i < facts->n_nights; i++) {
        const struct interview_night *row = &facts->nights[i];
        if (row->in_time < 0) {
            continue;
        }
        if (start >= 0 && row->step->start_min != start) {
            return -1;
        }
        start = row->step->start_min;
    }
    return start;
}

static void put_range(const struct saying *saying, const struct interview_set *set,
                      struct gaps *gaps)
{
    written_clock_range(set->wake_first_h, set->wake_last_h, saying->round_min,
                        saying->language, &gaps->text[2]);
    written_clock(set->wake_first_h, saying->round_min, &gaps->text[3]);
    written_clock(set->wake_last_h, saying->round_min, &gaps->text[4]);
}

static bool put_mornings(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_facts *facts = saying->facts;
    const struct interview_mornings *m = &facts->now.mornings;
    int start = start_of(facts);
    /* "All 4 programme days" and their range need every one of them to be known. */
    if (start < 0 || m->n_in_time == 0 || m->n != facts->now.set[INTERVIEW_PROGRAMME].n) {
        return false;
    }
    put_count(gaps, 0, m->n);
    written_start(start, saying->language, &gaps->text[1]);
    written_clock_range(facts->now.set[INTERVIEW_PROGRAMME].wake_first_h,
                        facts->now.set[INTERVIEW_PROGRAMME].wake_last_h, saying->round_min,
                        saying->language, &gaps->text[2]);
    put_count(gaps, 3, m->n_in_time);
    return true;
}

static bool rule_all_in_time(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_mornings *m = &saying->facts->now.mornings;
    return m->n >= 2 && m->n_in_time == m->n && put_mornings(saying, gaps);
}

static bool rule_one_in_time(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_mornings *m = &saying->facts->now.mornings;
    const struct interview_set *set = &saying->facts->now.set[INTERVIEW_PROGRAMME];
    if (m->n != 1 || m->n_in_time != 1 || set->n != 1 || !put_mornings(saying, gaps)) {
        return false;
    }
    text_clear(&gaps->text[2]); /* one time is no range */
    written_clock(set->wake_first_h, saying->round_min, &gaps->text[2]);
    return true;
}

static bool rule_some_in_time(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_mornings *m = &saying->facts->now.mornings;
    return m->n >= 2 && m->n_in_time < m->n && put_mornings(saying, gaps);
}

static bool rule_on_target(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_facts *facts = saying->facts;
    const struct interview_mornings *m = &facts->now.mornings;
    double target = m->target_h;
    if (m->n_target < 2 || m->n_on_target < m->n_target || isnan(target) ||
        m->n_target != facts->now.n_counted) {
        return false;
    }
    put_count(gaps, 0, m->n_target);
    written_clock(target, 1, &gaps->text[1]);
    put_range(saying, &facts->now.set[INTERVIEW_ALL], gaps);
    return true;
}

static bool rule_near_each_other(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_set *set = &saying->facts->now.set[INTERVIEW_ALL];
    if (set->n < 2 || !((set->wake_last_h - set->wake_first_h) * 60 <= NEAR_MIN)) {
        return false;
    }
    put_count(gaps, 0, set->n);
    put_range(saying, set, gaps);
    return true;
}

static bool rule_recorded(const struct saying *saying, struct gaps *gaps)
{
    put_count(gaps, 0, saying->facts->now.n_counted);
    return saying->facts->now.n_counted >= 2;
}

static bool rule_recorded_one(const struct saying *saying, struct gaps *gaps)
{
    (void)gaps;
    return saying->facts->now.n_counted == 1;
}

static bool rule_worn(const struct saying *saying, struct gaps *gaps)
{
    (void)gaps;
    return saying->facts->now.n_counted == 0;
}

static bool put_duration(const struct saying *saying, double minutes, struct gaps *gaps,
                         size_t gap)
{
    written_duration(minutes, saying->round_min, saying->language, &gaps->text[gap]);
    return !isnan(minutes);
}

static bool rule_mean_sleep(const struct saying *saying, struct gaps *gaps)
{
    return put_duration(saying, saying->facts->now.set[INTERVIEW_ALL].tst_min.mean, gaps, 0);
}

static bool rule_too_few(const struct saying *saying, struct gaps *gaps)
{
    size_t n = saying->facts->now.n_counted;
    put_count(gaps, 0, n);
    return n > 0;
}

static bool put_target(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_mornings *m = &saying->facts->now.mornings;
    double target = m->target_h;
    if (m->n_target < 2 || m->n_on_target == m->n_target || isnan(target)) {
        return false;
    }
    put_count(gaps, 0, m->n_target);
    written_clock(target, 1, &gaps->text[1]);
    put_count(gaps, 2, m->n_on_target);
    put_count(gaps, 3, saying->facts->before.mornings.n_on_target);
    return true;
}

/* Numbers of days of two weeks can only be compared when both weeks had the same target. */
static bool had_target_before(const struct interview_facts *facts)
{
    const struct interview_mornings *now = &facts->now.mornings;
    const struct interview_mornings *before = &facts->before.mornings;
    return before->n_target == now->n_target && before->target_h == now->target_h;
}

static bool rule_target_some(const struct saying *saying, struct gaps *gaps)
{
    return !had_target_before(saying->facts) && put_target(saying, gaps);
}

static bool rule_target_some_before(const struct saying *saying, struct gaps *gaps)
{
    return had_target_before(saying->facts) && put_target(saying, gaps);
}

static double off_less_programme_min(const struct interview_facts *facts)
{
    return 60 * (facts->now.set[INTERVIEW_OFF].wake_h.mean -
                 facts->now.set[INTERVIEW_PROGRAMME].wake_h.mean);
}

static bool rule_off_later(const struct saying *saying, struct gaps *gaps)
{
    double later = off_less_programme_min(saying->facts);
    return later >= KINDS_DIFFER_MIN && put_duration(saying, later, gaps, 0);
}

static bool rule_off_earlier(const struct saying *saying, struct gaps *gaps)
{
    double later = off_less_programme_min(saying->facts);
    return later <= -KINDS_DIFFER_MIN && put_duration(saying, later, gaps, 0);
}

static double since_last_min(const struct interview_facts *facts)
{
    return 60 * (facts->now.set[INTERVIEW_ALL].wake_h.mean -
                 facts->before.set[INTERVIEW_ALL].wake_h.mean);
}

static bool rule_later_than_before(const struct saying *saying, struct gaps *gaps)
{
    double later = since_last_min(saying->facts);
    return saying->facts->before.n_nights > 0 && later >= SINCE_LAST_MIN &&
           put_duration(saying, later, gaps, 0);
}

static bool rule_earlier_than_before(const struct saying *saying, struct gaps *gaps)
{
    double later = since_last_min(saying->facts);
    return saying->facts->before.n_nights > 0 && later <= -SINCE_LAST_MIN &&
           put_duration(saying, later, gaps, 0);
}

/* The night on which diary and device differ most about waking or about falling asleep after
 * the lights went out is named; going to bed early and lying awake is no difference. */
static bool rule_diary_differs(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_night *most = NULL;
    for (size_t i = 0; i < saying->facts->n_nights; i++) {
        const struct interview_night *row = &saying->facts->nights[i];
        /* The device cannot have seen sleep before the person lay down: that is worth a word.
         */
        if (row->onset_less_diary_min <= -DIARY_DIFFERS_MIN &&
            (most == NULL || row->onset_less_diary_min < most->onset_less_diary_min)) {
            most = row;
        }
    }
    if (most == NULL) {
        return false;
    }
    written_clock(most->onset_h - most->onset_less_diary_min / 60, saying->round_min,
                  &gaps->text[0]);
    written_clock(most->onset_h, saying->round_min, &gaps->text[1]);
    written_night(most->evening, saying->language, &gaps->text[2]);
    return true;
}

static bool rule_wake_ranges(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_set *set = saying->facts->now.set;
    const enum interview_kind kinds[] = {INTERVIEW_PROGRAMME, INTERVIEW_OFF};
    double apart_h = set[INTERVIEW_ALL].wake_last_h - set[INTERVIEW_ALL].wake_first_h;
    if (set[INTERVIEW_PROGRAMME].n < 2 || set[INTERVIEW_OFF].n < 2 ||
        !(apart_h * 60 > NEAR_MIN)) {
        return false;
    }
    for (size_t k = 0; k < 2; k++) {
        written_clock_range(set[kinds[k]].wake_first_h, set[kinds[k]].wake_last_h,
                            saying->round_min, saying->language, &gaps->text[k]);
    }
    return true;
}

static bool rule_quiet_time(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_facts *facts = saying->facts;
    if (isnan(facts->quiet_h)) {
        return false;
    }
    written_day(facts->quiet_date, saying->language, &gaps->text[0]);
    written_start((int)lround(facts->quiet_h) * 60, saying->language, &gaps->text[1]);
    return true;
}

static bool rule_latency(const struct saying *saying, struct gaps *gaps)
{
    const struct mean_sd *sol = &saying->facts->now.set[INTERVIEW_ALL].sol_min;
    return sol->mean >= LATENCY_MIN && put_duration(saying, sol->mean, gaps, 0);
}

static bool rule_in_bed(const struct saying *saying, struct gaps *gaps)
{
    const struct interview_set *set = &saying->facts->now.set[INTERVIEW_ALL];
    /* Both means over the same nights and the sleep in that bed, or the two numbers do not
     * belong together. */
    return set->tib_min.n == set->tst_min.n && set->efficiency_pct.n == set->tst_min.n &&
           put_duration(saying, set->tib_min.mean, gaps, 0) &&
           put_duration(saying, set->tst_min.mean, gaps, 1);
}

static const struct statement {
    const char *id;
    enum statement_group group;
    const char *ja, *en;
    bool (*rule)(const struct saying *saying, struct gaps *gaps);
} statement_table[] = {
#define STATEMENT(id, group, ja, en) {#id, STATEMENT_##group, ja, en, rule_##id},
#include "src/report/statements.def"
#undef STATEMENT
};

size_t statements_count(void)
{
    return sizeof statement_table / sizeof *statement_table;
}

const char *statements_pattern(size_t i, enum language language, const char **id)
{
    *id = statement_table[i].id;
    return language == LANGUAGE_JA ? statement_table[i].ja : statement_table[i].en;
}

void statements_init(struct statements *self)
{
    *self = (struct statements){.n = 0};
    for (size_t i = 0; i < STATEMENTS_MAX; i++) {
        text_init(&self->line[i]);
    }
}

void statements_release(struct statements *self)
{
    if (self != NULL) {
        for (size_t i = 0; i < STATEMENTS_MAX; i++) {
            text_release(&self->line[i]);
        }
        statements_init(self);
    }
}

/* Appends the statement to the line when its rule holds. */
static bool say(const struct statement *statement, const struct saying *saying,
                struct text *line)
{
    struct gaps gaps;
    const char *values[GAPS];
    for (size_t g = 0; g < GAPS; g++) {
        text_init(&gaps.text[g]);
    }
    bool is_said = statement->rule(saying, &gaps);
    for (size_t g = 0; g < GAPS; g++) {
        values[g] = text_string(&gaps.text[g]);
        line->is_short = line->is_short || gaps.text[g].is_short;
    }
    if (is_said) {
        text_add_filled(line, saying->language == LANGUAGE_JA ? statement->ja : statement->en,
                        values, GAPS);
    }
    for (size_t g = 0; g < GAPS; g++) {
        text_release(&gaps.text[g]);
    }
    return is_said;
}

enum yk_status statements_choose(const struct interview_facts *facts, int round_min,
                                 enum language language, struct statements *out,
                                 struct failure *why)
{
    const struct saying saying = {facts, round_min, language};
    struct statements chosen;
    statements_init(&chosen);
    size_t n = statements_count();
    for (int group = STATEMENT_HELD; group <= STATEMENT_TALK; group++) {
        for (size_t i = 0; i < n; i++) {
            const struct statement *statement = &statement_table[i];
            if (statement->group == (enum statement_group)group &&
                say(statement, &saying, &chosen.line[chosen.n])) {
                chosen.group[chosen.n] = statement->group;
                chosen.rule[chosen.n++] = statement->id;
                break;
            }
        }
    }
    for (size_t i = 0; i < STATEMENTS_MAX; i++) {
        enum yk_status status = text_status(&chosen.line[i], why);
        if (status != YK_OK) {
            statements_release(&chosen);
            return status;
        }
    }
    statements_release(out);
    *out = chosen;
    return YK_OK;
}
