/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Unisens measurements: the published one gives the published values from its folder, its
 * description and an archive of it; what is missing or strange is told.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware-formats/unisens_description.h"
#include "src/base/digest.h"
#include "tests/support/cwa_open.h"
#include "tests/support/kept_blocks.h"

static struct recording_source *open_path(const char *path, struct failure *why)
{
    static struct zone *zone;
    zone = zone != NULL ? zone : open_zone("Europe/Berlin");
    struct open_options opt = {.zone = zone, .with_gyro = true, .file_zone_wins = true};
    struct recording_source *source = NULL;
    return recording_open(path, &opt, &source, why) == YK_OK ? source : NULL;
}

static void write_file(const char *folder, const char *name, const void *at, size_t n)
{
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check_write_file(path, at, n);
}

static void check_published(struct recording_source *source)
{
    struct kept_blocks all;
    const double sum[3] = {0.467550, 0.527033, 0.476196},
                 first[3] = {0.229492, 0.816406, 0.546387};
    const double last_raw[3] = {673, 1337, 1452};
    kept_blocks_read(&all, source);
    assert_string_equal(source->info.format, "unisens");
    assert_string_equal(source->info.device_serial, "01234");
    assert_close(source->info.rate_hz, 64, 0);
    assert_close(source->info.range_g, 16, 0);
    assert_int_equal(source->report.n_samples, 19200);
    assert_int_equal(source->report.gaps + source->report.bad_blocks, 0);
    /* 13:27:57 in Berlin */
    assert_int_equal(source->info.start_ns, INT64_C(1215170877) * NS_PER_S);
    assert_int_equal(source->info.end_ns, (INT64_C(1215170877) + 300) * NS_PER_S);
    double total = 0;
    for (int a = 0; a < 3; a++) {
        assert_close(source->report.first_sample_g[a], first[a], 5.1e-7);
        assert_close(source->report.last_sample_g[a] / 0.00048828125, last_raw[a], 0);
        assert_close(source->report.sum_g[a] / 19200, sum[a], 5.1e-7);
        total += source->report.sum_g[a];
    }
    assert_close(total, 28238.96142578125, 1e-9); /* exact: multiples of 2^-11 */
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "ecg.bin is named, but not there"));
    kept_blocks_check_cursors(&all, source, 10);
    kept_blocks_release(&all);
}

static void the_published_measurement_gives_its_published_values(void **state)
{
    (void)state;
    SHARED_OR_SKIP(shared, "data/unisens");
    char folder[4096], file[4200];
    snprintf(folder, sizeof folder, "%s", shared);
    snprintf(file, sizeof file, "%s/unisens.xml", folder);
    struct failure why = {0};
    const char *const paths[] = {folder, file};
    for (int i = 0; i < 2; i++) {
        struct recording_source *source = open_path(paths[i], &why);
        if (source == NULL) {
            fail_msg("%s", why.text);
            abort();
        }
        check_published(source);
        recording_source_close(source);
    }
}

/* The published description names acc.csv, with values in g, beside acc.bin: it is read where
 * that is all there is. A field that is no number is a missing sample, counted. */
static void a_signal_kept_as_csv_gives_the_same_values(void **state)
{
    (void)state;
    size_t size = 0, xml_size = 0;
    SHARED_OR_SKIP(shared_bin, "data/unisens/acc.bin");
    uint8_t *raw = (uint8_t *)check_read_file(shared_bin, &size);
    SHARED_OR_SKIP(shared_xml, "data/unisens/unisens.xml");
    char *xml = check_read_file(shared_xml, &xml_size);
    const char *folder = check_scratch("unisens-csv");
    char *text = malloc(size * 16);
    assert_non_null(text);
    size_t n = 0;
    for (size_t i = 0; i + 2 <= size; i += 2) {
        n += (size_t)sprintf(text + n, "%.17g%c",
                             (double)(int16_t)(raw[i] | raw[i + 1] << 8) / 2048,
                             i / 2 % 3 == 2 ? '\n' : ';');
    }
    write_file(folder, "unisens.xml", xml, xml_size);
    for (int pass = 0; pass < 2; pass++) {
        struct failure why = {0};
        struct kept_blocks all;
        write_file(folder, "acc.csv", text, n);
        struct recording_source *source = open_path(folder, &why);
        if (source == NULL) {
            fail_msg("%s", why.text);
            abort();
        }
        kept_blocks_read(&all, source);
        assert_int_equal(source->report.n_samples, 19200 - pass);
        assert_int_equal(source->report.bad_blocks, pass);
        assert_int_equal(source->report.gaps, 0); /* one missing sample joins */
        assert_true(events_of(source, EVENTS_OF_ANY_KIND, "acc.bin is named, but not there"));
        if (pass == 0) {
            assert_close(source->report.sum_g[0] + source->report.sum_g[1] +
                             source->report.sum_g[2],
                         28238.96142578125, 1e-9);
            kept_blocks_check_cursors(&all, source, 10);
        }
        kept_blocks_release(&all);
        recording_source_close(source);
        char *row = memchr(text + n / 2, '\n', n / 2);
        assert_non_null(row);
        row[1] = 'x'; /* the first digit or sign of a field */
    }
    check_remove(folder);
    free(text);
    free(raw);
    free(xml);
}

/* The bytes that stand for the folder are an archive, and the same however it is named. */
static void a_folder_has_one_hash_and_is_an_archive(void **state)
{
    (void)state;
    SHARED_OR_SKIP(shared, "data/unisens");
    const char *scratch = check_scratch("unisens-zip");
    char folder[4096], file[4200], zip[4200], hash[2][DIGEST_HEX];
    snprintf(folder, sizeof folder, "%s", shared);
    snprintf(file, sizeof file, "%s/unisens.xml", folder);
    const char *const paths[] = {folder, file};
    for (int i = 0; i < 2; i++) {
        struct byte_source *bytes = NULL;
        assert_int_equal(recording_bytes_open(paths[i], &bytes, NULL), YK_OK);
        assert_int_equal(digest_of_source(bytes, NULL, hash[i], NULL), YK_OK);
        if (i == 0) {
            char *all = malloc((size_t)bytes->size);
            assert_non_null(all);
            /* In odd pieces, so that every border is crossed somewhere. */
            for (uint64_t pos = 0; pos < bytes->size;) {
                size_t got = 0;
                assert_int_equal(byte_source_read_at(bytes, pos, all + pos, 37, &got, NULL),
                                 YK_OK);
                assert_true(got > 0);
                pos += got;
            }
            write_file(scratch, "m.zip", all, (size_t)bytes->size);
            free(all);
        }
        byte_source_close(bytes);
    }
    assert_string_equal(hash[0], hash[1]);
    struct byte_source *slashes = NULL;
    snprintf(file, sizeof file, "%s//", folder);
    assert_int_equal(recording_bytes_open(file, &slashes, NULL), YK_OK);
    assert_string_equal(slashes->name, "unisens");
    byte_source_close(slashes);
    snprintf(zip, sizeof zip, "%s/m.zip", scratch);
    struct failure why = {0};
    struct recording_source *source = open_path(zip, &why);
    if (source == NULL) {
        fail_msg("%s", why.text);
        abort();
    }
    check_published(source);
    recording_source_close(source);
    check_remove(scratch);
}

/* ---- made measurements ---- */

static const char XML[] =
    "<?xml version=\"1.0\"?>\n"
    "<u:unisens xmlns:u='http://www.unisens.org/unisens2.0' "
    "timestampStart='2026-05-11T12:00:00.500' version=\"2.0\">\n"
    "<!-- <signalEntry id=\"no.bin\"/> -->"
    "<customAttributes><customAttribute key=\"personId\" value=\"K&amp;1 \xE5\xB1\xB1\"/>"
    "</customAttributes>"
    "<signalEntry id=\"acc.bin\" contentClass=\"ACC\" dataType=\"%s\" sampleRate=\"32\" "
    "lsbValue=\"%s\" baseline=\"%s\" unit=\"%s\"><binFileFormat endianess=\"%s\"/>"
    "<channel name=\"x\"/><channel name=\"y\"/><channel name=\"z\"/></signalEntry>"
    "<signalEntry id=\"angularrate.bin\" contentClass=\"angularrate\" dataType=\"int16\" "
    "sampleRate=\"32\" lsbValue=\"0.5\" unit=\"dps\"><binFileFormat/>"
    "<channel/><channel/><channel/></signalEntry>"
    "<signalEntry id=\"temp.bin\" contentClass=\"temp\" dataType=\"int16\" sampleRate=\"1\" "
    "lsbValue=\"0.01\" unit=\"degC\"><binFileFormat/><channel/></signalEntry>"
    "<signalEntry id=\"../../secret.bin\" contentClass=\"acc\" dataType=\"int16\" "
    "sampleRate=\"32\"><binFileFormat/><channel/><channel/><channel/></signalEntry>"
    "</u:unisens>";

static void make(const char *folder, const char *type, const char *lsb, const char *baseline,
                 const char *unit, const char *order, const void *acc, size_t n)
{
    char text[4096];
    int length = snprintf(text, sizeof text, XML, type, lsb, baseline, unit, order);
    write_file(folder, "unisens.xml", text, (size_t)length);
    write_file(folder, "acc.bin", acc, n);
    const int16_t gyro[6] = {2, 4, -6, 1, 1, 1}, temperature[2] = {2512, 3000};
    write_file(folder, "angularrate.bin", gyro, sizeof gyro);
    write_file(folder, "temp.bin", temperature, sizeof temperature);
}

static void every_type_unit_and_byte_order_is_read(void **state)
{
    (void)state;
    const char *folder = check_scratch("unisens-types");
    const uint8_t u8[7] = {128, 129, 0, 127, 255, 1, 9};
    const uint8_t big[6] = {0x01, 0x00, 0xFF, 0x00, 0x00, 0x64};
    const float singles[6] = {9.80665f, 0, -9.80665f, 1, 2, 3};
    const double doubles[3] = {1000, -500, 250};
    const uint32_t words[3] = {0x80000000u, 0x80000001u, 0x7FFFFFFFu};
    const struct {
        const char *type, *lsb, *baseline, *unit, *order;
        const void *at;
        size_t bytes;
        float expected[3];
        uint64_t trailing;
    } cases[] = {
        {"uint8", "0.5", "128", "g", "LITTLE", u8, sizeof u8, {0, 0.5f, -64}, 1},
        {"int16", "0.01", "0", "g", "BIG", big, sizeof big, {2.56f, -2.56f, 1}, 0},
        {"float", "1", "0", "m/s\xC2\xB2", "LITTLE", singles, sizeof singles, {1, 0, -1}, 0},
        {"double", "1", "0", "mg", "LITTLE", doubles, sizeof doubles, {1, -0.5f, 0.25f}, 0},
        {"uint32", "1", "2147483648", "g", "LITTLE", words, sizeof words, {0, 1, -1}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make(folder, cases[i].type, cases[i].lsb, cases[i].baseline, cases[i].unit,
             cases[i].order, cases[i].at, cases[i].bytes);
        struct failure why = {0};
        struct kept_blocks all;
        struct recording_source *source = open_path(folder, &why);
        if (source == NULL) {
            fail_msg("%s: %s", cases[i].type, why.text);
            abort();
        }
        kept_blocks_read(&all, source);
        for (int a = 0; a < 3; a++) {
            assert_close((double)all.sample[a][0], (double)cases[i].expected[a], 1e-6);
        }
        assert_int_equal(source->report.trailing_bytes, cases[i].trailing);
        assert_close(source->report.temperature_c.first, 25.12, 1e-5);
        assert_string_equal(source->info.person_id, "K&1 \xE5\xB1\xB1");
        assert_int_equal(source->info.start_ns % NS_PER_S, 500000000);
        assert_string_equal(source->info.sensor_axes, "6");
        recording_source_close(source);
        kept_blocks_release(&all);
    }
    check_remove(folder);
}

/* Values that are no numbers were not recorded: a gap, not a sample. */
static void values_that_are_no_numbers_are_a_gap(void **state)
{
    (void)state;
    const char *folder = check_scratch("unisens-nan");
    static float v[100 * 3];
    for (int i = 0; i < 300; i++) {
        v[i] = i >= 120 && i < 180 ? NAN : 1;
    }
    make(folder, "float", "1", "0", "g", "LITTLE", v, sizeof v);
    struct failure why = {0};
    struct kept_blocks all;
    struct recording_source *source = open_path(folder, &why);
    if (source == NULL) {
        fail_msg("%s", why.text);
        abort();
    }
    kept_blocks_read(&all, source);
    assert_int_equal(all.n, 2);
    assert_int_equal(all.n_samples, 80);
    assert_int_equal(source->report.gaps, 1);
    assert_close(source->report.gap_s, 20 / 32.0, 1e-9);
    recording_source_close(source);
    kept_blocks_release(&all);
    check_remove(folder);
}

static void what_cannot_be_read_is_refused_with_the_reason(void **state)
{
    (void)state;
    const char *folder = check_scratch("unisens-bad");
    const int16_t one[3] = {1, 2, 3};
    struct failure why = {0};
    make(folder, "complex", "1", "0", "g", "LITTLE", one, sizeof one);
    assert_null(open_path(folder, &why));
    assert_int_equal(why.code, YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "none of the 3 entries is an acceleration"));
    write_file(folder, "unisens.xml", "<unisens timestampStart=\"x\"><a>", 31);
    assert_null(open_path(folder, &why));
    write_file(folder, "unisens.xml", "<unisens timestampStart=\"x>", 27);
    assert_null(open_path(folder, &why));
    assert_int_equal(why.code, YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "ends inside a tag"));
    write_file(folder, "unisens.xml", "<html></html>", 13);
    assert_null(open_path(folder, &why));
    assert_non_null(strstr(why.text, "<html> is the first tag"));
    /* The description alone, without its folder. */
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct zone *zone = open_zone("UTC");
    struct open_options opt = {.zone = zone};
    static const char alone[] = "<unisens/>";
    assert_int_equal(memory_source_open(alone, sizeof alone - 1, "x", &bytes, NULL), YK_OK);
    assert_int_equal(recording_open_source(bytes, &opt, &source, &why), YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "name its folder"));
    byte_source_close(bytes);
    zone_close(zone);
    check_remove(folder);
}

static void entries_beyond_the_limit_are_said(void **state)
{
    (void)state;
    const char *folder = check_scratch("unisens-many");
    static const int16_t acc[6] = {0, 0, 1, 0, 0, 1};
    static char xml[16384];
    struct failure why = {0};
    struct kept_blocks all;
    size_t n = (size_t)snprintf(
        xml, sizeof xml,
        "<unisens timestampStart='2026-05-11T12:00:00+05:00'><signalEntry id='acc.bin' "
        "contentClass='acc' dataType='int16' sampleRate='32'><binFileFormat/><channel/>"
        "<channel/><channel/></signalEntry>");
    for (int i = 0; i < UNISENS_ENTRIES + 2; i++) {
        n += (size_t)snprintf(xml + n, sizeof xml - n, "<valuesEntry id='acc.bin'/>");
    }
    n += (size_t)snprintf(xml + n, sizeof xml - n, "</unisens>");
    write_file(folder, "unisens.xml", xml, n);
    write_file(folder, "acc.bin", acc, sizeof acc);
    struct recording_source *source = open_path(folder, &why);
    if (source == NULL) {
        fail_msg("%s", why.text);
        abort();
    }
    kept_blocks_read(&all, source);
    assert_int_equal(all.n_samples, 2);
    assert_true(events_of(source, READ_EVENT_NOTE, "3 entries beyond the first 64: not read"));
    assert_int_equal(source->info.start_ns, INT64_C(1778482800) * NS_PER_S); /* 07:00 UTC */
    assert_string_equal(source->info.zone, "+05:00");
    recording_source_close(source);
    kept_blocks_release(&all);
    check_remove(folder);
}

static void entries_that_lead_out_of_the_folder_are_left_out(void **state)
{
    (void)state;
    static struct unisens_description d;
    struct failure why;
    char text[4096];
    int n = snprintf(text, sizeof text, XML, "int16", "1", "0", "g", "LITTLE");
    assert_int_equal(unisens_description_parse(text, (size_t)n, "t", &d, &why), YK_OK);
    assert_int_equal(d.n_entries, 3);
    assert_string_equal(d.entry[0].id, "acc.bin");
    assert_int_equal(d.entry[0].n_channels, 3);
    assert_string_equal(d.entry[2].id, "temp.bin");
    assert_false(d.entry[0].is_big_endian);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_measurement_gives_its_published_values),
        cmocka_unit_test(a_signal_kept_as_csv_gives_the_same_values),
        cmocka_unit_test(a_folder_has_one_hash_and_is_an_archive),
        cmocka_unit_test(every_type_unit_and_byte_order_is_read),
        cmocka_unit_test(values_that_are_no_numbers_are_a_gap),
        cmocka_unit_test(what_cannot_be_read_is_refused_with_the_reason),
        cmocka_unit_test(entries_beyond_the_limit_are_said),
        cmocka_unit_test(entries_that_lead_out_of_the_folder_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
