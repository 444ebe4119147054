/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file system of one file for SQLite, see agd_vfs.h.
 */
#include "firmware-formats/agd_vfs.h"

#include <stdio.h>
#include <string.h>

struct agd_file {
    sqlite3_file base;
    struct byte_source *bytes;
};

static int file_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *to, int n, sqlite3_int64 pos)
{
    struct agd_file *self = (struct agd_file *)file;
    size_t got = 0;
    if (byte_source_read_at(self->bytes, (uint64_t)pos, to, (size_t)n, &got, NULL) != YK_OK) {
        return SQLITE_IOERR_READ;
    }
    memset((char *)to + got, 0, (size_t)n - got);
    return got == (size_t)n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 pos)
{
    (void)file, (void)from, (void)n, (void)pos;
    return SQLITE_READONLY;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    (void)file, (void)size;
    return SQLITE_READONLY;
}

static int file_flags(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)((struct agd_file *)file)->bytes->size;
    return SQLITE_OK;
}

static int file_is_reserved(sqlite3_file *file, int *out)
{
    (void)file;
    *out = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int what, void *arg)
{
    (void)file, (void)what, (void)arg;
    return SQLITE_NOTFOUND;
}

static int file_nothing(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static const sqlite3_io_methods FILE_METHODS = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_flags,
    .xFileSize = file_size,
    .xLock = file_flags,
    .xUnlock = file_flags,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_nothing,
    .xDeviceCharacteristics = file_nothing,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                    int *out_flags)
{
    struct agd_file *self = (struct agd_file *)file;
    (void)name;
    self->base.pMethods = NULL;
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return SQLITE_CANTOPEN; /* no journals, no temporary files */
    }
    self->bytes = vfs->pAppData;
    self->base.pMethods = &FILE_METHODS;
    if (out_flags != NULL) {
        *out_flags = SQLITE_OPEN_READONLY;
    }
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)name, (void)sync;
    return SQLITE_READONLY;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs, (void)name, (void)flags;
    *out = 0;
    return SQLITE_OK;
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int room, char *out)
{
    (void)vfs;
    snprintf(out, (size_t)room, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    memset(out, 0, (size_t)n);
    return n;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = 2440587.5; /* 1970: nothing here depends on it */
    return SQLITE_OK;
}

static int vfs_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs, (void)n, (void)out;
    return 0;
}

int agd_vfs_open(struct agd_vfs *self, struct byte_source *bytes, sqlite3 **out)
{
    watched_source_init(&self->bytes, bytes);
    snprintf(self->name, sizeof self->name, "yoake-agd-%p", (void *)self);
    self->base = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = sizeof(struct agd_file),
        .mxPathname = 64,
        .zName = self->name,
        .pAppData = &self->bytes.base,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_name,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_error,
    };
    int result = sqlite3_vfs_register(&self->base, 0);
    self->is_registered = result == SQLITE_OK;
    if (result == SQLITE_OK) {
        result = sqlite3_open_v2("file:agd?immutable=1", out,
                                 SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                                 self->name);
    }
    return result;
}

void agd_vfs_close(struct agd_vfs *self)
{
    if (self->is_registered) {
        sqlite3_vfs_unregister(&self->base);
        self->is_registered = false;
    }
}
