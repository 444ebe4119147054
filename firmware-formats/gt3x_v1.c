/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph recordings of the older generation (.gt3x of GT3X+ and ActiSleep+ up to
 * firmware 2.5.0, as NHANES 2011-2014 used them). docs/formats/gt3x.md.
 *
 *     ZIP: info.txt      "Key: value" lines; the only place with the start and the rate
 *          activity.bin  12-bit y, x, z without end: sample i at start + i / rate
 *          lux.bin       16-bit light, one a second
 *
 * The samples' bytes say nothing about themselves, so the archive's checksum is what tells
 * damage. (0, 0, 0) at the end is padding of the file, not free fall. Left out: what else the
 * archive holds.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/actigraph_header.h"
#include "firmware-formats/byte_window.h"
#include "firmware-formats/gt3x_decode.h"
#include "firmware-formats/zip_source.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"

#define SCALE 341
#define CLIP 2045
#define RATE_MOST 256
#define BUFFER ((size_t)64 << 10)
#define LUX_BUFFER ((size_t)4096)
#define TEXT_MOST ((size_t)16 << 10)

struct gt3x_v1 {
    struct recording_source base;
    struct byte_source *packed, *activity, *lux; /* owned unless a cursor */
    bool is_cursor, owns_bytes;
    struct wall_clock clock;
    struct byte_window samples, light;
    struct gt3x_raw *raw; /* owned */
    uint32_t rate;
    int64_t start_ns;
    uint64_t n, next; /* samples without padding; the next to give */
    uint64_t n_padding;
    double lux_factor, lux_most;
    char note[2][64];
};

/* ---- recognising ---- */

static int probe(struct byte_source *bytes)
{
    struct zip_archive *archive = NULL;
    int sure = 0;
    if (zip_source_probe(bytes) && zip_archive_open(bytes, &archive, NULL) == YK_OK) {
        sure = zip_archive_find(archive, "activity.bin") != ZIP_NONE &&
                       (zip_archive_find(archive, "info.txt") != ZIP_NONE ||
                        zip_archive_is_salvaged(archive))
                   ? 100
                   : 0;
    }
    zip_archive_close(archive);
    return sure;
}

/* ---- bytes ---- */

/* Light of a second; NaN: none was kept. */
static enum yk_status lux_of(struct gt3x_v1 *self, uint64_t second, float *out,
                             struct failure *why)
{
    const uint8_t *at = NULL;
    *out = NAN;
    if (self->lux == NULL || 2 * second + 2 > self->lux->size) {
        return YK_OK;
    }
    size_t have = 0;
    enum yk_status status = byte_window_at(&self->light, 2 * second, 2, &at, &have, why);
    if (status == YK_OK && have >= 2) {
        const uint16_t raw = get_u16le(at);
        double lux = raw < 20 || raw == UINT16_MAX ? 0 : floor(raw * self->lux_factor + 0.5);
        *out = (float)(lux < self->lux_most ? lux : self->lux_most);
    }
    return status;
}

/* Samples first ... first + n - 1 into raw; n at most GT3X_SAMPLES_MOST. */
static enum yk_status read_samples(struct gt3x_v1 *self, uint64_t first, size_t n,
                                   struct failure *why)
{
    const uint64_t nibble = 9 * first;
    const size_t bytes = (size_t)(((nibble % 2) + 9 * n + 1) / 2);
    const uint8_t *at = NULL;
    size_t have = 0;
    enum yk_status status = byte_window_at(&self->samples, nibble / 2, bytes, &at, &have, why);
    if (status == YK_OK && have < bytes) {
        status = failure_set(why, YK_ERR_IO, "%s became shorter while it was read",
                             self->activity->name);
    }
    if (status == YK_OK) {
        gt3x_unpack12(at, (unsigned)(nibble % 2), n, GT3X_YXZ, self->raw);
    }
    return status;
}

/* ---- reading ---- */

static void add_to_report(struct gt3x_v1 *self, struct sample_block *block)
{
    struct read_report *report = &self->base.report;
    bool clipped = false;
    for (int a = 0; a < 3; a++) {
        double sum = 0;
        for (uint32_t i = 0; i < block->n; i++) {
            sum += self->raw->axis[a][i];
        }
        if (report->n_samples == 0) {
            report->sum_g[a] = 0;
            report->first_sample_g[a] = (double)block->acc_g[a][0];
        }
        report->sum_g[a] += sum / SCALE;
        report->last_sample_g[a] = (double)block->acc_g[a][block->n - 1];
    }
    for (uint32_t i = 0; i < block->n; i++) {
        bool is_over = false;
        for (int a = 0; a < 3; a++) {
            int16_t v = self->raw->axis[a][i];
            is_over = is_over || v >= CLIP || v <= -CLIP;
        }
        report->clipped_samples += is_over;
        clipped = clipped || is_over;
    }
    report->n_samples += block->n;
    report->blocks++;
    summary_range_add(&report->light, (double)block->light);
}

static int64_t time_of(const struct gt3x_v1 *self, uint64_t sample)
{
    return self->start_ns + (int64_t)(sample / self->rate) * NS_PER_S +
           (int64_t)(sample % self->rate) * NS_PER_S / self->rate;
}

static enum yk_status next_samples(struct recording_source *source, struct sample_block *block,
                                   struct failure *why)
{
    struct gt3x_v1 *self = (struct gt3x_v1 *)source; /* its first member */
    if (self->next >= self->n) {
        source->info.n_samples = (int64_t)self->n;
        return YK_END;
    }
    const uint64_t second = self->next / self->rate;
    const uint64_t left = self->n - self->next,
                   in_second = (second + 1) * self->rate - self->next;
    const size_t n = (size_t)(left < in_second ? left : in_second);
    float light = NAN;
    enum yk_status status = read_samples(self, self->next, n, why);
    if (status == YK_OK) {
        status = lux_of(self, second, &light, why);
    }
    if (status != YK_OK) {
        return status;
    }
    int over = 0;
    for (int a = 0; a < 3; a++) {
        for (size_t i = 0; i < n; i++) {
            int16_t v = self->raw->axis[a][i];
            block->acc_g[a][i] = (float)(v / (double)SCALE);
            over |= v >= CLIP || v <= -CLIP;
        }
        for (size_t i = 0; i < n && block->gyro_dps[a] != NULL; i++) {
            block->gyro_dps[a][i] = NAN;
        }
    }
    block->t0_ns = time_of(self, self->next);
    block->period_s = 1.0 / self->rate;
    block->n = (uint32_t)n;
    block->light = light;
    block->temperature_c = block->battery_v = NAN;
    block->flags = over != 0 ? BLOCK_CLIPPED : 0;
    self->next += n;
    if (!self->is_cursor) {
        add_to_report(self, block);
    }
    return YK_OK;
}

static enum yk_status rewind_source(struct recording_source *source, struct failure *why)
{
    struct gt3x_v1 *self = (struct gt3x_v1 *)source;
    struct read_report *report = &source->report;
    (void)why;
    opening_report(source, self->packed, &self->clock);
    self->next = 0;
    if (self->n_padding > 0) {
        report->trailing_bytes = report->skipped_bytes = (self->n_padding * 9 + 1) / 2;
    }
    for (size_t i = 0; i < 2; i++) {
        if (self->note[i][0] != '\0') {
            report->bad_blocks += i == 0;
            read_report_add(report, i == 0 ? READ_EVENT_BAD_BLOCK : READ_EVENT_NOTE,
                            TIME_UNKNOWN, TIME_UNKNOWN, -1, self->note[i]);
        }
    }
    return YK_OK;
}

static void close_source(struct recording_source *source)
{
    struct gt3x_v1 *self = (struct gt3x_v1 *)source;
    byte_window_release(&self->samples);
    byte_window_release(&self->light);
    mem_free(self->raw);
    read_report_release(&source->report);
    if (!self->is_cursor) {
        byte_source_close(self->activity);
        byte_source_close(self->lux);
        byte_source_close(self->owns_bytes ? self->packed : NULL);
    }
    mem_free(self);
}

static enum yk_status make_room(struct gt3x_v1 *self, struct failure *why)
{
    self->raw = mem_alloc(1, sizeof *self->raw);
    if (self->raw == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "gt3x: no memory to read");
    }
    enum yk_status status = byte_window_init(&self->samples, self->activity, BUFFER, why);
    return status == YK_OK && self->lux != NULL
               ? byte_window_init(&self->light, self->lux, LUX_BUFFER, why)
               : status;
}

static enum yk_status open_at(struct recording_source *source, int64_t from_ns,
                              struct recording_source **out, struct failure *why)
{
    const struct gt3x_v1 *whole = (const struct gt3x_v1 *)source;
    struct gt3x_v1 *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "gt3x: no memory for a second reader");
    }
    *self = *whole;
    read_report_init(&self->base.report);
    self->is_cursor = true;
    self->raw = NULL;
    self->samples.buffer = self->light.buffer = NULL;
    self->next = 0;
    if (from_ns > self->start_ns) { /* blocks are whole seconds */
        uint64_t second = (uint64_t)((from_ns - self->start_ns) / NS_PER_S);
        self->next = second < self->n / self->rate + 1 ? second * self->rate : self->n;
    }
    enum yk_status status = make_room(self, why);
    if (status != YK_OK) {
        close_source(&self->base);
        return status;
    }
    *out = &self->base;
    return YK_OK;
}

static const struct recording_source_ops OPS = {
    .next_samples = next_samples,
    .rewind = rewind_source,
    .open_at = open_at,
    .close = close_source,
};

/* ---- opening ---- */

static enum yk_status open_member(struct gt3x_v1 *self, struct zip_archive *archive,
                                  const char *name, struct job *job, struct byte_source **out,
                                  struct failure *why)
{
    size_t i = zip_archive_find(archive, name);
    if (i == ZIP_NONE) {
        return failure_set(why, YK_ERR_CORRUPT, "%s: %s is missing; copy it anew",
                           self->packed->name, name);
    }
    return zip_archive_open_member(archive, i, ZIP_CHECKED, job, out, why);
}

static enum yk_status read_info(struct gt3x_v1 *self, struct zip_archive *archive,
                                struct job *job, struct actigraph_header *header,
                                struct failure *why)
{
    struct byte_source *info = NULL;
    char *text = mem_alloc(TEXT_MOST, 1);
    size_t n = 0;
    enum yk_status status = text == NULL
                                ? failure_set(why, YK_ERR_MEMORY, "gt3x: no memory to read")
                                : open_member(self, archive, "info.txt", job, &info, why);
    if (status == YK_OK && info != NULL) {
        if (info->damage != NULL) {
            snprintf(self->note[1], sizeof self->note[1],
                     "info.txt is damaged: used as far as it goes");
        }
        status = byte_source_read_at(info, 0, text, TEXT_MOST, &n, why);
    }
    byte_source_close(info);
    if (status == YK_OK) {
        actigraph_header_read(header, text, n);
    }
    mem_free(text);
    if (status == YK_OK && header->start_s == TIME_UNKNOWN) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "%s: info.txt has no Start Date; only there is the start of an "
                             "old .gt3x",
                             self->packed->name);
    }
    if (status == YK_OK && !(header->rate_hz >= 1 && header->rate_hz <= RATE_MOST)) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "%s: info.txt has no Sample Rate from 1 to %d; only there is the "
                             "rate of an old .gt3x",
                             self->packed->name, RATE_MOST);
    }
    return status;
}

/* How many samples at the end are (0, 0, 0). */
static enum yk_status count_padding(struct gt3x_v1 *self, struct failure *why)
{
    uint64_t n = gt3x_count12((size_t)self->activity->size);
    for (self->n = n; self->n > 0;) {
        size_t some = self->n < GT3X_SAMPLES_MOST ? (size_t)self->n : GT3X_SAMPLES_MOST;
        enum yk_status status = read_samples(self, self->n - some, some, why);
        if (status != YK_OK) {
            return status;
        }
        size_t i = some;
        while (i > 0 && self->raw->axis[0][i - 1] == 0 && self->raw->axis[1][i - 1] == 0 &&
               self->raw->axis[2][i - 1] == 0) {
            i--;
        }
        self->n -= some - i;
        if (i > 0) {
            break;
        }
    }
    self->n_padding = n - self->n;
    return YK_OK;
}

static void tell(struct gt3x_v1 *self, const struct actigraph_header *header,
                 const struct open_options *opt)
{
    struct recording_info *info = &self->base.info;
    bool is_sleep = strncmp(header->serial, "MRA", 3) == 0;
    self->lux_factor = is_sleep ? 3.25 : 1.25;
    self->lux_most = is_sleep ? 6000 : 2500;
    self->rate = (uint32_t)rint(header->rate_hz);
    int64_t offset_ns = actigraph_set_zone(&self->clock, opt, header->start_s, header->has_zone,
                                           header->zone_s, false, info);
    self->start_ns = header->start_s * NS_PER_S - offset_ns;
    actigraph_header_tell(header, offset_ns, info);
    snprintf(info->sensor_axes, sizeof info->sensor_axes, "3");
    info->rate_hz = self->rate;
    info->range_g = 6;
    info->steps_per_g = SCALE;
    info->count_kind = COUNT_KIND_ACTIGRAPH;
    info->n_samples = (int64_t)self->n;
    if (self->n > 0) {
        info->start_ns = self->start_ns;
        info->end_ns = time_of(self, self->n);
    }
    if (self->activity->damage != NULL) {
        snprintf(self->note[0], sizeof self->note[0], "activity.bin: %.49s",
                 self->activity->damage);
    }
    if (self->n_padding > 0 && self->note[1][0] == '\0') {
        snprintf(self->note[1], sizeof self->note[1],
                 "%" PRIu64 " samples (0,0,0) at the end: padding", self->n_padding);
    }
}

static enum yk_status open_parts(struct gt3x_v1 *self, const struct open_options *opt,
                                 struct failure *why)
{
    struct zip_archive *archive = NULL;
    struct actigraph_header header;
    actigraph_header_init(&header);
    enum yk_status status = zip_archive_open(self->packed, &archive, why);
    if (status == YK_OK) {
        status = read_info(self, archive, opt->job, &header, why);
    }
    if (status == YK_OK) {
        status = open_member(self, archive, "activity.bin", opt->job, &self->activity, why);
    }
    if (status == YK_OK && zip_archive_find(archive, "lux.bin") != ZIP_NONE) {
        status = open_member(self, archive, "lux.bin", opt->job, &self->lux, why);
        status = status == YK_ERR_CORRUPT ? YK_OK : status;
    }
    zip_archive_close(archive);
    if (status == YK_OK) {
        status = make_room(self, why);
    }
    if (status == YK_OK) {
        status = count_padding(self, why);
    }
    if (status == YK_OK) {
        tell(self, &header, opt);
        status = rewind_source(&self->base, why);
    }
    return status;
}

static enum yk_status open_gt3x_v1(struct byte_source *bytes, const struct open_options *opt,
                                   struct recording_source **out, struct failure *why)
{
    struct gt3x_v1 *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    }
    self->base.ops = &OPS;
    self->packed = bytes;
    recording_info_init(&self->base.info);
    read_report_init(&self->base.report);
    snprintf(self->base.info.format, sizeof self->base.info.format, "gt3x_v1");
    enum yk_status status = open_parts(self, opt, why);
    if (status != YK_OK) {
        close_source(&self->base);
        return status;
    }
    self->owns_bytes = true;
    *out = &self->base;
    return YK_OK;
}

static const char *const suffixes[] = {"gt3x", NULL};

const struct format format_gt3x_v1 = {
    .id = "gt3x_v1",
    .document = "gt3x",
    .name = "ActiGraph GT3X+ up to firmware 2.5 (.gt3x)",
    .maker = "ActiGraph",
    .suffix = suffixes,
    .probe = probe,
    .open = open_gt3x_v1,
};
