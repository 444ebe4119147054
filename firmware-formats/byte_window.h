/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A piece of a byte source in memory that slides along with the reader: any place can be asked
 * for, going forward costs one read of the source per capacity.
 */
#ifndef FIRMWARE_FORMATS_BYTE_WINDOW_H
#define FIRMWARE_FORMATS_BYTE_WINDOW_H

#include "src/base/byte_source.h"

struct byte_window {
    struct byte_source *bytes; /* borrowed */
    uint64_t end;              /* of the bytes: less than bytes->size once the file shrank */
    uint64_t at;               /* place of buffer[0] */
    uint8_t *buffer;           /* owned */
    size_t capacity, filled;
};

/* capacity: at least as much as is ever asked for at once. */
enum yk_status byte_window_init(struct byte_window *self, struct byte_source *bytes,
                                size_t capacity, struct failure *why);
void byte_window_release(struct byte_window *self);

/* Points *at to the bytes from pos on and says how many there are: at least `want`, unless the
 * source ends before. Valid until the next call. errors: those of reading. */
enum yk_status byte_window_at(struct byte_window *self, uint64_t pos, size_t want,
                              const uint8_t **at, size_t *have, struct failure *why);

#endif
