/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph's published stage tables for 32 Hz (data/counts-agcounts/README.md).
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/counts_256.h"

#define SECONDS 5

static double *read_column(const char *path, size_t *n)
{
    size_t size = 0, room = 1024;
    char *text = check_read_file(path, &size);
    assert_non_null(text);
    double *out = malloc(room * sizeof *out);
    *n = 0;
    for (const char *at = text; *at != '\0';) {
        char *end;
        double value = strtod(at, &end);
        if (end == at) {
            break;
        }
        if (*n == room) {
            room *= 2;
            out = realloc(out, room * sizeof *out);
        }
        assert_non_null(out);
        out[(*n)++] = value;
        at = end + strspn(end, "\r\n");
    }
    free(text);
    return out;
}

/* Lane l gets the input times l + 1. Behind its end are zeros. */
static void the_published_chain_is_met_from_end_to_end(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts-agcounts/32Hz_input.csv");
    size_t n_in, n_out, made = 0;
    double *in = read_column(path, &n_in), worst = 0;
    double *out = read_column(check_shared("data/counts-agcounts/30Hz_output.csv"), &n_out);
    const size_t n = 32 * SECONDS;
    double *block = calloc(n * LANES, sizeof *block);
    double *thirty = calloc(30 * SECONDS * LANES, sizeof *thirty);
    struct counts_256 chain;
    assert_int_equal(n_in, 9600);
    assert_int_equal(n_out, 9000);
    assert_int_equal(counts_256_init(&chain, 32, SECONDS, NULL), YK_OK);
    for (size_t from = 0; from <= n_in; from += n) {
        for (size_t t = 0; t < n; t++) {
            for (size_t l = 0; l < LANES; l++) {
                block[t * LANES + l] = from + t < n_in ? in[from + t] * (double)(l + 1) : 0.0;
            }
        }
        bool is_given = counts_256_block(&chain, block, thirty);
        assert_int_equal(is_given, from > 0);
        for (size_t j = 0; is_given && j < 30 * SECONDS; j++, made++) {
            if (made + 1 == n_out) {
                continue; /* the published chain leaves its last value 0 */
            }
            for (size_t l = 0; l < LANES; l += 5) {
                double off = fabs(thirty[j * LANES + l] / (double)(l + 1) - out[made]);
                worst = off > worst ? off : worst;
            }
        }
    }
    assert_int_equal(made, 9000);
    assert_close(worst, 0, 1e-12);
    counts_256_release(&chain);
    free(block);
    free(thirty);
    free(in);
    free(out);
}

static void only_the_insights_rates_go_this_way(void **state)
{
    (void)state;
    static const int32_t rates[] = {30, 31, 40, 100, 257, 512};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        assert_false(counts_256_is_for(rates[i]));
    }
    assert_true(counts_256_is_for(32) && counts_256_is_for(64) && counts_256_is_for(128) &&
                counts_256_is_for(256));
}

/* Every rate: what is still stays where it is, whatever the block. */
static void a_constant_stays_one(void **state)
{
    (void)state;
    static const int32_t rates[] = {32, 64, 128, 256};
    for (size_t r = 0; r < 4; r++) {
        struct counts_256 chain;
        const size_t n = (size_t)rates[r];
        double *block = calloc(n * LANES, sizeof *block);
        double *thirty = calloc(30 * LANES, sizeof *thirty);
        assert_int_equal(counts_256_init(&chain, rates[r], 1, NULL), YK_OK);
        for (size_t i = 0; i < n * LANES; i++) {
            block[i] = 0.7;
        }
        for (int s = 0; s < 5; s++) {
            bool is_given = counts_256_block(&chain, block, thirty);
            for (size_t i = 0; is_given && s > 2 && i < 30 * LANES; i++) {
                assert_close(thirty[i], 0.7, 2e-4); /* the taps' sums differ from 1 that much */
            }
        }
        counts_256_release(&chain);
        free(block);
        free(thirty);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_chain_is_met_from_end_to_end),
        cmocka_unit_test(only_the_insights_rates_go_this_way),
        cmocka_unit_test(a_constant_stays_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
