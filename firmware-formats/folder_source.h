/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording that is a folder (Unisens) as the bytes of a ZIP archive that is never written:
 * so that it has one hash, can be archived as one file, and is read by the same code as one
 * that somebody packed.
 */
#ifndef FIRMWARE_FORMATS_FOLDER_SOURCE_H
#define FIRMWARE_FORMATS_FOLDER_SOURCE_H

#include <stdbool.h>

#include "src/base/byte_source.h"

/* Whether path is a folder with unisens.xml in it, or that file itself. */
bool folder_source_is_one(const char *path);

/* unisens.xml and the files that it names and that are there, in its order, stored as they are,
 * without their dates: the same content gives the same bytes. Reads each file once, for the
 * archive's checksums.
 *
 * errors  those of opening and reading; YK_ERR_CORRUPT (unisens.xml cannot be read),
 *         YK_ERR_UNSUPPORTED (4 GiB and more)
 */
enum yk_status folder_source_open(const char *path, struct byte_source **out,
                                  struct failure *why);
/* The same of two files: a table and the description that lies beside it.
 *
 * errors  those of opening and reading; YK_ERR_UNSUPPORTED (a name of 100 bytes and more, 4
 * GiB)
 */
enum yk_status folder_source_open_pair(const char *path, const char *beside,
                                       struct byte_source **out, struct failure *why);

#endif
