/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One time that a recorder was read in the dock: what it said, what came of it.
 */
#ifndef SRC_MODEL_DOCKING_H
#define SRC_MODEL_DOCKING_H

#include "src/model/clock_map.h"

enum docking_flag { DOCKING_UNKNOWN, DOCKING_NO, DOCKING_YES };

struct docking {
    int64_t id;
    int64_t at_ns; /* PC clock */
    char device_serial[32], device_model[16], firmware[16];
    double session; /* NaN unknown, as every number here */
    struct clock_reading clock;
    enum docking_flag clock_is_reset; /* the battery was flat */
    double battery_pct;
    double bytes;    /* of the recording on the device */
    char sha256[72]; /* of the copy; "" none */
    double bad_sectors;
    enum docking_flag is_verified; /* the copy was proved equal to the device */
    char recording[72];            /* id in the store; "" not recorded */
    double loan;                   /* number of the line that decided; NaN none */
    char outcome[64];              /* word of the bay's last state: "safe_to_unplug" */
};

void docking_init(struct docking *self); /* everything unknown */

#endif
