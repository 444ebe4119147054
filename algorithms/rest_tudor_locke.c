/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Joins scored minutes into sleep periods. Short runs are undecided and follow the decided run
 * before them; what is left asleep, long enough and not motionless, is a period. ActiLife drops
 * a period that ends with the recording; that is an option here.
 */
#include "algorithms/rest_tudor_locke.h"

#include <math.h>
#include <string.h>

#include "algorithms/scorer.h"
#include "algorithms/runs.h"

/* label: 1 in bed, 0 up. An undecided run at the start is up. */
static void decide(const uint8_t *asleep, size_t n, const struct tudor_locke_parameters *p,
                   uint8_t *label)
{
    uint8_t decided = 0;
    for (size_t start = 0, end; start < n; start = end) {
        end = run_end(asleep, n, start);
        bool is_sleep = asleep[start] == 1;
        if (end - start >= (is_sleep ? p->bed : p->wake)) {
            decided = is_sleep;
        }
        memset(label + start, decided, end - start);
    }
}

/* Sums over one period. A run of wake inside it is always shorter than p->wake, or it would
 * have ended it, but for undecided sleep within long wake: those runs are wake as scored. */
static void describe(const uint8_t *score, const float *counts,
                     const struct tudor_locke_parameters *p, struct sleep_period *period)
{
    size_t n = period->end, nonzero = 0, runs = 0, single = 0;
    size_t length = period->end - period->start;
    for (size_t start = period->start, end; start < n; start = end) {
        bool is_sleep = score[start] == SCORE_SLEEP;
        for (end = start; end < n && (score[end] == SCORE_SLEEP) == is_sleep; end++) {
            nonzero += counts[end] > 0;
            period->counts_sum += isnan(counts[end]) ? 0 : (double)counts[end];
        }
        if (is_sleep) {
            runs++;
            single += end - start == 1;
        } else if (end - start < p->wake) {
            period->waso_min += end - start;
            period->awakenings_n++;
        }
    }
    period->tst_min = length - period->waso_min;
    period->mean_awakening_min =
        period->awakenings_n > 0 ? (double)period->waso_min / (double)period->awakenings_n : 0;
    period->efficiency_pct = 100.0 * (double)period->tst_min / (double)length;
    period->movement_index_pct = 100.0 * (double)nonzero / (double)length;
    period->fragmentation_index_pct = runs > 0 ? 100.0 * (double)single / (double)runs : 0;
    period->sleep_fragmentation_index_pct =
        period->movement_index_pct + period->fragmentation_index_pct;
}

static size_t count_nonzero(const float *counts, size_t start, size_t end)
{
    size_t n = 0;
    for (size_t i = start; i < end; i++) {
        n += counts[i] > 0;
    }
    return n;
}

void tudor_locke_find(const uint8_t *score, const float *counts, size_t n,
                      const struct tudor_locke_parameters *parameters, uint8_t *scratch,
                      struct sleep_period *periods, size_t capacity, size_t *n_periods)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        scratch[i] = score[i] == SCORE_SLEEP;
    }
    decide(scratch, n, parameters, scratch);
    for (size_t start = 0, end; start < n; start = end) {
        end = run_end(scratch, n, start);
        size_t length = end - start;
        if ((parameters->drop_at_end && end == n) || scratch[start] != 1 ||
            length < parameters->min_length || length > parameters->max_length ||
            count_nonzero(counts, start, end) < parameters->min_nonzero) {
            continue;
        }
        if (found < capacity) {
            periods[found] = (struct sleep_period){.start = start, .end = end};
            describe(score, counts, parameters, &periods[found]);
        }
        found++;
    }
    *n_periods = found;
}
