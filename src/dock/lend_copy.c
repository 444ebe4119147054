/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * May what a recorder holds be erased? Only when one original in the archive equals it byte for
 * byte, read again from the recorder now, and when the bytes compared are those that the
 * original's name, its SHA-256, stands for. No sample is enough: 64 places of a week would show
 * one altered block once in six hundred times. What the dock proved when it read the recorder
 * does not count either, because it may have been elsewhere since.
 *
 * A place that differs is asked for again: flash memory that gives a wrong bit now and then
 * held the archived byte all the same if it gives it once. What stays different makes the dock
 * forget that it knows this recording, so that it is read whole when it is docked again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/mem.h"
#include "src/dock/lend_parts.h"
#include "src/dock/part_file.h"
#include "src/store/archive.h"

#define PIECE_BYTES ((size_t)64 * 1024)
enum { PLACES = 64, PLACE_BYTES = 4096, ASK_AGAIN = 3 };

struct comparing {
    struct lending *lending;
    struct byte_source *device, *original;
    struct digest *digest;  /* of the original's bytes as they were compared */
    uint8_t *held, *copied; /* PIECE_BYTES each */
    uint8_t header[CWA_HEADER_BYTES];
    uint64_t at; /* first byte that differs */
    bool is_same;
};

struct copy {
    char recording[72], sha256[DIGEST_HEX], suffix[ARCHIVE_SUFFIX_BYTES];
};

/* ---- bytes ---- */

/* Sector by sector, what differs is asked of the device again. */
static enum yk_status ask_again(struct comparing *self, uint64_t at, size_t n,
                                struct failure *why)
{
    struct dock_device *device = self->lending->device;
    for (size_t i = 0; i < n; i += CWA_SECTOR_BYTES) {
        size_t length = n - i < CWA_SECTOR_BYTES ? n - i : CWA_SECTOR_BYTES;
        bool is_same = memcmp(self->held + i, self->copied + i, length) == 0;
        for (int k = 0; k < ASK_AGAIN && !is_same && device->ops->reread != NULL; k++) {
            enum yk_status status =
                device->ops->reread(device, at + i, self->held + i, length, why);
            if (status != YK_OK) {
                return status;
            }
            is_same = memcmp(self->held + i, self->copied + i, length) == 0;
        }
        if (!is_same) {
            self->is_same = false;
            self->at = at + i;
            return YK_OK;
        }
    }
    return YK_OK;
}

static enum yk_status compare_at(struct comparing *self, uint64_t at, size_t n,
                                 struct failure *why)
{
    enum yk_status status = byte_source_read_exactly(self->device, at, self->held, n, why);
    if (status == YK_OK) {
        status = byte_source_read_exactly(self->original, at, self->copied, n, why);
    }
    if (status == YK_OK && memcmp(self->held, self->copied, n) != 0) {
        status = ask_again(self, at, n, why);
    }
    return status;
}

/* Header, beginning, end, and places between, a whole number of sectors each. */
static enum yk_status compare_places(struct comparing *self, struct failure *why)
{
    enum yk_status status = YK_OK;
    uint64_t size = self->device->size;
    for (int i = 0; i < PLACES + 2 && self->is_same && status == YK_OK; i++) {
        bool is_edge = i == 0 || i == PLACES + 1;
        size_t n = is_edge ? PIECE_BYTES : PLACE_BYTES;
        n = n < size ? n : (size_t)size;
        uint64_t last = size - n, step = last / (PLACES + 1);
        uint64_t at =
            i == PLACES + 1 ? last : step * (uint64_t)i / CWA_SECTOR_BYTES * CWA_SECTOR_BYTES;
        status = compare_at(self, at, n, why);
    }
    return status;
}

/* Every byte, in order, and the hash of what it was compared with. */
static enum yk_status compare_all(struct comparing *self, char hash[static DIGEST_HEX],
                                  struct failure *why)
{
    struct job *job = self->lending->job;
    uint64_t size = self->device->size;
    enum yk_status status = digest_new(&self->digest, why);
    for (uint64_t at = 0; at < size && self->is_same && status == YK_OK;) {
        size_t n = size - at < PIECE_BYTES ? (size_t)(size - at) : PIECE_BYTES;
        status = job_is_cancelled(job)
                     ? failure_set(why, YK_ERR_CANCELLED, "stopped while comparing")
                     : compare_at(self, at, n, why);
        if (status == YK_OK && self->is_same) {
            digest_add(self->digest, self->copied, n);
            at += n;
            self->lending->out->bytes_compared = at;
        }
        job_progress(job, "comparing", at, size, "bytes");
    }
    if (status == YK_OK && self->is_same) {
        digest_finish(self->digest, hash);
    }
    return status;
}

/* ---- one original ---- */

static enum yk_status original_is_bad(struct lending *self, const struct copy *copy,
                                      struct failure *why)
{
    lending_put(self, 0, copy->recording);
    return lending_refuse(self, LEND_SAYS_archive_bad, YK_ERR_CORRUPT, why);
}

/* Another recording of the same size is told by its header, without reading all of it. */
static enum yk_status compare_with(struct comparing *self, const char *path, bool is_whole,
                                   char hash[static DIGEST_HEX], bool *is_near,
                                   struct failure *why)
{
    uint64_t n = 0;
    enum yk_status status = compare_at(self, 0, CWA_HEADER_BYTES, why);
    memcpy(self->header, self->held, CWA_HEADER_BYTES);
    *is_near = status == YK_OK && self->is_same;
    if (*is_near && is_whole) {
        return compare_all(self, hash, why);
    }
    if (*is_near) {
        status = archive_hash(path, hash, &n, self->lending->job, why);
    }
    return *is_near && status == YK_OK ? compare_places(self, why) : status;
}

static enum yk_status try_original(struct comparing *self, const struct copy *copy,
                                   bool is_whole, bool *is_near, struct failure *why)
{
    struct lending *lending = self->lending;
    struct text path;
    struct failure inner;
    char name[ARCHIVE_NAME_BYTES], hash[DIGEST_HEX] = "";
    text_init(&path);
    snprintf(name, sizeof name, "%s.%s", copy->sha256, copy->suffix);
    self->is_same = true;
    enum yk_status status = store_path(lending->store, STORE_ARCHIVE, name, &path, &inner);
    if (status == YK_OK &&
        (file_source_open(text_string(&path), &self->original, NULL) != YK_OK ||
         self->original->size != self->device->size)) {
        status = original_is_bad(lending, copy, why);
    } else if (status == YK_OK) {
        status = compare_with(self, text_string(&path), is_whole, hash, is_near, &inner);
        bool is_right = hash[0] == '\0' || strcmp(hash, copy->sha256) == 0;
        status = status != YK_OK ? lending_fail(lending, LEND_SAYS_unread, status, &inner, why)
                 : is_right      ? YK_OK
                                 : original_is_bad(lending, copy, why);
    } else {
        status = lending_fail(lending, LEND_SAYS_unread, status, &inner, why);
    }
    digest_free(self->digest);
    byte_source_close(self->original);
    self->digest = NULL;
    self->original = NULL;
    text_release(&path);
    return status;
}

/* ---- all originals of that size ---- */

/* Those that the dock read from this device first, then the newest. */
static enum yk_status open_copies(struct lending *self, uint64_t size, struct db_query **out,
                                  struct failure *why)
{
    return db_query_openv(
        self->store->db, out, why,
        "SELECT r.id, r.sha256, r.suffix, EXISTS (SELECT 1 FROM docking AS d WHERE d.sha256 = "
        "r.sha256 AND d.bytes = r.bytes AND d.device_serial = ?2 AND d.is_verified = 'yes') AS "
        "p "
        "FROM recording AS r WHERE r.bytes = ?1 ORDER BY p DESC, r.archived_ns DESC",
        "it", (int64_t)size, self->out->identity.serial);
}

/* Refused: no original is equal. near: one that begins like it, "" none. */
static enum yk_status say_none(struct comparing *self, const char *near, uint64_t at,
                               struct failure *why)
{
    struct lending *lending = self->lending;
    char where[64];
    if (near[0] == '\0') {
        snprintf(where, sizeof where, "%" PRIu64, self->device->size);
        lending_put(lending, 0, where);
        return lending_refuse(lending, LEND_SAYS_not_saved, YK_ERR_CONFLICT, why);
    }
    struct text parts;
    text_init(&parts);
    if (store_path(lending->store, STORE_DOCK, NULL, &parts, NULL) == YK_OK) {
        part_file_forget_known(text_string(&parts), &lending->out->identity, self->header);
    }
    text_release(&parts);
    snprintf(where, sizeof where, "byte %" PRIu64, at);
    lending_put(lending, 0, near);
    lending_put(lending, 1, where);
    return lending_refuse(lending, LEND_SAYS_differs, YK_ERR_CONFLICT, why);
}

static enum yk_status find_equal(struct comparing *self, bool is_whole, struct failure *why)
{
    struct lending *lending = self->lending;
    struct db_query *query = NULL;
    struct failure inner;
    char near[sizeof((struct copy *)NULL)->recording] = "";
    uint64_t near_at = 0;
    enum yk_status tried = YK_OK;
    enum yk_status status = open_copies(lending, self->device->size, &query, &inner);
    while (tried == YK_OK && !self->is_same && db_step(query, &status, &inner)) {
        struct copy copy = {.recording = ""};
        bool is_near = false;
        db_copy(query, 0, copy.recording, sizeof copy.recording);
        db_copy(query, 1, copy.sha256, sizeof copy.sha256);
        db_copy(query, 2, copy.suffix, sizeof copy.suffix);
        tried = try_original(self, &copy, is_whole, &is_near, why);
        if (tried == YK_OK && self->is_same) {
            memcpy(lending->out->recording, copy.recording, sizeof copy.recording);
        } else if (is_near) {
            memcpy(near, copy.recording, sizeof near);
            near_at = self->at;
        }
    }
    db_query_close(query);
    if (status != YK_OK) {
        return lending_fail(lending, LEND_SAYS_unread, status, &inner, why);
    }
    if (tried != YK_OK) {
        lending->out->recording[0] = '\0';
        return tried;
    }
    return self->is_same ? YK_OK : say_none(self, near, near_at, why);
}

static enum yk_status compare_with_archive(struct lending *self, bool is_whole,
                                           struct failure *why)
{
    struct comparing comparing = {.lending = self};
    struct failure inner;
    uint64_t beyond = 0;
    lending_step(self, is_whole ? LEND_COMPARING : LEND_LOOKING);
    self->out->bytes_compared = 0;
    enum yk_status status =
        self->device->ops->open_recording(self->device, &comparing.device, &beyond, &inner);
    if (status == YK_ERR_TOO_LITTLE) {
        return YK_OK;
    }
    if (status != YK_OK) {
        return lending_fail(self, LEND_SAYS_unread, status, &inner, why);
    }
    self->out->bytes = comparing.device->size;
    if (comparing.device->size > CWA_HEADER_BYTES) { /* else: set up and never started */
        uint8_t *room = mem_alloc(2, PIECE_BYTES);
        comparing.held = room;
        comparing.copied = room != NULL ? room + PIECE_BYTES : NULL;
        status = room != NULL ? find_equal(&comparing, is_whole, why)
                              : failure_set(why, YK_ERR_MEMORY, "no memory to compare copies");
        mem_free(room);
    }
    byte_source_close(comparing.device);
    return status;
}

enum yk_status lending_look_for_copy(struct lending *self, struct failure *why)
{
    return compare_with_archive(self, false, why);
}

enum yk_status lending_prove_copy(struct lending *self, struct failure *why)
{
    return compare_with_archive(self, true, why);
}
