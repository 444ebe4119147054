/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Originals, byte for byte, named by their content: archive/<sha256>.<suffix>, read-only.
 */
#ifndef SRC_STORE_ARCHIVE_H
#define SRC_STORE_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/digest.h"
#include "src/base/job.h"
#include "src/base/text.h"

#define ARCHIVE_SUFFIX_BYTES 16
#define ARCHIVE_NAME_BYTES (DIGEST_HEX + ARCHIVE_SUFFIX_BYTES)

struct archived {
    char sha256[DIGEST_HEX];
    char suffix[ARCHIVE_SUFFIX_BYTES]; /* lower case, "cwa", "csv.gz"; "bin" when there is none
                                        */
    char name[ARCHIVE_NAME_BYTES];     /* below the folder */
    uint64_t bytes;
    bool was_there;    /* nothing was written */
    bool was_repaired; /* a damaged copy of it was replaced */
};

/* "cwa" of "a/week 1.CWA", "csv.gz" of "x.csv.gz", "bin" of "x.part"; nothing else of the name
 * is kept, because file names may hold people's names. */
void archive_suffix_of(const char *path, char out[static ARCHIVE_SUFFIX_BYTES]);

/* Copies the file at path into the folder: hashed while it is copied to a ".part", synced, read
 * again from the disk and compared, named, folder synced. When it is there already, its content
 * is checked and nothing changes. On failure nothing is left.
 * errors: of the system (disk full), YK_ERR_CONFLICT (the file changed meanwhile),
 * YK_ERR_CORRUPT (what was written reads back differently), YK_ERR_CANCELLED */
enum yk_status archive_add(const char *folder, const char *path, struct archived *out,
                           struct job *job, struct failure *why);

/* Gives a finished file its name in the folder, without copying: `part` is on the same file
 * system, synced, and its content was read back and hashes to out->sha256 (as do out->suffix
 * and out->bytes, set by the caller). When that content is there already and whole, part is
 * removed. On failure part stays where it is. errors: of the system; YK_ERR_BUSY when a damaged
 * copy is to be replaced and is in use */
enum yk_status archive_adopt(const char *folder, const char *part, struct archived *out,
                             struct job *job, struct failure *why);

/* The name of the file with that hash: YK_ERR_NO_DEVICE when there is none. */
enum yk_status archive_find(const char *folder, const char *sha256,
                            char name[static ARCHIVE_NAME_BYTES], struct failure *why);

/* Hash of a whole file, read from the disk and not from memory where the system allows. */
enum yk_status archive_hash(const char *path, char sha256[static DIGEST_HEX], uint64_t *bytes,
                            struct job *job, struct failure *why);

/* Waits until this process alone works on the recording with this original, whatever other
 * programs do; released by archive_unlock() and when the process ends in any way.
 * errors: YK_ERR_CANCELLED, YK_ERR_NO_DEVICE */
enum yk_status archive_lock(const char *folder, const char *name, struct job *job, int *lock,
                            struct failure *why);
/* The same without waiting: YK_ERR_BUSY. */
enum yk_status archive_try_lock(const char *folder, const char *name, int *lock,
                                struct failure *why);
void archive_unlock(int lock); /* accepts -1 */

/* Removes ".part" files that no living process is writing. *n: how many. */
enum yk_status archive_sweep(const char *folder, size_t *n, struct failure *why);
/* Whether a name in the folder is that of an unfinished copy. */
bool archive_is_part(const char *name);
/* Whether a ".part" belongs to a living process. */
bool archive_part_is_alive(const char *path);

#endif
