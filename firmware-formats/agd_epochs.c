/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings and rows of an ActiLife database to a recording and its epochs, see agd_epochs.h and
 * docs/formats/agd.md. Nothing here knows where they come from.
 */
#include "firmware-formats/agd_epochs.h"
#include "firmware-formats/epoch_step.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"

#define GAP_MAX_S (INT64_C(31) * 86400) /* a longer jump is taken for a wrong time */
#define EPOCH_MOST_S 3600
#define FAR_NS (24 * NS_PER_H)

/* ---- settings ---- */

static void take_ticks(const char *value, int64_t *out)
{
    int64_t ticks = 0;
    if (text_parse_int64(value, strlen(value), &ticks)) {
        (void)actigraph_ticks(ticks, out);
    }
}

static void put_text(char *to, size_t room, const char *from)
{
    size_t n = 0;
    for (; from[n] != '\0' && n + 1 < room; n++) {
        unsigned char c = (unsigned char)from[n];
        to[n] = c >= ' ' && c < 0x7F ? from[n] : '?';
    }
    to[n] = '\0';
}

void agd_settings_init(struct agd_epochs *self)
{
    actigraph_header_init(&self->header);
    self->epochs_declared = -1;
}

void agd_take_setting(struct agd_epochs *self, const char *name, const char *value)
{
    struct actigraph_header *h = &self->header;
    const struct {
        const char *name;
        char *to;
        size_t room;
    } texts[] = {{"deviceserial", h->serial, sizeof h->serial},
                 {"devicename", h->device, sizeof h->device},
                 {"deviceversion", h->firmware, sizeof h->firmware},
                 {"subjectname", h->subject, sizeof h->subject},
                 {"limb", h->limb, sizeof h->limb},
                 {"side", h->side, sizeof h->side},
                 {"filter", self->filter, sizeof self->filter},
                 {"finished", self->finished, sizeof self->finished}};
    const struct {
        const char *name;
        int64_t *to;
    } times[] = {{"startdatetime", &h->start_s},
                 {"stopdatetime", &h->stop_s},
                 {"downloaddatetime", &h->download_s}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcasecmp(name, texts[i].name) == 0) {
            put_text(texts[i].to, texts[i].room, value);
        }
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (strcasecmp(name, times[i].name) == 0) {
            take_ticks(value, times[i].to);
        }
    }
    int64_t number = 0;
    bool is_number = text_parse_int64(value, strlen(value), &number);
    if (strcasecmp(name, "epochlength") == 0 && is_number && number >= 1 &&
        number <= EPOCH_MOST_S) {
        self->declared_s = number;
    }
    if (strcasecmp(name, "epochcount") == 0 && is_number && number >= 0) {
        self->epochs_declared = number;
    }
    double volts = 0;
    if (strcasecmp(name, "batteryvoltage") == 0 &&
        text_parse_double(value, strlen(value), &volts) && volts > 0 && volts < 10) {
        h->battery_v = volts;
    }
}

enum yk_status agd_choose_epoch(struct agd_epochs *self, const int64_t *row_ns, size_t n,
                                struct failure *why)
{
    const int32_t usual = epoch_step_usual_s(row_ns, n),
                  agreed = epoch_step_agreed_s(row_ns, n);
    /* Rows are in order: a time that was damaged to an early one comes first. */
    bool is_lone = n > 2 && row_ns[1] - row_ns[0] > FAR_NS && row_ns[2] - row_ns[1] <= FAR_NS;
    self->start_s = n > 0 ? row_ns[is_lone ? 1 : 0] / NS_PER_S : TIME_UNKNOWN;
    bool is_overruled = agreed > 0 && agreed <= EPOCH_MOST_S;
    self->epoch_s = self->declared_s == 0 ? usual : is_overruled ? agreed : self->declared_s;
    if (self->epoch_s == 0 || self->epoch_s > EPOCH_MOST_S) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s: neither a setting nor the rows tell the epoch length",
                           self->bytes->name);
    }
    return YK_OK;
}

/* ---- what the report says ---- */

static void note(struct agd_epochs *self, const char *text)
{
    read_report_add(&self->base.report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1, text);
}

void agd_bad_row(struct agd_epochs *self, const char *what)
{
    self->base.report.bad_blocks++;
    read_report_add(&self->base.report, READ_EVENT_BAD_BLOCK, TIME_UNKNOWN, TIME_UNKNOWN,
                    (int64_t)self->n_rows, what);
}

void agd_say_opening(struct agd_epochs *self)
{
    char detail[64];
    if (self->damage[0] != '\0') {
        self->base.report.bad_blocks++;
        read_report_add(&self->base.report, READ_EVENT_BAD_BLOCK, TIME_UNKNOWN, TIME_UNKNOWN,
                        -1, self->damage);
    }
    if (strcasecmp(self->filter, "LowFrequencyExtension") == 0) {
        note(self, "counts made with the low-frequency extension");
    }
    if (strcasecmp(self->finished, "false") == 0) {
        note(self, "ActiLife had not finished this file");
    }
    if (self->declared_s == 0) {
        snprintf(detail, sizeof detail, "epoch of %d s taken from the rows",
                 (int)self->epoch_s);
        note(self, detail);
    } else if (self->declared_s != self->epoch_s) {
        snprintf(detail, sizeof detail, "epochs of %d s as the rows have it; the header: %d",
                 (int)self->epoch_s, (int)self->declared_s);
        note(self, detail);
    }
    summary_range_add(&self->base.report.battery_v, self->header.battery_v);
}

void agd_say_end(struct agd_epochs *self)
{
    char detail[64];
    if (self->epochs_declared >= 0 && (uint64_t)self->epochs_declared != self->n_rows) {
        snprintf(detail, sizeof detail, "%" PRIu64 " rows, epochcount says %d", self->n_rows,
                 (int)(self->epochs_declared < INT32_MAX ? self->epochs_declared : INT32_MAX));
        note(self, detail);
    }
}

/* ---- rows to epochs ---- */

static enum yk_status fill_gap(struct agd_epochs *self, int64_t n, struct epoch_series *to,
                               struct failure *why)
{
    struct read_report *report = &self->base.report;
    size_t first = to->n;
    enum yk_status status = epoch_series_resize(to, to->n + (size_t)n, why);
    if (status != YK_OK) {
        return status;
    }
    for (size_t k = first; k < to->n; k++) {
        to->state[k] = STATE_UNKNOWN;
    }
    int64_t epoch_ns = self->epoch_s * NS_PER_S;
    int64_t start = self->base.info.start_ns + self->next * epoch_ns;
    report->gaps++;
    report->gap_s += (double)n * (double)self->epoch_s;
    read_report_add(report, READ_EVENT_GAP, start, start + n * epoch_ns, (int64_t)self->n_rows,
                    "rows are missing");
    self->gap_epochs += n;
    self->next += n;
    return YK_OK;
}

static void put_row(struct agd_epochs *self, const double *cell, struct epoch_series *to,
                    size_t k)
{
    bool is_known = false;
    for (size_t i = 0; i < self->n_columns; i++) {
        if (isnan(cell[i])) {
            continue;
        }
        if (!(cell[i] >= 0 && cell[i] < 1e9)) {
            agd_bad_row(self, "a value that is no count");
            continue;
        }
        to->column[self->column[i]][k] = (float)cell[i];
        is_known = true;
        if (self->column[i] == EPOCH_LIGHT) {
            summary_range_add(&self->base.report.light, cell[i]);
        }
    }
    if (!is_known) {
        to->state[k] |= STATE_UNKNOWN;
    }
}

/* Index of a time on the grid; false, and counted, when it has no place there. */
static bool row_index(struct agd_epochs *self, bool has_time, int64_t ticks, int64_t *index)
{
    int64_t s = 0;
    if (!has_time || !actigraph_ticks(ticks, &s)) {
        agd_bad_row(self, "a row without a time");
        return false;
    }
    int64_t ahead = s - self->start_s;
    *index = floor_div(2 * ahead + self->epoch_s, 2 * self->epoch_s);
    if (*index < self->next) {
        bool is_same = *index == self->next - 1;
        agd_bad_row(self, is_same ? "the same epoch again" : "a row before its time");
        return false;
    }
    int64_t gap = *index - self->next, most = GAP_MAX_S / self->epoch_s;
    if (gap > most || self->gap_epochs + gap > most + 16 * (int64_t)self->n_rows) {
        agd_bad_row(self, "time jumps ahead too far");
        return false;
    }
    return true;
}

enum yk_status agd_take_row(struct agd_epochs *self, bool has_time, int64_t ticks,
                            const double *cell, struct epoch_series *to, struct failure *why)
{
    int64_t index = 0;
    self->n_rows++;
    self->base.report.blocks++;
    if (self->n_rows > self->bytes->size) { /* a row takes more than a byte */
        return failure_set(why, YK_ERR_CORRUPT, "%s: the database leads in circles",
                           self->bytes->name);
    }
    if (!row_index(self, has_time, ticks, &index)) {
        return YK_OK;
    }
    enum yk_status status =
        index > self->next ? fill_gap(self, index - self->next, to, why) : YK_OK;
    if (status == YK_OK) {
        status = epoch_series_resize(to, to->n + 1, why);
    }
    if (status == YK_OK) {
        put_row(self, cell, to, to->n - 1);
        self->next++;
    }
    return status;
}

enum yk_status agd_need_columns(struct agd_epochs *self, struct epoch_series *to,
                                struct failure *why)
{
    if (to->n == 0) {
        to->t0_ns = self->base.info.start_ns;
        to->epoch_s = (int32_t)self->epoch_s;
    }
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < self->n_columns && status == YK_OK; i++) {
        status = epoch_series_need(to, self->column[i], why);
    }
    return status;
}

void agd_tell(struct agd_epochs *self, const struct open_options *opt)
{
    struct recording_info *info = &self->base.info;
    int64_t wall_s = self->start_s != TIME_UNKNOWN          ? self->start_s
                     : self->header.start_s != TIME_UNKNOWN ? self->header.start_s
                                                            : 0;
    self->wall_minus_utc_ns =
        actigraph_set_zone(&self->clock, opt, wall_s, false, 0, false, info);
    actigraph_header_tell(&self->header, self->wall_minus_utc_ns, info);
    info->count_kind = COUNT_KIND_ACTIGRAPH;
    info->epoch_s = (int32_t)self->epoch_s;
    if (self->start_s != TIME_UNKNOWN) {
        info->start_ns = self->start_s * NS_PER_S - self->wall_minus_utc_ns;
    }
    for (size_t i = 0; i < self->n_columns; i++) {
        opening_add_channel(info, self->column[i]);
    }
}
