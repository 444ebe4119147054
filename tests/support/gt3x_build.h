/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Makes .gt3x files (log.bin generation) in memory, record by record, and reads them.
 */
#ifndef TESTS_SUPPORT_GT3X_BUILD_H
#define TESTS_SUPPORT_GT3X_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/model/recording_source.h"
#include "src/base/zone.h"
#include "tests/support/zip_build.h"

#define GT3X_BUILD_START INT64_C(1700000040) /* 2023-11-14 22:14:00 */

struct gt3x_build {
    uint8_t *log;
    size_t n, room;
    int rate;
    int64_t second; /* of the next record */
    int64_t sample; /* number of the next sample, for gt3x_build_value() */
};

void gt3x_build_init(struct gt3x_build *self, int rate);
void gt3x_build_release(struct gt3x_build *self);
/* A record with a right checksum at self->second. */
void gt3x_build_record(struct gt3x_build *self, uint8_t type, const void *payload, size_t n);
void gt3x_build_bytes(struct gt3x_build *self, const void *at, size_t n);
/* One ACTIVITY2 record of n samples x, y, z; the second goes on. */
void gt3x_build_samples(struct gt3x_build *self, const int16_t *xyz, size_t n);
/* The same with values of a formula, for seconds on end. */
void gt3x_build_seconds(struct gt3x_build *self, int seconds);
int16_t gt3x_build_value(int64_t k, int axis);
/* The archive: info.txt (NULL: one that fits; "": none) and log.bin, stored or deflated.
 * Release it with zip_build_release(). */
void gt3x_build_zip(const struct gt3x_build *self, const char *info, bool deflated,
                    struct zip_build *out);

const struct zone *gt3x_build_zone(void); /* Europe/Oslo; stays open */
/* Archives as files; zip stays the caller's. */
struct recording_source *gt3x_build_open_zip(const struct zip_build *zip, bool file_zone_wins,
                                             bool with_gyro);
/* Makes the archive, which is *zip until gt3x_build_close(), and opens it. */
struct recording_source *gt3x_build_open(const struct gt3x_build *self, const char *info,
                                         struct zip_build *zip);
void gt3x_build_close(struct recording_source *source, struct zip_build *zip,
                      struct gt3x_build *self);

/* What the rest of a recording holds. */
struct gt3x_read {
    int64_t n, blocks, first_ns, end_ns;
    uint32_t flags;
    double sum[3]; /* of the stored numbers */
};
struct gt3x_read gt3x_build_read(struct recording_source *source);

#endif
