/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asleep, quietly awake or active, from how often the arm moves: a hidden Markov model of
 * movement with three states, fitted to the person. docs/algorithms/sleep-default.md.
 */
#ifndef ALGORITHMS_SLEEP_STATES_H
#define ALGORITHMS_SLEEP_STATES_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

enum sleep_state { SLEEP_STATE_ASLEEP, SLEEP_STATE_QUIET, SLEEP_STATE_ACTIVE };
#define SLEEP_STATE_UNKNOWN 255

/* Whether the arm moved in an epoch. Epochs of half a minute and more say how much: */
enum { MOVED_NO = 0, MOVED_YES = 1, MOVED_MORE = 2, MOVED_MUCH = 3, MOVED_UNKNOWN = 255 };

/* moved    n epochs
 * epoch_s  at most 60
 * state    out, n: enum sleep_state; a change lies beside a movement, not somewhere in a bin.
 *          SLEEP_STATE_UNKNOWN where moved is unknown
 * errors   YK_ERR_MEMORY
 */
enum yk_status sleep_states_find(const uint8_t *moved, size_t n, int32_t epoch_s,
                                 uint8_t *state, struct failure *why);

#endif
