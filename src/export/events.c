/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of events of a recording.
 */
#include "src/export/events.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void export_events_init(struct export_events *self)
{
    *self = (struct export_events){0};
}

void export_events_release(struct export_events *self)
{
    mem_free(self->events);
    export_events_init(self);
}

static int add(struct export_events *self, const char *kind, int64_t start_ns, int64_t end_ns,
               const char *detail)
{
    if (MEM_RESERVE(self->events, self->n, self->capacity) != 0) {
        return -1;
    }
    struct export_event *event = &self->events[self->n];
    *event = (struct export_event){
        .kind = kind, .start_ns = start_ns, .end_ns = end_ns, .order = self->n};
    snprintf(event->detail, sizeof event->detail, "%s", detail);
    self->n++;
    return 0;
}

/* Runs of epochs with the clipping bit. */
static int add_clipping(struct export_events *self, const struct epoch_series *epochs)
{
    for (size_t k = 0; k < epochs->n;) {
        size_t end = k;
        while (end < epochs->n && (epochs->state[end] & STATE_CLIPPED) != 0) {
            end++;
        }
        if (end > k && add(self, "clipping", epoch_start_ns(epochs, k),
                           epoch_start_ns(epochs, end), "") != 0) {
            return -1;
        }
        k = end + 1;
    }
    return 0;
}

/* Unknown times come last. */
static int compare(const void *a, const void *b)
{
    const struct export_event *x = a, *y = b;
    uint64_t s = (uint64_t)x->start_ns + ((uint64_t)1 << 63) - 1;
    uint64_t t = (uint64_t)y->start_ns + ((uint64_t)1 << 63) - 1;
    if (s != t) {
        return s < t ? -1 : 1;
    }
    return (x->order > y->order) - (x->order < y->order);
}

int export_events_collect(const struct analysis *analysis, struct export_events *out)
{
    int bad = 0;
    for (size_t i = 0; i < analysis->report.n_events && bad == 0; i++) {
        const struct read_event *e = &analysis->report.events[i];
        bad = add(out, read_event_word(e->kind), e->start_ns, e->end_ns, e->detail);
    }
    for (size_t i = 0; i < analysis->n_nonwear && bad == 0; i++) {
        const struct nonwear_bout *b = &analysis->nonwear[i];
        bad = add(out, "nonwear", b->start_ns, b->end_ns,
                  b->is_stillness_only ? "stillness rule only" : "");
    }
    for (size_t i = 0; i < analysis->n_nights && bad == 0; i++) {
        const struct night *n = &analysis->nights[i];
        if (n->is_edited) {
            bad = add(out, "edit", n->onset_ns, n->wake_ns, n->edit_reason);
        }
    }
    if (bad == 0) {
        bad = add_clipping(out, &analysis->epochs);
    }
    if (out->n > 1) {
        qsort(out->events, out->n, sizeof *out->events, compare);
    }
    return bad;
}
