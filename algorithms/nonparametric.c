/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * IS and IV (Witting et al. 1990; Van Someren et al. 1999), their means over bin widths
 * (Goncalves et al. 2014), and GGIR's reading of them on the share of rest.
 *
 * Population variances as in the papers, not sample variances, which would make a perfectly
 * regular record reach more than 1. A gap is never bridged: IV counts only neighbouring bins
 * that are both there.
 */
#include "algorithms/nonparametric.h"
#include "src/base/mem.h"

#include <math.h>

#define DAY_S 86400

enum yk_status nonparametric_of_bins(const double *bins, size_t n, size_t period, size_t first,
                                     struct is_iv *out, struct failure *why)
{
    double *sum = mem_alloc(period, sizeof *sum);
    double *count = mem_alloc(period, sizeof *count);
    if (sum == NULL || count == NULL) {
        mem_free(sum);
        mem_free(count);
        return failure_set(why, YK_ERR_MEMORY, "nonparametric: no memory");
    }
    double total = 0, n_valid = 0, changes = 0, n_changes = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(bins[i])) {
            total += bins[i];
            n_valid++;
            sum[(first + i) % period] += bins[i];
            count[(first + i) % period]++;
        }
    }
    double mean = total / n_valid, squares = 0, between = 0, n_places = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(bins[i])) {
            continue;
        }
        squares += (bins[i] - mean) * (bins[i] - mean);
        if (i > 0 && !isnan(bins[i - 1])) {
            changes += (bins[i] - bins[i - 1]) * (bins[i] - bins[i - 1]);
            n_changes++;
        }
    }
    for (size_t h = 0; h < period; h++) {
        if (count[h] > 0) {
            double off = sum[h] / count[h] - mean;
            between += off * off;
            n_places++;
        }
    }
    bool has_spread = n_valid > 1 && squares > 0;
    out->is = has_spread ? n_valid * between / (n_places * squares) : NAN;
    out->iv = has_spread && n_changes > 0 ? n_valid * changes / (n_changes * squares) : NAN;
    out->n_bins = (size_t)n_valid;
    mem_free(sum);
    mem_free(count);
    return YK_OK;
}

/* Means per bin; bins[b] is NaN when too little of it is known. */
static void fill_bins(const double *x, size_t n, int32_t epoch_s, int32_t start_s,
                      int32_t bin_s, double min_valid, double *bins, size_t n_bins)
{
    int64_t first = start_s / bin_s;
    int64_t need = bin_s / epoch_s;
    size_t i = 0;
    for (size_t b = 0; b < n_bins; b++) {
        int64_t end_s = (first + (int64_t)b + 1) * bin_s;
        double sum = 0;
        int64_t known = 0;
        for (; i < n && start_s + (int64_t)i * epoch_s < end_s; i++) {
            if (!isnan(x[i])) {
                sum += x[i];
                known++;
            }
        }
        bool is_valid = known > 0 && (double)known >= min_valid * (double)need;
        bins[b] = is_valid ? sum / (double)known : NAN;
    }
}

enum yk_status nonparametric_is_iv(const double *x, size_t n, int32_t epoch_s, int32_t start_s,
                                   int32_t bin_s, double min_valid, struct is_iv *out,
                                   struct failure *why)
{
    if (epoch_s < 1 || bin_s < epoch_s || bin_s % epoch_s != 0 || DAY_S % bin_s != 0 ||
        start_s < 0 || start_s >= DAY_S) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "IS and IV: bins of %d s do not fit epochs of %d s and a day", bin_s,
                           epoch_s);
    }
    int64_t first = start_s / bin_s;
    int64_t last = n == 0 ? first - 1 : (start_s + (int64_t)(n - 1) * epoch_s) / bin_s;
    size_t n_bins = (size_t)(last - first + 1);
    double *bins = mem_alloc(n_bins, sizeof *bins);
    if (bins == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "nonparametric: no memory");
    }
    fill_bins(x, n, epoch_s, start_s, bin_s, min_valid, bins, n_bins);
    enum yk_status status =
        nonparametric_of_bins(bins, n_bins, (size_t)(DAY_S / bin_s), (size_t)first, out, why);
    mem_free(bins);
    return status;
}

enum yk_status nonparametric_is_iv_mean(const double *x, size_t n, int32_t epoch_s,
                                        int32_t start_s, double min_valid, struct is_iv *out,
                                        struct failure *why)
{
    static const int32_t width_min[] = {1,  2,  3,  4,  5,  6,  8,  9,  10, 12, 15,
                                        16, 18, 20, 24, 30, 32, 36, 40, 45, 48, 60};
    double is = 0, iv = 0;
    size_t widths = 0;
    for (size_t i = 0; i < sizeof width_min / sizeof *width_min; i++) {
        int32_t bin_s = width_min[i] * 60;
        if (epoch_s < 1 || bin_s < epoch_s || bin_s % epoch_s != 0) {
            continue;
        }
        struct is_iv one;
        enum yk_status status =
            nonparametric_is_iv(x, n, epoch_s, start_s, bin_s, min_valid, &one, why);
        if (status != YK_OK) {
            return status;
        }
        is += one.is;
        iv += one.iv;
        widths++;
    }
    out->is = widths > 0 ? is / (double)widths : NAN;
    out->iv = widths > 0 ? iv / (double)widths : NAN;
    out->n_bins = widths;
    return YK_OK;
}

static double share_of_rest(const double *minute, double threshold)
{
    double rest = 0, known = 0;
    for (int i = 0; i < 60; i++) {
        if (!isnan(minute[i])) {
            rest += minute[i] <= threshold;
            known++;
        }
    }
    return known > 0 ? rest / known : NAN;
}

static void ggir_form(const double *hours, size_t n, struct is_iv *out)
{
    double sum[24] = {0}, count[24] = {0}, center = 0, n_places = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(hours[i])) {
            sum[i % 24] += hours[i];
            count[i % 24]++;
        }
    }
    for (int h = 0; h < 24; h++) {
        if (count[h] > 0) {
            center += sum[h] / count[h];
            n_places++;
        }
    }
    center /= n_places;
    double squares = 0, changes = 0, between = 0, n_valid = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(hours[i])) {
            continue;
        }
        n_valid++;
        squares += (hours[i] - center) * (hours[i] - center);
        if (i > 0 && !isnan(hours[i - 1])) {
            changes += (hours[i] - hours[i - 1]) * (hours[i] - hours[i - 1]);
        }
    }
    for (int h = 0; h < 24; h++) {
        if (count[h] > 0) {
            between += (sum[h] / count[h] - center) * (sum[h] / count[h] - center);
        }
    }
    bool has_spread = n_valid > 1 && squares > 0;
    out->is = has_spread ? n_valid * between / (24 * squares) : NAN;
    out->iv = has_spread ? n_valid * changes / ((n_valid - 1) * squares) : NAN;
    out->n_bins = (size_t)n_valid;
}

enum yk_status nonparametric_rest_share(const double *minute, size_t n, double threshold,
                                        struct is_iv *out, double *hours, struct failure *why)
{
    size_t n_hours = n / 60;
    double *own = hours == NULL ? mem_alloc(n_hours, sizeof *own) : NULL;
    if (hours == NULL && own == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "nonparametric: no memory");
    }
    double *to = hours != NULL ? hours : own;
    for (size_t h = 0; h < n_hours; h++) {
        to[h] = share_of_rest(minute + 60 * h, threshold);
    }
    ggir_form(to, n_hours, out);
    mem_free(own);
    return YK_OK;
}
