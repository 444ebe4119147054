/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a recording is and what reading it found.
 */
#include "src/model/recording.h"
#include "src/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void recording_info_init(struct recording_info *self)
{
    *self = (struct recording_info){
        .rate_hz = NAN,
        .range_g = NAN,
        .steps_per_g = NAN,
        .gyro_range_dps = NAN,
        .start_ns = TIME_UNKNOWN,
        .end_ns = TIME_UNKNOWN,
        .configured_start_ns = TIME_UNKNOWN,
        .configured_stop_ns = TIME_UNKNOWN,
        .n_samples = -1,
        .device_start_ns = TIME_UNKNOWN,
        .device_end_ns = TIME_UNKNOWN,
    };
    clock_map_init(&self->clock);
}

static const struct summary_range NO_RANGE = {NAN, NAN, NAN, NAN};

void read_report_init(struct read_report *self)
{
    *self = (struct read_report){
        .observed_rate_hz = NAN,
        .first_sample_g = {NAN, NAN, NAN},
        .last_sample_g = {NAN, NAN, NAN},
        .temperature_c = NO_RANGE,
        .light = NO_RANGE,
        .battery_v = NO_RANGE,
    };
}

void read_report_release(struct read_report *self)
{
    if (self != NULL) {
        mem_free(self->events);
        read_report_init(self);
    }
}

void read_report_add(struct read_report *self, enum read_event_kind kind, int64_t start_ns,
                     int64_t end_ns, int64_t at, const char *detail)
{
    if (self->n_events >= READ_EVENTS_MAX ||
        MEM_RESERVE(self->events, self->n_events, self->events_capacity) != 0) {
        return;
    }
    struct read_event *event = &self->events[self->n_events++];
    *event =
        (struct read_event){.kind = kind, .start_ns = start_ns, .end_ns = end_ns, .at = at};
    snprintf(event->detail, sizeof event->detail, "%s", detail != NULL ? detail : "");
}

bool read_report_says(const struct read_report *self, const char *detail)
{
    for (size_t i = 0; i < self->n_events; i++) {
        if (strcmp(self->events[i].detail, detail) == 0) {
            return true;
        }
    }
    return false;
}

const char *read_event_word(enum read_event_kind kind)
{
    static const char *const word[] = {
        [READ_EVENT_GAP] = "gap",
        [READ_EVENT_RESTART] = "restart",
        [READ_EVENT_CLOCK_JUMP] = "clock_jump",
        [READ_EVENT_BAD_BLOCK] = "bad_block",
        [READ_EVENT_BUTTON] = "button",
        [READ_EVENT_OVERFLOW] = "overflow",
        [READ_EVENT_SESSION] = "session",
        [READ_EVENT_REPAIR] = "repair",
        [READ_EVENT_INTERVAL] = "interval",
        [READ_EVENT_NOTE] = "note",
    };
    return (size_t)kind < sizeof word / sizeof *word ? word[kind] : "unknown";
}

void summary_range_add(struct summary_range *self, double value)
{
    if (isnan(value)) {
        return;
    }
    if (isnan(self->first)) {
        *self = (struct summary_range){value, value, value, value};
        return;
    }
    self->last = value;
    self->min = value < self->min ? value : self->min;
    self->max = value > self->max ? value : self->max;
}
