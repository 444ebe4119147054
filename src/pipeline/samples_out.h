/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where converted samples go: an HDF5 file or a table.
 */
#ifndef SRC_PIPELINE_SAMPLES_OUT_H
#define SRC_PIPELINE_SAMPLES_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/status.h"
#include "src/base/zone.h"
#include "src/model/calibration.h"
#include "src/model/recording.h"

struct samples_setup {
    const struct recording_info *info;
    const struct calibration *calibration;
    const struct zone *zone; /* borrowed until the end */
    const char *sha256;      /* of the input */
    bool is_calibrated, has_gyro;
};

/* Samples of one block, in g and deg/s, n each. */
struct samples_piece {
    const int64_t *time_ns;
    const float *acc_g[3], *gyro_dps[3]; /* gyro_dps: NULL without one */
    uint32_t n, flags;                   /* enum sample_block_flag */
    float light, temperature_c, battery_v;
    double period_s; /* spacing of the block's samples */
};

struct samples_out;

struct samples_out_ops {
    enum yk_status (*add)(struct samples_out *self, const struct samples_piece *piece,
                          struct failure *why);
    /* Writes what is left and syncs. self is gone in either case; on failure so is the file. */
    enum yk_status (*finish)(struct samples_out *self, struct failure *why);
    /* Gives up: self and the file are gone. */
    void (*abandon)(struct samples_out *self);
};

struct samples_out { /* first member of each kind */
    const struct samples_out_ops *ops;
};

enum yk_status samples_h5_open(const char *path, const struct samples_setup *setup,
                               struct samples_out **out, struct failure *why);
enum yk_status samples_csv_open(const char *path, const struct samples_setup *setup,
                                struct samples_out **out, struct failure *why);

#endif
