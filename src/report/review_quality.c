/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the numbers rest on: how much was recorded and worn, what is missing or damaged, how the
 * device was calibrated, which recipe computed it.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "src/base/fill.h"
#include "src/base/table.h"
#include "src/base/translate.h"
#include "src/base/wrap.h"
#include "src/report/review_parts.h"

enum { NUMBER_ROOM = 48 };

static void whole(uint64_t value, char out[static NUMBER_ROOM])
{
    snprintf(out, NUMBER_ROOM, "%" PRIu64, value);
}

/* whole: what the number goes into */
static void real(const struct review *review, double value, int decimals,
                 char out[static NUMBER_ROOM], struct text *whole)
{
    struct text text;
    text_init(&text);
    review_number(review, value, decimals, &text);
    snprintf(out, NUMBER_ROOM, "%s", text_string(&text));
    review_done(&text, whole);
}

static void line(const struct review *review, enum text_id name, const struct text *value,
                 struct text *out)
{
    enum { NAME_COLUMNS = 17 };
    text_add(out, "  ");
    text_add_padded(out, i18n(review->language, name), NAME_COLUMNS - 2);
    text_add_wrapped(out, text_string(value), NAME_COLUMNS, NAME_COLUMNS, review->width);
}

static void recorded(const struct review *review, const struct review_facts *facts,
                     struct text *value)
{
    const struct analysis *now = review->now;
    double gap_h = isfinite(now->report.gap_s) ? now->report.gap_s / 3600 : 0;
    char counted[NUMBER_ROOM], nights[NUMBER_ROOM], valid[NUMBER_ROOM], days[NUMBER_ROOM];
    struct text length;
    text_init(&length);
    review_duration(review, (facts->recorded_h - gap_h) * 60, &length);
    whole(facts->n_counted, counted);
    whole(facts->n_nights, nights);
    whole(now->n_days_valid, valid);
    whole(now->n_days, days);
    text_fill(value, i18n(review->language, TEXT_review_q_recorded_value), text_string(&length),
              counted, nights, valid, days);
    review_done(&length, value);
}

static void nonwear(const struct review *review, const struct review_facts *facts,
                    struct text *value)
{
    struct text rule, still;
    text_init(&rule);
    text_init(&still);
    review_duration(review, facts->nonwear_h * 60, &rule);
    review_duration(review, facts->nonwear_still_h * 60, &still);
    text_fill(value, i18n(review->language, TEXT_review_q_nonwear_value), text_string(&rule),
              text_string(&still));
    review_done(&rule, value);
    review_done(&still, value);
}

static void damage(const struct review *review, struct text *value)
{
    const struct read_report *report = &review->now->report;
    char gaps[NUMBER_ROOM], restarts[NUMBER_ROOM], jumps[NUMBER_ROOM], bad[NUMBER_ROOM];
    struct text length;
    text_init(&length);
    review_duration(review, report->gap_s / 60, &length);
    whole(report->gaps, gaps);
    whole(report->restarts, restarts);
    whole(report->clock_jumps, jumps);
    whole(report->bad_blocks, bad);
    text_fill(value, i18n(review->language, TEXT_review_q_damage_value), gaps,
              text_string(&length), restarts, jumps, bad);
    if (report->skipped_bytes > 0) {
        char skipped[NUMBER_ROOM];
        whole(report->skipped_bytes, skipped);
        text_fill(value, i18n(review->language, TEXT_review_q_skipped), skipped);
    }
    if (report->damage != NULL) {
        text_add(value, i18n(review->language, TEXT_review_q_file));
        text_add_translated(value, review->language, report->damage);
    }
    if (report->sessions > 1) {
        char sessions[NUMBER_ROOM];
        whole(report->sessions, sessions);
        text_fill(value, i18n(review->language, TEXT_review_q_sessions), sessions);
    }
    review_done(&length, value);
}

/* Whether the recorder's clock was corrected, by what, and what it said itself. */
static void clock_correction(const struct review *review, struct text *value)
{
    static const enum text_id sentences[] = {
        [CLOCK_MAP_ISSUE_ONLY] = TEXT_review_q_clock_issue_only,
        [CLOCK_MAP_RETURN_ONLY] = TEXT_review_q_clock_return_only,
        [CLOCK_MAP_IMPLAUSIBLE] = TEXT_review_q_clock_implausible,
        [CLOCK_MAP_APPLIED] = TEXT_review_q_clock_applied,
    };
    const struct recording_info *info = &review->now->info;
    const struct clock_map *clock = &info->clock;
    char issue[NUMBER_ROOM], back[NUMBER_ROOM], ppm[NUMBER_ROOM], from[40], to[40];
    if (clock->state == CLOCK_MAP_NONE) {
        return;
    }
    real(review, clock->issue.offset_ms / 1000, 2, issue, value);
    real(review, clock->back.offset_ms / 1000, 2, back, value);
    real(review, clock->drift_ppm, 1, ppm, value);
    zone_format_iso(review->zone, info->device_start_ns, 0, from);
    zone_format_iso(review->zone, info->device_end_ns, 0, to);
    text_fill(value, i18n(review->language, sentences[clock->state]), issue, back, ppm, from,
              to);
}

static void calibration(const struct review *review, struct text *value)
{
    const struct calibration *c = &review->now->calibration;
    char before[NUMBER_ROOM], after[NUMBER_ROOM];
    real(review, c->error_before_mg, 1, before, value);
    real(review, c->error_after_mg, 1, after, value);
    if (c->outcome == CALIBRATION_DONE) {
        text_fill(value, i18n(review->language, TEXT_review_q_calibration_done), before, after,
                  review_symbols(review->has_unicode)->arrow);
    } else {
        text_fill(value, i18n(review->language, TEXT_review_q_calibration_not),
                  i18n(review->language, calibration_outcome_text(c->outcome)), before);
    }
}

static void device(const struct review *review, struct text *value)
{
    const struct recording_info *info = &review->now->info;
    const char *comma = review->language == LANGUAGE_JA ? "、" : ", ";
    const char *dash = review_symbols(review->has_unicode)->dash;
    text_addf(value, "%s %s", info->device_model[0] != '\0' ? info->device_model : dash,
              info->device_serial);
    if (isfinite(info->rate_hz)) {
        text_add(value, comma);
        text_add_exact(value, info->rate_hz);
        text_add(value, " Hz");
    }
    if (isfinite(info->range_g)) {
        text_addf(value, "%s%s", comma, review_symbols(review->has_unicode)->plus_minus);
        text_add_exact(value, info->range_g);
        text_add(value, " g");
    }
    if (info->body_site[0] != '\0') {
        text_add(value, comma);
        text_add_translated(value, review->language, info->body_site);
    }
}

static void method(const struct review *review, struct text *value)
{
    const struct provenance *made_by = &review->now->made_by;
    char epoch[NUMBER_ROOM];
    snprintf(epoch, sizeof epoch, "%d", (int)review->now->epochs.epoch_s);
    text_fill(value, i18n(review->language, TEXT_review_q_method_value), epoch, made_by->recipe,
              made_by->program_version);
}

enum yk_status review_quality(const struct review *review, const struct review_facts *facts,
                              struct text *out, struct failure *why)
{
    struct text value;
    text_init(&value);
    review_heading(review, i18n(review->language, TEXT_review_quality), out);
    recorded(review, facts, &value);
    line(review, TEXT_review_q_recorded, &value, out);
    review_again(&value, out);
    nonwear(review, facts, &value);
    line(review, TEXT_review_q_nonwear, &value, out);
    review_again(&value, out);
    damage(review, &value);
    line(review, TEXT_review_q_damage, &value, out);
    review_again(&value, out);
    text_add(&value, i18n(review->language, review->now->info.clock_is_in_doubt
                                                ? TEXT_review_q_clock_doubt
                                                : TEXT_review_q_clock_good));
    clock_correction(review, &value);
    line(review, TEXT_review_q_clock, &value, out);
    review_again(&value, out);
    calibration(review, &value);
    line(review, TEXT_review_q_calibration, &value, out);
    review_again(&value, out);
    device(review, &value);
    line(review, TEXT_review_q_device, &value, out);
    review_again(&value, out);
    method(review, &value);
    line(review, TEXT_review_q_method, &value, out);
    review_done(&value, out);
    return text_status(out, why);
}
