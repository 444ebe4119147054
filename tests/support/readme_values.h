/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values in the tables of the reference data's READMEs: "**FILE**", then rows "| KEY | VALUE
 * |". Tests that read them there cannot drift from what the data say.
 */
#ifndef TESTS_SUPPORT_README_VALUES_H
#define TESTS_SUPPORT_README_VALUES_H

#include <stdbool.h>
#include <stddef.h>

/* One README at a time ("data/gt3x/README.md"). false, having said so, when it is not there. */
bool readme_load(const char *relative);
/* The README's value of a file, "" when it has none. Valid until the next call. */
const char *readme_value(const char *file, const char *key);
/* Fails the test when the README says something else. */
void readme_says(const char *file, const char *key, const char *actual);
void readme_says_numbers(const char *file, const char *key, const double *actual, size_t n,
                         double tolerance);

#endif
