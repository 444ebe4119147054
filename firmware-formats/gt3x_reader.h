/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What opening and reading of a .gt3x with log.bin share; nobody else includes it.
 */
#ifndef FIRMWARE_FORMATS_GT3X_READER_H
#define FIRMWARE_FORMATS_GT3X_READER_H

#include "firmware-formats/actigraph_header.h"
#include "firmware-formats/gt3x_decode.h"
#include "firmware-formats/gt3x_stream.h"

#define GT3X_RATE_MOST 256 /* samples a second; no device is faster */

/* A device that was calibrated at the factory: g = matrix (raw - offset). */
struct gt3x_matrix {
    bool is_used;
    double m[3][3], offset[3];
};

/* Columns of the IMU's records that are used; bit -1: not there. */
struct gt3x_imu_column {
    int bit; /* offset in a sample */
    bool is_big_endian, is_signed;
    double scale;
};
struct gt3x_imu {
    bool is_known;
    uint16_t id, sample_bytes;
    struct gt3x_imu_column temperature, gyro[3];
};

/* Of an Insight Watch, on a line through two points: degrees Celsius and what is read there. */
struct gt3x_thermometer {
    bool is_known;
    uint8_t sensor; /* 0: the processor's; 1: the accelerometer chip's */
    double low, high, low_c, high_c;
};

/* What does not change while reading. */
struct gt3x_facts {
    double scale; /* LSB per g */
    uint32_t rate;
    bool turned; /* firmware 1.6.0: x' = y, y' = -x */
    bool with_gyro;
    struct gt3x_matrix matrix;
    struct gt3x_imu imu;
    struct gt3x_thermometer thermometer;
    int64_t wall_minus_utc_ns;
    int64_t planned_s, last_s; /* Start Date and Last Sample Time; TIME_UNKNOWN */
};

/* Where reading is; a copy of it is a place to go on from. */
struct gt3x_state {
    uint64_t pos;     /* of the next record */
    int64_t end_ns;   /* where the samples so far end; TIME_UNKNOWN: none yet */
    int64_t last_s;   /* second of the last ones */
    int64_t docked_s; /* since the last samples: docked from here; TIME_UNKNOWN: no */
    bool was_idle;    /* since the last samples the device entered or left idle sleep */
    bool is_damaged;  /* since the last samples bytes were passed over */
    float light, temperature_c, battery_v;
};

struct gt3x_place {
    struct gt3x_state state;
    int64_t first_ns, end_ns; /* samples from here on, up to the next place */
};

struct gt3x_reader {
    struct recording_source base;
    struct byte_source *packed; /* the archive; owned unless a cursor */
    struct byte_source *log;    /* owned unless a cursor */
    struct job *job;
    bool is_cursor, owns_bytes;
    struct wall_clock clock;
    struct gt3x_facts facts;
    struct gt3x_stream stream;
    struct gt3x_state now;
    struct gt3x_raw *raw; /* owned */
    bool rate_noted;
    uint64_t idle_sleeps, dockings;
    uint64_t passed_over[256]; /* sound records of a type that is not used, by type */
    double idle_s;
    struct gt3x_place *place; /* owned unless a cursor */
    size_t n_places, places_capacity;
    bool places_are_complete, is_at_end;
    char note[6][64]; /* of opening: said again at every rewind */
    size_t n_notes;
};

/* gt3x.c: what opening found, into the report. */
void gt3x_note_opening(struct gt3x_reader *self);

/* gt3x_about.c: what the file says about itself before the first sample. */
struct gt3x_about {
    struct actigraph_header header;
    bool has_header, is_utc, has_offset, has_scale;
    int32_t offset_s;
    double scale;
    bool is_insight, calibration_says_raw;
    int64_t first_s; /* second of the first samples; TIME_UNKNOWN: there are none */
    uint8_t first_type;
    uint32_t usual_rate; /* samples in most of the first records; 0: there are none */
};
enum yk_status gt3x_about_read(struct gt3x_reader *self, struct gt3x_about *about,
                               struct failure *why);
/* Reads calibration.json: text of n bytes. */
void gt3x_about_calibration(struct gt3x_reader *self, struct gt3x_about *about,
                            const char *text, size_t n);
/* The matrix for the rate in use, once that is known. */
void gt3x_about_matrix(struct gt3x_reader *self, const char *text, size_t n);

/* gt3x_imu.c */
void gt3x_imu_schema(struct gt3x_imu *self, const uint8_t *payload, size_t n);
/* Mean of the record's temperature in degrees Celsius; NaN when it has none. */
double gt3x_imu_temperature(const struct gt3x_imu *self, const uint8_t *payload, size_t n);
/* Angular rates at n_out equally spaced instants of the record's second. */
void gt3x_imu_gyro(const struct gt3x_imu *self, const uint8_t *payload, size_t n, size_t n_out,
                   float *const out[3]);

/* gt3x_cursor.c. Before the first record, from the start of the log. */
void gt3x_start(struct gt3x_reader *self);
/* A place to start from at samples that begin at first_ns, when one is due; and how far the
 * last one reaches. Cursors, and readers whose places are complete, keep none. */
enum yk_status gt3x_keep_place(struct gt3x_reader *self, const struct gt3x_state *before,
                               int64_t first_ns, struct failure *why);
void gt3x_extend_place(struct gt3x_reader *self, int64_t first_ns, int64_t end_ns);

/* gt3x_read.c and gt3x_cursor.c: recording_source_ops */
enum yk_status gt3x_next_samples(struct recording_source *source, struct sample_block *block,
                                 struct failure *why);
enum yk_status gt3x_rewind(struct recording_source *source, struct failure *why);
enum yk_status gt3x_open_at(struct recording_source *source, int64_t from_ns,
                            struct recording_source **out, struct failure *why);
void gt3x_close(struct recording_source *source);

#endif
