/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a pretend recorder is set up with: the settings in its memory, how the firmware reads
 * numbers and times from a line, and the header that COMMIT writes.
 */
#ifndef DRIVERS_PRETEND_SETTINGS_H
#define DRIVERS_PRETEND_SETTINGS_H

#include "firmware-formats/cwa_layout.h"

#define SETTINGS_NO_NUMBER UINT32_MAX
#define SETTINGS_TIME_BYTES 24 /* "YYYY/MM/DD,HH:MM:SS" and the end, with room */

struct pretend_settings {
    uint32_t session, start, stop, max_samples, last_change;
    uint8_t rate_code, debug_led, data_mode;
    uint16_t gyro_dps; /* AX6; 0: none */
    int16_t zone_min;
    uint8_t annotation[CWA_ANNOTATION_BYTES];
};

/* As after a start without a file: docs/devices/pretend.md. */
void settings_init(struct pretend_settings *self, bool is_ax6, uint32_t device_id);
/* Takes what the header of the recording says. */
void settings_from_header(struct pretend_settings *self, const struct cwa_header *header);
void settings_to_header(const struct pretend_settings *self, bool is_ax6, uint32_t device_id,
                        uint8_t firmware, uint32_t now, struct cwa_header *out);

/* A number as the two firmwares read one; SETTINGS_NO_NUMBER without any digit. The AX3 makes
 * one number of every digit in the rest of the line; the AX6 stops at the first character that
 * is none. */
uint32_t settings_number(const char *text, bool is_ax6);
/* A time as both read it: 0 for whatever is none, which means "at once". */
uint32_t settings_time(const char *text);
/* "2024/05/13,09:55:37", "0", "-1". Writes what is there, a date or not. */
void settings_time_text(uint32_t packed, char out[static SETTINGS_TIME_BYTES]);
/* Device wall clock (as if UTC) to packed time and back; 0 outside 2000..2063. */
uint32_t settings_packed(int64_t wall_ns);
bool settings_wall(uint32_t packed, int64_t *wall_ns);

#endif
