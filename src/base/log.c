/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Log lines: formatted in a fixed buffer (logging never allocates and never fails), handed over
 * whole. Control characters, which file names may hold, are shown as '?', so that one entry is
 * one line and a terminal is not driven by a file name.
 */
#include "src/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_ROOM = 1024 };

void log_line(struct log *log, enum log_level level, const char *fmt, ...)
{
    if (log == NULL || log->write == NULL || level > log->level) {
        return;
    }
    char line[LINE_ROOM];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    for (char *p = line; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7F) {
            *p = '?';
        }
    }
    log->write(log->user, level, line);
}

const char *log_level_word(enum log_level level)
{
    static const char *const word[] = {"error", "warning", "info", "debug"};
    return word[level];
}

/* One write() a line, so that lines of several threads do not mix. */
static void write_to_stderr(void *user, enum log_level level, const char *line)
{
    (void)user;
    char whole[LINE_ROOM + 16];
    int n = snprintf(whole, sizeof whole, "%s: %s\n", log_level_word(level), line);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof whole ? (size_t)n : sizeof whole - 1;
    if (write(STDERR_FILENO, whole, length) < 0) {
        return; /* nowhere left to say so */
    }
}

void log_to_stderr(struct log *log, enum log_level level)
{
    *log = (struct log){level, write_to_stderr, NULL};
}
