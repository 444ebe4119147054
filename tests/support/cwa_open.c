/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/cwa_open.h"
#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>

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

struct recording_source *open_memory(const void *at, size_t n, const char *name,
                                     const struct open_options *options)
{
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why = {0};
    assert_int_equal(memory_source_open(at, n, name, &bytes, &why), YK_OK);
    if (recording_open_source(bytes, options, &source, &why) != YK_OK) {
        byte_source_close(bytes);
        fail_msg("%s", why.text);
        abort(); /* for analysers: fail_msg() does not return */
    }
    return source;
}

size_t events_of(const struct recording_source *source, int kind, const char *words)
{
    size_t n = 0;
    for (size_t i = 0; i < source->report.n_events; i++) {
        const struct read_event *event = &source->report.events[i];
        bool is_kind = kind == EVENTS_OF_ANY_KIND || (int)event->kind == kind;
        n += is_kind && (words == NULL || strstr(event->detail, words) != NULL);
    }
    return n;
}
