/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDCZA's three steps, see spt_hdcza.h.
 */
#include "algorithms/spt_hdcza.h"

#include <math.h>
#include <string.h>

#include "algorithms/order.h"
#include "algorithms/runs.h"
#include "src/base/mem.h"

enum yk_status hdcza_medians(const double *angle_deg, size_t n, size_t half, double unknown_is,
                             double *median_deg, struct failure *why)
{
    for (size_t i = 0; i < n; i++) {
        median_deg[i] = unknown_is;
    }
    if (half == 0 || n < 2 * half) {
        return YK_OK;
    }
    size_t width = 2 * half - 1; /* steps in a window */
    struct order_window window = {.value = mem_alloc(width + 1, sizeof *window.value)};
    if (window.value == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a window of %zu steps", width);
    }
    /* Step k is from epoch k to k + 1. The window of epoch i holds steps i - half + 1 ..
     * i + half - 1. */
    for (size_t k = 0; k + 1 < n; k++) {
        order_window_add(&window, fabs(angle_deg[k + 1] - angle_deg[k]));
        if (k >= width) {
            order_window_remove(&window, fabs(angle_deg[k - width + 1] - angle_deg[k - width]));
        }
        if (k + 1 >= width && 2 * window.n > width) {
            median_deg[k + 1 - half] = order_window_median(&window);
        }
    }
    mem_free(window.value);
    return YK_OK;
}

double hdcza_threshold(const double *median_deg, size_t n, double quantile, double factor,
                       double low, double high, double *scratch)
{
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(median_deg[i])) {
            scratch[known++] = median_deg[i];
        }
    }
    if (known == 0) {
        return NAN;
    }
    double value = factor * order_quantile(scratch, known, quantile);
    return value < low ? low : value > high ? high : value;
}

struct hdcza_window hdcza_longest(uint8_t *still, size_t n, size_t block, size_t gap)
{
    for (size_t i = 0, end; i < n; i = end) {
        end = run_end(still, n, i);
        if (still[i] != 0 && end - i <= block) {
            memset(still + i, 0, end - i);
        }
    }
    for (size_t i = 0, end; i < n; i = end) {
        end = run_end(still, n, i);
        if (still[i] == 0 && i > 0 && end < n && end - i <= gap) {
            memset(still + i, 1, end - i);
        }
    }
    struct hdcza_window best = {0};
    for (size_t i = 0, end; i < n; i = end) {
        end = run_end(still, n, i);
        if (still[i] != 0 && (!best.is_found || end - i > best.last - best.first + 1)) {
            best = (struct hdcza_window){.is_found = true, .first = i, .last = end - 1};
        }
    }
    return best;
}
