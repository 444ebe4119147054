/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Makes small .cwa files in memory, sector by sector, for cases that no real file shows. Values
 * come from a formula, so that tests know what must come out.
 */
#ifndef TESTS_SUPPORT_CWA_BUILD_H
#define TESTS_SUPPORT_CWA_BUILD_H

#include "firmware-formats/cwa_layout.h"
#include "firmware-formats/format.h"

#define CWA_BUILD_START INT64_C(1718579450) /* 2024-06-16 23:10:50 */

struct cwa_build {
    uint8_t *at;
    size_t n, room;
    struct cwa_sector next; /* fields of the next sector; change what the case needs */
    double true_rate_hz;    /* what the sensor really does */
    double clock_s;         /* device clock at the next sample, seconds since CWA_BUILD_START */
    int64_t sample;         /* number of the next sample, for its value */
    int32_t anchor_extra;   /* anchor beyond the end of the sector: 0, as AX6; 5, 10 as AX3 */
    bool has_fraction;
};

/* Header of an AX3 (packed, int16 without scale) or AX6 and no sector yet. */
void cwa_build_init(struct cwa_build *self, uint8_t layout, uint8_t rate_code, uint32_t aaa,
                    uint32_t ggg);
void cwa_build_release(struct cwa_build *self);
/* Appends n sectors that go on from each other. */
void cwa_build_sectors(struct cwa_build *self, uint32_t n);
/* Lets n sectors pass that are not written: sequence, clock and samples go on. */
void cwa_build_lose(struct cwa_build *self, uint32_t n);
/* Appends bytes as they are. */
void cwa_build_bytes(struct cwa_build *self, const void *at, size_t n);
/* Sector i, counted from the first after the header. Seal it after changing it. */
uint8_t *cwa_build_sector(struct cwa_build *self, size_t i);

/* What axis a (0..2) of sample k holds, in units of the layout. */
int32_t cwa_build_value(uint8_t layout, int64_t k, int a);
/* The same of the gyroscope. */
int16_t cwa_build_gyro(int64_t k, int a);

/* Opens it with zone UTC and this session. The bytes must stay. Fails the test when it cannot.
 */
struct recording_source *cwa_build_open(const struct cwa_build *self, int session);
const struct zone *cwa_build_zone(void); /* UTC, opened once */
/* Everything that reading to the end gives: number of blocks, samples; NULL where not wanted.
 */
struct cwa_read {
    int64_t n, n_blocks;
    int64_t t0_ns, end_ns; /* of the first and last block */
    uint32_t flags;        /* of all blocks together */
    double worst_step;     /* largest |period / true period - 1| */
};
struct cwa_read cwa_build_read(struct recording_source *source, double true_rate_hz);

#endif
