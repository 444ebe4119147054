/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/alloc.h"
#include "tests/support/cwa_open.h"
#include "tests/support/reference.h"

#define TICKS(s) (((s) + 62135596800LL) * 10000000LL)
#define START 1500000000LL

static void read_all(struct recording_source *source, struct epoch_series *epochs)
{
    struct failure why = {0};
    enum yk_status status;
    epoch_series_init(epochs);
    while ((status = source->ops->next_epochs(source, epochs, &why)) == YK_OK) {
    }
    if (status != YK_END) {
        fail_msg("%s", why.text);
    }
}

static double sum(const struct epoch_series *epochs, enum epoch_column column)
{
    double total = 0;
    assert_non_null(epochs->column[column]);
    for (size_t k = 0; k < epochs->n; k++) {
        total += isnan(epochs->column[column][k]) ? 0 : (double)epochs->column[column][k];
    }
    return total;
}

static void a_day_of_10_s_epochs_has_its_published_sums(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/GT3XPlus-RawData-Day01.agd");
    struct zone *utc = open_zone("UTC");
    struct recording_source *source = open_file(path, utc, false);
    struct epoch_series epochs;
    read_all(source, &epochs);
    assert_int_equal(epochs.n, 8999);
    assert_int_equal(epochs.epoch_s, 10);
    char iso[40];
    zone_format_iso(utc, epochs.t0_ns, 0, iso);
    assert_string_equal(iso, "2012-06-27T10:54:00+00:00");
    assert_close(sum(&epochs, EPOCH_COUNTS_Y), 470640, 0);
    assert_close(sum(&epochs, EPOCH_LIGHT), 585317, 0);
    double magnitude = 0;
    for (size_t k = 0; k < epochs.n; k++) {
        double x = (double)epochs.column[EPOCH_COUNTS_X][k],
               y = (double)epochs.column[EPOCH_COUNTS_Y][k],
               z = (double)epochs.column[EPOCH_COUNTS_Z][k];
        magnitude += sqrt(x * x + y * y + z * z);
    }
    assert_close(magnitude, 857627.087815, 1e-6);
    assert_int_equal(source->info.count_kind, COUNT_KIND_ACTIGRAPH);
    assert_string_equal(source->info.device_serial, "NEO1DXXXXXXXX");
    assert_string_equal(source->info.person_id, ""); /* the subject is named as the device */
    assert_int_equal(source->report.bad_blocks + source->report.gaps, 0);
    epoch_series_release(&epochs);
    recording_source_close(source);
    zone_close(utc);
}

/* ActiLife's own sums to 60 s: every column of every minute. */
static void six_epochs_are_one_of_actilifes_minutes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum epoch_column column;
    } pairs[] = {{"axis1", EPOCH_COUNTS_Y},
                 {"axis2", EPOCH_COUNTS_X},
                 {"axis3", EPOCH_COUNTS_Z},
                 {"steps", EPOCH_STEPS},
                 {"inclineoff", EPOCH_INCLINE_OFF_S},
                 {"inclinestanding", EPOCH_INCLINE_STANDING_S},
                 {"inclinesitting", EPOCH_INCLINE_SITTING_S},
                 {"inclinelying", EPOCH_INCLINE_LYING_S}};
    SHARED_OR_SKIP(path, "data/counts/GT3XPlus-RawData-Day01.agd");
    struct zone *utc = open_zone("UTC");
    struct recording_source *source = open_file(path, utc, false);
    struct epoch_series epochs;
    struct reference minutes;
    read_all(source, &epochs);
    reference_open(&minutes, check_shared("data/counts/GT3XPlus-RawData-Day01-10sec60sec.csv"));
    assert_in_range(minutes.rows, 1499, 1500);
    for (size_t m = 0; m < minutes.rows && 6 * m + 6 <= epochs.n; m++) {
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
            double total = 0;
            for (size_t k = 0; k < 6; k++) {
                total += (double)epochs.column[pairs[i].column][6 * m + k];
            }
            assert_close(total, reference_number(&minutes, m, pairs[i].name), 0);
        }
    }
    reference_close(&minutes);
    epoch_series_release(&epochs);
    recording_source_close(source);
    zone_close(utc);
}

/* ---- databases made here ---- */

static void make(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *error = NULL;
    remove(path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
        fail_msg("%s", error);
    }
    sqlite3_close(db);
}

#define SETTINGS                                                                               \
    "CREATE TABLE settings (settingID INTEGER PRIMARY KEY, settingName TEXT, settingValue "    \
    "TEXT);"
#define DATA "CREATE TABLE data (dataTimestamp INTEGER, axis1 REAL, steps REAL);"

static void add_row(char *sql, size_t room, long long s, const char *axis1)
{
    size_t n = strlen(sql);
    snprintf(sql + n, room - n, "INSERT INTO data VALUES (%lld, %s, 1);", TICKS(s), axis1);
}

static enum yk_status open_made(const char *path, struct recording_source **out,
                                struct failure *why)
{
    static struct zone *utc;
    if (utc == NULL) {
        utc = open_zone("UTC");
    }
    struct open_options opt = {.zone = utc};
    return recording_open(path, &opt, out, why);
}

static void rows_decide_over_settings(void **state)
{
    (void)state;
    const char *folder = check_scratch("agd");
    char path[4200], sql[4096] = SETTINGS DATA
                     "INSERT INTO settings VALUES (1,'epochlength','60'),(2,'epochcount','99'),"
                     "(3,'filter','LowFrequencyExtension'),(4,'deviceserial','MOS2A1');";
    snprintf(path, sizeof path, "%s/a.agd", folder);
    add_row(sql, sizeof sql, START, "5");
    add_row(sql, sizeof sql, START + 60, "6");
    add_row(sql, sizeof sql, START + 60, "77"); /* again: the first counts */
    add_row(sql, sizeof sql, START + 240, "8"); /* two are missing */
    add_row(sql, sizeof sql, START + 180, "9"); /* and one comes too late: no index here */
    add_row(sql, sizeof sql, START + 300, "NULL");
    add_row(sql, sizeof sql, START + 360, "'x'");
    add_row(sql, sizeof sql, START + 420, "-3");
    make(path, sql);
    struct recording_source *source = NULL;
    struct epoch_series epochs;
    assert_int_equal(open_made(path, &source, NULL), YK_OK);
    for (int pass = 0; pass < 2; pass++) { /* and the same again */
        read_all(source, &epochs);
        const float *y = epochs.column[EPOCH_COUNTS_Y];
        assert_int_equal(epochs.n, 8);
        assert_close(y[0], 5, 0);
        assert_close(y[1], 6, 0);
        assert_true(isnan(y[2]) && isnan(y[3]) && isnan(y[5]) && isnan(y[6]) && isnan(y[7]));
        assert_close(y[4], 8, 0);
        assert_true((epochs.state[2] & STATE_UNKNOWN) != 0);
        assert_int_equal(source->report.gaps, 1);
        assert_close(source->report.gap_s, 120, 0);
        assert_int_equal(source->report.bad_blocks, 4);
        assert_string_equal(source->info.device_model, "wGT3X-BT");
        bool says_filter = false, says_rows = false;
        for (size_t i = 0; i < source->report.n_events; i++) {
            const char *detail = source->report.events[i].detail;
            says_filter = says_filter || strstr(detail, "low-frequency") != NULL;
            says_rows = says_rows || strcmp(detail, "8 rows, epochcount says 99") == 0;
        }
        assert_true(says_filter && says_rows);
        epoch_series_release(&epochs);
        assert_int_equal(source->ops->rewind(source, NULL), YK_OK);
    }
    recording_source_close(source);
    check_remove(folder);
}

static void rows_that_agree_win_over_the_epoch_of_the_settings(void **state)
{
    (void)state;
    static const struct {
        long long step_s; /* of the rows; the setting says 60 */
        int rows, epoch_s;
    } c[] = {{10, 30, 10}, {120, 30, 120}, {60, 30, 60}, {10, 5, 60}};
    const char *folder = check_scratch("agd-epoch");
    char path[4200];
    snprintf(path, sizeof path, "%s/a.agd", folder);
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        char sql[4096] = SETTINGS DATA "INSERT INTO settings VALUES (1,'epochlength','60');";
        struct recording_source *source = NULL;
        struct epoch_series epochs;
        for (int k = 0; k < c[i].rows; k++) {
            add_row(sql, sizeof sql, START + k * c[i].step_s, "7");
        }
        make(path, sql);
        assert_int_equal(open_made(path, &source, NULL), YK_OK);
        bool is_said = events_of(source, EVENTS_OF_ANY_KIND, "as the rows have it") > 0;
        assert_int_equal(is_said, c[i].epoch_s != 60);
        read_all(source, &epochs);
        assert_int_equal(epochs.epoch_s, c[i].epoch_s);
        if (c[i].rows == 30) {
            assert_int_equal(epochs.n, 30);
            assert_int_equal(source->report.bad_blocks + source->report.gaps, 0);
        }
        epoch_series_release(&epochs);
        recording_source_close(source);
    }
    check_remove(folder);
}

static void a_first_time_that_stands_alone_is_no_start(void **state)
{
    (void)state;
    const char *folder = check_scratch("agd-lone");
    char path[4200], sql[4096] = SETTINGS DATA "CREATE INDEX i ON data (dataTimestamp);";
    struct recording_source *source = NULL;
    struct epoch_series epochs;
    snprintf(path, sizeof path, "%s/a.agd", folder);
    for (int k = 0; k < 20; k++) {
        add_row(sql, sizeof sql, k == 10 ? START - 400000000 : START + k * 10, "7");
    }
    make(path, sql);
    assert_int_equal(open_made(path, &source, NULL), YK_OK);
    read_all(source, &epochs);
    assert_int_equal(epochs.t0_ns, START * NS_PER_S);
    assert_int_equal(epochs.n, 20);
    assert_int_equal(source->report.bad_blocks, 1);
    assert_int_equal(source->report.gaps, 1); /* its place */
    epoch_series_release(&epochs);
    recording_source_close(source);
    check_remove(folder);
}

static void an_index_brings_rows_into_order(void **state)
{
    (void)state;
    const char *folder = check_scratch("agd-order");
    char path[4200], sql[4096] = SETTINGS DATA "CREATE INDEX i ON data (dataTimestamp);";
    snprintf(path, sizeof path, "%s/a.agd", folder);
    add_row(sql, sizeof sql, START + 20, "3");
    add_row(sql, sizeof sql, START, "1");
    add_row(sql, sizeof sql, START + 10, "2");
    make(path, sql);
    struct recording_source *source = NULL;
    struct epoch_series epochs;
    assert_int_equal(open_made(path, &source, NULL), YK_OK);
    read_all(source, &epochs);
    assert_int_equal(epochs.n, 3);
    assert_int_equal(epochs.epoch_s, 10); /* from the rows */
    for (int i = 0; i < 3; i++) {
        assert_close(epochs.column[EPOCH_COUNTS_Y][i], i + 1, 0);
    }
    epoch_series_release(&epochs);
    recording_source_close(source);
    check_remove(folder);
}

static void hostile_databases_are_refused_or_bounded(void **state)
{
    (void)state;
    static const char *const sql[] = {
        /* an endless view in the table's place */
        SETTINGS "CREATE VIEW data AS WITH RECURSIVE r(dataTimestamp, axis1) AS (SELECT "
                 "636000000000000000, 1 UNION ALL SELECT dataTimestamp + 600000000, 1 FROM r) "
                 "SELECT * FROM r;",
        SETTINGS "CREATE TABLE data (axis1 REAL);",
        SETTINGS "CREATE TABLE data (dataTimestamp INTEGER, other REAL);",
        SETTINGS DATA, /* no rows, no epoch */
        "CREATE TABLE data (dataTimestamp INTEGER, axis1 REAL);",
    };
    const char *folder = check_scratch("agd-hostile");
    char path[4200];
    snprintf(path, sizeof path, "%s/a.agd", folder);
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        struct recording_source *source = NULL;
        struct failure why = {0};
        make(path, sql[i]);
        assert_int_equal(open_made(path, &source, &why), YK_ERR_UNSUPPORTED);
        assert_true(strlen(why.text) > 20);
    }
    check_remove(folder);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    const char *folder = check_scratch("agd-memory");
    char path[4200], sql[4096] = SETTINGS DATA "CREATE INDEX i ON data (dataTimestamp);";
    snprintf(path, sizeof path, "%s/a.agd", folder);
    for (int i = 0; i < 4; i++) {
        add_row(sql, sizeof sql, START + 10 * i, "1");
    }
    make(path, sql);
    for (uint64_t k = 1;; k++) {
        struct recording_source *source = NULL;
        struct epoch_series epochs;
        epoch_series_init(&epochs);
        alloc_fail_at(k);
        enum yk_status status = open_made(path, &source, NULL);
        while (status == YK_OK) {
            status = source->ops->next_epochs(source, &epochs, NULL);
        }
        bool refused = alloc_refused();
        alloc_fail_at(0);
        recording_source_close(source);
        size_t n = epochs.n;
        epoch_series_release(&epochs);
        if (!refused) {
            assert_int_equal(status, YK_END);
            assert_int_equal(n, 4);
            break;
        }
        assert_true(status == YK_ERR_MEMORY || status == YK_ERR_UNSUPPORTED ||
                    status == YK_END);
    }
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_of_10_s_epochs_has_its_published_sums),
        cmocka_unit_test(six_epochs_are_one_of_actilifes_minutes),
        cmocka_unit_test(rows_decide_over_settings),
        cmocka_unit_test(rows_that_agree_win_over_the_epoch_of_the_settings),
        cmocka_unit_test(a_first_time_that_stands_alone_is_no_start),
        cmocka_unit_test(an_index_brings_rows_into_order),
        cmocka_unit_test(hostile_databases_are_refused_or_bounded),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
