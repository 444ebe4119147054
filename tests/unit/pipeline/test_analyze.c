/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One whole analysis, from the bytes of a shipped recording to nights, days and rhythm, with
 * every single allocation refused in turn.
 */
#include "tests/support/check.h"

#include <stdio.h>

#include "src/pipeline/analyze.h"
#include "tests/support/alloc.h"

#define RECORDING "sample-data/ax3-night.cwa"

static enum yk_status analyze(const char *recipe, struct analysis *out, struct failure *why)
{
    struct parameters parameters;
    struct zone *zone = NULL;
    assert_int_equal(parameters_of_recipe(recipe, &parameters, NULL), YK_OK);
    struct analyze_options options = {
        .recipe = recipe, .parameters = &parameters, .input_sha256 = ""};
    analysis_init(out);
    enum yk_status status =
        analyze_file(RECORDING, "Asia/Tokyo", NULL, &options, out, &zone, NULL, why);
    zone_close(zone);
    return status;
}

enum { STEP = CHECK_IS_SLOW ? 4 : 1 };

static void every_refused_allocation_is_said(void **state)
{
    (void)state;
    uint64_t k = 1;
    for (bool refused = true; refused; k += STEP) {
        struct analysis a;
        struct failure why = {0};
        alloc_fail_at(k);
        enum yk_status status = analyze("default", &a, &why);
        refused = alloc_refused();
        alloc_fail_at(0);
        if (status != (refused ? YK_ERR_MEMORY : YK_OK)) {
            fail_msg("allocation %u: status %d, %s", (unsigned)k, (int)status, why.text);
        }
        analysis_release(&a);
    }
    print_message("refused every allocation up to the %uth\n", (unsigned)(k - STEP - 1));
    assert_true(k > 50);
}

static void an_analysis_fills_everything(void **state)
{
    (void)state;
    struct analysis a;
    struct failure why = {0};
    assert_int_equal(analyze("default", &a, &why), YK_OK);
    assert_true(a.epochs.n > 10000);
    assert_true(a.n_nights >= 1 && a.n_days >= 1 && a.n_rests >= 1);
    assert_int_equal(a.calibration.outcome == CALIBRATION_NONE, 0);
    assert_true(a.rhythm.activity_mean > 0);
    analysis_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_analysis_fills_everything),
        cmocka_unit_test(every_refused_allocation_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
