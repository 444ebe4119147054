/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cohort's list is read as it was written, whatever the files are called, and a list that
 * somebody else wrote does no harm.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/pipeline/manifest.h"
#include "tests/support/alloc.h"

static struct scratch scratch = {.file = "run/manifest.csv"};

static const struct batch_input *find(const struct batch_inputs *inputs, const char *name)
{
    for (size_t i = 0; i < inputs->n; i++) {
        if (strcmp(inputs->inputs[i].path, name) == 0) {
            return &inputs->inputs[i];
        }
    }
    static const struct batch_input none;
    print_error("%s is not in the list\n", name);
    return &none;
}

static void what_is_written_is_read_back_whatever_the_names_are(void **state)
{
    (void)state;
    /* Named from inside, so that the lists' paths begin as the names do. */
    static const char *const files[] = {
        "=1+1.cwa", "'=2.cwa",   "''3.cwa",     "'4.cwa",         "@5.cwa",  "-6.cwa",
        "+7,8.cwa", "\"9\".cwa", "夜 明け.cwa", "two\nlines.cwa", "twin.cwa"};
    enum { N = sizeof files / sizeof *files };
    char cwd[4096];
    assert_non_null(getcwd(cwd, sizeof cwd));
    assert_int_equal(chdir(scratch.folder), 0);
    for (size_t i = 0; i < N; i++) {
        check_write_text(files[i], i == N - 1 ? files[0] : files[i]);
    }
    struct batch_options options = {.paths = files, .n_paths = N, .folder = "out", .n_jobs = 1};
    struct manifest_totals totals;
    struct failure why = {0};
    enum yk_status status = manifest_make(&options, "run/manifest.csv", &totals, NULL, &why);
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    enum yk_status read =
        status == YK_OK ? manifest_read("run/manifest.csv", &inputs, &why) : status;
    assert_int_equal(chdir(cwd), 0);
    if (read != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(totals.n_recordings, N - 1);
    assert_int_equal(totals.n_duplicates, 1);
    assert_int_equal(inputs.n, N);
    for (size_t i = 0; i < N; i++) {
        const struct batch_input *input = find(&inputs, files[i]);
        assert_int_equal(input->size, strlen(files[i == N - 1 ? 0 : i]));
        assert_null(strchr("=+-@", input->recording_id[0]));
    }
    assert_int_equal(find(&inputs, "twin.cwa")->state, BATCH_DUPLICATE);
    batch_inputs_release(&inputs);
    /* No cell begins like a formula. */
    char *text = check_read_file(scratch.path, NULL);
    assert_non_null(text);
    assert_null(strstr(text, ",="));
    assert_null(strstr(text, ",\"="));
    assert_null(strstr(text, ",@"));
    free(text);
}

static void the_list_says_why_a_file_cannot_be_read(void **state)
{
    (void)state;
    char gone[4200];
    snprintf(gone, sizeof gone, "%s/gone.cwa", scratch.folder);
    const char *const files[] = {gone};
    struct batch_options options = {.paths = files, .n_paths = 1, .folder = "out", .n_jobs = 1};
    struct manifest_totals totals;
    struct failure why = {0};
    if (manifest_make(&options, scratch.path, &totals, NULL, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(totals.n_unreadable, 1);
    char *text = check_read_file(scratch.path, NULL);
    assert_non_null(text);
    assert_non_null(strstr(text, "gone.cwa: No such file or directory,"));
    free(text);
}

static void to(const char *name)
{
    char there[5000];
    snprintf(there, sizeof there, "%s/%s", scratch.folder, name);
    assert_int_equal(chdir(there), 0);
}

/* Whether the one recording of the list is the one that says "夜", from the folder now in. */
static void assert_leads_to_it(const char *manifest, bool is_place_needed)
{
    struct batch_inputs inputs;
    struct failure why = {0};
    batch_inputs_init(&inputs);
    if (manifest_read(manifest, &inputs, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(inputs.n, 1);
    assert_string_equal(inputs.inputs[0].path, "data/=a.cwa");
    assert_int_equal(inputs.inputs[0].place != NULL, is_place_needed);
    char *text = check_read_file(batch_input_place(&inputs.inputs[0]), NULL);
    assert_non_null(text);
    assert_string_equal(text, "夜");
    free(text);
    batch_inputs_release(&inputs);
}

static void relative_paths_lead_to_the_files_from_anywhere(void **state)
{
    (void)state;
    static const char *const paths[] = {"data/=a.cwa"};
    static const char *const lists[] = {"m.csv", "data/m.csv", "run/deep/m.csv",
                                        "../- elsewhere/m.csv"};
    char cwd[4096];
    assert_non_null(getcwd(cwd, sizeof cwd));
    to(".");
    assert_int_equal(mkdir("one", 0700), 0);
    to("one");
    assert_int_equal(mkdir("data", 0700), 0);
    check_write_text(paths[0], "夜");
    struct batch_options options = {.paths = paths, .n_paths = 1, .folder = "", .n_jobs = 1};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct manifest_totals totals;
        struct failure why = {0};
        char outside[200];
        to("one");
        if (manifest_make(&options, lists[i], &totals, NULL, &why) != YK_OK) {
            fail_msg("%s", why.text);
        }
        assert_leads_to_it(lists[i], false);
        to(".");
        snprintf(outside, sizeof outside, "one/%s", lists[i]);
        assert_leads_to_it(outside, true);
        to("one/data");
        snprintf(outside, sizeof outside, "../%s", lists[i]);
        assert_leads_to_it(outside, true);
        snprintf(outside, sizeof outside, "/proc/self/cwd/../%s", lists[i]);
        assert_leads_to_it(outside, true);
    }
    /* List and recordings moved together: both are where the other expects them. */
    to(".");
    assert_int_equal(rename("one", "two"), 0);
    assert_leads_to_it("two/run/deep/m.csv", true);
    assert_int_equal(chdir(cwd), 0);
}

static void a_list_that_does_not_say_from_where_counts_from_its_own_folder(void **state)
{
    (void)state;
    char name[5000], expected[5100];
    snprintf(name, sizeof name, "%s/m.csv", scratch.folder);
    check_write_text(
        name, "recording_id,path,bytes,sha256,state,reason\na,a.cwa,1,,,\nb,/b.cwa,1,,,\n");
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_int_equal(manifest_read(name, &inputs, NULL), YK_OK);
    snprintf(expected, sizeof expected, "%s//a.cwa", scratch.folder);
    assert_string_equal(batch_input_place(&inputs.inputs[0]), expected);
    assert_string_equal(batch_input_place(&inputs.inputs[1]), "/b.cwa");
    batch_inputs_release(&inputs);
}

#define HEADER "recording_id,path,bytes,sha256,state,reason\n"
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void lists_that_could_do_harm_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *say;
    } bad[] = {
        {"", "is empty"},
        {"path,bytes\na,1\n", "made by"},
        {HEADER, "names no recording"},
        {HEADER "../../evil,a.cwa,1," HASH ",,\n", "line 2, column 1"},
        {HEADER "/etc/evil,a.cwa,1," HASH ",,\n", "no name"},
        {HEADER "..,a.cwa,1," HASH ",,\n", "no name"},
        {HEADER ".hidden,a.cwa,1," HASH ",,\n", "no name"},
        {HEADER ",a.cwa,1," HASH ",,\n", "no name"},
        {HEADER "a,,1," HASH ",,\n", "a path is missing"},
        {HEADER "a,a.cwa,," HASH ",,\n", "bytes"},
        {HEADER "a,a.cwa,-1," HASH ",,\n", "bytes"},
        {HEADER "a,a.cwa,99999999999999999999," HASH ",,\n", "bytes"},
        {HEADER "a,a.cwa,1,abc,,\n", "SHA-256"},
        {HEADER
         "a,a.cwa,1,00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff,,\n",
         "SHA-256"},
        {HEADER "a,a.cwa,1," HASH ",done,\n", "duplicate"},
        {HEADER "a,a.cwa,1," HASH ",,\nb,b.cwa,1," HASH ",,\na,c.cwa,1," HASH ",,\n",
         "two recordings a"},
    };
    char name[5000];
    snprintf(name, sizeof name, "%s/m.csv", scratch.folder);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct batch_inputs inputs;
        struct failure why = {0};
        batch_inputs_init(&inputs);
        check_write_text(name, bad[i].text);
        assert_int_not_equal(manifest_read(name, &inputs, &why), YK_OK);
        if (strstr(why.text, bad[i].say) == NULL) {
            fail_msg("case %zu gave: %s", i, why.text);
        }
        batch_inputs_release(&inputs);
    }
    char line[600];
    snprintf(line, sizeof line, HEADER "%0300d,a.cwa,1," HASH ",,\n", 7); /* too long a name */
    check_write_text(name, line);
    struct batch_inputs inputs;
    batch_inputs_init(&inputs);
    assert_int_equal(manifest_read(name, &inputs, NULL), YK_ERR_ARGUMENT);
    batch_inputs_release(&inputs);
}

static void refused_memory_is_an_answer_of_its_own(void **state)
{
    (void)state;
    char name[5000];
    snprintf(name, sizeof name, "%s/m.csv", scratch.folder);
    check_write_text(name, HEADER "a,a.cwa,1," HASH ",,\nb,b.cwa,1," HASH
                                  ",duplicate,\"like a, so\"\n"
                                  "c,'=c.cwa,1," HASH ",,\n");
    for (uint64_t k = 1;; k++) {
        struct batch_inputs inputs;
        struct failure why = {0};
        batch_inputs_init(&inputs);
        alloc_fail_at(k);
        enum yk_status status = manifest_read(name, &inputs, &why);
        bool was_refused = alloc_end(status, YK_OK);
        if (!was_refused) {
            assert_int_equal(inputs.n, 3);
            assert_string_equal(batch_input_said(&inputs.inputs[1]), "like a, so");
            assert_string_equal(inputs.inputs[2].path, "=c.cwa");
            assert_string_equal(inputs.inputs[2].listed_sha256, HASH);
            batch_inputs_release(&inputs);
            break;
        }
        batch_inputs_release(&inputs);
        assert_true(k < 1000);
    }
}

int main(void)
{
#define T(name) SCRATCH_TEST(name, scratch)
    const struct CMUnitTest tests[] = {
        T(what_is_written_is_read_back_whatever_the_names_are),
        T(the_list_says_why_a_file_cannot_be_read),
        T(relative_paths_lead_to_the_files_from_anywhere),
        T(a_list_that_does_not_say_from_where_counts_from_its_own_folder),
        T(lists_that_could_do_harm_are_refused),
        T(refused_memory_is_an_answer_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
