/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest intervals, scored sleep intervals and exclusions as the maker's software wrote them
 * beside the epochs: each becomes an event with its two ends.
 */
#include "firmware-formats/epoch_csv_reader.h"

#include <string.h>

static const char *const names[] = {"rest", "sleep", "excluded"};
#define N_NAMES (sizeof names / sizeof *names)

static unsigned intervals_of(const struct table_kind *kind, const char *word)
{
    if (word == NULL || kind == NULL || kind->intervals == NULL) {
        return 0;
    }
    for (const struct table_word *known = kind->intervals; known->word != NULL; known++) {
        if (table_name_is(word, known->word)) {
            return known->intervals;
        }
    }
    return 0;
}

void epoch_csv_intervals(struct epoch_csv *self, const char *word, int64_t index)
{
    unsigned now = intervals_of(self->plan.kind, word);
    for (size_t i = 0; i < N_NAMES; i++) {
        unsigned bit = 1u << i;
        if ((self->intervals & bit) == (now & bit)) {
            continue;
        }
        if ((now & bit) != 0) {
            self->interval_start[i] = index;
            continue;
        }
        read_report_add(&self->base.report, READ_EVENT_INTERVAL,
                        self->t0_ns + self->interval_start[i] * self->epoch_ns,
                        self->t0_ns + index * self->epoch_ns, -1, names[i]);
    }
    self->intervals = now;
}
