/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Columns of an HDF5 file: whole, in pieces, and growing. Those of known size are stored in one
 * piece, the smallest within their own header; compressed and growing ones in chunks.
 */
#include "src/h5/h5_file.h"

#include <errno.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/h5/h5_internal.h"

#define CHUNK_MAX 16384
#define COMPACT_MAX 512 /* bytes of a column that lies within its own header */

/* ---- whole columns ---- */

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
        status = h5_read_status(self, why);
        status = status == YK_OK ? failure_set(why, YK_ERR_NO_DEVICE, "%s holds no column %s",
                                               self->path, text_string(&path))
                                 : status;
    }
    if (status == YK_OK) {
        hid_t opened = H5Dopen2(self->id, text_string(&path), H5P_DEFAULT);
        hid_t space = opened >= 0 ? H5Dget_space(opened) : -1;
        hsize_t size = 0;
        if (space < 0 || H5Sget_simple_extent_ndims(space) != 1 ||
            H5Sget_simple_extent_dims(space, &size, NULL) != 1 || size > SIZE_MAX / 16) {
            status = h5_failure(self, why, "opening the column", text_string(&path));
        } else {
            status = h5_check_room(self, opened, text_string(&path), (size_t)size, why);
        }
        if (status != YK_OK) {
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

struct h5_stream {
    struct h5_file *file;
    hid_t set;
    enum h5_kind kind;
    size_t text_bytes, each;
    uint64_t n;    /* in the file */
    uint8_t *kept; /* not yet: a call of the library takes longer than a block's values */
    size_t n_kept, chunk;
};

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
