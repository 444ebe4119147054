/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ustar as POSIX.1-2017 describes it (pax, "ustar Interchange Format"). A block of 512 bytes:
 *
 *     0 name[100]  100 mode[8]  108 uid[8]  116 gid[8]  124 size[12]  136 mtime[12]
 *     148 checksum[8]  156 type  157 link[100]  257 "ustar\0" "00"  265 ...
 *
 * Numbers are octal text. Sizes of 8 GiB and more are base-256 with the top bit set, as GNU tar
 * and others write them. Only regular files are written; the reader refuses anything else.
 * Times are 0, owners 0: the same content gives the same bytes.
 */
#include "src/store/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"

#define OCTAL_SIZE_MAX (UINT64_C(1) << 33)
#define BUFFER_BYTES ((size_t)1 << 20)

enum { AT_MODE = 100, AT_UID = 108, AT_GID = 116, AT_SIZE = 124, AT_TIME = 136, AT_SUM = 148 };
enum { AT_TYPE = 156, AT_MAGIC = 257 };

/* ---- headers ---- */

static uint32_t checksum_of(const uint8_t block[static TAR_BLOCK])
{
    uint32_t sum = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        bool is_sum = i >= AT_SUM && i < AT_SUM + 8;
        sum += is_sum ? ' ' : block[i];
    }
    return sum;
}

static void put_size(uint8_t at[static 12], uint64_t size)
{
    if (size < OCTAL_SIZE_MAX) {
        char text[16];
        snprintf(text, sizeof text, "%011" PRIo64, size);
        memcpy(at, text, 12);
        return;
    }
    at[0] = 0x80;
    for (int i = 11; i > 0; i--) {
        at[i] = (uint8_t)(size & 0xFF);
        size >>= 8;
    }
}

static bool get_size(const uint8_t at[static 12], uint64_t *out)
{
    uint64_t value = 0;
    if ((at[0] & 0x80) != 0) {
        for (int i = 0; i < 12; i++) {
            uint8_t byte = i == 0 ? at[0] & 0x7F : at[i];
            if (value >> 55 != 0) {
                return false;
            }
            value = value << 8 | byte;
        }
    } else {
        int i = 0;
        for (; i < 12 && at[i] >= '0' && at[i] <= '7'; i++) {
            value = value << 3 | (uint64_t)(at[i] - '0');
        }
        if (i == 0 || (i < 12 && at[i] != '\0' && at[i] != ' ')) {
            return false;
        }
    }
    *out = value;
    return true;
}

static enum yk_status put_header(struct tar_writer *self, const char *name, uint64_t size,
                                 struct failure *why)
{
    uint8_t block[TAR_BLOCK] = {0};
    size_t n = strlen(name);
    if (n >= TAR_NAME_BYTES) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s is too long a name for a backup", name);
    }
    memcpy(block, name, n);
    memcpy(block + AT_MODE, "0000400", 8);
    memcpy(block + AT_UID, "0000000", 8);
    memcpy(block + AT_GID, "0000000", 8);
    put_size(block + AT_SIZE, size);
    memcpy(block + AT_TIME, "00000000000", 12);
    block[AT_TYPE] = '0';
    memcpy(block + AT_MAGIC, "ustar", 6);
    memcpy(block + AT_MAGIC + 6, "00", 2);
    char sum[16];
    snprintf(sum, sizeof sum, "%06" PRIo32, checksum_of(block));
    memcpy(block + AT_SUM, sum, 7);
    block[AT_SUM + 7] = ' ';
    return disk_write(self->fd, block, sizeof block, self->path, why);
}

static enum yk_status put_padding(struct tar_writer *self, uint64_t size, struct failure *why)
{
    static const uint8_t zeros[TAR_BLOCK];
    size_t over = (size_t)(size % TAR_BLOCK);
    return over == 0 ? YK_OK : disk_write(self->fd, zeros, TAR_BLOCK - over, self->path, why);
}

/* ---- writing ---- */

static enum yk_status put_content(struct tar_writer *self, int from, const char *source,
                                  uint64_t size, char sha256[static DIGEST_HEX],
                                  struct job *job, struct failure *why)
{
    struct digest *digest = NULL;
    char *buffer = mem_alloc(BUFFER_BYTES, 1);
    uint64_t at = 0;
    enum yk_status status =
        buffer != NULL ? digest_new(&digest, why)
                       : failure_set(why, YK_ERR_MEMORY, "no memory to read %s", source);
    while (status == YK_OK && at < size) {
        size_t want = size - at < BUFFER_BYTES ? (size_t)(size - at) : BUFFER_BYTES;
        ssize_t got = read(from, buffer, want);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            status = got < 0 ? failure_set_errno(why, errno, "reading %s", source)
                             : failure_set(why, YK_ERR_CONFLICT, "%s became shorter", source);
        } else if (job_is_cancelled(job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "stopped while reading %s", source);
        } else {
            digest_add(digest, buffer, (size_t)got);
            status = disk_write(self->fd, buffer, (size_t)got, self->path, why);
            at += (uint64_t)got;
            self->done += (uint64_t)got;
            job_progress(job, "archiving", self->done, self->total, "bytes");
        }
    }
    if (status == YK_OK) {
        digest_finish(digest, sha256);
    }
    digest_free(digest);
    mem_free(buffer);
    return status;
}

enum yk_status tar_put_file(struct tar_writer *self, const char *name, const char *source,
                            char sha256[static DIGEST_HEX], uint64_t *bytes, struct job *job,
                            struct failure *why)
{
    struct stat s;
    int from = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0 || fstat(from, &s) != 0) {
        int reason = errno;
        if (from >= 0) {
            close(from);
        }
        return failure_set_errno(why, reason, "opening %s", source);
    }
    uint64_t size = (uint64_t)s.st_size;
    enum yk_status status = put_header(self, name, size, why);
    if (status == YK_OK) {
        status = put_content(self, from, source, size, sha256, job, why);
    }
    if (status == YK_OK) {
        status = put_padding(self, size, why);
    }
    if (status == YK_OK) {
        *bytes = size;
    }
    close(from);
    return status;
}

enum yk_status tar_put_text(struct tar_writer *self, const char *name, const char *text,
                            size_t n, struct failure *why)
{
    enum yk_status status = put_header(self, name, n, why);
    if (status == YK_OK) {
        status = disk_write(self->fd, text, n, self->path, why);
    }
    if (status == YK_OK) {
        status = put_padding(self, n, why);
    }
    return status;
}

enum yk_status tar_put_end(struct tar_writer *self, struct failure *why)
{
    static const uint8_t zeros[2 * TAR_BLOCK];
    return disk_write(self->fd, zeros, sizeof zeros, self->path, why);
}

/* ---- reading ---- */

static bool is_empty(const uint8_t block[static TAR_BLOCK])
{
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        if (block[i] != 0) {
            return false;
        }
    }
    return true;
}

enum yk_status tar_next(struct byte_source *bytes, uint64_t *at, struct tar_member *out,
                        struct failure *why)
{
    uint8_t block[TAR_BLOCK];
    uint64_t size = 0, told = 0;
    enum yk_status status = byte_source_read_exactly(bytes, *at, block, sizeof block, why);
    if (status == YK_ERR_CORRUPT && *at == 0) {
        return failure_set_at(why, YK_ERR_CORRUPT, 0,
                              "%s is no backup: its %" PRIu64 " bytes are too few for one",
                              bytes->name, bytes->size);
    }
    if (status == YK_ERR_CORRUPT) {
        return failure_set_at(why, YK_ERR_CORRUPT, (int64_t)*at,
                              "%s ends without its end mark: it is cut short", bytes->name);
    }
    if (status != YK_OK) {
        return status;
    }
    if (is_empty(block)) {
        return YK_END;
    }
    uint8_t sum[12] = {0};
    memcpy(sum, block + AT_SUM, 8);
    if (memcmp(block + AT_MAGIC, "ustar", 5) != 0 || !get_size(sum, &told) ||
        told != checksum_of(block) || !get_size(block + AT_SIZE, &size)) {
        return failure_set_at(why, YK_ERR_CORRUPT, (int64_t)*at,
                              "%s is no backup, or is damaged at byte %" PRIu64, bytes->name,
                              *at);
    }
    if (block[AT_TYPE] != '0' && block[AT_TYPE] != '\0') {
        return failure_set_at(why, YK_ERR_CORRUPT, (int64_t)*at,
                              "%s holds something other than files", bytes->name);
    }
    uint64_t content = *at + TAR_BLOCK;
    if (size > bytes->size || content > bytes->size - size) {
        return failure_set_at(why, YK_ERR_CORRUPT, (int64_t)*at, "%s is cut short",
                              bytes->name);
    }
    memcpy(out->name, block, TAR_NAME_BYTES - 1);
    out->name[TAR_NAME_BYTES - 1] = '\0';
    out->offset = content;
    out->size = size;
    *at = content + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    return YK_OK;
}
