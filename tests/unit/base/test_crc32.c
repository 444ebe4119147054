/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "src/base/crc32.h"

static void the_catalogues_check_value_comes_out(void **state)
{
    (void)state;
    static struct crc32_tables tables;
    crc32_init(&tables);
    static const uint8_t check[] = "123456789"; /* the catalogue's check value */
    assert_int_equal(crc32_add(&tables, 0, check, 9), 0xCBF43926u);
    uint32_t in_two = crc32_add(&tables, crc32_add(&tables, 0, check, 4), check + 4, 5);
    assert_int_equal(in_two, 0xCBF43926u);
}

/* Every length and every start within a step of eight bytes, against the definition bit by bit.
 */
static void every_length_is_right(void **state)
{
    (void)state;
    static struct crc32_tables tables;
    uint8_t bytes[64];
    crc32_init(&tables);
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + 11);
    }
    for (unsigned from = 0; from < 9; from++) {
        uint32_t crc = 0xFFFFFFFFu;
        for (unsigned n = 0; from + n < sizeof bytes; n++) {
            assert_int_equal(crc32_add(&tables, 0, bytes + from, n), ~crc);
            crc ^= bytes[from + n];
            for (int k = 0; k < 8; k++) {
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogues_check_value_comes_out),
        cmocka_unit_test(every_length_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
