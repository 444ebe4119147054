/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recorder whose clock gains 200 ppm (52 s in three days) beside the same invented person on
 * a recorder with a perfect clock: with both readings the first must tell what the second does.
 */
#include "tests/support/check.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "src/base/mem.h"
#include "src/h5/h5_analysis.h"
#include "src/model/clocked_source.h"
#include "src/store/loans.h"
#include "tests/support/simulated.h"
#include "tests/support/store_scene.h"

#define PPM 200.0
#define DAYS (CHECK_IS_SLOW ? 1.7 : 3.2)

static struct store_scene scene;
static struct zone *tokyo;
static struct failure why;
static char drifting_path[2400], perfect_path[2400];
static struct simulation simulation;

static void make_file(double ppm, const char *name, char path[static 2400])
{
    struct truth truth;
    simulation_init(&simulation, tokyo);
    simulation.days = DAYS;
    simulation.recorder.rate_hz = 12.5;
    simulation.clock_ppm = ppm;
    simulation.recorder.device_id = 39434;
    simulation.recorder.session_id = 77;
    truth_init(&truth);
    snprintf(path, 2400, "%s/%s", scene.root, name);
    if (simulate_file(&simulation, path, false, &truth, NULL, &why) != YK_OK)
        fail_msg("%s", why.text);
    truth_release(&truth);
}

static int make(void **state)
{
    (void)state;
    store_scene_make(&scene);
    assert_int_equal(zone_open("Asia/Tokyo", &tokyo, &why), YK_OK);
    make_file(PPM, "drifting.cwa", drifting_path);
    make_file(0, "perfect.cwa", perfect_path);
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    zone_close(tokyo);
    store_scene_remove(&scene);
    return 0;
}

/* What the PC would have read: the device is right at its first sample. */
static struct clock_reading read_at(int64_t pc_ns)
{
    double since_ms = (double)(pc_ns - simulation.start_ns) / 1e6;
    return (struct clock_reading){pc_ns, since_ms * PPM * 1e-6, 2};
}

static struct clock_map true_map(void)
{
    struct clock_reading issue = read_at(simulation.start_ns - 2 * NS_PER_H),
                         back = read_at(simulation.start_ns + 100 * NS_PER_H);
    return clock_map_between(&issue, &back);
}

static struct recording_source *open_file(const char *path)
{
    struct recording_source *source = NULL;
    struct open_options open = {.zone = tokyo};
    if (recording_open(path, &open, &source, &why) != YK_OK)
        fail_msg("%s", why.text);
    return source;
}

static struct recording_source *open_corrected(void)
{
    struct recording_source *clocked = NULL;
    struct clock_map map = true_map();
    assert_int_equal(map.state, CLOCK_MAP_APPLIED);
    assert_close(map.drift_ppm, PPM, 1e-9);
    assert_int_equal(clocked_source_open(open_file(drifting_path), &map, &clocked, &why),
                     YK_OK);
    return clocked;
}

struct blocks {
    int64_t *t0_ns;
    double *period_s;
    uint32_t *n;
    size_t count;
};

static struct blocks read_all(struct recording_source *source)
{
    struct sample_block block;
    struct blocks all = {NULL, NULL, NULL, 0};
    assert_int_equal(sample_block_init(&block, false, &why), YK_OK);
    while (source->ops->next_samples(source, &block, &why) == YK_OK) {
        all.t0_ns = realloc(all.t0_ns, (all.count + 1) * sizeof *all.t0_ns);
        all.period_s = realloc(all.period_s, (all.count + 1) * sizeof *all.period_s);
        all.n = realloc(all.n, (all.count + 1) * sizeof *all.n);
        all.t0_ns[all.count] = block.t0_ns;
        all.period_s[all.count] = block.period_s;
        all.n[all.count++] = block.n;
    }
    sample_block_release(&block);
    return all;
}

static void blocks_free(struct blocks *all)
{
    free(all->t0_ns);
    free(all->period_s);
    free(all->n);
}

static void corrected_blocks_stand_where_a_perfect_clock_puts_them(void **state)
{
    (void)state;
    struct recording_source *clocked = open_corrected(), *perfect = open_file(perfect_path),
                            *raw = open_file(drifting_path);
    struct blocks a = read_all(clocked), b = read_all(perfect), c = read_all(raw);
    double worst_s = 0, worst_raw_s = 0;
    assert_true(a.count > 100);
    assert_int_equal(a.count, b.count);
    for (size_t i = 0; i < a.count; i++) {
        assert_int_equal(a.n[i], b.n[i]);
        worst_s = fmax(worst_s, fabs((double)(a.t0_ns[i] - b.t0_ns[i]) / 1e9));
        worst_raw_s = fmax(worst_raw_s, fabs((double)(c.t0_ns[i] - b.t0_ns[i]) / 1e9));
        assert_close(a.period_s[i], c.period_s[i] / (1 + PPM * 1e-6), 1e-12);
    }
    /* A time stamp belongs to one of the samples, 80 ms apart at this rate. */
    assert_true(worst_s < 0.08);
    assert_close(worst_raw_s, DAYS * 86400 * PPM * 1e-6, 1);
    /* Both are told. */
    assert_true(clocked->info.device_start_ns == raw->info.start_ns &&
                clocked->info.device_end_ns == raw->info.end_ns);
    assert_true((double)(raw->info.end_ns - clocked->info.end_ns) / 1e9 >
                0.95 * DAYS * 86400 * PPM * 1e-6);
    assert_int_equal(clocked->info.clock.state, CLOCK_MAP_APPLIED);
    assert_int_equal(clocked->report.n_samples, raw->report.n_samples);
    blocks_free(&a);
    blocks_free(&b);
    blocks_free(&c);
    recording_source_close(clocked);
    recording_source_close(perfect);
    recording_source_close(raw);
}

static void a_second_reading_and_a_cursor_give_the_same_blocks_bit_for_bit(void **state)
{
    (void)state;
    struct recording_source *clocked = open_corrected(), *cursor = NULL;
    struct blocks a = read_all(clocked);
    assert_int_equal(clocked->ops->rewind(clocked, &why), YK_OK);
    struct blocks b = read_all(clocked);
    assert_int_equal(a.count, b.count);
    assert_memory_equal(a.t0_ns, b.t0_ns, a.count * sizeof *a.t0_ns);
    assert_non_null(clocked->ops->open_at);
    for (size_t i = 0; i < a.count; i += 37) {
        int64_t inside = a.t0_ns[i] + (int64_t)(a.period_s[i] * a.n[i] * 0.5e9);
        assert_int_equal(clocked->ops->open_at(clocked, inside, &cursor, &why), YK_OK);
        struct sample_block block;
        assert_int_equal(sample_block_init(&block, false, &why), YK_OK);
        assert_int_equal(cursor->ops->next_samples(cursor, &block, &why), YK_OK);
        assert_true(block.t0_ns == a.t0_ns[i] && block.n == a.n[i]);
        sample_block_release(&block);
        recording_source_close(cursor);
    }
    blocks_free(&a);
    blocks_free(&b);
    recording_source_close(clocked);
}

/* ---- in the store ---- */

static void read_result(const char *h5_name, struct analysis *out)
{
    char path[2600];
    snprintf(path, sizeof path, "%s/recordings/%s", scene.folder, h5_name);
    analysis_init(out);
    if (h5_analysis_read(path, out, &why) != YK_OK)
        fail_msg("%s", why.text);
}

static void import_one(const char *path, const char *person, struct recording_row *row)
{
    struct import_result result;
    struct parameters parameters;
    assert_int_equal(person_add(&scene.store, person, NULL, NULL, &why), YK_OK);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, &why), YK_OK);
    struct import_options options = {
        .person = person, .recipe = RECIPE_DEFAULT, .parameters = &parameters};
    if (import_file(&scene.store, path, &options, &result, NULL, &why) != YK_OK)
        fail_msg("%s", why.text);
    *row = result.row;
}

static void analyze_again(struct recording_row *row, const char *recipe)
{
    struct parameters parameters;
    assert_int_equal(parameters_of_recipe(recipe, &parameters, &why), YK_OK);
    struct import_options options = {.recipe = recipe, .parameters = &parameters};
    if (import_analyze(&scene.store, row, &options, NULL, &why) != YK_OK)
        fail_msg("%s", why.text);
}

static void an_analysis_is_corrected_once_both_readings_are_known_and_stays_so(void **state)
{
    (void)state;
    struct recording_row perfect_row, row;
    struct analysis perfect, raw, corrected, again;
    struct clock_reading issue = read_at(simulation.start_ns - 2 * NS_PER_H),
                         back = read_at(simulation.start_ns + 100 * NS_PER_H);
    import_one(perfect_path, "P01", &perfect_row);
    read_result(perfect_row.h5_name, &perfect);
    assert_int_equal(perfect.info.clock.state, CLOCK_MAP_NONE);

    struct loan loan;
    loan_init(&loan);
    assert_int_equal(person_add(&scene.store, "P02", NULL, NULL, &why), YK_OK);
    snprintf(loan.device_serial, sizeof loan.device_serial, "39434");
    snprintf(loan.person, sizeof loan.person, "P02");
    loan.from_ns = simulation.start_ns - NS_PER_H;
    loan.session = 77;
    assert_int_equal(loan_add(&scene.store, &loan, &why), YK_OK);
    assert_int_equal(loan_confirm(&scene.store, loan.id, &issue, &why), YK_OK);
    struct import_result result;
    struct parameters parameters;
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, &why), YK_OK);
    struct import_options options = {
        .person = "P02", .recipe = RECIPE_DEFAULT, .parameters = &parameters};
    assert_int_equal(import_file(&scene.store, drifting_path, &options, &result, NULL, &why),
                     YK_OK);
    row = result.row;

    /* One reading: the device's own times, and it is said. */
    read_result(row.h5_name, &raw);
    assert_int_equal(raw.info.clock.state, CLOCK_MAP_ISSUE_ONLY);
    assert_true(raw.info.device_start_ns == TIME_UNKNOWN);

    assert_int_equal(loan_return(&scene.store, loan.id, back.at_ns, &back, &why), YK_OK);
    analyze_again(&row, RECIPE_DEFAULT);
    read_result(row.h5_name, &corrected);
    assert_int_equal(corrected.info.clock.state, CLOCK_MAP_APPLIED);
    assert_close(corrected.info.clock.drift_ppm, PPM, 1e-6);
    assert_true(corrected.info.device_start_ns == raw.info.start_ns);
    assert_true(corrected.info.device_end_ns == raw.info.end_ns);
    assert_close((double)(corrected.info.end_ns - perfect.info.end_ns) / 1e9, 0, 0.1);
    assert_close((double)(raw.info.end_ns - perfect.info.end_ns) / 1e9,
                 DAYS * 86.4 * PPM / 1000, 1);
    assert_int_equal(corrected.n_nights, perfect.n_nights);
    for (size_t i = 0; i < perfect.n_nights; i++) {
        /* on a grid of five seconds, edges may fall to either side */
        assert_close((double)(corrected.nights[i].wake_ns - perfect.nights[i].wake_ns) / 1e9, 0,
                     10);
        assert_close((double)(corrected.nights[i].onset_ns - perfect.nights[i].onset_ns) / 1e9,
                     0, 10);
    }

    /* Again, later: the same bytes of everything computed. */
    char sql[300];
    snprintf(
        sql, sizeof sql,
        "SELECT count(DISTINCT h5_sha256) FROM analysis WHERE recording = '%s' AND version "
        "> 1",
        row.id);
    analyze_again(&row, RECIPE_DEFAULT);
    assert_int_equal(row.version, 3);
    assert_int_equal(store_scene_number(&scene, sql), 1);
    read_result(row.h5_name, &again);
    assert_true(again.nights[0].wake_ns == corrected.nights[0].wake_ns);

    /* GGIR's grid follows the device's blocks: those are corrected, too. */
    struct analysis ggir;
    analyze_again(&row, "ggir-3.3");
    read_result(row.h5_name, &ggir);
    assert_int_equal(ggir.info.clock.state, CLOCK_MAP_APPLIED);
    assert_true(llabs(ggir.info.end_ns - corrected.info.end_ns) <= 1);
    analysis_release(&ggir);
    analysis_release(&perfect);
    analysis_release(&raw);
    analysis_release(&corrected);
    analysis_release(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corrected_blocks_stand_where_a_perfect_clock_puts_them),
        cmocka_unit_test(a_second_reading_and_a_cursor_give_the_same_blocks_bit_for_bit),
        cmocka_unit_test(an_analysis_is_corrected_once_both_readings_are_known_and_stays_so),
    };
    return cmocka_run_group_tests(tests, make, remove_all);
}
