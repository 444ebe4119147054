/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Docks one recorder through the real libusb, as the station does, and copies its recording
 * into a file: the smallest program that uses the shipped driver, for a guest without anything
 * else.
 *
 *     dock_copy [-s USB-SERIAL] [-w SECONDS] OUT.cwa
 *
 * -w: waits until a recorder comes. Prints what it is and how fast it read; exit status 1 and
 * the sentence when that fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/dock_device.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

static enum yk_status find(struct usb_bus *bus, const char *serial, struct dock_device **out,
                           struct failure *why)
{
    struct usb_listing *list = NULL;
    size_t n = 0;
    enum yk_status status = bus->ops->list(bus, &list, &n, why);
    if (status == YK_OK) {
        status = failure_set(why, YK_ERR_NO_DEVICE, "no recorder is plugged in");
    }
    for (size_t i = 0; i < n; i++) {
        enum dock_match match = DOCK_MATCH_NO;
        const struct dock_driver *driver = dock_driver_for_usb(&list[i], &match);
        if (match == DOCK_MATCH_YES &&
            (serial == NULL || strcmp(serial, list[i].serial) == 0)) {
            struct dock_slot slot = {.bus = bus, .listing = list[i]};
            status = driver->open(&slot, NULL, out, why);
            break;
        }
    }
    mem_free(list);
    return status;
}

static enum yk_status find_or_wait(struct usb_bus *bus, const char *serial, long wait_s,
                                   struct dock_device **out, struct failure *why)
{
    int64_t until = clock_monotonic_ns() + wait_s * NS_PER_S;
    for (;;) {
        enum yk_status status = find(bus, serial, out, why);
        bool changed = false;
        if (status != YK_ERR_NO_DEVICE || clock_monotonic_ns() >= until) {
            return status;
        }
        status = bus->ops->wait(bus, 1000, &changed, why);
        if (status != YK_OK) {
            return status;
        }
    }
}

static enum yk_status copy(struct dock_device *device, const char *path, struct failure *why)
{
    struct dock_identity identity;
    struct dock_battery battery;
    struct dock_health health;
    struct byte_source *source = NULL;
    uint64_t beyond = 0;
    enum yk_status status = device->ops->identify(device, &identity, &battery, &health, why);
    if (status == YK_OK) {
        status = device->ops->open_recording(device, &source, &beyond, why);
    }
    if (status != YK_OK) {
        return status;
    }
    FILE *file = fopen(path, "wbe");
    static uint8_t piece[262144];
    int64_t began = clock_monotonic_ns();
    uint64_t done = 0;
    while (status == YK_OK && file != NULL && done < source->size) {
        size_t want =
            source->size - done < sizeof piece ? (size_t)(source->size - done) : sizeof piece;
        status = byte_source_read_exactly(source, done, piece, want, why);
        if (status == YK_OK && fwrite(piece, 1, want, file) != want) {
            status = failure_set(why, YK_ERR_IO, "%s cannot be written", path);
        }
        done += want;
    }
    double s = (double)(clock_monotonic_ns() - began) / 1e9;
    if (file == NULL || fclose(file) != 0) {
        status = failure_set(why, YK_ERR_IO, "%s cannot be written", path);
    }
    if (status == YK_OK) {
        printf("%s %s firmware %s: %llu bytes, %.1f MB/s\n", identity.model, identity.serial,
               identity.firmware, (unsigned long long)done, (double)done / 1e6 / s);
    }
    byte_source_close(source);
    return status;
}

int main(int argc, char **argv)
{
    const char *serial = NULL;
    long wait_s = 0;
    struct failure why = {.text = ""};
    struct usb_bus *bus = NULL;
    struct dock_device *device = NULL;
    for (int o; (o = getopt(argc, argv, "s:w:")) != -1;) {
        if (o == 's') {
            serial = optarg;
        } else if (o == 'w') {
            wait_s = strtol(optarg, NULL, 10);
        } else {
            return 2;
        }
    }
    if (optind + 1 != argc) {
        return 2;
    }
    enum yk_status status = usb_libusb_open(&bus, &why);
    if (status == YK_OK) {
        status = find_or_wait(bus, serial, wait_s, &device, &why);
    }
    if (status == YK_OK) {
        status = copy(device, argv[optind], &why);
    }
    if (status != YK_OK) {
        printf("%s: %s\n", status_word(status), why.text);
    }
    dock_device_close(device);
    usb_bus_close(bus);
    return status == YK_OK ? 0 : 1;
}
