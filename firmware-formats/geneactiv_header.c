/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The header of a GENEActiv recording, see geneactiv_header.h. Names, dates of birth and notes
 * of people stay in the file: of the subject only the code is taken.
 */
#include "firmware-formats/geneactiv_header.h"

#include <math.h>
#include <string.h>

#include "firmware-formats/geneactiv_page.h"
#include "src/base/utf8.h"

struct key {
    const char *name;
    size_t at, room; /* room 0: a number */
};

#define TEXT(name, member)                                                                     \
    {                                                                                          \
        name, offsetof(struct geneactiv_header, member),                                       \
            sizeof((struct geneactiv_header *)0)->member                                       \
    }
#define NUMBER(name, member)                                                                   \
    {                                                                                          \
        name, offsetof(struct geneactiv_header, member), 0                                     \
    }

static const struct key KEYS[] = {
    TEXT("Device Unique Serial Code", serial),
    TEXT("Device Type", type),
    TEXT("Device Model", model),
    TEXT("Device Firmware Version", firmware),
    TEXT("Accelerometer Range", accelerometer_range),
    NUMBER("Measurement Frequency", rate_hz),
    NUMBER("Measurement Period", period_h),
    TEXT("Start Time", start_time),
    TEXT("Time Zone", time_zone),
    TEXT("Config Time", config_time),
    TEXT("Extract Notes", extract_notes),
    TEXT("Device Location Code", location),
    TEXT("Subject Code", subject),
    NUMBER("x gain", gain[0]),
    NUMBER("x offset", offset[0]),
    NUMBER("y gain", gain[1]),
    NUMBER("y offset", offset[1]),
    NUMBER("z gain", gain[2]),
    NUMBER("z offset", offset[2]),
    NUMBER("Volts", volts),
    NUMBER("Lux", lux),
    NUMBER("Number of Pages", pages),
};
enum { N_KEYS = sizeof KEYS / sizeof *KEYS };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\0';
}

static void take_text(char *to, size_t room, const char *value, size_t n)
{
    while (n > 0 && is_blank(*value)) {
        value++;
        n--;
    }
    while (n > 0 && is_blank(value[n - 1])) {
        n--;
    }
    n = n < room ? n : utf8_whole(value, room - 1);
    for (size_t i = 0; i < n; i++) {
        to[i] = (unsigned char)value[i] < 0x20 ? '_' : value[i];
    }
    to[n] = '\0';
}

static void take_line(struct geneactiv_header *out, bool has[static N_KEYS], const char *line,
                      size_t n)
{
    const char *colon = memchr(line, ':', n);
    size_t length = colon != NULL ? (size_t)(colon - line) : 0;
    for (size_t i = 0; i < N_KEYS && length > 0; i++) {
        if (has[i] || strlen(KEYS[i].name) != length ||
            memcmp(KEYS[i].name, line, length) != 0) {
            continue;
        }
        void *to = (char *)out + KEYS[i].at;
        const char *value = colon + 1;
        size_t size = n - length - 1;
        if (KEYS[i].room > 0) {
            take_text(to, KEYS[i].room, value, size);
            has[i] = true;
            return;
        }
        while (size > 0 && is_blank(*value)) {
            value++;
            size--;
        }
        while (size > 0 && is_blank(value[size - 1])) {
            size--;
        }
        has[i] = geneactiv_number(value, size, to); /* "100 Hz": up to the blank */
        return;
    }
}

void geneactiv_header_parse(const char *at, size_t n, struct geneactiv_header *out)
{
    bool has[N_KEYS] = {false};
    *out = (struct geneactiv_header){.rate_hz = NAN,
                                     .period_h = NAN,
                                     .gain = {NAN, NAN, NAN},
                                     .offset = {NAN, NAN, NAN},
                                     .volts = NAN,
                                     .lux = NAN,
                                     .pages = NAN};
    while (n > 0) {
        const char *stop = memchr(at, '\n', n);
        size_t length = stop != NULL ? (size_t)(stop - at) : n;
        take_line(out, has, at, length);
        length += stop != NULL ? 1 : 0;
        at += length;
        n -= length;
    }
}

bool geneactiv_header_zone(const struct geneactiv_header *self, int32_t *offset_s)
{
    const char *at = self->time_zone;
    if (memcmp(at, "GMT", 3) != 0) {
        return false;
    }
    at += at[3] == ' ' ? 4 : 3;
    if (*at == '\0') {
        *offset_s = 0;
        return true;
    }
    size_t n = strlen(at);
    if ((*at != '+' && *at != '-') || n != 6 || at[3] != ':') {
        return false;
    }
    for (int i = 1; i < 6; i++) {
        if (i != 3 && (at[i] < '0' || at[i] > '9')) {
            return false;
        }
    }
    int32_t minutes =
        ((at[1] - '0') * 10 + at[2] - '0') * 60 + (at[4] - '0') * 10 + at[5] - '0';
    if (minutes > 14 * 60) {
        return false;
    }
    *offset_s = *at == '-' ? -minutes * 60 : minutes * 60;
    return true;
}

double geneactiv_header_drift_s(const struct geneactiv_header *self)
{
    static const char words[] = "device clock drift ";
    const char *at = strstr(self->extract_notes, words);
    double drift = NAN;
    if (at != NULL) {
        at += strlen(words);
        const char *unit = strchr(at, 's');
        if (unit == NULL || !geneactiv_number(at, (size_t)(unit - at), &drift)) {
            drift = NAN;
        }
    }
    return drift;
}

double geneactiv_header_range_g(const struct geneactiv_header *self)
{
    const char *at = strstr(self->accelerometer_range, "to ");
    double range = NAN;
    bool is_there = at != NULL && geneactiv_number(at + 3, strlen(at + 3), &range);
    return is_there && range >= 1 && range <= 64 ? range : NAN;
}

bool geneactiv_header_was_reset(const struct geneactiv_header *self)
{
    return memcmp(self->config_time, "2010-09-16 09:08:54", 19) == 0;
}
