/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables exist twice, as CSV and in cohort.sqlite, and most of what they say a third time
 * in recordings/<id>.h5, from which epochs/<id>.csv follows; damage or a later change of one of
 * them shows as a difference. What shows nowhere else shows in SHA256SUMS. Each file is read
 * once: an HDF5 file that is bit for bit what was put with its row of cohort.sqlite is what it
 * was, and only another one is opened. Left out: run.log.
 */
#include "src/pipeline/check_batch.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/digest.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/page_seal.h"
#include "src/base/zone.h"
#include "src/export/epochs_csv.h"
#include "src/h5/h5_analysis.h"
#include "src/pipeline/sums.h"
#include "src/store/cohort_db.h"

#define BATCH_DB "cohort.sqlite"

/* A file that was looked at already: found wanting (no sum), or read to its end. */
struct known_file {
    char *name; /* owned */
    char hex[DIGEST_HEX];
};

struct checking {
    const char *folder;
    struct job *job;
    struct db *db;
    struct cohort_db *cohort; /* the same file; NULL: its results cannot be read */
    void (*found)(void *user, const struct check_finding *finding);
    void *user;
    struct check_totals totals;
    struct known_file *known;
    size_t n_known, known_capacity;
    bool has_no_memory;
};

static void know(struct checking *self, const char *name, const char *hex)
{
    char *copy = MEM_RESERVE(self->known, self->n_known, self->known_capacity) == 0
                     ? mem_copy_text(name)
                     : NULL;
    if (copy == NULL) {
        self->has_no_memory = true;
        return;
    }
    struct known_file *file = &self->known[self->n_known++];
    file->name = copy;
    snprintf(file->hex, sizeof file->hex, "%s", hex);
}

static void report(struct checking *self, enum check_kind kind, const char *subject,
                   const char *detail)
{
    struct check_finding finding = {kind, subject, detail};
    know(self, subject, "");
    self->totals.broken += !check_is_leftover(kind);
    self->totals.leftovers += check_is_leftover(kind);
    if (self->found != NULL) {
        self->found(self->user, &finding);
    }
}

static void forget_known(struct checking *self)
{
    for (size_t i = 0; i < self->n_known; i++) {
        mem_free(self->known[i].name);
    }
    mem_free(self->known);
}

static bool has_file(const char *folder, const char *name)
{
    struct text path;
    text_init(&path);
    bool has =
        disk_join(folder, name, &path, NULL) == YK_OK && disk_is_file(text_string(&path));
    text_release(&path);
    return has;
}

bool check_is_batch(const char *folder)
{
    return has_file(folder, BATCH_DB) || has_file(folder, "quality.csv");
}

/* ---- a table against its copy in the database ---- */

/* Equal as numbers, or as texts; an empty field is NULL. */
static bool is_same(const struct db_query *row, int column, const char *field)
{
    double a = 0, b = 0;
    const char *text = db_text(row, column);
    if (strcmp(text, field) == 0) {
        return true;
    }
    return text_parse_double(text, strlen(text), &a) &&
           text_parse_double(field, strlen(field), &b) && a == b;
}

static enum yk_status compare_rows(struct checking *self, struct csv *csv,
                                   struct db_query *query, const size_t *column,
                                   const char *name, struct failure *why)
{
    char detail[192];
    enum yk_status from_file = YK_OK, from_db = YK_OK;
    for (;;) {
        const struct csv_row *row = NULL;
        from_file = csv_next(csv, &row, why);
        if (from_file != YK_OK && from_file != YK_END) {
            return from_file;
        }
        from_db = db_next(query, why);
        if (from_db != YK_OK && from_db != YK_END) {
            return from_db;
        }
        if (from_file == YK_END || from_db == YK_END) {
            break;
        }
        for (int c = 0; c < db_columns(query); c++) {
            if (!is_same(query, c, csv_field(row, column[c]))) {
                snprintf(detail, sizeof detail, "line %" PRIu64 ", column %s", row->line,
                         db_column_name(query, c));
                report(self, CHECK_table_differs, name, detail);
                return YK_OK;
            }
        }
    }
    if (from_file != from_db) {
        report(self, CHECK_table_differs, name,
               from_file == YK_END ? "rows are missing" : "there are more rows");
    }
    return YK_OK;
}

/* Where in the file each column of the query is. */
static enum yk_status compare_columns(struct checking *self, struct csv *csv,
                                      struct db_query *query, const char *name,
                                      struct failure *why)
{
    int n = db_columns(query);
    size_t *column = mem_alloc((size_t)n, sizeof *column);
    if (column == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the columns of %s", name);
    }
    for (int c = 0; c < n; c++) {
        column[c] = csv_find(csv, db_column_name(query, c));
    }
    enum yk_status status = compare_rows(self, csv, query, column, name, why);
    mem_free(column);
    return status;
}

static enum yk_status compare_table(struct checking *self, const char *table,
                                    struct failure *why)
{
    char name[64], sql[96];
    struct text path;
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    struct db_query *query = NULL;
    struct failure how;
    text_init(&path);
    snprintf(name, sizeof name, "%s.csv", table);
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" ORDER BY rowid", table);
    enum yk_status status = disk_join(self->folder, name, &path, why);
    if (status == YK_OK && !disk_is_file(text_string(&path))) {
        report(self, CHECK_batch_unfinished, name, "");
        goto done;
    }
    if (status == YK_OK && db_query_open(self->db, sql, &query, &how) != YK_OK) {
        report(self, CHECK_batch_unfinished, BATCH_DB, how.text);
        goto done;
    }
    if (status == YK_OK) {
        status = file_source_open(text_string(&path), &bytes, why);
    }
    if (status == YK_OK) {
        status = csv_open(bytes, ',', &csv, why);
    }
    if (status == YK_OK && csv_read_header(csv, &how) != YK_OK) {
        report(self, CHECK_table_differs, name, how.text);
        goto done;
    }
    if (status == YK_OK) {
        status = compare_columns(self, csv, query, name, why);
        self->totals.tables++;
    }
done:
    db_query_close(query);
    csv_close(csv);
    byte_source_close(bytes);
    text_release(&path);
    return status;
}

/* ---- recordings ---- */

/* The name of the table of a recording's epochs, where there is one. */
static bool has_epochs(const struct checking *self, const char *recording_id,
                       char name[static 256])
{
    snprintf(name, 256, "epochs/%s.csv", recording_id);
    return has_file(self->folder, name);
}

/* Whether the table of epochs at path is what the analysis gives, byte for byte. */
static enum yk_status is_table_of(const char *path, const struct analysis *analysis,
                                  bool *is_same, struct failure *why)
{
    char expected[DIGEST_HEX], found[DIGEST_HEX];
    struct text table;
    struct zone *zone = NULL;
    text_init(&table);
    enum yk_status status = zone_open(analysis->info.zone, &zone, why);
    if (status == YK_OK) {
        epochs_csv_add(&analysis->epochs, zone, &table);
        status = digest_of_text(&table, expected, why);
    }
    if (status == YK_OK) {
        *is_same = digest_of_file(path, found, NULL) == YK_OK && strcmp(found, expected) == 0;
    }
    zone_close(zone);
    text_release(&table);
    return status;
}

enum yk_status check_epochs(const char *series, const char *table, bool *is_same,
                            struct failure *why)
{
    struct analysis analysis;
    *is_same = true;
    if (!disk_is_file(table)) {
        return YK_OK;
    }
    analysis_init(&analysis);
    enum yk_status status = h5_analysis_read(series, &analysis, why);
    status = status == YK_OK ? is_table_of(table, &analysis, is_same, why) : status;
    analysis_release(&analysis);
    return status;
}

/* The epochs as a table, where they were wanted: it must be what the series gives. */
static enum yk_status compare_epochs(struct checking *self, const struct analysis *analysis,
                                     struct failure *why)
{
    char name[256];
    bool is_same = true;
    struct text path;
    text_init(&path);
    enum yk_status status = YK_OK;
    if (has_epochs(self, analysis->recording_id, name)) {
        status = disk_join(self->folder, name, &path, why);
        status =
            status == YK_OK ? is_table_of(text_string(&path), analysis, &is_same, why) : status;
    }
    if (status == YK_OK && !is_same) {
        report(self, CHECK_epochs_differ, name, "");
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
        report(self, CHECK_result_missing, subject, "");
    } else if (status != YK_OK) {
        report(self, CHECK_result_damaged, subject, how.text);
    } else if (strcmp(analysis.recording_id, db_text(row, 0)) != 0 ||
               strcmp(analysis.made_by.input_sha256, db_text(row, 1)) != 0) {
        report(self, CHECK_result_differs, subject, "it belongs to another recording");
    } else if ((int64_t)analysis.n_nights != db_int(row, 2)) {
        snprintf(detail, sizeof detail, "%zu nights in the file, %" PRId64 " in night.csv",
                 analysis.n_nights, db_int(row, 2));
        report(self, CHECK_result_differs, subject, detail);
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
        know(self, subject, found);
    }
    cohort_result_release(&put);
    return is_same;
}

static enum yk_status check_recordings(struct checking *self, struct failure *why)
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
        status = job_is_cancelled(self->job)
                     ? failure_set(why, YK_ERR_CANCELLED, "stopped checking")
                     : disk_join(self->folder, subject, &path, why);
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

static enum yk_status check_name(struct checking *self, struct db_query *query,
                                 const char *name, struct failure *why)
{
    char subject[300], id[256];
    size_t n = strlen(name);
    enum yk_status status = YK_OK;
    bool is_known = false;
    if (n < sizeof id && name_ends_with(name, ".h5")) {
        snprintf(id, sizeof id, "%.*s", (int)(n - 3), name);
        db_reset(query);
        db_bind_text(query, 1, id);
        is_known = db_step(query, &status, why);
    }
    if (status == YK_OK && !is_known) {
        snprintf(subject, sizeof subject, "recordings/%s", name);
        report(self, CHECK_result_unknown, subject, "");
    }
    return status;
}

static enum yk_status check_files(struct checking *self, struct failure *why)
{
    struct db_query *query = NULL;
    struct text path;
    text_init(&path);
    enum yk_status status = disk_join(self->folder, "recordings", &path, why);
    DIR *dir = status == YK_OK ? opendir(text_string(&path)) : NULL;
    status = status == YK_OK
                 ? db_query_open(self->db, "SELECT 1 FROM result WHERE recording_id = ?",
                                 &query, why)
                 : status;
    for (struct dirent *entry;
         dir != NULL && status == YK_OK && (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] != '.') {
            status = check_name(self, query, entry->d_name, why);
        }
    }
    db_query_close(query);
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&path);
    return status;
}

static enum yk_status check_integrity(struct checking *self, struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_open(self->db, "PRAGMA integrity_check", &query, why);
    while (db_step(query, &status, why)) {
        if (strcmp(db_text(query, 0), "ok") != 0) {
            report(self, CHECK_cohort_damaged, BATCH_DB, db_text(query, 0));
        }
    }
    db_query_close(query);
    return status;
}

/* ---- checksums ---- */

static int by_name(const void *a, const void *b)
{
    const struct known_file *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->hex, y->hex); /* what was found wanting first */
}

/* The first that is known of a file, or NULL. `known` is sorted up to n. */
static const struct known_file *find_known(const struct known_file *known, size_t n,
                                           const char *name)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(known[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n && strcmp(known[low].name, name) == 0 ? &known[low] : NULL;
}

struct comparing {
    struct checking *checking;
    size_t n_known; /* before the sums were looked at */
};

/* A file that was found wanting already is not said twice; one that was read is not read again.
 */
static enum yk_status compare_sum(void *user, const char *name, const char *hex,
                                  struct failure *why)
{
    const struct comparing *comparing = user;
    struct checking *self = comparing->checking;
    const struct known_file *known = find_known(self->known, comparing->n_known, name);
    char found[DIGEST_HEX], detail[128];
    struct failure how;
    struct text path;
    if (known != NULL && (known->hex[0] == '\0' || strcmp(known->hex, hex) == 0)) {
        return YK_OK;
    }
    text_init(&path);
    enum yk_status status = job_is_cancelled(self->job)
                                ? failure_set(why, YK_ERR_CANCELLED, "stopped checking")
                                : disk_join(self->folder, name, &path, why);
    if (status == YK_OK) {
        enum yk_status read = digest_of_file(text_string(&path), found, &how);
        snprintf(detail, sizeof detail, "SHA-256 %.12s, recorded %.12s",
                 read == YK_OK ? found : "", hex);
        if (read == YK_ERR_NO_DEVICE) {
            report(self, CHECK_batch_unfinished, name, "");
        } else if (read != YK_OK || strcmp(found, hex) != 0) {
            report(self, CHECK_file_changed, name, read != YK_OK ? how.text : detail);
        }
    }
    text_release(&path);
    return status;
}

static enum yk_status check_sums(struct checking *self, struct failure *why)
{
    struct comparing comparing = {self, self->n_known};
    struct text path;
    text_init(&path);
    if (self->n_known > 0) {
        qsort(self->known, self->n_known, sizeof *self->known, by_name);
    }
    enum yk_status status = disk_join(self->folder, SUMS_FILE, &path, why);
    if (status == YK_OK) {
        status = sums_read(text_string(&path), compare_sum, &comparing, why);
        if (status == YK_ERR_NO_DEVICE && self->totals.leftovers == 0) {
            report(self, CHECK_batch_unfinished, SUMS_FILE, "");
        } else if (status == YK_ERR_CORRUPT) {
            report(self, CHECK_file_changed, SUMS_FILE, "");
        }
        status = status == YK_ERR_NO_DEVICE || status == YK_ERR_CORRUPT ? YK_OK : status;
    }
    text_release(&path);
    return status;
}

/* Pages that `sheet quality` put beside the tables. */
static enum yk_status check_pages(struct checking *self, struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = YK_OK;
    DIR *dir = opendir(self->folder);
    if (dir == NULL) {
        status = failure_set_errno(why, errno, "looking into %s", self->folder);
    }
    for (struct dirent *entry;
         dir != NULL && status == YK_OK && (entry = readdir(dir)) != NULL;) {
        if (page_seal_is_page(entry->d_name)) {
            status = disk_join(self->folder, entry->d_name, &path, why);
            enum yk_status seal =
                status == YK_OK ? page_seal_check(text_string(&path), NULL) : YK_OK;
            if (seal != YK_OK) {
                report(self,
                       seal == YK_ERR_UNSUPPORTED ? CHECK_page_unsealed : CHECK_page_changed,
                       entry->d_name, "");
            }
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&path);
    return status;
}

static enum yk_status check_opened(struct checking *self, struct failure *why)
{
    static const char *const tables[] = {"night",  "rest",  "day",     "recording",
                                         "person", "event", "quality", "codebook"};
    enum yk_status status = check_integrity(self, why);
    uint64_t unfinished = self->totals.leftovers;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && status == YK_OK; i++) {
        status = compare_table(self, tables[i], why);
    }
    /* Without its tables the database cannot be compared with the series either. */
    if (status == YK_OK && self->totals.leftovers == unfinished) {
        status = check_recordings(self, why);
        if (status == YK_OK) {
            status = check_files(self, why);
        }
    }
    return status;
}

enum yk_status check_batch(const char *folder, struct job *job,
                           void (*found)(void *user, const struct check_finding *finding),
                           void *user, struct check_totals *out, struct failure *why)
{
    struct checking self = {.folder = folder, .job = job, .found = found, .user = user};
    struct text path;
    struct failure how;
    text_init(&path);
    enum yk_status status = disk_join(folder, BATCH_DB, &path, why);
    if (status == YK_OK) {
        enum yk_status opened = db_open(text_string(&path), DB_READ, &self.db, &how);
        if (opened == YK_ERR_NO_DEVICE) {
            report(&self, CHECK_batch_unfinished, BATCH_DB, "");
        } else if (opened == YK_ERR_MEMORY) {
            status = failure_set(why, opened, "%s", how.text);
        } else if (opened != YK_OK) {
            report(&self, CHECK_cohort_damaged, BATCH_DB, how.text);
        } else {
            if (cohort_db_open(text_string(&path), COHORT_READ, &self.cohort, NULL) != YK_OK) {
                self.cohort = NULL; /* then every HDF5 file is opened */
            }
            status = check_opened(&self, &how);
            if (status == YK_ERR_STORE) { /* so damaged that it cannot be asked */
                report(&self, CHECK_cohort_damaged, BATCH_DB, how.text);
                status = YK_OK;
            } else if (status != YK_OK && why != NULL) {
                *why = how;
            }
            cohort_db_close(self.cohort);
            db_close(self.db);
        }
    }
    text_release(&path);
    status = status == YK_OK ? check_sums(&self, why) : status;
    status = status == YK_OK ? check_pages(&self, why) : status;
    if (status == YK_OK && self.has_no_memory) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the list of checked files");
    }
    forget_known(&self);
    if (status == YK_OK) {
        *out = self.totals;
    }
    return status;
}
