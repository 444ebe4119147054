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

static enum yk_status crc_of_fd(struct sealing *work, int fd, uint64_t size, const char *path,
                                uint32_t *crc, struct failure *why)
{
    *crc = 0;
    for (uint64_t pos = 0; pos < size;) {
        size_t want = size - pos < CHUNK ? (size_t)(size - pos) : CHUNK;
        ssize_t got = pread(fd, work->buffer, want, (off_t)pos);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            int reason = got < 0 ? errno : EIO;
            return failure_set_errno(why, reason, "reading %s again", path);
        }
        *crc = crc32_add(&work->tables, *crc, work->buffer, (size_t)got);
        pos += (uint64_t)got;
    }
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
    struct stat s;
    uint32_t crc = 0;
    uint8_t seal[H5_SEAL_BYTES] = {0};
    if (fstat(fd, &s) != 0) {
        int reason = errno;
        return failure_set_errno(why, reason, "looking at %s", path);
    }
    struct sealing *work = work_new(path, why);
    if (work == NULL) {
        return YK_ERR_MEMORY;
    }
    uint64_t size = (uint64_t)s.st_size;
    enum yk_status status = crc_of_fd(work, fd, size, path, &crc, why);
    mem_free(work);
    if (status == YK_OK && lseek(fd, (off_t)size, SEEK_SET) < 0) {
        int reason = errno;
        status = failure_set_errno(why, reason, "writing %s", path);
    }
    if (status == YK_OK) {
        memcpy(seal, MAGIC, sizeof MAGIC);
        put_u64le(seal + 8, size);
        put_u32le(seal + 16, crc);
        status = disk_write(fd, seal, sizeof seal, path, why);
    }
    return status;
}

/* The seal at the end of the bytes. */
static bool get_seal(struct byte_source *bytes, uint8_t out[static H5_SEAL_BYTES])
{
    size_t got = 0;
    return bytes->size > H5_SEAL_BYTES &&
           byte_source_read_at(bytes, bytes->size - H5_SEAL_BYTES, out, H5_SEAL_BYTES, &got,
                               NULL) == YK_OK &&
           got == H5_SEAL_BYTES && memcmp(out, MAGIC, sizeof MAGIC) == 0 &&
           get_u64le(out + 8) == bytes->size - H5_SEAL_BYTES;
}

bool h5_seal_is_there(struct byte_source *bytes)
{
    uint8_t seal[H5_SEAL_BYTES];
    return get_seal(bytes, seal);
}

enum yk_status h5_seal_check(struct byte_source *bytes, struct failure *why)
{
    uint8_t seal[H5_SEAL_BYTES];
    uint32_t crc = 0;
    if (!get_seal(bytes, seal)) {
        return YK_OK;
    }
    struct sealing *work = work_new(bytes->name, why);
    if (work == NULL) {
        return YK_ERR_MEMORY;
    }
    const uint64_t size = bytes->size - H5_SEAL_BYTES;
    enum yk_status status = YK_OK;
    for (uint64_t pos = 0; pos < size && status == YK_OK;) {
        size_t want = size - pos < CHUNK ? (size_t)(size - pos) : CHUNK, got = 0;
        status = byte_source_read_at(bytes, pos, work->buffer, want, &got, why);
        if (status == YK_OK && got == 0) {
            break;
        }
        crc = crc32_add(&work->tables, crc, work->buffer, got);
        pos += got;
    }
    mem_free(work);
    if (status == YK_OK && crc != get_u32le(seal + 16)) {
        status =
            failure_set(why, YK_ERR_CORRUPT,
                        "%s was damaged since it was written (its checksum is wrong): make "
                        "it anew from the original",
                        bytes->name);
    }
    return status;
}
