/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hidden Markov model of movement, see sleep_states.h.
 *
 * Time is cut into bins of 30 s; a bin shows how many of its epochs hold a movement (none, up
 * to a sixth, up to a third, more). Sleep moves rarely, a person lying or sitting quietly moves
 * in about every other bin, an active one in nearly all. The most probable sequence of states
 * (Viterbi) is found with chances of movement that start at figures from the literature and are
 * then fitted to the recording (hard expectation-maximisation): people differ several times
 * over in how much they move, asleep and awake. A prior worth 100 minutes of each state
 * steadies short recordings.
 */
#include "algorithms/sleep_states.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "src/base/mem.h"

enum { STATES = 3, CLASSES = 4, ROUNDS = 4, BIN_S = 30 };

#define CLASS_UNKNOWN 255
#define PRIOR_BINS 200.0

/* Chance of each class of movement in a bin, by state. */
static const double prior_chance[STATES][CLASSES] = {
    [SLEEP_STATE_ASLEEP] = {0.870, 0.090, 0.030, 0.010},
    [SLEEP_STATE_QUIET] = {0.350, 0.280, 0.210, 0.160},
    [SLEEP_STATE_ACTIVE] = {0.030, 0.070, 0.120, 0.780},
};

/* Nats that a change of state costs: minus the logarithm of its chance per bin. */
static const double change_cost[STATES][STATES] = {
    [SLEEP_STATE_ASLEEP] = {0, 6.0, 7.5},
    [SLEEP_STATE_QUIET] = {6.0, 0, 3.75},
    [SLEEP_STATE_ACTIVE] = {7.5, 3.75, 0},
};

struct model {
    const uint8_t *class_of; /* n bins */
    size_t n;
    double log_chance[STATES][CLASSES];
    uint8_t *from;  /* n * STATES: the state before, on the best way here */
    uint8_t *state; /* n */
};

static uint8_t class_of_bin(const uint8_t *moved, size_t n)
{
    if (n == 1) { /* a long epoch: its grade is its class */
        return moved[0] == MOVED_UNKNOWN ? CLASS_UNKNOWN : moved[0];
    }
    size_t known = 0, moves = 0;
    for (size_t i = 0; i < n; i++) {
        known += moved[i] != MOVED_UNKNOWN;
        moves += moved[i] == MOVED_YES;
    }
    if (2 * known <= n) {
        return CLASS_UNKNOWN;
    }
    double share = (double)moves / (double)known;
    return moves == 0 ? 0 : share <= 0.17 ? 1 : share <= 0.34 ? 2 : 3;
}

static void find_path(struct model *self)
{
    double score[STATES] = {0};
    for (size_t b = 0; b < self->n; b++) {
        double next[STATES];
        for (size_t to = 0; to < STATES; to++) {
            size_t best = to;
            for (size_t from = 0; from < STATES; from++) {
                if (score[from] - change_cost[from][to] > score[best] - change_cost[best][to]) {
                    best = from;
                }
            }
            self->from[b * STATES + to] = (uint8_t)best;
            next[to] = score[best] - change_cost[best][to];
            if (self->class_of[b] != CLASS_UNKNOWN) {
                next[to] += self->log_chance[to][self->class_of[b]];
            }
        }
        memcpy(score, next, sizeof score);
    }
    size_t at = 0;
    for (size_t s = 1; s < STATES; s++) {
        at = score[s] > score[at] ? s : at;
    }
    for (size_t b = self->n; b-- > 0;) {
        self->state[b] = (uint8_t)at;
        at = self->from[b * STATES + at];
    }
}

static void set_chances(struct model *self, double count[STATES][CLASSES])
{
    for (size_t s = 0; s < STATES; s++) {
        double sum = 0;
        for (size_t c = 0; c < CLASSES; c++) {
            sum += count[s][c] + PRIOR_BINS * prior_chance[s][c];
        }
        for (size_t c = 0; c < CLASSES; c++) {
            self->log_chance[s][c] = log((count[s][c] + PRIOR_BINS * prior_chance[s][c]) / sum);
        }
    }
}

static void fit(struct model *self)
{
    double count[STATES][CLASSES] = {{0}};
    for (int round = 0; round < ROUNDS; round++) {
        set_chances(self, count);
        find_path(self);
        memset(count, 0, sizeof count);
        for (size_t b = 0; b < self->n; b++) {
            if (self->class_of[b] != CLASS_UNKNOWN) {
                count[self->state[b]][self->class_of[b]] += 1;
            }
        }
    }
}

/* Puts a change between sleep and wake to the movement nearest to the border of its bins: sleep
 * begins after one and ends before one. */
static void sharpen(const uint8_t *moved, uint8_t *state, size_t n, size_t reach)
{
    for (size_t i = 1; i < n; i++) {
        bool was_asleep = state[i - 1] == SLEEP_STATE_ASLEEP;
        if (was_asleep == (state[i] == SLEEP_STATE_ASLEEP)) {
            continue;
        }
        if (was_asleep) { /* sleep lasts until the first movement from a bin before the border
                           */
            size_t from = i > reach ? i - reach : 0, end = i + reach < n ? i + reach : n;
            size_t at = from;
            while (at < end && moved[at] == MOVED_NO) {
                at++;
            }
            uint8_t awake = state[i];
            for (size_t k = at; k < i; k++) {
                state[k] = awake;
            }
            for (size_t k = i; k < at; k++) {
                state[k] = SLEEP_STATE_ASLEEP;
            }
            i = at > i ? at : i;
        } else { /* and begins after the last one */
            size_t from = i > reach ? i - reach : 0, at = i + reach < n ? i + reach : n;
            while (at > from && moved[at - 1] == MOVED_NO) {
                at--;
            }
            uint8_t awake = state[i - 1];
            for (size_t k = at; k < i; k++) {
                state[k] = SLEEP_STATE_ASLEEP;
            }
            for (size_t k = i; k < at; k++) {
                state[k] = awake;
            }
            i = at > i ? at : i;
        }
    }
}

enum yk_status sleep_states_find(const uint8_t *moved, size_t n, int32_t epoch_s,
                                 uint8_t *state, struct failure *why)
{
    size_t per_bin = epoch_s < BIN_S ? (size_t)(BIN_S / epoch_s) : 1;
    struct model model = {.n = n / per_bin + (n % per_bin != 0)};
    uint8_t *class_of = mem_alloc(model.n, 1);
    model.from = mem_alloc(model.n, STATES);
    model.state = mem_alloc(model.n, 1);
    model.class_of = class_of;
    enum yk_status status = YK_OK;
    if (class_of == NULL || model.from == NULL || model.state == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the states of %zu epochs", n);
        goto done;
    }
    for (size_t b = 0; b < model.n; b++) {
        size_t first = b * per_bin, left = n - first;
        class_of[b] = class_of_bin(moved + first, left < per_bin ? left : per_bin);
    }
    fit(&model);
    for (size_t i = 0; i < n; i++) {
        state[i] = model.state[i / per_bin];
    }
    sharpen(moved, state, n, per_bin);
    for (size_t i = 0; i < n; i++) {
        state[i] = moved[i] == MOVED_UNKNOWN ? SLEEP_STATE_UNKNOWN : state[i];
    }
done:
    mem_free(class_of);
    mem_free(model.from);
    mem_free(model.state);
    return status;
}
