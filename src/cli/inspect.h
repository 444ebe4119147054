/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a recording is: everything `yoake info` says about a file.
 */
#ifndef SRC_CLI_INSPECT_H
#define SRC_CLI_INSPECT_H

#include "src/base/digest.h"
#include "src/base/job.h"
#include "src/base/text.h"
#include "src/base/zone.h"
#include "src/cli/json_out.h"
#include "src/model/recording.h"

struct inspection {
    const char *file; /* as named by the caller; borrowed */
    struct recording_info info;
    struct read_report report;
    char sha256[DIGEST_HEX]; /* "" unknown */
    int64_t n_epochs;        /* -1: a file of samples */
    double counts_sum;       /* over the main axis; NaN unknown */
    struct zone *zone;       /* to show times in; NULL unknown */
    struct failure failure;  /* code YK_OK unless the file could not be read */
    const char *columns;     /* set before reading: a .ini that describes the table, or NULL */
    struct text guess;       /* the .ini by which a table was read that nothing explains */
};

void inspection_init(struct inspection *self, const char *file);
void inspection_release(struct inspection *self);

/* Reads all of a file. zone_name: --zone, or NULL (the file's own zone, else the system's).
 * session as in struct open_options. On failure self->failure is set as well as *why.
 * errors: those of recording_open(), YK_ERR_CANCELLED */
enum yk_status inspection_read(struct inspection *self, const char *zone_name, int session,
                               struct job *job, struct failure *why);

/* One object with every key of the interface; unknown is null. key: as json_out_object(). */
void inspection_to_json(const struct inspection *self, struct json_out *out, const char *key);

/* Things a person should know before using the file, one at a time: false when there is no
 * i-th. The sentence is appended to out. */
bool inspection_warning(const struct inspection *self, size_t i, bool in_japanese,
                        struct text *out);

#endif
