/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The default recipe's view of a recording: which epochs are at rest, which are still, which
 * are asleep; from the angle of the arm, or from activity counts.
 * docs/algorithms/sleep-default.md.
 */
#ifndef ALGORITHMS_SLEEP_DEFAULT_H
#define ALGORITHMS_SLEEP_DEFAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "algorithms/count_input.h"
#include "src/base/zone.h"
#include "src/model/analysis.h"

#define REST_WEIGHT_UNKNOWN (-1.0f)

struct rest_series {
    const struct epoch_series *epochs;
    const struct zone *zone;
    const struct parameters *parameters;
    char method[40]; /* "best-sum+movement", "tudor-locke+ck_actilife" */
    size_t n;
    double per_min; /* epochs in a minute; below 1 for long epochs */
    float *weight;  /* n, owned: above 0 at rest, below 0 not (sleep_default.c) */
    float *later;   /* n, owned: the same once sleep has begun */
    uint8_t *still; /* n, owned: 1 in a bout of sustained inactivity, or of consolidated rest */
    uint8_t *asleep; /* n, owned: 1 asleep, where it lies in a rest */
    uint8_t *edge;   /* n, owned: a rest begins and ends with a 1; with edges=immobile: 1 when
                        the epoch is immobile */
    size_t
        immobile_n; /* edges=immobile: epochs in a section that opens and closes sleep; else 0
                     */
};

/* A rest between bouts of stillness. */
struct rest_span {
    size_t first, end; /* epochs [first, end); equal: none */
    double sum;        /* weights of the window it comes from */
};

void rest_series_init(struct rest_series *self);
void rest_series_release(struct rest_series *self);
/* Looks at angle z where it is there, else at counts (COUNTS or COUNTS_Y). Nonwear must be
 * marked before. A recording with neither gives n == 0. errors: YK_ERR_MEMORY; YK_ERR_ARGUMENT
 * when a rule that the recipe names was not made for the recording's counts */
enum yk_status rest_series_make(struct rest_series *self, const struct analysis *analysis,
                                const struct zone *zone, struct failure *why);

/* The parts of it in sleep_angle.c and sleep_counts.c; self has its arrays. errors:
 * YK_ERR_MEMORY */
enum yk_status rest_series_from_angle(struct rest_series *self, struct failure *why);
enum yk_status rest_series_from_counts(struct rest_series *self, const struct count_input *in,
                                       struct failure *why);

/* errors: YK_ERR_ARGUMENT when the recipe asks for Webster's rescoring: there are no scored
 * minutes here */
enum yk_status rest_series_refuse_rescoring(const struct rest_series *self,
                                            struct failure *why);

/* Whether the recipe names a rule on counts (sleep=oakley, rest=tudor_locke, edges=immobile):
 * angles are then left aside. In that case *in is what the rules read. errors: YK_ERR_ARGUMENT:
 * the recording has no counts that they were made for */
enum yk_status rest_series_count_rules(const struct analysis *analysis, bool *wants_counts,
                                       struct count_input *in, struct failure *why);

/* The rule named by rest=, on scored counts: fills weight, later and edge so that every rest
 * the rule finds is one stretch and a night's main rest is the longest of its window. counts
 * and score: n. errors: YK_ERR_MEMORY, YK_ERR_ARGUMENT (epochs of a length the rule was not
 * made for) */
enum yk_status rest_rule_apply(struct rest_series *self, const float *counts,
                               const uint8_t *score, struct failure *why);
bool rest_rule_reads_counts(enum choice_rest rule);
/* Whether a rest of the rule begins and ends the sleep as well. */
bool rest_rule_sets_edges(enum choice_rest rule);
/* "best-sum": first part of a night's method. */
const char *rest_rule_word(enum choice_rest rule);

/* The best window within [first, end), its ends moved to the first and last bout of stillness
 * that reach into it, but not beyond [first, end). */
struct rest_span rest_series_best(const struct rest_series *self, size_t first, size_t end);
/* Moves the ends of a window; {first, first} when nothing is still inside. */
struct rest_span rest_series_refine(const struct rest_series *self, size_t first, size_t end,
                                    size_t low, size_t high);
/* Share at rest of the known epochs of [first, end); NaN when none is known. */
double rest_series_share(const struct rest_series *self, size_t first, size_t end);
/* The two questions that the makers of a series (from angles, from counts) ask of it are
 * answered here, so that these files need nothing of the one that calls them. */
static inline bool rest_series_is_known(const struct rest_series *self, size_t epoch)
{
    return (self->epochs->state[epoch] & STATE_INVALID) == 0;
}

/* Whether sleep and wake of the epoch count. As known, but for the ways of ActiLife
 * (Tudor-Locke's periods) and Actiware (immobile edges): they score what was recorded; nonwear
 * is marked beside it and decides whether the night is counted. */
static inline bool rest_series_is_scored(const struct rest_series *self, size_t epoch)
{
    const struct parameters *p = self->parameters;
    bool is_makers = p->rest == REST_RULE_tudor_locke || p->edges == EDGES_immobile;
    uint16_t unscored = is_makers ? STATE_UNKNOWN | STATE_EXCLUDED : STATE_INVALID;
    return (self->epochs->state[epoch] & unscored) == 0;
}

#endif
