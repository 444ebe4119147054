/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>

#include "algorithms/median.h"
#include "tests/support/alloc.h"

#define ROWS 700

static double rows[ROWS][LANES];
static double medians[ROWS][LANES];

static void fill_rows(unsigned seed, unsigned kinds)
{
    uint32_t state = seed;
    for (size_t t = 0; t < ROWS; t++) {
        for (size_t l = 0; l < LANES; l++) {
            state = state * 1664525u + 1013904223u;
            rows[t][l] = (double)(state >> 16) / 65536.0;
            if (kinds > 0) { /* many equal values */
                rows[t][l] = (double)((state >> 16) % kinds);
            }
        }
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_medians(size_t width, size_t made)
{
    for (size_t k = 0; k < made; k++) {
        for (size_t l = 0; l < LANES; l++) {
            double window[64];
            for (size_t i = 0; i < width; i++) {
                window[i] = rows[k + i][l];
            }
            qsort(window, width, sizeof *window, by_value);
            assert_close(medians[k][l], window[width / 2], 0.0);
        }
    }
}

/* In pieces of every length, so that groups and pieces do not keep step. */
static size_t add_in_pieces(size_t width)
{
    struct median *median;
    assert_int_equal(median_open(width, &median, NULL), YK_OK);
    size_t made = 0, piece = 1;
    for (size_t t = 0; t < ROWS; t += piece, piece = piece % 61 + 1) {
        size_t n = piece < ROWS - t ? piece : ROWS - t;
        double out[128][LANES];
        size_t got = median_add(median, rows[t], n, out[0]);
        assert_true(got <= median_most(n));
        memcpy(medians[made], out, got * sizeof *out);
        made += got;
    }
    median_close(median);
    return made;
}

static void medians_of_51_are_those_of_sorting(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 6; seed++) {
        fill_rows(seed, seed % 3 == 0 ? 4 : 0);
        size_t made = add_in_pieces(51);
        assert_true(made > ROWS - 51 - 16);
        check_medians(51, made);
    }
}

static void medians_of_other_widths_are_those_of_sorting(void **state)
{
    (void)state;
    for (size_t width = 3; width <= 49; width += 2) {
        fill_rows((unsigned)width, width % 3 == 0 ? 3 : 0);
        size_t made = add_in_pieces(width);
        assert_int_equal(made, ROWS - width + 1);
        check_medians(width, made);
    }
}

static void the_network_is_what_its_script_writes(void **state)
{
    (void)state;
    assert_int_equal(
        system("awk -f algorithms/median_network.awk | cmp -s - algorithms/median_network.def"),
        0);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    for (size_t width = 49; width <= 51; width += 2) {
        for (uint64_t k = 1;; k++) {
            struct median *median = NULL;
            alloc_fail_at(k);
            enum yk_status status = median_open(width, &median, NULL);
            bool refused = alloc_end(status, YK_OK);
            median_close(median);
            if (!refused) {
                break;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_of_51_are_those_of_sorting),
        cmocka_unit_test(medians_of_other_widths_are_those_of_sorting),
        cmocka_unit_test(the_network_is_what_its_script_writes),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
