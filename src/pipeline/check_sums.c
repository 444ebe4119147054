/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The files of a batch against SHA256SUMS. What was found wanting already is not said twice,
 * and what was read is not read again.
 */
#include "src/pipeline/check_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/pipeline/sums.h"

void check_know(struct checking *self, const char *name, const char *hex)
{
    char *copy = MEM_RESERVE(self->known, self->n_known, self->known_capacity) == 0
                     ? mem_copy_text(name)
                     : NULL;
    if (copy == NULL) {
        self->has_no_memory = true;
        return;
    }
    struct known_file *file = &self->known[self->n_known++];
    file->name = copy;
    snprintf(file->hex, sizeof file->hex, "%s", hex);
}

enum yk_status check_end(struct checking *self, enum yk_status status, struct check_totals *out,
                         struct failure *why)
{
    if (status == YK_OK && self->has_no_memory) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the list of checked files");
    }
    for (size_t i = 0; i < self->n_known; i++) {
        mem_free(self->known[i].name);
    }
    mem_free(self->known);
    if (status == YK_OK) {
        *out = self->totals;
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    const struct known_file *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->hex, y->hex); /* what was found wanting first */
}

/* The first that is known of a file, or NULL. `known` is sorted up to n. */
static const struct known_file *find_known(const struct known_file *known, size_t n,
                                           const char *name)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(known[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n && strcmp(known[low].name, name) == 0 ? &known[low] : NULL;
}

struct comparing {
    struct checking *checking;
    size_t n_known; /* before the sums were looked at */
};

static enum yk_status compare_sum(void *user, const char *name, const char *hex,
                                  struct failure *why)
{
    const struct comparing *comparing = user;
    struct checking *self = comparing->checking;
    const struct known_file *known = find_known(self->known, comparing->n_known, name);
    char found[DIGEST_HEX], detail[128];
    struct failure how;
    struct text path;
    if (known != NULL && (known->hex[0] == '\0' || strcmp(known->hex, hex) == 0)) {
        return YK_OK;
    }
    text_init(&path);
    enum yk_status status = check_goes_on(self, why);
    status = status == YK_OK ? disk_join(self->folder, name, &path, why) : status;
    if (status == YK_OK) {
        enum yk_status read = digest_of_file(text_string(&path), found, &how);
        snprintf(detail, sizeof detail, "SHA-256 %.12s, recorded %.12s",
                 read == YK_OK ? found : "", hex);
        if (read == YK_ERR_NO_DEVICE) {
            check_report(self,
                         strncmp(name, "epochs/", 7) == 0 ? CHECK_epochs_missing
                                                          : CHECK_batch_unfinished,
                         name, "");
        } else if (read != YK_OK || strcmp(found, hex) != 0) {
            check_report(self, CHECK_file_changed, name, read != YK_OK ? how.text : detail);
        }
    }
    text_release(&path);
    return status;
}

enum yk_status check_sums(struct checking *self, struct failure *why)
{
    struct comparing comparing = {self, self->n_known};
    struct text path;
    text_init(&path);
    if (self->n_known > 0) {
        qsort(self->known, self->n_known, sizeof *self->known, by_name);
    }
    enum yk_status status = disk_join(self->folder, SUMS_FILE, &path, why);
    if (status == YK_OK) {
        status = sums_read(text_string(&path), compare_sum, &comparing, why);
        if (status == YK_ERR_NO_DEVICE && self->totals.leftovers == 0) {
            check_report(self, CHECK_batch_unfinished, SUMS_FILE, "");
        } else if (status == YK_ERR_CORRUPT) {
            check_report(self, CHECK_file_changed, SUMS_FILE, "");
        }
        status = status == YK_ERR_NO_DEVICE || status == YK_ERR_CORRUPT ? YK_OK : status;
    }
    text_release(&path);
    return status;
}
