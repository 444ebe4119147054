/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph recordings with log.bin (.gt3x of firmware 3 and later, .agdc): recognising and
 * opening them. What the bytes mean, gaps, damage and differences from other readers:
 * docs/formats/gt3x.md.
 *
 *     ZIP: info.txt   "Key: value" lines
 *          log.bin    records, one second of samples each, readings and events between them
 *          calibration.json (Insight Watch)   epoch.bin and others: not used
 *
 * Left out: proximity tags, capacitive wear sensor, counts made by the device, magnetometer and
 * second accelerometer of the IMU.
 */
#include "firmware-formats/gt3x_reader.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/zip_source.h"
#include "src/base/mem.h"

#define BUFFER ((size_t)256 << 10)
#define TEXT_MOST ((size_t)64 << 10) /* of info.txt and calibration.json */

static const struct recording_source_ops GT3X_OPS = {
    .next_samples = gt3x_next_samples,
    .rewind = gt3x_rewind,
    .open_at = gt3x_open_at,
    .close = gt3x_close,
};

/* ---- recognising ---- */

static int probe(struct byte_source *bytes)
{
    struct zip_archive *archive = NULL;
    int sure = 0;
    if (zip_source_probe(bytes) && zip_archive_open(bytes, &archive, NULL) == YK_OK) {
        bool has_log = zip_archive_find(archive, "log.bin") != ZIP_NONE;
        bool has_info = zip_archive_find(archive, "info.txt") != ZIP_NONE;
        bool has_old = zip_archive_find(archive, "activity.bin") != ZIP_NONE;
        sure = has_log && !has_old ? (has_info ? 100 : 90) : 0;
    }
    zip_archive_close(archive);
    return sure;
}

/* ---- opening ---- */

static void note(struct gt3x_reader *self, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void note(struct gt3x_reader *self, const char *fmt, ...)
{
    va_list args;
    if (self->n_notes < sizeof self->note / sizeof self->note[0]) {
        va_start(args, fmt);
        vsnprintf(self->note[self->n_notes++], sizeof self->note[0], fmt, args);
        va_end(args);
    }
}

void gt3x_note_opening(struct gt3x_reader *self)
{
    for (size_t i = 0; i < self->n_notes; i++) {
        read_report_add(&self->base.report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1,
                        self->note[i]);
    }
    if (self->base.report.damage == NULL) {
        self->base.report.damage = self->log->damage;
    }
}

/* A small text member into memory; *out is NULL when there is none. */
static enum yk_status read_text(struct gt3x_reader *self, struct zip_archive *archive,
                                const char *name, char **out, size_t *n, struct failure *why)
{
    struct byte_source *member = NULL;
    size_t i = zip_archive_find(archive, name);
    *out = NULL;
    *n = 0;
    if (i == ZIP_NONE) {
        return YK_OK;
    }
    enum yk_status status =
        zip_archive_open_member(archive, i, ZIP_CHECKED, self->job, &member, why);
    if (status == YK_ERR_CORRUPT) {
        note(self, "%s is damaged and not used", name);
        return YK_OK;
    }
    if (status != YK_OK) {
        return status;
    }
    if (member->damage != NULL && !zip_archive_is_salvaged(archive)) {
        note(self, "%s is damaged: used as far as it goes", name);
    }
    char *text = mem_alloc(TEXT_MOST, 1);
    status = text == NULL ? failure_set(why, YK_ERR_MEMORY, "no memory to read %s", name)
                          : byte_source_read_at(member, 0, text, TEXT_MOST, n, why);
    byte_source_close(member);
    if (status != YK_OK) {
        mem_free(text);
        return status;
    }
    *out = text;
    return YK_OK;
}

static void set_scale(struct gt3x_reader *self, const struct gt3x_about *about)
{
    const struct actigraph_header *header = &about->header;
    struct gt3x_facts *facts = &self->facts;
    const double by_serial = actigraph_scale(header->serial);
    bool is_stated = header->scale_per_g >= 16 && !about->calibration_says_raw;
    facts->scale = about->has_scale ? about->scale
                   : is_stated      ? header->scale_per_g
                   : by_serial > 0  ? by_serial
                                    : 256;
    if (!about->has_scale && !is_stated && !(by_serial > 0) && !about->calibration_says_raw) {
        note(self, "scale not stated: read as 256 per g, could be 341");
    }
}

static void set_range(struct gt3x_reader *self, const struct gt3x_about *about)
{
    struct recording_info *info = &self->base.info;
    const double scale = self->facts.scale;
    if (self->facts.matrix.is_used) {
        return; /* not in units of g */
    }
    info->range_g = about->header.most_g >= 1 && about->header.most_g <= 32
                        ? about->header.most_g
                        : rint(2047.0 / scale);
    info->steps_per_g = scale;
}

static void set_rate(struct gt3x_reader *self, const struct gt3x_about *about)
{
    const double stated = about->header.rate_hz;
    const uint32_t usual = about->usual_rate;
    uint32_t rate = stated >= 1 && stated <= GT3X_RATE_MOST ? (uint32_t)rint(stated) : 0;
    if (usual != 0 && usual != rate) {
        if (rate != 0) {
            note(self, "%u Hz by the records, not %u Hz as info.txt says", (unsigned)usual,
                 (unsigned)rate);
        }
        rate = usual;
    }
    self->facts.rate = rate != 0 ? rate : 30;
    self->base.info.rate_hz =
        about->first_s != TIME_UNKNOWN || rate != 0 ? (double)self->facts.rate : (double)NAN;
}

static void set_times(struct gt3x_reader *self, const struct gt3x_about *about,
                      const struct open_options *opt)
{
    const struct actigraph_header *header = &about->header;
    struct recording_info *info = &self->base.info;
    self->facts.planned_s = header->start_s;
    self->facts.last_s = header->last_s;
    int64_t wall_s = about->first_s != TIME_UNKNOWN    ? about->first_s
                     : header->start_s != TIME_UNKNOWN ? header->start_s
                                                       : 0;
    bool has_zone = about->has_offset || header->has_zone;
    self->facts.wall_minus_utc_ns =
        actigraph_set_zone(&self->clock, opt, wall_s, has_zone,
                           about->has_offset ? about->offset_s : header->zone_s,
                           about->is_utc || about->is_insight, info);
    if (about->first_s == TIME_UNKNOWN) {
        info->n_samples = 0;
        return;
    }
    info->start_ns = about->first_s * NS_PER_S - self->facts.wall_minus_utc_ns;
    info->end_ns = header->last_s != TIME_UNKNOWN && header->last_s > about->first_s
                       ? header->last_s * NS_PER_S - self->facts.wall_minus_utc_ns
                       : info->start_ns;
    const size_t payload = about->first_type == GT3X_ACTIVITY2
                               ? 6 * (size_t)self->facts.rate
                               : (36 * (size_t)self->facts.rate + 7) / 8;
    info->n_samples =
        (int64_t)(self->log->size / (payload + GT3X_HEAD_BYTES + 1) * self->facts.rate);
    int64_t late_s = header->start_s != TIME_UNKNOWN ? about->first_s - header->start_s : 0;
    if (late_s > 0) {
        note(self, "first sample %" PRId64 " s after the planned start", late_s);
    }
}

static void tell(struct gt3x_reader *self, const struct gt3x_about *about)
{
    struct recording_info *info = &self->base.info;
    actigraph_header_tell(&about->header, self->facts.wall_minus_utc_ns, info);
    bool has_gyro = self->facts.imu.is_known && self->facts.imu.gyro[0].bit >= 0;
    snprintf(info->sensor_axes, sizeof info->sensor_axes, "%d", has_gyro ? 6 : 3);
    info->gyro_range_dps = has_gyro ? 2000 : NAN;
    info->count_kind = COUNT_KIND_ACTIGRAPH;
    if (!about->has_header) {
        note(self, "info.txt is missing: rate and scale from the records");
    }
    if (self->log->damage != NULL) {
        note(self, "%.60s", self->log->damage);
    }
}

static enum yk_status read_about(struct gt3x_reader *self, struct zip_archive *archive,
                                 const struct open_options *opt, struct failure *why)
{
    struct gt3x_about about = {.first_s = TIME_UNKNOWN, .scale = NAN};
    char *text = NULL, *calibration = NULL;
    size_t n = 0, calibration_n = 0;
    actigraph_header_init(&about.header);
    enum yk_status status = read_text(self, archive, "info.txt", &text, &n, why);
    if (status == YK_OK && text != NULL) {
        about.has_header = true;
        actigraph_header_read(&about.header, text, n);
    }
    mem_free(text);
    if (status == YK_OK) {
        status =
            read_text(self, archive, "calibration.json", &calibration, &calibration_n, why);
    }
    if (status == YK_OK && calibration != NULL) {
        gt3x_about_calibration(self, &about, calibration, calibration_n);
    }
    if (status == YK_OK) {
        status = gt3x_about_read(self, &about, why);
    }
    if (status == YK_OK) {
        about.is_insight =
            about.first_type == GT3X_ACTIVITY3 || strncmp(about.header.serial, "CPW", 3) == 0;
        set_rate(self, &about);
        if (calibration != NULL) {
            gt3x_about_matrix(self, calibration, calibration_n);
        }
        set_scale(self, &about);
        set_range(self, &about);
        self->facts.turned = strncmp(about.header.serial, "MOS", 3) == 0 &&
                             strcmp(about.header.firmware, "1.6.0") == 0;
        set_times(self, &about, opt);
        tell(self, &about);
    }
    mem_free(calibration);
    return status;
}

static enum yk_status open_parts(struct gt3x_reader *self, const struct open_options *opt,
                                 struct failure *why)
{
    struct zip_archive *archive = NULL;
    enum yk_status status = zip_archive_open(self->packed, &archive, why);
    size_t i = status == YK_OK ? zip_archive_find(archive, "log.bin") : ZIP_NONE;
    if (status == YK_OK && i == ZIP_NONE) {
        status = failure_set(why, YK_ERR_CORRUPT, "%s: log.bin, with the samples, is missing",
                             self->packed->name);
    }
    if (status == YK_OK) {
        status = zip_archive_open_member(archive, i, ZIP_UNCHECKED, opt->job, &self->log, why);
    }
    if (status == YK_OK) {
        size_t room = self->log->size < BUFFER ? GT3X_BUFFER_LEAST : BUFFER;
        status = gt3x_stream_init(&self->stream, self->log, room, why);
    }
    if (status == YK_OK) {
        status = read_about(self, archive, opt, why);
    }
    zip_archive_close(archive);
    return status;
}

static enum yk_status open_gt3x(struct byte_source *bytes, const struct open_options *opt,
                                struct recording_source **out, struct failure *why)
{
    struct gt3x_reader *self = mem_alloc(1, sizeof *self);
    struct gt3x_raw *raw = self != NULL ? mem_alloc(1, sizeof *raw) : NULL;
    if (raw == NULL) {
        mem_free(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    }
    self->base.ops = &GT3X_OPS;
    self->packed = bytes;
    self->raw = raw;
    self->job = opt->job;
    self->facts.with_gyro = opt->with_gyro;
    recording_info_init(&self->base.info);
    read_report_init(&self->base.report);
    snprintf(self->base.info.format, sizeof self->base.info.format, "gt3x");
    enum yk_status status = open_parts(self, opt, why);
    if (status == YK_OK) {
        status = gt3x_rewind(&self->base, why);
    }
    if (status != YK_OK) {
        gt3x_close(&self->base);
        return status;
    }
    self->owns_bytes = true;
    *out = &self->base;
    return YK_OK;
}

static const char *const suffixes[] = {"gt3x", "agdc", NULL};

const struct format format_gt3x = {
    .id = "gt3x",
    .name = "ActiGraph GT3X+ and later (.gt3x, .agdc)",
    .maker = "ActiGraph",
    .suffix = suffixes,
    .probe = probe,
    .open = open_gt3x,
};
