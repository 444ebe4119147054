/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clock readings.
 */
#include "src/model/clock_map.h"

#include <math.h>

void clock_reading_init(struct clock_reading *self)
{
    *self =
        (struct clock_reading){.at_ns = TIME_UNKNOWN, .offset_ms = NAN, .uncertainty_ms = NAN};
}

bool clock_reading_is_known(const struct clock_reading *self)
{
    return self->at_ns != TIME_UNKNOWN && !isnan(self->offset_ms);
}
