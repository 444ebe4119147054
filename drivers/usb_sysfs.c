/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads /sys/bus/usb/devices (Linux Documentation/ABI/stable/sysfs-bus-usb) and
 * /proc/self/mountinfo (proc(5)). A disk is found by the folder `block` below the device: its
 * numbers, and those of its partitions, are what mountinfo lists. Disks that are mounted
 * through another layer (encrypted, logical volumes) are not followed.
 */
#include "drivers/usb_sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/text.h"

#define DEPTH_MAX                                                                              \
    9 /* interface, host, target, unit, block, disk, partition, and two to spare */
#define DISKS_MAX 16

struct usb_sysfs usb_sysfs_system(void)
{
    return (struct usb_sysfs){.sys = "/sys", .mountinfo = "/proc/self/mountinfo"};
}

void usb_text_trim(char *out, size_t room, const char *text, size_t length)
{
    while (length > 0 && (unsigned char)text[length - 1] <= ' ') {
        length--;
    }
    length = length < room - 1 ? length : room - 1;
    memcpy(out, text, length);
    out[length] = '\0';
}

/* Up to room - 1 bytes of a small file; -1 when it cannot be read. */
static ssize_t read_small(const char *path, char *out, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return -1;
    }
    ssize_t got;
    do {
        got = read(fd, out, room - 1);
    } while (got < 0 && errno == EINTR);
    close(fd);
    if (got >= 0) {
        out[got] = '\0';
    }
    return got;
}

bool usb_sysfs_text(const struct usb_sysfs *self, const char *place, const char *name,
                    char *out, size_t room)
{
    char raw[512];
    struct text path;
    text_init(&path);
    text_addf(&path, "%s/bus/usb/devices/%s/%s", self->sys, place, name);
    ssize_t got = path.is_short ? -1 : read_small(text_string(&path), raw, sizeof raw);
    text_release(&path);
    out[0] = '\0';
    if (got >= 0) {
        usb_text_trim(out, room, raw, (size_t)got);
    }
    return got >= 0;
}

/* ---- interfaces ---- */

/* "1-4.2:1.0" is an interface of "1-4.2". */
static bool is_interface_of(const char *name, const char *place)
{
    size_t n = strlen(place);
    return strncmp(name, place, n) == 0 && name[n] == ':';
}

bool usb_sysfs_is_claimed(const struct usb_sysfs *self, const char *place)
{
    struct text path;
    text_init(&path);
    text_addf(&path, "%s/bus/usb/devices/%s", self->sys, place);
    DIR *folder = path.is_short ? NULL : opendir(text_string(&path));
    bool is_claimed = false;
    for (struct dirent *entry; folder != NULL && !is_claimed;) {
        entry = readdir(folder);
        if (entry == NULL) {
            break;
        }
        if (!is_interface_of(entry->d_name, place)) {
            continue;
        }
        char target[256];
        text_clear(&path);
        text_addf(&path, "%s/bus/usb/devices/%s/%s/driver", self->sys, place, entry->d_name);
        ssize_t n =
            path.is_short ? -1 : readlink(text_string(&path), target, sizeof target - 1);
        if (n > 0) {
            target[n] = '\0';
            is_claimed = strcmp(name_of_path(target), "usbfs") == 0;
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    text_release(&path);
    return is_claimed;
}

/* ---- disks ---- */

/* Numbers of block devices ("8:16") found below a device. */
struct disks {
    char number[DISKS_MAX][24];
    size_t n;
};

static void note_disk(struct disks *self, const char *folder)
{
    char raw[24];
    struct text path;
    text_init(&path);
    text_addf(&path, "%s/dev", folder);
    ssize_t got = path.is_short ? -1 : read_small(text_string(&path), raw, sizeof raw);
    if (got > 0 && self->n < DISKS_MAX) {
        usb_text_trim(self->number[self->n], sizeof *self->number, raw, (size_t)got);
        self->n++;
    }
    text_release(&path);
}

static bool is_real_folder(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Walks the folders below (links lead back up and are not followed). in_block: the folder is a
 * disk or below one. */
static void find_disks(struct disks *self, const char *folder, bool in_block, unsigned depth)
{
    DIR *dir = depth < DEPTH_MAX ? opendir(folder) : NULL;
    if (dir == NULL) {
        return;
    }
    struct text path;
    text_init(&path);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        text_clear(&path);
        text_addf(&path, "%s/%s", folder, entry->d_name);
        if (path.is_short || !is_real_folder(text_string(&path))) {
            continue;
        }
        if (in_block) {
            note_disk(self, text_string(&path));
        }
        find_disks(self, text_string(&path), in_block || strcmp(entry->d_name, "block") == 0,
                   depth + 1);
    }
    text_release(&path);
    closedir(dir);
}

/* Field number `want` (from 0) of a line of blank-separated ones. */
static const char *field(const char *line, unsigned want, size_t *length)
{
    for (unsigned i = 0; i < want; i++) {
        line += strcspn(line, " \n");
        if (*line != ' ') {
            return NULL;
        }
        line++;
    }
    *length = strcspn(line, " \n");
    return line;
}

static bool is_octal(const char *at)
{
    return at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' && at[2] >= '0' &&
           at[2] <= '7';
}

/* mountinfo writes blanks, tabs, line ends and backslashes as \ooo. */
static void unescape(char *out, size_t room, const char *at, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length && n + 1 < room; i++) {
        if (at[i] == '\\' && i + 3 < length && is_octal(at + i + 1)) {
            out[n++] =
                (char)((at[i + 1] - '0') * 64 + (at[i + 2] - '0') * 8 + (at[i + 3] - '0'));
            i += 3;
        } else {
            out[n++] = at[i];
        }
    }
    out[n] = '\0';
}

static bool find_mount(const char *mountinfo, const struct disks *disks, char *out, size_t room)
{
    FILE *file = fopen(mountinfo, "re");
    char line[4096];
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        size_t n = 0, m = 0;
        const char *number = field(line, 2, &n), *where = field(line, 4, &m);
        for (size_t i = 0; i < disks->n && number != NULL && where != NULL && !found; i++) {
            found = strlen(disks->number[i]) == n && memcmp(disks->number[i], number, n) == 0;
        }
        if (found) {
            unescape(out, room, where, m);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

bool usb_sysfs_mounted_at(const struct usb_sysfs *self, const char *place, char *out,
                          size_t room)
{
    struct disks disks = {.n = 0};
    struct text path;
    text_init(&path);
    /* The name below bus/usb/devices is itself a link; its folder is opened through it. */
    text_addf(&path, "%s/bus/usb/devices/%s", self->sys, place);
    if (!path.is_short) {
        find_disks(&disks, text_string(&path), false, 0);
    }
    text_release(&path);
    return disks.n > 0 && find_mount(self->mountinfo, &disks, out, room);
}
