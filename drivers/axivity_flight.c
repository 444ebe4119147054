/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One read on its way from the disk, ahead of who reads the recording. Any other command to the
 * disk has to let it land first.
 */
#include "drivers/axivity_flight.h"

bool axivity_flight_plan(const struct axivity_source *self, uint64_t at, uint64_t *block,
                         size_t *count)
{
    uint64_t following = 0;
    if (at >= self->base.size || !fat_chain_at(&self->map.chain, at, block, &following)) {
        return false;
    }
    uint64_t want = (self->base.size - at + SCSI_BLOCK_BYTES - 1) / SCSI_BLOCK_BYTES;
    uint64_t n = following + 1 < want ? following + 1 : want;
    *count = n < AXIVITY_CHUNK_BLOCKS ? (size_t)n : AXIVITY_CHUNK_BLOCKS;
    return true;
}

size_t axivity_flight_bytes(const struct axivity_source *self, uint64_t at, size_t count)
{
    uint64_t left = self->base.size - at;
    size_t n = count * SCSI_BLOCK_BYTES;
    return left < n ? (size_t)left : n;
}

void axivity_flight_launch(struct axivity_source *self, uint64_t at)
{
    uint64_t block = 0;
    size_t count = 0;
    self->next.n = 0;
    self->has_failed = false;
    if (axivity_flight_plan(self, at, &block, &count)) {
        self->next.at = at;
        self->is_flying =
            scsi_read_start(&self->device->disk, block, count, self->next.data, NULL) == YK_OK;
    }
}

void axivity_flight_land(struct axivity_source *self)
{
    if (!self->is_flying) {
        return;
    }
    size_t count = self->device->disk.flying_count;
    self->is_flying = false;
    self->failed_status = scsi_read_finish(&self->device->disk, &self->failed_why);
    self->has_failed = self->failed_status != YK_OK;
    self->next.n = self->has_failed ? 0 : axivity_flight_bytes(self, self->next.at, count);
}

void axivity_settle(struct axivity *self)
{
    if (self->source != NULL) {
        axivity_flight_land(self->source);
    }
}
