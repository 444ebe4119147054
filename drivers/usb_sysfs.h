/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What Linux tells about an attached USB device without opening it: its strings, who holds its
 * interfaces and where its disk is mounted. `place` is the device's name below
 * /sys/bus/usb/devices ("1-4.2").
 */
#ifndef DRIVERS_USB_SYSFS_H
#define DRIVERS_USB_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where to look; usb_sysfs_system() for the machine itself. Borrowed texts. */
struct usb_sysfs {
    const char *sys;       /* "/sys" */
    const char *mountinfo; /* "/proc/self/mountinfo", see proc(5) */
};

struct usb_sysfs usb_sysfs_system(void);

/* An attribute ("serial", "product"), blanks and line ends cut from its end. False, *out empty,
 * when there is none. */
bool usb_sysfs_text(const struct usb_sysfs *self, const char *place, const char *name,
                    char *out, size_t room);
/* Whether a program (not a kernel driver) holds an interface of the device. */
bool usb_sysfs_is_claimed(const struct usb_sysfs *self, const char *place);
/* Where a disk of the device is mounted: the first mount point found. False when it is not, or
 * has no disk. */
bool usb_sysfs_mounted_at(const struct usb_sysfs *self, const char *place, char *out,
                          size_t room);

/* Copies a text without the blanks and control characters at its end. */
void usb_text_trim(char *out, size_t room, const char *text, size_t length);

#endif
