/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * L5, M10 and relative amplitude (Van Someren et al. 1999).
 *
 * Every window is summed by itself, in order of time: a running sum would leave rounding
 * residues in windows of zeros and decide ties by chance. Windows are summed side by side,
 * which the compiler turns into vector additions.
 */
#include "algorithms/l5_m10.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#include <math.h>

#define DAY_S 86400

YK_CLONES
static void window_sums(const double *x, size_t w, double *sums, size_t n_sums)
{
    for (size_t i = 0; i < n_sums; i++) {
        sums[i] = 0;
    }
    for (size_t j = 0; j < w; j++) {
        for (size_t i = 0; i < n_sums; i++) {
            sums[i] += x[i + j];
        }
    }
}

enum yk_status active_window_find(const double *x, size_t n, size_t w, size_t step, bool is_max,
                                  double *mean, size_t *first, struct failure *why)
{
    enum { BLOCK = 1024 };
    double *sums = mem_alloc(BLOCK, sizeof *sums);
    if (sums == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "l5_m10: no memory");
    }
    double best = NAN;
    size_t place = SIZE_MAX;
    size_t n_windows = w > 0 && n >= w ? n - w + 1 : 0;
    for (size_t from = 0; from < n_windows; from += BLOCK) {
        size_t count = n_windows - from < BLOCK ? n_windows - from : BLOCK;
        window_sums(x + from, w, sums, count);
        for (size_t i = 0; i < count; i++) {
            bool is_better = is_max ? sums[i] > best : sums[i] < best;
            if ((from + i) % step == 0 && !isnan(sums[i]) && (isnan(best) || is_better)) {
                best = sums[i];
                place = from + i;
            }
        }
    }
    mem_free(sums);
    *mean = best / (double)w;
    *first = place;
    return YK_OK;
}

double relative_amplitude(double l5, double m10)
{
    return m10 + l5 > 0 ? (m10 - l5) / (m10 + l5) : NAN;
}

static enum yk_status check_series(int32_t epoch_s, int32_t start_s, struct failure *why)
{
    if (epoch_s < 1 || 3600 % epoch_s != 0 || start_s < 0 || start_s >= DAY_S) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "L5 and M10: epochs of %d s do not divide an hour", epoch_s);
    }
    return YK_OK;
}

/* Mean per slot of the day; slot 0 is the first after midnight that an epoch starts in. */
static void average_day(const double *x, size_t n, size_t first, size_t slots, double *day,
                        double *count)
{
    for (size_t s = 0; s < slots; s++) {
        day[s] = 0;
        count[s] = 0;
    }
    size_t s = first;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) {
            day[s] += x[i];
            count[s]++;
        }
        s = s + 1 == slots ? 0 : s + 1;
    }
    for (s = 0; s < slots; s++) {
        day[s] = count[s] > 0 ? day[s] / count[s] : NAN;
    }
}

enum yk_status l5_m10_average_day(const double *x, size_t n, int32_t epoch_s, int32_t start_s,
                                  struct l5_m10 *out, struct failure *why)
{
    enum yk_status status = check_series(epoch_s, start_s, why);
    if (status != YK_OK) {
        return status;
    }
    size_t slots = (size_t)(DAY_S / epoch_s), hour = (size_t)(3600 / epoch_s);
    double *day = mem_alloc(3 * slots, sizeof *day); /* twice round, and the counts */
    if (day == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "l5_m10: no memory");
    }
    average_day(x, n, (size_t)(start_s / epoch_s), slots, day, day + 2 * slots);
    for (size_t s = 0; s < slots; s++) {
        day[slots + s] = day[s];
    }
    double phase_s = start_s % epoch_s;
    struct l5_m10 found = {.ra = NAN};
    struct {
        size_t w;
        struct active_window *to;
    } want[2] = {{5 * hour, &found.l5}, {10 * hour, &found.m10}};
    for (int i = 0; i < 2 && status == YK_OK; i++) {
        size_t first = SIZE_MAX;
        status = active_window_find(day, slots + want[i].w - 1, want[i].w, 1, i == 1,
                                    &want[i].to->mean, &first, why);
        want[i].to->start_h =
            first == SIZE_MAX ? NAN : ((double)first * epoch_s + phase_s) / 3600;
    }
    mem_free(day);
    if (status == YK_OK) {
        found.ra = relative_amplitude(found.l5.mean, found.m10.mean);
        *out = found;
    }
    return status;
}

/* Means of the best windows of all whole days that begin at clock second from_s. */
static enum yk_status days_from(const double *x, size_t n, int32_t epoch_s, int32_t start_s,
                                int32_t from_s, size_t w, bool is_max,
                                struct active_window *out, size_t *n_days, struct failure *why)
{
    size_t slots = (size_t)(DAY_S / epoch_s);
    size_t skip = (size_t)((from_s - start_s + 2 * DAY_S + epoch_s - 1) % DAY_S / epoch_s);
    double sum = 0, hours = 0;
    *n_days = 0;
    for (size_t first = skip; first + slots <= n; first += slots) {
        bool is_whole = true;
        for (size_t i = 0; i < slots && is_whole; i++) {
            is_whole = !isnan(x[first + i]);
        }
        if (!is_whole) {
            continue;
        }
        double mean = NAN;
        size_t place = 0;
        enum yk_status status =
            active_window_find(x + first, slots, w, 1, is_max, &mean, &place, why);
        if (status != YK_OK) {
            return status;
        }
        sum += mean;
        hours += ((double)place * epoch_s + from_s) / 3600;
        ++*n_days;
    }
    out->mean = *n_days > 0 ? sum / (double)*n_days : NAN;
    out->start_h = *n_days > 0 ? hours / (double)*n_days : NAN;
    return YK_OK;
}

enum yk_status l5_m10_per_day(const double *x, size_t n, int32_t epoch_s, int32_t start_s,
                              struct l5_m10_days *out, struct failure *why)
{
    enum yk_status status = check_series(epoch_s, start_s, why);
    if (status != YK_OK) {
        return status;
    }
    size_t hour = (size_t)(3600 / epoch_s);
    struct l5_m10_days found = {0};
    status = days_from(x, n, epoch_s, start_s, DAY_S / 2, 5 * hour, false, &found.mean.l5,
                       &found.n_l5, why);
    if (status == YK_OK) {
        status = days_from(x, n, epoch_s, start_s, 0, 10 * hour, true, &found.mean.m10,
                           &found.n_m10, why);
    }
    if (status == YK_OK) {
        found.mean.ra = relative_amplitude(found.mean.l5.mean, found.mean.m10.mean);
        *out = found;
    }
    return status;
}

/* The middle one of all windows whose mean is best. */
static size_t middle_of_equals(const double *mean, size_t n, double best)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += mean[i] == best;
    }
    size_t want = (count + 1) / 2;
    for (size_t i = 0; i < n; i++) {
        want -= mean[i] == best;
        if (want == 0) {
            return i;
        }
    }
    return 0;
}

enum yk_status l5_m10_ggir_day(const double *day, size_t n, int32_t epoch_s, double hours_long,
                               int32_t step_min, struct active_window *low,
                               struct active_window *high, struct failure *why)
{
    size_t step = (size_t)(step_min * 60 / epoch_s);
    size_t w = (size_t)(hours_long * 3600 / epoch_s);
    /* the last window begins one step and ten minutes before the end: 23:40 for steps of 10 */
    size_t n_windows = step > 0 && n / step > 1 ? n / step - 1 : 0;
    if (n_windows == 0 || w == 0 || w > n || (int64_t)n * epoch_s != DAY_S) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "windows of %g h every %d min do not fit %zu epochs of %d s",
                           hours_long, step_min, n, epoch_s);
    }
    double *mean = mem_alloc(n_windows, sizeof *mean);
    if (mean == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "l5_m10: no memory");
    }
    double least = INFINITY, most = -INFINITY;
    for (size_t k = 0; k < n_windows; k++) {
        double sum = 0;
        for (size_t i = 0, at = k * step; i < w; i++) {
            sum += day[at];
            at = at + 1 == n ? 0 : at + 1;
        }
        mean[k] = sum / (double)w;
        least = fmin(least, mean[k]);
        most = fmax(most, mean[k]);
    }
    double step_h = (double)step * epoch_s / 3600;
    low->mean = least;
    low->start_h = (double)middle_of_equals(mean, n_windows, least) * step_h;
    low->start_h += low->start_h < 12 ? 24 : 0;
    high->mean = most;
    high->start_h = (double)middle_of_equals(mean, n_windows, most) * step_h;
    mem_free(mean);
    return YK_OK;
}
