/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Header of ActiGraph's tables, see actigraph_csv_header.h and docs/formats/actigraph-csv.md.
 * Lines may be padded with separators or quoted, numbers may have a decimal comma.
 */
#include "firmware-formats/actigraph_csv_header.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"

#define LINES_MOST 30
#define LINE_MOST 512

void actigraph_csv_header_init(struct actigraph_csv_header *self)
{
    *self = (struct actigraph_csv_header){.epoch_s = -1, .mode = -1};
    actigraph_header_init(&self->about);
}

/* Without the padding, quotes and blanks around it. */
static void copy_line(char out[static LINE_MOST], const char *line, size_t n)
{
    static const char *const padding = ",;\t \r\n\"";
    if (n >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        n -= 3;
    }
    while (n > 0 && line[n - 1] != '\0' && strchr(padding, line[n - 1]) != NULL) {
        n--;
    }
    while (n > 0 && *line != '\0' && strchr(padding, *line) != NULL) {
        line++;
        n--;
    }
    n = n < LINE_MOST ? n : LINE_MOST - 1;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)line[i];
        out[i] = c >= ' ' && c < 0x7F ? line[i] : '?';
    }
    out[n] = '\0';
}

/* What follows `key`, up to `stop` or the end; false when it is not there. */
static bool between(const char *line, const char *key, const char *stop, char *out, size_t room)
{
    const char *at = strcasestr(line, key);
    if (at == NULL) {
        return false;
    }
    at += strlen(key);
    at += strspn(at, " :=");
    const char *end = stop != NULL ? strcasestr(at, stop) : NULL;
    size_t n = end != NULL ? (size_t)(end - at) : strlen(at);
    while (n > 0 && at[n - 1] == ' ') {
        n--;
    }
    n = n < room ? n : room - 1;
    memcpy(out, at, n);
    out[n] = '\0';
    return true;
}

static double number(const char *text)
{
    char copy[32];
    double value = NAN;
    snprintf(copy, sizeof copy, "%.31s", text);
    char *comma = strchr(copy, ',');
    if (comma != NULL) {
        *comma = '.';
    }
    return text_parse_double(copy, strlen(copy), &value) ? value : NAN;
}

static bool first_line(struct actigraph_csv_header *self, const char *line)
{
    char text[64];
    bool is_ours = strcasestr(line, "Data File Created By ActiGraph") != NULL ||
                   strcasestr(line, "Data Table File Created By") != NULL;
    if (!is_ours) {
        return false;
    }
    if (between(line, "ActiGraph ", "ActiLife", text, sizeof text)) {
        snprintf(self->about.device, sizeof self->about.device, "%.31s", text);
    }
    if (between(line, "Firmware v", " ", text, sizeof text)) {
        snprintf(self->about.firmware, sizeof self->about.firmware, "%.23s", text);
    }
    if (between(line, "date format ", " ", text, sizeof text)) {
        snprintf(self->date_format, sizeof self->date_format, "%.15s", text);
    }
    if (between(line, " at ", " Hz", text, sizeof text)) {
        self->about.rate_hz = number(text);
    }
    if (between(line, "Limb: ", " ", text, sizeof text)) {
        snprintf(self->about.limb, sizeof self->about.limb, "%.23s", text);
    }
    self->has_more_inclines = strcasestr(line, "Multiple Incline") != NULL;
    self->is_extended = strcasestr(line, "LowFrequencyExtension") != NULL ||
                        strcasestr(line, "Low Frequency Extension") != NULL;
    return true;
}

/* "00:00:05" in seconds; -1: something else. */
static int32_t clock_seconds(const char *text)
{
    int32_t part[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        size_t n = 0;
        while (n < 3 && is_digit(text[n])) {
            part[i] = part[i] * 10 + (text[n++] - '0');
        }
        if (n == 0 || (i < 2 && text[n] != ':')) {
            return -1;
        }
        text += n + 1;
    }
    int32_t s = part[0] * 3600 + part[1] * 60 + part[2];
    return s <= 86400 ? s : -1;
}

static void further_line(struct actigraph_csv_header *self, const char *line)
{
    char text[64];
    if (between(line, "Serial Number", NULL, text, sizeof text)) {
        snprintf(self->about.serial, sizeof self->about.serial, "%.31s", text);
    } else if (between(line, "Start Time", NULL, text, sizeof text)) {
        snprintf(self->start_time, sizeof self->start_time, "%.23s", text);
    } else if (between(line, "Start Date", NULL, text, sizeof text)) {
        snprintf(self->start_date, sizeof self->start_date, "%.23s", text);
    } else if (between(line, "Download Date", NULL, text, sizeof text)) {
        snprintf(self->download_date, sizeof self->download_date, "%.23s", text);
    } else if (between(line, "Period (hh:mm:ss)", NULL, text, sizeof text)) {
        self->epoch_s = clock_seconds(text); /* Epoch or Cycle Period */
    }
    if (between(line, "Battery Voltage", "Mode", text, sizeof text)) {
        self->about.battery_v = number(text);
    }
    if (between(line, "Mode =", NULL, text, sizeof text)) {
        double mode = number(text);
        self->mode = mode >= 0 && mode < 1024 ? (int)mode : -1;
    }
}

bool actigraph_csv_header_line(struct actigraph_csv_header *self, const char *line, size_t n)
{
    char copy[LINE_MOST];
    copy_line(copy, line, n);
    self->n_lines++;
    if (self->n_lines == 1) {
        return first_line(self, copy);
    }
    const size_t dashes = strspn(copy, "-");
    self->is_over = (dashes >= 10 && copy[dashes] == '\0') || self->n_lines >= LINES_MOST;
    if (!self->is_over) {
        further_line(self, copy);
    }
    self->is_raw =
        self->about.rate_hz >= 1 && self->about.rate_hz <= 1000 && self->epoch_s <= 0;
    return true;
}

bool actigraph_csv_is_names(const char *line, size_t n)
{
    char copy[LINE_MOST];
    copy_line(copy, line, n);
    return isalpha((unsigned char)copy[0]) != 0;
}

/* ---- dates ---- */

static bool read_date(const char *text, enum date_order order, struct civil_date *out)
{
    int32_t part[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        size_t n = 0;
        text += strcspn(text, "0123456789");
        while (n < 5 && is_digit(text[n])) {
            part[i] = part[i] * 10 + (text[n++] - '0');
        }
        if (n == 0 || n > 4) {
            return false;
        }
        text += n;
    }
    return date_order_date(part, order, out);
}

enum date_order actigraph_csv_order(const struct actigraph_csv_header *self)
{
    switch (self->date_format[0]) {
    case 'd':
    case 'D':
        return DATE_OF_DAY_FIRST;
    case 'y':
    case 'Y':
        return DATE_OF_YEAR_FIRST;
    default:
        return DATE_OF_MONTH_FIRST;
    }
}

static bool read_clock(const char *text, int32_t *out)
{
    *out = clock_seconds(text);
    if (*out < 0 || *out >= 86400) {
        return false;
    }
    bool is_pm = strcasestr(text, "PM") != NULL, is_am = strcasestr(text, "AM") != NULL;
    if ((is_pm || is_am) && *out / 3600 <= 12) {
        *out = *out % (12 * 3600) + (is_pm ? 12 * 3600 : 0);
    }
    return true;
}

struct reading { /* of the start's date */
    enum date_order order;
    struct civil_date date;
};

/* All readings of the start's date that the download allows, the stated one first. */
static size_t list_readings(const struct actigraph_csv_header *self, bool with_download,
                            struct reading out[static 3])
{
    const enum date_order stated = actigraph_csv_order(self);
    const enum date_order orders[] = {stated, DATE_OF_MONTH_FIRST, DATE_OF_DAY_FIRST,
                                      DATE_OF_YEAR_FIRST};
    size_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        struct civil_date start, download;
        if ((i > 0 && orders[i] == stated) || !read_date(self->start_date, orders[i], &start)) {
            continue;
        }
        if (with_download && self->download_date[0] != '\0' &&
            (!read_date(self->download_date, orders[i], &download) ||
             civil_compare(start, download) > 0)) {
            continue;
        }
        out[n++] = (struct reading){orders[i], start};
    }
    return n;
}

bool actigraph_csv_start(const struct actigraph_csv_header *self,
                         const struct civil_date *row_date, struct civil_time *out,
                         char note[static 64])
{
    struct reading reading[3];
    int32_t second = 0;
    note[0] = '\0';
    size_t n = list_readings(self, true, reading), chosen = 0;
    n = n > 0 ? n : list_readings(self, false, reading);
    if (n == 0 || !read_clock(self->start_time, &second)) {
        return false;
    }
    bool is_proven = false;
    for (size_t i = 0; row_date != NULL && i < n && !is_proven; i++) {
        is_proven = civil_compare(reading[i].date, *row_date) == 0;
        chosen = is_proven ? i : 0;
    }
    char date[16], other[16];
    civil_format(reading[chosen].date, date);
    if (reading[chosen].order != actigraph_csv_order(self)) {
        snprintf(note, 64, "start is %.10s, against date format %.15s", date,
                 self->date_format);
    } else if (!is_proven && n > 1 && civil_compare(reading[0].date, reading[1].date) != 0) {
        civil_format(reading[1].date, other);
        snprintf(note, 64, "start read as %.10s (as stated), could be %.10s", date, other);
    }
    *out = (struct civil_time){reading[chosen].date, second, 0};
    return true;
}
