/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samples as HDF5: /samples with one value a sample, /readings with one a block (light,
 * temperature, battery and flags do not change faster).
 */
#include "src/pipeline/samples_out.h"

#include "src/base/mem.h"
#include "src/base/version.h"
#include "src/h5/h5_file.h"

#define CHUNK 16384
#define SCHEMA_VERSION 1
enum { SAMPLE_COLUMNS = 7, READING_COLUMNS = 7 };

static const struct h5_column SAMPLE[SAMPLE_COLUMNS] = {
    {"time_ns", H5_KIND_INT64, 0, "ns", "time since 1970-01-01 UTC", true},
    {"x", H5_KIND_FLOAT, 0, "g", "acceleration, device x", true},
    {"y", H5_KIND_FLOAT, 0, "g", "acceleration, device y", true},
    {"z", H5_KIND_FLOAT, 0, "g", "acceleration, device z", true},
    {"gx", H5_KIND_FLOAT, 0, "deg/s", "angular rate, device x; NaN: not recorded", true},
    {"gy", H5_KIND_FLOAT, 0, "deg/s", "angular rate, device y; NaN: not recorded", true},
    {"gz", H5_KIND_FLOAT, 0, "deg/s", "angular rate, device z; NaN: not recorded", true},
};

static const struct h5_column READING[READING_COLUMNS] = {
    {"time_ns", H5_KIND_INT64, 0, "ns", "first sample of the block, since 1970-01-01 UTC",
     true},
    {"temperature_c", H5_KIND_FLOAT, 0, "degC", "device temperature", true},
    {"light", H5_KIND_FLOAT, 0, "raw", "light sensor", true},
    {"battery_v", H5_KIND_FLOAT, 0, "V", "battery voltage", true},
    {"flags", H5_KIND_UINT32, 0, NULL,
     "1 after a gap, 2 clock jump, 4 restart, 8 clipped, 16 button, 32 overflow, 64 clock in "
     "doubt, 128 repaired",
     true},
    {"first_sample", H5_KIND_UINT64, 0, NULL, "number of the block's first sample", true},
    {"period_s", H5_KIND_DOUBLE, 0, "s", "spacing of the block's samples", true},
};

struct samples_h5 {
    struct samples_out base;
    struct h5_file *file;
    struct h5_stream *sample[SAMPLE_COLUMNS], *reading[READING_COLUMNS];
    int n_sample; /* columns: 4 or 7 */
    uint64_t written;
};

static void close_streams(struct samples_h5 *self)
{
    for (int i = 0; i < SAMPLE_COLUMNS; i++) {
        h5_stream_close(self->sample[i]);
    }
    for (int i = 0; i < READING_COLUMNS; i++) {
        h5_stream_close(self->reading[i]);
    }
}

static void abandon(struct samples_out *base)
{
    struct samples_h5 *self = (struct samples_h5 *)base;
    close_streams(self);
    h5_abandon(self->file);
    mem_free(self);
}

static enum yk_status finish(struct samples_out *base, struct failure *why)
{
    struct samples_h5 *self = (struct samples_h5 *)base;
    close_streams(self);
    enum yk_status status = h5_close(self->file, why);
    mem_free(self);
    return status;
}

static enum yk_status add(struct samples_out *base, const struct samples_piece *piece,
                          struct failure *why)
{
    struct samples_h5 *self = (struct samples_h5 *)base;
    const void *sample[SAMPLE_COLUMNS] = {
        piece->time_ns,     piece->acc_g[0],    piece->acc_g[1],   piece->acc_g[2],
        piece->gyro_dps[0], piece->gyro_dps[1], piece->gyro_dps[2]};
    const void *reading[READING_COLUMNS] = {
        piece->time_ns, &piece->temperature_c, &piece->light,   &piece->battery_v,
        &piece->flags,  &self->written,        &piece->period_s};
    enum yk_status status = YK_OK;
    for (int i = 0; i < self->n_sample && status == YK_OK; i++) {
        status = h5_stream_append(self->sample[i], sample[i], piece->n, why);
    }
    for (int i = 0; i < READING_COLUMNS && status == YK_OK; i++) {
        status = h5_stream_append(self->reading[i], reading[i], 1, why);
    }
    self->written += piece->n;
    return status;
}

static const struct samples_out_ops H5_OPS = {add, finish, abandon};

static enum yk_status put_calibration(struct h5_file *file,
                                      const struct calibration *calibration,
                                      struct failure *why)
{
    static const char *const name[3][3] = {
        {"scale_x", "scale_y", "scale_z"},
        {"offset_x_g", "offset_y_g", "offset_z_g"},
        {"temperature_x_g_per_c", "temperature_y_g_per_c", "temperature_z_g_per_c"}};
    const double *value[3] = {calibration->scale, calibration->offset_g,
                              calibration->temperature_g_per_c};
    enum yk_status status = h5_put_text(file, "/samples", "calibration",
                                        calibration_outcome_word(calibration->outcome), why);
    for (int k = 0; k < 3; k++) {
        for (int a = 0; a < 3 && status == YK_OK; a++) {
            status = h5_put_double(file, "/samples", name[k][a], value[k][a], why);
        }
    }
    if (status == YK_OK) {
        status = h5_put_double(file, "/samples", "mean_temperature_c",
                               calibration->mean_temperature_c, why);
    }
    return status;
}

static enum yk_status put_attributes(struct h5_file *file, const struct samples_setup *setup,
                                     struct failure *why)
{
    const struct {
        const char *where, *name, *value;
    } texts[] = {
        {"/", "device_model", setup->info->device_model},
        {"/", "device_serial", setup->info->device_serial},
        {"/", "session_id", setup->info->session_id},
        {"/", "firmware", setup->info->firmware},
        {"/", "person_id", setup->info->person_id},
        {"/", "body_site", setup->info->body_site},
        {"/", "source_format", setup->info->format},
        {"/", "input_sha256", setup->sha256},
        {"/", "program_version", version_number()},
        {"/samples", "zone", setup->info->zone},
    };
    enum yk_status status = h5_put_int64(file, "/", "schema_version", SCHEMA_VERSION, why);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status == YK_OK; i++) {
        status = h5_put_text(file, texts[i].where, texts[i].name, texts[i].value, why);
    }
    if (status == YK_OK) {
        status = h5_put_double(file, "/samples", "rate_hz", setup->info->rate_hz, why);
    }
    if (status == YK_OK) {
        status = h5_put_double(file, "/samples", "range_g", setup->info->range_g, why);
    }
    if (status == YK_OK && setup->has_gyro) {
        status =
            h5_put_double(file, "/samples", "gyro_range_dps", setup->info->gyro_range_dps, why);
    }
    return status == YK_OK && setup->is_calibrated
               ? put_calibration(file, setup->calibration, why)
               : status;
}

enum yk_status samples_h5_open(const char *path, const struct samples_setup *setup,
                               struct samples_out **out, struct failure *why)
{
    struct samples_h5 *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to write %s", path);
    }
    self->base.ops = &H5_OPS;
    self->n_sample = setup->has_gyro ? 7 : 4;
    enum yk_status status = h5_create(path, &self->file, why);
    if (status != YK_OK) {
        mem_free(self);
        return status;
    }
    status = h5_group(self->file, "/samples", why);
    status = status == YK_OK ? h5_group(self->file, "/readings", why) : status;
    status = status == YK_OK ? put_attributes(self->file, setup, why) : status;
    for (int i = 0; i < self->n_sample && status == YK_OK; i++) {
        status =
            h5_stream_open(self->file, "/samples", &SAMPLE[i], CHUNK, &self->sample[i], why);
    }
    for (int i = 0; i < READING_COLUMNS && status == YK_OK; i++) {
        status =
            h5_stream_open(self->file, "/readings", &READING[i], CHUNK, &self->reading[i], why);
    }
    if (status != YK_OK) {
        abandon(&self->base);
        return status;
    }
    *out = &self->base;
    return YK_OK;
}
