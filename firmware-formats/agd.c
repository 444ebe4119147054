/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiLife epoch databases: .agd. docs/formats/agd.md.
 *
 *     SQLite 3: settings (settingName, settingValue)   serial number, epoch length, filter, ...
 *               data (dataTimestamp in .NET ticks, local; axis1, axis2, axis3, steps, ...)
 *
 * The database is read where it lies, through a file system of our own (agd_vfs.h). It may come
 * from anywhere: views and triggers are off, the schema is not trusted, sizes are limited.
 *
 * axis 1 is the device's y, 2 is x, 3 is z. Left out: what ActiLife scored (sleep, awakenings,
 * filters), capacitive sensor, proximity, diaries.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "firmware-formats/agd_epochs.h"
#include "firmware-formats/agd_vfs.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define EPOCHS_PER_CALL ((size_t)8192)
#define LOOK_ROWS 100
#define STEPS_BETWEEN_LOOKS 100000 /* of SQLite's machine, between looks at job.cancel */

static const struct {
    const char *name;
    enum epoch_column column;
} COLUMNS[] = {
    {"axis1", EPOCH_COUNTS_Y},
    {"axis2", EPOCH_COUNTS_X},
    {"axis3", EPOCH_COUNTS_Z},
    {"steps", EPOCH_STEPS},
    {"hr", EPOCH_HEART_RATE_BPM},
    {"lux", EPOCH_LIGHT},
    {"inclineOff", EPOCH_INCLINE_OFF_S},
    {"inclineStanding", EPOCH_INCLINE_STANDING_S},
    {"inclineSitting", EPOCH_INCLINE_SITTING_S},
    {"inclineLying", EPOCH_INCLINE_LYING_S},
    {"inclinometer", EPOCH_INCLINOMETER},
};
#define COLUMN_COUNT (sizeof COLUMNS / sizeof *COLUMNS)
_Static_assert(COLUMN_COUNT <= AGD_COLUMNS, "room for every column");

struct agd {
    struct agd_epochs e; /* first */
    struct agd_vfs vfs;
    sqlite3 *db;
    sqlite3_stmt *rows;
    bool is_over, has_bad_tree;
};

/* ---- the database ---- */

static int look_at_cancel(void *user)
{
    const struct agd *self = user;
    return job_is_cancelled(self->e.job) ? 1 : 0;
}

static enum yk_status db_failure(struct agd *self, int result, struct failure *why)
{
    const int code = result & 0xFF;
    enum yk_status status = code == SQLITE_NOMEM       ? YK_ERR_MEMORY
                            : code == SQLITE_INTERRUPT ? YK_ERR_CANCELLED
                            : code == SQLITE_IOERR     ? YK_ERR_IO
                                                       : YK_ERR_CORRUPT;
    return failure_set(why, status, "%s: the database cannot be read: %s", self->e.bytes->name,
                       self->db != NULL ? sqlite3_errmsg(self->db) : sqlite3_errstr(result));
}

static void be_careful(struct agd *self)
{
    sqlite3 *db = self->db;
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 20);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 1 << 16);
    sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 200);
    sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 50);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_progress_handler(db, STEPS_BETWEEN_LOOKS, look_at_cancel, self);
}

static enum yk_status open_database(struct agd *self, struct failure *why)
{
    int result = agd_vfs_open(&self->vfs, self->e.bytes, &self->db);
    if (result != SQLITE_OK) {
        return db_failure(self, result, why);
    }
    be_careful(self);
    result = sqlite3_exec(self->db, "PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY;",
                          NULL, NULL, NULL);
    return result == SQLITE_OK ? YK_OK : db_failure(self, result, why);
}

static void close_database(struct agd *self)
{
    sqlite3_finalize(self->rows);
    sqlite3_close_v2(self->db);
    self->rows = NULL;
    self->db = NULL;
    agd_vfs_close(&self->vfs);
}

static enum yk_status prepare(struct agd *self, const char *sql, sqlite3_stmt **out,
                              struct failure *why)
{
    int result = sqlite3_prepare_v2(self->db, sql, -1, out, NULL);
    return result == SQLITE_OK ? YK_OK : db_failure(self, result, why);
}

static const char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text != NULL ? text : "";
}

static bool has_table(struct agd *self, const char *name)
{
    sqlite3_stmt *row = NULL;
    bool is_there = false;
    if (sqlite3_prepare_v2(self->db,
                           "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", -1,
                           &row, NULL) == SQLITE_OK &&
        sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC) == SQLITE_OK) {
        is_there = sqlite3_step(row) == SQLITE_ROW;
    }
    sqlite3_finalize(row);
    return is_there;
}

/* The database's own check of its pages. One that leads in circles could be read for ever. */
static void check_pages(struct agd *self)
{
    sqlite3_stmt *row = NULL;
    if (sqlite3_prepare_v2(self->db, "PRAGMA quick_check(20)", -1, &row, NULL) == SQLITE_OK) {
        int result;
        while ((result = sqlite3_step(row)) == SQLITE_ROW) {
            const char *text = text_of(row, 0);
            if (strcmp(text, "ok") != 0) {
                self->has_bad_tree =
                    self->has_bad_tree || strstr(text, "2nd reference") != NULL;
                snprintf(self->e.damage, sizeof self->e.damage, "damaged database");
            }
        }
        if (result != SQLITE_DONE) {
            snprintf(self->e.damage, sizeof self->e.damage, "damaged database");
        }
    } else {
        snprintf(self->e.damage, sizeof self->e.damage, "damaged database");
    }
    sqlite3_finalize(row);
}

static enum yk_status read_settings(struct agd *self, struct failure *why)
{
    sqlite3_stmt *row = NULL;
    agd_settings_init(&self->e);
    enum yk_status status =
        prepare(self, "SELECT settingName, settingValue FROM settings LIMIT 10000", &row, why);
    if (status == YK_OK) {
        int result;
        while ((result = sqlite3_step(row)) == SQLITE_ROW) {
            agd_take_setting(&self->e, text_of(row, 0), text_of(row, 1));
        }
        if (result != SQLITE_DONE) {
            snprintf(self->e.damage, sizeof self->e.damage, "settings are damaged");
        }
    }
    sqlite3_finalize(row);
    return status;
}

/* ---- the table ---- */

/* The query for the columns that are there. Their names in it are ours, not the file's. */
static enum yk_status make_query(struct agd *self, bool is_ordered, struct text *sql,
                                 struct failure *why)
{
    sqlite3_stmt *row = NULL;
    bool has_time = false, has[COLUMN_COUNT] = {false};
    enum yk_status status = prepare(self, "PRAGMA table_info(data)", &row, why);
    while (status == YK_OK && sqlite3_step(row) == SQLITE_ROW) {
        const char *name = text_of(row, 1);
        has_time = has_time || strcasecmp(name, "dataTimestamp") == 0;
        for (size_t i = 0; i < COLUMN_COUNT; i++) {
            has[i] = has[i] || strcasecmp(name, COLUMNS[i].name) == 0;
        }
    }
    sqlite3_finalize(row);
    if (status != YK_OK) {
        return status;
    }
    text_clear(sql);
    text_add(sql, "SELECT dataTimestamp");
    self->e.n_columns = 0;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (has[i]) {
            text_addf(sql, ", %s", COLUMNS[i].name);
            self->e.column[self->e.n_columns++] = COLUMNS[i].column;
        }
    }
    text_add(sql, is_ordered ? " FROM data ORDER BY dataTimestamp" : " FROM data");
    if (!has_time || self->e.n_columns == 0) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s: its table data has no %s: not an ActiLife epoch database",
                           self->e.bytes->name,
                           has_time ? "column that is known" : "dataTimestamp");
    }
    return text_status(sql, why);
}

/* Whether the rows come in order by an index. Sorting them would take memory for all of them.
 */
static bool has_order(struct agd *self, const char *sql)
{
    struct text explain;
    sqlite3_stmt *row = NULL;
    bool is_sorted = false;
    text_init(&explain);
    text_addf(&explain, "EXPLAIN QUERY PLAN %s", sql);
    bool is_known =
        text_status(&explain, NULL) == YK_OK &&
        sqlite3_prepare_v2(self->db, text_string(&explain), -1, &row, NULL) == SQLITE_OK;
    while (is_known && sqlite3_step(row) == SQLITE_ROW) {
        is_sorted = is_sorted || strstr(text_of(row, 3), "TEMP B-TREE") != NULL;
    }
    sqlite3_finalize(row);
    text_release(&explain);
    return is_known && !is_sorted;
}

static enum yk_status start_rows(struct agd *self, struct failure *why)
{
    struct text sql;
    text_init(&sql);
    sqlite3_finalize(self->rows);
    self->rows = NULL;
    enum yk_status status = make_query(self, true, &sql, why);
    if (status == YK_OK && !has_order(self, text_string(&sql))) {
        status = make_query(self, false, &sql, why);
    }
    if (status == YK_OK) {
        status = prepare(self, text_string(&sql), &self->rows, why);
    }
    text_release(&sql);
    return status;
}

/* ---- reading ---- */

static enum yk_status take_row(struct agd *self, struct epoch_series *to, struct failure *why)
{
    double cell[AGD_COLUMNS];
    for (size_t i = 0; i < self->e.n_columns; i++) {
        const int type = sqlite3_column_type(self->rows, (int)i + 1);
        bool is_number = type == SQLITE_FLOAT || type == SQLITE_INTEGER;
        cell[i] = type == SQLITE_NULL ? (double)NAN
                  : is_number         ? sqlite3_column_double(self->rows, (int)i + 1)
                                      : -1; /* no count, as any negative number */
    }
    bool has_time = sqlite3_column_type(self->rows, 0) == SQLITE_INTEGER;
    return agd_take_row(&self->e, has_time, sqlite3_column_int64(self->rows, 0), cell, to, why);
}

static enum yk_status next_epochs(struct recording_source *source, struct epoch_series *to,
                                  struct failure *why)
{
    struct agd *self = (struct agd *)source; /* its first member */
    size_t first = to->n;
    if (job_is_cancelled(self->e.job)) {
        return failure_set(why, YK_ERR_CANCELLED, "agd: cancelled");
    }
    enum yk_status status = agd_need_columns(&self->e, to, why);
    while (status == YK_OK && !self->is_over && to->n - first < EPOCHS_PER_CALL) {
        int result = sqlite3_step(self->rows);
        if (result == SQLITE_ROW) {
            status = take_row(self, to, why);
            continue;
        }
        self->is_over = true;
        status = watched_source_status(&self->vfs.bytes, why); /* nothing is damaged then */
        if (status != YK_OK) {
            return status;
        }
        if ((result & 0xFF) == SQLITE_NOMEM || (result & 0xFF) == SQLITE_INTERRUPT) {
            return db_failure(self, result, why);
        }
        if (result != SQLITE_DONE) {
            agd_bad_row(&self->e, "the database is damaged here: read up to this row");
        }
        agd_say_end(&self->e);
    }
    source->info.end_ns = source->info.start_ns + self->e.next * self->e.epoch_s * NS_PER_S;
    return status == YK_OK && self->is_over && to->n == first ? YK_END : status;
}

static enum yk_status rewind_source(struct recording_source *source, struct failure *why)
{
    struct agd *self = (struct agd *)source;
    opening_report(source, self->e.bytes, &self->e.clock);
    self->e.next = self->e.gap_epochs = 0;
    self->e.n_rows = 0;
    self->is_over = false;
    agd_say_opening(&self->e);
    return start_rows(self, why);
}

static void close_source(struct recording_source *source)
{
    struct agd *self = (struct agd *)source;
    close_database(self);
    read_report_release(&source->report);
    byte_source_close(self->e.owns_bytes ? self->e.bytes : NULL);
    mem_free(self);
}

static const struct recording_source_ops OPS = {
    .next_epochs = next_epochs,
    .rewind = rewind_source,
    .close = close_source,
};

/* ---- opening ---- */

/* The times of the first rows. */
static enum yk_status look_at_rows(struct agd *self, struct failure *why)
{
    int64_t row_ns[LOOK_ROWS], s = 0;
    size_t n = 0;
    enum yk_status status = start_rows(self, why);
    for (int i = 0; i < LOOK_ROWS && status == YK_OK && sqlite3_step(self->rows) == SQLITE_ROW;
         i++) {
        if (sqlite3_column_type(self->rows, 0) == SQLITE_INTEGER &&
            actigraph_ticks(sqlite3_column_int64(self->rows, 0), &s)) {
            row_ns[n++] = s * NS_PER_S;
        }
    }
    return status == YK_OK ? agd_choose_epoch(&self->e, row_ns, n, why) : status;
}

static enum yk_status open_agd(struct byte_source *bytes, const struct open_options *opt,
                               struct recording_source **out, struct failure *why)
{
    struct agd *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    }
    self->e.base.ops = &OPS;
    self->e.bytes = bytes;
    self->e.job = opt->job;
    recording_info_init(&self->e.base.info);
    read_report_init(&self->e.base.report);
    snprintf(self->e.base.info.format, sizeof self->e.base.info.format, "agd");
    enum yk_status status = open_database(self, why);
    if (status == YK_OK) {
        check_pages(self);
        status = self->has_bad_tree
                     ? failure_set(why, YK_ERR_CORRUPT,
                                   "%s: the database is damaged beyond reading; export it anew "
                                   "from ActiLife",
                                   bytes->name)
                     : read_settings(self, why);
    }
    if (status == YK_OK) {
        status = look_at_rows(self, why);
    }
    if (status == YK_OK) {
        agd_tell(&self->e, opt);
        status = rewind_source(&self->e.base, why);
    }
    if (watched_source_status(&self->vfs.bytes, why) != YK_OK) { /* nor missing */
        status = self->vfs.bytes.why.code;
    }
    if (status != YK_OK) {
        close_source(&self->e.base);
        return status;
    }
    self->e.owns_bytes = true;
    *out = &self->e.base;
    return YK_OK;
}

/* ---- recognising ---- */

static int probe(struct byte_source *bytes)
{
    static const char magic[16] = "SQLite format 3";
    char at[16];
    size_t got = 0;
    int sure = 0;
    if (byte_source_read_at(bytes, 0, at, sizeof at, &got, NULL) != YK_OK || got < sizeof at ||
        memcmp(at, magic, sizeof at) != 0) {
        return 0;
    }
    struct agd *self = mem_alloc(1, sizeof *self);
    if (self != NULL) {
        self->e.bytes = bytes;
        if (open_database(self, NULL) == YK_OK && has_table(self, "data") &&
            has_table(self, "settings")) {
            sure = 100;
        }
        close_database(self);
    }
    mem_free(self);
    return sure;
}

static const char *const suffixes[] = {"agd", NULL};

const struct format format_agd = {
    .id = "agd",
    .name = "ActiLife epochs (.agd)",
    .maker = "ActiGraph",
    .suffix = suffixes,
    .probe = probe,
    .open = open_agd,
};
