/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names follow the research tables (night.csv, recording.csv), so that a script can move from
 * one to the other. Thin means are null, as they are a dash on the terminal.
 */
#include "src/cli/review_json.h"

#include <math.h>

#include "src/cli/json_out.h"
#include "src/report/actogram.h"

static void add_night(struct json_out *json, const struct night *night, const struct zone *zone)
{
    json_out_object(json, NULL);
    json_out_date(json, "night_date", night->evening);
    json_out_time(json, "inbed_ts", zone, night->in_bed_ns, 0);
    json_out_time(json, "sleep_onset_ts", zone, night->onset_ns, 0);
    json_out_time(json, "wake_ts", zone, night->wake_ns, 0);
    json_out_time(json, "outbed_ts", zone, night->out_of_bed_ns, 0);
    json_out_rounded(json, "spt_min", night->spt_min, 2);
    json_out_rounded(json, "tst_min", night->tst_min, 2);
    json_out_rounded(json, "waso_min", night->waso_min, 2);
    json_out_rounded(json, "nwak_n", night->awakenings_n, 0);
    json_out_rounded(json, "sol_min", night->sol_min, 2);
    json_out_rounded(json, "tib_min", night->tib_min, 2);
    json_out_rounded(json, "sleep_efficiency_pct", night->efficiency_pct, 2);
    json_out_rounded(json, "sleep_maintenance_pct", night->maintenance_pct, 2);
    json_out_rounded(json, "daytime_rest_min", night->daytime_rest_min, 2);
    json_out_text(json, "rest_source", rest_source_word(night->rest_source));
    json_out_rounded(json, "confidence", night->confidence, 3);
    json_out_time(json, "second_candidate_ts", zone, night->second_candidate_ns, 0);
    json_out_rounded(json, "nonwear_in_spt_pct", night->nonwear_in_spt_pct, 2);
    json_out_rounded(json, "nonwear_stillness_in_spt_pct", night->nonwear_stillness_in_spt_pct,
                     2);
    json_out_rounded(json, "night_invalid_pct", night->invalid_pct, 2);
    json_out_bool(json, "edited", night->is_edited);
    json_out_known_text(json, "edit_reason", night->edit_reason);
    json_out_known_text(json, "exclude_reason", night_exclude_word(night->exclude));
    json_out_end(json);
}

static void add_mean(struct json_out *json, const char *key, const struct mean_sd *m)
{
    json_out_object(json, key);
    json_out_rounded(json, "mean", m->mean, 4);
    json_out_rounded(json, "sd", m->sd, 4);
    json_out_integer(json, "n", (int64_t)m->n);
    json_out_end(json);
}

static void add_sets(struct json_out *json, const char *key, const struct review_facts *facts)
{
    static const char *const names[] = {
        [NIGHTS_ALL] = "all", [NIGHTS_WEEKDAY] = "weekday", [NIGHTS_WEEKEND] = "weekend"};
    json_out_object(json, key);
    for (size_t i = 0; i < NIGHT_SET_COUNT; i++) {
        const struct review_set *set = &facts->set[i];
        json_out_object(json, names[i]);
        json_out_integer(json, "nights_n", (int64_t)set->n);
        add_mean(json, "sleep_onset_h", &set->onset_h);
        add_mean(json, "wake_h", &set->wake_h);
        add_mean(json, "midsleep_h", &set->midsleep_h);
        add_mean(json, "tst_min", &set->tst_min);
        add_mean(json, "waso_min", &set->waso_min);
        add_mean(json, "sleep_efficiency_pct", &set->efficiency_pct);
        json_out_end(json);
    }
    json_out_end(json);
}

static void add_rhythm(struct json_out *json, const struct review *review,
                       const struct review_facts *facts)
{
    const struct rhythm_summary *r = &review->now->rhythm;
    double shown = facts->has_rhythm ? 1 : NAN; /* thin: null */
    json_out_object(json, "rhythm");
    json_out_integer(json, "days_n", (int64_t)facts->n_days);
    json_out_known_text(json, "rhythm_input", r->input);
    json_out_known_text(json, "rhythm_unit", r->unit);
    json_out_rounded(json, "is", r->is * shown, 4);
    json_out_rounded(json, "iv", r->iv * shown, 4);
    json_out_rounded(json, "ra", r->ra * shown, 4);
    json_out_rounded(json, "sri", r->sri * shown, 2);
    json_out_rounded(json, "l5", r->l5 * shown, 3);
    json_out_rounded(json, "l5_h", r->l5_h * shown, 3);
    json_out_rounded(json, "m10", r->m10 * shown, 3);
    json_out_rounded(json, "m10_h", r->m10_h * shown, 3);
    json_out_end(json);
}

/* Times are corrected ones when the correction is "applied"; the device's own stand here. */
static void add_clock(struct json_out *json, const struct recording_info *info,
                      const struct zone *zone)
{
    const struct clock_map *clock = &info->clock;
    json_out_object(json, "clock");
    json_out_text(json, "correction", clock_map_word(clock->state));
    json_out_rounded(json, "drift_ppm", clock->drift_ppm, 3);
    json_out_time(json, "issue_ts", zone, clock->issue.at_ns, 3);
    json_out_rounded(json, "issue_offset_ms", clock->issue.offset_ms, 1);
    json_out_rounded(json, "issue_uncertainty_ms", clock->issue.uncertainty_ms, 1);
    json_out_time(json, "return_ts", zone, clock->back.at_ns, 3);
    json_out_rounded(json, "return_offset_ms", clock->back.offset_ms, 1);
    json_out_rounded(json, "return_uncertainty_ms", clock->back.uncertainty_ms, 1);
    json_out_time(json, "device_start", zone, info->device_start_ns, 3);
    json_out_time(json, "device_end", zone, info->device_end_ns, 3);
    json_out_end(json);
}

static void add_quality(struct json_out *json, const struct review *review,
                        const struct review_facts *facts)
{
    const struct analysis *now = review->now;
    const struct read_report *report = &now->report;
    json_out_object(json, "quality");
    json_out_integer(json, "nights_n", (int64_t)facts->n_nights);
    json_out_integer(json, "nights_valid_n", (int64_t)facts->n_counted);
    json_out_integer(json, "days_n", (int64_t)now->n_days);
    json_out_integer(json, "days_valid_n", (int64_t)now->n_days_valid);
    json_out_rounded(json, "recorded_h", facts->recorded_h, 3);
    json_out_rounded(json, "nonwear_h", facts->nonwear_h, 3);
    json_out_rounded(json, "nonwear_stillness_h", facts->nonwear_still_h, 3);
    json_out_integer(json, "gaps", (int64_t)report->gaps);
    json_out_rounded(json, "gap_s", report->gap_s, 3);
    json_out_integer(json, "restarts", (int64_t)report->restarts);
    json_out_integer(json, "clock_jumps", (int64_t)report->clock_jumps);
    json_out_integer(json, "bad_blocks", (int64_t)report->bad_blocks);
    json_out_bool(json, "clock_is_in_doubt", now->info.clock_is_in_doubt);
    add_clock(json, &now->info, review->zone);
    json_out_text(json, "calibration", calibration_outcome_word(now->calibration.outcome));
    json_out_rounded(json, "calibration_error_before_mg", now->calibration.error_before_mg, 3);
    json_out_rounded(json, "calibration_error_after_mg", now->calibration.error_after_mg, 3);
    json_out_end(json);
}

static void add_actogram(struct json_out *json, const struct actogram *actogram)
{
    static const char *const kinds[] = {[ACTOGRAM_UNKNOWN] = "?",
                                        [ACTOGRAM_AWAKE] = "w",
                                        [ACTOGRAM_ASLEEP] = "s",
                                        [ACTOGRAM_NONWEAR] = "n",
                                        [ACTOGRAM_REST] = "r"};
    json_out_object(json, "actogram");
    json_out_integer(json, "bin_min",
                     actogram->n_bins > 0 ? 1440 / (int64_t)actogram->n_bins : 0);
    json_out_known_text(json, "unit", actogram->unit);
    json_out_rounded(json, "full_height", actogram->scale, 3);
    json_out_array(json, "rows");
    for (size_t i = 0; i < actogram->n_rows; i++) {
        const struct actogram_row *row = &actogram->rows[i];
        json_out_object(json, NULL);
        json_out_date(json, "from_noon_of", row->evening);
        json_out_array(json, "movement");
        for (size_t b = 0; b < actogram->n_bins; b++) {
            json_out_rounded(json, NULL, (double)row->movement[b], 2);
        }
        json_out_end(json);
        struct text states;
        text_init(&states);
        for (size_t b = 0; b < actogram->n_bins; b++) {
            text_add(&states, kinds[row->kind[b]]);
        }
        json_out_text(json, "state", text_string(&states));
        text_release(&states);
        json_out_end(json);
    }
    json_out_end(json);
    json_out_end(json);
}

static void add_recording(struct json_out *json, const struct review *review)
{
    const struct recording_info *info = &review->now->info;
    const struct provenance *made_by = &review->now->made_by;
    json_out_text(json, "title", review->title);
    json_out_known_text(json, "person_id", review->now->person_id);
    json_out_known_text(json, "device_model", info->device_model);
    json_out_known_text(json, "device_serial", info->device_serial);
    json_out_number(json, "rate_hz", info->rate_hz);
    json_out_time(json, "start", review->zone, info->start_ns, 3);
    json_out_time(json, "end", review->zone, info->end_ns, 3);
    json_out_known_text(json, "zone", info->zone);
    json_out_bool(json, "zone_is_guess", info->zone_is_guess);
    json_out_integer(json, "epoch_s", review->now->epochs.epoch_s);
    json_out_known_text(json, "recipe", made_by->recipe);
    json_out_known_text(json, "program_version", made_by->program_version);
    json_out_known_text(json, "input_sha256", made_by->input_sha256);
}

static void add_all(struct json_out *json, const struct review *review,
                    const struct review_facts *facts, const struct actogram *actogram)
{
    json_out_object(json, NULL);
    add_recording(json, review);
    json_out_date(json, "first_night", facts->first);
    json_out_date(json, "last_night", facts->last);
    json_out_array(json, "nights");
    for (size_t i = 0; i < review->now->n_nights; i++) {
        if (review_is_in(&review->now->nights[i], review->from, review->to)) {
            add_night(json, &review->now->nights[i], review->zone);
        }
    }
    json_out_end(json);
    add_sets(json, "averages", facts);
    if (review->before != NULL) {
        struct review_facts before;
        const struct civil_date open = {0};
        review_facts_of(review->before, review->before_zone, open, open, &before);
        add_sets(json, "averages_last_time", &before);
    } else {
        json_out_null(json, "averages_last_time");
    }
    add_rhythm(json, review, facts);
    add_quality(json, review, facts);
    add_actogram(json, actogram);
    json_out_text(json, "caution", i18n(review->language, TEXT_review_caution));
    json_out_end(json);
}

enum yk_status review_json_write(const struct cli *cli, const struct review *review,
                                 struct failure *why)
{
    enum { BINS = 96 };
    struct review_facts facts;
    struct actogram actogram;
    review_facts_of(review->now, review->zone, review->from, review->to, &facts);
    actogram_init(&actogram);
    enum yk_status status = actogram_make(review->now, review->zone, review->from, review->to,
                                          BINS, &actogram, why);
    if (status == YK_OK) {
        struct json_out *json = json_out_new();
        add_all(json, review, &facts, &actogram);
        status = cli_json_write(cli, json, true, why);
    }
    actogram_release(&actogram);
    return status;
}
