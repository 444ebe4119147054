/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening zones and recordings in tests: what cannot be opened fails the test with its
 * sentence.
 */
#ifndef TESTS_SUPPORT_CWA_OPEN_H
#define TESTS_SUPPORT_CWA_OPEN_H

#include <stdbool.h>

#include "firmware-formats/format.h"

struct zone *open_zone(const char *name); /* zone_close() it */
struct recording_source *open_file(const char *path, const struct zone *zone, bool with_gyro);

#endif
