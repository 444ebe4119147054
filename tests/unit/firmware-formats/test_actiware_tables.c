/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actiware's own sleep/wake, read from the published tables by the program's reader, against
 * Oakley's rule on the counts that were read with it (data/labelled/README.md).
 */
#include "tests/support/check.h"
#include "algorithms/scorer.h"
#include "tests/support/count_file.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tables are cut out of longer recordings: as many empty epochs on either side stand for
 * what was there, so that the maker's first and last scores can be compared. */
enum { PAD = 8 };

static void compare(const char *path, const char *ini, int32_t epoch_s, double threshold,
                    size_t *scored, size_t *differ)
{
    struct count_file file;
    count_file_read(&file, path, "UTC", ini);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.epoch_s, epoch_s);
    assert_int_equal(file.source->info.count_kind, COUNT_KIND_ACTIWATCH);
    assert_int_equal(file.source->report.bad_blocks + file.source->report.gaps, 0);
    size_t n = file.epochs.n;
    float *counts = calloc(n + 2 * PAD, sizeof *counts);
    uint8_t *score = calloc(n + 2 * PAD, 1);
    for (size_t i = 0; i < n; i++) {
        float value = file.epochs.column[EPOCH_COUNTS][i];
        counts[PAD + i] = isnan(value) ? 0 : value;
    }
    struct scorer_input in = {
        .counts = counts, .n = n + 2 * PAD, .epoch_s = epoch_s, .threshold = threshold};
    assert_int_equal(scorer_score(scorer_find("oakley"), &in, score, NULL), YK_OK);
    for (size_t i = 0; i < n; i++) {
        float wake = file.epochs.column[EPOCH_MAKER_WAKE][i];
        if (!isnan(wake) && score[PAD + i] != SCORE_UNKNOWN) {
            (*scored)++;
            *differ += (wake > 0) != (score[PAD + i] == SCORE_WAKE);
        }
    }
    free(counts);
    free(score);
    count_file_close(&file);
}

static void compare_folder(const char *folder, const char *ini, int32_t epoch_s,
                           double threshold, size_t wanted)
{
    size_t scored = 0, differ = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strstr(entry->d_name, ".csv.gz") != NULL) {
            char path[512];
            snprintf(path, sizeof path, "%.300s/%.200s", folder, entry->d_name);
            compare(path, ini, epoch_s, threshold, &scored, &differ);
        }
    }
    closedir(dir);
    assert_int_equal(scored, wanted);
    assert_int_equal(differ, 0);
}

static void minutes_of_couples_are_scored_as_by_the_maker(void **state)
{
    (void)state;
    SHARED_OR_SKIP(folder, "data/labelled/actiwatch-couples");
    compare_folder(folder, "epoch_s = 60\ncounts = actiwatch\n[columns]\nwake = maker_wake\n",
                   60, 20, 539311);
}

static void quarter_minutes_are_scored_as_by_the_maker(void **state)
{
    (void)state;
    SHARED_OR_SKIP(folder, "data/labelled/actiwatch-enmo-15s");
    compare_folder(folder,
                   "epoch_s = 15\ncounts = actiwatch\ntime_format = %d/%m/%Y %H:%M:%S\n"
                   "[columns]\nActiwatch activity counts = counts\n"
                   "Actiware classification = maker_wake\n",
                   15, 40, 24858);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minutes_of_couples_are_scored_as_by_the_maker),
        cmocka_unit_test(quarter_minutes_are_scored_as_by_the_maker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
