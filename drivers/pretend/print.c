/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the firmware prints, until the serial port takes it.
 */
#include <stdarg.h>
#include <stdio.h>

#include "drivers/pretend/parts.h"

void serial_print(struct pretend_device *self, const char *fmt, ...)
{
    char line[256];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (n > 0) {
        text_add_n(&self->serial.out, line,
                   (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    }
}
