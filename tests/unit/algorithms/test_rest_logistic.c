/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/best_sum.h"
#include "algorithms/rest_logistic.h"
#include "algorithms/sleep.h"
#include "tests/support/alloc.h"

enum { N = 3 * 1440, BED = 1380, UP = 1860 };

/* Three days of a person who is up and about but for one night of eight hours. */
static float *made_counts(void)
{
    float *counts = calloc(N, sizeof *counts);
    assert_non_null(counts);
    for (int i = 0; i < N; i++) {
        bool is_night = i % 1440 >= BED || i % 1440 < UP - 1440;
        counts[i] = is_night ? (i % 37 == 0 ? 8.0F : 0.0F) : (float)(150 + 90 * (i % 5));
    }
    return counts;
}

static void parts_of_a_minute_add_up_to_its_logit(void **state)
{
    (void)state;
    float *counts = made_counts();
    struct rest_channels channels;
    assert_int_equal(rest_channels_make(&channels, counts, N, NULL), YK_OK);
    double part[REST_TERMS_MAX];
    for (size_t i = 0; i < N; i += 97) {
        double sum = rest_logistic_explain(&channels, i, part), added = rest_logistic_constant;
        for (size_t t = 0; t < rest_logistic_n_terms; t++) {
            added += part[t];
        }
        assert_close(added, sum, 1e-12);
    }
    rest_channels_release(&channels);
    free(counts);
}

/* One term by hand: the share of zeros from 1 to 3 minutes after the minute. */
static void a_term_is_its_weight_times_what_is_unusual(void **state)
{
    (void)state;
    float *counts = made_counts();
    counts[702] = NAN;
    counts[703] = 0;
    struct rest_channels channels;
    assert_int_equal(rest_channels_make(&channels, counts, N, NULL), YK_OK);
    double part[REST_TERMS_MAX];
    rest_logistic_explain(&channels, 700, part);
    size_t found = 0;
    for (size_t t = 0; t < rest_logistic_n_terms; t++) {
        const struct rest_term *term = &rest_logistic_term[t];
        if (term->channel == REST_CHANNEL_ZERO && term->from_min == 1 && term->to_min == 3) {
            assert_close(part[t], term->weight * (0.5 - term->mean), 1e-15);
            found++;
        }
    }
    assert_int_equal(found, 1);
    rest_channels_release(&channels);
    free(counts);
}

static void the_best_window_of_a_tidy_night_is_the_night(void **state)
{
    (void)state;
    float *counts = made_counts(), *logit = calloc(N, sizeof *logit);
    assert_non_null(logit);
    assert_int_equal(rest_logistic_score(counts, N, logit, NULL), YK_OK);
    struct best_sum best = best_sum_find(logit, 720, 720 + 1440);
    assert_in_range(best.first, BED - 5, BED + 5);
    assert_in_range(best.end, UP - 5, UP + 5);
    free(logit);
    free(counts);
}

static void a_missing_minute_speaks_for_nothing(void **state)
{
    (void)state;
    float *counts = made_counts(), *logit = calloc(N, sizeof *logit);
    assert_non_null(logit);
    counts[1500] = NAN;
    assert_int_equal(rest_logistic_score(counts, N, logit, NULL), YK_OK);
    assert_close((double)logit[1500], 0, 0);
    for (int i = 0; i < N; i++) {
        counts[i] = NAN;
    }
    assert_int_equal(rest_logistic_score(counts, N, logit, NULL), YK_OK);
    for (int i = 0; i < N; i++) {
        assert_true(logit[i] == 0.0F);
    }
    free(logit);
    free(counts);
}

static void a_level_alone_changes_nothing(void **state)
{
    (void)state;
    float *counts = made_counts(), *logit = calloc(N, sizeof *logit);
    float *louder = calloc(N, sizeof *louder);
    assert_true(logit != NULL && louder != NULL);
    assert_int_equal(rest_logistic_score(counts, N, logit, NULL), YK_OK);
    for (int i = 0; i < N; i++) {
        counts[i] *= 4;
    }
    assert_int_equal(rest_logistic_score(counts, N, louder, NULL), YK_OK);
    for (int i = 0; i < N; i++) {
        assert_close((double)louder[i], (double)logit[i], 1e-5);
    }
    free(louder);
    free(logit);
    free(counts);
}

/* A recording of counts of a kind, through the whole of sleep_detect(). */
static enum yk_status detect(enum count_kind kind, int32_t epoch_s, const char *extra,
                             struct analysis *a, struct failure *why)
{
    struct zone *zone = NULL;
    float *counts = made_counts();
    analysis_init(a);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &a->made_by.parameters, NULL), YK_OK);
    assert_int_equal(parameters_set(&a->made_by.parameters, "rest=logistic", NULL), YK_OK);
    if (extra != NULL) {
        assert_int_equal(parameters_set(&a->made_by.parameters, extra, NULL), YK_OK);
    }
    a->info.count_kind = kind;
    a->epochs.epoch_s = epoch_s;
    assert_int_equal(epoch_series_resize(&a->epochs, N, NULL), YK_OK);
    assert_int_equal(epoch_series_need(&a->epochs, EPOCH_COUNTS, NULL), YK_OK);
    memcpy(a->epochs.column[EPOCH_COUNTS], counts, N * sizeof *counts);
    a->epochs.t0_ns = 0;
    assert_int_equal(zone_open("UTC", &zone, NULL), YK_OK);
    enum yk_status status = sleep_detect(a, zone, NULL, NULL, why);
    zone_close(zone);
    free(counts);
    return status;
}

static void only_actiwatch_minutes_are_accepted(void **state)
{
    (void)state;
    struct analysis a;
    struct failure why = {0};
    assert_int_equal(detect(COUNT_KIND_ACTIWATCH, 60, NULL, &a, &why), YK_OK);
    assert_true(a.n_nights > 0);
    assert_string_equal(a.nights[0].sleep_method, "logistic+oakley");
    analysis_release(&a);
    static const enum count_kind refused[] = {COUNT_KIND_UNKNOWN, COUNT_KIND_ACTIGRAPH,
                                              COUNT_KIND_MOTIONWATCH, COUNT_KIND_ZERO_CROSSING};
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        assert_int_equal(detect(refused[k], 60, "counts_scale=2", &a, &why), YK_ERR_ARGUMENT);
        assert_non_null(strstr(why.text, "rule logistic was made for actiwatch counts"));
        analysis_release(&a);
    }
    assert_int_equal(detect(COUNT_KIND_UNKNOWN, 60, "counts_kind=actiwatch", &a, &why), YK_OK);
    analysis_release(&a);
    assert_int_equal(detect(COUNT_KIND_ACTIWATCH, 30, NULL, &a, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "60 s"));
    analysis_release(&a);
}

static void refused_memory_is_said(void **state)
{
    (void)state;
    float *counts = made_counts(), *logit = calloc(N, sizeof *logit);
    assert_non_null(logit);
    enum yk_status status = YK_ERR_MEMORY;
    for (uint64_t k = 1; k < 20 && status != YK_OK; k++) {
        alloc_fail_at(k);
        status = rest_logistic_score(counts, N, logit, NULL);
        alloc_fail_at(0);
        assert_true(status == YK_OK || status == YK_ERR_MEMORY);
    }
    assert_int_equal(status, YK_OK);
    free(logit);
    free(counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_a_minute_add_up_to_its_logit),
        cmocka_unit_test(a_term_is_its_weight_times_what_is_unusual),
        cmocka_unit_test(the_best_window_of_a_tidy_night_is_the_night),
        cmocka_unit_test(a_missing_minute_speaks_for_nothing),
        cmocka_unit_test(a_level_alone_changes_nothing),
        cmocka_unit_test(only_actiwatch_minutes_are_accepted),
        cmocka_unit_test(refused_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
