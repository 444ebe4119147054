/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From bytes to sectors, in file order: reads large pieces, says of each sector whether it is
 * good, and finds the next one when bytes were lost.
 */
#ifndef FIRMWARE_FORMATS_CWA_STREAM_H
#define FIRMWARE_FORMATS_CWA_STREAM_H

#include "firmware-formats/byte_window.h"
#include "firmware-formats/cwa_layout.h"

struct cwa_stream {
    struct byte_window window; /* its end: read up to here */
    uint64_t pos;              /* of the next sector */
};

struct cwa_found {
    uint64_t pos;
    uint32_t length; /* 512; less when a good sector begins inside a bad one */
    enum cwa_fault fault;
    struct cwa_sector sector;
    const uint8_t *raw; /* valid until the next cwa_stream_fill() */
};

enum yk_status cwa_stream_init(struct cwa_stream *self, struct byte_source *bytes, uint64_t pos,
                               uint64_t end, size_t capacity, struct failure *why);
void cwa_stream_release(struct cwa_stream *self);
void cwa_stream_seek(struct cwa_stream *self, uint64_t pos);
/* Whether cwa_stream_next() can work without reading. */
bool cwa_stream_is_ready(const struct cwa_stream *self);
/* Reads on. What cwa_found.raw pointed to is gone afterwards. */
enum yk_status cwa_stream_fill(struct cwa_stream *self, struct failure *why);
/* The next sector, good or bad; false at the end (fewer than 512 bytes left). */
bool cwa_stream_next(struct cwa_stream *self, struct cwa_found *out);

#endif
