/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's guider windows: HDCZA on the night from 12:00:05 to 12:00:00, on 18:00:05 to 18:00:00
 * when it ends after eleven, and what replaces it (part 3, g.sib.det). Indices of GGIR count
 * from one; the differences of one epoch that follow are kept, because they are its numbers.
 */
#include "algorithms/night_ggir.h"

#include <math.h>
#include <string.h>

#include "algorithms/spt_hdcza.h"

struct span {
    double start, end; /* epochs from the start of the window, as GGIR counts */
    bool is_found;
};

static enum yk_status hdcza_of(const struct ggir_series *series, size_t first, size_t last,
                               struct span *out, double *threshold_deg, struct failure *why)
{
    const struct parameters *p = series->parameters;
    size_t n = last - first + 1;
    double per_min = (double)series->per_h / 60;
    double *median = series->scratch[0];
    uint8_t *still = series->scratch_is;
    enum yk_status status =
        hdcza_medians(series->angle_deg + first, n, series->per_h / 24, 0, median, why);
    if (status != YK_OK) {
        return status;
    }
    double threshold = hdcza_threshold(median, n, p->hdcza_quantile_pct / 100, p->hdcza_factor,
                                       p->hdcza_low_deg, p->hdcza_high_deg, series->scratch[1]);
    size_t invalid = 0;
    for (size_t i = 0; i < n; i++) {
        still[i] = median[i] < threshold;
        invalid += (series->epochs->state[first + i] & STATE_INVALID) != 0;
    }
    size_t block = (size_t)(p->hdcza_block_min * per_min);
    double gap = ceil(p->hdcza_gap_min * per_min) - 1; /* filled when shorter than this many */
    struct hdcza_window window = hdcza_longest(still, n, block, gap > 0 ? (size_t)gap : 0);
    out->is_found = window.is_found && invalid < n;
    out->start = (double)(window.first + 1);
    out->end = (double)(window.last + 2 < n ? window.last + 2 : n);
    *threshold_deg = threshold;
    return YK_OK;
}

/* Looks again from 18 to 18 when the window ends after eleven; keeps the result when it ends at
 * noon or later. */
static enum yk_status look_again(const struct ggir_series *series, size_t first, size_t last,
                                 struct span *span, double *offset_h, double *threshold_deg,
                                 struct failure *why)
{
    if (span->end + (double)(first + 1) < (double)(last + 1) - (double)series->per_h) {
        return YK_OK;
    }
    size_t later_first = first + 6 * series->per_h, later_last = last + 6 * series->per_h;
    size_t day = 24 * series->per_h;
    if (first == 0 && later_last - later_first < day && later_last + 1 > day) {
        later_first = later_last - day;
    }
    if (later_last + 1 >= series->n || later_last - later_first <= 23 * series->per_h) {
        return YK_OK;
    }
    struct span again = {0};
    double threshold = NAN;
    enum yk_status status = hdcza_of(series, later_first, later_last, &again, &threshold, why);
    if (status == YK_OK && again.is_found &&
        again.end + (double)(later_first + 1) >= (double)(last + 1)) {
        *span = again;
        *offset_h = (double)(later_first - first) / (double)series->per_h;
        *threshold_deg = threshold;
    }
    return status;
}

static double zone_hours(const struct ggir_series *series, size_t epoch)
{
    size_t i = epoch < series->n ? epoch : series->n - 1;
    return zone_offset_s(series->zone, epoch_start_ns(series->epochs, i)) / 3600.0;
}

/* The last epoch of the window around a midnight: noon by the clock, also after a change. */
static size_t last_of_window(const struct ggir_series *series, size_t midnight)
{
    size_t last = midnight + 12 * series->per_h;
    if (last >= series->n) {
        return series->n - 1;
    }
    int64_t at_ns = epoch_start_ns(series->epochs, last);
    int32_t hour = zone_civil(series->zone, at_ns).second_of_day / 3600;
    if (hour == 11) {
        last += series->per_h;
    } else if (hour == 13) {
        last -= series->per_h;
    }
    return last < series->n ? last : series->n - 1;
}

enum yk_status ggir_guider_find(const struct ggir_series *series, size_t midnight,
                                struct ggir_guider *out, struct failure *why)
{
    size_t half_day = 12 * series->per_h;
    struct ggir_guider guider = {.start_h = NAN, .end_h = NAN, .threshold_deg = NAN};
    guider.first = midnight + 1 > half_day ? midnight + 1 - half_day : 0;
    guider.last = last_of_window(series, midnight);
    struct span span = {0};
    double offset_h = 0;
    enum yk_status status =
        hdcza_of(series, guider.first, guider.last, &span, &guider.threshold_deg, why);
    if (status == YK_OK && span.is_found) {
        status = look_again(series, guider.first, guider.last, &span, &offset_h,
                            &guider.threshold_deg, why);
    }
    if (status != YK_OK) {
        return status;
    }
    /* D7: a first night that begins after noon has no window of its own, by a mistake in
     * reading the start time. */
    bool is_cut = guider.first == 0 && guider.last + 1 != 2 * half_day;
    if (span.is_found && !is_cut) {
        double first_zone_h = zone_hours(series, guider.first);
        double per_h = (double)series->per_h;
        size_t base = guider.first + (size_t)(offset_h * per_h);
        guider.start_h = span.start / per_h + 12 + offset_h +
                         zone_hours(series, base + (size_t)span.start - 1) - first_zone_h;
        guider.end_h = span.end / per_h + 12 + offset_h +
                       zone_hours(series, base + (size_t)span.end - 1) - first_zone_h;
    }
    *out = guider;
    return YK_OK;
}

/* Middle of the least active five hours, on the 12..36 scale. */
static double least_active_h(const struct ggir_series *series, const struct ggir_guider *night)
{
    const float *enmo = series->epochs->column[EPOCH_ENMO_MG];
    size_t width = 5 * series->per_h + (5 * series->per_h % 2 == 0);
    size_t n = night->last - night->first + 1;
    if (enmo == NULL || n < width) {
        return 0;
    }
    double sum = 0, least = INFINITY;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        sum += isnan(enmo[night->first + i]) ? 0 : (double)enmo[night->first + i];
        if (i + 1 < width) {
            continue;
        }
        if (sum < least) {
            least = sum;
            at = i + 1 == width ? 0
                                : i - width / 2; /* "extend": the first mean fills the edge */
        }
        float leaving = enmo[night->first + i + 1 - width];
        sum -= isnan(leaving) ? 0 : (double)leaving;
    }
    return (double)(at + 1) / (double)series->per_h + 12;
}

void ggir_guiders_complete(const struct ggir_series *series, struct ggir_guider *guiders,
                           size_t n)
{
    double start = 0, end = 0;
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(guiders[i].start_h)) {
            start += guiders[i].start_h;
            end += guiders[i].end_h;
            found++;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!isnan(guiders[i].start_h)) {
            continue;
        }
        guiders[i].is_average = true;
        if (found > 0) {
            guiders[i].start_h = start / (double)found;
            guiders[i].end_h = end / (double)found;
        } else {
            double middle_h = least_active_h(series, &guiders[i]);
            guiders[i].start_h = middle_h - 6;
            guiders[i].end_h = middle_h + 6;
        }
    }
}
