/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5 1.10 behind a narrow door, for reading.
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

hid_t h5_kind_type(enum h5_kind kind, size_t text_bytes)
{
    switch (kind) {
    case H5_KIND_FLOAT:
        return H5T_NATIVE_FLOAT;
    case H5_KIND_DOUBLE:
        return H5T_NATIVE_DOUBLE;
    case H5_KIND_INT64:
        return H5T_NATIVE_INT64;
    case H5_KIND_UINT64:
        return H5T_NATIVE_UINT64;
    case H5_KIND_INT32:
        return H5T_NATIVE_INT32;
    case H5_KIND_UINT32:
        return H5T_NATIVE_UINT32;
    case H5_KIND_UINT16:
        return H5T_NATIVE_UINT16;
    case H5_KIND_UINT8:
        return H5T_NATIVE_UINT8;
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

/* ---- files ---- */

/* Every id of HDF5 is negative when it could not be had; this closes the others. */
void h5_close_id(hid_t id, herr_t (*how)(hid_t))
{
    if (id >= 0) {
        how(id);
    }
}

/* The operating system's own reason where there is one. */
enum yk_status h5_failure(const struct h5_file *self, struct failure *why, const char *what,
                          const char *name)
{
    if (self->io.read_errno != 0) {
        return failure_set_errno(why, self->io.read_errno, "reading %s", self->path);
    }
    return failure_set(why, YK_ERR_CORRUPT, "%s: %s %s failed", self->path, what, name);
}

static void file_free(struct h5_file *self)
{
    if (self->id >= 0) {
        H5Fclose(self->id);
    }
    if (self->io.fd >= 0) {
        close(self->io.fd);
    }
    mem_free(self->path);
    mem_free(self);
}

static enum yk_status not_opened(const struct h5_file *self, struct failure *why)
{
    return self->io.read_errno == ENOMEM
               ? h5_failure(self, why, "opening", "the file")
               : failure_set(why, YK_ERR_CORRUPT, "%s is not an HDF5 file, or is cut short",
                             self->path);
}

/* name: of the descriptor, or of the source. */
static enum yk_status open_io(const char *name, struct h5_io io, struct h5_file **out,
                              struct failure *why)
{
    struct h5_file *self = mem_alloc(1, sizeof *self);
    char *copy = mem_copy_text(name);
    if (self == NULL || copy == NULL) {
        mem_free(self);
        mem_free(copy);
        if (io.fd >= 0) {
            close(io.fd);
        }
        return failure_set(why, YK_ERR_MEMORY, "no memory to open %s", name);
    }
    *self = (struct h5_file){.id = -1, .path = copy, .io = io};
    enum yk_status status = YK_OK;
    h5_enter();
    hid_t access = h5_driver_access(&self->io);
    if (access >= 0) {
        self->id = H5Fopen(copy, H5F_ACC_RDONLY, access);
    }
    h5_close_id(access, H5Pclose);
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
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        int reason = errno;
        return failure_set_errno(why, reason, "opening %s", path);
    }
    enum yk_status status = h5_seal_check_file(fd, path, why);
    if (status != YK_OK) {
        close(fd);
        return status;
    }
    return open_io(path, (struct h5_io){.fd = fd}, out, why);
}

enum yk_status h5_open_source(struct byte_source *bytes, struct h5_file **out,
                              struct failure *why)
{
    return open_io(bytes->name, (struct h5_io){.fd = -1, .bytes = bytes}, out, why);
}

void h5_close(struct h5_file *self)
{
    if (self == NULL) {
        return;
    }
    h5_enter();
    file_free(self);
    h5_leave();
}

static enum yk_status join(const char *group, const char *name, struct text *out,
                           struct failure *why)
{
    text_add(out, group);
    if (group[0] != '/' || group[1] != '\0') {
        text_add_char(out, '/');
    }
    text_add(out, name);
    return text_status(out, why);
}

bool h5_has(struct h5_file *self, const char *path)
{
    h5_enter();
    bool has = H5Lexists(self->id, path, H5P_DEFAULT) > 0;
    h5_leave();
    return has;
}

/* ---- columns ---- */

static enum yk_status column_open(struct h5_file *self, const char *group, const char *name,
                                  hid_t *set, size_t *n, struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = join(group, name, &path, why);
    if (status == YK_OK && (H5Lexists(self->id, group, H5P_DEFAULT) <= 0 ||
                            H5Lexists(self->id, text_string(&path), H5P_DEFAULT) <= 0)) {
        status = failure_set(why, YK_ERR_NO_DEVICE, "%s holds no column %s", self->path,
                             text_string(&path));
    }
    if (status == YK_OK) {
        hid_t opened = H5Dopen2(self->id, text_string(&path), H5P_DEFAULT);
        hid_t space = opened >= 0 ? H5Dget_space(opened) : -1;
        hsize_t size = 0;
        if (space < 0 || H5Sget_simple_extent_ndims(space) != 1 ||
            H5Sget_simple_extent_dims(space, &size, NULL) != 1 || size > SIZE_MAX / 16) {
            status = h5_failure(self, why, "opening the column", text_string(&path));
            h5_close_id(opened, H5Dclose);
        } else {
            *set = opened;
            *n = (size_t)size;
        }
        h5_close_id(space, H5Sclose);
    }
    text_release(&path);
    return status;
}

enum yk_status h5_count(struct h5_file *self, const char *group, const char *name, size_t *n,
                        struct failure *why)
{
    h5_enter();
    hid_t set = -1;
    enum yk_status status = column_open(self, group, name, &set, n, why);
    h5_close_id(set, H5Dclose);
    h5_leave();
    return status;
}

static bool is_right_class(hid_t set, enum h5_kind kind, size_t text_bytes)
{
    hid_t type = H5Dget_type(set);
    if (type < 0) {
        return false;
    }
    H5T_class_t class = H5Tget_class(type);
    bool is_right = kind == H5_KIND_TEXT
                        ? class == H5T_STRING && H5Tis_variable_str(type) == 0 &&
                              H5Tget_size(type) < text_bytes
                        : class == H5T_INTEGER || class == H5T_FLOAT;
    H5Tclose(type);
    return is_right;
}

enum yk_status h5_read(struct h5_file *self, const char *group, const char *name,
                       enum h5_kind kind, size_t text_bytes, void *values, size_t n,
                       struct failure *why)
{
    h5_enter();
    hid_t set = -1, type = -1;
    size_t there = 0;
    enum yk_status status = column_open(self, group, name, &set, &there, why);
    if (status == YK_OK && (there != n || !is_right_class(set, kind, text_bytes))) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "%s: column %s/%s has %zu values or another type, expected %zu",
                             self->path, group, name, there, n);
    }
    if (status == YK_OK && n > 0) {
        type = h5_kind_type(kind, text_bytes);
        if (type < 0 || H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
            status = h5_failure(self, why, "reading the column", name);
        }
    }
    h5_kind_close(kind, type);
    h5_close_id(set, H5Dclose);
    h5_leave();
    return status;
}

/* ---- columns in pieces ---- */

struct h5_part {
    struct h5_file *file;
    hid_t set;
    enum h5_kind kind;
    uint64_t n;
};

enum yk_status h5_part_open(struct h5_file *self, const char *group, const char *name,
                            enum h5_kind kind, struct h5_part **out, uint64_t *n,
                            struct failure *why)
{
    struct h5_part *part = mem_alloc(1, sizeof *part);
    if (part == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the column %s", name);
    }
    *part = (struct h5_part){.file = self, .set = -1, .kind = kind};
    size_t there = 0;
    h5_enter();
    enum yk_status status = column_open(self, group, name, &part->set, &there, why);
    if (status == YK_OK && !is_right_class(part->set, kind, 0)) {
        status = failure_set(why, YK_ERR_CORRUPT, "%s: column %s/%s holds no numbers",
                             self->path, group, name);
    }
    part->n = there;
    h5_leave();
    if (status != YK_OK) {
        h5_part_close(part);
        return status;
    }
    *out = part;
    *n = part->n;
    return YK_OK;
}

enum yk_status h5_part_read(struct h5_part *self, uint64_t from, void *values, size_t n,
                            struct failure *why)
{
    if (n == 0) {
        return YK_OK;
    }
    h5_enter();
    enum yk_status status = YK_OK;
    hsize_t first = from, count = n;
    hid_t type = h5_kind_type(self->kind, 0);
    hid_t memory = H5Screate_simple(1, &count, NULL);
    hid_t space = from <= self->n && n <= self->n - from ? H5Dget_space(self->set) : -1;
    if (type < 0 || memory < 0 || space < 0 ||
        H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, NULL, &count, NULL) < 0 ||
        H5Dread(self->set, type, memory, space, H5P_DEFAULT, values) < 0) {
        status = h5_failure(self->file, why, "reading a piece of", "a column");
    }
    h5_close_id(space, H5Sclose);
    h5_close_id(memory, H5Sclose);
    h5_kind_close(self->kind, type);
    h5_leave();
    return status;
}

void h5_part_close(struct h5_part *self)
{
    if (self == NULL) {
        return;
    }
    h5_enter();
    h5_close_id(self->set, H5Dclose);
    h5_leave();
    mem_free(self);
}
