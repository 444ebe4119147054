/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of a Parmay Matrix recording, see matrix_layout.h.
 */
#include "firmware-formats/matrix_layout.h"

#include <string.h>

#include "src/base/bytes.h"
#include "src/base/clones.h"

bool matrix_header_get(const uint8_t at[static MATRIX_HEADER_BYTES], struct matrix_header *out)
{
    if (memcmp(at + 512, "MDTC", 4) != 0) {
        return false;
    }
    out->packets = get_u32le(at + 516);
    out->acc_range_g = get_u16le(at + 520);
    out->gyro_range_dps = get_u16le(at + 522);
    return true;
}

bool matrix_packet_get(const uint8_t at[static MATRIX_PACKET_HEADER], struct matrix_packet *out)
{
    if (memcmp(at, MATRIX_MAGIC, MATRIX_MAGIC_BYTES) != 0) {
        return false;
    }
    out->crc = get_u32le(at + 8);
    out->start_s = (int64_t)get_u32le(at + 12);
    out->end_s = (int64_t)get_u32le(at + 16);
    out->acc = get_u32le(at + 20);
    out->gyro = get_u32le(at + 24);
    out->temp = get_u32le(at + 28);
    out->heart = get_u32le(at + 32);
    out->gyro_at = MATRIX_PACKET_HEADER + UINT64_C(6) * out->acc;
    out->temp_at = out->gyro_at + UINT64_C(6) * out->gyro;
    out->heart_at = out->temp_at + UINT64_C(4) * out->temp;
    out->bytes = out->heart_at + UINT64_C(4) * out->heart;
    return true;
}

YK_INLINE float to_unit(int16_t raw, double up, double down)
{
    return (float)((double)raw * (raw >= 0 ? up : down));
}

YK_CLONES void matrix_triples(const uint8_t *restrict at, uint32_t n, double range,
                              float *restrict x, float *restrict y, float *restrict z)
{
    const double up = range / 32767.0, down = range / 32768.0;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *p = at + 6 * (size_t)i;
        x[i] = to_unit(get_i16le(p), up, down);
        y[i] = to_unit(get_i16le(p + 2), up, down);
        z[i] = to_unit(get_i16le(p + 4), up, down);
    }
}

double matrix_body_c(const uint8_t at[static MATRIX_TEMP_BYTES])
{
    return get_i16le(at) / 10.0;
}
