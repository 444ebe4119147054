/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of scorers, the check of what they are given, and Webster's rescoring.
 */
#include "algorithms/scorer.h"
#include "algorithms/runs.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SCORER(id) extern const struct sleep_scorer scorer_##id;
#include "algorithms/scorers.def"
#undef SCORER

static const struct sleep_scorer *const SCORERS[] = {
#define SCORER(id) &scorer_##id,
#include "algorithms/scorers.def"
#undef SCORER
};

size_t scorer_count(void)
{
    return sizeof SCORERS / sizeof *SCORERS;
}

const struct sleep_scorer *scorer_at(size_t i)
{
    return i < scorer_count() ? SCORERS[i] : NULL;
}

const struct sleep_scorer *scorer_find(const char *id)
{
    for (size_t i = 0; i < scorer_count(); i++) {
        if (strcmp(SCORERS[i]->id, id) == 0) {
            return SCORERS[i];
        }
    }
    return NULL;
}

const struct sleep_scorer *scorer_chosen(enum choice_sleep choice)
{
    static const struct sleep_scorer *const chosen[] = {
#define SCORER(id) [SLEEP_##id] = &scorer_##id,
#include "algorithms/scorers.def"
#undef SCORER
    };
    return (size_t)choice < sizeof chosen / sizeof *chosen ? chosen[choice] : NULL;
}

/* Whether "15 30 60" holds the number. */
static bool is_in_list(const char *list, int32_t number)
{
    char word[16];
    int length = snprintf(word, sizeof word, "%d", (int)number);
    for (const char *at = list; (at = strstr(at, word)) != NULL; at++) {
        bool begins = at == list || at[-1] == ' ';
        bool ends = at[length] == '\0' || at[length] == ' ';
        if (begins && ends) {
            return true;
        }
    }
    return false;
}

enum yk_status scorer_score(const struct sleep_scorer *self, const struct scorer_input *in,
                            uint8_t *score, struct failure *why)
{
    if (!is_in_list(self->epochs, in->epoch_s)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "rule %s was made for epochs of %s s; these are %d s long: sum them "
                           "to that length first or choose another rule",
                           self->id, self->epochs, (int)in->epoch_s);
    }
    self->score(in, score);
    return YK_OK;
}

/* Rules a to c: sleep that follows long wake begins later. */
static void delay_sleep(uint8_t *score, size_t n)
{
    size_t start = 0;
    while (start < n) {
        size_t end = run_end(score, n, start);
        if (score[start] == SCORE_WAKE && end < n && score[end] == SCORE_SLEEP) {
            size_t awake = end - start;
            size_t take = awake >= 15 ? 4 : awake >= 10 ? 3 : awake >= 4 ? 1 : 0;
            size_t sleep_end = run_end(score, n, end);
            take = take < sleep_end - end ? take : sleep_end - end;
            /* Go on behind the sleep run as it was: minutes turned to wake must not count as
             * wake for a later decision of the same pass. */
            memset(score + end, SCORE_WAKE, take);
            end = sleep_end;
        }
        start = end;
    }
}

/* Rules d and e decide on what the first pass left, all at once: marks first, then writes. */
static void drop_short_sleep(uint8_t *score, size_t n)
{
    enum { DROP = 7 };
    size_t awake_before = 0;
    for (size_t start = 0; start < n;) {
        size_t end = run_end(score, n, start);
        if (score[start] == SCORE_SLEEP && end < n && score[end] == SCORE_WAKE) {
            size_t awake_after = run_end(score, n, end) - end;
            size_t around = awake_before < awake_after ? awake_before : awake_after;
            size_t length = end - start;
            if ((length <= 6 && around >= 10) || (length <= 10 && around >= 20)) {
                memset(score + start, DROP, length);
            }
        }
        awake_before = score[start] == SCORE_WAKE ? end - start : 0;
        start = end;
    }
    for (size_t i = 0; i < n; i++) {
        score[i] = score[i] == DROP ? SCORE_WAKE : score[i];
    }
}

void webster_rescore(uint8_t *score, size_t n)
{
    delay_sleep(score, n);
    drop_short_sleep(score, n);
}
