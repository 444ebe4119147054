/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The diary of a batch: read once for each zone that its recordings are of, so that what a
 * recording costs does not depend on how many there are. A clock time is an instant only in a
 * zone, and the zone of a recording may stand in its file.
 */
#include "src/pipeline/batch_parts.h"

#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/pipeline/diary_csv.h"

void batch_diaries_init(struct batch_diaries *self)
{
    *self = (struct batch_diaries){.n = 0};
    pthread_mutex_init(&self->lock, NULL);
}

void batch_diaries_release(struct batch_diaries *self)
{
    for (size_t i = 0; i < self->n; i++) {
        diary_release(&self->diaries[i].diary);
    }
    mem_free(self->diaries);
    pthread_mutex_destroy(&self->lock);
}

/* ---- the key ---- */

static void add_diary_night(const struct diary_night *night, struct text *out)
{
    text_addf(out, "%s %lld %lld %lld %lld %lld %d\n", night->person_id,
              (long long)civil_to_days(night->night), (long long)night->in_bed_ns,
              (long long)night->lights_out_ns, (long long)night->wake_ns,
              (long long)night->out_of_bed_ns, night->rested);
    for (size_t i = 0; i < night->n_nap; i++) {
        text_addf(out, "nap %lld %lld\n", (long long)night->nap[i].start_ns,
                  (long long)night->nap[i].end_ns);
    }
    for (size_t i = 0; i < night->n_off; i++) {
        text_addf(out, "off %lld %lld\n", (long long)night->off[i].start_ns,
                  (long long)night->off[i].end_ns);
    }
}

void batch_add_diary_key(const struct batch *self, const char *code, struct text *out)
{
    size_t n = 0;
    const struct diary_night *nights =
        code != NULL ? diary_of_person(&self->diary, code, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        add_diary_night(&nights[i], out);
    }
    if (code == NULL && self->diary.n > 0) {
        text_addf(out, "diary %s\n", self->diary_key);
    }
}

enum yk_status batch_read_diary(struct batch *self, const struct zone *zone,
                                struct failure *why)
{
    const struct diary_read_options how = {.zone = zone,
                                           .keep_good = self->options->keep_good,
                                           .first_wrong = &self->diary_first_wrong};
    struct text all;
    text_init(&all);
    enum yk_status status =
        diary_read_file(self->options->diary, &how, &self->diary, &self->n_diary_skipped, why);
    for (size_t i = 0; status == YK_OK && i < self->diary.n; i++) {
        add_diary_night(&self->diary.nights[i], &all);
    }
    status = status == YK_OK ? digest_of_text(&all, self->diary_key, why) : status;
    if (status == YK_OK) {
        snprintf(self->diary_zone, sizeof self->diary_zone, "%s", zone_name(zone));
    }
    text_release(&all);
    return status;
}

/* ---- the nights of a recording ---- */

static const struct diary *find_read(const struct batch *self, const char *zone)
{
    const struct batch_diaries *others = &self->other_diaries;
    if (strcmp(self->diary_zone, zone) == 0) {
        return &self->diary;
    }
    for (size_t i = 0; i < others->n; i++) {
        if (strcmp(others->diaries[i].zone, zone) == 0) {
            return &others->diaries[i].diary;
        }
    }
    return NULL;
}

static enum yk_status read_more(struct batch *self, const struct zone *zone,
                                struct failure *why)
{
    struct batch_diaries *others = &self->other_diaries;
    const struct diary_read_options how = {.zone = zone, .keep_good = self->options->keep_good};
    if (MEM_RESERVE(others->diaries, others->n, others->capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the diary in %s",
                           zone_name(zone));
    }
    struct zoned_diary *more = &others->diaries[others->n];
    diary_init(&more->diary);
    enum yk_status status =
        diary_read_file(self->options->diary, &how, &more->diary, NULL, why);
    if (status == YK_OK) {
        snprintf(more->zone, sizeof more->zone, "%s", zone_name(zone));
        others->n++;
    }
    return status;
}

/* Copies, because the array of diaries may move when another worker reads one more. */
static enum yk_status copy_nights(const struct diary *from, const char *code,
                                  const char *person, struct diary *out, struct failure *why)
{
    size_t n = 0;
    const struct diary_night *nights = diary_of_person(from, code, &n);
    struct diary_night *copies = mem_alloc(n, sizeof *copies);
    if (copies == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu diary nights", n);
    }
    for (size_t i = 0; i < n; i++) {
        copies[i] = nights[i];
        snprintf(copies[i].person_id, sizeof copies[i].person_id, "%.63s", person);
    }
    diary_release(out);
    *out = (struct diary){.nights = copies, .n = n, .capacity = n};
    return YK_OK;
}

enum yk_status batch_diary_of(struct batch *self, const struct zone *zone, const char *code,
                              const char *person, struct diary *out, struct failure *why)
{
    enum yk_status status = YK_OK;
    pthread_mutex_lock(&self->other_diaries.lock);
    const struct diary *diary = find_read(self, zone_name(zone));
    if (diary == NULL) {
        status = read_more(self, zone, why);
        diary = status == YK_OK ? find_read(self, zone_name(zone)) : NULL;
    }
    status = diary != NULL ? copy_nights(diary, code, person, out, why) : status;
    pthread_mutex_unlock(&self->other_diaries.lock);
    return status;
}
