/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The quick look is taken from the analysis that is recorded, not from one of its own.
 */
#include "src/dock/quick_look.h"

#include <inttypes.h>
#include <math.h>

#define HALF_DAY_NS (12 * NS_PER_H)

void quick_look_init(struct quick_look *self)
{
    *self = (struct quick_look){.longest_gap_ns = TIME_UNKNOWN,
                                .nonwear_min = (double)NAN,
                                .clipped_pct = (double)NAN,
                                .battery_first_v = (double)NAN,
                                .battery_last_v = (double)NAN,
                                .battery_min_v = (double)NAN,
                                .start_ns = TIME_UNKNOWN,
                                .end_ns = TIME_UNKNOWN};
}

static void look_at_events(const struct read_report *report, struct quick_look *out)
{
    for (size_t i = 0; i < report->n_events; i++) {
        const struct read_event *event = &report->events[i];
        if ((event->kind != READ_EVENT_GAP && event->kind != READ_EVENT_RESTART) ||
            event->start_ns == TIME_UNKNOWN || event->end_ns == TIME_UNKNOWN) {
            continue;
        }
        double s = (double)(event->end_ns - event->start_ns) / 1e9;
        if (s > out->longest_gap_s) {
            out->longest_gap_s = s;
            out->longest_gap_ns = event->start_ns;
        }
    }
}

void quick_look_of(const struct analysis *analysis, const struct download_result *download,
                   int64_t plan_start_ns, int64_t plan_stop_ns, struct quick_look *out)
{
    const struct read_report *report = &analysis->report;
    quick_look_init(out);
    out->is_known = true;
    out->n_nights = analysis->n_nights;
    out->n_counted = analysis->n_nights_valid;
    for (size_t i = 0; i < analysis->n_nights; i++) {
        out->n_worn += (analysis->nights[i].exclude & (EXCLUDE_NONWEAR | EXCLUDE_NO_DATA)) == 0;
    }
    out->n_gaps = report->gaps;
    look_at_events(report, out);
    out->nonwear_min = 0;
    for (size_t i = 0; i < analysis->n_nonwear; i++) {
        if (!analysis->nonwear[i].is_stillness_only) {
            out->nonwear_min +=
                (double)(analysis->nonwear[i].end_ns - analysis->nonwear[i].start_ns) / 6e10;
        }
    }
    out->flat_axes = download->flat_axes;
    if (report->n_samples > 0) {
        out->clipped_pct = 100.0 * (double)report->clipped_samples / (double)report->n_samples;
    }
    out->battery_first_v = report->battery_v.first;
    out->battery_last_v = report->battery_v.last;
    out->battery_min_v = report->battery_v.min;
    out->start_ns = analysis->info.start_ns;
    out->end_ns = analysis->info.end_ns;
    out->is_clock_in_doubt = analysis->info.clock_is_in_doubt;
    out->began_late = plan_start_ns != TIME_UNKNOWN && out->start_ns != TIME_UNKNOWN &&
                      out->start_ns > plan_start_ns + HALF_DAY_NS;
    out->ended_early = plan_stop_ns != TIME_UNKNOWN && out->end_ns != TIME_UNKNOWN &&
                       out->end_ns < plan_stop_ns - HALF_DAY_NS;
}

static void add_sep(struct text *out, bool is_ja)
{
    text_add(out, is_ja ? "、" : ", ");
}

static void add_strange(const struct quick_look *self, bool is_ja, struct text *out)
{
    static const char *const axes[] = {"x", "y", "z"};
    for (int a = 0; a < 3; a++) {
        if ((self->flat_axes & (1u << a)) != 0) {
            add_sep(out, is_ja);
            text_addf(out, is_ja ? "%s軸が動いていません" : "axis %s did not move", axes[a]);
        }
    }
    if (self->clipped_pct >= 1) {
        add_sep(out, is_ja);
        text_add(out, is_ja ? "振り切れ " : "clipped ");
        text_add_double(out, self->clipped_pct, 1);
        text_add(out, " %");
    }
    if (self->is_clock_in_doubt) {
        add_sep(out, is_ja);
        text_add(out, is_ja ? "時計に疑いがあります" : "the clock is in doubt");
    }
    if (self->began_late) {
        add_sep(out, is_ja);
        text_add(out, is_ja ? "予定よりおそく始まっています" : "began after its plan");
    }
    if (self->ended_early) {
        add_sep(out, is_ja);
        text_add(out, is_ja ? "予定より早く終わっています" : "ended before its plan");
    }
}

void quick_look_add(const struct quick_look *self, enum language language, struct text *out)
{
    bool is_ja = language == LANGUAGE_JA;
    if (!self->is_known || self->start_ns == TIME_UNKNOWN) {
        return;
    }
    if (self->is_preview) {
        text_add(out, is_ja ? "ここまで: " : "so far: ");
    }
    text_addf(out, is_ja ? "着けていた晩 %zu/%zu%.0s" : "%zu of %zu %s worn", self->n_worn,
              self->n_nights, text_many(self->n_nights, "night", "nights"));
    add_sep(out, is_ja);
    if (self->n_gaps == 0) {
        text_add(out, is_ja ? "途切れなし" : "no gaps");
    } else {
        text_addf(out, is_ja ? "途切れ %" PRIu64 " 回%.0s(最長 " : "%" PRIu64 " %s (longest ",
                  self->n_gaps, text_many(self->n_gaps, "gap", "gaps"));
        text_add_double(out, self->longest_gap_s / 60, 0);
        text_add(out, is_ja ? " 分)" : " min)");
    }
    if (isfinite(self->battery_first_v) && isfinite(self->battery_last_v)) {
        add_sep(out, is_ja);
        text_add(out, is_ja ? "電池 " : "battery ");
        text_add_double(out, self->battery_first_v, 2);
        text_add(out, is_ja ? " → " : " to ");
        text_add_double(out, self->battery_last_v, 2);
        text_add(out, " V");
    }
    add_strange(self, is_ja, out);
}
