/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What in a folder belongs to a batch: so that one folder may hold recordings and results, and
 * so that nobody else's files are replaced.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/disk.h"
#include "src/export/tables.h"
#include "src/pipeline/batch_parts.h"
#include "src/pipeline/sums.h"

/* Beside the tables. The first two are there from the beginning of a batch to its end. */
static const char *const others[] = {"run.log",     "cohort.sqlite", "codebook.csv",
                                     "methods.txt", "recordings",    "epochs",
                                     SUMS_FILE};
enum { N_MARKS = 2, N_OTHERS = sizeof others / sizeof *others };

static bool is_table(const char *name)
{
    size_t n = strlen(name);
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        const char *table = export_table_name((enum export_table)t);
        size_t length = strlen(table);
        if (n == length + 4 && strncmp(name, table, length) == 0 &&
            strcmp(name + length, ".csv") == 0) {
            return true;
        }
    }
    return false;
}

bool batch_folder_has(const char *name)
{
    for (size_t i = 0; i < N_OTHERS; i++) {
        if (strcmp(name, others[i]) == 0) {
            return true;
        }
    }
    return is_table(name);
}

bool batch_folder_is_ours(const char *folder)
{
    for (size_t i = 0; i < N_MARKS; i++) {
        if (!disk_holds(folder, others[i])) {
            return false;
        }
    }
    return true;
}

static enum yk_status refuse(const char *folder, const char *name, struct failure *why)
{
    return failure_set(why, YK_ERR_CONFLICT,
                       "%s/%s is there already and no batch wrote it (a batch leaves run.log "
                       "beside it); name another folder with -o",
                       folder, name);
}

enum yk_status batch_folder_refuse_foreign(const char *folder, struct failure *why)
{
    if (disk_holds(folder, others[0])) {
        return YK_OK;
    }
    for (size_t i = 0; i < N_OTHERS; i++) {
        if (disk_holds(folder, others[i])) {
            return refuse(folder, others[i], why);
        }
    }
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        char name[64];
        snprintf(name, sizeof name, "%s.csv", export_table_name((enum export_table)t));
        if (disk_holds(folder, name)) {
            return refuse(folder, name, why);
        }
    }
    return YK_OK;
}
