/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the dock shows itself: a table of bays that is drawn again in its place on a terminal,
 * and lines where there is none.
 */
#ifndef SRC_CLI_DOCK_VIEW_H
#define SRC_CLI_DOCK_VIEW_H

#include "src/cli/command.h"
#include "src/dock/station.h"

struct dock_view {
    const struct cli *cli;
    struct bay_view *bays; /* by number */
    size_t n_bays, capacity;
    int columns;    /* of the last drawing */
    size_t n_drawn; /* lines of it */
    int64_t drawn_ns;
    bool is_table; /* drawn in place; else lines */
    bool is_once;  /* nobody is asked to plug anything in */
};

void dock_view_init(struct dock_view *self, const struct cli *cli);
void dock_view_release(struct dock_view *self);
/* Takes an event in and shows it. */
void dock_view_event(struct dock_view *self, const struct dock_event *event);

/* The table: a line a bay, below it what the bay says where somebody should read it. No line is
 * wider than columns - 1. */
void dock_view_table(const struct dock_view *self, int columns, int rows, struct text *out);
/* "AX3 39434: safe to unplug. Saved and checked. ..." */
void dock_view_line(const struct dock_view *self, const struct bay_view *bay, struct text *out);
/* "clock: 2026-11-22 09:05, plausible", with the command that mends it on a second line. */
void checkup_print(const struct cli *cli, const struct checkup_item *item, FILE *out);
/* What a bay says. */
void bay_sentence(const struct bay_view *bay, enum language language, struct text *out);

#endif
