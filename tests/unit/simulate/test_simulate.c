/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_open.h"
#include "tests/support/simulated.h"

#include <math.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "src/base/digest.h"

static void make(struct simulated *out, struct simulation *simulation)
{
    struct failure why;
    simulation_name(simulation);
    if (simulated_make(out, simulation, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
}

static void read_all(const struct simulated *made, const struct zone *zone, int session,
                     struct recording_source **out)
{
    const struct open_options options = {.zone = zone, .session = session};
    *out = open_memory(made->at, made->n, "simulated.cwa", &options);
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    enum yk_status status = YK_OK;
    while (status == YK_OK) {
        status = (*out)->ops->next_samples(*out, &block, NULL);
    }
    assert_int_equal(status, YK_END);
    sample_block_release(&block);
}

static void the_bytes_depend_on_options_and_seed_only(void **state)
{
    (void)state;
    /* Whoever changes the model changes SIMULATE_VERSION and these hashes together. */
    static const struct {
        const char *kind;
        bool is_ax6;
        const char *sha256;
    } cases[] = {
        {"regular", false, "0c8055bb95d9cfa9d18553ac13570a1f5e50e00e1499a69a09582587339ca256"},
        {"shift", true, "439dcc794d006d4481f6df8309eb0abdd2b974614ebbffc0412ed294a5aa4fe0"},
    };
    struct zone *zone = open_zone("Asia/Tokyo");
    for (size_t i = 0; i < 2; i++) {
        struct simulation simulation;
        struct simulated made;
        char hex[DIGEST_HEX];
        simulation_init(&simulation, zone);
        simulation.kind = person_kind_find(cases[i].kind);
        simulation.recorder.is_ax6 = cases[i].is_ax6;
        simulation.recorder.gyro_dps = cases[i].is_ax6 ? 1000 : 0;
        simulation.recorder.rate_hz = 25;
        simulation.days = 0.75;
        simulation.nonwear = 1;
        simulation.restarts = 1;
        simulation.gaps = 1;
        simulation.bad_sectors = 2;
        make(&made, &simulation);
        digest_of_memory(made.at, made.n, hex);
        assert_string_equal(hex, cases[i].sha256);
        simulated_release(&made);
    }
    assert_int_equal(SIMULATE_VERSION, 1);
    zone_close(zone);
}

static void another_seed_is_another_person(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    struct simulation simulation;
    struct simulated a, b;
    simulation_init(&simulation, zone);
    simulation.recorder.rate_hz = 12.5;
    simulation.days = 0.5;
    make(&a, &simulation);
    simulation.seed = 2;
    make(&b, &simulation);
    assert_true(a.n != b.n || memcmp(a.at, b.at, a.n) != 0);
    assert_true(a.truth.plan.sleeps[1].onset_ns != b.truth.plan.sleeps[1].onset_ns);
    simulated_release(&a);
    simulated_release(&b);
    zone_close(zone);
}

static void the_reader_finds_every_fault_and_every_sample(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct simulation simulation;
        struct simulated made;
        struct recording_source *source = NULL;
        simulation_init(&simulation, zone);
        simulation.recorder.rate_hz = 25;
        simulation.recorder.is_unpacked = seed % 2 == 0;
        simulation.days = 1;
        simulation.seed = seed;
        simulation.restarts = 2;
        simulation.gaps = 3;
        simulation.bad_sectors = 4;
        simulation.recorder.subject = "P 07/a";
        make(&made, &simulation);
        read_all(&made, zone, 0, &source);
        const struct truth *t = &made.truth;
        assert_string_equal(source->info.person_id, "P 07/a");
        assert_int_equal(source->report.bad_blocks, t->n_bad);
        assert_int_equal(source->report.restarts, t->n_restarts);
        assert_int_equal(source->report.n_samples, t->n_samples);
        assert_int_equal(source->report.clock_jumps, 0);
        assert_close((double)(source->info.start_ns - t->start_ns) / 1e9, 0, 0.05);
        assert_close((double)(source->info.end_ns - t->end_ns) / 1e9, 0, 11);
        recording_source_close(source);
        simulated_release(&made);
    }
    zone_close(zone);
}

static void spoilt_sectors_are_where_the_truth_says(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    struct simulation simulation;
    struct simulated made;
    simulation_init(&simulation, zone);
    simulation.recorder.rate_hz = 25;
    simulation.days = 0.5;
    simulation.bad_sectors = 20;
    make(&made, &simulation);
    const struct truth *t = &made.truth;
    size_t found = 0;
    for (uint64_t i = 0; i < t->n_sectors; i++) {
        struct cwa_sector sector;
        const uint8_t *at = made.at + CWA_HEADER_BYTES + i * CWA_SECTOR_BYTES;
        if (cwa_sector_check(at, &sector) != CWA_GOOD) {
            assert_true(found < t->n_bad);
            assert_int_equal(t->bad[found].index, i);
            found++;
        }
    }
    assert_int_equal(found, t->n_bad);
    assert_true(t->n_bad >= 15);
    simulated_release(&made);
    zone_close(zone);
}

static void a_clock_that_gains_shows_it(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    struct simulation simulation;
    struct simulated made;
    struct recording_source *source = NULL;
    simulation_init(&simulation, zone);
    simulation.recorder.rate_hz = 12.5;
    simulation.days = 2;
    simulation.clock_ppm = 500;
    make(&made, &simulation);
    read_all(&made, zone, 0, &source);
    double off_s = (double)(source->info.end_ns - made.truth.end_ns) / 1e9;
    assert_close(off_s, 2 * 86400 * 500e-6, 22);
    recording_source_close(source);
    simulated_release(&made);
    zone_close(zone);
}

static void a_recorder_that_never_started_has_a_header(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    struct simulation simulation;
    struct simulated made;
    struct cwa_header header;
    simulation_init(&simulation, zone);
    simulation.is_header_only = true;
    make(&made, &simulation);
    assert_int_equal(made.n, CWA_HEADER_BYTES);
    assert_true(cwa_header_get(made.at, &header));
    struct civil_time start;
    assert_true(cwa_time_get(header.start, &start));
    assert_int_equal(start.second_of_day, 10 * 3600);
    assert_int_equal(start.date.day, 11);
    simulated_release(&made);
    zone_close(zone);
}

static void two_sessions_are_told_apart(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    struct simulation simulation;
    struct simulated made;
    struct recording_source *source = NULL;
    simulation_init(&simulation, zone);
    simulation.recorder.rate_hz = 25;
    simulation.days = 1;
    simulation.has_two_sessions = true;
    make(&made, &simulation);
    read_all(&made, zone, 0, &source);
    assert_int_equal(source->report.sessions, 2);
    recording_source_close(source);
    simulated_release(&made);
    zone_close(zone);
}

static void truth_is_valid_and_says_what_was_done(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Europe/London");
    struct simulation simulation;
    struct simulated made;
    struct text json;
    text_init(&json);
    simulation_init(&simulation, zone);
    simulation.recorder.rate_hz = 12.5;
    simulation.days = 2;
    simulation.nonwear = 1;
    make(&made, &simulation);
    truth_to_json(&made.truth, zone, &json);
    assert_int_equal(text_status(&json, NULL), YK_OK);
    const char *at = text_string(&json);
    assert_non_null(strstr(at, "\"nights\": ["));
    assert_non_null(strstr(at, "+01:00\""));
    assert_non_null(strstr(at, "\"off\"]"));
    int depth = 0;
    for (const char *c = at; *c != '\0'; c++) {
        depth += (*c == '{' || *c == '[') - (*c == '}' || *c == ']');
        assert_true(depth >= 0);
    }
    assert_int_equal(depth, 0);
    text_release(&json);
    simulated_release(&made);
    zone_close(zone);
}

static void nonsense_is_refused_with_a_sentence(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    struct failure why;
    for (int i = 0; i < 4; i++) {
        struct simulation simulation;
        struct simulated made;
        simulation_init(&simulation, zone);
        simulation.days = i == 0 ? 0 : i == 1 ? 400 : 1;
        simulation.clock_ppm = i == 2 ? 1e6 : 0;
        simulation.gaps = i == 3 ? -1 : 0;
        assert_int_equal(simulated_make(&made, &simulation, &why), YK_ERR_ARGUMENT);
        assert_true(strlen(why.text) > 20);
        simulated_release(&made);
    }
    zone_close(zone);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    for (uint64_t k = 1;; k++) {
        struct simulation simulation;
        struct simulated made;
        simulation_init(&simulation, zone);
        simulation.days = 0.1;
        simulation.recorder.rate_hz = 6.25;
        simulation.restarts = simulation.gaps = simulation.bad_sectors = 1;
        alloc_fail_at(k);
        enum yk_status status = simulated_make(&made, &simulation, NULL);
        bool refused = alloc_end(status, YK_OK);
        simulated_release(&made);
        if (!refused) {
            break;
        }
    }
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_depend_on_options_and_seed_only),
        cmocka_unit_test(another_seed_is_another_person),
        cmocka_unit_test(the_reader_finds_every_fault_and_every_sample),
        cmocka_unit_test(spoilt_sectors_are_where_the_truth_says),
        cmocka_unit_test(a_clock_that_gains_shows_it),
        cmocka_unit_test(a_recorder_that_never_started_has_a_header),
        cmocka_unit_test(two_sessions_are_told_apart),
        cmocka_unit_test(truth_is_valid_and_says_what_was_done),
        cmocka_unit_test(nonsense_is_refused_with_a_sentence),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
