/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SHA-256 (libcrypto), whole or piece by piece.
 */
#ifndef SRC_BASE_DIGEST_H
#define SRC_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/byte_source.h"
#include "src/base/job.h"
#include "src/base/text.h"

#define DIGEST_HEX 65 /* 64 lower-case hex digits and the end */

struct digest; /* opaque running hash */

enum yk_status digest_new(struct digest **out, struct failure *why);
void digest_add(struct digest *self, const void *at, size_t n);
void digest_finish(struct digest *self,
                   char hex[static DIGEST_HEX]); /* then only digest_free */
void digest_free(struct digest *self);
/* A second one that has seen the same bytes. */
enum yk_status digest_clone(const struct digest *self, struct digest **out,
                            struct failure *why);
/* The hash of what was added so far; more may be added afterwards. */
enum yk_status digest_so_far(const struct digest *self, char hex[static DIGEST_HEX],
                             struct failure *why);

enum yk_status digest_of_source(struct byte_source *bytes, struct job *job,
                                char hex[static DIGEST_HEX], struct failure *why);
/* Of its first n bytes. */
enum yk_status digest_of_front(struct byte_source *bytes, uint64_t n, struct job *job,
                               char hex[static DIGEST_HEX], struct failure *why);
enum yk_status digest_of_file(const char *path, char hex[static DIGEST_HEX],
                              struct failure *why);
void digest_of_memory(const void *at, size_t n, char hex[static DIGEST_HEX]);
/* errors: YK_ERR_MEMORY, when the text is not whole; hex is untouched then */
enum yk_status digest_of_text(const struct text *text, char hex[static DIGEST_HEX],
                              struct failure *why);

#endif
