/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The outside copies. Each item of the consent has one function that draws it; an item that is
 * not agreed to has none that is called.
 */
#include "src/report/outside.h"

#include <math.h>
#include <stdio.h>

#include "src/base/fill.h"
#include "src/base/mem.h"
#include "src/report/sheet_parts.h"
#include "src/report/written.h"

enum { OUTSIDE_MIN_N = 2 };

/* A page being filled from above. */
struct page {
    const struct sheet *sheet;
    struct canvas *canvas;
    double y;
    struct text scratch, part, more;
};

/* The picture and the indices hold days off: without consent to those they are left out. */
static unsigned items_of(const struct consent *consent)
{
    unsigned items =
        consent->items != 0 ? consent->items : consent_items_default(consent->scope);
    if ((items & CONSENT_DAYS_OFF) == 0) {
        items &= ~(unsigned)(CONSENT_ACTOGRAM | CONSENT_RHYTHM);
    }
    return items;
}

static bool is_whole_page(const struct consent *consent)
{
    return (items_of(consent) & (CONSENT_NIGHTS | CONSENT_ACTOGRAM)) != 0;
}

double outside_height_mm(const struct consent *consent)
{
    return is_whole_page(consent) ? 297 : 148;
}

static void put_line(struct page *page, const struct canvas_style *style, double height)
{
    sheet_put(page->canvas,
              (struct canvas_box){SHEET_MARGIN_MM, page->y, SHEET_WIDTH_MM, height}, style,
              &page->scratch);
    page->y += height;
}

static const struct canvas_style sentence = {.pt = 10.5, .min_pt = 8.5, .wraps = true};

static enum yk_status draw_attendance(struct page *page, struct failure *why)
{
    (void)why;
    const struct interview_mornings *m = &page->sheet->facts->now.mornings;
    const size_t counts[] = {m->n_days,  m->n_attended, m->n_late,
                             m->n_early, m->n_absent,   m->n_online};
    char words[6][24];
    for (size_t i = 0; i < 6; i++) {
        snprintf(words[i], sizeof words[i], "%zu", counts[i]);
    }
    if (m->n_days == 0) {
        text_add(&page->scratch,
                 sheet_label(page->sheet->language, LABEL_outside_attendance_none));
    } else {
        sheet_words(page->sheet, &page->scratch, outside_attendance, words[0], words[1],
                    words[2], words[3], words[4], words[5]);
    }
    put_line(page, &sentence, 10);
    return YK_OK;
}

static enum yk_status draw_wake_range(struct page *page, struct failure *why)
{
    (void)why;
    const struct interview_set *set = &page->sheet->facts->now.set[INTERVIEW_PROGRAMME];
    char n[24];
    snprintf(n, sizeof n, "%zu", set->n);
    if (set->n < OUTSIDE_MIN_N) {
        text_add(&page->scratch, sheet_label(page->sheet->language, LABEL_outside_wake_none));
    } else if (page->sheet->language == LANGUAGE_JA) {
        written_clock_range(set->wake_first_h, set->wake_last_h, 5, LANGUAGE_JA, &page->part);
        sheet_words(page->sheet, &page->scratch, outside_wake, n, text_string(&page->part));
    } else {
        written_clock(set->wake_first_h, 5, &page->part);
        written_clock(set->wake_last_h, 5, &page->more);
        sheet_words(page->sheet, &page->scratch, outside_wake, n, text_string(&page->part),
                    text_string(&page->more));
    }
    text_clear(&page->part);
    text_clear(&page->more);
    put_line(page, &sentence, 10);
    return YK_OK;
}

/* One row of the small table: a name and the values of two or three sets. */
static void draw_average_row(struct page *page, enum sheet_label label, bool has_off,
                             void (*write)(const struct interview_set *set,
                                           enum language language, struct text *out))
{
    const struct interview_set *set = page->sheet->facts->now.set;
    const enum interview_kind kinds[] = {INTERVIEW_PROGRAMME, INTERVIEW_ALL, INTERVIEW_OFF};
    /* The mean of all nights holds the days off: without their consent it is not shown. */
    size_t n = has_off ? 3 : 1;
    struct canvas_box cell = {SHEET_MARGIN_MM, page->y, 60, 5.5};
    canvas_text(page->canvas, cell, &sheet_table, sheet_label(page->sheet->language, label));
    for (size_t k = 0; k < n; k++) {
        cell.x = SHEET_MARGIN_MM + 62 + 41 * (double)k;
        cell.w = 40;
        write(&set[kinds[k]], page->sheet->language, &page->scratch);
        sheet_put(page->canvas, cell, &sheet_table_center, &page->scratch);
    }
    page->y += cell.h;
    canvas_line(page->canvas, SHEET_MARGIN_MM, page->y, SHEET_MARGIN_MM + SHEET_WIDTH_MM,
                page->y, 0.1, 0.6, 0);
}

static void write_n(const struct interview_set *set, enum language language, struct text *out)
{
    char n[24];
    snprintf(n, sizeof n, "%zu", set->n);
    text_fill(out, sheet_label(language, LABEL_outside_nights_n), n);
}

static void write_wake(const struct interview_set *set, enum language language,
                       struct text *out)
{
    (void)language;
    written_clock(set->wake_h.mean, 5, out);
}

static void write_onset(const struct interview_set *set, enum language language,
                        struct text *out)
{
    (void)language;
    written_clock(set->onset_h.mean, 5, out);
}

static void write_tst(const struct interview_set *set, enum language language, struct text *out)
{
    written_duration(set->tst_min.mean, 5, language, out);
}

static enum yk_status draw_averages(struct page *page, struct failure *why)
{
    (void)why;
    bool has_off = (items_of(page->sheet->consent) & CONSENT_DAYS_OFF) != 0;
    static const enum sheet_label heads[] = {LABEL_day_programme, LABEL_outside_all,
                                             LABEL_day_off};
    struct canvas_box cell = {SHEET_MARGIN_MM, page->y, 60, 5.5};
    canvas_text(page->canvas, cell, &sheet_table_bold,
                sheet_label(page->sheet->language, LABEL_outside_averages));
    for (size_t k = 0; k < (has_off ? 3u : 1u); k++) {
        cell.x = SHEET_MARGIN_MM + 62 + 41 * (double)k;
        cell.w = 40;
        canvas_text(page->canvas, cell, &sheet_table_center,
                    sheet_label(page->sheet->language, heads[k]));
    }
    page->y += cell.h;
    canvas_line(page->canvas, SHEET_MARGIN_MM, page->y, SHEET_MARGIN_MM + SHEET_WIDTH_MM,
                page->y, 0.25, 0, 0);
    draw_average_row(page, LABEL_column_night, has_off, write_n);
    draw_average_row(page, LABEL_row_wake, has_off, write_wake);
    draw_average_row(page, LABEL_row_onset, has_off, write_onset);
    draw_average_row(page, LABEL_row_tst, has_off, write_tst);
    page->y += 3;
    return YK_OK;
}

static enum yk_status draw_rhythm(struct page *page, struct failure *why)
{
    (void)why;
    const struct interview_facts *facts = page->sheet->facts;
    const struct rhythm_summary *r =
        &page->sheet->record->recordings[facts->nights[facts->n_nights - 1].recording]
             .analysis.rhythm;
    bool is_thin = sheet_rhythm_is_thin(facts);
    const struct {
        const char *name;
        double value;
        int decimals;
    } rows[] = {{"SRI", r->sri, 1}, {"IS", r->is, 2}, {"IV", r->iv, 2}, {"RA", r->ra, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        text_addf(&page->scratch, "%s ", rows[i].name);
        written_number(is_thin ? NAN : rows[i].value, rows[i].decimals, &page->scratch);
        text_add(&page->scratch, "    ");
    }
    put_line(page, &sentence, 7);
    return YK_OK;
}

static enum yk_status draw_nights(struct page *page, struct failure *why)
{
    struct sheet sheet = *page->sheet;
    struct interview_facts facts = *sheet.facts; /* borrows everything but its own rows */
    bool has_off = (items_of(sheet.consent) & CONSENT_DAYS_OFF) != 0;
    bool has_attendance = (items_of(sheet.consent) & CONSENT_ATTENDANCE) != 0;
    facts.n_nights = 0;
    facts.nights = mem_alloc(sheet.facts->n_nights, sizeof *facts.nights);
    if (facts.nights == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the nights of the copy");
    }
    for (size_t i = 0; i < sheet.facts->n_nights; i++) {
        if (has_off || sheet.facts->nights[i].type == DAY_TYPE_PROGRAMME) {
            struct interview_night *row = &facts.nights[facts.n_nights++];
            *row = sheet.facts->nights[i];
            if (!has_attendance) {
                row->attended = ATTENDANCE_UNKNOWN; /* "late" would stand beside the night */
            }
        }
    }
    sheet.facts = &facts;
    sheet_nights(&sheet, page->canvas,
                 (struct canvas_box){SHEET_MARGIN_MM, page->y, SHEET_WIDTH_MM, 44},
                 &page->scratch);
    mem_free(facts.nights);
    page->y += 46;
    return YK_OK;
}

static enum yk_status draw_actogram(struct page *page, struct failure *why)
{
    enum yk_status status =
        sheet_actogram(page->sheet, page->canvas,
                       (struct canvas_box){SHEET_MARGIN_MM, page->y, SHEET_WIDTH_MM, 82}, why);
    page->y += 84;
    return status;
}

static void draw_head(struct page *page)
{
    static const struct canvas_style title = {.pt = 15, .min_pt = 11, .is_bold = true};
    const struct sheet *sheet = page->sheet;
    const struct interview_period *now = &sheet->facts->now;
    char from[16];
    text_add(&page->scratch, sheet_label(sheet->language, LABEL_outside_title));
    put_line(page, &title, 8.5);
    written_day(now->first, sheet->language, &page->part);
    written_day(civil_add_days(now->last, 1), sheet->language, &page->more);
    sheet_words(sheet, &page->scratch, code, sheet->record->code);
    text_add(&page->scratch, " · ");
    sheet_words(sheet, &page->scratch, period, text_string(&page->part),
                text_string(&page->more));
    text_clear(&page->part);
    text_clear(&page->more);
    text_add(&page->scratch, " · ");
    written_date(sheet->date, sheet->language, &page->part);
    text_add(&page->scratch, text_string(&page->part));
    text_clear(&page->part);
    put_line(page, &sheet_body, 6);
    civil_format(sheet->consent->from, from);
    const char *recipient = sheet->consent->recipient[0] != '\0'
                                ? sheet->consent->recipient
                                : sheet_label(sheet->language, sheet->copy == COPY_PHYSICIAN
                                                                   ? LABEL_outside_physician
                                                                   : LABEL_outside_employer);
    sheet_words(sheet, &page->scratch, outside_basis, recipient, from, sheet->consent->version);
    put_line(page, &sentence, 10);
    canvas_line(page->canvas, SHEET_MARGIN_MM, page->y, SHEET_MARGIN_MM + SHEET_WIDTH_MM,
                page->y, 0.3, 0, 0);
    page->y += 4;
}

/* How good the numbers are, for a reader who gets more than the range of waking times. Nights
 * that were counted tell of days off, and the recorder's number of the person: neither is said
 * without its item. */
static void add_quality(struct page *page)
{
    const struct sheet *sheet = page->sheet;
    const struct interview_facts *facts = sheet->facts;
    const struct analysis *analysis =
        &sheet->record->recordings[facts->nights[facts->n_nights - 1].recording].analysis;
    unsigned items = items_of(sheet->consent);
    if ((items & (CONSENT_AVERAGES | CONSENT_NIGHTS | CONSENT_ACTOGRAM | CONSENT_RHYTHM)) ==
        0) {
        page->y += 4;
        return;
    }
    if ((items & CONSENT_DAYS_OFF) != 0) {
        char counted[24], nights[24];
        snprintf(counted, sizeof counted, "%zu", facts->now.n_counted);
        snprintf(nights, sizeof nights, "%zu", facts->now.n_nights);
        sheet_words(sheet, &page->scratch, counted, counted, nights);
        text_add(&page->scratch, " · ");
    }
    char epoch[16];
    snprintf(epoch, sizeof epoch, "%d", (int)analysis->epochs.epoch_s);
    sheet_words(sheet, &page->scratch, outside_quality, epoch, analysis->made_by.recipe,
                analysis->made_by.program_version);
    put_line(page, &sheet_small, 4);
}

static void draw_foot(struct page *page)
{
    const struct sheet *sheet = page->sheet;
    double bottom = outside_height_mm(sheet->consent) - SHEET_MARGIN_MM;
    page->y = bottom - 16;
    add_quality(page);
    text_add(&page->scratch, sheet_label(sheet->language, LABEL_outside_caution));
    put_line(page, &sheet_body, 6);
    text_addf(&page->scratch, "%s · yoake", sheet->report_id);
    put_line(page, &sheet_small, 4);
}

enum yk_status outside_draw(const struct sheet *sheet, struct canvas *canvas,
                            struct failure *why)
{
    static const struct {
        unsigned item;
        enum yk_status (*draw)(struct page *page, struct failure *why);
    } items[] = {
        {CONSENT_ATTENDANCE, draw_attendance}, {CONSENT_WAKE_RANGE, draw_wake_range},
        {CONSENT_AVERAGES, draw_averages},     {CONSENT_RHYTHM, draw_rhythm},
        {CONSENT_NIGHTS, draw_nights},         {CONSENT_ACTOGRAM, draw_actogram},
    };
    if (sheet->consent == NULL || sheet->consent->scope != sheet->copy) {
        return failure_set(why, YK_ERR_ACCESS,
                           "no consent of %s for the %s copy is in force; `yoake consent add` "
                           "records one",
                           sheet->record->code, copy_kind_word(sheet->copy));
    }
    struct page page = {.sheet = sheet, .canvas = canvas, .y = SHEET_MARGIN_MM};
    text_init(&page.scratch);
    text_init(&page.part);
    text_init(&page.more);
    draw_head(&page);
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < sizeof items / sizeof *items && status == YK_OK; i++) {
        if ((items_of(sheet->consent) & items[i].item) != 0) {
            status = items[i].draw(&page, why);
        }
    }
    draw_foot(&page);
    page.scratch.is_short = page.scratch.is_short || page.part.is_short || page.more.is_short;
    if (status == YK_OK) {
        status = text_status(&page.scratch, why);
    }
    text_release(&page.scratch);
    text_release(&page.part);
    text_release(&page.more);
    return status;
}
