/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "src/pipeline/batch_parts.h"
#include "tests/support/alloc.h"
#include "tests/support/zip_build.h"

static char folder[4096];

static void make(const char *name, const char *content)
{
    char path[5000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check_write_text(path, content);
}

static void make_folder(const char *name)
{
    char path[5000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s", check_scratch("inputs"));
    make_folder("b");
    make_folder("b/deep");
    make_folder("out");
    make_folder(".hidden");
    make("week1.cwa", "one");
    make("b/week1.cwa", "two");
    make("b/deep/WEEK1.CWA", "one");
    make("b/deep/week2.cwa.gz", "x");
    make("b/notes.txt", "x");
    make("b/week3.truth.json", "x");
    make("out/left.cwa", "x");
    make(".hidden/h.cwa", "x");
    make("b/.h.cwa", "x");
    make("people.csv", "file,person_id\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    check_remove(folder);
    return 0;
}

/* The inputs' paths below the folder, joined by blanks. */
static void check_found(const struct batch_inputs *inputs, const char *expected)
{
    struct text all;
    text_init(&all);
    for (size_t i = 0; i < inputs->n; i++) {
        text_addf(&all, "%s%s", i > 0 ? " " : "", inputs->inputs[i].path + strlen(folder) + 1);
    }
    assert_string_equal(text_string(&all), expected);
    text_release(&all);
}

static void folders_are_searched_for_known_suffixes(void **state)
{
    (void)state;
    char out[5000], people[5000], twice[5000], link[5000];
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(people, sizeof people, "%s/people.csv", folder);
    snprintf(twice, sizeof twice, "%s/b/../week1.cwa", folder);
    snprintf(link, sizeof link, "%s/b/circle", folder);
    assert_int_equal(symlink("..", link), 0);
    const char *paths[] = {folder, twice};
    struct batch_options options = {
        .paths = paths, .n_paths = 2, .folder = out, .participants = people};
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    assert_int_equal(inputs.n, 4);
    assert_int_equal(inputs.inputs[0].size, 3);
    batch_inputs_release(&inputs);
    paths[0] = folder;
    options.n_paths = 1;
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    check_found(&inputs, "b/deep/WEEK1.CWA b/deep/week2.cwa.gz b/week1.cwa week1.cwa");
    batch_inputs_release(&inputs);
    unlink(link);
}

static void
what_is_left_alone_in_a_folder_is_counted_and_packed_recordings_are_not(void **state)
{
    (void)state;
    char deep[5000], expected[5100];
    make_folder("odd");
    make("odd/week4.dat", "x");
    make("odd/notes.txt", "x");
    make("odd/table.ini", "x");
    make("odd/old.cwa.xz", "x");
    make("odd/archive.zip", "x");
    snprintf(deep, sizeof deep, "%s/odd", folder);
    snprintf(expected, sizeof expected, "%s/odd/archive.zip", folder);
    const char *paths[] = {deep};
    struct batch_options options = {.paths = paths, .n_paths = 1, .folder = "/nowhere"};
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    check_found(&inputs, "odd/old.cwa.xz");
    assert_int_equal(inputs.n_left, 3);
    assert_string_equal(inputs.first_left, expected);
    batch_inputs_release(&inputs);
    assert_null(inputs.first_left);
    check_remove(deep);
}

static void named_files_are_inputs_whatever_they_are(void **state)
{
    (void)state;
    char notes[5000], none[5000];
    snprintf(notes, sizeof notes, "%s/b/notes.txt", folder);
    snprintf(none, sizeof none, "%s/none.cwa", folder);
    const char *paths[] = {none, notes, none};
    struct batch_options options = {.paths = paths, .n_paths = 3, .folder = "/nowhere"};
    struct batch_inputs inputs;
    struct failure why;
    batch_inputs_init(&inputs);
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    check_found(&inputs, "b/notes.txt none.cwa");
    batch_inputs_release(&inputs);
    char out[5000];
    snprintf(out, sizeof out, "%s/.hidden/none", folder);
    mkdir(out, 0700);
    paths[0] = out;
    options.n_paths = 1;
    assert_int_equal(batch_inputs_find(&options, &inputs, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "no recordings in"));
    batch_inputs_release(&inputs);
}

static void what_an_earlier_batch_wrote_is_no_input(void **state)
{
    (void)state;
    char results[5000];
    make_folder("b/results");
    make_folder("b/results/epochs");
    snprintf(results, sizeof results, "%s/b/results", folder);
    make("b/results/night.csv", "recording_id,sleep_onset_ts,enmo\n");
    make("b/results/epochs/a.cwa", "x");
    make("b/results/mine.cwa", "x");
    const char *paths[] = {results};
    struct batch_options options = {.paths = paths, .n_paths = 1, .folder = results};
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_false(batch_folder_is_ours(results));
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    check_found(&inputs, "b/results/epochs/a.cwa b/results/mine.cwa b/results/night.csv");
    batch_inputs_release(&inputs);
    make("b/results/run.log", "");
    make("b/results/cohort.sqlite", "");
    assert_true(batch_folder_is_ours(results));
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    check_found(&inputs, "b/results/mine.cwa");
    batch_inputs_release(&inputs);
    check_remove(results);
}

static void a_link_that_leads_nowhere_is_an_input_that_fails(void **state)
{
    (void)state;
    char deep[5000], link[5000], notes[5000];
    snprintf(deep, sizeof deep, "%s/b/deep", folder);
    snprintf(link, sizeof link, "%s/b/deep/gone.cwa", folder);
    snprintf(notes, sizeof notes, "%s/b/deep/gone.pdf", folder);
    assert_int_equal(symlink("no-such-file", link), 0);
    assert_int_equal(symlink("no-such-file", notes), 0);
    const char *paths[] = {deep};
    struct batch_options options = {.paths = paths, .n_paths = 1, .folder = "/nowhere"};
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    check_found(&inputs, "b/deep/WEEK1.CWA b/deep/gone.cwa b/deep/week2.cwa.gz");
    batch_inputs_release(&inputs);
    unlink(link);
    unlink(notes);
}

static void tables_that_no_batch_wrote_are_not_replaced(void **state)
{
    (void)state;
    char theirs[5000];
    struct failure why = {.text = ""};
    make_folder("theirs");
    snprintf(theirs, sizeof theirs, "%s/theirs", folder);
    make("theirs/notes.csv", "x");
    assert_int_equal(batch_folder_refuse_foreign(theirs, &why), YK_OK);
    make("theirs/night.csv", "x");
    assert_int_equal(batch_folder_refuse_foreign(theirs, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "theirs/night.csv is there already"));
    make("theirs/run.log", "");
    assert_int_equal(batch_folder_refuse_foreign(theirs, &why), YK_OK);
    check_remove(theirs);
}

static void like_stems_get_a_part_of_the_hash(void **state)
{
    (void)state;
    const char *paths[] = {folder};
    char out[5000], people[5000];
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(people, sizeof people, "%s/people.csv", folder);
    struct batch_options options = {
        .paths = paths, .n_paths = 1, .folder = out, .participants = people};
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    assert_int_equal(inputs.n, 4);
    assert_int_equal(batch_inputs_name(&inputs, 2, NULL, NULL), YK_OK);
    /* sha256sum of "one" and "two" begins with 7692c3ad and 3fc4ccfe. */
    assert_string_equal(inputs.inputs[0].recording_id, "WEEK1-7692c3ad");
    assert_string_equal(inputs.inputs[1].recording_id, "week2");
    assert_string_equal(inputs.inputs[2].recording_id, "week1-3fc4ccfe");
    assert_string_equal(inputs.inputs[3].recording_id, "week1-7692c3ad");
    assert_int_equal(inputs.inputs[0].state, BATCH_WAITING);
    assert_int_equal(inputs.inputs[2].state, BATCH_WAITING);
    assert_int_equal(inputs.inputs[3].state, BATCH_DUPLICATE);
    assert_non_null(strstr(batch_input_said(&inputs.inputs[3]), "WEEK1.CWA"));
    batch_inputs_release(&inputs);
}

static void stems_and_digits_alike_get_more_digits(void **state)
{
    (void)state;
    /* sha256sum of these two begins with 28a656b9, then e336fb87 and 25d9b972. */
    static const char *const names[] = {"like/1/w.csv", "like/2/w.csv", "like/3/w.csv",
                                        "like/4/w.csv"};
    char path[5000];
    const char *paths[] = {path};
    make_folder("like");
    make_folder("like/1");
    make_folder("like/2");
    make_folder("like/3");
    make_folder("like/4");
    make(names[0], "recording 60372");
    make(names[1], "recording 82167");
    make(names[2], "recording");
    make(names[3], "recording"); /* another recording, by its description */
    make("like/4/w.ini", "[x]");
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        struct batch_options options = {.paths = paths, .n_paths = 1, .folder = "/nowhere"};
        assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    }
    assert_int_equal(batch_inputs_name(&inputs, 1, NULL, NULL), YK_OK);
    assert_string_equal(inputs.inputs[0].recording_id, "w-28a656b9e336fb87");
    assert_string_equal(inputs.inputs[1].recording_id, "w-28a656b925d9b972");
    assert_int_equal(strlen(inputs.inputs[2].recording_id), 10);
    assert_int_equal(strlen(inputs.inputs[3].recording_id), 10);
    assert_string_not_equal(inputs.inputs[2].recording_id, inputs.inputs[3].recording_id);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(inputs.inputs[i].state, BATCH_WAITING);
    }
    batch_inputs_release(&inputs);
    snprintf(path, sizeof path, "%s/like", folder);
    check_remove(path);
}

static void make_zip(const char *name, const char *content, bool with_ini)
{
    char path[5000];
    struct zip_build zip;
    zip_build_init(&zip);
    zip_build_add(&zip, "inside.csv", content, strlen(content), true);
    if (with_ini) {
        zip_build_add(&zip, "inside.ini", "[x]", 3, false);
    }
    zip_build_end(&zip);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(zip.at, 1, zip.n, file), zip.n);
    fclose(file);
    zip_build_release(&zip);
}

static void make_gzip(const char *name, const char *content)
{
    char path[5000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, content, (unsigned)strlen(content)), (int)strlen(content));
    gzclose(file);
}

static void packed_and_plain_are_one_content(void **state)
{
    (void)state;
    enum { PLAIN, GZ, ZIP, OTHER, DESCRIBED, TORN, ALONE, PAIR, OTHERWISE, N };
    static const char *const names[N] = {
        "packed/a.dat",    "packed/b.dat.gz", "packed/c.zip", "packed/d.zip", "packed/e.zip",
        "packed/f.dat.gz", "packed/g.dat.gz", "packed/h.csv", "packed/i.csv"};
    char path[N][5000];
    const char *paths[N];
    make_folder("packed");
    make(names[PLAIN], "the content of a recording");
    make_gzip(names[GZ], "the content of a recording");
    make_zip(names[ZIP], "the content of a recording", false);
    make_zip(names[OTHER], "as many bytes, not the same", false);
    make_zip(names[DESCRIBED], "the content of a recording", true);
    make_gzip(names[TORN], "the content of a recording");
    make_gzip(names[ALONE], "of a size that nothing else has");
    make(names[PAIR], "the content of a recording");
    make("packed/h.ini", "[x]"); /* what the archive says of it, too */
    make(names[OTHERWISE], "the content of a recording");
    make("packed/i.ini", "[y]");
    for (int i = 0; i < N; i++) {
        snprintf(path[i], sizeof path[i], "%s/%s", folder, names[i]);
        paths[i] = path[i];
    }
    assert_int_equal(truncate(path[TORN], 30), 0);
    struct batch_options options = {.paths = paths, .n_paths = N, .folder = "/nowhere"};
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    assert_int_equal(batch_inputs_name(&inputs, 2, NULL, NULL), YK_OK);
    assert_int_equal(inputs.n, N);
    for (int i = 0; i < N; i++) {
        bool is_again = i == GZ || i == ZIP || i == PAIR;
        assert_int_equal(inputs.inputs[i].state, is_again ? BATCH_DUPLICATE : BATCH_WAITING);
    }
    assert_non_null(strstr(batch_input_said(&inputs.inputs[ZIP]), "packed/a.dat"));
    assert_non_null(strstr(batch_input_said(&inputs.inputs[PAIR]), "packed/e.zip"));
    assert_string_equal(inputs.inputs[ZIP].unpacked_sha256, inputs.inputs[PLAIN].sha256);
    assert_string_equal(inputs.inputs[ALONE].sha256, ""); /* nothing was read for it */
    batch_inputs_release(&inputs);
    snprintf(path[0], sizeof path[0], "%s/packed", folder);
    check_remove(path[0]);
}

static void stems_are_safe_names(void **state)
{
    (void)state;
    static const struct {
        const char *path, *stem;
    } wanted[] = {{"/x/a.b.cwa", "a.b"},         {"nosuffix", "nosuffix"},
                  {"/x/-rf.cwa", "_rf"},         {"/x/.cwa", "_cwa"},
                  {"w:1?.cwa", "w_1_"},          {"夜明け.cwa.gz", "夜明け"},
                  {"tab\there.bin", "tab_here"}, {"lat\xe9.cwa", "lat_"}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char *paths[] = {wanted[i].path};
        struct batch_options options = {.paths = paths, .n_paths = 1, .folder = "/nowhere"};
        struct batch_inputs inputs;
        batch_inputs_init(&inputs);
        assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
        assert_string_equal(inputs.inputs[0].stem, wanted[i].stem);
        batch_inputs_release(&inputs);
    }
    char far[400] = "";
    for (int i = 0; i < 100; i++) {
        memcpy(far + 3 * i, "夜", 4);
    }
    const char *paths[] = {far};
    struct batch_options options = {.paths = paths, .n_paths = 1, .folder = "/nowhere"};
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    assert_int_equal(strlen(inputs.inputs[0].stem) % 3, 0); /* whole characters */
    batch_inputs_release(&inputs);
}

/* Files of common suffixes count by their content: acc.bin by itself is nothing. */
static void a_folder_that_is_one_recording_is_one_input(void **state)
{
    (void)state;
    char whole[5000];
    make_folder("P01");
    make("P01/unisens.xml", "<unisens/>");
    make("P01/acc.bin", "123456");
    make("other.bin", "123456");
    snprintf(whole, sizeof whole, "%s/P01//", folder);
    const char *paths[] = {folder, whole};
    struct batch_options options = {.paths = paths, .n_paths = 2, .folder = "/nowhere"};
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_int_equal(batch_inputs_find(&options, &inputs, NULL), YK_OK);
    check_found(&inputs,
                "P01 b/deep/WEEK1.CWA b/deep/week2.cwa.gz b/week1.cwa out/left.cwa people.csv "
                "week1.cwa");
    assert_string_equal(inputs.inputs[0].stem, "P01");
    batch_inputs_release(&inputs);
}

static void refused_memory_is_a_failure(void **state)
{
    (void)state;
    const char *paths[] = {folder};
    struct batch_options options = {.paths = paths, .n_paths = 1, .folder = "/nowhere"};
    size_t n_said = 0;
    for (uint64_t k = 1;; k++) {
        struct batch_inputs inputs;
        batch_inputs_init(&inputs);
        alloc_fail_at(k);
        enum yk_status status = batch_inputs_find(&options, &inputs, NULL);
        bool refused = alloc_refused();
        alloc_fail_at(0);
        /* A probe that is refused memory only fails to recognise its file. */
        assert_true(status == YK_OK || (refused && status == YK_ERR_MEMORY));
        n_said += status == YK_ERR_MEMORY;
        batch_inputs_release(&inputs);
        if (!refused) {
            break;
        }
    }
    assert_true(n_said > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_searched_for_known_suffixes),
        cmocka_unit_test(
            what_is_left_alone_in_a_folder_is_counted_and_packed_recordings_are_not),
        cmocka_unit_test(named_files_are_inputs_whatever_they_are),
        cmocka_unit_test(what_an_earlier_batch_wrote_is_no_input),
        cmocka_unit_test(a_link_that_leads_nowhere_is_an_input_that_fails),
        cmocka_unit_test(tables_that_no_batch_wrote_are_not_replaced),
        cmocka_unit_test(like_stems_get_a_part_of_the_hash),
        cmocka_unit_test(stems_and_digits_alike_get_more_digits),
        cmocka_unit_test(packed_and_plain_are_one_content),
        cmocka_unit_test(stems_are_safe_names),
        cmocka_unit_test(refused_memory_is_a_failure),
        cmocka_unit_test(a_folder_that_is_one_recording_is_one_input),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
