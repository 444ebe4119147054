/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/simulate/simulate.h"
#include "tests/support/simulated.h"

struct place {
    struct zone *zone;
    const char *folder;
    char path[512], truth_path[512];
    struct simulation simulation;
};

static void place_open(struct place *p)
{
    assert_int_equal(zone_open("Asia/Tokyo", &p->zone, NULL), YK_OK);
    p->folder = check_scratch("simulate_file");
    snprintf(p->path, sizeof p->path, "%s/week1.cwa", p->folder);
    snprintf(p->truth_path, sizeof p->truth_path, "%s/week1.truth.json", p->folder);
    simulation_init(&p->simulation, p->zone);
    p->simulation.recorder.rate_hz = 6.25;
    p->simulation.days = 0.05;
    simulation_name(&p->simulation);
}

static void place_close(struct place *p)
{
    check_remove(p->folder);
    zone_close(p->zone);
}

static enum yk_status write_file(struct place *p, bool overwrite, struct job *job,
                                 struct failure *why)
{
    struct truth truth;
    truth_init(&truth);
    enum yk_status status = simulate_file(&p->simulation, p->path, overwrite, &truth, job, why);
    truth_release(&truth);
    return status;
}

static bool is_there(const char *path, const char *suffix)
{
    char name[600];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

static void a_file_and_its_truth_appear_together(void **state)
{
    (void)state;
    struct place p;
    struct simulated made;
    size_t n = 0;
    place_open(&p);
    assert_int_equal(write_file(&p, false, NULL, NULL), YK_OK);
    assert_int_equal(simulated_make(&made, &p.simulation, NULL), YK_OK);
    char *at = check_read_file(p.path, &n);
    assert_non_null(at);
    assert_int_equal(n, made.n);
    assert_memory_equal(at, made.at, n);
    free(at);
    at = check_read_file(p.truth_path, &n);
    assert_non_null(at);
    assert_int_equal(at[0], '{');
    free(at);
    assert_false(is_there(p.path, ".part"));
    assert_false(is_there(p.truth_path, ".part"));
    simulated_release(&made);
    place_close(&p);
}

static void a_file_that_is_there_is_kept_unless_told_otherwise(void **state)
{
    (void)state;
    struct place p;
    struct failure why;
    place_open(&p);
    assert_int_equal(write_file(&p, false, NULL, NULL), YK_OK);
    assert_int_equal(write_file(&p, false, NULL, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "--force"));
    assert_int_equal(unlink(p.path), 0); /* the truth alone is enough to refuse */
    assert_int_equal(write_file(&p, false, NULL, &why), YK_ERR_CONFLICT);
    assert_int_equal(write_file(&p, true, NULL, NULL), YK_OK);
    place_close(&p);
}

static void stopping_leaves_nothing_behind(void **state)
{
    (void)state;
    struct place p;
    const atomic_bool cancel = true;
    struct job job = {.cancel = &cancel};
    place_open(&p);
    assert_int_equal(write_file(&p, false, &job, NULL), YK_ERR_CANCELLED);
    assert_false(is_there(p.path, ""));
    assert_false(is_there(p.path, ".part"));
    assert_false(is_there(p.truth_path, ""));
    place_close(&p);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct place p;
    struct failure why;
    place_open(&p);
    snprintf(p.path, sizeof p.path, "%s/none/week1.cwa", p.folder);
    assert_int_equal(write_file(&p, false, NULL, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "none/week1.cwa"));
    place_close(&p);
}

static void the_truth_is_named_after_the_file(void **state)
{
    (void)state;
    struct text out;
    text_init(&out);
    simulate_truth_path("a/week1.cwa", &out);
    assert_string_equal(text_string(&out), "a/week1.truth.json");
    simulate_truth_path("week1.CWA2", &out);
    assert_string_equal(text_string(&out), "week1.CWA2.truth.json");
    text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_and_its_truth_appear_together),
        cmocka_unit_test(a_file_that_is_there_is_kept_unless_told_otherwise),
        cmocka_unit_test(stopping_leaves_nothing_behind),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
        cmocka_unit_test(the_truth_is_named_after_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
