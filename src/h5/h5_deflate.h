/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside src/h5 only: HDF5's filters shuffle and deflate (level 1), as its chunks have them.
 */
#ifndef SRC_H5_H5_DEFLATE_H
#define SRC_H5_H5_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

struct h5_deflate;

/* NULL when memory is refused. */
struct h5_deflate *h5_deflate_new(void);
/* Packs *n bytes, values of `each`. *n: bytes of the result, which stays valid until the next
 * call. NULL when memory is refused. */
const uint8_t *h5_deflate_run(struct h5_deflate *self, const uint8_t *from, size_t each,
                              size_t *n);
void h5_deflate_free(struct h5_deflate *self); /* accepts NULL */

#endif
