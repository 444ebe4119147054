/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording of every format is the same recording whatever it is called and however it is
 * packed: as it is without a name that says anything, compressed, in an archive under another
 * name, in a folder of an archive among other files, compressed inside an archive, an archive
 * that is compressed.
 */
#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "firmware-formats/format.h"
#include "tests/support/cwa_open.h"
#include "tests/support/zip_build.h"

static const struct {
    const char *format, *path;
} FILES[] = {
    {"cwa", "data/cwa/ax3_testfile.cwa"},
    {"awd", "data/counts/test_sample_aw4.AWD"},
    {"rpx", "data/counts/test_sample_rpx_ger_no_light.csv"},
    {"dqt", "data/counts/test_sample_dqt_head.csv"},
    {"acttrust", "data/counts/test_sample_atr_head.txt"},
    {"tempatilumi", "data/counts/test_sample_tal_head.txt"},
    {"mtn", "data/counts/test_sample.mtn"},
    {"actical", "data/actigraph-csv/Actical.csv"},
    {"mesa", "data/counts/test_sample_mesa.csv"},
    {"ukb", "data/counts/sample-timeSeries.csv.gz"},
    {"epoch_csv", "data/depresjon/condition_2.csv.gz"},
    {"genea", "data/geneactiv/genea_testfile.bin"},
    {"geneactiv", "data/geneactiv/gnactv_sample.bin"},
    {"matrix", "data/matrix/mtx_12.5Hz_acc_gyro.BIN"},
    {"gt3x", "data/gt3x/link_90hz_imu_3min.gt3x"},
    {"gt3x", "data/gt3x/insight_32hz_1min.agdc"},
    {"gt3x_v1", "data/gt3x/neo_v1_30hz.gt3x"},
    {"agd", "data/counts-agcounts/link_100hz_3min_5sec.agd"},
    {"actigraph_csv", "data/actigraph-csv/ActiGraph61.csv"},
    {"actigraph_csv", "data/actigraph-csv/cle_40hz_raw_timestamps.csv"},
};

struct bytes {
    uint8_t *at;
    size_t n;
};

static struct bytes compressed(uint8_t *at, size_t n)
{
    z_stream z = {.next_in = at, .avail_in = (uInt)n};
    assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    struct bytes out = {malloc(n + n / 100 + 1024), n + n / 100 + 1024};
    assert_non_null(out.at);
    z.next_out = out.at;
    z.avail_out = (uInt)out.n;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.n = z.total_out;
    deflateEnd(&z);
    return out;
}

static struct bytes archived(const char *name, const uint8_t *at, size_t n, bool has_others)
{
    struct zip_build zip;
    zip_build_init(&zip);
    if (has_others) {
        zip_build_add(&zip, "study/", "", 0, false);
        zip_build_add(&zip, "study/read me.txt", "Notes on the study.\nNothing else.\n", 34,
                      true);
        zip_build_add(&zip, "__MACOSX/study/._x", "\0\5\26\7\0\2\0\0Mac OS X", 16, false);
    }
    zip_build_add(&zip, name, at, n, true);
    zip_build_end(&zip);
    struct bytes out = {malloc(zip.n), zip.n};
    assert_non_null(out.at);
    memcpy(out.at, zip.at, zip.n);
    zip_build_release(&zip);
    return out;
}

/* Reads it whole; *n: samples or epochs. */
static void read_it(const struct bytes *in, const struct zone *zone, char format[static 24],
                    int64_t *start_ns, int64_t *n)
{
    struct open_options opt = {.zone = zone};
    struct recording_source *source = open_memory(in->at, in->n, "recording", &opt);
    struct failure why;
    memcpy(format, source->info.format, 24);
    *start_ns = source->info.start_ns;
    *n = 0;
    if (source->ops->next_epochs != NULL) {
        struct epoch_series epochs;
        epoch_series_init(&epochs);
        while (source->ops->next_epochs(source, &epochs, &why) == YK_OK) {
        }
        *n = (int64_t)epochs.n;
        epoch_series_release(&epochs);
    } else {
        struct sample_block block;
        assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
        while (source->ops->next_samples(source, &block, &why) == YK_OK) {
            *n += block.n;
        }
        sample_block_release(&block);
    }
    recording_source_close(source);
}

static void every_format_is_the_same_however_it_is_packed(void **state)
{
    (void)state;
    enum { WAYS = 6 };
    struct zone *zone = open_zone("Europe/Oslo");
    for (size_t f = 0; f < sizeof FILES / sizeof *FILES; f++) {
        SHARED_OR_SKIP(path, FILES[f].path);
        struct bytes plain = {NULL, 0};
        plain.at = (uint8_t *)check_read_file(path, &plain.n); /* unpacked */
        assert_non_null(plain.at);
        struct bytes gz = compressed(plain.at, plain.n);
        struct bytes zip = archived("x.bin", plain.at, plain.n, false);
        struct bytes way[WAYS] = {plain,
                                  gz,
                                  zip,
                                  archived("study/a week", plain.at, plain.n, true),
                                  archived("x.gz", gz.at, gz.n, false),
                                  compressed(zip.at, zip.n)};
        int64_t start_ns[WAYS], n[WAYS];
        for (int w = 0; w < WAYS; w++) {
            char format[24];
            read_it(&way[w], zone, format, &start_ns[w], &n[w]);
            assert_string_equal(format, FILES[f].format);
            assert_true(n[w] > 0);
            assert_int_equal(start_ns[w], start_ns[0]);
            assert_int_equal(n[w], n[0]);
        }
        for (int w = 0; w < WAYS; w++) {
            free(way[w].at);
        }
    }
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_the_same_however_it_is_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
