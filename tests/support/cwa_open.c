/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/cwa_open.h"
#include "tests/support/check.h"

struct zone *open_zone(const char *name)
{
    struct zone *zone = NULL;
    struct failure why = {0};
    if (zone_open(name, &zone, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return zone;
}

struct recording_source *open_file(const char *path, const struct zone *zone, bool with_gyro)
{
    struct open_options opt = {.zone = zone, .with_gyro = with_gyro};
    struct recording_source *source = NULL;
    struct failure why = {0};
    if (recording_open(path, &opt, &source, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return source;
}
