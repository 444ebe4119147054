/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Field access for Axivity .cwa bytes. Rests on the firmware sources of the AX3 and AX6
 * (openmovementproject/openmovement, Firmware/AX3 and AX6, Settings.c and Logger.c) and on real
 * files; docs/formats/cwa.md draws the layout and names what was decided where they disagree.
 */
#include "firmware-formats/cwa_layout.h"

#include <math.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/clones.h"

#define HEADER_LENGTH 0x03FC /* bytes after magic and length */
#define SECTOR_LENGTH 0x01FC

/* ---- header ---- */

void cwa_header_init(struct cwa_header *self)
{
    *self = (struct cwa_header){
        .hardware = CWA_HARDWARE_AX3,
        .start = CWA_TIME_NEVER,
        .stop = CWA_TIME_NEVER,
        .rate_code = 0x4A,
        .last_change = 0,
        .firmware = 50,
        .zone_min = CWA_ZONE_UNKNOWN,
    };
    memset(self->annotation, ' ', sizeof self->annotation);
}

bool cwa_header_get(const uint8_t at[static CWA_HEADER_BYTES], struct cwa_header *out)
{
    if (at[0] != 'M' || at[1] != 'D' || get_u16le(at + 2) != HEADER_LENGTH) {
        return false;
    }
    uint32_t high = get_u16le(at + 11);
    struct cwa_header now = {
        .hardware = at[4],
        .device_id = get_u16le(at + 5) | (high == 0xFFFF ? 0 : high << 16),
        .session_id = get_u32le(at + 7),
        .start = get_u32le(at + 13),
        .stop = get_u32le(at + 17),
        .max_samples = get_u32le(at + 21),
        .debug_led = at[26],
        .sensor_config = at[35],
        .rate_code = at[36],
        .last_change = get_u32le(at + 37),
        .firmware = at[41],
        .zone_min = get_i16le(at + 42),
    };
    memcpy(now.annotation, at + 64, CWA_ANNOTATION_BYTES);
    *out = now;
    return true;
}

void cwa_header_put(uint8_t at[static CWA_HEADER_BYTES], const struct cwa_header *header)
{
    memset(at, 0xFF, CWA_HEADER_BYTES);
    at[0] = 'M';
    at[1] = 'D';
    put_u16le(at + 2, HEADER_LENGTH);
    at[4] = header->hardware;
    put_u16le(at + 5, (uint16_t)header->device_id);
    put_u32le(at + 7, header->session_id);
    put_u16le(at + 11, (uint16_t)(header->device_id >> 16));
    put_u32le(at + 13, header->start);
    put_u32le(at + 17, header->stop);
    put_u32le(at + 21, header->max_samples);
    at[26] = header->debug_led;
    at[35] = header->sensor_config;
    at[36] = header->rate_code;
    put_u32le(at + 37, header->last_change);
    at[41] = header->firmware;
    put_u16le(at + 42, (uint16_t)header->zone_min);
    memcpy(at + 64, header->annotation, CWA_ANNOTATION_BYTES);
}

int cwa_config_gyro_dps(uint8_t sensor_config)
{
    int n = sensor_config & 0x0F;
    return sensor_config == 0xFF || n == 0 || n > 6 ? 0 : 8000 >> n;
}

/* ---- sector ---- */

const char *cwa_fault_text(enum cwa_fault fault)
{
    static const char *const text[CWA_FAULT_COUNT_OF] = {
        [CWA_GOOD] = "good",
        [CWA_FAULT_BLANK] = "blank (all 0x00 or 0xFF)",
        [CWA_FAULT_GYRO] = "separate gyroscope stream",
        [CWA_FAULT_MAGIC] = "does not begin with AX",
        [CWA_FAULT_LENGTH] = "length field is not 508",
        [CWA_FAULT_CHECKSUM] = "checksum wrong",
        [CWA_FAULT_RATE] = "rate code without meaning",
        [CWA_FAULT_LAYOUT] = "unknown sample format",
        [CWA_FAULT_COUNT] = "impossible sample count",
        [CWA_FAULT_TIME] = "time stamp is not a date",
        [CWA_FAULT_REPEATED] = "same sector once more",
    };
    return (unsigned)fault < CWA_FAULT_COUNT_OF ? text[fault] : "unknown fault";
}

void cwa_sector_get(const uint8_t at[static CWA_SECTOR_BYTES], struct cwa_sector *out)
{
    *out = (struct cwa_sector){
        .fraction_or_id = get_u16le(at + 4),
        .session_id = get_u32le(at + 6),
        .sequence = get_u32le(at + 10),
        .time = get_u32le(at + 14),
        .light_word = get_u16le(at + 18),
        .temperature_word = get_u16le(at + 20),
        .events = at[22],
        .battery = at[23],
        .rate_code = at[24],
        .layout = at[25],
        .time_offset = get_i16le(at + 26),
        .count = get_u16le(at + 28),
    };
}

void cwa_sector_put(uint8_t at[static CWA_SECTOR_BYTES], const struct cwa_sector *sector)
{
    at[0] = 'A';
    at[1] = 'X';
    put_u16le(at + 2, SECTOR_LENGTH);
    put_u16le(at + 4, sector->fraction_or_id);
    put_u32le(at + 6, sector->session_id);
    put_u32le(at + 10, sector->sequence);
    put_u32le(at + 14, sector->time);
    put_u16le(at + 18, sector->light_word);
    put_u16le(at + 20, sector->temperature_word);
    at[22] = sector->events;
    at[23] = sector->battery;
    at[24] = sector->rate_code;
    at[25] = sector->layout;
    put_u16le(at + 26, (uint16_t)sector->time_offset);
    put_u16le(at + 28, sector->count);
}

YK_CLONES uint16_t cwa_sum(const uint8_t at[static CWA_SECTOR_BYTES])
{
    /* 16-bit sum on purpose: it wraps as the firmware's does, and twice as many words fit into
     * a register. */
    uint16_t sum = 0;
    for (size_t i = 0; i < CWA_SECTOR_BYTES; i += 2) {
        sum = (uint16_t)(sum + get_u16le(at + i));
    }
    return sum;
}

void cwa_sector_seal(uint8_t at[static CWA_SECTOR_BYTES])
{
    put_u16le(at + 510, 0);
    put_u16le(at + 510, (uint16_t)(0u - cwa_sum(at)));
}

static bool is_blank(const uint8_t at[static CWA_SECTOR_BYTES])
{
    return (at[0] == 0x00 || at[0] == 0xFF) && memcmp(at, at + 1, CWA_SECTOR_BYTES - 1) == 0;
}

static enum cwa_fault fault_of_start(const uint8_t at[static CWA_SECTOR_BYTES])
{
    if (at[0] == 'A' && at[1] == 'X') {
        return get_u16le(at + 2) == SECTOR_LENGTH ? CWA_GOOD : CWA_FAULT_LENGTH;
    }
    if (at[0] == 'G' && (at[1] == 'Y' || at[1] == 'X')) {
        return CWA_FAULT_GYRO;
    }
    return is_blank(at) ? CWA_FAULT_BLANK : CWA_FAULT_MAGIC;
}

enum cwa_fault cwa_sector_check(const uint8_t at[static CWA_SECTOR_BYTES],
                                struct cwa_sector *out)
{
    cwa_sector_get(at, out);
    enum cwa_fault fault = fault_of_start(at);
    if (fault != CWA_GOOD) {
        return fault;
    }
    bool is_ancient = out->rate_code == 0;
    if (!is_ancient && cwa_sum(at) != 0) {
        return CWA_FAULT_CHECKSUM;
    }
    if (is_ancient ? out->time_offset <= 0 || out->time_offset > 3200
                   : (out->rate_code & 0x0F) == 0) {
        return CWA_FAULT_RATE;
    }
    uint32_t capacity = cwa_layout_capacity(out->layout);
    if (capacity == 0) {
        return CWA_FAULT_LAYOUT;
    }
    return out->count == 0 || out->count > capacity ? CWA_FAULT_COUNT : CWA_GOOD;
}

uint32_t cwa_layout_capacity(uint8_t layout)
{
    uint32_t bytes = cwa_layout_sample_bytes(layout);
    return bytes > 0 ? 480 / bytes : 0;
}

int cwa_layout_axes(uint8_t layout)
{
    return layout >> 4;
}

uint32_t cwa_layout_sample_bytes(uint8_t layout)
{
    switch (layout) {
    case CWA_PACKED:
        return 4;
    case CWA_3_AXES:
        return 6;
    case CWA_6_AXES:
        return 12;
    case CWA_9_AXES:
        return 18;
    default:
        return 0;
    }
}

void cwa_put_packed(uint8_t at[static CWA_SECTOR_BYTES], uint32_t i, const int32_t xyz[3])
{
    int32_t v[3];
    uint32_t e = 0;
    for (int a = 0; a < 3; a++) {
        v[a] = xyz[a] < -4096 ? -4096 : xyz[a] > 4095 ? 4095 : xyz[a];
        while (e < 3 && (v[a] >> e < -512 || v[a] >> e > 511)) {
            e++;
        }
    }
    uint32_t word = e << 30;
    for (int a = 0; a < 3; a++) {
        word |= ((uint32_t)(v[a] >> e) & 0x3FF) << (10 * a);
    }
    put_u32le(at + CWA_SAMPLES_AT + 4 * (size_t)i, word);
}

void cwa_get_packed(const uint8_t at[static CWA_SECTOR_BYTES], uint32_t i, int32_t xyz[3])
{
    uint32_t word = get_u32le(at + CWA_SAMPLES_AT + 4 * (size_t)i);
    for (int a = 0; a < 3; a++) {
        int32_t field = (int32_t)(word >> (10 * a) & 0x3FF);
        xyz[a] = (field >= 512 ? field - 1024 : field) * (1 << (word >> 30));
    }
}

void cwa_put_value(uint8_t at[static CWA_SECTOR_BYTES], uint32_t i, uint32_t v, int16_t value)
{
    size_t size = cwa_layout_sample_bytes(at[25]);
    put_u16le(at + CWA_SAMPLES_AT + i * size + 2 * (size_t)v, (uint16_t)value);
}

int16_t cwa_get_value(const uint8_t at[static CWA_SECTOR_BYTES], uint32_t i, uint32_t v)
{
    size_t size = cwa_layout_sample_bytes(at[25]);
    return get_i16le(at + CWA_SAMPLES_AT + i * size + 2 * (size_t)v);
}

/* ---- rate and scales ---- */

double cwa_rate_hz(uint8_t rate_code)
{
    int r = rate_code & 0x0F;
    return r == 0 ? 0.0 : 3200.0 / (double)(1u << (15 - r));
}

uint32_t cwa_rate_whole_hz(uint8_t rate_code)
{
    int r = rate_code & 0x0F;
    return r == 0 ? 0 : 3200u >> (15 - r);
}

int cwa_range_g(uint8_t rate_code)
{
    return 16 >> (rate_code >> 6);
}

uint8_t cwa_rate_code(double rate_hz, int range_g)
{
    for (unsigned range = 0; range < 4; range++) {
        for (unsigned r = 6; r < 16; r++) {
            uint8_t code = (uint8_t)(range << 6 | r);
            if (fabs(cwa_rate_hz(code) - rate_hz) < 0.5 * 0.5 && cwa_range_g(code) == range_g) {
                return code;
            }
        }
    }
    return 0;
}

uint16_t cwa_light_word(uint32_t light, uint32_t aaa, uint32_t ggg)
{
    return (uint16_t)((light > 0x3FF ? 0x3FF : light) | (ggg & 7) << 10 | (aaa & 7) << 13);
}

uint32_t cwa_light(uint16_t light_word)
{
    return light_word & 0x3FFu;
}

uint32_t cwa_acc_scale_bits(uint16_t light_word)
{
    return (uint32_t)light_word >> 13;
}

uint32_t cwa_gyro_scale_bits(uint16_t light_word)
{
    return (uint32_t)light_word >> 10 & 7;
}

double cwa_acc_unit_g(uint16_t light_word)
{
    return 1.0 / (double)(256u << cwa_acc_scale_bits(light_word));
}

double cwa_gyro_unit_dps(uint16_t light_word)
{
    uint32_t n = cwa_gyro_scale_bits(light_word);
    return n == 0 ? 0.0 : (double)(8000u >> n) / 32768.0;
}

double cwa_battery_v(uint8_t raw)
{
    return (raw + 512.0) * 6.0 / 1024.0;
}

uint8_t cwa_battery_raw(double volts)
{
    double raw = nearbyint(volts * 1024.0 / 6.0) - 512.0;
    return raw >= 255.0 ? 255 : raw > 0.0 ? (uint8_t)raw : 0;
}

double cwa_temperature_c(uint16_t word)
{
    return (word & 0x3FF) * 75.0 / 256.0 - 50.0;
}

uint16_t cwa_temperature_word(double degrees_c)
{
    double raw = nearbyint((degrees_c + 50.0) * 256.0 / 75.0);
    return raw >= 1023.0 ? 1023 : raw > 0.0 ? (uint16_t)raw : 0;
}

/* ---- time ---- */

static const uint16_t days_before[2][13] = {
    {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
    {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366},
};

/* False when the word is no date of 2000..2063. In these years every fourth is a leap year. */
static bool unpack_time(uint32_t packed, uint32_t *year, uint32_t *month, uint32_t *day,
                        uint32_t *second_of_day)
{
    *year = packed >> 26;
    *month = packed >> 22 & 0x0F;
    *day = packed >> 17 & 0x1F;
    uint32_t h = packed >> 12 & 0x1F, min = packed >> 6 & 0x3F, s = packed & 0x3F;
    if (*month < 1 || *month > 12 || h > 23 || min > 59 || s > 59) {
        return false;
    }
    const uint16_t *before = days_before[*year % 4 == 0];
    *second_of_day = (h * 60 + min) * 60 + s;
    return *day >= 1 && *day <= (uint32_t)(before[*month] - before[*month - 1]);
}

bool cwa_time_get(uint32_t packed, struct civil_time *out)
{
    uint32_t year, month, day, second;
    if (!unpack_time(packed, &year, &month, &day, &second)) {
        return false;
    }
    *out = (struct civil_time){
        .date = {.year = (int32_t)year + 2000, .month = (int8_t)month, .day = (int8_t)day},
        .second_of_day = (int32_t)second,
    };
    return true;
}

bool cwa_time_seconds(uint32_t packed, int64_t *seconds)
{
    uint32_t year, month, day, second;
    if (!unpack_time(packed, &year, &month, &day, &second)) {
        return false;
    }
    /* 10957 days from 1970 to 2000; (year + 3) / 4 leap days lie before this year. */
    uint32_t days =
        10957 + year * 365 + (year + 3) / 4 + days_before[year % 4 == 0][month - 1] + day - 1;
    *seconds = (int64_t)days * 86400 + second;
    return true;
}

uint32_t cwa_time_put(struct civil_time time)
{
    int32_t year = time.date.year - 2000, s = time.second_of_day;
    if (year < 0 || year > 63 || time.date.month < 1 || time.date.day < 1 || s < 0 ||
        s >= 86400) {
        return 0;
    }
    uint32_t packed = (uint32_t)year << 26 | (uint32_t)time.date.month << 22 |
                      (uint32_t)time.date.day << 17 | (uint32_t)(s / 3600) << 12 |
                      (uint32_t)(s / 60 % 60) << 6 | (uint32_t)(s % 60);
    struct civil_time back;
    return cwa_time_get(packed, &back) ? packed : 0;
}

uint32_t cwa_fraction16(uint16_t fraction_or_id)
{
    return (fraction_or_id & 0x8000) != 0 ? (fraction_or_id & 0x7FFFu) << 1 : 0;
}

int32_t cwa_anchor(const struct cwa_sector *sector, uint32_t fraction16)
{
    if (sector->rate_code == 0) {
        return 0;
    }
    return sector->time_offset +
           (int32_t)(fraction16 * cwa_rate_whole_hz(sector->rate_code) >> 16);
}

bool cwa_sector_set_time(struct cwa_sector *sector, int64_t seconds, uint32_t fraction16,
                         int32_t anchor)
{
    uint32_t rate = cwa_rate_whole_hz(sector->rate_code);
    uint32_t fraction = fraction16 & 0xFFFE;
    int64_t offset = (int64_t)anchor - (int64_t)(fraction * rate >> 16);
    uint32_t packed = cwa_time_put(civil_time_of_utc_ns(seconds * NS_PER_S));
    if (rate == 0 || packed == 0 || offset < INT16_MIN || offset > INT16_MAX) {
        return false;
    }
    sector->time = packed;
    sector->fraction_or_id = (uint16_t)(0x8000 | fraction >> 1);
    sector->time_offset = (int16_t)offset;
    return true;
}
