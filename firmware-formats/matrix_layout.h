/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of a Parmay Matrix recording: its header, and packets with accelerometer,
 * gyroscope, temperature and heart-rate records one behind the other. Pure functions.
 */
#ifndef FIRMWARE_FORMATS_MATRIX_LAYOUT_H
#define FIRMWARE_FORMATS_MATRIX_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MATRIX_HEADER_BYTES 524u
#define MATRIX_PACKET_HEADER 36u
#define MATRIX_MAGIC "MDTCPACK"
#define MATRIX_MAGIC_BYTES 8u

struct matrix_header {
    uint32_t packets;
    uint16_t acc_range_g, gyro_range_dps;
};
/* false when the bytes are no header. */
bool matrix_header_get(const uint8_t at[static MATRIX_HEADER_BYTES], struct matrix_header *out);

struct matrix_packet {
    uint32_t crc;                        /* over everything from byte 12 of the packet */
    int64_t start_s, end_s;              /* since 1970, wall clock */
    uint32_t acc, gyro, temp, heart;     /* numbers of records */
    uint64_t bytes;                      /* of the whole packet */
    uint64_t gyro_at, temp_at, heart_at; /* from the packet's start */
};
bool matrix_packet_get(const uint8_t at[static MATRIX_PACKET_HEADER],
                       struct matrix_packet *out);

/* n triples of int16, scaled to the range: 32767 is +range, -32768 -range. Any of x, y and z is
 * n values. */
void matrix_triples(const uint8_t *at, uint32_t n, double range, float *x, float *y, float *z);

/* A record of temperatures: the body's, then the ambient one. The first, in degrees Celsius. */
#define MATRIX_TEMP_BYTES 4u
double matrix_body_c(const uint8_t at[static MATRIX_TEMP_BYTES]);

#endif
