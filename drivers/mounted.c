/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recorders that appear as a drive that the desktop mounted, or a copy of one: every file in
 * the folder that a format knows by its content is a recording. Of Axivity's the header is read
 * here; of others, what the format says. Clock, battery and set-up need a USB driver.
 *
 * Nothing is written to the volume, not even a date of access (O_NOATIME). The volume's own
 * date of a file is kept: a part is continued only while it is the same.
 *
 * Left out: sub-folders, recordings that are folders, tables that need a description beside
 * them.
 */
#include "drivers/dock_device.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/disk.h"
#include "src/base/mem.h"

#define FORMAT_CWA "cwa"

struct mounted {
    struct dock_device base;
    struct dock_file file;
    struct text folder, path;
};

struct mounted_source {
    struct byte_source base;
    struct byte_source *file;
};

/* ---- what is there ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct dock_file *)a)->name, ((const struct dock_file *)b)->name);
}

/* False: not a recording, or its name is longer than any volume allows. */
static bool look_at(const char *folder, const char *name, dock_file_reader reader,
                    struct dock_file *out)
{
    struct text path;
    struct stat status;
    bool is_one = false;
    text_init(&path);
    *out = (struct dock_file){.first_ns = TIME_UNKNOWN, .last_ns = TIME_UNKNOWN};
    if (name[0] != '.' && strlen(name) < sizeof out->name &&
        disk_join(folder, name, &path, NULL) == YK_OK &&
        stat(text_string(&path), &status) == 0 && S_ISREG(status.st_mode)) {
        is_one = reader(text_string(&path), out);
        snprintf(out->name, sizeof out->name, "%s", name);
        out->changed_ns =
            (int64_t)status.st_mtim.tv_sec * NS_PER_S + (int64_t)status.st_mtim.tv_nsec;
    }
    text_release(&path);
    return is_one;
}

static enum yk_status list_folder(const char *folder, dock_file_reader reader,
                                  struct dock_file **out, size_t *n, struct failure *why)
{
    struct dock_file *files = NULL, file;
    size_t count = 0, capacity = 0;
    enum yk_status status = YK_OK;
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        status = failure_set_errno(why, errno, "looking into %s", folder);
    }
    for (struct dirent *entry;
         status == YK_OK && dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (!look_at(folder, entry->d_name, reader, &file)) {
            continue;
        }
        if (count == DOCK_FILES_MAX) {
            status = failure_set(why, YK_ERR_CONFLICT,
                                 "%s holds more than %d recordings; a collection is taken in "
                                 "with: yoake import",
                                 folder, DOCK_FILES_MAX);
        } else if (MEM_RESERVE(files, count, capacity) != 0) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory to list %s", folder);
        } else {
            files[count++] = file;
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    if (status != YK_OK) {
        mem_free(files);
        return status;
    }
    if (count > 0) {
        qsort(files, count, sizeof *files, by_name);
    }
    *out = files;
    *n = count;
    return YK_OK;
}

static enum yk_status gone(const char *folder, struct failure *why)
{
    return failure_set(why, YK_ERR_NO_DEVICE,
                       "the recorder at %s is not there any more; plug it in again", folder);
}

/* ---- identity ---- */

/* What Axivity's header says. A file without one is nobody's. */
static void ask_header(struct byte_source *file, struct dock_identity *out)
{
    struct cwa_header header;
    uint8_t at[CWA_HEADER_BYTES];
    out->model[0] = out->serial[0] = out->firmware[0] = '\0';
    if (byte_source_read_exactly(file, 0, at, sizeof at, NULL) == YK_OK &&
        cwa_header_get(at, &header)) {
        bool is_ax6 = header.hardware == CWA_HARDWARE_AX6;
        snprintf(out->model, sizeof out->model, "%s", is_ax6 ? "AX6" : "AX3");
        snprintf(out->serial, sizeof out->serial, "%" PRIu32, header.device_id);
        snprintf(out->firmware, sizeof out->firmware, "%u", (unsigned)header.firmware);
        out->id_by_file = header.device_id;
        out->session_by_file = header.session_id;
    }
}

static bool is_cwa(const struct mounted *self)
{
    return strcmp(self->file.format, FORMAT_CWA) == 0;
}

static enum yk_status mounted_identify(struct dock_device *base, struct dock_identity *identity,
                                       struct dock_battery *battery, struct dock_health *health,
                                       struct failure *why)
{
    struct mounted *self = (struct mounted *)base;
    struct byte_source *file = NULL;
    struct dock_identity id = {.id_by_usb = UINT64_MAX,
                               .id_by_command = UINT64_MAX,
                               .id_by_file = UINT64_MAX,
                               .session_by_command = UINT64_MAX,
                               .session_by_file = UINT64_MAX,
                               .agree = true};
    if (!disk_is_file(text_string(&self->path))) {
        return gone(text_string(&self->folder), why);
    }
    memcpy(id.format, self->file.format, sizeof id.format);
    memcpy(id.model, self->file.model, sizeof id.model);
    memcpy(id.serial, self->file.serial, sizeof id.serial);
    memcpy(id.firmware, self->file.firmware, sizeof id.firmware);
    if (is_cwa(self)) {
        enum yk_status status = file_source_open(text_string(&self->path), &file, why);
        if (status != YK_OK) {
            return status;
        }
        ask_header(file, &id);
        byte_source_close(file);
    }
    *identity = id;
    *battery = (struct dock_battery){.percent = NAN, .volt = NAN};
    *health = (struct dock_health){.self_test = -1,
                                   .memory_spare = -1,
                                   .restarts = -1,
                                   .battery_cycles = -1,
                                   .last_changed_ns = self->file.changed_ns,
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
    if (status == YK_OK && is_cwa(self) && source->file->size <= CWA_HEADER_BYTES) {
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
    int fd = open(text_string(&self->path), O_RDONLY | O_CLOEXEC | O_NOATIME);
    if (fd < 0 && errno == EPERM) { /* somebody else's file */
        fd = open(text_string(&self->path), O_RDONLY | O_CLOEXEC);
    }
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
    if (slot->folder == NULL || slot->file == NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "a mounted recorder is a file in a folder");
    }
    struct mounted *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory opening a recorder");
    }
    self->base = (struct dock_device){.ops = &MOUNTED_OPS, .driver = &driver_mounted};
    self->file = *slot->file;
    text_init(&self->folder);
    text_init(&self->path);
    text_add(&self->folder, slot->folder);
    enum yk_status status = text_status(&self->folder, why);
    if (status == YK_OK) {
        status = disk_join(slot->folder, self->file.name, &self->path, why);
    }
    if (status == YK_OK && !disk_is_file(text_string(&self->path))) {
        status = gone(slot->folder, why);
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
    .name = "Mounted drive or folder (any recorder's file)",
    .list_folder = list_folder,
    .open = driver_open,
};
