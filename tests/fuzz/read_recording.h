/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every fuzzer of a recording's format does: opened, read whole, read again, read from the
 * middle and by a second reader from the start. Aborts when a block is none, or when two
 * readings differ.
 */
#ifndef TESTS_FUZZ_READ_RECORDING_H
#define TESTS_FUZZ_READ_RECORDING_H

#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"

struct fuzz_sum {
    int64_t n;
    uint64_t hash;
};

static inline void fuzz_hash(struct fuzz_sum *sum, const void *at, size_t n)
{
    const uint8_t *p = at;
    for (size_t i = 0; i < n; i++) {
        sum->hash = (sum->hash ^ p[i]) * UINT64_C(1099511628211);
    }
}

static inline struct fuzz_sum fuzz_read(struct recording_source *source,
                                        struct sample_block *block)
{
    struct fuzz_sum sum = {0, 1};
    struct failure why;
    while (source->ops->next_samples(source, block, &why) == YK_OK) {
        if (block->n < 1 || block->n > block->capacity || !(block->period_s > 0)) {
            abort();
        }
        sum.n += block->n;
        fuzz_hash(&sum, &block->t0_ns, sizeof block->t0_ns);
        fuzz_hash(&sum, block->acc_g[1], block->n * sizeof(float));
    }
    return sum;
}

static inline void fuzz_read_samples(struct recording_source *source)
{
    struct sample_block block;
    struct recording_source *cursor = NULL;
    struct failure why;
    if (sample_block_init(&block, true, NULL) != YK_OK) {
        return;
    }
    struct fuzz_sum whole = fuzz_read(source, &block);
    if (source->report.n_samples != 0 && source->report.n_samples != whole.n) {
        abort();
    }
    int64_t middle = source->info.start_ns / 2 + source->info.end_ns / 2;
    for (int i = 0; i < 2 && source->ops->open_at != NULL; i++) {
        if (source->ops->open_at(source, i == 0 ? middle : INT64_MIN, &cursor, &why) == YK_OK) {
            if (fuzz_read(cursor, &block).n > whole.n) {
                abort();
            }
            recording_source_close(cursor);
        }
    }
    if (source->ops->rewind(source, &why) == YK_OK) {
        struct fuzz_sum again = fuzz_read(source, &block);
        if (again.n != whole.n || again.hash != whole.hash) {
            abort();
        }
    }
    sample_block_release(&block);
}

static inline void fuzz_read_epochs(struct recording_source *source)
{
    size_t n[2] = {0, 0};
    struct failure why;
    for (int pass = 0; pass < 2; pass++) {
        struct epoch_series epochs;
        epoch_series_init(&epochs);
        while (source->ops->next_epochs(source, &epochs, &why) == YK_OK) {
        }
        n[pass] = epochs.n;
        epoch_series_release(&epochs);
        if (source->ops->rewind(source, &why) != YK_OK) {
            return;
        }
    }
    if (n[0] != n[1]) {
        abort();
    }
}

static inline struct zone *fuzz_zone(void)
{
    static struct zone *zone;
    if (zone == NULL && zone_open("Europe/Oslo", &zone, NULL) != YK_OK) {
        abort();
    }
    return zone;
}

static inline void fuzz_recording_with(const struct format *format, const uint8_t *data,
                                       size_t size, const struct open_options *opt)
{
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why;
    if (memory_source_open(data, size, "t", &bytes, &why) != YK_OK) {
        return;
    }
    (void)format->probe(bytes);
    if (format->open(bytes, opt, &source, &why) != YK_OK) {
        byte_source_close(bytes);
        return;
    }
    if (source->ops->next_samples != NULL) {
        fuzz_read_samples(source);
    } else {
        fuzz_read_epochs(source);
    }
    recording_source_close(source);
}

static inline void fuzz_recording(const struct format *format, const uint8_t *data, size_t size)
{
    const struct open_options opt = {
        .zone = fuzz_zone(), .file_zone_wins = true, .with_gyro = true};
    fuzz_recording_with(format, data, size, &opt);
}

#endif
