/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The note beside a part, as text: a title, "name value" lines, and last the SHA-256 of all of
 * them, so that half a note is none. Unknown names are passed over.
 */
#include <inttypes.h>
#include <string.h>

#include "src/dock/part_file.h"

#define NOTE_TITLE "yoake dock note 1"

struct note_number {
    const char *name;
    uint64_t *at;
};

enum { NOTE_NUMBERS = 12 };

static void note_numbers(struct part_note *note, struct note_number out[static NOTE_NUMBERS])
{
    struct download_counts *counts = &note->counts;
    const struct note_number list[NOTE_NUMBERS] = {
        {"size", &note->owner.size},       {"length", &note->length},
        {"sectors", &counts->n_sectors},   {"suspect", &counts->n_suspect},
        {"healed", &counts->n_healed},     {"not_healed", &counts->n_not_healed},
        {"unstable", &counts->n_unstable}, {"unreadable", &counts->n_unreadable},
        {"blank", &counts->n_blank},       {"breaks", &counts->n_breaks},
        {"restarts", &counts->n_restarts}, {"foreign", &counts->n_foreign}};
    memcpy(out, list, sizeof list);
}

void part_note_write(const struct part_note *self, struct text *out)
{
    struct part_note copy = *self;
    struct note_number numbers[NOTE_NUMBERS];
    char sum[DIGEST_HEX];
    note_numbers(&copy, numbers);
    text_clear(out);
    text_addf(out, "%s\nmodel %s\nserial %s\nheader %s\nsha256 %s\n", NOTE_TITLE,
              self->owner.model, self->owner.serial, self->owner.header_sha256, self->sha256);
    text_addf(out, "changed %" PRId64 "\ncomplete %d\nverified %d\nhas_header %d\n",
              self->owner.last_changed_ns, self->is_complete, self->is_verified,
              self->counts.has_header);
    for (size_t i = 0; i < NOTE_NUMBERS; i++) {
        text_addf(out, "%s %" PRIu64 "\n", numbers[i].name, *numbers[i].at);
    }
    digest_of_memory(text_string(out), out->length, sum);
    text_addf(out, "sum %s\n", sum);
}

/* The value of "name value\n"; false when there is none that fits. */
static bool note_value(const char *text, const char *name, char *out, size_t room)
{
    size_t n = strlen(name);
    for (const char *line = text; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        if (end == NULL) {
            return false;
        }
        if (strncmp(line, name, n) == 0 && line[n] == ' ') {
            size_t length = (size_t)(end - line) - n - 1;
            if (length >= room) {
                return false;
            }
            memcpy(out, line + n + 1, length);
            out[length] = '\0';
            return true;
        }
        line = end + 1;
    }
    return false;
}

static bool note_integer(const char *text, const char *name, int64_t *out)
{
    char value[32];
    return note_value(text, name, value, sizeof value) &&
           text_parse_int64(value, strlen(value), out);
}

static bool sum_holds(const char *text)
{
    char said[DIGEST_HEX], is[DIGEST_HEX];
    const char *line = strstr(text, "\nsum ");
    if (line == NULL || !note_value(line + 1, "sum", said, sizeof said)) {
        return false;
    }
    digest_of_memory(text, (size_t)(line + 1 - text), is);
    return strcmp(said, is) == 0;
}

bool part_note_read(const char *text, struct part_note *out)
{
    struct part_note note = {.length = 0};
    struct note_number numbers[NOTE_NUMBERS];
    int64_t complete = 0, verified = 0, header = 0;
    note_numbers(&note, numbers);
    bool is_good =
        strncmp(text, NOTE_TITLE "\n", sizeof NOTE_TITLE) == 0 && sum_holds(text) &&
        note_value(text, "model", note.owner.model, sizeof note.owner.model) &&
        note_value(text, "serial", note.owner.serial, sizeof note.owner.serial) &&
        note_value(text, "header", note.owner.header_sha256, sizeof note.owner.header_sha256) &&
        note_value(text, "sha256", note.sha256, sizeof note.sha256) &&
        note_integer(text, "changed", &note.owner.last_changed_ns) &&
        note_integer(text, "complete", &complete) &&
        note_integer(text, "verified", &verified) && note_integer(text, "has_header", &header);
    for (size_t i = 0; i < NOTE_NUMBERS && is_good; i++) {
        int64_t value = -1;
        is_good = note_integer(text, numbers[i].name, &value) && value >= 0;
        *numbers[i].at = (uint64_t)value;
    }
    if (is_good && note.length <= note.owner.size) {
        note.is_complete = complete != 0;
        note.is_verified = verified != 0;
        note.counts.has_header = header != 0;
        *out = note;
        return true;
    }
    return false;
}

bool part_owner_is_same(const struct part_owner *a, const struct part_owner *b)
{
    return strcmp(a->model, b->model) == 0 && strcmp(a->serial, b->serial) == 0 &&
           strcmp(a->header_sha256, b->header_sha256) == 0 && a->size == b->size &&
           a->last_changed_ns == b->last_changed_ns;
}
