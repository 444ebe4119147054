/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Epoch-by-epoch sleep/wake scoring of activity counts. One file and one line in scorers.def
 * add a rule.
 *
 * Every rule is a weighted sum of neighbouring epochs made for one kind of count at one epoch
 * length; a rule refuses input of another epoch length rather than answer on a wrong scale, and
 * count_input_choose() refuses counts of a kind it was not made for.
 */
#ifndef ALGORITHMS_SCORER_H
#define ALGORITHMS_SCORER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"
#include "src/model/count_kind.h"
#include "src/model/parameters.h"

enum { SCORE_WAKE = 0, SCORE_SLEEP = 1, SCORE_UNKNOWN = 255 };

struct scorer_input {
    const float *counts; /* n counts per epoch, NaN = missing */
    size_t n;
    int32_t epoch_s;
    double scale;     /* what one unit of the rule is worth in counts; 0 = the rule's own */
    double threshold; /* NaN = the rule's own */
    int32_t phase_s;  /* seconds from a whole minute to the first epoch; for rules that reduce
                         shorter epochs to minutes */
};

struct sleep_scorer {
    const char *id;     /* also an id in methods.def */
    const char *epochs; /* "60" or "15 30 60 120": epoch lengths it was made for, in s */
    uint32_t kinds;     /* counts it was made for, a set of COUNT_KIND_BIT() */
    /* score: n results, SCORE_WAKE, SCORE_SLEEP or SCORE_UNKNOWN (a missing epoch, or one whose
     * window holds a missing one). Cannot fail on valid input; scorer_score() has checked it.
     */
    void (*score)(const struct scorer_input *in, uint8_t *score);
};

/* The count k epochs after epoch i; `outside` where the recording has none. */
static inline double scorer_count_at(const struct scorer_input *in, size_t i, int k,
                                     double outside)
{
    bool is_outside = k < 0 ? i < (size_t)-k : in->n - i <= (size_t)k;
    return is_outside ? outside : (double)in->counts[k < 0 ? i - (size_t)-k : i + (size_t)k];
}

/* The counts a published rule was made for, and those that nobody has named. */
#define PUBLISHED(kind) (COUNT_KIND_BIT(kind) | COUNT_KIND_BIT(UNKNOWN))

size_t scorer_count(void);
const struct sleep_scorer *scorer_at(size_t i);
const struct sleep_scorer *scorer_find(const char *id); /* NULL when unknown */
/* The one that sleep= names; NULL for default and ggir. */
const struct sleep_scorer *scorer_chosen(enum choice_sleep choice);

/* errors: YK_ERR_ARGUMENT when the epoch length is not one the rule was made for */
enum yk_status scorer_score(const struct sleep_scorer *self, const struct scorer_input *in,
                            uint8_t *score, struct failure *why);

/* Webster's rescoring of minutes (Webster 1982, Sleep 5:389, as quoted by Cole 1992): after 4,
 * 10 or 15 minutes awake the first 1, 3 or 4 minutes asleep become wake; then sleep of up to 6
 * (10) minutes between at least 10 (20) minutes awake on both sides becomes wake. In place.
 * Epochs of 60 s; SCORE_UNKNOWN ends a run. */
void webster_rescore(uint8_t *score, size_t n);

/* Actiware's automatic threshold: 0.88888 * counts / mobile minutes, an epoch being mobile when
 * its count reaches epoch_s / 15. NaN when no epoch is mobile. */
double oakley_auto_threshold(const float *counts, size_t n, int32_t epoch_s);

#endif
