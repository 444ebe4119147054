/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What merge refuses, and that it then writes nothing. That it writes what one process does is
 * shown by tests/golden/batch_shards.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/pipeline/merge.h"
#include "src/pipeline/shard.h"

#define HASH_A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HASH_B "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char folder[4096], output[5000];

static int set_up(void **state)
{
    (void)state;
    char path[5000];
    snprintf(folder, sizeof folder, "%s", check_scratch("merge"));
    snprintf(output, sizeof output, "%s/tables", folder);
    snprintf(path, sizeof path, "%s/" SHARD_MANIFEST, folder);
    check_write_text(path,
                     "recording_id,path,bytes,sha256,state,reason\na,a.cwa,1," HASH_A ",,\n"
                     "b,b.cwa,1," HASH_B ",,\n");
    snprintf(path, sizeof path, "%s/" SHARD_FOLDER, folder);
    assert_int_equal(mkdir(path, 0700), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    check_remove(folder);
    return 0;
}

/* A shard that has finished one recording, with these settings and this night. */
static void make_shard(const char *name, const char *id, const char *sha256,
                       const char *settings, const char *night)
{
    char path[5000];
    struct cohort_db *db = NULL;
    struct cohort_result r;
    snprintf(path, sizeof path, "%s/" SHARD_FOLDER "/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/" SHARD_FOLDER "/%s/cohort.sqlite", folder, name);
    assert_int_equal(cohort_db_open(path, COHORT_NETWORK, &db, NULL), YK_OK);
    cohort_result_init(&r);
    snprintf(r.recording_id, sizeof r.recording_id, "%s", id);
    snprintf(r.work_key, sizeof r.work_key, "work");
    snprintf(r.settings_key, sizeof r.settings_key, "%s", settings);
    snprintf(r.input_sha256, sizeof r.input_sha256, "%s", sha256);
    snprintf(r.h5_sha256, sizeof r.h5_sha256, "%s", sha256);
    snprintf(r.status, sizeof r.status, "done");
    text_add(&r.part[COHORT_NIGHT], night);
    assert_int_equal(cohort_db_put(db, &r, NULL), YK_OK);
    cohort_result_release(&r);
    cohort_db_close(db);
}

/* The sentence must have the words, and nothing may be written. */
static void refuse(const char *to, enum yk_status expected, const char *words)
{
    struct merge_options options = {.folder = folder, .output = to};
    struct batch_totals totals = {0};
    struct failure why = {0};
    assert_int_equal(merge_run(&options, &totals, NULL, &why), expected);
    if (strstr(why.text, words) == NULL) {
        fail_msg("it said: %s", why.text);
    }
    assert_int_not_equal(access(output, F_OK), 0);
}

static void shards_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    make_shard("0000-of-0002", "a", HASH_A, "s", "a,7:00\n");
    make_shard("0000-of-0003", "a", HASH_A, "s", "a,7:01\n");
    refuse(output, YK_ERR_CONFLICT, "contradict each other about a");
}

static void shards_of_other_settings_are_refused(void **state)
{
    (void)state;
    make_shard("0000-of-0002", "a", HASH_A, "s", "a,7:00\n");
    make_shard("0000-of-0003", "a", HASH_A, "t", "a,7:00\n");
    refuse(output, YK_ERR_CONFLICT, "different recipes");
}

static void a_result_of_another_content_counts_as_missing(void **state)
{
    (void)state;
    make_shard("0000-of-0002", "a", HASH_B, "s", "a,7:00\n");
    refuse(output, YK_ERR_TOO_LITTLE, "2 of 2 recordings are in no shard yet, the first a");
}

static void the_folder_of_the_shards_is_no_place_for_tables(void **state)
{
    (void)state;
    make_shard("0000-of-0002", "a", HASH_A, "s", "a,7:00\n");
    refuse(folder, YK_ERR_ARGUMENT, "name another one");
}

static void a_result_without_its_file_is_refused(void **state)
{
    (void)state;
    make_shard("0000-of-0001", "a", HASH_A, "s", "a,7:00\n");
    refuse(output, YK_ERR_NO_DEVICE, "recordings/a.h5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shards_that_contradict_each_other_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(shards_of_other_settings_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_result_of_another_content_counts_as_missing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_folder_of_the_shards_is_no_place_for_tables, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_result_without_its_file_is_refused, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
