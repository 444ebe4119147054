/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/gt3x_build.h"

#include "tests/support/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "tests/support/cwa_open.h"

void gt3x_build_init(struct gt3x_build *self, int rate)
{
    *self = (struct gt3x_build){.rate = rate, .second = GT3X_BUILD_START};
}

void gt3x_build_release(struct gt3x_build *self)
{
    free(self->log);
    self->log = NULL;
}

void gt3x_build_bytes(struct gt3x_build *self, const void *at, size_t n)
{
    if (self->n + n > self->room) {
        self->room = 2 * self->room + n;
        self->log = realloc(self->log, self->room);
        assert_non_null(self->log);
    }
    memcpy(self->log + self->n, at, n);
    self->n += n;
}

void gt3x_build_record(struct gt3x_build *self, uint8_t type, const void *payload, size_t n)
{
    uint8_t head[8] = {0x1E, type}, sum = 0;
    put_u32le(head + 2, (uint32_t)self->second);
    put_u16le(head + 6, (uint16_t)n);
    for (size_t i = 0; i < sizeof head; i++) {
        sum ^= head[i];
    }
    for (size_t i = 0; i < n; i++) {
        sum ^= ((const uint8_t *)payload)[i];
    }
    sum = (uint8_t)~sum;
    gt3x_build_bytes(self, head, sizeof head);
    gt3x_build_bytes(self, payload, n);
    gt3x_build_bytes(self, &sum, 1);
}

void gt3x_build_samples(struct gt3x_build *self, const int16_t *xyz, size_t n)
{
    uint8_t payload[6 * 512];
    assert_true(n <= 512);
    for (size_t i = 0; i < 3 * n; i++) {
        put_u16le(payload + 2 * i, (uint16_t)xyz[i]);
    }
    gt3x_build_record(self, 26, payload, 6 * n);
    self->second++;
    self->sample += (int64_t)n;
}

int16_t gt3x_build_value(int64_t k, int axis)
{
    int64_t v = (31 * k * k + 17 * k + 5 * axis) % 601 - 300;
    return (int16_t)(axis == 2 ? 256 + v / 8 : v / 4);
}

void gt3x_build_seconds(struct gt3x_build *self, int seconds)
{
    int16_t xyz[3 * 512];
    for (int s = 0; s < seconds; s++) {
        for (int i = 0; i < self->rate; i++) {
            for (int a = 0; a < 3; a++) {
                xyz[3 * i + a] = gt3x_build_value(self->sample + i, a);
            }
        }
        gt3x_build_samples(self, xyz, (size_t)self->rate);
    }
}

void gt3x_build_zip(const struct gt3x_build *self, const char *info, bool deflated,
                    struct zip_build *out)
{
    char made[512];
    if (info == NULL) {
        const int64_t ticks = (GT3X_BUILD_START + INT64_C(62135596800)) * 10000000;
        snprintf(made, sizeof made,
                 "Serial Number: TAS1H00000001\r\nDevice Type: Link\r\nFirmware: 1.7.2\r\n"
                 "Sample Rate: %d\r\nStart Date: %" PRId64 "\r\nTimeZone: 09:00:00\r\n"
                 "Acceleration Scale: 256.0\r\nAcceleration Max: 8.0\r\nLimb: Wrist\r\n"
                 "Side: Left\r\nSubject Name: P001\r\n",
                 self->rate, ticks);
        info = made;
    }
    zip_build_init(out);
    zip_build_add(out, "log.bin", self->log, self->n, deflated);
    if (*info != '\0') {
        zip_build_add(out, "info.txt", info, strlen(info), deflated);
    }
    zip_build_end(out);
}

const struct zone *gt3x_build_zone(void)
{
    static struct zone *zone;
    zone = zone != NULL ? zone : open_zone("Europe/Oslo");
    return zone;
}

struct recording_source *gt3x_build_open_zip(const struct zip_build *zip, bool file_zone_wins,
                                             bool with_gyro)
{
    struct open_options opt = {
        .zone = gt3x_build_zone(), .file_zone_wins = file_zone_wins, .with_gyro = with_gyro};
    return open_memory(zip->at, zip->n, "x.gt3x", &opt);
}

struct recording_source *gt3x_build_open(const struct gt3x_build *self, const char *info,
                                         struct zip_build *zip)
{
    gt3x_build_zip(self, info, false, zip);
    return gt3x_build_open_zip(zip, true, false);
}

void gt3x_build_close(struct recording_source *source, struct zip_build *zip,
                      struct gt3x_build *self)
{
    recording_source_close(source);
    zip_build_release(zip);
    gt3x_build_release(self);
}

struct gt3x_read gt3x_build_read(struct recording_source *source)
{
    struct gt3x_read read = {.first_ns = TIME_UNKNOWN};
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        read.first_ns = read.n == 0 ? block.t0_ns : read.first_ns;
        read.end_ns =
            block.t0_ns + (int64_t)(block.n * block.period_s * (double)NS_PER_S + 0.5);
        read.n += block.n;
        read.blocks++;
        read.flags |= block.flags;
        for (int a = 0; a < 3; a++) {
            for (uint32_t i = 0; i < block.n; i++) {
                read.sum[a] += (double)block.acc_g[a][i] * 256;
            }
        }
    }
    sample_block_release(&block);
    assert_int_equal(read.n, source->report.n_samples);
    return read;
}
