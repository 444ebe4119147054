/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Real recorders, or pretended ones.
 */
#include "src/cli/bus_cli.h"

#include "drivers/pretend/pretend.h"
#include "src/base/mem.h"

enum yk_status cli_bus_open(const struct cli *cli, const struct zone *zone,
                            uint64_t bytes_per_s, struct usb_bus **out, struct failure *why)
{
    size_t n = options_list_n(cli->options, "practice");
    if (n == 0) {
        return usb_libusb_open(out, why);
    }
    struct pretend_recorder *recorders = mem_alloc(n, sizeof *recorders);
    if (recorders == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for recorders");
    }
    for (size_t i = 0; i < n; i++) {
        recorders[i].file = options_list(cli->options, "practice", i);
        recorders[i].zone = zone;
        recorders[i].bytes_per_s = bytes_per_s;
    }
    enum yk_status status = pretend_bus_open(recorders, n, out, why);
    mem_free(recorders);
    return status;
}
