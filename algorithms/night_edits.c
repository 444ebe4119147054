/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Corrected nights. Within a corrected period an epoch is sleep as the scorer said it; where
 * the program saw no rest at all, and so scored nothing, sustained inactivity counts as sleep.
 */
#include "algorithms/night_edits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/rhythm_days.h"
#include "algorithms/sleep_lists.h"

static bool is_asleep(uint16_t state)
{
    uint16_t still_alone = state & (STATE_IN_REST | STATE_STILL);
    return (state & STATE_INVALID) == 0 &&
           ((state & STATE_ASLEEP) != 0 || still_alone == STATE_STILL);
}

struct tally {
    size_t n, known, asleep, off, still, awakenings;
};

static struct tally count(const struct epoch_series *epochs, size_t first, size_t end,
                          double awakening_epochs)
{
    struct tally tally = {.n = end - first};
    size_t awake = 0;
    for (size_t i = first; i < end; i++) {
        uint16_t state = epochs->state[i];
        bool is_known = (state & STATE_INVALID) == 0;
        tally.known += is_known;
        tally.asleep += is_asleep(state);
        tally.off += (state & STATE_NONWEAR) != 0;
        tally.still += (state & STATE_NONWEAR_STILL) != 0;
        awake = is_known && !is_asleep(state) ? awake + 1 : 0;
        /* A run is counted once, when it becomes long enough. */
        tally.awakenings += awake > 0 && (double)awake >= awakening_epochs &&
                            (double)awake - 1 < awakening_epochs;
    }
    return tally;
}

static void measure_sleep(const struct analysis *analysis, struct night *night)
{
    const struct epoch_series *epochs = &analysis->epochs;
    night->spt_min = minutes_between(night->onset_ns, night->wake_ns);
    night->tst_min = night->waso_min = night->awakenings_n = night->maintenance_pct =
        (double)NAN;
    night->nonwear_in_spt_pct = night->nonwear_stillness_in_spt_pct = (double)NAN;
    if (isnan(night->spt_min) || epochs->n == 0 || epochs->state == NULL) {
        return;
    }
    double per_min = 60.0 / epochs->epoch_s;
    size_t first = sleep_epoch_of(epochs, night->onset_ns),
           end = sleep_epoch_of(epochs, night->wake_ns);
    if (end <= first) {
        return;
    }
    struct tally tally =
        count(epochs, first, end, analysis->made_by.parameters.awakening_min * per_min);
    night->tst_min = (double)tally.asleep / per_min;
    night->waso_min = (double)tally.known / per_min - night->tst_min;
    night->awakenings_n = (double)tally.awakenings;
    night->maintenance_pct = 100 * night->tst_min / night->spt_min;
    night->nonwear_in_spt_pct = 100.0 * (double)tally.off / (double)tally.n;
    night->nonwear_stillness_in_spt_pct = 100.0 * (double)tally.still / (double)tally.n;
    sleep_forget_unread(analysis, night);
}

static void measure_bed(struct night *night)
{
    int64_t in_ns = night->in_bed_ns != TIME_UNKNOWN ? night->in_bed_ns : night->lights_out_ns;
    night->sol_min = minutes_between(night->lights_out_ns, night->onset_ns);
    night->tib_min = minutes_between(in_ns, night->out_of_bed_ns);
    night->tib_min = night->tib_min > 0 ? night->tib_min : (double)NAN;
    night->efficiency_pct = 100 * night->tst_min / night->tib_min;
}

/* Puts one edit into its night; true when the sleep period changed. */
static bool put(const struct manual_edit *edit, struct night *night)
{
    const struct {
        const char *field;
        int64_t *value;
    } times[] = {{"sleep_onset", &night->onset_ns},
                 {"wake", &night->wake_ns},
                 {"in_bed", &night->in_bed_ns},
                 {"out_of_bed", &night->out_of_bed_ns}};
    night->is_edited = true;
    snprintf(night->edit_reason, sizeof night->edit_reason, "%s", edit->reason);
    if (strcmp(edit->field, "exclude") == 0) {
        night->exclude = edit->is_excluded ? night->exclude | EXCLUDE_PERSON : 0;
        return false;
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (strcmp(edit->field, times[i].field) == 0) {
            *times[i].value = edit->value_ns;
            return i < 2;
        }
    }
    return false;
}

static bool belongs(const struct manual_edit *edit, const struct analysis *analysis,
                    const struct night *night)
{
    return !edit->is_withdrawn && civil_compare(edit->evening, night->evening) == 0 &&
           strcmp(edit->recording_id, analysis->recording_id) == 0;
}

void night_edits_apply(const struct manual_edit *edits, size_t n, const struct zone *zone,
                       struct analysis *analysis)
{
    bool is_any = false;
    for (size_t i = 0; i < analysis->n_nights; i++) {
        struct night *night = &analysis->nights[i];
        bool has_edit = false, is_moved = false;
        for (size_t k = 0; k < n; k++) {
            if (belongs(&edits[k], analysis, night)) {
                is_moved = put(&edits[k], night) || is_moved;
                has_edit = true;
            }
        }
        if (is_moved) {
            night->rest_source = REST_EDIT;
            measure_sleep(analysis, night);
        }
        if (has_edit) {
            measure_bed(night);
            is_any = true;
        }
    }
    if (is_any) {
        night_means_summarize(analysis, zone);
    }
}
