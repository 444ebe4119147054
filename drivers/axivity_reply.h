/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reply lines of Axivity recorders, taken apart. Pure functions on text; what does not fit
 * to the letter is refused and leaves the output alone. docs/devices/axivity.md lists them.
 */
#ifndef DRIVERS_AXIVITY_REPLY_H
#define DRIVERS_AXIVITY_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/clock.h"

/* "ID=CWA,17,44,39434,26" */
struct axivity_id {
    bool is_ax6;
    uint32_t hardware; /* 0x17, 0x64 */
    uint32_t firmware, device, session;
};
bool axivity_parse_id(const char *line, struct axivity_id *out);

/* "$BATT=702,4113,mV,89,0" */
struct axivity_battery {
    uint32_t raw, millivolt, percent;
    bool is_full;
};
bool axivity_parse_battery(const char *line, struct axivity_battery *out);

/* "2024/05/13,09:55:37" with or without ".123"; the whole text must be one. */
bool axivity_parse_time(const char *text, struct civil_time *out);
/* "2024-05-13 09:55:37", as commands take it. */
void axivity_format_time(struct civil_time time, char out[static 40]);

/* A start or stop as set: a time, "0" or "-1". */
enum axivity_when { AXIVITY_WHEN_TIME, AXIVITY_WHEN_ZERO, AXIVITY_WHEN_NEVER };
bool axivity_parse_when(const char *text, enum axivity_when *kind, struct civil_time *out);

/* Numbers separated by commas behind the "=" of a line, in base 10 or 16: fills up to max of
 * them and gives how many there are; 0 when the line is no such list. */
size_t axivity_parse_numbers(const char *line, unsigned base, uint32_t *out, size_t max);

/* "LOG,0,0x0207,2024/05/13,09:55:37,STOP_USB": the text at the end of entry 0; NULL: another
 * line. */
const char *axivity_log_text(const char *line);

/* The device number in a USB serial ("CWA17_39434" -> 39434): its last run of digits.
 * UINT64_MAX: none. */
uint64_t axivity_id_of_serial(const char *serial);
/* Whether a USB serial or product string is that of an AX3 or AX6. */
bool axivity_is_ours(const char *serial, const char *product);

#endif
