/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a review writes times, durations, dates and reasons (docs/wording.md).
 */
#include <math.h>

#include "src/base/fill.h"
#include "src/report/review_parts.h"

const struct review_symbols *review_symbols(bool has_unicode)
{
    static const struct review_symbols unicode = {
        .dash = "–",
        .arrow = "→",
        .plus_minus = "±",
        .onset = "▽",
        .wake = "△",
        .sleep = "─",
        .sleep_midnight = "┼",
        .rest = "╌",
        .midnight = "┊",
        .nonwear = "╱",
        .bar = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
    };
    static const struct review_symbols ascii = {
        .dash = "-",
        .arrow = ">",
        .plus_minus = "+-",
        .onset = "v",
        .wake = "^",
        .sleep = "-",
        .sleep_midnight = "+",
        .rest = "~",
        .midnight = "'",
        .nonwear = "/",
        .bar = {" ", ".", ".", ".", ":", ":", ":", "|", "|"},
    };
    return has_unicode ? &unicode : &ascii;
}

void review_done(struct text *part, struct text *whole)
{
    whole->is_short = whole->is_short || part->is_short;
    text_release(part);
}

void review_again(struct text *part, struct text *whole)
{
    whole->is_short = whole->is_short || part->is_short;
    text_clear(part);
}

void review_style(const struct review *review, enum review_style style, struct text *out)
{
    static const char *const codes[] = {
        [STYLE_PLAIN] = "\033[0m",
        [STYLE_TITLE] = "\033[1m",
        /* the paper's pale blue with dark bars: readable on light and on dark terminals */
        [STYLE_SLEEP] = "\033[38;5;17;48;5;153m",
        [STYLE_NONWEAR] = "\033[38;5;244m",
        [STYLE_FAINT] = "\033[2m",
    };
    if (review->has_color) {
        text_add(out, codes[style]);
    }
}

void review_heading(const struct review *review, const char *words, struct text *out)
{
    text_add(out, "\n");
    review_style(review, STYLE_TITLE, out);
    text_add(out, words);
    review_style(review, STYLE_PLAIN, out);
    text_add(out, "\n");
}

void review_number(const struct review *review, double value, int decimals, struct text *out)
{
    if (isfinite(value)) {
        text_add_double(out, value, decimals);
    } else {
        text_add(out, review_symbols(review->has_unicode)->dash);
    }
}

void review_clock(const struct review *review, double hours, struct text *out)
{
    if (!isfinite(hours)) {
        text_add(out, review_symbols(review->has_unicode)->dash);
        return;
    }
    int64_t minutes = floor_mod((int64_t)floor(hours * 60 + 0.5), 24 * 60);
    text_addf(out, "%d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}

void review_clock_of(const struct review *review, const struct zone *zone, int64_t utc_ns,
                     struct text *out)
{
    double hours = NAN;
    if (utc_ns != TIME_UNKNOWN) {
        hours = zone_civil(zone, utc_ns).second_of_day / 3600.0;
    }
    review_clock(review, hours, out);
}

void review_duration(const struct review *review, double minutes, struct text *out)
{
    if (!isfinite(minutes)) {
        text_add(out, review_symbols(review->has_unicode)->dash);
        return;
    }
    int all = (int)floor(fabs(minutes) + 0.5), h = all / 60, m = all % 60;
    bool ja = review->language == LANGUAGE_JA;
    if (h > 0 && (m > 0 || !ja)) {
        text_addf(out, ja ? "%d時間%d分" : "%d h %d min", h, m);
    } else if (h > 0) {
        text_addf(out, "%d時間", h);
    } else {
        text_addf(out, ja ? "%d分" : "%d min", m);
    }
}

void review_night_name(const struct review *review, struct civil_date evening, struct text *out)
{
    struct civil_date morning = civil_add_days(evening, 1);
    const char *arrow = review_symbols(review->has_unicode)->arrow;
    enum weekday a = civil_weekday(evening), b = civil_weekday(morning);
    if (review->language == LANGUAGE_JA) {
        text_addf(out, "%d/%d(%s)%s%d(%s)", evening.month, evening.day, weekday_name_ja(a),
                  arrow, morning.day, weekday_name_ja(b));
    } else {
        text_addf(out, "%s %d%s%s %d", weekday_name_en(a), evening.day, arrow,
                  weekday_name_en(b), morning.day);
    }
}

void review_date(const struct review *review, struct civil_date date, struct text *out)
{
    char iso[16];
    civil_format(date, iso);
    if (review->language == LANGUAGE_JA) {
        text_addf(out, "%s(%s)", iso, weekday_name_ja(civil_weekday(date)));
    } else {
        text_addf(out, "%s %s", weekday_name_en(civil_weekday(date)), iso);
    }
}

static void separate(const struct review *review, struct text *out)
{
    if (out->length > 0) {
        text_add(out, review->language == LANGUAGE_JA ? "、" : ", ");
    }
}

static void add_nonwear(const struct review *review, const struct night *night,
                        struct text *out)
{
    double rule = night->nonwear_in_spt_pct, still = night->nonwear_stillness_in_spt_pct;
    bool both = isfinite(rule) && isfinite(still);
    if (!both || lround(rule) == lround(still)) {
        return;
    }
    struct text a, b;
    text_init(&a);
    text_init(&b);
    text_add_double(&a, rule, 0);
    text_add_double(&b, still, 0);
    separate(review, out);
    text_fill(out, i18n(review->language, TEXT_review_note_nonwear), text_string(&a),
              text_string(&b));
    review_done(&a, out);
    review_done(&b, out);
}

/* A recorder that lay on the table for hours of this noon-to-noon is worth knowing, also when
 * the night is counted. */
static void add_off(const struct review *review, const struct night *night, struct text *out)
{
    enum { WORTH_SAYING_MIN = 120 };
    const struct epoch_series *epochs = &review->now->epochs;
    if (night->window_start_ns == TIME_UNKNOWN || night->window_end_ns == TIME_UNKNOWN) {
        return;
    }
    size_t n = 0;
    for (size_t k = 0; k < epochs->n; k++) {
        int64_t ns = epoch_start_ns(epochs, k);
        bool is_inside = ns >= night->window_start_ns && ns < night->window_end_ns;
        n += is_inside && (epochs->state[k] & (STATE_NONWEAR | STATE_UNKNOWN)) == STATE_NONWEAR;
    }
    double minutes = (double)n * epochs->epoch_s / 60;
    if (minutes < WORTH_SAYING_MIN) {
        return;
    }
    struct text length;
    text_init(&length);
    review_duration(review, minutes, &length);
    separate(review, out);
    text_fill(out, i18n(review->language, TEXT_review_note_off), text_string(&length));
    review_done(&length, out);
}

void review_note(const struct review *review, const struct night *night, struct text *out)
{
    static const struct {
        uint32_t bit;
        enum text_id text;
    } reasons[] = {
        /* the most telling first: only one is shown */
        {EXCLUDE_PERSON, TEXT_review_why_person},
        {EXCLUDE_CLOCK, TEXT_review_why_clock},
        {EXCLUDE_NO_DATA, TEXT_review_why_no_data},
        {EXCLUDE_NONWEAR, TEXT_review_why_nonwear},
        {EXCLUDE_CUT, TEXT_review_why_cut},
        {EXCLUDE_FEW_HOURS, TEXT_review_why_few_hours},
        {EXCLUDE_NO_SLEEP, TEXT_review_why_no_sleep},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if ((night->exclude & reasons[i].bit) != 0) {
            text_add(out, i18n(review->language, reasons[i].text));
            break;
        }
    }
    if (night->is_edited) {
        separate(review, out);
        text_add(out, i18n(review->language, TEXT_review_note_edited));
    }
    add_nonwear(review, night, out);
    add_off(review, night, out);
    if (night->second_candidate_ns != TIME_UNKNOWN && night->exclude == 0) {
        struct text at;
        text_init(&at);
        review_clock_of(review, review->zone, night->second_candidate_ns, &at);
        separate(review, out);
        text_fill(out, i18n(review->language, TEXT_review_note_candidate), text_string(&at));
        review_done(&at, out);
    }
}
