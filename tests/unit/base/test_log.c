/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/log.h"

struct heard {
    int n;
    enum log_level level;
    char line[2000];
};

static void hear(void *user, enum log_level level, const char *line)
{
    struct heard *heard = user;
    heard->n++;
    heard->level = level;
    snprintf(heard->line, sizeof heard->line, "%s", line);
}

static void entries_above_the_level_are_dropped(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct log log = {LOG_WARN, hear, &heard};
    log_info(&log, "cwa: not heard");
    log_debug(&log, "cwa: not heard");
    assert_int_equal(heard.n, 0);
    log_warn(&log, "cwa: sector %d", 13);
    assert_int_equal(heard.n, 1);
    assert_int_equal(heard.level, LOG_WARN);
    assert_string_equal(heard.line, "cwa: sector 13");
    log_error(&log, "cwa: gone");
    assert_int_equal(heard.level, LOG_ERROR);
    log.level = LOG_DEBUG;
    log_debug(&log, "x");
    assert_int_equal(heard.n, 3);
    log_error(NULL, "nobody listens");
}

static void one_entry_is_one_line(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct log log = {LOG_INFO, hear, &heard};
    log_info(&log, "file: %s", "a\nb\x1b[31m夜");
    assert_string_equal(heard.line, "file: a?b?[31m夜");
    char far[3000];
    memset(far, 'x', sizeof far - 1);
    far[sizeof far - 1] = '\0';
    log_info(&log, "%s", far);
    assert_true(strlen(heard.line) > 500);
}

static void standard_error_gets_the_level_in_front(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    int keep = dup(STDERR_FILENO);
    dup2(fds[1], STDERR_FILENO);
    struct log log;
    log_to_stderr(&log, LOG_INFO);
    log_warn(&log, "pool: %d", 3);
    dup2(keep, STDERR_FILENO);
    char got[100] = "";
    ssize_t n = read(fds[0], got, sizeof got - 1);
    assert_int_equal(n, 17);
    assert_string_equal(got, "warning: pool: 3\n");
    close(fds[0]);
    close(fds[1]);
    close(keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_above_the_level_are_dropped),
        cmocka_unit_test(one_entry_is_one_line),
        cmocka_unit_test(standard_error_gets_the_level_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
