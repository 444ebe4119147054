/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expected numbers: data/counts/README.md and reference_counts.csv of the reference data; the
 * scores are the maker's own.
 */
#include "tests/support/check.h"
#include "algorithms/scorer.h"
#include "tests/support/count_file.h"

#include <iconv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Epochs inside the intervals of that name. */
static size_t interval_epochs(const struct count_file *file, const char *name)
{
    int64_t ns = 0;
    for (size_t i = 0; i < file->source->report.n_events; i++) {
        const struct read_event *e = &file->source->report.events[i];
        bool is_it = e->kind == READ_EVENT_INTERVAL && strcmp(e->detail, name) == 0;
        ns += is_it ? e->end_ns - e->start_ns : 0;
    }
    return (size_t)(ns / NS_PER_S / file->epochs.epoch_s);
}

static size_t off_wrist(const struct count_file *file)
{
    size_t n = 0;
    for (size_t i = 0; i < file->epochs.n; i++) {
        n += (file->epochs.state[i] & STATE_OFF_WRIST) != 0;
    }
    return n;
}

static void the_english_export_gives_its_reference_values(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/test_sample_rpx_eng.csv");
    struct count_file file;
    count_file_read(&file, path, "?America/New_York", NULL);
    assert_int_equal(file.status, YK_END);
    const struct recording_info *info = &file.source->info;
    assert_string_equal(info->format, "rpx");
    assert_string_equal(info->device_model, "Actiwatch 2");
    assert_string_equal(info->device_serial, "AXXXUK");
    assert_string_equal(info->firmware, "01.01.0010");
    assert_string_equal(info->person_id, "TEST_SAMPLE_UK");
    assert_string_equal(info->zone, "Europe/Dublin"); /* first city with the stated offset */
    assert_int_equal(info->count_kind, COUNT_KIND_ACTIWATCH);
    assert_int_equal(file.epochs.n, 20160);
    assert_int_equal(file.epochs.epoch_s, 30);
    assert_string_equal(count_file_start(&file), "2015-07-04T09:45:00+01:00");
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 3780329, 0);
    assert_close(count_file_sum(&file, EPOCH_LIGHT), 12196492.63, 1);
    assert_close(count_file_sum(&file, EPOCH_MAKER_WAKE), 11716, 0);
    assert_int_equal(count_file_missing(&file, EPOCH_COUNTS), 0);
    assert_int_equal(interval_epochs(&file, "rest"), 232 + 7927);
    assert_int_equal(interval_epochs(&file, "sleep"), 7927);
    assert_int_equal(file.source->report.buttons, 1);
    assert_int_equal(file.source->report.bad_blocks, 0);
    assert_int_equal(file.source->report.gaps, 0);
    count_file_close(&file);
}

static void check_german(struct count_file *file)
{
    assert_int_equal(file->status, YK_END);
    const struct recording_info *info = &file->source->info;
    assert_string_equal(info->device_model, "Spectrum PRO");
    assert_string_equal(info->device_serial, "PXXGER");
    assert_string_equal(info->person_id, ""); /* it is the name as well */
    assert_int_equal(file->epochs.n, 20160);
    assert_int_equal(file->epochs.epoch_s, 30);
    assert_string_equal(count_file_start(file), "2020-01-24T09:05:00+01:00");
    assert_close(count_file_sum(file, EPOCH_COUNTS), 1457069, 0);
    assert_close(count_file_sum(file, EPOCH_MAKER_WAKE), 9290, 0);
    assert_int_equal(count_file_missing(file, EPOCH_COUNTS), 495);
    assert_int_equal(off_wrist(file), 494);
    assert_int_equal(interval_epochs(file, "excluded"), 494);
    assert_int_equal(interval_epochs(file, "rest"), 382 + 8145);
    assert_int_equal(interval_epochs(file, "sleep"), 8145);
    assert_int_equal(file->source->report.bad_blocks, 0);
}

static void the_german_export_gives_its_reference_values(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/test_sample_rpx_ger_no_light.csv");
    struct count_file file;
    count_file_read(&file, path, "?UTC", NULL);
    check_german(&file);
    count_file_close(&file);
}

/* The same file as Windows wrote it: CP1252, and with the CR CR LF that some exports have. */
static void windows_text_and_odd_line_ends_change_nothing(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/test_sample_rpx_ger_no_light.csv");
    size_t n = 0, from_n, to_n;
    char *whole = check_read_file(path, &n);
    char *latin = malloc(n), *odd = malloc(2 * n), *from = whole, *to = latin;
    from_n = to_n = n;
    iconv_t converter = iconv_open("CP1252", "UTF-8");
    assert_true(iconv(converter, &from, &from_n, &to, &to_n) != (size_t)-1);
    iconv_close(converter);
    size_t odd_n = 0;
    for (size_t i = 0; i < n - to_n; i++) {
        if (latin[i] == '\r') {
            odd[odd_n++] = '\r';
        }
        odd[odd_n++] = latin[i];
    }
    struct count_file file;
    count_file_read_text(&file, odd, odd_n, "?UTC", NULL);
    check_german(&file);
    count_file_close(&file);
    free(whole);
    free(latin);
    free(odd);
}

/* A Japanese Windows writes CP932, where the second byte of 表 is a backslash and that of 能 is
 * the one of ]. The code is read, the name is not. */
static void japanese_windows_text_is_read(void **state)
{
    (void)state;
    static const char code[] = "\"TEST_SAMPLE_UK\"", name[] = "\"Full Name:\",\"*\"";
    SHARED_OR_SKIP(path, "data/counts/test_sample_rpx_eng.csv");
    size_t n = 0;
    char *whole = check_read_file(path, &n);
    char *at_code = strstr(whole, code), *at_name = strstr(whole, name);
    assert_true(at_code != NULL && at_name > at_code);
    char *text = malloc(n + 256), *jp = malloc(n + 256), *from = text, *to = jp;
    size_t made = (size_t)sprintf(text, "%.*s\"表能01\"%.*s\"Full Name:\",\"山田 能表\"%s",
                                  (int)(at_code - whole), whole,
                                  (int)(at_name - at_code - (ptrdiff_t)strlen(code)),
                                  at_code + strlen(code), at_name + strlen(name));
    from += memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* CP932 has no byte order mark */
    size_t from_n = made - (size_t)(from - text), to_n = n + 256;
    iconv_t converter = iconv_open("CP932", "UTF-8");
    assert_true(iconv(converter, &from, &from_n, &to, &to_n) != (size_t)-1);
    iconv_close(converter);
    struct count_file plain, file;
    count_file_read_text(&plain, whole, n, "?UTC", NULL);
    for (int pass = 0; pass < 2; pass++) {
        count_file_read_text(&file, pass == 0 ? text : jp, pass == 0 ? made : n + 256 - to_n,
                             "?UTC", NULL);
        assert_int_equal(file.status, YK_END);
        assert_string_equal(file.source->info.format, "rpx");
        assert_string_equal(file.source->info.person_id, "表能01");
        assert_int_equal(file.epochs.n, plain.epochs.n);
        assert_close(count_file_sum(&file, EPOCH_COUNTS), count_file_sum(&plain, EPOCH_COUNTS),
                     0);
        assert_int_equal(file.source->report.bad_blocks, 0);
        assert_string_equal(file.source->info.zone, plain.source->info.zone);
        count_file_close(&file);
    }
    count_file_close(&plain);
    free(whole);
    free(text);
    free(jp);
}

/* Actiware's own scores (threshold 40, medium) against Oakley's rule on what was read. Both
 * files are the beginning of a longer recording: the last two scores rest on epochs that are
 * not in them. */
static void the_makers_scores_come_out(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        size_t differing;
    } files[] = {{"data/counts/test_sample_rpx_eng.csv", 0},
                 {"data/counts/test_sample_rpx_ger_no_light.csv", 1}};
    for (size_t f = 0; f < 2; f++) {
        SHARED_OR_SKIP(path, files[f].path);
        struct count_file file;
        count_file_read(&file, path, "UTC", NULL);
        assert_int_equal(file.status, YK_END);
        uint8_t *score = malloc(file.epochs.n);
        struct scorer_input in = {.counts = file.epochs.column[EPOCH_COUNTS],
                                  .n = file.epochs.n,
                                  .epoch_s = file.epochs.epoch_s,
                                  .threshold = 40};
        assert_int_equal(scorer_score(scorer_find("oakley"), &in, score, NULL), YK_OK);
        size_t differing = 0;
        for (size_t i = 0; i + 2 < file.epochs.n; i++) {
            float maker = file.epochs.column[EPOCH_MAKER_WAKE][i];
            uint8_t wanted = isnan(maker) ? SCORE_UNKNOWN
                             : maker > 0  ? SCORE_WAKE
                                          : SCORE_SLEEP;
            differing += score[i] != wanted;
        }
        assert_int_equal(differing, files[f].differing);
        free(score);
        count_file_close(&file);
    }
}

#define FRENCH                                                                                 \
    "\"Fichier d'exportation Actiware (Version 05.00)\"\r\n"                                   \
    "\"Identité\u00A0:\",\"P12\"\r\n"                                                         \
    "\"Type d’Actiwatch\u00A0:\",\"Spectrum\"\r\n"                                           \
    "\"Numéro de série de l’Actiwatch\u00A0:\",\"W77\"\r\n"                                \
    "\"Date de début de la collecte des données\u00A0:\",\"03/05/2012\"\r\n"                 \
    "\"Longueur de la période\u00A0:\",\"60\",\"secondes\"\r\n"                               \
    "\"-------- Données période par période --------\"\r\n"                                 \
    "\"Ligne :\",\"Numéro de ligne\"\r\n\r\n"                                                 \
    "\"Ligne\",\"Date\",\"Heure\",\"Activité\",\"Marqueur\",\"Lumière blanche\","            \
    "\"Sommeil/Éveil\",\"Statut de l’intervalle\",\r\n\r\n"                                 \
    "\"1\",\"03/05/2012\",\"12:00:00\",\"12\",\"0\",\"2,35E+02\",\"1\",\"ACTIF\",\r\n"         \
    "\"2\",\"03/05/2012\",\"12:01:00\",\"NAN\",\"1\",\"0,50\",\"NAN\",\"REPOS\",\r\n"          \
    "\"3\",\"03/05/2012\",\"12:02:00\",\"7\",\"0\",\"1,00\",\"0\",\"REPOS-S\",\r\n"

static void check_french(const char *text, size_t n)
{
    struct count_file file;
    count_file_read_text(&file, text, n, "UTC", NULL);
    assert_int_equal(file.status, YK_END);
    assert_string_equal(file.source->info.device_model, "Spectrum");
    assert_string_equal(file.source->info.device_serial, "W77");
    assert_string_equal(file.source->info.person_id, "P12");
    assert_int_equal(file.epochs.n, 3);
    assert_string_equal(count_file_start(&file), "2012-05-03T12:00:00+00:00");
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 19, 0);
    assert_close(count_file_sum(&file, EPOCH_LIGHT), 236.5, 1e-4);
    assert_close(count_file_sum(&file, EPOCH_MARKER), 1, 0);
    assert_int_equal(count_file_missing(&file, EPOCH_COUNTS), 1);
    assert_int_equal(count_file_missing(&file, EPOCH_MAKER_WAKE), 1);
    assert_int_equal(interval_epochs(&file, "rest"), 2);
    assert_int_equal(interval_epochs(&file, "sleep"), 1);
    assert_int_equal(file.source->report.bad_blocks, 0);
    count_file_close(&file);
}

static void french_exports_are_read_in_both_encodings(void **state)
{
    (void)state;
    static const char text[] = FRENCH;
    check_french(text, sizeof text - 1);
    char latin[sizeof text], *to = latin;
    char whole[sizeof text], *from = whole;
    memcpy(whole, text, sizeof text);
    size_t from_n = sizeof text - 1, to_n = sizeof latin;
    iconv_t converter = iconv_open("CP1252", "UTF-8");
    assert_true(iconv(converter, &from, &from_n, &to, &to_n) != (size_t)-1);
    iconv_close(converter);
    check_french(latin, sizeof latin - to_n);
}

#define ENGLISH                                                                                \
    "\"Actiware Export File (Version 05.00)\"\n\"Epoch Length:\",\"60\",\"seconds\"\n"         \
    "\"Number of Data Samples:\",\"4\",\"samples\"\n"

static void americans_write_the_month_first(void **state)
{
    (void)state;
    static const char text[] = ENGLISH
        "\"Time Zone:\",\"(UTC-05:00) Eastern Time (US & Canada)\"\n"
        "\"Time Zone Offset:\",\"-04:00\",\"hours:minutes\"\n"
        "\"Line\",\"Date\",\"Time\",\"Activity\",\n"
        "\"1\",\"7/4/2015\",\"11:58:00 PM\",\"1\",\n\"2\",\"7/4/2015\",\"11:59:00 PM\",\"2\",\n"
        "\"3\",\"7/5/2015\",\"12:00:00 AM\",\"3\",\n";
    struct count_file file;
    count_file_read_text(&file, text, sizeof text - 1, "?UTC", NULL);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 3);
    assert_string_equal(file.source->info.zone, "-04:00");
    assert_string_equal(count_file_start(&file), "2015-07-04T23:58:00-04:00");
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "the header says 4 epochs"), 1);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "clock changes unknown"), 1);
    count_file_close(&file);
}

/* Whether the software lets the clock jump at a change or the recorder's go on: neither is a
 * gap, and the next day's times are right. */
static void a_clock_change_is_no_gap(void **state)
{
    (void)state;
    static const char *const after[] = {"03:00:00\",\"3\",\n\"4\",\"29/03/2020\",\"03:01:00",
                                        "02:00:00\",\"3\",\n\"4\",\"29/03/2020\",\"02:01:00"};
    for (int i = 0; i < 2; i++) {
        char text[1024];
        int n = snprintf(text, sizeof text,
                         ENGLISH "\"Time Zone:\",\"(UTC+01:00) Amsterdam, Berlin\"\n"
                                 "\"Time Zone Offset:\",\"+01:00\",\"hours:minutes\"\n"
                                 "\"Data Collection Start Date:\",\"29/03/2020\"\n"
                                 "\"Line\",\"Date\",\"Time\",\"Activity\",\n"
                                 "\"1\",\"29/03/2020\",\"01:58:00\",\"1\",\n"
                                 "\"2\",\"29/03/2020\",\"01:59:00\",\"2\",\n"
                                 "\"3\",\"29/03/2020\",\"%s\",\"4\",\n",
                         after[i]);
        struct count_file file;
        count_file_read_text(&file, text, (size_t)n, "Europe/Amsterdam", NULL);
        assert_int_equal(file.status, YK_END);
        assert_int_equal(file.epochs.n, 4);
        assert_int_equal(file.source->report.gaps, 0);
        assert_int_equal(file.source->report.bad_blocks, 0);
        assert_close(count_file_sum(&file, EPOCH_COUNTS), 10, 0);
        count_file_close(&file);
    }
}

static void dates_that_nothing_decides_are_refused_with_both_readings(void **state)
{
    (void)state;
    static const char text[] = ENGLISH "\"Line\",\"Date\",\"Time\",\"Activity\",\n"
                                       "\"1\",\"04/07/2015\",\"09:00:00\",\"1\",\n";
    struct count_file file;
    count_file_read_text(&file, text, sizeof text - 1, "UTC", NULL);
    assert_int_equal(file.status, YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(file.why.text, "2015-07-04 or 2015-04-07"));
    assert_non_null(strstr(file.why.text, "time_format"));
    count_file_close(&file);
    count_file_read_text(&file, text, sizeof text - 1, "UTC",
                         "time_format = %m/%d/%Y %H:%M:%S\n");
    assert_int_equal(file.status, YK_END);
    assert_string_equal(count_file_start(&file), "2015-04-07T09:00:00+00:00");
    count_file_close(&file);
}

static void an_export_without_its_table_is_refused(void **state)
{
    (void)state;
    struct count_file file;
    count_file_read_text(&file, ENGLISH, sizeof ENGLISH - 1, "UTC", NULL);
    assert_int_equal(file.status, YK_ERR_CORRUPT);
    assert_non_null(strstr(file.why.text, "Epoch-by-Epoch"));
    count_file_close(&file);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    count_file_refuse_memory(FRENCH, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_english_export_gives_its_reference_values),
        cmocka_unit_test(the_german_export_gives_its_reference_values),
        cmocka_unit_test(windows_text_and_odd_line_ends_change_nothing),
        cmocka_unit_test(japanese_windows_text_is_read),
        cmocka_unit_test(the_makers_scores_come_out),
        cmocka_unit_test(french_exports_are_read_in_both_encodings),
        cmocka_unit_test(americans_write_the_month_first),
        cmocka_unit_test(a_clock_change_is_no_gap),
        cmocka_unit_test(dates_that_nothing_decides_are_refused_with_both_readings),
        cmocka_unit_test(an_export_without_its_table_is_refused),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
