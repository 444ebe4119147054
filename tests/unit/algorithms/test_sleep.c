/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The default recipe against the truth of the reference recording, and on invented nights.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/sleep.h"
#include "tests/support/alloc.h"
#include "tests/support/reference.h"
#include "tests/support/short25_epochs.h"

static int64_t instant(const struct zone *zone, const char *text)
{
    int64_t ns = TIME_UNKNOWN;
    assert_true(zone_parse_iso(zone, text, &ns));
    return ns;
}

static double minutes_off(int64_t a_ns, int64_t b_ns)
{
    return (double)(a_ns - b_ns) / (double)NS_PER_MIN;
}

static void default_recipe_meets_the_truth_of_short25(void **context)
{
    (void)context;
    /* From truth.json. */
    static const char *const onset[] = {"2024-06-17T23:08:24", "2024-06-18T23:24:26",
                                        "2024-06-19T22:39:51"};
    static const char *const wake[] = {"2024-06-18T06:58:26", "2024-06-19T07:19:17",
                                       "2024-06-20T06:51:20"};
    struct analysis analysis;
    struct zone *zone = NULL;
    if (!short25_open(&analysis, &zone, RECIPE_DEFAULT)) {
        skip();
    }
    assert_int_equal(sleep_detect(&analysis, zone, NULL, NULL, NULL), YK_OK);
    for (size_t j = 0; j < analysis.n_nights; j++) {
        const struct night *night = &analysis.nights[j];
        print_message(
            "%02d: %.2f %.2f spt %.1f tst %.1f waso %.1f nwak %.0f conf %.2f excl %u\n",
            night->evening.day, zone_clock_h(zone, night->evening, night->onset_ns),
            zone_clock_h(zone, night->evening, night->wake_ns), night->spt_min, night->tst_min,
            night->waso_min, night->awakenings_n, night->confidence, night->exclude);
    }
    for (size_t j = 0; j < analysis.n_rests; j++) {
        const struct rest *rest = &analysis.rests[j];
        char a[40], b[40];
        zone_format_iso(zone, rest->start_ns, 0, a);
        zone_format_iso(zone, rest->end_ns, 0, b);
        print_message("rest %s %s kind %d sleep %.1f conf %.2f\n", a, b, rest->kind,
                      rest->sleep_min, rest->confidence);
    }
    for (size_t j = 0; j < analysis.n_nonwear; j++) {
        const struct nonwear_bout *off = &analysis.nonwear[j];
        char a[40], b[40];
        zone_format_iso(zone, off->start_ns, 0, a);
        zone_format_iso(zone, off->end_ns, 0, b);
        print_message("nonwear %s %s %d\n", a, b, off->is_stillness_only);
    }
    assert_int_equal(analysis.n_nights, 3);
    for (size_t j = 0; j < 3; j++) {
        const struct night *night = &analysis.nights[j];
        assert_close(minutes_off(night->onset_ns, instant(zone, onset[j])), 0, 5);
        assert_close(minutes_off(night->wake_ns, instant(zone, wake[j])), 0, 5);
        assert_int_equal(night->exclude, 0);
    }
    analysis_release(&analysis);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_recipe_meets_the_truth_of_short25),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
