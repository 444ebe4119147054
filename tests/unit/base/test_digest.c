/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "tests/support/alloc.h"

/* FIPS 180-4 examples (NIST, SHA256.pdf) and the million a of FIPS 180-2, B.3. */
static const char ABC[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char EMPTY[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char MILLION[] =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void published_examples_agree(void **state)
{
    (void)state;
    char hex[DIGEST_HEX];
    digest_of_memory("abc", 3, hex);
    assert_string_equal(hex, ABC);
    digest_of_memory("", 0, hex);
    assert_string_equal(hex, EMPTY);
    struct digest *digest = NULL;
    assert_int_equal(digest_new(&digest, NULL), YK_OK);
    for (int i = 0; i < 1000000; i += 8) {
        digest_add(digest, "aaaaaaaa", 8);
    }
    digest_finish(digest, hex);
    digest_free(digest);
    assert_string_equal(hex, MILLION);
}

static void a_text_that_is_not_whole_has_no_hash(void **state)
{
    (void)state;
    char hex[DIGEST_HEX] = "as it was";
    struct text text;
    text_init(&text);
    text_add(&text, "abc");
    text.is_short = true;
    assert_int_equal(digest_of_text(&text, hex, NULL), YK_ERR_MEMORY);
    assert_string_equal(hex, "as it was");
    text.is_short = false;
    assert_int_equal(digest_of_text(&text, hex, NULL), YK_OK);
    assert_string_equal(hex, ABC);
    text_release(&text);
}

static void sources_are_hashed_whole(void **state)
{
    (void)state;
    size_t n = 3000001; /* several pieces */
    unsigned char *at = calloc(n, 1);
    for (size_t i = 0; i < n; i++) {
        at[i] = (unsigned char)(i * 7 + i / 1000);
    }
    struct byte_source *bytes = NULL;
    assert_int_equal(memory_source_open(at, n, "m", &bytes, NULL), YK_OK);
    char whole[DIGEST_HEX], pieces[DIGEST_HEX] = "untouched";
    digest_of_memory(at, n, whole);
    assert_int_equal(digest_of_source(bytes, NULL, pieces, NULL), YK_OK);
    assert_string_equal(pieces, whole);
    for (size_t front = 0; front <= n; front += n / 7) {
        digest_of_memory(at, front, whole);
        assert_int_equal(digest_of_front(bytes, front, NULL, pieces, NULL), YK_OK);
        assert_string_equal(pieces, whole);
    }

    atomic_bool cancel = true;
    struct job job = {.cancel = &cancel};
    memcpy(pieces, "untouched", sizeof "untouched");
    struct failure why;
    assert_int_equal(digest_of_source(bytes, &job, pieces, &why), YK_ERR_CANCELLED);
    assert_string_equal(pieces, "untouched");

    for (uint64_t k = 1;; k++) {
        alloc_fail_at(k);
        enum yk_status status = digest_of_source(bytes, NULL, pieces, &why);
        bool refused = alloc_end(status, YK_OK);
        if (!refused) {
            break;
        }
        assert_string_equal(pieces, "untouched");
    }
    byte_source_close(bytes);
    free(at);
}

static void a_file_is_hashed_by_its_name(void **state)
{
    (void)state;
    const char *folder = check_scratch("digest");
    char path[5000], hex[DIGEST_HEX] = "untouched";
    snprintf(path, sizeof path, "%s/abc", folder);
    struct failure why;
    assert_int_equal(digest_of_file(path, hex, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, path));
    assert_string_equal(hex, "untouched");
    FILE *file = fopen(path, "wb");
    assert_int_equal(fwrite("abc", 1, 3, file), 3);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(digest_of_file(path, hex, &why), YK_OK);
    assert_string_equal(hex, ABC);
    check_remove(folder);
}

static void a_digest_tells_what_it_has_so_far_and_goes_on(void **state)
{
    struct digest *digest = NULL, *copy = NULL;
    char so_far[DIGEST_HEX], whole[DIGEST_HEX], hex[DIGEST_HEX];
    (void)state;
    assert_int_equal(digest_new(&digest, NULL), YK_OK);
    digest_add(digest, "ab", 2);
    assert_int_equal(digest_so_far(digest, so_far, NULL), YK_OK);
    digest_of_memory("ab", 2, hex);
    assert_string_equal(so_far, hex);
    assert_int_equal(digest_clone(digest, &copy, NULL), YK_OK);
    digest_add(digest, "c", 1);
    digest_add(copy, "d", 1);
    digest_finish(digest, whole);
    digest_of_memory("abc", 3, hex);
    assert_string_equal(whole, hex);
    digest_finish(copy, whole);
    digest_of_memory("abd", 3, hex);
    assert_string_equal(whole, hex);
    digest_free(copy);
    digest_free(digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_tells_what_it_has_so_far_and_goes_on),
        cmocka_unit_test(published_examples_agree),
        cmocka_unit_test(a_text_that_is_not_whole_has_no_hash),
        cmocka_unit_test(sources_are_hashed_whole),
        cmocka_unit_test(a_file_is_hashed_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
