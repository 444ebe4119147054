/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the settings and rows of an ActiLife database mean; nobody else than agd.c includes it.
 */
#ifndef FIRMWARE_FORMATS_AGD_EPOCHS_H
#define FIRMWARE_FORMATS_AGD_EPOCHS_H

#include "firmware-formats/actigraph_header.h"

#define AGD_COLUMNS 16 /* room; there are fewer */

struct agd_epochs {
    struct recording_source base;
    struct byte_source *bytes;
    struct wall_clock clock;
    bool owns_bytes;
    struct job *job;
    enum epoch_column column[AGD_COLUMNS]; /* of a row's cells */
    size_t n_columns;
    struct actigraph_header header;
    char filter[32], finished[8];
    int64_t epoch_s, epochs_declared;
    int64_t start_s, wall_minus_utc_ns; /* of the first row */
    int64_t next, gap_epochs;           /* index of the next epoch; epochs filled so far */
    uint64_t n_rows;
    char damage[64];    /* what the database's own check found, "" nothing */
    int64_t declared_s; /* the epoch by the settings; 0: they do not say */
};

void agd_settings_init(struct agd_epochs *self);
void agd_take_setting(struct agd_epochs *self, const char *name, const char *value);
/* The start and the epoch's length by the first rows' times: the setting yields to rows that
 * agree on another. n: at most EPOCH_STEP_ROWS. */
enum yk_status agd_choose_epoch(struct agd_epochs *self, const int64_t *row_ns, size_t n,
                                struct failure *why);
/* Fills info once settings, columns and the first row's time are known. */
void agd_tell(struct agd_epochs *self, const struct open_options *opt);

/* What opening found, and what the end shows, into the report. */
void agd_say_opening(struct agd_epochs *self);
void agd_say_end(struct agd_epochs *self);
void agd_bad_row(struct agd_epochs *self, const char *what);

enum yk_status agd_need_columns(struct agd_epochs *self, struct epoch_series *to,
                                struct failure *why);
/* cell: n_columns values, NaN where there is none, negative where it is no number. */
enum yk_status agd_take_row(struct agd_epochs *self, bool has_time, int64_t ticks,
                            const double *cell, struct epoch_series *to, struct failure *why);

#endif
