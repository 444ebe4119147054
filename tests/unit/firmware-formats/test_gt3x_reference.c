/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every value that the reference data's README gives for .gt3x and .agdc, read from its tables.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/actigraph_header.h"
#include "firmware-formats/gt3x_decode.h"
#include "firmware-formats/gt3x_stream.h"
#include "firmware-formats/zip_source.h"
#include "src/base/bytes.h"
#include "tests/support/cwa_open.h"
#include "tests/support/readme_values.h"

/* ---- what the seam gives ---- */

struct seen {
    double scale, sum_raw[3], first_raw[3], last_raw[3];
    long long n, seconds;
    float lux[5];
};

static void read_blocks(struct recording_source *source, struct seen *seen)
{
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    memset(seen, 0, sizeof *seen);
    seen->scale = source->info.steps_per_g;
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        for (int a = 0; a < 3; a++) {
            for (uint32_t i = 0; i < block.n; i++) {
                double raw = rint((double)block.acc_g[a][i] * seen->scale);
                if (!isnan(
                        seen->scale)) { /* the float nearest to the whole number's quotient */
                    assert_true((float)(raw / seen->scale) == block.acc_g[a][i]);
                }
                seen->first_raw[a] = seen->n == 0 && i == 0 ? raw : seen->first_raw[a];
                seen->last_raw[a] = raw;
                seen->sum_raw[a] += raw;
            }
        }
        if (seen->seconds < 5) {
            seen->lux[seen->seconds] = block.light;
        }
        seen->n += block.n;
        seen->seconds++;
    }
    sample_block_release(&block);
}

static void check_samples(const char *file, struct recording_source *source,
                          const struct seen *seen)
{
    const struct read_report *report = &source->report;
    char text[512];
    snprintf(text, sizeof text, "%lld", seen->n);
    readme_says(file, "samples", text);
    assert_int_equal(report->n_samples, seen->n);
    readme_says(file, "serial", source->info.device_serial);
    snprintf(text, sizeof text, "%g", source->info.rate_hz);
    readme_says(file, "rate_hz", text);
    readme_says_numbers(file, "first_g", report->first_sample_g, 3, 5.1e-7);
    readme_says_numbers(file, "last_g", report->last_sample_g, 3, 5.1e-7);
    double mean[3];
    for (int a = 0; a < 3; a++) {
        mean[a] = report->sum_g[a] / (double)report->n_samples;
    }
    readme_says_numbers(file, "mean_g", mean, 3, 5.1e-7);
    if (!isnan(seen->scale)) {
        readme_says_numbers(file, "first_raw_xyz", seen->first_raw, 3, 0);
        readme_says_numbers(file, "last_raw_xyz", seen->last_raw, 3, 0);
    }
    if (*readme_value(file, "sum_raw") != '\0' && !isnan(seen->scale)) {
        readme_says_numbers(file, "sum_raw", seen->sum_raw, 3, 0);
    }
    if (*readme_value(file, "scale_lsb_per_g") != '\0') {
        readme_says_numbers(file, "scale_lsb_per_g", &seen->scale, 1, 0);
    }
}

/* Zone UTC: instants are the device's own clock. */
static void check_times(const char *file, struct recording_source *source,
                        const struct zone *utc)
{
    char text[512] = "", iso[40];
    zone_format_iso(utc, source->info.configured_start_ns, 0, iso);
    iso[10] = ' ';
    iso[19] = '\0';
    readme_says(file, "info_start_local", iso);
    if (*readme_value(file, "first_second") == '\0') {
        return;
    }
    double first = (double)(source->info.start_ns / NS_PER_S);
    double last = (double)(source->info.end_ns / NS_PER_S) - 1;
    readme_says_numbers(file, "first_second", &first, 1, 0);
    readme_says_numbers(file, "last_second", &last, 1, 0);
    const struct read_report *report = &source->report;
    double gaps = (double)report->gaps, gap_s = report->gap_s;
    readme_says_numbers(file, "gaps", &gaps, 1, 0);
    readme_says_numbers(file, "gap_seconds", &gap_s, 1, 0);
    size_t n = 0;
    for (size_t i = 0; i < report->n_events && n < 12; i++) { /* the README lists a dozen */
        const struct read_event *e = &report->events[i];
        if (e->kind == READ_EVENT_GAP) {
            size_t used = strlen(text);
            snprintf(text + used, sizeof text - used, "%s%lld+%lld", n++ > 0 ? " " : "",
                     (long long)(e->start_ns / NS_PER_S),
                     (long long)((e->end_ns - e->start_ns) / NS_PER_S));
        }
    }
    const char *list = readme_value(file, "gap_list");
    assert_int_equal(strncmp(list, n > 0 ? text : "-", n > 0 ? strlen(text) : 1), 0);
    double volts[2] = {report->battery_v.first * 1000, report->battery_v.last * 1000};
    if (*readme_value(file, "battery_mv_first_last") != '\0') {
        readme_says_numbers(file, "battery_mv_first_last", volts, 2, 1e-9);
    }
}

/* ---- what the records are ---- */

struct census {
    int of_type[256], enter, leave, worn;
    double lux_sum, lux[3];
    char docked[256];
    int64_t first_s, last_s, seconds;
};

static void count_records(struct byte_source *log, struct census *c)
{
    struct gt3x_stream stream;
    struct gt3x_record r;
    memset(c, 0, sizeof *c);
    assert_int_equal(gt3x_stream_init(&stream, log, GT3X_BUFFER_LEAST, NULL), YK_OK);
    while (gt3x_stream_next(&stream, &r, NULL) == YK_OK) {
        assert_int_equal(stream.damaged, 0);
        if (r.type == GT3X_LUX) {
            double lux = get_u16le(r.payload);
            if (c->of_type[r.type] < 3) {
                c->lux[c->of_type[r.type]] = lux;
            }
            c->lux_sum += lux;
        }
        c->of_type[r.type]++;
        c->enter += r.type == GT3X_EVENT && r.size == 1 && r.payload[0] == GT3X_EVENT_SLEEP;
        c->leave += r.type == GT3X_EVENT && r.size == 1 && r.payload[0] == GT3X_EVENT_WAKE;
        c->worn += r.type == GT3X_CAPSENSE && r.payload[4] != 0;
        bool is_activity =
            r.type == GT3X_ACTIVITY || r.type == GT3X_ACTIVITY2 || r.type == GT3X_ACTIVITY3;
        c->seconds += is_activity && r.size > 1;
        if (is_activity && r.size == 1) {
            size_t used = strlen(c->docked);
            snprintf(c->docked + used, sizeof c->docked - used, "%s%u", used > 0 ? " " : "",
                     (unsigned)r.second);
        }
    }
    gt3x_stream_release(&stream);
}

static void check_records(const char *file, const struct census *c)
{
    static const struct {
        const char *name;
        int type;
    } names[] = {{"activity", 0}, {"battery", 2},    {"event", 3},     {"lux", 5},
                 {"metadata", 6}, {"capsense", 13},  {"params", 21},   {"schema", 24},
                 {"sensor", 25},  {"activity2", 26}, {"activity3", 27}};
    char text[256] = "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t used = strlen(text);
        if (c->of_type[names[i].type] > 0) {
            snprintf(text + used, sizeof text - used, "%s%s=%d", used > 0 ? " " : "",
                     names[i].name, c->of_type[names[i].type]);
        }
    }
    readme_says(file, "record_types", text);
    readme_says(file, "one_byte_activity_at", c->docked[0] != '\0' ? c->docked : "-");
    snprintf(text, sizeof text, "%d/%d", c->enter, c->leave);
    readme_says(file, "ism_enter_exit", text);
    const double seconds = (double)c->seconds, worn = c->worn,
                 capsense = c->of_type[GT3X_CAPSENSE], lux = c->of_type[GT3X_LUX];
    readme_says_numbers(file, "seconds_with_data", &seconds, 1, 0);
    if (capsense > 0) {
        readme_says_numbers(file, "capsense_records", &capsense, 1, 0);
        readme_says_numbers(file, "capsense_worn", &worn, 1, 0);
    }
    if (lux > 0) {
        readme_says_numbers(file, "lux_records", &lux, 1, 0);
        readme_says_numbers(file, "lux_first3", c->lux, 3, 0);
        readme_says_numbers(file, "lux_sum", &c->lux_sum, 1, 0);
    }
}

static void check_container(const char *file, const char *path)
{
    struct byte_source *bytes, *log, *info;
    struct zip_archive *archive;
    struct census c;
    struct actigraph_header header;
    char text[4096];
    size_t n = 0;
    assert_int_equal(file_source_open(path, &bytes, NULL), YK_OK);
    assert_int_equal(zip_archive_open(bytes, &archive, NULL), YK_OK);
    assert_int_equal(zip_archive_open_member(archive, zip_archive_find(archive, "log.bin"),
                                             ZIP_CHECKED, NULL, &log, NULL),
                     YK_OK);
    assert_null(log->damage);
    count_records(log, &c);
    check_records(file, &c);
    assert_int_equal(zip_archive_open_member(archive, zip_archive_find(archive, "info.txt"),
                                             ZIP_CHECKED, NULL, &info, NULL),
                     YK_OK);
    assert_int_equal(byte_source_read_at(info, 0, text, sizeof text, &n, NULL), YK_OK);
    actigraph_header_init(&header);
    actigraph_header_read(&header, text, n);
    double filled = (double)(header.last_s - header.start_s) * header.rate_hz;
    readme_says_numbers(file, "actilife_filled_samples", &filled, 1, 0);
    byte_source_close(info);
    byte_source_close(log);
    zip_archive_close(archive);
    byte_source_close(bytes);
}

static void every_value_of_the_reference_files_is_met(void **state)
{
    static const char *const files[] = {
        "TAS1H30182785_2019-09-17.gt3x", "ISM_Enabled.gt3x",
        "wgt3xbt_12bit_30hz.gt3x",       "neo_v1_30hz.gt3x",
        "link_100hz_3min.gt3x",          "link_90hz_imu_3min.gt3x",
        "insight_32hz_1min.agdc"};
    (void)state;
    if (!readme_load("data/gt3x/README.md")) {
        skip();
    }
    struct zone *utc = open_zone("UTC");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char relative[128];
        struct seen seen;
        snprintf(relative, sizeof relative, "data/gt3x/%s", files[i]);
        const char *path = check_shared(relative);
        assert_non_null(path);
        struct recording_source *source = open_file(path, utc, false);
        read_blocks(source, &seen);
        check_samples(files[i], source, &seen);
        check_times(files[i], source, utc);
        assert_int_equal(source->report.bad_blocks, 0);
        assert_int_equal(source->report.clock_jumps, 0);
        if (strcmp(readme_value(files[i], "container"), "v1 activity.bin") == 0) {
            double lux[5] = {seen.lux[0], seen.lux[1], seen.lux[2], seen.lux[3], seen.lux[4]};
            readme_says_numbers(files[i], "lux_first5", lux, 5, 0);
            assert_string_equal(source->info.format, "gt3x_v1");
        } else {
            check_container(files[i], path);
            assert_string_equal(source->info.format, "gt3x");
        }
        recording_source_close(source);
    }
    zone_close(utc);
}

/* ---- ActiLife's own rows ---- */

struct rows {
    char *at;
    const char *next;
};

static void open_rows(struct rows *self, const char *path)
{
    size_t n = 0;
    self->at = check_read_file(path, &n);
    assert_non_null(self->at);
    self->next = self->at;
    for (int i = 0; i < 11; i++) {
        self->next = strchr(self->next, '\n') + 1;
    }
}

static bool next_row(struct rows *self, double out[3])
{
    if (*self->next == '\0') {
        return false;
    }
    char *end = NULL;
    const char *at = self->next;
    for (int a = 0; a < 3; a++) {
        out[a] = strtod(at, &end);
        at = end + 1;
    }
    self->next = strchr(end, '\n');
    self->next = self->next != NULL ? self->next + 1 : end + strlen(end);
    return true;
}

/* Thousandths, half away from zero: what ActiLife prints of raw / scale. */
static double thousandths(double raw, double scale)
{
    double size = floor(fabs(raw) * 1000.0 / scale + 0.5);
    return raw < 0 ? -size : size;
}

static void assert_row(struct rows *rows, const double raw[3], double scale, long long i)
{
    double row[3];
    assert_true(next_row(rows, row));
    for (int a = 0; a < 3; a++) {
        if (rint(row[a] * 1000) != thousandths(raw[a], scale)) {
            print_error("row %lld, axis %d: %g, not %g\n", i, a,
                        thousandths(raw[a], scale) / 1000, row[a]);
            fail();
        }
    }
}

static long long assert_filled(struct rows *rows, const double last[3], double scale,
                               int64_t from_ns, int64_t zeros_ns, int64_t to_ns, double rate,
                               long long i)
{
    const double zero[3] = {0, 0, 0};
    for (int64_t ns = from_ns; ns < to_ns; ns += (int64_t)(NS_PER_S / (int64_t)rate)) {
        bool is_zero = zeros_ns != TIME_UNKNOWN && ns >= zeros_ns;
        assert_row(rows, is_zero ? zero : last, scale, i++);
    }
    return i;
}

/* Filled as the flags behind each gap say, and with zeros after the end, it is ActiLife's
 * export, all 240 500 rows of it. */
static void gaps_say_what_the_maker_writes_in_them(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/gt3x/TAS1H30182785_2019-09-17.gt3x");
    struct zone *utc = open_zone("UTC");
    struct recording_source *source = open_file(path, utc, false);
    struct sample_block block;
    struct rows rows;
    const double scale = source->info.steps_per_g, rate = source->info.rate_hz;
    double last[3] = {0, 0, 0};
    long long i = 0;
    int64_t end_ns = source->info.start_ns;
    open_rows(&rows, check_shared("data/gt3x/TAS1H30182785_2019-09-17.csv.gz"));
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        if ((block.flags & BLOCK_AFTER_GAP) != 0) {
            assert_true((block.flags & BLOCK_HELD) != 0);
            i = assert_filled(&rows, last, scale, end_ns, block.zeros_from_ns, block.t0_ns,
                              rate, i);
        }
        for (uint32_t k = 0; k < block.n; k++) {
            for (int a = 0; a < 3; a++) {
                last[a] = rint((double)block.acc_g[a][k] * scale);
            }
            assert_row(&rows, last, scale, i++);
        }
        end_ns = block.t0_ns + (int64_t)block.n * NS_PER_S / (int64_t)rate;
    }
    double row[3];
    for (; next_row(&rows, row); i++) {
        assert_true(row[0] == 0 && row[1] == 0 && row[2] == 0);
    }
    assert_int_equal(i, 240500);
    free(rows.at);
    sample_block_release(&block);
    recording_source_close(source);
    zone_close(utc);
}

static void the_old_generation_equals_actilifes_rows(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/gt3x/neo_v1_30hz.gt3x");
    struct zone *utc = open_zone("UTC");
    struct recording_source *source = open_file(path, utc, false);
    struct sample_block block;
    struct rows rows;
    long long i = 0;
    double lux = 0;
    open_rows(&rows, check_shared("data/gt3x/neo_v1_30hz.csv.gz"));
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        for (uint32_t k = 0; k < block.n; k++) {
            double raw[3];
            for (int a = 0; a < 3; a++) {
                raw[a] = rint((double)block.acc_g[a][k] * 341);
            }
            assert_row(&rows, raw, 341, i++);
        }
        lux += isnan(block.light) ? 0 : (double)block.light;
    }
    assert_int_equal(i, 18004);
    assert_close(lux, 15021, 0);
    free(rows.at);
    sample_block_release(&block);
    recording_source_close(source);
    zone_close(utc);
}

static void an_insight_watch_is_calibrated_by_its_own_file(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/gt3x/insight_32hz_1min.agdc");
    struct zone *utc = open_zone("UTC");
    struct recording_source *source = open_file(path, utc, false);
    struct sample_block block;
    struct rows rows;
    open_rows(&rows, check_shared("data/gt3x/insight_32hz_1min_calibrated.csv.gz"));
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        for (uint32_t k = 0; k < block.n; k++) {
            double row[3];
            assert_true(next_row(&rows, row));
            for (int a = 0; a < 3; a++) {
                assert_close((double)block.acc_g[a][k], row[a], 1e-6);
            }
        }
    }
    free(rows.at);
    sample_block_release(&block);
    recording_source_close(source);
    zone_close(utc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_of_the_reference_files_is_met),
        cmocka_unit_test(gaps_say_what_the_maker_writes_in_them),
        cmocka_unit_test(the_old_generation_equals_actilifes_rows),
        cmocka_unit_test(an_insight_watch_is_calibrated_by_its_own_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
