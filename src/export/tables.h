/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of a batch as text: header, rows, and the codebook that explains every column.
 * Columns are listed once, in columns.def.
 */
#ifndef SRC_EXPORT_TABLES_H
#define SRC_EXPORT_TABLES_H

#include "src/base/text.h"
#include "src/base/zone.h"
#include "src/export/person_summary.h"
#include "src/model/analysis.h"

enum export_table {
    TABLE_night,
    TABLE_rest,
    TABLE_day,
    TABLE_recording,
    TABLE_person,
    TABLE_event,
    TABLE_quality,
    TABLE_COUNT
};

/* One row of quality.csv. NaN and "" = unknown. */
struct quality_row {
    const char *file, *recording_id, *status, *reason, *advice, *sha256, *format,
        *device_serial;
    double days, valid_nights, gaps, bad_blocks;
};

struct export_column {
    enum export_table table;
    const char *name, *type, *unit, *en, *ja, *ggir, *source;
};

const char *export_table_name(enum export_table table); /* "night" for night.csv */
size_t export_column_count(void);
const struct export_column *export_column_at(size_t i);

void export_add_header(enum export_table table, struct text *out);
/* All rows of one analysis: nights, rests, days, events in order of time, or the one row of
 * recording.csv. zone: the analysis's own. The other tables add nothing. */
void export_add_rows(enum export_table table, const struct analysis *analysis,
                     const struct zone *zone, struct text *out);
void export_add_person(const struct person_summary *person, struct text *out);
void export_add_quality(const struct quality_row *row, struct text *out);
/* codebook.csv, header included. */
void export_add_codebook(struct text *out);

#endif
