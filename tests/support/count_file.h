/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading a whole count file of any format, from the disk or from memory, and damaging it.
 */
#ifndef TESTS_SUPPORT_COUNT_FILE_H
#define TESTS_SUPPORT_COUNT_FILE_H

#include "firmware-formats/format.h"

struct count_file {
    struct open_options options; /* first: what lies beside the file is found behind it */
    const char *ini;
    struct zone *zone;
    struct byte_source *bytes;
    struct recording_source *source; /* NULL when it could not be opened */
    struct epoch_series epochs;
    struct failure why;
    enum yk_status status; /* YK_END when all went well */
};

/* By content, as the program does. zone: "UTC"; the file's own zone wins when zone begins with
 * '?' ("?UTC"). ini: what lies beside the file, or NULL. */
void count_file_read(struct count_file *self, const char *path, const char *zone,
                     const char *ini);
void count_file_read_text(struct count_file *self, const void *text, size_t n, const char *zone,
                          const char *ini);
void count_file_close(struct count_file *self);

double count_file_sum(const struct count_file *self, enum epoch_column column);
size_t count_file_missing(const struct count_file *self, enum epoch_column column);
size_t count_file_events(const struct count_file *self, enum read_event_kind kind,
                         const char *detail); /* detail: a part of it; NULL: any */
/* Local time of the first epoch, "2015-07-04T09:45:00+01:00". */
const char *count_file_start(const struct count_file *self);

/* Refuses the k-th allocation of reading this text, for every k, until none is refused. */
void count_file_refuse_memory(const char *text, const char *ini);

/* Cuts the file at `places` places and turns a byte over at as many. Each time it must be read
 * or refused with a sentence; what is read must fit what the report counts. A file that is cut
 * inside a row must say so. */
void count_file_damage(const char *path, size_t places);

#endif
