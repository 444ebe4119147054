/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much a minute of Actiwatch counts speaks for rest: a sum of printed terms
 * (rest_logistic.def), fitted by `make fit` to scored rest intervals. A night's rest is the
 * window with the largest sum. For 60-s Actiwatch counts only. docs/algorithms/logistic-rest.md
 */
#ifndef ALGORITHMS_REST_LOGISTIC_H
#define ALGORITHMS_REST_LOGISTIC_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

enum rest_channel {                      /* what is averaged over a stretch of minutes */
                    REST_CHANNEL_LEVEL,  /* ln(1 + count / 5 % of the 24-h mean) */
                    REST_CHANNEL_ZERO,   /* 1 when there is no count */
                    REST_CHANNEL_ACTIVE, /* 1 when the count is above half of the 24-h mean */
                    REST_CHANNEL_QUIET, /* 1 when the median of 11 minutes is at most 15 % of it
                                         */
                    REST_CHANNEL_CALM,  /* 1 when the median of 31 minutes is at most 2 % of it
                                         */
                    REST_CHANNELS
};

struct rest_term {
    enum rest_channel channel;
    int from_min, to_min; /* stretch around the minute, both included; negative: before it */
    double mean;          /* of the recordings it was fitted to: there the term is 0 */
    double weight;        /* per unit of the channel */
};

enum { REST_TERMS_MAX = 96 };

extern const struct rest_term rest_logistic_term[];
extern const size_t rest_logistic_n_terms;
extern const double rest_logistic_constant; /* of a minute of which all terms are 0 */
const char *rest_channel_name(enum rest_channel channel);

/* Sums over the channels of one recording, from which any stretch's mean follows. */
struct rest_channels {
    size_t n;
    const float *counts;        /* not owned; NaN = missing */
    double *sum[REST_CHANNELS]; /* owned, n + 1 */
    double *known;              /* owned, n + 1 */
};

/* errors: YK_ERR_MEMORY */
enum yk_status rest_channels_make(struct rest_channels *self, const float *counts, size_t n,
                                  struct failure *why);
void rest_channels_release(struct rest_channels *self);
/* Mean of a channel over minutes i + from .. i + to that are known; NaN when none is. */
double rest_channels_mean(const struct rest_channels *self, enum rest_channel channel, size_t i,
                          int from_min, int to_min);

/* Each term's part in minute i, part[rest_logistic_n_terms]; their sum and the constant are the
 * minute's logit. A stretch of which nothing is known has no part. A missing minute speaks for
 * nothing: all parts and the sum are 0. Returns the sum. part may be NULL. */
double rest_logistic_explain(const struct rest_channels *self, size_t i, double *part);

/* logit: out, n. errors: YK_ERR_MEMORY */
enum yk_status rest_logistic_score(const float *counts, size_t n, float *logit,
                                   struct failure *why);

#endif
