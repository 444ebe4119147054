/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a file of NAME = VALUE, or a command line, has said so far. A name twice is a mistake
 * that would otherwise go unseen: only the last value would count.
 */
#ifndef SRC_BASE_GIVEN_H
#define SRC_BASE_GIVEN_H

#include <stddef.h>

#include "src/base/status.h"

#define GIVEN_MAX 256 /* more than any such file has names that mean something */

struct given {
    struct {
        const char *name, *value;             /* borrowed */
        size_t name_bytes, value_bytes, line; /* 0: on the command line */
    } of[GIVEN_MAX];
    size_t n;
};

/* Keeps one assignment; its texts must stay where they are. Those beyond GIVEN_MAX are not
 * kept. errors: YK_ERR_ARGUMENT, with both values and the line of the first, when the name was
 * given before */
enum yk_status given_add(struct given *self, const char *name, size_t name_bytes,
                         const char *value, size_t value_bytes, size_t line,
                         struct failure *why);

#endif
