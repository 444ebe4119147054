/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Status codes and the failure sentence that travels with them.
 *
 * A function that can fail returns an enum yk_status and fills a struct failure with a sentence
 * that says what went wrong, where and with which value. Codes are for programs, sentences for
 * people; only the command line, the dock and the local page show them.
 */
#ifndef SRC_BASE_STATUS_H
#define SRC_BASE_STATUS_H

#include <stdint.h>

enum yk_status {
    YK_OK,
    YK_END,             /* the stream is finished; not an error */
    YK_ERR_ARGUMENT,    /* the caller or the user asked for something that has no meaning */
    YK_ERR_MEMORY,      /* allocation refused */
    YK_ERR_IO,          /* the operating system refused a read, write, sync or rename */
    YK_ERR_NO_DEVICE,   /* no such device, file or folder */
    YK_ERR_BUSY,        /* somebody else holds it */
    YK_ERR_ACCESS,      /* permission */
    YK_ERR_TIMEOUT,     /* no answer in time */
    YK_ERR_PROTOCOL,    /* an answer that the protocol does not allow */
    YK_ERR_UNSUPPORTED, /* understood, but not something this program handles */
    YK_ERR_CORRUPT,     /* damaged beyond what can be skipped and counted */
    YK_ERR_TOO_LITTLE,  /* intact, but not enough data for the question */
    YK_ERR_CONFLICT,    /* contradicts something already recorded */
    YK_ERR_STORE,       /* the participant store is unusable or of another version */
    YK_ERR_CANCELLED    /* job.cancel was set */
};

struct failure {
    enum yk_status code;
    int64_t offset; /* byte in the input, -1 when unknown */
    char text[256]; /* UTF-8, always terminated; shortened at a character border */
};

/* Fills *why (which may be NULL) and returns code, so that a caller can write
 * `return failure_set(why, YK_ERR_CORRUPT, "sector %" PRIu64 ": ...", i);`. offset becomes -1.
 */
enum yk_status failure_set(struct failure *why, enum yk_status code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Like failure_set() for a place in the input: offset is the byte where it was noticed. */
enum yk_status failure_set_at(struct failure *why, enum yk_status code, int64_t offset,
                              const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Like failure_set() after a system call failed: appends ": " and the text of the errno value
 * and picks the code from it (ENOENT -> NO_DEVICE, EACCES -> ACCESS, ENOMEM -> MEMORY,
 * others -> IO). */
enum yk_status failure_set_errno(struct failure *why, int errno_value, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts context in front of the sentence ("reading week1.cwa: ...") and returns the code that is
 * already there. Does nothing but return YK_ERR_IO when why is NULL: pass the status on
 * yourself in that case. */
enum yk_status failure_within(struct failure *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Stable English word for a code ("corrupt"), for JSON and quality.csv. */
const char *status_word(enum yk_status code);

#endif
