/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One recording of a batch: from the earlier run when nothing changed, else computed. What is
 * kept is kept in this order, so that a run may be killed anywhere: the HDF5 file under its
 * name, complete and synced; then the epochs table; then the row in cohort.sqlite. Only the row
 * makes it "finished".
 */
#include "src/base/digest.h"
#include "src/pipeline/batch_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "src/base/disk.h"
#include "src/base/version.h"
#include "src/export/epochs_csv.h"
#include "src/export/tables.h"
#include "src/h5/h5_analysis.h"
#include "src/pipeline/analyze.h"

/* How often the disk keeps something of one recording: a file and its name; the row. */
enum { SYNCS = 3, SYNCS_WITH_EPOCHS = 5 };

/* What one worker holds while it works on one input. */
struct work {
    struct batch *batch;
    struct batch_input *input;
    struct job job;
    struct byte_source *bytes;
    struct recording_source *source;
    struct zone *zone; /* the source was opened with; borrowed by it */
    struct zone *own;  /* of the recording: the file's may have won */
    struct diary diary;
    struct analysis analysis;
    struct cohort_result result;
    char work_key[DIGEST_HEX];
    bool is_keeping; /* computed; what fails now is the folder of results */
};

/* ---- progress ---- */

/* A recording's share of the bar, by stage: where it begins and how much of it there is. Stages
 * that are not listed leave the bar where it stands. */
static const struct {
    const char *stage;
    double begin, share;
} STAGE[] = {{"hashing", 0, 0.15},
             {"reading", 0.15, 0.35},
             {"calibrating", 0.15, 0.35},
             {"epochs", 0.5, 0.45}};

static void report(struct batch *batch, struct batch_input *input, double share)
{
    uint64_t now = (uint64_t)((double)input->size * share);
    uint64_t more = now - atomic_exchange(&input->bytes_done, now); /* may wrap, and back */
    uint64_t done = atomic_fetch_add(&batch->bytes_done, more) + more;
    shard_lock_beat(batch->owner);
    pthread_mutex_lock(&batch->lock);
    job_progress(batch->job, "batch", done, batch->totals->bytes, "bytes");
    pthread_mutex_unlock(&batch->lock);
}

static void on_progress(void *user, const struct progress *now)
{
    struct work *work = user;
    double part = now->total > 0 ? (double)now->done / (double)now->total : 0;
    for (size_t i = 0; i < sizeof STAGE / sizeof *STAGE; i++) {
        if (strcmp(now->stage, STAGE[i].stage) == 0) {
            report(work->batch, work->input,
                   STAGE[i].begin + STAGE[i].share * (part < 1 ? part : 1));
        }
    }
}

/* ---- what the result depends on ---- */

static const char *named_zone(const struct work *work)
{
    const struct participant_row *row = work->input->participant;
    if (work->batch->options->zone_name != NULL) {
        return work->batch->options->zone_name;
    }
    return row != NULL && row->zone[0] != '\0' ? row->zone : NULL;
}

/* What the participants table or the store says, or NULL. */
static const char *said_person(const struct work *work)
{
    const struct participant_row *row = work->input->participant;
    return row != NULL && row->person_id[0] != '\0'
               ? row->person_id
               : batch_owner_of(&work->batch->owners, work->input->sha256);
}

static const char *said_group(const struct work *work)
{
    const struct participant_row *row = work->input->participant;
    return row != NULL ? row->group : "";
}

static const char *diary_code(const struct work *work)
{
    const struct participant_row *row = work->input->participant;
    if (row == NULL) {
        return NULL;
    }
    return row->diary_id[0] != '\0' ? row->diary_id : row->person_id;
}

/* What all results of one cohort have in common. */
enum yk_status batch_settings_key(struct batch *batch, struct failure *why)
{
    const struct batch_options *options = batch->options;
    struct text all;
    text_init(&all);
    text_addf(&all, "%s %s %s\n", version_number(), version_commit(), options->recipe.name);
    parameters_to_json(&options->recipe.parameters, &all);
    text_addf(&all, "\nsession %d zone %s or %s\n", options->session,
              options->zone_name != NULL ? options->zone_name : "",
              options->zone_name != NULL ? "" : batch->system_zone);
    enum yk_status status = digest_of_text(&all, batch->settings_key, why);
    text_release(&all);
    return status;
}

static enum yk_status make_work_key(struct work *work, struct failure *why)
{
    const struct batch *batch = work->batch;
    const char *zone = named_zone(work), *code = diary_code(work), *said = said_person(work);
    struct text all;
    text_init(&all);
    text_addf(&all, "%s %s %s\n%s\n", version_number(), version_commit(), work->input->sha256,
              batch->options->recipe.name);
    parameters_to_json(&batch->options->recipe.parameters, &all);
    text_addf(&all, "\nsession %d\ndescription %s", batch->options->session,
              work->input->description);
    text_addf(&all, "\nzone %s or %s\nperson %s or %s of %s\n", zone != NULL ? zone : "",
              zone != NULL ? "" : batch->system_zone, said != NULL ? said : "",
              work->input->stem, said_group(work));
    batch_add_diary_key(batch, code, &all);
    enum yk_status status = digest_of_text(&all, work->work_key, why);
    text_release(&all);
    return status;
}

/* ---- from the earlier run ---- */

enum yk_status batch_restore_epochs(const char *series, const char *table, struct failure *why)
{
    struct zone *zone = NULL;
    struct analysis analysis;
    struct text out;
    text_init(&out);
    analysis_init(&analysis);
    enum yk_status status = h5_analysis_read(series, &analysis, why);
    if (status == YK_OK) {
        status = zone_open(analysis.info.zone, &zone, why);
    }
    if (status == YK_OK) {
        epochs_csv_add(&analysis.epochs, zone, &out);
        status = disk_write_file(table, &out, true, why);
    }
    zone_close(zone);
    text_release(&out);
    analysis_release(&analysis);
    return status;
}

/* Whether the HDF5 file is the one that was written, bit for bit. */
static bool is_kept(const struct work *work, const char *h5)
{
    char hex[DIGEST_HEX];
    return digest_of_file(h5, hex, NULL) == YK_OK && strcmp(hex, work->result.h5_sha256) == 0;
}

/* A shard of another count may have finished it: its files become ours, then its row. */
static bool take_from_peer(struct work *work, struct cohort_db *db, const char *folder)
{
    struct batch *batch = work->batch;
    struct failure why;
    struct text from, to;
    text_init(&from);
    text_init(&to);
    const char *id = work->input->recording_id;
    text_addf(&from, "%s/recordings/%s.h5", folder, id);
    bool is_taken = cohort_db_get(db, id, &work->result, &why) == YK_OK &&
                    strcmp(work->result.work_key, work->work_key) == 0 &&
                    batch_path(batch, "recordings", id, ".h5", &to, &why) == YK_OK &&
                    text_status(&from, &why) == YK_OK &&
                    shard_take_file(text_string(&from), text_string(&to),
                                    work->result.h5_sha256, &why) == YK_OK &&
                    cohort_db_put(batch->db, &work->result, &why) == YK_OK;
    text_release(&from);
    text_release(&to);
    cohort_result_release(&work->result);
    return is_taken;
}

static void ask_peers(struct work *work)
{
    struct batch *batch = work->batch;
    pthread_mutex_lock(&batch->lock);
    bool is_taken = false;
    for (size_t i = 0; i < shard_peers_count(batch->peers) && !is_taken; i++) {
        is_taken = take_from_peer(work, shard_peer_db(batch->peers, i),
                                  shard_peer_folder(batch->peers, i));
    }
    pthread_mutex_unlock(&batch->lock);
}

/* Whether the recording is finished and everything of it is there. A result that cannot be used
 * is no failure: it is computed again. */
static bool take_finished(struct work *work)
{
    struct batch *batch = work->batch;
    struct failure why;
    struct text h5, csv;
    text_init(&h5);
    text_init(&csv);
    pthread_mutex_lock(&batch->lock);
    bool is_there =
        cohort_db_get(batch->db, work->input->recording_id, &work->result, &why) == YK_OK &&
        strcmp(work->result.work_key, work->work_key) == 0;
    pthread_mutex_unlock(&batch->lock);
    const char *id = work->input->recording_id;
    is_there = is_there && batch_path(batch, "recordings", id, ".h5", &h5, &why) == YK_OK &&
               batch_path(batch, "epochs", id, ".csv", &csv, &why) == YK_OK &&
               is_kept(work, text_string(&h5));
    if (is_there && batch->options->with_epochs_csv && !disk_is_file(text_string(&csv))) {
        is_there = batch_restore_epochs(text_string(&h5), text_string(&csv), &why) == YK_OK;
    }
    text_release(&h5);
    text_release(&csv);
    if (is_there) {
        batch_input_take(work->input, &work->result);
        work->input->was_finished = true;
    } else {
        cohort_result_release(&work->result);
    }
    return is_there;
}

/* ---- computing ---- */

static enum yk_status open_source(struct work *work, struct failure *why)
{
    const char *name = named_zone(work);
    enum yk_status status =
        zone_open(name != NULL ? name : work->batch->system_zone, &work->zone, why);
    if (status != YK_OK) {
        return status;
    }
    struct open_options open = {.zone = work->zone,
                                .session = work->batch->options->session,
                                .file_zone_wins =
                                    work->batch->options->zone_name == NULL && name == NULL,
                                .zone_is_guess = name == NULL && !work->batch->owners.has_zone,
                                .job = &work->job};
    status = recording_open_source(work->bytes, &open, &work->source, why);
    if (status != YK_OK) {
        return status;
    }
    work->bytes = NULL; /* taken */
    const struct recording_info *info = &work->source->info;
    snprintf(work->input->format, sizeof work->input->format, "%s", info->format);
    snprintf(work->input->device_serial, sizeof work->input->device_serial, "%s",
             info->device_serial);
    work->input->zone_is_guess = info->zone_is_guess;
    return zone_open(info->zone, &work->own, why);
}

/* The code a recording goes by: participants table, store, file header, stem. */
static const char *person_of(const struct work *work)
{
    const char *said = said_person(work);
    if (said != NULL) {
        return said;
    }
    const char *own = work->source->info.person_id;
    return own[0] != '\0' ? own : work->input->stem;
}

static enum yk_status analyze(struct work *work, struct failure *why)
{
    const struct batch_options *options = work->batch->options;
    const char *person = person_of(work), *code = diary_code(work);
    enum yk_status status = YK_OK;
    if (options->diary != NULL) {
        status = batch_diary_of(work->batch, work->own, code != NULL ? code : person, person,
                                &work->diary, why);
    }
    if (status != YK_OK) {
        return status;
    }
    struct analyze_options how = {.recipe = options->recipe.name,
                                  .parameters = &options->recipe.parameters,
                                  .diary = options->diary != NULL ? &work->diary : NULL,
                                  .person_id = person,
                                  .input_sha256 = work->input->sha256};
    status = analyze_recording(work->source, work->own, &how, &work->analysis, &work->job, why);
    if (status == YK_OK) {
        snprintf(work->analysis.recording_id, sizeof work->analysis.recording_id, "%s",
                 work->input->recording_id);
        snprintf(work->analysis.group, sizeof work->analysis.group, "%s", said_group(work));
    }
    return status;
}

static enum yk_status write_files(struct work *work, struct failure *why)
{
    struct batch *batch = work->batch;
    struct text path, epochs;
    text_init(&path);
    text_init(&epochs);
    const char *id = work->input->recording_id;
    enum yk_status status = batch_path(batch, "recordings", id, ".h5", &path, why);
    if (status == YK_OK) {
        status = h5_analysis_write(text_string(&path), &work->analysis, why);
    }
    if (status == YK_OK) {
        status = digest_of_file(text_string(&path), work->result.h5_sha256, why);
    }
    status = status == YK_OK ? batch_path(batch, "epochs", id, ".csv", &path, why) : status;
    /* One of an earlier run, with other parameters, must not stay beside the new series. */
    if (status == YK_OK &&
        (batch->options->with_epochs_csv || disk_is_file(text_string(&path)))) {
        epochs_csv_add(&work->analysis.epochs, work->own, &epochs);
        status = disk_write_file(text_string(&path), &epochs, true, why);
    }
    text_release(&path);
    text_release(&epochs);
    return status;
}

/* What of the file did not come into the result without any sign of it in the numbers. */
static void note_missing(const struct work *work, char *out, size_t room)
{
    const struct read_report *report = &work->analysis.report;
    struct text note;
    text_init(&note);
    if (report->sessions > 1) {
        text_addf(&note, "session %d only; the file has %" PRIu64 ", numbered from 0",
                  work->batch->options->session, report->sessions);
        text_add(&note, report->damage != NULL || report->trailing_bytes > 0 ? "; " : "");
    }
    if (report->damage != NULL) {
        text_add(&note, report->damage);
    } else if (report->trailing_bytes > 0) {
        text_addf(&note, "cut off: %" PRIu64 " bytes at the end are not a whole block",
                  report->trailing_bytes);
    }
    snprintf(out, room, "%s", text_string(&note));
    text_release(&note);
}

static enum yk_status keep(struct work *work, struct failure *why)
{
    const struct analysis *analysis = &work->analysis;
    struct cohort_result *result = &work->result;
    work->is_keeping = true;
    enum yk_status status = write_files(work, why);
    for (size_t i = 0; i < COHORT_PART_COUNT && status == YK_OK; i++) {
        export_add_rows(batch_table_of[i], analysis, work->own, &result->part[i]);
        status = text_status(&result->part[i], why);
    }
    if (status != YK_OK) {
        return status;
    }
    snprintf(result->recording_id, sizeof result->recording_id, "%s", analysis->recording_id);
    memcpy(result->work_key, work->work_key, sizeof result->work_key);
    memcpy(result->settings_key, work->batch->settings_key, sizeof result->settings_key);
    memcpy(result->input_sha256, work->input->sha256, sizeof result->input_sha256);
    snprintf(result->status, sizeof result->status, "done");
    snprintf(result->format, sizeof result->format, "%s", analysis->info.format);
    snprintf(result->device_serial, sizeof result->device_serial, "%s",
             analysis->info.device_serial);
    note_missing(work, result->note, sizeof result->note);
    result->days = (double)analysis->epochs.n * analysis->epochs.epoch_s / 86400;
    result->valid_nights = (double)analysis->n_nights_valid;
    result->gaps = (double)analysis->report.gaps;
    result->bad_blocks = (double)analysis->report.bad_blocks;
    result->start_ns = analysis->info.start_ns;
    result->end_ns = analysis->info.end_ns;
    pthread_mutex_lock(&work->batch->lock);
    status = cohort_db_put(work->batch->db, result, why);
    pthread_mutex_unlock(&work->batch->lock);
    if (status == YK_OK) {
        batch_input_take(work->input, result);
        atomic_fetch_add(&work->batch->n_syncs,
                         work->batch->options->with_epochs_csv ? SYNCS_WITH_EPOCHS : SYNCS);
    }
    return status;
}

static void note_empty(struct work *work)
{
    const struct read_report *report = &work->analysis.report;
    struct failure why;
    work->input->state = BATCH_EMPTY;
    work->input->bad_blocks = (double)report->bad_blocks;
    if (report->n_samples > 0) {
        double days =
            (double)report->n_samples / work->analysis.info.rate_hz / 86400; /* NaN: no rate */
        work->input->days = days;
        failure_set(&why, YK_ERR_TOO_LITTLE,
                    "its %" PRId64 " %s less than one block of recipe %s", report->n_samples,
                    text_many((uint64_t)report->n_samples, "sample is", "samples are"),
                    work->batch->options->recipe.name);
    } else {
        work->input->days = 0;
        failure_set(&why, YK_ERR_TOO_LITTLE, "holds no epoch");
    }
    batch_input_refuse(work->input, &why);
}

static enum yk_status compute(struct work *work, struct failure *why)
{
    enum yk_status status = open_source(work, why);
    if (status == YK_OK) {
        status = analyze(work, why);
    }
    if (status != YK_OK) {
        return status;
    }
    if (work->analysis.epochs.n == 0) {
        note_empty(work);
        return YK_OK;
    }
    return keep(work, why);
}

/* Where a task finds the file is no matter of the tables: they say what one process would. */
static void name_as_listed(const struct batch_input *input, struct failure *why)
{
    const char *at = input->place != NULL ? strstr(why->text, input->place) : NULL;
    if (at != NULL) {
        char text[sizeof why->text];
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - why->text), why->text, input->path,
                 at + strlen(input->place));
        memcpy(why->text, text, sizeof text);
    }
}

static enum yk_status hash_input(struct work *work, struct failure *why)
{
    struct batch_input *input = work->input;
    enum yk_status status = recording_bytes_open(batch_input_place(input), &work->bytes, why);
    if (status == YK_OK) {
        input->size = work->bytes->size;
    }
    if (status == YK_OK && input->sha256[0] == '\0') {
        status = digest_of_source(work->bytes, &work->job, input->sha256, why);
    }
    if (status == YK_OK) {
        batch_input_describe(input, work->bytes, &work->job);
    }
    if (status == YK_OK && input->listed_sha256[0] != '\0' &&
        strcmp(input->sha256, input->listed_sha256) != 0) {
        status = failure_set(why, YK_ERR_BUSY,
                             "its content changed since the manifest was made; make it anew");
    }
    return status;
}

static void release(struct work *work)
{
    recording_source_close(work->source);
    byte_source_close(work->bytes);
    zone_close(work->own);
    zone_close(work->zone);
    diary_release(&work->diary);
    analysis_release(&work->analysis);
    cohort_result_release(&work->result);
}

/* A full or lost disk is no fault of the recording, and would fail every other one. */
static void stop_writing(struct batch *batch, const struct failure *why)
{
    pthread_mutex_lock(&batch->lock);
    if (batch->cannot_write.code == YK_OK) {
        batch->cannot_write = *why;
    }
    pthread_mutex_unlock(&batch->lock);
    atomic_store(&batch->is_stopped, true);
}

/* A failure belongs to the file; a stop by the user to nobody. */
static void note_failure(struct work *work, enum yk_status status, struct failure *why)
{
    struct batch *batch = work->batch;
    if (status == YK_ERR_CANCELLED) {
        return;
    }
    if (work->is_keeping && status != YK_ERR_MEMORY) {
        stop_writing(batch, why);
        return;
    }
    work->input->state = BATCH_FAILED;
    log_warn(&batch->log, "batch: %s: %s", work->input->path, why->text);
    name_as_listed(work->input, why);
    batch_input_refuse(work->input, why);
    if (atomic_fetch_add(&batch->n_failed, 1) + 1 > batch->options->max_failures) {
        atomic_store(&batch->is_stopped, true);
    }
}

/* A shard remembers what gave nothing and why, or forgets it once there is a result. */
static void note_outcome(struct work *work)
{
    struct batch *batch = work->batch;
    const struct batch_input *input = work->input;
    struct failure why = {.text = ""};
    if (batch->options->n_shards == 0 || input->state == BATCH_WAITING) {
        return;
    }
    struct cohort_outcome outcome = {
        .code = (int)input->code, .days = input->days, .bad_blocks = input->bad_blocks};
    snprintf(outcome.state, sizeof outcome.state, "%s",
             input->state == BATCH_EMPTY ? "empty" : "failed");
    snprintf(outcome.reason, sizeof outcome.reason, "%s", batch_input_said(input));
    snprintf(outcome.sha256, sizeof outcome.sha256, "%s", input->sha256);
    snprintf(outcome.format, sizeof outcome.format, "%s", input->format);
    snprintf(outcome.device_serial, sizeof outcome.device_serial, "%s", input->device_serial);
    pthread_mutex_lock(&batch->lock);
    enum yk_status status = cohort_db_note(batch->db, input->path,
                                           input->state == BATCH_DONE ? NULL : &outcome, &why);
    pthread_mutex_unlock(&batch->lock);
    if (status != YK_OK) {
        stop_writing(batch, &why);
    }
}

void batch_work(void *user, size_t i, unsigned worker)
{
    struct batch *batch = user;
    struct work work = {.batch = batch, .input = &batch->inputs.inputs[i]};
    (void)worker;
    if (work.input->state != BATCH_WAITING || atomic_load(&batch->is_stopped)) {
        return;
    }
    struct failure why = {.text = ""};
    int64_t start_ns = clock_monotonic_ns();
    work.job = (struct job){.log = &batch->log,
                            .cancel = batch->job != NULL ? batch->job->cancel : NULL,
                            .on_progress = on_progress,
                            .user = &work};
    diary_init(&work.diary);
    analysis_init(&work.analysis);
    cohort_result_init(&work.result);
    enum yk_status status = hash_input(&work, &why);
    if (status == YK_OK) {
        status = make_work_key(&work, &why);
    }
    if (status == YK_OK && !take_finished(&work)) {
        ask_peers(&work);
        if (shard_peers_count(batch->peers) == 0 || !take_finished(&work)) {
            status = compute(&work, &why);
        }
    }
    if (status != YK_OK) {
        note_failure(&work, status, &why);
    } else {
        const char *how = work.input->state == BATCH_EMPTY ? "empty"
                          : work.input->was_finished       ? "finished before"
                                                           : "done";
        log_info(&batch->log, "batch: %s: %s in %.2f s", work.input->path, how,
                 (double)(clock_monotonic_ns() - start_ns) / 1e9);
    }
    note_outcome(&work);
    release(&work);
    report(batch, work.input, 1);
}
