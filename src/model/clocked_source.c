/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A block's first time and its spacing go through the map; samples are untouched. A block lasts
 * a second or so, and the map is a straight line, so this is exact to a nanosecond. What the
 * inner reader found (report, end) is taken over when it has read everything; until then the
 * report counts samples only.
 */
#include "src/model/clocked_source.h"

#include "src/base/mem.h"

struct clocked {
    struct recording_source base;
    struct recording_source *inner;
    struct clock_map map;
    int64_t from_ns; /* of a cursor: blocks that end before are left out; else INT64_MIN */
};

/* The line shrinks or stretches time by this. */
static double pace(const struct clock_map *map)
{
    return 1 / (1 + map->drift_ppm * 1e-6);
}

static void take_info(struct clocked *self)
{
    struct recording_info *info = &self->base.info;
    *info = self->inner->info;
    info->clock = self->map;
    info->device_start_ns = info->start_ns;
    info->device_end_ns = info->end_ns;
    info->start_ns = clock_map_true_ns(&self->map, info->start_ns);
    info->end_ns = clock_map_true_ns(&self->map, info->end_ns);
}

/* The list of events changes owner: its times are now the corrected ones. */
static void take_report(struct clocked *self)
{
    read_report_release(&self->base.report);
    self->base.report = self->inner->report;
    self->inner->report.events = NULL;
    self->inner->report.n_events = 0;
    self->inner->report.events_capacity = 0;
    for (size_t i = 0; i < self->base.report.n_events; i++) {
        struct read_event *event = &self->base.report.events[i];
        event->start_ns = clock_map_true_ns(&self->map, event->start_ns);
        event->end_ns = clock_map_true_ns(&self->map, event->end_ns);
    }
}

static void correct(const struct clocked *self, struct sample_block *block)
{
    block->t0_ns = clock_map_true_ns(&self->map, block->t0_ns);
    block->period_s *= pace(&self->map);
}

static int64_t end_of(const struct sample_block *block)
{
    return block->t0_ns + (int64_t)(block->period_s * block->n * (double)NS_PER_S);
}

static enum yk_status next_samples(struct recording_source *base, struct sample_block *block,
                                   struct failure *why)
{
    struct clocked *self = (struct clocked *)base;
    enum yk_status status;
    do {
        status = self->inner->ops->next_samples(self->inner, block, why);
        if (status == YK_OK) {
            correct(self, block);
        }
    } while (status == YK_OK && end_of(block) <= self->from_ns);
    if (status == YK_OK) {
        self->from_ns = INT64_MIN;
        self->base.report.n_samples = self->inner->report.n_samples;
    } else if (status == YK_END) {
        take_info(self);
        take_report(self);
    }
    return status;
}

static enum yk_status next_device_block(struct recording_source *base,
                                        struct sample_block *block, struct device_block *stored,
                                        struct failure *why)
{
    struct clocked *self = (struct clocked *)base;
    enum yk_status status =
        self->inner->ops->next_device_block(self->inner, block, stored, why);
    if (status == YK_OK && stored->is_good) {
        int64_t device_ns = block->t0_ns;
        correct(self, block);
        stored->wall_s += (double)(block->t0_ns - device_ns) / (double)NS_PER_S;
    }
    return status;
}

static enum yk_status rewind_source(struct recording_source *base, struct failure *why)
{
    struct clocked *self = (struct clocked *)base;
    enum yk_status status = self->inner->ops->rewind(self->inner, why);
    if (status == YK_OK) {
        read_report_release(&self->base.report);
        read_report_init(&self->base.report);
        self->from_ns = INT64_MIN;
    }
    return status;
}

static void close_source(struct recording_source *base)
{
    struct clocked *self = (struct clocked *)base;
    read_report_release(&self->base.report);
    recording_source_close(self->inner);
    mem_free(self);
}

static enum yk_status wrap(struct recording_source *inner, const struct clock_map *map,
                           struct clocked **out, struct failure *why);

/* A little earlier than asked, because times are rounded; what ends before is then left out. */
static enum yk_status open_at(struct recording_source *base, int64_t from_ns,
                              struct recording_source **out, struct failure *why)
{
    struct clocked *self = (struct clocked *)base, *cursor = NULL;
    struct recording_source *inner = NULL;
    int64_t device_ns = from_ns == INT64_MIN
                            ? INT64_MIN
                            : clock_map_device_ns(&self->map, from_ns) - NS_PER_S / 1000;
    enum yk_status status = self->inner->ops->open_at(self->inner, device_ns, &inner, why);
    if (status == YK_OK) {
        status = wrap(inner, &self->map, &cursor, why);
    }
    if (status != YK_OK) {
        recording_source_close(inner);
        return status;
    }
    cursor->from_ns = from_ns;
    *out = &cursor->base;
    return YK_OK;
}

/* In the order: with or without stretches read side by side, with or without stored blocks. */
static const struct recording_source_ops ops[2][2] = {
    {{.next_samples = next_samples, .rewind = rewind_source, .close = close_source},
     {.next_samples = next_samples,
      .rewind = rewind_source,
      .next_device_block = next_device_block,
      .close = close_source}},
    {{.next_samples = next_samples,
      .rewind = rewind_source,
      .open_at = open_at,
      .close = close_source},
     {.next_samples = next_samples,
      .rewind = rewind_source,
      .open_at = open_at,
      .next_device_block = next_device_block,
      .close = close_source}},
};

static enum yk_status wrap(struct recording_source *inner, const struct clock_map *map,
                           struct clocked **out, struct failure *why)
{
    struct clocked *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to correct a recorder's clock");
    }
    const struct recording_source_ops *has = inner->ops;
    *self =
        (struct clocked){.base.ops = &ops[has->open_at != NULL][has->next_device_block != NULL],
                         .inner = inner,
                         .map = *map,
                         .from_ns = INT64_MIN};
    read_report_init(&self->base.report);
    take_info(self);
    *out = self;
    return YK_OK;
}

enum yk_status clocked_source_open(struct recording_source *inner, const struct clock_map *map,
                                   struct recording_source **out, struct failure *why)
{
    struct clocked *self = NULL;
    if (inner->ops->next_samples == NULL || map->state != CLOCK_MAP_APPLIED) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "a file of counts keeps the times of its epochs");
    }
    enum yk_status status = wrap(inner, map, &self, why);
    if (status == YK_OK) {
        *out = &self->base;
    }
    return status;
}
