/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside src/h5 only: what its files share. HDF5's types stay behind this header.
 */
#ifndef SRC_H5_H5_INTERNAL_H
#define SRC_H5_H5_INTERNAL_H

#include <hdf5.h>

#include "src/h5/h5_driver.h"
#include "src/h5/h5_file.h"

struct h5_file {
    hid_t id;
    struct h5_io io;
    char *path;
    bool is_new;
};

/* HDF5's type for a kind, in memory or in the file. A copy that the caller closes. */
hid_t h5_kind_type(enum h5_kind kind, size_t text_bytes, bool in_memory);
/* Closes an id unless it is negative, as ids are that could not be had. */
void h5_close_id(hid_t id, herr_t (*how)(hid_t));
/* "<file>: <what> <name> failed", or the operating system's own reason where there is one. */
enum yk_status h5_failure(const struct h5_file *self, struct failure *why, const char *what,
                          const char *name);
/* Puts a text attribute on an open object. */
enum yk_status h5_put_text_of(const struct h5_file *self, hid_t object, const char *name,
                              const char *value, struct failure *why);

#endif
