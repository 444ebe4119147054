/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pretend recorder's time: the machine's, ahead by what nobody waited for, and the wall
 * clock that its firmware keeps.
 */
#include "drivers/pretend/parts.h"
#include "src/base/clock.h"

enum { RESTART_US = 1500000 };

int64_t pretend_device_now_us(const struct pretend_device *self)
{
    return clock_monotonic_ns() / 1000 + self->skipped_us;
}

int64_t pretend_device_utc_ns(const struct pretend_device *self)
{
    return clock_now_utc_ns() + self->skipped_us * 1000;
}

void pretend_device_skip(struct pretend_device *self, int64_t us)
{
    self->skipped_us += us > 0 ? us : 0;
}

const struct pretend_fault *device_condition(const struct pretend_device *self,
                                             enum pretend_what what)
{
    return pretend_condition(&self->faults, PLACE_DEVICE, what);
}

int64_t device_wall_ns(const struct pretend_device *self)
{
    if (device_condition(self, WHAT_CLOCKSTUCK) != NULL) {
        return self->wall_base_ns;
    }
    int64_t passed_us = pretend_device_now_us(self) - self->clock_base_us;
    double gained_ns = (double)passed_us * self->recorder.clock_ppm * 1e-3;
    return self->wall_base_ns + passed_us * 1000 + (int64_t)gained_ns;
}

uint32_t device_packed_now(const struct pretend_device *self)
{
    return settings_packed(device_wall_ns(self));
}

void device_set_wall(struct pretend_device *self, int64_t wall_ns)
{
    self->wall_base_ns = wall_ns;
    self->clock_base_us = pretend_device_now_us(self);
}

void device_restart(struct pretend_device *self)
{
    self->change_us = pretend_device_now_us(self) + RESTART_US;
}
