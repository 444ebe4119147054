/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Durations and shares of a night, see night_measures.h. All durations are elapsed time, so the
 * nights of a clock change come out right.
 */
#include "algorithms/night_measures.h"

#include <math.h>

#include "algorithms/sleep_lists.h"

static double minutes_of(const struct rest_series *series, size_t epochs)
{
    return (double)epochs / series->per_min;
}

static bool is_asleep(const struct rest_series *series, size_t i)
{
    return series->asleep[i] != 0 && rest_series_is_scored(series, i);
}

double night_sleep_min(const struct rest_series *series, size_t first, size_t end)
{
    size_t asleep = 0;
    for (size_t i = first; i < end; i++) {
        asleep += is_asleep(series, i);
    }
    return minutes_of(series, asleep);
}

/* Runs of wake of at least awakening_min; unknown time ends a run. */
static double count_awakenings(const struct rest_series *series, struct rest_span span)
{
    double count = 0;
    for (size_t i = span.first, end; i < span.end; i = end) {
        end = i + 1;
        if (is_asleep(series, i) || !rest_series_is_scored(series, i)) {
            continue;
        }
        while (end < span.end && !is_asleep(series, end) &&
               rest_series_is_scored(series, end)) {
            end++;
        }
        count += minutes_of(series, end - i) >= series->parameters->awakening_min;
    }
    return count;
}

static void measure_bed(struct night *night)
{
    int64_t out_ns = night->out_of_bed_ns;
    int64_t in_ns = night->in_bed_ns != TIME_UNKNOWN ? night->in_bed_ns : night->lights_out_ns;
    if (night->lights_out_ns != TIME_UNKNOWN) {
        night->sol_min = minutes_between(night->lights_out_ns, night->onset_ns);
    }
    if (in_ns != TIME_UNKNOWN && out_ns != TIME_UNKNOWN && out_ns > in_ns) {
        night->tib_min = minutes_between(in_ns, out_ns);
        night->efficiency_pct = 100 * night->tst_min / night->tib_min;
    }
}

void night_measure(const struct rest_series *series, struct rest_span span, struct night *night)
{
    size_t n = span.end - span.first, known = 0, off = 0, still = 0;
    for (size_t i = span.first; i < span.end; i++) {
        uint16_t state = series->epochs->state[i];
        known += rest_series_is_scored(series, i);
        off += (state & STATE_NONWEAR) != 0;
        still += (state & STATE_NONWEAR_STILL) != 0;
    }
    night->onset_ns = epoch_start_ns(series->epochs, span.first);
    night->wake_ns = epoch_start_ns(series->epochs, span.end);
    night->spt_min = minutes_between(night->onset_ns, night->wake_ns);
    night->tst_min = night_sleep_min(series, span.first, span.end);
    night->waso_min = minutes_of(series, known) - night->tst_min;
    night->awakenings_n = count_awakenings(series, span);
    night->maintenance_pct = n > 0 ? 100 * night->tst_min / night->spt_min : (double)NAN;
    night->nonwear_in_spt_pct = n > 0 ? 100.0 * (double)off / (double)n : (double)NAN;
    night->nonwear_stillness_in_spt_pct =
        n > 0 ? 100.0 * (double)still / (double)n : (double)NAN;
    measure_bed(night);
}

double night_invalid_share(const struct rest_series *series, int64_t start_ns, int64_t end_ns)
{
    size_t first = sleep_epoch_of(series->epochs, start_ns);
    size_t end = sleep_epoch_of(series->epochs, end_ns), known = 0;
    for (size_t i = first; i < end; i++) {
        known += rest_series_is_known(series, i);
    }
    double share = minutes_of(series, known) / minutes_between(start_ns, end_ns);
    return share < 1 ? 1 - share : 0;
}

double night_confidence(const struct rest_series *series, struct rest_span span,
                        double second_sum)
{
    size_t hour = (size_t)(60 * series->per_min), n = span.end - span.first, known = 0;
    for (size_t i = span.first; i < span.end; i++) {
        known += rest_series_is_known(series, i);
    }
    double inside = rest_series_share(series, span.first, span.end);
    double before =
        rest_series_share(series, span.first > hour ? span.first - hour : 0, span.first);
    double after = rest_series_share(series, span.end, span.end + hour);
    double around = isnan(before) ? after : isnan(after) ? before : (before + after) / 2;
    double contrast = inside - (isnan(around) ? 0.5 : around);
    contrast = isnan(contrast) || contrast < 0 ? 0 : contrast;
    double alone = 1 - 0.5 * (span.sum > 0 ? fmin(second_sum / span.sum, 1) : 1);
    return n > 0 ? (double)known / (double)n * alone * (0.4 + 0.6 * contrast) : 0;
}
