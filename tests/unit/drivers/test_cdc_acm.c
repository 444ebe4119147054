/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "drivers/cdc_acm.h"
#include "tests/support/fake_port.h"

static struct fake_port port;
static struct cdc_acm serial;

/* Answers "ASK n" with "SAID=n". */
static void answer(struct fake_port *self, const char *line)
{
    char reply[300];
    if (strncmp(line, "ASK ", 4) == 0) {
        snprintf(reply, sizeof reply, "SAID=%.200s", line + 4);
        fake_port_say(self, reply);
    } else {
        snprintf(reply, sizeof reply, "ERROR: Unknown command: %.200s", line);
        fake_port_say(self, reply);
    }
}

static int setup(void **state)
{
    (void)state;
    fake_port_init(&port, 2);
    port.on_line = answer;
    return cdc_acm_open(&serial, &port.base, NULL) == YK_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cdc_acm_close(&serial);
    fake_port_release(&port);
    return 0;
}

static void both_layouts_of_descriptors_are_found_by_class(void **state)
{
    (void)state;
    for (int generation = 1; generation <= 2; generation++) {
        struct fake_port one;
        struct cdc_acm found;
        fake_port_init(&one, generation);
        assert_int_equal(cdc_acm_open(&found, &one.base, NULL), YK_OK);
        assert_int_equal(found.in, 0x83);
        assert_int_equal(found.out, 0x03);
        assert_int_equal(found.communication, 1);
        assert_int_equal(found.data, generation);
        one.base.listing.interfaces[1].class_code = 3;
        struct failure why;
        assert_int_equal(cdc_acm_open(&found, &one.base, &why), YK_ERR_UNSUPPORTED);
        fake_port_release(&one);
    }
}

static void lines_come_whole_however_they_are_cut(void **state)
{
    (void)state;
    const char *line = NULL;
    struct failure why;
    port.serial_fault = PORT_SLIVERS;
    assert_int_equal(cdc_acm_send(&serial, "\r\nASK abc  \r\n", 1000, &why), YK_OK);
    assert_int_equal(cdc_acm_line(&serial, port.now + 2000, &line, &why), YK_OK);
    assert_string_equal(line, "SAID=abc  "); /* blanks at the end are the device's */
    port.serial_fault = PORT_NONE;
    text_add(&port.reply, "one\r\ntwo\nthr");
    assert_int_equal(cdc_acm_line(&serial, port.now + 2000, &line, &why), YK_OK);
    assert_string_equal(line, "one");
    assert_int_equal(cdc_acm_line(&serial, port.now + 2000, &line, &why), YK_OK);
    assert_string_equal(line, "two");
    int64_t before = port.now;
    assert_int_equal(cdc_acm_line(&serial, port.now + 2000, &line, &why), YK_ERR_TIMEOUT);
    assert_true(port.now - before >= 2000 && port.now - before < 2100);
    text_add(&port.reply, "ee\r\n");
    assert_int_equal(cdc_acm_line(&serial, port.now + 2000, &line, &why), YK_OK);
    assert_string_equal(line, "three");
}

static void an_endless_line_is_dropped_and_the_next_one_read(void **state)
{
    (void)state;
    const char *line = NULL;
    struct failure why;
    for (int i = 0; i < 5000; i++) {
        text_add_char(&port.reply, 'x');
    }
    text_add(&port.reply, "\r\nSAID=ok\r\n");
    serial.in_step = true;
    assert_int_equal(cdc_acm_line(&serial, port.now + 2000, &line, &why), YK_OK);
    assert_string_equal(line, "SAID=ok");
    assert_false(serial.in_step);
}

static void junk_is_gone_after_resynchronising(void **state)
{
    (void)state;
    const char *line = NULL;
    struct failure why;
    assert_int_equal(cdc_acm_send(&serial, "AT+GMM;junk", 1000, &why), YK_OK);
    text_add(&port.reply, "a late line\r\nhalf a li");
    assert_int_equal(cdc_acm_resynchronise(&serial, 60, &why), YK_OK);
    assert_true(serial.in_step);
    assert_int_equal(cdc_acm_send(&serial, "\r\nASK 7\r\n", 1000, &why), YK_OK);
    assert_int_equal(cdc_acm_line(&serial, port.now + 2000, &line, &why), YK_OK);
    assert_string_equal(line, "SAID=7");
}

static void stalls_and_damage_are_lived_with_a_few_times(void **state)
{
    (void)state;
    const char *line = NULL;
    struct failure why;
    static const enum port_fault kinds[] = {PORT_STALL, PORT_DAMAGED, PORT_TIMEOUT};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        port.fault = kinds[i];
        port.fault_at = port.n_transfers + 2;
        assert_int_equal(cdc_acm_send(&serial, "\r\nASK 1\r\n", 1000, &why), YK_OK);
        enum yk_status status = cdc_acm_line(&serial, port.now + 2000, &line, &why);
        assert_true(status == YK_OK || kinds[i] == PORT_TIMEOUT);
        assert_int_equal(cdc_acm_resynchronise(&serial, 60, &why), YK_OK);
    }
    port.fault = PORT_DAMAGED;
    port.fault_at = port.n_transfers + 2;
    port.fault_stays = true;
    assert_int_equal(cdc_acm_send(&serial, "\r\nASK 1\r\n", 1000, &why), YK_OK);
    assert_int_equal(cdc_acm_line(&serial, port.now + 2000, &line, &why), YK_ERR_PROTOCOL);
}

static void a_command_that_does_not_fit_a_packet_is_refused(void **state)
{
    (void)state;
    struct failure why;
    char text[80];
    memset(text, 'x', sizeof text);
    text[65] = '\0';
    assert_int_equal(cdc_acm_send(&serial, text, 1000, &why), YK_ERR_ARGUMENT);
    text[64] = '\0';
    assert_int_equal(cdc_acm_send(&serial, text, 1000, &why), YK_OK);
}

static void an_unplugged_port_says_so(void **state)
{
    (void)state;
    const char *line = NULL;
    struct failure why;
    port.is_gone = true;
    assert_int_equal(cdc_acm_send(&serial, "\r\n", 1000, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(cdc_acm_line(&serial, port.now + 10, &line, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(cdc_acm_resynchronise(&serial, 60, &why), YK_ERR_NO_DEVICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_layouts_of_descriptors_are_found_by_class),
        cmocka_unit_test_setup_teardown(lines_come_whole_however_they_are_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(an_endless_line_is_dropped_and_the_next_one_read, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(junk_is_gone_after_resynchronising, setup, teardown),
        cmocka_unit_test_setup_teardown(stalls_and_damage_are_lived_with_a_few_times, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_command_that_does_not_fit_a_packet_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_unplugged_port_says_so, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
