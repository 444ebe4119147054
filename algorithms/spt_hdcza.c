/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDCZA's three steps, see spt_hdcza.h. The running median keeps its window sorted: a step is
 * one binary search and one move of at most 2 * half values.
 */
#include "algorithms/spt_hdcza.h"

#include <math.h>
#include <string.h>

#include "algorithms/order.h"
#include "algorithms/runs.h"
#include "src/base/mem.h"

struct sorted {
    double *value;
    size_t n;
};

/* First place whose value is not below x. */
static size_t sorted_place(const struct sorted *self, double x)
{
    size_t low = 0, high = self->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (self->value[mid] < x) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static void sorted_add(struct sorted *self, double x)
{
    if (!isnan(x)) {
        size_t at = sorted_place(self, x);
        memmove(self->value + at + 1, self->value + at, (self->n - at) * sizeof *self->value);
        self->value[at] = x;
        self->n++;
    }
}

static void sorted_remove(struct sorted *self, double x)
{
    if (!isnan(x)) {
        size_t at = sorted_place(self, x);
        self->n--;
        memmove(self->value + at, self->value + at + 1, (self->n - at) * sizeof *self->value);
    }
}

static double sorted_median(const struct sorted *self)
{
    size_t mid = self->n / 2;
    return self->n % 2 == 1 ? self->value[mid] : (self->value[mid - 1] + self->value[mid]) / 2;
}

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
    struct sorted window = {.value = mem_alloc(width + 1, sizeof *window.value)};
    if (window.value == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a window of %zu steps", width);
    }
    /* Step k is from epoch k to k + 1. The window of epoch i holds steps i - half + 1 ..
     * i + half - 1. */
    for (size_t k = 0; k + 1 < n; k++) {
        sorted_add(&window, fabs(angle_deg[k + 1] - angle_deg[k]));
        if (k >= width) {
            sorted_remove(&window, fabs(angle_deg[k - width + 1] - angle_deg[k - width]));
        }
        if (k + 1 >= width && 2 * window.n > width) {
            median_deg[k + 1 - half] = sorted_median(&window);
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
