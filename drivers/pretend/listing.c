/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pretend recorder as a bus lists it, taken from its own descriptors.
 */
#include <stdio.h>
#include <string.h>

#include "drivers/pretend/parts.h"
#include "src/base/bytes.h"

enum { DESCRIPTOR_INTERFACE = 4, DESCRIPTOR_ENDPOINT = 5 };

static void copy_trimmed(char out[static USB_TEXT_BYTES], const char *text)
{
    (void)snprintf(out, USB_TEXT_BYTES, "%s", text);
    size_t n = strlen(out);
    while (n > 0 && out[n - 1] == ' ') {
        out[--n] = '\0';
    }
}

static void read_configuration(const struct pretend_identity *identity, struct usb_listing *out)
{
    uint8_t at[128];
    size_t n = identity_configuration(identity, at, sizeof at);
    for (size_t i = 0; i + 1 < n && at[i] >= 2; i += at[i]) {
        if (at[i + 1] == DESCRIPTOR_INTERFACE && out->n_interfaces < USB_INTERFACES_MAX) {
            out->interfaces[out->n_interfaces++] =
                (struct usb_interface){at[i + 2], at[i + 5], at[i + 6], at[i + 7]};
        } else if (at[i + 1] == DESCRIPTOR_ENDPOINT && out->n_interfaces > 0 &&
                   out->n_endpoints < USB_ENDPOINTS_MAX) {
            out->endpoints[out->n_endpoints++] = (struct usb_endpoint){
                .address = at[i + 2],
                .type = at[i + 3] & 3,
                .max_packet = get_u16le(at + i + 4),
                .interface_number = out->interfaces[out->n_interfaces - 1].number,
            };
        }
    }
}

/* The conditions under which it cannot be used. */
static void read_access(const struct pretend_device *self, struct usb_listing *out)
{
    static const struct {
        enum pretend_what what;
        enum usb_access access;
    } ways[] = {{WHAT_DENIED, USB_ACCESS_DENIED},
                {WHAT_CLAIMED, USB_ACCESS_CLAIMED},
                {WHAT_MOUNTED, USB_ACCESS_MOUNTED},
                {WHAT_UNREADABLE, USB_ACCESS_UNREADABLE}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (device_condition(self, ways[i].what) != NULL) {
            out->access = ways[i].access;
        }
    }
    if (out->access == USB_ACCESS_MOUNTED) {
        (void)snprintf(out->mounted_at, sizeof out->mounted_at, "/media/%s",
                       self->identity.label);
    }
    if (out->access == USB_ACCESS_UNREADABLE) {
        out->serial[0] = out->product[0] = out->maker[0] = '\0';
    }
}

void pretend_device_listing(struct pretend_device *self, struct usb_listing *out)
{
    uint8_t at[18];
    *out = (struct usb_listing){.generation = self->generation};
    if (pretend_device_state(self) == PRETEND_BOOTLOADER) {
        out->vendor_id = 0x04d8;
        out->product_id = 0x003c;
        out->bcd_device = 0x0002;
        copy_trimmed(out->product, "USB HID Bootloader");
        copy_trimmed(out->maker, "Microchip Technology Inc.");
        out->interfaces[out->n_interfaces++] = (struct usb_interface){0, 3, 0, 0};
        return;
    }
    (void)identity_device_descriptor(&self->identity, at);
    out->vendor_id = get_u16le(at + 8);
    out->product_id = get_u16le(at + 10);
    out->bcd_device = get_u16le(at + 12);
    copy_trimmed(out->serial, self->identity.serial);
    copy_trimmed(out->product, self->identity.product);
    copy_trimmed(out->maker, "Newcastle University");
    read_configuration(&self->identity, out);
    read_access(self, out);
}
