/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random access to bytes, wherever they are: a file, memory, a decompressed copy, a device.
 */
#ifndef SRC_BASE_BYTE_SOURCE_H
#define SRC_BASE_BYTE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

struct byte_source;

struct byte_source_ops {
    /* Copies up to want bytes from pos into dst; *got says how many, less than want only at the
     * end (0 at or past it). May block. Safe to call from several threads at once. */
    enum yk_status (*read_at)(struct byte_source *self, uint64_t pos, void *dst, size_t want,
                              size_t *got, struct failure *why);
    /* Frees everything, the source itself included. Called by byte_source_close(). */
    void (*close)(struct byte_source *self);
};

struct byte_source { /* first member of each implementation's own struct */
    const struct byte_source_ops *ops;
    uint64_t size;    /* at open; a file that grows is read up to here */
    const char *name; /* for messages: the last part of the path; owned by the source */
    const char *path; /* whole path, or NULL when there is none; owned by the source */
    /* What was wrong with the bytes before they came here ("compressed file is cut off"), for
     * the report of whoever reads them; NULL: nothing. Constant text. */
    const char *damage;
};

enum yk_status byte_source_read_at(struct byte_source *self, uint64_t pos, void *dst,
                                   size_t want, size_t *got, struct failure *why);
/* Reads exactly want bytes or fails with YK_ERR_CORRUPT ("ends after ... bytes"). */
enum yk_status byte_source_read_exactly(struct byte_source *self, uint64_t pos, void *dst,
                                        size_t want, struct failure *why);
/* The whole, and a terminating zero behind it, in *out for mem_free(). The caller looks at the
 * size first. errors: those of reading, YK_ERR_MEMORY */
enum yk_status byte_source_read_all(struct byte_source *self, char **out, struct failure *why);
void byte_source_close(struct byte_source *self); /* accepts NULL */

/* Passes reads on and keeps the first that failed, for callers in between that have no words
 * for it: what they find then is not what the bytes say. For one thread; never closed itself.
 */
struct watched_source {
    struct byte_source base;
    struct byte_source *bytes; /* borrowed */
    struct failure why;        /* code YK_OK: no read failed */
};
void watched_source_init(struct watched_source *self, struct byte_source *bytes);
enum yk_status watched_source_status(const struct watched_source *self, struct failure *why);

/* Opens a regular file (a folder, a device or a missing file is refused with a sentence).
 * Reading fails with YK_ERR_IO once the file became shorter or was written to within its
 * length. */
enum yk_status file_source_open(const char *path, struct byte_source **out,
                                struct failure *why);

/* Reads from memory that the caller keeps alive. name is copied. */
enum yk_status memory_source_open(const void *at, size_t size, const char *name,
                                  struct byte_source **out, struct failure *why);

#endif
