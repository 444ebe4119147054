/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The check goes both ways: from the rows to the files (is what we promised still there, with
 * the same hash?) and from the files to the rows (is there anything nobody knows of?). What a
 * living program holds locked is not judged.
 */
#include "src/store/check.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/disk.h"
#include "src/base/names.h"
#include "src/h5/h5_analysis.h"
#include "src/store/archive.h"
#include "src/store/audit.h"
#include "src/store/identity.h"
#include "src/store/results.h"
#include "src/store/seal.h"

struct checking {
    struct store *store;
    struct job *job;
    void (*found)(void *user, const struct check_finding *finding);
    void *user;
    struct check_totals totals;
};

static const struct {
    const char *word, *ja, *en;
    bool is_leftover;
} kinds[] = {
#define CHECK(id, is_leftover, ja, en) {#id, ja, en, is_leftover},
#include "src/store/check_kinds.def"
#undef CHECK
};

const char *check_kind_word(enum check_kind kind)
{
    return kinds[kind].word;
}

bool check_is_leftover(enum check_kind kind)
{
    return kinds[kind].is_leftover;
}

const char *check_sentence_ja(enum check_kind kind)
{
    return kinds[kind].ja;
}

const char *check_sentence_en(enum check_kind kind)
{
    return kinds[kind].en;
}

static void report(struct checking *self, enum check_kind kind, const char *subject,
                   const char *detail)
{
    struct check_finding finding = {kind, subject, detail != NULL ? detail : ""};
    self->totals.broken += !kinds[kind].is_leftover;
    self->totals.leftovers += kinds[kind].is_leftover;
    if (self->found != NULL) {
        self->found(self->user, &finding);
    }
}

static enum yk_status stopped(const struct checking *self, struct failure *why)
{
    return job_is_cancelled(self->job) ? failure_set(why, YK_ERR_CANCELLED, "stopped checking")
                                       : YK_OK;
}

/* Runs a query and hands every row to one(); ends with the first failure. */
static enum yk_status each_row(struct checking *self, const char *sql,
                               enum yk_status (*one)(struct checking *self,
                                                     const struct db_query *row,
                                                     struct failure *why),
                               struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_open(self->store->db, sql, &query, why);
    while (db_step(query, &status, why)) {
        status = stopped(self, why);
        if (status == YK_OK) {
            status = one(self, query, why);
        }
    }
    db_query_close(query);
    return status;
}

/* ---- the database by itself ---- */

static enum yk_status on_integrity(struct checking *self, const struct db_query *row,
                                   struct failure *why)
{
    (void)why;
    if (strcmp(db_text(row, 0), "ok") != 0) {
        report(self, CHECK_database_damaged, STORE_DB, db_text(row, 0));
    }
    return YK_OK;
}

static enum yk_status on_broken_reference(struct checking *self, const struct db_query *row,
                                          struct failure *why)
{
    (void)why;
    report(self, CHECK_reference_broken, db_text(row, 0), db_text(row, 2));
    return YK_OK;
}

static enum yk_status on_doomed(struct checking *self, const struct db_query *row,
                                struct failure *why)
{
    (void)why;
    report(self, CHECK_deletion_unfinished, db_text(row, 0), NULL);
    return YK_OK;
}

static enum yk_status check_audit(struct checking *self, struct failure *why)
{
    int64_t n = 0, bad = 0;
    char detail[64];
    enum yk_status status = audit_verify(self->store->db, &n, &bad, why);
    if (status == YK_OK && bad != 0) {
        snprintf(detail, sizeof detail, "line %" PRId64, bad);
        report(self, CHECK_audit_changed, "audit", detail);
    }
    if (status == YK_OK) {
        self->totals.audit_lines = (uint64_t)n;
    }
    return status;
}

static enum yk_status on_persons(struct checking *self, const struct db_query *row,
                                 struct failure *why)
{
    (void)why;
    self->totals.persons = (uint64_t)db_int(row, 0);
    return YK_OK;
}

static void on_seal(void *user, enum seal_finding finding, const char *row, const char *about)
{
    static const enum check_kind finding_kinds[] = {CHECK_row_changed, CHECK_row_added,
                                                    CHECK_row_missing};
    report(user, finding_kinds[finding], row, about);
}

static enum yk_status check_database(struct checking *self, struct failure *why)
{
    enum yk_status status = each_row(self, "PRAGMA integrity_check", on_integrity, why);
    if (status == YK_OK) {
        status = each_row(self, "PRAGMA foreign_key_check", on_broken_reference, why);
    }
    if (status == YK_OK) {
        status = seal_verify(self->store->db, on_seal, self, why);
    }
    if (status == YK_OK) {
        status = check_audit(self, why);
    }
    if (status == YK_OK) {
        status = audit_last(self->store->db, self->totals.audit_hash, why);
    }
    if (status == YK_OK) {
        status = each_row(self, "SELECT count(*) FROM person", on_persons, why);
    }
    if (status == YK_OK) {
        status = each_row(self, "SELECT path FROM doomed", on_doomed, why);
    }
    return status;
}

/* ---- names, without their key ---- */

static enum yk_status on_name(void *user, const char *code, struct failure *why)
{
    struct checking *self = user;
    struct db_query *query = NULL;
    enum yk_status status = db_query_openv(self->store->db, &query, why,
                                           "SELECT 1 FROM person WHERE code = ?", "t", code);
    if (!db_step(query, &status, why) && status == YK_OK) {
        report(self, CHECK_name_unrecorded, STORE_IDENTITY, code);
    }
    db_query_close(query);
    return status;
}

static enum yk_status check_names(struct checking *self, struct failure *why)
{
    char damage[128];
    enum yk_status status = identity_check(self->store->folder, damage, on_name, self, why);
    if (status == YK_OK && damage[0] != '\0') {
        report(self, CHECK_names_damaged, STORE_IDENTITY, damage);
    }
    return status;
}

/* ---- from rows to files ---- */

/* "archive/<name>" for messages: a folder of the store and a name in it. */
enum { SUBJECT_ROOM = 300 };
static void subject_of(const char *part, const char *name, char out[static SUBJECT_ROOM])
{
    snprintf(out, SUBJECT_ROOM, "%s/%s", part, name);
}

static bool is_locked(struct checking *self, const char *name)
{
    struct text folder;
    int lock = -1;
    text_init(&folder);
    bool is_busy = store_path(self->store, STORE_ARCHIVE, NULL, &folder, NULL) == YK_OK &&
                   archive_try_lock(text_string(&folder), name, &lock, NULL) == YK_ERR_BUSY;
    archive_unlock(lock);
    text_release(&folder);
    return is_busy;
}

static enum yk_status on_recording(struct checking *self, const struct db_query *row,
                                   struct failure *why)
{
    char name[ARCHIVE_NAME_BYTES], hash[DIGEST_HEX] = "", subject[SUBJECT_ROOM], detail[128];
    uint64_t bytes = 0;
    struct text path;
    text_init(&path);
    snprintf(name, sizeof name, "%s.%s", db_text(row, 1), db_text(row, 2));
    subject_of(STORE_ARCHIVE, name, subject);
    self->totals.recordings++;
    enum yk_status status = store_path(self->store, STORE_ARCHIVE, name, &path, why);
    if (status == YK_OK) {
        struct failure how;
        enum yk_status read = archive_hash(text_string(&path), hash, &bytes, self->job, &how);
        if (read == YK_ERR_NO_DEVICE) {
            report(self, CHECK_original_missing, subject, db_text(row, 0));
        } else if (read == YK_ERR_CANCELLED || read == YK_ERR_MEMORY) {
            status = failure_set(why, read, "%s", how.text);
        } else if (read != YK_OK) {
            report(self, CHECK_original_damaged, subject, how.text);
        } else if (strcmp(hash, db_text(row, 1)) != 0) {
            snprintf(detail, sizeof detail, "recording %.24s, SHA-256 is %s", db_text(row, 0),
                     hash);
            report(self, CHECK_original_damaged, subject, detail);
        }
        self->totals.originals += read == YK_OK;
        self->totals.bytes += bytes;
    }
    if (status == YK_OK && db_int(row, 3) == 0) {
        if (is_locked(self, name)) {
            self->totals.in_use++;
        } else {
            report(self, CHECK_not_analysed, db_text(row, 0), NULL);
        }
    }
    text_release(&path);
    return status;
}

/* What the file says about itself against the row: recording, input, version, nights. */
static enum yk_status compare_series(struct checking *self, const struct db_query *row,
                                     const char *subject, const char *path, struct failure *why)
{
    struct analysis analysis;
    struct failure how;
    const char *differs = NULL;
    char detail[192];
    enum yk_status status = YK_OK;
    analysis_init(&analysis);
    if (h5_analysis_read(path, &analysis, &how) != YK_OK) {
        report(self, CHECK_series_damaged, subject, how.text);
    } else if (strcmp(analysis.recording_id, db_text(row, 2)) != 0 ||
               strcmp(analysis.made_by.input_sha256, db_text(row, 3)) != 0) {
        report(self, CHECK_series_differs, subject, "it belongs to another recording");
    } else if ((int64_t)analysis.n_nights != db_int(row, 5) ||
               (int64_t)analysis.n_nights != db_int(row, 4) ||
               (int64_t)analysis.n_days != db_int(row, 6)) {
        snprintf(detail, sizeof detail,
                 "%zu nights and %zu days in the file, %" PRId64 " and %" PRId64
                 " rows, %" PRId64 " nights in the analysis",
                 analysis.n_nights, analysis.n_days, db_int(row, 5), db_int(row, 6),
                 db_int(row, 4));
        report(self, CHECK_series_differs, subject, detail);
    } else {
        status = results_compare(self->store, db_int(row, 8), &analysis, &differs, why);
        if (status == YK_OK && differs != NULL) {
            snprintf(detail, sizeof detail, "a row of the table %s is not that of the file",
                     differs);
            report(self, CHECK_series_differs, subject, detail);
        }
    }
    analysis_release(&analysis);
    return status;
}

static enum yk_status on_analysis(struct checking *self, const struct db_query *row,
                                  struct failure *why)
{
    char hash[DIGEST_HEX] = "", subject[SUBJECT_ROOM];
    uint64_t bytes = 0;
    struct text path;
    struct failure how;
    text_init(&path);
    subject_of(STORE_RECORDINGS, db_text(row, 0), subject);
    self->totals.analyses++;
    bool is_old = db_int(row, 7) != 0; /* `analyze` has made a newer one, which is in use */
    enum check_kind missing = is_old ? CHECK_old_series_missing : CHECK_series_missing;
    enum check_kind damaged = is_old ? CHECK_old_series_damaged : CHECK_series_damaged;
    enum yk_status status =
        store_path(self->store, STORE_RECORDINGS, db_text(row, 0), &path, why);
    if (status == YK_OK) {
        enum yk_status read = archive_hash(text_string(&path), hash, &bytes, self->job, &how);
        if (read == YK_ERR_NO_DEVICE) {
            report(self, missing, subject, db_text(row, 2));
        } else if (read == YK_ERR_CANCELLED || read == YK_ERR_MEMORY) {
            status = failure_set(why, read, "%s", how.text);
        } else if (read != YK_OK) {
            report(self, damaged, subject, how.text);
        } else if (strcmp(hash, db_text(row, 1)) != 0) {
            report(self, damaged, subject, hash);
        } else {
            status = compare_series(self, row, subject, text_string(&path), why);
        }
    }
    text_release(&path);
    return status;
}

/* ---- from files to rows ---- */

struct known {
    const char *sql;
    bool (*is_alive)(struct checking *self, const char *name, const char *path);
    enum check_kind unknown;
};

/* A row that is committed while the folder is read may not have been seen before: each name
 * asks anew. */
static enum yk_status is_known(struct checking *self, const char *sql, const char *name,
                               bool *known, struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_openv(self->store->db, &query, why, sql, "t", name);
    *known = db_step(query, &status, why);
    db_query_close(query);
    return status;
}

static bool original_is_alive(struct checking *self, const char *name, const char *path)
{
    (void)path;
    return is_locked(self, name);
}

/* A series belongs to the original whose hash begins with its id. */
static bool series_is_alive(struct checking *self, const char *name, const char *path)
{
    (void)path;
    struct text folder;
    bool is_alive = false;
    text_init(&folder);
    DIR *dir = store_path(self->store, STORE_ARCHIVE, NULL, &folder, NULL) == YK_OK
                   ? opendir(text_string(&folder))
                   : NULL;
    for (struct dirent *entry; dir != NULL && !is_alive && (entry = readdir(dir)) != NULL;) {
        size_t digits = strcspn(name, ".");
        is_alive = digits >= 12 && strncmp(entry->d_name, name, digits) == 0 &&
                   is_locked(self, entry->d_name);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&folder);
    return is_alive;
}

static enum yk_status check_name(struct checking *self, const char *part, const char *name,
                                 const struct known *rule, struct failure *why)
{
    char subject[SUBJECT_ROOM];
    struct text path;
    bool known = false, is_alive = false;
    bool is_original = strcmp(part, STORE_ARCHIVE) == 0;
    bool is_part = is_original ? archive_is_part(name) : name_ends_with(name, DISK_PART);
    bool is_ours = is_part || strcspn(name, ".") >= 12;
    text_init(&path);
    subject_of(part, name, subject);
    enum yk_status status = store_path(self->store, part, name, &path, why);
    if (status == YK_OK && !is_part) {
        status = is_known(self, rule->sql, name, &known, why);
    }
    if (status == YK_OK && !known) {
        is_alive = is_part && is_original ? archive_part_is_alive(text_string(&path))
                                          : rule->is_alive(self, name, text_string(&path));
    }
    /* Asked again after the lock: it may have been finished in between. */
    if (status == YK_OK && !known && !is_alive && !is_part) {
        status = is_known(self, rule->sql, name, &known, why);
    }
    if (status == YK_OK && !known) {
        if (is_alive) {
            self->totals.in_use++;
        } else if (disk_is_file(text_string(&path))) {
            report(self,
                   is_part    ? CHECK_unfinished_copy
                   : !is_ours ? CHECK_foreign_file
                              : rule->unknown,
                   subject, NULL);
        }
    }
    text_release(&path);
    return status;
}

static enum yk_status check_folder(struct checking *self, const char *part,
                                   const struct known *rule, struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = store_path(self->store, part, NULL, &path, why);
    DIR *dir = status == YK_OK ? opendir(text_string(&path)) : NULL;
    if (status == YK_OK && dir == NULL) {
        report(self, CHECK_original_missing, part, strerror(errno));
    }
    for (struct dirent *entry;
         dir != NULL && status == YK_OK && (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] != '.') {
            status = check_name(self, part, entry->d_name, rule, why);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&path);
    return status;
}

/* Parts of recorders that were not read to their end. A note beside one is no finding. */
static enum yk_status check_dock(struct checking *self, struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = store_path(self->store, STORE_DOCK, NULL, &path, why);
    DIR *dir =
        status == YK_OK ? opendir(text_string(&path)) : NULL; /* none: no dock ever ran */
    for (struct dirent *entry;
         dir != NULL && status == YK_OK && (entry = readdir(dir)) != NULL;) {
        const char *name = entry->d_name;
        char subject[SUBJECT_ROOM];
        if (!store_is_dock_data(name)) {
            continue;
        }
        bool is_part = name_ends_with(name, DISK_PART);
        status = store_path(self->store, STORE_DOCK, name, &path, why);
        subject_of(STORE_DOCK, name, subject);
        if (status == YK_OK && is_part && archive_part_is_alive(text_string(&path))) {
            self->totals.in_use++;
        } else if (status == YK_OK) {
            report(self, is_part ? CHECK_unfinished_reading : CHECK_kept_part, subject, NULL);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&path);
    return status;
}

enum yk_status check_store(struct store *store, struct job *job,
                           void (*found)(void *user, const struct check_finding *finding),
                           void *user, struct check_totals *out, struct failure *why)
{
    static const struct known originals = {
        "SELECT 1 FROM recording WHERE sha256 || '.' || suffix = ?1 UNION "
        "SELECT 1 FROM doomed WHERE path = 'archive/' || ?1",
        original_is_alive, CHECK_original_unrecorded};
    static const struct known series = {"SELECT 1 FROM analysis WHERE h5_name = ?1 UNION "
                                        "SELECT 1 FROM doomed WHERE path = 'recordings/' || ?1",
                                        series_is_alive, CHECK_series_unrecorded};
    struct checking self = {.store = store, .job = job, .found = found, .user = user};
    enum yk_status status = check_database(&self, why);
    if (status == YK_OK) {
        status = check_names(&self, why);
    }
    if (status == YK_OK) {
        status = each_row(&self,
                          "SELECT r.id, r.sha256, r.suffix, "
                          "(SELECT count(*) FROM analysis WHERE recording = r.id) "
                          "FROM recording AS r ORDER BY r.id",
                          on_recording, why);
    }
    if (status == YK_OK) {
        status = each_row(&self,
                          "SELECT h5_name, h5_sha256, recording, input_sha256, nights_n, "
                          "(SELECT count(*) FROM night WHERE analysis = a.id), "
                          "(SELECT count(*) FROM day WHERE analysis = a.id), "
                          "a.version < (SELECT max(version) FROM analysis WHERE recording = "
                          "a.recording), a.id "
                          "FROM analysis AS a ORDER BY recording, version",
                          on_analysis, why);
    }
    if (status == YK_OK) {
        status = check_folder(&self, STORE_ARCHIVE, &originals, why);
    }
    if (status == YK_OK) {
        status = check_folder(&self, STORE_RECORDINGS, &series, why);
    }
    if (status == YK_OK) {
        status = check_dock(&self, why);
    }
    if (status == YK_OK) {
        *out = self.totals;
    }
    return status;
}
