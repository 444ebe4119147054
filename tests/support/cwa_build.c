/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "tests/support/cwa_build.h"
#include "tests/support/cwa_open.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void cwa_build_bytes(struct cwa_build *self, const void *at, size_t n)
{
    if (self->n + n > self->room) {
        self->room = (self->n + n) * 2;
        self->at = realloc(self->at, self->room);
        assert_non_null(self->at);
    }
    memcpy(self->at + self->n, at, n);
    self->n += n;
}

void cwa_build_init(struct cwa_build *self, uint8_t layout, uint8_t rate_code, uint32_t aaa,
                    uint32_t ggg)
{
    *self = (struct cwa_build){
        .true_rate_hz = cwa_rate_hz(rate_code) * 0.99,
        .has_fraction = true,
        .next = {.session_id = 77,
                 .light_word = cwa_light_word(300, aaa, ggg),
                 .temperature_word = 260,
                 .battery = 190,
                 .rate_code = rate_code,
                 .layout = layout,
                 .events = CWA_EVENT_RESUME,
                 .count = (uint16_t)cwa_layout_capacity(layout)},
    };
    struct cwa_header header;
    uint8_t at[CWA_HEADER_BYTES];
    cwa_header_init(&header);
    header.device_id = 12345;
    header.session_id = 77;
    header.rate_code = rate_code;
    header.hardware = aaa > 0 ? CWA_HARDWARE_AX6 : CWA_HARDWARE_AX3;
    header.firmware = aaa > 0 ? 56 : 50;
    cwa_header_put(at, &header);
    cwa_build_bytes(self, at, sizeof at);
}

void cwa_build_release(struct cwa_build *self)
{
    free(self->at);
    self->at = NULL;
}

int32_t cwa_build_value(uint8_t layout, int64_t k, int a)
{
    int32_t v = (int32_t)((k * (7 + 4 * a) + 31 * a) % 997) - 498;
    return layout == CWA_PACKED || layout == CWA_3_AXES ? v : v * 30;
}

int16_t cwa_build_gyro(int64_t k, int a)
{
    return (int16_t)((k * (13 + 2 * a) + 17 * a) % 4001 - 2000);
}

static void put_samples(const struct cwa_build *self, uint8_t *at)
{
    for (uint32_t i = 0; i < self->next.count; i++) {
        int64_t k = self->sample + i;
        int32_t xyz[3];
        for (int a = 0; a < 3; a++) {
            xyz[a] = cwa_build_value(self->next.layout, k, a);
            uint32_t v = (uint32_t)a + (self->next.layout >= CWA_6_AXES ? 3 : 0);
            if (self->next.layout != CWA_PACKED) {
                cwa_put_value(at, i, v, (int16_t)xyz[a]);
            }
            if (self->next.layout >= CWA_6_AXES) {
                cwa_put_value(at, i, (uint32_t)a, cwa_build_gyro(k, a));
            }
        }
        if (self->next.layout == CWA_PACKED) {
            cwa_put_packed(at, i, xyz);
        }
    }
}

static void pass(struct cwa_build *self)
{
    self->next.sequence++;
    self->next.events = 0;
    self->sample += self->next.count;
    self->clock_s += self->next.count / self->true_rate_hz;
}

void cwa_build_sectors(struct cwa_build *self, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint8_t at[CWA_SECTOR_BYTES];
        memset(at, 0, sizeof at);
        struct cwa_sector *s = &self->next;
        int32_t anchor = s->count + self->anchor_extra;
        double t = self->clock_s + anchor / self->true_rate_hz;
        int64_t seconds = (int64_t)floor(t);
        uint32_t fraction = (uint32_t)((t - floor(t)) * 65536.0);
        if (s->rate_code == 0) {
            s->time = cwa_time_put(civil_time_of_utc_ns(
                (CWA_BUILD_START + (int64_t)floor(self->clock_s)) * NS_PER_S));
        } else if (self->has_fraction) {
            assert_true(cwa_sector_set_time(s, CWA_BUILD_START + seconds, fraction, anchor));
        } else { /* the sample at the last whole second */
            int32_t tick = anchor - (int32_t)lround((t - floor(t)) * self->true_rate_hz);
            assert_true(cwa_sector_set_time(s, CWA_BUILD_START + seconds, 0, tick));
            s->fraction_or_id = 12345;
        }
        cwa_sector_put(at, s);
        put_samples(self, at);
        cwa_sector_seal(at);
        cwa_build_bytes(self, at, sizeof at);
        pass(self);
    }
}

void cwa_build_lose(struct cwa_build *self, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        pass(self);
    }
}

uint8_t *cwa_build_sector(struct cwa_build *self, size_t i)
{
    return self->at + CWA_HEADER_BYTES + i * CWA_SECTOR_BYTES;
}

const struct zone *cwa_build_zone(void)
{
    static struct zone *zone;
    struct failure why = {0};
    if (zone == NULL && zone_open("UTC", &zone, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return zone;
}

struct recording_source *cwa_build_open(const struct cwa_build *self, int session)
{
    struct open_options opt = {.zone = cwa_build_zone(), .with_gyro = true, .session = session};
    return open_memory(self->at, self->n, "built.cwa", &opt);
}

struct cwa_read cwa_build_read(struct recording_source *source, double true_rate_hz)
{
    struct cwa_read out = {.t0_ns = TIME_UNKNOWN, .end_ns = TIME_UNKNOWN};
    struct sample_block block;
    struct failure why = {0};
    assert_int_equal(sample_block_init(&block, true, &why), YK_OK);
    enum yk_status status;
    while ((status = source->ops->next_samples(source, &block, &why)) == YK_OK) {
        out.t0_ns = out.n == 0 ? block.t0_ns : out.t0_ns;
        out.end_ns = block.t0_ns + (int64_t)llround(block.n * block.period_s * NS_PER_S);
        out.n += block.n;
        out.n_blocks++;
        out.flags |= block.flags;
        out.worst_step = fmax(out.worst_step, fabs(block.period_s * true_rate_hz - 1));
    }
    assert_int_equal(status, YK_END);
    sample_block_release(&block);
    return out;
}
