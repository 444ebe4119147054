/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes that arrive in any pieces, to lines. A line ends with LF; the CR before it, NULs and
 * leading form feeds are dropped, blanks at its end are kept (a recorder pads with them). A
 * line that is longer than there is room for is cut, and the rest of it dropped.
 */
#ifndef DRIVERS_LINE_READER_H
#define DRIVERS_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_READER_ROOM 1024
#define LINE_MAX_BYTES 256 /* with the terminator; the longest reply is 47 */

struct line_reader {
    uint8_t bytes[LINE_READER_ROOM];
    size_t from, until;
    char line[LINE_MAX_BYTES];
    size_t length;
    bool is_cut; /* the line being collected is too long */
};

void line_reader_clear(struct line_reader *self);
/* Where bytes may be put, and how many; 0 until line_reader_next() has used up what is there.
 */
uint8_t *line_reader_room(struct line_reader *self, size_t *room);
void line_reader_put(struct line_reader *self, size_t n);
/* The next whole line, terminated and valid until the next call; NULL: more bytes are needed.
 * *was_cut: something of it was dropped. */
const char *line_reader_next(struct line_reader *self, bool *was_cut);

#endif
