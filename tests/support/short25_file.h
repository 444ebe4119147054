/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reference recording short25.cwa, unpacked from the reference data.
 */
#ifndef TESTS_SUPPORT_SHORT25_FILE_H
#define TESTS_SUPPORT_SHORT25_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Unpacks into folder and gives the file's path. False, after saying so loudly, when the
 * reference data or xz is missing. */
bool short25_unpack(const char *folder, char *path, size_t size);

#endif
