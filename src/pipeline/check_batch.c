/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables exist twice, as CSV and in cohort.sqlite, and most of what they say a third time
 * in recordings/<id>.h5, from which epochs/<id>.csv follows; damage or a later change of one of
 * them shows as a difference. What shows nowhere else shows in SHA256SUMS. Each file is read
 * once. Left out: run.log.
 */
#include "src/pipeline/check_parts.h"

#include <dirent.h>
#include <errno.h>

#include "src/base/disk.h"
#include "src/base/page_seal.h"

void check_report(struct checking *self, enum check_kind kind, const char *subject,
                  const char *detail)
{
    struct check_finding finding = {kind, subject, detail};
    check_know(self, subject, "");
    self->totals.broken += !check_is_leftover(kind);
    self->totals.leftovers += check_is_leftover(kind);
    if (self->found != NULL) {
        self->found(self->user, &finding);
    }
}

enum yk_status check_goes_on(const struct checking *self, struct failure *why)
{
    return job_is_cancelled(self->job) ? failure_set(why, YK_ERR_CANCELLED, "stopped checking")
                                       : YK_OK;
}

bool check_is_batch(const char *folder)
{
    return disk_holds(folder, BATCH_DB) || disk_holds(folder, "quality.csv");
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
                check_report(
                    self, seal == YK_ERR_UNSUPPORTED ? CHECK_page_unsealed : CHECK_page_changed,
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
    char damage[128];
    enum yk_status status = db_check(self->db, damage, why);
    if (status == YK_OK && damage[0] != '\0') {
        check_report(self, CHECK_cohort_damaged, BATCH_DB, damage);
    }
    uint64_t unfinished = self->totals.leftovers;
    status = status == YK_OK ? check_tables(self, why) : status;
    /* Without its tables the database cannot be compared with the series either. */
    if (status == YK_OK && self->totals.leftovers == unfinished) {
        status = check_recordings(self, why);
        status = status == YK_OK ? check_files(self, why) : status;
    }
    return status;
}

/* cohort.sqlite, and everything that is compared with it. */
static enum yk_status check_cohort(struct checking *self, const char *path, struct failure *why)
{
    struct failure how;
    enum yk_status status = db_open(path, DB_READ, &self->db, &how);
    if (status == YK_ERR_NO_DEVICE) {
        check_report(self, CHECK_batch_unfinished, BATCH_DB, "");
        return YK_OK;
    }
    bool is_damaged = status != YK_OK && status != YK_ERR_MEMORY;
    if (status == YK_OK) {
        if (cohort_db_open(path, COHORT_READ, &self->cohort, NULL) != YK_OK) {
            self->cohort = NULL; /* then every HDF5 file is opened */
        }
        status = check_opened(self, &how);
        is_damaged = status == YK_ERR_STORE; /* so much that it cannot be asked */
        cohort_db_close(self->cohort);
        db_close(self->db);
    }
    if (is_damaged) {
        check_report(self, CHECK_cohort_damaged, BATCH_DB, how.text);
        return YK_OK;
    }
    if (status != YK_OK && why != NULL) {
        *why = how;
    }
    return status;
}

enum yk_status check_batch(const char *folder, struct job *job,
                           void (*found)(void *user, const struct check_finding *finding),
                           void *user, struct check_totals *out, struct failure *why)
{
    struct checking self = {.folder = folder, .job = job, .found = found, .user = user};
    struct text path;
    text_init(&path);
    enum yk_status status = disk_join(folder, BATCH_DB, &path, why);
    status = status == YK_OK ? check_cohort(&self, text_string(&path), why) : status;
    text_release(&path);
    status = status == YK_OK ? check_sums(&self, why) : status;
    status = status == YK_OK ? check_pages(&self, why) : status;
    return check_end(&self, status, out, why);
}
