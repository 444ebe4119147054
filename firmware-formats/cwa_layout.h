/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of an Axivity AX3/AX6 recording (.cwa): a header of 1024 bytes and sectors of 512
 * bytes, read and written field by field. Pure functions on buffers: the reader, the simulator
 * and the pretend device share them. Layout and scales: docs/formats/cwa.md.
 *
 * Left out on purpose: what the fields mean together (segments, time, repairs) is in cwa_time.c
 * and cwa.c.
 */
#ifndef FIRMWARE_FORMATS_CWA_LAYOUT_H
#define FIRMWARE_FORMATS_CWA_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/clock.h"

#define CWA_HEADER_BYTES 1024
#define CWA_SECTOR_BYTES 512
#define CWA_SAMPLES_AT 30 /* first sample's offset in a sector */
#define CWA_ANNOTATION_BYTES 448
#define CWA_PACKED_MAX 120 /* most samples in a packed sector */
#define CWA_TIME_ALWAYS 0u /* start: at once; stop: already */
#define CWA_TIME_NEVER UINT32_MAX
#define CWA_ZONE_UNKNOWN INT16_C(-1)

enum cwa_hardware {
    CWA_HARDWARE_AX3_OLD = 0x00,
    CWA_HARDWARE_AX3 = 0x17,
    CWA_HARDWARE_AX6 = 0x64
};

/* High nibble: axes; low nibble: 0 packed, 2 int16. */
enum cwa_layout {
    CWA_PACKED = 0x30, /* 3 axes, 4 bytes a sample, <= 120 */
    CWA_3_AXES = 0x32, /* 3 axes int16, <= 80 */
    CWA_6_AXES = 0x62, /* gyroscope, accelerometer, <= 40 */
    CWA_9_AXES = 0x92  /* gyroscope, accelerometer, magnetometer, <= 26 */
};

enum cwa_event {
    CWA_EVENT_RESUME = 1u << 0,
    CWA_EVENT_TAP = 1u << 1,
    CWA_EVENT_DOUBLE_TAP = 1u << 2,
    CWA_EVENT_FIFO_OVERFLOW = 1u << 4,
    CWA_EVENT_BUFFER_OVERFLOW = 1u << 5
};

/* ---- header ---- */

struct cwa_header {
    uint8_t hardware; /* enum cwa_hardware */
    uint32_t device_id;
    uint32_t session_id;
    uint32_t start, stop; /* packed time, CWA_TIME_ALWAYS or CWA_TIME_NEVER */
    uint32_t max_samples; /* 0: no limit */
    uint8_t debug_led;
    uint8_t sensor_config; /* low nibble n: gyroscope 8000 / 2^n dps; 0x00, 0xFF: none */
    uint8_t rate_code;
    uint32_t last_change; /* packed time of the last commit */
    uint8_t firmware;
    int16_t zone_min;                         /* CWA_ZONE_UNKNOWN in practice */
    uint8_t annotation[CWA_ANNOTATION_BYTES]; /* not terminated; unused: 0x20, 0x00 or 0xFF */
};

/* An AX3 as it comes from the shop: id 0, 100 Hz, 8 g, no plan, blank annotation. */
void cwa_header_init(struct cwa_header *self);
/* False, and *out untouched, unless magic and length are those of a header. */
bool cwa_header_get(const uint8_t at[static CWA_HEADER_BYTES], struct cwa_header *out);
/* Writes all 1024 bytes; what has no field becomes 0xFF. */
void cwa_header_put(uint8_t at[static CWA_HEADER_BYTES], const struct cwa_header *header);
/* deg/s of a sensor_config byte; 0: no gyroscope. */
int cwa_config_gyro_dps(uint8_t sensor_config);

/* ---- sector ---- */

struct cwa_sector {
    uint16_t fraction_or_id; /* bit 15 set: 1/32768 s; clear: device id (0 when longer) */
    uint32_t session_id;
    uint32_t sequence;         /* 0 at each start */
    uint32_t time;             /* packed */
    uint16_t light_word;       /* AAAGGGLL LLLLLLLL */
    uint16_t temperature_word; /* bits 0..9 */
    uint8_t events;            /* enum cwa_event */
    uint8_t battery;
    uint8_t rate_code; /* 0: ancient sector, then time_offset holds the rate in Hz */
    uint8_t layout;    /* enum cwa_layout */
    int16_t time_offset;
    uint16_t count; /* samples */
};

enum cwa_fault {
    CWA_GOOD,
    CWA_FAULT_BLANK,  /* all 0x00 or all 0xFF */
    CWA_FAULT_GYRO,   /* "GY" or "GX": separate stream of a prototype */
    CWA_FAULT_MAGIC,  /* something else */
    CWA_FAULT_LENGTH, /* "AX", but not 508 */
    CWA_FAULT_CHECKSUM,
    CWA_FAULT_RATE,     /* rate code (or ancient rate) without meaning */
    CWA_FAULT_LAYOUT,   /* none of enum cwa_layout */
    CWA_FAULT_COUNT,    /* 0, or more than fit */
    CWA_FAULT_TIME,     /* not a date, and no neighbour to take one from */
    CWA_FAULT_REPEATED, /* the sector before once more */
    CWA_FAULT_COUNT_OF
};

/* What is wrong, in words ("checksum wrong"). */
const char *cwa_fault_text(enum cwa_fault fault);

/* Reads the 30 bytes of fields, whatever they are. */
void cwa_sector_get(const uint8_t at[static CWA_SECTOR_BYTES], struct cwa_sector *out);
/* Reads the fields and says whether the sector can be used. Sums it once. */
enum cwa_fault cwa_sector_check(const uint8_t at[static CWA_SECTOR_BYTES],
                                struct cwa_sector *out);
/* Writes magic, length and fields; leaves samples and checksum alone. */
void cwa_sector_put(uint8_t at[static CWA_SECTOR_BYTES], const struct cwa_sector *sector);
/* Writes the checksum. Last step of making a sector. */
void cwa_sector_seal(uint8_t at[static CWA_SECTOR_BYTES]);
/* Sum of the 256 little-endian words modulo 65536: 0 in a whole sector. */
uint16_t cwa_sum(const uint8_t at[static CWA_SECTOR_BYTES]);

/* Room for samples of a layout: 120, 80, 40, 26; 0 for unknown layouts. */
uint32_t cwa_layout_capacity(uint8_t layout);
int cwa_layout_axes(uint8_t layout);              /* 3, 6, 9 */
uint32_t cwa_layout_sample_bytes(uint8_t layout); /* 4, 6, 12, 18; 0 unknown */

/* Sample i of a packed sector, in 1/256 g. Values beyond +-4088 are cut; the lowest bits that
 * the exponent drops are lost (towards minus infinity). */
void cwa_put_packed(uint8_t at[static CWA_SECTOR_BYTES], uint32_t i, const int32_t xyz[3]);
void cwa_get_packed(const uint8_t at[static CWA_SECTOR_BYTES], uint32_t i, int32_t xyz[3]);
/* Value v of sample i of an int16 sector, in the order of enum cwa_layout. */
void cwa_put_value(uint8_t at[static CWA_SECTOR_BYTES], uint32_t i, uint32_t v, int16_t value);
int16_t cwa_get_value(const uint8_t at[static CWA_SECTOR_BYTES], uint32_t i, uint32_t v);

/* ---- rate and scales ---- */

/* 3200 / 2^(15 - low nibble); 0.0 for a low nibble of 0. Bits 6..7: range. */
double cwa_rate_hz(uint8_t rate_code);
/* The integer the firmware calculates with: 100, 12 (for 12.5), 6 (for 6.25). */
uint32_t cwa_rate_whole_hz(uint8_t rate_code);
int cwa_range_g(uint8_t rate_code); /* 16, 8, 4, 2 */
/* Code of a rate and range; 0 when there is none. */
uint8_t cwa_rate_code(double rate_hz, int range_g);

/* Light word of a light reading (0..1023), AAA (0 for an AX3) and GGG (0: no gyroscope). */
uint16_t cwa_light_word(uint32_t light, uint32_t aaa, uint32_t ggg);
uint32_t cwa_light(uint16_t light_word);
uint32_t cwa_acc_scale_bits(uint16_t light_word);  /* AAA: int16 unit is 1 / 2^(8 + AAA) g */
uint32_t cwa_gyro_scale_bits(uint16_t light_word); /* GGG: range is 8000 / 2^GGG dps */
double cwa_acc_unit_g(uint16_t light_word);
double cwa_gyro_unit_dps(uint16_t light_word); /* 0.0: no gyroscope */

/* Volts of the battery byte, and back (cut to what fits). */
double cwa_battery_v(uint8_t raw);
uint8_t cwa_battery_raw(double volts);
/* Degrees of the temperature word (vendor's rule for the MCP9700), and back. */
double cwa_temperature_c(uint16_t word);
uint16_t cwa_temperature_word(double degrees_c);

/* ---- time ---- */

/* YYYYYYMM MMDDDDDh hhhhmmmm mmssssss. Returns false, *out untouched, for the special values
 * and whatever is not a date and time of 2000..2063. */
bool cwa_time_get(uint32_t packed, struct civil_time *out);
/* The same as seconds since 1970 as if the wall clock were UTC. Fast: no calendar loop. */
bool cwa_time_seconds(uint32_t packed, int64_t *seconds);
/* 0 when the time cannot be packed. */
uint32_t cwa_time_put(struct civil_time time);

/* Fraction of the second in 1/65536; 0 when the field holds a device id. */
uint32_t cwa_fraction16(uint16_t fraction_or_id);
/* Index of the sample, counted from the sector's first, that belongs to the time stamp. May be
 * negative or beyond the sector. Ancient sectors: 0. */
int32_t cwa_anchor(const struct cwa_sector *sector, uint32_t fraction16);
/* Sets time, fraction and offset so that sample `anchor` was at this moment, as the firmware
 * does. seconds: since 1970, wall clock as if UTC; fraction16: 1/65536 s (its lowest bit is
 * lost). rate_code must be set before. False when it does not fit (then nothing changes). */
bool cwa_sector_set_time(struct cwa_sector *sector, int64_t seconds, uint32_t fraction16,
                         int32_t anchor);

#endif
