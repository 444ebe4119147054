/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Blocks D and E: each night, and averages by kind of day. The numbers are those of the picture
 * and of the sentences, rounded in one place (written.h).
 */
#include <math.h>
#include <stdio.h>

#include "src/base/fill.h"
#include "src/report/sheet_parts.h"
#include "src/report/written.h"

enum { NIGHT_COLUMNS = 9, SET_COLUMNS = 6 };

static const struct {
    enum sheet_label label;
    double width_mm;
} night_columns[NIGHT_COLUMNS] = {
    {LABEL_column_night, 28.5}, {LABEL_column_type, 18.5}, {LABEL_column_in_bed, 18.5},
    {LABEL_column_asleep, 13},  {LABEL_column_woke, 11.5}, {LABEL_column_out, 18.5},
    {LABEL_column_tst, 21.5},   {LABEL_column_waso, 22.5}, {LABEL_column_note, 33.5},
};

enum sheet_label sheet_reason(uint32_t exclude)
{
    static const struct {
        uint32_t bit;
        enum sheet_label label;
    } reasons[] = {
        {EXCLUDE_PERSON, LABEL_note_person},     {EXCLUDE_CLOCK, LABEL_note_clock},
        {EXCLUDE_NO_DATA, LABEL_note_no_data},   {EXCLUDE_NONWEAR, LABEL_note_nonwear},
        {EXCLUDE_CUT, LABEL_note_cut},           {EXCLUDE_FEW_HOURS, LABEL_note_few},
        {EXCLUDE_NO_SLEEP, LABEL_note_no_sleep},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if ((exclude & reasons[i].bit) != 0) {
            return reasons[i].label;
        }
    }
    return LABEL_note_few;
}

static void add_part(const struct sheet *sheet, enum sheet_label label, struct text *out)
{
    if (*text_string(out) != '\0') {
        text_add(out, sheet->language == LANGUAGE_JA ? "、" : ", ");
    }
    text_add(out, sheet_label(sheet->language, label));
}

void sheet_note(const struct sheet *sheet, const struct interview_night *row, struct text *out)
{
    static const enum sheet_label by_attendance[] = {
        [ATTENDANCE_LATE] = LABEL_note_late,
        [ATTENDANCE_EARLY] = LABEL_note_early,
        [ATTENDANCE_ABSENT] = LABEL_note_absent,
        [ATTENDANCE_ONLINE] = LABEL_note_online,
    };
    if (row->night->exclude != 0) {
        add_part(sheet, sheet_reason(row->night->exclude), out);
        return;
    }
    if (row->night->is_edited) {
        add_part(sheet, LABEL_note_edited, out);
    }
    if (row->night->confidence < 0.5) {
        add_part(sheet, LABEL_note_low, out);
    }
    if (row->attended > ATTENDANCE_ATTENDED) {
        add_part(sheet, by_attendance[row->attended], out);
    }
}

/* One cell of the nights' table. */
static void add_cell(const struct sheet *sheet, const struct interview_night *row,
                     size_t column, struct text *out)
{
    int round_min = sheet_round_min(sheet);
    bool is_counted = row->is_counted;
    switch (column) {
    case 0:
        written_night(row->evening, sheet->language, out);
        break;
    case 1:
        text_add(out, row->type == DAY_TYPE_UNKNOWN
                          ? "–"
                          : sheet_label(sheet->language, row->type == DAY_TYPE_PROGRAMME
                                                             ? LABEL_day_programme
                                                             : LABEL_day_off));
        break;
    case 2:
        written_clock(row->in_bed_h, round_min, out);
        break;
    case 3:
        written_clock(row->onset_h, round_min, out);
        break;
    case 4:
        written_clock(row->wake_h, round_min, out);
        break;
    case 5:
        written_clock(row->out_of_bed_h, round_min, out);
        break;
    case 6:
        written_duration(is_counted ? row->night->tst_min : NAN, round_min, sheet->language,
                         out);
        break;
    case 7:
        written_duration(is_counted ? row->night->waso_min : NAN, round_min, sheet->language,
                         out);
        break;
    default:
        sheet_note(sheet, row, out);
        break;
    }
}

void sheet_nights(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                  struct text *scratch)
{
    static const struct canvas_style note = {
        .pt = 7.5, .min_pt = 6, .is_middle = true, .wraps = true};
    static const struct canvas_style head = {
        .pt = 7.5, .min_pt = 7, .is_middle = true, .is_bold = true};
    static const struct canvas_style head_center = {
        .pt = 7.5, .min_pt = 7, .is_middle = true, .is_bold = true, .align = CANVAS_CENTER};
    size_t n = sheet->facts->n_nights;
    const double foot_mm = 3.2;
    double row_mm = (box.h - foot_mm) / (double)(n > 7 ? n + 1 : 8);
    double x = box.x;
    for (size_t c = 0; c < NIGHT_COLUMNS; c++) {
        double w = night_columns[c].width_mm;
        bool is_time = c >= 2 && c <= 7, is_note = c + 1 == NIGHT_COLUMNS;
        double left = x + (is_note ? 1.5 : 0.5), inner = w - (is_note ? 2 : 1);
        canvas_text(canvas, (struct canvas_box){left, box.y, inner, row_mm},
                    is_time ? &head_center : &head,
                    sheet_label(sheet->language, night_columns[c].label));
        for (size_t i = 0; i < n; i++) {
            struct canvas_box cell = {left, box.y + row_mm * (double)(i + 1), inner, row_mm};
            add_cell(sheet, &sheet->facts->nights[i], c, scratch);
            sheet_put(canvas, cell,
                      is_time   ? &sheet_table_center
                      : is_note ? &note
                                : &sheet_table,
                      scratch);
        }
        x += w;
    }
    double y = box.y;
    for (size_t i = 0; i <= n + 1; i++, y += row_mm) {
        bool is_edge = i <= 1 || i == n + 1;
        canvas_line(canvas, box.x, y, box.x + box.w, y, is_edge ? 0.25 : 0.1, is_edge ? 0 : 0.6,
                    0);
    }
    canvas_text(canvas, (struct canvas_box){box.x, y - row_mm + 0.7, box.w, foot_mm},
                &sheet_small, sheet_label(sheet->language, LABEL_from_diary));
}

/* ---- averages ---- */

/* Column of block E: a set of this period, or of last time, or the target. */
static const struct interview_set *set_of(const struct interview_facts *facts, size_t column)
{
    switch (column) {
    case 1:
        return &facts->now.set[INTERVIEW_PROGRAMME];
    case 2:
        return &facts->now.set[INTERVIEW_OFF];
    case 3:
        return &facts->now.set[INTERVIEW_ALL];
    default:
        return facts->before.n_nights > 0 ? &facts->before.set[INTERVIEW_ALL] : NULL;
    }
}

static void add_set_name(const struct sheet *sheet, size_t column, struct text *out)
{
    static const enum sheet_label names[] = {LABEL_averages,   LABEL_set_programme,
                                             LABEL_set_off,    LABEL_set_all,
                                             LABEL_set_before, LABEL_set_target};
    const struct interview_facts *facts = sheet->facts;
    enum sheet_label name = names[column];
    char count[24] = "–";
    struct text since;
    text_init(&since);
    if (column >= 1 && column <= 4) {
        const struct interview_set *set = set_of(facts, column);
        if (set != NULL) {
            snprintf(count, sizeof count, "%zu", set->n);
        }
    }
    if (name == LABEL_set_before && facts->before.n_nights > 0) {
        /* Last time may be any time: the year is there when it is long ago. */
        enum { LONG_AGO_DAYS = 300 };
        int64_t days = civil_to_days(facts->now.first) - civil_to_days(facts->before.first);
        written_short_day(facts->before.first, days > LONG_AGO_DAYS, sheet->language, &since);
    } else if (name == LABEL_set_before) {
        name = LABEL_set_before_none;
    }
    text_fill(out, sheet_label(sheet->language, name), count, text_string(&since));
    out->is_short = out->is_short || since.is_short;
    text_release(&since);
}

static void add_movement(const struct interview_set *set, struct text *out)
{
    double value = set->movement.mean;
    written_number(value, fabs(value) < 100 ? 1 : 0, out);
}

static void add_average(const struct sheet *sheet, size_t row, size_t column, struct text *out)
{
    int round_min = sheet_round_min(sheet);
    const struct interview_facts *facts = sheet->facts;
    if (column == 5) {
        if (row == 0) {
            written_clock(facts->nights[facts->n_nights - 1].target_h, 1, out);
        }
        return; /* a target is agreed on for waking only */
    }
    const struct interview_set *set = set_of(facts, column);
    if (set == NULL) {
        text_add(out, "–");
        return;
    }
    switch (row) {
    case 0:
        written_clock(set->wake_h.mean, round_min, out);
        break;
    case 1:
        written_clock(set->onset_h.mean, round_min, out);
        break;
    case 2:
        written_duration(set->tst_min.mean, round_min, sheet->language, out);
        break;
    case 3:
        written_spread(set->wake_h.sd * 60, round_min, sheet->language, out);
        break;
    default:
        add_movement(set, out);
        break;
    }
}

void sheet_averages(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                    struct text *scratch)
{
    static const double widths[SET_COLUMNS] = {48, 30, 30, 28, 28, 22};
    static const enum sheet_label rows[] = {LABEL_row_wake, LABEL_row_onset, LABEL_row_tst,
                                            LABEL_row_spread, LABEL_row_movement};
    const size_t n_rows = sizeof rows / sizeof *rows;
    double row_mm = box.h / (double)(n_rows + 1);
    double x = box.x;
    for (size_t c = 0; c < SET_COLUMNS; c++) {
        struct canvas_box cell = {x + 0.5, box.y, widths[c] - 1, row_mm};
        add_set_name(sheet, c, scratch);
        sheet_put(canvas, cell,
                  c == 0 ? &sheet_table_bold
                         : &(struct canvas_style){.pt = 8.5,
                                                  .min_pt = 7,
                                                  .is_middle = true,
                                                  .is_bold = true,
                                                  .align = CANVAS_CENTER},
                  scratch);
        for (size_t r = 0; r < n_rows; r++) {
            cell.y += row_mm;
            if (c > 0) {
                add_average(sheet, r, c, scratch);
            } else if (rows[r] == LABEL_row_movement &&
                       sheet->facts->movement_unit[0] == '\0') {
                text_add(scratch, sheet_label(sheet->language, LABEL_row_movement_plain));
            } else {
                text_fill(scratch, sheet_label(sheet->language, rows[r]),
                          sheet->facts->movement_unit);
            }
            sheet_put(canvas, cell, c == 0 ? &sheet_table : &sheet_table_center, scratch);
        }
        x += widths[c];
    }
    for (size_t i = 0; i <= n_rows + 1; i++) {
        double y = box.y + row_mm * (double)i;
        bool is_edge = i <= 1 || i == n_rows + 1;
        canvas_line(canvas, box.x, y, box.x + box.w, y, is_edge ? 0.25 : 0.1, is_edge ? 0 : 0.6,
                    0);
    }
}
