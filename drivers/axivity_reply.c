/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reply lines: see axivity_reply.h. From the firmware's sources (openmovement, Firmware/AX3 and
 * AX6, Settings.c); prefixes are compared with case, values without blanks.
 */
#include "drivers/axivity_reply.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

/* ---- scanning ---- */

static unsigned digit_of(char c)
{
    return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
           : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                  : 99;
}

/* At least one digit, and no more than fit into 32 bits. */
static bool number(const char **at, unsigned base, uint32_t *out)
{
    uint64_t value = 0;
    const char *start = *at, *p = start;
    for (; digit_of(*p) < base; p++) {
        value = value * base + digit_of(*p);
        if (value > UINT32_MAX) {
            return false;
        }
    }
    if (p == start) {
        return false;
    }
    *at = p;
    *out = (uint32_t)value;
    return true;
}

/* ---- lines ---- */

bool axivity_parse_id(const char *line, struct axivity_id *out)
{
    struct axivity_id id = {.is_ax6 = false};
    const char *at = line;
    if (!text_skip(&at, "ID=")) {
        return false;
    }
    id.is_ax6 = text_skip(&at, "AX6,");
    if (!id.is_ax6 && !text_skip(&at, "CWA,") && !text_skip(&at, "AX3,")) {
        return false;
    }
    if (!number(&at, 16, &id.hardware) || !text_skip(&at, ",") ||
        !number(&at, 10, &id.firmware) || !text_skip(&at, ",") ||
        !number(&at, 10, &id.device) || !text_skip(&at, ",") || !number(&at, 10, &id.session) ||
        *at != '\0') {
        return false;
    }
    id.is_ax6 = id.is_ax6 || id.hardware == 0x64; /* the first AX6 still said CWA */
    *out = id;
    return true;
}

bool axivity_parse_battery(const char *line, struct axivity_battery *out)
{
    struct axivity_battery b = {.raw = 0};
    uint32_t full = 0;
    const char *at = line;
    if (!text_skip(&at, "$BATT=") || !number(&at, 10, &b.raw) || !text_skip(&at, ",") ||
        !number(&at, 10, &b.millivolt) || !text_skip(&at, ",mV,") ||
        !number(&at, 10, &b.percent) || !text_skip(&at, ",") || !number(&at, 10, &full) ||
        *at != '\0' || b.percent > 100) {
        return false;
    }
    b.is_full = full != 0;
    *out = b;
    return true;
}

bool axivity_parse_time(const char *text, struct civil_time *out)
{
    static const char *const behind[6] = {"/", "/", ",", ":", ":", ""};
    uint32_t part[6], ms = 0;
    const char *at = text;
    for (int i = 0; i < 6; i++) {
        if (!number(&at, 10, &part[i]) || part[i] > 9999 || !text_skip(&at, behind[i])) {
            return false;
        }
    }
    if (text_skip(&at, ".")) {
        const char *start = at;
        if (!number(&at, 10, &ms) || at - start != 3) {
            return false;
        }
    }
    struct civil_date date = {.year = (int32_t)part[0],
                              .month = (int8_t)(part[1] & 127),
                              .day = (int8_t)(part[2] & 127)};
    if (*at != '\0' || part[1] > 12 || part[2] > 31 || !civil_is_valid(date) || part[3] > 23 ||
        part[4] > 59 || part[5] > 59) {
        return false;
    }
    *out = (struct civil_time){
        .date = date,
        .second_of_day = (int32_t)(part[3] * 3600 + part[4] * 60 + part[5]),
        .ns = (int32_t)ms * 1000000,
    };
    return true;
}

void axivity_format_time(struct civil_time time, char out[static 40])
{
    int32_t s = time.second_of_day;
    snprintf(out, 40, "%04d-%02d-%02d %02d:%02d:%02d", (int)time.date.year,
             (int)time.date.month, (int)time.date.day, (int)(s / 3600), (int)(s / 60 % 60),
             (int)(s % 60));
}

bool axivity_parse_when(const char *text, enum axivity_when *kind, struct civil_time *out)
{
    if (strcmp(text, "0") == 0) {
        *kind = AXIVITY_WHEN_ZERO;
        return true;
    }
    if (strcmp(text, "-1") == 0) {
        *kind = AXIVITY_WHEN_NEVER;
        return true;
    }
    if (!axivity_parse_time(text, out)) {
        return false;
    }
    *kind = AXIVITY_WHEN_TIME;
    return true;
}

size_t axivity_parse_numbers(const char *line, unsigned base, uint32_t *out, size_t max)
{
    const char *at = strchr(line, '=');
    uint32_t value[16];
    size_t n = 0;
    if (at == NULL) {
        return 0;
    }
    at++;
    for (;;) {
        if (n == sizeof value / sizeof *value || !number(&at, base, &value[n])) {
            return 0;
        }
        n++;
        if (*at == '\0') {
            break;
        }
        if (!text_skip(&at, ",")) {
            return 0;
        }
    }
    memcpy(out, value, (n < max ? n : max) * sizeof *value);
    return n;
}

const char *axivity_log_text(const char *line)
{
    const char *at = line;
    uint32_t unused;
    if (!text_skip(&at, "LOG,0,0x") || !number(&at, 16, &unused) || !text_skip(&at, ",")) {
        return NULL;
    }
    /* The time has a comma of its own, unless it is 0 or -1. */
    int commas = at[0] == '0' || at[0] == '-' ? 1 : 2;
    for (; commas > 0; commas--) {
        at = strchr(at, ',');
        if (at == NULL) {
            return NULL;
        }
        at++;
    }
    return at;
}

/* ---- USB strings ---- */

uint64_t axivity_id_of_serial(const char *serial)
{
    size_t n = strlen(serial);
    while (n > 0 && digit_of(serial[n - 1]) > 9) {
        n--;
    }
    size_t from = n;
    while (from > 0 && digit_of(serial[from - 1]) <= 9) {
        from--;
    }
    const char *at = serial + from;
    uint32_t value = 0;
    return n > from && number(&at, 10, &value) ? value : UINT64_MAX;
}

bool axivity_is_ours(const char *serial, const char *product)
{
    return strncmp(product, "AX3 ", 4) == 0 || strncmp(product, "AX6 ", 4) == 0 ||
           strncmp(serial, "CWA", 3) == 0 || strncmp(serial, "AX3", 3) == 0 ||
           strncmp(serial, "AX6", 3) == 0;
}
