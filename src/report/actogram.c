/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Epochs into noon-to-noon rows. Two passes: the whole recording for the scale, which must not
 * change with the dates that are looked at, then the rows asked for.
 */
#include "src/report/actogram.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/mem.h"

enum { NOON_H = 12, DAY_S = 24 * 3600 };

struct bin {
    double sum;
    uint32_t n, n_valid, n_nonwear, n_asleep, n_rest;
};

void actogram_init(struct actogram *self)
{
    *self = (struct actogram){.scale = NAN, .unit = ""};
}

void actogram_release(struct actogram *self)
{
    mem_free(self->rows);
    actogram_init(self);
}

/* The column that stands for movement, and what one epoch's value is multiplied with. */
static const float *movement_of(const struct epoch_series *epochs, double *factor,
                                const char **unit)
{
    static const enum epoch_column order[] = {EPOCH_ENMO_MG, EPOCH_COUNTS, EPOCH_COUNTS_Y,
                                              EPOCH_MAD_MG};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const float *column = epochs->column[order[i]];
        if (column != NULL) {
            bool is_count = order[i] == EPOCH_COUNTS || order[i] == EPOCH_COUNTS_Y;
            *factor = is_count ? 60.0 / epochs->epoch_s : 1;
            *unit = is_count ? "counts/min" : "mg";
            return column;
        }
    }
    *factor = 1;
    *unit = "";
    return NULL;
}

/* Where an instant falls: the day number of its row's beginning, and its bin. The offset from
 * UTC is asked for once per stretch in which it does not change. */
struct placing {
    const struct zone *zone;
    int64_t offset_until_ns, offset_ns, bin_s, start_s;
};

static void place(struct placing *p, int64_t utc_ns, int64_t *day, size_t *bin)
{
    if (utc_ns >= p->offset_until_ns) {
        p->offset_ns = zone_offset_s(p->zone, utc_ns) * NS_PER_S;
        p->offset_until_ns = zone_next_change_ns(p->zone, utc_ns);
    }
    int64_t local_s = floor_div(utc_ns + p->offset_ns, NS_PER_S) - p->start_s;
    *day = floor_div(local_s, DAY_S);
    *bin = (size_t)(floor_mod(local_s, DAY_S) / p->bin_s);
}

static enum actogram_kind kind_of(const struct bin *bin)
{
    if (bin->n == 0 || (bin->n_valid == 0 && bin->n_nonwear == 0)) {
        return ACTOGRAM_UNKNOWN;
    }
    if (2 * bin->n_nonwear >= bin->n) {
        return ACTOGRAM_NONWEAR;
    }
    if (2 * bin->n_asleep >= bin->n) {
        return ACTOGRAM_ASLEEP;
    }
    return 2 * bin->n_rest >= bin->n ? ACTOGRAM_REST : ACTOGRAM_AWAKE;
}

static void add_epoch(struct bin *bin, uint16_t state, double value)
{
    bin->n++;
    bin->n_nonwear += (state & STATE_NONWEAR) != 0 && (state & STATE_UNKNOWN) == 0;
    bin->n_asleep += (state & STATE_IN_SPT) != 0;
    bin->n_rest += (state & STATE_IN_REST) != 0 && (state & STATE_IN_SPT) == 0;
    if ((state & STATE_INVALID) == 0 && !isnan(value)) {
        bin->n_valid++;
        bin->sum += value;
    }
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* 98th percentile, by linear interpolation. Sorts. */
static double cap_of(float *waking, size_t n)
{
    if (n == 0) {
        return NAN;
    }
    qsort(waking, n, sizeof *waking, by_value);
    double at = 0.98 * (double)(n - 1);
    size_t low = (size_t)at;
    size_t high = low + 1 < n ? low + 1 : low;
    double part = at - (double)low;
    return (1 - part) * (double)waking[low] + part * (double)waking[high];
}

static void mark_nights(const struct analysis *analysis, struct placing *p, int64_t first_day,
                        struct actogram *out)
{
    for (size_t i = 0; i < analysis->n_nights; i++) {
        const struct night *night = &analysis->nights[i];
        int64_t at[2] = {night->onset_ns, night->wake_ns};
        for (int k = 0; k < 2; k++) {
            if (at[k] == TIME_UNKNOWN) {
                continue;
            }
            int64_t day = 0;
            size_t bin = 0;
            p->offset_until_ns = INT64_MIN; /* nights need not come in order of time */
            place(p, at[k], &day, &bin);
            if (day >= first_day && day < first_day + (int64_t)out->n_rows) {
                struct actogram_row *row = &out->rows[day - first_day];
                *(k == 0 ? &row->onset_bin : &row->wake_bin) = (int)bin;
            }
        }
    }
}

static void finish_row(struct actogram_row *row, const struct bin *bins, size_t n_bins)
{
    row->onset_bin = row->wake_bin = -1;
    for (size_t b = 0; b < n_bins; b++) {
        row->kind[b] = (unsigned char)kind_of(&bins[b]);
        bool is_known = bins[b].n_valid > 0 && row->kind[b] != ACTOGRAM_NONWEAR;
        row->movement[b] = is_known ? (float)(bins[b].sum / bins[b].n_valid) : NAN;
    }
}

static enum yk_status fill(const struct analysis *analysis, struct placing *p,
                           int64_t first_day, size_t n_days, size_t first_row,
                           struct actogram *out, struct failure *why)
{
    const struct epoch_series *epochs = &analysis->epochs;
    double factor;
    const float *movement = movement_of(epochs, &factor, &out->unit);
    size_t n_bins = out->n_bins;
    struct bin *bins = mem_alloc(n_days * n_bins, sizeof *bins);
    float *waking = mem_alloc(n_days * n_bins, sizeof *waking);
    if (bins == NULL || waking == NULL) {
        mem_free(bins);
        mem_free(waking);
        return failure_set(why, YK_ERR_MEMORY, "no memory for the actogram");
    }
    for (size_t k = 0; k < epochs->n; k++) {
        int64_t day = 0;
        size_t bin = 0;
        place(p, epoch_start_ns(epochs, k), &day, &bin);
        if (day >= first_day && day < first_day + (int64_t)n_days) {
            double value = movement != NULL ? (double)movement[k] * factor : (double)NAN;
            add_epoch(&bins[(size_t)(day - first_day) * n_bins + bin], epochs->state[k], value);
        }
    }
    size_t n_waking = 0;
    for (size_t i = 0; i < n_days * n_bins; i++) {
        if (kind_of(&bins[i]) == ACTOGRAM_AWAKE && bins[i].n_valid > 0) {
            waking[n_waking++] = (float)(bins[i].sum / bins[i].n_valid);
        }
    }
    out->scale = cap_of(waking, n_waking);
    for (size_t r = 0; r < out->n_rows; r++) {
        out->rows[r].evening = civil_from_days(first_day + (int64_t)(first_row + r));
        finish_row(&out->rows[r], &bins[(first_row + r) * n_bins], n_bins);
    }
    mark_nights(analysis, p, first_day + (int64_t)first_row, out);
    mem_free(bins);
    mem_free(waking);
    return YK_OK;
}

enum yk_status actogram_make_at(const struct analysis *analysis, const struct zone *zone,
                                struct civil_date from, struct civil_date to, size_t n_bins,
                                int start_h, struct actogram *out, struct failure *why)
{
    const struct epoch_series *epochs = &analysis->epochs;
    if (n_bins == 0 || n_bins > ACTOGRAM_BINS_MAX || 1440 % n_bins != 0) {
        return failure_set(why, YK_ERR_ARGUMENT, "%zu bins a day: must divide 1440", n_bins);
    }
    struct actogram made;
    actogram_init(&made);
    made.n_bins = n_bins;
    struct placing p = {.zone = zone,
                        .offset_until_ns = INT64_MIN,
                        .start_s = (int64_t)start_h * 3600,
                        .bin_s = (int64_t)(DAY_S / (int64_t)n_bins)};
    if (epochs->n == 0) {
        *out = made;
        return YK_OK;
    }
    int64_t first = 0, last = 0;
    size_t bin = 0;
    place(&p, epochs->t0_ns, &first, &bin);
    place(&p, epoch_start_ns(epochs, epochs->n - 1), &last, &bin);
    p.offset_until_ns = INT64_MIN;
    int64_t low = from.month != 0 ? civil_to_days(from) : first;
    int64_t high = to.month != 0 ? civil_to_days(to) : last;
    low = low > first ? low : first;
    high = high < last ? high : last;
    made.n_rows = high >= low ? (size_t)(high - low + 1) : 0;
    made.rows = mem_alloc(made.n_rows, sizeof *made.rows);
    enum yk_status status = made.rows == NULL
                                ? failure_set(why, YK_ERR_MEMORY, "no memory for the actogram")
                                : fill(analysis, &p, first, (size_t)(last - first + 1),
                                       made.n_rows > 0 ? (size_t)(low - first) : 0, &made, why);
    if (status != YK_OK) {
        actogram_release(&made);
        return status;
    }
    *out = made;
    return YK_OK;
}

enum yk_status actogram_make(const struct analysis *analysis, const struct zone *zone,
                             struct civil_date from, struct civil_date to, size_t n_bins,
                             struct actogram *out, struct failure *why)
{
    return actogram_make_at(analysis, zone, from, to, n_bins, NOON_H, out, why);
}

/* Adds the waking bins of one recording to the list. */
static enum yk_status gather(const struct analysis *analysis, const struct zone *zone,
                             size_t n_bins, float **waking, size_t *n, size_t *capacity,
                             struct failure *why)
{
    struct actogram one;
    actogram_init(&one);
    const struct civil_date open = {0};
    enum yk_status status = actogram_make(analysis, zone, open, open, n_bins, &one, why);
    for (size_t i = 0; status == YK_OK && i < one.n_rows * n_bins; i++) {
        const struct actogram_row *row = &one.rows[i / n_bins];
        float movement = row->movement[i % n_bins];
        if (row->kind[i % n_bins] != ACTOGRAM_AWAKE || isnan(movement)) {
            continue;
        }
        if (MEM_RESERVE(*waking, *n, *capacity) != 0) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory for the scale of the actogram");
        } else {
            (*waking)[(*n)++] = movement;
        }
    }
    actogram_release(&one);
    return status;
}

enum yk_status actogram_scale(const struct analysis *const *analyses,
                              const struct zone *const *zones, size_t n, size_t n_bins,
                              double *scale, struct failure *why)
{
    float *waking = NULL;
    size_t n_waking = 0, capacity = 0;
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        status = gather(analyses[i], zones[i], n_bins, &waking, &n_waking, &capacity, why);
    }
    if (status == YK_OK) {
        *scale = cap_of(waking, n_waking);
    }
    mem_free(waking);
    return status;
}
