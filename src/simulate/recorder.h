/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An Axivity AX3 or AX6 recorder: samples in, the bytes of its file out. It has a sensor with
 * noise, range, resolution and errors of scale and offset; an oscillator that is not quite at
 * the nominal rate; a clock; and the firmware's habits: samples are fetched in groups, a sector
 * is cut when enough are there, and each carries one (sample, time) pair. Sources: vendor's
 * firmware as described in docs/formats/cwa.md.
 */
#ifndef SRC_SIMULATE_RECORDER_H
#define SRC_SIMULATE_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/status.h"
#include "src/simulate/body.h"
#include "src/simulate/random.h"

struct recorder_sink { /* where the bytes go */
    enum yk_status (*write)(void *user, const void *at, size_t n, struct failure *why);
    void *user;
};

struct recorder_options {
    bool is_ax6, is_unpacked;
    double rate_hz; /* 6.25 12.5 25 50 100 200 400 800 1600 */
    int range_g;    /* 2 4 8 16 */
    int gyro_dps;   /* 0: none (always so on an AX3), else 125 250 500 1000 2000 */
    int firmware;   /* AX6: 53 and below exchange 128 samples, 54 and 55 1024 */
    uint32_t device_id, session_id;
    const char *subject; /* code for the header, or NULL */
    bool has_calibration_error;
};

struct recorder_errors { /* reads value = (true - per_c * (t - reference_c)) / scale - offset */
    double scale[3], offset_g[3], per_c_g[3], reference_c;
    double rate_error; /* true rate = nominal * (1 + rate_error + rate_per_c * (t - 28)) */
    double rate_per_c;
};

enum { RECORDER_QUEUE = 160, RECORDER_BUFFER_SECTORS = 128 };

struct recorder {
    struct recorder_options options;
    struct recorder_sink sink;
    struct recorder_errors errors;
    struct random noise;
    uint8_t rate_code, layout;
    uint16_t light_scale;
    uint32_t capacity, watermark;
    double noise_g, gyro_noise_dps, unit_g, gyro_unit_dps;
    int32_t clip_low, clip_high;
    double gain[3], shift[3]; /* of the errors, for the present temperature */
    /* surroundings, written by the owner between samples */
    double temperature_c, light, battery_v;
    /* clock: civil time as if UTC, of t_s 0 */
    int64_t wall_ns;
    double clock_rate; /* device seconds per true second */
    /* logging */
    uint32_t session_id, sequence;
    uint64_t since_start; /* samples since logging started */
    bool has_pending;
    int32_t pending[6]; /* gx gy gz ax ay az */
    int32_t queue[RECORDER_QUEUE][6];
    uint32_t n_queue;
    /* faults: a sector is lost or spoilt when these say so */
    bool loses_next, spoils_next;
    uint64_t n_sectors;   /* written so far */
    uint64_t last_spoilt; /* index of the last spoilt one */
    double last_sector_s; /* time of the last cut */
    uint64_t n_samples;   /* in written, whole sectors */
    uint8_t buffer[RECORDER_BUFFER_SECTORS * CWA_SECTOR_BYTES];
    size_t n_buffer;
};

/* wall_ns: what the device's clock shows at t_s 0.
 * errors  YK_ERR_ARGUMENT: a rate, range or gyroscope setting that the device does not have */
enum yk_status recorder_init(struct recorder *self, const struct recorder_options *options,
                             struct recorder_sink sink, int64_t wall_ns, double clock_ppm,
                             uint64_t seed, struct failure *why);
/* start_s, stop_s: the plan in the header, seconds after wall_ns. */
enum yk_status recorder_write_header(struct recorder *self, double start_s, double stop_s,
                                     struct failure *why);
/* Logging begins (again): sequence 0, what was not yet in a sector is gone. */
void recorder_start(struct recorder *self);
/* Sampling interval at the present temperature. Call after setting the surroundings. */
double recorder_settle(struct recorder *self);
enum yk_status recorder_sample(struct recorder *self, double t_s, const struct wrist *wrist,
                               struct failure *why);
/* Hands over what is still in the buffer. */
enum yk_status recorder_flush(struct recorder *self, struct failure *why);

#endif
