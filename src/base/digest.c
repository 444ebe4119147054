/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SHA-256 (FIPS 180-4) through libcrypto, which uses the processor's own instructions.
 */
#include "src/base/digest.h"
#include "src/base/mem.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#define PIECE_BYTES ((size_t)128 << 10)

struct digest {
    EVP_MD_CTX *context;
};

enum yk_status digest_new(struct digest **out, struct failure *why)
{
    struct digest *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory starting SHA-256");
    }
    self->context = EVP_MD_CTX_new();
    if (self->context == NULL || EVP_DigestInit_ex(self->context, EVP_sha256(), NULL) != 1) {
        digest_free(self);
        return failure_set(why, YK_ERR_MEMORY, "libcrypto refuses to start SHA-256");
    }
    *out = self;
    return YK_OK;
}

void digest_add(struct digest *self, const void *at, size_t n)
{
    EVP_DigestUpdate(self->context, at, n);
}

static void to_hex(const unsigned char *sum, char hex[static DIGEST_HEX])
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = digit[sum[i] >> 4];
        hex[2 * i + 1] = digit[sum[i] & 15];
    }
    hex[DIGEST_HEX - 1] = '\0';
}

void digest_finish(struct digest *self, char hex[static DIGEST_HEX])
{
    unsigned char sum[EVP_MAX_MD_SIZE] = {0};
    EVP_DigestFinal_ex(self->context, sum, NULL);
    to_hex(sum, hex);
}

void digest_free(struct digest *self)
{
    if (self != NULL) {
        EVP_MD_CTX_free(self->context);
        mem_free(self);
    }
}

enum yk_status digest_clone(const struct digest *self, struct digest **out, struct failure *why)
{
    struct digest *copy = NULL;
    enum yk_status status = digest_new(&copy, why);
    if (status == YK_OK && EVP_MD_CTX_copy_ex(copy->context, self->context) != 1) {
        digest_free(copy);
        return failure_set(why, YK_ERR_MEMORY, "libcrypto refuses to copy a SHA-256");
    }
    if (status == YK_OK) {
        *out = copy;
    }
    return status;
}

enum yk_status digest_so_far(const struct digest *self, char hex[static DIGEST_HEX],
                             struct failure *why)
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    if (copy == NULL || EVP_MD_CTX_copy_ex(copy, self->context) != 1) {
        EVP_MD_CTX_free(copy);
        return failure_set(why, YK_ERR_MEMORY, "libcrypto refuses to copy a SHA-256");
    }
    unsigned char sum[EVP_MAX_MD_SIZE] = {0};
    EVP_DigestFinal_ex(copy, sum, NULL);
    to_hex(sum, hex);
    EVP_MD_CTX_free(copy);
    return YK_OK;
}

void digest_of_memory(const void *at, size_t n, char hex[static DIGEST_HEX])
{
    unsigned char sum[SHA256_DIGEST_LENGTH];
    SHA256(at, n, sum);
    to_hex(sum, hex);
}

enum yk_status digest_of_text(const struct text *text, char hex[static DIGEST_HEX],
                              struct failure *why)
{
    enum yk_status status = text_status(text, why);
    if (status == YK_OK) {
        digest_of_memory(text_string(text), text->length, hex);
    }
    return status;
}

enum yk_status digest_of_front(struct byte_source *bytes, uint64_t n, struct job *job,
                               char hex[static DIGEST_HEX], struct failure *why)
{
    struct digest *digest = NULL;
    enum yk_status status = digest_new(&digest, why);
    if (status != YK_OK) {
        return status;
    }
    unsigned char *piece = mem_alloc(PIECE_BYTES, 1);
    if (piece == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "out of memory hashing %s", bytes->name);
        goto done;
    }
    for (uint64_t pos = 0; pos < n;) {
        size_t got = 0;
        if (job_is_cancelled(job)) {
            status =
                failure_set(why, YK_ERR_CANCELLED, "stopped while hashing %s", bytes->name);
            goto done;
        }
        status = byte_source_read_at(bytes, pos, piece,
                                     n - pos < PIECE_BYTES ? (size_t)(n - pos) : PIECE_BYTES,
                                     &got, why);
        if (status != YK_OK) {
            goto done;
        }
        if (got == 0) {
            status = failure_set_at(why, YK_ERR_IO, (int64_t)pos,
                                    "%s became shorter while it was read", bytes->name);
            goto done;
        }
        digest_add(digest, piece, got);
        pos += got;
        job_progress(job, "hashing", pos, n, "bytes");
    }
    digest_finish(digest, hex);
done:
    mem_free(piece);
    digest_free(digest);
    return status;
}

enum yk_status digest_of_source(struct byte_source *bytes, struct job *job,
                                char hex[static DIGEST_HEX], struct failure *why)
{
    return digest_of_front(bytes, bytes->size, job, hex, why);
}

enum yk_status digest_of_file(const char *path, char hex[static DIGEST_HEX],
                              struct failure *why)
{
    struct byte_source *bytes = NULL;
    enum yk_status status = file_source_open(path, &bytes, why);
    status = status == YK_OK ? digest_of_source(bytes, NULL, hex, why) : status;
    byte_source_close(bytes);
    return status;
}
