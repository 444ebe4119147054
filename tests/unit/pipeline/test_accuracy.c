/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How close the default recipe comes to the truth, on simulated people. A quick part runs with
 * every `make test`; `make accuracy` runs all of it and prints the table by kind of person.
 *
 * A night is clean when the recorder was worn throughout and the person fell asleep within half
 * an hour of lights out (truth_is_clean()). On clean nights onset and wake must each lie within
 * 5 minutes of the truth in 95 of 100 nights. The simulator knows nothing of the detector.
 */
#include "tests/support/check.h"
#include "tests/support/simulated.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "src/pipeline/analyze.h"

#define SHARE_WANTED 0.95
#define LIMIT_MIN 5.0
#define NIGHTS_MAX 1200

struct tally { /* errors in minutes, found - true */
    double onset[NIGHTS_MAX], wake[NIGHTS_MAX];
    int n, missed, excluded;
};

static struct tally tallies[16];
static bool is_full;
static uint64_t first_seed = 100; /* YOAKE_ACCURACY_SEED: other people */
static bool is_telling;           /* one line a night that is off */
static bool is_quiet;             /* no table */

struct variant { /* one recorder of the cohort */
    double rate_hz;
    bool is_ax6, is_unpacked;
    int restarts, gaps, bad_sectors, nonwear;
    int days;
    const char *zone;
    struct civil_date start;
};

static enum yk_status analyse(const struct simulated *made, const struct zone *zone,
                              struct analysis *out, struct failure *why)
{
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct parameters parameters;
    const struct open_options open_options = {.zone = zone};
    analysis_init(out);
    enum yk_status status = parameters_of_recipe(RECIPE_DEFAULT, &parameters, why);
    if (status == YK_OK) {
        status = memory_source_open(made->at, made->n, "simulated.cwa", &bytes, why);
    }
    if (status == YK_OK) {
        status = recording_open_source(bytes, &open_options, &source, why);
        if (status != YK_OK) {
            byte_source_close(bytes);
        }
    }
    if (status == YK_OK) {
        const struct analyze_options options = {.recipe = RECIPE_DEFAULT,
                                                .parameters = &parameters};
        status = analyze_recording(source, zone, &options, out, NULL, why);
    }
    recording_source_close(source);
    return status;
}

static int64_t overlap(const struct night *night, const struct sleep *sleep)
{
    if (night->onset_ns == TIME_UNKNOWN || night->wake_ns == TIME_UNKNOWN) {
        return 0;
    }
    int64_t from = night->onset_ns > sleep->onset_ns ? night->onset_ns : sleep->onset_ns;
    int64_t to = night->wake_ns < sleep->wake_ns ? night->wake_ns : sleep->wake_ns;
    return to > from ? to - from : 0;
}

static const struct night *night_of(const struct analysis *analysis, const struct sleep *sleep)
{
    const struct night *best = NULL;
    int64_t most = 0;
    for (size_t i = 0; i < analysis->n_nights; i++) {
        int64_t shared = overlap(&analysis->nights[i], sleep);
        if (shared > most) {
            most = shared;
            best = &analysis->nights[i];
        }
    }
    return best;
}

static void tell(const struct simulation *simulation, const struct sleep *sleep,
                 const struct night *night, double onset_min, double wake_min)
{
    char onset[40];
    char wake[40];
    zone_format_iso(simulation->zone, sleep->onset_ns, 0, onset);
    zone_format_iso(simulation->zone, sleep->wake_ns, 0, wake);
    printf("  %-10s seed %-4llu true %s .. %s: onset %+.1f wake %+.1f min; lights out %.0f min "
           "before onset, in bed %.0f, up %.0f min after wake%s%s\n",
           simulation->kind->id, (unsigned long long)simulation->seed, onset, wake, onset_min,
           wake_min, (double)(sleep->onset_ns - sleep->lights_out_ns) / 60e9,
           (double)(sleep->onset_ns - sleep->in_bed_ns) / 60e9,
           (double)(sleep->out_of_bed_ns - sleep->wake_ns) / 60e9,
           night == NULL         ? " (missed)"
           : night->exclude != 0 ? " (not counted: "
                                 : "",
           night != NULL && night->exclude != 0 ? night_exclude_word(night->exclude) : "");
}

static void compare(const struct simulation *simulation, const struct truth *truth,
                    const struct analysis *analysis, struct tally *tally)
{
    for (size_t i = 0; i < truth->plan.n_sleeps; i++) {
        const struct sleep *sleep = &truth->plan.sleeps[i];
        if (sleep->is_nap || !truth_is_clean(truth, sleep) || tally->n >= NIGHTS_MAX) {
            continue;
        }
        const struct night *night = night_of(analysis, sleep);
        double onset = NAN;
        double wake = NAN;
        if (night != NULL) {
            onset = (double)(night->onset_ns - sleep->onset_ns) / 60e9;
            wake = (double)(night->wake_ns - sleep->wake_ns) / 60e9;
            tally->excluded += night->exclude != 0;
        } else {
            tally->missed++;
        }
        tally->onset[tally->n] = onset;
        tally->wake[tally->n++] = wake;
        if (is_telling && !(fabs(onset) <= LIMIT_MIN && fabs(wake) <= LIMIT_MIN)) {
            tell(simulation, sleep, night, onset, wake);
        }
    }
}

static void run_variant(const char *kind, uint64_t seed, const struct variant *v,
                        struct tally *tally)
{
    struct zone *zone = NULL;
    struct simulation simulation;
    struct simulated made;
    struct analysis analysis;
    struct failure why = {0};
    assert_int_equal(zone_open(v->zone, &zone, &why), YK_OK);
    simulation_init(&simulation, zone);
    simulation.kind = person_kind_find(kind);
    simulation.seed = seed;
    simulation.days = v->days;
    simulation.start_ns = zone_instant_of_day(zone, v->start, 10 * 3600);
    simulation.recorder.rate_hz = v->rate_hz;
    simulation.recorder.is_ax6 = v->is_ax6;
    simulation.recorder.gyro_dps = v->is_ax6 ? 500 : 0;
    simulation.recorder.firmware = v->is_ax6 ? 55 : 50;
    simulation.recorder.is_unpacked = v->is_unpacked;
    simulation.restarts = v->restarts;
    simulation.gaps = v->gaps;
    simulation.bad_sectors = v->bad_sectors;
    simulation.nonwear = v->nonwear;
    simulation_name(&simulation);
    enum yk_status status = simulated_make(&made, &simulation, &why);
    if (status == YK_OK) {
        status = analyse(&made, zone, &analysis, &why);
    }
    if (status != YK_OK) {
        fail_msg("%s seed %llu: %s", kind, (unsigned long long)seed, why.text);
    }
    compare(&simulation, &made.truth, &analysis, tally);
    analysis_release(&analysis);
    simulated_release(&made);
    zone_close(zone);
}

/* ---- the table ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

struct summary {
    double within, median, mean, p95, bias;
};

static struct summary summarize(const double *error, int n)
{
    static double size[NIGHTS_MAX];
    struct summary s = {0, 0, 0, 0, 0};
    int known = 0;
    for (int i = 0; i < n; i++) {
        if (!isnan(error[i])) {
            size[known++] = fabs(error[i]);
            s.within += fabs(error[i]) <= LIMIT_MIN;
            s.mean += fabs(error[i]);
            s.bias += error[i];
        }
    }
    qsort(size, (size_t)known, sizeof size[0], by_value);
    s.within /= n > 0 ? n : 1;
    if (known > 0) {
        s.mean /= known;
        s.bias /= known;
        s.median = size[known / 2];
        s.p95 = size[(int)(0.95 * (known - 1))];
    }
    return s;
}

static void print_row(const char *name, const struct tally *t)
{
    if (is_quiet) {
        return;
    }
    struct summary onset = summarize(t->onset, t->n);
    struct summary wake = summarize(t->wake, t->n);
    printf(
        "%-22s %5d %6d %6d | %5.1f %6.2f %6.2f %6.1f %+6.2f | %5.1f %6.2f %6.2f %6.1f %+6.2f\n",
        name, t->n, t->missed, t->excluded, 100 * onset.within, onset.median, onset.mean,
        onset.p95, onset.bias, 100 * wake.within, wake.median, wake.mean, wake.p95, wake.bias);
}

static void print_head(void)
{
    if (is_quiet) {
        return;
    }
    printf("%-22s %5s %6s %6s | %-33s | %s\n", "minutes", "clean", "missed", "not", "onset",
           "wake");
    printf("%-22s %5s %6s %6s | %5s %6s %6s %6s %6s | %5s %6s %6s %6s %6s\n", "", "nights", "",
           "cntd", "<=5 %", "median", "mean", "95 %", "bias", "<=5 %", "median", "mean", "95 %",
           "bias");
}

static void add_up(const struct tally *from, struct tally *to)
{
    for (int i = 0; i < from->n && to->n < NIGHTS_MAX; i++) {
        to->onset[to->n] = from->onset[i];
        to->wake[to->n++] = from->wake[i];
    }
    to->missed += from->missed;
    to->excluded += from->excluded;
}

static void check_share(const char *name, const struct tally *t)
{
    double onset = summarize(t->onset, t->n).within;
    double wake = summarize(t->wake, t->n).within;
    if (onset < SHARE_WANTED || wake < SHARE_WANTED) {
        fail_msg("%s: onset within 5 min on %.1f %%, wake on %.1f %% of %d clean nights", name,
                 100 * onset, 100 * wake, t->n);
    }
}

/* ---- the cohorts ---- */

static const struct variant PLAIN = {
    .rate_hz = 25, .days = 10, .zone = "Asia/Tokyo", .start = {2026, 5, 11}};

static void clean_nights_are_found_to_five_minutes(void **state)
{
    (void)state;
    static struct tally all;
    struct variant v = PLAIN;
    int people = is_full ? 8 : 1;
    v.rate_hz = is_full ? 25 : 12.5;
    v.days = CHECK_IS_SLOW ? 2 : v.days;
    print_head();
    for (size_t k = 0; k < (CHECK_IS_SLOW ? 2 : person_kind_count()); k++) {
        const char *kind = person_kind_at(k)->id;
        for (int i = 0; i < people; i++) {
            run_variant(kind, first_seed + 17 * k + (uint64_t)i, &v, &tallies[k]);
        }
        print_row(kind, &tallies[k]);
        add_up(&tallies[k], &all);
    }
    print_row("all", &all);
    fflush(stdout);
    assert_true(all.n >= (is_full ? 300 : CHECK_IS_SLOW ? 1 : 45));
    assert_true(all.missed <= all.n / 50);
    check_share("all kinds", &all);
}

static void recorders_of_all_sorts_give_the_same_accuracy(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct variant v;
    } cases[] = {
        {"100 Hz", {100, .days = 7, .zone = "Asia/Tokyo", .start = {2026, 5, 11}}},
        {"unpacked",
         {25, .is_unpacked = true, .days = 8, .zone = "Asia/Tokyo", .start = {2026, 5, 11}}},
        {"AX6, exchanged",
         {25, .is_ax6 = true, .days = 8, .zone = "Asia/Tokyo", .start = {2026, 5, 11}}},
        {"restarts, gaps, bad",
         {25, .restarts = 3, .gaps = 6, .bad_sectors = 20, .nonwear = 3, .days = 10,
          .zone = "Asia/Tokyo", .start = {2026, 5, 11}}},
    };
    static struct tally all;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        static struct tally tally;
        tally = (struct tally){.n = 0};
        if (!is_full && cases[c].v.rate_hz > 50) {
            continue;
        }
        struct variant v = cases[c].v;
        v.days = is_full ? v.days : 3;
        int people = is_full ? 12 : 1;
        for (int i = 0; i < people; i++) {
            run_variant(person_kind_at((size_t)i % person_kind_count())->id,
                        first_seed + 200 + 31 * c + (uint64_t)i, &v, &tally);
        }
        print_row(cases[c].name, &tally);
        assert_int_equal(tally.missed, 0);
        add_up(&tally, &all);
    }
    print_row("all recorders", &all);
    if (is_full) { /* each alone has too few nights to tell 95 % from 90 or 99 */
        check_share("all recorders", &all);
    }
}

/* Runs one person and hands truth and analysis to a check. */
static void with_person(const struct simulation *wanted,
                        void (*check)(const struct simulation *, const struct truth *,
                                      const struct analysis *))
{
    struct simulation simulation = *wanted;
    struct simulated made;
    struct analysis analysis;
    struct failure why = {0};
    simulation_name(&simulation);
    enum yk_status status = simulated_make(&made, &simulation, &why);
    if (status == YK_OK) {
        status = analyse(&made, simulation.zone, &analysis, &why);
    }
    if (status != YK_OK) {
        fail_msg("seed %llu: %s", (unsigned long long)simulation.seed, why.text);
    }
    check(&simulation, &made.truth, &analysis);
    analysis_release(&analysis);
    simulated_release(&made);
}

static void check_still(const struct simulation *simulation, const struct truth *truth,
                        const struct analysis *analysis)
{
    (void)simulation;
    int nights = 0;
    double stillness_pct = 0;
    for (size_t i = 0; i < truth->plan.n_sleeps; i++) {
        const struct sleep *sleep = &truth->plan.sleeps[i];
        if (sleep->is_nap || !truth_is_clean(truth, sleep)) {
            continue;
        }
        const struct night *night = night_of(analysis, sleep);
        if (night == NULL) {
            fail_msg("a night is missing");
            return;
        }
        assert_int_equal(night->exclude, 0);
        assert_close(night->nonwear_in_spt_pct, 0, 0.5);
        stillness_pct += night->nonwear_stillness_in_spt_pct;
        nights++;
    }
    assert_true(nights >= 6);
    /* the rule of stillness alone would take something away from these nights */
    assert_true(stillness_pct > 1);
}

static void still_sleepers_keep_their_nights(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    struct simulation simulation;
    assert_int_equal(zone_open("Asia/Tokyo", &zone, NULL), YK_OK);
    simulation_init(&simulation, zone);
    simulation.kind = person_kind_find("still");
    simulation.recorder.rate_hz = is_full ? 25 : 12.5;
    for (simulation.seed = 1; simulation.seed <= (is_full ? 6 : 1); simulation.seed++) {
        with_person(&simulation, check_still);
    }
    zone_close(zone);
}

/* The clock of the recorder knows no summer time: the reader must not invent or lose an hour.
 */
static void check_clock_change(const struct simulation *simulation, const struct truth *truth,
                               const struct analysis *analysis)
{
    int changed = 0;
    for (size_t i = 0; i < truth->plan.n_sleeps; i++) {
        const struct sleep *sleep = &truth->plan.sleeps[i];
        if (sleep->is_nap || !truth_is_clean(truth, sleep)) {
            continue;
        }
        const struct night *night = night_of(analysis, sleep);
        if (night == NULL) {
            fail_msg("a night is missing");
            return;
        }
        assert_int_equal(civil_compare(night->evening, sleep->evening), 0);
        bool is_changed = zone_offset_s(simulation->zone, sleep->onset_ns) !=
                          zone_offset_s(simulation->zone, sleep->wake_ns);
        changed += is_changed;
        double spt_min = (double)(night->wake_ns - night->onset_ns) / 60e9;
        assert_close(night->spt_min, spt_min, 0.1);
        if (is_changed) { /* an hour lost or invented would show in either */
            assert_close((double)(night->onset_ns - sleep->onset_ns) / 60e9, 0, 15);
            assert_close((double)(night->wake_ns - sleep->wake_ns) / 60e9, 0, 15);
        }
    }
    assert_int_equal(changed, 1);
    assert_close((double)(analysis->info.start_ns - truth->start_ns) / 1e9, 0, 0.05);
    assert_close((double)(analysis->info.end_ns - truth->end_ns) / 1e9, 0, 11);
}

static void clock_changes_shift_nothing(void **state)
{
    (void)state;
    const struct civil_date starts[] = {{2026, 3, 26}, {2026, 10, 22}};
    struct zone *zone = NULL;
    struct simulation simulation;
    assert_int_equal(zone_open("Europe/London", &zone, NULL), YK_OK);
    for (size_t i = 0; i < (CHECK_IS_SLOW ? 1 : 2); i++) {
        simulation_init(&simulation, zone);
        simulation.start_ns = zone_instant_of_day(zone, starts[i], 10 * 3600);
        simulation.recorder.rate_hz = 12.5;
        simulation.days = 5;
        simulation.seed = 12 + i;
        with_person(&simulation, check_clock_change);
    }
    zone_close(zone);
}

/* Share of a stretch that the analysis calls nonwear, in percent. */
static double nonwear_share(const struct analysis *analysis, int64_t from_ns, int64_t to_ns)
{
    const struct epoch_series *e = &analysis->epochs;
    int n = 0;
    int off = 0;
    for (size_t k = 0; k < e->n; k++) {
        int64_t t = epoch_start_ns(e, k);
        if (t >= from_ns && t < to_ns) {
            n++;
            off += (e->state[k] & STATE_NONWEAR) != 0;
        }
    }
    return n > 0 ? 100.0 * off / n : 0;
}

static void check_nonwear(const struct simulation *simulation, const struct truth *truth,
                          const struct analysis *analysis)
{
    (void)simulation;
    int long_ones = 0;
    for (size_t i = 0; i < truth->plan.n_nonwear; i++) {
        const struct stretch *off = &truth->plan.nonwear[i];
        double minutes = (double)(off->end_ns - off->start_ns) / 60e9;
        if (minutes >= 75) { /* shorter ones no rule of an hour can see */
            assert_true(nonwear_share(analysis, off->start_ns, off->end_ns) > 60);
            long_ones++;
        }
    }
    assert_true(long_ones >= 1);
    for (size_t i = 0; i < truth->plan.n_sleeps; i++) {
        const struct sleep *s = &truth->plan.sleeps[i];
        if (truth_is_clean(truth, s)) {
            assert_close(nonwear_share(analysis, s->onset_ns, s->wake_ns), 0, 2);
        }
    }
}

static void a_recorder_on_the_table_is_noticed_by_day_and_by_night(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    struct simulation simulation;
    assert_int_equal(zone_open("Asia/Tokyo", &zone, NULL), YK_OK);
    simulation_init(&simulation, zone);
    simulation.recorder.rate_hz = 12.5;
    simulation.days = 5;
    simulation.nonwear = 4;
    simulation.nonwear_in_bed = 1;
    for (simulation.seed = 21; simulation.seed <= (is_full ? 30 : 21); simulation.seed++) {
        with_person(&simulation, check_nonwear);
    }
    zone_close(zone);
}

int main(void)
{
    const char *wish = getenv("YOAKE_ACCURACY");
    const char *seed = getenv("YOAKE_ACCURACY_SEED");
    int64_t number = 0;
    if (seed != NULL && text_parse_int64(seed, strlen(seed), &number) && number >= 0) {
        first_seed = (uint64_t)number;
    }
    is_full = wish != NULL && strstr(wish, "full") != NULL;
    is_quiet = wish == NULL;
    is_telling = wish != NULL && strstr(wish, "tell") != NULL;
    const struct CMUnitTest few[] = {
        cmocka_unit_test(clean_nights_are_found_to_five_minutes),
        cmocka_unit_test(clock_changes_shift_nothing),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_nights_are_found_to_five_minutes),
        cmocka_unit_test(recorders_of_all_sorts_give_the_same_accuracy),
        cmocka_unit_test(still_sleepers_keep_their_nights),
        cmocka_unit_test(clock_changes_shift_nothing),
        cmocka_unit_test(a_recorder_on_the_table_is_noticed_by_day_and_by_night),
    };
    return CHECK_IS_SLOW ? cmocka_run_group_tests(few, NULL, NULL)
                         : cmocka_run_group_tests(tests, NULL, NULL);
}
