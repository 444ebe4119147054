/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a recording is (device, times, plan) and what reading it found (damage, gaps, repairs).
 */
#ifndef SRC_MODEL_RECORDING_H
#define SRC_MODEL_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/clock.h"
#include "src/model/clock_map.h"
#include "src/model/count_kind.h"

/* Zero-terminated fields are always terminated; "" = unknown. Real numbers: NaN = unknown. */
struct recording_info {
    char format[24];        /* id of the format: "cwa" */
    char device_model[32];  /* "AX3", "AX6" */
    char device_serial[32]; /* decimal id as printed on the device */
    char firmware[24];
    char session_id[24];
    char person_id[64];   /* code from the file's own header (never a name), or "" */
    char body_site[24];   /* "left wrist", ... */
    char sensor_axes[16]; /* "3", "6", "9"; "" for count files */
    double rate_hz;       /* nominal */
    double range_g;
    /* Every recorded value is a whole number of 1/steps_per_g g; NaN: not so, or not known.
     * Where it is no power of 2 a float is only near the value, and this gives the value
     * itself. */
    double steps_per_g;
    double gyro_range_dps; /* NaN: no gyroscope */
    int64_t start_ns;      /* UTC of the first sample or epoch; TIME_UNKNOWN when empty */
    int64_t end_ns;        /* UTC of the end: last sample + period; complete only after reading
                              everything, before that the best estimate from the last block */
    int64_t configured_start_ns, configured_stop_ns; /* plan in the header, or TIME_UNKNOWN */
    int64_t n_samples;  /* estimate after open, exact after reading everything; -1 unknown */
    int32_t epoch_s;    /* count files: their epoch; 0 for sample files */
    char channels[160]; /* count files: "y,x,z,light"; else "" */
    enum count_kind count_kind; /* whose counts they are; COUNT_KIND_UNKNOWN when not said */
    char zone[48];              /* zone used to turn the device's wall clock into UTC */
    bool is_described;          /* a description beside the file says what it holds */
    bool zone_is_guess;         /* system's zone taken because nothing else was said */
    bool clock_is_in_doubt;     /* clock reset, or set while recording */
    struct clock_map clock;     /* readings of the clock at issue and return; when applied, all
                                   times are corrected ones */
    int64_t device_start_ns, device_end_ns; /* as the device's clock had them; TIME_UNKNOWN when
                                               nothing was corrected */
};

enum read_event_kind {
    READ_EVENT_GAP,        /* no samples between start and end */
    READ_EVENT_RESTART,    /* logging began again (sequence 0, resume bit) */
    READ_EVENT_CLOCK_JUMP, /* time stamps jump without missing samples */
    READ_EVENT_BAD_BLOCK,  /* skipped; detail says why */
    READ_EVENT_BUTTON,     /* tap, double tap, marker */
    READ_EVENT_OVERFLOW,   /* the device lost samples */
    READ_EVENT_SESSION,    /* another session begins in the same file */
    READ_EVENT_REPAIR,     /* e.g. AX6 exchange undone */
    READ_EVENT_INTERVAL,   /* rest or exclusion, as the maker's software or a person set it */
    READ_EVENT_NOTE /* how something not stated was read: "epoch of 60 s taken from ..." */
};

struct read_event {
    enum read_event_kind kind;
    int64_t start_ns, end_ns; /* TIME_UNKNOWN when it cannot be placed */
    int64_t at;               /* sector or line number, -1 unknown */
    char detail[64];
};

struct summary_range { /* one channel over the whole file; NaN = absent */
    double first, last, min, max;
};

/* Grows while reading; rewind() starts it anew. Counts are complete; the list of events keeps
 * the first READ_EVENTS_MAX so that a hostile file cannot make it grow without bound. */
#define READ_EVENTS_MAX 4096

struct read_report {
    uint64_t blocks, bad_blocks; /* sectors, pages, lines */
    uint64_t skipped_bytes;      /* not interpreted: bad blocks, torn tail, foreign blocks */
    uint64_t trailing_bytes;     /* torn last block */
    const char *damage;          /* of the file as a whole, constant text; NULL: none */
    uint64_t gaps, restarts, clock_jumps, sessions, buttons, overflows;
    double gap_s;              /* total length of gaps */
    uint64_t repaired_samples; /* e.g. AX6 exchange */
    uint64_t clipped_samples;
    int64_t n_samples;
    double observed_rate_hz;                              /* NaN until known */
    double first_sample_g[3], last_sample_g[3], sum_g[3]; /* before calibration */
    struct summary_range temperature_c, light, battery_v;
    struct read_event *events; /* owned; released by read_report_release() */
    size_t n_events, events_capacity;
};

void recording_info_init(struct recording_info *self); /* everything unknown */
void read_report_init(struct read_report *self);
void read_report_release(struct read_report *self);
/* Adds an event (kept only up to READ_EVENTS_MAX) and never fails: when memory is refused the
 * event is dropped and the counts still tell. Does not change the counters. */
void read_report_add(struct read_report *self, enum read_event_kind kind, int64_t start_ns,
                     int64_t end_ns, int64_t at, const char *detail);
/* Whether one of the events says exactly this. */
bool read_report_says(const struct read_report *self, const char *detail);
const char *
read_event_word(enum read_event_kind kind); /* "gap", "restart", ... for event.csv */
void summary_range_add(struct summary_range *self, double value); /* NaN is ignored */

#endif
