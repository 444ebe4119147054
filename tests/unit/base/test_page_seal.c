/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/page_seal.h"

static char path[5000];

static void put(const char *content, size_t n)
{
    check_write_file(path, content, n);
}

/* As a page is written: its content, then the line. */
static size_t sealed(bool is_svg, const char *page, char out[static 600])
{
    char hex[DIGEST_HEX], line[PAGE_SEAL_MAX];
    digest_of_memory(page, strlen(page), hex);
    size_t n = page_seal_line(is_svg, hex, line);
    snprintf(out, 600, "%s%.*s", page, (int)n, line);
    return strlen(out);
}

static void every_flipped_bit_of_a_page_is_found(void **state)
{
    (void)state;
    static const char *const pages[] = {"%PDF-1.5\nsome objects\n%%EOF\n",
                                        "<?xml version='1.0'?>\n<svg>夜明け</svg>\n"};
    const char *folder = check_scratch("page");
    for (size_t k = 0; k < 2; k++) {
        char page[600];
        struct failure why = {0};
        snprintf(path, sizeof path, "%s/q%s", folder, k == 1 ? ".svg" : ".pdf");
        assert_true(page_seal_is_page(path));
        size_t n = sealed(k == 1, pages[k], page);
        put(page, n);
        if (page_seal_check(path, &why) != YK_OK) {
            fail_msg("%s", why.text);
        }
        for (size_t i = 0; i < n; i++) {
            page[i] = (char)(page[i] ^ 4);
            put(page, n);
            enum yk_status status = page_seal_check(path, &why);
            page[i] = (char)(page[i] ^ 4);
            assert_true(status == YK_ERR_CORRUPT || status == YK_ERR_UNSUPPORTED);
            assert_true(status == YK_ERR_CORRUPT || i >= strlen(pages[k])); /* of the mark */
        }
        for (size_t cut = 0; cut < n; cut++) {
            put(page, cut);
            assert_int_not_equal(page_seal_check(path, NULL), YK_OK);
        }
    }
    check_remove(folder);
}

static void a_page_of_somebody_else_has_no_seal(void **state)
{
    (void)state;
    const char *folder = check_scratch("page");
    struct failure why = {0};
    snprintf(path, sizeof path, "%s/theirs.svg", folder);
    put("<svg></svg>\n", 12);
    assert_int_equal(page_seal_check(path, &why), YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "theirs.svg has no checksum"));
    assert_false(page_seal_is_page("night.csv"));
    assert_false(page_seal_is_page(".pdf"));
    remove(path);
    assert_int_equal(page_seal_check(path, NULL), YK_ERR_NO_DEVICE);
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_bit_of_a_page_is_found),
        cmocka_unit_test(a_page_of_somebody_else_has_no_seal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
