/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/device/umock_polite.h"

#include <glib.h>
#include <pthread.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

struct polite_bus {
    struct usb_bus base;
    struct usb_bus *inner;
};

/* The ports' own operations, but for closing. */
static struct usb_port_ops port_ops;
static void (*inner_close)(struct usb_port *self);

void umock_polite_lock(void)
{
    pthread_mutex_lock(&gate);
}

void umock_polite_unlock(void)
{
    pthread_mutex_unlock(&gate);
}

static struct usb_bus *inner_of(struct usb_bus *base)
{
    return ((struct polite_bus *)base)->inner;
}

static enum yk_status polite_list(struct usb_bus *self, struct usb_listing **out, size_t *n,
                                  struct failure *why)
{
    return inner_of(self)->ops->list(inner_of(self), out, n, why);
}

static enum yk_status polite_wait(struct usb_bus *self, unsigned timeout_ms, bool *changed,
                                  struct failure *why)
{
    return inner_of(self)->ops->wait(inner_of(self), timeout_ms, changed, why);
}

static void polite_port_close(struct usb_port *self)
{
    umock_polite_lock();
    inner_close(self);
    umock_polite_unlock();
}

static enum yk_status polite_bus_open_port(struct usb_bus *self,
                                           const struct usb_listing *which,
                                           struct usb_port **out, struct failure *why)
{
    umock_polite_lock();
    enum yk_status status = inner_of(self)->ops->open(inner_of(self), which, out, why);
    if (status == YK_OK) {
        if (inner_close == NULL) {
            inner_close = (*out)->ops->close;
            port_ops = *(*out)->ops;
            port_ops.close = polite_port_close;
        }
        (*out)->ops = &port_ops;
    }
    umock_polite_unlock();
    return status;
}

static void polite_close(struct usb_bus *self)
{
    umock_polite_lock();
    usb_bus_close(inner_of(self));
    umock_polite_unlock();
    g_free(self);
}

static const struct usb_bus_ops bus_ops = {.list = polite_list,
                                           .wait = polite_wait,
                                           .open = polite_bus_open_port,
                                           .close = polite_close};

struct usb_bus *umock_polite_open(void)
{
    struct polite_bus *self = g_new0(struct polite_bus, 1);
    struct failure why = {0};
    umock_polite_lock();
    if (usb_libusb_open(&self->inner, &why) != YK_OK) {
        g_error("%s", why.text);
    }
    umock_polite_unlock();
    self->base = (struct usb_bus){&bus_ops, self->inner->name};
    return &self->base;
}
