/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checksum behind the end of an HDF5 file, see h5_seal.h.
 */
#include "src/h5/h5_seal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/crc32.h"
#include "src/base/disk.h"
#include "src/base/mem.h"

#define CHUNK ((size_t)64 << 10)
static const char MAGIC[8] = "YKSEAL1";

struct sealing {
    struct crc32_tables tables;
    uint8_t buffer[CHUNK];
};

static void put_u64le(uint8_t *at, uint64_t value)
{
    put_u32le(at, (uint32_t)value);
    put_u32le(at + 4, (uint32_t)(value >> 32));
}

/* Where the bytes come from: an open file, or a source. */
struct sealed {
    int fd;
    struct byte_source *bytes; /* read instead of fd when it is there */
    const char *name;
    uint64_t size;
};

/* Up to want bytes from pos; *got is less only at the end. */
static enum yk_status read_from(const struct sealed *from, uint64_t pos, void *to, size_t want,
                                size_t *got, struct failure *why)
{
    if (from->bytes != NULL) {
        return byte_source_read_at(from->bytes, pos, to, want, got, why);
    }
    *got = 0;
    while (*got < want) {
        ssize_t n = pread(from->fd, (char *)to + *got, want - *got, (off_t)(pos + *got));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            int reason = errno;
            return failure_set_errno(why, reason, "reading %s", from->name);
        }
        if (n == 0) {
            break;
        }
        *got += (size_t)n;
    }
    return YK_OK;
}

/* Of the first size bytes. */
static enum yk_status crc_of(struct sealing *work, const struct sealed *from, uint64_t size,
                             uint32_t *crc, struct failure *why)
{
    *crc = 0;
    for (uint64_t pos = 0; pos < size;) {
        size_t want = size - pos < CHUNK ? (size_t)(size - pos) : CHUNK, got = 0;
        enum yk_status status = read_from(from, pos, work->buffer, want, &got, why);
        if (status != YK_OK) {
            return status;
        }
        if (got < want) {
            return failure_set(why, YK_ERR_IO, "%s became shorter while it was read",
                               from->name);
        }
        *crc = crc32_add(&work->tables, *crc, work->buffer, got);
        pos += got;
    }
    return YK_OK;
}

static enum yk_status file_of(int fd, const char *path, struct sealed *out, struct failure *why)
{
    struct stat s;
    if (fstat(fd, &s) != 0) {
        int reason = errno;
        return failure_set_errno(why, reason, "looking at %s", path);
    }
    *out = (struct sealed){.fd = fd, .name = path, .size = (uint64_t)s.st_size};
    return YK_OK;
}

static struct sealing *work_new(const char *name, struct failure *why)
{
    struct sealing *work = mem_alloc(1, sizeof *work);
    if (work == NULL) {
        failure_set(why, YK_ERR_MEMORY, "no memory for the checksum of %s", name);
    } else {
        crc32_init(&work->tables);
    }
    return work;
}

enum yk_status h5_seal_add(int fd, const char *path, struct failure *why)
{
    struct sealed file = {.fd = fd};
    uint32_t crc = 0;
    uint8_t seal[H5_SEAL_BYTES] = {0};
    enum yk_status status = file_of(fd, path, &file, why);
    if (status != YK_OK) {
        return status;
    }
    struct sealing *work = work_new(path, why);
    if (work == NULL) {
        return YK_ERR_MEMORY;
    }
    status = crc_of(work, &file, file.size, &crc, why);
    mem_free(work);
    if (status == YK_OK && lseek(fd, (off_t)file.size, SEEK_SET) < 0) {
        int reason = errno;
        status = failure_set_errno(why, reason, "writing %s", path);
    }
    if (status == YK_OK) {
        memcpy(seal, MAGIC, sizeof MAGIC);
        put_u64le(seal + 8, file.size);
        put_u32le(seal + 16, crc);
        status = disk_write(fd, seal, sizeof seal, path, why);
    }
    return status;
}

/* The seal at the end of the bytes. */
static bool get_seal(const struct sealed *from, uint8_t out[static H5_SEAL_BYTES])
{
    size_t got = 0;
    return from->size > H5_SEAL_BYTES &&
           read_from(from, from->size - H5_SEAL_BYTES, out, H5_SEAL_BYTES, &got, NULL) ==
               YK_OK &&
           got == H5_SEAL_BYTES && memcmp(out, MAGIC, sizeof MAGIC) == 0 &&
           get_u64le(out + 8) == from->size - H5_SEAL_BYTES;
}

static enum yk_status check(const struct sealed *from, struct failure *why)
{
    uint8_t seal[H5_SEAL_BYTES];
    uint32_t crc = 0;
    if (!get_seal(from, seal)) {
        return YK_OK;
    }
    struct sealing *work = work_new(from->name, why);
    if (work == NULL) {
        return YK_ERR_MEMORY;
    }
    enum yk_status status = crc_of(work, from, from->size - H5_SEAL_BYTES, &crc, why);
    mem_free(work);
    if (status == YK_OK && crc != get_u32le(seal + 16)) {
        status =
            failure_set(why, YK_ERR_CORRUPT,
                        "%s was damaged since it was written (its checksum is wrong): make "
                        "it anew from the original",
                        from->name);
    }
    return status;
}

static struct sealed source_of(struct byte_source *bytes)
{
    return (struct sealed){.fd = -1, .bytes = bytes, .name = bytes->name, .size = bytes->size};
}

bool h5_seal_is_there(struct byte_source *bytes)
{
    struct sealed from = source_of(bytes);
    uint8_t seal[H5_SEAL_BYTES];
    return get_seal(&from, seal);
}

enum yk_status h5_seal_check(struct byte_source *bytes, struct failure *why)
{
    struct sealed from = source_of(bytes);
    return check(&from, why);
}

enum yk_status h5_seal_check_file(int fd, const char *path, struct failure *why)
{
    struct sealed file = {.fd = fd};
    enum yk_status status = file_of(fd, path, &file, why);
    return status == YK_OK ? check(&file, why) : status;
}
