/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The records of a log.bin, in file order: framing, checksums, and finding the next record when
 * bytes are damaged.
 */
#ifndef FIRMWARE_FORMATS_GT3X_STREAM_H
#define FIRMWARE_FORMATS_GT3X_STREAM_H

#include <stdbool.h>

#include "src/base/byte_source.h"

enum gt3x_type {
    GT3X_ACTIVITY = 0, /* 12-bit y, x, z; one second */
    GT3X_BATTERY = 2,
    GT3X_EVENT = 3,
    GT3X_HEART_RATE = 4,
    GT3X_LUX = 5,
    GT3X_METADATA = 6,
    GT3X_TAG = 7,   /* proximity */
    GT3X_EPOCH = 9, /* 9, 12, 15, 16: counted by the device, with its own gain */
    GT3X_HEART_RATE_ANT = 11,
    GT3X_EPOCH2 = 12,
    GT3X_CAPSENSE = 13,
    GT3X_HEART_RATE_BLE = 14,
    GT3X_EPOCH3 = 15,
    GT3X_EPOCH4 = 16,
    GT3X_FIFO_ERROR = 19,
    GT3X_FIFO_DUMP = 20,
    GT3X_PARAMETERS = 21,
    GT3X_SENSOR_SCHEMA = 24,
    GT3X_SENSOR_DATA = 25,
    GT3X_ACTIVITY2 = 26, /* int16 x, y, z; one second */
    GT3X_ACTIVITY3 = 27, /* 12-bit x, y, z; one second */
    GT3X_BUTTON = 28,
    GT3X_BUTTON2 = 29,
    GT3X_TEMPERATURE = 30,
    GT3X_TYPES = 32 /* no released firmware writes higher ones */
};

#define GT3X_HEAD_BYTES 8
#define GT3X_EVENT_SLEEP 0x08
#define GT3X_EVENT_WAKE 0x09

struct gt3x_record {
    uint64_t pos;
    uint8_t type;
    uint16_t size;
    uint32_t second;        /* since 1970, by the device's clock */
    const uint8_t *payload; /* valid until the next gt3x_stream_next() */
};

struct gt3x_stream {
    struct byte_source *bytes; /* borrowed */
    uint64_t pos;              /* of the next record */
    uint8_t *buffer;           /* owned; bytes at .. at + filled of the file */
    size_t capacity, filled;
    uint64_t at;
    uint64_t damaged; /* bytes passed over since the last record that were not zeros */
    uint64_t zeros;   /* and zeros: padding */
};

/* capacity at least GT3X_BUFFER_LEAST: a record of any size fits */
#define GT3X_BUFFER_LEAST ((size_t)128 << 10)
enum yk_status gt3x_stream_init(struct gt3x_stream *self, struct byte_source *bytes,
                                size_t capacity, struct failure *why);
void gt3x_stream_release(struct gt3x_stream *self);
void gt3x_stream_seek(struct gt3x_stream *self, uint64_t pos);

/* The next record whose checksum is right; YK_END when there is none. damaged and zeros say
 * what was passed over on the way. errors: YK_ERR_IO */
enum yk_status gt3x_stream_next(struct gt3x_stream *self, struct gt3x_record *out,
                                struct failure *why);
/* The record after the last one without going on to it; false when it is not sound or larger
 * than any that is looked for (16 KiB). */
bool gt3x_stream_peek(const struct gt3x_stream *self, struct gt3x_record *out);

/* Whether the last record's time is wrong although its checksum is right: more than a day away
 * from the times on both sides of it, which agree. A clock that was set does not come back with
 * the next record.
 *
 * before_s  the second before it; TIME_UNKNOWN: not known, then nothing speaks against it
 * end_s     the same, behind the last record of the file
 */
bool gt3x_stream_is_stray(const struct gt3x_stream *self, const struct gt3x_record *record,
                          int64_t before_s, int64_t end_s);

#endif
