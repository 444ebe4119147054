/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Still ten-second windows from recorded samples, see calibrate.h. Sums are taken from the
 * first sample of a window, in eight interleaved parts that are added in a fixed order: the
 * same on every processor.
 */
#include <math.h>
#include <string.h>

#include "algorithms/calibrate.h"
#include "src/base/clock.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#define STILL_MEAN_MOST_G 2.0

void still_windows_init(struct still_windows *self, size_t most)
{
    memset(self, 0, sizeof *self);
    self->most = most;
    self->stride = 1;
}

void still_windows_release(struct still_windows *self)
{
    mem_free(self->window);
    self->window = NULL;
    self->n = 0;
    self->capacity = 0;
}

static void drop_every_second(struct still_windows *self)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->n; i += 2) {
        self->window[kept++] = self->window[i];
    }
    self->n = kept;
    self->stride *= 2;
}

enum yk_status still_windows_add(struct still_windows *self, const double mean_g[3],
                                 const double sd_g[3], double temperature_c, double limit_g,
                                 struct failure *why)
{
    self->n_looked_at++;
    for (int a = 0; a < 3; a++) {
        if (!(sd_g[a] < limit_g && fabs(mean_g[a]) < STILL_MEAN_MOST_G)) {
            return YK_OK;
        }
    }
    if (self->n_still++ % self->stride != 0) {
        return YK_OK;
    }
    if (self->most > 0 && self->n == self->most) {
        drop_every_second(self);
        if ((self->n_still - 1) % self->stride != 0) {
            return YK_OK;
        }
    }
    if (MEM_RESERVE(self->window, self->n, self->capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "calibration: no memory for %zu still windows",
                           self->n + 1);
    }
    struct still_window *w = &self->window[self->n++];
    memcpy(w->mean_g, mean_g, sizeof w->mean_g);
    w->temperature_c = temperature_c;
    return YK_OK;
}

void window_sums_init(struct window_sums *self, double rate_hz)
{
    memset(self, 0, sizeof *self);
    self->length = (size_t)llround(rate_hz * CALIBRATION_WINDOW_S);
}

YK_CLONES
static void sum_parts(const float *restrict x, size_t n, double origin, double *restrict sum,
                      double *restrict squares)
{
    double first[WINDOW_PARTS], second[WINDOW_PARTS];
    memcpy(first, sum, sizeof first);
    memcpy(second, squares, sizeof second);
    size_t i = 0;
    for (; i + WINDOW_PARTS <= n; i += WINDOW_PARTS) {
        for (size_t p = 0; p < WINDOW_PARTS; p++) {
            double off = (double)x[i + p] - origin;
            first[p] += off;
            second[p] += off * off;
        }
    }
    memcpy(sum, first, sizeof first);
    memcpy(squares, second, sizeof second);
    for (size_t p = 0; i + p < n; p++) {
        double off = (double)x[i + p] - origin;
        sum[p] += off;
        squares[p] += off * off;
    }
}

static double total(const double parts[WINDOW_PARTS])
{
    double sum = 0.0;
    for (size_t p = 0; p < WINDOW_PARTS; p++) {
        sum += parts[p];
    }
    return sum;
}

static enum yk_status end_window(struct window_sums *self, double limit_g,
                                 struct still_windows *out, struct failure *why)
{
    double mean[3], sd[3], n = (double)self->n;
    for (int a = 0; a < 3; a++) {
        double sum = total(self->sum[a]);
        double rest = total(self->squares[a]) - sum * (sum / n);
        mean[a] = self->origin[a] + sum / n;
        sd[a] = rest > 0.0 ? sqrt(rest / (n - 1.0)) : 0.0;
    }
    double temperature =
        self->n_temperature > 0.0 ? self->temperature / self->n_temperature : NAN;
    self->n = 0;
    return still_windows_add(out, mean, sd, temperature, limit_g, why);
}

static void begin_window(struct window_sums *self, const struct sample_block *block, size_t i)
{
    for (int a = 0; a < 3; a++) {
        self->origin[a] = (double)block->acc_g[a][i];
    }
    memset(self->sum, 0, sizeof self->sum);
    memset(self->squares, 0, sizeof self->squares);
    self->temperature = 0.0;
    self->n_temperature = 0.0;
}

enum yk_status window_sums_add(struct window_sums *self, const struct sample_block *block,
                               double limit_g, struct still_windows *out, struct failure *why)
{
    const double block_s = block->period_s * block->n;
    int64_t apart =
        block->t0_ns > self->end_ns ? block->t0_ns - self->end_ns : self->end_ns - block->t0_ns;
    if ((block->flags & (BLOCK_AFTER_GAP | BLOCK_RESTART)) != 0 || apart > NS_PER_S) {
        self->n = 0;
    }
    self->end_ns = block->t0_ns + (int64_t)(block_s * (double)NS_PER_S);
    for (size_t i = 0; i < block->n;) {
        if (self->n == 0) {
            begin_window(self, block, i);
        }
        size_t now = self->length - self->n;
        now = now < block->n - i ? now : block->n - i;
        for (int a = 0; a < 3; a++) {
            sum_parts(block->acc_g[a] + i, now, self->origin[a], self->sum[a],
                      self->squares[a]);
        }
        if (!isnan(block->temperature_c)) {
            self->temperature += (double)block->temperature_c * (double)now;
            self->n_temperature += (double)now;
        }
        self->n += now;
        i += now;
        if (self->n == self->length) {
            enum yk_status status = end_window(self, limit_g, out, why);
            if (status != YK_OK) {
                return status;
            }
        }
    }
    return YK_OK;
}
