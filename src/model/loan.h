/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line of the ledger: who has which recorder, from when to when, and what it was set up with.
 */
#ifndef SRC_MODEL_LOAN_H
#define SRC_MODEL_LOAN_H

#include "src/model/clock_map.h"

enum loan_state {
    LOAN_WRITTEN,  /* by a person, in the ledger; the device was not touched */
    LOAN_INTENDED, /* about to be written into the device */
    LOAN_CONFIRMED /* written into the device and read back */
};

struct loan {
    int64_t id;             /* number in the store; 0: not stored yet */
    char device_serial[32]; /* the number people know, "39434" */
    char person[64];        /* participant's code */
    int64_t from_ns, to_ns; /* UTC, [from, to); to may be TIME_UNKNOWN: open */
    int64_t returned_ns;    /* when it was docked again; TIME_UNKNOWN: not yet */
    enum loan_state state;
    double session;          /* session id in the device; NaN unknown */
    double rate_hz, range_g; /* NaN unknown */
    struct clock_reading issue, back;
};

void loan_init(struct loan *self); /* everything unknown */
/* When the device was free again: returned_ns, else to_ns, else TIME_UNKNOWN. */
int64_t loan_end_ns(const struct loan *self);

#endif
