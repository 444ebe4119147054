/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/usb_sysfs.h"

/* A copy of what Linux 6.1 shows for a recorder behind a hub: links where it has links. */
static char root[2048], mounts[2100];
static struct usb_sysfs sysfs;

#define DEVICE "/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2"

static void make(const char *path, const char *content)
{
    char whole[4096];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *at = whole + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        mkdir(whole, 0700);
        *at = '/';
    }
    check_write_text(whole, content);
}

static void link_to(const char *target, const char *path)
{
    char whole[4096];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    unlink(whole);
    assert_int_equal(symlink(target, whole), 0);
}

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "%s", check_scratch("sysfs"));
    snprintf(mounts, sizeof mounts, "%s/mountinfo", root);
    sysfs = (struct usb_sysfs){.sys = root, .mountinfo = mounts};
    make(DEVICE "/serial", "CWA17_39434\n");
    make(DEVICE "/product", "AX3 Composite Device 1.7  \n");
    make(DEVICE "/1-4.2:1.0/bInterfaceClass", "08\n");
    make(DEVICE "/1-4.2:1.0/host6/target6:0:0/6:0:0:0/block/sdb/dev", "8:16\n");
    make(DEVICE "/1-4.2:1.0/host6/target6:0:0/6:0:0:0/block/sdb/sdb1/dev", "8:17\n");
    make(DEVICE "/1-4.2:1.1/bInterfaceClass", "02\n");
    make("/bus/usb/devices/x", "");
    make("/bus/usb/drivers/usb-storage/bind", "");
    make("/bus/usb/drivers/usbfs/bind", "");
    link_to("../../../devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2",
            "/bus/usb/devices/1-4.2");
    link_to("../../../../../../../bus/usb/drivers/usb-storage", DEVICE "/1-4.2:1.0/driver");
    /* A link back up, as sysfs has many: it is not walked. */
    link_to("../..", DEVICE "/1-4.2:1.0/subsystem");
    make("/mountinfo", "22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    check_remove(root);
    return 0;
}

static void attributes_are_read_and_trimmed(void **state)
{
    (void)state;
    char text[128];
    assert_true(usb_sysfs_text(&sysfs, "1-4.2", "serial", text, sizeof text));
    assert_string_equal(text, "CWA17_39434");
    assert_true(usb_sysfs_text(&sysfs, "1-4.2", "product", text, sizeof text));
    assert_string_equal(text, "AX3 Composite Device 1.7");
    assert_false(usb_sysfs_text(&sysfs, "1-4.2", "manufacturer", text, sizeof text));
    assert_string_equal(text, "");
    assert_false(usb_sysfs_text(&sysfs, "1-9", "serial", text, sizeof text));
    char few[4];
    assert_true(usb_sysfs_text(&sysfs, "1-4.2", "serial", few, sizeof few));
    assert_string_equal(few, "CWA");
}

static void a_mounted_partition_is_found_by_its_number(void **state)
{
    (void)state;
    char where[256] = "";
    assert_false(usb_sysfs_mounted_at(&sysfs, "1-4.2", where, sizeof where));
    make("/mountinfo",
         "22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n"
         "99 22 8:17 / /media/staff/AX317\\04039434 rw,nosuid - vfat /dev/sdb1 rw\n");
    assert_true(usb_sysfs_mounted_at(&sysfs, "1-4.2", where, sizeof where));
    assert_string_equal(where, "/media/staff/AX317 39434");
    make("/mountinfo", "99 22 8:16 / /mnt rw - vfat /dev/sdb rw\n");
    assert_true(usb_sysfs_mounted_at(&sysfs, "1-4.2", where, sizeof where));
    assert_string_equal(where, "/mnt");
    make("/mountinfo", "99 22 8:160 / /mnt rw - vfat /dev/sdc rw\n99 22\n\n8:16\n");
    assert_false(usb_sysfs_mounted_at(&sysfs, "1-4.2", where, sizeof where));
    assert_false(usb_sysfs_mounted_at(&sysfs, "1-9", where, sizeof where));
}

static void only_a_program_on_an_interface_counts_as_claimed(void **state)
{
    (void)state;
    assert_false(usb_sysfs_is_claimed(&sysfs, "1-4.2"));
    link_to("../../../../../../../bus/usb/drivers/usbfs", DEVICE "/1-4.2:1.1/driver");
    assert_true(usb_sysfs_is_claimed(&sysfs, "1-4.2"));
    assert_false(usb_sysfs_is_claimed(&sysfs, "1-4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(attributes_are_read_and_trimmed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mounted_partition_is_found_by_its_number, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(only_a_program_on_an_interface_counts_as_claimed, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
