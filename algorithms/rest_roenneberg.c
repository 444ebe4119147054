/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Consolidated rest, see rest_roenneberg.h. An epoch is quiet when it is at most 15 % of the
 * mean of the 24 h around it. From each half hour of quiet the end of sleep is the length whose
 * template "quiet so long, then not" correlates best with the twelve hours that follow.
 *
 * The correlation with k ones is C(k) / (|d - m| sqrt(k (1 - k / L))), C the running sum of
 * d - m, so a seed costs one pass.
 */
#include "algorithms/rest_roenneberg.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "algorithms/runs.h"
#include "algorithms/trend.h"
#include "src/base/mem.h"

#define QUIET_SHARE 0.15

enum { QUIET = 1, ACTIVE = 0, NO_TREND = 2 };

struct scan {
    const float *counts;
    size_t n, per_half_h;
    uint8_t *quiet;  /* as read */
    uint8_t *joined; /* with accepted bouts filled in */
    double *match;   /* 12 h of correlations */
};

static void mark_quiet(struct scan *self)
{
    const size_t half_day = 24 * self->per_half_h;
    struct trend trend = {0};
    for (size_t i = 0; i < self->n; i++) {
        double mean = trend_at(&trend, self->counts, self->n, i, half_day);
        /* A missing epoch is not quiet, but may be slept over. */
        bool is_quiet = (double)self->counts[i] <= QUIET_SHARE * mean;
        self->quiet[i] = trend.known < half_day ? NO_TREND : is_quiet ? QUIET : ACTIVE;
    }
}

/* Length of the sleep that begins at s, in epochs; 0 when no length stands out. */
static size_t length_of_sleep(struct scan *self, size_t s)
{
    size_t length = self->n - s < 24 * self->per_half_h ? self->n - s : 24 * self->per_half_h;
    size_t ones = 0, ahead = self->per_half_h + 1;
    for (size_t j = 0; j < length; j++) {
        ones += self->joined[s + j] == QUIET;
    }
    double mean = (double)ones / (double)length, running = 0;
    double norm = sqrt((double)ones * (1 - mean)); /* |d - m| for zeros and ones */
    if (length < 2 || !(norm > 0)) {
        return 0;
    }
    for (size_t k = 1; k < length; k++) {
        double share = (double)k / (double)length;
        running += (self->joined[s + k - 1] == QUIET) - mean;
        self->match[k - 1] = running / (norm * sqrt((double)k * (1 - share)));
    }
    size_t best = 0, n = length - 1, falling = 0;
    /* A peak is above each of the next `ahead` values; near the end of the data there are none.
     */
    for (size_t q = 0; q + ahead < n; q++) {
        for (falling = 1; falling <= ahead; falling++) {
            if (!(self->match[q] > self->match[q + falling])) {
                break;
            }
        }
        if (falling > ahead && (best == 0 || self->match[q] > self->match[best - 1])) {
            best = q + 1;
        }
    }
    return best;
}

static void join(struct scan *self, uint8_t *asleep)
{
    size_t slept_until = 0;
    for (size_t i = 0, end; i < self->n; i = end) {
        end = run_end(self->quiet, self->n, i);
        if (self->quiet[i] != QUIET || end - i < self->per_half_h || i < slept_until) {
            continue;
        }
        size_t length = length_of_sleep(self, i);
        if (length > 0) {
            memset(asleep + i, 1, length);
            memset(self->joined + i, QUIET, length);
            slept_until = i + length;
        }
    }
}

enum yk_status rest_roenneberg(const float *counts, size_t n, int32_t epoch_s, uint8_t *asleep,
                               struct failure *why)
{
    if (epoch_s <= 0 || 1800 % epoch_s != 0) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "epochs of %d s do not fill half an hour; use 60 s", (int)epoch_s);
    }
    struct scan scan = {.counts = counts, .n = n, .per_half_h = (size_t)(1800 / epoch_s)};
    scan.quiet = mem_alloc(n, 1);
    scan.joined = mem_alloc(n, 1);
    scan.match = mem_alloc(24 * scan.per_half_h, sizeof *scan.match);
    enum yk_status status = YK_OK;
    if (scan.quiet == NULL || scan.joined == NULL || scan.match == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the rest in %zu epochs", n);
    } else {
        memset(asleep, 0, n);
        mark_quiet(&scan);
        memcpy(scan.joined, scan.quiet, n);
        join(&scan, asleep);
    }
    mem_free(scan.quiet);
    mem_free(scan.joined);
    mem_free(scan.match);
    return status;
}
