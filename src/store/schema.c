/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Migrations: entry i turns version i into version i + 1. An entry that was released is never
 * changed again. Columns of night, rest, day and rhythm have the names of the HDF5 columns
 * (src/h5/h5_tables.c), from which they are filled.
 */
#include "src/store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/store/audit.h"
#include "src/store/seal.h"

#define AUDIT_IS_FIXED                                                                         \
    "CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit BEGIN"                               \
    "  SELECT raise(ABORT, 'the audit is append-only'); END;"

static const char *const version_1[] = {
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",

    "CREATE TABLE person ("
    "  id INTEGER PRIMARY KEY,"
    "  code TEXT NOT NULL UNIQUE CHECK (length(code) > 0),"
    "  zone TEXT,"
    "  group_name TEXT,"
    "  added_ns INTEGER NOT NULL"
    ") STRICT;",

    "CREATE TABLE recording ("
    "  id TEXT PRIMARY KEY,"
    "  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),"
    "  suffix TEXT NOT NULL,"
    "  bytes INTEGER NOT NULL CHECK (bytes >= 0),"
    "  person INTEGER NOT NULL REFERENCES person (id),"
    "  zone TEXT,"
    "  is_excluded INTEGER NOT NULL DEFAULT 0 CHECK (is_excluded IN (0, 1)),"
    "  exclude_reason TEXT,"
    "  archived_ns INTEGER NOT NULL,"
    "  CHECK (is_excluded = 0 OR length(exclude_reason) > 0)"
    ") STRICT, WITHOUT ROWID;",
    "CREATE INDEX recording_person ON recording (person);",

    "CREATE TABLE analysis ("
    "  id INTEGER PRIMARY KEY,"
    "  recording TEXT NOT NULL REFERENCES recording (id),"
    "  version INTEGER NOT NULL CHECK (version > 0),"
    "  made_ns INTEGER NOT NULL,"
    "  program_version TEXT NOT NULL,"
    "  recipe TEXT NOT NULL,"
    "  parameters TEXT NOT NULL,"
    "  input_sha256 TEXT NOT NULL,"
    "  h5_name TEXT NOT NULL UNIQUE,"
    "  h5_sha256 TEXT NOT NULL,"
    "  h5_bytes INTEGER NOT NULL,"
    "  format TEXT NOT NULL,"
    "  device_model TEXT, device_serial TEXT, session_id TEXT, zone TEXT,"
    "  start_ns INTEGER, end_ns INTEGER,"
    "  epoch_s INTEGER, epochs_n INTEGER NOT NULL,"
    "  gaps INTEGER NOT NULL, bad_blocks INTEGER NOT NULL, skipped_bytes INTEGER NOT NULL,"
    "  clock_jumps INTEGER NOT NULL,"
    "  calibration TEXT, calibration_error_before_mg REAL, calibration_error_after_mg REAL,"
    "  nights_n INTEGER NOT NULL, nights_valid_n INTEGER NOT NULL,"
    "  days_n INTEGER NOT NULL, days_valid_n INTEGER NOT NULL,"
    "  UNIQUE (recording, version)"
    ") STRICT;",
    /* The newest one counts; older ones stay for comparison. */
    "CREATE VIEW current_analysis AS SELECT * FROM analysis AS a WHERE version ="
    "  (SELECT max(version) FROM analysis AS b WHERE b.recording = a.recording);",

    "CREATE TABLE night ("
    "  analysis INTEGER NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL,"
    "  night_date TEXT, in_bed_ns INTEGER, lights_out_ns INTEGER, onset_ns INTEGER,"
    "  wake_ns INTEGER, out_of_bed_ns INTEGER, rest_source TEXT, sleep_method TEXT,"
    "  spt_min REAL, tst_min REAL, waso_min REAL, sol_min REAL, tib_min REAL,"
    "  efficiency_pct REAL, maintenance_pct REAL, awakenings_n REAL, daytime_rest_min REAL,"
    "  nonwear_in_spt_pct REAL, nonwear_stillness_in_spt_pct REAL, invalid_pct REAL,"
    "  sri_pair REAL, confidence REAL, second_candidate_ns INTEGER, exclude INTEGER NOT NULL,"
    "  PRIMARY KEY (analysis, number)"
    ") STRICT, WITHOUT ROWID;",

    "CREATE TABLE rest ("
    "  analysis INTEGER NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL,"
    "  start_ns INTEGER, end_ns INTEGER, kind TEXT, is_main INTEGER, sleep_min REAL,"
    "  source TEXT, confidence REAL,"
    "  PRIMARY KEY (analysis, number)"
    ") STRICT, WITHOUT ROWID;",

    "CREATE TABLE day ("
    "  analysis INTEGER NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL,"
    "  date TEXT, day_h REAL, valid_h REAL, nonwear_min REAL, enmo_mean_mg REAL,"
    "  mad_mean_mg REAL, counts_sum REAL, l5 REAL, l5_h REAL, m10 REAL, m10_h REAL, ra REAL,"
    "  inactive_min REAL, light_min REAL, moderate_min REAL, vigorous_min REAL,"
    "  mvpa_bout_min REAL, exclude INTEGER NOT NULL,"
    "  PRIMARY KEY (analysis, number)"
    ") STRICT, WITHOUT ROWID;",

    "CREATE TABLE rhythm ("
    "  analysis INTEGER NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL,"
    "  input TEXT, unit TEXT, activity_mean REAL, sri REAL, \"is\" REAL, iv REAL,"
    "  is_rest REAL, iv_rest REAL, l5 REAL, l5_h REAL, m10 REAL, m10_h REAL, ra REAL,"
    "  mesor REAL, amplitude REAL, acrophase_h REAL, cosinor_p_value REAL,"
    "  social_jetlag_h REAL, periodogram_period_h REAL,"
    "  PRIMARY KEY (analysis, number)"
    ") STRICT, WITHOUT ROWID;",

    /* Files of deleted rows that are still to be removed: the row goes first, then the file, so
     * that a crash between the two leaves a note and not an orphan. */
    "CREATE TABLE doomed (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;",

    "CREATE TABLE audit ("
    "  id INTEGER PRIMARY KEY,"
    "  at_ns INTEGER NOT NULL,"
    "  action TEXT NOT NULL,"
    "  subject TEXT NOT NULL,"
    "  detail TEXT NOT NULL,"
    "  hash TEXT NOT NULL"
    ") STRICT;",
    "CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN"
    "  SELECT raise(ABORT, 'the audit is append-only'); END;",
    AUDIT_IS_FIXED,
    NULL,
};

/* The records of a participant, the ledger of recorders and what the dock saw. Columns are
 * named as in the tables of columns of src/store/. Numbers of records are never used twice,
 * because the audit speaks of them. */
static const char *const version_2[] = {
    /* SHA-256 of a row of another table (seal.h). */
    "CREATE TABLE seal ("
    "  of TEXT NOT NULL, row TEXT NOT NULL, sha256 TEXT NOT NULL,"
    "  PRIMARY KEY (of, row)"
    ") STRICT, WITHOUT ROWID;",

    /* Why a recording was assigned or set aside: free text, so not in the audit, which nothing
     * is ever taken out of. It goes with the recording. */
    "CREATE TABLE reason ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  recording TEXT NOT NULL REFERENCES recording (id) ON DELETE CASCADE,"
    "  at_ns INTEGER NOT NULL,"
    "  action TEXT NOT NULL,"
    "  text TEXT NOT NULL"
    ") STRICT;",
    "CREATE INDEX reason_recording ON reason (recording);",

    "CREATE TABLE loan ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  device_serial TEXT NOT NULL CHECK (length(device_serial) > 0),"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  from_ns INTEGER NOT NULL,"
    "  to_ns INTEGER CHECK (to_ns > from_ns),"
    "  returned_ns INTEGER CHECK (returned_ns >= from_ns),"
    "  state TEXT NOT NULL CHECK (state IN ('written', 'intended', 'confirmed')),"
    "  session INTEGER, rate_hz REAL, range_g REAL,"
    "  issue_at_ns INTEGER, issue_offset_ms REAL, issue_uncertainty_ms REAL,"
    "  return_at_ns INTEGER, return_offset_ms REAL, return_uncertainty_ms REAL,"
    "  UNIQUE (device_serial, from_ns)"
    ") STRICT;",
    "CREATE INDEX loan_person ON loan (person);",

    /* One line for every time a recorder was read in the dock. */
    "CREATE TABLE docking ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  at_ns INTEGER NOT NULL,"
    "  device_serial TEXT NOT NULL,"
    "  device_model TEXT, firmware TEXT, session INTEGER,"
    "  clock_at_ns INTEGER, clock_offset_ms REAL, clock_uncertainty_ms REAL,"
    "  clock_is_reset TEXT CHECK (clock_is_reset IN ('no', 'yes')),"
    "  battery_pct REAL,"
    "  bytes INTEGER, sha256 TEXT, bad_sectors INTEGER,"
    "  is_verified TEXT NOT NULL CHECK (is_verified IN ('no', 'yes')),"
    "  recording TEXT REFERENCES recording (id) ON DELETE CASCADE,"
    "  loan INTEGER REFERENCES loan (id) ON DELETE SET NULL,"
    "  outcome TEXT NOT NULL"
    ") STRICT;",
    "CREATE INDEX docking_recording ON docking (recording);",
    "CREATE INDEX docking_loan ON docking (loan);",
    "CREATE TABLE plan_step ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  from_date TEXT NOT NULL,"
    "  stage TEXT,"
    "  days TEXT NOT NULL,"
    "  start_min INTEGER CHECK (start_min BETWEEN 0 AND 1439),"
    "  end_min INTEGER CHECK (end_min > start_min AND end_min <= start_min + 1440),"
    "  commute_min INTEGER CHECK (commute_min >= 0), ready_min INTEGER CHECK (ready_min >= 0),"
    "  UNIQUE (person, from_date)"
    ") STRICT;",

    "CREATE TABLE attendance ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  date TEXT NOT NULL,"
    "  status TEXT NOT NULL CHECK (status IN ('attended', 'late', 'early', 'absent', "
    "'online')),"
    "  UNIQUE (person, date)"
    ") STRICT;",

    /* As written, row by row: several rows of a night add naps and times without the recorder.
     */
    "CREATE TABLE diary_row ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  night_date TEXT NOT NULL,"
    "  in_bed_ns INTEGER, lights_out_ns INTEGER, wake_ns INTEGER, out_of_bed_ns INTEGER,"
    "  nap_start_ns INTEGER, nap_end_ns INTEGER CHECK (nap_end_ns > nap_start_ns),"
    "  off_start_ns INTEGER, off_end_ns INTEGER CHECK (off_end_ns > off_start_ns),"
    "  rested INTEGER CHECK (rested BETWEEN 1 AND 3),"
    "  note TEXT"
    ") STRICT;",
    "CREATE INDEX diary_row_night ON diary_row (person, night_date);",

    "CREATE TABLE target ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  from_date TEXT NOT NULL,"
    "  wake_min INTEGER CHECK (wake_min BETWEEN 0 AND 1439)," /* NULL: no target any more */
    "  UNIQUE (person, from_date)"
    ") STRICT;",

    "CREATE TABLE note ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  date TEXT NOT NULL,"
    "  kind TEXT NOT NULL CHECK (kind IN ('note', 'try')),"
    "  audience TEXT NOT NULL CHECK (length(audience) > 0),"
    "  text TEXT NOT NULL CHECK (length(text) > 0)"
    ") STRICT;",
    "CREATE INDEX note_person ON note (person, date);",

    "CREATE TABLE consent ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  scope TEXT NOT NULL CHECK (scope IN ('participant', 'staff', 'physician', 'employer', "
    "'research')),"
    "  items TEXT," /* NULL: what that copy holds by default */
    "  recipient TEXT,"
    "  version TEXT NOT NULL,"
    "  from_date TEXT NOT NULL, until_date TEXT CHECK (until_date >= from_date),"
    "  withdrawn_date TEXT CHECK (withdrawn_date >= from_date)"
    ") STRICT;",
    "CREATE INDEX consent_person ON consent (person, from_date);",

    /* Beside the automatic value, which stays where it is. Withdrawn, never deleted. */
    "CREATE TABLE edit ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  recording TEXT NOT NULL REFERENCES recording (id) ON DELETE CASCADE,"
    "  night_date TEXT NOT NULL,"
    "  field TEXT NOT NULL CHECK (field IN ('sleep_onset', 'wake', 'in_bed', 'out_of_bed', "
    "'exclude', 'include')),"
    "  automatic_ns INTEGER, value_ns INTEGER,"
    "  editor TEXT NOT NULL CHECK (length(editor) > 0),"
    "  reason TEXT NOT NULL CHECK (length(reason) > 0),"
    "  made_ns INTEGER NOT NULL,"
    "  is_withdrawn TEXT NOT NULL DEFAULT 'no' CHECK (is_withdrawn IN ('no', 'yes')),"
    "  CHECK ((field IN ('exclude', 'include')) = (value_ns IS NULL))"
    ") STRICT;",
    "CREATE INDEX edit_person ON edit (person, night_date);",

    "CREATE TABLE issued ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  copy TEXT NOT NULL CHECK (copy IN ('participant', 'staff', 'physician', 'employer', "
    "'research')),"
    "  recipient TEXT,"
    "  language TEXT,"
    "  first_date TEXT, last_date TEXT,"
    "  made_ns INTEGER NOT NULL,"
    "  report_id TEXT NOT NULL,"
    "  sha256 TEXT,"
    "  consent INTEGER REFERENCES consent (id) ON DELETE SET NULL"
    ") STRICT;",
    "CREATE INDEX issued_person ON issued (person, made_ns);",

    /* A sentence of the sheet in the words of staff, the automatic one beside it. Rows are
     * added and go with the person; none is changed. */
    "CREATE TABLE rewording ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,"
    "  first_date TEXT NOT NULL, last_date TEXT NOT NULL CHECK (last_date >= first_date),"
    "  part TEXT NOT NULL CHECK (part IN ('held', 'sleep', 'talk')),"
    "  language TEXT NOT NULL CHECK (language IN ('ja', 'en')),"
    "  text TEXT CHECK (length(text) > 0)," /* NULL: taken back */
    "  automatic TEXT,"                     /* NULL: there is none any more */
    "  editor TEXT NOT NULL CHECK (length(editor) > 0),"
    "  reason TEXT NOT NULL CHECK (length(reason) > 0),"
    "  made_ns INTEGER NOT NULL,"
    "  basis TEXT NOT NULL CHECK (length(basis) = 64)"
    ") STRICT;",
    "CREATE INDEX rewording_person ON rewording (person, last_date);",
    "CREATE TRIGGER rewording_stays BEFORE UPDATE ON rewording BEGIN"
    "  SELECT raise(ABORT, 'the words of staff are not changed but followed by others'); END;",
    NULL,
};

/* ---- what SQL alone cannot do ---- */

struct old_reason {
    int64_t line, at_ns;
    char action[16], recording[72];
    char detail[768];
};

/* Where the reason begins: "P01 -> P02: the recorders were exchanged". */
static const char *reason_in(const struct old_reason *self)
{
    const char *arrow =
        strcmp(self->action, "assign") == 0 ? strstr(self->detail, " -> ") : NULL;
    const char *colon = arrow != NULL ? strstr(arrow, ": ") : NULL;
    return colon != NULL ? colon + 2 : self->detail;
}

static enum yk_status move_reason(struct db *db, const struct old_reason *self,
                                  struct failure *why)
{
    const char *reason = reason_in(self);
    char detail[800];
    int64_t id = 0;
    /* Nothing is kept of a recording that was deleted since. */
    enum yk_status status = db_runv(db, why,
                                    "INSERT INTO reason (recording, at_ns, action, text) "
                                    "SELECT ?1, ?2, ?3, ?4 WHERE EXISTS "
                                    "(SELECT 1 FROM recording WHERE id = ?1)",
                                    "titt", self->recording, self->at_ns, self->action, reason);
    bool is_kept = status == YK_OK && db_changes(db) > 0;
    id = is_kept ? db_last_id(db) : 0;
    size_t front = reason > self->detail ? (size_t)(reason - self->detail) - 2 : 0;
    int n = snprintf(detail, sizeof detail, "%.*s%s", (int)front, self->detail,
                     front > 0 ? ", " : "");
    if (is_kept) {
        snprintf(detail + n, sizeof detail - (size_t)n, "reason %" PRId64, id);
    } else {
        snprintf(detail + n, sizeof detail - (size_t)n, "reason deleted");
    }
    return status == YK_OK ? audit_redact(db, self->line, detail, why) : status;
}

/* Version 1 wrote reasons, which are free text about somebody, into the audit. They go where
 * they can be deleted; the chain stays, and says that they went. */
static enum yk_status move_reasons(struct db *db, struct failure *why)
{
    struct db_query *query = NULL;
    struct old_reason *list = NULL;
    size_t n = 0, capacity = 0;
    enum yk_status status = db_query_open(
        db,
        "SELECT id, at_ns, action, subject, detail FROM audit WHERE action IN ('assign', "
        "'exclude', 'include') ORDER BY id",
        &query, why);
    while (db_step(query, &status, why)) {
        if (MEM_RESERVE(list, n, capacity) != 0) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory for the reasons in the audit");
            break;
        }
        struct old_reason *one = &list[n++];
        *one = (struct old_reason){.line = db_int(query, 0), .at_ns = db_int(query, 1)};
        db_copy(query, 2, one->action, sizeof one->action);
        db_copy(query, 3, one->recording, sizeof one->recording);
        db_copy(query, 4, one->detail, sizeof one->detail);
    }
    db_query_close(query);
    if (status == YK_OK && n > 0) {
        status = db_run(db, "DROP TRIGGER audit_is_fixed", why);
        for (size_t i = 0; i < n && status == YK_OK; i++) {
            status = move_reason(db, &list[i], why);
        }
        status = status == YK_OK ? db_run(db, AUDIT_IS_FIXED, why) : status;
    }
    mem_free(list);
    return status;
}

static enum yk_status settle_2(struct db *db, struct failure *why)
{
    enum yk_status status = move_reasons(db, why);
    return status == YK_OK ? seal_all(db, why) : status;
}

/* Statement by statement, the list ends with NULL; then what SQL alone cannot do. */
static const struct {
    const char *const *sql;
    enum yk_status (*settle)(struct db *db, struct failure *why);
} migrations[] = {{version_1, NULL}, {version_2, settle_2}};

#define VERSION ((int)(sizeof migrations / sizeof *migrations))

int schema_version(void)
{
    return VERSION;
}

static enum yk_status newer(int64_t version, struct failure *why)
{
    return failure_set(why, YK_ERR_STORE,
                       "the store is of version %" PRId64 ", this yoake knows versions up to "
                       "%d: update yoake; nothing was changed",
                       version, VERSION);
}

static enum yk_status migrate(struct db *db, struct failure *why)
{
    int64_t version = 0;
    enum yk_status status = db_integer(db, "PRAGMA user_version", 0, &version, why);
    if (status == YK_OK && (version > VERSION || version < 0)) {
        status = newer(version, why);
    }
    for (int64_t v = version; v < VERSION && status == YK_OK; v++) {
        for (size_t i = 0; migrations[v].sql[i] != NULL && status == YK_OK; i++) {
            status = db_run(db, migrations[v].sql[i], why);
        }
        if (status == YK_OK && migrations[v].settle != NULL) {
            status = migrations[v].settle(db, why);
        }
    }
    if (status == YK_OK && version < VERSION) {
        char set[64];
        snprintf(set, sizeof set, "PRAGMA user_version = %d", VERSION);
        status = db_run(db, set, why);
    }
    return status;
}

enum yk_status schema_migrate(struct db *db, struct failure *why)
{
    int64_t version = 0;
    enum yk_status status = db_integer(db, "PRAGMA user_version", 0, &version, why);
    if (status != YK_OK || version == VERSION) {
        return status;
    }
    if (version > VERSION) {
        return newer(version, why);
    }
    status = db_begin(db, why);
    if (status == YK_OK) {
        status = migrate(db, why); /* asks again: another process may have been quicker */
    }
    return db_finish(db, status, why);
}

enum yk_status schema_check(struct db *db, struct failure *why)
{
    int64_t version = 0;
    enum yk_status status = db_integer(db, "PRAGMA user_version", 0, &version, why);
    if (status == YK_OK && version > VERSION) {
        return newer(version, why);
    }
    if (status == YK_OK && version < VERSION) {
        return failure_set(why, YK_ERR_STORE,
                           "the store is of version %" PRId64
                           ", this yoake needs %d: any command "
                           "that writes to it brings it up to date",
                           version, VERSION);
    }
    return status;
}
