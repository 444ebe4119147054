/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * .gt3x files of the old generation (activity.bin), made here.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/base/bytes.h"
#include "tests/support/cwa_open.h"
#include "tests/support/gt3x_build.h"

static void zeros_at_the_end_of_the_old_generation_are_padding(void **state)
{
    (void)state;
    enum { SAMPLES = 100, BYTES = 450 + 90 };
    uint8_t activity[BYTES] = {0}, lux[8];
    struct zip_build zip;
    for (size_t i = 0; i < 450; i++) {
        activity[i] = (uint8_t)(i * 37 + 11);
    }
    put_u16le(lux, 100);
    put_u16le(lux + 2, 19);
    put_u16le(lux + 4, 65535);
    put_u16le(lux + 6, 60000);
    for (int serial = 0; serial < 2; serial++) {
        char info[256];
        snprintf(info, sizeof info,
                 "Serial Number: %s\r\nSample Rate: 30\r\nStart Date: 638355968400000000\r\n",
                 serial == 0 ? "NEO1A" : "MRA1A");
        zip_build_init(&zip);
        zip_build_add(&zip, "activity.bin", activity, BYTES, false);
        zip_build_add(&zip, "lux.bin", lux, 8, true);
        zip_build_add(&zip, "info.txt", info, strlen(info), false);
        zip_build_end(&zip);
        struct recording_source *source = gt3x_build_open_zip(&zip, true, false);
        struct sample_block block;
        assert_non_null(source);
        assert_string_equal(source->info.format, "gt3x_v1");
        assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
        static const double expected[2][4] = {{125, 0, 0, 2500}, {325, 0, 0, 6000}};
        int64_t n = 0;
        for (int k = 0; source->ops->next_samples(source, &block, NULL) == YK_OK; k++) {
            assert_close(block.light, expected[serial][k], 0);
            n += block.n;
        }
        assert_int_equal(n, SAMPLES);
        assert_true(
            events_of(source, EVENTS_OF_ANY_KIND, "20 samples (0,0,0) at the end: padding"));
        sample_block_release(&block);
        recording_source_close(source);
        /* its samples have no checksum of their own: the archive's tells */
        zip.at[30 + 12 + 77] ^= 2;
        source = gt3x_build_open_zip(&zip, true, false);
        assert_int_equal(source->report.bad_blocks, 1);
        assert_true(events_of(source, EVENTS_OF_ANY_KIND, "wrong checksum"));
        recording_source_close(source);
        zip_build_release(&zip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeros_at_the_end_of_the_old_generation_are_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
