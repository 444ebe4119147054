/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes where in an HDF5 file of ours: the superblock; columns, each with its values and
 * header, as they are given; heaps of texts between them; at the end, for each group, its
 * names, their tree, and its header. A failure is remembered and said by the next call.
 */
#include "src/h5/h5_writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/h5/h5_deflate.h"
#include "src/h5/h5_layout.h"
#include "src/h5/h5_seal.h"

#define CHUNK_VALUES 16384
#define PIECE_BYTES ((size_t)1 << 20)
#define COMPACT_MAX 512          /* bytes of a column that lies within its own header */
#define WORTH_BYTES (16u * 1024) /* a smaller column is smaller than the tree of its chunks */

struct group {
    char *path;
    struct h5_bytes attributes, names; /* messages; the heap of what is in it */
    uint16_t n_attributes;
    struct h5_link *links;
    size_t n_links, links_capacity;
    size_t parent, link; /* whose link leads here */
};

struct h5_writer {
    int fd;
    char *path;
    struct h5_bytes piece; /* not yet written: the file from piece_at on */
    uint64_t piece_at;
    struct group *groups; /* the root first; each behind its parent */
    size_t n_groups, groups_capacity;
    struct h5_header header; /* of the object that is being made */
    struct {
        uint8_t bytes[H5_TEXTS_BYTES];
        uint64_t at; /* H5_NOWHERE: none is begun */
        size_t used;
        uint16_t n;
    } texts;
    struct h5_deflate *deflate; /* NULL: nothing was compressed yet */
    bool is_short;              /* memory was refused */
    int reason;                 /* errno of the first write that failed */
};

struct h5_stream {
    struct h5_writer *file;
    struct h5_column column;
    size_t group, chunk, each;
    bool grows;
    uint64_t n;
    struct h5_bytes values, keys; /* of the chunk that is being filled; of the tree */
    uint64_t *addresses;
    size_t n_chunks, addresses_capacity;
};

/* ---- bytes to the disk ---- */

static enum yk_status status_of(const struct h5_writer *self, struct failure *why)
{
    if (self->reason != 0) {
        return failure_set_errno(why, self->reason, "writing %s", self->path);
    }
    if (self->is_short || self->piece.is_short || self->header.bytes.is_short) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to write %s", self->path);
    }
    return YK_OK;
}

static void write_at(struct h5_writer *self, const uint8_t *from, size_t n, uint64_t at)
{
    while (n > 0 && self->reason == 0) {
        ssize_t put = pwrite(self->fd, from, n, (off_t)at);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            self->reason = put < 0 ? errno : EIO;
            return;
        }
        from += put;
        at += (uint64_t)put;
        n -= (size_t)put;
    }
}

static uint64_t end_of(const struct h5_writer *self)
{
    return self->piece_at + self->piece.n;
}

static void flush(struct h5_writer *self)
{
    write_at(self, self->piece.at, self->piece.n, self->piece_at);
    self->piece_at += self->piece.n;
    self->piece.n = 0;
}

/* Appends; returns the address. */
static uint64_t append(struct h5_writer *self, const void *from, size_t n)
{
    if (self->piece.n > 0 && self->piece.n + n > PIECE_BYTES) {
        flush(self);
    }
    uint64_t at = end_of(self);
    if (n >= PIECE_BYTES) {
        write_at(self, from, n, at);
        self->piece_at += n;
    } else {
        h5_bytes_add(&self->piece, from, n);
    }
    h5_bytes_room(&self->piece, h5_whole_8(n) - n);
    return at;
}

/* Puts bytes where room was left for them. */
static void put_back(struct h5_writer *self, const uint8_t *from, size_t n, uint64_t at)
{
    if (at < self->piece_at) { /* pieces are written whole, and so is what was appended */
        write_at(self, from, n, at);
    } else if (!self->piece.is_short) {
        memcpy(self->piece.at + (at - self->piece_at), from, n);
    }
}

/* ---- texts ---- */

static void end_texts(struct h5_writer *self)
{
    if (self->texts.at != H5_NOWHERE) {
        h5_texts_end(self->texts.bytes + self->texts.used, H5_TEXTS_BYTES - self->texts.used);
        put_back(self, self->texts.bytes, H5_TEXTS_BYTES, self->texts.at);
        self->texts.at = H5_NOWHERE;
    }
}

/* A text too long for a heap with others has one of its own. */
static struct h5_text_place add_long_text(struct h5_writer *self, const char *value,
                                          size_t length)
{
    size_t bytes = H5_TEXTS_HEAD_BYTES + h5_text_item_bytes(length);
    uint8_t *heap = mem_alloc(1, bytes);
    struct h5_text_place place = {(uint32_t)length, 1, H5_NOWHERE};
    if (heap == NULL) {
        self->is_short = true;
        return place;
    }
    h5_texts_begin(heap, bytes);
    h5_text_item_put(heap + H5_TEXTS_HEAD_BYTES, 1, value, length);
    place.heap = append(self, heap, bytes);
    mem_free(heap);
    return place;
}

static struct h5_text_place add_text(struct h5_writer *self, const char *value)
{
    size_t length = strlen(value), bytes = h5_text_item_bytes(length);
    if (bytes > H5_TEXTS_BYTES - H5_TEXTS_HEAD_BYTES) {
        return add_long_text(self, value, length);
    }
    if (self->texts.at != H5_NOWHERE && bytes > H5_TEXTS_BYTES - self->texts.used) {
        end_texts(self);
    }
    if (self->texts.at == H5_NOWHERE) {
        h5_texts_begin(self->texts.bytes, H5_TEXTS_BYTES);
        self->texts.at = append(self, self->texts.bytes, H5_TEXTS_BYTES);
        self->texts.used = H5_TEXTS_HEAD_BYTES;
        self->texts.n = 0;
    }
    h5_text_item_put(self->texts.bytes + self->texts.used, ++self->texts.n, value, length);
    self->texts.used += bytes;
    return (struct h5_text_place){(uint32_t)length, self->texts.n, self->texts.at};
}

/* ---- groups ---- */

static struct group *group_new(struct h5_writer *self, const char *path)
{
    char *copy = mem_copy_text(path);
    if (copy == NULL || MEM_RESERVE(self->groups, self->n_groups, self->groups_capacity) != 0) {
        mem_free(copy);
        self->is_short = true;
        return NULL;
    }
    struct group *group = &self->groups[self->n_groups++];
    *group = (struct group){.path = copy};
    h5_bytes_room(&group->names, 8); /* the name of nothing */
    return group;
}

static void group_release(struct group *self)
{
    mem_free(self->path);
    mem_free(self->links);
    h5_bytes_release(&self->attributes);
    h5_bytes_release(&self->names);
}

/* Index of the group whose path is the first n bytes; n_groups when there is none. */
static size_t find_group(const struct h5_writer *self, const char *path, size_t n)
{
    for (size_t i = self->n_groups; i > 0; i--) { /* mostly the last */
        const char *other = self->groups[i - 1].path;
        if (strncmp(other, path, n) == 0 && other[n] == '\0') {
            return i - 1;
        }
    }
    return self->n_groups;
}

static void add_link(struct h5_writer *self, size_t parent, const char *name,
                     struct h5_place target)
{
    struct group *group = &self->groups[parent];
    size_t at = group->names.n, length = strlen(name);
    uint8_t *room = h5_bytes_room(&group->names, h5_whole_8(length + 1));
    if (room == NULL || MEM_RESERVE(group->links, group->n_links, group->links_capacity) != 0) {
        self->is_short = true;
        return;
    }
    memcpy(room, name, length);
    group->links[group->n_links++] = (struct h5_link){at, NULL, target};
}

enum yk_status h5_group(struct h5_writer *self, const char *path, struct failure *why)
{
    const char *name = strrchr(path, '/');
    assert(name != NULL);
    size_t parent = name == path ? 0 : find_group(self, path, (size_t)(name - path));
    assert(parent < self->n_groups);
    size_t link = self->groups[parent].n_links;
    struct group *group = group_new(self, path);
    if (group != NULL) {
        group->parent = parent;
        group->link = link;
        add_link(self, parent, name + 1, (struct h5_place){H5_NOWHERE, H5_NOWHERE, H5_NOWHERE});
    }
    return status_of(self, why);
}

static struct group *group_at(struct h5_writer *self, const char *path)
{
    size_t i = find_group(self, path, strlen(path));
    assert(i < self->n_groups);
    return &self->groups[i];
}

static enum yk_status attribute_added(struct h5_writer *self, struct group *group,
                                      struct failure *why)
{
    group->n_attributes++;
    self->is_short = self->is_short || group->attributes.is_short;
    return status_of(self, why);
}

enum yk_status h5_put_text(struct h5_writer *self, const char *group, const char *name,
                           const char *value, struct failure *why)
{
    struct group *to = group_at(self, group);
    h5_message_add_text(&to->attributes, name, add_text(self, value));
    return attribute_added(self, to, why);
}

enum yk_status h5_put_int64(struct h5_writer *self, const char *group, const char *name,
                            int64_t value, struct failure *why)
{
    struct group *to = group_at(self, group);
    h5_message_add_number(&to->attributes, name, H5_KIND_INT64, &value);
    return attribute_added(self, to, why);
}

enum yk_status h5_put_double(struct h5_writer *self, const char *group, const char *name,
                             double value, struct failure *why)
{
    struct group *to = group_at(self, group);
    h5_message_add_number(&to->attributes, name, H5_KIND_DOUBLE, &value);
    return attribute_added(self, to, why);
}

/* ---- columns ---- */

bool h5_is_worth_compressing(const void *values, size_t n, size_t value_bytes)
{
    if (n < WORTH_BYTES / value_bytes) {
        return false;
    }
    const unsigned char *at = values;
    size_t same = 0;
    for (size_t i = 1; i < n; i++) {
        same += memcmp(at + i * value_bytes, at + (i - 1) * value_bytes, value_bytes) == 0;
    }
    return same >= n / 2;
}

static void add_column(struct h5_writer *self, size_t group, const struct h5_column *column,
                       const struct h5_shape *shape)
{
    const struct {
        const char *name, *value;
    } texts[] = {{"unit", column->unit}, {"description", column->description}};
    h5_header_begin(&self->header);
    h5_header_add_column(&self->header, shape);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].value != NULL) {
            h5_message_add_text(&self->header.bytes, texts[i].name,
                                add_text(self, texts[i].value));
            self->header.n_messages++;
        }
    }
    h5_header_end(&self->header);
    uint64_t at = append(self, self->header.bytes.at, self->header.bytes.n);
    add_link(self, group, column->name, (struct h5_place){at, H5_NOWHERE, H5_NOWHERE});
}

static enum yk_status write_chunks(struct h5_writer *self, const char *group,
                                   const struct h5_column *column, const void *values, size_t n,
                                   struct failure *why)
{
    struct h5_stream *stream = NULL;
    enum yk_status status =
        h5_stream_open(self, group, column, n < CHUNK_VALUES ? n : CHUNK_VALUES, &stream, why);
    if (status == YK_OK) {
        stream->grows = false;
        status = h5_stream_append(stream, values, n, why);
        h5_stream_close(stream);
    }
    return status == YK_OK ? status_of(self, why) : status;
}

enum yk_status h5_write(struct h5_writer *self, const char *group,
                        const struct h5_column *column, const void *values, size_t n,
                        struct failure *why)
{
    if (column->is_compressed && n > 0) {
        return write_chunks(self, group, column, values, n, why);
    }
    const size_t bytes = n * h5_kind_bytes(column->kind, column->text_bytes);
    const size_t parent = find_group(self, group, strlen(group));
    assert(parent < self->n_groups);
    struct h5_shape shape = {.kind = column->kind,
                             .text_bytes = column->text_bytes,
                             .n = n,
                             .n_max = n,
                             .storage = H5_CONTIGUOUS,
                             .address = H5_NOWHERE};
    if (n > 0 && bytes <= COMPACT_MAX) {
        shape.storage = H5_COMPACT;
        shape.values = values;
    } else if (n > 0) {
        shape.address = append(self, values, bytes);
    }
    add_column(self, parent, column, &shape);
    return status_of(self, why);
}

/* ---- growing columns ---- */

enum yk_status h5_stream_open(struct h5_writer *file, const char *group,
                              const struct h5_column *column, size_t chunk,
                              struct h5_stream **out, struct failure *why)
{
    struct h5_stream *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the column %s", column->name);
    }
    *self = (struct h5_stream){.file = file,
                               .column = *column,
                               .group = find_group(file, group, strlen(group)),
                               .chunk = chunk,
                               .each = h5_kind_bytes(column->kind, column->text_bytes),
                               .grows = true};
    assert(self->group < file->n_groups && chunk > 0);
    if (column->is_compressed && file->deflate == NULL) {
        file->deflate = h5_deflate_new();
        if (file->deflate == NULL) {
            mem_free(self);
            return failure_set(why, YK_ERR_MEMORY, "no memory for the column %s", column->name);
        }
    }
    *out = self;
    return YK_OK;
}

static void write_chunk(struct h5_stream *self)
{
    struct h5_writer *file = self->file;
    size_t n = self->values.n;
    const void *from = self->values.at;
    uint8_t *key = h5_bytes_room(&self->keys, H5_CHUNK_KEY_BYTES);
    if (self->column.is_compressed) {
        from = h5_deflate_run(file->deflate, self->values.at, self->each, &n);
    }
    if (key == NULL || from == NULL ||
        MEM_RESERVE(self->addresses, self->n_chunks, self->addresses_capacity) != 0) {
        file->is_short = true;
        return;
    }
    h5_chunk_key_put(key, (uint32_t)n, self->n_chunks * self->chunk, 0);
    self->addresses[self->n_chunks++] = append(file, from, n);
    self->values.n = 0;
}

enum yk_status h5_stream_append(struct h5_stream *self, const void *values, size_t n,
                                struct failure *why)
{
    const uint8_t *from = values;
    while (n > 0 && status_of(self->file, why) == YK_OK) {
        size_t room = self->chunk - self->values.n / self->each;
        size_t now = n < room ? n : room;
        h5_bytes_add(&self->values, from, now * self->each);
        self->file->is_short = self->file->is_short || self->values.is_short;
        self->n += now;
        from += now * self->each;
        n -= now;
        if (now == room && !self->values.is_short) {
            write_chunk(self);
        }
    }
    return status_of(self->file, why);
}

/* The last chunk, filled up with zeros; the chunks' tree; the column. */
static void stream_end(struct h5_stream *self)
{
    struct h5_writer *file = self->file;
    uint64_t tree_at = H5_NOWHERE;
    if (self->values.n > 0) {
        h5_bytes_room(&self->values, self->chunk * self->each - self->values.n);
        file->is_short = file->is_short || self->values.is_short;
        if (!self->values.is_short) {
            write_chunk(self);
        }
    }
    if (self->n_chunks > 0) {
        struct h5_bytes nodes = {0};
        uint8_t *key = h5_bytes_room(&self->keys, H5_CHUNK_KEY_BYTES);
        if (key == NULL) {
            file->is_short = true;
            return;
        }
        h5_chunk_key_put(key, 0, self->n_chunks * self->chunk, self->each);
        struct h5_tree tree = {true, self->keys.at, self->addresses, self->n_chunks};
        tree_at = h5_tree_add(&nodes, end_of(file), &tree);
        append(file, nodes.at, nodes.n);
        file->is_short = file->is_short || nodes.is_short;
        h5_bytes_release(&nodes);
    }
    struct h5_shape shape = {.kind = self->column.kind,
                             .text_bytes = self->column.text_bytes,
                             .n = self->n,
                             .n_max = self->grows ? H5_NOWHERE : self->n,
                             .storage = H5_CHUNKED,
                             .address = tree_at,
                             .chunk = (uint32_t)self->chunk,
                             .is_compressed = self->column.is_compressed};
    add_column(file, self->group, &self->column, &shape);
}

void h5_stream_close(struct h5_stream *self)
{
    if (self == NULL) {
        return;
    }
    if (status_of(self->file, NULL) == YK_OK) {
        stream_end(self);
    }
    h5_bytes_release(&self->values);
    h5_bytes_release(&self->keys);
    mem_free(self->addresses);
    mem_free(self);
}

/* ---- files ---- */

static void writer_free(struct h5_writer *self)
{
    for (size_t i = 0; i < self->n_groups; i++) {
        group_release(&self->groups[i]);
    }
    mem_free(self->groups);
    h5_deflate_free(self->deflate);
    h5_bytes_release(&self->piece);
    h5_bytes_release(&self->header.bytes);
    if (self->fd >= 0) {
        close(self->fd);
    }
    mem_free(self->path);
    mem_free(self);
}

enum yk_status h5_create(const char *path, struct h5_writer **out, struct failure *why)
{
    struct h5_writer *self = mem_alloc(1, sizeof *self);
    char *copy = mem_copy_text(path);
    if (self == NULL || copy == NULL) {
        mem_free(self);
        mem_free(copy);
        return failure_set(why, YK_ERR_MEMORY, "no memory to write %s", path);
    }
    self->path = copy;
    self->texts.at = H5_NOWHERE;
    self->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (self->fd < 0) {
        int reason = errno;
        writer_free(self);
        return failure_set_errno(why, reason, "opening %s", path);
    }
    h5_bytes_room(&self->piece, H5_SUPERBLOCK_BYTES);
    group_new(self, "/");
    enum yk_status status = status_of(self, why);
    if (status != YK_OK) {
        h5_discard(self);
        return status;
    }
    *out = self;
    return YK_OK;
}

void h5_discard(struct h5_writer *self)
{
    if (self != NULL) {
        unlink(self->path);
        writer_free(self);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct h5_link *)a)->text, ((const struct h5_link *)b)->text);
}

/* HDF5 finds a name by halves. */
static void sort_links(struct group *group)
{
    for (size_t i = 0; i < group->n_links; i++) {
        group->links[i].text = (const char *)group->names.at + group->links[i].name;
    }
    if (group->n_links > 1) {
        qsort(group->links, group->n_links, sizeof *group->links, by_name);
    }
}

/* The nodes of a group's names to `out`, whose first byte will be at `at`, and their tree.
 * keys and children have room for all. Returns the tree's address. */
static uint64_t add_names(const struct group *group, uint64_t at, struct h5_bytes *out,
                          uint8_t *keys, uint64_t *children)
{
    size_t n_nodes = 0;
    for (size_t i = 0; i < group->n_links; n_nodes++) {
        size_t left = group->n_links - i;
        size_t n = left < H5_NAMES_PER_NODE ? left : H5_NAMES_PER_NODE;
        children[n_nodes] = at + out->n;
        h5_names_add(out, group->links + i, n);
        i += n; /* a key is the last name before it; the first is less than all names */
        put_u64le(keys + (n_nodes + 1) * H5_NAME_KEY_BYTES, group->links[i - 1].name);
    }
    struct h5_tree tree = {false, keys, children, n_nodes};
    return h5_tree_add(out, at + out->n, &tree);
}

/* What a group's header says of it, its attributes too. */
static void make_group_header(struct h5_writer *self, const struct group *group,
                              const struct h5_place *place)
{
    h5_header_begin(&self->header);
    h5_header_add_group(&self->header, place);
    h5_bytes_add(&self->header.bytes, group->attributes.at, group->attributes.n);
    self->header.n_messages = (uint16_t)(self->header.n_messages + group->n_attributes);
    h5_header_end(&self->header);
}

static struct h5_place finish_group(struct h5_writer *self, struct group *group)
{
    struct h5_place place = {H5_NOWHERE, H5_NOWHERE, H5_NOWHERE};
    struct h5_bytes out = {0};
    size_t most = group->n_links / H5_NAMES_PER_NODE + 2;
    uint8_t *keys = mem_alloc(most, H5_NAME_KEY_BYTES);
    uint64_t *children = mem_alloc(most, sizeof *children);
    if (keys != NULL && children != NULL) {
        sort_links(group);
        place.tree = add_names(group, end_of(self), &out, keys, children);
        place.heap = end_of(self) + out.n;
        h5_heap_head_add(&out, group->names.n, place.heap + H5_HEAP_HEAD_BYTES);
        h5_bytes_add(&out, group->names.at, group->names.n);
        make_group_header(self, group, &place);
    }
    self->is_short = self->is_short || out.is_short || keys == NULL || children == NULL;
    if (status_of(self, NULL) == YK_OK) {
        append(self, out.at, out.n);
        place.header = append(self, self->header.bytes.at, self->header.bytes.n);
    }
    h5_bytes_release(&out);
    mem_free(keys);
    mem_free(children);
    return place;
}

/* Groups from the last, so that each knows where those within it are. */
static void finish_names(struct h5_writer *self)
{
    uint8_t superblock[H5_SUPERBLOCK_BYTES];
    for (size_t i = self->n_groups; i > 0; i--) {
        struct group *group = &self->groups[i - 1];
        struct h5_place place = finish_group(self, group);
        if (i > 1) {
            self->groups[group->parent].links[group->link].target = place;
        } else {
            h5_superblock_put(&place, end_of(self), superblock);
            put_back(self, superblock, sizeof superblock, 0);
        }
    }
    flush(self);
}

enum yk_status h5_finish(struct h5_writer *self, struct failure *why)
{
    end_texts(self);
    enum yk_status status = status_of(self, why);
    if (status == YK_OK) {
        finish_names(self);
        status = status_of(self, why);
    }
    if (status == YK_OK) {
        status = h5_seal_add(self->fd, self->path, why);
    }
    if (status == YK_OK && fsync(self->fd) != 0) {
        status = failure_set_errno(why, errno, "asking the disk to keep %s", self->path);
    }
    int result = close(self->fd);
    self->fd = -1;
    if (status == YK_OK && result != 0) {
        status = failure_set_errno(why, errno, "closing %s", self->path);
    }
    if (status != YK_OK) {
        unlink(self->path);
    }
    writer_free(self);
    return status;
}
