/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Merging shards. The manifest says what there should be; every shard's database is asked for
 * every recording, because the number of shards may have changed between runs. The scheduler is
 * never asked: what is not in a shard is not done.
 */
#include "src/pipeline/merge.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/disk.h"
#include "src/base/utf8.h"
#include "src/h5/h5_analysis.h"
#include "src/pipeline/check_batch.h"
#include "src/pipeline/manifest.h"
#include "src/pipeline/shard.h"

struct merge {
    const struct merge_options *options;
    struct batch batch;
    struct batch_options batch_options;
    struct shard_peers *peers;
    char settings_key[DIGEST_HEX], settings_of[128]; /* of the first result, and which */
    char first_missing[160];
    size_t n_missing;
};

static bool is_alike(const struct cohort_result *a, const struct cohort_result *b)
{
    bool is_same = strcmp(a->work_key, b->work_key) == 0 &&
                   strcmp(a->input_sha256, b->input_sha256) == 0 &&
                   strcmp(a->h5_sha256, b->h5_sha256) == 0 && strcmp(a->note, b->note) == 0;
    for (size_t p = 0; p < COHORT_PART_COUNT && is_same; p++) {
        is_same = strcmp(text_string(&a->part[p]), text_string(&b->part[p])) == 0;
    }
    return is_same;
}

static enum yk_status other_settings(const char *a, const char *b, struct failure *why)
{
    return failure_set(why, YK_ERR_CONFLICT,
                       "%.*s and %.*s were made with different recipes, parameters, zones or "
                       "versions; run all shards with the same command",
                       utf8_shown(a, 90), a, utf8_shown(b, 90), b);
}

/* All of one cohort must come from one program, recipe and set of parameters. */
static enum yk_status check_settings(struct merge *self, const struct cohort_result *result,
                                     struct failure *why)
{
    if (self->settings_key[0] == '\0') {
        memcpy(self->settings_key, result->settings_key, sizeof self->settings_key);
        memcpy(self->settings_of, result->recording_id, sizeof self->settings_of);
        return YK_OK;
    }
    if (strcmp(self->settings_key, result->settings_key) != 0) {
        return other_settings(self->settings_of, result->recording_id, why);
    }
    return YK_OK;
}

/* The result of one recording among the shards; where is the shard's number. YK_END: none has
 * it. */
static enum yk_status find_result(struct merge *self, const struct batch_input *input,
                                  struct cohort_result *out, size_t *where, struct failure *why)
{
    bool is_found = false;
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < shard_peers_count(self->peers) && status == YK_OK; i++) {
        struct cohort_result one;
        cohort_result_init(&one);
        status = cohort_db_get(shard_peer_db(self->peers, i), input->recording_id, &one, why);
        bool is_here = status == YK_OK && strcmp(one.input_sha256, input->listed_sha256) == 0;
        status = status == YK_END ? YK_OK : status;
        if (is_here && is_found && strcmp(one.settings_key, out->settings_key) != 0) {
            status = other_settings(shard_peer_folder(self->peers, *where),
                                    shard_peer_folder(self->peers, i), why);
        } else if (is_here && is_found && !is_alike(&one, out)) {
            status = failure_set(
                why, YK_ERR_CONFLICT,
                "two shards contradict each other about %.*s: %s and %s; remove "
                "the wrong one and run it again",
                utf8_shown(input->recording_id, 60), input->recording_id,
                shard_peer_folder(self->peers, *where), shard_peer_folder(self->peers, i));
        } else if (is_here && !is_found) {
            is_found = true;
            *where = i;
            *out = one;
            cohort_result_init(&one);
        }
        cohort_result_release(&one);
    }
    return status == YK_OK && !is_found ? YK_END : status;
}

/* Why it gave nothing, as the first shard by name that tried says. */
static enum yk_status find_outcome(struct merge *self, struct batch_input *input,
                                   struct failure *why)
{
    struct cohort_outcome outcome;
    for (size_t i = 0; i < shard_peers_count(self->peers); i++) {
        enum yk_status status =
            cohort_db_outcome(shard_peer_db(self->peers, i), input->path, &outcome, why);
        if (status == YK_END) {
            continue;
        }
        if (status != YK_OK) {
            return status;
        }
        struct failure reason = {.code = (enum yk_status)outcome.code};
        snprintf(reason.text, sizeof reason.text, "%s", outcome.reason);
        batch_input_refuse(input, &reason);
        if (strcmp(outcome.state, "duplicate") == 0) {
            return YK_OK;
        }
        input->state = strcmp(outcome.state, "empty") == 0 ? BATCH_EMPTY : BATCH_FAILED;
        snprintf(input->sha256, sizeof input->sha256, "%s", outcome.sha256);
        snprintf(input->format, sizeof input->format, "%s", outcome.format);
        snprintf(input->device_serial, sizeof input->device_serial, "%s",
                 outcome.device_serial);
        input->days = outcome.days;
        input->bad_blocks = outcome.bad_blocks;
        return YK_OK;
    }
    return YK_END;
}

static enum yk_status take_series(struct merge *self, size_t where,
                                  const struct cohort_result *result, struct failure *why)
{
    struct text from, to;
    text_init(&from);
    text_init(&to);
    text_addf(&from, "%s/recordings/%s.h5", shard_peer_folder(self->peers, where),
              result->recording_id);
    enum yk_status status = text_status(&from, why);
    status = status == YK_OK
                 ? batch_path(&self->batch, "recordings", result->recording_id, ".h5", &to, why)
                 : status;
    if (status == YK_OK) {
        status = shard_take_file(text_string(&from), text_string(&to), result->h5_sha256, why);
    }
    text_release(&from);
    text_release(&to);
    return status;
}

/* A table of epochs has no checksum in the row: it must be what the HDF5 file gives. One that
 * its shard does not have, although others have theirs, follows from that file. */
static enum yk_status take_table(const char *series, const char *from, const char *to,
                                 struct failure *why)
{
    bool is_same = true;
    if (!disk_is_file(from)) {
        return batch_restore_epochs(series, to, why);
    }
    enum yk_status status = check_epochs(series, from, &is_same, why);
    if (status == YK_OK && !is_same) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "%s is not what the HDF5 file of its shard gives; remove it, and "
                             "run that shard again",
                             from);
    }
    return status == YK_OK ? shard_take_file(from, to, "", why) : status;
}

static enum yk_status take_epochs(struct merge *self, size_t where, const char *id,
                                  struct failure *why)
{
    struct text series, from, to;
    text_init(&series);
    text_init(&from);
    text_init(&to);
    text_addf(&from, "%s/epochs/%s.csv", shard_peer_folder(self->peers, where), id);
    enum yk_status status = text_status(&from, why);
    status = status == YK_OK ? batch_path(&self->batch, "recordings", id, ".h5", &series, why)
                             : status;
    status =
        status == YK_OK ? batch_path(&self->batch, "epochs", id, ".csv", &to, why) : status;
    if (status == YK_OK) {
        status = take_table(text_string(&series), text_string(&from), text_string(&to), why);
    }
    text_release(&series);
    text_release(&from);
    text_release(&to);
    return status;
}

/* The recipe stands in every HDF5 file: the first one's is the cohort's. */
static enum yk_status read_recipe(struct merge *self, size_t where,
                                  const struct cohort_result *result, struct failure *why)
{
    struct text path;
    struct h5_identity identity;
    struct recipe *recipe = &self->batch_options.recipe;
    text_init(&path);
    text_addf(&path, "%s/recordings/%s.h5", shard_peer_folder(self->peers, where),
              result->recording_id);
    enum yk_status status = text_status(&path, why);
    status =
        status == YK_OK ? h5_analysis_identify(text_string(&path), &identity, why) : status;
    if (status == YK_OK) {
        snprintf(recipe->name, sizeof recipe->name, "%s", identity.recipe);
        recipe->parameters = identity.parameters;
    }
    text_release(&path);
    return status;
}

/* First pass: what there is, and whether it belongs together. Nothing is written. */
static enum yk_status look_at(struct merge *self, struct batch_input *input,
                              struct failure *why)
{
    struct cohort_result result;
    size_t where = 0;
    if (input->state == BATCH_DUPLICATE) {
        enum yk_status found = find_outcome(self, input, why);
        return found == YK_END ? YK_OK : found;
    }
    cohort_result_init(&result);
    bool is_first = self->settings_key[0] == '\0';
    enum yk_status status = find_result(self, input, &result, &where, why);
    if (status == YK_OK) {
        status = check_settings(self, &result, why);
        if (status == YK_OK && is_first) {
            status = read_recipe(self, where, &result, why);
        }
        batch_input_take(input, &result);
    } else if (status == YK_END) {
        status = find_outcome(self, input, why);
        if (status == YK_END) {
            if (self->n_missing++ == 0) {
                const char *name =
                    input->recording_id[0] != '\0' ? input->recording_id : input->path;
                snprintf(self->first_missing, sizeof self->first_missing, "%.*s",
                         utf8_shown(name, 150), name);
            }
            status = YK_OK;
        }
    }
    cohort_result_release(&result);
    return status;
}

/* Second pass: files, then the row, as batch keeps them. */
static enum yk_status take(struct merge *self, struct batch_input *input, struct failure *why)
{
    struct cohort_result result;
    size_t where = 0;
    if (input->state != BATCH_DONE) {
        return YK_OK;
    }
    cohort_result_init(&result);
    enum yk_status status = find_result(self, input, &result, &where, why);
    status = status == YK_OK ? take_series(self, where, &result, why) : status;
    if (status == YK_OK && self->batch_options.with_epochs_csv) {
        status = take_epochs(self, where, result.recording_id, why);
    }
    if (status == YK_OK) {
        status = cohort_db_put(self->batch.db, &result, why);
    }
    cohort_result_release(&result);
    return status;
}

static enum yk_status each(struct merge *self, const char *stage,
                           enum yk_status (*step)(struct merge *self, struct batch_input *input,
                                                  struct failure *why),
                           struct failure *why)
{
    struct batch_inputs *inputs = &self->batch.inputs;
    for (size_t i = 0; i < inputs->n; i++) {
        if (job_is_cancelled(self->batch.job)) {
            return failure_set(why, YK_ERR_CANCELLED,
                               "stopped; the same command goes on where it was");
        }
        enum yk_status status = step(self, &inputs->inputs[i], why);
        if (status != YK_OK) {
            return status;
        }
        job_progress(self->batch.job, stage, i + 1, inputs->n, "recordings");
    }
    return YK_OK;
}

static enum yk_status open_all(struct merge *self, struct failure *why)
{
    const struct shard_peers_options peers = {.folder = self->options->folder,
                                              .for_merge = true};
    struct text manifest;
    text_init(&manifest);
    enum yk_status status = disk_join(self->options->folder, SHARD_MANIFEST, &manifest, why);
    if (status == YK_OK) {
        const char *path =
            self->options->manifest != NULL ? self->options->manifest : text_string(&manifest);
        status = manifest_read(path, &self->batch.inputs, why);
    }
    text_release(&manifest);
    return status == YK_OK ? shard_peers_open(&peers, &self->peers, why) : status;
}

static enum yk_status check_complete(const struct merge *self, struct failure *why)
{
    if (self->n_missing == 0 || self->options->is_partial) {
        return YK_OK;
    }
    return failure_set(
        why, YK_ERR_TOO_LITTLE,
        "%zu of %zu recordings %s in no shard yet, the first %s: run the shards again (what is "
        "done is kept), or merge what there is with --partial",
        self->n_missing, self->batch.inputs.n, text_many(self->n_missing, "is", "are"),
        self->first_missing);
}

/* Whether any shard was asked for tables of epochs. */
static bool has_epochs(const struct merge *self)
{
    struct text path;
    bool has = false;
    text_init(&path);
    for (size_t i = 0; i < shard_peers_count(self->peers) && !has; i++) {
        has = disk_join(shard_peer_folder(self->peers, i), "epochs", &path, NULL) == YK_OK &&
              disk_is_folder(text_string(&path));
    }
    text_release(&path);
    return has;
}

/* Tables among the shards would be taken for a cohort of their own. */
static enum yk_status refuse_own_folder(const struct merge_options *options,
                                        struct failure *why)
{
    return disk_is_same(options->folder, options->output)
               ? failure_set(why, YK_ERR_ARGUMENT,
                             "-o %s is the folder of the shards; name another one",
                             options->output)
               : YK_OK;
}

static enum yk_status work(struct merge *self, int *lock_fd, struct failure *why)
{
    enum yk_status status = refuse_own_folder(self->options, why);
    status = status == YK_OK ? open_all(self, why) : status;
    status = status == YK_OK ? each(self, "looking", look_at, why) : status;
    status = status == YK_OK ? check_complete(self, why) : status;
    if (status == YK_OK) {
        self->batch_options.with_epochs_csv = has_epochs(self);
        self->batch.totals->n_inputs = self->batch.inputs.n;
        status = batch_prepare_folder(&self->batch, lock_fd, why);
    }
    status = status == YK_OK ? each(self, "merging", take, why) : status;
    status = status == YK_OK ? batch_note_overlaps(&self->batch, why) : status;
    if (status == YK_OK) {
        batch_count(&self->batch);
        status = batch_write_tables(&self->batch, why);
    }
    return status;
}

enum yk_status merge_run(const struct merge_options *options, struct batch_totals *totals,
                         struct job *job, struct failure *why)
{
    struct merge self = {.options = options};
    int lock_fd = -1;
    int64_t start_ns = clock_monotonic_ns();
    self.batch_options = (struct batch_options){.folder = options->output, .n_jobs = 1};
    batch_init(&self.batch, &self.batch_options, totals, job);
    enum yk_status status = work(&self, &lock_fd, why);
    totals->seconds = (double)(clock_monotonic_ns() - start_ns) / 1e9;
    shard_peers_close(self.peers);
    batch_release(&self.batch);
    if (lock_fd >= 0) {
        close(lock_fd);
    }
    return status;
}
