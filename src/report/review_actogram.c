/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The actogram in characters. Up to fourteen days take two lines each: bars of sixteen steps,
 * with the marks and the line of sleep in the upper one; longer recordings take one. Sleep has
 * a line of its own (and a pale background where there are colours), so that it can be told
 * without colours.
 */
#include <math.h>
#include <stdio.h>

#include "src/base/fill.h"
#include "src/base/columns.h"
#include "src/base/wrap.h"
#include "src/report/review_parts.h"

enum { LABEL_COLUMNS = 8, TALL_ROWS_MAX = 14, STEPS = 8 };

struct drawing {
    const struct review *review;
    const struct review_symbols *symbols;
    const struct actogram *actogram;
    enum review_style style; /* in force */
    struct text *out;
};

/* Bins of 15, 20, 30 or 60 minutes: the finest that fits. */
static size_t bins_for(int width)
{
    int room = width - LABEL_COLUMNS;
    return room >= 96 ? 96 : room >= 72 ? 72 : room >= 48 ? 48 : 24;
}

/* 0..steps, as the square root of movement: a walk moves the wrist ten times as much as desk
 * work, and both are to be seen. What is known and awake is at least one step high, so that it
 * differs from what is not known. */
static int height_of(const struct drawing *d, const struct actogram_row *row, size_t bin,
                     int steps)
{
    double share = (double)row->movement[bin] / d->actogram->scale;
    if (!isfinite(share)) {
        return row->kind[bin] == ACTOGRAM_AWAKE ? 1 : 0;
    }
    int height = (int)floor(sqrt(share > 0 ? share : 0) * steps + 0.5);
    int least = row->kind[bin] == ACTOGRAM_AWAKE ? 1 : 0;
    return height < least ? least : height > steps ? steps : height;
}

static void put(struct drawing *d, enum review_style style, const char *glyph)
{
    if (style != d->style) {
        review_style(d->review, STYLE_PLAIN, d->out);
        if (style != STYLE_PLAIN) {
            review_style(d->review, style, d->out);
        }
        d->style = style;
    }
    text_add(d->out, glyph);
}

static enum review_style style_of(const struct actogram_row *row, size_t bin)
{
    return row->kind[bin] == ACTOGRAM_ASLEEP    ? STYLE_SLEEP
           : row->kind[bin] == ACTOGRAM_NONWEAR ? STYLE_NONWEAR
                                                : STYLE_PLAIN;
}

static bool is_midnight(const struct drawing *d, size_t bin)
{
    return bin == d->actogram->n_bins / 2;
}

/* NULL when no mark stands there. */
static const char *mark_at(const struct drawing *d, const struct actogram_row *row, size_t bin)
{
    if (row->wake_bin == (int)bin) {
        return d->symbols->wake;
    }
    return row->onset_bin == (int)bin ? d->symbols->onset : NULL;
}

static const char *upper_glyph(const struct drawing *d, const struct actogram_row *row,
                               size_t bin)
{
    const char *mark = mark_at(d, row, bin);
    if (mark != NULL) {
        return mark;
    }
    if (row->kind[bin] == ACTOGRAM_ASLEEP) {
        return is_midnight(d, bin) ? d->symbols->sleep_midnight : d->symbols->sleep;
    }
    if (row->kind[bin] == ACTOGRAM_NONWEAR) {
        return d->symbols->nonwear;
    }
    int height = height_of(d, row, bin, 2 * STEPS) - STEPS;
    if (height <= 0 && row->kind[bin] == ACTOGRAM_REST) {
        return d->symbols->rest;
    }
    if (height <= 0) {
        return is_midnight(d, bin) ? d->symbols->midnight : " ";
    }
    return d->symbols->bar[height];
}

static const char *lower_glyph(const struct drawing *d, const struct actogram_row *row,
                               size_t bin)
{
    if (row->kind[bin] == ACTOGRAM_NONWEAR) {
        return d->symbols->nonwear;
    }
    if (row->kind[bin] == ACTOGRAM_UNKNOWN) {
        return is_midnight(d, bin) ? d->symbols->midnight : " ";
    }
    int height = height_of(d, row, bin, 2 * STEPS);
    return d->symbols->bar[height > STEPS ? STEPS : height];
}

static const char *single_glyph(const struct drawing *d, const struct actogram_row *row,
                                size_t bin)
{
    const char *mark = mark_at(d, row, bin);
    if (mark != NULL) {
        return mark;
    }
    if (row->kind[bin] == ACTOGRAM_NONWEAR) {
        return d->symbols->nonwear;
    }
    int height = height_of(d, row, bin, STEPS);
    if (row->kind[bin] == ACTOGRAM_ASLEEP && height <= 1) {
        return is_midnight(d, bin) ? d->symbols->sleep_midnight : d->symbols->sleep;
    }
    if (row->kind[bin] == ACTOGRAM_REST && height <= 1) {
        return d->symbols->rest;
    }
    if (row->kind[bin] == ACTOGRAM_UNKNOWN) {
        return is_midnight(d, bin) ? d->symbols->midnight : " ";
    }
    return d->symbols->bar[height];
}

typedef const char *(*glyph_at)(const struct drawing *d, const struct actogram_row *row,
                                size_t bin);

static void draw_line(struct drawing *d, const struct actogram_row *row, const char *label,
                      glyph_at glyph)
{
    int short_of = LABEL_COLUMNS - 1 - text_columns(label);
    text_addf(d->out, "%*s%s ", short_of > 0 ? short_of : 0, "", label);
    d->style = STYLE_PLAIN;
    size_t end = d->actogram->n_bins; /* no blanks at line ends */
    while (end > 0 && style_of(row, end - 1) == STYLE_PLAIN &&
           glyph(d, row, end - 1)[0] == ' ') {
        end--;
    }
    for (size_t bin = 0; bin < end; bin++) {
        put(d, style_of(row, bin), glyph(d, row, bin));
    }
    put(d, STYLE_PLAIN, "\n");
}

static void draw_row(struct drawing *d, const struct actogram_row *row, bool is_tall)
{
    struct civil_date evening = row->evening, morning = civil_add_days(evening, 1);
    bool ja = d->review->language == LANGUAGE_JA;
    struct text upper, lower;
    text_init(&upper);
    text_init(&lower);
    if (ja) {
        text_addf(&upper, "%d/%d%s", evening.month, evening.day,
                  weekday_name_ja(civil_weekday(evening)));
        text_addf(&lower, "%s%d%s", d->symbols->arrow, morning.day,
                  weekday_name_ja(civil_weekday(morning)));
    } else {
        text_addf(&upper, "%s %d", weekday_name_en(civil_weekday(evening)), evening.day);
        text_addf(&lower, "%s%s %d", d->symbols->arrow, weekday_name_en(civil_weekday(morning)),
                  morning.day);
    }
    draw_line(d, row, text_string(&upper), is_tall ? upper_glyph : single_glyph);
    if (is_tall) {
        draw_line(d, row, text_string(&lower), lower_glyph);
    }
    review_done(&upper, d->out);
    review_done(&lower, d->out);
}

static void draw_ruler(struct drawing *d)
{
    size_t n = d->actogram->n_bins, at = 0;
    text_addf(d->out, "%*s", LABEL_COLUMNS, "");
    for (int hour = 12; hour <= 36; hour += 3) {
        char label[8];
        int length = snprintf(label, sizeof label, "%d", hour % 24);
        size_t want = hour < 36 ? (size_t)(hour - 12) * n / 24 : n - (size_t)length;
        if (hour == 36 && want < at + 1) {
            break;
        }
        text_addf(d->out, "%*s%s", (int)(want - at), "", label);
        at = want + (size_t)length;
    }
    text_add(d->out, "\n");
}

static bool has_rest(const struct actogram *actogram)
{
    for (size_t i = 0; i < actogram->n_rows; i++) {
        for (size_t b = 0; b < actogram->n_bins; b++) {
            if (actogram->rows[i].kind[b] == ACTOGRAM_REST) {
                return true;
            }
        }
    }
    return false;
}

static void draw_legend(struct drawing *d)
{
    enum language language = d->review->language;
    const struct review_symbols *s = d->symbols;
    struct text words, number;
    text_init(&words);
    text_init(&number);
    text_addf(&words, "%s %s  %s %s  %s %s  ", s->onset,
              i18n(language, TEXT_review_legend_onset), s->wake,
              i18n(language, TEXT_review_legend_wake), s->sleep,
              i18n(language, TEXT_review_legend_sleep));
    if (has_rest(d->actogram)) {
        text_addf(&words, "%s %s  ", s->rest, i18n(language, TEXT_review_legend_rest));
    }
    text_addf(&words, "%s %s  %s", s->nonwear, i18n(language, TEXT_review_legend_nonwear),
              i18n(language, TEXT_review_legend_unknown));
    if (isfinite(d->actogram->scale)) {
        text_add_double(&number, d->actogram->scale, 0);
        text_add(&words, "\n");
        text_fill(&words, i18n(language, TEXT_review_legend_scale), text_string(&number),
                  d->actogram->unit);
    }
    text_addf(d->out, "%*s", LABEL_COLUMNS, "");
    text_add_wrapped(d->out, text_string(&words), LABEL_COLUMNS, LABEL_COLUMNS,
                     d->review->width);
    review_done(&words, d->out);
    review_done(&number, d->out);
}

enum yk_status review_actogram(const struct review *review, struct text *out,
                               struct failure *why)
{
    struct actogram actogram;
    actogram_init(&actogram);
    enum yk_status status = actogram_make(review->now, review->zone, review->from, review->to,
                                          bins_for(review->width), &actogram, why);
    if (status != YK_OK || actogram.n_rows == 0) {
        actogram_release(&actogram);
        return status;
    }
    struct drawing d = {.review = review,
                        .symbols = review_symbols(review->has_unicode),
                        .actogram = &actogram,
                        .out = out};
    bool is_tall = actogram.n_rows <= TALL_ROWS_MAX;
    review_heading(
        review,
        i18n(review->language, is_tall ? TEXT_review_actogram : TEXT_review_actogram_one), out);
    draw_ruler(&d);
    for (size_t i = 0; i < actogram.n_rows; i++) {
        draw_row(&d, &actogram.rows[i], is_tall);
    }
    draw_ruler(&d);
    draw_legend(&d);
    actogram_release(&actogram);
    return YK_OK;
}
