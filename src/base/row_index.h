/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where in an array a key stands: a hash table of row numbers. The rows and their keys stay the
 * caller's, who says whether a row is the one that is sought.
 */
#ifndef SRC_BASE_ROW_INDEX_H
#define SRC_BASE_ROW_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_NONE SIZE_MAX

struct row_slot {
    uint64_t hash;
    size_t row; /* + 1; 0: empty */
};

struct row_index {
    struct row_slot *slots;
    size_t n, n_slots; /* n_slots: 0 or a power of two */
};

void row_index_init(struct row_index *self);
void row_index_release(struct row_index *self);

/* FNV-1a of a text; keys of several parts begin with the hash of the part before. */
#define ROW_HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t row_hash(uint64_t start, const char *text);

/* The row that was added with this hash and of which is_it() says so, or ROW_NONE. */
size_t row_index_find(const struct row_index *self, uint64_t hash,
                      bool (*is_it)(const void *user, size_t row), const void *user);
/* Returns 0, or -1 when memory is refused (everything stays as it was). */
int row_index_add(struct row_index *self, uint64_t hash, size_t row)
    __attribute__((warn_unused_result));

#endif
