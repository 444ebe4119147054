/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lists of an analysis that sleep detection fills, and the state bits that follow from
 * them.
 */
#ifndef ALGORITHMS_SLEEP_LISTS_H
#define ALGORITHMS_SLEEP_LISTS_H

#include <stdbool.h>

#include "src/base/zone.h"
#include "src/model/analysis.h"

/* errors of all: YK_ERR_MEMORY */
enum yk_status sleep_add_night(struct analysis *self, const struct night *night,
                               struct failure *why);
enum yk_status sleep_add_rest(struct analysis *self, const struct rest *rest,
                              struct failure *why);
/* One bout per run of STATE_NONWEAR or STATE_IMPLAUSIBLE, and one per run of
 * STATE_NONWEAR_STILL alone. */
enum yk_status sleep_collect_nonwear(struct analysis *self, struct failure *why);
/* By start, the main one first. */
void sleep_sort_rests(struct analysis *self);

/* Makes the shares of a night that no rule could read unknown. */
void sleep_forget_unread(const struct analysis *self, struct night *night);

/* Epoch that holds an instant, held within 0 .. n. */
size_t sleep_epoch_of(const struct epoch_series *epochs, int64_t at_ns);
/* Sets bits in epochs [first, end). */
void sleep_mark(struct epoch_series *epochs, size_t first, size_t end, uint16_t bits);

/* Marks what GGIR's rule (nonwear_ggir.h) says about the quarters, as far as `bits` allows:
 * STATE_NONWEAR, _NONWEAR_STILL, _CLIPPED, _IMPLAUSIBLE. errors: YK_ERR_MEMORY */
#define SLEEP_QUARTER_BITS                                                                     \
    (STATE_NONWEAR | STATE_NONWEAR_STILL | STATE_CLIPPED | STATE_IMPLAUSIBLE)
enum yk_status sleep_mark_quarters(struct analysis *self, bool use_2013, uint16_t bits,
                                   struct failure *why);

#endif
