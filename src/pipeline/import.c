/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Import: the order of the steps is what makes it safe (docs/store.md has the table of
 * crashes). A lock on the archived original keeps two imports of the same file from working on
 * the same recording; imports of different files run side by side.
 */
#include "src/pipeline/import.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "firmware-formats/format.h"
#include "src/base/clock.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/h5/h5_analysis.h"
#include "src/pipeline/analyze.h"
#include "src/store/diaries.h"
#include "src/store/loans.h"
#include "src/store/results.h"

/* ---- analysing an archived original ---- */

/* --zone of the import, else the participant's; NULL: the file's own or the store's. */
static const char *zone_of(const char *named, const struct recording_row *row,
                           const struct person *person)
{
    if (named != NULL && *named != '\0') {
        return named;
    }
    if (row->zone[0] != '\0') {
        return row->zone;
    }
    return person->zone[0] != '\0' ? person->zone : NULL;
}

static enum yk_status keep_series(struct store *store, const struct recording_row *row,
                                  const struct analysis *analysis, int64_t *version,
                                  struct result_file *file, struct text *path,
                                  struct failure *why)
{
    enum yk_status status = results_next(store, row->id, version, file->name, why);
    if (status == YK_OK) {
        status = store_path(store, STORE_RECORDINGS, file->name, path, why);
    }
    if (status == YK_OK) {
        status = h5_analysis_write(text_string(path), analysis, why);
    }
    if (status == YK_OK) {
        status = archive_hash(text_string(path), file->sha256, &file->bytes, NULL, why);
    }
    return status;
}

static enum yk_status record(struct store *store, const struct recording_row *row,
                             const struct analysis *analysis, struct failure *why)
{
    struct text path;
    struct result_file file = {.bytes = 0};
    int64_t version = 0;
    text_init(&path);
    enum yk_status status = keep_series(store, row, analysis, &version, &file, &path, why);
    if (status == YK_OK) {
        status = results_add(store, row->id, version, analysis, &file, why);
        if (status != YK_OK) {
            disk_remove(text_string(&path), NULL); /* a series without a row is nobody's */
        }
    }
    text_release(&path);
    return status;
}

/* The original must still be what was archived: nothing is computed from a changed one. */
static enum yk_status verify_original(const struct store *store,
                                      const struct recording_row *row, struct job *job,
                                      struct failure *why)
{
    char name[ARCHIVE_NAME_BYTES], hash[DIGEST_HEX] = "";
    struct text path;
    struct byte_source *bytes = NULL;
    text_init(&path);
    snprintf(name, sizeof name, "%s.%s", row->sha256, row->suffix);
    enum yk_status status = store_path(store, STORE_ARCHIVE, name, &path, why);
    if (status == YK_OK) {
        status = file_source_open(text_string(&path), &bytes, why);
    }
    if (status == YK_OK) {
        status = digest_of_source(bytes, job, hash, why);
    }
    if (status == YK_OK && strcmp(hash, row->sha256) != 0) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "the content of %s has changed since it was archived; importing "
                             "the same file again replaces it",
                             text_string(&path));
    }
    byte_source_close(bytes);
    text_release(&path);
    return status;
}

/* The readings of the clock that belong to a recording: those of the line of the ledger that
 * wrote this session into this device. Looked up anew at every analysis, so that it comes out
 * the same later. */
static enum yk_status find_clock(void *user, const struct recording_info *info,
                                 struct clock_map *out, struct failure *why)
{
    struct store *store = user;
    struct loan loan;
    enum yk_status status = loan_of_recording(store, info, &loan, why);
    if (status == YK_OK) {
        *out = clock_map_between(&loan.issue, &loan.back);
    }
    return status == YK_ERR_NO_DEVICE ? YK_OK : status;
}

/* Analyses and records the archived original, which has been verified; under its lock. */
static enum yk_status analyze_locked(struct store *store, struct recording_row *row,
                                     const struct import_options *options, char code[static 64],
                                     struct job *job, struct failure *why)
{
    char name[ARCHIVE_NAME_BYTES];
    struct person person;
    struct text path;
    struct analysis analysis;
    struct zone *zone = NULL;
    struct diary diary;
    text_init(&path);
    analysis_init(&analysis);
    diary_init(&diary);
    snprintf(name, sizeof name, "%s.%s", row->sha256, row->suffix);
    enum yk_status status = person_find(store, row->person, &person, why);
    if (status == YK_OK) {
        status = diary_load(store, row->person, &diary, why);
    }
    if (status == YK_OK) {
        status = store_path(store, STORE_ARCHIVE, name, &path, why);
    }
    if (status == YK_OK) {
        struct analyze_options how = {.recipe = options->recipe,
                                      .parameters = options->parameters,
                                      .diary = options->diary != NULL ? options->diary
                                               : diary.n > 0          ? &diary
                                                                      : NULL,
                                      .person_id = row->person,
                                      .find_clock = find_clock,
                                      .find_clock_user = store,
                                      .input_sha256 = row->sha256};
        status = analyze_file(text_string(&path), zone_of(options->zone_name, row, &person),
                              store->zone[0] != '\0' ? store->zone : NULL, &how, &analysis,
                              &zone, job, why);
    }
    if (status == YK_OK) {
        snprintf(analysis.recording_id, sizeof analysis.recording_id, "%s", row->id);
        snprintf(code, 64, "%s", analysis.info.person_id);
        if (analysis.info.zone_is_guess && job != NULL) {
            log_warn(job->log, "import: %s: zone %s was assumed", row->id, analysis.info.zone);
        }
        if (analysis.report.sessions > 1 && job != NULL) {
            log_warn(job->log,
                     "import: %s: the file holds %" PRIu64 " sessions; the first is "
                     "analysed",
                     row->id, analysis.report.sessions);
        }
        if (options->on_analysis != NULL) {
            options->on_analysis(options->user, &analysis);
        }
        status = record(store, row, &analysis, why);
    }
    if (status == YK_OK) {
        status = recording_find_hash(store, row->sha256, row, why);
    }
    zone_close(zone);
    analysis_release(&analysis);
    diary_release(&diary);
    text_release(&path);
    return status;
}

static enum yk_status lock_original(struct store *store, const char *name, struct job *job,
                                    int *lock, struct failure *why)
{
    struct text folder;
    text_init(&folder);
    enum yk_status status = store_path(store, STORE_ARCHIVE, NULL, &folder, why);
    if (status == YK_OK) {
        status = archive_lock(text_string(&folder), name, job, lock, why);
    }
    text_release(&folder);
    return status;
}

enum yk_status import_analyze(struct store *store, struct recording_row *row,
                              const struct import_options *options, struct job *job,
                              struct failure *why)
{
    char name[ARCHIVE_NAME_BYTES], code[64] = "";
    int lock = -1;
    snprintf(name, sizeof name, "%s.%s", row->sha256, row->suffix);
    enum yk_status status = lock_original(store, name, job, &lock, why);
    if (status == YK_OK) {
        status = verify_original(store, row, job, why);
    }
    if (status == YK_OK) {
        status = analyze_locked(store, row, options, code, job, why);
    }
    archive_unlock(lock);
    return status;
}

/* ---- importing ---- */

enum yk_status import_look(const char *path, struct recording_info *out, struct job *job,
                           struct failure *why)
{
    struct zone *utc = NULL;
    struct recording_source *source = NULL;
    enum yk_status status = zone_open("UTC", &utc, why);
    if (status == YK_OK) {
        struct open_options open = {.zone = utc, .job = job};
        status = recording_open(path, &open, &source, why);
    }
    if (status == YK_OK) {
        *out = source->info;
        /* A ZIP archive has the description of its table in it. */
        out->is_described = out->is_described && !name_ends_like(path, ".zip");
    }
    recording_source_close(source);
    zone_close(utc);
    return status;
}

static enum yk_status add_row(struct store *store, const struct archived *archived,
                              const struct import_options *options, struct failure *why)
{
    char id[RECORDING_ID_BYTES];
    enum yk_status status = db_begin(store->db, why);
    if (status == YK_OK) {
        status = recording_add(store, archived, options->person, options->zone_name, id, why);
    }
    return db_finish(store->db, status, why);
}

/* The row of an archived original, added when it is not there. */
static enum yk_status find_or_add_row(struct store *store, const struct archived *archived,
                                      const struct import_options *options,
                                      struct recording_row *row, struct failure *why)
{
    enum yk_status status = recording_find_hash(store, archived->sha256, row, why);
    if (status == YK_ERR_NO_DEVICE) {
        status = add_row(store, archived, options, why);
        if (status == YK_OK) {
            status = recording_find_hash(store, archived->sha256, row, why);
        }
    } else if (status == YK_OK && strcmp(row->person, options->person) != 0) {
        status =
            failure_set(why, YK_ERR_CONFLICT,
                        "this file is recording %s of participant %s; if it belongs to %s: "
                        "yoake recording assign %s %s --reason TEXT",
                        row->id, row->person, options->person, row->id, options->person);
    } else if (status == YK_OK && strcmp(row->suffix, archived->suffix) != 0) {
        status = recording_set_suffix(store, row->id, archived->suffix, why);
        memcpy(row->suffix, archived->suffix, sizeof row->suffix);
    }
    return status;
}

/* Faults of the recording leave it archived without an analysis; faults of the machine, and a
 * wish to stop, end the import. */
static bool is_fault_of_file(enum yk_status status)
{
    return status == YK_ERR_CORRUPT || status == YK_ERR_UNSUPPORTED ||
           status == YK_ERR_TOO_LITTLE;
}

static enum yk_status import_locked(struct store *store, const struct archived *archived,
                                    const struct import_options *options,
                                    struct import_result *out, struct job *job,
                                    struct failure *why)
{
    enum yk_status status = find_or_add_row(store, archived, options, &out->row, why);
    out->was_repaired = archived->was_repaired;
    if (status != YK_OK) {
        return status;
    }
    if (out->row.analysis != 0) {
        out->outcome = IMPORT_ALREADY;
        return YK_OK;
    }
    out->outcome = archived->was_there ? IMPORT_COMPLETED : IMPORT_NEW;
    status = analyze_locked(store, &out->row, options, out->code_in_file, job, &out->failure);
    if (is_fault_of_file(status)) {
        out->outcome = IMPORT_ARCHIVED;
        return YK_OK;
    }
    if (status != YK_OK && why != NULL) {
        *why = out->failure;
    }
    return status;
}

enum yk_status import_record(struct store *store, const struct archived *archived,
                             const struct import_options *options, struct recording_row *row,
                             struct failure *why)
{
    struct recording_row found;
    enum yk_status status = find_or_add_row(store, archived, options, &found, why);
    if (status == YK_OK) {
        *row = found;
    }
    return status;
}

enum yk_status import_archived(struct store *store, const struct archived *archived,
                               const struct import_options *options, struct import_result *out,
                               struct job *job, struct failure *why)
{
    struct import_result result = {.outcome = IMPORT_NEW};
    int lock = -1;
    enum yk_status status = lock_original(store, archived->name, job, &lock, why);
    if (status == YK_OK) {
        status = import_locked(store, archived, options, &result, job, why);
    }
    archive_unlock(lock);
    if (status == YK_OK) {
        *out = result;
    }
    return status;
}

/* A recording that is a folder, or a table with its description, as one file that can be
 * archived. fd and path are the caller's to close and remove. */
static enum yk_status pack(const char *path, bool is_described, struct text *packed, int *fd,
                           struct job *job, struct failure *why)
{
    enum { CHUNK = 1 << 18 };
    static const char suffix[] = ".zip";
    const char *folder = getenv("TMPDIR");
    struct byte_source *bytes = NULL;
    text_addf(packed, "%s/yoake-XXXXXX%s", folder != NULL && *folder != '\0' ? folder : "/tmp",
              suffix);
    enum yk_status status = text_status(packed, why);
    if (status == YK_OK) {
        status = is_described ? recording_with_ini_open(path, &bytes, why)
                              : recording_bytes_open(path, &bytes, why);
    }
    void *buffer = status == YK_OK ? mem_alloc(CHUNK, 1) : NULL;
    if (status == YK_OK && buffer == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory to pack %s", path);
    }
    if (status == YK_OK) {
        *fd = mkostemps(packed->at, (int)strlen(suffix), O_CLOEXEC);
        status = *fd >= 0 ? YK_OK
                          : failure_set_errno(why, errno, "making a temporary file %s",
                                              text_string(packed));
    }
    for (uint64_t pos = 0; status == YK_OK && pos < bytes->size;) {
        size_t got = 0;
        status = byte_source_read_at(bytes, pos, buffer, CHUNK, &got, why);
        if (status == YK_OK && got == 0) {
            status = failure_set(why, YK_ERR_IO, "%s became shorter while it was packed", path);
        }
        if (status == YK_OK && job_is_cancelled(job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "cancelled while packing %s", path);
        }
        if (status == YK_OK) {
            status = disk_write(*fd, buffer, got, "the packed copy", why);
        }
        pos += got;
    }
    mem_free(buffer);
    byte_source_close(bytes);
    return status;
}

static enum yk_status archive_recording(const char *folder, const char *path, bool is_described,
                                        struct archived *out, struct job *job,
                                        struct failure *why)
{
    if (!recording_is_folder(path) && !is_described) {
        return archive_add(folder, path, out, job, why);
    }
    struct text packed;
    int fd = -1;
    text_init(&packed);
    enum yk_status status = pack(path, is_described, &packed, &fd, job, why);
    if (status == YK_OK) {
        status = archive_add(folder, text_string(&packed), out, job, why);
    }
    if (fd >= 0) {
        close(fd);
        unlink(text_string(&packed));
    }
    text_release(&packed);
    return status;
}

enum yk_status import_file(struct store *store, const char *path,
                           const struct import_options *options, struct import_result *out,
                           struct job *job, struct failure *why)
{
    struct text folder;
    struct archived archived = {.bytes = 0};
    struct person person;
    int64_t began_ns = clock_now_utc_ns();
    text_init(&folder);
    enum yk_status status = person_find(store, options->person, &person, why);
    struct recording_info info = {.is_described = false};
    if (status == YK_OK) { /* a file no format can open is not archived: it is no recording */
        status = import_look(path, &info, job, why);
    }
    if (status == YK_OK) {
        status = store_path(store, STORE_ARCHIVE, NULL, &folder, why);
    }
    if (status == YK_OK) {
        status = archive_recording(text_string(&folder), path, info.is_described, &archived,
                                   job, why);
    }
    text_release(&folder);
    if (status == YK_OK) {
        status = import_archived(store, &archived, options, out, job, why);
    }
    if (status == YK_OK) { /* a row of just now: this import's, or another program's */
        bool is_new =
            out->outcome == IMPORT_NEW ||
            (out->row.archived_ns >= began_ns && out->row.archived_ns <= clock_now_utc_ns());
        out->was_lost = !is_new && !archived.was_there && !archived.was_repaired;
    }
    return status;
}

/* ---- clearing up ---- */

/* A row names this file. */
static enum yk_status has_row(struct store *store, const char *name, bool *has,
                              struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_openv(
        store->db, &query, why, "SELECT 1 FROM analysis WHERE h5_name = ?", "t", name);
    *has = db_step(query, &status, why);
    db_query_close(query);
    return status;
}

/* The original of "<id>.h5...": the archived file whose name begins with the id. */
static bool original_of(const char *archive, const char *series,
                        char name[static ARCHIVE_NAME_BYTES])
{
    size_t digits = strcspn(series, ".");
    bool is_found = false;
    DIR *dir = opendir(archive);
    if (dir == NULL) {
        return false;
    }
    for (struct dirent *entry; !is_found && (entry = readdir(dir)) != NULL;) {
        size_t n = strlen(entry->d_name);
        if (digits >= 12 && n < ARCHIVE_NAME_BYTES &&
            strncmp(entry->d_name, series, digits) == 0) {
            memcpy(name, entry->d_name, n + 1);
            is_found = true;
        }
    }
    closedir(dir);
    return is_found;
}

static bool is_series(const char *name)
{
    return strstr(name, ".h5") != NULL;
}

static enum yk_status sweep_one(struct store *store, const char *archive, const char *name,
                                size_t *n, struct failure *why)
{
    char original[ARCHIVE_NAME_BYTES];
    bool has = false;
    int lock = -1;
    struct text path;
    enum yk_status status = has_row(store, name, &has, why);
    if (status != YK_OK || has) {
        return status;
    }
    if (original_of(archive, name, original)) {
        if (archive_try_lock(archive, original, &lock, NULL) == YK_ERR_BUSY) {
            return YK_OK; /* somebody is making it */
        }
        status = has_row(store, name, &has, why); /* it may have been finished meanwhile */
    }
    text_init(&path);
    if (status == YK_OK && !has) {
        status = store_path(store, STORE_RECORDINGS, name, &path, why);
        if (status == YK_OK) {
            status = disk_remove(text_string(&path), why);
            *n += status == YK_OK;
        }
    }
    text_release(&path);
    archive_unlock(lock);
    return status;
}

static enum yk_status sweep_series(struct store *store, const char *archive, size_t *n,
                                   struct failure *why)
{
    struct text folder;
    text_init(&folder);
    enum yk_status status = store_path(store, STORE_RECORDINGS, NULL, &folder, why);
    DIR *dir = status == YK_OK ? opendir(text_string(&folder)) : NULL;
    if (status == YK_OK && dir == NULL) {
        status = failure_set_errno(why, errno, "opening %s", text_string(&folder));
    }
    if (dir != NULL) {
        for (struct dirent *entry; status == YK_OK && (entry = readdir(dir)) != NULL;) {
            if (is_series(entry->d_name)) {
                status = sweep_one(store, archive, entry->d_name, n, why);
            }
        }
        closedir(dir);
    }
    text_release(&folder);
    return status;
}

enum yk_status import_sweep(struct store *store, size_t *n, struct failure *why)
{
    struct text archive;
    size_t copies = 0, series = 0;
    text_init(&archive);
    enum yk_status status = store_remove_doomed(store, why);
    if (status == YK_OK) {
        status = store_path(store, STORE_ARCHIVE, NULL, &archive, why);
    }
    if (status == YK_OK) {
        status = archive_sweep(text_string(&archive), &copies, why);
    }
    if (status == YK_OK) {
        status = sweep_series(store, text_string(&archive), &series, why);
    }
    text_release(&archive);
    if (status == YK_OK) {
        *n = copies + series;
    }
    return status;
}
