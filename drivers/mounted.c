/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recorders that appear as a folder: a drive that the desktop mounted, or a copy of one. The
 * recording is CWA-DATA.CWA in it, however the file system spells the case. Who it is comes
 * from the header alone; clock, battery and set-up need the USB driver.
 *
 * Left out: writing; other file names.
 */
#include "drivers/dock_device.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/disk.h"
#include "src/base/mem.h"

#define NAME "CWA-DATA.CWA"

struct mounted {
    struct dock_device base;
    struct text folder, path;
};

struct mounted_source {
    struct byte_source base;
    struct byte_source *file;
};

/* The recording's path; false: none, or memory is refused (then text_status() says so). */
static bool find_file(const char *folder, struct text *path)
{
    DIR *dir = opendir(folder);
    bool found = false;
    for (struct dirent *entry; dir != NULL && !found && (entry = readdir(dir)) != NULL;) {
        if (strcasecmp(entry->d_name, NAME) == 0) {
            found = disk_join(folder, entry->d_name, path, NULL) == YK_OK &&
                    disk_is_file(text_string(path));
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return found;
}

static bool match_folder(const char *folder)
{
    struct text path;
    text_init(&path);
    bool found = find_file(folder, &path);
    text_release(&path);
    return found;
}

static enum yk_status gone(const char *folder, struct failure *why)
{
    return failure_set(why, YK_ERR_NO_DEVICE,
                       "the recorder at %s is not there any more; plug it in again", folder);
}

/* ---- identity ---- */

static enum yk_status mounted_identify(struct dock_device *base, struct dock_identity *identity,
                                       struct dock_battery *battery, struct dock_health *health,
                                       struct failure *why)
{
    struct mounted *self = (struct mounted *)base;
    struct byte_source *file = NULL;
    struct cwa_header header;
    uint8_t at[CWA_HEADER_BYTES];
    struct dock_identity id = {.id_by_usb = UINT64_MAX,
                               .id_by_command = UINT64_MAX,
                               .id_by_file = UINT64_MAX,
                               .session_by_command = UINT64_MAX,
                               .session_by_file = UINT64_MAX,
                               .agree = true};
    if (!disk_is_file(text_string(&self->path))) {
        return gone(text_string(&self->folder), why);
    }
    enum yk_status status = file_source_open(text_string(&self->path), &file, why);
    if (status != YK_OK) {
        return status;
    }
    if (byte_source_read_exactly(file, 0, at, sizeof at, NULL) == YK_OK &&
        cwa_header_get(at, &header)) {
        bool is_ax6 = header.hardware == CWA_HARDWARE_AX6;
        snprintf(id.model, sizeof id.model, "%s", is_ax6 ? "AX6" : "AX3");
        snprintf(id.serial, sizeof id.serial, "%" PRIu32, header.device_id);
        snprintf(id.firmware, sizeof id.firmware, "%u", (unsigned)header.firmware);
        id.id_by_file = header.device_id;
        id.session_by_file = header.session_id;
    }
    byte_source_close(file);
    *identity = id;
    *battery = (struct dock_battery){.percent = NAN, .volt = NAN};
    *health = (struct dock_health){.self_test = -1,
                                   .memory_spare = -1,
                                   .restarts = -1,
                                   .battery_cycles = -1,
                                   .last_changed_ns = TIME_UNKNOWN,
                                   .plan_start_ns = TIME_UNKNOWN,
                                   .plan_stop_ns = TIME_UNKNOWN,
                                   .rate_hz = NAN};
    return YK_OK;
}

/* ---- recording ---- */

static enum yk_status source_read_at(struct byte_source *base, uint64_t pos, void *dst,
                                     size_t want, size_t *got, struct failure *why)
{
    struct mounted_source *self = (struct mounted_source *)base;
    enum yk_status status = byte_source_read_at(self->file, pos, dst, want, got, why);
    return status == YK_ERR_IO && !disk_is_file(self->file->path) ? gone(self->file->path, why)
                                                                  : status;
}

static void source_close(struct byte_source *base)
{
    struct mounted_source *self = (struct mounted_source *)base;
    byte_source_close(self->file);
    mem_free(self);
}

static const struct byte_source_ops SOURCE_OPS = {source_read_at, source_close};

static enum yk_status mounted_open_recording(struct dock_device *base, struct byte_source **out,
                                             uint64_t *found_beyond, struct failure *why)
{
    struct mounted *self = (struct mounted *)base;
    if (!disk_is_file(text_string(&self->path))) {
        return gone(text_string(&self->folder), why);
    }
    struct mounted_source *source = mem_alloc(1, sizeof *source);
    if (source == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory reading the recorder");
    }
    enum yk_status status = file_source_open(text_string(&self->path), &source->file, why);
    if (status == YK_OK && source->file->size <= CWA_HEADER_BYTES) {
        byte_source_close(source->file);
        status = failure_set(why, YK_ERR_TOO_LITTLE,
                             "the recorder at %s is set up but has not recorded yet",
                             text_string(&self->folder));
    }
    if (status != YK_OK) {
        mem_free(source);
        return status;
    }
    source->base = (struct byte_source){.ops = &SOURCE_OPS,
                                        .size = source->file->size,
                                        .name = source->file->name,
                                        .path = source->file->path};
    *found_beyond = 0;
    *out = &source->base;
    return YK_OK;
}

static enum yk_status read_all(int fd, uint64_t pos, uint8_t *dst, size_t bytes,
                               const char *name, struct failure *why)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t n = pread(fd, dst + done, bytes - done, (off_t)(pos + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            int error = errno;
            return failure_set_errno(why, error, "reading %s again", name);
        }
        if (n == 0) {
            return failure_set(why, YK_ERR_CORRUPT, "%s ends after %" PRIu64 " bytes", name,
                               pos + done);
        }
        done += (size_t)n;
    }
    return YK_OK;
}

/* Asks the system to forget what it keeps of the stretch, so that the drive is read. */
static enum yk_status mounted_reread(struct dock_device *base, uint64_t pos, void *dst,
                                     size_t bytes, struct failure *why)
{
    struct mounted *self = (struct mounted *)base;
    int fd = open(text_string(&self->path), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return gone(text_string(&self->folder), why);
    }
    posix_fadvise(fd, (off_t)pos, (off_t)bytes, POSIX_FADV_DONTNEED);
    enum yk_status status =
        read_all(fd, pos, (uint8_t *)dst, bytes, text_string(&self->path), why);
    close(fd);
    return status;
}

/* What the volume holds in all: a format would free it. */
static uint64_t mounted_capacity_bytes(struct dock_device *base)
{
    struct mounted *self = (struct mounted *)base;
    struct statvfs volume;
    if (statvfs(text_string(&self->folder), &volume) != 0) {
        return 0;
    }
    return (uint64_t)volume.f_blocks * volume.f_frsize;
}

/* ---- open and close ---- */

static void mounted_close(struct dock_device *base)
{
    struct mounted *self = (struct mounted *)base;
    text_release(&self->folder);
    text_release(&self->path);
    mem_free(self);
}

static const struct dock_device_ops MOUNTED_OPS = {
    .identify = mounted_identify,
    .open_recording = mounted_open_recording,
    .reread = mounted_reread,
    .capacity_bytes = mounted_capacity_bytes,
    .close = mounted_close,
};

extern const struct dock_driver driver_mounted;

static enum yk_status driver_open(const struct dock_slot *slot, struct job *job,
                                  struct dock_device **out, struct failure *why)
{
    (void)job;
    if (slot->folder == NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "a mounted recorder is a folder");
    }
    struct mounted *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory opening a recorder");
    }
    self->base = (struct dock_device){.ops = &MOUNTED_OPS, .driver = &driver_mounted};
    text_init(&self->folder);
    text_init(&self->path);
    text_add(&self->folder, slot->folder);
    bool found = find_file(slot->folder, &self->path);
    enum yk_status status = text_status(&self->folder, why);
    status = status == YK_OK ? text_status(&self->path, why) : status;
    if (status == YK_OK && !found) {
        status = failure_set(why, YK_ERR_NO_DEVICE, "%s holds no recorder's file (" NAME ")",
                             slot->folder);
    }
    if (status != YK_OK) {
        mounted_close(&self->base);
        return status;
    }
    *out = &self->base;
    return YK_OK;
}

const struct dock_driver driver_mounted = {
    .id = "mounted",
    .name = "Mounted drive or folder (AX3, AX6)",
    .match_folder = match_folder,
    .open = driver_open,
};
