/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rhythm and sleep columns of the reference table of sample count files, each file read by its
 * own format: rhythm of the recordings of three days and more, and what actigraph.sleepr finds
 * in the ActiGraph file.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/cosinor.h"
#include "algorithms/l5_m10.h"
#include "algorithms/nonparametric.h"
#include "algorithms/nonwear_counts.h"
#include "algorithms/rest_tudor_locke.h"
#include "algorithms/scorer.h"
#include "algorithms/sum_epochs.h"
#include "tests/support/count_file.h"
#include "tests/support/reference.h"

struct sample {
    const struct reference *table;
    size_t row, n, wrong;
    const char *name;
    double *x; /* per epoch; L5, M10 and mesor are counts per epoch in the table */
    int32_t epoch_s, start_s;
};

static void compare(struct sample *s, const char *column, double got)
{
    s->wrong += !reference_agrees(s->table, s->row, column, s->name, got, 1e-9);
}

static void compare_clock(struct sample *s, const char *column, double hours)
{
    char text[64];
    long at = lround(hours * 3600);
    snprintf(text, sizeof text, "%02ld:%02ld:%02ld", at / 3600, at / 60 % 60, at % 60);
    if (strcmp(text, reference_text(s->table, s->row, column)) != 0) {
        print_error("%s %s: %s, expected %s\n", s->name, column, text,
                    reference_text(s->table, s->row, column));
        s->wrong++;
    }
}

static void check_rhythm(struct sample *s)
{
    struct is_iv v;
    struct l5_m10 w;
    struct l5_m10_days d;
    struct cosinor c;
    int32_t e = s->epoch_s;
    assert_int_equal(nonparametric_is_iv(s->x, s->n, e, s->start_s, 3600, 1, &v, NULL), YK_OK);
    compare(s, "y_IS", v.is);
    compare(s, "y_IV", v.iv);
    assert_int_equal(nonparametric_is_iv(s->x, s->n, e, 0, 3600, 1, &v, NULL), YK_OK);
    compare(s, "y_IS_start", v.is);
    compare(s, "y_IV_start", v.iv);
    assert_int_equal(nonparametric_is_iv_mean(s->x, s->n, e, s->start_s, 1, &v, NULL), YK_OK);
    compare(s, "y_ISm", v.is);
    compare(s, "y_IVm", v.iv);
    assert_int_equal(l5_m10_average_day(s->x, s->n, e, s->start_s, &w, NULL), YK_OK);
    compare(s, "y_L5", w.l5.mean);
    compare(s, "y_M10", w.m10.mean);
    compare(s, "y_RA", w.ra);
    compare_clock(s, "y_L5_onset", w.l5.start_h);
    compare_clock(s, "y_M10_onset", w.m10.start_h);
    assert_int_equal(l5_m10_per_day(s->x, s->n, e, s->start_s, &d, NULL), YK_OK);
    compare(s, "y_L5_day_mean", d.mean.l5.mean);
    compare(s, "y_L5_day_n", (double)d.n_l5);
    compare(s, "y_M10_day_mean", d.mean.m10.mean);
    compare(s, "y_M10_day_n", (double)d.n_m10);
    compare(s, "y_RA_day", d.mean.ra);
    cosinor_fit(s->x, s->n, s->start_s / 3600.0, e / 3600.0, 24, &c);
    compare(s, "y_cos_mesor", c.mesor);
    compare(s, "y_cos_amplitude", c.amplitude);
    compare(s, "y_cos_acrophase_h", c.acrophase_h);
    compare(s, "y_cos_r2", c.r2);
    compare(s, "y_cos_F", c.f);
    compare(s, "y_cos_p", c.p_value);
}

static void rhythm_of_the_sample_files_equals_the_reference(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/reference_counts.csv");
    struct reference table;
    size_t compared = 0, wrong = 0;
    reference_open(&table, path);
    for (size_t row = 0; row < table.rows; row++) {
        char name[128];
        struct count_file file;
        if (isnan(reference_number(&table, row, "y_IS"))) {
            continue; /* under three days */
        }
        snprintf(name, sizeof name, "data/counts/%s", reference_text(&table, row, "file"));
        count_file_read(&file, check_shared(name), "UTC", NULL);
        assert_int_equal(file.status, YK_END);
        struct sample s = {.table = &table,
                           .row = row,
                           .n = file.epochs.n,
                           .name = reference_text(&table, row, "file"),
                           .x = calloc(file.epochs.n, sizeof *s.x),
                           .epoch_s = file.epochs.epoch_s,
                           .start_s = civil_time_of_utc_ns(file.epochs.t0_ns).second_of_day};
        assert_non_null(s.x);
        for (size_t i = 0; i < s.n; i++) {
            s.x[i] = (double)file.epochs.column[EPOCH_COUNTS][i];
        }
        check_rhythm(&s);
        wrong += s.wrong;
        compared++;
        free(s.x);
        count_file_close(&file);
    }
    reference_close(&table);
    assert_int_equal(wrong, 0);
    assert_int_equal(compared, 10);
}

/* ---- actigraph.sleepr on the 60-s collapse ---- */

struct day {
    struct count_file file;
    const float *axis1;
    uint8_t *score, *scratch;
    size_t n;
};

static void open_day(struct day *self, const char *path)
{
    count_file_read(&self->file, path, "UTC", NULL);
    assert_int_equal(self->file.status, YK_END);
    assert_int_equal(sum_epochs(&self->file.epochs, 60, NULL), YK_OK);
    self->n = self->file.epochs.n;
    self->axis1 = self->file.epochs.column[EPOCH_COUNTS_Y];
    self->score = calloc(self->n, 1);
    self->scratch = calloc(self->n, 1);
    assert_true(self->score != NULL && self->scratch != NULL && self->axis1 != NULL);
}

/* "2012-06-28 00:03:00>..." as the table writes it; midnight alone is written as the date. */
static void stamp(const struct day *self, size_t minute, bool short_midnight, char out[40])
{
    struct civil_time t =
        civil_time_of_utc_ns(self->file.epochs.t0_ns + (int64_t)minute * NS_PER_MIN);
    int n = snprintf(out, 40, "%04d-%02d-%02d", (int)t.date.year, (int)t.date.month,
                     (int)t.date.day);
    if (t.second_of_day != 0 || !short_midnight) {
        snprintf(out + n, 40 - (size_t)n, " %02d:%02d:%02d", (int)(t.second_of_day / 3600),
                 (int)(t.second_of_day / 60 % 60), (int)(t.second_of_day % 60));
    }
}

static double asleep_with(struct day *self, const char *id)
{
    struct scorer_input in = {self->axis1, self->n, 60, 0, NAN, 0};
    double n = 0;
    assert_int_equal(scorer_score(scorer_find(id), &in, self->score, NULL), YK_OK);
    for (size_t i = 0; i < self->n; i++) {
        n += self->score[i] == SCORE_SLEEP;
    }
    return n;
}

static void check_period(struct day *self, const char *expected)
{
    const struct tudor_locke_parameters usual = {5, 10, 160, 1440, 0, false};
    struct sleep_period p[8];
    size_t n = 0;
    char start[40], end[40], text[256];
    tudor_locke_find(self->score, self->axis1, self->n, &usual, self->scratch, p, 8, &n);
    assert_int_equal(n, 1);
    stamp(self, p[0].start, true, start);
    stamp(self, p[0].end, true, end);
    snprintf(text, sizeof text, "%s>%s tst=%zu waso=%zu nb=%zu mi=%.6g fi=%.6g", start, end,
             p[0].tst_min, p[0].waso_min, p[0].awakenings_n, p[0].movement_index_pct,
             p[0].fragmentation_index_pct);
    assert_string_equal(text, expected);
}

/* "from>to minutes;from>to minutes" */
static void check_nonwear(const struct day *self, bool short_midnight, const char *expected)
{
    char text[512] = "";
    for (size_t i = 0, end; i < self->n; i = end) {
        for (end = i; end < self->n && self->score[end] == self->score[i]; end++) {
        }
        if (self->score[i] == 1) {
            char from[40], to[40];
            size_t at = strlen(text);
            stamp(self, i, short_midnight, from);
            stamp(self, end, false, to);
            snprintf(text + at, sizeof text - at, "%s%s>%s %zu", at > 0 ? ";" : "", from, to,
                     end - i);
        }
    }
    assert_string_equal(text, expected);
}

static void the_actigraph_day_is_scored_as_by_actigraph_sleepr(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/reference_counts.csv");
    struct reference table;
    struct day day;
    reference_open(&table, path);
    size_t row = 0;
    while (strcmp(reference_text(&table, row, "file"), "GT3XPlus-RawData-Day01.agd") != 0) {
        row++;
    }
    open_day(&day, check_shared("data/counts/GT3XPlus-RawData-Day01.agd"));
    assert_close((double)day.n, reference_number(&table, row, "sleepr_n60s"), 0);
    assert_close(asleep_with(&day, "cole_kripke_actilife"),
                 reference_number(&table, row, "sleepr_ck_S"), 0);
    check_period(&day, reference_text(&table, row, "sleepr_tl_ck"));
    assert_close(asleep_with(&day, "sadeh_actilife"),
                 reference_number(&table, row, "sleepr_sadeh_S"), 0);
    check_period(&day, reference_text(&table, row, "sleepr_tl_sadeh"));
    const struct choi_parameters choi = {90, 30, 2};
    nonwear_choi(day.axis1, day.n, &choi, day.score);
    check_nonwear(&day, true, reference_text(&table, row, "sleepr_choi"));
    const struct troiano_parameters troiano = {60, 0, HUGE_VAL, 2, 100, true};
    nonwear_troiano(day.axis1, day.n, &troiano, day.score);
    check_nonwear(&day, false, reference_text(&table, row, "sleepr_troiano"));
    free(day.score);
    free(day.scratch);
    count_file_close(&day.file);
    reference_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rhythm_of_the_sample_files_equals_the_reference),
        cmocka_unit_test(the_actigraph_day_is_scored_as_by_actigraph_sleepr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
