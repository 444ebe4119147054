/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside src/h5 only: HDF5's reads and writes through our own file descriptor.
 */
#ifndef SRC_H5_H5_DRIVER_H
#define SRC_H5_H5_DRIVER_H

#include <hdf5.h>

#include "src/base/byte_source.h"

/* One open file. write_errno is the first refusal of the operating system, 0 while all is well;
 * from then on nothing is written any more and HDF5 is told that all went well, so that it can
 * close its books. Whoever closes the file must ask for it. */
struct h5_io {
    int fd;
    struct byte_source *bytes; /* read instead of fd when it is there; borrowed */
    int write_errno;
    int read_errno;
    struct failure source_why; /* when bytes could not be read: what the source said of it */
};

/* A file access list that uses io (which must outlive the file), or a negative id. */
hid_t h5_driver_access(struct h5_io *io);

#endif
