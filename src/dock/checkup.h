/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is everything as docking needs it? Each finding says what was looked at, what was found, and
 * the one command that mends it. The dock asks before its first recorder, `yoake doctor` on
 * demand.
 */
#ifndef SRC_DOCK_CHECKUP_H
#define SRC_DOCK_CHECKUP_H

#include "drivers/dock_device.h"
#include "src/base/i18n.h"

enum checkup_level {
    CHECKUP_GOOD,
    CHECKUP_NOTE,   /* works, but should be known */
    CHECKUP_PROBLEM /* does not work until it is mended */
};

struct checkup_item {
    const char *word;    /* for programs: "disk_space" */
    const char *ja, *en; /* what was looked at */
    enum checkup_level level;
    char subject[160]; /* the store's folder, a recorder's place; "" */
    char says_ja[400], says_en[400];
    char command[600]; /* that mends it; "" when nothing is to be mended */
};

struct checkup {
    const char *store_folder;
    const char *zone_name;     /* --zone, or NULL */
    const char *backup_folder; /* where backups go; NULL: not said */
    int64_t now_ns;            /* what this computer's clock shows; 0: ask it */
    void (*found)(void *user, const struct checkup_item *item);
    void *user;
    size_t n_problems, n_notes;
};

/* PC clock and zone, disk space, store, backups. Changes nothing. */
void checkup_surroundings(struct checkup *self);
/* Is a dock running on this store? wants_none: then that is a problem. */
void checkup_second_dock(struct checkup *self, bool wants_none);
/* What is attached; bus NULL with the failure of opening it. May wait 15 s when a recorder is
 * starting. */
void checkup_devices(struct checkup *self, struct usb_bus *bus, const struct failure *no_bus);

/* The lock that keeps a second dock from a store; *lock is closed by station_unlock().
 * YK_ERR_BUSY names the process that has it. */
enum yk_status station_lock(const char *store_folder, int *lock, struct failure *why);
void station_unlock(int lock); /* accepts -1 */

const char *checkup_level_word(enum checkup_level level); /* "good", "note", "problem" */

#endif
