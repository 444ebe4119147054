/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "drivers/axivity_reply.h"

/* Lines as the firmware's sources print them (Settings.c of AX3 and AX6). */

static void id_lines_of_both_models_are_taken_apart(void **state)
{
    (void)state;
    struct axivity_id id;
    assert_true(axivity_parse_id("ID=CWA,17,44,39434,26", &id));
    assert_false(id.is_ax6);
    assert_int_equal(id.hardware, 0x17);
    assert_int_equal(id.firmware, 44);
    assert_int_equal(id.device, 39434);
    assert_int_equal(id.session, 26);
    assert_true(axivity_parse_id("ID=AX6,64,56,6011834,4294967295", &id));
    assert_true(id.is_ax6);
    assert_int_equal(id.device, 6011834);
    assert_int_equal(id.session, UINT32_MAX);
    assert_true(axivity_parse_id("ID=CWA,64,50,12345,0", &id)); /* an early AX6 */
    assert_true(id.is_ax6);
    static const char *const bad[] = {"",
                                      "ID=",
                                      "ID=CWA",
                                      "ID=CWA,17,44,39434",
                                      "ID=CWA,17,44,39434,",
                                      "ID=CWA,17,44,39434,26,1",
                                      "ID=CWA,17,44,39434,26 ",
                                      "ID=CWA,17,44,4294967296,26",
                                      "ID=CWA,17,,39434,26",
                                      "ID=XYZ,17,44,39434,26",
                                      "id=CWA,17,44,39434,26",
                                      "ID=CWA,17,44,-1,26"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(axivity_parse_id(bad[i], &id));
    }
    assert_int_equal(id.device, 12345); /* left alone */
}

static void battery_lines_are_taken_apart(void **state)
{
    (void)state;
    struct axivity_battery b;
    assert_true(axivity_parse_battery("$BATT=702,4113,mV,89,1", &b));
    assert_int_equal(b.raw, 702);
    assert_int_equal(b.millivolt, 4113);
    assert_int_equal(b.percent, 89);
    assert_true(b.is_full);
    assert_false(axivity_parse_battery("$BATT=702,4113,V,89,1", &b));
    assert_false(axivity_parse_battery("$BATT=702,4113,mV,101,1", &b));
    assert_false(axivity_parse_battery("$BATT=702,4113,mV,89", &b));
    assert_false(axivity_parse_battery("BATT=702,4113,mV,89,1", &b));
}

static void times_are_read_only_when_they_are_times(void **state)
{
    (void)state;
    struct civil_time t;
    assert_true(axivity_parse_time("2024/05/13,09:55:37", &t));
    assert_int_equal(t.date.year, 2024);
    assert_int_equal(t.date.month, 5);
    assert_int_equal(t.date.day, 13);
    assert_int_equal(t.second_of_day, 9 * 3600 + 55 * 60 + 37);
    assert_int_equal(t.ns, 0);
    assert_true(axivity_parse_time("2000/01/01,00:00:59.042", &t));
    assert_int_equal(t.ns, 42000000);
    static const char *const bad[] = {"",
                                      "0",
                                      "-1",
                                      "2024/13/01,00:00:00",
                                      "2024/00/01,00:00:00",
                                      "2023/02/29,00:00:00",
                                      "2024/04/31,00:00:00",
                                      "2024/05/13,24:00:00",
                                      "2024/05/13,23:60:00",
                                      "2024/05/13,23:00:60",
                                      "2024/05/13,23:00:00.",
                                      "2024/05/13,23:00:00.1234",
                                      "2024/05/13,23:00:00x",
                                      "2024/05/13 23:00:00",
                                      "2024/261/01,00:00:00",
                                      "2024/05/13,23:00"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(axivity_parse_time(bad[i], &t));
    }
    char text[40];
    assert_true(axivity_parse_time("2024/05/03,09:05:07", &t));
    axivity_format_time(t, text);
    assert_string_equal(text, "2024-05-03 09:05:07");
}

static void starts_and_stops_may_be_special(void **state)
{
    (void)state;
    enum axivity_when kind;
    struct civil_time t;
    assert_true(axivity_parse_when("0", &kind, &t));
    assert_int_equal(kind, AXIVITY_WHEN_ZERO);
    assert_true(axivity_parse_when("-1", &kind, &t));
    assert_int_equal(kind, AXIVITY_WHEN_NEVER);
    assert_true(axivity_parse_when("2024/05/13,09:55:37", &kind, &t));
    assert_int_equal(kind, AXIVITY_WHEN_TIME);
    assert_false(axivity_parse_when("1", &kind, &t));
}

static void number_lists_are_counted_and_bounded(void **state)
{
    (void)state;
    uint32_t v[4] = {0};
    assert_int_equal(axivity_parse_numbers("FTL=0,1,40,2,7,9", 10, v, 4), 6);
    assert_int_equal(v[3], 2);
    assert_int_equal(axivity_parse_numbers("TEST=0A1f", 16, v, 4), 1);
    assert_int_equal(v[0], 0x0A1F);
    assert_int_equal(axivity_parse_numbers("RATE=74,100", 10, v, 4), 2);
    assert_int_equal(axivity_parse_numbers("TEST", 16, v, 4), 0);
    assert_int_equal(axivity_parse_numbers("TEST=", 16, v, 4), 0);
    assert_int_equal(axivity_parse_numbers("TEST=1,", 16, v, 4), 0);
    assert_int_equal(axivity_parse_numbers("A=1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8", 10, v, 4), 0);
}

static void the_newest_diary_line_gives_its_text(void **state)
{
    (void)state;
    assert_string_equal(axivity_log_text("LOG,0,0x0207,2024/05/13,09:55:37,STOP_USB"),
                        "STOP_USB");
    assert_string_equal(axivity_log_text("LOG,0,0x0207,0,STOP_USB"), "STOP_USB");
    assert_null(axivity_log_text("LOG,14,0x0207,2024/05/13,09:55:37,STOP_USB"));
    assert_null(axivity_log_text("LOG,0,0x0207,2024/05/13"));
    assert_null(axivity_log_text("OK"));
}

static void the_last_run_of_digits_of_a_usb_serial_is_the_device(void **state)
{
    (void)state;
    assert_int_equal(axivity_id_of_serial("CWA17_39434"), 39434);
    assert_int_equal(axivity_id_of_serial("AX664_6011834"), 6011834);
    assert_int_equal(axivity_id_of_serial("CWA17_00123"), 123);
    assert_int_equal(axivity_id_of_serial("CWA17_1234567890"), 1234567890);
    assert_true(axivity_id_of_serial("") == UINT64_MAX);
    assert_true(axivity_id_of_serial("CWA") == UINT64_MAX);
    assert_true(axivity_id_of_serial("CWA17_99999999999") == UINT64_MAX);
    assert_true(axivity_is_ours("CWA17_39434", ""));
    assert_true(axivity_is_ours("", "AX6 Composite Device 6.4"));
    assert_false(axivity_is_ours("1234", "Microchip Demo"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(id_lines_of_both_models_are_taken_apart),
        cmocka_unit_test(battery_lines_are_taken_apart),
        cmocka_unit_test(times_are_read_only_when_they_are_times),
        cmocka_unit_test(starts_and_stops_may_be_special),
        cmocka_unit_test(number_lists_are_counted_and_bounded),
        cmocka_unit_test(the_newest_diary_line_gives_its_text),
        cmocka_unit_test(the_last_run_of_digits_of_a_usb_serial_is_the_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
