/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph tables of samples, see actigraph_samples.h and docs/formats/actigraph-csv.md:
 * opening them. Reading is in actigraph_samples_read.c.
 *
 * Row i lies at the header's start + i / rate, unless the rows carry times: then these count.
 * Left out: magnetometer and other columns.
 */
#include "firmware-formats/actigraph_samples_reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define BUFFER ((size_t)256 << 10)
#define HEADER_BUFFER ((size_t)32 << 10)
#define PEEK_ROWS 5000

static void note(struct samples *self, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void note(struct samples *self, const char *fmt, ...)
{
    va_list args;
    if (self->n_notes < sizeof self->note / sizeof self->note[0]) {
        va_start(args, fmt);
        vsnprintf(self->note[self->n_notes++], sizeof self->note[0], fmt, args);
        va_end(args);
    }
}

/* ---- opening ---- */

enum yk_status actigraph_samples_header(struct byte_source *bytes,
                                        struct actigraph_csv_header *header, uint64_t *table_at,
                                        struct failure *why)
{
    struct byte_window window;
    uint64_t pos = 0;
    enum yk_status status = byte_window_init(&window, bytes, HEADER_BUFFER, why);
    if (status != YK_OK) {
        return status;
    }
    actigraph_csv_header_init(header);
    while (!header->is_over) {
        const char *line = NULL;
        size_t n = 0;
        status = actigraph_line(&window, pos, &line, &n, &pos, why);
        if (status != YK_OK || line == NULL) {
            break;
        }
        actigraph_csv_header_line(header, line, n);
    }
    byte_window_release(&window);
    *table_at = pos;
    if (status == YK_OK && !header->is_over) {
        status = failure_set(why, YK_ERR_TOO_LITTLE, "%s ends inside its header", bytes->name);
    }
    return status;
}

/* Columns, and the order of the dates in the rows. */
static enum yk_status look_at_rows(struct samples *self,
                                   const struct actigraph_csv_header *header,
                                   struct failure *why)
{
    const char *line = NULL;
    size_t n = 0;
    uint64_t next = self->table_at;
    struct date_evidence seen;
    enum yk_status status = YK_OK;
    for (n = 0; n == 0 && status == YK_OK;) { /* the first line that is not blank */
        self->table_at = next;
        status = actigraph_line(&self->window, self->table_at, &line, &n, &next, why);
        if (status == YK_OK && line == NULL) {
            return failure_set(why, YK_ERR_TOO_LITTLE, "%s: an ActiGraph header without rows",
                               self->bytes->name);
        }
    }
    if (status != YK_OK) {
        return status;
    }
    self->columns.separator = actigraph_separator(line, n);
    self->columns.order = actigraph_csv_order(header);
    bool has_names = actigraph_csv_is_names(line, n);
    if (!actigraph_columns_find(&self->columns, has_names ? line : NULL, n)) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s: the table has no three axes of acceleration",
                           self->bytes->name);
    }
    self->table_at = has_names ? next : self->table_at;
    self->has_times =
        self->columns.stamp >= 0 || (self->columns.date >= 0 && self->columns.time >= 0);
    if (!self->has_times) {
        self->columns.date = self->columns.time = -1;
    }
    date_evidence_init(&seen);
    uint64_t pos = self->table_at;
    char text[64] = "";
    for (int i = 0; self->has_times && i < PEEK_ROWS; i++) {
        status = actigraph_line(&self->window, pos, &line, &n, &pos, why);
        if (status != YK_OK || line == NULL) {
            break;
        }
        actigraph_row_date(&self->columns, line, n, text);
        date_evidence_add(&seen, text);
        if (date_evidence_order(&seen) != DATE_UNDECIDED) {
            self->columns.order = date_evidence_order(&seen);
            break;
        }
    }
    if (self->has_times && date_evidence_order(&seen) == DATE_UNDECIDED && text[0] != '\0') {
        char readings[DATE_READINGS_BYTES];
        date_evidence_readings(&seen, self->columns.order, readings);
        note(self, "as date format %.8s: %.40s", header->date_format, readings);
    }
    return status;
}

/* Reads the first rows, so that the first time and the decimals are known. */
static enum yk_status look_at_start(struct samples *self,
                                    const struct actigraph_csv_header *header,
                                    const struct open_options *opt, struct failure *why)
{
    struct recording_info *info = &self->base.info;
    struct civil_time stated;
    char doubt[64] = "";
    int64_t wall_ns = 0;
    bool is_known = false;
    self->read_pos = self->table_at;
    enum yk_status status = actigraph_samples_fill(self, ACTIGRAPH_ROWS, why);
    const size_t from = status == YK_OK && actigraph_samples_is_lone(self) ? 1 : 0;
    for (size_t i = from; status == YK_OK && self->has_times && i < self->n_rows && !is_known;
         i++) {
        wall_ns = actigraph_samples_row(self, i)->wall_ns;
        is_known = !actigraph_samples_row(self, i)->is_bad;
    }
    struct civil_date row_date = civil_time_of_utc_ns(wall_ns).date;
    bool has_stated = actigraph_csv_start(header, is_known ? &row_date : NULL, &stated, doubt);
    if (has_stated && doubt[0] != '\0') {
        note(self, "%.60s", doubt);
    }
    int64_t stated_ns = has_stated ? civil_time_as_utc_ns(stated) : 0;
    if (is_known && has_stated && llabs(wall_ns - stated_ns) >= NS_PER_S) {
        note(self, "rows begin %.0f s after the header's start: rows count",
             (double)(wall_ns - stated_ns) / (double)NS_PER_S);
    }
    if (!is_known && !has_stated) {
        return status != YK_OK ? status
                               : failure_set(why, YK_ERR_UNSUPPORTED,
                                             "%s: neither header nor rows say when it starts",
                                             self->bytes->name);
    }
    wall_ns = is_known ? wall_ns : stated_ns;
    self->wall_minus_utc_ns = actigraph_set_zone(
        &self->clock, opt, floor_div(wall_ns, NS_PER_S), false, 0, false, info);
    self->header_start_ns = wall_ns - self->wall_minus_utc_ns;
    info->start_ns = self->has_times ? actigraph_samples_snap(self, self->header_start_ns)
                                     : self->header_start_ns;
    info->steps_per_g = self->decimals <= 3 ? 1000 : NAN;
    return status;
}

static void tell(struct samples *self, const struct actigraph_csv_header *header)
{
    struct recording_info *info = &self->base.info;
    actigraph_header_tell(&header->about, self->wall_minus_utc_ns, info);
    info->rate_hz = self->rate;
    double scale = actigraph_scale(header->about.serial);
    info->range_g = scale == 341 ? 6 : scale == 256 ? 8 : NAN;
    self->clip_g = info->range_g > 0 ? info->range_g - 0.005 : INFINITY;
    self->battery_v = header->about.battery_v;
    bool has_gyro = self->columns.gyro[0] >= 0;
    snprintf(info->sensor_axes, sizeof info->sensor_axes, "%d", has_gyro ? 6 : 3);
    info->gyro_range_dps = has_gyro ? 2000 : NAN;
    info->count_kind = COUNT_KIND_ACTIGRAPH;
    info->n_samples = (int64_t)((self->bytes->size - self->table_at) / 18);
}

enum yk_status actigraph_samples_open(struct byte_source *bytes, const struct open_options *opt,
                                      const struct actigraph_csv_header *header,
                                      uint64_t table_at, struct recording_source **out,
                                      struct failure *why)
{
    if (header->about.rate_hz > ACTIGRAPH_RATE_MOST) {
        return failure_set(why, YK_ERR_UNSUPPORTED, "%s: %g Hz is more than any ActiGraph has",
                           bytes->name, header->about.rate_hz);
    }
    struct samples *self = mem_alloc(1, sizeof *self);
    struct actigraph_row *rows = self != NULL ? mem_alloc(ACTIGRAPH_ROWS, sizeof *rows) : NULL;
    if (rows == NULL) {
        mem_free(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    }
    self->base.ops = &actigraph_samples_ops;
    self->bytes = bytes;
    self->job = opt->job;
    self->row = rows;
    self->table_at = table_at;
    self->rate = (uint32_t)rint(header->about.rate_hz);
    recording_info_init(&self->base.info);
    read_report_init(&self->base.report);
    snprintf(self->base.info.format, sizeof self->base.info.format, "actigraph_csv");
    enum yk_status status = byte_window_init(&self->window, bytes, BUFFER, why);
    if (status == YK_OK) {
        status = look_at_rows(self, header, why);
    }
    if (status == YK_OK) {
        status = look_at_start(self, header, opt, why);
    }
    if (status == YK_OK) {
        tell(self, header);
        status = actigraph_samples_rewind(&self->base, why);
    }
    if (status != YK_OK) {
        actigraph_samples_close(&self->base);
        return status;
    }
    self->owns_bytes = true;
    *out = &self->base;
    return YK_OK;
}
