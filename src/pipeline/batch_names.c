/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the recordings of a batch are called, and which inputs hold the same.
 *
 * Only what may be alike is read before the work: files of one size or one stem, and packed
 * ones that unpack to the size of another, by what the packer wrote of them.
 */
#include "src/pipeline/batch_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "firmware-formats/format.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/pool.h"

const char *batch_input_content(const struct batch_input *self)
{
    return self->unpacked_sha256[0] != '\0' ? self->unpacked_sha256
           : self->sha256[0] != '\0'        ? self->sha256
                                            : self->listed_sha256;
}

/* A table means something else with another description. */
static int compare_content(const struct batch_input *x, const struct batch_input *y)
{
    int order = strcmp(batch_input_content(x), batch_input_content(y));
    return order != 0 ? order : strcmp(x->description, y->description);
}

/* By content; of one content, what is computed before its duplicates. */
static int by_content(const void *a, const void *b)
{
    const struct batch_input *x = *(struct batch_input *const *)a;
    const struct batch_input *y = *(struct batch_input *const *)b;
    int order = compare_content(x, y);
    if (order == 0) {
        order = (x->state == BATCH_DUPLICATE) - (y->state == BATCH_DUPLICATE);
    }
    return order != 0 ? order : strcmp(x->path, y->path);
}

/* ---- hashing ---- */

struct naming {
    struct batch_input **order;
    struct job *job;
};

/* What cannot be unpacked as a whole is like no other; whether it can be read is seen later. */
static void hash_unpacked(struct batch_input *input, struct byte_source *packed,
                          struct job *job)
{
    struct byte_source *plain = NULL;
    if (recording_unpack(packed, job, &plain, NULL) != YK_OK || plain->damage != NULL ||
        digest_of_source(plain, job, input->unpacked_sha256, NULL) != YK_OK) {
        input->unpacked_sha256[0] = '\0';
    }
    byte_source_close(plain);
}

void batch_input_describe(struct batch_input *self, struct byte_source *bytes, struct job *job)
{
    struct byte_source *description = NULL;
    if (recording_description_open(bytes, job, &description, NULL) != YK_OK ||
        digest_of_source(description, job, self->description, NULL) != YK_OK) {
        self->description[0] = '\0'; /* one that cannot be read is said when the table is */
    }
    byte_source_close(description);
}

static void hash_one(void *user, size_t i, unsigned worker)
{
    (void)worker;
    struct naming *naming = user;
    struct batch_input *input = naming->order[i];
    struct job job = {.cancel = naming->job != NULL ? naming->job->cancel : NULL};
    struct byte_source *bytes = NULL;
    struct failure why = {.text = ""};
    enum yk_status status = recording_bytes_open(input->path, &bytes, &why);
    if (status == YK_OK) {
        status = digest_of_source(bytes, &job, input->sha256, &why);
    }
    if (status == YK_OK) {
        batch_input_describe(input, bytes, &job);
    }
    if (status == YK_OK && input->is_packed && input->is_candidate) {
        hash_unpacked(input, bytes, &job);
    }
    byte_source_close(bytes);
    if (status != YK_OK) {
        input->sha256[0] = '\0';
    }
    if (status != YK_OK && status != YK_ERR_CANCELLED) {
        input->state = BATCH_FAILED;
        batch_input_refuse(input, &why);
    }
}

static enum yk_status hash_some(struct batch_input **which, size_t n, unsigned n_jobs,
                                struct job *job, struct failure *why)
{
    struct naming naming = {.order = which, .job = job};
    enum yk_status status =
        pool_run(n, n_jobs, job != NULL ? job->cancel : NULL, hash_one, &naming, why);
    if (status == YK_OK && job_is_cancelled(job)) {
        status = failure_set(why, YK_ERR_CANCELLED, "stopped while looking at the inputs");
    }
    return status;
}

/* ---- names, and who may be alike ---- */

static int by_stem(const void *a, const void *b)
{
    const struct batch_input *x = *(struct batch_input *const *)a;
    const struct batch_input *y = *(struct batch_input *const *)b;
    int order = strcasecmp(x->stem, y->stem);
    return order != 0 ? order : strcmp(x->path, y->path);
}

static bool is_alike(struct batch_input *const *order, size_t n, size_t i)
{
    return (i > 0 && strcasecmp(order[i - 1]->stem, order[i]->stem) == 0) ||
           (i + 1 < n && strcasecmp(order[i + 1]->stem, order[i]->stem) == 0);
}

/* Of inputs with one content, the first by path is the recording. */
static void mark_duplicates(struct batch_input **order, size_t n)
{
    qsort(order, n, sizeof(struct batch_input *), by_content);
    for (size_t i = 1, first = 0; i < n; i++) {
        struct batch_input *input = order[i];
        if (input->sha256[0] == '\0' || compare_content(order[first], input) != 0) {
            first = i;
        } else {
            input->state = BATCH_DUPLICATE;
            struct failure why;
            failure_set(&why, YK_ERR_CONFLICT, "the same content as %s", order[first]->path);
            batch_input_refuse(input, &why);
        }
    }
}

static void look_at_size(struct batch_input *input)
{
    struct byte_source *bytes = NULL;
    input->plain_bytes = (uint32_t)input->size;
    if ((name_ends_like(input->path, ".gz") || name_ends_like(input->path, ".zip")) &&
        file_source_open(input->path, &bytes, NULL) == YK_OK) {
        uint32_t size = 0, crc = 0;
        if (recording_is_packed(bytes, &size, &crc)) {
            input->is_packed = true;
            input->plain_bytes = size;
            input->plain_crc = crc;
        }
        byte_source_close(bytes);
    }
}

/* By size, unpacked; of one size, what is not packed first. */
static int by_size(const void *a, const void *b)
{
    const struct batch_input *x = *(struct batch_input *const *)a;
    const struct batch_input *y = *(struct batch_input *const *)b;
    if (x->plain_bytes != y->plain_bytes) {
        return x->plain_bytes < y->plain_bytes ? -1 : 1;
    }
    if (x->is_packed != y->is_packed) {
        return x->is_packed ? 1 : -1;
    }
    if (x->plain_crc != y->plain_crc) {
        return x->plain_crc < y->plain_crc ? -1 : 1;
    }
    return strcmp(x->path, y->path);
}

/* Of n inputs of one size: packed ones of another checksum are not alike, others may be. */
static void mark_candidates(struct batch_input **of_size, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct batch_input *last = of_size[i > 0 ? i - 1 : i];
        const struct batch_input *next = of_size[i + 1 < n ? i + 1 : i];
        struct batch_input *input = of_size[i];
        bool is_like = (last != input && last->plain_crc == input->plain_crc) ||
                       (next != input && next->plain_crc == input->plain_crc);
        input->is_candidate = n > 1 && input->size > 0 && (!of_size[0]->is_packed || is_like);
    }
}

/* Files that may be alike: those of one stem, and those of one size. Hashing only these spares
 * reading a cohort twice. */
static size_t find_candidates(struct batch_input **order, size_t n, struct batch_input **out)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        look_at_size(order[i]);
    }
    qsort(order, n, sizeof(struct batch_input *), by_size);
    for (size_t first = 0, i = 1; i <= n; i++) {
        if (i == n || order[i]->plain_bytes != order[first]->plain_bytes) {
            mark_candidates(order + first, i - first);
            first = i;
        }
    }
    qsort(order, n, sizeof(struct batch_input *), by_stem);
    for (size_t i = 0; i < n; i++) {
        order[i]->has_twin = is_alike(order, n, i);
        if (order[i]->is_candidate || order[i]->has_twin) {
            out[found++] = order[i];
        }
    }
    return found;
}

/* The stem, and where others are like it so many digits of the hash; of a table with a
 * description, of both hashes. */
static void give_id(struct batch_input *input, int digits)
{
    char both[2 * DIGEST_HEX], hex[DIGEST_HEX];
    if (!input->has_twin) {
        snprintf(input->recording_id, sizeof input->recording_id, "%s", input->stem);
    } else if (input->sha256[0] != '\0') {
        snprintf(both, sizeof both, "%s%s", input->sha256, input->description);
        digest_of_memory(both, strlen(both), hex);
        snprintf(input->recording_id, sizeof input->recording_id, "%s-%.*s", input->stem,
                 digits, input->description[0] != '\0' ? hex : input->sha256);
    }
}

static int by_id(const void *a, const void *b)
{
    const struct batch_input *x = *(struct batch_input *const *)a;
    const struct batch_input *y = *(struct batch_input *const *)b;
    int order = strcasecmp(x->recording_id, y->recording_id);
    return order != 0 ? order : by_content(a, b);
}

/* Among some ten thousand files of one name two different ones begin with the same digits. */
static void tell_apart(struct batch_input **order, size_t n)
{
    enum { MORE = 16 };
    qsort(order, n, sizeof(struct batch_input *), by_id);
    for (size_t first = 0, i = 1; i <= n; i++) {
        if (i < n && strcasecmp(order[first]->recording_id, order[i]->recording_id) == 0) {
            continue;
        }
        bool is_shared = compare_content(order[first], order[i - 1]) != 0;
        for (; first < i; first++) {
            if (is_shared) {
                give_id(order[first], MORE);
            }
        }
    }
}

enum yk_status batch_inputs_name(struct batch_inputs *self, unsigned n_jobs, struct job *job,
                                 struct failure *why)
{
    struct batch_input **order = mem_alloc(2 * self->n, sizeof(struct batch_input *));
    if (order == NULL) {
        return batch_inputs_no_memory(self, why);
    }
    for (size_t i = 0; i < self->n; i++) {
        order[i] = &self->inputs[i];
    }
    struct batch_input **candidates = order + self->n;
    size_t n = find_candidates(order, self->n, candidates);
    enum yk_status status = hash_some(candidates, n, n_jobs, job, why);
    for (size_t i = 0; i < self->n && status == YK_OK; i++) {
        give_id(order[i], 8);
    }
    if (status == YK_OK) {
        tell_apart(order, self->n);
    }
    if (status == YK_OK) {
        mark_duplicates(candidates, n);
    }
    mem_free(order);
    return status;
}

enum yk_status batch_inputs_hash(struct batch_inputs *self, unsigned n_jobs, struct job *job,
                                 struct failure *why)
{
    struct batch_input **order = mem_alloc(self->n, sizeof(struct batch_input *));
    if (order == NULL) {
        return batch_inputs_no_memory(self, why);
    }
    size_t n = 0;
    for (size_t i = 0; i < self->n; i++) {
        if (self->inputs[i].sha256[0] == '\0' && self->inputs[i].state == BATCH_WAITING) {
            order[n++] = &self->inputs[i];
        }
    }
    enum yk_status status = hash_some(order, n, n_jobs, job, why);
    mem_free(order);
    return status;
}

/* ---- whose they are ---- */

/* Two names of one recording, and two persons: somebody mixed them up. */
static void compare_persons(struct batch_input *input, const struct batch_input *other)
{
    const char *here = input->participant->person_id, *there = other->participant->person_id;
    if (strcmp(here, there) != 0) {
        struct failure why;
        failure_set(&why, YK_ERR_CONFLICT,
                    "the same content as %s, but of another person (%s, there %s)", other->path,
                    here, there);
        batch_input_refuse(input, &why);
    }
}

enum yk_status batch_inputs_note_persons(struct batch_inputs *self, struct failure *why)
{
    size_t n = 0;
    struct batch_input **known = mem_alloc(self->n, sizeof(struct batch_input *));
    if (known == NULL) {
        return batch_inputs_no_memory(self, why);
    }
    for (size_t i = 0; i < self->n; i++) {
        struct batch_input *input = &self->inputs[i];
        if (input->participant != NULL && batch_input_content(input)[0] != '\0') {
            known[n++] = input;
        }
    }
    qsort(known, n, sizeof(struct batch_input *), by_content);
    for (size_t i = 0, first = 0; i < n; i++) {
        first = compare_content(known[first], known[i]) != 0 ? i : first;
        if (known[i]->state == BATCH_DUPLICATE && known[first]->state != BATCH_DUPLICATE) {
            compare_persons(known[i], known[first]);
        }
    }
    mem_free(known);
    return YK_OK;
}
