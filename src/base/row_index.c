/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Open addressing, linear probing, at most half full. Left out: taking a row away.
 */
#include "src/base/row_index.h"

#include "src/base/mem.h"

enum { FEWEST = 64 };

void row_index_init(struct row_index *self)
{
    *self = (struct row_index){0};
}

void row_index_release(struct row_index *self)
{
    mem_free(self->slots);
    row_index_init(self);
}

uint64_t row_hash(uint64_t start, const char *text)
{
    uint64_t hash = start;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        hash = (hash ^ *at) * UINT64_C(0x100000001b3);
    }
    return (hash ^ 0xFF) * UINT64_C(0x100000001b3); /* "ab" "c" is not "a" "bc" */
}

static size_t first_slot(uint64_t hash, size_t n_slots)
{
    return (size_t)(hash ^ hash >> 32) & (n_slots - 1);
}

size_t row_index_find(const struct row_index *self, uint64_t hash,
                      bool (*is_it)(const void *user, size_t row), const void *user)
{
    size_t i = self->n_slots > 0 ? first_slot(hash, self->n_slots) : 0;
    for (; self->n_slots > 0 && self->slots[i].row != 0; i = (i + 1) & (self->n_slots - 1)) {
        if (self->slots[i].hash == hash && is_it(user, self->slots[i].row - 1)) {
            return self->slots[i].row - 1;
        }
    }
    return ROW_NONE;
}

static void put(struct row_slot *slots, size_t n_slots, struct row_slot slot)
{
    size_t i = first_slot(slot.hash, n_slots);
    while (slots[i].row != 0) {
        i = (i + 1) & (n_slots - 1);
    }
    slots[i] = slot;
}

static int grow(struct row_index *self)
{
    size_t n_slots = self->n_slots > 0 ? 2 * self->n_slots : FEWEST;
    struct row_slot *slots = mem_alloc(n_slots, sizeof *slots);
    if (slots == NULL) {
        return -1;
    }
    for (size_t i = 0; i < self->n_slots; i++) {
        if (self->slots[i].row != 0) {
            put(slots, n_slots, self->slots[i]);
        }
    }
    mem_free(self->slots);
    self->slots = slots;
    self->n_slots = n_slots;
    return 0;
}

int row_index_add(struct row_index *self, uint64_t hash, size_t row)
{
    if (2 * (self->n + 1) > self->n_slots && grow(self) != 0) {
        return -1;
    }
    put(self->slots, self->n_slots, (struct row_slot){hash, row + 1});
    self->n++;
    return 0;
}
