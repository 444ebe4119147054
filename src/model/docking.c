/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One reading of a recorder in the dock.
 */
#include "src/model/docking.h"

#include <math.h>

void docking_init(struct docking *self)
{
    *self = (struct docking){.at_ns = TIME_UNKNOWN,
                             .session = NAN,
                             .battery_pct = NAN,
                             .bytes = NAN,
                             .bad_sectors = NAN,
                             .loan = NAN};
    clock_reading_init(&self->clock);
}
