/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads a recording whole and keeps what describes it. Samples and epochs pass by; nothing
 * grows with the length of a sample file.
 */
#include "src/cli/inspect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "src/base/fill.h"
#include "src/base/translate.h"

void inspection_init(struct inspection *self, const char *file)
{
    *self = (struct inspection){.file = file, .n_epochs = -1, .counts_sum = NAN};
    recording_info_init(&self->info);
    read_report_init(&self->report);
    text_init(&self->guess);
}

void inspection_release(struct inspection *self)
{
    if (self != NULL) {
        read_report_release(&self->report);
        text_release(&self->guess);
        zone_close(self->zone);
        self->zone = NULL;
    }
}

static void add_column(const struct epoch_series *epochs, enum epoch_column column,
                       struct summary_range *range)
{
    const float *values = epochs->column[column];
    if (values == NULL || !isnan(range->first)) {
        return;
    }
    for (size_t i = 0; i < epochs->n; i++) {
        summary_range_add(range, (double)values[i]);
    }
}

static void sum_epochs(struct inspection *self, const struct epoch_series *epochs)
{
    static const enum epoch_column main_axis[] = {EPOCH_COUNTS, EPOCH_COUNTS_Y};
    self->n_epochs = (int64_t)epochs->n;
    for (size_t c = 0; c < 2 && isnan(self->counts_sum); c++) {
        const float *counts = epochs->column[main_axis[c]];
        for (size_t i = 0; counts != NULL && i < epochs->n; i++) {
            if (!isnan(counts[i])) {
                self->counts_sum =
                    (isnan(self->counts_sum) ? 0 : self->counts_sum) + (double)counts[i];
            }
        }
    }
    add_column(epochs, EPOCH_LIGHT, &self->report.light);
    add_column(epochs, EPOCH_TEMPERATURE_C, &self->report.temperature_c);
    add_column(epochs, EPOCH_BATTERY_V, &self->report.battery_v);
    if (epochs->n > 0) {
        self->info.start_ns = epochs->t0_ns;
        self->info.end_ns = epoch_start_ns(epochs, epochs->n);
        self->info.epoch_s = epochs->epoch_s;
    }
}

static enum yk_status read_samples(struct recording_source *source, struct job *job,
                                   struct failure *why)
{
    struct sample_block block;
    enum yk_status status = sample_block_init(&block, false, why);
    uint64_t n = 0, total = source->info.n_samples > 0 ? (uint64_t)source->info.n_samples : 0;
    while (status == YK_OK) {
        status = source->ops->next_samples(source, &block, why);
        n += status == YK_OK ? block.n : 0;
        if (status == YK_OK && job_is_cancelled(job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "cancelled while reading");
        }
        job_progress(job, "reading", n, total, "samples");
    }
    sample_block_release(&block);
    return status == YK_END ? YK_OK : status;
}

static enum yk_status read_epochs(struct inspection *self, struct recording_source *source,
                                  struct job *job, struct failure *why)
{
    struct epoch_series epochs;
    epoch_series_init(&epochs);
    enum yk_status status = YK_OK;
    while (status == YK_OK) {
        status = source->ops->next_epochs(source, &epochs, why);
        if (status == YK_OK && job_is_cancelled(job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "cancelled while reading");
        }
    }
    if (status == YK_END) {
        self->info = source->info;
        self->report = source->report;
        sum_epochs(self, &epochs);
        status = YK_OK;
    }
    epoch_series_release(&epochs);
    return status;
}

static enum yk_status read_source(struct inspection *self, struct recording_source *source,
                                  struct job *job, struct failure *why)
{
    enum yk_status status;
    if (source->ops->next_epochs != NULL) {
        status = read_epochs(self, source, job, why);
    } else {
        status = read_samples(source, job, why);
        self->info = source->info;
        self->report = source->report;
    }
    /* The report's list of events moves over to us. */
    if (self->report.events == source->report.events) {
        source->report.events = NULL;
        source->report.n_events = source->report.events_capacity = 0;
    }
    return status;
}

static enum yk_status read_file(struct inspection *self, const char *zone_name, int session,
                                struct job *job, struct failure *why)
{
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct zone *zone = NULL;
    enum yk_status status = zone_open_or_system(zone_name, &zone, why);
    if (status == YK_OK) {
        status = recording_bytes_open(self->file, &bytes, why);
    }
    if (status == YK_OK) {
        status = digest_of_source(bytes, job, self->sha256, why);
    }
    if (status == YK_OK) {
        struct open_options open = {.zone = zone,
                                    .file_zone_wins = zone_name == NULL,
                                    .zone_is_guess = zone_name == NULL,
                                    .session = session,
                                    .job = job,
                                    .columns = self->columns,
                                    .guess = &self->guess};
        status = recording_open_source(bytes, &open, &source, why);
        bytes = status == YK_OK ? NULL : bytes; /* taken on success */
        status = status == YK_OK ? recording_check_columns(source, &open, why) : status;
    }
    if (status == YK_OK) {
        status = read_source(self, source, job, why);
    }
    if (status == YK_OK && self->info.zone[0] != '\0') {
        status = zone_open(self->info.zone, &self->zone, why);
    }
    recording_source_close(source);
    byte_source_close(bytes);
    zone_close(zone);
    return status;
}

enum yk_status inspection_read(struct inspection *self, const char *zone_name, int session,
                               struct job *job, struct failure *why)
{
    enum yk_status status = read_file(self, zone_name, session, job, &self->failure);
    self->failure.code = status;
    if (status != YK_OK && why != NULL) {
        *why = self->failure;
    }
    return status;
}

/* ---- what a person should know ---- */

struct finding {
    bool is_there;
    uint64_t n;
    const char *ja, *en; /* {0} is the number */
};

static void list_findings(const struct inspection *self, struct finding out[static 16])
{
    const struct read_report *r = &self->report;
    const struct recording_info *i = &self->info;
    bool is_empty = self->n_epochs == 0 || (self->n_epochs < 0 && r->n_samples == 0);
    const struct finding all[] = {
        {i->zone_is_guess, 0,
         "時間帯の指定がないため、この計算機の時間帯を使いました(--zone で指定できます)",
         "no time zone was named: this computer's was used (--zone names one)"},
        {is_empty, 0, "記録は空です", "the recording is empty"},
        {i->clock_is_in_doubt, 0, "記録計の時計が途中で変わったか、合わせられていません",
         "the recorder's clock was changed while recording, or never set"},
        {r->sessions > 1, r->sessions, "{0} 個のセッションが入っています",
         "the file holds {0} sessions"},
        {r->bad_blocks > 0, r->bad_blocks, "壊れたブロックが {0} 個あり、読み飛ばしました",
         "{0} damaged {0:block was:blocks were} skipped"},
        {r->gaps > 0, r->gaps, "記録の途切れが {0} 回あります",
         "recording is interrupted {0} {0:time:times}"},
        {r->restarts > 0, r->restarts, "記録が {0} 回、止まって再開しています",
         "logging stopped and began again {0} {0:time:times}"},
        {r->clock_jumps > 0, r->clock_jumps, "時刻が {0} 回とんでいます",
         "time jumps {0} {0:time:times}"},
        {r->overflows > 0, r->overflows, "記録計が標本を取りこぼした箇所が {0} あります",
         "the recorder lost samples in {0} {0:place:places}"},
        {r->repaired_samples > 0, r->repaired_samples,
         "加速度と角速度が入れ替わった標本 {0} 個を直しました",
         "{0} {0:sample:samples} with exchanged accelerometer and gyroscope {0:was:were} put "
         "right"},
        {r->clipped_samples > 0, r->clipped_samples,
         "測定範囲を振り切れた標本が {0} 個あります",
         "{0} {0:sample is:samples are} at the end of the range"},
        {r->trailing_bytes > 0, r->trailing_bytes, "末尾の {0} バイトは読めません",
         "{0} {0:byte:bytes} at the end {0:is:are} not a whole block"},
    };
    memcpy(out, all, sizeof all);
    memset(out + sizeof all / sizeof *all, 0, (16 - sizeof all / sizeof *all) * sizeof *all);
}

bool inspection_warning(const struct inspection *self, size_t i, bool in_japanese,
                        struct text *out)
{
    struct finding found[16];
    list_findings(self, found);
    for (size_t k = 0; k < 16; k++) {
        if (!found[k].is_there || i-- > 0) {
            continue;
        }
        const char *sentence = in_japanese ? found[k].ja : found[k].en;
        char number[24];
        snprintf(number, sizeof number, "%llu", (unsigned long long)found[k].n);
        text_fill(out, sentence, number);
        return true;
    }
    for (size_t k = 0; k < self->report.n_events; k++) {
        if (self->report.events[k].kind == READ_EVENT_NOTE && i-- == 0) {
            text_add_translated(out, in_japanese ? LANGUAGE_JA : LANGUAGE_EN,
                                self->report.events[k].detail);
            return true;
        }
    }
    return false;
}

/* ---- JSON ---- */

static void json_triple(struct json_out *out, const char *key, const double v[static 3],
                        double divide_by)
{
    if (isnan(v[0] / divide_by)) {
        json_out_null(out, key);
        return;
    }
    json_out_array(out, key);
    for (int a = 0; a < 3; a++) {
        json_out_number(out, NULL, v[a] / divide_by);
    }
    json_out_end(out);
}

static void json_range(struct json_out *out, const char *key, const struct summary_range *range)
{
    if (isnan(range->first)) {
        json_out_null(out, key);
        return;
    }
    json_out_object(out, key);
    json_out_number(out, "first", range->first);
    json_out_number(out, "last", range->last);
    json_out_number(out, "min", range->min);
    json_out_number(out, "max", range->max);
    json_out_end(out);
}

static void json_device(const struct inspection *self, struct json_out *out)
{
    const struct recording_info *info = &self->info;
    json_out_text(out, "file", self->file);
    json_out_known_text(out, "format", info->format);
    json_out_known_text(out, "device_model", info->device_model);
    json_out_known_text(out, "device_serial", info->device_serial);
    json_out_known_text(out, "firmware", info->firmware);
    json_out_known_text(out, "session_id", info->session_id);
    json_out_known_text(out, "person_id", info->person_id);
    json_out_known_text(out, "body_site", info->body_site);
    json_out_known_text(out, "sensor_axes", info->sensor_axes);
    json_out_number(out, "rate_hz", info->rate_hz);
    json_out_rounded(out, "observed_rate_hz", self->report.observed_rate_hz, 6);
    json_out_number(out, "range_g", info->range_g);
    json_out_number(out, "gyro_range_dps", info->gyro_range_dps);
}

static void json_times(const struct inspection *self, bool is_read, struct json_out *out)
{
    const struct recording_info *info = &self->info;
    bool is_samples = is_read && self->n_epochs < 0;
    json_out_known_integer(out, "samples", self->report.n_samples,
                           is_samples && self->report.n_samples >= 0);
    json_out_time(out, "start", self->zone, self->zone != NULL ? info->start_ns : TIME_UNKNOWN,
                  3);
    json_out_time(out, "end", self->zone, self->zone != NULL ? info->end_ns : TIME_UNKNOWN, 3);
    const struct {
        const char *key;
        int64_t ns;
    } times[] = {{"start_ns", info->start_ns},
                 {"end_ns", info->end_ns},
                 {"configured_start_ns", info->configured_start_ns},
                 {"configured_stop_ns", info->configured_stop_ns}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        json_out_known_integer(out, times[i].key, times[i].ns, times[i].ns != TIME_UNKNOWN);
    }
    json_out_known_text(out, "zone", info->zone);
}

static void json_report(const struct inspection *self, bool is_read, struct json_out *out)
{
    const struct read_report *r = &self->report;
    const struct {
        const char *key;
        uint64_t n;
    } counts[] = {{"blocks", r->blocks},
                  {"gaps", r->gaps},
                  {"bad_blocks", r->bad_blocks},
                  {"skipped_bytes", r->skipped_bytes},
                  {"clock_jumps", r->clock_jumps},
                  {"restarts", r->restarts},
                  {"sessions", r->sessions},
                  {"buttons", r->buttons},
                  {"overflows", r->overflows},
                  {"clipped_samples", r->clipped_samples},
                  {"repaired_samples", r->repaired_samples}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_out_known_integer(out, counts[i].key, (int64_t)counts[i].n, is_read);
    }
    json_out_rounded(out, "gap_s", is_read ? r->gap_s : NAN, 3);
}

static void json_values(const struct inspection *self, bool is_read, struct json_out *out)
{
    const struct read_report *r = &self->report;
    bool is_epochs = self->n_epochs >= 0;
    json_triple(out, "first_sample_g", r->first_sample_g, 1);
    json_triple(out, "last_sample_g", r->last_sample_g, 1);
    json_triple(out, "mean_g", r->sum_g,
                is_read && !is_epochs && r->n_samples > 0 ? (double)r->n_samples : NAN);
    json_range(out, "temperature_c", &r->temperature_c);
    json_range(out, "light", &r->light);
    json_range(out, "battery_v", &r->battery_v);
    json_out_known_integer(out, "epochs", self->n_epochs, is_epochs && self->n_epochs >= 0);
    json_out_known_integer(out, "epoch_s", self->info.epoch_s,
                           is_epochs && self->info.epoch_s > 0);
    json_out_known_text(out, "channels", self->info.channels);
    json_out_number(out, "counts_sum", self->counts_sum);
    json_out_known_text(out, "count_kind",
                        isnan(self->counts_sum) ? "" : count_kind_name(self->info.count_kind));
}

void inspection_to_json(const struct inspection *self, struct json_out *out, const char *key)
{
    bool is_read = self->failure.code == YK_OK;
    json_out_object(out, key);
    json_device(self, out);
    json_times(self, is_read, out);
    json_report(self, is_read, out);
    json_values(self, is_read, out);
    struct text sentence;
    text_init(&sentence);
    json_out_array(out, "warnings");
    for (size_t i = 0; is_read && inspection_warning(self, i, false, &sentence); i++) {
        json_out_text(out, NULL, text_string(&sentence));
        text_clear(&sentence);
    }
    json_out_end(out);
    text_release(&sentence);
    json_out_known_text(out, "sha256", self->sha256);
    json_out_known_text(out, "error", is_read ? "" : status_word(self->failure.code));
    json_out_known_text(out, "reason", is_read ? "" : self->failure.text);
    json_out_end(out);
}
