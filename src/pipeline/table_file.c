/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables on their way to the disk, see table_file.h.
 */
#include "src/pipeline/table_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "src/base/disk.h"

#define SPILL_BYTES ((size_t)64 << 10)

void table_file_init(struct table_file *self)
{
    *self = (struct table_file){.fd = -1};
    text_init(&self->rows);
    text_init(&self->path);
    text_init(&self->part);
}

enum yk_status table_file_begin(struct table_file *self, const char *path, struct failure *why)
{
    text_add(&self->path, path);
    text_addf(&self->part, "%s%s", path, DISK_PART);
    enum yk_status status = text_status(&self->path, why);
    status = status == YK_OK ? text_status(&self->part, why) : status;
    if (status != YK_OK) {
        text_clear(&self->part);
        return status;
    }
    const char *part = text_string(&self->part);
    self->fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (self->fd < 0) {
        int reason = errno;
        status = failure_set_errno(why, reason, "making %s", part);
        text_clear(&self->part);
    }
    return status;
}

static enum yk_status write_rows(struct table_file *self, struct failure *why)
{
    enum yk_status status = text_status(&self->rows, why);
    if (status == YK_OK) {
        status = disk_write(self->fd, text_string(&self->rows), self->rows.length,
                            text_string(&self->part), why);
        text_clear(&self->rows);
    }
    return status;
}

enum yk_status table_file_spill(struct table_file *self, struct failure *why)
{
    return self->rows.length >= SPILL_BYTES || self->rows.is_short ? write_rows(self, why)
                                                                   : YK_OK;
}

enum yk_status table_file_complete(struct table_file *self, struct failure *why)
{
    const char *part = text_string(&self->part);
    enum yk_status status = write_rows(self, why);
    if (status == YK_OK && fsync(self->fd) != 0) {
        int reason = errno;
        status = failure_set_errno(why, reason, "asking the disk to keep %s", part);
    }
    int result = close(self->fd), reason = errno;
    self->fd = -1;
    if (result != 0 && status == YK_OK) {
        status = failure_set_errno(why, reason, "closing %s", part);
    }
    return status == YK_OK ? file_source_open(part, &self->bytes, why) : status;
}

enum yk_status table_file_publish(struct table_file *self, struct failure *why)
{
    enum yk_status status =
        disk_publish(text_string(&self->part), text_string(&self->path), why);
    if (status == YK_OK) {
        text_clear(&self->part);
    }
    return status;
}

void table_file_release(struct table_file *self)
{
    byte_source_close(self->bytes);
    if (self->fd >= 0) {
        close(self->fd);
    }
    if (self->part.length > 0) {
        disk_remove(text_string(&self->part), NULL);
    }
    text_release(&self->rows);
    text_release(&self->path);
    text_release(&self->part);
    table_file_init(self);
}
