/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Analyses as rows. Columns of nights, rests, days and rhythm are looked up by name in the
 * tables that write the HDF5 file, so the two cannot disagree in meaning or unit.
 */
#include "src/store/results.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/names.h"
#include "src/h5/h5_tables.h"
#include "src/store/audit.h"
#include "src/store/seal.h"

/* The database's columns, in order, after (analysis, number). */
static const char *const night_columns[] = {"night_date",
                                            "in_bed_ns",
                                            "lights_out_ns",
                                            "onset_ns",
                                            "wake_ns",
                                            "out_of_bed_ns",
                                            "rest_source",
                                            "sleep_method",
                                            "spt_min",
                                            "tst_min",
                                            "waso_min",
                                            "sol_min",
                                            "tib_min",
                                            "efficiency_pct",
                                            "maintenance_pct",
                                            "awakenings_n",
                                            "daytime_rest_min",
                                            "nonwear_in_spt_pct",
                                            "nonwear_stillness_in_spt_pct",
                                            "invalid_pct",
                                            "sri_pair",
                                            "confidence",
                                            "second_candidate_ns",
                                            "exclude"};
static const char *const rest_columns[] = {"start_ns",  "end_ns", "kind",      "is_main",
                                           "sleep_min", "source", "confidence"};
static const char *const day_columns[] = {
    "date",         "day_h",     "valid_h",      "nonwear_min",  "enmo_mean_mg",  "mad_mean_mg",
    "counts_sum",   "l5",        "l5_h",         "m10",          "m10_h",         "ra",
    "inactive_min", "light_min", "moderate_min", "vigorous_min", "mvpa_bout_min", "exclude"};
static const char *const rhythm_columns[] = {"input",
                                             "unit",
                                             "activity_mean",
                                             "sri",
                                             "is",
                                             "iv",
                                             "is_rest",
                                             "iv_rest",
                                             "l5",
                                             "l5_h",
                                             "m10",
                                             "m10_h",
                                             "ra",
                                             "mesor",
                                             "amplitude",
                                             "acrophase_h",
                                             "cosinor_p_value",
                                             "social_jetlag_h",
                                             "periodogram_period_h"};

struct child {
    const char *table;
    const struct h5_table *source;
    const char *const *columns;
    size_t n_columns;
};

#define CHILD(name, source, columns)                                                           \
    {                                                                                          \
        name, &(source), columns, sizeof(columns) / sizeof *(columns)                          \
    }
static const struct child night_child = CHILD("night", h5_table_night, night_columns);
static const struct child rest_child = CHILD("rest", h5_table_rest, rest_columns);
static const struct child day_child = CHILD("day", h5_table_day, day_columns);
static const struct child rhythm_child = CHILD("rhythm", h5_table_person, rhythm_columns);

/* ---- one value ---- */

static bool is_time(const struct h5_field *field)
{
    return name_ends_with(field->name, "_ns");
}

static int64_t whole_number(const struct h5_field *field, const void *member)
{
    int64_t wide = 0;
    int32_t narrow = 0;
    uint32_t bits = 0;
    if (field->kind == H5_FIELD_BOOL) {
        return *(const bool *)member ? 1 : 0;
    }
    if (field->kind == H5_FIELD_INT32) {
        memcpy(&narrow, member, sizeof narrow);
        return narrow;
    }
    if (field->kind == H5_FIELD_UINT32) {
        memcpy(&bits, member, sizeof bits);
        return bits;
    }
    memcpy(&wide, member, sizeof wide);
    return wide;
}

static void bind_text(struct db_query *query, int i, const char *text)
{
    db_bind_text(query, i, *text != '\0' ? text : NULL);
}

static void bind_field(struct db_query *query, int i, const struct h5_field *field,
                       const void *member)
{
    char word[H5_WORD_BYTES] = "";
    double real = 0;
    float single = 0;
    switch (field->kind) {
    case H5_FIELD_DOUBLE:
        memcpy(&real, member, sizeof real);
        db_bind_real(query, i, real);
        break;
    case H5_FIELD_FLOAT:
        memcpy(&single, member, sizeof single);
        db_bind_real(query, i, single);
        break;
    case H5_FIELD_TEXT:
        bind_text(query, i, member);
        break;
    case H5_FIELD_DATE:
        civil_format(*(const struct civil_date *)member, word);
        bind_text(query, i, word);
        break;
    case H5_FIELD_WORD:
        h5_field_word(field, member, word);
        bind_text(query, i, word);
        break;
    case H5_FIELD_BOOL:
    case H5_FIELD_INT32:
    case H5_FIELD_UINT32:
    case H5_FIELD_INT64:
    case H5_FIELD_UINT64:
        if (is_time(field)) {
            db_bind_time(query, i, whole_number(field, member));
        } else {
            db_bind_integer(query, i, whole_number(field, member));
        }
        break;
    }
}

/* ---- rows ---- */

static enum yk_status insert_text(const struct child *child, struct text *sql,
                                  struct failure *why)
{
    text_addf(sql, "INSERT INTO %s (analysis, number", child->table);
    for (size_t i = 0; i < child->n_columns; i++) {
        text_addf(sql, ", \"%s\"", child->columns[i]);
    }
    text_add(sql, ") VALUES (?, ?");
    for (size_t i = 0; i < child->n_columns; i++) {
        text_add(sql, ", ?");
    }
    text_add(sql, ")");
    return text_status(sql, why);
}

static enum yk_status bind_row(struct db_query *query, int64_t analysis, size_t r,
                               const struct child *child, const char *row, struct failure *why)
{
    db_bind_integer(query, 1, analysis);
    db_bind_integer(query, 2, (int64_t)r + 1);
    for (size_t i = 0; i < child->n_columns; i++) {
        const struct h5_field *field = h5_table_find(child->source, child->columns[i]);
        if (field == NULL) {
            return failure_set(why, YK_ERR_ARGUMENT, "no column %s", child->columns[i]);
        }
        bind_field(query, (int)i + 3, field, row + field->offset);
    }
    return YK_OK;
}

static enum yk_status add_rows(struct store *store, int64_t analysis, const struct child *child,
                               const void *rows, size_t n, struct failure *why)
{
    struct text sql;
    struct db_query *query = NULL;
    text_init(&sql);
    enum yk_status status = insert_text(child, &sql, why);
    if (status == YK_OK) {
        status = db_query_open(store->db, text_string(&sql), &query, why);
    }
    for (size_t r = 0; r < n && status == YK_OK; r++) {
        const char *row = (const char *)rows + r * child->source->row_bytes;
        db_reset(query);
        status = bind_row(query, analysis, r, child, row, why);
        (void)db_step(query, &status, why); /* an INSERT has no row */
    }
    db_query_close(query);
    text_release(&sql);
    return status;
}

static enum yk_status count_rows(struct store *store, int64_t analysis,
                                 const struct child *child, int64_t *n, struct failure *why)
{
    char sql[96];
    struct db_query *query = NULL;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE analysis = ?", child->table);
    enum yk_status status = db_query_openv(store->db, &query, why, sql, "i", analysis);
    if (db_step(query, &status, why)) {
        *n = db_int(query, 0);
    }
    db_query_close(query);
    return status;
}

/* Whether every row of a table is what these rows say, cell by cell, and no other is there. */
static enum yk_status compare_rows(struct store *store, int64_t analysis,
                                   const struct child *child, const void *rows, size_t n,
                                   bool *is_same, struct failure *why)
{
    struct text sql;
    struct db_query *query = NULL;
    int64_t there = 0;
    enum yk_status status = count_rows(store, analysis, child, &there, why);
    *is_same = there == (int64_t)n;
    text_init(&sql);
    text_addf(&sql, "SELECT 1 FROM %s WHERE analysis = ?1 AND number = ?2", child->table);
    for (size_t i = 0; i < child->n_columns; i++) {
        text_addf(&sql, " AND \"%s\" IS ?%zu", child->columns[i], i + 3);
    }
    status = status == YK_OK ? text_status(&sql, why) : status;
    if (status == YK_OK) {
        status = db_query_open(store->db, text_string(&sql), &query, why);
    }
    for (size_t r = 0; r < n && status == YK_OK && *is_same; r++) {
        const char *row = (const char *)rows + r * child->source->row_bytes;
        db_reset(query);
        status = bind_row(query, analysis, r, child, row, why);
        *is_same = db_step(query, &status, why);
    }
    db_query_close(query);
    text_release(&sql);
    return status;
}

static enum yk_status add_analysis(struct store *store, const char *recording, int64_t version,
                                   const struct analysis *a, const struct result_file *file,
                                   struct failure *why)
{
    struct text json;
    text_init(&json);
    parameters_to_json(&a->made_by.parameters, &json);
    enum yk_status status = text_status(&json, why);
    if (status == YK_OK) {
        status = db_runv(
            store->db, why,
            "INSERT INTO analysis (recording, version, made_ns, program_version, recipe, "
            "parameters, input_sha256, h5_name, h5_sha256, h5_bytes, format, device_model, "
            "device_serial, session_id, zone, start_ns, end_ns, epoch_s, epochs_n, gaps, "
            "bad_blocks, skipped_bytes, clock_jumps, calibration, "
            "calibration_error_before_mg, calibration_error_after_mg, nights_n, "
            "nights_valid_n, days_n, days_valid_n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
            "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            "tiittttttittttt"
            "TTiiiiiitddiiii",
            recording, version, a->made_by.made_ns, a->made_by.program_version,
            a->made_by.recipe, text_string(&json), a->made_by.input_sha256, file->name,
            file->sha256, (int64_t)file->bytes, a->info.format, a->info.device_model,
            a->info.device_serial, a->info.session_id, a->info.zone, a->info.start_ns,
            a->info.end_ns, (int64_t)a->epochs.epoch_s, (int64_t)a->epochs.n,
            (int64_t)a->report.gaps, (int64_t)a->report.bad_blocks,
            (int64_t)a->report.skipped_bytes, (int64_t)a->report.clock_jumps,
            calibration_outcome_word(a->calibration.outcome), a->calibration.error_before_mg,
            a->calibration.error_after_mg, (int64_t)a->n_nights, (int64_t)a->n_nights_valid,
            (int64_t)a->n_days, (int64_t)a->n_days_valid);
    }
    text_release(&json);
    return status;
}

enum yk_status results_next(struct store *store, const char *recording, int64_t *version,
                            char name[static 96], struct failure *why)
{
    struct db_query *query = NULL;
    int64_t next = 1;
    enum yk_status status =
        db_query_openv(store->db, &query, why,
                       "SELECT coalesce(max(version), 0) + 1 FROM analysis WHERE recording = ?",
                       "t", recording);
    if (db_step(query, &status, why)) {
        next = db_int(query, 0);
    }
    db_query_close(query);
    if (status == YK_OK) {
        *version = next;
        if (next == 1) {
            snprintf(name, 96, "%s.h5", recording);
        } else {
            snprintf(name, 96, "%s.%" PRId64 ".h5", recording, next);
        }
    }
    return status;
}

#define RESULT_PARTS 4

struct part {
    const struct child *child;
    const void *rows;
    size_t n;
};

static void parts_of(const struct analysis *analysis, struct part out[static RESULT_PARTS])
{
    out[0] = (struct part){&night_child, analysis->nights, analysis->n_nights};
    out[1] = (struct part){&rest_child, analysis->rests, analysis->n_rests};
    out[2] = (struct part){&day_child, analysis->days, analysis->n_days};
    out[3] = (struct part){&rhythm_child, analysis, 1};
}

enum yk_status results_compare(struct store *store, int64_t id, const struct analysis *analysis,
                               const char **differs, struct failure *why)
{
    struct part parts[RESULT_PARTS];
    enum yk_status status = YK_OK;
    *differs = NULL;
    parts_of(analysis, parts);
    for (size_t i = 0; i < RESULT_PARTS && status == YK_OK && *differs == NULL; i++) {
        bool is_same = true;
        status =
            compare_rows(store, id, parts[i].child, parts[i].rows, parts[i].n, &is_same, why);
        *differs = is_same ? NULL : parts[i].child->table;
    }
    return status;
}

enum yk_status results_add(struct store *store, const char *recording, int64_t version,
                           const struct analysis *analysis, const struct result_file *file,
                           struct failure *why)
{
    struct part parts[RESULT_PARTS];
    parts_of(analysis, parts);
    enum yk_status status = db_begin(store->db, why);
    if (status == YK_OK) {
        status = add_analysis(store, recording, version, analysis, file, why);
    }
    int64_t id = db_last_id(store->db);
    for (size_t i = 0; i < RESULT_PARTS && status == YK_OK; i++) {
        status = add_rows(store, id, parts[i].child, parts[i].rows, parts[i].n, why);
    }
    if (status == YK_OK) {
        status = seal_put_id(store->db, "analysis", id, why);
    }
    if (status == YK_OK) {
        char detail[96];
        snprintf(detail, sizeof detail, "version %" PRId64 ", recipe %s", version,
                 analysis->made_by.recipe);
        status = audit_add(store->db, "analyze", recording, detail, why);
    }
    return db_finish(store->db, status, why);
}
