/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/alloc.h"
#include "tests/support/count_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/table_guess.h"

/* What is guessed of a table; "!..." with the sentence when nothing is. */
static const char *guess_of(const char *text)
{
    static char out[2048];
    struct byte_source *bytes = NULL;
    struct text ini;
    struct failure why;
    text_init(&ini);
    assert_int_equal(memory_source_open(text, strlen(text), "t", &bytes, NULL), YK_OK);
    enum yk_status status = table_guess(bytes, &ini, &why);
    snprintf(out, sizeof out, "%s%s%s", text_string(&ini), status != YK_OK ? "!" : "",
             status != YK_OK ? why.text : "");
    text_release(&ini);
    byte_source_close(bytes);
    return out;
}

static void assert_says(const char *guess, const char *const *lines)
{
    for (; *lines != NULL; lines++) {
        if (strstr(guess, *lines) == NULL) {
            fail_msg("'%s' is not in:\n%s", *lines, guess);
        }
    }
}
#define ASSERT_SAYS(guess, ...) assert_says(guess, (const char *const[]){__VA_ARGS__, NULL})

#define GERMAN                                                                                 \
    "Recorder X export\nID;77\n\nDatum;Uhrzeit;Bewegung;Licht\n04.05.2020;10:00:00;12;3,5\n"   \
    "04.05.2020;10:01:00;0;3,5\n04.05.2020;10:02:00;7;NA\n05.05.2020;00:00:00;91;2\n"

static void separators_lines_above_and_names_are_found(void **state)
{
    (void)state;
    ASSERT_SAYS(guess_of(GERMAN), "[epochs]\n", "\nseparator = ;\n", "\nfirst_line = 4\n",
                "\ndate = Datum\n", "\ntime = Uhrzeit\n", "\ntime_format = %d.%m.%Y %H:%M:%S\n",
                "\nepoch_s = 60\n", "\n# counts = \n", "\nBewegung = counts\n",
                "\nLicht = light\n");
}

static void a_decimal_comma_is_one_between_tabs_as_well(void **state)
{
    (void)state;
    char tabs[sizeof GERMAN];
    memcpy(tabs, GERMAN, sizeof GERMAN);
    for (char *at = tabs; (at = strchr(at, ';')) != NULL;) {
        *at = '\t';
    }
    ASSERT_SAYS(guess_of(tabs), "\nseparator = tab\n", "\nBewegung = counts\n",
                "\nLicht = light\n");
}

static void a_table_reads_as_its_guess_says(void **state)
{
    (void)state;
    struct count_file file;
    char *ini = strdup(guess_of(GERMAN));
    count_file_read_text(&file, GERMAN, sizeof GERMAN - 1, "UTC", ini);
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 14 * 60 + 1);
    assert_int_equal(file.source->report.gaps, 1);
    assert_close(count_file_sum(&file, EPOCH_COUNTS), 110, 0);
    assert_close(count_file_sum(&file, EPOCH_LIGHT), 9, 0);
    count_file_close(&file);
    free(ini);
}

/* Every computation opens without a guess. */
static void no_table_is_guessed_unasked(void **state)
{
    (void)state;
    struct count_file file;
    static const char text[] = "when,wrist\n2020-01-01 10:00,5\n2020-01-01 10:01,0\n"
                               "2020-01-01 10:02,7\n";
    count_file_read_text(&file, text, sizeof text - 1, "UTC", NULL);
    assert_int_equal(file.status, YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(file.why.text, "--write-ini"));
    count_file_close(&file);
}

static void a_guess_that_is_asked_for_is_shown_line_by_line(void **state)
{
    (void)state;
    struct count_file file;
    struct byte_source *bytes = NULL;
    struct text guess;
    text_init(&guess);
    memset(&file, 0, sizeof file);
    epoch_series_init(&file.epochs);
    assert_int_equal(zone_open("UTC", &file.zone, NULL), YK_OK);
    file.options = (struct open_options){.zone = file.zone, .guess = &guess};
    assert_int_equal(memory_source_open(GERMAN, sizeof GERMAN - 1, "t", &bytes, NULL), YK_OK);
    assert_int_equal(recording_open_source(bytes, &file.options, &file.source, &file.why),
                     YK_OK);
    assert_string_equal(text_string(&guess), guess_of(GERMAN));
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "guessed: "), 8);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "guessed: Bewegung = counts"),
                     1);
    count_file_close(&file);
    text_release(&guess);
}

static void samples_are_known_by_the_size_of_gravity(void **state)
{
    (void)state;
    ASSERT_SAYS(guess_of("1,2020-01-01T10:00:00.000,0.1,9.7,0.3\n"
                         "2,2020-01-01T10:00:00.020,0.1,9.8,0.3\n"
                         "3,2020-01-01T10:00:00.040,0.1,9.8,0.3\n"),
                "[samples]\n", "\nheader = no\n", "\ntimestamp = 2\n", "\n3 = x m/s2\n",
                "\n4 = y m/s2\n", "\n5 = z m/s2\n");
    ASSERT_SAYS(guess_of("t,a,b,c\n2020-01-01 10:00:00,10,0,-990\n"
                         "2020-01-01 10:00:00,10,0,-990\n2020-01-01 10:00:01,10,0,-990\n"
                         "2020-01-01 10:00:01,10,0,-990\n"),
                "[samples]\n", "\na = x mg\n");
    ASSERT_SAYS(guess_of("t,a,b,c\n1577872800000,1,2,3\n1577872800020,1,2,3\n"
                         "1577872800040,1,2,3\n"),
                "!rows come more than once a second");
}

/* A .ini names columns; one that two have names neither. */
static void columns_of_one_name_are_not_guessed(void **state)
{
    (void)state;
    ASSERT_SAYS(guess_of("t,g,g,z\n2020-01-01 10:00:00,0,0,1\n2020-01-01 10:00:00,0,0,1\n"
                         "2020-01-01 10:00:01,0,0,1\n2020-01-01 10:00:01,0,0,1\n"),
                "no three neighbouring columns with names of their own");
    const char *guess = guess_of("t,activity,activity,counts\n2020-01-01 10:00,4,1,3\n"
                                 "2020-01-01 10:01,2,8,9\n2020-01-01 10:02,0,1,2\n");
    ASSERT_SAYS(guess, "\ncounts = counts\n");
    assert_null(strstr(guess, "activity"));
}

static void unix_times_and_blind_counts_are_marked(void **state)
{
    (void)state;
    const char *guess = guess_of("no\twhen\twhat\n1\t1577872800\t5\n2\t1577872860\t0\n"
                                 "3\t1577872920\t9\n");
    ASSERT_SAYS(guess, "\nseparator = tab\n", "\ntimestamp = when\n",
                "\ntime_format = unix_s\n", "\nepoch_s = 60\n",
                "# the first column of whole numbers\nwhat = counts\n");
    assert_null(strstr(guess, "no = "));
}

static void an_open_order_of_day_and_month_stays_open(void **state)
{
    (void)state;
    ASSERT_SAYS(guess_of("day,clock,v\n04/05/2020,10:00,1\n04/05/2020,10:01,5\n"
                         "04/05/2020,10:02,3\n"),
                "\n# time_format = %d/%m/%Y %H:%M\n", "\n# time_format = %m/%d/%Y %H:%M\n",
                "!the last date is 2020-05-04 or 2020-04-05");
}

static void what_cannot_be_guessed_is_said(void **state)
{
    (void)state;
    ASSERT_SAYS(guess_of("a,b\n1,2\n3,4\n5,6\n"), "!no column holds times");
    ASSERT_SAYS(guess_of("hello\nworld\n"), "!no table");
    ASSERT_SAYS(guess_of("when,v\n2020-01-01 10:00,1.5\n2020-01-01 10:01,2.5\n"
                         "2020-01-01 10:02,1.5\n"),
                "!no column is called like");
    ASSERT_SAYS(guess_of("when,v\n2020-01-01 10:00,1\n2020-01-01 10:00,2\n"
                         "2020-01-01 10:00,1\n"),
                "!the rows' times do not go on");
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    for (uint64_t k = 1;; k++) {
        struct byte_source *bytes = NULL;
        struct text ini;
        text_init(&ini);
        assert_int_equal(memory_source_open(GERMAN, sizeof GERMAN - 1, "t", &bytes, NULL),
                         YK_OK);
        alloc_fail_at(k);
        enum yk_status status = table_guess(bytes, &ini, NULL);
        bool was_refused = alloc_end(status, YK_OK);
        text_release(&ini);
        byte_source_close(bytes);
        if (!was_refused) {
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(separators_lines_above_and_names_are_found),
        cmocka_unit_test(a_decimal_comma_is_one_between_tabs_as_well),
        cmocka_unit_test(a_table_reads_as_its_guess_says),
        cmocka_unit_test(no_table_is_guessed_unasked),
        cmocka_unit_test(a_guess_that_is_asked_for_is_shown_line_by_line),
        cmocka_unit_test(samples_are_known_by_the_size_of_gravity),
        cmocka_unit_test(columns_of_one_name_are_not_guessed),
        cmocka_unit_test(unix_times_and_blind_counts_are_marked),
        cmocka_unit_test(an_open_order_of_day_and_month_stays_open),
        cmocka_unit_test(what_cannot_be_guessed_is_said),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
