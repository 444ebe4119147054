/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "tests/support/pretend_talk.h"

void talk_reopen(struct pretend_talk *self)
{
    struct failure why = {0};
    struct usb_listing *list = NULL;
    size_t n = 0;
    if (self->port != NULL) {
        self->port->ops->close(self->port);
        self->port = NULL;
    }
    assert_int_equal(self->bus->ops->list(self->bus, &list, &n, &why), YK_OK);
    assert_int_equal(n, 1);
    self->listing = list[0];
    mem_free(list);
    if (self->bus->ops->open(self->bus, &self->listing, &self->port, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    for (uint8_t i = 0; i < self->listing.n_interfaces; i++) {
        assert_int_equal(self->port->ops->claim(self->port, i, &why), YK_OK);
    }
}

struct pretend_recorder talk_recorder(const char *model, uint32_t id, int firmware)
{
    return (struct pretend_recorder){
        .model = model, .device_id = id, .firmware = firmware, .skips_waits = true};
}

void talk_open(struct pretend_talk *self, const struct pretend_recorder *recorder)
{
    struct failure why = {0};
    *self = (struct pretend_talk){0};
    if (pretend_bus_open(recorder, 1, &self->bus, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    talk_reopen(self);
}

void talk_close(struct pretend_talk *self)
{
    if (self->port != NULL) {
        self->port->ops->close(self->port);
    }
    self->bus->ops->close(self->bus);
    *self = (struct pretend_talk){0};
}

void talk_send(struct pretend_talk *self, const char *bytes)
{
    struct failure why = {0};
    size_t got = 0;
    size_t n = strlen(bytes);
    if (self->port->ops->bulk_out(self->port, 0x03, (const uint8_t *)bytes, n, 1000, &got,
                                  &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(got, n);
}

const char *talk_hear(struct pretend_talk *self, unsigned quiet_ms, char *out, size_t room)
{
    size_t n = 0;
    for (;;) {
        size_t got = 0;
        uint8_t at[512];
        enum yk_status status =
            self->port->ops->bulk_in(self->port, 0x83, at, sizeof at, quiet_ms, &got, NULL);
        size_t kept = got < room - 1 - n ? got : room - 1 - n;
        memcpy(out + n, at, kept);
        n += kept;
        if (status != YK_OK) {
            break;
        }
    }
    out[n] = '\0';
    return out;
}

void talk_expect(struct pretend_talk *self, const char *line, const char *reply)
{
    char text[256];
    char heard[4096];
    (void)snprintf(text, sizeof text, "\r\n%s\r\n", line);
    talk_send(self, text);
    assert_string_equal(talk_hear(self, 20, heard, sizeof heard), reply);
}

int talk_scsi(struct pretend_talk *self, const uint8_t *command, size_t command_length,
              uint8_t *data, uint32_t length, size_t *got)
{
    const struct usb_port_ops *ops = self->port->ops;
    uint8_t at[31] = "USBC";
    uint8_t csw[64];
    size_t n = 0;
    struct failure why = {0};
    put_u32le(at + 4, ++self->tag);
    put_u32le(at + 8, length);
    at[12] = 0x80;
    at[14] = (uint8_t)command_length;
    memcpy(at + 15, command, command_length);
    *got = 0;
    if (ops->bulk_out(self->port, 0x01, at, sizeof at, 1000, &n, &why) != YK_OK) {
        return -1;
    }
    if (length > 0 && ops->bulk_in(self->port, 0x81, data, length, 1000, got, &why) != YK_OK) {
        if (why.offset != 1) {
            return -1;
        }
        assert_int_equal(ops->clear_halt(self->port, 0x81, &why), YK_OK);
    }
    enum yk_status status = YK_OK;
    if (*got == 13 && memcmp(data, "USBS", 4) == 0) {
        memcpy(csw, data, 13); /* the older stack skips the data stage */
        n = *got;
        *got = 0;
    } else {
        status = ops->bulk_in(self->port, 0x81, csw, sizeof csw, 1000, &n, &why);
        if (status == YK_ERR_PROTOCOL && why.offset == 1) {
            assert_int_equal(ops->clear_halt(self->port, 0x81, &why), YK_OK);
            status = ops->bulk_in(self->port, 0x81, csw, sizeof csw, 1000, &n, &why);
        }
    }
    if (status != YK_OK || n != 13 || memcmp(csw, "USBS", 4) != 0 ||
        get_u32le(csw + 4) != self->tag) {
        return -1;
    }
    return csw[12];
}

int talk_read(struct pretend_talk *self, uint32_t lba, uint16_t n, uint8_t *data)
{
    const uint8_t command[10] = {
        0x28,         0, (uint8_t)(lba >> 24), (uint8_t)(lba >> 16), (uint8_t)(lba >> 8),
        (uint8_t)lba, 0, (uint8_t)(n >> 8),    (uint8_t)n,           0};
    size_t got = 0;
    return talk_scsi(self, command, sizeof command, data, n * 512u, &got);
}
