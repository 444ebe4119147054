/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nights from minute counts alone, against the scored rest intervals of labelled recordings (44
 * files, 371 nights). A rest interval is time in bed; a sleep begins a little later.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/sleep.h"
#include "src/base/text.h"
#include "tests/support/reference.h"

#define COUPLES "data/labelled/actiwatch-couples/"

static struct zone *utc;

struct watch {
    char id[64];
    struct analysis analysis;
    uint8_t *off; /* the recorder's own word, per minute */
};

static void open_watch(struct watch *self, const char *id)
{
    char path[128];
    snprintf(self->id, sizeof self->id, "%s", id);
    snprintf(path, sizeof path, COUPLES "%s.csv.gz", id);
    struct reference table;
    reference_open(&table, check_shared(path));
    analysis_init(&self->analysis);
    assert_int_equal(
        parameters_of_recipe(RECIPE_DEFAULT, &self->analysis.made_by.parameters, NULL), YK_OK);
    struct epoch_series *epochs = &self->analysis.epochs;
    epochs->epoch_s = 60;
    assert_int_equal(epoch_series_resize(epochs, table.rows, NULL), YK_OK);
    assert_int_equal(epoch_series_need(epochs, EPOCH_COUNTS, NULL), YK_OK);
    assert_true(zone_parse_iso(utc, reference_text(&table, 0, "time"), &epochs->t0_ns));
    self->off = calloc(table.rows, 1);
    assert_non_null(self->off);
    size_t counts = reference_column(&table, "counts"),
           off = reference_column(&table, "off_wrist");
    for (size_t r = 0; r < table.rows; r++) {
        const char *cell = table.cell[r * table.columns + counts];
        double value = NAN;
        text_parse_double(cell, strlen(cell), &value);
        epochs->column[EPOCH_COUNTS][r] = (float)value;
        self->off[r] = table.cell[r * table.columns + off][0] == '1';
    }
    reference_close(&table);
    assert_int_equal(sleep_detect(&self->analysis, utc, NULL, NULL, NULL), YK_OK);
}

static void close_watch(struct watch *self)
{
    analysis_release(&self->analysis);
    free(self->off);
}

/* Share of [start, end) that the watch was off. */
static double off_share(const struct watch *self, int64_t start_ns, int64_t end_ns)
{
    const struct epoch_series *epochs = &self->analysis.epochs;
    int64_t first = (start_ns - epochs->t0_ns) / NS_PER_MIN;
    int64_t end = (end_ns - epochs->t0_ns) / NS_PER_MIN, off = 0;
    for (int64_t i = first; i < end; i++) {
        off += i >= 0 && i < (int64_t)epochs->n && self->off[i] != 0;
    }
    return (double)off / (double)(end - first);
}

struct errors {
    double onset_min, wake_min;
    size_t n, missed;
};

static void compare(const struct watch *watch, int64_t start_ns, int64_t end_ns,
                    struct errors *out)
{
    struct civil_date evening = zone_civil(utc, start_ns - 12 * NS_PER_H).date;
    int64_t noon_ns = zone_instant_of_day(utc, evening, 12 * 3600);
    if (end_ns > noon_ns + 24 * NS_PER_H || off_share(watch, start_ns, end_ns) > 0.05 ||
        off_share(watch, noon_ns, noon_ns + 24 * NS_PER_H) > 0.25) {
        return;
    }
    out->n++;
    for (size_t j = 0; j < watch->analysis.n_nights; j++) {
        const struct night *night = &watch->analysis.nights[j];
        if (civil_compare(night->evening, evening) == 0 && night->onset_ns != TIME_UNKNOWN) {
            out->onset_min += fabs((double)(night->onset_ns - start_ns)) / (double)NS_PER_MIN;
            out->wake_min += fabs((double)(night->wake_ns - end_ns)) / (double)NS_PER_MIN;
            return;
        }
    }
    out->missed++;
}

static void nights_of_counts_are_near_the_scored_rest_intervals(void **context)
{
    (void)context;
    SHARED_OR_SKIP(path, COUPLES "intervals.csv");
    struct reference table;
    reference_open(&table, path);
    struct watch watch = {.id = ""};
    struct errors errors = {0};
    for (size_t r = 0; r < table.rows; r++) {
        const char *file = reference_text(&table, r, "file");
        double minutes = reference_number(&table, r, "minutes");
        if (strcmp(reference_text(&table, r, "kind"), "REST") != 0 || minutes < 180 ||
            minutes > 900) {
            continue;
        }
        if (strcmp(watch.id, file) != 0) {
            close_watch(&watch);
            open_watch(&watch, file);
        }
        int64_t start_ns = 0, end_ns = 0;
        assert_true(zone_parse_iso(utc, reference_text(&table, r, "start"), &start_ns));
        assert_true(zone_parse_iso(utc, reference_text(&table, r, "end"), &end_ns));
        compare(&watch, start_ns, end_ns, &errors);
    }
    close_watch(&watch);
    reference_close(&table);
    double found = (double)(errors.n - errors.missed);
    print_message("%zu nights, %zu missed, onset %.1f min, wake %.1f min off\n", errors.n,
                  errors.missed, errors.onset_min / found, errors.wake_min / found);
    assert_true(errors.n > 340);
    assert_int_equal(errors.missed, 0);
    assert_true(errors.onset_min / found < 25);
    assert_true(errors.wake_min / found < 12);
}

static int setup(void **context)
{
    (void)context;
    return zone_open("UTC", &utc, NULL) == YK_OK ? 0 : -1;
}

static int teardown(void **context)
{
    (void)context;
    zone_close(utc);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nights_of_counts_are_near_the_scored_rest_intervals),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
