/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a store knows of files that a batch reads: whose recording it is, found by content, and
 * the zone of the store. Read once, before the work begins.
 */
#include "src/pipeline/batch_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/store/recordings.h"

static int by_hash(const void *a, const void *b)
{
    return strcmp(((const struct batch_owner *)a)->sha256,
                  ((const struct batch_owner *)b)->sha256);
}

void batch_owners_release(struct batch_owners *self)
{
    mem_free(self->owners);
    self->owners = NULL;
    self->n = 0;
}

static enum yk_status take_rows(const struct recording_row *rows, size_t n,
                                struct batch_owners *out, struct failure *why)
{
    out->owners = mem_alloc(n, sizeof *out->owners);
    if (out->owners == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu recordings of the store", n);
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].person, PERSON_UNASSIGNED) != 0) { /* waits for its person */
            struct batch_owner *owner = &out->owners[out->n++];
            snprintf(owner->sha256, sizeof owner->sha256, "%s", rows[i].sha256);
            snprintf(owner->person, sizeof owner->person, "%s", rows[i].person);
        }
    }
    if (out->n > 1) {
        qsort(out->owners, out->n, sizeof *out->owners, by_hash);
    }
    return YK_OK;
}

enum yk_status batch_owners_read(const char *folder, struct batch_owners *out, char *zone,
                                 size_t zone_room, struct failure *why)
{
    struct store store;
    struct recording_row *rows = NULL;
    size_t n = 0;
    enum yk_status status = store_open(folder, STORE_READ, &store, why);
    if (status != YK_OK) {
        return status;
    }
    status = recording_list(&store, NULL, &rows, &n, why);
    status = status == YK_OK ? take_rows(rows, n, out, why) : status;
    if (status == YK_OK && store.zone[0] != '\0') {
        snprintf(zone, zone_room, "%s", store.zone);
        out->has_zone = true;
    }
    mem_free(rows);
    store_close(&store);
    return status;
}

const char *batch_owner_of(const struct batch_owners *self, const char *sha256)
{
    struct batch_owner key;
    snprintf(key.sha256, sizeof key.sha256, "%s", sha256);
    const struct batch_owner *found =
        self->n > 0 ? bsearch(&key, self->owners, self->n, sizeof key, by_hash) : NULL;
    return found != NULL ? found->person : NULL;
}
