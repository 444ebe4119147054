/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commands against scripts of what a recorder may answer: each line sent, and what comes of it.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "drivers/axivity.h"
#include "tests/support/fake_port.h"

/* What is said to a command; '|' separates lines; those behind "~N|" come N ms later. */
struct saying {
    const char *command, *lines;
};

static struct fake_port port;
static struct axivity device;
static const struct saying *script;
static char heard[512]; /* the commands, each with a ';' */

static void answer(struct fake_port *self, const char *line)
{
    strncat(heard, line, sizeof heard - strlen(heard) - 2);
    strncat(heard, ";", sizeof heard - strlen(heard) - 1);
    for (const struct saying *s = script; s->command != NULL; s++) {
        if (strcmp(s->command, line) != 0) {
            continue;
        }
        const char *at = s->lines;
        struct text *to = &self->reply;
        for (size_t n = 0; *at != '\0'; at += n + (at[n] == '|')) {
            if (at[0] == '~') {
                int64_t ms = 0;
                for (at++; *at >= '0' && *at <= '9'; at++) {
                    ms = ms * 10 + (*at - '0');
                }
                at += *at == '|';
                self->late_at = self->now + ms;
                to = &self->late;
            }
            n = strcspn(at, "|");
            text_add_n(to, at, n);
            text_add(to, "\r\n");
        }
        return;
    }
}

static int setup(void **state)
{
    (void)state;
    fake_port_init(&port, 2);
    port.on_line = answer;
    memset(&device, 0, sizeof device);
    device.port = &port.base;
    heard[0] = '\0';
    return cdc_acm_open(&device.serial, &port.base, NULL) == YK_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cdc_acm_close(&device.serial);
    fake_port_release(&port);
    return 0;
}

static enum yk_status ask(const struct saying *lines, char reply[static LINE_MAX_BYTES],
                          struct failure *why)
{
    script = lines;
    why->text[0] = '\0';
    return axivity_ask(&device, "SESSION", "SESSION=", 2000, reply, why);
}

static void the_answer_is_the_line_that_begins_as_it_must(void **state)
{
    (void)state;
    static const struct saying cases[][2] = {
        {{"SESSION", "SESSION=26"}, {0}},
        {{"SESSION", "SESSION|SESSION=26"}, {0}},       /* echo */
        {{"SESSION", "$BATT=1|LOG,0|SESSION=26"}, {0}}, /* late lines of others */
        {{"SESSION", "ERROR: Unknown command: ~x~AT+GMM|SESSION=26"}, {0}}, /* a modem probe */
        {{"SESSION", "|\x01\x02|SESSION=26"}, {0}},
        {{"SESSION", "~1500|SESSION=26"}, {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char reply[LINE_MAX_BYTES] = "";
        struct failure why;
        enum yk_status status = ask(cases[i], reply, &why);
        if (status != YK_OK || strcmp(reply, "SESSION=26") != 0) {
            fail_msg("case %zu: %s \"%s\" %s", i, status_word(status), reply, why.text);
        }
    }
}

static void errors_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        struct saying says[2];
        enum yk_status status;
        const char *said;
    } cases[] = {
        {{{"SESSION", "ERROR: Unknown command: SESSION"}, {0}}, YK_ERR_UNSUPPORTED, "SESSION"},
        {{{"SESSION", "ERROR: Locked.|SESSION=26"}, {0}}, YK_ERR_ACCESS, "locked"},
        {{{"SESSION", "ERROR: Problem \x1b[2J"}, {0}}, YK_ERR_PROTOCOL, "ERROR: Problem ?[2J"},
        {{{"SESSION", ""}, {0}}, YK_ERR_TIMEOUT, "SESSION"},
        {{{"SESSION", "SESSIO|ESSION=26|session=26"}, {0}}, YK_ERR_TIMEOUT, "answer"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char reply[LINE_MAX_BYTES] = "left";
        struct failure why;
        int64_t before = port.now;
        assert_int_equal(ask(cases[i].says, reply, &why), cases[i].status);
        assert_non_null(strstr(why.text, cases[i].said));
        assert_string_equal(reply, "left");
        assert_false(device.serial.in_step);
        assert_true(port.now - before < 2500);
        /* What was left unread does not answer the next question. */
        static const struct saying next[] = {{"SESSION", "SESSION=27"}, {0}};
        assert_int_equal(ask(next, reply, &why), YK_OK);
        assert_string_equal(reply, "SESSION=27");
    }
}

static void a_reply_that_comes_after_its_time_is_not_taken_for_another(void **state)
{
    (void)state;
    static const struct saying late[] = {{"SESSION", "~2030|SESSION=1"}, {0}};
    static const struct saying soon[] = {{"SESSION", "SESSION=2"}, {0}};
    char reply[LINE_MAX_BYTES];
    struct failure why;
    assert_int_equal(ask(late, reply, &why), YK_ERR_TIMEOUT);
    assert_int_equal(ask(soon, reply, &why), YK_OK);
    assert_string_equal(reply, "SESSION=2");
}

static void nothing_is_sent_twice_where_once_is_enough(void **state)
{
    (void)state;
    static const struct saying says[] = {{"SESSION", "SESSION=2"}, {"LED 3", ""}, {0}};
    char reply[LINE_MAX_BYTES];
    struct failure why;
    script = says;
    assert_int_equal(axivity_ask_surely(&device, "SESSION", "SESSION=", reply, &why), YK_OK);
    assert_string_equal(heard, "SESSION;");
    assert_int_equal(axivity_ask_surely(&device, "LED 3", "LED=", reply, &why), YK_ERR_TIMEOUT);
    assert_string_equal(heard, "SESSION;LED 3;LED 3;LED 3;");
}

/* ---- COMMIT and FORMAT ---- */

static void delayed_activation_is_not_the_end(void **state)
{
    (void)state;
    static const struct {
        struct saying says[2];
        enum yk_status status;
        int64_t after_ms;
    } cases[] = {
        {{{"COMMIT", "COMMIT: Delayed activation.|~900|COMMIT"}, {0}}, YK_OK, 900},
        {{{"COMMIT", "COMMIT: Delayed activation.|~900|no file, creatingCOMMIT"}, {0}},
         YK_OK,
         900},
        {{{"COMMIT", "COMMIT"}, {0}}, YK_OK, 0},
        {{{"COMMIT", "COMMIT: Delayed activation.|~900|ERROR: Problem during commit"}, {0}},
         YK_ERR_PROTOCOL,
         900},
        {{{"COMMIT", "COMMIT: Delayed activation."}, {0}}, YK_ERR_TIMEOUT, 5000},
        {{{"COMMIT", "ERROR: Locked."}, {0}}, YK_ERR_ACCESS, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct failure why = {.text = ""};
        script = cases[i].says;
        device.serial.in_step = true;
        int64_t before = port.now;
        enum yk_status status = axivity_act(&device, "COMMIT", 5000, &why);
        int64_t took = port.now - before;
        if (status != cases[i].status || took < cases[i].after_ms ||
            took > cases[i].after_ms + 200) {
            fail_msg("case %zu: %s after %lld ms: %s", i, status_word(status), (long long)took,
                     why.text);
        }
    }
    static const struct saying format[] = {
        {"FORMAT QC", "FORMAT: Delayed activation.|~1800|FORMAT: Complete.|COMMIT"}, {0}};
    script = format;
    int64_t before = port.now;
    assert_int_equal(axivity_act(&device, "FORMAT QC", 60000, NULL), YK_OK);
    assert_true(port.now - before >= 1800);
}

static void a_commit_that_comes_too_late_does_not_confirm_the_next(void **state)
{
    (void)state;
    static const struct saying first[] = {{"COMMIT", "~5030|COMMIT"}, {0}};
    static const struct saying second[] = {{"COMMIT", "COMMIT: Delayed activation."}, {0}};
    struct failure why;
    script = first;
    assert_int_equal(axivity_act(&device, "COMMIT", 5000, &why), YK_ERR_TIMEOUT);
    script = second;
    assert_int_equal(axivity_act(&device, "COMMIT", 5000, &why), YK_ERR_TIMEOUT);
}

static void meeting_switches_the_echo_off_and_asks_who_it_is(void **state)
{
    (void)state;
    static const struct saying says[] = {
        {"ECHO 0", "ECHO=0"}, {"ID", "ID=CWA,17,44,39434,26"}, {0}};
    static const struct saying old[] = {
        {"ECHO 0", "ERROR: Unknown command: ECHO 0"}, {"ID", "ID=AX6,64,56,6011834,7"}, {0}};
    static const struct saying other[] = {{"ECHO 0", "ECHO=0"}, {"ID", "ID=GENEA,1,2"}, {0}};
    struct failure why = {.text = ""};
    script = says;
    assert_int_equal(axivity_meet(&device, &why), YK_OK);
    assert_string_equal(heard, "ECHO 0;ID;");
    assert_int_equal(device.id.device, 39434);
    assert_true(device.has_serial);
    script = old;
    assert_int_equal(axivity_meet(&device, &why), YK_OK);
    assert_true(device.id.is_ax6);
    script = other;
    assert_int_equal(axivity_meet(&device, &why), YK_ERR_PROTOCOL);
    assert_non_null(strstr(why.text, "GENEA"));
    assert_false(device.has_serial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_answer_is_the_line_that_begins_as_it_must, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(errors_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_reply_that_comes_after_its_time_is_not_taken_for_another, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_sent_twice_where_once_is_enough, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(delayed_activation_is_not_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(a_commit_that_comes_too_late_does_not_confirm_the_next,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(meeting_switches_the_echo_off_and_asks_who_it_is, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
