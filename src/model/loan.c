/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line of the ledger.
 */
#include "src/model/loan.h"

#include <math.h>

void loan_init(struct loan *self)
{
    *self = (struct loan){.from_ns = TIME_UNKNOWN,
                          .to_ns = TIME_UNKNOWN,
                          .returned_ns = TIME_UNKNOWN,
                          .session = NAN,
                          .rate_hz = NAN,
                          .range_g = NAN};
    clock_reading_init(&self->issue);
    clock_reading_init(&self->back);
}

int64_t loan_end_ns(const struct loan *self)
{
    return self->returned_ns != TIME_UNKNOWN ? self->returned_ns : self->to_ns;
}
