/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actiwatch-like counts in lanes, see actiwatch_counts.h.
 *
 * The z axis is band-passed 3-11 Hz; its largest deflection of every second falls into one of
 * 128 bins of 5/128 g, counted from 1; fifteen seconds of bins minus 18 (the noise of a still
 * recorder), not below 0, times 3.07 are the counts of a quarter minute.
 *
 * The authors filter forwards and backwards (order 5); here a filter of order 4 runs twice
 * forwards, which has nearly the same gain and needs no look ahead.
 */
#include "algorithms/actiwatch_counts.h"

#include <math.h>
#include <string.h>

#include "algorithms/filter.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#define LOW_HZ 3.0
#define HIGH_HZ 11.0
#define LEAST_RATE 30
#define BIN_G (5.0 / 128)
#define BINS 128.0
#define QUARTER_NOISE 18.0
#define SCALE 3.07

enum { ORDER = 4, AXIS = 2, QUARTER_MIN_S = 15 };

struct actiwatch_stage {
    struct lane_stage stage;
    bool works;            /* false: rate, epoch or grid do not fit */
    int32_t rate, seconds; /* seconds of the quarter minute so far */
    struct filter filter;
    struct filter_state once, twice;
    double quarter[LANES]; /* bins of the quarter minute so far */
    double count[LANES];   /* of the epoch so far */
};

/* Largest deflection of one second, per lane. */
YK_CLONES
static void peak_of(struct actiwatch_stage *self, const double *restrict z,
                    const double *restrict seen, double peak[restrict LANES])
{
    for (int32_t t = 0; t < self->rate; t++) {
        double u[LANES];
        for (size_t l = 0; l < LANES; l++) {
            u[l] = z[(size_t)t * LANES + l] * self->filter.gain;
        }
        filter_step(&self->filter, FILTER_BAND_PASS, ORDER, self->once.z[AXIS], u);
        for (size_t l = 0; l < LANES; l++) {
            u[l] *= self->filter.gain;
        }
        filter_step(&self->filter, FILTER_BAND_PASS, ORDER, self->twice.z[AXIS], u);
        for (size_t l = 0; l < LANES; l++) {
            double v = fabs(u[l]) * (seen != NULL ? seen[(size_t)t * LANES + l] : 1.0);
            peak[l] = v > peak[l] ? v : peak[l];
        }
    }
}

static void add_second(struct actiwatch_stage *self, const double peak[LANES])
{
    bool is_quarter = ++self->seconds == QUARTER_MIN_S;
    for (size_t l = 0; l < LANES; l++) {
        double bin = floor(peak[l] / BIN_G) + 1;
        self->quarter[l] += bin < BINS ? bin : BINS;
        if (is_quarter) {
            double above = self->quarter[l] - QUARTER_NOISE;
            self->count[l] += above > 0 ? above * SCALE : 0;
            self->quarter[l] = 0;
        }
    }
    self->seconds = is_quarter ? 0 : self->seconds;
}

static void actiwatch_block(struct lane_stage *stage, const struct lane_block *block)
{
    struct actiwatch_stage *self = (struct actiwatch_stage *)stage;
    if (self->works && block->step == 0) {
        filter_settle(&self->filter, (const double *const *)block->acc, &self->once);
    }
    for (size_t t = 0; self->works && t + (size_t)self->rate <= block->n;
         t += (size_t)self->rate) {
        double peak[LANES] = {0};
        const double *seen = block->seen != NULL ? block->seen + t * LANES : NULL;
        peak_of(self, block->acc[AXIS] + t * LANES, seen, peak);
        add_second(self, peak);
    }
}

static void actiwatch_epoch_end(struct lane_stage *stage, int64_t step, struct lane_sink *sink)
{
    struct actiwatch_stage *self = (struct actiwatch_stage *)stage;
    if (self->works) {
        lane_sink_put(sink, EPOCH_COUNTS_ACTIWATCH, step, self->count);
        memset(self->count, 0, sizeof self->count);
    }
}

static void actiwatch_close(struct lane_stage *stage)
{
    mem_free(stage);
}

enum yk_status actiwatch_counts_open(const struct lane_setup *setup, struct lane_sink *sink,
                                     struct lane_stage **out, struct failure *why)
{
    static const struct lane_stage_ops ops = {actiwatch_block, actiwatch_epoch_end, NULL,
                                              actiwatch_close};
    static const enum epoch_column column[] = {EPOCH_COUNTS_ACTIWATCH};
    struct actiwatch_stage *self = mem_alloc_lines(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "Actiwatch counts: no memory for the filter");
    }
    self->stage.ops = &ops;
    self->rate = setup->rate;
    self->works = setup->rate >= LEAST_RATE && setup->epoch_s % QUARTER_MIN_S == 0 &&
                  !setup->as_ggir &&
                  filter_butterworth(FILTER_BAND_PASS, ORDER, LOW_HZ, HIGH_HZ, setup->rate,
                                     &self->filter);
    enum yk_status status = self->works ? lane_sink_need(sink, column, 1, why) : YK_OK;
    if (status != YK_OK) {
        mem_free(self);
        return status;
    }
    *out = &self->stage;
    return YK_OK;
}
