/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samples through: opened, calibrated when asked for, cut to the wanted stretch, handed on.
 */
#include "src/pipeline/convert.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/signal.h"
#include "firmware-formats/format.h"
#include "src/base/digest.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/utf8.h"
#include "src/pipeline/samples_out.h"

struct conversion {
    struct recording_source *source;
    struct zone *zone;
    struct samples_out *to;
    struct sample_block block;
    int64_t *time_ns; /* of the block's samples */
    int64_t from_ns, to_ns, shift_ns;
    bool has_gyro;
    char sha256[DIGEST_HEX];
};

static bool is_table(const char *path)
{
    return name_ends_with(path, ".csv");
}

static enum yk_status check_target(const char *path, const struct convert_options *options,
                                   struct failure *why)
{
    if (!is_table(path) && !name_ends_with(path, ".h5") && !name_ends_with(path, ".hdf5")) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "%s: the file to write ends in .h5 or .csv; that decides its format",
                           path);
    }
    if (!options->replaces && disk_is_file(path)) {
        return failure_set(why, YK_ERR_CONFLICT, "%s is there already (--force replaces it)",
                           path);
    }
    return YK_OK;
}

static enum yk_status take_time(const struct zone *zone, const char *option, const char *text,
                                int64_t fallback, int64_t *out, struct failure *why)
{
    *out = fallback;
    if (text != NULL && !zone_parse_iso(zone, text, out)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "--%s %.*s: a time is written like 2026-05-12T23:10", option,
                           utf8_shown(text, 40), text);
    }
    return YK_OK;
}

static enum yk_status open_input(struct conversion *self, const char *path,
                                 const struct convert_options *options, struct job *job,
                                 struct failure *why)
{
    struct byte_source *bytes = NULL;
    struct zone *zone = NULL;
    enum yk_status status = zone_open_or_system(options->zone_name, &zone, why);
    if (status == YK_OK) {
        status = recording_bytes_open(path, &bytes, why);
    }
    if (status == YK_OK) {
        status = digest_of_source(bytes, job, self->sha256, why);
    }
    if (status == YK_OK) {
        struct open_options open = {.zone = zone,
                                    .file_zone_wins = options->zone_name == NULL,
                                    .zone_is_guess = options->zone_name == NULL,
                                    .with_gyro = true,
                                    .session = options->session,
                                    .columns = options->columns,
                                    .job = job};
        status = recording_open_source(bytes, &open, &self->source, why);
        bytes = status == YK_OK ? NULL : bytes; /* taken on success */
        status = status == YK_OK ? recording_check_columns(self->source, &open, why) : status;
    }
    if (status == YK_OK && self->source->ops->next_samples == NULL) {
        status =
            failure_set(why, YK_ERR_UNSUPPORTED,
                        "%s holds epochs, not samples; batch --epochs csv writes these", path);
    }
    if (status == YK_OK) { /* the file's own zone may have won */
        status = zone_open(self->source->info.zone, &self->zone, why);
    }
    byte_source_close(bytes);
    zone_close(zone);
    return status;
}

/* x = scale * (raw + offset) + temperature coefficient * (T - mean T), in place. */
static void calibrate(struct sample_block *block, const struct calibration *c)
{
    double warmth = (double)block->temperature_c - c->mean_temperature_c;
    for (int a = 0; a < 3; a++) {
        double extra = isnan(warmth) ? 0 : c->temperature_g_per_c[a] * warmth;
        for (uint32_t i = 0; i < block->n; i++) {
            double raw = (double)block->acc_g[a][i];
            block->acc_g[a][i] = (float)(c->scale[a] * (raw + c->offset_g[a]) + extra);
        }
    }
}

/* Hands on the samples of the block that lie in the wanted stretch. */
static enum yk_status hand_on(struct conversion *self, struct convert_result *result,
                              struct failure *why)
{
    const struct sample_block *block = &self->block;
    uint32_t first = 0, n = 0;
    for (uint32_t i = 0; i < block->n; i++) {
        int64_t t = block->t0_ns + (int64_t)nearbyint((double)i * block->period_s * NS_PER_S);
        self->time_ns[i] = t + self->shift_ns;
        first += t < self->from_ns ? 1 : 0;
        n += t >= self->from_ns && t < self->to_ns ? 1 : 0;
    }
    if (n == 0) {
        return YK_OK;
    }
    struct samples_piece piece = {.time_ns = self->time_ns + first,
                                  .n = n,
                                  .flags = block->flags,
                                  .period_s = block->period_s,
                                  .light = block->light,
                                  .temperature_c = block->temperature_c,
                                  .battery_v = block->battery_v};
    for (int a = 0; a < 3; a++) {
        piece.acc_g[a] = block->acc_g[a] + first;
        piece.gyro_dps[a] = self->has_gyro ? block->gyro_dps[a] + first : NULL;
    }
    result->start_ns = result->n_samples == 0 ? piece.time_ns[0] : result->start_ns;
    result->end_ns = piece.time_ns[n - 1] + (int64_t)nearbyint(block->period_s * NS_PER_S);
    result->n_samples += n;
    return self->to->ops->add(self->to, &piece, why);
}

static enum yk_status copy_samples(struct conversion *self, bool is_calibrated,
                                   struct convert_result *result, struct job *job,
                                   struct failure *why)
{
    int64_t expected = self->source->info.n_samples;
    uint64_t done = 0;
    enum yk_status status = YK_OK;
    while (status == YK_OK) {
        status = self->source->ops->next_samples(self->source, &self->block, why);
        if (status == YK_OK && job_is_cancelled(job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "cancelled while converting");
        }
        if (status == YK_OK) {
            if (is_calibrated) {
                calibrate(&self->block, &result->calibration);
            }
            done += self->block.n;
            status = hand_on(self, result, why);
        }
        job_progress(job, "converting", done, expected > 0 ? (uint64_t)expected : 0, "samples");
    }
    return status == YK_END ? YK_OK : status;
}

static enum yk_status prepare(struct conversion *self, const struct convert_options *options,
                              struct convert_result *result, struct job *job,
                              struct failure *why)
{
    enum yk_status status =
        take_time(self->zone, "from", options->from, INT64_MIN, &self->from_ns, why);
    if (status == YK_OK) {
        status = take_time(self->zone, "to", options->to, INT64_MAX, &self->to_ns, why);
    }
    if (status == YK_OK && self->from_ns >= self->to_ns) {
        status = failure_set(why, YK_ERR_ARGUMENT, "--from %s is not before --to %s",
                             options->from, options->to);
    }
    if (status == YK_OK && options->parameters != NULL) {
        status =
            signal_calibrate(self->source, options->parameters, &result->calibration, job, why);
        if (status == YK_OK) {
            status = self->source->ops->rewind(self->source, why);
        }
    }
    if (status == YK_OK) {
        status = sample_block_init(&self->block, true, why);
    }
    self->time_ns = mem_alloc(SAMPLE_BLOCK_CAPACITY, sizeof *self->time_ns);
    if (status == YK_OK && self->time_ns == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the times of a block");
    }
    return status;
}

static enum yk_status write_all(struct conversion *self, const char *part, const char *out_path,
                                const struct convert_options *options,
                                struct convert_result *result, struct job *job,
                                struct failure *why)
{
    const bool is_own = options->as == NULL;
    const struct samples_setup setup = {.info = is_own ? &self->source->info : options->as,
                                        .calibration = &result->calibration,
                                        .zone = self->zone,
                                        .sha256 = is_own ? self->sha256 : "",
                                        .is_calibrated = options->parameters != NULL,
                                        .has_gyro = self->has_gyro};
    enum yk_status status = is_table(out_path) ? samples_csv_open(part, &setup, &self->to, why)
                                               : samples_h5_open(part, &setup, &self->to, why);
    if (status != YK_OK) {
        return status;
    }
    status = copy_samples(self, setup.is_calibrated, result, job, why);
    if (status != YK_OK) {
        self->to->ops->abandon(self->to);
        return status;
    }
    status = self->to->ops->finish(self->to, why);
    return status == YK_OK ? disk_publish(part, out_path, why) : status;
}

enum yk_status convert_recording(const char *path, const char *out_path,
                                 const struct convert_options *options,
                                 struct convert_result *result, struct job *job,
                                 struct failure *why)
{
    struct conversion self = {.shift_ns = options->shift_ns};
    struct convert_result now = {.start_ns = TIME_UNKNOWN, .end_ns = TIME_UNKNOWN};
    struct text part;
    text_init(&part);
    calibration_init(&now.calibration);
    text_addf(&part, "%s" DISK_PART, out_path);
    enum yk_status status = text_status(&part, why);
    if (status == YK_OK) {
        status = check_target(out_path, options, why);
    }
    if (status == YK_OK) {
        status = open_input(&self, path, options, job, why);
    }
    if (status == YK_OK) {
        self.has_gyro = !isnan(self.source->info.gyro_range_dps);
        snprintf(now.zone, sizeof now.zone, "%s", self.source->info.zone);
        now.zone_is_guess = self.source->info.zone_is_guess;
        status = prepare(&self, options, &now, job, why);
    }
    if (status == YK_OK) {
        status = write_all(&self, text_string(&part), out_path, options, &now, job, why);
    }
    if (status == YK_OK) {
        *result = now;
    }
    mem_free(self.time_ns);
    sample_block_release(&self.block);
    recording_source_close(self.source);
    zone_close(self.zone);
    text_release(&part);
    return status;
}
