/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The recording as a byte source. Whoever reads it from front to end gets each chunk while the
 * next is already on its way from the device: two buffers, one command in flight.
 *
 * A place that the disk refuses ends the chunk before it, so that what is readable is read; the
 * refusal itself comes when that place is asked for.
 */
#include "drivers/axivity_flight.h"

#include <inttypes.h>
#include <string.h>

#include "src/base/mem.h"

#define READY_MS 5000
#define SENSE_MEDIUM 3

static enum yk_status cut_off(const struct axivity_source *self, uint64_t at,
                              struct failure *why)
{
    return failure_set_at(why, YK_ERR_CORRUPT, (int64_t)at,
                          "%s: the recorder's file table ends at byte %" PRIu64, self->name,
                          at);
}

/* ---- reading ---- */

/* Reads block by block as far as the disk lets; a chunk with at least the first one. */
static enum yk_status read_up_to_fault(struct axivity_source *self, uint64_t block,
                                       size_t count, size_t *n_read, struct failure *why)
{
    struct scsi *disk = &self->device->disk;
    enum yk_status status = YK_OK;
    size_t i = 0;
    for (; i < count; i++) {
        status = scsi_read(disk, block + i, 1, self->now.data + i * SCSI_BLOCK_BYTES, why);
        if (status != YK_OK) {
            break;
        }
    }
    *n_read = i;
    return i > 0 && status == YK_ERR_IO ? YK_OK : status;
}

static enum yk_status read_now(struct axivity_source *self, uint64_t at, struct failure *why)
{
    struct scsi *disk = &self->device->disk;
    uint64_t block = 0;
    size_t count = 0;
    self->now.n = 0;
    if (!axivity_flight_plan(self, at, &block, &count)) {
        return cut_off(self, at, why);
    }
    enum yk_status status = scsi_read(disk, block, count, self->now.data, why);
    if (status == YK_ERR_IO && disk->sense_key == SENSE_MEDIUM && count > 1) {
        status = read_up_to_fault(self, block, count, &count, why);
    }
    if (status != YK_OK) {
        if (why != NULL) { /* the file's byte, not the disk's */
            why->offset = (int64_t)at;
        }
        return status;
    }
    self->now.at = at;
    self->now.n = axivity_flight_bytes(self, at, count);
    return YK_OK;
}

static bool holds(const struct axivity_chunk *chunk, uint64_t pos)
{
    return chunk->n > 0 && pos >= chunk->at && pos - chunk->at < chunk->n;
}

/* Makes `now` hold byte pos, and sends for what follows when reading goes forward. */
static enum yk_status load(struct axivity_source *self, uint64_t pos, struct failure *why)
{
    uint64_t at = pos - pos % SCSI_BLOCK_BYTES;
    bool is_onward = at == 0 || at == self->now.at + self->now.n;
    axivity_flight_land(self);
    if (holds(&self->next, pos)) {
        struct axivity_chunk old = self->now;
        self->now = self->next;
        self->next = old;
        self->next.n = 0;
    } else {
        enum yk_status status = YK_OK;
        if (self->has_failed && self->next.at == at && self->failed_status != YK_ERR_IO) {
            self->has_failed = false; /* it was tried three times; another call tries again */
            status = self->failed_status;
            if (why != NULL) {
                *why = self->failed_why;
                why->offset = (int64_t)at;
            }
        } else {
            status = read_now(self, at, why);
        }
        if (status != YK_OK) {
            return status;
        }
    }
    if (is_onward) {
        axivity_flight_launch(self, self->now.at + self->now.n);
    }
    return YK_OK;
}

static enum yk_status source_read_at(struct byte_source *base, uint64_t pos, void *dst,
                                     size_t want, size_t *got, struct failure *why)
{
    struct axivity_source *self = (struct axivity_source *)base;
    uint8_t *out = dst;
    size_t done = 0;
    enum yk_status status = YK_OK;
    pthread_mutex_lock(&self->device->lock);
    while (done < want && pos + done < base->size && status == YK_OK) {
        uint64_t at = pos + done;
        if (!holds(&self->now, at)) {
            status = load(self, at, why);
        }
        if (status == YK_OK) {
            size_t from = (size_t)(at - self->now.at);
            size_t n = self->now.n - from < want - done ? self->now.n - from : want - done;
            memcpy(out + done, self->now.data + from, n);
            done += n;
        }
    }
    pthread_mutex_unlock(&self->device->lock);
    if (status == YK_OK) {
        *got = done;
    }
    return status;
}

static void release(struct axivity_source *self)
{
    fat_chain_release(&self->map.chain);
    mem_free(self->now.data);
    mem_free(self->next.data);
    mem_free(self);
}

static void source_close(struct byte_source *base)
{
    struct axivity_source *self = (struct axivity_source *)base;
    pthread_mutex_t *lock = &self->device->lock;
    pthread_mutex_lock(lock);
    if (self->device->source == self) {
        if (self->is_flying) {
            scsi_abandon(&self->device->disk);
        }
        self->device->source = NULL;
    }
    release(self);
    pthread_mutex_unlock(lock);
}

static const struct byte_source_ops SOURCE_OPS = {source_read_at, source_close};

enum yk_status axivity_open_recording(struct axivity *self, struct byte_source **out,
                                      uint64_t *found_beyond, struct failure *why)
{
    if (self->source != NULL) {
        return failure_set(why, YK_ERR_BUSY, "the recording is being read already");
    }
    enum yk_status status = axivity_mount(self, READY_MS, why);
    struct axivity_source *source = mem_alloc(1, sizeof *source);
    if (source != NULL) {
        source->now.data = mem_alloc_lines(AXIVITY_CHUNK_BYTES, 1);
        source->next.data = mem_alloc_lines(AXIVITY_CHUNK_BYTES, 1);
    }
    if (source == NULL || source->now.data == NULL || source->next.data == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "out of memory reading the recorder");
    }
    if (status == YK_OK) {
        status = axivity_map(self, &source->map, why);
    }
    if (status != YK_OK) {
        if (source != NULL) {
            release(source);
        }
        return status;
    }
    source->device = self;
    memcpy(source->name, "CWA-DATA.CWA", sizeof "CWA-DATA.CWA");
    source->base = (struct byte_source){
        .ops = &SOURCE_OPS,
        .size = source->map.size,
        .name = source->name,
        .damage = source->map.is_guessed
                      ? "the recorder's file table is damaged; the data was followed by its "
                        "own numbers"
                      : NULL,
    };
    if (source->map.found_beyond > 0) {
        log_info(axivity_log(self),
                 "axivity: %s: %" PRIu64 " bytes found beyond the recorded size",
                 self->port->listing.place, source->map.found_beyond);
    }
    self->source = source;
    self->is_end_unread = source->map.is_end_unread;
    *found_beyond = source->map.found_beyond;
    *out = &source->base;
    return YK_OK;
}

enum yk_status axivity_reread(struct axivity *self, uint64_t pos, void *dst, size_t bytes,
                              struct failure *why)
{
    struct axivity_source *source = self->source;
    uint8_t *out = dst;
    uint8_t block_data[SCSI_BLOCK_BYTES] = {0};
    if (source == NULL || pos > source->base.size || bytes > source->base.size - pos) {
        return failure_set(why, YK_ERR_ARGUMENT, "no recording is open at byte %" PRIu64, pos);
    }
    axivity_settle(self);
    for (size_t done = 0; done < bytes;) {
        uint64_t block = 0;
        size_t count = 0, from = (size_t)((pos + done) % SCSI_BLOCK_BYTES);
        if (!axivity_flight_plan(source, pos + done, &block, &count)) {
            return cut_off(source, pos + done, why);
        }
        bool is_whole = from == 0 && bytes - done >= SCSI_BLOCK_BYTES;
        size_t whole = (bytes - done) / SCSI_BLOCK_BYTES;
        count = !is_whole ? 1 : count < whole ? count : whole;
        enum yk_status status =
            scsi_read(&self->disk, block, count, is_whole ? out + done : block_data, why);
        if (status != YK_OK) {
            if (why != NULL) {
                why->offset = (int64_t)(pos + done);
            }
            return status;
        }
        size_t n = is_whole ? count * SCSI_BLOCK_BYTES : SCSI_BLOCK_BYTES - from;
        n = n < bytes - done ? n : bytes - done;
        if (!is_whole) {
            memcpy(out + done, block_data + from, n);
        }
        done += n;
    }
    return YK_OK;
}
