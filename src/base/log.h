/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log: one line an entry, module name first ("cwa: sector 13: checksum wrong"), participant
 * codes only, never names. Lines from several threads do not mix.
 */
#ifndef SRC_BASE_LOG_H
#define SRC_BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
    enum log_level level; /* entries above it are dropped */
    /* Receives a finished line without line end. Must be safe to call from several threads. */
    void (*write)(void *user, enum log_level level, const char *line);
    void *user;
};

/* log may be NULL: nothing happens. */
void log_line(struct log *log, enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
#define log_error(log, ...) log_line((log), LOG_ERROR, __VA_ARGS__)
#define log_warn(log, ...) log_line((log), LOG_WARN, __VA_ARGS__)
#define log_info(log, ...) log_line((log), LOG_INFO, __VA_ARGS__)
#define log_debug(log, ...) log_line((log), LOG_DEBUG, __VA_ARGS__)

/* "error", "warning", "info", "debug". */
const char *log_level_word(enum log_level level);

/* A log that writes to standard error, with the level's word in front. */
void log_to_stderr(struct log *log, enum log_level level);

#endif
