/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ZIP archives in memory, written here from the description of the format, so that readers are
 * tested against something that does not share their library.
 */
#ifndef TESTS_SUPPORT_ZIP_BUILD_H
#define TESTS_SUPPORT_ZIP_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zip_build {
    uint8_t *at; /* the archive so far */
    size_t n;
    uint8_t *directory;
    size_t directory_n;
    unsigned count;
};

void zip_build_init(struct zip_build *self);
/* deflated: packed, else stored. Returns where the member's bytes begin. */
size_t zip_build_add(struct zip_build *self, const char *name, const void *data, size_t n,
                     bool deflated);
/* Writes directory and end record: at, n are the whole archive. */
void zip_build_end(struct zip_build *self);
void zip_build_release(struct zip_build *self);

#endif
