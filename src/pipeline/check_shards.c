/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The folder of a cohort over many machines: its list, and for every shard each row, by its own
 * checksum, the HDF5 file that the row names, and the table of epochs that follows from that. A
 * shard that was killed leaves a journal that only one who may write can undo; that is no
 * damage.
 */
#include "src/pipeline/check_parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/disk.h"
#include "src/pipeline/manifest.h"
#include "src/pipeline/shard.h"

/* One shard: `name` below the folder of shards. */
struct shard_now {
    char name[32];
    char db_name[80]; /* as it is said */
    struct cohort_db *cohort;
    struct db *db;
};

/* The table of epochs beside a whole series, where there is one. */
static enum yk_status check_table(struct checking *self, const struct shard_now *shard,
                                  const char *id, const char *series, struct failure *why)
{
    char subject[300];
    bool is_same = true;
    struct text path;
    text_init(&path);
    snprintf(subject, sizeof subject, SHARD_FOLDER "/%s/epochs/%.160s.csv", shard->name, id);
    enum yk_status status = disk_join(self->folder, subject, &path, why);
    status = status == YK_OK ? check_epochs(series, text_string(&path), &is_same, why) : status;
    if (status == YK_OK && !is_same) {
        check_report(self, CHECK_epochs_differ, subject, "");
    }
    text_release(&path);
    return status;
}

static enum yk_status check_series(struct checking *self, const struct shard_now *shard,
                                   const char *id, const char *hex, struct failure *why)
{
    char subject[300], found[DIGEST_HEX];
    struct text path;
    struct failure how;
    text_init(&path);
    snprintf(subject, sizeof subject, SHARD_FOLDER "/%s/recordings/%.160s.h5", shard->name, id);
    enum yk_status status = disk_join(self->folder, subject, &path, why);
    if (status == YK_OK) {
        enum yk_status read = digest_of_file(text_string(&path), found, &how);
        if (read == YK_ERR_NO_DEVICE) {
            check_report(self, CHECK_shard_file_missing, subject, "");
        } else if (read != YK_OK || strcmp(found, hex) != 0) {
            check_report(self, CHECK_shard_file_changed, subject,
                         read != YK_OK ? how.text : "");
        } else {
            status = check_table(self, shard, id, text_string(&path), why);
        }
        self->totals.recordings++;
    }
    text_release(&path);
    return status;
}

/* Every row is read, which checks it. */
static enum yk_status check_results(struct checking *self, const struct shard_now *shard,
                                    struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_open(
        shard->db, "SELECT recording_id, h5_sha256 FROM result ORDER BY 1", &query, why);
    while (db_step(query, &status, why)) {
        struct cohort_result row;
        cohort_result_init(&row);
        const char *id = db_text(query, 0);
        status = check_goes_on(self, why);
        status = status == YK_OK ? cohort_db_get(shard->cohort, id, &row, why) : status;
        status =
            status == YK_OK ? check_series(self, shard, id, db_text(query, 1), why) : status;
        cohort_result_release(&row);
    }
    db_query_close(query);
    return status;
}

static enum yk_status check_outcomes(const struct shard_now *shard, struct failure *why)
{
    struct db_query *query = NULL;
    struct cohort_outcome outcome;
    enum yk_status status =
        db_query_open(shard->db, "SELECT path FROM outcome ORDER BY 1", &query, why);
    while (db_step(query, &status, why)) {
        status = cohort_db_outcome(shard->cohort, db_text(query, 0), &outcome, why);
    }
    db_query_close(query);
    return status;
}

static enum yk_status check_integrity(const struct shard_now *shard, struct failure *why)
{
    char damage[128];
    enum yk_status status = db_check(shard->db, damage, why);
    return status == YK_OK && damage[0] != '\0' ? failure_set(why, YK_ERR_STORE, "%s", damage)
                                                : status;
}

static enum yk_status check_shard(struct checking *self, struct shard_now *shard,
                                  struct failure *why)
{
    struct text path;
    struct failure how = {.text = ""};
    text_init(&path);
    enum yk_status status = disk_join(self->folder, shard->db_name, &path, why);
    if (status != YK_OK || !disk_is_file(text_string(&path))) {
        text_release(&path);
        return status; /* begun, and not yet further */
    }
    enum yk_status read = db_open(text_string(&path), DB_READ, &shard->db, &how);
    read = read == YK_OK ? cohort_db_open(text_string(&path), COHORT_READ, &shard->cohort, &how)
                         : read;
    read = read == YK_OK ? check_integrity(shard, &how) : read;
    read = read == YK_OK ? check_results(self, shard, &how) : read;
    read = read == YK_OK ? check_outcomes(shard, &how) : read;
    cohort_db_close(shard->cohort);
    db_close(shard->db);
    if (read == YK_ERR_MEMORY || read == YK_ERR_CANCELLED) {
        status = failure_set(why, read, "%s", how.text);
    } else if (read == YK_ERR_ACCESS || read == YK_ERR_BUSY) {
        check_report(self, CHECK_shard_unfinished, shard->db_name, how.text);
    } else if (read != YK_OK) {
        check_report(self, CHECK_shard_damaged, shard->db_name, how.text);
    }
    self->totals.shards++;
    text_release(&path);
    return status;
}

static enum yk_status check_list(struct checking *self, struct failure *why)
{
    struct text path;
    struct failure how;
    text_init(&path);
    enum yk_status status = disk_join(self->folder, SHARD_MANIFEST, &path, why);
    if (status == YK_OK && disk_is_file(text_string(&path)) &&
        manifest_check(text_string(&path), &how) != YK_OK) {
        check_report(self, CHECK_list_changed, SHARD_MANIFEST, how.text);
    }
    text_release(&path);
    return status;
}

bool check_is_shards(const char *folder)
{
    struct text path;
    text_init(&path);
    bool is_one = disk_join(folder, SHARD_FOLDER, &path, NULL) == YK_OK &&
                  disk_is_folder(text_string(&path));
    text_release(&path);
    return is_one;
}

enum yk_status check_shards(const char *folder, struct job *job,
                            void (*found)(void *user, const struct check_finding *finding),
                            void *user, struct check_totals *out, struct failure *why)
{
    struct checking self = {.folder = folder, .job = job, .found = found, .user = user};
    struct text path;
    text_init(&path);
    enum yk_status status = disk_join(folder, SHARD_FOLDER, &path, why);
    status = status == YK_OK ? check_list(&self, why) : status;
    DIR *dir = status == YK_OK ? opendir(text_string(&path)) : NULL;
    if (status == YK_OK && dir == NULL) {
        status = failure_set_errno(why, errno, "looking into %s", text_string(&path));
    }
    for (struct dirent *entry;
         dir != NULL && status == YK_OK && (entry = readdir(dir)) != NULL;) {
        struct shard_now shard = {.db = NULL};
        if (shard_count_of(entry->d_name) > 0) {
            snprintf(shard.name, sizeof shard.name, "%.31s", entry->d_name);
            snprintf(shard.db_name, sizeof shard.db_name, SHARD_FOLDER "/%s/cohort.sqlite",
                     shard.name);
            status = check_shard(&self, &shard, why);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&path);
    return check_end(&self, status, out, why);
}
