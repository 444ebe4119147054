/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all recording sources share.
 */
#include "src/model/recording_source.h"

void recording_source_close(struct recording_source *self)
{
    if (self != NULL) {
        self->ops->close(self);
    }
}
