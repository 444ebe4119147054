/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The download. Reading, hashing, syncing and reading back go on piece by piece while the
 * device sends, so that nothing but the last piece is left to do when the last byte is there.
 *
 * After docs/hardware-checklist.md: a recorder's file cannot change while it is docked, because
 * it records only when it is unplugged; that is why a part may be continued.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/dock/download_parts.h"

#define PIECE_BYTES ((uint64_t)8 * 1024 * 1024)
#define REPORT_NS (NS_PER_S / 10)

enum { READ_TRIES = 3, HEADER_TRIES = 5, UNREADABLE_RUN_MAX = 64, TIMEOUTS_MAX = 3 };

static bool ends_download(enum yk_status status)
{
    return status == YK_ERR_NO_DEVICE || status == YK_ERR_CANCELLED ||
           status == YK_ERR_MEMORY || status == YK_ERR_ACCESS;
}

/* ---- progress ---- */

static void report(struct downloading *self, enum download_stage stage, uint64_t done)
{
    int64_t now = clock_monotonic_ns();
    uint64_t total = self->source->size;
    if (stage == DOWNLOAD_READING && now - self->mark_ns >= NS_PER_S) {
        double fresh = (double)(done - self->mark_bytes) * 1e9 / (double)(now - self->mark_ns);
        self->per_s = isnan(self->per_s) ? fresh : 0.7 * self->per_s + 0.3 * fresh;
        self->mark_ns = now;
        self->mark_bytes = done;
    }
    if (self->plan->on_progress == NULL ||
        (now - self->report_ns < REPORT_NS && done != total)) {
        return;
    }
    self->report_ns = now;
    struct download_progress progress = {.stage = stage,
                                         .done = done,
                                         .total = total,
                                         .bytes_per_s = self->per_s,
                                         .part = text_string(&self->part.path)};
    progress.left_s = self->per_s > 0 ? (double)(total - done) / self->per_s : (double)NAN;
    self->plan->on_progress(self->plan->user, &progress);
}

/* ---- asking the device ---- */

/* The header has no checksum: it counts when it comes twice the same. */
static enum yk_status prove_header(struct downloading *self, struct failure *why)
{
    uint8_t again[CWA_HEADER_BYTES];
    self->header_n =
        self->source->size < CWA_HEADER_BYTES ? (size_t)self->source->size : CWA_HEADER_BYTES;
    enum yk_status status =
        byte_source_read_exactly(self->source, 0, self->header, self->header_n, why);
    for (int i = 0; i < HEADER_TRIES && (status == YK_OK || !ends_download(status)); i++) {
        status = downloading_ask(self, 0, again, self->header_n, why);
        if (status == YK_OK && memcmp(again, self->header, self->header_n) == 0) {
            return YK_OK;
        }
        if (status == YK_OK) {
            memcpy(self->header, again, self->header_n);
        }
    }
    return status != YK_OK
               ? status
               : failure_set(why, YK_ERR_CORRUPT,
                             "the header of the recording is different each time it "
                             "is read; unplug the recorder, and plug it in again");
}

/* A chunk that cannot be read at once, sector by sector; what gives nothing stays zero, and
 * sectors_check() asks for it once more and counts it. */
static enum yk_status read_by_sector(struct downloading *self, uint64_t pos, size_t n,
                                     struct failure *why)
{
    unsigned run = 0, timeouts = 0;
    memset(self->chunk, 0, n);
    for (size_t i = 0; i < n; i += CWA_SECTOR_BYTES) {
        size_t want = n - i < CWA_SECTOR_BYTES ? n - i : CWA_SECTOR_BYTES;
        enum yk_status status = downloading_ask(self, pos + i, self->chunk + i, want, why);
        if (status != YK_OK && job_is_cancelled(self->job)) {
            return failure_set(why, YK_ERR_CANCELLED, "stopped while reading");
        }
        if (status != YK_OK) {
            memset(self->chunk + i, 0, want); /* whatever half an answer left there */
        }
        timeouts += status == YK_ERR_TIMEOUT;
        run = status == YK_OK ? 0 : run + 1;
        if (ends_download(status) || timeouts >= TIMEOUTS_MAX || run > UNREADABLE_RUN_MAX) {
            return status;
        }
    }
    return YK_OK;
}

static enum yk_status read_chunk(struct downloading *self, uint64_t pos, size_t want,
                                 struct failure *why)
{
    enum yk_status status = YK_OK;
    for (int i = 0; i < READ_TRIES; i++) {
        status = byte_source_read_exactly(self->source, pos, self->chunk, want, why);
        if (status == YK_OK || ends_download(status)) {
            return status;
        }
    }
    return self->device->ops->reread != NULL ? read_by_sector(self, pos, want, why) : status;
}

/* ---- beginning ---- */

static void fill_owner(const struct downloading *self, struct part_owner *out)
{
    const struct dock_identity *identity = self->plan->identity;
    *out = (struct part_owner){.size = self->source->size,
                               .last_changed_ns = self->plan->health != NULL
                                                      ? self->plan->health->last_changed_ns
                                                      : TIME_UNKNOWN};
    snprintf(out->model, sizeof out->model, "%s", identity->model);
    snprintf(out->serial, sizeof out->serial, "%s", identity->serial);
    digest_of_memory(self->header, self->header_n, out->header_sha256);
}

static enum yk_status set_aside(struct downloading *self, struct failure *why)
{
    struct text kept;
    text_init(&kept);
    enum yk_status status = part_file_set_aside(&self->part, self->note.length, &kept, why);
    if (status == YK_OK && self->job != NULL) {
        log_warn(self->job->log, "dock: an older part does not fit and is kept as %s",
                 text_string(&kept));
    }
    self->note.length = 0;
    text_release(&kept);
    return status == YK_OK ? part_file_restart(&self->part, why) : status;
}

static enum yk_status begin(struct downloading *self, bool *is_there, struct failure *why)
{
    struct part_owner owner;
    fill_owner(self, &owner);
    enum yk_status status =
        part_file_open(&self->part, self->plan->parts, &owner, &self->note, why);
    if (status == YK_OK && self->part.fd < 0) {
        if (self->note.is_verified) {
            status = downloading_recognise(self, is_there, why);
        } else { /* another reading may be a better one */
            memcpy(self->result.replaces, self->note.sha256, DIGEST_HEX);
        }
        if (*is_there || status != YK_OK) {
            return status;
        }
        status = part_file_forget(&self->part, why);
        part_file_release(&self->part);
        if (status != YK_OK) {
            return status;
        }
        status = part_file_open(&self->part, self->plan->parts, &owner, &self->note, why);
    }
    if (status != YK_OK) {
        return status;
    }
    bool fits = part_owner_is_same(&self->note.owner, &owner);
    if (self->note.length == 0) {
        return part_file_restart(&self->part, why);
    }
    if (fits) {
        report(self, DOWNLOAD_RESUMING, self->note.length);
        status = downloading_resume(self, &fits, why);
    }
    return status == YK_OK && !fits ? set_aside(self, why) : status;
}

/* ---- the bytes ---- */

static enum yk_status settle(struct downloading *self, struct failure *why)
{
    self->note.counts = self->sectors.counts;
    return part_file_settle(&self->part, &self->note, why);
}

static enum yk_status take_chunk(struct downloading *self, size_t want, struct failure *why)
{
    uint64_t pos = self->part.length;
    enum yk_status status = job_is_cancelled(self->job)
                                ? failure_set(why, YK_ERR_CANCELLED, "stopped while reading")
                                : read_chunk(self, pos, want, why);
    if (status == YK_OK && pos < self->header_n) {
        size_t n = self->header_n - (size_t)pos < want ? self->header_n - (size_t)pos : want;
        if (self->sectors.counts.has_header) {
            memcpy(self->chunk, self->header + pos, n); /* the one that came twice */
        }
    }
    if (status == YK_OK) {
        status =
            sectors_check(&self->sectors, self->device, pos, self->chunk, want, self->job, why);
    }
    if (status != YK_OK) {
        struct failure ignored;
        settle(self, &ignored); /* what came so far need not come again */
        return status;
    }
    status = part_file_add(&self->part, self->chunk, want, why);
    if (status == YK_OK && self->plan->on_bytes != NULL) {
        self->plan->on_bytes(self->plan->user, pos, self->chunk, want);
    }
    if (status == YK_OK && self->part.length - self->part.settled >= self->piece_bytes) {
        status = settle(self, why);
    }
    return status;
}

/* Other recorders' files have no sums that are known here. What they give is proved by giving
 * it again; 512 bytes that differ are unstable. */
static enum yk_status read_again(struct downloading *self, struct failure *why)
{
    enum yk_status status = YK_OK;
    uint64_t size = self->part.length;
    for (uint64_t pos = 0; status == YK_OK && pos < size && !self->sectors.is_cwa;) {
        size_t n = size - pos < CHUNK_BYTES ? (size_t)(size - pos) : CHUNK_BYTES;
        status = job_is_cancelled(self->job)
                     ? failure_set(why, YK_ERR_CANCELLED, "stopped while reading again")
                     : downloading_ask(self, pos, self->other, n, why);
        if (status == YK_OK) {
            status = part_file_read(&self->part, pos, self->chunk, n, why);
        }
        for (size_t i = 0; i < n && status == YK_OK; i += CWA_SECTOR_BYTES) {
            size_t length = n - i < CWA_SECTOR_BYTES ? n - i : CWA_SECTOR_BYTES;
            bool is_same = memcmp(self->other + i, self->chunk + i, length) == 0;
            self->sectors.counts.n_unstable += !is_same;
        }
        pos += n;
        report(self, DOWNLOAD_CHECKING, pos);
    }
    return status;
}

static enum yk_status take_all(struct downloading *self, struct failure *why)
{
    enum yk_status status = YK_OK;
    uint64_t size = self->source->size;
    self->mark_bytes = self->part.length;
    self->mark_ns = clock_monotonic_ns();
    while (status == YK_OK && self->part.length < size) {
        uint64_t left = size - self->part.length;
        uint64_t to_settle = self->part.settled + self->piece_bytes - self->part.length;
        uint64_t want = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        want = to_settle < want ? to_settle : want;
        status = take_chunk(self, (size_t)want, why);
        report(self, DOWNLOAD_READING, self->part.length);
    }
    if (status == YK_OK) {
        report(self, DOWNLOAD_CHECKING, size);
        status = settle(self, why);
    }
    return status == YK_OK ? read_again(self, why) : status;
}

/* ---- the end ---- */

/* Parts that were put aside and turn out to be a beginning of this recording are of no use any
 * more; others stay. */
static enum yk_status look_at_kept(struct downloading *self, struct failure *why)
{
    struct text path, original;
    text_init(&path);
    text_init(&original);
    enum yk_status status =
        disk_join(self->plan->archive, self->result.archived.name, &original, why);
    for (int n = 1; status == YK_OK; n++) {
        char hash[DIGEST_HEX], begins[DIGEST_HEX];
        uint64_t bytes = 0;
        struct byte_source *source = NULL;
        text_clear(&path);
        text_add_n(&path, text_string(&self->part.path),
                   self->part.path.length - strlen(DISK_PART));
        text_addf(&path, ".kept-%d", n);
        status = text_status(&path, why);
        if (status != YK_OK || !disk_is_file(text_string(&path))) {
            break;
        }
        status = archive_hash(text_string(&path), hash, &bytes, self->job, why);
        if (status == YK_OK) {
            status = file_source_open(text_string(&original), &source, why);
        }
        if (status == YK_OK) {
            status = digest_of_front(source, bytes < source->size ? bytes : source->size,
                                     self->job, begins, why);
        }
        byte_source_close(source);
        if (status == YK_OK && strcmp(hash, begins) == 0) {
            status = disk_remove(text_string(&path), why);
        } else {
            self->result.has_kept_part = true;
        }
    }
    text_release(&path);
    text_release(&original);
    return status;
}

static enum yk_status finish(struct downloading *self, struct failure *why)
{
    const struct download_counts *counts = &self->sectors.counts;
    self->note.counts = *counts;
    self->note.is_verified = counts->n_unstable == 0 && counts->n_unreadable == 0;
    const char *suffix = self->plan->suffix != NULL ? self->plan->suffix : "cwa";
    enum yk_status status =
        part_file_publish(&self->part, self->plan->archive, suffix, &self->note,
                          &self->result.archived, self->job, why);
    if (status == YK_OK) {
        struct failure ignored; /* the recording is safe; kept parts can wait */
        look_at_kept(self, &ignored);
    }
    return status;
}

static enum yk_status open_all(struct downloading *self, struct failure *why)
{
    enum yk_status status = self->device->ops->open_recording(self->device, &self->source,
                                                              &self->result.found_beyond, why);
    if (status != YK_OK) {
        return status;
    }
    self->chunk = mem_alloc(CHUNK_BYTES, 1);
    self->other = mem_alloc(CHUNK_BYTES, 1);
    if (self->chunk == NULL || self->other == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to copy a recording");
    }
    status = prove_header(self, why);
    if (status == YK_OK) {
        size_t n = self->source->size < CHUNK_BYTES ? (size_t)self->source->size : CHUNK_BYTES;
        struct cwa_header header;
        bool has_header =
            self->header_n == CWA_HEADER_BYTES && cwa_header_get(self->header, &header);
        if (self->source->size <= (has_header ? CWA_HEADER_BYTES : 0)) {
            return failure_set(why, YK_ERR_TOO_LITTLE, "the recorder holds no recording");
        }
        if (!has_header) {
            status = byte_source_read_exactly(self->source, 0, self->chunk, n, why);
        } else {
            memcpy(self->chunk, self->header, self->header_n);
            n = self->header_n;
            self->result.session = header.session_id;
        }
        if (status == YK_OK) {
            sectors_begin(&self->sectors, self->chunk, n);
        }
    }
    return status;
}

static void close_all(struct downloading *self)
{
    byte_source_close(self->source);
    part_file_release(&self->part);
    mem_free(self->chunk);
    mem_free(self->other);
}

enum yk_status download_run(const struct download_plan *plan, struct download_result *out,
                            struct job *job, struct failure *why)
{
    struct failure unwanted;
    struct downloading self = {.plan = plan,
                               .device = plan->device,
                               .job = job,
                               .per_s = (double)NAN,
                               .start_ns = clock_monotonic_ns()};
    bool is_there = false;
    why = why != NULL ? why : &unwanted;
    self.piece_bytes = plan->piece_bytes > 0 ? plan->piece_bytes : PIECE_BYTES;
    part_file_init(&self.part);
    enum yk_status status = open_all(&self, why);
    if (status == YK_OK) {
        status = begin(&self, &is_there, why);
    }
    if (status == YK_OK && !is_there) {
        status = take_all(&self, why);
        if (status == YK_OK) {
            status = finish(&self, why);
        }
    }
    if (status == YK_OK) {
        struct download_result *result = &self.result;
        result->counts = self.sectors.counts;
        result->bytes = result->archived.bytes;
        result->is_verified =
            is_there ? self.note.is_verified
                     : result->counts.n_unstable == 0 && result->counts.n_unreadable == 0;
        result->first_ns_of_clock = self.sectors.first_ns_of_clock;
        result->last_ns_of_clock = self.sectors.last_ns_of_clock;
        result->flat_axes = sectors_flat_axes(&self.sectors);
        result->seconds = (double)(clock_monotonic_ns() - self.start_ns) / 1e9;
        *out = *result;
    }
    close_all(&self);
    return status;
}
