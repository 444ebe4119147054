/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Descriptors and names of the three USB generations of AX3 and AX6, byte for byte as in the
 * released firmware images (docs/devices/pretend.md).
 */
#include <stdio.h>
#include <string.h>

#include "drivers/pretend/parts.h"
#include "src/base/bytes.h"

static const uint8_t configuration_a[] = {
    9, 2,    89,   0,    2,  1, 2, 0xc0, 110, /* configuration, 220 mA */
    9, 4,    0,    0,    2,  8, 6, 0x50, 0,   /* disk */
    7, 5,    0x81, 2,    64, 0, 1,            /* in */
    7, 5,    0x01, 2,    64, 0, 1,            /* out */
    8, 11,   1,    1,    2,  2, 1, 0,         /* association */
    9, 4,    1,    0,    3,  2, 2, 1,    0,   /* serial port, all in one */
    5, 0x24, 0,    0x10, 1,                   /* CDC 1.10 */
    4, 0x24, 2,    2,                         /* line coding, serial state */
    5, 0x24, 6,    1,    1,                   /* union */
    5, 0x24, 1,    0,    1,                   /* call management */
    7, 5,    0x82, 3,    8,  0, 2,            /* notification */
    7, 5,    0x03, 2,    64, 0, 0,            /* out */
    7, 5,    0x83, 2,    64, 0, 0,            /* in */
};
static const uint8_t configuration_b[] = {
    9, 2,    98,   0,    3,  1,  2, 0xc0, 250, /* configuration, 500 mA */
    9, 4,    0,    0,    2,  8,  6, 0x50, 0,   /* disk */
    7, 5,    0x81, 2,    64, 0,  1,            /* in */
    7, 5,    0x01, 2,    64, 0,  1,            /* out */
    8, 11,   1,    2,    2,  2,  1, 0,         /* association */
    9, 4,    1,    0,    1,  2,  2, 1,    0,   /* serial port, communication */
    5, 0x24, 0,    0x20, 1,                    /* CDC 1.20 */
    4, 0x24, 2,    2,                          /* line coding, serial state */
    5, 0x24, 6,    1,    2,                    /* union */
    5, 0x24, 1,    0,    2,                    /* call management */
    7, 5,    0x82, 3,    10, 0,  2,            /* notification */
    9, 4,    2,    0,    2,  10, 0, 0,    0,   /* serial port, data */
    7, 5,    0x03, 2,    64, 0,  0,            /* out */
    7, 5,    0x83, 2,    64, 0,  0,            /* in */
};
/* What generation C has behind the bytes of B. */
static const uint8_t vendor_interface[] = {
    9, 4, 3,    0, 2,  0xff, 0xee, 0xdd, 4, /* vendor */
    7, 5, 0x04, 2, 64, 0,    1,             /* out */
    7, 5, 0x84, 2, 64, 0,    1,             /* in */
};
_Static_assert(sizeof configuration_a == 89, "wTotalLength of A");
_Static_assert(sizeof configuration_b == 98, "wTotalLength of B");
_Static_assert(sizeof configuration_b + sizeof vendor_interface == 121, "wTotalLength of C");

static char generation_of(bool is_ax6, int firmware)
{
    if (is_ax6 || (firmware >= 46 && firmware < 50)) {
        return 'B';
    }
    return firmware >= 50 ? 'C' : 'A';
}

static void format_serial(struct pretend_identity *self, uint32_t id)
{
    const char *prefix = self->is_ax6 ? "AX664_" : "CWA17_";
    int digits = id <= 99999 ? 5 : id <= 9999999 ? 7 : 10;
    (void)snprintf(self->serial, sizeof self->serial, "%s%0*u", prefix, digits, id);
}

static void format_label(struct pretend_identity *self)
{
    const char *model = identity_model(self);
    if (self->device_id <= 99999) {
        (void)snprintf(self->label, sizeof self->label, "%s%s_%05u", model,
                       self->is_ax6 ? "64" : "17", self->device_id % 100000u);
    } else {
        (void)snprintf(self->label, sizeof self->label, "%s_%07u", model,
                       self->device_id % 10000000u);
    }
}

void identity_init(struct pretend_identity *self, const struct pretend_recorder *recorder,
                   const struct cwa_header *header, const struct pretend_faults *faults)
{
    const struct pretend_fault *other = pretend_condition(faults, PLACE_DEVICE, WHAT_USBID);
    *self = (struct pretend_identity){0};
    self->is_ax6 = recorder->model != NULL
                       ? strcmp(recorder->model, "AX6") == 0
                       : header != NULL && header->hardware == CWA_HARDWARE_AX6;
    self->device_id = recorder->device_id != 0 ? (uint32_t)recorder->device_id
                      : header != NULL         ? header->device_id
                                               : 12345;
    self->firmware = recorder->firmware != 0 ? (uint8_t)recorder->firmware
                     : header != NULL        ? header->firmware
                                             : (self->is_ax6 ? 56 : 44);
    self->generation = generation_of(self->is_ax6, self->firmware);
    format_serial(self,
                  other != NULL ? (uint32_t)pretend_fault_number(other, 1) : self->device_id);
    format_label(self);
    /* The firmware's array is two places longer than the text: two NULs follow it. */
    (void)snprintf(self->product, sizeof self->product, "%s Composite Device %s  ",
                   identity_model(self), self->is_ax6 ? "6.4" : "1.7");
}

const char *identity_model(const struct pretend_identity *self)
{
    return self->is_ax6 ? "AX6" : "AX3";
}

size_t identity_device_descriptor(const struct pretend_identity *self, uint8_t at[static 18])
{
    static const uint8_t common[18] = {18,   1,    0x00, 0x02, 0, 0, 0, 8, 0xd8,
                                       0x04, 0x57, 0x00, 0,    0, 1, 2, 3, 1};
    memcpy(at, common, sizeof common);
    if (self->generation != 'A') {
        at[4] = 0xef;
        at[5] = 2;
        at[6] = 1;
    }
    put_u16le(at + 12, self->is_ax6 ? 0x0064 : self->generation == 'C' ? 0x0117 : 0x0017);
    return sizeof common;
}

size_t identity_configuration(const struct pretend_identity *self, uint8_t *at, size_t room)
{
    const uint8_t *from = self->generation == 'A' ? configuration_a : configuration_b;
    size_t n = self->generation == 'A' ? sizeof configuration_a : sizeof configuration_b;
    size_t more = self->generation == 'C' ? sizeof vendor_interface : 0;
    if (n + more > room) {
        return 0;
    }
    memcpy(at, from, n);
    if (more > 0) {
        memcpy(at + n, vendor_interface, more);
        put_u16le(at + 2, (uint16_t)(n + more));
        at[4] = 4;
    }
    return n + more;
}

/* n 16-bit characters in all, NULs behind the text. */
static size_t string_of(const char *text, size_t n, uint8_t *at)
{
    size_t length = strlen(text);
    at[0] = (uint8_t)(2 + 2 * n);
    at[1] = 3;
    for (size_t i = 0; i < n; i++) {
        put_u16le(at + 2 + 2 * i, i < length ? (uint8_t)text[i] : 0);
    }
    return at[0];
}

size_t identity_string(const struct pretend_identity *self, unsigned index, uint8_t *at)
{
    switch (index) {
    case 0:
        memcpy(at, "\x04\x03\x09\x04", 4);
        return 4;
    case 1:
        return string_of("Newcastle University     ", 25, at);
    case 2:
        return string_of(self->product, 28, at);
    case 3:
        return string_of(self->serial, strlen(self->serial), at);
    case 4:
        return self->generation == 'C' ? string_of("AX3 Generic Communication ", 26, at) : 0;
    case 0xee:
        if (self->generation == 'C') {
            (void)string_of("MSFT100", 8, at);
            put_u16le(at + 16, 0xee);
            return at[0];
        }
        return 0;
    default:
        return 0;
    }
}
