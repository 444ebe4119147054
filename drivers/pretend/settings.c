/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings of a pretend recorder, by the firmware's published sources (docs/devices/pretend.md
 * says what follows which). The two ways to read a number differ, and so do their mistakes.
 */
#include "drivers/pretend/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"

void settings_init(struct pretend_settings *self, bool is_ax6, uint32_t device_id)
{
    *self = (struct pretend_settings){
        .session = device_id * 10000u,
        .start = CWA_TIME_NEVER,
        .stop = CWA_TIME_NEVER,
        .rate_code = 0x4a,
        .data_mode = is_ax6 ? 20 : 18,
        .zone_min = CWA_ZONE_UNKNOWN,
    };
}

void settings_from_header(struct pretend_settings *self, const struct cwa_header *header)
{
    self->session = header->session_id;
    self->start = header->start;
    self->stop = header->stop;
    self->max_samples = header->max_samples;
    self->debug_led = header->debug_led;
    self->rate_code = header->rate_code;
    self->gyro_dps = (uint16_t)cwa_config_gyro_dps(header->sensor_config);
    self->last_change = header->last_change;
    self->zone_min = header->zone_min;
    memcpy(self->annotation, header->annotation, sizeof self->annotation);
}

/* Low nibble n of the sensor configuration: 8000 / 2^n degrees a second. */
static uint8_t gyro_nibble(unsigned dps)
{
    for (uint8_t n = 2; n <= 6; n++) {
        if (8000u >> n == dps) {
            return n;
        }
    }
    return 0;
}

void settings_to_header(const struct pretend_settings *self, bool is_ax6, uint32_t device_id,
                        uint8_t firmware, uint32_t now, struct cwa_header *out)
{
    cwa_header_init(out);
    out->hardware = is_ax6 ? CWA_HARDWARE_AX6 : CWA_HARDWARE_AX3_OLD;
    out->device_id = device_id;
    out->session_id = self->session;
    out->start = self->start;
    out->stop = self->stop;
    out->max_samples = self->max_samples;
    out->debug_led = self->debug_led;
    out->sensor_config = is_ax6 ? gyro_nibble(self->gyro_dps) : 0;
    out->rate_code = self->rate_code;
    out->last_change = now;
    out->firmware = firmware;
    out->zone_min = self->zone_min;
    memcpy(out->annotation, self->annotation, sizeof out->annotation);
}

uint32_t settings_number(const char *text, bool is_ax6)
{
    uint32_t value = 0;
    bool is_negative = false;
    bool has_digit = false;
    if (is_ax6) {
        text += strspn(text, " =:");
        if (*text == '-') {
            is_negative = true;
            text++;
        }
    }
    for (; *text != '\0'; text++) {
        if (isdigit((unsigned char)*text)) {
            value = value * 10u + (uint32_t)(*text - '0');
            has_digit = true;
        } else if (is_ax6) {
            break;
        } else if (*text == '-') {
            is_negative = !is_negative;
        }
    }
    if (!has_digit) {
        return SETTINGS_NO_NUMBER;
    }
    return is_negative ? 0u - value : value;
}

/* Six groups of digits, whatever stands between them. */
static int six_groups(const char *text, uint32_t out[static 6])
{
    int n = 0;
    while (n < 6) {
        while (*text != '\0' && !isdigit((unsigned char)*text)) {
            text++;
        }
        if (*text == '\0') {
            break;
        }
        out[n] = 0;
        while (isdigit((unsigned char)*text)) {
            out[n] = out[n] * 10u + (uint32_t)(*text - '0');
            text++;
        }
        n++;
    }
    return n;
}

static uint32_t pack(const uint32_t part[static 6])
{
    return part[0] << 26 | part[1] << 22 | part[2] << 17 | part[3] << 12 | part[4] << 6 |
           part[5];
}

uint32_t settings_time(const char *text)
{
    uint32_t part[6] = {0};
    text += strspn(text, " =");
    if (*text == '-') {
        return CWA_TIME_NEVER;
    }
    if (six_groups(text, part) < 6) {
        return 0;
    }
    part[0] -= part[0] >= 2000 ? 2000 : 0;
    if (part[0] > 63 || part[1] < 1 || part[1] > 12 || part[2] < 1 || part[3] > 23 ||
        part[4] > 59 || part[5] > 59) {
        return 0;
    }
    struct civil_date date = {(int32_t)part[0] + 2000, (int8_t)part[1],
                              part[2] <= 31 ? (int8_t)part[2] : 0};
    if (part[1] == 2 && part[2] == 29 && !civil_is_valid(date)) {
        part[1] = 3;
        part[2] = 1;
    } else if (!civil_is_valid(date)) {
        return 0;
    }
    return pack(part);
}

void settings_time_text(uint32_t packed, char out[static SETTINGS_TIME_BYTES])
{
    if (packed == CWA_TIME_ALWAYS || packed == CWA_TIME_NEVER) {
        (void)snprintf(out, SETTINGS_TIME_BYTES, packed == CWA_TIME_ALWAYS ? "0" : "-1");
        return;
    }
    (void)snprintf(out, SETTINGS_TIME_BYTES, "%04u/%02u/%02u,%02u:%02u:%02u",
                   2000u + (packed >> 26), packed >> 22 & 15u, packed >> 17 & 31u,
                   packed >> 12 & 31u, packed >> 6 & 63u, packed & 63u);
}

uint32_t settings_packed(int64_t wall_ns)
{
    return cwa_time_put(civil_time_of_utc_ns(wall_ns));
}

bool settings_wall(uint32_t packed, int64_t *wall_ns)
{
    int64_t seconds = 0;
    if (!cwa_time_seconds(packed, &seconds)) {
        return false;
    }
    *wall_ns = seconds * NS_PER_S;
    return true;
}
