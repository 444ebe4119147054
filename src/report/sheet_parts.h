/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Blocks of the printed pages, and what they share. Internal to the room. Every block draws
 * into the box it is given.
 */
#ifndef SRC_REPORT_SHEET_PARTS_H
#define SRC_REPORT_SHEET_PARTS_H

#include "src/report/actogram.h"
#include "src/report/sheet.h"

enum sheet_label {
#define LABEL(id, ja, en) LABEL_##id,
#include "src/report/sheet_labels.def"
#undef LABEL
    LABEL_COUNT
};
const char *sheet_label(enum language language, enum sheet_label label);

#define SHEET_MARGIN_MM 12.0
#define SHEET_WIDTH_MM 186.0
#define SHEET_GAP_MM 1.0

extern const struct canvas_style sheet_body, sheet_body_bold, sheet_table, sheet_table_bold,
    sheet_table_right, sheet_table_center, sheet_small, sheet_heading;
extern const struct canvas_color sheet_sleep_color, sheet_in_bed_color, sheet_stage_color[2];

/* 5 minutes on copies for people outside the staff, else 1. */
int sheet_round_min(const struct sheet *sheet);
/* A label with gaps, filled. */
#define sheet_words(sheet, out, label, ...)                                                    \
    text_fill((out), sheet_label((sheet)->language, LABEL_##label), __VA_ARGS__)
/* "プログラム第3週 · 導入期 10時開始", into an empty text: as much of it as is known. */
void sheet_programme(const struct interview_facts *facts, enum language language,
                     const char *between, struct text *out);
/* Why a night is not counted: the most telling of enum night_exclude bits. */
enum sheet_label sheet_reason(uint32_t exclude);
/* Draws the text and empties it. */
void sheet_put(struct canvas *canvas, struct canvas_box box, const struct canvas_style *style,
               struct text *words);
/* The block's name in bold at its upper left; returns the height it took. */
double sheet_name(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                  enum sheet_label label);

/* A row of a picture: bars on the scale of a person or a recording (NaN: none), and shades
 * behind them where it is asleep, not worn, not recorded, as far as wanted (kinds: bits
 * 1u << enum actogram_kind). */
void sheet_bars(struct canvas *canvas, struct canvas_box box, const struct actogram_row *row,
                size_t n_bins, double scale);
void sheet_shades(struct canvas *canvas, struct canvas_box box, const struct actogram_row *row,
                  size_t n_bins, unsigned kinds);
void sheet_shade(struct canvas *canvas, struct canvas_box box, enum actogram_kind kind);
enum yk_status sheet_actogram(const struct sheet *sheet, struct canvas *canvas,
                              struct canvas_box box, struct failure *why);
void sheet_nights(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                  struct text *scratch);
void sheet_averages(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                    struct text *scratch);
void sheet_mornings(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                    struct text *scratch);
void sheet_talk(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                struct text *scratch);
/* Why a night is not counted, what was edited, what else is to be known; "" nothing. */
void sheet_note(const struct sheet *sheet, const struct interview_night *row, struct text *out);
/* Fixed caution, quality line, report id and consent. */
void sheet_foot(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                struct text *scratch);
/* Title and the lines under it. */
void sheet_header(const struct sheet *sheet, struct canvas *canvas, struct canvas_box box,
                  size_t page, size_t n_pages, struct text *scratch);

/* An edit in force of a night of the period. */
bool sheet_is_of_period(const struct manual_edit *edit, const struct interview_period *period);
/* Too few days for the rhythm indices. */
bool sheet_rhythm_is_thin(const struct interview_facts *facts);

/* Page 2. */
enum yk_status sheet_staff_page(const struct sheet *sheet, struct canvas *canvas,
                                struct failure *why);

#endif
