/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines from pieces: see line_reader.h.
 */
#include "drivers/line_reader.h"

void line_reader_clear(struct line_reader *self)
{
    self->from = self->until = 0;
    self->length = 0;
    self->is_cut = false;
}

uint8_t *line_reader_room(struct line_reader *self, size_t *room)
{
    if (self->from == self->until) {
        self->from = self->until = 0;
    }
    *room = LINE_READER_ROOM - self->until;
    return self->bytes + self->until;
}

void line_reader_put(struct line_reader *self, size_t n)
{
    self->until += n;
}

static void keep(struct line_reader *self, uint8_t c)
{
    if (c == '\0' || (c == '\f' && self->length == 0)) {
        return;
    }
    if (self->length + 1 < sizeof self->line) {
        self->line[self->length++] = (char)c;
    } else {
        self->is_cut = true;
    }
}

const char *line_reader_next(struct line_reader *self, bool *was_cut)
{
    while (self->from < self->until) {
        uint8_t c = self->bytes[self->from++];
        if (c != '\n') {
            keep(self, c);
            continue;
        }
        while (self->length > 0 && self->line[self->length - 1] == '\r') {
            self->length--;
        }
        self->line[self->length] = '\0';
        *was_cut = self->is_cut;
        self->length = 0;
        self->is_cut = false;
        return self->line;
    }
    return NULL;
}
