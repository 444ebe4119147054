/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/fake_recorder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/mem.h"

struct fake_source {
    struct byte_source base;
    struct fake_recorder *recorder;
};

static enum yk_status gone(struct failure *why)
{
    return failure_set(why, YK_ERR_NO_DEVICE, "the recorder was unplugged");
}

static struct fake_recorder *self_of(struct dock_device *device)
{
    return (struct fake_recorder *)(void *)device;
}

/* What the faults make of n bytes read from pos. */
static enum yk_status spoil(struct fake_recorder *self, uint64_t pos, uint8_t *dst, size_t n,
                            bool is_again, struct failure *why)
{
    for (size_t i = 0; i < self->n_faults; i++) {
        uint64_t at = self->faults[i].sector * CWA_SECTOR_BYTES;
        if (at < pos || at + CWA_SECTOR_BYTES > pos + n) {
            continue;
        }
        int asked = is_again ? ++self->faults[i].n_asked : 0;
        if (self->faults[i].heals_at > 0 && asked >= self->faults[i].heals_at) {
            continue;
        }
        uint8_t *sector = dst + (at - pos);
        switch (self->faults[i].kind) {
        case FAKE_FLIP:
            sector[100] ^= 1;
            break;
        case FAKE_NOISE:
            sector[100] ^= (uint8_t)(1 + asked);
            break;
        case FAKE_SWAPPED:
            memcpy(sector, self->at + at + CWA_SECTOR_BYTES, CWA_SECTOR_BYTES);
            break;
        case FAKE_REFUSED:
            return failure_set(why, YK_ERR_IO, "sector %llu cannot be read",
                               (unsigned long long)self->faults[i].sector);
        case FAKE_TIMEOUT:
            return failure_set(why, YK_ERR_TIMEOUT, "sector %llu: no answer",
                               (unsigned long long)self->faults[i].sector);
        }
    }
    return YK_OK;
}

static enum yk_status give(struct fake_recorder *self, uint64_t pos, uint8_t *dst, size_t n,
                           bool is_again, struct failure *why)
{
    if (self->sleep_us > 0) {
        usleep(self->sleep_us);
    }
    if (self->bytes_read >= self->unplug_at || self->bytes_read + n > self->unplug_at) {
        self->bytes_read = self->unplug_at;
        return gone(why);
    }
    self->bytes_read += n;
    memcpy(dst, self->at + pos, n);
    return spoil(self, pos, dst, n, is_again, why);
}

static enum yk_status source_read(struct byte_source *base, uint64_t pos, void *dst,
                                  size_t want, size_t *got, struct failure *why)
{
    struct fake_source *source = (struct fake_source *)(void *)base;
    uint64_t left = pos < base->size ? base->size - pos : 0;
    size_t n = left < want ? (size_t)left : want;
    enum yk_status status = give(source->recorder, pos, dst, n, false, why);
    if (status == YK_OK) {
        *got = n;
    }
    return status;
}

static void source_close(struct byte_source *base)
{
    free(base);
}

static const struct byte_source_ops source_ops = {source_read, source_close};

static enum yk_status fake_identify(struct dock_device *device, struct dock_identity *identity,
                                    struct dock_battery *battery, struct dock_health *health,
                                    struct failure *why)
{
    struct fake_recorder *self = self_of(device);
    if (self->bytes_read >= self->unplug_at) {
        return gone(why);
    }
    *identity = self->identity;
    *battery = self->battery;
    *health = self->health;
    return YK_OK;
}

static enum yk_status fake_battery(struct dock_device *device, struct dock_battery *out,
                                   struct failure *why)
{
    struct fake_recorder *self = self_of(device);
    if (self->bytes_read >= self->unplug_at) {
        return gone(why);
    }
    *out = self->battery;
    return YK_OK;
}

static enum yk_status fake_clock(struct dock_device *device, const struct zone *zone,
                                 struct dock_clock *out, struct failure *why)
{
    struct fake_recorder *self = self_of(device);
    (void)zone;
    if (self->bytes_read >= self->unplug_at) {
        return gone(why);
    }
    *out = self->clock;
    out->at_ns = clock_now_utc_ns();
    return YK_OK;
}

static enum yk_status fake_led(struct dock_device *device, int colour, struct failure *why)
{
    (void)why;
    self_of(device)->led = colour;
    return YK_OK;
}

static enum yk_status fake_open(struct dock_device *device, struct byte_source **out,
                                uint64_t *found_beyond, struct failure *why)
{
    struct fake_recorder *self = self_of(device);
    if (self->bytes_read >= self->unplug_at) {
        return gone(why);
    }
    if (self->open_status != YK_OK) {
        return failure_set(why, (enum yk_status)self->open_status, "no recording can be had");
    }
    struct fake_source *source = calloc(1, sizeof *source);
    if (source == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory");
    }
    source->base.ops = &source_ops;
    source->base.size = self->n;
    source->base.name = "fake";
    source->recorder = self;
    *out = &source->base;
    *found_beyond = 0;
    return YK_OK;
}

static enum yk_status fake_reread(struct dock_device *device, uint64_t pos, void *dst,
                                  size_t bytes, struct failure *why)
{
    struct fake_recorder *self = self_of(device);
    self->n_rereads++;
    if (pos + bytes > self->n) {
        return failure_set(why, YK_ERR_ARGUMENT, "behind the end");
    }
    return give(self, pos, dst, bytes, true, why);
}

static void fake_close(struct dock_device *device)
{
    struct fake_recorder *self = self_of(device);
    if (self->on_close != NULL) {
        self->on_close(self, self->user);
    }
    if (self->is_heap) {
        free(self);
    }
}

static const struct dock_device_ops fake_ops = {.identify = fake_identify,
                                                .read_battery = fake_battery,
                                                .read_clock = fake_clock,
                                                .led = fake_led,
                                                .open_recording = fake_open,
                                                .reread = fake_reread,
                                                .close = fake_close};

void fake_recorder_init(struct fake_recorder *self, const void *at, size_t n)
{
    struct cwa_header header = {.device_id = 39434};
    memset(self, 0, sizeof *self);
    self->device.ops = &fake_ops;
    self->at = at;
    self->n = n;
    self->unplug_at = UINT64_MAX;
    if (n >= CWA_HEADER_BYTES) {
        cwa_header_get(at, &header);
    }
    self->identity = (struct dock_identity){.model = "AX3",
                                            .firmware = "44",
                                            .id_by_usb = header.device_id,
                                            .id_by_command = header.device_id,
                                            .id_by_file = header.device_id,
                                            .session_by_command = header.session_id,
                                            .session_by_file = header.session_id,
                                            .agree = true};
    snprintf(self->identity.serial, sizeof self->identity.serial, "%u", header.device_id);
    snprintf(self->identity.usb_serial, sizeof self->identity.usb_serial, "CWA17_%05u",
             header.device_id);
    self->battery = (struct dock_battery){.percent = 85, .volt = 4.1};
    self->health = (struct dock_health){.memory_spare = 20,
                                        .last_changed_ns = 1000,
                                        .plan_start_ns = TIME_UNKNOWN,
                                        .plan_stop_ns = TIME_UNKNOWN,
                                        .plan_stop_never = true,
                                        .rate_hz = 100};
    self->clock = (struct dock_clock){.offset_ms = 1500, .uncertainty_ms = 4};
}

void fake_recorder_fault(struct fake_recorder *self, enum fake_fault kind, uint64_t sector,
                         int heals_at)
{
    size_t i = self->n_faults++;
    self->faults[i].kind = kind;
    self->faults[i].sector = sector;
    self->faults[i].heals_at = heals_at;
}
