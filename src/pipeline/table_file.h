/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table that grows row by row on the disk, so that its length does not show in memory; is
 * read back; and gets its name when all tables are complete.
 */
#ifndef SRC_PIPELINE_TABLE_FILE_H
#define SRC_PIPELINE_TABLE_FILE_H

#include "src/base/byte_source.h"
#include "src/base/text.h"

struct table_file {
    struct text rows;          /* to be written: append here, then table_file_spill() */
    struct byte_source *bytes; /* the whole table, once it is complete; NULL before */
    struct text path, part;
    int fd;
};

/* Ready to be released. */
void table_file_init(struct table_file *self);
/* Begins path.part. */
enum yk_status table_file_begin(struct table_file *self, const char *path, struct failure *why);
/* Writes rows away when there are many. */
enum yk_status table_file_spill(struct table_file *self, struct failure *why);
/* Writes what is left, syncs, and opens bytes. */
enum yk_status table_file_complete(struct table_file *self, struct failure *why);
/* Gives the complete table its name, replacing what was there. bytes stay. */
enum yk_status table_file_publish(struct table_file *self, struct failure *why);
/* Removes what has no name yet. */
void table_file_release(struct table_file *self);

#endif
