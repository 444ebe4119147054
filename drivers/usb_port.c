/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Closing, whatever stands behind a port or a bus.
 */
#include "drivers/usb_port.h"

void usb_port_close(struct usb_port *self)
{
    if (self != NULL) {
        self->ops->close(self);
    }
}

void usb_bus_close(struct usb_bus *self)
{
    if (self != NULL) {
        self->ops->close(self);
    }
}
