/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Page 1 from above: header, what to say in short, the picture, the nights, averages, mornings,
 * room for the talk, the foot. Heights are those of docs/sheet.md; with the seven gaps they
 * fill 273 mm.
 */
#include "src/report/sheet.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/fill.h"
#include "src/report/sheet_parts.h"
#include "src/report/statements.h"
#include "src/report/written.h"

const struct canvas_style sheet_body = {.pt = 10, .min_pt = 8.5};
const struct canvas_style sheet_body_bold = {.pt = 10, .min_pt = 8.5, .is_bold = true};
const struct canvas_style sheet_table = {.pt = 8.5, .min_pt = 7, .is_middle = true};
const struct canvas_style sheet_table_bold = {
    .pt = 8.5, .min_pt = 7, .is_middle = true, .is_bold = true};
const struct canvas_style sheet_table_right = {
    .pt = 8.5, .min_pt = 7, .is_middle = true, .align = CANVAS_RIGHT};
const struct canvas_style sheet_table_center = {
    .pt = 8.5, .min_pt = 7, .is_middle = true, .align = CANVAS_CENTER};
const struct canvas_style sheet_small = {.pt = 7, .wraps = true, .gray = 0.25};
const struct canvas_style sheet_heading = {.pt = 10, .min_pt = 8.5, .is_bold = true};
/* #C9D8E8 and a paler one; shades of stages that a photocopy keeps apart. */
const struct canvas_color sheet_sleep_color = {0.788, 0.847, 0.910};
const struct canvas_color sheet_in_bed_color = {0.914, 0.941, 0.965};
const struct canvas_color sheet_stage_color[2] = {{1, 1, 1}, {0.93, 0.93, 0.93}};

static const struct {
    const char *ja, *en;
} labels[] = {
#define LABEL(id, ja, en) {ja, en},
#include "src/report/sheet_labels.def"
#undef LABEL
};

const char *sheet_label(enum language language, enum sheet_label label)
{
    return language == LANGUAGE_JA ? labels[label].ja : labels[label].en;
}

int sheet_round_min(const struct sheet *sheet)
{
    return sheet->copy == COPY_STAFF ? 1 : 5;
}

void sheet_put(struct canvas *canvas, struct canvas_box box, const struct canvas_style *style,
               struct text *words)
{
    canvas_text(canvas, box, style, text_string(words));
    text_clear(words);
}

double sheet_name(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                  enum sheet_label label)
{
    const char *words = sheet_label(sheet->language, label);
    double height = canvas_text_height(canvas, &sheet_heading, 0, words);
    canvas_text(canvas, (struct canvas_box){box.x, box.y, box.w, height}, &sheet_heading,
                words);
    return height + 0.8;
}

bool sheet_is_of_period(const struct manual_edit *edit, const struct interview_period *period)
{
    return !edit->is_withdrawn && civil_compare(edit->evening, period->first) >= 0 &&
           civil_compare(edit->evening, period->last) <= 0;
}

bool sheet_rhythm_is_thin(const struct interview_facts *facts)
{
    return facts->now.n_days < INTERVIEW_RHYTHM_DAYS &&
           facts->now.n_counted < INTERVIEW_RHYTHM_DAYS;
}

void sheet_programme(const struct interview_facts *facts, enum language language,
                     const char *between, struct text *out)
{
    char week[16];
    if (facts->week != INT_MIN) {
        snprintf(week, sizeof week, "%d", facts->week);
        text_fill(out, sheet_label(language, facts->week > 0 ? LABEL_week : LABEL_week_before),
                  week);
    }
    const struct programme_step *step = facts->step;
    if (step != NULL && step->days != 0 && step->start_min >= 0) {
        struct text start;
        text_init(&start);
        written_start(step->start_min, language, &start);
        text_add(out, out->length > 0 ? between : "");
        if (step->stage[0] != '\0') {
            text_fill(out, sheet_label(language, LABEL_stage_start), step->stage,
                      text_string(&start));
        } else {
            text_fill(out, sheet_label(language, LABEL_start_only), text_string(&start));
        }
        out->is_short = out->is_short || start.is_short;
        text_release(&start);
    }
}

/* Code, period and nights, and the stage after them, or on a line of its own where the words
 * are long. */
static void put_period(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                       struct text *words)
{
    static const struct canvas_style one = {.pt = 10, .min_pt = 8.5},
                                     two = {.pt = 8.5, .min_pt = 7};
    static const struct canvas_style least = {.pt = 8.5};
    const char *dot = " · ";
    struct text stage, all;
    text_init(&stage);
    text_init(&all);
    sheet_programme(sheet->facts, sheet->language, dot, &stage);
    text_addf(&all, "%s%s%s", text_string(words), stage.length > 0 ? dot : "",
              text_string(&stage));
    if (canvas_text_width(canvas, &least, text_string(&all)) <= box.w) {
        sheet_put(canvas, (struct canvas_box){box.x, box.y + 9.7, box.w, 5}, &one, &all);
        text_clear(words);
    } else {
        sheet_put(canvas, (struct canvas_box){box.x, box.y + 8.5, box.w, 3.5}, &two, words);
        canvas_text(canvas, (struct canvas_box){box.x, box.y + 11.9, box.w, 3.5}, &two,
                    text_string(&stage));
    }
    words->is_short = words->is_short || stage.is_short || all.is_short;
    text_release(&stage);
    text_release(&all);
}

void sheet_header(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                  size_t page, size_t n_pages, struct text *scratch)
{
    static const struct canvas_style title = {.pt = 16, .min_pt = 12, .is_bold = true};
    static const struct canvas_style right = {.pt = 10, .min_pt = 8.5, .align = CANVAS_RIGHT};
    static const enum sheet_label copies[] = {LABEL_copy_participant, LABEL_copy_staff,
                                              LABEL_copy_physician, LABEL_copy_employer,
                                              LABEL_copy_staff};
    const struct interview_period *now = &sheet->facts->now;
    struct text first, last;
    char a[24], b[24];
    text_init(&first);
    text_init(&last);
    canvas_text(canvas, (struct canvas_box){box.x, box.y, 118, 7.5}, &title,
                sheet_label(sheet->language, LABEL_title));
    canvas_text(canvas, (struct canvas_box){box.x + 120, box.y, box.w - 120, 4.5}, &right,
                sheet_label(sheet->language, copies[sheet->copy]));
    written_date(sheet->date, sheet->language, &first);
    snprintf(a, sizeof a, "%zu", page + 1);
    snprintf(b, sizeof b, "%zu", n_pages);
    sheet_words(sheet, scratch, printed, text_string(&first), a, b);
    sheet_put(canvas, (struct canvas_box){box.x + 110, box.y + 4.7, box.w - 110, 4.5}, &right,
              scratch);
    text_clear(&first);
    written_day(now->first, sheet->language, &first);
    written_day(civil_add_days(now->last, 1), sheet->language, &last);
    sheet_words(sheet, scratch, code, sheet->record->code);
    text_add(scratch, " · ");
    sheet_words(sheet, scratch, period, text_string(&first), text_string(&last));
    text_add(scratch, " · ");
    snprintf(a, sizeof a, "%zu", now->n_counted);
    snprintf(b, sizeof b, "%zu", now->n_nights);
    sheet_words(sheet, scratch, counted, a, b);
    put_period(sheet, canvas, box, scratch);
    canvas_line(canvas, box.x, box.y + box.h, box.x + box.w, box.y + box.h, 0.3, 0, 0);
    scratch->is_short = scratch->is_short || first.is_short || last.is_short;
    text_release(&first);
    text_release(&last);
}

enum yk_status sheet_statements(const struct sheet *sheet, struct statements *out,
                                struct failure *why)
{
    enum yk_status status =
        statements_choose(sheet->facts, sheet_round_min(sheet), sheet->language, out, why);
    return status == YK_OK
               ? statements_reword(sheet->facts, sheet->record->rewordings,
                                   sheet->record->n_rewordings, sheet->language, out, why)
               : status;
}

/* What is to be known about whose words they are; "" for the program's own. */
static const char *origin_mark(const struct sheet *sheet, enum statement_origin origin)
{
    static const enum sheet_label marks[] = {
        [STATEMENT_BY_STAFF] = LABEL_by_staff,
        [STATEMENT_OUTDATED] = LABEL_staff_outdated,
        [STATEMENT_ELSEWHERE] = LABEL_staff_elsewhere,
    };
    return origin == STATEMENT_AUTOMATIC ? "" : sheet_label(sheet->language, marks[origin]);
}

static enum yk_status draw_in_short(const struct sheet *sheet, struct canvas *canvas,
                                    struct canvas_box box, struct failure *why)
{
    static const struct canvas_style line = {.pt = 11, .min_pt = 8.5, .is_middle = true},
                                     marked = {.pt = 11, .min_pt = 7, .is_middle = true},
                                     mark = {.pt = 7,
                                             .is_middle = true,
                                             .align = CANVAS_RIGHT,
                                             .gray = 0.25};
    struct statements said;
    statements_init(&said);
    enum yk_status status = sheet_statements(sheet, &said, why);
    double height = box.h / STATEMENTS_MAX;
    for (size_t i = 0; status == YK_OK && i < said.n; i++) {
        double y = box.y + height * (double)i, used = 0;
        const char *words = origin_mark(sheet, said.origin[i]);
        canvas_fill(canvas, (struct canvas_box){box.x, y + 1.2, 1, height - 2.4},
                    (struct canvas_color){0.35, 0.35, 0.35});
        if (*words != '\0') {
            used = canvas_text_width(canvas, &mark, words) + 3;
        }
        canvas_text(canvas, (struct canvas_box){box.x + 3, y, box.w - 3 - used, height},
                    used > 0 ? &marked : &line, text_string(&said.line[i]));
        canvas_text(canvas, (struct canvas_box){box.x + box.w - used, y, used, height}, &mark,
                    words);
    }
    statements_release(&said);
    return status;
}

void sheet_talk(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                struct text *scratch)
{
    static const struct {
        enum sheet_label label;
        double x, y, w, h; /* shares of the block */
    } fields[] = {
        {LABEL_talk_noticed, 0, 0, 0.5, 1},
        {LABEL_talk_rested, 0.5, 0, 0.5, 0.25},
        {LABEL_talk_try, 0.5, 0.25, 0.5, 0.5},
        {LABEL_talk_target, 0.5, 0.75, 0.5, 0.25},
    };
    (void)scratch;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct canvas_box field = {box.x + fields[i].x * box.w, box.y + fields[i].y * box.h,
                                   fields[i].w * box.w, fields[i].h * box.h};
        canvas_frame(canvas, field, 0.2, 0.4, 0);
        struct canvas_box words = {field.x + 1.5, field.y + 1, field.w - 3, 5};
        const char *name = sheet_label(sheet->language, fields[i].label);
        canvas_text(canvas, words, &sheet_body, name);
        if (fields[i].label == LABEL_talk_rested) {
            double used = canvas_text_width(canvas, &sheet_body, name) + 5;
            canvas_text(canvas, (struct canvas_box){words.x + used, words.y, words.w - used, 5},
                        &sheet_body, sheet_label(sheet->language, LABEL_talk_rested_boxes));
        }
    }
}

static enum sheet_label bed_source(const struct sheet *sheet)
{
    const struct interview_facts *facts = sheet->facts;
    for (size_t i = 0; i < sheet->record->n_edits; i++) {
        const struct manual_edit *edit = &sheet->record->edits[i];
        if (sheet_is_of_period(edit, &facts->now) &&
            (strcmp(edit->field, "in_bed") == 0 || strcmp(edit->field, "out_of_bed") == 0)) {
            return LABEL_bed_edit;
        }
    }
    return facts->has_bed_times ? LABEL_bed_diary : LABEL_bed_none;
}

static void add_offset(const struct sheet *sheet, const struct record_recording *recording,
                       struct text *out)
{
    double offset_s = recording->clock_offset_return_s;
    if (isnan(offset_s)) {
        text_add(out, sheet_label(sheet->language, LABEL_unknown));
    } else {
        text_addf(out, "%+.0f s", offset_s);
    }
}

static void add_quality(const struct sheet *sheet, struct text *out)
{
    const struct interview_facts *facts = sheet->facts;
    const struct record_recording *recording =
        &sheet->record->recordings[facts->nights[facts->n_nights - 1].recording];
    const struct analysis *analysis = &recording->analysis;
    struct text nonwear, offset, device;
    char counted[24], nights[24], edits[24], epoch[16];
    text_init(&nonwear);
    text_init(&offset);
    text_init(&device);
    snprintf(counted, sizeof counted, "%zu", facts->now.n_counted);
    snprintf(nights, sizeof nights, "%zu", facts->now.n_nights);
    snprintf(edits, sizeof edits, "%zu", facts->n_edits);
    snprintf(epoch, sizeof epoch, "%d", (int)analysis->epochs.epoch_s);
    written_duration(facts->nonwear_h * 60, 5, sheet->language, &nonwear);
    add_offset(sheet, recording, &offset);
    text_addf(&device, "%s %s", analysis->info.device_model, analysis->info.device_serial);
    sheet_words(sheet, out, quality, counted, nights, text_string(&nonwear),
                sheet_label(sheet->language, bed_source(sheet)), edits, text_string(&offset),
                text_string(&device), epoch, analysis->made_by.recipe,
                analysis->made_by.program_version);
    out->is_short = out->is_short || nonwear.is_short || offset.is_short || device.is_short;
    text_release(&nonwear);
    text_release(&offset);
    text_release(&device);
}

void sheet_foot(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                struct text *scratch)
{
    static const struct canvas_style caution = {.pt = 8.5, .min_pt = 7.5, .wraps = true};
    struct text consent;
    text_init(&consent);
    canvas_line(canvas, box.x, box.y, box.x + box.w, box.y, 0.2, 0.4, 0);
    canvas_text(canvas, (struct canvas_box){box.x, box.y + 0.8, box.w, 8}, &caution,
                sheet_label(sheet->language, LABEL_caution));
    add_quality(sheet, scratch);
    sheet_put(canvas, (struct canvas_box){box.x, box.y + 8.9, box.w, 5.6}, &sheet_small,
              scratch);
    if (sheet->consent != NULL) {
        char from[16];
        civil_format(sheet->consent->from, from);
        sheet_words(sheet, &consent, consent_of, from, sheet->consent->version);
    } else {
        text_add(&consent, sheet_label(sheet->language, LABEL_consent_own));
    }
    sheet_words(sheet, scratch, report_id, sheet->report_id, text_string(&consent));
    sheet_put(canvas, (struct canvas_box){box.x, box.y + box.h - 3, box.w, 3}, &sheet_small,
              scratch);
    scratch->is_short = scratch->is_short || consent.is_short;
    text_release(&consent);
}

/* Blocks in order of the page. */
enum block {
    BLOCK_HEADER,
    BLOCK_SHORT,
    BLOCK_PICTURE,
    BLOCK_NIGHTS,
    BLOCK_AVERAGES,
    BLOCK_MORNINGS,
    BLOCK_TALK,
    BLOCK_FOOT,
    BLOCK_COUNT
};

struct place {
    enum block block;
    double height_mm;
};

static const struct place picture_first[BLOCK_COUNT] = {
    {BLOCK_HEADER, 16},   {BLOCK_SHORT, 18},    {BLOCK_PICTURE, 82}, {BLOCK_NIGHTS, 44},
    {BLOCK_AVERAGES, 30}, {BLOCK_MORNINGS, 20}, {BLOCK_TALK, 38},    {BLOCK_FOOT, 18}};
static const struct place table_first[BLOCK_COUNT] = {
    {BLOCK_HEADER, 16},   {BLOCK_SHORT, 18},   {BLOCK_NIGHTS, 54}, {BLOCK_AVERAGES, 36},
    {BLOCK_MORNINGS, 20}, {BLOCK_PICTURE, 66}, {BLOCK_TALK, 38},   {BLOCK_FOOT, 18}};

static enum yk_status draw_block(const struct sheet *sheet, struct canvas *canvas,
                                 enum block block, struct canvas_box box, size_t n_pages,
                                 struct text *scratch, struct failure *why)
{
    switch (block) {
    case BLOCK_HEADER:
        sheet_header(sheet, canvas, box, 0, n_pages, scratch);
        return YK_OK;
    case BLOCK_SHORT:
        return draw_in_short(sheet, canvas, box, why);
    case BLOCK_PICTURE:
        return sheet_actogram(sheet, canvas, box, why);
    case BLOCK_NIGHTS:
        sheet_nights(sheet, canvas, box, scratch);
        return YK_OK;
    case BLOCK_AVERAGES:
        sheet_averages(sheet, canvas, box, scratch);
        return YK_OK;
    case BLOCK_MORNINGS:
        sheet_mornings(sheet, canvas, box, scratch);
        return YK_OK;
    case BLOCK_TALK:
        sheet_talk(sheet, canvas, box, scratch);
        return YK_OK;
    case BLOCK_FOOT:
    case BLOCK_COUNT:
        break;
    }
    sheet_foot(sheet, canvas, box, scratch);
    return YK_OK;
}

enum yk_status sheet_draw(const struct sheet *sheet, struct canvas *canvas, struct failure *why)
{
    const struct place *places =
        sheet->density == SHEET_TABLE_FIRST ? table_first : picture_first;
    size_t n_pages = sheet->copy == COPY_STAFF ? 2 : 1;
    struct text scratch;
    text_init(&scratch);
    enum yk_status status = YK_OK;
    double y = SHEET_MARGIN_MM;
    for (size_t i = 0; i < BLOCK_COUNT && status == YK_OK; i++) {
        struct canvas_box box = {SHEET_MARGIN_MM, y, SHEET_WIDTH_MM, places[i].height_mm};
        status = draw_block(sheet, canvas, places[i].block, box, n_pages, &scratch, why);
        y += places[i].height_mm + SHEET_GAP_MM;
    }
    if (status == YK_OK) {
        status = text_status(&scratch, why);
    }
    text_release(&scratch);
    return status == YK_OK && n_pages == 2 ? sheet_staff_page(sheet, canvas, why) : status;
}

void sheet_make_id(const struct sheet *sheet, char out[static 16])
{
    char hex[DIGEST_HEX], first[16], last[16], date[16], line[512];
    const struct interview_facts *facts = sheet->facts;
    const struct interview_night *newest = &facts->nights[facts->n_nights - 1];
    civil_format(facts->now.first, first);
    civil_format(facts->now.last, last);
    civil_format(sheet->date, date);
    int n = snprintf(line, sizeof line, "%s %s %s %s %s %s %d", sheet->record->code, first,
                     last, date, copy_kind_word(sheet->copy),
                     sheet->record->recordings[newest->recording].analysis.made_by.input_sha256,
                     (int)facts->n_edits);
    if (sheet->consent != NULL && n > 0 && n < (int)sizeof line) {
        n += snprintf(line + n, sizeof line - (size_t)n, " consent %" PRId64,
                      (int64_t)sheet->consent->id);
    }
    for (size_t i = 0; i < sheet->record->n_rewordings && n > 0 && n < (int)sizeof line; i++) {
        const struct rewording *words = &sheet->record->rewordings[i];
        if (sheet->consent == NULL && civil_compare(words->last, facts->now.last) == 0) {
            n += snprintf(line + n, sizeof line - (size_t)n, " %" PRId64, words->id);
        }
    }
    digest_of_memory(line, n > 0 && n < (int)sizeof line ? (size_t)n : sizeof line - 1, hex);
    memcpy(out, hex, 8);
    out[8] = '\0';
}
