/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fitted rest rule, see rest_logistic.h. Everything is measured against the mean of the
 * known 24 h around, so that a person's or a recorder's level falls out.
 */
#include "algorithms/rest_logistic.h"

#include <math.h>
#include <stdbool.h>

#include "algorithms/order.h"
#include "algorithms/trend.h"
#include "src/base/mem.h"

#define LEVEL_SHARE 0.05
#define ACTIVE_SHARE 0.5
#define QUIET_SHARE 0.15
#define CALM_SHARE 0.02

enum { HALF_DAY = 720, HALF_QUIET = 5, HALF_CALM = 15 };

const struct rest_term rest_logistic_term[] = {
#define CONSTANT(value)
#define TERM(channel, from, to, mean, weight) {REST_CHANNEL_##channel, from, to, mean, weight},
#include "algorithms/rest_logistic.def"
#undef TERM
#undef CONSTANT
};

const size_t rest_logistic_n_terms = sizeof rest_logistic_term / sizeof *rest_logistic_term;

const double rest_logistic_constant =
#define CONSTANT(value) value
#define TERM(channel, from, to, mean, weight)
#include "algorithms/rest_logistic.def"
#undef TERM
#undef CONSTANT
    ;

const char *rest_channel_name(enum rest_channel channel)
{
    static const char *const name[] = {"LEVEL", "ZERO", "ACTIVE", "QUIET", "CALM"};
    return (size_t)channel < REST_CHANNELS ? name[channel] : "";
}

/* The channels of one minute, whose count is known. */
static void channels_of(const float *counts, size_t n, size_t i, double trend,
                        double out[REST_CHANNELS])
{
    double count = (double)counts[i];
    out[REST_CHANNEL_LEVEL] = count > 0 ? log(1 + count / (LEVEL_SHARE * trend)) : 0;
    out[REST_CHANNEL_ZERO] = count < 1;
    out[REST_CHANNEL_ACTIVE] = count > ACTIVE_SHARE * trend;
    out[REST_CHANNEL_QUIET] =
        order_median_around(counts, n, i, HALF_QUIET) <= QUIET_SHARE * trend;
    out[REST_CHANNEL_CALM] = order_median_around(counts, n, i, HALF_CALM) <= CALM_SHARE * trend;
}

static void fill(struct rest_channels *self)
{
    const float *counts = self->counts;
    struct trend trend = {0};
    for (size_t i = 0; i < self->n; i++) {
        double mean = trend_at(&trend, counts, self->n, i, HALF_DAY);
        double value[REST_CHANNELS] = {0};
        bool is_known = !isnan(counts[i]);
        if (is_known) {
            channels_of(counts, self->n, i, mean, value);
        }
        self->known[i + 1] = self->known[i] + is_known;
        for (int c = 0; c < REST_CHANNELS; c++) {
            self->sum[c][i + 1] = self->sum[c][i] + value[c];
        }
    }
}

enum yk_status rest_channels_make(struct rest_channels *self, const float *counts, size_t n,
                                  struct failure *why)
{
    *self = (struct rest_channels){.n = n, .counts = counts};
    self->known = mem_alloc(n + 1, sizeof *self->known);
    bool is_there = self->known != NULL;
    for (int c = 0; c < REST_CHANNELS; c++) {
        self->sum[c] = mem_alloc(n + 1, sizeof *self->sum[c]);
        is_there = is_there && self->sum[c] != NULL;
    }
    if (!is_there) {
        rest_channels_release(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory for the channels of %zu minutes", n);
    }
    fill(self);
    return YK_OK;
}

void rest_channels_release(struct rest_channels *self)
{
    for (int c = 0; c < REST_CHANNELS; c++) {
        mem_free(self->sum[c]);
    }
    mem_free(self->known);
    *self = (struct rest_channels){.n = 0};
}

double rest_channels_mean(const struct rest_channels *self, enum rest_channel channel, size_t i,
                          int from_min, int to_min)
{
    int64_t first = (int64_t)i + from_min, end = (int64_t)i + to_min + 1;
    int64_t n = (int64_t)self->n;
    first = first < 0 ? 0 : first > n ? n : first;
    end = end < first ? first : end > n ? n : end;
    double known = self->known[end] - self->known[first];
    return known > 0 ? (self->sum[channel][end] - self->sum[channel][first]) / known
                     : (double)NAN;
}

double rest_logistic_explain(const struct rest_channels *self, size_t i, double *part)
{
    bool is_known = !isnan(self->counts[i]);
    double sum = is_known ? rest_logistic_constant : 0;
    for (size_t t = 0; t < rest_logistic_n_terms; t++) {
        const struct rest_term *term = &rest_logistic_term[t];
        double value =
            is_known ? rest_channels_mean(self, term->channel, i, term->from_min, term->to_min)
                     : (double)NAN;
        double own = isnan(value) ? 0 : term->weight * (value - term->mean);
        sum += own;
        if (part != NULL) {
            part[t] = own;
        }
    }
    return sum;
}

enum yk_status rest_logistic_score(const float *counts, size_t n, float *logit,
                                   struct failure *why)
{
    struct rest_channels channels;
    enum yk_status status = rest_channels_make(&channels, counts, n, why);
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        logit[i] = (float)rest_logistic_explain(&channels, i, NULL);
    }
    rest_channels_release(&channels);
    return status;
}
