/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cells of every kind of record, as a CSV gives them: a cell that is taken must be written and
 * read back as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/mem.h"
#include "src/store/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_cell(const struct record_kind *kind, size_t k, const char *cell,
                     const struct zone *zone, void *row, void *again)
{
    struct text first, second;
    if (record_parse(kind, k, cell, zone, row, NULL) != YK_OK) {
        return;
    }
    text_init(&first);
    text_init(&second);
    record_format(kind, k, zone, row, &first);
    kind->init(again);
    if (record_parse(kind, k, text_string(&first), zone, again, NULL) != YK_OK) {
        abort();
    }
    record_format(kind, k, zone, again, &second);
    if (strcmp(text_string(&first), text_string(&second)) != 0) {
        abort();
    }
    text_release(&first);
    text_release(&second);
}

static void try_kind(const struct record_kind *kind, struct csv *csv, const struct zone *zone)
{
    const struct csv_row *row = NULL;
    void *one = mem_alloc(1, kind->bytes), *other = mem_alloc(1, kind->bytes);
    while (one != NULL && other != NULL && csv_next(csv, &row, NULL) == YK_OK) {
        kind->init(one);
        for (size_t c = 0; c < row->n && c < kind->n_columns; c++) {
            try_cell(kind, c, row->field[c], zone, one, other);
        }
    }
    mem_free(one);
    mem_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    static struct zone *zone; /* loading it would be most of the work */
    if ((zone != NULL || zone_open("Europe/London", &zone, NULL) == YK_OK) &&
        memory_source_open((const char *)data, size, "fuzz", &bytes, NULL) == YK_OK &&
        csv_open(bytes, 0, &csv, NULL) == YK_OK) {
        for (size_t i = 0; record_kind_at(i) != NULL; i++) {
            try_kind(record_kind_at(i), csv, zone);
            csv_rewind(csv);
        }
    }
    csv_close(csv);
    byte_source_close(bytes);
    return 0;
}
