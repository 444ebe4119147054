/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A directory for a ZIP archive (PKWARE APPNOTE 6.3) that is cut off or damaged, made from the
 * members' own headers (local headers). Laid behind the bytes that are there it makes the
 * archive whole:
 *
 *     bytes of the archive as they are | directory made here, with its end record
 */
#ifndef FIRMWARE_FORMATS_ZIP_SALVAGE_H
#define FIRMWARE_FORMATS_ZIP_SALVAGE_H

#include "src/base/byte_source.h"

/* *directory: *n bytes, the caller's to free; what it says of places is true when it begins at
 * packed->size. errors: YK_ERR_CORRUPT (no member), YK_ERR_MEMORY, those of reading */
enum yk_status zip_salvage(struct byte_source *packed, uint8_t **directory, size_t *n,
                           struct failure *why);

#endif
