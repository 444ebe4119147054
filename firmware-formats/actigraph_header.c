/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph's common header, see actigraph_header.h and docs/formats/gt3x.md. Numbers may be
 * written with a decimal comma (the PC's locale); the text may begin with a byte order mark.
 */
#include "firmware-formats/actigraph_header.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

#define TICKS_PER_S INT64_C(10000000)
#define TICKS_TO_1970_S INT64_C(62135596800)
#define YEAR_1990_S INT64_C(631152000)
#define YEAR_2200_S INT64_C(7258118400)
#define MOST_OFFSET_S (14 * 3600)

void actigraph_header_init(struct actigraph_header *self)
{
    *self = (struct actigraph_header){.rate_hz = NAN,
                                      .scale_per_g = NAN,
                                      .most_g = NAN,
                                      .battery_v = NAN,
                                      .start_s = TIME_UNKNOWN,
                                      .stop_s = TIME_UNKNOWN,
                                      .last_s = TIME_UNKNOWN,
                                      .download_s = TIME_UNKNOWN};
}

bool actigraph_ticks(int64_t ticks, int64_t *out_s)
{
    int64_t s = floor_div(ticks, TICKS_PER_S) - TICKS_TO_1970_S;
    if (s < YEAR_1990_S || s >= YEAR_2200_S) {
        return false;
    }
    *out_s = s;
    return true;
}

bool actigraph_offset(const char *text, int32_t *out_s)
{
    bool is_west = *text == '-';
    text += *text == '-' || *text == '+';
    int32_t part[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        if (!is_digit(text[0]) || !is_digit(text[1])) {
            return false;
        }
        part[i] = (text[0] - '0') * 10 + (text[1] - '0');
        text += 2;
        if (*text == '\0' && i > 0) {
            break;
        }
        if (i < 2 && *text++ != ':') {
            return false;
        }
    }
    int32_t s = part[0] * 3600 + part[1] * 60 + part[2];
    if (*text != '\0' || part[1] > 59 || part[2] > 59 || s > MOST_OFFSET_S) {
        return false;
    }
    *out_s = is_west ? -s : s;
    return true;
}

/* ---- info.txt ---- */

static void put_text(char *to, size_t room, const char *from)
{
    size_t n = strlen(from);
    n = n < room ? n : room - 1;
    memcpy(to, from, n);
    to[n] = '\0';
}

static void take_number(const char *value, double *out)
{
    char copy[32];
    put_text(copy, sizeof copy, value);
    char *comma = strchr(copy, ',');
    if (comma != NULL) {
        *comma = '.';
    }
    double number;
    if (text_parse_double(copy, strlen(copy), &number) && fabs(number) < 1e9) {
        *out = number;
    }
}

static void take_ticks(const char *value, int64_t *out)
{
    int64_t ticks;
    if (text_parse_int64(value, strlen(value), &ticks)) {
        (void)actigraph_ticks(ticks, out);
    }
}

static void take_pair(struct actigraph_header *self, const char *key, const char *value)
{
    const struct {
        const char *key;
        char *to;
        size_t room;
    } texts[] = {{"Serial Number", self->serial, sizeof self->serial},
                 {"Device Type", self->device, sizeof self->device},
                 {"Firmware", self->firmware, sizeof self->firmware},
                 {"Subject Name", self->subject, sizeof self->subject},
                 {"Limb", self->limb, sizeof self->limb},
                 {"Side", self->side, sizeof self->side}};
    const struct {
        const char *key;
        double *to;
    } numbers[] = {{"Sample Rate", &self->rate_hz},
                   {"Acceleration Scale", &self->scale_per_g},
                   {"Acceleration Max", &self->most_g},
                   {"Battery Voltage", &self->battery_v}};
    const struct {
        const char *key;
        int64_t *to;
    } times[] = {{"Start Date", &self->start_s},
                 {"Stop Date", &self->stop_s},
                 {"Last Sample Time", &self->last_s},
                 {"Download Date", &self->download_s}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(key, texts[i].key) == 0) {
            put_text(texts[i].to, texts[i].room, value);
        }
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(key, numbers[i].key) == 0) {
            take_number(value, numbers[i].to);
        }
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (strcmp(key, times[i].key) == 0) {
            take_ticks(value, times[i].to);
        }
    }
    if (strcmp(key, "TimeZone") == 0) {
        self->has_zone = actigraph_offset(value, &self->zone_s);
    }
}

/* Cuts blanks at both ends and everything that does not print. */
static void copy_plain(char *to, size_t room, const char *from, size_t n)
{
    size_t used = 0;
    while (n > 0 && (unsigned char)from[n - 1] <= ' ') {
        n--;
    }
    while (n > 0 && (unsigned char)*from <= ' ') {
        from++;
        n--;
    }
    for (size_t i = 0; i < n && used + 1 < room; i++) {
        unsigned char c = (unsigned char)from[i];
        to[used++] = c >= ' ' && c < 0x7F ? from[i] : '?';
    }
    to[used] = '\0';
}

void actigraph_header_read(struct actigraph_header *self, const char *text, size_t n)
{
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        n -= 3;
    }
    while (n > 0) {
        const char *end = memchr(text, '\n', n);
        size_t line = end != NULL ? (size_t)(end - text) : n;
        const char *colon = memchr(text, ':', line);
        if (colon != NULL) {
            char key[32], value[64];
            copy_plain(key, sizeof key, text, (size_t)(colon - text));
            copy_plain(value, sizeof value, colon + 1, line - (size_t)(colon + 1 - text));
            take_pair(self, key, value);
        }
        line += end != NULL;
        text += line;
        n -= line;
    }
}

/* ---- models ---- */

static const struct {
    const char *prefix, *model;
    double scale;
} MODELS[] = {{"NEO", "GT3X+", 341},        {"CLE", "GT3X+", 341},  {"MRA", "ActiSleep+", 341},
              {"MOS2", "wGT3X-BT", 256},    {"MOS", "wGT3X+", 256}, {"TAS", "GT9X Link", 256},
              {"CPW", "Insight Watch", NAN}};

const char *actigraph_model(const char *serial)
{
    for (size_t i = 0; i < sizeof MODELS / sizeof *MODELS; i++) {
        if (strncmp(serial, MODELS[i].prefix, strlen(MODELS[i].prefix)) == 0) {
            return MODELS[i].model;
        }
    }
    return "";
}

double actigraph_scale(const char *serial)
{
    for (size_t i = 0; i < sizeof MODELS / sizeof *MODELS; i++) {
        if (strncmp(serial, MODELS[i].prefix, strlen(MODELS[i].prefix)) == 0) {
            return MODELS[i].scale;
        }
    }
    return NAN;
}

/* ---- what a recording says ---- */

static bool is_code(const struct actigraph_header *self)
{
    return self->subject[0] != '\0' && strchr(self->subject, ' ') == NULL &&
           strpbrk(self->subject, "0123456789") != NULL &&
           strcmp(self->subject, self->serial) != 0 && strcmp(self->subject, self->device) != 0;
}

static int64_t planned_ns(int64_t s, int64_t wall_minus_utc_ns)
{
    return s == TIME_UNKNOWN ? TIME_UNKNOWN : s * NS_PER_S - wall_minus_utc_ns;
}

void actigraph_header_tell(const struct actigraph_header *self, int64_t wall_minus_utc_ns,
                           struct recording_info *info)
{
    const char *model = actigraph_model(self->serial);
    snprintf(info->device_model, sizeof info->device_model, "%s",
             *model != '\0' ? model : self->device);
    snprintf(info->device_serial, sizeof info->device_serial, "%s", self->serial);
    snprintf(info->firmware, sizeof info->firmware, "%s", self->firmware);
    if (is_code(self)) {
        snprintf(info->person_id, sizeof info->person_id, "%s", self->subject);
    }
    char side[24], limb[24];
    size_t n = 0;
    for (const char *c = self->side; *c != '\0' && n + 1 < sizeof side; c++) {
        side[n++] = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    }
    side[n] = '\0';
    n = 0;
    for (const char *c = self->limb; *c != '\0' && n + 1 < sizeof limb; c++) {
        limb[n++] = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    }
    limb[n] = '\0';
    snprintf(info->body_site, sizeof info->body_site, "%.10s%s%.10s", side,
             side[0] != '\0' && limb[0] != '\0' ? " " : "", limb);
    info->configured_start_ns = planned_ns(self->start_s, wall_minus_utc_ns);
    info->configured_stop_ns = planned_ns(self->stop_s, wall_minus_utc_ns);
}

int64_t actigraph_set_zone(struct wall_clock *clock, const struct open_options *opt,
                           int64_t wall_s, bool has_zone, int32_t zone_s, bool is_utc,
                           struct recording_info *info)
{
    int64_t minus_utc_ns =
        wall_clock_set(clock, opt, wall_s * NS_PER_S, has_zone, zone_s, info);
    clock->twice[0] = is_utc ? '\0' : clock->twice[0];
    return is_utc ? 0 : minus_utc_ns;
}
