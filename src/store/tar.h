/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing and reading one file that holds several: POSIX ustar, uncompressed, so that `tar` and
 * `sha256sum -c` of any system can open and verify a backup without this program.
 */
#ifndef SRC_STORE_TAR_H
#define SRC_STORE_TAR_H

#include "src/base/byte_source.h"
#include "src/base/digest.h"
#include "src/base/job.h"

#define TAR_BLOCK 512
#define TAR_NAME_BYTES 101

struct tar_writer {
    int fd; /* the caller's */
    const char *path;
    uint64_t done, total; /* bytes of members, for progress; total 0: unknown */
};

/* Adds the file at `source` as member `name` (up to 100 bytes); sha256 and bytes tell what was
 * written. errors: of the system, YK_ERR_CONFLICT (it changed while it was read) */
enum yk_status tar_put_file(struct tar_writer *self, const char *name, const char *source,
                            char sha256[static DIGEST_HEX], uint64_t *bytes, struct job *job,
                            struct failure *why);
enum yk_status tar_put_text(struct tar_writer *self, const char *name, const char *text,
                            size_t n, struct failure *why);
/* The two empty blocks at the end. */
enum yk_status tar_put_end(struct tar_writer *self, struct failure *why);

struct tar_member {
    char name[TAR_NAME_BYTES];
    uint64_t offset, size; /* of the content in the file */
};

/* The member whose header is at *at; moves *at to the next header. YK_END at the end mark.
 * Everything is range-checked. errors: YK_ERR_CORRUPT (also when the end mark is missing: the
 * file is cut short) */
enum yk_status tar_next(struct byte_source *bytes, uint64_t *at, struct tar_member *out,
                        struct failure *why);

#endif
