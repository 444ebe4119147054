/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hoare's selection and the quantile built on it, and a sorted window, see order.h.
 */
#include "algorithms/order.h"

#include <assert.h>
#include <math.h>
#include <string.h>

double order_kth(double *x, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        double pivot = x[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (x[i] < pivot) {
                i++;
            }
            while (x[j] > pivot) {
                j--;
            }
            if (i >= j) {
                break;
            }
            double swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        if (k <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return x[k];
}

double order_quantile(double *x, size_t n, double share)
{
    if (n == 0) {
        return NAN;
    }
    double at = (double)(n - 1) * share;
    size_t below = (size_t)at;
    double value = order_kth(x, n, below);
    if (below + 1 < n) {
        double next = INFINITY; /* the selection left the larger ones behind it */
        for (size_t i = below + 1; i < n; i++) {
            next = x[i] < next ? x[i] : next;
        }
        value += (at - (double)below) * (next - value);
    }
    return value;
}

double order_median_around(const float *x, size_t n, size_t i, size_t half)
{
    double window[2 * ORDER_AROUND_MAX + 1];
    size_t first = i > half ? i - half : 0, end = n - i > half ? i + half + 1 : n, known = 0;
    assert(half <= ORDER_AROUND_MAX);
    for (size_t k = first; k < end; k++) {
        if (!isnan(x[k])) {
            window[known++] = (double)x[k];
        }
    }
    return order_quantile(window, known, 0.5);
}

/* First place whose value is not below x. */
static size_t place_of(const struct order_window *self, double x)
{
    size_t low = 0, high = self->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->value[middle] < x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void order_window_add(struct order_window *self, double x)
{
    if (!isnan(x)) {
        size_t at = place_of(self, x);
        memmove(self->value + at + 1, self->value + at, (self->n - at) * sizeof *self->value);
        self->value[at] = x;
        self->n++;
    }
}

void order_window_remove(struct order_window *self, double x)
{
    if (!isnan(x)) {
        size_t at = place_of(self, x);
        self->n--;
        memmove(self->value + at, self->value + at + 1, (self->n - at) * sizeof *self->value);
    }
}

double order_window_median(const struct order_window *self)
{
    size_t middle = self->n / 2;
    if (self->n == 0) {
        return NAN;
    }
    return self->n % 2 == 1 ? self->value[middle]
                            : (self->value[middle - 1] + self->value[middle]) / 2;
}
