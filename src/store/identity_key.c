/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Key and seal of names, see identity_key.h. A field is XChaCha20-Poly1305 (libsodium's
 * crypto_aead_xchacha20poly1305_ietf, draft-irtf-cfrg-xchacha) with a random nonce in front and
 * the row's random number and the field's name as associated data: a field moved to another row
 * or column does not open. It is padded to a multiple of 64 bytes, so that its length tells
 * little.
 *
 * The key file is one line of text: "yoake-identity-key-1 " and 32 bytes as base64.
 */
#include "src/store/identity_key.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/text.h"

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY_MARK "yoake-identity-key-1 "
#define PAD 64
#define PLAIN_MAX 512
#define SEALED_MAX (NONCE_BYTES + PLAIN_MAX + TAG_BYTES)
#define BASE64(n) (((n) + 2) / 3 * 4 + 1)

_Static_assert(IDENTITY_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert(IDENTITY_SEALED >= BASE64(SEALED_MAX), "room for the longest field");

enum yk_status identity_key_begin(struct failure *why)
{
    return sodium_init() >= 0
               ? YK_OK
               : failure_set(why, YK_ERR_UNSUPPORTED, "this system gives no random numbers");
}

void identity_key_wipe(void *at, size_t n)
{
    sodium_memzero(at, n);
}

void identity_key_number(char out[static IDENTITY_NUMBER])
{
    unsigned char number[(IDENTITY_NUMBER - 1) / 2];
    randombytes_buf(number, sizeof number);
    sodium_bin2hex(out, IDENTITY_NUMBER, number, sizeof number);
}

/* ---- sealing ---- */

static int associate(const char *row, const char *field, char out[static 128])
{
    return snprintf(out, 128, "%s/%s", row, field);
}

enum yk_status identity_key_seal(const struct identity_key *key, const char *row,
                                 const char *field, const char *text,
                                 char out[static IDENTITY_SEALED], struct failure *why)
{
    unsigned char plain[PLAIN_MAX], sealed[SEALED_MAX];
    char about[128];
    size_t n = 0, length = strlen(text);
    unsigned long long n_sealed = 0;
    if (length + PAD >= sizeof plain) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s is longer than %d bytes", field,
                           PLAIN_MAX - PAD - 1);
    }
    memcpy(plain, text, length);
    int n_about = associate(row, field, about);
    if (sodium_pad(&n, plain, length, PAD, sizeof plain) != 0) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s cannot be padded", field);
    }
    randombytes_buf(sealed, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed + NONCE_BYTES, &n_sealed, plain, n, (const unsigned char *)about,
        (unsigned long long)n_about, NULL, sealed, key->bytes);
    sodium_bin2base64(out, IDENTITY_SEALED, sealed, NONCE_BYTES + (size_t)n_sealed,
                      sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(plain, sizeof plain);
    return YK_OK;
}

bool identity_key_unseal(const struct identity_key *key, const char *row, const char *field,
                         const char *text, char *out, size_t room)
{
    unsigned char plain[PLAIN_MAX], sealed[SEALED_MAX];
    char about[128];
    size_t n = 0, length = 0;
    unsigned long long n_plain = 0;
    int n_about = associate(row, field, about);
    bool is_good = sodium_base642bin(sealed, sizeof sealed, text, strlen(text), NULL, &n, NULL,
                                     sodium_base64_VARIANT_ORIGINAL) == 0 &&
                   n >= NONCE_BYTES + TAG_BYTES && n - NONCE_BYTES - TAG_BYTES <= sizeof plain;
    is_good = is_good && crypto_aead_xchacha20poly1305_ietf_decrypt(
                             plain, &n_plain, NULL, sealed + NONCE_BYTES, n - NONCE_BYTES,
                             (const unsigned char *)about, (unsigned long long)n_about, sealed,
                             key->bytes) == 0;
    is_good =
        is_good && sodium_unpad(&length, plain, (size_t)n_plain, PAD) == 0 && length < room;
    if (is_good) {
        memcpy(out, plain, length);
        out[length] = '\0';
    }
    sodium_memzero(plain, sizeof plain);
    return is_good;
}

/* ---- the key file ---- */

void identity_key_make(struct identity_key *out)
{
    randombytes_buf(out->bytes, sizeof out->bytes);
}

/* A key beside the lock is none: the folder, or anything below it, is refused. */
enum yk_status identity_key_refuse_inside(const char *store_folder, const char *key_path,
                                          struct failure *why)
{
    struct text folder;
    char store[PATH_MAX], key[PATH_MAX];
    const char *slash = strrchr(key_path, '/');
    text_init(&folder);
    if (slash == NULL) {
        text_add(&folder, ".");
    } else {
        text_add_n(&folder, key_path, slash == key_path ? 1 : (size_t)(slash - key_path));
    }
    enum yk_status status = text_status(&folder, why);
    if (status == YK_OK && realpath(text_string(&folder), key) == NULL) {
        status = failure_set_errno(why, errno, "opening %s", text_string(&folder));
    }
    if (status == YK_OK && realpath(store_folder, store) == NULL) {
        status = failure_set_errno(why, errno, "opening %s", store_folder);
    }
    size_t n = status == YK_OK ? strlen(store) : 0;
    if (status == YK_OK && strncmp(key, store, n) == 0 && (key[n] == '/' || key[n] == '\0')) {
        status =
            failure_set(why, YK_ERR_CONFLICT,
                        "the key may not lie in the store: choose another place, best on a "
                        "medium that is kept apart");
    }
    text_release(&folder);
    return status;
}

enum yk_status identity_key_write(const char *path, const struct identity_key *key,
                                  struct failure *why)
{
    char line[sizeof KEY_MARK + BASE64(IDENTITY_KEY_BYTES) + 1],
        base64[BASE64(IDENTITY_KEY_BYTES)];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return failure_set_errno(why, errno, "making the key file %s", path);
    }
    sodium_bin2base64(base64, sizeof base64, key->bytes, sizeof key->bytes,
                      sodium_base64_VARIANT_ORIGINAL);
    int n = snprintf(line, sizeof line, KEY_MARK "%s\n", base64);
    enum yk_status status = disk_write(fd, line, (size_t)n, path, why);
    if (status == YK_OK && fsync(fd) != 0) {
        status = failure_set_errno(why, errno, "writing %s", path);
    }
    close(fd);
    sodium_memzero(line, sizeof line);
    sodium_memzero(base64, sizeof base64);
    if (status == YK_OK) {
        status = disk_sync_parent(path, why);
    }
    if (status != YK_OK) {
        disk_remove(path, NULL);
    }
    return status;
}

enum yk_status identity_key_read(const char *path, struct identity_key *out,
                                 struct failure *why)
{
    char line[256] = "";
    struct stat s;
    size_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &s) != 0) {
        int reason = errno;
        if (fd >= 0) {
            close(fd);
        }
        return failure_set_errno(why, reason, "opening the key file %s", path);
    }
    ssize_t got = read(fd, line, sizeof line - 1);
    close(fd);
    if ((s.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return failure_set(why, YK_ERR_ACCESS,
                           "others may read the key file %s; mend that first: chmod 600 %s",
                           path, path);
    }
    size_t mark = strlen(KEY_MARK);
    line[got > 0 ? (size_t)got : 0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    bool is_key =
        strncmp(line, KEY_MARK, mark) == 0 &&
        sodium_base642bin(out->bytes, sizeof out->bytes, line + mark, strlen(line + mark), NULL,
                          &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
        n == sizeof out->bytes;
    sodium_memzero(line, sizeof line);
    return is_key ? YK_OK
                  : failure_set(why, YK_ERR_CORRUPT,
                                "%s is no key made by: yoake identity init", path);
}
