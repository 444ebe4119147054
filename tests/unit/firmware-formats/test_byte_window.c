/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever places are asked for in whatever order, the window shows the source's bytes.
 */
#include "tests/support/check.h"

#include <string.h>

#include "firmware-formats/byte_window.h"
#include "tests/support/alloc.h"

static void any_order_shows_the_sources_bytes(void **state)
{
    (void)state;
    uint8_t bytes[1000];
    struct byte_source *source = NULL;
    struct byte_window window;
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 31 >> 2);
    }
    assert_int_equal(memory_source_open(bytes, sizeof bytes, "t", &source, NULL), YK_OK);
    assert_int_equal(byte_window_init(&window, source, 64, NULL), YK_OK);
    for (unsigned i = 0; i < 5000; i++) {
        uint64_t pos = i * 7919u % (sizeof bytes + 10);
        size_t want = i * 13u % 65, have = 0, left = pos < 1000 ? 1000 - (size_t)pos : 0;
        const uint8_t *at = NULL;
        assert_int_equal(byte_window_at(&window, pos, want, &at, &have, NULL), YK_OK);
        assert_true(have >= want || have == left);
        assert_true(have <= left);
        assert_memory_equal(at, bytes + (have > 0 ? pos : 0), have);
    }
    byte_window_release(&window);
    byte_source_close(source);
}

static void refused_memory_is_a_failure(void **state)
{
    (void)state;
    struct byte_source *source = NULL;
    struct byte_window window;
    assert_int_equal(memory_source_open("x", 1, "t", &source, NULL), YK_OK);
    alloc_fail_at(1);
    assert_int_equal(byte_window_init(&window, source, 64, NULL), YK_ERR_MEMORY);
    alloc_fail_at(0);
    byte_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_shows_the_sources_bytes),
        cmocka_unit_test(refused_memory_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
