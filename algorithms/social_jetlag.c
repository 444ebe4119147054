/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Social jetlag (Wittmann et al. 2006), MSFsc (Roenneberg et al. 2012), composite phase
 * deviation (Fischer et al. 2016) and the circular mid-sleep of scored epochs.
 */
#include "algorithms/social_jetlag.h"

#include <math.h>

#include "src/base/clock.h"

struct mean {
    double midsleep, duration, n;
};

/* The time of day that the nights lie around, on the scale of the first one: a first night far
 * from the others (a shift, a flight) must not decide on which side of it they fall. */
static double usual_midsleep_h(const struct sleep_night *nights, size_t n)
{
    double c = 0, s = 0, first = nights[0].midsleep_h;
    for (size_t i = 0; i < n; i++) {
        c += cos(2 * M_PI * nights[i].midsleep_h / 24);
        s += sin(2 * M_PI * nights[i].midsleep_h / 24);
    }
    return first + clock_difference_h(atan2(s, c) * 24 / (2 * M_PI), first);
}

/* Mean around the usual mid-sleep, so that times on both sides of midnight agree. */
static struct mean mean_of(const struct sleep_night *nights, size_t n, int is_free)
{
    struct mean m = {0, 0, 0};
    double usual = usual_midsleep_h(nights, n);
    for (size_t i = 0; i < n; i++) {
        if (is_free < 0 || nights[i].is_free == (is_free > 0)) {
            m.midsleep += usual + clock_difference_h(nights[i].midsleep_h, usual);
            m.duration += nights[i].duration_h;
            m.n++;
        }
    }
    m.midsleep /= m.n; /* NaN when there is none */
    m.duration /= m.n;
    return m;
}

static double phase_deviation(const struct sleep_night *nights, size_t n, double reference)
{
    double sum = 0, count = 0;
    for (size_t i = 1; i < n; i++) {
        if (nights[i].day != nights[i - 1].day + 1) {
            continue;
        }
        double away = clock_difference_h(nights[i].midsleep_h, reference);
        double moved = clock_difference_h(nights[i].midsleep_h, nights[i - 1].midsleep_h);
        sum += hypot(away, moved);
        count++;
    }
    return count > 0 ? sum / count : NAN;
}

struct social_jetlag social_jetlag_of(const struct sleep_night *nights, size_t n)
{
    struct social_jetlag out = {NAN, NAN, NAN, NAN, NAN};
    if (n == 0) {
        return out;
    }
    struct mean work = mean_of(nights, n, 0), rest = mean_of(nights, n, 1);
    out.msw_h = work.midsleep;
    out.msf_h = rest.midsleep;
    out.difference_h = clock_difference_h(rest.midsleep, work.midsleep);
    out.msf_sc_h = rest.midsleep;
    if (work.n > 0 && rest.duration > work.duration) {
        double week = (work.n * work.duration + rest.n * rest.duration) / (work.n + rest.n);
        out.msf_sc_h = rest.midsleep - (rest.duration - week) / 2;
    }
    double reference = isnan(out.msf_sc_h) ? mean_of(nights, n, -1).midsleep : out.msf_sc_h;
    out.composite_phase_deviation_h = phase_deviation(nights, n, reference);
    return out;
}

double midsleep_of_states(const uint8_t *asleep, size_t n, int32_t epoch_s, int32_t start_s)
{
    double c = 0, s = 0;
    for (size_t i = 0; i < n; i++) {
        if (asleep[i] == 1) {
            int64_t second = (start_s + (int64_t)i * epoch_s) % 86400;
            double angle = 2 * M_PI * (double)second / 86400;
            c += cos(angle);
            s += sin(angle);
        }
    }
    if (!(hypot(c, s) > 1e-9)) {
        return NAN;
    }
    double minutes = atan2(s, c) / (2 * M_PI) * 1440;
    return minutes < 0 ? minutes + 1440 : minutes;
}
