/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Joins formats and algorithms: a recording becomes an analysis. Nothing is decided here; the
 * order of the steps is the whole content:
 *
 *     samples -> (calibration, epochs)  or  epochs as they stand in the file
 *             -> nonwear, nights -> days -> rhythm
 */
#include "src/pipeline/analyze.h"

#include <stdio.h>
#include <string.h>

#include "algorithms/rhythm_days.h"
#include "algorithms/signal.h"
#include "algorithms/sleep.h"
#include "algorithms/sum_epochs.h"
#include "firmware-formats/format.h"
#include "src/base/digest.h"
#include "src/base/version.h"
#include "src/model/clocked_source.h"

static void copy_field(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from != NULL ? from : "");
}

/* Count files carry their own epochs; nothing is calibrated and there are no quarters. */
static enum yk_status read_epochs(struct recording_source *source, struct analysis *out,
                                  struct job *job, struct failure *why)
{
    enum yk_status status;
    do {
        if (job_is_cancelled(job)) {
            return failure_set(why, YK_ERR_CANCELLED, "stopped while reading epochs");
        }
        status = source->ops->next_epochs(source, &out->epochs, why);
        job_progress(job, "reading", out->epochs.n, 0, "epochs");
    } while (status == YK_OK);
    return status == YK_END ? YK_OK : status;
}

static void take_provenance(const struct analyze_options *options, struct analysis *out)
{
    struct provenance *made_by = &out->made_by;
    copy_field(made_by->program_version, sizeof made_by->program_version, version_number());
    copy_field(made_by->recipe, sizeof made_by->recipe, options->recipe);
    copy_field(made_by->input_sha256, sizeof made_by->input_sha256, options->input_sha256);
    made_by->parameters = *options->parameters;
    made_by->made_ns = clock_now_utc_ns();
}

/* Moves what the reader learned into the analysis. The list of events changes owner; the
 * counters stay with the source too, so that a caller may still print them. */
static void take_report(struct recording_source *source, struct analysis *out)
{
    read_report_release(&out->report);
    out->report = source->report;
    source->report.events = NULL;
    source->report.n_events = 0;
    source->report.events_capacity = 0;
    out->info = source->info;
}

enum yk_status analyze_recording(struct recording_source *source, const struct zone *zone,
                                 const struct analyze_options *options, struct analysis *out,
                                 struct job *job, struct failure *why)
{
    enum yk_status status;
    take_provenance(options, out);
    if (source->ops->next_samples != NULL) {
        status = signal_analyze(source, zone, options->parameters, &out->calibration,
                                &out->epochs, &out->quarters, job, why);
    } else {
        status = read_epochs(source, out, job, why);
        if (status == YK_OK) {
            int32_t wanted_s = (int32_t)options->parameters->counts_epoch_s;
            status = sum_epochs(&out->epochs, wanted_s, why);
        }
    }
    take_report(source, out);
    copy_field(out->person_id, sizeof out->person_id,
               options->person_id != NULL ? options->person_id : out->info.person_id);
    if (status != YK_OK || out->epochs.n == 0) {
        return status;
    }
    status = sleep_detect(out, zone, options->diary, job, why);
    if (status == YK_OK) {
        status = days_summarize(out, zone, job, why);
    }
    if (status == YK_OK) {
        status = rhythm_summarize(out, zone, job, why);
    }
    return status;
}

/* The zone to open the file with: the one named, else the store's, else the system's, which is
 * a guess because the PC need not stand where the recorder was worn. */
static enum yk_status choose_zone(const char *named, const char *fallback, struct zone **out,
                                  bool *is_guess, struct failure *why)
{
    const char *name = named != NULL ? named : fallback;
    *is_guess = name == NULL || *name == '\0';
    return zone_open_or_system(name, out, why);
}

/* Looks for readings of the recorder's clock; with two of them the source is seen through the
 * line between them. What was found stands in the info either way. */
static enum yk_status correct_clock(const struct analyze_options *options,
                                    struct recording_source **source, struct failure *why)
{
    struct clock_map map;
    clock_map_init(&map);
    enum yk_status status =
        options->find_clock != NULL
            ? options->find_clock(options->find_clock_user, &(*source)->info, &map, why)
            : YK_OK;
    if (status != YK_OK) {
        return status;
    }
    (*source)->info.clock = map;
    if (map.state == CLOCK_MAP_APPLIED && (*source)->ops->next_samples != NULL) {
        struct recording_source *clocked = NULL;
        status = clocked_source_open(*source, &map, &clocked, why);
        *source = status == YK_OK ? clocked : *source;
    }
    return status;
}

static enum yk_status analyze_source(const char *path, struct recording_source *source,
                                     const struct analyze_options *options,
                                     struct analysis *out, struct zone **zone_out,
                                     struct job *job, struct failure *why)
{
    /* The file's own zone may have won over the one it was opened with. */
    struct zone *zone = NULL;
    enum yk_status status = zone_open(source->info.zone, &zone, why);
    if (status != YK_OK) {
        return status;
    }
    status = analyze_recording(source, zone, options, out, job, why);
    if (status != YK_OK) {
        failure_within(why, "%s", path);
        zone_close(zone);
        return status;
    }
    *zone_out = zone;
    return YK_OK;
}

enum yk_status analyze_file(const char *path, const char *zone_name, const char *fallback_zone,
                            const struct analyze_options *options, struct analysis *out,
                            struct zone **zone_out, struct job *job, struct failure *why)
{
    struct byte_source *bytes = NULL;
    struct zone *zone = NULL;
    struct recording_source *source = NULL;
    struct analyze_options with_hash = *options;
    char hash[DIGEST_HEX] = "";
    bool is_guess = false;

    enum yk_status status = choose_zone(zone_name, fallback_zone, &zone, &is_guess, why);
    if (status == YK_OK) {
        status = recording_bytes_open(path, &bytes, why);
    }
    if (status == YK_OK && options->input_sha256 == NULL) {
        status = digest_of_source(bytes, job, hash, why);
        with_hash.input_sha256 = hash;
    }
    if (status == YK_OK) {
        struct open_options open = {.zone = zone,
                                    .session = options->session,
                                    .columns = options->columns,
                                    .file_zone_wins = zone_name == NULL,
                                    .zone_is_guess = is_guess,
                                    .job = job};
        status = recording_open_source(bytes, &open, &source, why);
        bytes = status == YK_OK ? NULL : bytes; /* taken on success */
        status = status == YK_OK ? recording_check_columns(source, &open, why) : status;
    }
    if (status == YK_OK) {
        status = correct_clock(options, &source, why);
    }
    if (status == YK_OK) {
        status = analyze_source(path, source, &with_hash, out, zone_out, job, why);
    }
    recording_source_close(source);
    byte_source_close(bytes);
    zone_close(zone);
    return status;
}
