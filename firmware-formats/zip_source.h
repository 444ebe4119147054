/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Members of a ZIP archive as bytes that can be read at any place. What is stored is read where
 * it lies; what is compressed is unpacked once into a temporary file without a name.
 *
 * A damaged archive is read as far as it goes: where its directory is missing (a copy that was
 * cut off) the members are found by their own headers. byte_source.damage of a member then says
 * so.
 */
#ifndef FIRMWARE_FORMATS_ZIP_SOURCE_H
#define FIRMWARE_FORMATS_ZIP_SOURCE_H

#include <stdbool.h>

#include "src/base/byte_source.h"
#include "src/base/job.h"

struct zip_archive; /* opaque */

enum zip_check {
    ZIP_CHECKED,  /* the archive's checksum of the member is looked at */
    ZIP_UNCHECKED /* not for what is stored: its content has checksums of its own */
};

bool zip_source_probe(struct byte_source *bytes); /* begins like an archive with a member */

/* packed  borrowed: must outlive the archive and every member
 * errors  YK_ERR_CORRUPT (neither directory nor members), YK_ERR_MEMORY, YK_ERR_IO
 */
enum yk_status zip_archive_open(struct byte_source *packed, struct zip_archive **out,
                                struct failure *why);
void zip_archive_close(struct zip_archive *self); /* accepts NULL; members stay open */

#define ZIP_NONE SIZE_MAX /* no such member */
size_t zip_archive_count(const struct zip_archive *self);
const char *zip_archive_name(const struct zip_archive *self, size_t i); /* "folder/log.bin" */
uint64_t zip_archive_size(const struct zip_archive *self, size_t i);    /* as declared */
uint32_t zip_archive_crc(const struct zip_archive *self, size_t i); /* CRC-32, as declared */
/* The member whose name without folders is this one, letters' case aside. */
size_t zip_archive_find(const struct zip_archive *self, const char *name);
bool zip_archive_is_salvaged(const struct zip_archive *self);

/* Opens a member; its name and path are those of the archive. Damage inside is no error as long
 * as something can be read: (*out)->damage tells.
 *
 * errors  YK_ERR_CORRUPT (nothing can be read, or it unpacks to more than any recording),
 *         YK_ERR_UNSUPPORTED (encrypted, or packed in a way nobody uses), YK_ERR_IO,
 *         YK_ERR_MEMORY, YK_ERR_CANCELLED
 */
enum yk_status zip_archive_open_member(struct zip_archive *self, size_t i, enum zip_check check,
                                       struct job *job, struct byte_source **out,
                                       struct failure *why);

#endif
