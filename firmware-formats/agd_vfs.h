/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file system of one file that knows nothing but reading (sqlite.org/vfs.html), so that
 * SQLite can write nothing and looks for no journal. Nobody else than agd.c includes it.
 */
#ifndef FIRMWARE_FORMATS_AGD_VFS_H
#define FIRMWARE_FORMATS_AGD_VFS_H

#include <sqlite3.h>
#include <stdbool.h>

#include "src/base/byte_source.h"

struct agd_vfs {
    sqlite3_vfs base;
    char name[40];
    bool is_registered;
    struct watched_source bytes;
};

/* self is zeroed, and must stay where it is until agd_vfs_close(); bytes are borrowed until
 * then. *out is the database as sqlite3_open_v2() gives it, with a failure, too. Returns a
 * result code of SQLite. */
int agd_vfs_open(struct agd_vfs *self, struct byte_source *bytes, sqlite3 **out);
void agd_vfs_close(struct agd_vfs *self); /* after the database was closed */

#endif
