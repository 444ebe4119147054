/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the steps of a bay share: bay_ask.c (who), bay_work.c (order, copying), bay_record.c
 * (whose, rows, analysis), bay_charge.c (battery).
 */
#ifndef SRC_DOCK_BAY_PARTS_H
#define SRC_DOCK_BAY_PARTS_H

#include "src/dock/bay.h"
#include "src/dock/preview.h"
#include "src/pipeline/import.h"

struct work {
    struct bay *bay;
    const struct bay_shared *shared;
    struct store store;
    struct zone *zone; /* of the device's clock */
    struct dock_device *device;
    struct dock_identity identity;
    struct dock_battery battery;
    struct dock_health health;
    struct dock_clock clock;
    bool has_clock;
    struct download_result result;
    struct whose whose;
    struct recording_row row;
    int64_t expected_start_ns, expected_end_ns; /* of the recording; TIME_UNKNOWN */
    int64_t last_byte_ns;                       /* monotonic */
    struct preview preview;
    double next_preview; /* share of the bytes from which the next one is made */
    struct failure why;
};

/* Identity, battery, health; the zone of the clock is chosen the first time. */
enum yk_status bay_ask_who(struct work *self);
/* UTC of what the device's clock showed. */
int64_t bay_instant(const struct work *self, int64_t ns_of_clock);
/* "2026-05-18 10:00" in that zone: minutes are enough for people. */
void bay_format_time(const struct work *self, int64_t ns, char out[static 40]);
/* There is no recording in it: empty, or set up for somebody. */
void bay_say_nothing_in_it(struct work *self);

/* Row, ledger, docking line, state. */
enum yk_status bay_record(struct work *self);
/* The analysis of what is recorded, and the quick look. */
void bay_analyse(struct work *self);
/* A line of the dock without a recording of its own. */
enum yk_status bay_add_docking(struct work *self, const char *recording,
                               enum bay_state outcome);

/* Closes the device and looks at it now and then until it is gone or the dock ends. */
void bay_charge(struct work *self);

#endif
