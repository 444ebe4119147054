/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of drivers, and which of them takes a device or a folder. Also the doors that close
 * ports, buses and devices whoever made them.
 */
#include "drivers/dock_device.h"

#define DRIVER(id) extern const struct dock_driver driver_##id;
#include "drivers/drivers.def"
#undef DRIVER

static const struct dock_driver *const DRIVERS[] = {
#define DRIVER(id) &driver_##id,
#include "drivers/drivers.def"
#undef DRIVER
    NULL};

size_t dock_driver_count(void)
{
    return sizeof DRIVERS / sizeof *DRIVERS - 1;
}

const struct dock_driver *dock_driver_at(size_t i)
{
    return i < dock_driver_count() ? DRIVERS[i] : NULL;
}

const struct dock_driver *dock_driver_for_usb(const struct usb_listing *listing,
                                              enum dock_match *match)
{
    for (size_t i = 0; DRIVERS[i] != NULL; i++) {
        enum dock_match found =
            DRIVERS[i]->match_usb != NULL ? DRIVERS[i]->match_usb(listing) : DOCK_MATCH_NO;
        if (found != DOCK_MATCH_NO) {
            if (match != NULL) {
                *match = found;
            }
            return DRIVERS[i];
        }
    }
    if (match != NULL) {
        *match = DOCK_MATCH_NO;
    }
    return NULL;
}

enum yk_status dock_driver_for_folder(const char *folder, dock_file_reader reader,
                                      const struct dock_driver **out, struct dock_file **files,
                                      size_t *n, struct failure *why)
{
    *out = NULL;
    *files = NULL;
    *n = 0;
    for (size_t i = 0; DRIVERS[i] != NULL; i++) {
        enum yk_status status = DRIVERS[i]->list_folder != NULL
                                    ? DRIVERS[i]->list_folder(folder, reader, files, n, why)
                                    : YK_OK;
        if (status != YK_OK || *n > 0) {
            *out = status == YK_OK ? DRIVERS[i] : NULL;
            return status;
        }
    }
    return YK_OK;
}

void dock_device_close(struct dock_device *self)
{
    if (self != NULL) {
        self->ops->close(self);
    }
}
