/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all ActiGraph files write in the same way: info.txt, .NET ticks, serial numbers, time
 * zones.
 */
#ifndef FIRMWARE_FORMATS_ACTIGRAPH_HEADER_H
#define FIRMWARE_FORMATS_ACTIGRAPH_HEADER_H

#include "firmware-formats/opening.h"

/* Times are wall clock seconds since 1970 read as if they were UTC; TIME_UNKNOWN: not said. */
struct actigraph_header {
    char serial[32], device[32], firmware[24], subject[64], limb[24], side[24];
    double rate_hz, scale_per_g, most_g, battery_v; /* NaN: not said */
    int64_t start_s, stop_s, last_s, download_s;
    bool has_zone;
    int32_t zone_s; /* local minus UTC */
};

void actigraph_header_init(struct actigraph_header *self);

/* Reads the "Key: value" lines of an info.txt; unknown and damaged ones are left out. */
void actigraph_header_read(struct actigraph_header *self, const char *text, size_t n);

/* .NET ticks (100 ns since year 1) to seconds since 1970; false outside 1990 ... 2200. */
bool actigraph_ticks(int64_t ticks, int64_t *out_s);

/* "-05:00:00", "02:00:00"; false for anything else or more than 14 hours. */
bool actigraph_offset(const char *text, int32_t *out_s);

/* The model for a serial number, "" when unknown; its scale in LSB per g, NaN when unknown. */
const char *actigraph_model(const char *serial);
double actigraph_scale(const char *serial);

/* Fills what the header tells: model, serial, firmware, person, site, planned times. Subject
 * names are taken only when they are codes: no blanks, at least one digit, not the serial
 * number. wall_minus_utc_ns turns the device's clock into UTC. */
void actigraph_header_tell(const struct actigraph_header *self, int64_t wall_minus_utc_ns,
                           struct recording_info *info);

/* Decides the zone of a recording, sets info->zone, and returns what to take away from the wall
 * clock to get UTC. The device's clock knows no summer time: the offset of its first moment is
 * used all the way.
 *
 * zone_s     the file's own, local minus UTC; only when has_zone
 * is_utc     the device's clock runs on UTC
 */
int64_t actigraph_set_zone(struct wall_clock *clock, const struct open_options *opt,
                           int64_t wall_s, bool has_zone, int32_t zone_s, bool is_utc,
                           struct recording_info *info);

#endif
