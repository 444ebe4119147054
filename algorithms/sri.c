/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sleep regularity index (Phillips et al. 2017, Sci Rep 7:3216), see sri.h and
 * docs/algorithms/sri.md. Every known pair counts once; which days are left out whole is the
 * caller's to say.
 */
#include "algorithms/sri.h"

#include <math.h>
#include <string.h>

#include "src/base/mem.h"

double sri_pooled(const uint8_t *state, size_t n, size_t period, size_t min_pairs,
                  size_t *n_pairs)
{
    size_t known = 0, equal = 0;
    for (size_t i = 0; period < n && i < n - period; i++) {
        uint8_t a = state[i], b = state[i + period];
        if (a <= SRI_ASLEEP && b <= SRI_ASLEEP) {
            known++;
            equal += a == b;
        }
    }
    if (n_pairs != NULL) {
        *n_pairs = known;
    }
    if (known == 0 || known < min_pairs) {
        return NAN;
    }
    return -100.0 + 200.0 * (double)equal / (double)known;
}

void sri_bins_init(struct sri_bins *self)
{
    memset(self, 0, sizeof *self);
    self->t0_ns = TIME_UNKNOWN;
}

void sri_bins_release(struct sri_bins *self)
{
    if (self != NULL) {
        mem_free(self->state);
        sri_bins_init(self);
    }
}

enum yk_status sri_bins_make(struct sri_bins *self, const uint8_t *state, size_t n,
                             int64_t t0_ns, int32_t epoch_s, struct failure *why)
{
    int32_t bin_s = epoch_s > 0 && epoch_s < 30 && 30 % epoch_s == 0 ? 30 : epoch_s;
    if (bin_s <= 0) {
        return failure_set(why, YK_ERR_ARGUMENT, "an epoch of %d s has no bins", (int)epoch_s);
    }
    int64_t bin_ns = bin_s * NS_PER_S, epoch_ns = epoch_s * NS_PER_S;
    int64_t first = floor_div(t0_ns, bin_ns);
    size_t n_bins = 0;
    if (n > 0 && bin_s != epoch_s) {
        n_bins = (size_t)(floor_div(t0_ns + ((int64_t)n - 1) * epoch_ns, bin_ns) - first) + 1;
    } else if (n > 0) {
        n_bins = n;
    }
    uint8_t *out = mem_alloc(n_bins, 1);
    if (out == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu bins of sleep", n_bins);
    }
    if (bin_s == epoch_s) {
        memcpy(out, state, n);
        self->t0_ns = t0_ns;
    } else {
        size_t i = 0;
        for (size_t b = 0; b < n_bins; b++) {
            int64_t end_ns = (first + (int64_t)b + 1) * bin_ns;
            unsigned count = 0, asleep = 0, unknown = 0;
            for (; i < n && t0_ns + (int64_t)i * epoch_ns < end_ns; i++) {
                count++;
                asleep += state[i] == SRI_ASLEEP;
                unknown += state[i] > SRI_ASLEEP;
            }
            out[b] = unknown > 0 || count == 0 ? SRI_UNKNOWN : 2 * asleep > count;
        }
        self->t0_ns = first * bin_ns;
    }
    mem_free(self->state);
    self->state = out;
    self->bin_s = bin_s;
    self->n = n_bins;
    return YK_OK;
}

/* The state of the bin that holds this instant, or unknown outside the recording. */
static uint8_t bin_at(const struct sri_bins *bins, int64_t at_ns)
{
    int64_t i = floor_div(at_ns - bins->t0_ns, bins->bin_s * NS_PER_S);
    return i >= 0 && (uint64_t)i < bins->n ? bins->state[i] : SRI_UNKNOWN;
}

static struct sri_pair pair_of_day(const struct sri_bins *bins, const struct zone *zone,
                                   struct civil_date date)
{
    int64_t midnight[3];
    for (int k = 0; k < 3; k++) {
        midnight[k] = zone_instant_of_day(zone, civil_add_days(date, k), 0);
    }
    int64_t bin_ns = bins->bin_s * NS_PER_S, shorter = midnight[1] - midnight[0];
    if (midnight[2] - midnight[1] < shorter) {
        shorter = midnight[2] - midnight[1];
    }
    if (shorter > 24 * NS_PER_H) {
        shorter = 24 * NS_PER_H;
    }
    size_t known = 0, equal = 0;
    for (int64_t at = 0; at < shorter; at += bin_ns) {
        uint8_t a = bin_at(bins, midnight[0] + at), b = bin_at(bins, midnight[1] + at);
        if (a <= SRI_ASLEEP && b <= SRI_ASLEEP) {
            known++;
            equal += a == b;
        }
    }
    struct sri_pair pair = {.date = date, .sri = NAN};
    pair.compared_share = (double)known / (86400.0 / bins->bin_s);
    if (known > 0) {
        pair.sri = -100.0 + 200.0 * (double)equal / (double)known;
    }
    return pair;
}

enum yk_status sri_pairs_of_days(const struct sri_bins *bins, const struct zone *zone,
                                 struct sri_pair **out, size_t *n_out, struct failure *why)
{
    size_t n = 0;
    struct civil_date first = {0};
    if (bins->n > 0) {
        int64_t last_ns = bins->t0_ns + ((int64_t)bins->n - 1) * bins->bin_s * NS_PER_S;
        first = zone_civil(zone, bins->t0_ns).date;
        n = (size_t)(civil_to_days(zone_civil(zone, last_ns).date) - civil_to_days(first));
    }
    struct sri_pair *pairs = mem_alloc(n, sizeof *pairs);
    if (pairs == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu pairs of days", n);
    }
    for (size_t i = 0; i < n; i++) {
        pairs[i] = pair_of_day(bins, zone, civil_add_days(first, (int64_t)i));
    }
    *out = pairs;
    *n_out = n;
    return YK_OK;
}
