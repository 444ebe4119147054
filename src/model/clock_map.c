/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * p = p1 + (d - d1) (1 - k), with device times d = p + offset at the two readings and k =
 * ((d2 - d1) - (p2 - p1)) / (d2 - d1), the share that the device's clock gains. Only the small
 * product is computed in floating point, so that a nanosecond stays one over years.
 */
#include "src/model/clock_map.h"

#include <math.h>

void clock_reading_init(struct clock_reading *self)
{
    *self =
        (struct clock_reading){.at_ns = TIME_UNKNOWN, .offset_ms = NAN, .uncertainty_ms = NAN};
}

bool clock_reading_is_known(const struct clock_reading *self)
{
    return self->at_ns != TIME_UNKNOWN && isfinite(self->offset_ms);
}

void clock_map_init(struct clock_map *self)
{
    *self = (struct clock_map){.state = CLOCK_MAP_NONE, .drift_ppm = NAN};
    clock_reading_init(&self->issue);
    clock_reading_init(&self->back);
}

static int64_t offset_ns(const struct clock_reading *reading)
{
    return llround(reading->offset_ms * 1e6);
}

/* An offset of more than ten years, or a time beyond all calendars, is no reading. */
static bool is_sane(const struct clock_reading *reading)
{
    return fabs(reading->offset_ms) < 3.2e11 && reading->at_ns > -INT64_MAX / 4 &&
           reading->at_ns < INT64_MAX / 4;
}

struct clock_map clock_map_between(const struct clock_reading *issue,
                                   const struct clock_reading *back)
{
    struct clock_map map = {.issue = *issue, .back = *back, .drift_ppm = NAN};
    bool has_issue = clock_reading_is_known(issue), has_back = clock_reading_is_known(back);
    if (!has_issue || !has_back) {
        map.state = has_issue  ? CLOCK_MAP_ISSUE_ONLY
                    : has_back ? CLOCK_MAP_RETURN_ONLY
                               : CLOCK_MAP_NONE;
        return map;
    }
    map.state = CLOCK_MAP_IMPLAUSIBLE;
    if (!is_sane(issue) || !is_sane(back) || back->at_ns <= issue->at_ns) {
        return map;
    }
    double pc_ns = (double)(back->at_ns - issue->at_ns),
           gain_ns = (double)(offset_ns(back) - offset_ns(issue));
    map.drift_ppm = 1e6 * gain_ns / pc_ns;
    if (fabs(map.drift_ppm) <= CLOCK_DRIFT_PPM_MAX) {
        map.state = CLOCK_MAP_APPLIED;
    }
    return map;
}

const char *clock_map_word(enum clock_map_state state)
{
    static const char *const words[] = {"none", "issue_only", "return_only", "implausible",
                                        "applied"};
    return words[state];
}

int64_t clock_map_true_ns(const struct clock_map *self, int64_t device_ns)
{
    if (self->state != CLOCK_MAP_APPLIED || device_ns == TIME_UNKNOWN) {
        return device_ns;
    }
    int64_t first = self->issue.at_ns + offset_ns(&self->issue);
    double gained = (double)(offset_ns(&self->back) - offset_ns(&self->issue));
    double pc_ns = (double)(self->back.at_ns - self->issue.at_ns);
    int64_t since = device_ns - first;
    return self->issue.at_ns + since - llround((double)since * (gained / (pc_ns + gained)));
}

int64_t clock_map_device_ns(const struct clock_map *self, int64_t true_ns)
{
    if (self->state != CLOCK_MAP_APPLIED || true_ns == TIME_UNKNOWN) {
        return true_ns;
    }
    double gained = (double)(offset_ns(&self->back) - offset_ns(&self->issue));
    double pc_ns = (double)(self->back.at_ns - self->issue.at_ns);
    int64_t since = true_ns - self->issue.at_ns;
    return self->issue.at_ns + offset_ns(&self->issue) + since +
           llround((double)since * (gained / pc_ns));
}
