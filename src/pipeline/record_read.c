/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gathers a participant's record.
 */
#include "src/pipeline/record_read.h"

#include <math.h>
#include <string.h>

#include "algorithms/night_edits.h"
#include "src/base/mem.h"
#include "src/h5/h5_analysis.h"
#include "src/pipeline/records_csv.h"
#include "src/store/consents.h"
#include "src/store/diaries.h"
#include "src/store/edits.h"
#include "src/store/loans.h"
#include "src/store/notes.h"
#include "src/store/plans.h"
#include "src/store/recordings.h"
#include "src/store/rewordings.h"

/* ---- what people wrote ---- */

static enum yk_status read_written(struct store *store, const char *code,
                                   struct participant_record *out, struct failure *why)
{
    enum yk_status status = plan_load(store, code, &out->programme, why);
    if (status == YK_OK) {
        status = attendance_load(store, code, &out->attendance, why);
    }
    if (status == YK_OK) {
        status = diary_load(store, code, &out->diary, why);
    }
    if (status == YK_OK) {
        status = consent_load(store, code, &out->consents, why);
    }
    if (status == YK_OK) {
        status = target_load(store, code, &out->targets, &out->n_targets, why);
        out->targets_capacity = out->n_targets;
    }
    if (status == YK_OK) {
        status = note_load(store, code, &out->notes, &out->n_notes, why);
        out->notes_capacity = out->n_notes;
    }
    if (status == YK_OK) {
        status = edit_load(store, code, &out->edits, &out->n_edits, why);
        out->edits_capacity = out->n_edits;
    }
    if (status == YK_OK) {
        status = rewording_load(store, code, &out->rewordings, &out->n_rewordings, why);
        out->rewordings_capacity = out->n_rewordings;
    }
    return status;
}

/* ---- recordings ---- */

static bool is_wanted(const struct recording_row *row, const struct zone *zone,
                      const struct record_read_options *options)
{
    if (row->analysis == 0 || row->is_excluded || row->start_ns == TIME_UNKNOWN) {
        return false;
    }
    struct civil_date first = zone_civil(zone, row->start_ns).date,
                      last = zone_civil(zone, row->end_ns).date;
    return (options->from.month == 0 || civil_compare(last, options->from) >= 0) &&
           (options->to.month == 0 || civil_compare(first, options->to) <= 0);
}

static bool has_edit(const struct participant_record *record, const char *recording)
{
    bool has = false;
    for (size_t i = 0; i < record->n_edits && !has; i++) {
        has = !record->edits[i].is_withdrawn &&
              strcmp(record->edits[i].recording_id, recording) == 0;
    }
    return has;
}

/* The reading of its clock at issue and at return, from the line of the ledger that set the
 * recorder up for it. */
static enum yk_status read_clock(struct store *store, struct record_recording *to,
                                 struct failure *why)
{
    struct loan loan;
    to->clock_offset_issue_s = to->clock_offset_return_s = (double)NAN;
    enum yk_status status = loan_of_recording(store, &to->analysis.info, &loan, why);
    if (status == YK_OK) {
        to->clock_offset_issue_s = loan.issue.offset_ms / 1000;
        to->clock_offset_return_s = loan.back.offset_ms / 1000;
    }
    return status == YK_ERR_NO_DEVICE ? YK_OK : status;
}

static enum yk_status read_recording(struct store *store, const struct recording_row *row,
                                     bool with_epochs, struct participant_record *record,
                                     struct failure *why)
{
    struct text path;
    if (MEM_RESERVE(record->recordings, record->n_recordings, record->recordings_capacity) !=
        0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the recordings");
    }
    struct record_recording *to = &record->recordings[record->n_recordings++];
    *to = (struct record_recording){.zone = NULL};
    analysis_init(&to->analysis);
    text_init(&path);
    enum yk_status status = store_path(store, STORE_RECORDINGS, row->h5_name, &path, why);
    if (status == YK_OK) {
        status = with_epochs ? h5_analysis_read(text_string(&path), &to->analysis, why)
                             : h5_analysis_read_tables(text_string(&path), &to->analysis, why);
    }
    if (status == YK_OK) {
        status = zone_open(to->analysis.info.zone, &to->zone, why);
    }
    if (status == YK_OK) {
        night_edits_apply(record->edits, record->n_edits, to->zone, &to->analysis);
        status = read_clock(store, to, why);
    }
    text_release(&path);
    return status;
}

static enum yk_status read_recordings(struct store *store, const char *code,
                                      const struct record_read_options *options,
                                      struct participant_record *out, struct failure *why)
{
    struct recording_row *rows = NULL;
    size_t n = 0, n_wanted = 0;
    enum yk_status status = recording_list(store, code, &rows, &n, why);
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        n_wanted += is_wanted(&rows[i], out->zone, options);
    }
    for (size_t i = 0, k = 0; i < n && status == YK_OK; i++) {
        if (is_wanted(&rows[i], out->zone, options)) {
            bool is_newest = n_wanted - k <= options->n_with_epochs;
            k++;
            /* A corrected night is counted anew from its epochs. */
            status = read_recording(store, &rows[i], is_newest || has_edit(out, rows[i].id),
                                    out, why);
        }
    }
    mem_free(rows);
    return status;
}

enum yk_status record_read(struct store *store, const char *code,
                           const struct record_read_options *options,
                           struct participant_record *out, struct failure *why)
{
    struct person person;
    enum yk_status status = person_find(store, code, &person, why);
    if (status == YK_OK) {
        memcpy(out->code, person.code, sizeof out->code);
        status = records_zone(store, NULL, code, &out->zone, why);
    }
    if (status == YK_OK) {
        status = read_written(store, code, out, why);
    }
    return status == YK_OK ? read_recordings(store, code, options, out, why) : status;
}
