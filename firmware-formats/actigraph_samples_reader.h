/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What opening and reading of a table of samples share; nobody else includes it.
 */
#ifndef FIRMWARE_FORMATS_ACTIGRAPH_SAMPLES_READER_H
#define FIRMWARE_FORMATS_ACTIGRAPH_SAMPLES_READER_H

#include "firmware-formats/actigraph_rows.h"
#include "firmware-formats/actigraph_samples.h"

#define ACTIGRAPH_RATE_MOST 256
#define ACTIGRAPH_HELD_S 10 /* a triple that is repeated so long was not recorded */
/* One block, the longest run that must be seen whole, and some room to read into. */
#define ACTIGRAPH_ROWS ((size_t)(ACTIGRAPH_HELD_S + 4) * ACTIGRAPH_RATE_MOST)

struct samples_state {
    uint64_t pos;                      /* of the first row that is not given out */
    int64_t index;                     /* its number */
    int64_t segment_ns, segment_index; /* a row whose time is known; the others follow it */
    bool has_segment;
    int64_t end_ns;   /* of the samples so far; TIME_UNKNOWN */
    bool is_skipping; /* rows like `skip` are filled in */
    float skip[3];
    bool is_held, was_bad, is_jump;
    int64_t zeros_from_ns;
};

struct samples_place {
    struct samples_state state;
    int64_t first_ns, end_ns;
};

struct samples {
    struct recording_source base;
    struct byte_source *bytes;
    struct wall_clock clock;
    bool owns_bytes, is_cursor, places_are_complete, is_at_end;
    struct job *job;
    struct actigraph_columns columns;
    bool has_times;
    uint32_t rate;
    uint64_t table_at; /* first row */
    int64_t wall_minus_utc_ns, header_start_ns;
    double clip_g, battery_v;
    struct byte_window window;
    struct actigraph_row
        *row; /* owned: ACTIGRAPH_ROWS; the first n_rows from head on are waiting */
    size_t head, n_rows;
    uint64_t read_pos; /* of the line after the last row */
    bool is_over;
    int decimals;
    struct samples_state now;
    struct samples_place *place; /* owned unless a cursor */
    size_t n_places, places_capacity;
    char note[4][64];
    size_t n_notes;
};

extern const struct recording_source_ops actigraph_samples_ops;

/* Reads rows until at least `want` are waiting or the file ends. */
enum yk_status actigraph_samples_fill(struct samples *self, size_t want, struct failure *why);
/* Row i of those waiting. */
const struct actigraph_row *actigraph_samples_row(const struct samples *self, size_t i);
/* Whether the time of the first row waiting is more than a day away from where it should be and
 * from the row behind it: it is damaged. A clock that was set stays so. */
bool actigraph_samples_is_lone(const struct samples *self);
/* The point of the rate's grid that a time in milliseconds stands for. */
int64_t actigraph_samples_snap(const struct samples *self, int64_t ns);
enum yk_status actigraph_samples_rewind(struct recording_source *source, struct failure *why);
void actigraph_samples_close(struct recording_source *source);

#endif
