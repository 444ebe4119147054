/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As the firmware does it: sequence from 0, the first sector with the resume bit, anchors with
 * a fraction of a second, a sensor that is 0.8 % slower than its nominal rate, packed samples
 * on an AX3, 16 bits on an AX6. Left out: the exchange fault of old AX6 firmware, temperature
 * and battery that change.
 */
#include "drivers/pretend/worn.h"

#include <math.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/mem.h"

#define TRUE_SHARE 0.992 /* of the nominal rate */
enum { NIGHT_FROM_H = 23, NIGHT_TO_H = 7, STILL_S = 2400, MOVING_S = 4 };

struct worn {
    struct byte_source base;
    struct worn_life life;
    struct cwa_sector fields; /* those that are the same in every sector */
    uint32_t per_sector;
    double true_hz;
};

/* Whole-number noise of a number; the same in every run. */
static uint32_t stir(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    return (uint32_t)(x >> 16);
}

/* How the arm lies at a moment: a direction that changes seldom at night. */
static void lie(int64_t second, double g[static 3])
{
    int64_t hour = second % 86400 / 3600;
    bool is_night = hour >= NIGHT_FROM_H || hour < NIGHT_TO_H;
    uint64_t posture = (uint64_t)(second / (is_night ? STILL_S : MOVING_S)) * 2 + is_night;
    double a = (double)stir(posture) * 1.46e-9, b = (double)stir(posture + 7919) * 0.73e-9;
    g[0] = cos(a) * sin(b);
    g[1] = sin(a) * sin(b);
    g[2] = cos(b);
}

static void put_sample(const struct worn *self, uint8_t *at, uint32_t i, uint64_t index,
                       const double g[static 3])
{
    if (self->fields.layout == CWA_PACKED) {
        int32_t xyz[3];
        for (uint32_t a = 0; a < 3; a++) {
            xyz[a] = (int32_t)lround(g[a] * 256) + (int32_t)(stir(index * 3 + a) % 3) - 1;
        }
        cwa_put_packed(at, i, xyz);
        return;
    }
    uint32_t first = self->fields.layout == CWA_6_AXES ? 3 : 0;
    double unit = cwa_acc_unit_g(self->fields.light_word);
    for (uint32_t a = 0; a < first; a++) {
        cwa_put_value(at, i, a, (int16_t)(stir(index * 7 + a) % 9) - 4);
    }
    for (uint32_t a = 0; a < 3; a++) {
        double value = g[a] / unit + (double)(stir(index * 3 + a) % 17) - 8;
        cwa_put_value(at, i, first + a, (int16_t)lround(fmax(-32768, fmin(32767, value))));
    }
}

static void make_sector(const struct worn *self, uint64_t k,
                        uint8_t at[static CWA_SECTOR_BYTES])
{
    struct cwa_sector fields = self->fields;
    uint64_t first = k * self->per_sector;
    int32_t anchor = (int32_t)self->per_sector; /* cut when it was full */
    double g[3] = {0, 0, 1};
    int64_t shown = INT64_MIN;
    double s = (double)self->life.from_s + (double)(first + self->per_sector) / self->true_hz;
    memset(at, 0, CWA_SECTOR_BYTES);
    fields.sequence = (uint32_t)k;
    fields.events = k == 0 ? CWA_EVENT_RESUME : 0;
    cwa_sector_set_time(&fields, (int64_t)floor(s), (uint32_t)((s - floor(s)) * 65536), anchor);
    cwa_sector_put(at, &fields);
    for (uint32_t i = 0; i < self->per_sector; i++) {
        int64_t second = self->life.from_s + (int64_t)((double)(first + i) / self->true_hz);
        if (second != shown) {
            lie(second, g);
            shown = second;
        }
        put_sample(self, at, i, first + i, g);
    }
    cwa_sector_seal(at);
}

static enum yk_status worn_read_at(struct byte_source *base, uint64_t pos, void *dst,
                                   size_t want, size_t *got, struct failure *why)
{
    const struct worn *self = (const struct worn *)base;
    uint8_t *to = dst;
    uint64_t left = pos < base->size ? base->size - pos : 0;
    size_t n = want < left ? want : (size_t)left;
    (void)why;
    *got = n;
    while (n > 0) {
        uint8_t sector[CWA_SECTOR_BYTES];
        const uint8_t *from = self->life.at + pos;
        size_t have = CWA_HEADER_BYTES - (size_t)pos;
        if (pos >= CWA_HEADER_BYTES) {
            make_sector(self, (pos - CWA_HEADER_BYTES) / CWA_SECTOR_BYTES, sector);
            from = sector + pos % CWA_SECTOR_BYTES;
            have = CWA_SECTOR_BYTES - (size_t)(pos % CWA_SECTOR_BYTES);
        }
        have = have < n ? have : n;
        memcpy(to, from, have);
        to += have;
        pos += have;
        n -= have;
    }
    return YK_OK;
}

static void worn_close(struct byte_source *base)
{
    mem_free(base);
}

static const struct byte_source_ops worn_ops = {worn_read_at, worn_close};

static void set_fields(struct worn *self)
{
    const struct cwa_header *header = &self->life.header;
    bool is_ax6 = header->hardware == CWA_HARDWARE_AX6;
    bool has_gyro = is_ax6 && cwa_config_gyro_dps(header->sensor_config) > 0;
    uint32_t aaa = 3;
    for (int range = cwa_range_g(header->rate_code); range < 16; range *= 2) {
        aaa++; /* 16 g: 1/2048, and twice as fine for each halving */
    }
    self->fields = (struct cwa_sector){
        .session_id = header->session_id,
        .light_word =
            cwa_light_word(300, is_ax6 ? aaa : 0, has_gyro ? header->sensor_config & 15u : 0),
        .temperature_word = cwa_temperature_word(26),
        .battery = cwa_battery_raw(4.0),
        .rate_code = header->rate_code,
        .layout = !is_ax6    ? CWA_PACKED
                  : has_gyro ? CWA_6_AXES
                             : CWA_3_AXES};
    self->per_sector = cwa_layout_capacity(self->fields.layout);
    self->fields.count = (uint16_t)self->per_sector;
    self->true_hz = cwa_rate_hz(header->rate_code) * TRUE_SHARE;
}

enum yk_status worn_open(const struct worn_life *life, struct byte_source **out,
                         struct failure *why)
{
    struct worn *self = mem_alloc(1, sizeof *self);
    *out = NULL;
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a recording");
    }
    self->life = *life;
    set_fields(self);
    double seconds = life->to_s > life->from_s ? (double)(life->to_s - life->from_s) : 0;
    uint64_t n = (uint64_t)(seconds * self->true_hz / self->per_sector);
    uint64_t most = (life->bytes_max - CWA_HEADER_BYTES) / CWA_SECTOR_BYTES;
    n = n < most ? n : most;
    if (n == 0 || self->true_hz <= 0) {
        mem_free(self);
        return YK_OK;
    }
    self->base = (struct byte_source){
        .ops = &worn_ops, .size = CWA_HEADER_BYTES + n * CWA_SECTOR_BYTES, .name = "worn"};
    *out = &self->base;
    return YK_OK;
}
