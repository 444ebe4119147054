/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plugging a pretend recorder into a umockdev testbed: device node, sysfs and udev's events.
 *
 * libusb waits with poll() on the node. umockdev would make the node a plain file, which is
 * always ready: libusb then spins until its time-out and never hears of a disconnect. So the
 * node is a pseudo-terminal: stopping its output (TCOOFF) makes it "not writable", letting it
 * go (TCOON) "writable", and closing its master is the hang-up that usbfs shows.
 */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "tests/device/umock_parts.h"

const char *umock_driver_of(const struct umock_device *self, size_t i)
{
    switch (self->listing.interfaces[i].class_code) {
    case 8:
        return "usb-storage";
    case 2:
    case 10:
        return "cdc_acm";
    default:
        return NULL;
    }
}

/* There is one node for all openers, so it is ready when any of them has something to reap: the
 * others get EAGAIN, as they may. */
void umock_update_ready(struct umock_device *self)
{
    bool is_ready = false;
    for (struct umock_connection *c = self->connections; c != NULL; c = c->next) {
        is_ready = is_ready || c->done != NULL;
    }
    if (self->pty_slave >= 0 && is_ready != self->is_ready) {
        self->is_ready = is_ready;
        tcflow(self->pty_slave, is_ready ? TCOON : TCOOFF);
    }
}

void umock_make_node(struct umock_device *self)
{
    char name[64];
    struct termios settings;
    char *folder = g_path_get_dirname(self->real_node);
    g_mkdir_with_parents(folder, 0755);
    g_free(folder);
    unlink(self->real_node);
    if (openpty(&self->pty_master, &self->pty_slave, name, NULL, NULL) < 0) {
        g_error("no pseudo-terminal (is /dev/pts mounted?): %s", g_strerror(errno));
    }
    fcntl(self->pty_master, F_SETFD, FD_CLOEXEC);
    fcntl(self->pty_slave, F_SETFD, FD_CLOEXEC);
    tcgetattr(self->pty_slave, &settings);
    cfmakeraw(&settings);
    tcsetattr(self->pty_slave, TCSANOW, &settings);
    tcflow(self->pty_slave, TCOOFF);
    self->is_ready = false;
    if (symlink(name, self->real_node) < 0) {
        g_error("%s: %s", self->real_node, g_strerror(errno));
    }
}

void umock_drop_node(struct umock_device *self)
{
    if (self->pty_master >= 0) {
        close(self->pty_master);
        close(self->pty_slave);
    }
    self->pty_master = self->pty_slave = -1;
}

static void add(struct umock_device *self, const char *text)
{
    g_autoptr(GError) error = NULL;
    if (!umockdev_testbed_add_from_string(self->testbed, text, &error)) {
        g_error("umockdev: %s", error->message);
    }
}

/* A root hub gives libusb its port numbers. */
static void add_hub(struct umock_device *self)
{
    g_autofree char *root = umockdev_testbed_get_sys_dir(self->testbed);
    g_autofree char *folder = g_strconcat(root, self->hub + 4, NULL);
    if (g_file_test(folder, G_FILE_TEST_EXISTS)) {
        return;
    }
    g_autofree char *text = g_strdup_printf(
        "P: %s\nN: bus/usb/001/001\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
        "E: DEVNAME=/dev/bus/usb/001/001\nE: BUSNUM=001\nE: DEVNUM=001\nE: DRIVER=usb\n"
        "A: busnum=1\\n\nA: devnum=1\\n\nA: speed=480\\n\nA: bConfigurationValue=1\\n\n"
        "A: idVendor=1d6b\\n\nA: idProduct=0002\\n\n"
        "H: descriptors=12010002090001406b1d020001060302010109021900010100e000"
        "0904000001090000000705810304000c\n\n",
        self->hub + 4);
    add(self, text);
}

/* No "N:" line: umockdev would make the node itself, and the "add" event goes out before it
 * could be replaced. */
static void add_device(struct umock_device *self)
{
    uint8_t d[256];
    size_t n = pretend_device_descriptors(self->model, d, sizeof d);
    const struct usb_listing *l = &self->listing;
    GString *text = g_string_new(NULL);
    g_string_printf(text,
                    "P: %s\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nE: DEVNAME=%s\n"
                    "E: BUSNUM=001\nE: DEVNUM=%03u\nE: DRIVER=usb\nE: PRODUCT=%x/%x/%x\n"
                    "E: TYPE=%u/%u/%u\nE: ID_VENDOR_ID=04d8\nE: ID_MODEL_ID=0057\n"
                    "E: ID_SERIAL_SHORT=%s\nA: busnum=1\\n\nA: devnum=%u\\n\nA: devpath=%u\\n\n"
                    "A: speed=12\\n\nA: bConfigurationValue=1\\n\nA: bNumInterfaces=%2zu\\n\n"
                    "A: idVendor=04d8\\n\nA: idProduct=0057\\n\nA: bcdDevice=%04x\\n\n"
                    "A: serial=%s\\n\nA: product=%s  \\n\n"
                    "A: manufacturer=Newcastle University     \\n\nA: dev=189:%u\\n\n"
                    "H: descriptors=",
                    self->sys + 4, self->node, self->address, l->vendor_id, l->product_id,
                    l->bcd_device, d[4], d[5], d[6], l->serial, self->address, self->port,
                    l->n_interfaces, l->bcd_device, l->serial, l->product, self->address - 1);
    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(text, "%02x", d[i]);
    }
    g_string_append(text, "\n\n");
    add(self, text->str);
    g_string_free(text, TRUE);
}

static void add_interface(struct umock_device *self, size_t i)
{
    const struct usb_interface *one = &self->listing.interfaces[i];
    g_autofree char *text = g_strdup_printf(
        "P: %s\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\nE: INTERFACE=%u/%u/%u\n"
        "A: bInterfaceNumber=%02u\\n\nA: bInterfaceClass=%02x\\n\n"
        "A: bInterfaceSubClass=%02x\\n\nA: bInterfaceProtocol=%02x\\n\n\n",
        self->interface_sys[i] + 4, one->class_code, one->subclass, one->protocol, one->number,
        one->class_code, one->subclass, one->protocol);
    add(self, text);
}

void umock_plug(struct umock_device *self)
{
    if (self->is_plugged) {
        return;
    }
    add_hub(self);
    pthread_mutex_lock(&self->lock);
    pretend_device_plug(self->model);
    pretend_device_listing(self->model, &self->listing);
    for (size_t i = 0; i < self->listing.n_interfaces; i++) {
        self->bound[i] = umock_driver_of(self, i);
    }
    umock_make_node(self);
    pthread_mutex_unlock(&self->lock);
    add_device(self);
    for (size_t i = 0; i < self->listing.n_interfaces; i++) {
        add_interface(self, i);
    }
    self->is_plugged = true;
}

void umock_cut(struct umock_device *self)
{
    pthread_mutex_lock(&self->lock);
    pretend_device_unplug(self->model);
    umock_drop_node(self);
    pthread_mutex_unlock(&self->lock);
}

/* The event is made from the sysfs entry, so it goes first. */
static void remove_entry(struct umock_device *self, const char *sys)
{
    umockdev_testbed_uevent(self->testbed, sys, "remove");
    umockdev_testbed_remove_device(self->testbed, sys);
}

void umock_unplug(struct umock_device *self)
{
    if (!self->is_plugged) {
        return;
    }
    self->is_plugged = false;
    umock_cut(self);
    unlink(self->real_node);
    for (size_t i = self->listing.n_interfaces; i > 0; i--) {
        remove_entry(self, self->interface_sys[i - 1]);
    }
    remove_entry(self, self->sys);
}
