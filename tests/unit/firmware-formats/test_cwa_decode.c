/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-formats/cwa_decode.h"
#include "src/base/bytes.h"

/* All 2^12 combinations of ten bits and exponent on every axis, against the plain definition.
 */
static void packed_samples_have_the_defined_values(void **state)
{
    (void)state;
    uint8_t sector[CWA_SECTOR_BYTES] = {0};
    float v[3][CWA_PACKED_MAX];
    for (uint32_t base = 0; base < 4096; base += CWA_PACKED_MAX) {
        for (uint32_t i = 0; i < CWA_PACKED_MAX; i++) {
            uint32_t k = (base + i) % 4096, field = k & 0x3FF, e = k >> 10;
            put_u32le(sector + CWA_SAMPLES_AT + 4 * (size_t)i,
                      e << 30 | field << 20 | (field ^ 0x3FF) << 10 | (field * 7 & 0x3FF));
        }
        for (uint32_t n = CWA_PACKED_MAX - 20; n <= CWA_PACKED_MAX; n++) {
            memset(v, 0x55, sizeof v);
            cwa_decode_packed(sector + CWA_SAMPLES_AT, n, v[0], v[1], v[2]);
            for (uint32_t i = 0; i < n; i++) {
                int32_t xyz[3];
                cwa_get_packed(sector, i, xyz);
                for (int a = 0; a < 3; a++) {
                    assert_close((double)v[a][i], xyz[a] / 256.0, 0);
                }
            }
        }
    }
}

static void sums_do_not_depend_on_how_samples_are_cut(void **state)
{
    (void)state;
    enum { N = 4096 };
    float *v = malloc(N * sizeof *v);
    double parts = 0, plain = 0;
    for (int i = 0; i < N; i++) {
        v[i] = (float)(i * 7919 % 65536 - 32768) / 2048.0f;
        plain += (double)v[i];
    }
    for (uint32_t at = 0, n = 1; at < N; at += n, n = n * 3 % 157 + 1) {
        parts += cwa_add_up(v + at, at + n <= N ? n : N - at);
    }
    assert_close(cwa_add_up(v, N), plain, 0);
    assert_close(parts, plain, 0);
    free(v);
}

static void limits_are_the_largest_recordable_values(void **state)
{
    (void)state;
    struct cwa_limits l = cwa_limits_of(CWA_PACKED, 0x4A, 0); /* 8 g: 511 * 4 / 256 */
    assert_close((double)l.high_g, 7.984375, 0);
    assert_close((double)l.low_g, -8, 0);
    l = cwa_limits_of(CWA_PACKED, 0x0A, 0);
    assert_close((double)l.high_g, 511 * 8 / 256.0, 0);
    l = cwa_limits_of(CWA_3_AXES, 0xCA, 0);
    assert_close((double)l.high_g, 511 / 256.0, 0);
    l = cwa_limits_of(CWA_6_AXES, 0x0A, cwa_light_word(0, 3, 2));
    assert_close((double)l.high_g, 32767 / 2048.0, 0);
    assert_close((double)l.low_g, -16, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_samples_have_the_defined_values),
        cmocka_unit_test(sums_do_not_depend_on_how_samples_are_cut),
        cmocka_unit_test(limits_are_the_largest_recordable_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
