/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Epochs as text.
 */
#include "src/export/epochs_csv.h"

static const struct {
    const char *name;
    enum epoch_state bit;
    const char *en, *ja, *source;
} FLAG[] = {{"unknown", STATE_UNKNOWN, "nothing was recorded", "記録がない", "file"},
            {"nonwear", STATE_NONWEAR, "not worn", "非装着", "nonwear"},
            {"in_rest", STATE_IN_REST, "in a rest interval", "休息区間の中", "rest"},
            {"in_spt", STATE_IN_SPT, "in the main sleep period", "主な睡眠の中", "rest"},
            {"asleep", STATE_ASLEEP, "scored asleep", "睡眠と判定", "sleep"}};
enum { FLAG_COUNT = sizeof FLAG / sizeof *FLAG };

void epochs_csv_add(const struct epoch_series *epochs, const struct zone *zone,
                    struct text *out)
{
    text_add(out, "time_ts");
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        if (epochs->column[c] != NULL) {
            text_add_char(out, ',');
            text_add(out, epoch_column_name((enum epoch_column)c));
        }
    }
    for (size_t f = 0; f < FLAG_COUNT; f++) {
        text_add_char(out, ',');
        text_add(out, FLAG[f].name);
    }
    text_add_char(out, '\n');
    for (size_t k = 0; k < epochs->n; k++) {
        char time[40];
        zone_format_iso(zone, epoch_start_ns(epochs, k), 0, time);
        text_add(out, time);
        for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
            if (epochs->column[c] != NULL) {
                text_add_char(out, ',');
                text_add_double(out, (double)epochs->column[c][k], 4);
            }
        }
        for (size_t f = 0; f < FLAG_COUNT; f++) {
            text_add_char(out, ',');
            text_add_char(out, (epochs->state[k] & FLAG[f].bit) != 0 ? '1' : '0');
        }
        text_add_char(out, '\n');
    }
}

void epochs_csv_add_codebook(struct text *out)
{
    text_add(out, "epochs,time_ts,time,,start of the epoch,エポックの始まり,timestamp,file\n");
    for (enum epoch_column c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        const char *const row[] = {"epochs",
                                   epoch_column_name(c),
                                   "real",
                                   epoch_column_unit(c),
                                   epoch_column_meaning_en(c),
                                   epoch_column_meaning_ja(c),
                                   "",
                                   "epoch_s"};
        text_add_csv_row(out, row, sizeof row / sizeof *row);
    }
    for (size_t f = 0; f < FLAG_COUNT; f++) {
        const char *const row[] = {"epochs",   FLAG[f].name, "flag", "",
                                   FLAG[f].en, FLAG[f].ja,   "",     FLAG[f].source};
        text_add_csv_row(out, row, sizeof row / sizeof *row);
    }
}
