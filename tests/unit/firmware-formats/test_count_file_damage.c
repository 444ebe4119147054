/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every count file of the reference data, cut and changed: read or refused, never a crash,
 * never silence. YOAKE_DAMAGE=full (make test-long) tries 200 places of each, otherwise a few.
 */
#include "tests/support/check.h"
#include "tests/support/count_file.h"

#include <stdlib.h>

static const char *const FILES[] = {
    "data/counts/example_01.AWD",
    "data/counts/test_sample.AWD",
    "data/counts/test_sample_aw4.AWD",
    "data/counts/test_sample_aw7.AWD",
    "data/counts/test_sample_awlp.AWD",
    "data/counts/test_sample_aws.AWD",
    "data/counts/test_sample_atr_head.txt",
    "data/counts/test_sample_dqt_head.csv",
    "data/counts/test_sample_tal_head.txt",
    "data/counts/test_sample_rpx_eng.csv",
    "data/counts/test_sample_rpx_ger_no_light.csv",
    "data/counts/test_sample.mtn",
    "data/counts/test_sample_mesa.csv",
    "data/counts/sample-timeSeries.csv.gz",
    "data/actigraph-csv/Actical.csv",
    "data/labelled/actiwatch-couples/C1014.csv.gz",
    "data/depresjon/condition_2.csv.gz",
};

static void damaged_files_are_read_or_refused_and_it_is_said(void **state)
{
    (void)state;
    size_t places = getenv("YOAKE_DAMAGE") != NULL ? 200 : 6;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        SHARED_OR_SKIP(path, FILES[i]);
        count_file_damage(path, places);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_files_are_read_or_refused_and_it_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
