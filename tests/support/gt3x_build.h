/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Makes .gt3x files (log.bin generation) in memory, record by record.
 */
#ifndef TESTS_SUPPORT_GT3X_BUILD_H
#define TESTS_SUPPORT_GT3X_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#endif
