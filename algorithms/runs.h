/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs: maximal stretches of equal values in a series of classes.
 */
#ifndef ALGORITHMS_RUNS_H
#define ALGORITHMS_RUNS_H

#include <stddef.h>
#include <stdint.h>

/* Index after the last element of the run of x[0..n) that begins at i < n. */
static inline size_t run_end(const uint8_t *x, size_t n, size_t i)
{
    size_t end = i + 1;
    while (end < n && x[end] == x[i]) {
        end++;
    }
    return end;
}

#endif
