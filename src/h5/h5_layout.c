/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pieces of an HDF5 file, see h5_layout.h. Section numbers are those of the HDF5 File
 * Format Specification, version 3.0. Left out: everything that our files do not need.
 */
#include "src/h5/h5_layout.h"

#include <assert.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"

/* Half the number of places in a node, as the superblock says: names (IV.A.1.b), groups' and
 * chunks' trees (III.A.1); the last is fixed in this version of the superblock. */
enum { LEAF_K = H5_NAMES_PER_NODE / 2, GROUP_K = 16, CHUNK_K = 32 };
enum message {
    SPACE = 0x01,
    TYPE = 0x03,
    FILL = 0x05,
    LAYOUT = 0x08,
    FILTERS = 0x0b,
    ATTRIBUTE = 0x0c,
    SYMBOL_TABLE = 0x11
};
#define CONSTANT 1u /* flag of a message */
#define TYPE_MAX 24
#define HEADER_HEAD 16

/* ---- bytes ---- */

void h5_bytes_release(struct h5_bytes *self)
{
    mem_free(self->at);
    *self = (struct h5_bytes){0};
}

uint8_t *h5_bytes_room(struct h5_bytes *self, size_t n)
{
    if (self->is_short) {
        return NULL;
    }
    if (n > self->capacity - self->n) {
        size_t most = self->capacity * 2 > 1024 ? self->capacity * 2 : 1024;
        most = self->n + n > most ? self->n + n : most;
        uint8_t *grown = mem_resize(self->at, self->capacity, most, 1);
        if (grown == NULL) {
            self->is_short = true;
            return NULL;
        }
        self->at = grown;
        self->capacity = most;
    }
    uint8_t *room = self->at + self->n;
    memset(room, 0, n);
    self->n += n;
    return room;
}

void h5_bytes_add(struct h5_bytes *self, const void *more, size_t n)
{
    uint8_t *room = h5_bytes_room(self, n);
    if (room != NULL && n > 0) {
        memcpy(room, more, n);
    }
}

/* ---- II.A ---- */

static void put_place(uint8_t *entry, uint64_t name, const struct h5_place *target)
{
    put_u64le(entry, name);
    put_u64le(entry + 8, target->header);
    if (target->tree != H5_NOWHERE) {
        put_u32le(entry + 16, 1); /* what follows is said here, too */
        put_u64le(entry + 24, target->tree);
        put_u64le(entry + 32, target->heap);
    }
}

void h5_superblock_put(const struct h5_place *root, uint64_t file_bytes,
                       uint8_t out[static H5_SUPERBLOCK_BYTES])
{
    static const uint8_t magic[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    memset(out, 0, H5_SUPERBLOCK_BYTES);
    memcpy(out, magic, sizeof magic);
    out[13] = out[14] = 8; /* bytes of an address, of a size */
    put_u16le(out + 16, LEAF_K);
    put_u16le(out + 18, GROUP_K);
    put_u64le(out + 32, H5_NOWHERE); /* no list of free space */
    put_u64le(out + 40, file_bytes);
    put_u64le(out + 48, H5_NOWHERE); /* nothing about a driver */
    put_place(out + 56, 0, root);
}

/* ---- IV.A.1.a ---- */

void h5_header_begin(struct h5_header *self)
{
    self->bytes.n = 0;
    self->n_messages = 0;
    h5_bytes_room(&self->bytes, HEADER_HEAD);
}

void h5_header_end(struct h5_header *self)
{
    if (!self->bytes.is_short) {
        uint8_t *head = self->bytes.at;
        head[0] = 1;
        put_u16le(head + 2, self->n_messages);
        put_u32le(head + 4, 1); /* one name leads here */
        put_u32le(head + 8, (uint32_t)(self->bytes.n - HEADER_HEAD));
    }
}

/* The body of a new message, zeroed; NULL when memory is refused. */
static uint8_t *message(struct h5_bytes *to, enum message type, size_t size, unsigned flags)
{
    size = h5_whole_8(size);
    assert(size <= UINT16_MAX);
    uint8_t *at = h5_bytes_room(to, 8 + size);
    if (at == NULL) {
        return NULL;
    }
    put_u16le(at, (uint16_t)type);
    put_u16le(at + 2, (uint16_t)size);
    at[4] = (uint8_t)flags;
    return at + 8;
}

static uint8_t *header_message(struct h5_header *self, enum message type, size_t size,
                               unsigned flags)
{
    self->n_messages++;
    return message(&self->bytes, type, size, flags);
}

/* ---- IV.A.2.d: types ---- */

/* Version 1 and class; bits of the class; bytes; then bit offset and precision and, of floating
 * point, where exponent and mantissa are, their sizes, and the exponent's bias. */
static const struct {
    uint8_t n, bytes[20];
} types[] = {
    [H5_KIND_FLOAT] = {20, {0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127}},
    [H5_KIND_DOUBLE] = {20,
                        {0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3}},
    [H5_KIND_INT64] = {12, {0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64}},
    [H5_KIND_UINT64] = {12, {0x10, 0, 0, 0, 8, 0, 0, 0, 0, 0, 64}},
    [H5_KIND_INT32] = {12, {0x10, 8, 0, 0, 4, 0, 0, 0, 0, 0, 32}},
    [H5_KIND_UINT32] = {12, {0x10, 0, 0, 0, 4, 0, 0, 0, 0, 0, 32}},
    [H5_KIND_UINT16] = {12, {0x10, 0, 0, 0, 2, 0, 0, 0, 0, 0, 16}},
    [H5_KIND_UINT8] = {12, {0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8}},
    [H5_KIND_TEXT] = {8, {0x13, 0x11}}, /* padded with zeros, UTF-8 */
};
/* A text of any length, UTF-8, made of bytes. */
static const uint8_t any_text[20] = {0x19, 1, 1, 0, 16, 0, 0, 0, 0x10, 0,
                                     0,    0, 1, 0, 0,  0, 0, 0, 8,    0};

static size_t put_type(enum h5_kind kind, size_t text_bytes, uint8_t out[static TYPE_MAX])
{
    memcpy(out, types[kind].bytes, types[kind].n);
    if (kind == H5_KIND_TEXT) {
        put_u32le(out + 4, (uint32_t)text_bytes);
    } else if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
        out[1] |= 1; /* values lie in the file as they lie in memory */
    }
    return types[kind].n;
}

/* ---- columns ---- */

static void add_layout(struct h5_header *self, const struct h5_shape *shape, size_t each)
{
    size_t bytes = (size_t)shape->n * each;
    if (shape->storage == H5_COMPACT) {
        uint8_t *at = header_message(self, LAYOUT, 4 + bytes, 0);
        if (at != NULL) {
            at[0] = 3;
            put_u16le(at + 2, (uint16_t)bytes);
            memcpy(at + 4, shape->values, bytes);
        }
        return;
    }
    uint8_t *at = header_message(self, LAYOUT, 24, 0);
    if (at == NULL) {
        return;
    }
    at[0] = 3;
    if (shape->storage == H5_CONTIGUOUS) {
        at[1] = 1;
        put_u64le(at + 2, shape->address);
        put_u64le(at + 10, bytes);
    } else {
        at[1] = 2;
        at[2] = 2; /* one dimension, and the bytes of a value */
        put_u64le(at + 3, shape->address);
        put_u32le(at + 11, shape->chunk);
        put_u32le(at + 15, (uint32_t)each);
    }
}

static void add_filters(struct h5_header *self, size_t each)
{
    static const uint8_t filters[56] = {
        1, 2, 0, 0, 0, 0, 0, 0, /* two of them, each of which may be left out of a chunk */
        2, 0, 8, 0, 1, 0, 1, 0, 's', 'h', 'u', 'f', 'f', 'l', 'e', 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 8, 0, 1, 0, 1, 0, 'd', 'e', 'f', 'l', 'a', 't', 'e', 0, 1, 0, 0, 0, 0, 0, 0, 0};
    uint8_t *at = header_message(self, FILTERS, sizeof filters, CONSTANT);
    if (at != NULL) {
        memcpy(at, filters, sizeof filters);
        put_u32le(at + 24, (uint32_t)each);
    }
}

void h5_header_add_column(struct h5_header *self, const struct h5_shape *shape)
{
    uint8_t type[TYPE_MAX] = {0};
    size_t type_bytes = put_type(shape->kind, shape->text_bytes, type);
    size_t each = h5_kind_bytes(shape->kind, shape->text_bytes);
    uint8_t *at = header_message(self, SPACE, 24, 0);
    if (at != NULL) {
        at[0] = at[1] = at[2] = 1; /* version, dimensions, their limits are given */
        put_u64le(at + 8, shape->n);
        put_u64le(at + 16, shape->n_max);
    }
    at = header_message(self, TYPE, type_bytes, CONSTANT);
    if (at != NULL) {
        memcpy(at, type, type_bytes);
    }
    at = header_message(self, FILL, 8, CONSTANT);
    if (at != NULL) {
        at[0] = 2;
        at[1] = (uint8_t)(shape->storage + 1); /* when room is made: early, late, by and by */
        at[2] = 2;                             /* filled when there is a value, and */
        at[3] = 1;                             /* it is the usual one, zeros */
    }
    if (shape->storage == H5_CHUNKED && shape->is_compressed) {
        add_filters(self, each);
    }
    add_layout(self, shape, each);
}

void h5_header_add_group(struct h5_header *self, const struct h5_place *place)
{
    uint8_t *at = header_message(self, SYMBOL_TABLE, 16, 0);
    if (at != NULL) {
        put_u64le(at, place->tree);
        put_u64le(at + 8, place->heap);
    }
}

/* ---- IV.A.2.m: attributes ---- */

/* An attribute up to its value; returns where the value goes. */
static uint8_t *add_attribute(struct h5_bytes *to, const char *name, const uint8_t *type,
                              size_t type_bytes, size_t value_bytes)
{
    size_t length = strlen(name) + 1;
    size_t name_room = h5_whole_8(length), type_room = h5_whole_8(type_bytes);
    uint8_t *at = message(to, ATTRIBUTE, 8 + name_room + type_room + 8 + value_bytes, 0);
    if (at == NULL) {
        return NULL;
    }
    at[0] = 1;
    put_u16le(at + 2, (uint16_t)length);
    put_u16le(at + 4, (uint16_t)type_bytes);
    put_u16le(at + 6, 8); /* a shape without dimensions: version 1, zeros */
    memcpy(at + 8, name, length);
    memcpy(at + 8 + name_room, type, type_bytes);
    at[8 + name_room + type_room] = 1;
    return at + 8 + name_room + type_room + 8;
}

void h5_message_add_text(struct h5_bytes *to, const char *name, struct h5_text_place value)
{
    uint8_t *at = add_attribute(to, name, any_text, sizeof any_text, 16);
    if (at != NULL) {
        put_u32le(at, value.length);
        put_u64le(at + 4, value.heap);
        put_u32le(at + 12, value.index);
    }
}

void h5_message_add_number(struct h5_bytes *to, const char *name, enum h5_kind kind,
                           const void *value)
{
    uint8_t type[TYPE_MAX] = {0};
    size_t type_bytes = put_type(kind, 0, type), each = h5_kind_bytes(kind, 0);
    uint8_t *at = add_attribute(to, name, type, type_bytes, each);
    if (at != NULL) {
        memcpy(at, value, each);
    }
}

/* ---- III.A.1: trees ---- */

void h5_chunk_key_put(uint8_t out[static H5_CHUNK_KEY_BYTES], uint32_t bytes, uint64_t first,
                      uint64_t end_mark)
{
    put_u32le(out, bytes);
    put_u32le(out + 4, 0); /* no filter was left out */
    put_u64le(out + 8, first);
    put_u64le(out + 16, end_mark);
}

struct level {
    const struct h5_tree *tree;
    size_t key_bytes, places, node_bytes;
    size_t step; /* children of the lowest level below one child of this */
    unsigned height;
    uint64_t below; /* address of the first node below; of height 0 the children say it */
};

static void add_node(struct h5_bytes *to, const struct level *level, size_t i, size_t n_nodes,
                     uint64_t at)
{
    const struct h5_tree *tree = level->tree;
    const size_t n_below = (tree->n + level->step - 1) / level->step;
    const size_t first = i * level->places;
    const size_t n = n_below - first < level->places ? n_below - first : level->places;
    uint8_t *node = h5_bytes_room(to, level->node_bytes);
    if (node == NULL) {
        return;
    }
    memcpy(node, "TREE", 4);
    node[4] = tree->is_of_chunks;
    node[5] = (uint8_t)level->height;
    put_u16le(node + 6, (uint16_t)n);
    put_u64le(node + 8, i > 0 ? at + (i - 1) * level->node_bytes : H5_NOWHERE);
    put_u64le(node + 16, i + 1 < n_nodes ? at + (i + 1) * level->node_bytes : H5_NOWHERE);
    uint8_t *put = node + 24;
    for (size_t k = 0; k <= n; k++) {
        size_t key = (first + k) * level->step < tree->n ? (first + k) * level->step : tree->n;
        memcpy(put, tree->keys + key * level->key_bytes, level->key_bytes);
        put += level->key_bytes;
        if (k < n) {
            put_u64le(put, level->height == 0 ? tree->children[first + k]
                                              : level->below + (first + k) * level->node_bytes);
            put += 8;
        }
    }
}

uint64_t h5_tree_add(struct h5_bytes *to, uint64_t at, const struct h5_tree *tree)
{
    struct level level = {.tree = tree, .step = 1, .below = H5_NOWHERE};
    level.key_bytes = tree->is_of_chunks ? H5_CHUNK_KEY_BYTES : H5_NAME_KEY_BYTES;
    level.places = 2 * (tree->is_of_chunks ? CHUNK_K : GROUP_K);
    level.node_bytes = 24 + level.places * 8 + (level.places + 1) * level.key_bytes;
    for (;; level.height++) {
        size_t reach = level.step * level.places;
        size_t n_nodes = tree->n > 0 ? (tree->n + reach - 1) / reach : 1;
        for (size_t i = 0; i < n_nodes; i++) {
            add_node(to, &level, i, n_nodes, at);
        }
        if (n_nodes <= 1) {
            return at;
        }
        level.below = at;
        level.step = reach;
        at += n_nodes * level.node_bytes;
    }
}

/* ---- III.B, III.C, III.D: names ---- */

void h5_names_add(struct h5_bytes *to, const struct h5_link *links, size_t n)
{
    uint8_t *node = h5_bytes_room(to, 8 + 40 * H5_NAMES_PER_NODE);
    if (node == NULL) {
        return;
    }
    memcpy(node, "SNOD", 4);
    node[4] = 1;
    put_u16le(node + 6, (uint16_t)n);
    for (size_t i = 0; i < n; i++) {
        put_place(node + 8 + 40 * i, links[i].name, &links[i].target);
    }
}

void h5_heap_head_add(struct h5_bytes *to, uint64_t bytes, uint64_t at)
{
    uint8_t *head = h5_bytes_room(to, H5_HEAP_HEAD_BYTES);
    if (head != NULL) {
        memcpy(head, "HEAP", 4);
        put_u64le(head + 8, bytes);
        put_u64le(head + 16, 1); /* nothing of it is free */
        put_u64le(head + 24, at);
    }
}

/* ---- III.E: texts of attributes ---- */

void h5_texts_begin(uint8_t *heap, uint64_t bytes)
{
    memset(heap, 0, (size_t)bytes);
    memcpy(heap, "GCOL", 4);
    heap[4] = 1;
    put_u64le(heap + 8, bytes);
}

void h5_text_item_put(uint8_t *at, uint16_t index, const char *value, size_t length)
{
    put_u16le(at, index);
    put_u64le(at + 8, length);
    memcpy(at + 16, value, length);
}

void h5_texts_end(uint8_t *at, size_t left)
{
    if (left >= 16) { /* less has no room for saying so, and is free all the same */
        put_u64le(at + 8, left);
    }
}
