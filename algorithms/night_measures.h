/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a sleep period adds up to: sleep, wake, awakenings, nonwear. docs/algorithms/night.md.
 */
#ifndef ALGORITHMS_NIGHT_MEASURES_H
#define ALGORITHMS_NIGHT_MEASURES_H

#include "algorithms/sleep_default.h"

/* Sets onset, wake, spt, tst, waso, awakenings, maintenance, both nonwear shares, and with bed
 * times also sol, tib and efficiency. Unknown time inside the period is neither sleep nor wake:
 * spt = tst + waso + unknown. */
void night_measure(const struct rest_series *series, struct rest_span span,
                   struct night *night);

/* Minutes asleep in a span. */
double night_sleep_min(const struct rest_series *series, size_t first, size_t end);
/* Share (0..1) of the hours between two instants that is not known: outside the recording, not
 * worn, not observed. */
double night_invalid_share(const struct rest_series *series, int64_t start_ns, int64_t end_ns);
/* 0..1: how known the period is, how alone it stands among the window's rests, and how clearly
 * it differs from the hours around it (formula in docs/algorithms/sleep-default.md).
 * second_sum: weights of the next best rest of the window, 0 when there is none. */
double night_confidence(const struct rest_series *series, struct rest_span span,
                        double second_sum);

#endif
