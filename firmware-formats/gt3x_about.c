/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a .gt3x says about itself before its first sample: records that come once (metadata,
 * parameters, the IMU's schema), and calibration.json of an Insight Watch.
 */
#include "firmware-formats/gt3x_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/text.h"

#define PARAMETER_BYTES 8
#define VOTES 60                        /* seconds of samples that tell the rate */
#define LOOK_BYTES ((uint64_t)64 << 10) /* of log.bin, for more of them than the first */

/* ---- a little JSON: values of keys, wherever they stand ---- */

/* What follows "key": in the text; NULL when it is not there. */
static const char *json_find(const char *text, size_t n, const char *key, size_t *left)
{
    char quoted[64];
    int length = snprintf(quoted, sizeof quoted, "\"%s\"", key);
    const char *at = memmem(text, n, quoted, (size_t)length);
    if (at == NULL) {
        return NULL;
    }
    at += length;
    const char *end = text + n;
    while (at < end && (*at == ' ' || *at == ':' || *at == '\t')) {
        at++;
    }
    *left = (size_t)(end - at);
    return at;
}

static bool json_is(const char *text, size_t n, const char *key, const char *word)
{
    size_t left = 0;
    const char *at = json_find(text, n, key, &left);
    return at != NULL && left >= strlen(word) && memcmp(at, word, strlen(word)) == 0;
}

static bool json_number(const char *text, size_t n, const char *key, double *out)
{
    size_t left = 0, length = 0;
    const char *at = json_find(text, n, key, &left);
    while (at != NULL && length < left && length < 32 &&
           strchr("+-.0123456789eE", at[length]) != NULL && at[length] != '\0') {
        length++;
    }
    return at != NULL && text_parse_double(at, length, out);
}

static bool json_text(const char *text, size_t n, const char *key, char *out, size_t room)
{
    size_t left = 0, length = 0;
    const char *at = json_find(text, n, key, &left);
    if (at == NULL || left == 0 || *at != '"') {
        return false;
    }
    at++;
    left--;
    while (length < left && at[length] != '"') {
        length++;
    }
    snprintf(out, room, "%.*s", (int)(length < room ? length : room - 1), at);
    return true;
}

/* ---- records that come once ---- */

static void take_metadata(struct gt3x_about *about, const uint8_t *payload, size_t n)
{
    const char *text = (const char *)payload;
    char offset[32];
    if (!json_is(text, n, "MetadataType", "\"LocalTimeLog\"")) {
        return;
    }
    about->is_utc = about->is_utc || json_is(text, n, "UsedUtc", "true");
    if (json_text(text, n, "UtcOffset", offset, sizeof offset)) {
        about->has_offset = actigraph_offset(offset, &about->offset_s);
    }
}

static void take_parameters(struct gt3x_about *about, const uint8_t *payload, size_t n)
{
    for (size_t i = 0; i + PARAMETER_BYTES <= n; i += PARAMETER_BYTES) {
        uint16_t space = get_u16le(payload + i), key = get_u16le(payload + i + 2);
        double scale = gt3x_real(get_u32le(payload + i + 4));
        if (space == 0 && key == 55 && scale >= 16 && scale <= 65536) {
            about->scale = scale;
            about->has_scale = true;
        }
    }
}

/* How often the first records hold so many samples. */
struct votes {
    uint32_t n, of[GT3X_RATE_MOST + 1];
};

static size_t samples_of(const struct gt3x_record *record)
{
    return record->type == GT3X_ACTIVITY || record->type == GT3X_ACTIVITY3
               ? gt3x_count12(record->size)
           : record->type == GT3X_ACTIVITY2 ? gt3x_count16(record->size)
                                            : 0;
}

static void take_samples(struct gt3x_reader *self, struct gt3x_about *about,
                         const struct gt3x_record *record, struct votes *votes)
{
    const struct actigraph_header *header = &about->header;
    const size_t n = samples_of(record);
    if (n == 0) {
        return;
    }
    votes->n++;
    votes->of[n <= GT3X_RATE_MOST ? n : 0]++;
    const int64_t before_s = header->start_s, end_s = header->last_s;
    if (about->first_s == TIME_UNKNOWN &&
        !gt3x_stream_is_stray(&self->stream, record, before_s, end_s)) {
        about->first_s = record->second;
        about->first_type = record->type;
    }
}

/* A second can be cut short, the first one as well: most of them tell. info.txt has a vote, and
 * the last word where they are equal. */
static uint32_t elect(struct votes *votes, double stated_hz)
{
    const uint32_t stated =
        stated_hz >= 1 && stated_hz <= GT3X_RATE_MOST ? (uint32_t)rint(stated_hz) : 0;
    uint32_t best = stated;
    votes->of[stated]++;
    votes->of[0] = 0; /* records that tell no rate */
    for (uint32_t rate = 1; rate <= GT3X_RATE_MOST; rate++) {
        best = votes->of[rate] > votes->of[best] ? rate : best;
    }
    return best;
}

enum yk_status gt3x_about_read(struct gt3x_reader *self, struct gt3x_about *about,
                               struct failure *why)
{
    struct gt3x_record record = {.pos = 0};
    struct votes votes = {.n = 0};
    enum yk_status status = YK_OK;
    gt3x_stream_seek(&self->stream, 0);
    about->first_s = TIME_UNKNOWN;
    while ((about->first_s == TIME_UNKNOWN || (votes.n < VOTES && record.pos < LOOK_BYTES)) &&
           (status = gt3x_stream_next(&self->stream, &record, why)) == YK_OK) {
        if (record.type == GT3X_METADATA) {
            take_metadata(about, record.payload, record.size);
        } else if (record.type == GT3X_PARAMETERS) {
            take_parameters(about, record.payload, record.size);
        } else if (record.type == GT3X_SENSOR_SCHEMA) {
            gt3x_imu_schema(&self->facts.imu, record.payload, record.size);
        } else {
            take_samples(self, about, &record, &votes);
        }
    }
    about->usual_rate = votes.n > 0 ? elect(&votes, about->header.rate_hz) : 0;
    return status == YK_END ? YK_OK : status;
}

/* ---- calibration.json ---- */

void gt3x_about_calibration(struct gt3x_reader *self, struct gt3x_about *about,
                            const char *text, size_t n)
{
    struct gt3x_thermometer *t = &self->facts.thermometer;
    about->calibration_says_raw = json_is(text, n, "isCalibrated", "false");
    bool has_points = json_number(text, n, "tempLow", &t->low_c) &&
                      json_number(text, n, "tempHigh", &t->high_c);
    bool has_chip = (json_number(text, n, "adxlTempLow", &t->low) ||
                     json_number(text, n, "adxlTemp_Low", &t->low)) &&
                    json_number(text, n, "adxlTempHigh", &t->high);
    bool has_processor = !has_chip && json_number(text, n, "mcuTempLow", &t->low) &&
                         json_number(text, n, "mcuTempHigh", &t->high);
    t->sensor = has_chip ? 1 : 0;
    t->is_known = has_points && (has_chip || has_processor) && t->high != t->low;
}

/* calibrationMethod 2, values for one rate: M[i][i] = 100 / sensitivity_ii,
 * M[i][j] = 1 / (0.01 sensitivity_ij + 250) - 0.004. */
void gt3x_about_matrix(struct gt3x_reader *self, const char *text, size_t n)
{
    static const char *const axes = "XYZ";
    struct gt3x_matrix made = {.is_used = true};
    double method = 0;
    if (!json_number(text, n, "calibrationMethod", &method) || method != 2 ||
        !json_is(text, n, "isCalibrated", "false")) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        for (int j = i; j < 3; j++) {
            char key[32];
            double s = 0;
            snprintf(key, sizeof key, "sensitivity%c%c_%u", axes[i], axes[j], self->facts.rate);
            if (!json_number(text, n, key, &s)) {
                return;
            }
            double value = i == j ? 100.0 / s : 1.0 / (0.01 * s + 250.0) - 0.004;
            if (!isfinite(value)) {
                return;
            }
            made.m[i][j] = made.m[j][i] = value;
        }
        char key[32];
        snprintf(key, sizeof key, "offset%c_%u", axes[i], self->facts.rate);
        if (!json_number(text, n, key, &made.offset[i])) {
            return;
        }
    }
    self->facts.matrix = made;
}
