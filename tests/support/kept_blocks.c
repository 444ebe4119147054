/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/kept_blocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"

static void keep(struct kept_blocks *self, const struct sample_block *block)
{
    if (self->n == self->capacity) {
        self->capacity = self->capacity * 2 + 64;
        self->block = realloc(self->block, self->capacity * sizeof *self->block);
        assert_non_null(self->block);
    }
    while (self->n_samples + block->n > self->samples_capacity) {
        self->samples_capacity = self->samples_capacity * 2 + 4096;
        for (int a = 0; a < 3; a++) {
            self->sample[a] = realloc(self->sample[a], self->samples_capacity * sizeof(float));
            assert_non_null(self->sample[a]);
        }
    }
    struct kept_block *k = &self->block[self->n++];
    memset(k, 0, sizeof *k);
    k->t0_ns = block->t0_ns;
    k->period_s = block->period_s;
    k->end_ns =
        block->t0_ns + (int64_t)nearbyint((double)block->n * block->period_s * NS_PER_S);
    k->n = block->n;
    k->flags = block->flags;
    k->light = block->light;
    k->temperature_c = block->temperature_c;
    k->battery_v = block->battery_v;
    k->at = self->n_samples;
    for (int a = 0; a < 3; a++) {
        memcpy(self->sample[a] + self->n_samples, block->acc_g[a], block->n * sizeof(float));
    }
    self->n_samples += block->n;
}

void kept_blocks_read(struct kept_blocks *self, struct recording_source *source)
{
    struct sample_block block;
    struct failure why = {0};
    memset(self, 0, sizeof *self);
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    enum yk_status status;
    while ((status = source->ops->next_samples(source, &block, &why)) == YK_OK) {
        assert_true(block.n >= 1 && block.n <= block.capacity && block.period_s > 0);
        keep(self, &block);
    }
    if (status != YK_END) {
        fail_msg("%s", why.text);
    }
    sample_block_release(&block);
}

void kept_blocks_release(struct kept_blocks *self)
{
    free(self->block);
    for (int a = 0; a < 3; a++) {
        free(self->sample[a]);
    }
    memset(self, 0, sizeof *self);
}

static void check_block(const struct kept_blocks *a, const struct kept_block *k,
                        const struct kept_blocks *b, const struct kept_block *m)
{
    assert_int_equal(k->t0_ns, m->t0_ns);
    assert_int_equal(k->n, m->n);
    assert_int_equal(k->flags, m->flags);
    assert_memory_equal(&k->period_s, &m->period_s, sizeof(double));
    assert_memory_equal(&k->light, &m->light, 3 * sizeof(float));
    for (int axis = 0; axis < 3; axis++) {
        assert_memory_equal(a->sample[axis] + k->at, b->sample[axis] + m->at,
                            k->n * sizeof(float));
    }
}

void kept_blocks_check(const struct kept_blocks *self, size_t from,
                       const struct kept_blocks *other)
{
    assert_true(from + other->n <= self->n);
    for (size_t i = 0; i < other->n; i++) {
        check_block(self, &self->block[from + i], other, &other->block[i]);
    }
}

/* Which block a second reader at from_ns must begin with. */
static size_t expected_at(const struct kept_blocks *self, int64_t from_ns)
{
    for (size_t i = 0; i < self->n; i++) {
        if (self->block[i].t0_ns <= from_ns && from_ns < self->block[i].end_ns) {
            return i;
        }
    }
    for (size_t i = 0; i < self->n; i++) {
        if (self->block[i].end_ns > from_ns) {
            return i;
        }
    }
    return self->n;
}

static void check_cursor(const struct kept_blocks *self, struct recording_source *source,
                         int64_t from_ns)
{
    struct recording_source *cursor = NULL;
    struct kept_blocks rest;
    struct failure why = {0};
    if (source->ops->open_at(source, from_ns, &cursor, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    kept_blocks_read(&rest, cursor);
    size_t from = expected_at(self, from_ns);
    assert_int_equal(rest.n, self->n - from);
    kept_blocks_check(self, from, &rest);
    assert_int_equal(cursor->report.n_samples, 0);
    assert_int_equal(cursor->report.n_events, 0);
    recording_source_close(cursor);
    kept_blocks_release(&rest);
}

void kept_blocks_check_cursors(const struct kept_blocks *self, struct recording_source *source,
                               size_t most_places)
{
    check_cursor(self, source, INT64_MIN);
    check_cursor(self, source, INT64_MAX);
    most_places = CHECK_IS_SLOW ? (most_places + 3) / 4 : most_places;
    size_t step = self->n > most_places ? self->n / most_places : 1;
    for (size_t i = 0; i < self->n; i += step) {
        const struct kept_block *k = &self->block[i];
        check_cursor(self, source, k->t0_ns);
        check_cursor(self, source, k->t0_ns - 1);
        check_cursor(self, source, k->t0_ns / 2 + k->end_ns / 2);
        check_cursor(self, source, k->end_ns);
    }
}
