/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recordings/<id>.h5 of a batch against cohort.sqlite, and epochs/<id>.csv against that. An
 * HDF5 file that is bit for bit what was put with its row is what it was, and only another one
 * is opened, or one that has a table of epochs.
 */
#include "src/pipeline/check_parts.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/disk.h"
#include "src/base/names.h"
#include "src/base/zone.h"
#include "src/export/epochs_csv.h"
#include "src/h5/h5_analysis.h"

/* The name of the table of a recording's epochs, where there is one. */
static bool has_epochs(const struct checking *self, const char *recording_id,
                       char name[static 256])
{
    snprintf(name, 256, "epochs/%s.csv", recording_id);
    return disk_holds(self->folder, name);
}

/* Whether the table of epochs at path is what the analysis gives, byte for byte; hex: what it
 * is then. */
static enum yk_status is_table_of(const char *path, const struct analysis *analysis,
                                  bool *is_same, char hex[static DIGEST_HEX],
                                  struct failure *why)
{
    char found[DIGEST_HEX];
    struct text table;
    struct zone *zone = NULL;
    text_init(&table);
    enum yk_status status = zone_open(analysis->info.zone, &zone, why);
    if (status == YK_OK) {
        epochs_csv_add(&analysis->epochs, zone, &table);
        status = digest_of_text(&table, hex, why);
    }
    if (status == YK_OK) {
        *is_same = digest_of_file(path, found, NULL) == YK_OK && strcmp(found, hex) == 0;
    }
    zone_close(zone);
    text_release(&table);
    return status;
}

enum yk_status check_epochs(const char *series, const char *table, bool *is_same,
                            struct failure *why)
{
    struct analysis analysis;
    char hex[DIGEST_HEX];
    *is_same = true;
    if (!disk_is_file(table)) {
        return YK_OK;
    }
    analysis_init(&analysis);
    enum yk_status status = h5_analysis_read(series, &analysis, why);
    status = status == YK_OK ? is_table_of(table, &analysis, is_same, hex, why) : status;
    analysis_release(&analysis);
    return status;
}

/* The epochs as a table, where they were wanted: it must be what the series gives. */
static enum yk_status compare_epochs(struct checking *self, const struct analysis *analysis,
                                     struct failure *why)
{
    char name[256], hex[DIGEST_HEX];
    bool is_same = true;
    if (!has_epochs(self, analysis->recording_id, name)) {
        return YK_OK;
    }
    struct text path;
    text_init(&path);
    enum yk_status status = disk_join(self->folder, name, &path, why);
    status = status == YK_OK ? is_table_of(text_string(&path), analysis, &is_same, hex, why)
                             : status;
    if (status == YK_OK && is_same) {
        check_know(self, name, hex);
    } else if (status == YK_OK) {
        check_report(self, CHECK_epochs_differ, name, "");
    }
    text_release(&path);
    return status;
}

static enum yk_status compare_series(struct checking *self, const struct db_query *row,
                                     const char *subject, const char *path, struct failure *why)
{
    struct analysis analysis;
    struct failure how;
    char detail[128];
    analysis_init(&analysis);
    enum yk_status status = h5_analysis_read(path, &analysis, &how), result = YK_OK;
    if (status == YK_ERR_NO_DEVICE) {
        check_report(self, CHECK_result_missing, subject, "");
    } else if (status != YK_OK) {
        check_report(self, CHECK_result_damaged, subject, how.text);
    } else if (strcmp(analysis.recording_id, db_text(row, 0)) != 0 ||
               strcmp(analysis.made_by.input_sha256, db_text(row, 1)) != 0) {
        check_report(self, CHECK_result_differs, subject, "it belongs to another recording");
    } else if ((int64_t)analysis.n_nights != db_int(row, 2)) {
        snprintf(detail, sizeof detail, "%zu %s in the file, %" PRId64 " in night.csv",
                 analysis.n_nights, text_many(analysis.n_nights, "night", "nights"),
                 db_int(row, 2));
        check_report(self, CHECK_result_differs, subject, detail);
    } else {
        result = compare_epochs(self, &analysis, why);
    }
    analysis_release(&analysis);
    return result;
}

static int64_t count_lines(const struct text *rows)
{
    int64_t n = 0;
    const char *at = text_string(rows);
    while ((at = strchr(at, '\n')) != NULL) {
        n++;
        at++;
    }
    return n;
}

/* Bit for bit what was put with the row, which is whole and has the nights of the table? Then
 * what it holds was compared when it was put. */
static bool is_as_put(struct checking *self, const struct db_query *row, const char *subject,
                      const char *path)
{
    char found[DIGEST_HEX], epochs[256];
    struct cohort_result put;
    cohort_result_init(&put);
    bool is_same = self->cohort != NULL && !has_epochs(self, db_text(row, 0), epochs) &&
                   cohort_db_get(self->cohort, db_text(row, 0), &put, NULL) == YK_OK &&
                   count_lines(&put.part[COHORT_NIGHT]) == db_int(row, 2) &&
                   digest_of_file(path, found, NULL) == YK_OK &&
                   strcmp(found, put.h5_sha256) == 0;
    if (is_same) {
        check_know(self, subject, found);
    }
    cohort_result_release(&put);
    return is_same;
}

enum yk_status check_recordings(struct checking *self, struct failure *why)
{
    struct db_query *query = NULL;
    struct text path;
    text_init(&path);
    enum yk_status status = db_query_open(
        self->db,
        "SELECT r.recording_id, r.input_sha256, coalesce(n.nights, 0) FROM result AS r "
        "LEFT JOIN (SELECT recording_id, count(*) AS nights FROM night GROUP BY 1) AS n "
        "ON n.recording_id = r.recording_id WHERE r.status = 'done' ORDER BY r.recording_id",
        &query, why);
    while (db_step(query, &status, why)) {
        char subject[256];
        snprintf(subject, sizeof subject, "recordings/%s.h5", db_text(query, 0));
        status = check_goes_on(self, why);
        status = status == YK_OK ? disk_join(self->folder, subject, &path, why) : status;
        if (status == YK_OK) {
            status = is_as_put(self, query, subject, text_string(&path))
                         ? YK_OK
                         : compare_series(self, query, subject, text_string(&path), why);
            self->totals.recordings++;
            self->totals.analyses++;
        }
    }
    db_query_close(query);
    text_release(&path);
    return status;
}

/* A folder with a file for each recording: its name is the recording's, and the suffix. */
struct result_folder {
    const char *name, *suffix;
};

static enum yk_status check_name(struct checking *self, struct db_query *query,
                                 const struct result_folder *folder, const char *name,
                                 struct failure *why)
{
    char subject[300], id[256];
    size_t n = strlen(name);
    enum yk_status status = YK_OK;
    bool is_known = false;
    if (n < sizeof id && name_ends_with(name, folder->suffix)) {
        snprintf(id, sizeof id, "%.*s", (int)(n - strlen(folder->suffix)), name);
        db_reset(query);
        db_bind_text(query, 1, id);
        is_known = db_step(query, &status, why);
    }
    if (status == YK_OK && !is_known) {
        snprintf(subject, sizeof subject, "%s/%s", folder->name, name);
        check_report(self, CHECK_result_unknown, subject, "");
    }
    return status;
}

static enum yk_status check_folder(struct checking *self, struct db_query *query,
                                   const struct result_folder *folder, struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = disk_join(self->folder, folder->name, &path, why);
    DIR *dir = status == YK_OK ? opendir(text_string(&path)) : NULL;
    for (struct dirent *entry;
         dir != NULL && status == YK_OK && (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] != '.') {
            status = check_name(self, query, folder, entry->d_name, why);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&path);
    return status;
}

enum yk_status check_files(struct checking *self, struct failure *why)
{
    static const struct result_folder folders[] = {{"recordings", ".h5"}, {"epochs", ".csv"}};
    struct db_query *query = NULL;
    enum yk_status status =
        db_query_open(self->db, "SELECT 1 FROM result WHERE recording_id = ?", &query, why);
    for (size_t i = 0; i < sizeof folders / sizeof *folders && status == YK_OK; i++) {
        status = check_folder(self, query, &folders[i], why);
    }
    db_query_close(query);
    return status;
}
