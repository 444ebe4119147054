/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Choi's and Troiano's rules and plain runs of zeros, each worked out in place on an array of
 * classes, one per epoch. Checked against ActiLife's periods. docs/algorithms/nonwear-counts.md
 */
#include "algorithms/nonwear_counts.h"
#include "algorithms/runs.h"

#include <math.h>
#include <string.h>

/* Runs of `value` shorter than `length` become `other`. */
static void replace_short(uint8_t *x, size_t n, uint8_t value, size_t length, uint8_t other)
{
    for (size_t start = 0, end; start < n; start = end) {
        end = run_end(x, n, start);
        if (x[start] == value && end - start < length) {
            memset(x + start, other, end - start);
        }
    }
}

/* Where counts are missing nobody knows. */
static void forget_missing(const float *counts, size_t n, uint8_t *nonwear)
{
    for (size_t i = 0; i < n; i++) {
        nonwear[i] = isnan(counts[i]) ? 0 : nonwear[i];
    }
}

void nonwear_choi(const float *counts, size_t n, const struct choi_parameters *parameters,
                  uint8_t *nonwear)
{
    enum { MOVING = 0, ZERO = 1, SPIKE = 2 };
    for (size_t i = 0; i < n; i++) {
        nonwear[i] = counts[i] > 0 ? MOVING : ZERO;
    }
    replace_short(nonwear, n, ZERO, parameters->spike_tolerance, MOVING);
    size_t zeros_before = 0;
    for (size_t start = 0, end; start < n; start = end) {
        end = run_end(nonwear, n, start);
        if (nonwear[start] == ZERO) {
            zeros_before = end - start;
            continue;
        }
        size_t zeros_after = end < n ? run_end(nonwear, n, end) - end : 0;
        if (end - start <= parameters->spike_tolerance &&
            zeros_before >= parameters->min_window && zeros_after >= parameters->min_window) {
            memset(nonwear + start, SPIKE, end - start);
        }
    }
    for (size_t i = 0; i < n; i++) {
        nonwear[i] = nonwear[i] == SPIKE ? ZERO : nonwear[i];
    }
    replace_short(nonwear, n, ZERO, parameters->min_period, MOVING);
    forget_missing(counts, n, nonwear);
}

/* Troiano's classes: 0 still, 1 a movement that may be tolerated, 2 one that may not. */
static uint8_t troiano_class(const struct troiano_parameters *p, float count)
{
    double c = isnan(count) ? 0 : (double)count;
    if (c > p->spike_stop_level) {
        return 2;
    }
    return c > p->threshold && c <= p->max_count ? 1 : 0;
}

/* A short tolerated movement that stillness follows takes the class before it. */
static void troiano_consecutive(const struct troiano_parameters *p, size_t n, uint8_t *class_of)
{
    uint8_t before = 1;
    for (size_t start = 0, end; start < n; start = end) {
        end = run_end(class_of, n, start);
        uint8_t own = class_of[start];
        bool still_follows = end < n && class_of[end] == 0;
        if (own == 1 && start > 0 && end - start <= p->spike_tolerance && still_follows) {
            memset(class_of + start, before, end - start);
        }
        before = own;
    }
    for (size_t i = 0; i < n; i++) {
        class_of[i] = class_of[i] == 0;
    }
    replace_short(class_of, n, 1, p->min_period, 0);
}

/* The period that begins at `start`: its end is the epoch after its last stillness. */
static size_t troiano_period_end(const struct troiano_parameters *p, const uint8_t *class_of,
                                 size_t n, size_t start)
{
    size_t end = start, tolerated = 0;
    for (size_t i = start; i < n && class_of[i] != 2; i++) {
        if (class_of[i] == 0) {
            end = i + 1;
        } else if (++tolerated > p->spike_tolerance) {
            break;
        }
    }
    return end;
}

static void troiano_anywhere(const struct troiano_parameters *p, size_t n, uint8_t *class_of)
{
    enum { FOUND = 3 };
    for (size_t start = 0; start < n;) {
        size_t end = class_of[start] == 0 ? troiano_period_end(p, class_of, n, start) : start;
        if (end - start >= p->min_period && end > start) {
            memset(class_of + start, FOUND, end - start);
            start = end + 1; /* strictly after the end of the last one */
        } else {
            start++;
        }
    }
    for (size_t i = 0; i < n; i++) {
        class_of[i] = class_of[i] == FOUND;
    }
}

void nonwear_troiano(const float *counts, size_t n, const struct troiano_parameters *parameters,
                     uint8_t *nonwear)
{
    for (size_t i = 0; i < n; i++) {
        nonwear[i] = troiano_class(parameters, counts[i]);
    }
    if (parameters->consecutive) {
        troiano_consecutive(parameters, n, nonwear);
    } else {
        troiano_anywhere(parameters, n, nonwear);
    }
    forget_missing(counts, n, nonwear);
}

void nonwear_zero_runs(const float *counts, size_t n, size_t min_period, uint8_t *nonwear)
{
    for (size_t i = 0; i < n; i++) {
        nonwear[i] = counts[i] < 1;
    }
    replace_short(nonwear, n, 1, min_period, 0);
}

static size_t same_end(const float *counts, size_t n, size_t i)
{
    size_t end = i + 1;
    while (end < n && counts[end] == counts[i]) {
        end++;
    }
    return end;
}

void nonwear_add_stuck_runs(const float *counts, size_t n, size_t min_run, size_t gap,
                            size_t min_period, uint8_t *nonwear)
{
    size_t period_start = 0, period_end = 0; /* empty: none is open */
    for (size_t start = 0, end; start <= n; start = end) {
        bool is_end = start == n;
        end = is_end ? n + 1 : same_end(counts, n, start);
        bool is_stuck = !is_end && counts[start] >= 1 && end - start >= min_run;
        bool goes_on = is_stuck && period_end > period_start && start - period_end <= gap;
        if (!goes_on && (is_stuck || is_end)) {
            if (period_end - period_start >= min_period) {
                memset(nonwear + period_start, 1, period_end - period_start);
            }
            period_start = start;
        }
        period_end = is_stuck ? end : period_end > period_start ? period_end : period_start;
    }
    forget_missing(counts, n, nonwear);
}
