/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the recorders are that a command speaks to.
 */
#ifndef SRC_CLI_BUS_CLI_H
#define SRC_CLI_BUS_CLI_H

#include "drivers/usb_port.h"
#include "src/cli/command.h"

/* The pretended recorders of --practice, as fast as bytes_per_s (0: at once) and with clocks of
 * that zone, else those at the USB ports. *out is closed by usb_bus_close(). */
enum yk_status cli_bus_open(const struct cli *cli, const struct zone *zone,
                            uint64_t bytes_per_s, struct usb_bus **out, struct failure *why);

#endif
