/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A batch from beginning to end: look at everything people wrote, lock the folder, work, write
 * the tables.
 */
#include "src/pipeline/batch_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/pool.h"
#include "src/base/version.h"
#include "src/base/zone.h"
#include "src/pipeline/manifest.h"
#include "src/pipeline/sums.h"

enum yk_status batch_path(const struct batch *self, const char *folder, const char *name,
                          const char *suffix, struct text *out, struct failure *why)
{
    text_clear(out);
    text_addf(out, "%s/%s%s%s%s", self->options->folder, folder != NULL ? folder : "",
              folder != NULL ? "/" : "", name, suffix);
    return text_status(out, why);
}

/* ---- the log: run.log gets everything, the caller's log what it asked for ---- */

static void write_log(void *user, enum log_level level, const char *line)
{
    struct batch *self = user;
    char time[40] = "", whole[1200];
    struct zone *utc = NULL;
    if (zone_open("Z", &utc, NULL) == YK_OK) {
        zone_format_iso(utc, clock_now_utc_ns(), 3, time);
        zone_close(utc);
    }
    int n = snprintf(whole, sizeof whole, "%s %s %s\n", time, log_level_word(level), line);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof whole ? (size_t)n : sizeof whole - 1;
    if (self->log_fd >= 0 && level <= LOG_INFO) {
        disk_write(self->log_fd, whole, length, "run.log",
                   NULL); /* a full disk shows elsewhere */
    }
    struct log *caller = self->job != NULL ? self->job->log : NULL;
    if (caller != NULL && caller->write != NULL && level <= caller->level) {
        caller->write(caller->user, level, line);
    }
}

/* ---- before the work ---- */

/* Tables are read and checked before anything is written, so that a wrong cell costs nothing.
 */
static enum yk_status read_tables(struct batch *self, struct failure *why)
{
    const struct batch_options *options = self->options;
    struct zone *zone = NULL;
    bool is_guess = false;
    enum yk_status status = zone_open_system(&zone, &is_guess, why);
    if (status != YK_OK) {
        return status;
    }
    snprintf(self->system_zone, sizeof self->system_zone, "%s", zone_name(zone));
    if (options->store != NULL) {
        status = batch_owners_read(options->store, &self->owners, self->system_zone,
                                   sizeof self->system_zone, why);
    }
    const char *named = options->zone_name != NULL ? options->zone_name
                        : self->owners.has_zone    ? self->system_zone
                                                   : NULL;
    if (status == YK_OK && named != NULL) {
        zone_close(zone);
        zone = NULL;
        status = zone_open(named, &zone, why);
    }
    if (status == YK_OK && options->participants != NULL) {
        self->participants.keeps_good = options->keep_good;
        status = participants_read(options->participants, &self->participants, why);
    }
    if (status == YK_OK && options->diary != NULL) {
        status = batch_read_diary(self, zone, why);
    }
    zone_close(zone);
    self->totals->n_rows_skipped = self->participants.n_skipped + (size_t)self->n_diary_skipped;
    return status == YK_OK ? batch_settings_key(self, why) : status;
}

/* Of the list, the recordings of this shard, and their duplicates. */
static void keep_shard(struct batch *self)
{
    struct batch_inputs *inputs = &self->inputs;
    unsigned count = self->options->n_shards;
    size_t kept = 0;
    for (size_t i = 0; i < inputs->n; i++) {
        struct batch_input *input = &inputs->inputs[i];
        bool is_ours = count == 0 || shard_of(batch_input_content(input), input->path, count) ==
                                         self->options->shard;
        if (is_ours) {
            memmove(&inputs->inputs[kept++], input, sizeof *input);
        } else {
            batch_input_release(input);
        }
    }
    inputs->n = kept;
}

static enum yk_status list_inputs(struct batch *self, struct failure *why)
{
    const struct batch_options *options = self->options;
    if (options->manifest != NULL) {
        enum yk_status status = manifest_read(options->manifest, &self->inputs, why);
        if (status == YK_OK) {
            keep_shard(self);
        }
        return status;
    }
    enum yk_status status = batch_inputs_find(options, &self->inputs, why);
    return status == YK_OK ? batch_inputs_name(&self->inputs, options->n_jobs, self->job, why)
                           : status;
}

/* A duplicate belongs to the list, not to a shard: only what the participants table says about
 * it is for the merge to know. */
static enum yk_status note_duplicates(struct batch *self, struct failure *why)
{
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < self->inputs.n && status == YK_OK; i++) {
        const struct batch_input *input = &self->inputs.inputs[i];
        struct cohort_outcome outcome = {
            .state = "duplicate", .code = (int)YK_ERR_CONFLICT, .days = NAN, .bad_blocks = NAN};
        snprintf(outcome.reason, sizeof outcome.reason, "%s", batch_input_said(input));
        if (input->state == BATCH_DUPLICATE) {
            status = cohort_db_note(self->db, input->path,
                                    input->participant != NULL ? &outcome : NULL, why);
        }
    }
    return status;
}

static void drop_duplicates(struct batch *self)
{
    struct batch_inputs *inputs = &self->inputs;
    size_t kept = 0;
    for (size_t i = 0; i < inputs->n; i++) {
        struct batch_input *input = &inputs->inputs[i];
        if (input->state == BATCH_DUPLICATE) {
            self->totals->bytes -= input->size;
            batch_input_release(input);
        } else {
            memmove(&inputs->inputs[kept++], input, sizeof *input);
        }
    }
    self->totals->n_inputs = inputs->n = kept;
}

/* The table's row of each file. A pattern like P1* means P10 as well: that is said. */
static void find_participants(struct batch *self)
{
    const struct participant_row *first = NULL, *second = NULL;
    const char *first_path = NULL;
    size_t n = 0;
    for (size_t i = 0; i < self->inputs.n; i++) {
        struct batch_input *input = &self->inputs.inputs[i];
        const struct participant_row *other = NULL;
        input->participant = participants_find(&self->participants, input->path, &other);
        if (other != NULL && n++ == 0) {
            first = input->participant;
            second = other;
            first_path = input->path;
        }
    }
    if (n > 0) {
        log_warn(&self->log,
                 "batch: %zu of %zu %s rows of several participants in %s, and the first row "
                 "counts; the first of them %s (%s: %s, also %s: %s)",
                 n, self->inputs.n, text_many(n, "files fits", "files fit"),
                 self->options->participants, first_path, first->file, first->person_id,
                 second->file, second->person_id);
    }
}

static enum yk_status find_inputs(struct batch *self, struct failure *why)
{
    enum yk_status status = list_inputs(self, why);
    for (size_t i = 0; i < self->inputs.n && status == YK_OK; i++) {
        self->totals->bytes += self->inputs.inputs[i].size;
    }
    if (status == YK_OK) {
        find_participants(self);
    }
    status = status == YK_OK ? batch_inputs_note_persons(&self->inputs, why) : status;
    self->totals->n_inputs = self->inputs.n;
    self->totals->n_left = self->inputs.n_left;
    return status;
}

/* Other shards' results, and a lock that other machines see. */
static enum yk_status join_shards(struct batch *self, struct failure *why)
{
    const struct batch_options *options = self->options;
    const struct shard_peers_options peers = {.folder = options->shards,
                                              .n_shards = options->n_shards};
    enum yk_status status = shard_lock_take(options->folder, &self->owner, why);
    return status == YK_OK ? shard_peers_open(&peers, &self->peers, why) : status;
}

/* Folders, and a lock on the output folder itself: it needs no file that could stay behind. */
enum yk_status batch_prepare_folder(struct batch *self, int *lock_fd, struct failure *why)
{
    struct text path;
    text_init(&path);
    bool is_shard = self->options->n_shards > 0;
    enum yk_status status = is_shard ? disk_make_folders(self->options->folder, why)
                                     : disk_make_folder(self->options->folder, why);
    if (status == YK_OK) {
        *lock_fd = open(self->options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (*lock_fd < 0) {
            status = failure_set_errno(why, errno, "opening %s", self->options->folder);
        } else if (flock(*lock_fd, LOCK_EX | LOCK_NB) != 0) {
            status =
                failure_set(why, YK_ERR_BUSY,
                            "another batch works in %s; wait for it or choose another folder",
                            self->options->folder);
        }
    }
    status = status == YK_OK ? batch_folder_refuse_foreign(self->options->folder, why) : status;
    if (status == YK_OK && is_shard) {
        status = join_shards(self, why);
    }
    status = status == YK_OK ? batch_path(self, NULL, "recordings", "", &path, why) : status;
    status = status == YK_OK ? disk_make_folder(text_string(&path), why) : status;
    if (status == YK_OK && self->options->with_epochs_csv) {
        status = batch_path(self, NULL, "epochs", "", &path, why);
        status = status == YK_OK ? disk_make_folder(text_string(&path), why) : status;
    }
    status = status == YK_OK ? batch_path(self, NULL, "run", ".log", &path, why) : status;
    if (status == YK_OK) {
        self->log_fd =
            open(text_string(&path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (self->log_fd < 0) {
            status = failure_set_errno(why, errno, "opening %s", text_string(&path));
        }
    }
    /* From here on the checksums would say that what is being changed is damaged. */
    status = status == YK_OK ? batch_path(self, NULL, SUMS_FILE, "", &path, why) : status;
    status = status == YK_OK ? disk_remove(text_string(&path), why) : status;
    status = status == YK_OK ? batch_path(self, NULL, "cohort", ".sqlite", &path, why) : status;
    status = status == YK_OK
                 ? cohort_db_open(text_string(&path), is_shard ? COHORT_NETWORK : COHORT_LOCAL,
                                  &self->db, why)
                 : status;
    text_release(&path);
    return status;
}

/* ---- after the work ---- */

void batch_count(struct batch *self)
{
    struct batch_totals *totals = self->totals;
    for (size_t i = 0; i < self->inputs.n; i++) {
        const struct batch_input *input = &self->inputs.inputs[i];
        totals->n_done += input->state == BATCH_DONE;
        totals->n_resumed += input->state == BATCH_DONE && input->was_finished;
        totals->n_partial += input->state == BATCH_DONE && input->is_partial;
        totals->n_overlapping += input->state == BATCH_DONE && input->overlaps;
        totals->n_empty += input->state == BATCH_EMPTY;
        totals->n_duplicates += input->state == BATCH_DUPLICATE;
        totals->n_failed += input->state == BATCH_FAILED;
        totals->n_skipped += input->state == BATCH_WAITING;
        totals->n_nights_valid += input->state == BATCH_DONE && input->valid_nights > 0
                                      ? (size_t)input->valid_nights
                                      : 0;
        totals->zone_is_guess = totals->zone_is_guess || input->zone_is_guess;
    }
}

/* A file that the participants table does not know goes by its own name: perhaps a slip in the
 * table. Rows for files that are not named this time are usual. */
static void warn_of_unlisted(struct batch *self)
{
    size_t n = 0, first = 0;
    for (size_t i = self->inputs.n; i > 0; i--) {
        if (self->inputs.inputs[i - 1].participant == NULL) {
            n++;
            first = i - 1;
        }
    }
    if (self->options->participants != NULL && n > 0) {
        log_warn(&self->log, "batch: %zu of %zu %s not in %s, the first %s", n, self->inputs.n,
                 text_many(self->inputs.n, "file", "files"), self->options->participants,
                 self->inputs.inputs[first].path);
    }
}

static void warn_of_rows(struct batch *self)
{
    const struct {
        const char *path;
        size_t n;
        const struct failure *first;
    } tables[] = {
        {self->options->participants, self->participants.n_skipped,
         &self->participants.first_wrong},
        {self->options->diary, (size_t)self->n_diary_skipped, &self->diary_first_wrong}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (tables[i].n > 0) {
            log_warn(&self->log, "batch: %zu %s of %s not taken; the first: %s", tables[i].n,
                     text_many(tables[i].n, "row", "rows"), tables[i].path,
                     tables[i].first->text);
        }
    }
}

static enum yk_status work_and_write(struct batch *self, struct failure *why)
{
    const struct batch_options *options = self->options;
    log_info(&self->log, "batch: yoake %s (%s), recipe %s, %zu %s, %u %s", version_number(),
             version_commit(), options->recipe.name, self->inputs.n,
             text_many(self->inputs.n, "input", "inputs"), options->n_jobs,
             text_many(options->n_jobs, "worker", "workers"));
    warn_of_rows(self);
    warn_of_unlisted(self);
    if (self->inputs.n_left > 0) {
        log_info(&self->log,
                 "batch: %zu %s in the folders, no recordings by name and content, left alone; "
                 "the first %s",
                 self->inputs.n_left, text_many(self->inputs.n_left, "file", "files"),
                 self->inputs.first_left);
    }
    enum yk_status status =
        pool_run(self->inputs.n, options->n_jobs, self->job != NULL ? self->job->cancel : NULL,
                 batch_work, self, why);
    if (status == YK_OK && options->n_shards == 0) {
        status = batch_note_overlaps(self, why);
    }
    batch_count(self);
    if (status == YK_OK && job_is_cancelled(self->job)) {
        log_warn(&self->log, "batch: stopped with %zu of %zu done", self->totals->n_done,
                 self->inputs.n);
        status =
            failure_set(why, YK_ERR_CANCELLED,
                        "stopped with %zu of %zu recordings done; the same command goes on",
                        self->totals->n_done, self->inputs.n);
    }
    if (status == YK_OK && self->cannot_write.code != YK_OK) {
        *why = self->cannot_write;
        status = failure_within(why,
                                "stopped with %zu of %zu done; the same command goes on once "
                                "this can be written",
                                self->totals->n_done, self->inputs.n);
    }
    if (status == YK_OK && options->n_shards == 0) {
        status = batch_write_tables(self, why);
    }
    log_info(&self->log, "batch: %zu done, %zu of them before, %zu failed, %zu skipped",
             self->totals->n_done, self->totals->n_resumed, self->totals->n_failed,
             self->totals->n_skipped);
    return status;
}

void batch_init(struct batch *self, const struct batch_options *options,
                struct batch_totals *totals, struct job *job)
{
    *totals = (struct batch_totals){0};
    *self = (struct batch){.options = options, .totals = totals, .job = job, .log_fd = -1};
    pthread_mutex_init(&self->lock, NULL);
    self->log = (struct log){LOG_DEBUG, write_log, self};
    batch_inputs_init(&self->inputs);
    participants_init(&self->participants);
    diary_init(&self->diary);
    batch_diaries_init(&self->other_diaries);
}

void batch_release(struct batch *self)
{
    cohort_db_close(self->db);
    shard_peers_close(self->peers);
    shard_lock_release(self->owner);
    if (self->log_fd >= 0) {
        close(self->log_fd);
    }
    batch_owners_release(&self->owners);
    diary_release(&self->diary);
    batch_diaries_release(&self->other_diaries);
    participants_release(&self->participants);
    batch_inputs_release(&self->inputs);
    pthread_mutex_destroy(&self->lock);
}

enum yk_status batch_run(const struct batch_options *options, struct batch_totals *totals,
                         struct job *job, struct failure *why)
{
    struct batch self;
    int lock_fd = -1;
    int64_t start_ns = clock_monotonic_ns(), start_cpu_ns = clock_cpu_ns();
    batch_init(&self, options, totals, job);
    enum yk_status status = read_tables(&self, why);
    status = status == YK_OK ? find_inputs(&self, why) : status;
    status = status == YK_OK ? batch_prepare_folder(&self, &lock_fd, why) : status;
    if (status == YK_OK && options->n_shards > 0) {
        status = note_duplicates(&self, why);
        drop_duplicates(&self);
    }
    status = status == YK_OK ? work_and_write(&self, why) : status;
    totals->seconds = (double)(clock_monotonic_ns() - start_ns) / 1e9;
    totals->cpu_seconds = (double)(clock_cpu_ns() - start_cpu_ns) / 1e9;
    totals->n_syncs = atomic_load(&self.n_syncs);
    batch_release(&self);
    if (lock_fd >= 0) {
        close(lock_fd);
    }
    return status;
}

enum yk_status batch_plan(const struct batch_options *options, struct text *out,
                          struct failure *why)
{
    struct batch self;
    struct batch_totals totals;
    batch_init(&self, options, &totals, NULL);
    enum yk_status status = read_tables(&self, why);
    status = status == YK_OK ? find_inputs(&self, why) : status;
    if (status == YK_OK && options->n_shards > 0) {
        drop_duplicates(&self);
    }
    for (size_t i = 0; i < self.inputs.n && status == YK_OK; i++) {
        const struct batch_input *input = &self.inputs.inputs[i];
        text_addf(out, "%s\t%" PRIu64 "\t%s\n", input->recording_id, input->size, input->path);
    }
    batch_release(&self);
    return status == YK_OK ? text_status(out, why) : status;
}
