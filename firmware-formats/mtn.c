/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MotionWatch 8 and R (CamNtech): .mtn, XML.
 *
 *     motionfile/log2/change/property: name and content; =StartTime =Device =SerialNo
 *         =FirmwareVersion +Position +UserID; delete="yes" removes, the last one counts
 *     motionfile/log2/change/channel: name, units, epoch (s), offset, data: numbers with commas
 *     Signature: not checked
 *
 * Times are the computer's wall clock without a zone. The user's name is not looked at. Layout
 * from a sample and the descriptions of its readers; docs/formats/mtn.md.
 */
#include "firmware-formats/opening.h"
#include "firmware-formats/timestamp.h"
#include "firmware-formats/xml_scan.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SIZE_MAX_BYTES ((uint64_t)64 << 20) /* months at 1 s are a tenth of it */
#define CHANNELS 4
#define EPOCHS_PER_CALL ((size_t)8192)

struct channel {
    char name[24], units[24];
    int32_t epoch_s;
    bool has_offset, is_cut;
    const char *data, *end; /* the list in the file's text */
    enum epoch_column column;
};

struct reading { /* where a channel is */
    const char *at;
    uint64_t number; /* of the next value */
};

struct mtn {
    struct recording_source base;
    struct byte_source *bytes;
    struct wall_clock clock;
    char *text;
    size_t text_n;
    struct job *job;
    struct channel channel[CHANNELS];
    size_t n_channels, main; /* main: the counts */
    char start[48], user_name[64];
    bool is_cut;

    struct reading reading[CHANNELS];
    float held[CHANNELS]; /* of a channel whose epochs are longer */
    uint64_t done;        /* epochs delivered */
    bool is_at_end;
};

/* ---- the XML ---- */

static void set(char *out, size_t room, const char *value)
{
    snprintf(out, room, "%s", value);
}

/* "" removes. */
static void take_property(struct mtn *self, const char *name, const char *value)
{
    struct recording_info *info = &self->base.info;
    const struct {
        const char *name;
        char *out;
        size_t room;
    } known[] = {
        {"=StartTime", self->start, sizeof self->start},
        {"=Device", info->device_model, sizeof info->device_model},
        {"=SerialNo", info->device_serial, sizeof info->device_serial},
        {"=FirmwareVersion", info->firmware, sizeof info->firmware},
        {"+Position", info->body_site, sizeof info->body_site},
        {"+UserID", info->person_id, sizeof info->person_id},
        {"+UserName", self->user_name, sizeof self->user_name},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) == 0) {
            set(known[i].out, known[i].room, value);
        }
    }
}

/* Behind <property>: up to its end. */
static void read_property(struct mtn *self, struct xml_scan *xml)
{
    char name[32] = "", value[96] = "", deleted[8] = "";
    xml_scan_attribute(xml, "delete", deleted, sizeof deleted);
    bool in_name = false, in_value = false;
    while (xml_scan_next(xml) != XML_DONE && xml->kind != XML_CUT) {
        if (xml->kind == XML_TEXT && in_name) {
            xml_scan_text(xml, name, sizeof name);
        } else if (xml->kind == XML_TEXT && in_value) {
            xml_scan_text(xml, value, sizeof value);
        } else if (xml->kind == XML_END && xml_scan_is(xml, "property")) {
            take_property(self, name, strcmp(deleted, "yes") == 0 ? "" : value);
            return;
        } else if (xml->kind != XML_TEXT) {
            in_name = xml->kind == XML_START && xml_scan_is(xml, "name");
            in_value = xml->kind == XML_START && xml_scan_is(xml, "content");
        }
    }
}

static void take_channel_text(struct channel *channel, const struct xml_scan *xml,
                              const char *element)
{
    char number[24];
    int64_t value = 0;
    xml_scan_text(xml, number, sizeof number);
    bool is_number = text_parse_int64(number, strlen(number), &value);
    if (strcmp(element, "name") == 0) {
        xml_scan_text(xml, channel->name, sizeof channel->name);
    } else if (strcmp(element, "units") == 0) {
        xml_scan_text(xml, channel->units, sizeof channel->units);
    } else if (strcmp(element, "epoch") == 0 && is_number && value >= 1 && value <= 86400) {
        channel->epoch_s = (int32_t)value;
    } else if (strcmp(element, "offset") == 0) {
        channel->has_offset = !is_number || value != 0;
    } else if (strcmp(element, "data") == 0 && channel->data == NULL) {
        channel->data = xml->text;
        channel->end = xml->text + xml->text_n;
    }
}

static void read_channel(struct mtn *self, struct xml_scan *xml)
{
    struct channel channel = {.column = EPOCH_COLUMN_COUNT, .is_cut = true};
    char element[16] = "";
    while (xml_scan_next(xml) != XML_DONE && xml->kind != XML_CUT) {
        if (xml->kind == XML_TEXT) {
            take_channel_text(&channel, xml, element);
        } else if (xml->kind == XML_END && xml_scan_is(xml, "channel")) {
            channel.is_cut = false;
            break;
        } else {
            size_t n = xml->kind == XML_START && xml->name_n < sizeof element ? xml->name_n : 0;
            memcpy(element, xml->name, n);
            element[n] = '\0';
        }
    }
    self->is_cut = self->is_cut || channel.is_cut;
    if (channel.data != NULL && self->n_channels < CHANNELS) {
        self->channel[self->n_channels++] = channel;
    }
}

static void read_xml(struct mtn *self)
{
    struct xml_scan xml;
    xml_scan_init(&xml, self->text, self->text_n);
    bool is_whole = false;
    while (xml_scan_next(&xml) != XML_DONE && xml.kind != XML_CUT) {
        if (xml.kind == XML_START && xml_scan_is(&xml, "property")) {
            read_property(self, &xml);
        } else if (xml.kind == XML_START && xml_scan_is(&xml, "channel")) {
            read_channel(self, &xml);
        } else if (xml.kind == XML_END && xml_scan_is(&xml, "motionfile")) {
            is_whole = true;
        }
    }
    self->is_cut = self->is_cut || !is_whole;
}

/* ---- opening ---- */

static enum epoch_column column_of(const struct channel *channel)
{
    static const struct {
        const char *name;
        enum epoch_column column;
    } known[] = {{"motion", EPOCH_COUNTS},
                 {"activity", EPOCH_COUNTS},
                 {"light", EPOCH_LIGHT},
                 {"temperature", EPOCH_TEMPERATURE_C}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcasecmp(channel->name, known[i].name) == 0) {
            return known[i].column;
        }
    }
    return EPOCH_COLUMN_COUNT;
}

/* What the channels are; the first of each kind is kept. */
static enum yk_status choose_channels(struct mtn *self, struct failure *why)
{
    bool has[EPOCH_COLUMN_COUNT + 1] = {false};
    self->main = CHANNELS;
    for (size_t i = 0; i < self->n_channels; i++) {
        struct channel *channel = &self->channel[i];
        enum epoch_column column = column_of(channel);
        channel->column = has[column] ? EPOCH_COLUMN_COUNT : column;
        has[column] = true;
        self->main = channel->column == EPOCH_COUNTS ? i : self->main;
    }
    if (self->main == CHANNELS) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "a MotionWatch file without a channel 'motion'%s",
                           self->is_cut ? ": it is cut off" : "");
    }
    if (self->channel[self->main].epoch_s == 0) {
        return failure_set(why, YK_ERR_CORRUPT, "the channel 'motion' has no epoch length");
    }
    return YK_OK;
}

static enum yk_status read_text(struct mtn *self, struct failure *why)
{
    if (self->bytes->size > SIZE_MAX_BYTES) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s has %" PRIu64 " bytes, no .mtn is so large", self->bytes->name,
                           self->bytes->size);
    }
    self->text_n = (size_t)self->bytes->size;
    return byte_source_read_all(self->bytes, &self->text, why);
}

static enum yk_status fill_info(struct mtn *self, const struct open_options *opt,
                                struct failure *why)
{
    struct recording_info *info = &self->base.info;
    struct timestamp start;
    if (!timestamp_parse(self->start, NULL, &start)) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "=StartTime is '%.*s', no date and time like 2018-05-23 17:30:00",
                           utf8_shown(self->start, 40), self->start);
    }
    info->start_ns = info->end_ns = wall_clock_instant(&self->clock, opt, &start, info);
    set(info->format, sizeof info->format, "mtn");
    info->epoch_s = self->channel[self->main].epoch_s;
    info->count_kind = COUNT_KIND_MOTIONWATCH;
    if (strcmp(info->person_id, self->user_name) == 0 || strchr(info->person_id, ' ') != NULL) {
        info->person_id[0] = '\0';
    }
    for (size_t i = 0; i < self->n_channels; i++) {
        if (self->channel[i].column != EPOCH_COLUMN_COUNT) {
            opening_add_channel(info, self->channel[i].column);
        }
    }
    return YK_OK;
}

static void note(struct mtn *self, const char *what, const char *name)
{
    char detail[64];
    snprintf(detail, sizeof detail, "%.*s%.*s", utf8_shown(what, 36), what,
             utf8_shown(name, 24), name);
    read_report_add(&self->base.report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1,
                    detail);
}

static enum yk_status mtn_rewind(struct recording_source *base, struct failure *why)
{
    (void)why;
    struct mtn *self = (struct mtn *)base;
    opening_report(base, self->bytes, &self->clock);
    for (size_t i = 0; i < self->n_channels; i++) {
        const struct channel *channel = &self->channel[i];
        self->reading[i] = (struct reading){.at = channel->data};
        self->held[i] = NAN;
        if (channel->column == EPOCH_COLUMN_COUNT) {
            note(self, "left out: channel ", channel->name);
        } else if (channel->has_offset) {
            note(self, "not used: the offset of channel ", channel->name);
        }
    }
    if (self->is_cut) {
        note(self, "the file is cut off", "");
        base->report.damage = "the file is cut off";
    }
    self->done = 0;
    self->is_at_end = false;
    return YK_OK;
}

/* ---- values ---- */

/* The next number of a channel's list; NaN, counted, for what is none. false: the end. */
static bool next_value(struct mtn *self, size_t i, float *out)
{
    const struct channel *channel = &self->channel[i];
    struct reading *reading = &self->reading[i];
    const char *at = reading->at;
    while (at < channel->end && strchr(" \t\r\n", *at) != NULL && *at != '\0') {
        at++;
    }
    if (at >= channel->end) {
        reading->at = at;
        return false;
    }
    const char *comma = memchr(at, ',', (size_t)(channel->end - at));
    size_t n = (size_t)((comma != NULL ? comma : channel->end) - at);
    double value = 0;
    bool is_amount = channel->column != EPOCH_TEMPERATURE_C;
    if (text_parse_double(at, n, &value) && fabs(value) < 1e30 && (value >= 0 || !is_amount)) {
        *out = (float)value;
    } else {
        char detail[64];
        snprintf(detail, sizeof detail, "%.12s, value %" PRIu64 ": '%.*s' is no number",
                 channel->name, reading->number + 1, (int)(n < 16 ? n : 16), at);
        self->base.report.bad_blocks++;
        read_report_add(&self->base.report, READ_EVENT_BAD_BLOCK, TIME_UNKNOWN, TIME_UNKNOWN,
                        (int64_t)reading->number + 1, detail);
        *out = NAN;
    }
    reading->number++;
    reading->at = at + n + (comma != NULL ? 1 : 0);
    return true;
}

/* The value of another channel at the epoch that is being made: held while its epochs are
 * longer, the mean of those that begin in the epoch while they are shorter. */
static float value_beside(struct mtn *self, size_t i)
{
    int64_t epoch_s = self->base.info.epoch_s, own_s = self->channel[i].epoch_s;
    own_s = own_s > 0 ? own_s : epoch_s;
    int64_t from_s = (int64_t)self->done * epoch_s, to_s = from_s + epoch_s;
    double sum = 0;
    size_t n = 0;
    float value = NAN;
    while ((int64_t)self->reading[i].number * own_s < to_s && next_value(self, i, &value)) {
        self->held[i] = value;
        sum += isnan(value) ? 0 : (double)value;
        n += isnan(value) ? 0 : 1;
    }
    if ((int64_t)self->reading[i].number * own_s <= from_s) {
        return NAN; /* the channel has ended */
    }
    return n > 1 ? (float)(sum / (double)n) : self->held[i];
}

static void put_epoch(struct mtn *self, float counts, struct epoch_series *to)
{
    size_t k = to->n - 1;
    to->column[EPOCH_COUNTS][k] = counts;
    if (isnan(counts)) {
        to->state[k] |= STATE_UNKNOWN;
    }
    for (size_t i = 0; i < self->n_channels; i++) {
        enum epoch_column column = self->channel[i].column;
        if (i != self->main && column != EPOCH_COLUMN_COUNT) {
            float value = value_beside(self, i);
            to->column[column][k] = value;
            summary_range_add(column == EPOCH_LIGHT ? &self->base.report.light
                                                    : &self->base.report.temperature_c,
                              (double)value);
        }
    }
    self->base.report.blocks++;
    self->done++;
}

static enum yk_status mtn_next_epochs(struct recording_source *base, struct epoch_series *to,
                                      struct failure *why)
{
    struct mtn *self = (struct mtn *)base;
    size_t first = to->n;
    if (job_is_cancelled(self->job)) {
        return failure_set(why, YK_ERR_CANCELLED, "mtn: cancelled");
    }
    if (to->n == 0) {
        to->t0_ns = base->info.start_ns;
        to->epoch_s = base->info.epoch_s;
    }
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < self->n_channels && status == YK_OK; i++) {
        if (self->channel[i].column != EPOCH_COLUMN_COUNT) {
            status = epoch_series_need(to, self->channel[i].column, why);
        }
    }
    float counts = NAN;
    while (status == YK_OK && to->n - first < EPOCHS_PER_CALL) {
        int64_t start_ns = to->t0_ns + (int64_t)self->done * to->epoch_s * NS_PER_S;
        self->is_at_end =
            start_ns >= TIMESTAMP_END_NS || !next_value(self, self->main, &counts);
        if (self->is_at_end) {
            break;
        }
        status = epoch_series_resize(to, to->n + 1, why);
        if (status == YK_OK) {
            put_epoch(self, counts, to);
        }
    }
    base->info.end_ns =
        base->info.start_ns + (int64_t)self->done * base->info.epoch_s * NS_PER_S;
    return status == YK_OK && self->is_at_end && to->n == first ? YK_END : status;
}

static void mtn_close(struct recording_source *base)
{
    struct mtn *self = (struct mtn *)base;
    byte_source_close(self->bytes);
    read_report_release(&base->report);
    mem_free(self->text);
    mem_free(self);
}

static const struct recording_source_ops mtn_ops = {
    .next_epochs = mtn_next_epochs,
    .rewind = mtn_rewind,
    .close = mtn_close,
};

static enum yk_status mtn_open(struct byte_source *bytes, const struct open_options *opt,
                               struct recording_source **out, struct failure *why)
{
    struct mtn *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "mtn: no memory");
    }
    self->base.ops = &mtn_ops;
    self->bytes = bytes;
    self->job = opt->job;
    recording_info_init(&self->base.info);
    read_report_init(&self->base.report);
    enum yk_status status = read_text(self, why);
    if (status == YK_OK) {
        read_xml(self);
        status = choose_channels(self, why);
    }
    if (status == YK_OK) {
        status = fill_info(self, opt, why);
    }
    if (status == YK_OK) {
        status = mtn_rewind(&self->base, why);
    }
    if (status != YK_OK) {
        self->bytes = NULL; /* stays the caller's */
        mtn_close(&self->base);
        return status;
    }
    *out = &self->base;
    return YK_OK;
}

static int mtn_probe(struct byte_source *bytes)
{
    char head[512];
    size_t n = 0;
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK) {
        return 0;
    }
    return memmem(head, n, "<motionfile", 11) != NULL ? 100 : 0;
}

static const char *const suffixes[] = {"mtn", NULL};
const struct format format_mtn = {
    .id = "mtn",
    .name = "MotionWatch (.mtn)",
    .maker = "CamNtech",
    .suffix = suffixes,
    .probe = mtn_probe,
    .open = mtn_open,
};
