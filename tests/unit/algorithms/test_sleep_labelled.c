/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The default recipe on a labelled recording of angles and ENMO (one child, nine scored
 * nights), through the whole of sleep_detect().
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/sleep.h"
#include "tests/support/reference.h"

#define LABELLED "data/labelled/anglez-enmo-5s/"

static void open_labelled(struct analysis *out, struct zone **zone)
{
    struct reference table;
    reference_open(&table, check_shared(LABELLED "038441c925bb_first_half.csv.gz"));
    analysis_init(out);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &out->made_by.parameters, NULL),
                     YK_OK);
    assert_int_equal(zone_open("-04:00", zone, NULL), YK_OK);
    out->epochs.epoch_s = 5;
    assert_int_equal(epoch_series_resize(&out->epochs, table.rows, NULL), YK_OK);
    assert_true(zone_parse_iso(*zone, "2018-08-14T15:30:00", &out->epochs.t0_ns));
    static const enum epoch_column column[] = {EPOCH_ANGLE_Z_DEG, EPOCH_ENMO_MG};
    static const char *const name[] = {"anglez_deg", "enmo_g"};
    for (int c = 0; c < 2; c++) {
        assert_int_equal(epoch_series_need(&out->epochs, column[c], NULL), YK_OK);
        float *values = reference_floats(&table, name[c], c == 0 ? 1 : 1000);
        memcpy(out->epochs.column[column[c]], values, out->epochs.n * sizeof *values);
        free(values);
    }
    reference_close(&table);
}

/* The night whose evening is the k-th of the recording, from 1. */
static struct night night_of(const struct analysis *analysis, int k)
{
    struct civil_date evening = civil_add_days((struct civil_date){2018, 8, 14}, k - 1);
    for (size_t j = 0; j < analysis->n_nights; j++) {
        if (civil_compare(analysis->nights[j].evening, evening) == 0) {
            return analysis->nights[j];
        }
    }
    fail_msg("there is no night %d", k);
    return analysis->nights[0];
}

static void default_recipe_is_near_the_raters(void **context)
{
    (void)context;
    if (check_shared(LABELLED "events_first_half.csv") == NULL) {
        skip();
    }
    struct analysis analysis;
    struct zone *zone = NULL;
    open_labelled(&analysis, &zone);
    assert_int_equal(sleep_detect(&analysis, zone, NULL, NULL, NULL), YK_OK);
    struct reference events;
    reference_open(&events, check_shared(LABELLED "events_first_half.csv"));
    double onset_sum = 0, wake_sum = 0;
    int scored = 0;
    for (size_t r = 0; r < events.rows; r++) {
        int64_t at_ns = TIME_UNKNOWN;
        if (isnan(reference_number(&events, r, "step")) ||
            !zone_parse_iso(zone, reference_text(&events, r, "timestamp"), &at_ns)) {
            continue;
        }
        struct night night = night_of(&analysis, (int)reference_number(&events, r, "night"));
        bool is_onset = strcmp(reference_text(&events, r, "event"), "onset") == 0;
        double off_min =
            (double)((is_onset ? night.onset_ns : night.wake_ns) - at_ns) / (double)NS_PER_MIN;
        if (getenv("YOAKE_SHOW") != NULL) {
            print_message(
                "night %s %s %+.1f min, confidence %.2f, exclude %u, nonwear %.0f, tst %.0f\n",
                reference_text(&events, r, "night"), reference_text(&events, r, "event"),
                off_min, night.confidence, night.exclude, night.nonwear_in_spt_pct,
                night.tst_min);
        }
        *(is_onset ? &onset_sum : &wake_sum) += fabs(off_min);
        scored += is_onset;
    }
    print_message("onset %.1f min, wake %.1f min\n", onset_sum / scored, wake_sum / scored);
    assert_int_equal(scored, 9);
    assert_true(onset_sum / scored < 10);
    assert_true(wake_sum / scored < 10);
    reference_close(&events);
    analysis_release(&analysis);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_recipe_is_near_the_raters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
