/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The open recording of an Axivity device and the one read in flight for it, for
 * axivity_source.c and axivity_flight.c only.
 */
#ifndef DRIVERS_AXIVITY_FLIGHT_H
#define DRIVERS_AXIVITY_FLIGHT_H

#include "drivers/axivity.h"

#define AXIVITY_CHUNK_BYTES (AXIVITY_CHUNK_BLOCKS * SCSI_BLOCK_BYTES)

struct axivity_chunk {
    uint8_t *data; /* AXIVITY_CHUNK_BYTES */
    uint64_t at;   /* byte in the file */
    size_t n;      /* bytes; 0: empty */
};

struct axivity_source {
    struct byte_source base;
    struct axivity *device;
    struct axivity_map map;
    struct axivity_chunk now, next;
    bool is_flying;  /* a command fills next.data ... */
    bool has_failed; /* ... or did, and failed so: */
    enum yk_status failed_status;
    struct failure failed_why;
    char name[48];
};

/* The stretch of blocks at a byte of the file that one command can read. */
bool axivity_flight_plan(const struct axivity_source *self, uint64_t at, uint64_t *block,
                         size_t *count);
/* Bytes of a chunk of count blocks at `at` that belong to the file. */
size_t axivity_flight_bytes(const struct axivity_source *self, uint64_t at, size_t count);
/* Sends for the chunk at `at`; nothing happens behind the end. */
void axivity_flight_launch(struct axivity_source *self, uint64_t at);
/* Lets what is in flight end. */
void axivity_flight_land(struct axivity_source *self);

#endif
