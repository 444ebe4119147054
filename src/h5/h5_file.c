/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5 1.10 behind a narrow door. The file format is HDF5's oldest ("earliest"), which every
 * reader knows. Object time tracking is off, so that equal content gives equal bytes. Tables of
 * known size are stored in one piece, the smallest within their own header; compressed and
 * growing columns in chunks.
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

#define CHUNK_MAX 16384
#define MiB(n) ((n)*1024 * 1024)
#define COMPACT_MAX 512 /* bytes of a column that lies within its own header */

struct h5_stream {
    struct h5_file *file;
    hid_t set;
    enum h5_kind kind;
    size_t text_bytes, each;
    uint64_t n;    /* in the file */
    uint8_t *kept; /* not yet: a call of the library takes longer than a block's values */
    size_t n_kept, chunk;
};

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

/* The operating system's own reason where there is one. */
enum yk_status h5_failure(const struct h5_file *self, struct failure *why, const char *what,
                          const char *name)
{
    if (self->io.write_errno != 0) {
        return failure_set_errno(why, self->io.write_errno, "writing %s", self->path);
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

static enum yk_status not_opened(const struct h5_file *self, struct failure *why)
{
    return self->io.read_errno == ENOMEM
               ? h5_failure(self, why, "opening", "the file")
               : failure_set(why, YK_ERR_CORRUPT, "%s is not an HDF5 file, or is cut short",
                             self->path);
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
    h5_enter();
    self->access = h5_driver_access(&self->io);
    if (self->access >= 0) {
        self->id = H5Fopen(path, H5F_ACC_RDONLY, self->access);
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
    *self = (struct h5_file){.id = -1, .path = copy, .io = {.fd = -1, .bytes = bytes}};
    enum yk_status status = YK_OK;
    h5_enter();
    self->access = h5_driver_access(&self->io);
    if (self->access >= 0) {
        self->id = H5Fopen(copy, H5F_ACC_RDONLY, self->access);
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

/* A list of a column's layout in chunks, compressed or growing. */
static hid_t chunk_list(const struct h5_column *column, size_t chunk)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t size = chunk;
    bool is_right =
        list >= 0 && H5Pset_obj_track_times(list, 0) >= 0 && H5Pset_chunk(list, 1, &size) >= 0;
    if (is_right && column->is_compressed) {
        is_right = H5Pset_shuffle(list) >= 0 && H5Pset_deflate(list, 1) >= 0;
    }
    if (!is_right) {
        h5_close_id(list, H5Pclose);
        return -1;
    }
    return list;
}

/* Neighbouring columns are of one group and length. */
static hid_t group_of(struct h5_file *self, const char *path)
{
    struct h5_kept *kept = &self->kept;
    if (kept->group_path == NULL || strcmp(kept->group_path, path) != 0) {
        char *copy = mem_copy_text(path);
        hid_t group = copy != NULL ? H5Gopen2(self->id, path, H5P_DEFAULT) : -1;
        if (group < 0) {
            mem_free(copy);
            return -1;
        }
        if (kept->group > 0) {
            H5Gclose(kept->group);
        }
        mem_free(kept->group_path);
        kept->group = group;
        kept->group_path = copy;
    }
    return kept->group;
}

static hid_t space_of(struct h5_file *self, size_t n)
{
    struct h5_kept *kept = &self->kept;
    if (kept->space <= 0 || kept->space_n != n) {
        hsize_t size = n;
        hid_t space = H5Screate_simple(1, &size, NULL);
        if (space < 0) {
            return -1;
        }
        if (kept->space > 0) {
            H5Sclose(kept->space);
        }
        kept->space = space;
        kept->space_n = n;
    }
    return kept->space;
}

static enum yk_status column_create(struct h5_file *self, const char *group,
                                    const struct h5_column *column, hid_t type, hid_t space,
                                    hid_t list, hid_t *out, struct failure *why)
{
    hid_t parent = group_of(self, group), set = -1;
    enum yk_status status = YK_OK;
    if (type >= 0 && space >= 0 && list >= 0 && parent >= 0) {
        set = H5Dcreate2(parent, column->name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    }
    if (set < 0) {
        status = h5_failure(self, why, "making the column", column->name);
    }
    if (status == YK_OK && column->unit != NULL) {
        status = h5_put_text_of(self, set, "unit", column->unit, why);
    }
    if (status == YK_OK && column->description != NULL) {
        status = h5_put_text_of(self, set, "description", column->description, why);
    }
    if (status == YK_OK) {
        *out = set;
    } else {
        h5_close_id(set, H5Dclose);
    }
    return status;
}

enum yk_status h5_write(struct h5_file *self, const char *group, const struct h5_column *column,
                        const void *values, size_t n, struct failure *why)
{
    h5_enter();
    hid_t set = -1, chunks = -1;
    hid_t type = h5_kind_type(column->kind, column->text_bytes, false);
    hid_t list = n > 0 && n <= COMPACT_MAX / h5_kind_bytes(column->kind, column->text_bytes)
                     ? self->kept.compact
                     : self->kept.whole;
    if (column->is_compressed && n > 0) {
        chunks = list = chunk_list(column, n < CHUNK_MAX ? n : CHUNK_MAX);
    }
    enum yk_status status =
        column_create(self, group, column, type, space_of(self, n), list, &set, why);
    if (status == YK_OK && n > 0) {
        hid_t given = column->kind == H5_KIND_TEXT ? type : h5_kind_type(column->kind, 0, true);
        if (H5Dwrite(set, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
            status = h5_failure(self, why, "writing the column", column->name);
        }
    }
    h5_close_id(set, H5Dclose);
    h5_close_id(chunks, H5Pclose);
    h5_kind_close(column->kind, type);
    if (status == YK_OK && self->io.write_errno != 0) {
        status = h5_failure(self, why, "writing the column", column->name);
    }
    h5_leave();
    return status;
}

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

bool h5_is_of_kind(hid_t type, enum h5_kind kind, size_t text_bytes)
{
    if (type < 0) {
        return false;
    }
    H5T_class_t class = H5Tget_class(type);
    return kind == H5_KIND_TEXT ? class == H5T_STRING && H5Tis_variable_str(type) == 0 &&
                                      H5Tget_size(type) < text_bytes
                                : class == H5T_INTEGER || class == H5T_FLOAT;
}

static bool is_right_class(hid_t set, enum h5_kind kind, size_t text_bytes)
{
    hid_t type = H5Dget_type(set);
    bool is_right = h5_is_of_kind(type, kind, text_bytes);
    h5_close_id(type, H5Tclose);
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
        type = h5_kind_type(kind, text_bytes, true);
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
    hid_t type = h5_kind_type(self->kind, 0, true);
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

/* ---- growing columns ---- */

enum yk_status h5_stream_open(struct h5_file *file, const char *group,
                              const struct h5_column *column, size_t chunk,
                              struct h5_stream **out, struct failure *why)
{
    struct h5_stream *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the column %s", column->name);
    }
    *self = (struct h5_stream){.file = file,
                               .set = -1,
                               .kind = column->kind,
                               .text_bytes = column->text_bytes,
                               .each = h5_kind_bytes(column->kind, column->text_bytes),
                               .chunk = chunk};
    self->kept = mem_alloc(chunk, self->each);
    if (self->kept == NULL) {
        mem_free(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory for the column %s", column->name);
    }
    h5_enter();
    hsize_t none = 0, limit = H5S_UNLIMITED;
    hid_t type = h5_kind_type(column->kind, column->text_bytes, false);
    hid_t space = H5Screate_simple(1, &none, &limit);
    hid_t list = chunk_list(column, chunk);
    enum yk_status status =
        column_create(file, group, column, type, space, list, &self->set, why);
    h5_close_id(list, H5Pclose);
    h5_close_id(space, H5Sclose);
    h5_kind_close(column->kind, type);
    h5_leave();
    if (status == YK_OK) {
        *out = self;
    } else {
        mem_free(self->kept);
        mem_free(self);
    }
    return status;
}

/* Puts what is kept into the file. */
static enum yk_status stream_write(struct h5_stream *self, struct failure *why)
{
    if (self->n_kept == 0) {
        return YK_OK;
    }
    h5_enter();
    enum yk_status status = YK_OK;
    hsize_t from = self->n, count = self->n_kept, total = from + count;
    hid_t type = h5_kind_type(self->kind, self->text_bytes, true);
    hid_t memory = H5Screate_simple(1, &count, NULL);
    hid_t space = H5Dset_extent(self->set, &total) >= 0 ? H5Dget_space(self->set) : -1;
    if (type < 0 || memory < 0 || space < 0 ||
        H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, NULL, &count, NULL) < 0 ||
        H5Dwrite(self->set, type, memory, space, H5P_DEFAULT, self->kept) < 0 ||
        self->file->io.write_errno != 0) {
        status = h5_failure(self->file, why, "adding to", "a column");
    } else {
        self->n = total;
        self->n_kept = 0;
    }
    h5_close_id(space, H5Sclose);
    h5_close_id(memory, H5Sclose);
    h5_kind_close(self->kind, type);
    h5_leave();
    return status;
}

enum yk_status h5_stream_append(struct h5_stream *self, const void *values, size_t n,
                                struct failure *why)
{
    const uint8_t *from = values;
    enum yk_status status = YK_OK;
    while (n > 0 && status == YK_OK) {
        size_t room = self->chunk - self->n_kept, now = n < room ? n : room;
        memcpy(self->kept + self->n_kept * self->each, from, now * self->each);
        self->n_kept += now;
        from += now * self->each;
        n -= now;
        if (self->n_kept == self->chunk) {
            status = stream_write(self, why);
        }
    }
    return status;
}

void h5_stream_close(struct h5_stream *self)
{
    if (self == NULL) {
        return;
    }
    h5_enter();
    struct h5_io *io = &self->file->io;
    if (io->write_errno == 0 && stream_write(self, NULL) != YK_OK && io->write_errno == 0) {
        io->write_errno = EIO; /* h5_close() says it */
    }
    H5Dclose(self->set);
    h5_leave();
    mem_free(self->kept);
    mem_free(self);
}
