/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A folder as a ZIP archive (PKWARE APPNOTE 6.3, stored members), see folder_source.h. Left
 * out: folders inside the folder, and ZIP64.
 */
#include "firmware-formats/folder_source.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/crc32.h"
#include "firmware-formats/unisens_description.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/text.h"

#define LOCAL_BYTES 30u
#define CENTRAL_BYTES 46u
#define END_BYTES 22u
#define MEMBERS_MOST (UNISENS_ENTRIES + 1)
#define CHUNK ((size_t)64 << 10)

struct member {
    struct byte_source *file;
    char name[100];
    uint64_t at; /* of its header in the archive */
    uint32_t crc;
};

struct folder_source {
    struct byte_source base;
    struct member member[MEMBERS_MOST];
    size_t n;
    uint8_t *directory; /* what stands behind the last member */
    size_t directory_bytes;
    uint64_t directory_at;
    char *name, *path;
};

/* ---- reading ---- */

static void put_header(const struct member *m, uint8_t out[static LOCAL_BYTES])
{
    memset(out, 0, LOCAL_BYTES);
    memcpy(out, "PK\003\004", 4);
    put_u16le(out + 4, 10);
    put_u16le(out + 6, 0x0800);  /* names are UTF-8 */
    put_u16le(out + 12, 0x0021); /* 1980-01-01 */
    put_u32le(out + 14, m->crc);
    put_u32le(out + 18, (uint32_t)m->file->size);
    put_u32le(out + 22, (uint32_t)m->file->size);
    put_u16le(out + 26, (uint16_t)strlen(m->name));
}

static void put_entry(const struct member *m, uint8_t *out)
{
    uint8_t local[LOCAL_BYTES];
    put_header(m, local);
    memset(out, 0, CENTRAL_BYTES);
    memcpy(out, "PK\001\002", 4);
    put_u16le(out + 4, 10);
    memcpy(out + 6, local + 4, 24); /* version ... length of the name */
    put_u32le(out + 42, (uint32_t)m->at);
    memcpy(out + CENTRAL_BYTES, m->name, strlen(m->name));
}

/* The part of the archive that holds pos: a piece of memory, or a member's file. */
struct part {
    const uint8_t *at; /* NULL: in the file */
    struct byte_source *file;
    uint64_t into, size;
};

static struct part part_at(const struct folder_source *self, uint64_t pos,
                           uint8_t head[static LOCAL_BYTES + 100])
{
    if (pos >= self->directory_at) {
        return (struct part){self->directory, NULL, pos - self->directory_at,
                             self->directory_bytes};
    }
    size_t i = 0;
    while (i + 1 < self->n && self->member[i + 1].at <= pos) {
        i++;
    }
    const struct member *m = &self->member[i];
    uint64_t into = pos - m->at, head_bytes = LOCAL_BYTES + strlen(m->name);
    if (into < head_bytes) {
        put_header(m, head);
        memcpy(head + LOCAL_BYTES, m->name, strlen(m->name));
        return (struct part){head, NULL, into, head_bytes};
    }
    return (struct part){NULL, m->file, into - head_bytes, m->file->size};
}

static enum yk_status read_at(struct byte_source *base, uint64_t pos, void *dst, size_t want,
                              size_t *got, struct failure *why)
{
    const struct folder_source *self = (const struct folder_source *)base;
    uint8_t head[LOCAL_BYTES + 100];
    size_t have = 0;
    while (have < want && pos + have < base->size) {
        struct part part = part_at(self, pos + have, head);
        uint64_t left = part.size - part.into;
        size_t n = want - have < left ? want - have : (size_t)left, read = n;
        if (part.at != NULL) {
            memcpy((char *)dst + have, part.at + part.into, n);
        } else {
            enum yk_status status =
                byte_source_read_at(part.file, part.into, (char *)dst + have, n, &read, why);
            if (status != YK_OK) {
                return status;
            }
        }
        have += read;
        if (read < n) {
            break;
        }
    }
    *got = have;
    return YK_OK;
}

static void close_source(struct byte_source *base)
{
    struct folder_source *self = (struct folder_source *)base;
    for (size_t i = 0; i < self->n; i++) {
        byte_source_close(self->member[i].file);
    }
    mem_free(self->directory);
    mem_free(self->name);
    mem_free(self->path);
    mem_free(self);
}

static const struct byte_source_ops FOLDER_OPS = {read_at, close_source};

/* ---- opening ---- */

bool folder_source_is_one(const char *path)
{
    struct stat status;
    char file[PATH_MAX]; /* what is longer cannot be opened either */
    if (strcmp(name_of_path(path), UNISENS_XML) == 0) {
        return stat(path, &status) == 0 && S_ISREG(status.st_mode);
    }
    int n = snprintf(file, sizeof file, "%s/%s", path, UNISENS_XML);
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode) && n > 0 &&
           (size_t)n < sizeof file && stat(file, &status) == 0 && S_ISREG(status.st_mode);
}

/* Adds a file of the folder. *is_there: false when there is none of that name. */
static enum yk_status add_member(struct folder_source *self, const char *folder,
                                 size_t n_folder, const char *name, bool *is_there,
                                 struct failure *why)
{
    struct text path;
    struct byte_source *file = NULL;
    text_init(&path);
    text_add_n(&path, folder, n_folder);
    text_add(&path, name);
    enum yk_status status = text_status(&path, why);
    if (status == YK_OK) {
        status = file_source_open(text_string(&path), &file, why);
    }
    text_release(&path);
    *is_there = status == YK_OK;
    if (status == YK_OK) {
        struct member *m = &self->member[self->n++];
        size_t length = strlen(name);
        m->file = file;
        memcpy(m->name, name, length < sizeof m->name ? length : sizeof m->name - 1);
    }
    return status == YK_ERR_NO_DEVICE ? YK_OK : status;
}

static bool is_member(const struct folder_source *self, const char *name)
{
    for (size_t i = 0; i < self->n; i++) {
        if (strcmp(self->member[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static enum yk_status add_all(struct folder_source *self, const char *folder, size_t n_folder,
                              struct unisens_description *description, struct failure *why)
{
    bool is_there = false;
    enum yk_status status = add_member(self, folder, n_folder, UNISENS_XML, &is_there, why);
    if (status != YK_OK) {
        return status;
    }
    if (!is_there) {
        return failure_set(why, YK_ERR_NO_DEVICE, "%.*s has no %s", (int)n_folder, folder,
                           UNISENS_XML);
    }
    status = unisens_description_read(self->member[0].file, description, why);
    for (size_t i = 0; status == YK_OK && i < description->n_entries; i++) {
        if (!is_member(self, description->entry[i].id)) {
            status =
                add_member(self, folder, n_folder, description->entry[i].id, &is_there, why);
        }
    }
    return status;
}

static enum yk_status count_crc(struct member *m, const struct crc32_tables *tables,
                                uint8_t *buffer, struct failure *why)
{
    for (uint64_t pos = 0; pos < m->file->size;) {
        size_t got = 0;
        enum yk_status status = byte_source_read_at(m->file, pos, buffer, CHUNK, &got, why);
        if (status != YK_OK) {
            return status;
        }
        if (got == 0) {
            break;
        }
        m->crc = crc32_add(tables, m->crc, buffer, got);
        pos += got;
    }
    return YK_OK;
}

/* Where everything lies, and the directory behind it. */
static enum yk_status lay_out(struct folder_source *self, struct failure *why)
{
    uint64_t at = 0;
    size_t directory = END_BYTES;
    for (size_t i = 0; i < self->n; i++) {
        struct member *m = &self->member[i];
        m->at = at;
        at += LOCAL_BYTES + strlen(m->name) + m->file->size;
        directory += CENTRAL_BYTES + strlen(m->name);
    }
    if (at + directory >= UINT32_MAX) {
        return failure_set(why, YK_ERR_UNSUPPORTED, "%s holds 4 GiB and more", self->name);
    }
    struct crc32_tables *tables = mem_alloc(1, sizeof *tables);
    uint8_t *buffer = mem_alloc(CHUNK, 1);
    self->directory = mem_alloc(directory, 1);
    enum yk_status status = YK_OK;
    if (tables == NULL || buffer == NULL || self->directory == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory to read %s", self->name);
    } else {
        crc32_init(tables);
    }
    for (size_t i = 0; status == YK_OK && i < self->n; i++) {
        status = count_crc(&self->member[i], tables, buffer, why);
    }
    mem_free(tables);
    mem_free(buffer);
    if (status != YK_OK) {
        return status;
    }
    uint8_t *out = self->directory;
    for (size_t i = 0; i < self->n; i++) {
        put_entry(&self->member[i], out);
        out += CENTRAL_BYTES + strlen(self->member[i].name);
    }
    memcpy(out, "PK\005\006", 4);
    put_u16le(out + 8, (uint16_t)self->n);
    put_u16le(out + 10, (uint16_t)self->n);
    put_u32le(out + 12, (uint32_t)(directory - END_BYTES));
    put_u32le(out + 16, (uint32_t)at);
    self->directory_at = at;
    self->directory_bytes = directory;
    self->base.size = at + directory;
    return YK_OK;
}

enum yk_status folder_source_open(const char *path, struct byte_source **out,
                                  struct failure *why)
{
    struct folder_source *self = mem_alloc(1, sizeof *self);
    struct unisens_description *description = mem_alloc(1, sizeof *description);
    struct text folder;
    text_init(&folder);
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    text_add_n(&folder, path, n);
    char *whole = mem_copy_text(text_string(&folder));
    if (strcmp(name_of_path(text_string(&folder)), UNISENS_XML) == 0) {
        folder.length -= strlen(UNISENS_XML);
        text_add(&folder, folder.length == 0 ? "./" : "");
    } else {
        text_add_char(&folder, '/');
    }
    enum yk_status status = text_status(&folder, why);
    if (self == NULL || description == NULL || whole == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory to read %s", path);
    }
    if (status == YK_OK) {
        self->base.ops = &FOLDER_OPS;
        self->name = mem_copy_text(name_of_path(whole));
        self->path = mem_copy_text(whole);
        status = self->name != NULL && self->path != NULL
                     ? YK_OK
                     : failure_set(why, YK_ERR_MEMORY, "no memory to read %s", path);
    }
    if (status == YK_OK) {
        self->base.name = self->name;
        self->base.path = self->path;
        status = add_all(self, folder.at, folder.length, description, why);
    }
    if (status == YK_OK) {
        status = lay_out(self, why);
    }
    text_release(&folder);
    mem_free(description);
    mem_free(whole);
    if (status != YK_OK) {
        if (self != NULL) {
            close_source(&self->base);
        }
        return status;
    }
    *out = &self->base;
    return YK_OK;
}

enum yk_status folder_source_open_pair(const char *path, const char *beside,
                                       struct byte_source **out, struct failure *why)
{
    const char *const both[] = {path, beside};
    struct folder_source *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", path);
    }
    self->base.ops = &FOLDER_OPS;
    self->base.name = self->name = mem_copy_text(name_of_path(path));
    self->base.path = self->path = mem_copy_text(path);
    enum yk_status status = self->name != NULL && self->path != NULL
                                ? YK_OK
                                : failure_set(why, YK_ERR_MEMORY, "no memory to read %s", path);
    for (int i = 0; i < 2 && status == YK_OK; i++) {
        const char *name = name_of_path(both[i]);
        bool is_there = false;
        if (strlen(name) >= sizeof self->member[0].name) {
            status = failure_set(why, YK_ERR_UNSUPPORTED, "the name %s is too long", name);
        } else {
            status = add_member(self, both[i], (size_t)(name - both[i]), name, &is_there, why);
        }
        if (status == YK_OK && !is_there) {
            status = failure_set(why, YK_ERR_NO_DEVICE, "%s is not there any more", both[i]);
        }
    }
    if (status == YK_OK) {
        status = lay_out(self, why);
    }
    if (status != YK_OK) {
        close_source(&self->base);
        return status;
    }
    *out = &self->base;
    return YK_OK;
}
