/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Unisens measurements (Movisens and others): a folder, or a ZIP archive of one, with
 * unisens.xml and one file a signal. docs/formats/unisens.md.
 *
 * Left out: entries of values and events.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "firmware-formats/byte_window.h"
#include "firmware-formats/page_reader.h"
#include "firmware-formats/timestamp.h"
#include "firmware-formats/unisens_csv.h"
#include "firmware-formats/unisens_description.h"
#include "firmware-formats/zip_source.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

#define BUFFER ((size_t)256 << 10)
#define CURSOR_BUFFER ((size_t)64 << 10)
#define FRAME_MOST 64u /* bytes of one sample of all channels: 8 channels of 8 bytes */
#define STANDARD_GRAVITY 9.80665

enum part { ACC, GYRO, TEMPERATURE, LIGHT, N_PARTS };

struct unisens_signal {
    const struct unisens_entry *entry; /* NULL: not recorded */
    struct byte_source *bytes;         /* owned, unless a cursor */
    struct byte_window window;
    size_t value_bytes, frame_bytes;
    uint64_t frames, rest;  /* rest: bytes behind the last whole frame */
    uint64_t n_bad;         /* fields of a CSV that are no numbers */
    enum unisens_type type; /* as stored; a CSV has become doubles */
    bool is_big_endian;
    double factor; /* of the unit */
};

struct unisens_state {
    uint64_t next; /* sample */
};

struct unisens_reader {
    struct page_reader pages;
    struct unisens_state now;
    struct unisens_description *description; /* owned, unless a cursor */
    struct unisens_signal signal[N_PARTS];
    char missing[UNISENS_ENTRIES]; /* 1: named but not there, 2: there but not readable */
    double period_s;
    int64_t start_ns;
    float range_g;
};

/* ---- signals ---- */

/* Values of one channel in frames [from, from + n), scaled. */
static enum yk_status read_channel(struct unisens_signal *signal, uint64_t from, uint32_t n,
                                   size_t channel, float *out, struct failure *why)
{
    const struct unisens_entry *entry = signal->entry;
    uint32_t done = 0;
    while (done < n) {
        const uint8_t *at = NULL;
        size_t have = 0;
        enum yk_status status =
            byte_window_at(&signal->window, (from + done) * signal->frame_bytes,
                           signal->frame_bytes, &at, &have, why);
        if (status != YK_OK) {
            return status;
        }
        size_t frames = have / signal->frame_bytes;
        if (frames == 0) {
            return failure_set(why, YK_ERR_IO, "%s became shorter while it was read",
                               entry->id);
        }
        frames = frames < n - done ? frames : n - done;
        at += channel * signal->value_bytes;
        for (size_t i = 0; i < frames; i++) {
            double raw = unisens_value(at + i * signal->frame_bytes, signal->type,
                                       signal->is_big_endian);
            out[done + i] = (float)((raw - entry->baseline) * entry->lsb * signal->factor);
        }
        done += (uint32_t)frames;
    }
    return YK_OK;
}

/* The one value of a slower signal at the time of a sample; NaN where it has ended. */
static enum yk_status read_reading(struct unisens_reader *self, enum part part, uint64_t sample,
                                   float *out, struct failure *why)
{
    struct unisens_signal *signal = &self->signal[part];
    *out = NAN;
    if (signal->entry == NULL) {
        return YK_OK;
    }
    double index = floor((double)sample * self->period_s * signal->entry->rate_hz);
    if (!(index < (double)signal->frames)) {
        return YK_OK;
    }
    return read_channel(signal, (uint64_t)index, 1, 0, out, why);
}

/* Samples that are no numbers (of floating-point signals) were not recorded. */
static uint32_t count_real(const struct sample_block *block, uint32_t n)
{
    uint32_t i = 0;
    while (i < n && isfinite(block->acc_g[0][i]) && isfinite(block->acc_g[1][i]) &&
           isfinite(block->acc_g[2][i])) {
        i++;
    }
    return i;
}

static enum yk_status read_samples(struct unisens_reader *self, uint32_t n,
                                   struct sample_block *block, struct failure *why)
{
    struct unisens_signal *gyro = &self->signal[GYRO];
    enum yk_status status = YK_OK;
    for (size_t a = 0; a < 3 && status == YK_OK; a++) {
        status = read_channel(&self->signal[ACC], self->now.next, n, a, block->acc_g[a], why);
    }
    for (size_t a = 0; a < 3 && block->gyro_dps[0] != NULL && status == YK_OK; a++) {
        uint64_t left = gyro->entry != NULL && gyro->frames > self->now.next
                            ? gyro->frames - self->now.next
                            : 0;
        uint32_t known = left < n ? (uint32_t)left : n;
        if (known > 0) {
            status = read_channel(gyro, self->now.next, known, a, block->gyro_dps[a], why);
        }
        for (uint32_t i = known; i < n; i++) {
            block->gyro_dps[a][i] = NAN;
        }
    }
    return status;
}

static enum yk_status next_samples(struct page_reader *pages, struct sample_block *block,
                                   struct page *page, struct failure *why)
{
    struct unisens_reader *self = (struct unisens_reader *)pages;
    for (;;) {
        uint64_t from = self->now.next, left = self->signal[ACC].frames - from;
        uint32_t n = left < block->capacity ? (uint32_t)left : block->capacity;
        if (n == 0) {
            return YK_END;
        }
        enum yk_status status = read_samples(self, n, block, why);
        if (status != YK_OK) {
            return status;
        }
        n = count_real(block, n);
        self->now.next += n > 0 ? n : 1;
        if (n == 0) {
            continue;
        }
        block->n = n;
        block->period_s = self->period_s;
        block->t0_ns =
            self->start_ns + (int64_t)nearbyint((double)from * self->period_s * NS_PER_S);
        page->number = (int64_t)from;
        page->is_first = from == 0;
        page->gap = "values that are no numbers";
        page->low_g = -self->range_g;
        page->high_g = self->range_g;
        status = read_reading(self, TEMPERATURE, from, &block->temperature_c, why);
        if (status == YK_OK) {
            status = read_reading(self, LIGHT, from, &block->light, why);
        }
        page->temperature_c = (double)block->temperature_c;
        return status;
    }
}

static void begin(struct page_reader *pages)
{
    struct unisens_reader *self = (struct unisens_reader *)pages;
    self->now.next = 0;
    if (pages->is_cursor) {
        return;
    }
    if (self->description->n_dropped > 0) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "%zu entries beyond the first %d: not read",
                          self->description->n_dropped, UNISENS_ENTRIES);
    }
    for (size_t i = 0; i < self->description->n_entries; i++) {
        const struct unisens_entry *entry = &self->description->entry[i];
        if (self->missing[i] == 1) {
            page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                              "%.*s is named, but not there", utf8_shown(entry->id, 30),
                              entry->id);
        } else if (self->missing[i] == 2) {
            page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                              entry->is_binary ? "%.*s: data type %.12s not known"
                                               : "%.*s (%.12s): separator not known",
                              utf8_shown(entry->id, 24), entry->id, entry->type_word);
        }
    }
}

static void finish(struct page_reader *pages)
{
    struct unisens_reader *self = (struct unisens_reader *)pages;
    pages->base.report.trailing_bytes = self->signal[ACC].rest;
    page_reader_skipped(pages, self->signal[ACC].rest);
    for (int p = 0; p < N_PARTS; p++) {
        if (self->signal[p].n_bad > 0) {
            pages->base.report.bad_blocks += self->signal[p].n_bad;
            const char *id = self->signal[p].entry->id;
            page_reader_event(pages, READ_EVENT_BAD_BLOCK, TIME_UNKNOWN, -1,
                              "%.*s: %" PRIu64 " fields are no numbers", utf8_shown(id, 24), id,
                              self->signal[p].n_bad);
        }
        if (self->signal[p].entry != NULL && self->signal[p].bytes->damage != NULL) {
            page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1, "%s",
                              self->signal[p].bytes->damage);
        }
    }
}

static void release(struct page_reader *pages)
{
    struct unisens_reader *self = (struct unisens_reader *)pages;
    for (int p = 0; p < N_PARTS; p++) {
        byte_window_release(&self->signal[p].window);
        if (!pages->is_cursor) {
            byte_source_close(self->signal[p].bytes);
        }
    }
    if (!pages->is_cursor) {
        mem_free(self->description);
    }
    mem_free(self);
}

static enum yk_status clone(const struct page_reader *whole, struct page_reader **out,
                            struct failure *why)
{
    const struct unisens_reader *from = (const struct unisens_reader *)whole;
    struct recording_source *second = NULL;
    enum yk_status status = opening_second(&whole->base, whole->places_are_complete,
                                           sizeof *from, whole->bytes->name, &second, why);
    if (status != YK_OK) {
        return status;
    }
    struct unisens_reader *self = (struct unisens_reader *)second;
    self->pages.is_cursor = true;
    self->description = from->description;
    self->period_s = from->period_s;
    self->start_ns = from->start_ns;
    self->range_g = from->range_g;
    for (int p = 0; p < N_PARTS && status == YK_OK; p++) {
        self->signal[p] = from->signal[p];
        self->signal[p].window = (struct byte_window){.buffer = NULL};
        if (from->signal[p].entry != NULL) {
            status = byte_window_init(&self->signal[p].window, from->signal[p].bytes,
                                      p == ACC ? CURSOR_BUFFER : FRAME_MOST * 64, why);
        }
    }
    if (status != YK_OK) {
        release(&self->pages);
        return status;
    }
    self->pages.now = &self->now;
    *out = &self->pages;
    return YK_OK;
}

static const struct page_ops UNISENS_OPS = {next_samples, begin, finish, clone, release};

/* ---- which entry is which ---- */

static bool is_of_kind(const struct unisens_entry *entry, const char *kind)
{
    return strcasecmp(entry->content, kind) == 0 ||
           (strncasecmp(entry->id, kind, strlen(kind)) == 0 && entry->id[strlen(kind)] == '.');
}

static bool is_readable(const struct unisens_entry *entry, size_t channels)
{
    bool is_stored = (entry->is_binary && entry->type != UNISENS_UNKNOWN) ||
                     (entry->is_csv && entry->separator != '\0');
    return entry->is_signal && is_stored && entry->n_channels >= channels &&
           entry->n_channels <= UNISENS_CHANNELS && entry->rate_hz > 0 &&
           entry->rate_hz <= 100000 && isfinite(entry->lsb) && isfinite(entry->baseline);
}

static const char *const KINDS[N_PARTS][4] = {
    [ACC] = {"acc", "acceleration", "accelerometer", NULL},
    [GYRO] = {"angularrate", "gyro", NULL, NULL},
    [TEMPERATURE] = {"temp", "temperature", NULL, NULL},
    [LIGHT] = {"light", NULL, NULL, NULL},
};

static double factor_of(const struct unisens_entry *entry, enum part part)
{
    static const char *const metric[] = {"m/s^2", "m/s2", "m/s\xC2\xB2", "m/s/s"};
    if (part != ACC) {
        return 1;
    }
    for (size_t i = 0; i < sizeof metric / sizeof *metric; i++) {
        if (strcmp(entry->unit, metric[i]) == 0) {
            return 1 / STANDARD_GRAVITY;
        }
    }
    return strcmp(entry->unit, "mg") == 0 ? 0.001 : 1;
}

/* Its rows become binary values. */
static enum yk_status read_csv(struct unisens_signal *signal, const struct unisens_entry *entry,
                               struct job *job, struct failure *why)
{
    struct byte_source *text = signal->bytes;
    signal->bytes = NULL;
    enum yk_status status =
        unisens_csv_open(text, entry, job, &signal->bytes, &signal->n_bad, why);
    byte_source_close(text);
    signal->type = UNISENS_DOUBLE;
    signal->is_big_endian = false;
    return status;
}

static enum yk_status open_signal(struct unisens_reader *self, struct zip_archive *archive,
                                  size_t i, enum part part, struct job *job,
                                  struct failure *why)
{
    struct unisens_signal *signal = &self->signal[part];
    const struct unisens_entry *entry = &self->description->entry[i];
    size_t member = zip_archive_find(archive, entry->id);
    enum yk_status status =
        zip_archive_open_member(archive, member, ZIP_CHECKED, job, &signal->bytes, why);
    signal->type = entry->type;
    signal->is_big_endian = entry->is_big_endian;
    if (status == YK_OK && !entry->is_binary) {
        status = read_csv(signal, entry, job, why);
    }
    if (status != YK_OK) {
        return status;
    }
    signal->entry = entry;
    signal->value_bytes = unisens_type_bytes(signal->type);
    signal->frame_bytes = signal->value_bytes * entry->n_channels;
    signal->frames = signal->bytes->size / signal->frame_bytes;
    signal->rest = signal->bytes->size % signal->frame_bytes;
    signal->factor = factor_of(entry, part);
    return byte_window_init(&signal->window, signal->bytes,
                            part == ACC ? BUFFER : FRAME_MOST * 64, why);
}

static bool is_part(const struct unisens_entry *entry, enum part part)
{
    for (size_t k = 0; KINDS[part][k] != NULL; k++) {
        if (is_of_kind(entry, KINDS[part][k])) {
            return is_readable(entry, part == ACC || part == GYRO ? 3 : 1);
        }
    }
    return false;
}

static enum yk_status open_signals(struct unisens_reader *self, struct zip_archive *archive,
                                   struct job *job, struct failure *why)
{
    const struct unisens_description *description = self->description;
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < description->n_entries; i++) {
        const struct unisens_entry *entry = &description->entry[i];
        bool is_there = zip_archive_find(archive, entry->id) != ZIP_NONE;
        bool is_strange =
            entry->is_signal && (entry->is_binary ? entry->type == UNISENS_UNKNOWN
                                                  : entry->is_csv && entry->separator == '\0');
        self->missing[i] = is_there ? (is_strange ? 2 : 0) : 1;
    }
    for (enum part part = ACC; part < N_PARTS; part++) {
        for (size_t i = 0;
             i < description->n_entries && status == YK_OK && self->signal[part].entry == NULL;
             i++) {
            const struct unisens_entry *entry = &description->entry[i];
            bool fits = part != GYRO || (self->signal[ACC].entry != NULL &&
                                         entry->rate_hz >= self->signal[ACC].entry->rate_hz &&
                                         entry->rate_hz <= self->signal[ACC].entry->rate_hz);
            if (self->missing[i] == 0 && fits && is_part(entry, part)) {
                status = open_signal(self, archive, i, part, job, why);
            }
        }
    }
    if (status == YK_OK && self->signal[ACC].entry == NULL) {
        status = failure_set(why, YK_ERR_UNSUPPORTED,
                             "%s: none of the %zu entries is an acceleration that can be read "
                             "(contentClass acc, three channels, and its file there)",
                             self->pages.bytes->name, description->n_entries);
    }
    return status;
}

/* ---- opening ---- */

static int probe(struct byte_source *bytes)
{
    struct zip_archive *archive = NULL;
    if (zip_source_probe(bytes)) {
        int sure = 0;
        if (zip_archive_open(bytes, &archive, NULL) == YK_OK) {
            sure = zip_archive_find(archive, UNISENS_XML) != ZIP_NONE ? 95 : 0;
        }
        zip_archive_close(archive);
        return sure;
    }
    char at[2048];
    size_t got = 0;
    bool is_xml = byte_source_read_at(bytes, 0, at, sizeof at, &got, NULL) == YK_OK &&
                  memmem(at, got, "<unisens", 8) != NULL;
    return is_xml ? 60 : 0;
}

static enum yk_status read_description(struct unisens_reader *self, struct zip_archive *archive,
                                       struct job *job, struct failure *why)
{
    struct byte_source *xml = NULL;
    size_t member = zip_archive_find(archive, UNISENS_XML);
    if (member == ZIP_NONE) {
        return failure_set(why, YK_ERR_CORRUPT, "%s has no %s", self->pages.bytes->name,
                           UNISENS_XML);
    }
    enum yk_status status =
        zip_archive_open_member(archive, member, ZIP_CHECKED, job, &xml, why);
    if (status != YK_OK) {
        return status;
    }
    status = unisens_description_read(xml, self->description, why);
    byte_source_close(xml);
    return status;
}

static enum yk_status set_start(struct unisens_reader *self, const struct open_options *opt,
                                struct failure *why)
{
    struct timestamp start;
    const char *text = self->description->start;
    if (!timestamp_parse(text, NULL, &start)) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "%s: timestampStart '%s' of %s is no time; 2008-07-04T13:27:57 "
                           "would be one",
                           self->pages.bytes->name, text, UNISENS_XML);
    }
    self->start_ns =
        wall_clock_instant(&self->pages.clock, opt, &start, &self->pages.base.info);
    return YK_OK;
}

static void tell(struct unisens_reader *self)
{
    const struct unisens_description *d = self->description;
    const struct unisens_signal *acc = &self->signal[ACC];
    struct recording_info *info = &self->pages.base.info;
    bool has_gyro = self->signal[GYRO].entry != NULL;
    snprintf(info->device_model, sizeof info->device_model, "%s", d->model);
    snprintf(info->device_serial, sizeof info->device_serial, "%s", d->serial);
    snprintf(info->person_id, sizeof info->person_id, "%s", d->person_id);
    snprintf(info->body_site, sizeof info->body_site, "%s", d->site);
    snprintf(info->sensor_axes, sizeof info->sensor_axes, "%d", has_gyro ? 6 : 3);
    info->rate_hz = acc->entry->rate_hz;
    info->n_samples = (int64_t)acc->frames;
    self->period_s = 1 / acc->entry->rate_hz;
    self->range_g = NAN;
    int bits = acc->entry->resolution_bits;
    bits = bits > 0 ? bits : (int)unisens_type_bytes(acc->entry->type) * 8;
    if (acc->entry->type != UNISENS_FLOAT && acc->entry->type != UNISENS_DOUBLE &&
        acc->entry->type != UNISENS_UNKNOWN) {
        info->range_g = ldexp(fabs(acc->entry->lsb) * acc->factor, bits - 1);
        self->range_g = (float)(info->range_g - fabs(acc->entry->lsb) * acc->factor);
    }
    if (has_gyro) {
        const struct unisens_entry *gyro = self->signal[GYRO].entry;
        int width = gyro->resolution_bits > 0 ? gyro->resolution_bits : 16;
        info->gyro_range_dps = ldexp(fabs(gyro->lsb), width - 1);
    }
}

static enum yk_status set_up(struct unisens_reader *self, const struct open_options *opt,
                             struct failure *why)
{
    struct zip_archive *archive = NULL;
    struct byte_source *bytes = self->pages.bytes;
    if (!zip_source_probe(bytes)) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s is only the description of a Unisens measurement; name its "
                           "folder, or a ZIP archive of it",
                           bytes->name);
    }
    enum yk_status status = zip_archive_open(bytes, &archive, why);
    if (status == YK_OK) {
        status = read_description(self, archive, opt->job, why);
    }
    if (status == YK_OK) {
        status = open_signals(self, archive, opt->job, why);
    }
    zip_archive_close(archive);
    if (status == YK_OK) {
        status = set_start(self, opt, why);
    }
    if (status == YK_OK) {
        tell(self);
    }
    return status;
}

static enum yk_status open_unisens(struct byte_source *bytes, const struct open_options *opt,
                                   struct recording_source **out, struct failure *why)
{
    struct unisens_reader *self = mem_alloc(1, sizeof *self);
    struct unisens_description *description =
        self != NULL ? mem_alloc(1, sizeof *description) : NULL;
    if (description == NULL) {
        mem_free(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    }
    self->description = description;
    page_reader_init(&self->pages, &UNISENS_OPS, bytes, "unisens", &self->now,
                     sizeof self->now);
    enum yk_status status = set_up(self, opt, why);
    if (status == YK_OK) {
        status = page_reader_start(&self->pages, self->signal[ACC].frames, why);
    }
    if (status != YK_OK) {
        page_reader_close(&self->pages.base);
        return status;
    }
    *out = &self->pages.base;
    return YK_OK;
}

static const char *const suffixes[] = {"xml", NULL};

const struct format format_unisens = {
    .id = "unisens",
    .name = "Unisens (folder with unisens.xml)",
    .maker = "Movisens and others",
    .suffix = suffixes,
    .probe = probe,
    .open = open_unisens,
};
