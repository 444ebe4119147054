/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bus that opens and closes one device at a time. umockdev 0.17.16 keeps its table of open
 * nodes without a lock: of two threads that open or close one at the same moment, one may lose
 * it. What goes on between is not touched.
 */
#ifndef TESTS_DEVICE_UMOCK_POLITE_H
#define TESTS_DEVICE_UMOCK_POLITE_H

#include "drivers/usb_port.h"

/* The real bus, politely. One at a time in a program. Fails the test when there is none. */
struct usb_bus *umock_polite_open(void);
/* Plugging and unplugging go through the same gate. */
void umock_polite_lock(void);
void umock_polite_unlock(void);

#endif
