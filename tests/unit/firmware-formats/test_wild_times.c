/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One row of a table whose date is wrong costs that row, wherever it is, and nothing behind it.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/count_file.h"
#include "tests/support/cwa_open.h"

#define ROWS 30
#define T0 (INT64_C(1714521600) * NS_PER_S) /* 2024-05-01 00:00 */

static const char ACTIGRAPH[] =
    "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 Firmware v1.7.2 date "
    "format yyyy-MM-dd at 10 Hz  Filter Normal -----------\n"
    "Serial Number: TAS1E31150129\nStart Time 00:00:00\nStart Date 2024-05-01\n"
    "Epoch Period (hh:mm:ss) 00:00:00\nDownload Time 09:03:03\nDownload Date 2024-05-02\n"
    "Current Memory Address: 0\nCurrent Battery Voltage: 4.15     Mode = 12\n"
    "--------------------------------------------------\n"
    "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z\n";

static const struct kind {
    const char *header;
    bool is_samples; /* ten a second, else one a minute */
} KINDS[] = {
    {"timestamp,counts\n", false},
    {"timestamp,x,y,z\n", true},
    {ACTIGRAPH, true},
};
#define N_KINDS (sizeof KINDS / sizeof *KINDS)

/* Rows from T0 on; those from `wild` on, n_wild of them, are `days` away. */
static size_t make(const struct kind *kind, int wild, int n_wild, int days,
                   char out[static 4096])
{
    size_t n = (size_t)snprintf(out, 4096, "%s", kind->header);
    for (int i = 0; i < ROWS; i++) {
        bool is_wild = i >= wild && i < wild + n_wild;
        int64_t ns = T0 + i * (kind->is_samples ? NS_PER_S / 10 : NS_PER_MIN) +
                     (is_wild ? days * 24 * NS_PER_H : 0);
        struct civil_time t = civil_time_of_utc_ns(ns);
        n += (size_t)snprintf(out + n, 4096 - n, "%04d-%02d-%02d %02d:%02d:%02d.%03d,%d%s\n",
                              (int)t.date.year, t.date.month, t.date.day,
                              (int)(t.second_of_day / 3600), (int)(t.second_of_day / 60 % 60),
                              (int)(t.second_of_day % 60), t.ns / 1000000, i % 7,
                              kind->is_samples ? ",0.25,-0.5" : "");
    }
    return n;
}

/* How many samples or known epochs there are; *first_ns: the time of the first. */
static int64_t count(struct recording_source *source, int64_t *first_ns)
{
    int64_t n = 0;
    *first_ns = TIME_UNKNOWN;
    if (source->ops->next_epochs != NULL) {
        struct epoch_series epochs;
        epoch_series_init(&epochs);
        while (source->ops->next_epochs(source, &epochs, NULL) == YK_OK) {
        }
        for (size_t k = 0; k < epochs.n; k++) {
            n += (epochs.state[k] & STATE_UNKNOWN) == 0;
        }
        *first_ns = epochs.t0_ns;
        epoch_series_release(&epochs);
        return n;
    }
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        *first_ns = n == 0 ? block.t0_ns : *first_ns;
        n += block.n;
    }
    sample_block_release(&block);
    return n;
}

static void one_wild_row_costs_itself(void **state)
{
    (void)state;
    static const int days[] = {-9000, -5, 5, 29, 9000};
    static char text[4096];
    struct zone *zone = open_zone("UTC");
    struct open_options opt = {.zone = zone};
    for (size_t k = 0; k < N_KINDS; k++) {
        for (size_t d = 0; d < sizeof days / sizeof *days; d++) {
            for (int wild = 0; wild < ROWS; wild++) {
                int64_t first_ns = 0;
                size_t n = make(&KINDS[k], wild, 1, days[d], text);
                struct recording_source *source = open_memory(text, n, "t.csv", &opt);
                int64_t start_ns = source->info.start_ns;
                assert_int_equal(count(source, &first_ns), ROWS - 1);
                assert_int_equal(source->report.bad_blocks, 1);
                assert_int_equal(source->report.clock_jumps, 0);
                int64_t step_ns = KINDS[k].is_samples ? NS_PER_S / 10 : NS_PER_MIN;
                assert_int_equal(first_ns, T0 + (wild == 0 ? step_ns : 0));
                assert_int_equal(start_ns, first_ns);
                assert_true(source->info.end_ns - T0 <= ROWS * step_ns + 1000);
                recording_source_close(source);
            }
        }
    }
    zone_close(zone);
}

/* From some row on: a recorder that was off, or a clock that was set. */
static void rows_that_stay_away_are_believed(void **state)
{
    (void)state;
    static char text[4096];
    struct zone *zone = open_zone("UTC");
    struct open_options opt = {.zone = zone};
    for (size_t k = 0; k < N_KINDS; k++) {
        int64_t first_ns = 0;
        size_t n = make(&KINDS[k], 10, ROWS, 5, text);
        struct recording_source *source = open_memory(text, n, "t.csv", &opt);
        assert_int_equal(count(source, &first_ns), ROWS);
        assert_int_equal(source->report.bad_blocks, 0);
        assert_int_equal(source->report.gaps, 1);
        assert_close(source->report.gap_s, 5 * 86400, 0.2);
        recording_source_close(source);
        n = make(&KINDS[k], 10, ROWS, -5, text);
        source = open_memory(text, n, "t.csv", &opt);
        count(source, &first_ns);
        assert_int_equal(source->report.clock_jumps, 1);
        recording_source_close(source);
    }
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_wild_row_costs_itself),
        cmocka_unit_test(rows_that_stay_away_are_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
