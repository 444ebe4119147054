/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/count_file.h"
#include "tests/support/alloc.h"
#include "tests/support/check.h"
#include "tests/support/cwa_open.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum yk_status beside(const struct open_options *self, const char *suffix,
                             struct byte_source **out, struct failure *why)
{
    const char *ini = ((const struct count_file *)self)->ini;
    if (ini == NULL || strcmp(suffix, "ini") != 0) {
        return failure_set(why, YK_ERR_NO_DEVICE, "no such file");
    }
    return memory_source_open(ini, strlen(ini), "t.ini", out, why);
}

static void prepare(struct count_file *self, const char *zone, const char *ini)
{
    memset(self, 0, sizeof *self);
    self->ini = ini;
    epoch_series_init(&self->epochs);
    self->options.file_zone_wins = *zone == '?';
    assert_int_equal(zone_open(zone + (*zone == '?'), &self->zone, NULL), YK_OK);
    self->options.zone = self->zone;
    self->options.sibling = beside;
}

static void read_all(struct count_file *self)
{
    self->status =
        recording_open_source(self->bytes, &self->options, &self->source, &self->why);
    if (self->status != YK_OK) {
        byte_source_close(self->bytes);
        return;
    }
    if (self->source->ops->next_epochs == NULL) {
        self->status = YK_END;
    }
    while (self->status == YK_OK) {
        self->status = self->source->ops->next_epochs(self->source, &self->epochs, &self->why);
    }
}

void count_file_read(struct count_file *self, const char *path, const char *zone,
                     const char *ini)
{
    prepare(self, zone, ini);
    assert_int_equal(file_source_open(path, &self->bytes, NULL), YK_OK);
    read_all(self);
}

void count_file_read_text(struct count_file *self, const void *text, size_t n, const char *zone,
                          const char *ini)
{
    prepare(self, zone, ini);
    assert_int_equal(memory_source_open(text, n, "t", &self->bytes, NULL), YK_OK);
    read_all(self);
}

void count_file_close(struct count_file *self)
{
    epoch_series_release(&self->epochs);
    recording_source_close(self->source);
    zone_close(self->zone);
}

double count_file_sum(const struct count_file *self, enum epoch_column column)
{
    double sum = 0;
    assert_non_null(self->epochs.column[column]);
    for (size_t i = 0; i < self->epochs.n; i++) {
        float value = self->epochs.column[column][i];
        sum += isnan(value) ? 0 : (double)value;
    }
    return sum;
}

size_t count_file_missing(const struct count_file *self, enum epoch_column column)
{
    size_t n = 0;
    assert_non_null(self->epochs.column[column]);
    for (size_t i = 0; i < self->epochs.n; i++) {
        n += isnan(self->epochs.column[column][i]) != 0;
    }
    return n;
}

size_t count_file_events(const struct count_file *self, enum read_event_kind kind,
                         const char *detail)
{
    return events_of(self->source, (int)kind, detail);
}

const char *count_file_start(const struct count_file *self)
{
    static char text[40];
    struct zone *zone = NULL;
    assert_int_equal(zone_open(self->source->info.zone, &zone, NULL), YK_OK);
    zone_format_iso(zone, self->epochs.t0_ns, 0, text);
    zone_close(zone);
    return text;
}

void count_file_refuse_memory(const char *text, const char *ini)
{
    bool was_refused = true;
    for (uint64_t k = 1; was_refused; k++) {
        struct count_file file;
        prepare(&file, "UTC", ini);
        assert_int_equal(memory_source_open(text, strlen(text), "t", &file.bytes, NULL), YK_OK);
        alloc_fail_at(k);
        read_all(&file);
        was_refused = alloc_refused();
        alloc_fail_at(0);
        bool is_complete = file.status == YK_END && file.epochs.n > 0;
        /* A probe that is refused memory does not recognise its file. */
        assert_true(is_complete || was_refused);
        assert_true(is_complete || file.why.text[0] != '\0');
        count_file_close(&file);
    }
}

/* ---- damage ---- */

/* Read, or refused with a sentence; rows are epochs, or damage that is counted. */
static void check_is_sound(const struct count_file *file)
{
    if (file->status != YK_END) {
        assert_true(file->status != YK_OK && file->why.text[0] != '\0');
        return;
    }
    const struct read_report *report = &file->source->report;
    const struct recording_info *info = &file->source->info;
    if (file->source->ops->next_epochs == NULL) {
        return;
    }
    assert_true(info->epoch_s >= 1);
    if (file->epochs.n > 0) {
        assert_int_equal(info->start_ns, file->epochs.t0_ns);
        assert_int_equal(info->end_ns, epoch_start_ns(&file->epochs, file->epochs.n));
    }
    size_t gap = (size_t)llround(report->gap_s / info->epoch_s);
    assert_true(file->epochs.n >= gap);
    assert_true(report->blocks <= file->epochs.n - gap + report->bad_blocks);
    assert_true(report->blocks >= file->epochs.n - gap);
}

void count_file_damage(const char *path, size_t places)
{
    size_t n = 0;
    char *whole = check_read_file(path, &n);
    assert_non_null(whole);
    struct count_file file;
    for (size_t i = 0; i < places; i++) {
        size_t cut = (size_t)((double)n * (double)i / (double)places);
        count_file_read_text(&file, whole, cut, "UTC", NULL);
        check_is_sound(&file);
        if (file.status == YK_END && cut > 0 && whole[cut - 1] != '\n') {
            assert_true(file.source->report.n_events > 0);
        }
        count_file_close(&file);
        char kept = whole[cut];
        whole[cut] = (char)(kept ^ (1 << (i % 8)));
        count_file_read_text(&file, whole, n, "UTC", NULL);
        check_is_sound(&file);
        count_file_close(&file);
        whole[cut] = kept;
    }
    free(whole);
}
