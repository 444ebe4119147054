/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A checksum behind the end of the HDF5 files that this program writes. HDF5 itself has none in
 * this layout, and its library trusts what it reads: a flipped bit in a file's structure can
 * end the program. Other programs do not see the seal, because it lies behind the file's end as
 * its header states it; one that changes the file cuts the seal off.
 *
 *     "YKSEAL1", 0     8 bytes
 *     size             8 bytes, of everything before the seal
 *     CRC-32           4 bytes, of everything before the seal
 *     0                4 bytes
 */
#ifndef SRC_H5_H5_SEAL_H
#define SRC_H5_H5_SEAL_H

#include <stdbool.h>

#include "src/base/byte_source.h"

#define H5_SEAL_BYTES 24u

/* Adds the seal to a finished file that is open for reading and writing. */
enum yk_status h5_seal_add(int fd, const char *path, struct failure *why);

/* Whether the bytes end with a seal; says nothing of what is before it. */
bool h5_seal_is_there(struct byte_source *bytes);

/* YK_OK when there is no seal, or it is right. errors: YK_ERR_CORRUPT (it is not), those of
 * reading, YK_ERR_MEMORY */
enum yk_status h5_seal_check(struct byte_source *bytes, struct failure *why);
/* The same of an open file. */
enum yk_status h5_seal_check_file(int fd, const char *path, struct failure *why);

#endif
