/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Failure sentences: built in a fixed buffer, so that reporting a failure can never fail
 * itself.
 */
#include "src/base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/utf8.h"

/* Cuts text at the last whole UTF-8 character that fits: a sentence may end in a Japanese file
 * name, and half a character would make the whole line unreadable on a terminal. */
static void cut_at_character(char *text, size_t room)
{
    size_t end = strnlen(text, room - 1);
    text[end < room - 1 ? end : utf8_whole(text, end)] = '\0';
}

static void fill(struct failure *why, enum yk_status code, int64_t offset, const char *fmt,
                 va_list args) __attribute__((format(printf, 4, 0)));
static void fill(struct failure *why, enum yk_status code, int64_t offset, const char *fmt,
                 va_list args)
{
    char now[sizeof why->text];
    vsnprintf(now, sizeof now, fmt, args);
    cut_at_character(now, sizeof now);
    why->code = code;
    why->offset = offset;
    memcpy(why->text, now, sizeof now);
}

enum yk_status failure_set(struct failure *why, enum yk_status code, const char *fmt, ...)
{
    if (why != NULL) {
        va_list args;
        va_start(args, fmt);
        fill(why, code, -1, fmt, args);
        va_end(args);
    }
    return code;
}

enum yk_status failure_set_at(struct failure *why, enum yk_status code, int64_t offset,
                              const char *fmt, ...)
{
    if (why != NULL) {
        va_list args;
        va_start(args, fmt);
        fill(why, code, offset, fmt, args);
        va_end(args);
    }
    return code;
}

static enum yk_status code_of_errno(int errno_value)
{
    switch (errno_value) {
    case ENOENT:
    case ENODEV:
    case ENOTDIR:
        return YK_ERR_NO_DEVICE;
    case EACCES:
    case EPERM:
    case EROFS:
        return YK_ERR_ACCESS;
    case ENOMEM:
        return YK_ERR_MEMORY;
    case EBUSY:
    case EAGAIN:
        return YK_ERR_BUSY;
    default:
        return YK_ERR_IO;
    }
}

enum yk_status failure_set_errno(struct failure *why, int errno_value, const char *fmt, ...)
{
    enum yk_status code = code_of_errno(errno_value);
    if (why != NULL) {
        char reason[96] = "";
        char what[sizeof why->text];
        va_list args;
        va_start(args, fmt);
        vsnprintf(what, sizeof what, fmt, args);
        va_end(args);
        const char *word = strerror_r(errno_value, reason, sizeof reason);
        size_t n = utf8_whole(what, strnlen(what, sizeof why->text - 64));
        failure_set(why, code, "%.*s: %s", (int)n, what, word);
    }
    return code;
}

enum yk_status failure_within(struct failure *why, const char *fmt, ...)
{
    if (why == NULL) {
        return YK_ERR_IO;
    }
    char front[sizeof why->text];
    char whole[2 * sizeof why->text + 4];
    va_list args;
    va_start(args, fmt);
    vsnprintf(front, sizeof front, fmt, args);
    va_end(args);
    snprintf(whole, sizeof whole, "%s: %s", front, why->text);
    memcpy(why->text, whole, sizeof why->text);
    why->text[sizeof why->text - 1] = '\0';
    cut_at_character(why->text, sizeof why->text);
    return why->code;
}

const char *status_word(enum yk_status code)
{
    static const char *const word[] = {
        [YK_OK] = "ok",
        [YK_END] = "end",
        [YK_ERR_ARGUMENT] = "argument",
        [YK_ERR_MEMORY] = "memory",
        [YK_ERR_IO] = "io",
        [YK_ERR_NO_DEVICE] = "not_found",
        [YK_ERR_BUSY] = "busy",
        [YK_ERR_ACCESS] = "access",
        [YK_ERR_TIMEOUT] = "timeout",
        [YK_ERR_PROTOCOL] = "protocol",
        [YK_ERR_UNSUPPORTED] = "unsupported",
        [YK_ERR_CORRUPT] = "corrupt",
        [YK_ERR_TOO_LITTLE] = "too_little",
        [YK_ERR_CONFLICT] = "conflict",
        [YK_ERR_STORE] = "store",
        [YK_ERR_CANCELLED] = "cancelled",
    };
    return (size_t)code < sizeof word / sizeof *word ? word[code] : "unknown";
}
