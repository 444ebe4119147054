/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Epochs as text.
 */
#include "src/export/epochs_csv.h"

static const struct {
    const char *name;
    enum epoch_state bit;
} FLAG[] = {{"unknown", STATE_UNKNOWN},
            {"nonwear", STATE_NONWEAR},
            {"in_rest", STATE_IN_REST},
            {"in_spt", STATE_IN_SPT},
            {"asleep", STATE_ASLEEP}};
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
