/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdint.h>
#include <string.h>

#include "src/base/mem.h"
#include "tests/support/alloc.h"

static void memory_comes_zeroed_and_products_are_checked(void **state)
{
    (void)state;
    unsigned char *p = mem_alloc(1000, 3);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(p[i], 0);
    }
    memset(p, 1, 3000);
    p = mem_resize(p, 1000, 2000, 3);
    assert_int_equal(p[2999], 1);
    assert_int_equal(p[3000], 0);
    assert_int_equal(p[5999], 0);
    mem_free(p);
    volatile size_t half = SIZE_MAX / 2;
    assert_null(mem_alloc(half, 3));
    assert_null(mem_alloc_lines(half, 3));
    assert_null(mem_resize(NULL, 0, half, 3));
    void *none = mem_alloc(0, 8);
    assert_non_null(none);
    mem_free(none);
    mem_free(NULL);
}

static void lines_are_aligned(void **state)
{
    (void)state;
    for (size_t n = 0; n < 200; n += 33) {
        void *p = mem_alloc_lines(n, 1);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 64, 0);
        mem_free(p);
    }
}

static void arrays_grow_and_survive_refusal(void **state)
{
    (void)state;
    int *numbers = NULL;
    size_t n = 0, capacity = 0;
    for (; n < 100; n++) {
        assert_int_equal(MEM_RESERVE(numbers, n, capacity), 0);
        numbers[n] = (int)n;
    }
    alloc_fail_at(1);
    while (MEM_RESERVE(numbers, n, capacity) == 0) {
        numbers[n++] = 7;
    }
    alloc_fail_at(0);
    assert_int_equal(n, capacity);
    assert_int_equal(numbers[99], 99);
    mem_free(numbers);
    char *copy = mem_copy_text("夜");
    assert_string_equal(copy, "夜");
    mem_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_comes_zeroed_and_products_are_checked),
        cmocka_unit_test(lines_are_aligned),
        cmocka_unit_test(arrays_grow_and_survive_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
