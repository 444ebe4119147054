/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only place that allocates. Memory comes zeroed, multiplication is checked, and a refusal
 * is NULL: the caller turns it into YK_ERR_MEMORY. Tests count calls here to make the k-th
 * fail.
 */
#ifndef SRC_BASE_MEM_H
#define SRC_BASE_MEM_H

#include <stddef.h>

/* count * size zeroed bytes; NULL when refused or when the product overflows. A count of 0
 * gives a pointer that can be freed. */
void *mem_alloc(size_t count, size_t size) __attribute__((malloc, warn_unused_result));

/* The same, aligned to 64 bytes (one cache line, one AVX-512 register). Freed by mem_free(). */
void *mem_alloc_lines(size_t count, size_t size) __attribute__((malloc, warn_unused_result));

/* Grows (or shrinks) an array to new_count elements and zeroes what is new. On refusal returns
 * NULL and leaves the old array as it was, still owned by the caller. */
void *mem_resize(void *old, size_t old_count, size_t new_count, size_t size)
    __attribute__((warn_unused_result));

/* A copy of a string; NULL when refused. */
char *mem_copy_text(const char *text) __attribute__((malloc, warn_unused_result));

/* Accepts NULL. */
void mem_free(void *pointer);

/* Makes room for at least one more element: count are in use of
 * capacity. Doubles; from a megabyte on, a quarter more. Returns 0, or -1 when memory is
 * refused (everything stays as it was). */
#define MEM_RESERVE(array, count, capacity)                                                    \
    mem_reserve((void **)&(array), (count), &(capacity), sizeof *(array))
int mem_reserve(void **array, size_t count, size_t *capacity, size_t size)
    __attribute__((warn_unused_result));

#endif
