/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numbers of a sheet in memory.
 */
#include "src/model/interview.h"

#include <limits.h>
#include <math.h>

#include "src/base/mem.h"

void interview_facts_init(struct interview_facts *self)
{
    *self = (struct interview_facts){.week = INT_MIN,
                                     .nonwear_h = NAN,
                                     .quiet_h = NAN,
                                     .quiet_min = NAN,
                                     .movement_unit = ""};
}

void interview_facts_release(struct interview_facts *self)
{
    if (self != NULL) {
        mem_free(self->nights);
        mem_free(self->weeks);
        interview_facts_init(self);
    }
}
