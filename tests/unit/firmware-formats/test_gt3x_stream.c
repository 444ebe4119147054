/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records of a log.bin: every byte belongs to a sound record or is counted as passed over,
 * whatever happened to the file.
 */
#include "tests/support/check.h"

#include <stdlib.h>

#include "firmware-formats/gt3x_stream.h"
#include "firmware-formats/zip_source.h"

#define PLACES 200

static uint8_t *log_of(const char *path, size_t *n)
{
    struct byte_source *packed = NULL, *log = NULL;
    struct zip_archive *archive = NULL;
    assert_int_equal(file_source_open(path, &packed, NULL), YK_OK);
    assert_int_equal(zip_archive_open(packed, &archive, NULL), YK_OK);
    assert_int_equal(zip_archive_open_member(archive, zip_archive_find(archive, "log.bin"),
                                             ZIP_CHECKED, NULL, &log, NULL),
                     YK_OK);
    *n = (size_t)log->size;
    uint8_t *at = malloc(*n);
    assert_non_null(at);
    assert_int_equal(byte_source_read_exactly(log, 0, at, *n, NULL), YK_OK);
    byte_source_close(log);
    zip_archive_close(archive);
    byte_source_close(packed);
    return at;
}

struct sums {
    uint64_t records, used, passed_over;
};

static struct sums add_up(const uint8_t *at, size_t n)
{
    struct byte_source *bytes = NULL;
    struct gt3x_stream stream;
    struct gt3x_record record;
    struct sums sums = {0, 0, 0};
    assert_int_equal(memory_source_open(at, n, "log.bin", &bytes, NULL), YK_OK);
    assert_int_equal(gt3x_stream_init(&stream, bytes, GT3X_BUFFER_LEAST, NULL), YK_OK);
    enum yk_status status = YK_OK;
    while ((status = gt3x_stream_next(&stream, &record, NULL)) == YK_OK) {
        sums.records++;
        sums.used += (uint64_t)GT3X_HEAD_BYTES + record.size + 1;
        sums.passed_over += stream.damaged + stream.zeros;
    }
    assert_int_equal(status, YK_END);
    sums.passed_over += stream.damaged + stream.zeros;
    gt3x_stream_release(&stream);
    byte_source_close(bytes);
    return sums;
}

static const char *const FILES[] = {
    "data/gt3x/ISM_Enabled.gt3x",        "data/gt3x/TAS1H30182785_2019-09-17.gt3x",
    "data/gt3x/link_90hz_imu_3min.gt3x", "data/gt3x/wgt3xbt_12bit_30hz.gt3x",
    "data/gt3x/insight_32hz_1min.agdc",
};

static void every_byte_is_a_records_or_passed_over(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof FILES / sizeof *FILES; f++) {
        SHARED_OR_SKIP(path, FILES[f]);
        size_t n = 0;
        uint8_t *at = log_of(path, &n);
        const struct sums whole = add_up(at, n);
        assert_true(whole.records > 10);
        assert_int_equal(whole.used + whole.passed_over, n);
        for (size_t i = 0; i < PLACES; i++) {
            size_t pos = i * (n / PLACES) + i * 7919 % (n / PLACES);
            struct sums cut = add_up(at, pos);
            assert_int_equal(cut.used + cut.passed_over, pos);
            at[pos] = (uint8_t)(at[pos] ^ 1u << i % 8);
            struct sums flipped = add_up(at, n);
            assert_int_equal(flipped.used + flipped.passed_over, n);
            at[pos] = (uint8_t)(at[pos] ^ 1u << i % 8);
        }
        free(at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_a_records_or_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
