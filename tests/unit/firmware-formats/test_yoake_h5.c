/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the program writes as HDF5 comes back bit for bit: samples, epochs, and what follows
 * from them.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/h5/h5_analysis.h"
#include "src/h5/h5_file.h"
#include "src/h5/h5_seal.h"
#include "src/pipeline/analyze.h"
#include "src/pipeline/convert.h"
#include "tests/support/cwa_open.h"
#include "tests/support/kept_blocks.h"
#include "tests/support/worn_disk.h"

static struct recording_source *open_path(const char *path, struct failure *why)
{
    static struct zone *zone;
    zone = zone != NULL ? zone : open_zone("Asia/Tokyo");
    struct open_options opt = {.zone = zone, .with_gyro = true};
    struct recording_source *source = NULL;
    return recording_open(path, &opt, &source, why) == YK_OK ? source : NULL;
}

static struct recording_source *open_good(const char *path)
{
    struct failure why = {0};
    struct recording_source *source = open_path(path, &why);
    if (source == NULL) {
        fail_msg("%s", why.text);
        abort();
    }
    return source;
}

static void convert(const char *from, const char *to)
{
    struct convert_options options = {.zone_name = "Asia/Tokyo", .replaces = true};
    struct convert_result result;
    struct failure why = {0};
    if (convert_recording(from, to, &options, &result, NULL, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
}

/* Angular rate is compared by its own: NaN differ from themselves. */
static void check_gyro(const char *a, const char *b)
{
    struct recording_source *first = open_good(a), *second = open_good(b);
    struct sample_block x, y;
    assert_int_equal(sample_block_init(&x, true, NULL), YK_OK);
    assert_int_equal(sample_block_init(&y, true, NULL), YK_OK);
    while (first->ops->next_samples(first, &x, NULL) == YK_OK) {
        assert_int_equal(second->ops->next_samples(second, &y, NULL), YK_OK);
        for (int axis = 0; axis < 3; axis++) {
            assert_memory_equal(x.gyro_dps[axis], y.gyro_dps[axis], x.n * sizeof(float));
        }
    }
    sample_block_release(&x);
    sample_block_release(&y);
    recording_source_close(first);
    recording_source_close(second);
}

static void samples_come_back_bit_for_bit(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        bool has_gyro;
    } files[] = {
        {"data/cwa/ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa", false},
        {"data/cwa/ax6_testfile.cwa", true},
        {"data/geneactiv/Not_contiguous.bin", false},
        {"data/matrix/mtx_12.5Hz_acc_gyro.BIN", true},
    };
    const char *folder = check_scratch("yoake-h5");
    char h5[4200], original[4096];
    snprintf(h5, sizeof h5, "%s/a.h5", folder);
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        struct kept_blocks written, read;
        SHARED_OR_SKIP(path, files[f].file);
        snprintf(original, sizeof original, "%s", path);
        convert(original, h5);
        struct recording_source *source = open_good(original);
        kept_blocks_read(&written, source);
        struct recording_source *back = open_good(h5);
        assert_string_equal(back->info.format, "yoake_h5");
        kept_blocks_read(&read, back);
        assert_int_equal(read.n, written.n);
        kept_blocks_check(&written, 0, &read);
        assert_string_equal(back->info.device_serial, source->info.device_serial);
        assert_string_equal(back->info.zone, source->info.zone);
        assert_close(back->info.rate_hz, source->info.rate_hz, 0);
        assert_close(back->info.range_g, source->info.range_g, 0);
        assert_int_equal(back->info.start_ns, source->info.start_ns);
        assert_int_equal(back->info.end_ns, source->info.end_ns);
        assert_int_equal(back->report.n_samples, source->report.n_samples);
        assert_int_equal(back->report.gaps, source->report.gaps);
        kept_blocks_check_cursors(&read, back, 12);
        recording_source_close(source);
        recording_source_close(back);
        kept_blocks_release(&written);
        kept_blocks_release(&read);
        if (files[f].has_gyro) {
            check_gyro(original, h5);
        }
    }
    check_remove(folder);
}

static void run(const char *path, struct analysis *out)
{
    struct parameters parameters;
    struct zone *zone = NULL;
    struct failure why = {0};
    assert_int_equal(parameters_of_recipe("default", &parameters, &why), YK_OK);
    struct analyze_options options = {.recipe = "default", .parameters = &parameters};
    analysis_init(out);
    if (analyze_file(path, "Asia/Tokyo", NULL, &options, out, &zone, NULL, &why) != YK_OK) {
        fail_msg("%s: %s", path, why.text);
    }
    zone_close(zone);
}

static void an_analysis_of_what_was_written_is_the_same(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/cwa/example-610-steps.cwa");
    const char *folder = check_scratch("yoake-h5-analysis");
    char h5[4200], original[4096];
    struct analysis a, b;
    snprintf(original, sizeof original, "%s", path);
    snprintf(h5, sizeof h5, "%s/a.h5", folder);
    convert(original, h5);
    run(original, &a);
    run(h5, &b);
    assert_true(a.epochs.n > 50);
    assert_int_equal(a.epochs.n, b.epochs.n);
    assert_int_equal(a.epochs.t0_ns, b.epochs.t0_ns);
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        assert_int_equal(a.epochs.column[c] != NULL, b.epochs.column[c] != NULL);
        if (a.epochs.column[c] != NULL) {
            assert_memory_equal(a.epochs.column[c], b.epochs.column[c],
                                a.epochs.n * sizeof(float));
        }
    }
    assert_memory_equal(a.epochs.state, b.epochs.state, a.epochs.n * sizeof(uint16_t));

    /* And its epochs, kept as a recording's file, are read as an input. */
    char kept[4200];
    struct failure why = {0};
    struct epoch_series epochs;
    epoch_series_init(&epochs);
    snprintf(kept, sizeof kept, "%s/kept.h5", folder);
    assert_int_equal(h5_analysis_write(kept, &a, &why), YK_OK);
    struct recording_source *source = open_good(kept);
    assert_null(source->ops->next_samples);
    assert_string_equal(source->info.format, "yoake_h5");
    assert_int_equal(source->info.epoch_s, a.epochs.epoch_s);
    assert_int_equal(source->info.start_ns, a.epochs.t0_ns);
    assert_string_equal(source->info.device_serial, a.info.device_serial);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(source->ops->next_epochs(source, &epochs, &why), YK_OK);
        assert_int_equal(source->ops->next_epochs(source, &epochs, &why), YK_END);
        assert_int_equal(epochs.n, a.epochs.n);
        for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
            if (a.epochs.column[c] != NULL) {
                assert_memory_equal(a.epochs.column[c], epochs.column[c],
                                    a.epochs.n * sizeof(float));
            }
        }
        for (size_t i = 0; i < epochs.n; i++) {
            bool is_off = (a.epochs.state[i] & STATE_NONWEAR) != 0;
            assert_int_equal(epochs.state[i],
                             a.epochs.state[i] | (is_off ? STATE_OFF_WRIST : 0));
        }
        epoch_series_release(&epochs);
        epoch_series_init(&epochs);
        assert_int_equal(source->ops->rewind(source, &why), YK_OK);
    }
    recording_source_close(source);
    analysis_release(&a);
    analysis_release(&b);
    check_remove(folder);
}

static void make_foreign(const char *path, bool is_ours, int64_t version)
{
    struct h5_file *file = NULL;
    struct failure why = {0};
    const float values[4] = {1, 2, 3, 4};
    const struct h5_column column = {"x", H5_KIND_FLOAT, 0, NULL, NULL, false};
    assert_int_equal(h5_create(path, &file, &why), YK_OK);
    assert_int_equal(h5_group(file, is_ours ? "/samples" : "/data", &why), YK_OK);
    assert_int_equal(h5_write(file, is_ours ? "/samples" : "/data", &column, values, 4, &why),
                     YK_OK);
    if (is_ours) {
        assert_int_equal(h5_put_int64(file, "/", "schema_version", version, &why), YK_OK);
    }
    assert_int_equal(h5_close(file, &why), YK_OK);
    struct stat status;
    if (!is_ours) { /* others write no seal */
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(truncate(path, status.st_size - H5_SEAL_BYTES), 0);
    }
}

static void files_of_others_and_of_the_future_are_refused_with_the_reason(void **state)
{
    (void)state;
    const char *folder = check_scratch("yoake-h5-foreign");
    char path[4200];
    struct failure why = {0};
    snprintf(path, sizeof path, "%s/a.h5", folder);
    make_foreign(path, false, 0);
    assert_null(open_path(path, &why));
    assert_non_null(strstr(why.text, "an HDF5 file"));
    make_foreign(path, true, 99);
    assert_null(open_path(path, &why));
    assert_int_equal(why.code, YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "newer yoake (schema 99"));
    make_foreign(path, true, 1);
    assert_null(open_path(path, &why));
    assert_int_equal(why.code, YK_ERR_CORRUPT);
    check_remove(folder);
}

/* A file with a right seal and one block of one sample, at whose rate a sample would take
 * longer than time is counted. */
static void make_rate(const char *path, double rate_hz)
{
    struct h5_file *file = NULL;
    struct failure why = {0};
    const float g[1] = {1};
    const int64_t time_ns[1] = {1000000000000000000};
    const uint64_t first[1] = {0};
    const double period_s[1] = {0.01};
    const uint32_t flags[1] = {0};
    const struct {
        const char *group;
        struct h5_column column;
        const void *values;
    } columns[] = {
        {"/samples", {"x", H5_KIND_FLOAT, 0, NULL, NULL, false}, g},
        {"/samples", {"y", H5_KIND_FLOAT, 0, NULL, NULL, false}, g},
        {"/samples", {"z", H5_KIND_FLOAT, 0, NULL, NULL, false}, g},
        {"/readings", {"time_ns", H5_KIND_INT64, 0, NULL, NULL, false}, time_ns},
        {"/readings", {"temperature_c", H5_KIND_FLOAT, 0, NULL, NULL, false}, g},
        {"/readings", {"light", H5_KIND_FLOAT, 0, NULL, NULL, false}, g},
        {"/readings", {"battery_v", H5_KIND_FLOAT, 0, NULL, NULL, false}, g},
        {"/readings", {"flags", H5_KIND_UINT32, 0, NULL, NULL, false}, flags},
        {"/readings", {"first_sample", H5_KIND_UINT64, 0, NULL, NULL, false}, first},
        {"/readings", {"period_s", H5_KIND_DOUBLE, 0, NULL, NULL, false}, period_s},
    };
    assert_int_equal(h5_create(path, &file, &why), YK_OK);
    assert_int_equal(h5_group(file, "/samples", &why), YK_OK);
    assert_int_equal(h5_group(file, "/readings", &why), YK_OK);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        assert_int_equal(
            h5_write(file, columns[i].group, &columns[i].column, columns[i].values, 1, &why),
            YK_OK);
    }
    assert_int_equal(h5_put_double(file, "/samples", "rate_hz", rate_hz, &why), YK_OK);
    assert_int_equal(h5_put_int64(file, "/", "schema_version", 2, &why), YK_OK);
    assert_int_equal(h5_close(file, &why), YK_OK);
}

static void a_rate_that_none_can_be_is_refused(void **state)
{
    (void)state;
    const char *folder = check_scratch("yoake-h5-rate");
    const double bad[] = {1e-290, 0, -100, 1e9, HUGE_VAL};
    char path[4200];
    snprintf(path, sizeof path, "%s/a.h5", folder);
    make_rate(path, 100);
    recording_source_close(open_good(path));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct failure why = {0};
        make_rate(path, bad[i]);
        assert_null(open_path(path, &why));
        assert_int_equal(why.code, YK_ERR_CORRUPT);
        assert_non_null(strstr(why.text, "is no sample rate"));
    }
    check_remove(folder);
}

/* What the HDF5 library would make of a damaged file is not tried out. */
static void a_damaged_file_is_refused_before_hdf5_sees_it(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/geneactiv/gnactv_sample.bin");
    const char *folder = check_scratch("yoake-h5-damage");
    char h5[4200];
    snprintf(h5, sizeof h5, "%s/a.h5", folder);
    convert(path, h5);
    size_t size = 0;
    char *at = check_read_file(h5, &size);
    assert_non_null(at);
    struct zone *zone = open_zone("UTC");
    struct open_options opt = {.zone = zone};
    for (size_t i = 0; i < 400; i++) {
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL;
        struct failure why = {0};
        size_t pos = i / 2 * (size / 200) + i * 31 % (size / 200);
        bool is_cut = i % 2 == 1, is_seal = pos >= size - H5_SEAL_BYTES;
        at[pos] = (char)(at[pos] ^ 1 << i / 2 % 8);
        assert_int_equal(
            memory_source_open(at, is_cut ? pos : size, "damaged.h5", &bytes, NULL), YK_OK);
        if (!is_cut && !is_seal) {
            enum yk_status status = recording_open_source(bytes, &opt, &source, &why);
            assert_true(status == YK_ERR_CORRUPT || (pos < 8 && status == YK_ERR_UNSUPPORTED));
        } else if (is_cut) { /* HDF5 looks at the length first */
            at[pos] = (char)(at[pos] ^ 1 << i / 2 % 8);
            assert_int_not_equal(recording_open_source(bytes, &opt, &source, &why), YK_OK);
            at[pos] = (char)(at[pos] ^ 1 << i / 2 % 8);
        }
        at[pos] = (char)(at[pos] ^ 1 << i / 2 % 8);
        byte_source_close(bytes);
    }
    /* Without its seal it is still what it was. */
    assert_int_equal(truncate(h5, (off_t)(size - H5_SEAL_BYTES)), 0);
    recording_source_close(open_good(h5));
    zone_close(zone);
    free(at);
    check_remove(folder);
}

/* All that is known of a recording but its epochs' values. */
static void read_all(struct recording_source *source, struct epoch_series *epochs,
                     enum yk_status *status, struct failure *why)
{
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    do {
        *status = source->ops->next_epochs != NULL
                      ? source->ops->next_epochs(source, epochs, why)
                      : source->ops->next_samples(source, &block, why);
    } while (*status == YK_OK);
    sample_block_release(&block);
}

static int n_columns(const struct epoch_series *epochs)
{
    int n = 0;
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        n += epochs->column[c] != NULL;
    }
    return n;
}

/* HDF5 1.10.8 loses a few bytes of an object whose header it could not read; the sanitizer asks
 * here what is not to be reported, of this program alone. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5\n";
}

/* Opens and reads the file once for every sector, which is then worn: either that is said, or
 * nothing is missing. Returns how often it was said. */
static int read_with_every_sector_worn(const char *path)
{
    struct zone *zone = open_zone("Asia/Tokyo");
    struct open_options opt = {.zone = zone, .with_gyro = true};
    struct byte_source *whole = NULL;
    struct epoch_series wanted, epochs;
    enum yk_status status = YK_OK;
    struct failure why = {0};
    int said = 0;
    struct recording_source *sound = open_good(path);
    epoch_series_init(&wanted);
    read_all(sound, &wanted, &status, &why);
    assert_int_equal(status, YK_END);
    assert_int_equal(file_source_open(path, &whole, &why), YK_OK);
    for (uint64_t sector = 0; sector * WORN_DISK_SECTOR < whole->size; sector++) {
        struct worn_disk disk;
        struct recording_source *source = NULL;
        worn_disk_init(&disk, whole, sector);
        why = (struct failure){0};
        epoch_series_init(&epochs);
        status = recording_open_source(&disk.base, &opt, &source, &why);
        if (status == YK_OK) {
            assert_string_equal(source->info.channels, sound->info.channels);
            assert_string_equal(source->info.device_serial, sound->info.device_serial);
            read_all(source, &epochs, &status, &why);
        }
        if (status == YK_END) {
            assert_int_equal(epochs.n, wanted.n);
            assert_int_equal(n_columns(&epochs), n_columns(&wanted));
            assert_int_equal(source->report.n_samples, sound->report.n_samples);
        } else {
            assert_int_equal(status, YK_ERR_IO);
            assert_non_null(strstr(why.text, "the sector is worn"));
            said++;
        }
        recording_source_close(source);
        epoch_series_release(&epochs);
    }
    recording_source_close(sound);
    epoch_series_release(&wanted);
    byte_source_close(whole);
    zone_close(zone);
    return said;
}

/* Without their seals, which would notice it before HDF5 is asked anything. */
static void a_sector_that_cannot_be_read_is_no_column_that_is_missing(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/geneactiv/gnactv_sample.bin");
    const char *folder = check_scratch("yoake-h5-worn");
    struct failure why = {0};
    struct analysis analysis;
    struct stat file;
    char h5[2][4200];
    snprintf(h5[0], sizeof h5[0], "%s/samples.h5", folder);
    snprintf(h5[1], sizeof h5[1], "%s/epochs.h5", folder);
    run(path, &analysis);
    convert(path, h5[0]);
    assert_int_equal(h5_analysis_write(h5[1], &analysis, &why), YK_OK);
    analysis_release(&analysis);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stat(h5[i], &file), 0);
        assert_int_equal(truncate(h5[i], file.st_size - H5_SEAL_BYTES), 0);
        assert_true(read_with_every_sector_worn(h5[i]) > 10);
    }
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_come_back_bit_for_bit),
        cmocka_unit_test(an_analysis_of_what_was_written_is_the_same),
        cmocka_unit_test(a_rate_that_none_can_be_is_refused),
        cmocka_unit_test(a_damaged_file_is_refused_before_hdf5_sees_it),
        cmocka_unit_test(files_of_others_and_of_the_future_are_refused_with_the_reason),
        cmocka_unit_test(a_sector_that_cannot_be_read_is_no_column_that_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
