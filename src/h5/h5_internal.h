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
};

/* HDF5's type in memory for a kind, and giving it back. */
hid_t h5_kind_type(enum h5_kind kind, size_t text_bytes);
void h5_kind_close(enum h5_kind kind, hid_t type);
/* Type of a text attribute; the caller closes it. */
hid_t h5_attribute_text_type(void);
/* Closes an id unless it is negative, as ids are that could not be had. */
void h5_close_id(hid_t id, herr_t (*how)(hid_t));
/* "<file>: <what> <name> failed", or the operating system's own reason where there is one. */
enum yk_status h5_failure(const struct h5_file *self, struct failure *why, const char *what,
                          const char *name);

#endif
