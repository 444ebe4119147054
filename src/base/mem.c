/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checked allocation. Every allocation of ours passes mem_gate() first.
 */
#include "src/base/mem.h"
#include "src/base/mem_gate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *mem_alloc(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || !mem_gate()) {
        return NULL;
    }
    return calloc(bytes > 0 ? bytes : 1, 1);
}

void *mem_alloc_lines(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - 64 || !mem_gate()) {
        return NULL;
    }
    bytes = (bytes + 64) & ~(size_t)63;
    void *p = aligned_alloc(64, bytes);
    if (p != NULL) {
        memset(p, 0, bytes);
    }
    return p;
}

void *mem_resize(void *old, size_t old_count, size_t new_count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(new_count, size, &bytes) || !mem_gate()) {
        return NULL;
    }
    char *p = realloc(old, bytes > 0 ? bytes : 1);
    if (p != NULL && new_count > old_count) {
        memset(p + old_count * size, 0, (new_count - old_count) * size);
    }
    return p;
}

char *mem_copy_text(const char *text)
{
    size_t length = strlen(text);
    char *copy = mem_alloc(length + 1, 1);
    if (copy != NULL) {
        memcpy(copy, text, length);
    }
    return copy;
}

void mem_free(void *pointer)
{
    free(pointer);
}

/* Bytes from which an array grows by a quarter. */
#define MUCH ((size_t)1 << 20)

int mem_reserve(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return 0;
    }
    size_t more = *capacity < 8 ? 8 - *capacity : *capacity;
    if (*capacity > MUCH / size) { /* room that is not used shows; moving pages is cheap */
        more = *capacity / 4 + 1;
    }
    size_t grown = *capacity + more;
    void *p = grown > *capacity ? mem_resize(*array, *capacity, grown, size) : NULL;
    if (p == NULL) {
        return -1;
    }
    *array = p;
    *capacity = grown;
    return 0;
}
