/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A gzip-compressed file as plain bytes: unpacked once into a temporary file without a name, so
 * that formats can read it at any place.
 */
#ifndef FIRMWARE_FORMATS_GZIP_SOURCE_H
#define FIRMWARE_FORMATS_GZIP_SOURCE_H

#include <stdbool.h>

#include "src/base/byte_source.h"
#include "src/base/job.h"

bool gzip_source_probe(struct byte_source *bytes);

/* Unpacks all of packed, which stays the caller's and is not needed afterwards. Members that
 * follow each other are joined. What is cut off or damaged is unpacked as far as it goes:
 * (*out)->damage then says so. The name and path of the result are those of packed.
 *
 * job     progress ("unpacking") and cancel; may be NULL
 * errors  YK_ERR_CORRUPT when not a single byte can be unpacked or it unpacks to far more than
 *         any recording (a "bomb"); YK_ERR_IO (the temporary folder is full), YK_ERR_MEMORY,
 *         YK_ERR_CANCELLED
 */
enum yk_status gzip_source_open(struct byte_source *packed, struct job *job,
                                struct byte_source **out, struct failure *why);

#endif
