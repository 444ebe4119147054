/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The epochs of recordings/<id>.h5 as a recording, see yoake_h5_epochs.h. docs/store.md has the
 * layout.
 */
#include "firmware-formats/yoake_h5_epochs.h"

#include <stdio.h>
#include <string.h>

#include "firmware-formats/opening.h"
#include "firmware-formats/timestamp.h"
#include "src/base/mem.h"
#include "src/h5/h5_analysis.h"

void yoake_h5_zone(struct recording_info *info, const char *stored,
                   const struct open_options *opt)
{
    struct zone *zone = NULL;
    bool wins =
        opt->file_zone_wins && stored[0] != '\0' && zone_open(stored, &zone, NULL) == YK_OK;
    zone_close(zone);
    snprintf(info->zone, sizeof info->zone, "%s", wins ? stored : zone_name(opt->zone));
    info->zone_is_guess = !wins && opt->zone_is_guess;
}

enum yk_status yoake_h5_damage(enum yk_status status, struct failure *why)
{
    if (status != YK_ERR_NO_DEVICE) {
        return status;
    }
    if (why != NULL) {
        why->code = YK_ERR_CORRUPT;
    }
    return YK_ERR_CORRUPT;
}

/* ---- reading ---- */

struct yoake_epochs {
    struct recording_source base;
    struct byte_source *bytes;
    struct h5_file *file;
    bool is_read;
};

/* All of them at once: a week of 5-s epochs is 9 MB. What was called nonwear stays so, as the
 * word of a recorder that cannot be asked again. */
static enum yk_status next_epochs(struct recording_source *source,
                                  struct epoch_series *append_to, struct failure *why)
{
    struct yoake_epochs *self = (struct yoake_epochs *)source;
    if (self->is_read) {
        return YK_END;
    }
    struct epoch_series epochs;
    epoch_series_init(&epochs);
    enum yk_status status = h5_epochs_read(self->file, &epochs, why);
    size_t at = append_to->n;
    if (status == YK_OK) {
        status = epoch_series_resize(append_to, at + epochs.n, why);
    }
    for (int c = 0; c < EPOCH_COLUMN_COUNT && status == YK_OK; c++) {
        if (epochs.column[c] != NULL) {
            status = epoch_series_need(append_to, (enum epoch_column)c, why);
        }
        if (epochs.column[c] != NULL && status == YK_OK && epochs.n > 0) {
            memcpy(append_to->column[c] + at, epochs.column[c], epochs.n * sizeof(float));
        }
    }
    for (size_t i = 0; status == YK_OK && i < epochs.n; i++) {
        uint16_t state = epochs.state[i];
        bool is_off = (state & STATE_NONWEAR) != 0;
        append_to->state[at + i] = (uint16_t)(state | (is_off ? STATE_OFF_WRIST : 0));
    }
    if (status == YK_OK) {
        append_to->t0_ns = at == 0 ? epochs.t0_ns : append_to->t0_ns;
        append_to->epoch_s = epochs.epoch_s;
        source->report.blocks += epochs.n;
        self->is_read = true;
    }
    bool is_empty = epochs.n == 0;
    epoch_series_release(&epochs);
    return status == YK_OK && is_empty ? YK_END : status;
}

static enum yk_status rewind_epochs(struct recording_source *source, struct failure *why)
{
    (void)why;
    struct yoake_epochs *self = (struct yoake_epochs *)source;
    self->is_read = false;
    opening_report(source, self->bytes, NULL);
    return YK_OK;
}

static void close_epochs(struct recording_source *source)
{
    struct yoake_epochs *self = (struct yoake_epochs *)source;
    h5_abandon(self->file);
    byte_source_close(self->bytes);
    read_report_release(&source->report);
    mem_free(self);
}

static const struct recording_source_ops EPOCH_OPS = {
    .next_epochs = next_epochs,
    .rewind = rewind_epochs,
    .close = close_epochs,
};

/* ---- opening ---- */

static void name_channels(struct h5_file *file, struct recording_info *info)
{
    info->channels[0] = '\0';
    for (enum epoch_column c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        char path[64];
        snprintf(path, sizeof path, "/epochs/%s", epoch_column_name(c));
        if (h5_has(file, path)) {
            opening_add_channel(info, c);
        }
    }
}

/* Every text of the file ends within its field; numbers need no check, they are only shown. */
static enum yk_status tell_epochs(struct yoake_epochs *self, const struct open_options *opt,
                                  struct failure *why)
{
    struct recording_info *info = &self->base.info;
    struct epoch_series epochs;
    char zone[sizeof info->zone];
    recording_info_init(info);
    epoch_series_init(&epochs);
    enum yk_status status = h5_recording_read(self->file, info, why);
    if (status == YK_OK) { /* once, so that what cannot be read is known now */
        status = h5_epochs_read(self->file, &epochs, why);
    }
    if (status == YK_OK &&
        (epochs.epoch_s < 1 || epochs.t0_ns < TIMESTAMP_FIRST_NS ||
         epochs.t0_ns >= TIMESTAMP_END_NS ||
         (uint64_t)epochs.n > (uint64_t)(TIMESTAMP_END_NS - epochs.t0_ns) /
                                  ((uint64_t)epochs.epoch_s * (uint64_t)NS_PER_S)) &&
        epochs.n > 0) {
        status = failure_set(why, YK_ERR_CORRUPT, "%s: epochs of %d s from an impossible time",
                             self->bytes->name, (int)epochs.epoch_s);
    }
    if (status == YK_OK) {
        snprintf(info->format, sizeof info->format, "yoake_h5");
        snprintf(zone, sizeof zone, "%s", info->zone);
        yoake_h5_zone(info, zone, opt);
        info->n_samples = -1;
        info->epoch_s = epochs.epoch_s;
        info->start_ns = epochs.n > 0 ? epochs.t0_ns : TIME_UNKNOWN;
        info->end_ns = epochs.n > 0 ? epoch_start_ns(&epochs, epochs.n) : TIME_UNKNOWN;
        name_channels(self->file, info);
        status = h5_read_status(self->file, why);
    }
    epoch_series_release(&epochs);
    return yoake_h5_damage(status, why);
}

enum yk_status yoake_h5_epochs_open(struct byte_source *bytes, struct h5_file *file,
                                    const struct open_options *opt,
                                    struct recording_source **out, struct failure *why)
{
    struct yoake_epochs *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        h5_abandon(file);
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    }
    self->base.ops = &EPOCH_OPS;
    self->bytes = bytes;
    self->file = file;
    read_report_init(&self->base.report);
    enum yk_status status = tell_epochs(self, opt, why);
    if (status == YK_OK) {
        status = rewind_epochs(&self->base, why);
    }
    if (status != YK_OK) {
        self->bytes = NULL; /* stays the caller's */
        close_epochs(&self->base);
        return status;
    }
    *out = &self->base;
    return YK_OK;
}
