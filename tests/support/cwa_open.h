/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening zones and recordings in tests: what cannot be opened fails the test with its
 * sentence. And the events that a recording tells.
 */
#ifndef TESTS_SUPPORT_CWA_OPEN_H
#define TESTS_SUPPORT_CWA_OPEN_H

#include <stdbool.h>

#include "firmware-formats/format.h"

struct zone *open_zone(const char *name); /* zone_close() it */
struct recording_source *open_file(const char *path, const struct zone *zone, bool with_gyro);
/* n bytes at `at`, which stay the caller's, as a file of this name. */
struct recording_source *open_memory(const void *at, size_t n, const char *name,
                                     const struct open_options *options);

#define EVENTS_OF_ANY_KIND (-1)
/* How many events of a kind hold these words (NULL: any). */
size_t events_of(const struct recording_source *source, int kind, const char *words);

#endif
