/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The nine-axis IMU of a GT9X Link: a schema record says where in a sample each column lies,
 * data records hold a second each, at a rate of their own (100 Hz). Used are temperature and
 * gyroscope; the second accelerometer and the magnetometer are left out.
 *
 *     schema   0  id (2)   2  columns (2)   4  samples a record (2; 0 seen)   6  the columns
 *     column   0  flags: 1 big-endian, 2 signed   1  bit offset   2  bits   3  scale (real, 4)
 *              7  name (16)
 *     data     0  id (2)   2  samples
 */
#include "firmware-formats/gt3x_reader.h"

#include <math.h>
#include <string.h>

#include "src/base/bytes.h"

#define SCHEMA_HEAD 6
#define COLUMN_BYTES 23
#define NAME_BYTES 16
#define TEMPERATURE_AT_ZERO_C 21.0 /* of the sensor's number 0 */

static const struct gt3x_imu_column NO_COLUMN = {.bit = -1};

static bool is_named(const uint8_t *column, const char *name)
{
    return strncmp((const char *)column + 7, name, strlen(name)) == 0;
}

/* 16-bit columns on byte borders: all that was ever seen. */
static void take_column(struct gt3x_imu *self, const uint8_t *column)
{
    const double scale = gt3x_real(get_u32le(column + 3));
    const struct gt3x_imu_column made = {column[1], (column[0] & 1) != 0, (column[0] & 2) != 0,
                                         scale};
    if (column[2] != 16 || column[1] % 8 != 0 || !(fabs(scale) > 0)) {
        return;
    }
    static const char *const gyro[3] = {"Gyroscope X", "Gyroscope Y", "Gyroscope Z"};
    if (is_named(column, "Temperature")) {
        self->temperature = made;
    }
    for (int a = 0; a < 3; a++) {
        if (is_named(column, gyro[a])) {
            self->gyro[a] = made;
        }
    }
}

void gt3x_imu_schema(struct gt3x_imu *self, const uint8_t *payload, size_t n)
{
    if (n < SCHEMA_HEAD) {
        return;
    }
    const size_t columns = get_u16le(payload + 2);
    if (columns == 0 || columns > (n - SCHEMA_HEAD) / COLUMN_BYTES) {
        return;
    }
    *self = (struct gt3x_imu){.id = get_u16le(payload),
                              .temperature = NO_COLUMN,
                              .gyro = {NO_COLUMN, NO_COLUMN, NO_COLUMN}};
    size_t bits = 0;
    for (size_t i = 0; i < columns; i++) {
        const uint8_t *column = payload + SCHEMA_HEAD + i * COLUMN_BYTES;
        size_t end = (size_t)column[1] + column[2];
        bits = end > bits ? end : bits;
        take_column(self, column);
    }
    self->sample_bytes = (uint16_t)((bits + 7) / 8);
    self->is_known = self->sample_bytes > 0;
}

static size_t count(const struct gt3x_imu *self, const uint8_t *payload, size_t n)
{
    return self->is_known && n > 2 && get_u16le(payload) == self->id
               ? (n - 2) / self->sample_bytes
               : 0;
}

static double value_of(const struct gt3x_imu_column *column, const uint8_t *sample)
{
    const uint8_t *at = sample + column->bit / 8;
    uint16_t raw = column->is_big_endian ? get_u16be(at) : get_u16le(at);
    return (column->is_signed ? (double)(int16_t)raw : (double)raw) / column->scale;
}

double gt3x_imu_temperature(const struct gt3x_imu *self, const uint8_t *payload, size_t n)
{
    const size_t samples = count(self, payload, n);
    double sum = 0;
    if (samples == 0 || self->temperature.bit < 0) {
        return NAN;
    }
    for (size_t i = 0; i < samples; i++) {
        sum += value_of(&self->temperature, payload + 2 + i * self->sample_bytes);
    }
    return TEMPERATURE_AT_ZERO_C + sum / (double)samples;
}

void gt3x_imu_gyro(const struct gt3x_imu *self, const uint8_t *payload, size_t n, size_t n_out,
                   float *const out[3])
{
    const size_t samples = count(self, payload, n);
    for (int a = 0; a < 3; a++) {
        for (size_t i = 0; i < n_out; i++) {
            if (samples == 0 || self->gyro[a].bit < 0) {
                out[a][i] = NAN;
                continue;
            }
            /* the two lie on different grids: the nearest one in time, never one in between */
            size_t k = (i * samples + n_out / 2) / n_out;
            k = k < samples ? k : samples - 1;
            out[a][i] = (float)value_of(&self->gyro[a], payload + 2 + k * self->sample_bytes);
        }
    }
}
