/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nonwear by evidence, see nonwear_default.h and docs/algorithms/nonwear.md.
 *
 * A recorder on a table shows its own noise and nothing else, keeps one posture to a fraction
 * of a degree, cools to the room within the hour and warms up again on the arm. A sleeper stirs
 * several times an hour, turns every one to three hours, and keeps the recorder warm. Time of
 * day plays no part. Left out: a recorder carried in a bag, which moves like an arm.
 */
#include "algorithms/nonwear_default.h"

#include <math.h>
#include <string.h>

#include "algorithms/order.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#define STRETCH_MIN_MIN 20.0 /* shorter stillness is not looked at */
#define INTERRUPTION_MIN 1.0 /* a bump of the table, or a twitch: posture is the same after */
#define ISLAND_MIN 15.0      /* handling between two stretches off the wrist */
#define SAME_POSTURE_DEG 2.0
#define ACTIVE_SD_MG 50.0 /* an epoch like this is worn */
#define ACTIVE_ENMO_MG 60.0

struct scan {
    const struct epoch_series *epochs;
    const float *angle, *sd, *range, *enmo, *temperature; /* all but angle may be NULL */
    double sd_limit_mg, range_limit_mg;
    double worn_c; /* usual temperature while moving; NaN unknown */
    size_t per_min;
    double *scratch; /* n */
};

/* 0 below low, 1 above high, straight between. */
static double ramp(double x, double low, double high)
{
    return x <= low ? 0 : x >= high ? 1 : (x - low) / (high - low);
}

double nonwear_weigh(const struct nonwear_evidence *evidence)
{
    double h = evidence->hours;
    double points = ramp(h, 0.5, 2) + ramp(h, 3, 5) + ramp(h, 5, 8) + 2 * ramp(h, 8, 14);
    double quiet = evidence->has_noise ? 1 : 0.5;
    points += quiet * 1.5 * (1 - ramp(evidence->stirs_per_h, 0, 0.6)) * ramp(h, 0.5, 3);
    points -= quiet * 3 * ramp(evidence->stirs_per_h, 1, 5);
    points += 0.25 * (1 - ramp(evidence->drift_deg, 0.3, 1));
    points -= ramp(evidence->drift_deg, 1.5, 4);
    if (!isnan(evidence->fall_c)) {
        points +=
            2.5 * ramp(evidence->fall_c, 1, 4) - 1.5 * (1 - ramp(evidence->fall_c, 0.3, 1));
    }
    if (!isnan(evidence->rise_c)) {
        points +=
            1.0 * ramp(evidence->rise_c, 1, 3) - 0.5 * (1 - ramp(evidence->rise_c, 0.2, 1));
    }
    if (!isnan(evidence->below_c)) {
        points += 2.0 * ramp(evidence->below_c, 1.5, 5) -
                  1.5 * (1 - ramp(evidence->below_c, 0.5, 1.5));
    }
    return points;
}

static bool is_known(const struct scan *scan, size_t i)
{
    return (scan->epochs->state[i] & STATE_UNKNOWN) == 0 && !isnan(scan->angle[i]);
}

/* As still as a table; says nothing yet about the wrist. */
static bool is_still(const struct scan *scan, size_t i)
{
    if (!is_known(scan, i)) {
        return false;
    }
    if (i > 0 && !(fabs((double)scan->angle[i] - (double)scan->angle[i - 1]) <= 1.0)) {
        return false;
    }
    if (scan->sd != NULL && (double)scan->sd[i] >= scan->sd_limit_mg) {
        return false;
    }
    if (scan->range != NULL && (double)scan->range[i] >= scan->range_limit_mg) {
        return false;
    }
    return scan->sd != NULL || scan->enmo == NULL || (double)scan->enmo[i] < ACTIVE_ENMO_MG;
}

/* End of the still stretch that begins at `first`: short interruptions that leave the posture
 * as it was belong to it. */
static size_t stretch_end(const struct scan *scan, size_t first)
{
    size_t n = scan->epochs->n, most = (size_t)(INTERRUPTION_MIN * (double)scan->per_min);
    size_t end = first + 1;
    while (end < n) {
        size_t at = end;
        while (at < n && at - end < most && !is_still(scan, at)) {
            at++;
        }
        if (at >= n || !is_still(scan, at) ||
            !(fabs((double)scan->angle[at] - (double)scan->angle[end - 1]) <=
              SAME_POSTURE_DEG)) {
            break;
        }
        end = at + 1;
    }
    return end;
}

/* Median temperature of epochs [first, end); NaN when unknown. */
static double temperature_of(const struct scan *scan, size_t first, size_t end)
{
    size_t n = 0;
    for (size_t i = first; scan->temperature != NULL && i < end; i++) {
        if (!isnan(scan->temperature[i])) {
            scan->scratch[n++] = (double)scan->temperature[i];
        }
    }
    return order_quantile(scan->scratch, n, 0.5);
}

static size_t back(size_t i, size_t by)
{
    return i > by ? i - by : 0;
}

static size_t forth(const struct scan *scan, size_t i, size_t by)
{
    return scan->epochs->n - i > by ? i + by : scan->epochs->n;
}

static void read_temperature(const struct scan *scan, size_t first, size_t end,
                             struct nonwear_evidence *out)
{
    size_t five = 5 * scan->per_min, hour = 60 * scan->per_min;
    double before_c = temperature_of(scan, back(first, 2 * five), first);
    double coolest_c = NAN, last_c = temperature_of(scan, back(end, five), end),
           warmest_c = NAN;
    for (size_t at = first; at < end && at < first + hour; at += five) {
        double here = temperature_of(scan, at, at + five < end ? at + five : end);
        coolest_c = here < coolest_c || isnan(coolest_c) ? here : coolest_c;
    }
    for (size_t at = end; at < forth(scan, end, hour); at += five) {
        double here = temperature_of(scan, at, forth(scan, at, five));
        warmest_c = here > warmest_c || isnan(warmest_c) ? here : warmest_c;
    }
    size_t late = end - first > hour ? first + hour / 2 : first + (end - first) / 2;
    out->below_c = scan->worn_c - temperature_of(scan, late, end);
    /* A recorder that was cool already cannot fall: it was off before. */
    bool was_cool = before_c < scan->worn_c - 3;
    out->fall_c = first == 0 || was_cool ? (double)NAN : before_c - coolest_c;
    out->rise_c = end == scan->epochs->n ? (double)NAN : warmest_c - last_c;
}

/* Movements that a table would not show: above the stretch's own noise, or a step of the angle.
 */
static double count_stirs(const struct scan *scan, size_t first, size_t end)
{
    double limit_mg = INFINITY;
    if (scan->sd != NULL) {
        size_t n = 0;
        for (size_t i = first; i < end; i++) {
            if (!isnan(scan->sd[i])) {
                scan->scratch[n++] = (double)scan->sd[i];
            }
        }
        limit_mg = 1.8 * order_quantile(scan->scratch, n, 0.5) + 2;
    }
    double stirs = 0;
    size_t quiet_from = first; /* epochs in a row are one movement */
    for (size_t i = first + 1; i < end; i++) {
        bool has_moved = scan->sd != NULL && (double)scan->sd[i] > limit_mg;
        has_moved |= !(fabs((double)scan->angle[i] - (double)scan->angle[i - 1]) <= 0.5);
        if (has_moved) {
            stirs += i >= quiet_from;
            quiet_from = i + scan->per_min;
        }
    }
    return stirs;
}

/* Range of the angle's one-minute means. */
static double drift_of(const struct scan *scan, size_t first, size_t end)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t at = first; at + scan->per_min <= end; at += scan->per_min) {
        double sum = 0;
        size_t n = 0;
        for (size_t i = at; i < at + scan->per_min; i++) {
            if (!isnan(scan->angle[i])) {
                sum += (double)scan->angle[i];
                n++;
            }
        }
        double mean = n > 0 ? sum / (double)n : (double)NAN;
        low = mean < low ? mean : low;
        high = mean > high ? mean : high;
    }
    return high >= low ? high - low : 0;
}

static bool is_off(const struct scan *scan, size_t first, size_t end)
{
    struct nonwear_evidence evidence = {.has_noise = scan->sd != NULL};
    evidence.hours = (double)(end - first) / (double)scan->per_min / 60;
    evidence.stirs_per_h = count_stirs(scan, first, end) / evidence.hours;
    evidence.drift_deg = drift_of(scan, first, end);
    read_temperature(scan, first, end, &evidence);
    return nonwear_weigh(&evidence) >= NONWEAR_POINTS;
}

static double usual_worn_temperature(const struct scan *scan)
{
    size_t n = 0;
    for (size_t i = 0; scan->temperature != NULL && i < scan->epochs->n; i++) {
        bool is_active = scan->sd != NULL
                             ? (double)scan->sd[i] > ACTIVE_SD_MG
                             : scan->enmo != NULL && (double)scan->enmo[i] > ACTIVE_ENMO_MG;
        if (is_active && !isnan(scan->temperature[i])) {
            scan->scratch[n++] = (double)scan->temperature[i];
        }
    }
    return n >= 30 * scan->per_min ? order_quantile(scan->scratch, n, 0.5) : (double)NAN;
}

/* Handling between two stretches off the wrist is off the wrist too. */
static void close_islands(struct epoch_series *epochs, size_t most)
{
    size_t last_off = 0;
    bool has_off = false;
    for (size_t i = 0; i < epochs->n; i++) {
        if ((epochs->state[i] & STATE_NONWEAR) == 0) {
            continue;
        }
        if (has_off && i - last_off > 1 && i - last_off - 1 <= most) {
            for (size_t k = last_off + 1; k < i; k++) {
                epochs->state[k] |= STATE_NONWEAR;
            }
        }
        last_off = i;
        has_off = true;
    }
}

enum yk_status nonwear_default_mark(struct epoch_series *epochs,
                                    const struct parameters *parameters, struct failure *why)
{
    struct scan scan = {.epochs = epochs,
                        .angle = epochs->column[EPOCH_ANGLE_Z_DEG],
                        .sd = epochs->column[EPOCH_STD_MG],
                        .range = epochs->column[EPOCH_RANGE_MG],
                        .enmo = epochs->column[EPOCH_ENMO_MG],
                        .temperature = epochs->column[EPOCH_TEMPERATURE_C],
                        .sd_limit_mg = parameters->nonwear_sd_mg,
                        .range_limit_mg = parameters->nonwear_range_mg};
    if (scan.angle == NULL || epochs->epoch_s > 60 || (scan.sd == NULL && scan.enmo == NULL)) {
        return YK_OK;
    }
    scan.per_min = (size_t)(60 / epochs->epoch_s);
    scan.scratch = mem_alloc(epochs->n, sizeof *scan.scratch);
    if (scan.scratch == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the temperatures of %zu epochs",
                           epochs->n);
    }
    scan.worn_c = usual_worn_temperature(&scan);
    size_t least = (size_t)(STRETCH_MIN_MIN * (double)scan.per_min);
    for (size_t i = 0, end; i < epochs->n; i = end) {
        end = i + 1;
        if (!is_still(&scan, i)) {
            continue;
        }
        end = stretch_end(&scan, i);
        if (end - i >= least && is_off(&scan, i, end)) {
            for (size_t k = i; k < end; k++) {
                epochs->state[k] |= STATE_NONWEAR;
            }
        }
    }
    close_islands(epochs, (size_t)(ISLAND_MIN * (double)scan.per_min));
    mem_free(scan.scratch);
    return YK_OK;
}
