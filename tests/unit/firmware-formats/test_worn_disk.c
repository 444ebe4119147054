/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file of every kind on a disk of which one sector cannot be read: that is said, with the
 * disk's own reason, and never taken for an end, a damaged row or another kind of file.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "tests/support/cwa_open.h"
#include "tests/support/worn_disk.h"

#define FIRST 8   /* sectors, where formats look when they are asked whether it is theirs */
#define PLACES 40 /* of a file; each is read anew for every one */

/* What was found in a file. */
struct found {
    enum yk_status status;
    struct failure why;
    int64_t n_samples;
    size_t n_epochs, n_events;
};

static void read_file(struct byte_source *bytes, struct found *out)
{
    struct zone *zone = open_zone("UTC");
    struct open_options opt = {.zone = zone};
    struct recording_source *source = NULL;
    struct sample_block block;
    struct epoch_series epochs;
    *out = (struct found){.status = YK_OK};
    epoch_series_init(&epochs);
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    out->status = recording_open_source(bytes, &opt, &source, &out->why);
    while (out->status == YK_OK) {
        out->status = source->ops->next_epochs != NULL
                          ? source->ops->next_epochs(source, &epochs, &out->why)
                          : source->ops->next_samples(source, &block, &out->why);
    }
    if (source != NULL) {
        out->n_samples = source->report.n_samples;
        out->n_events = source->report.n_events;
    } else {
        byte_source_close(bytes);
    }
    out->n_epochs = epochs.n;
    recording_source_close(source);
    epoch_series_release(&epochs);
    sample_block_release(&block);
    zone_close(zone);
}

static uint64_t place_of(uint64_t i, uint64_t n_sectors)
{
    return n_sectors <= PLACES || i < FIRST
               ? i
               : FIRST + (i - FIRST) * (n_sectors - 1 - FIRST) / (PLACES - 1 - FIRST);
}

static bool is_same(const struct found *a, const struct found *b)
{
    return a->status == b->status && a->n_samples == b->n_samples &&
           a->n_epochs == b->n_epochs && a->n_events == b->n_events;
}

/* Of a GT3X+ the archive holds more than the recording: then nothing is missing. */
static void a_sector_that_cannot_be_read_is_said(void **state)
{
    (void)state;
    static const char *const files[] = {
        "data/cwa/ax6_testfile.cwa",
        "data/counts/test_sample_aw7.AWD",
        "data/counts/test_sample_rpx_eng.csv",
        "data/counts/test_sample_dqt_head.csv",
        "data/counts/test_sample_atr_head.txt",
        "data/counts/test_sample_tal_head.txt",
        "data/counts/test_sample.mtn",
        "data/actigraph-csv/Actical.csv",
        "data/counts/test_sample_mesa.csv",
        "data/counts/sample-timeSeries.csv.gz",
        "data/depresjon/epochs_condition_2.csv.gz",
        "data/geneactiv/genea_testfile.bin",
        "data/geneactiv/gnactv_sample.bin",
        "data/matrix/mtx_12.5Hz_acc.BIN",
        "data/gt3x/wgt3xbt_12bit_30hz.gt3x",
        "data/gt3x/neo_v1_30hz.gt3x",
        "data/gt3x/insight_32hz_1min.agdc",
        "data/counts-agcounts/link_100hz_3min_5sec.agd",
        "data/actigraph-csv/ActiGraph61.csv",
        "data/actigraph-csv/cle_40hz_raw_timestamps.csv",
    };
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        SHARED_OR_SKIP(path, files[f]);
        struct byte_source *whole = NULL, *again = NULL;
        struct found sound;
        int n_said = 0;
        assert_int_equal(file_source_open(path, &whole, NULL), YK_OK);
        assert_int_equal(file_source_open(path, &again, NULL), YK_OK);
        read_file(again, &sound);
        assert_int_equal(sound.status, YK_END);
        uint64_t n = (whole->size + WORN_DISK_SECTOR - 1) / WORN_DISK_SECTOR;
        for (uint64_t i = 0; i < PLACES && i < n; i++) {
            struct worn_disk disk;
            struct found found;
            worn_disk_init(&disk, whole, place_of(i, n));
            read_file(&disk.base, &found);
            bool is_said = found.status == YK_ERR_IO &&
                           strstr(found.why.text, "the sector is worn") != NULL;
            if (!is_said && !is_same(&found, &sound)) {
                fail_msg("%s, sector %d of %d: %s %s", files[f], (int)disk.sector, (int)n,
                         status_word(found.status), found.why.text);
            }
            n_said += is_said;
        }
        assert_true(n_said > 0);
        byte_source_close(whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sector_that_cannot_be_read_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
