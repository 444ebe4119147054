/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers of shards, whose a recording is, what other shards have, and taking their files.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/digest.h"
#include "src/pipeline/shard.h"
#include "tests/support/alloc.h"

static const char *slurm, *sge;

static const char *environment(const char *name)
{
    return strcmp(name, "SLURM_ARRAY_TASK_ID") == 0 ? slurm
           : strcmp(name, "SGE_TASK_ID") == 0       ? sge
                                                    : NULL;
}

static void a_shard_is_a_number_below_its_count(void **state)
{
    (void)state;
    static const struct {
        const char *text, *slurm, *sge;
        unsigned shard, n;
    } good[] = {{"0/1", NULL, NULL, 0, 1},
                {"39/40", NULL, NULL, 39, 40},
                {"auto/40", "7", NULL, 7, 40},
                {"auto/40", NULL, "7", 6, 40}, /* Grid Engine counts from 1 */
                {"/9999", "9998", "undefined", 9998, 9999},
                {"auto/4", "", "4", 3, 4},
                {"3/40", "7", NULL, 3, 40}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        unsigned shard = 77, n = 77;
        slurm = good[i].slurm;
        sge = good[i].sge;
        assert_int_equal(shard_parse(good[i].text, environment, &shard, &n, NULL), YK_OK);
        assert_int_equal(shard, good[i].shard);
        assert_int_equal(n, good[i].n);
    }
}

static void a_wrong_shard_is_refused_and_said(void **state)
{
    (void)state;
    static const struct {
        const char *text, *slurm, *sge, *say;
    } bad[] = {{"", NULL, NULL, "3/40"},
               {"3", NULL, NULL, "3/40"},
               {"3/", NULL, NULL, "3/40"},
               {"3/x", NULL, NULL, "3/40"},
               {"3/0", NULL, NULL, "at most"},
               {"0/10000", NULL, NULL, "9999"},
               {"40/40", NULL, NULL, "0 to 39"},
               {"-1/40", NULL, NULL, "is no number"},
               {"1.5/40", NULL, NULL, "is no num"},
               {" 1/40", NULL, NULL, "is no number"},
               {"1/40/2", NULL, NULL, "3/40"},
               {"99999999999/40", NULL, NULL, "is no number"},
               {"auto/40", NULL, NULL, "SLURM"},
               {"auto/40", "x", "undefined", "SLURM"},
               {"auto/4", "4", NULL, "0 to 3"},
               {"auto/4", NULL, "0", "-t 1-4"},
               {"Auto/4", "1", NULL, "is no num"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        unsigned shard = 77, n = 78;
        struct failure why = {0};
        slurm = bad[i].slurm;
        sge = bad[i].sge;
        assert_int_equal(shard_parse(bad[i].text, environment, &shard, &n, &why),
                         YK_ERR_ARGUMENT);
        if (strstr(why.text, bad[i].say) == NULL) {
            fail_msg("\"%s\" gave: %s", bad[i].text, why.text);
        }
        assert_int_equal(shard, 77);
        assert_int_equal(n, 78);
    }
}

static void a_recording_goes_where_the_first_32_bits_of_its_hash_say(void **state)
{
    (void)state;
    assert_int_equal(shard_of("00000029ffff", "x", 40), 1);
    assert_int_equal(shard_of("ffffffff00", "x", 10000), 4294967295u % 10000u);
    assert_int_equal(shard_of("deadbeef00", "x", 1), 0);
    char hex[DIGEST_HEX];
    digest_of_memory("in/a.cwa", 8, hex);
    assert_int_equal(shard_of("", "in/a.cwa", 97), shard_of(hex, "in/b.cwa", 97));
    struct text out;
    text_init(&out);
    assert_int_equal(shard_folder("run", 3, 40, &out, NULL), YK_OK);
    assert_string_equal(text_string(&out), "run/shards/0003-of-0040");
    text_release(&out);
}

/* A shard's folder with a database in it; a name that is no shard's gets one, too. */
static void make_shard(const char *folder, const char *name, const char *content)
{
    char path[5000];
    struct cohort_db *db = NULL;
    snprintf(path, sizeof path, "%s/" SHARD_FOLDER, folder);
    (void)mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/" SHARD_FOLDER "/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/" SHARD_FOLDER "/%s/cohort.sqlite", folder, name);
    if (content != NULL) {
        check_write_text(path, content);
    } else {
        assert_int_equal(cohort_db_open(path, COHORT_NETWORK, &db, NULL), YK_OK);
        cohort_db_close(db);
    }
}

static void peers_are_the_shards_of_other_counts(void **state)
{
    (void)state;
    const char *folder = check_scratch("peers");
    struct shard_peers *peers = NULL;
    struct shard_peers_options options = {.folder = folder};
    assert_int_equal(shard_peers_open(&options, &peers, NULL), YK_OK); /* none yet */
    assert_int_equal(shard_peers_count(peers), 0);
    shard_peers_close(peers);
    options.for_merge = true;
    assert_int_equal(shard_peers_open(&options, &peers, NULL), YK_ERR_NO_DEVICE);
    make_shard(folder, "0001-of-0005", NULL);
    make_shard(folder, "0000-of-0003", NULL);
    make_shard(folder, "0001-of-0003", NULL);
    make_shard(folder, "0001-of-0003.old", NULL);
    make_shard(folder, "keep", NULL);
    assert_int_equal(shard_peers_open(&options, &peers, NULL), YK_OK);
    assert_int_equal(shard_peers_count(peers), 3);
    assert_non_null(strstr(shard_peer_folder(peers, 0), "0000-of-0003"));
    assert_non_null(strstr(shard_peer_folder(peers, 2), "0001-of-0005"));
    assert_non_null(shard_peer_db(peers, 1));
    shard_peers_close(peers);
    options = (struct shard_peers_options){.folder = folder, .n_shards = 3};
    assert_int_equal(shard_peers_open(&options, &peers, NULL), YK_OK);
    assert_int_equal(shard_peers_count(peers), 1);
    shard_peers_close(peers);
    options.n_shards = 5;
    /* A damaged one: the task does without it, the merge says which. */
    make_shard(folder, "0000-of-0009", "no database at all, and longer than a header of one");
    assert_int_equal(shard_peers_open(&options, &peers, NULL), YK_OK);
    assert_int_equal(shard_peers_count(peers), 2);
    shard_peers_close(peers);
    struct failure why = {0};
    options = (struct shard_peers_options){.folder = folder, .for_merge = true};
    assert_int_not_equal(shard_peers_open(&options, &peers, &why), YK_OK);
    assert_non_null(strstr(why.text, "0000-of-0009"));
    check_remove(folder);
}

static void refused_memory_is_an_answer_of_its_own(void **state)
{
    (void)state;
    const char *folder = check_scratch("peers");
    make_shard(folder, "0000-of-0003", NULL);
    make_shard(folder, "0001-of-0003", NULL);
    struct shard_peers_options options = {.folder = folder, .for_merge = true};
    for (uint64_t k = 1;; k++) {
        struct shard_peers *peers = NULL;
        struct failure why = {0};
        alloc_fail_at(k);
        enum yk_status status = shard_peers_open(&options, &peers, &why);
        bool was_refused = alloc_end(status, YK_OK);
        shard_peers_close(peers);
        if (!was_refused) {
            break;
        }
        assert_null(peers);
        assert_true(k < 1000);
    }
    check_remove(folder);
}

static void a_file_is_taken_when_its_hash_is_right(void **state)
{
    (void)state;
    const char *folder = check_scratch("take");
    char from[5000], to[5000], part[5100], hex[DIGEST_HEX];
    struct stat a, b;
    struct failure why = {0};
    snprintf(from, sizeof from, "%s/from.h5", folder);
    snprintf(to, sizeof to, "%s/to.h5", folder);
    snprintf(part, sizeof part, "%s.part", to);
    digest_of_memory("result", 6, hex);
    check_write_text(from, "resulT");
    check_write_text(to, "older");
    assert_int_equal(shard_take_file(from, to, hex, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "run its shard again"));
    char *kept = check_read_file(to, NULL);
    assert_memory_equal(kept, "older", 5);
    free(kept);
    check_write_text(from, "result");
    check_write_text(part, "left by one that was killed");
    assert_int_equal(shard_take_file(from, to, hex, NULL), YK_OK);
    assert_int_equal(stat(from, &a), 0);
    assert_int_equal(stat(to, &b), 0);
    assert_int_equal(a.st_ino, b.st_ino);
    assert_int_equal(shard_take_file(from, to, hex, NULL), YK_OK); /* again */
    assert_int_not_equal(access(part, F_OK), 0);
    assert_int_equal(stat(from, &a), 0);
    assert_int_equal(a.st_nlink, 2);
    snprintf(to, sizeof to, "%s/nowhere/to.h5", folder);
    assert_int_equal(shard_take_file(from, to, hex, NULL), YK_ERR_NO_DEVICE);
    assert_int_equal(unlink(from), 0);
    assert_int_not_equal(shard_take_file(from, to, hex, NULL), YK_OK);
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shard_is_a_number_below_its_count),
        cmocka_unit_test(a_wrong_shard_is_refused_and_said),
        cmocka_unit_test(a_recording_goes_where_the_first_32_bits_of_its_hash_say),
        cmocka_unit_test(peers_are_the_shards_of_other_counts),
        cmocka_unit_test(refused_memory_is_an_answer_of_its_own),
        cmocka_unit_test(a_file_is_taken_when_its_hash_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
