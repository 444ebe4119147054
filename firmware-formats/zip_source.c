/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ZIP archives (PKWARE APPNOTE 6.3) through libzip, which reads from a byte source by way of
 * read_through().
 *
 * libzip needs the directory at the end of the archive. Where it is missing or unusable, one is
 * made from the members' own headers (zip_salvage.h) and laid behind the bytes that are there,
 * so that everything else goes one way. Left out: archives in several volumes, encryption.
 */
#include "firmware-formats/zip_source.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <zip.h>

#include "firmware-formats/temporary_source.h"
#include "firmware-formats/zip_salvage.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/utf8.h"

#define CHUNK ((size_t)256 << 10)

struct zip_archive {
    struct byte_source *packed;    /* borrowed */
    struct watched_source watched; /* of packed: what libzip and salvage read */
    zip_t *zip;
    uint8_t *directory; /* owned; made by salvage, else NULL */
    size_t directory_bytes;
    uint64_t directory_at; /* where it begins: bytes of packed before it count */
    uint64_t pos;          /* of the next read */
    uint64_t read_at;      /* where the last read began */
    size_t read_bytes;     /* and how long it was */
    zip_error_t error;
};

/* ---- what libzip reads ---- */

static bool read_packed(struct zip_archive *self, uint8_t *dst, size_t want, size_t *got)
{
    uint64_t end = self->directory != NULL ? self->directory_at : self->packed->size;
    size_t have = 0;
    if (self->pos < end) {
        uint64_t left = end - self->pos;
        size_t n = want < left ? want : (size_t)left;
        if (byte_source_read_at(&self->watched.base, self->pos, dst, n, &have, NULL) != YK_OK) {
            return false;
        }
    } else if (self->directory != NULL) {
        uint64_t into = self->pos - end;
        uint64_t left =
            into < self->directory_bytes ? (uint64_t)self->directory_bytes - into : 0;
        have = want < left ? want : (size_t)left;
        memcpy(dst, self->directory + (left > 0 ? into : 0), have);
    }
    *got = have;
    return true;
}

static uint64_t whole_size(const struct zip_archive *self)
{
    return self->directory != NULL ? self->directory_at + self->directory_bytes
                                   : self->packed->size;
}

static zip_int64_t read_some(struct zip_archive *self, void *data, zip_uint64_t n)
{
    size_t have = 0;
    self->read_at = self->pos;
    while (have < n) { /* the border between file and directory is no end */
        size_t got = 0;
        if (!read_packed(self, (uint8_t *)data + have, (size_t)n - have, &got)) {
            zip_error_set(&self->error, ZIP_ER_READ, 0);
            return -1;
        }
        if (got == 0) {
            break;
        }
        have += got;
        self->pos += got;
    }
    self->read_bytes = have;
    return (zip_int64_t)have;
}

static zip_int64_t tell_stat(struct zip_archive *self, void *data)
{
    zip_stat_t *stat = data;
    zip_stat_init(stat);
    stat->size = whole_size(self);
    stat->valid = ZIP_STAT_SIZE;
    return sizeof *stat;
}

static zip_int64_t read_through(void *user, void *data, zip_uint64_t n, zip_source_cmd_t what)
{
    struct zip_archive *self = user;
    zip_int64_t to;
    switch ((int)what) {
    case ZIP_SOURCE_OPEN:
        self->pos = 0;
        return 0;
    case ZIP_SOURCE_READ:
        return read_some(self, data, n);
    case ZIP_SOURCE_STAT:
        return tell_stat(self, data);
    case ZIP_SOURCE_SEEK:
        to = zip_source_seek_compute_offset(self->pos, whole_size(self), data, n, &self->error);
        self->pos = to >= 0 ? (uint64_t)to : self->pos;
        return to >= 0 ? 0 : -1;
    case ZIP_SOURCE_TELL:
        return (zip_int64_t)self->pos;
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&self->error, data, n);
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&self->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* ---- the archive ---- */

bool zip_source_probe(struct byte_source *bytes)
{
    uint8_t at[4];
    size_t got = 0;
    return byte_source_read_at(bytes, 0, at, sizeof at, &got, NULL) == YK_OK &&
           got == sizeof at && memcmp(at, "PK\3\4", 4) == 0;
}

static bool open_directory(struct zip_archive *self)
{
    zip_source_t *source = zip_source_function_create(read_through, self, NULL);
    if (source == NULL) {
        return false;
    }
    self->zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
    if (self->zip == NULL) {
        zip_source_free(source);
        return false;
    }
    return zip_get_num_entries(self->zip, 0) > 0;
}

enum yk_status zip_archive_open(struct byte_source *packed, struct zip_archive **out,
                                struct failure *why)
{
    struct zip_archive *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", packed->name);
    }
    self->packed = packed;
    watched_source_init(&self->watched, packed);
    zip_error_init(&self->error);
    enum yk_status status = YK_OK;
    if (!open_directory(self)) {
        zip_discard(self->zip);
        self->zip = NULL;
        self->directory_at = packed->size;
        status =
            zip_salvage(&self->watched.base, &self->directory, &self->directory_bytes, why);
        if (status == YK_OK && !open_directory(self)) {
            status = failure_set(
                why, YK_ERR_CORRUPT,
                "%s: the ZIP archive is damaged; copy it anew from the original", packed->name);
        }
    }
    if (watched_source_status(&self->watched, why) != YK_OK) {
        status = self->watched.why.code; /* nothing is known of what is damaged */
    }
    if (status != YK_OK) {
        zip_archive_close(self);
        return status;
    }
    *out = self;
    return YK_OK;
}

void zip_archive_close(struct zip_archive *self)
{
    if (self == NULL) {
        return;
    }
    if (self->zip != NULL) {
        zip_discard(self->zip);
    }
    zip_error_fini(&self->error);
    mem_free(self->directory);
    mem_free(self);
}

size_t zip_archive_count(const struct zip_archive *self)
{
    zip_int64_t n = zip_get_num_entries(self->zip, 0);
    return n > 0 ? (size_t)n : 0;
}

const char *zip_archive_name(const struct zip_archive *self, size_t i)
{
    const char *name = zip_get_name(self->zip, i, 0);
    return name != NULL ? name : "";
}

uint64_t zip_archive_size(const struct zip_archive *self, size_t i)
{
    zip_stat_t stat;
    return zip_stat_index(self->zip, i, 0, &stat) == 0 && (stat.valid & ZIP_STAT_SIZE) != 0
               ? stat.size
               : 0;
}

uint32_t zip_archive_crc(const struct zip_archive *self, size_t i)
{
    zip_stat_t stat;
    return zip_stat_index(self->zip, i, 0, &stat) == 0 && (stat.valid & ZIP_STAT_CRC) != 0
               ? stat.crc
               : 0;
}

size_t zip_archive_find(const struct zip_archive *self, const char *name)
{
    for (size_t i = 0; i < zip_archive_count(self); i++) {
        if (strcasecmp(name_of_path(zip_archive_name(self, i)), name) == 0) {
            return i;
        }
    }
    return ZIP_NONE;
}

bool zip_archive_is_salvaged(const struct zip_archive *self)
{
    return self->directory != NULL;
}

/* ---- a stored member: a stretch of the archive ---- */

struct stretch {
    struct byte_source base;
    struct byte_source *packed; /* borrowed */
    uint64_t at;
};

static enum yk_status stretch_read_at(struct byte_source *base, uint64_t pos, void *dst,
                                      size_t want, size_t *got, struct failure *why)
{
    struct stretch *self = (struct stretch *)base;
    uint64_t left = pos < base->size ? base->size - pos : 0;
    size_t n = want < left ? want : (size_t)left;
    return byte_source_read_at(self->packed, self->at + pos, dst, n, got, why);
}

static void stretch_close(struct byte_source *base)
{
    mem_free(base);
}

static enum yk_status open_stretch(struct byte_source *packed, uint64_t at, uint64_t size,
                                   struct byte_source **out, struct failure *why)
{
    static const struct byte_source_ops ops = {stretch_read_at, stretch_close};
    struct stretch *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", packed->name);
    }
    self->base = (struct byte_source){
        .ops = &ops, .size = size, .name = packed->name, .path = packed->path};
    self->packed = packed;
    self->at = at;
    *out = &self->base;
    return YK_OK;
}

/* ---- members ---- */

static enum yk_status member_failure(const struct zip_archive *self, size_t i,
                                     zip_error_t *error, struct failure *why)
{
    const int code = zip_error_code_zip(error);
    const char *name = zip_archive_name(self, i);
    if (code == ZIP_ER_NOPASSWD || code == ZIP_ER_ENCRNOTSUPP) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s: %.*s is encrypted; unpack it with its password first",
                           self->packed->name, utf8_shown(name, 60), name);
    }
    enum yk_status status = code == ZIP_ER_MEMORY        ? YK_ERR_MEMORY
                            : code == ZIP_ER_COMPNOTSUPP ? YK_ERR_UNSUPPORTED
                                                         : YK_ERR_CORRUPT;
    return failure_set(why, status, "%s: %.*s in the ZIP archive cannot be read: %s",
                       self->packed->name, utf8_shown(name, 60), name,
                       zip_error_strerror(error));
}

struct reading { /* of one member */
    struct zip_archive *archive;
    size_t i;
    zip_file_t *file;
    uint8_t *buffer;             /* CHUNK bytes */
    struct temporary_source *to; /* NULL: only looked at */
    struct job *job;
    uint64_t bytes, all; /* read so far; declared */
    const char *damage;
};

/* Reads the member to its end, as far as it goes. */
static enum yk_status read_on(struct reading *self, struct failure *why)
{
    for (;;) {
        if (job_is_cancelled(self->job)) {
            return failure_set(why, YK_ERR_CANCELLED, "cancelled while unpacking %s",
                               self->archive->packed->name);
        }
        job_progress(self->job, "unpacking", self->bytes, self->all, "bytes");
        zip_int64_t n = zip_fread(self->file, self->buffer, CHUNK);
        if (n < 0) {
            if (self->bytes == 0) {
                return member_failure(self->archive, self->i, zip_file_get_error(self->file),
                                      why);
            }
            self->damage = "a packed part is damaged or cut off: read as far as it goes";
            return YK_OK;
        }
        if (n == 0) {
            return YK_OK;
        }
        self->bytes += (uint64_t)n;
        if (self->to != NULL) {
            enum yk_status status = temporary_source_add(self->to, self->buffer, (size_t)n,
                                                         self->archive->packed->size, why);
            if (status != YK_OK) {
                return status;
            }
        }
    }
}

/* Where a stored member lies: libzip reads it unbuffered, so the first read tells. */
static enum yk_status take_stored(struct reading *self, enum zip_check check, uint64_t size,
                                  struct byte_source **out, struct failure *why)
{
    struct zip_archive *archive = self->archive;
    const size_t first = size < 64 ? (size_t)size : 64;
    zip_int64_t n = zip_fread(self->file, self->buffer, first);
    if (n < 0 && size > 0) {
        self->damage = "a stored part has a wrong checksum";
    }
    const uint64_t at = archive->read_at;
    if (size > 0 && (archive->read_bytes != first || at + size > archive->packed->size)) {
        const char *name = zip_archive_name(archive, self->i);
        return failure_set(why, YK_ERR_CORRUPT, "%s: %.*s reaches beyond the ZIP archive's end",
                           archive->packed->name, utf8_shown(name, 60), name);
    }
    self->bytes = n > 0 ? (uint64_t)n : 1;
    enum yk_status status = YK_OK;
    if (check == ZIP_CHECKED && self->damage == NULL) {
        status = read_on(self, why);
        self->damage = self->damage != NULL ? "a stored part has a wrong checksum" : NULL;
    }
    return status == YK_OK ? open_stretch(archive->packed, size > 0 ? at : 0, size, out, why)
                           : status;
}

static enum yk_status take_packed(struct reading *self, struct byte_source **out,
                                  struct failure *why)
{
    struct byte_source *packed = self->archive->packed;
    enum yk_status status = temporary_source_open(packed->name, packed->path, &self->to, why);
    if (status == YK_OK) {
        status = read_on(self, why);
    }
    if (status != YK_OK) {
        byte_source_close(self->to != NULL ? &self->to->base : NULL);
        return status;
    }
    *out = &self->to->base;
    return YK_OK;
}

static enum yk_status open_member(struct zip_archive *self, size_t i, enum zip_check check,
                                  struct job *job, struct byte_source **out,
                                  struct failure *why)
{
    zip_stat_t stat;
    if (zip_stat_index(self->zip, i, 0, &stat) != 0) {
        return member_failure(self, i, zip_get_error(self->zip), why);
    }
    struct reading reading = {.archive = self, .i = i, .job = job, .all = stat.size};
    reading.file = zip_fopen_index(self->zip, i, 0);
    if (reading.file == NULL) {
        return member_failure(self, i, zip_get_error(self->zip), why);
    }
    reading.buffer = mem_alloc(CHUNK, 1);
    struct byte_source *member = NULL;
    enum yk_status status;
    if (reading.buffer == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory to read %s", self->packed->name);
    } else if (stat.comp_method == ZIP_CM_STORE && stat.encryption_method == ZIP_EM_NONE) {
        status = take_stored(&reading, check, stat.size, &member, why);
    } else {
        status = take_packed(&reading, &member, why);
    }
    zip_fclose(reading.file);
    mem_free(reading.buffer);
    if (status != YK_OK || member == NULL) {
        return status;
    }
    member->damage = reading.damage != NULL ? reading.damage
                     : self->directory != NULL
                         ? "zip archive is cut off or damaged: read as far as it goes"
                         : self->packed->damage;
    *out = member;
    return YK_OK;
}

enum yk_status zip_archive_open_member(struct zip_archive *self, size_t i, enum zip_check check,
                                       struct job *job, struct byte_source **out,
                                       struct failure *why)
{
    struct byte_source *member = NULL;
    watched_source_init(&self->watched, self->packed); /* for this member's sake */
    enum yk_status status = open_member(self, i, check, job, &member, why);
    if (watched_source_status(&self->watched, why) != YK_OK) { /* not damaged: not read */
        byte_source_close(member);
        return self->watched.why.code;
    }
    if (status == YK_OK) {
        *out = member;
    }
    return status;
}
