/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was compressed, as plain bytes: written once into a temporary file without a name, then
 * read at any place. Shared by gzip and zip.
 */
#ifndef FIRMWARE_FORMATS_TEMPORARY_SOURCE_H
#define FIRMWARE_FORMATS_TEMPORARY_SOURCE_H

#include "src/base/byte_source.h"

struct temporary_source {
    struct byte_source base; /* byte_source_close() it */
    int fd;
    char *name, *path; /* owned copies */
};

/* An empty one. It lies in $TMPDIR or /tmp and disappears with the program, however that ends.
 *
 * name    for messages; copied
 * path    copied; may be NULL
 * errors  YK_ERR_IO, YK_ERR_MEMORY
 */
enum yk_status temporary_source_open(const char *name, const char *path,
                                     struct temporary_source **out, struct failure *why);

/* Appends n bytes, that were unpacked from the first packed_bytes of something.
 *
 * errors  YK_ERR_CORRUPT when it has grown to far more than any recording does (a "bomb");
 *         YK_ERR_IO (the temporary folder is full)
 */
enum yk_status temporary_source_add(struct temporary_source *self, const void *at, size_t n,
                                    uint64_t packed_bytes, struct failure *why);

#endif
