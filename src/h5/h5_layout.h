/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside src/h5 only: the bytes of which an HDF5 file is made (HDF5 File Format Specification
 * 3.0, the oldest of its versions: superblock 0, object headers 1, B-trees 1, symbol tables).
 * Pure functions on memory; h5_writer.c decides what comes where.
 */
#ifndef SRC_H5_H5_LAYOUT_H
#define SRC_H5_H5_LAYOUT_H

#include "src/h5/h5_file.h"

#define H5_NOWHERE UINT64_MAX /* an address that is not used */

/* Bytes that grow. Memory that was refused is remembered; adding more then does nothing. */
struct h5_bytes {
    uint8_t *at;
    size_t n, capacity;
    bool is_short;
};
void h5_bytes_release(struct h5_bytes *self);
/* n more bytes, zeroed, or NULL when memory is refused. Valid until the next call. */
uint8_t *h5_bytes_room(struct h5_bytes *self, size_t n);
void h5_bytes_add(struct h5_bytes *self, const void *more, size_t n);

static inline size_t h5_whole_8(size_t n)
{
    return (n + 7) / 8 * 8;
}

/* ---- superblock: the first bytes of a file ---- */

#define H5_SUPERBLOCK_BYTES 96u
/* Where a group is: its object header, and the B-tree and heap of its names. */
struct h5_place {
    uint64_t header, tree, heap;
};
void h5_superblock_put(const struct h5_place *root, uint64_t file_bytes,
                       uint8_t out[static H5_SUPERBLOCK_BYTES]);

/* ---- object headers: a column's or a group's messages ---- */

struct h5_header {
    struct h5_bytes bytes; /* cleared by _begin; .bytes is the finished header after _end */
    uint16_t n_messages;
};
void h5_header_begin(struct h5_header *self);
void h5_header_end(struct h5_header *self);

enum h5_storage { H5_COMPACT, H5_CONTIGUOUS, H5_CHUNKED };
struct h5_shape {
    enum h5_kind kind;
    size_t text_bytes;
    uint64_t n, n_max; /* n_max: H5S_UNLIMITED as HDF5 writes it is H5_NOWHERE */
    enum h5_storage storage;
    const void *values; /* H5_COMPACT */
    uint64_t address;   /* of the values, or of the chunks' B-tree */
    uint32_t chunk;     /* H5_CHUNKED: values in each */
    bool is_compressed; /* H5_CHUNKED */
};
/* Everything of a column but its attributes. */
void h5_header_add_column(struct h5_header *self, const struct h5_shape *shape);
void h5_header_add_group(struct h5_header *self, const struct h5_place *place);
/* Attributes are messages, too; `to` may be any bytes that are put into a header later. */
struct h5_text_place { /* in a global heap */
    uint32_t length, index;
    uint64_t heap;
};
void h5_message_add_text(struct h5_bytes *to, const char *name, struct h5_text_place value);
void h5_message_add_number(struct h5_bytes *to, const char *name, enum h5_kind kind,
                           const void *value);

/* ---- B-trees ---- */

struct h5_tree {
    bool is_of_chunks;
    const uint8_t *keys; /* n + 1 of them, h5_tree_key_bytes() each */
    const uint64_t *children;
    size_t n;
};
#define H5_CHUNK_KEY_BYTES 24u
#define H5_NAME_KEY_BYTES 8u
void h5_chunk_key_put(uint8_t out[static H5_CHUNK_KEY_BYTES], uint32_t bytes, uint64_t first,
                      uint64_t end_mark);
/* Appends the tree's nodes to `to`, whose first byte will be at address `at` of the file.
 * Returns the address of its root. */
uint64_t h5_tree_add(struct h5_bytes *to, uint64_t at, const struct h5_tree *tree);

/* ---- names of a group ---- */

#define H5_NAMES_PER_NODE 8u
struct h5_link {
    uint64_t name;          /* offset in the group's heap */
    const char *text;       /* the name itself, for sorting */
    struct h5_place target; /* tree H5_NOWHERE: a column */
};
/* Appends one node of n names, at most H5_NAMES_PER_NODE. */
void h5_names_add(struct h5_bytes *to, const struct h5_link *links, size_t n);
#define H5_HEAP_HEAD_BYTES 32u
/* The head of a heap of `bytes` of names that lie at `at`. */
void h5_heap_head_add(struct h5_bytes *to, uint64_t bytes, uint64_t at);

/* ---- global heaps: texts of attributes ---- */

#define H5_TEXTS_BYTES 4096u /* of one heap; the least that HDF5 accepts */
#define H5_TEXTS_HEAD_BYTES 16u
/* Bytes that a text of this length takes. */
static inline size_t h5_text_item_bytes(size_t length)
{
    return 16 + h5_whole_8(length);
}
void h5_texts_begin(uint8_t *heap, uint64_t bytes);
void h5_text_item_put(uint8_t *at, uint16_t index, const char *value, size_t length);
/* Says that the last `left` bytes of a heap are free. */
void h5_texts_end(uint8_t *at, size_t left);

#endif
