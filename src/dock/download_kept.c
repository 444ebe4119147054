/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is what is kept, a part or an original, the beginning of what the device holds now? Header,
 * last 64 KiB and eight places between are compared (docs/devices/dock.md says how much that
 * tells).
 */
#include <stdio.h>
#include <string.h>

#include "src/base/disk.h"
#include "src/dock/download_parts.h"

#define TAIL_BYTES ((size_t)64 * 1024)
#define SPOTS 8

enum yk_status downloading_ask(struct downloading *self, uint64_t pos, void *at, size_t n,
                               struct failure *why)
{
    if (self->device->ops->reread != NULL) {
        return self->device->ops->reread(self->device, pos, at, n, why);
    }
    return byte_source_read_exactly(self->source, pos, at, n, why);
}

typedef enum yk_status (*kept_reader)(void *user, uint64_t pos, void *at, size_t n,
                                      struct failure *why);

static enum yk_status read_part(void *user, uint64_t pos, void *at, size_t n,
                                struct failure *why)
{
    return part_file_read(user, pos, at, n, why);
}

static enum yk_status read_original(void *user, uint64_t pos, void *at, size_t n,
                                    struct failure *why)
{
    return byte_source_read_exactly(user, pos, at, n, why);
}

/* Two good sectors that differ, or bytes outside sectors, are not of one recording. A sector
 * that one of the two readings did not get right proves nothing, for or against. */
static void weigh(struct downloading *self, const uint8_t *kept, const uint8_t *now, size_t n,
                  bool *fits)
{
    struct cwa_sector sector;
    for (size_t i = 0; i < n; i += CWA_SECTOR_BYTES) {
        size_t length = n - i < CWA_SECTOR_BYTES ? n - i : CWA_SECTOR_BYTES;
        if (memcmp(kept + i, now + i, length) == 0) {
            self->n_alike++;
            continue;
        }
        self->n_unlike++;
        if (length < CWA_SECTOR_BYTES || (cwa_sector_check(kept + i, &sector) == CWA_GOOD) ==
                                             (cwa_sector_check(now + i, &sector) == CWA_GOOD)) {
            *fits = false;
        }
    }
}

/* Into self->other. What the PC's disk does not give back fits nothing. */
static enum yk_status read_kept(struct downloading *self, kept_reader kept, void *user,
                                uint64_t pos, size_t n, bool *fits, struct failure *why)
{
    enum yk_status status = kept(user, pos, self->other, n, why);
    *fits = status == YK_OK;
    return status == YK_ERR_IO || status == YK_ERR_CORRUPT ? YK_OK : status;
}

static enum yk_status compare_at(struct downloading *self, kept_reader kept, void *user,
                                 uint64_t pos, size_t n, bool *fits, struct failure *why)
{
    enum yk_status status = read_kept(self, kept, user, pos, n, fits, why);
    if (status == YK_OK && *fits) {
        status = downloading_ask(self, pos, self->chunk, n, why);
    }
    if (status == YK_OK && *fits) {
        weigh(self, self->other, self->chunk, n, fits);
    }
    return status;
}

/* Header, the end, and places between; length > 0. */
static enum yk_status compare_with_device(struct downloading *self, kept_reader kept,
                                          void *user, uint64_t length, bool *fits,
                                          struct failure *why)
{
    size_t header = length < self->header_n ? (size_t)length : self->header_n;
    enum yk_status status = read_kept(self, kept, user, 0, header, fits, why);
    *fits = *fits && memcmp(self->other, self->header, header) == 0;
    self->n_alike = self->n_unlike = 0;
    uint64_t sectors = length / CWA_SECTOR_BYTES;
    uint64_t tail = length < TAIL_BYTES ? length : TAIL_BYTES;
    tail -= (length - tail) % CWA_SECTOR_BYTES; /* begins at a sector */
    if (tail > length || tail == 0) {
        tail = length;
    }
    if (status == YK_OK && *fits) {
        status = compare_at(self, kept, user, length - tail, (size_t)tail, fits, why);
    }
    for (uint64_t i = 1; i <= SPOTS && sectors > 4 * SPOTS && status == YK_OK && *fits; i++) {
        uint64_t at = sectors * i / (SPOTS + 1) * CWA_SECTOR_BYTES;
        status = compare_at(self, kept, user, at, CWA_SECTOR_BYTES, fits, why);
    }
    *fits =
        *fits && self->n_alike > 0; /* a device that gives garbage everywhere proves nothing */
    return status;
}

/* ---- going on ---- */

enum yk_status downloading_resume(struct downloading *self, bool *fits, struct failure *why)
{
    uint8_t *first = self->other, *last = self->other + CWA_SECTOR_BYTES;
    uint64_t length = self->note.length;
    enum yk_status status =
        compare_with_device(self, read_part, &self->part, length, fits, why);
    if (status != YK_OK || !*fits) {
        return status;
    }
    status = part_file_continue(&self->part, &self->note, self->plan->on_bytes,
                                self->plan->user, self->job, why);
    if (status == YK_ERR_CORRUPT || status == YK_ERR_IO) { /* the disk lost it; the device did
                                                              not */
        log_warn(self->job != NULL ? self->job->log : NULL, "dock: %s; reading it again",
                 why != NULL ? why->text : "a part is damaged");
        self->note.length = 0;
        return part_file_restart(&self->part, why);
    }
    uint64_t at = self->sectors.counts.has_header ? CWA_HEADER_BYTES : 0;
    if (status == YK_OK && length >= at + CWA_SECTOR_BYTES) {
        status = part_file_read(&self->part, at, first, CWA_SECTOR_BYTES, why);
        if (status == YK_OK) {
            status =
                part_file_read(&self->part, (length / CWA_SECTOR_BYTES - 1) * CWA_SECTOR_BYTES,
                               last, CWA_SECTOR_BYTES, why);
        }
        if (status == YK_OK) {
            sectors_resume(&self->sectors, &self->note.counts, first, last);
            self->result.resumed_from = length;
        }
    }
    return status;
}

/* The original that the note speaks of, when the archive has it whole. */
static struct byte_source *find_original(struct downloading *self, struct archived *out)
{
    char hash[DIGEST_HEX];
    struct text path;
    struct byte_source *original = NULL;
    struct archived found = {.was_there = true};
    text_init(&path);
    if (archive_find(self->plan->archive, self->note.sha256, found.name, NULL) == YK_OK &&
        disk_join(self->plan->archive, found.name, &path, NULL) == YK_OK &&
        archive_hash(text_string(&path), hash, &found.bytes, self->job, NULL) == YK_OK &&
        strcmp(hash, self->note.sha256) == 0 && found.bytes == self->source->size &&
        found.bytes > CWA_HEADER_BYTES + CWA_SECTOR_BYTES &&
        file_source_open(text_string(&path), &original, NULL) == YK_OK) {
        snprintf(found.sha256, sizeof found.sha256, "%s", hash);
        snprintf(found.suffix, sizeof found.suffix, "%.15s", found.name + DIGEST_HEX);
        *out = found;
    }
    text_release(&path);
    return original;
}

enum yk_status downloading_recognise(struct downloading *self, bool *is_there,
                                     struct failure *why)
{
    uint8_t *first = self->other, *last = self->other + CWA_SECTOR_BYTES;
    struct byte_source *original = find_original(self, &self->result.archived);
    if (original == NULL) {
        return YK_OK;
    }
    uint64_t end = original->size / CWA_SECTOR_BYTES * CWA_SECTOR_BYTES;
    enum yk_status status =
        compare_with_device(self, read_original, original, original->size, is_there, why);
    /* "The recorder holds the same" is said of equal bytes only; otherwise it is read again. */
    *is_there = *is_there && self->n_unlike == 0;
    if (status == YK_OK && *is_there) {
        status = read_original(original, CWA_HEADER_BYTES, first, CWA_SECTOR_BYTES, why);
    }
    if (status == YK_OK && *is_there) {
        status = read_original(original, end - CWA_SECTOR_BYTES, last, CWA_SECTOR_BYTES, why);
    }
    if (status == YK_OK && *is_there) {
        sectors_resume(&self->sectors, &self->note.counts, first, last);
        self->result.resumed_from = original->size;
    } else {
        *is_there = false;
    }
    byte_source_close(original);
    return status;
}
