/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside src/h5 only: HDF5's reads through our own file descriptor or byte source.
 */
#ifndef SRC_H5_H5_DRIVER_H
#define SRC_H5_H5_DRIVER_H

#include <hdf5.h>

#include "src/base/byte_source.h"

/* One open file. read_errno is the first refusal of the operating system. */
struct h5_io {
    int fd;
    struct byte_source *bytes; /* read instead of fd when it is there; borrowed */
    int read_errno;
};

/* A file access list that uses io (which must outlive the file), or a negative id. */
hid_t h5_driver_access(struct h5_io *io);

#endif
