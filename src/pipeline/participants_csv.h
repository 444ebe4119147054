/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which file belongs to which participant, as a table: `file person_id zone diary_id group`.
 * file is a name or a pattern (* and ?), compared with the end of a recording's path: its last
 * part, and as many folders before it as file names.
 */
#ifndef SRC_PIPELINE_PARTICIPANTS_CSV_H
#define SRC_PIPELINE_PARTICIPANTS_CSV_H

#include <stddef.h>

#include <stdbool.h>

#include "src/base/byte_source.h"
#include "src/base/row_index.h"

struct participant_row {
    char file[256];
    char person_id[64];
    char zone[48];     /* "" = not said */
    char diary_id[64]; /* code in the diary; "" = person_id */
    char group[64];
};

struct participants {
    struct participant_row *rows;
    size_t n, capacity;
    bool keeps_good;  /* set it before reading: takes what is right, else all or nothing */
    size_t n_skipped; /* rows that were not taken */
    struct failure first_wrong; /* when there are such: why the first was not */
    struct row_index by_file;   /* the first row of each file */
    size_t *patterns;           /* rows whose file may mean several */
    size_t n_patterns, pattern_capacity;
};

void participants_init(struct participants *self);
void participants_release(struct participants *self);
/* All or nothing, unless out->keeps_good. errors: YK_ERR_ARGUMENT naming file, line, column,
 * value and what would be right (an unknown zone, a code too long, a file named twice for two
 * persons); YK_ERR_MEMORY, YK_ERR_IO */
enum yk_status participants_read(const char *path, struct participants *out,
                                 struct failure *why);
/* The same from bytes, which stay the caller's. */
enum yk_status participants_read_source(struct byte_source *bytes, struct participants *out,
                                        struct failure *why);
/* The row for a recording's path: an exact name before a pattern, earlier rows before later
 * ones. NULL when none fits. *other is a row of another person that fits as well, or NULL. */
const struct participant_row *participants_find(const struct participants *self,
                                                const char *path,
                                                const struct participant_row **other);

#endif
