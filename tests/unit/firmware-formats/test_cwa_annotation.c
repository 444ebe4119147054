/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "firmware-formats/cwa_annotation.h"

static void expect(const char *text, uint8_t fill, const char *key, size_t room,
                   const char *value)
{
    uint8_t at[CWA_ANNOTATION_BYTES];
    char out[512];
    memset(at, fill, sizeof at);
    memcpy(at, text, strlen(text));
    memset(out, 'x', sizeof out);
    cwa_annotation_get(at, key, out, room);
    assert_string_equal(out, value);
}

static void pairs_are_decoded_whatever_fills_the_rest(void **state)
{
    (void)state;
    const uint8_t fill[] = {0x00, 0x20, 0xFF};
    for (int i = 0; i < 3; i++) {
        expect("_p=right+wrist&_sc=26", fill[i], "_sc", 64, "26");
        expect("_p=right+wrist&_sc=26", fill[i], "_p", 24, "right wrist");
        expect("_p=right+wrist&_sc=26", fill[i], "_s", 24, "");
        expect("", fill[i], "_sc", 24, "");
        expect("_sc=", fill[i], "_sc", 24, "");
        expect("_sc", fill[i], "_sc", 24, "");
        expect("&&_x=1&  _sc=A%2d7+&", fill[i], "_sc", 24, "A-7");
        expect("_sc=%E5%A4%9C%E6%98%8E", fill[i], "_sc", 24, "\xe5\xa4\x9c\xe6\x98\x8e");
    }
}

static void unreadable_values_are_left_out_and_long_ones_cut_at_a_character(void **state)
{
    (void)state;
    expect("_sc=%0A", ' ', "_sc", 24, "");
    expect("_sc=%FF%FE", ' ', "_sc", 24, "");
    expect("_sc=%E5%A4", ' ', "_sc", 24, "");
    expect("_sc=%C0%80", ' ', "_sc", 24, "");
    expect("_sc=%ED%A0%80", ' ', "_sc", 24, "");
    expect("_sc=%zz1%", ' ', "_sc", 24, "%zz1%");
    expect("_sc=%E5%A4%9C%E6%98%8E", ' ', "_sc", 6, "\xe5\xa4\x9c");
    expect("_sc=%E5%A4%9C%E6%98%8E", ' ', "_sc", 7, "\xe5\xa4\x9c\xe6\x98\x8e");
    expect("_sc=abc", ' ', "_sc", 1, "");
}

static void a_full_area_is_not_read_beyond(void **state)
{
    (void)state;
    uint8_t at[CWA_ANNOTATION_BYTES];
    char out[512];
    memset(at, 'a', sizeof at);
    memcpy(at, "_sc=", 4);
    cwa_annotation_get(at, "_sc", out, sizeof out);
    assert_int_equal(strlen(out), CWA_ANNOTATION_BYTES - 4);
    memset(at, '%', sizeof at);
    memcpy(at, "_sc=", 4);
    cwa_annotation_get(at, "_sc", out, sizeof out);
    assert_int_equal(strlen(out), CWA_ANNOTATION_BYTES - 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_decoded_whatever_fills_the_rest),
        cmocka_unit_test(unreadable_values_are_left_out_and_long_ones_cut_at_a_character),
        cmocka_unit_test(a_full_area_is_not_read_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
