/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines of a table of samples to numbers, see actigraph_rows.h. Written for speed: a week at
 * 100 Hz is 60 million rows, nearly all of the form -0.004,-0.008,0.961.
 */
#include "firmware-formats/actigraph_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"

enum yk_status actigraph_line(struct byte_window *window, uint64_t pos, const char **line,
                              size_t *n, uint64_t *next, struct failure *why)
{
    const uint8_t *at = NULL;
    size_t have = 0;
    enum yk_status status = byte_window_at(window, pos, ACTIGRAPH_LINE_MOST, &at, &have, why);
    *line = NULL;
    if (status != YK_OK || have == 0) {
        return status;
    }
    have = have < ACTIGRAPH_LINE_MOST ? have : ACTIGRAPH_LINE_MOST;
    const uint8_t *end = memchr(at, '\n', have);
    size_t length = end != NULL ? (size_t)(end - at) : have;
    *next = pos + length + (end != NULL);
    while (length > 0 && at[length - 1] == '\r') {
        length--;
    }
    *line = (const char *)at;
    *n = length;
    return YK_OK;
}

size_t actigraph_fields(const char *line, size_t n, char separator,
                        struct actigraph_field out[static ACTIGRAPH_FIELDS])
{
    size_t count = 0;
    const char *end = line + n;
    while (count < ACTIGRAPH_FIELDS) {
        while (line < end && *line == ' ') {
            line++;
        }
        struct actigraph_field field = {line, 0, line < end && *line == '"'};
        const char *stop;
        if (field.is_quoted) {
            field.at = ++line;
            const char *quote = memchr(line, '"', (size_t)(end - line));
            field.n = (size_t)((quote != NULL ? quote : end) - line);
            stop = quote != NULL ? memchr(quote, separator, (size_t)(end - quote)) : NULL;
        } else {
            stop = memchr(line, separator, (size_t)(end - line));
            field.n = (size_t)((stop != NULL ? stop : end) - line);
        }
        while (field.n > 0 && field.at[field.n - 1] == ' ') {
            field.n--;
        }
        out[count++] = field;
        if (stop == NULL) {
            break;
        }
        line = stop + 1;
    }
    return count;
}

char actigraph_separator(const char *line, size_t n)
{
    return memchr(line, ';', n) != NULL ? ';' : memchr(line, '\t', n) != NULL ? '\t' : ',';
}

/* ---- columns ---- */

static bool is_name(const struct actigraph_field *field, const char *name)
{
    return field->n == strlen(name) && strncasecmp(field->at, name, field->n) == 0;
}

bool actigraph_columns_find(struct actigraph_columns *self, const char *names, size_t n)
{
    const char separator = self->separator;
    const enum date_order order = self->order;
    *self = (struct actigraph_columns){.separator = separator,
                                       .acc = {-1, -1, -1},
                                       .gyro = {-1, -1, -1},
                                       .temperature = -1,
                                       .stamp = -1,
                                       .date = -1,
                                       .time = -1,
                                       .order = order};
    if (names == NULL) {
        for (int a = 0; a < 3; a++) {
            self->acc[a] = a;
        }
        return true;
    }
    const struct {
        const char *name;
        int *to;
    } known[] = {{"Timestamp", &self->stamp},
                 {"Date", &self->date},
                 {"Time", &self->time},
                 {"Accelerometer X", &self->acc[0]},
                 {"Accelerometer Y", &self->acc[1]},
                 {"Accelerometer Z", &self->acc[2]},
                 {"Accelerometer_X", &self->acc[0]},
                 {"Accelerometer_Y", &self->acc[1]},
                 {"Accelerometer_Z", &self->acc[2]},
                 {"X", &self->acc[0]},
                 {"Y", &self->acc[1]},
                 {"Z", &self->acc[2]},
                 {"Axis1", &self->acc[0]},
                 {"Axis2", &self->acc[1]},
                 {"Axis3", &self->acc[2]},
                 {"Gyroscope X", &self->gyro[0]},
                 {"Gyroscope Y", &self->gyro[1]},
                 {"Gyroscope Z", &self->gyro[2]},
                 {"Temperature", &self->temperature}};
    struct actigraph_field field[ACTIGRAPH_FIELDS];
    const size_t count = actigraph_fields(names, n, separator, field);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            if (*known[k].to < 0 && is_name(&field[i], known[k].name)) {
                *known[k].to = (int)i;
            }
        }
    }
    return self->acc[0] >= 0 && self->acc[1] >= 0 && self->acc[2] >= 0;
}

/* ---- numbers ---- */

/* Digits with a decimal point or comma; everything else goes the long way. */
static bool read_number(const struct actigraph_field *field, double *out, int *decimals)
{
    static const double tens[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char *at = field->at, *end = at + field->n;
    bool is_negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    const char *begin = at;
    int64_t whole = 0;
    int behind = -1; /* digits behind the point */
    for (; at < end && at - begin < 16; at++) {
        if (is_digit(*at)) {
            whole = whole * 10 + (*at - '0');
            behind += behind >= 0;
        } else if ((*at == '.' || *at == ',') && behind < 0) {
            behind = 0;
        } else {
            break;
        }
    }
    *decimals = behind > 0 ? behind : 0;
    if (at == end && at - begin > (behind >= 0)) {
        double value = (double)whole / tens[*decimals];
        *out = is_negative ? -value : value;
        return true;
    }
    char copy[64];
    if (field->n >= sizeof copy) {
        return false;
    }
    memcpy(copy, field->at, field->n);
    copy[field->n] = '\0';
    char *comma = strchr(copy, ',');
    if (comma != NULL) {
        *comma = '.';
    }
    *decimals = 15;
    return text_parse_double(copy, field->n, out);
}

static float reading_of(const struct actigraph_field *field, size_t n, int column)
{
    double value = 0;
    int decimals = 0;
    return column >= 0 && (size_t)column < n && read_number(&field[column], &value, &decimals)
               ? (float)value
               : NAN;
}

/* ---- times ---- */

/* Date in the given order and time of day, whatever stands between the numbers. */
static bool read_stamp(const char *text, enum date_order order, int64_t *out)
{
    int32_t part[6] = {0};
    const char *at = text;
    for (int i = 0; i < 6; i++) {
        size_t n = 0;
        at += strcspn(at, "0123456789");
        while (n < 5 && is_digit(at[n])) {
            part[i] = part[i] * 10 + (at[n++] - '0');
        }
        if (n == 0 && i < 5) {
            return false;
        }
        at += n;
    }
    int64_t fraction = 0;
    if (*at == '.' || *at == ',') {
        int64_t unit = NS_PER_S / 10;
        for (at++; is_digit(*at); at++, unit /= 10) {
            fraction += (*at - '0') * unit;
        }
    }
    bool is_pm = strcasestr(at, "PM") != NULL;
    if (is_pm || strcasestr(at, "AM") != NULL) {
        part[3] = part[3] % 12 + (is_pm ? 12 : 0);
    }
    struct civil_date date;
    if (part[3] > 23 || part[4] > 59 || part[5] > 59 || !date_order_date(part, order, &date)) {
        return false;
    }
    *out = civil_time_as_utc_ns(
        (struct civil_time){date, part[3] * 3600 + part[4] * 60 + part[5], (int32_t)fraction});
    return true;
}

static void stamp_text(const struct actigraph_columns *columns,
                       const struct actigraph_field *field, size_t n, char out[static 64])
{
    out[0] = '\0';
    if (columns->stamp >= 0 && (size_t)columns->stamp < n) {
        const struct actigraph_field *stamp = &field[columns->stamp];
        snprintf(out, 64, "%.*s", (int)(stamp->n < 60 ? stamp->n : 60), stamp->at);
    } else if (columns->date >= 0 && columns->time >= 0 && (size_t)columns->date < n &&
               (size_t)columns->time < n) {
        const struct actigraph_field *date = &field[columns->date],
                                     *time = &field[columns->time];
        snprintf(out, 64, "%.*s %.*s", (int)(date->n < 30 ? date->n : 30), date->at,
                 (int)(time->n < 30 ? time->n : 30), time->at);
    }
}

void actigraph_row_date(const struct actigraph_columns *columns, const char *line, size_t n,
                        char out[static 64])
{
    struct actigraph_field field[ACTIGRAPH_FIELDS];
    stamp_text(columns, field, actigraph_fields(line, n, columns->separator, field), out);
}

void actigraph_row_read(const struct actigraph_columns *columns, const char *line, size_t n,
                        struct actigraph_row *out, int *decimals)
{
    struct actigraph_field field[ACTIGRAPH_FIELDS];
    const size_t count = actigraph_fields(line, n, columns->separator, field);
    out->is_bad = false;
    out->wall_ns = TIME_UNKNOWN;
    for (int a = 0; a < 3; a++) {
        double value = NAN;
        int behind = 0;
        bool is_number = (size_t)columns->acc[a] < count &&
                         read_number(&field[columns->acc[a]], &value, &behind);
        out->is_bad = out->is_bad || !is_number || !(fabs(value) < 1000);
        out->g[a] = (float)value;
        *decimals = behind > *decimals ? behind : *decimals;
        out->gyro_dps[a] = reading_of(field, count, columns->gyro[a]);
    }
    out->temperature_c = reading_of(field, count, columns->temperature);
    if (columns->stamp >= 0 || columns->date >= 0) {
        char text[64];
        stamp_text(columns, field, count, text);
        out->is_bad = out->is_bad || !read_stamp(text, columns->order, &out->wall_ns);
    }
}
