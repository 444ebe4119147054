/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences in the words of staff. They stand on the facts they were written on: the
 * fingerprint of everything page 1 says about the period and about last time, to the minute.
 * When an analysis, an edit of a night, the plan or the diary changes any of it, the automatic
 * sentence is said again, and beside it that staff's was left out. Copies for readers outside
 * hold no sentences, so nothing of this reaches them.
 */
#include <math.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/report/statements.h"

/* Whole minutes; unknown is a dash. */
static void add_minutes(struct text *out, double minutes)
{
    if (isnan(minutes)) {
        text_add(out, " -");
    } else {
        text_addf(out, " %ld", lround(minutes));
    }
}

static void add_date(struct text *out, struct civil_date date)
{
    char word[16];
    civil_format(date, word);
    text_addf(out, " %s", word);
}

static void add_night(struct text *out, const struct interview_night *row)
{
    const double hours[] = {
        row->in_bed_h,       row->onset_h,      row->wake_h,        row->out_of_bed_h,
        row->diary_in_bed_h, row->diary_wake_h, row->latest_wake_h, row->latest_wake_next_h,
        row->target_h};
    add_date(out, row->evening);
    text_addf(out, " %d %d %d %d %d %d", (int)row->type, (int)row->attended, row->is_counted,
              row->in_time, row->in_time_next, row->on_target);
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
        add_minutes(out, 60 * hours[i]);
    }
    add_minutes(out, row->onset_less_diary_min);
    add_minutes(out, row->wake_less_diary_min);
    add_minutes(out, row->is_counted ? row->night->tst_min : (double)NAN);
    add_minutes(out, row->is_counted ? row->night->waso_min : (double)NAN);
    text_add(out, "\n");
}

static void add_before(struct text *out, const struct interview_period *before)
{
    const struct interview_set *set = &before->set[INTERVIEW_ALL];
    text_addf(out, "before %zu %zu %zu %zu", before->n_nights, set->n,
              before->mornings.n_on_target, before->mornings.n_target);
    add_minutes(out, 60 * before->mornings.target_h);
    add_minutes(out, 60 * set->wake_h.mean);
    add_minutes(out, 60 * set->onset_h.mean);
    add_minutes(out, set->tst_min.mean);
}

enum yk_status statements_basis(const struct interview_facts *facts,
                                char out[static REWORDING_BASIS_BYTES], struct failure *why)
{
    struct text words;
    text_init(&words);
    for (size_t i = 0; i < facts->n_nights; i++) {
        add_night(&words, &facts->nights[i]);
    }
    if (!isnan(facts->quiet_h)) {
        add_date(&words, facts->quiet_date);
        add_minutes(&words, 60 * facts->quiet_h);
    }
    if (facts->before.n_nights > 0) {
        add_before(&words, &facts->before);
    }
    enum yk_status status = digest_of_text(&words, out, why);
    text_release(&words);
    return status;
}

/* The newest words for a place of the sheet that ends on that evening, in one language; NULL
 * when there are none or they were taken back. */
static const struct rewording *newest(const struct rewording *list, size_t n,
                                      struct civil_date last, enum statement_group part,
                                      enum language language)
{
    for (size_t i = n; i > 0; i--) {
        const struct rewording *one = &list[i - 1];
        if (one->part == (int)part && one->language == language &&
            civil_compare(one->last, last) == 0) {
            return one->text[0] != '\0' ? one : NULL;
        }
    }
    return NULL;
}

/* The line of a place; one without words when nothing is said there any more. */
static size_t line_of(struct statements *self, enum statement_group part)
{
    size_t i = 0;
    while (i < self->n && self->group[i] != part) {
        i++;
    }
    if (i == self->n) {
        self->group[self->n] = part;
        self->rule[self->n++] = "";
    }
    return i;
}

static void apply(const struct rewording *words, bool is_same_language, const char *basis,
                  struct statements *self)
{
    bool is_valid = strcmp(words->basis, basis) == 0;
    if (!is_same_language && !is_valid) {
        return; /* neither shown here nor true any more */
    }
    size_t i = line_of(self, (enum statement_group)words->part);
    self->by[i] = words;
    self->origin[i] = !is_valid          ? STATEMENT_OUTDATED
                      : is_same_language ? STATEMENT_BY_STAFF
                                         : STATEMENT_ELSEWHERE;
    if (self->origin[i] == STATEMENT_BY_STAFF) {
        text_clear(&self->line[i]);
        text_add(&self->line[i], words->text);
    }
}

enum yk_status statements_reword(const struct interview_facts *facts,
                                 const struct rewording *list, size_t n, enum language language,
                                 struct statements *self, struct failure *why)
{
    char basis[REWORDING_BASIS_BYTES];
    if (n == 0) {
        return YK_OK;
    }
    enum yk_status status = statements_basis(facts, basis, why);
    for (int part = STATEMENT_HELD; part <= STATEMENT_TALK && status == YK_OK; part++) {
        enum language other = language == LANGUAGE_JA ? LANGUAGE_EN : LANGUAGE_JA;
        const struct rewording *words =
            newest(list, n, facts->now.last, (enum statement_group)part, language);
        bool is_here = words != NULL;
        if (!is_here) {
            words = newest(list, n, facts->now.last, (enum statement_group)part, other);
        }
        if (words != NULL) {
            apply(words, is_here, basis, self);
        }
    }
    for (size_t i = 0; i < self->n && status == YK_OK; i++) {
        status = text_status(&self->line[i], why);
    }
    return status;
}

const char *statements_part_word(enum statement_group part)
{
    static const char *const words[] = {"held", "sleep", "talk"};
    return words[part];
}

const char *statements_origin_word(enum statement_origin origin)
{
    static const char *const words[] = {"automatic", "staff", "outdated", "other_language"};
    return words[origin];
}
