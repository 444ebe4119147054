/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Unisens signals kept as CSV, see unisens_csv.h.
 */
#include "firmware-formats/unisens_csv.h"

#include <math.h>
#include <string.h>

#include "firmware-formats/temporary_source.h"
#include "src/base/bytes.h"
#include "src/base/csv.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define PIECE ((size_t)4096) /* bytes that are written at once; whole rows */
#define VALUE_BYTES sizeof(double)

struct turning {
    const struct unisens_entry *entry;
    struct temporary_source *to;
    uint8_t piece[PIECE];
    size_t used;
    uint64_t n_bad;
};

static bool read_number(const char *text, char decimal, double *out)
{
    char plain[64];
    size_t n = strlen(text);
    if (n == 0 || n >= sizeof plain) {
        return false;
    }
    memcpy(plain, text, n + 1);
    char *comma = decimal == ',' ? strchr(plain, ',') : NULL;
    if (comma != NULL) {
        *comma = '.';
    }
    return text_parse_double(plain, n, out);
}

static void put_row(struct turning *self, const struct csv_row *row)
{
    for (size_t c = 0; c < self->entry->n_channels; c++) {
        double value = NAN;
        uint64_t bits = 0;
        bool is_one = row->problem == NULL &&
                      read_number(csv_field(row, c), self->entry->decimal, &value);
        self->n_bad += !is_one;
        value = is_one ? value : (double)NAN;
        memcpy(&bits, &value, sizeof bits);
        put_u32le(self->piece + self->used, (uint32_t)bits);
        put_u32le(self->piece + self->used + 4, (uint32_t)(bits >> 32));
        self->used += VALUE_BYTES;
    }
}

static enum yk_status turn(struct turning *self, struct csv *csv, struct job *job,
                           struct failure *why)
{
    const size_t row_bytes = self->entry->n_channels * VALUE_BYTES;
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    while (status == YK_OK) {
        if (self->used + row_bytes > PIECE) {
            status = temporary_source_add(self->to, self->piece, self->used, UINT64_MAX, why);
            self->used = 0;
        }
        if (status == YK_OK && job_is_cancelled(job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "unisens: cancelled");
        }
        if (status == YK_OK) {
            status = csv_next(csv, &row, why);
        }
        if (status == YK_OK) {
            put_row(self, row);
        }
    }
    return status == YK_END
               ? temporary_source_add(self->to, self->piece, self->used, UINT64_MAX, why)
               : status;
}

enum yk_status unisens_csv_open(struct byte_source *text, const struct unisens_entry *entry,
                                struct job *job, struct byte_source **out, uint64_t *n_bad,
                                struct failure *why)
{
    struct csv *csv = NULL;
    struct turning *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", entry->id);
    }
    self->entry = entry;
    enum yk_status status = temporary_source_open(entry->id, NULL, &self->to, why);
    if (status == YK_OK) {
        status = csv_open(text, entry->separator, &csv, why);
    }
    if (status == YK_OK) {
        status = turn(self, csv, job, why);
    }
    csv_close(csv);
    if (status == YK_OK) {
        self->to->base.damage = text->damage;
        *out = &self->to->base;
        *n_bad = self->n_bad;
    } else if (self->to != NULL) {
        byte_source_close(&self->to->base);
    }
    mem_free(self);
    return status;
}
