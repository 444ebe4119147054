/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much a dataset can hold by the bytes that are there for it. A header of a few bytes may
 * name any number of rows; nobody reserves memory for more than the file can give.
 *
 * Deflate makes at most 1032 bytes out of one (zlib technical details, "Maximum Compression
 * Factor"); the program writes no other compression. A chunk is unpacked whole, so that it must
 * pass as well, however few rows of it are used.
 */
#include "src/h5/h5_internal.h"

#define DEFLATE_MOST 1032

struct storage {
    uint64_t bytes;  /* in the file, as they lie there */
    uint64_t growth; /* bytes that come out of one */
    uint64_t chunk;  /* values read at once at the least; 0: any number */
};

static bool storage_of(const struct h5_file *self, hid_t set, struct storage *out)
{
    hid_t list = H5Dget_create_plist(set);
    hsize_t file_bytes = 0, chunk = 0;
    bool is_known = list >= 0 && H5Fget_filesize(self->id, &file_bytes) >= 0;
    if (is_known && H5Pget_layout(list) == H5D_CHUNKED) {
        is_known = H5Pget_chunk(list, 1, &chunk) == 1;
    }
    if (is_known) {
        uint64_t said = H5Dget_storage_size(set); /* the file's own word */
        *out = (struct storage){.bytes = said < file_bytes ? said : file_bytes,
                                .growth = H5Pget_nfilters(list) > 0 ? DEFLATE_MOST : 1,
                                .chunk = chunk};
    }
    h5_close_id(list, H5Pclose);
    return is_known;
}

enum yk_status h5_check_room(const struct h5_file *self, hid_t set, const char *path, size_t n,
                             struct failure *why)
{
    struct storage storage = {0};
    if (n == 0) {
        return YK_OK;
    }
    hid_t type = H5Dget_type(set);
    size_t each = type >= 0 ? H5Tget_size(type) : 0;
    h5_close_id(type, H5Tclose);
    if (each == 0 || !storage_of(self, set, &storage) || self->io.read_errno != 0) {
        return h5_failure(self, why, "measuring", path);
    }
    uint64_t at_once = n > storage.chunk ? n : storage.chunk;
    if (storage.bytes < UINT64_MAX / DEFLATE_MOST &&
        at_once <= storage.bytes * storage.growth / each) {
        return YK_OK;
    }
    return failure_set(why, YK_ERR_CORRUPT,
                       "%s: %s is said to have %zu rows, more than the %llu bytes stored for "
                       "it can hold; the file is damaged",
                       self->path, path, n, (unsigned long long)storage.bytes);
}
