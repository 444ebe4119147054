/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a store holds, as text, so that two can be compared.
 */
#ifndef TESTS_SUPPORT_STORE_DUMP_H
#define TESTS_SUPPORT_STORE_DUMP_H

/* Rows of its tables without the times of day at which they were written, then names and
 * SHA-256 of the files in archive/ and recordings/. free() it. */
char *store_dump(const char *path);

#endif
