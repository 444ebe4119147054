/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records are written and read whole, with one type in the file and one in memory whose members
 * have the same places: HDF5 then copies, and converts only what another version or machine
 * wrote in another width or order.
 */
#include "src/h5/h5_records.h"

#include "src/h5/h5_internal.h"

#define RECORDS_PER_CHUNK 1024 /* fewer are smaller than the tree of their chunks */

bool h5_is_records(struct h5_file *self, const char *path)
{
    h5_enter();
    bool is_set = false;
    if (h5_has(self, path)) {
        hid_t object = H5Oopen(self->id, path, H5P_DEFAULT);
        is_set = object >= 0 && H5Iget_type(object) == H5I_DATASET;
        h5_close_id(object, H5Oclose);
    }
    h5_leave();
    return is_set;
}

/* ---- types ---- */

static bool insert(hid_t record, const struct h5_member *member, bool in_memory)
{
    hid_t type = h5_kind_type(member->kind, member->bytes, in_memory);
    bool is_in = type >= 0 && H5Tinsert(record, member->name, member->at, type) >= 0;
    h5_kind_close(member->kind, type);
    return is_in;
}

/* The type of a record with those members that are there (all of them: wants_all). */
static hid_t record_type(const struct h5_member *members, size_t n_members, size_t row_bytes,
                         bool in_memory, bool wants_all)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, row_bytes);
    for (size_t i = 0; i < n_members && type >= 0; i++) {
        if ((wants_all || members[i].is_there) && !insert(type, &members[i], in_memory)) {
            H5Tclose(type);
            return -1;
        }
    }
    return type;
}

/* ---- writing ---- */

static hid_t layout_list(const struct h5_file *self, size_t n)
{
    hid_t list = H5Pcopy(self->kept.whole);
    hsize_t chunk = RECORDS_PER_CHUNK;
    if (list >= 0 && n >= RECORDS_PER_CHUNK &&
        (H5Pset_chunk(list, 1, &chunk) < 0 || H5Pset_shuffle(list) < 0 ||
         H5Pset_deflate(list, 1) < 0)) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

enum yk_status h5_records_write(struct h5_file *self, const char *path,
                                const struct h5_member *members, size_t n_members,
                                size_t row_bytes, const void *rows, size_t n,
                                struct failure *why)
{
    h5_enter();
    hsize_t size = n;
    hid_t stored = record_type(members, n_members, row_bytes, false, true);
    hid_t given = record_type(members, n_members, row_bytes, true, true);
    hid_t space = H5Screate_simple(1, &size, NULL), list = layout_list(self, n), set = -1;
    if (stored >= 0 && given >= 0 && space >= 0 && list >= 0) {
        set = H5Dcreate2(self->id, path, stored, space, H5P_DEFAULT, list, H5P_DEFAULT);
    }
    bool is_written =
        set >= 0 &&
        (n == 0 || H5Dwrite(set, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0) &&
        self->io.write_errno == 0;
    enum yk_status status =
        is_written ? YK_OK : h5_failure(self, why, "writing the table", path);
    h5_close_id(set, H5Dclose);
    h5_close_id(list, H5Pclose);
    h5_close_id(space, H5Sclose);
    h5_close_id(given, H5Tclose);
    h5_close_id(stored, H5Tclose);
    h5_leave();
    return status;
}

/* ---- reading ---- */

static bool count_of(hid_t set, size_t *n)
{
    hid_t space = set >= 0 ? H5Dget_space(set) : -1;
    hsize_t size = 0;
    bool is_line = space >= 0 && H5Sget_simple_extent_ndims(space) == 1 &&
                   H5Sget_simple_extent_dims(space, &size, NULL) == 1 && size <= SIZE_MAX / 16;
    h5_close_id(space, H5Sclose);
    *n = is_line ? (size_t)size : 0;
    return is_line;
}

enum yk_status h5_records_count(struct h5_file *self, const char *path, size_t *n,
                                struct failure *why)
{
    h5_enter();
    hid_t set = H5Dopen2(self->id, path, H5P_DEFAULT);
    size_t size = 0;
    enum yk_status status = count_of(set, &size)
                                ? h5_check_room(self, set, path, size, why)
                                : h5_failure(self, why, "opening the table", path);
    if (status == YK_OK) {
        *n = size;
    }
    h5_close_id(set, H5Dclose);
    h5_leave();
    return status;
}

/* Which members the file's records have; false when one is of another class. */
static bool find_members(hid_t stored, struct h5_member *members, size_t n_members)
{
    if (stored < 0 || H5Tget_class(stored) != H5T_COMPOUND) {
        return false;
    }
    for (size_t i = 0; i < n_members; i++) {
        struct h5_member *member = &members[i];
        int index = H5Tget_member_index(stored, member->name);
        member->is_there = index >= 0;
        if (index < 0) {
            continue;
        }
        hid_t type = H5Tget_member_type(stored, (unsigned)index);
        bool is_right = h5_is_of_kind(type, member->kind, member->bytes);
        h5_close_id(type, H5Tclose);
        if (!is_right) {
            return false;
        }
    }
    return true;
}

static bool read_found(hid_t set, const struct h5_member *members, size_t n_members,
                       size_t row_bytes, void *rows, size_t n)
{
    bool has_some = false;
    for (size_t i = 0; i < n_members; i++) {
        has_some = has_some || members[i].is_there;
    }
    if (!has_some || n == 0) {
        return true;
    }
    hid_t wanted = record_type(members, n_members, row_bytes, true, false);
    bool is_read =
        wanted >= 0 && H5Dread(set, wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0;
    h5_close_id(wanted, H5Tclose);
    return is_read;
}

enum yk_status h5_records_read(struct h5_file *self, const char *path,
                               struct h5_member *members, size_t n_members, size_t row_bytes,
                               void *rows, size_t n, struct failure *why)
{
    h5_enter();
    enum yk_status status = YK_OK;
    size_t there = 0;
    hid_t set = H5Dopen2(self->id, path, H5P_DEFAULT);
    hid_t stored = set >= 0 ? H5Dget_type(set) : -1;
    if (!count_of(set, &there)) {
        status = h5_failure(self, why, "opening the table", path);
    } else if (there != n || !find_members(stored, members, n_members)) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "%s: table %s has %zu records or other columns, expected %zu",
                             self->path, path, there, n);
    } else if (!read_found(set, members, n_members, row_bytes, rows, n)) {
        status = h5_failure(self, why, "reading the table", path);
    }
    h5_close_id(stored, H5Tclose);
    h5_close_id(set, H5Dclose);
    h5_leave();
    return status;
}
