/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading the labelled minutes, and the errors of windows against them.
 */
#include "tests/evaluate/couples.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/base/zone.h"
#include "tests/support/check.h"
#include "tests/support/reference.h"

#define FOLDER "data/labelled/actiwatch-couples"

enum { DAY_MIN = 1440, RECORDED_MIN = 20 * 60 };

static int by_id(const void *a, const void *b)
{
    const struct watch *x = a, *y = b;
    return strcmp(x->id, y->id);
}

static void read_watch(struct watch *self, const struct zone *utc)
{
    char path[128];
    snprintf(path, sizeof path, FOLDER "/%s.csv.gz", self->id);
    struct reference table;
    reference_open(&table, check_shared(path));
    self->n = table.rows;
    self->couple = atoi(self->id + 1); /* C1014 and P1014 share a bed */
    self->counts = reference_floats(&table, "counts", 1);
    self->off = calloc(table.rows, 1);
    self->unscored = calloc(table.rows, 1);
    assert_true(self->off != NULL && self->unscored != NULL);
    assert_true(zone_parse_iso(utc, reference_text(&table, 0, "time"), &self->t0_ns));
    size_t off = reference_column(&table, "off_wrist"), wake = reference_column(&table, "wake");
    for (size_t i = 0; i < self->n; i++) {
        self->off[i] = table.cell[i * table.columns + off][0] == '1';
        self->unscored[i] = table.cell[i * table.columns + wake][0] == '\0';
        self->counts[i] = self->off[i] != 0 ? NAN : self->counts[i];
    }
    reference_close(&table);
}

static double off_share(const struct watch *watch, int64_t first, int64_t end)
{
    double off = 0;
    for (int64_t i = first; i < end; i++) {
        off += watch->off[i] != 0;
    }
    return off / (double)(end - first);
}

/* The nights of the published table: found by counting which reading of its sentence gives 361
 * (docs/evaluation.md). */
static void take_interval(struct couples *self, size_t watch, int64_t start_ns, int64_t end_ns)
{
    const struct watch *w = &self->watch[watch];
    int64_t noon_ns =
        floor_div(start_ns - 12 * NS_PER_H, 24 * NS_PER_H) * 24 * NS_PER_H + 12 * NS_PER_H;
    int64_t noon = (noon_ns - w->t0_ns) / NS_PER_MIN;
    int64_t first = (start_ns - w->t0_ns) / NS_PER_MIN, end = (end_ns - w->t0_ns) / NS_PER_MIN;
    int64_t low = noon > 0 ? noon : 0;
    int64_t high = noon + DAY_MIN < (int64_t)w->n ? noon + DAY_MIN : (int64_t)w->n;
    if (end > noon + DAY_MIN || high - low < RECORDED_MIN ||
        !(off_share(w, first, end) < 0.05) || !(off_share(w, low, high) < 0.25) ||
        self->n_nights == NIGHTS_MAX) {
        return;
    }
    self->night[self->n_nights++] = (struct scored_night){.watch = watch,
                                                          .window_first = (size_t)low,
                                                          .window_end = (size_t)high,
                                                          .first = (size_t)first,
                                                          .end = (size_t)end};
}

static void read_nights(struct couples *self, const struct zone *utc)
{
    struct reference table;
    reference_open(&table, check_shared(FOLDER "/intervals.csv"));
    for (size_t r = 0; r < table.rows; r++) {
        double minutes = reference_number(&table, r, "minutes");
        bool is_rest = strcmp(reference_text(&table, r, "kind"), "REST") == 0;
        int64_t start_ns = 0, end_ns = 0;
        if (!is_rest || minutes < 180 || minutes > 900) {
            continue;
        }
        assert_true(zone_parse_iso(utc, reference_text(&table, r, "start"), &start_ns));
        assert_true(zone_parse_iso(utc, reference_text(&table, r, "end"), &end_ns));
        for (size_t w = 0; w < self->n_watches; w++) {
            if (strcmp(self->watch[w].id, reference_text(&table, r, "file")) == 0) {
                take_interval(self, w, start_ns, end_ns);
            }
        }
    }
    reference_close(&table);
}

bool couples_open(struct couples *self)
{
    memset(self, 0, sizeof *self);
    const char *folder = check_shared(FOLDER);
    DIR *dir = folder != NULL ? opendir(folder) : NULL;
    if (dir == NULL) {
        return false;
    }
    for (struct dirent *e; (e = readdir(dir)) != NULL && self->n_watches < WATCHES_MAX;) {
        const char *ending = strstr(e->d_name, ".csv.gz");
        if (ending != NULL) {
            struct watch *watch = &self->watch[self->n_watches++];
            snprintf(watch->id, sizeof watch->id, "%.*s", (int)(ending - e->d_name), e->d_name);
        }
    }
    closedir(dir);
    qsort(self->watch, self->n_watches, sizeof *self->watch, by_id);
    struct zone *utc = NULL;
    assert_int_equal(zone_open("UTC", &utc, NULL), YK_OK);
    for (size_t w = 0; w < self->n_watches; w++) {
        read_watch(&self->watch[w], utc);
    }
    read_nights(self, utc);
    zone_close(utc);
    return self->n_watches > 0;
}

void couples_close(struct couples *self)
{
    for (size_t w = 0; w < self->n_watches; w++) {
        free(self->watch[w].counts);
        free(self->watch[w].off);
        free(self->watch[w].unscored);
    }
    memset(self, 0, sizeof *self);
}

/* ---- errors ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double error_of(const struct scored_night *night, struct found_window found, int which)
{
    double is = (double)(which == 0 ? found.first : found.end);
    return is - (double)(which == 0 ? night->first : night->end);
}

static double kappa_of(const struct couples *self, const struct found_window *found)
{
    double ours = 0, theirs = 0, n = 0, agree = 0;
    for (size_t k = 0; k < self->n_nights; k++) {
        const struct scored_night *night = &self->night[k];
        for (size_t i = night->window_first; i < night->window_end; i++) {
            bool a = i >= found[k].first && i < found[k].end;
            bool b = i >= night->first && i < night->end;
            agree += a == b;
            ours += a;
            theirs += b;
            n++;
        }
    }
    double chance = (ours * theirs + (n - ours) * (n - theirs)) / (n * n);
    return (agree / n - chance) / (1 - chance);
}

struct window_errors window_errors_of(const struct couples *self,
                                      const struct found_window *found)
{
    static double off[NIGHTS_MAX];
    struct window_errors out = {.kappa = kappa_of(self, found)};
    for (int which = 0; which < 2; which++) {
        size_t n = 0;
        double sum = 0, bias = 0;
        for (size_t k = 0; k < self->n_nights; k++) {
            if (found[k].end > found[k].first) {
                double error = error_of(&self->night[k], found[k], which);
                off[n++] = fabs(error);
                sum += fabs(error);
                bias += error;
            }
        }
        qsort(off, n, sizeof *off, by_value);
        out.n = n;
        out.missed = self->n_nights - n;
        out.mae[which] = sum / (double)n;
        out.bias[which] = bias / (double)n;
        out.median[which] = n == 0 ? (double)NAN : (off[n / 2] + off[(n - 1) / 2]) / 2;
    }
    return out;
}

/* xorshift64*: the same numbers everywhere. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

void window_bootstrap(const struct couples *self, const struct found_window *found,
                      const struct found_window *other, int which_end, size_t rounds,
                      double outside, double interval[2])
{
    double sum[WATCHES_MAX] = {0}, count[WATCHES_MAX] = {0};
    int couple[WATCHES_MAX];
    size_t n = 0;
    for (size_t k = 0; k < self->n_nights; k++) {
        const struct scored_night *night = &self->night[k];
        int id = self->watch[night->watch].couple;
        size_t c = 0;
        while (c < n && couple[c] != id) {
            c++;
        }
        n += c == n;
        couple[c] = id;
        double other_error = other != NULL ? fabs(error_of(night, other[k], which_end)) : 0;
        sum[c] += fabs(error_of(night, found[k], which_end)) - other_error;
        count[c]++;
    }
    double *mean = calloc(rounds, sizeof *mean);
    assert_non_null(mean);
    uint64_t state = UINT64_C(20261122);
    for (size_t r = 0; r < rounds; r++) {
        double total = 0, nights = 0;
        for (size_t k = 0; k < n; k++) {
            size_t c = (size_t)(next_random(&state) % n);
            total += sum[c];
            nights += count[c];
        }
        mean[r] = total / nights;
    }
    qsort(mean, rounds, sizeof *mean, by_value);
    interval[0] = mean[(size_t)(outside / 2 * (double)rounds)];
    interval[1] = mean[(size_t)((1 - outside / 2) * (double)rounds)];
    free(mean);
}
