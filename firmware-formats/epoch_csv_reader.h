/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What opening and reading of an epoch table share; nobody else includes it.
 */
#ifndef FIRMWARE_FORMATS_EPOCH_CSV_READER_H
#define FIRMWARE_FORMATS_EPOCH_CSV_READER_H

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/epoch_step.h"
#include "firmware-formats/opening.h"
#include "firmware-formats/timestamp.h"

/* The end of the year 2200, the last that timestamp_parse() takes: whatever lies behind it is a
 * mistake, and sums with it could leave the range of instants. */
#define EPOCH_CSV_LATEST_NS TIMESTAMP_END_NS

struct epoch_csv {
    struct recording_source base;
    struct byte_source *bytes;
    struct csv *csv;
    const struct zone *zone;
    struct zone *own_zone; /* of the .ini; closed with us */
    struct job *job;
    struct epoch_csv_plan plan;
    struct timestamp start; /* declared; where rows count days or seconds from it */
    int64_t t0_ns, epoch_ns;
    int64_t first_step;
    int32_t first_offset_s;

    int32_t offset_s;   /* local minus UTC that the rows follow now */
    int64_t change_ns;  /* when the zone's offset changes next, as seen from the last row */
    int64_t next;       /* index of the next epoch to deliver */
    int64_t gap_epochs; /* filled so far */
    uint64_t rows;      /* data rows seen */
    bool is_going_back; /* the last row was before its time */
    bool is_local;      /* the last row's time carried no offset */

    char series[64],
        last_series[64];       /* read; of the row before ("": there is no such column) */
    unsigned intervals;        /* enum table_interval bits the row before was in */
    int64_t interval_start[3]; /* epoch in which each of them began */
    bool end_is_noted;
    bool has_ini;
    char thousands[24]; /* the first number like 1,234; "": none */
    bool has_fraction;  /* some number shows that the comma is the decimal one */

    /* tables of samples */
    bool has_whole_seconds; /* times are: several rows have the same */
    bool has_held;          /* a row is read and waits for its block */
    uint32_t held_flags;    /* enum sample_block_flag of that block */
    int64_t held_ns;
    float held_g[3];
    float held_light, held_temperature_c;
};

#define EPOCH_CSV_PEEK EPOCH_STEP_ROWS
struct epoch_csv_peek { /* what the first rows say */
    int64_t local_ns[EPOCH_CSV_PEEK];
    struct timestamp first;
    int64_t first_step;
    size_t n, n_rows;
    bool has_first;
};
/* The time of the first row: its own, or the declared start. */
enum yk_status epoch_csv_first_time(const struct epoch_csv *self,
                                    const struct epoch_csv_peek *peek, struct timestamp *out,
                                    struct failure *why);
/* Local minus UTC of that time; where a clock change leaves it open, a remark says so. */
int32_t epoch_csv_offset_s(struct epoch_csv *self, const struct timestamp *start);
/* Rows as samples: the rate and the first instant. */
enum yk_status sample_table_begin(struct epoch_csv *self, const struct epoch_csv_peek *peek,
                                  struct failure *why);
extern const struct recording_source_ops sample_table_ops;

/* Shared by rows of epochs and of samples. */
enum yk_status epoch_csv_rewind(struct recording_source *base, struct failure *why);
void epoch_csv_close(struct recording_source *base);
bool epoch_csv_is_missing(const struct epoch_csv *self, const char *text);
bool epoch_csv_read_number(struct epoch_csv *self, const char *text, double *out);
void epoch_csv_bad_row(struct epoch_csv *self, const struct csv_row *row, const char *what);
/* UTC of a row's time: without an offset in the text the rows' own offset decides. expected_ns
 * is what the next row should have, within tolerance_ns. */
int64_t epoch_csv_follow(struct epoch_csv *self, const struct timestamp *t, int64_t expected_ns,
                         int64_t tolerance_ns);
/* Whether no row behind *row goes with it although it is more than a day away from where it
 * should be: its time (or step) is damaged. Reads the next row, and *row once more. */
enum yk_status epoch_csv_is_lone(struct epoch_csv *self, const struct csv_row **row, bool *out,
                                 struct failure *why);
#define EPOCH_CSV_FAR_NS (24 * NS_PER_H)
#define EPOCH_CSV_LONE "a time far from those on both sides"
/* What only the end of the table tells: whether it is whole. */
void epoch_csv_note_end(struct epoch_csv *self, bool is_open);

/* Adds an event without a place in time; at is a line number or -1. */
void epoch_csv_note(struct epoch_csv *self, enum read_event_kind kind, int64_t at,
                    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Whether rows carry times: a time stamp, or a date and a time. */
bool epoch_csv_has_times(const struct epoch_csv *self);
/* The row's time, however its columns are laid out. */
bool epoch_csv_row_time(const struct epoch_csv *self, const struct csv_row *row,
                        struct timestamp *out);

/* Whether the row belongs to the recording that is read. */
bool epoch_csv_is_ours(const struct epoch_csv *self, const struct csv_row *row);

/* Begins and ends intervals as the row of epoch `index` says; NULL: a gap, or the end. Each
 * that ends becomes an event. */
void epoch_csv_intervals(struct epoch_csv *self, const char *word, int64_t index);

/* recording_source_ops.next_epochs */
enum yk_status epoch_csv_next_epochs(struct recording_source *base, struct epoch_series *to,
                                     struct failure *why);

#endif
