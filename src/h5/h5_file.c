/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5 1.10 behind a narrow door: types, files and groups; columns are in h5_columns.c. The
 * file format is HDF5's oldest ("earliest"), which every reader knows. Object time tracking is
 * off, so that equal content gives equal bytes.
 */
#include "src/h5/h5_file.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/h5/h5_internal.h"
#include "src/h5/h5_seal.h"

#define MiB(n) ((n)*1024 * 1024)

/* HDF5 keeps its own state for the whole process, so its lock is the process's as well. */
static pthread_mutex_t h5_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void h5_enter(void)
{
    pthread_mutex_lock(&h5_lock);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* per thread where HDF5 was built with threads */
}

void h5_leave(void)
{
    pthread_mutex_unlock(&h5_lock);
}

/* ---- types ---- */

size_t h5_kind_bytes(enum h5_kind kind, size_t text_bytes)
{
    static const size_t bytes[] = {
        [H5_KIND_FLOAT] = 4, [H5_KIND_DOUBLE] = 8, [H5_KIND_INT64] = 8,  [H5_KIND_UINT64] = 8,
        [H5_KIND_INT32] = 4, [H5_KIND_UINT32] = 4, [H5_KIND_UINT16] = 2, [H5_KIND_UINT8] = 1};
    return kind == H5_KIND_TEXT ? text_bytes : bytes[kind];
}

static hid_t text_type(size_t bytes)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 &&
        (H5Tset_size(type, bytes) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
         H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

hid_t h5_kind_type(enum h5_kind kind, size_t text_bytes, bool in_memory)
{
    switch (kind) {
    case H5_KIND_FLOAT:
        return in_memory ? H5T_NATIVE_FLOAT : H5T_IEEE_F32LE;
    case H5_KIND_DOUBLE:
        return in_memory ? H5T_NATIVE_DOUBLE : H5T_IEEE_F64LE;
    case H5_KIND_INT64:
        return in_memory ? H5T_NATIVE_INT64 : H5T_STD_I64LE;
    case H5_KIND_UINT64:
        return in_memory ? H5T_NATIVE_UINT64 : H5T_STD_U64LE;
    case H5_KIND_INT32:
        return in_memory ? H5T_NATIVE_INT32 : H5T_STD_I32LE;
    case H5_KIND_UINT32:
        return in_memory ? H5T_NATIVE_UINT32 : H5T_STD_U32LE;
    case H5_KIND_UINT16:
        return in_memory ? H5T_NATIVE_UINT16 : H5T_STD_U16LE;
    case H5_KIND_UINT8:
        return in_memory ? H5T_NATIVE_UINT8 : H5T_STD_U8LE;
    case H5_KIND_TEXT:
        return text_type(text_bytes);
    }
    return -1;
}

void h5_kind_close(enum h5_kind kind, hid_t type)
{
    if (kind == H5_KIND_TEXT && type >= 0) { /* those of numbers are HDF5's own */
        H5Tclose(type);
    }
}

bool h5_is_worth_compressing(const void *values, size_t n, size_t value_bytes)
{
    if (n < 1024) {
        return false;
    }
    const unsigned char *at = values;
    size_t same = 0;
    for (size_t i = 1; i < n; i++) {
        same += memcmp(at + i * value_bytes, at + (i - 1) * value_bytes, value_bytes) == 0;
    }
    return same >= n / 2;
}

/* ---- files ---- */

/* Every id of HDF5 is negative when it could not be had; this closes the others. */
void h5_close_id(hid_t id, herr_t (*how)(hid_t))
{
    if (id >= 0) {
        how(id);
    }
}

/* The reason of the operating system, or of the source, where there is one. */
enum yk_status h5_failure(const struct h5_file *self, struct failure *why, const char *what,
                          const char *name)
{
    if (self->io.write_errno != 0) {
        return failure_set_errno(why, self->io.write_errno, "writing %s", self->path);
    }
    if (self->io.source_why.code != YK_OK) {
        if (why != NULL) {
            *why = self->io.source_why;
        }
        return self->io.source_why.code;
    }
    if (self->io.read_errno != 0) {
        return failure_set_errno(why, self->io.read_errno, "reading %s", self->path);
    }
    return failure_set(why, self->is_new ? YK_ERR_IO : YK_ERR_CORRUPT, "%s: %s %s failed",
                       self->path, what, name);
}

static enum yk_status file_new(const char *path, int flags, bool is_new, struct h5_file **out,
                               struct failure *why)
{
    struct h5_file *self = mem_alloc(1, sizeof *self);
    char *copy = mem_copy_text(path);
    if (self == NULL || copy == NULL) {
        mem_free(self);
        mem_free(copy);
        return failure_set(why, YK_ERR_MEMORY, "no memory to open %s", path);
    }
    *self = (struct h5_file){.id = -1, .access = -1, .path = copy, .is_new = is_new};
    self->io.fd = open(path, flags | O_CLOEXEC, 0644);
    if (self->io.fd < 0) {
        int reason = errno;
        mem_free(copy);
        mem_free(self);
        return failure_set_errno(why, reason, "opening %s", path);
    }
    *out = self;
    return YK_OK;
}

static bool keep_common(struct h5_kept *kept)
{
    /* HDF5 gives small blocks back to the C library at 64 KiB of a kind, which one file of
     * hundreds of columns reaches many times over. */
    H5set_free_list_limits(MiB(4), MiB(1), MiB(4), MiB(1), MiB(4), MiB(1));
    hid_t *const list[] = {&kept->whole, &kept->compact};
    for (size_t i = 0; i < 2; i++) {
        *list[i] = H5Pcreate(H5P_DATASET_CREATE);
        if (*list[i] < 0 || H5Pset_obj_track_times(*list[i], 0) < 0) {
            return false;
        }
    }
    kept->text = h5_attribute_text_type();
    kept->scalar = H5Screate(H5S_SCALAR);
    return H5Pset_layout(kept->compact, H5D_COMPACT) >= 0 && kept->text >= 0 &&
           kept->scalar >= 0;
}

static void release_common(struct h5_kept *kept)
{
    const struct {
        hid_t id;
        herr_t (*close)(hid_t);
    } all[] = {{kept->whole, H5Pclose},  {kept->compact, H5Pclose}, {kept->text, H5Tclose},
               {kept->scalar, H5Sclose}, {kept->space, H5Sclose},   {kept->group, H5Gclose}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].id > 0) {
            all[i].close(all[i].id);
        }
    }
    mem_free(kept->group_path);
    *kept = (struct h5_kept){0};
}

static void file_free(struct h5_file *self)
{
    release_common(&self->kept);
    if (self->id >= 0) {
        H5Fclose(self->id);
    }
    h5_close_id(self->access, H5Pclose);
    if (self->io.fd >= 0) {
        close(self->io.fd);
    }
    mem_free(self->path);
    mem_free(self);
}

enum yk_status h5_create(const char *path, struct h5_file **out, struct failure *why)
{
    struct h5_file *self = NULL;
    enum yk_status status = file_new(path, O_RDWR | O_CREAT | O_TRUNC, true, &self, why);
    if (status != YK_OK || self == NULL) {
        return status;
    }
    h5_enter();
    self->access = h5_driver_access(&self->io);
    hid_t create = H5Pcreate(H5P_FILE_CREATE);
    if (self->access >= 0 && create >= 0 && H5Pset_obj_track_times(create, 0) >= 0 &&
        keep_common(&self->kept)) {
        self->id = H5Fcreate(path, H5F_ACC_TRUNC, create, self->access);
    }
    h5_close_id(create, H5Pclose);
    if (self->id < 0) {
        status = h5_failure(self, why, "starting", "the file");
        file_free(self);
        unlink(path);
    } else {
        *out = self;
    }
    h5_leave();
    return status;
}

enum yk_status h5_read_status(const struct h5_file *self, struct failure *why)
{
    return self->io.read_errno != 0 ? h5_failure(self, why, "reading", "the file") : YK_OK;
}

static enum yk_status not_opened(const struct h5_file *self, struct failure *why)
{
    enum yk_status status = h5_read_status(self, why);
    return status != YK_OK ? status
                           : failure_set(why, YK_ERR_CORRUPT,
                                         "%s is not an HDF5 file, or is cut short", self->path);
}

/* Takes self, whose bytes can be read: it becomes *out, or is freed. */
static enum yk_status start_reading(struct h5_file *self, struct h5_file **out,
                                    struct failure *why)
{
    enum yk_status status = YK_OK;
    h5_enter();
    self->access = h5_driver_access(&self->io);
    if (self->access >= 0) {
        self->id = H5Fopen(self->path, H5F_ACC_RDONLY, self->access);
    }
    if (self->id < 0) {
        status = not_opened(self, why);
        file_free(self);
    } else {
        *out = self;
    }
    h5_leave();
    return status;
}

enum yk_status h5_open(const char *path, struct h5_file **out, struct failure *why)
{
    struct h5_file *self = NULL;
    enum yk_status status = file_new(path, O_RDONLY, false, &self, why);
    if (status != YK_OK || self == NULL) {
        return status;
    }
    status = h5_seal_check_file(self->io.fd, path, why); /* reads all: not in the lock */
    if (status != YK_OK) {
        file_free(self);
        return status;
    }
    return start_reading(self, out, why);
}

enum yk_status h5_open_source(struct byte_source *bytes, struct h5_file **out,
                              struct failure *why)
{
    struct h5_file *self = mem_alloc(1, sizeof *self);
    char *copy = mem_copy_text(bytes->name);
    if (self == NULL || copy == NULL) {
        mem_free(self);
        mem_free(copy);
        return failure_set(why, YK_ERR_MEMORY, "no memory to open %s", bytes->name);
    }
    *self = (struct h5_file){
        .id = -1, .access = -1, .path = copy, .io = {.fd = -1, .bytes = bytes}};
    return start_reading(self, out, why);
}

enum yk_status h5_close(struct h5_file *self, struct failure *why)
{
    if (self == NULL) {
        return YK_OK;
    }
    h5_enter();
    enum yk_status status = YK_OK;
    release_common(&self->kept);
    herr_t closed = H5Fclose(self->id);
    self->id = -1;
    h5_close_id(self->access, H5Pclose);
    self->access = -1;
    h5_leave(); /* nobody waits for somebody else's disk */
    if (self->is_new) {
        if (closed < 0 || self->io.write_errno != 0) {
            status = h5_failure(self, why, "closing", "the file");
        } else {
            status = h5_seal_add(self->io.fd, self->path, why);
        }
        if (status == YK_OK && fsync(self->io.fd) != 0) {
            status = failure_set_errno(why, errno, "asking the disk to keep %s", self->path);
        }
        int result = close(self->io.fd);
        self->io.fd = -1;
        if (status == YK_OK && result != 0) {
            status = failure_set_errno(why, errno, "closing %s", self->path);
        }
        if (status != YK_OK) {
            unlink(self->path);
        }
    }
    file_free(self);
    return status;
}

void h5_abandon(struct h5_file *self)
{
    if (self == NULL) {
        return;
    }
    h5_enter();
    if (self->is_new) {
        self->io.write_errno = ECANCELED; /* what HDF5 still holds need not be written */
        unlink(self->path);
    }
    file_free(self);
    h5_leave();
}

/* ---- groups ---- */

enum yk_status h5_group(struct h5_file *self, const char *path, struct failure *why)
{
    h5_enter();
    enum yk_status status = YK_OK;
    hid_t create = H5Pcreate(H5P_GROUP_CREATE);
    hid_t group = -1;
    if (create >= 0 && H5Pset_obj_track_times(create, 0) >= 0) {
        group = H5Gcreate2(self->id, path, H5P_DEFAULT, create, H5P_DEFAULT);
    }
    if (group < 0) {
        status = h5_failure(self, why, "making the group", path);
    }
    h5_close_id(group, H5Gclose);
    h5_close_id(create, H5Pclose);
    h5_leave();
    return status;
}

bool h5_has(struct h5_file *self, const char *path)
{
    h5_enter();
    bool has = H5Lexists(self->id, path, H5P_DEFAULT) > 0;
    h5_leave();
    return has;
}
