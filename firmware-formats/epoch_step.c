/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Steps between rows, see epoch_step.h.
 */
#include "firmware-formats/epoch_step.h"

#include <stdlib.h>

#include "src/base/clock.h"

#define DAY_S 86400
#define STEPS_LEAST 8 /* more than that have a middle */

int32_t epoch_step_usual_s(const int64_t *row_ns, size_t n)
{
    int64_t step[EPOCH_STEP_ROWS];
    size_t n_steps = 0;
    for (size_t i = 1; i < n; i++) {
        int64_t s = floor_div(row_ns[i] - row_ns[i - 1] + NS_PER_S / 2, NS_PER_S);
        if (s >= 1 && s <= DAY_S) {
            step[n_steps++] = s;
        }
    }
    qsort(step, n_steps, sizeof *step, compare_ns);
    size_t best = 0;
    int32_t usual = 0;
    for (size_t i = 0, run = 0; i < n_steps; i++) {
        run = i > 0 && step[i] == step[i - 1] ? run + 1 : 1;
        if (run > best) {
            best = run;
            usual = (int32_t)step[i];
        }
    }
    return usual;
}

int64_t epoch_step_median_ns(const int64_t *row_ns, size_t n)
{
    int64_t step[EPOCH_STEP_ROWS];
    size_t n_steps = 0;
    for (size_t i = 1; i < n; i++) {
        step[n_steps++] = row_ns[i] - row_ns[i - 1];
    }
    qsort(step, n_steps, sizeof *step, compare_ns);
    return n_steps > STEPS_LEAST ? step[n_steps / 2] : 0;
}

int32_t epoch_step_agreed_s(const int64_t *row_ns, size_t n)
{
    int32_t usual = epoch_step_usual_s(row_ns, n);
    return usual * NS_PER_S == epoch_step_median_ns(row_ns, n) ? usual : 0;
}
