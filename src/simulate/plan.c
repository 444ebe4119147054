/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The row of spells: looking up, and taking the recorder off on top of a finished life.
 * Inventing the life itself is in life.c.
 */
#include "src/simulate/plan.h"

#include "src/base/mem.h"
#include "src/simulate/random.h"

static const char *const ACTIVITY_WORD[ACTIVITY_COUNT] = {
    [ACTIVITY_SLEEP] = "sleep",
    [ACTIVITY_BED_TRYING] = "bed_trying",
    [ACTIVITY_BED_READING] = "bed_reading",
    [ACTIVITY_BED_AWAKE] = "bed_awake",
    [ACTIVITY_STILL_REST] = "still_rest",
    [ACTIVITY_SOFA] = "sofa",
    [ACTIVITY_DESK] = "desk",
    [ACTIVITY_TRAVEL] = "travel",
    [ACTIVITY_LIGHT] = "light",
    [ACTIVITY_HOUSEHOLD] = "household",
    [ACTIVITY_WALK] = "walk",
    [ACTIVITY_VIGOROUS] = "vigorous",
    [ACTIVITY_HANDLING] = "handling",
    [ACTIVITY_OFF] = "off",
};

const char *activity_word(enum activity activity)
{
    return ACTIVITY_WORD[activity];
}

bool activity_is_in_bed(enum activity activity)
{
    return activity == ACTIVITY_SLEEP || activity == ACTIVITY_BED_TRYING ||
           activity == ACTIVITY_BED_READING || activity == ACTIVITY_BED_AWAKE;
}

void plan_init(struct plan *self)
{
    *self = (struct plan){0};
}

void plan_release(struct plan *self)
{
    mem_free(self->spells);
    mem_free(self->sleeps);
    mem_free(self->wake_bouts);
    mem_free(self->nonwear);
    plan_init(self);
}

const struct spell *plan_at(const struct plan *self, int64_t t_ns)
{
    size_t low = 0;
    size_t high = self->n_spells;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (self->spells[middle].start_ns <= t_ns) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &self->spells[low];
}

/* Puts one spell over whatever the plan holds there. */
static enum yk_status overlay(struct plan *self, struct spell over, struct failure *why)
{
    size_t room = self->n_spells + 2;
    struct spell *fresh = mem_alloc(room, sizeof *fresh);
    if (fresh == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a plan of %zu spells", room);
    }
    size_t n = 0;
    bool is_placed = false;
    for (size_t i = 0; i < self->n_spells; i++) {
        struct spell s = self->spells[i];
        if (s.start_ns < over.start_ns) {
            fresh[n++] = (struct spell){
                s.start_ns, s.end_ns < over.start_ns ? s.end_ns : over.start_ns, s.activity};
        }
        if (!is_placed && s.end_ns > over.start_ns) {
            fresh[n++] = over;
            is_placed = true;
        }
        if (s.end_ns > over.end_ns) {
            fresh[n++] = (struct spell){s.start_ns > over.end_ns ? s.start_ns : over.end_ns,
                                        s.end_ns, s.activity};
        }
    }
    mem_free(self->spells);
    self->spells = fresh;
    self->n_spells = n;
    self->spells_capacity = room;
    return YK_OK;
}

static bool overlaps_nonwear(const struct plan *self, int64_t start_ns, int64_t end_ns)
{
    for (size_t i = 0; i < self->n_nonwear; i++) {
        if (start_ns < self->nonwear[i].end_ns + 30 * NS_PER_MIN &&
            end_ns > self->nonwear[i].start_ns - 30 * NS_PER_MIN) {
            return true;
        }
    }
    return false;
}

/* Off from start to end, with some seconds of fumbling with the strap on either side. */
static enum yk_status take_off(struct plan *self, int64_t start_ns, int64_t end_ns,
                               struct random *random, struct failure *why)
{
    if (MEM_RESERVE(self->nonwear, self->n_nonwear, self->nonwear_capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the times off the wrist");
    }
    int64_t before = (int64_t)(random_between(random, 6, 20) * 1e3) * 1000000;
    int64_t after = (int64_t)(random_between(random, 8, 25) * 1e3) * 1000000;
    enum yk_status status = overlay(
        self, (struct spell){start_ns - before, end_ns + after, ACTIVITY_HANDLING}, why);
    if (status == YK_OK) {
        status = overlay(self, (struct spell){start_ns, end_ns, ACTIVITY_OFF}, why);
    }
    if (status != YK_OK) {
        return status;
    }
    self->nonwear[self->n_nonwear++] = (struct stretch){start_ns, end_ns};
    for (size_t i = 0; i < self->n_sleeps; i++) {
        struct sleep *s = &self->sleeps[i];
        if (start_ns < s->out_of_bed_ns && end_ns > s->in_bed_ns) {
            s->has_nonwear = true;
        }
    }
    return YK_OK;
}

static int64_t whole_seconds(double s)
{
    return (int64_t)(s + 0.5) * NS_PER_S;
}

/* The stretch between leaving bed and going to bed again that holds the instant. */
static bool awake_around(const struct plan *self, int64_t t_ns, struct stretch *out)
{
    *out = (struct stretch){INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < self->n_sleeps; i++) {
        const struct sleep *s = &self->sleeps[i];
        if (s->out_of_bed_ns <= t_ns && s->out_of_bed_ns > out->start_ns) {
            out->start_ns = s->out_of_bed_ns;
        }
        if (s->in_bed_ns > t_ns && s->in_bed_ns < out->end_ns) {
            out->end_ns = s->in_bed_ns;
        }
        if (s->in_bed_ns <= t_ns && t_ns < s->out_of_bed_ns) {
            return false;
        }
    }
    return out->start_ns != INT64_MIN && out->end_ns != INT64_MAX;
}

static enum yk_status take_off_by_day(struct plan *self, int64_t start_ns, int64_t end_ns,
                                      struct random *random, struct failure *why)
{
    double length_s = (double)(end_ns - start_ns) / 1e9;
    for (int attempt = 0; attempt < 200; attempt++) {
        int64_t off = start_ns + whole_seconds(random_uniform(random) * length_s);
        double minutes = random_lognormal(random, 80, 0.6);
        minutes = minutes < 25 ? 25 : minutes > 300 ? 300 : minutes;
        int64_t on = off + whole_seconds(minutes * 60);
        struct stretch awake;
        if (awake_around(self, off, &awake) && off > awake.start_ns + 20 * NS_PER_MIN &&
            on < awake.end_ns - 40 * NS_PER_MIN && off > start_ns + 20 * NS_PER_MIN &&
            on < end_ns - 20 * NS_PER_MIN && !overlaps_nonwear(self, off, on)) {
            return take_off(self, off, on, random, why);
        }
    }
    return YK_OK;
}

/* From going to bed, or from some time in the night, until after getting up. */
static enum yk_status take_off_in_bed(struct plan *self, int64_t start_ns, int64_t end_ns,
                                      struct random *random, struct failure *why)
{
    for (int attempt = 0; attempt < 200; attempt++) {
        const struct sleep *s = &self->sleeps[random_below(random, self->n_sleeps)];
        bool is_from_start = random_chance(random, 0.5);
        double asleep_s = (double)(s->wake_ns - s->onset_ns) / 1e9;
        int64_t off =
            is_from_start
                ? s->in_bed_ns
                : s->onset_ns + whole_seconds(random_between(random, 0.2, 0.7) * asleep_s);
        int64_t on = s->out_of_bed_ns + whole_seconds(random_between(random, 120, 3000));
        struct stretch unused;
        bool is_awake_after = awake_around(self, on, &unused);
        if (!s->is_nap && is_awake_after && off > start_ns + 20 * NS_PER_MIN &&
            on < end_ns - 20 * NS_PER_MIN && !overlaps_nonwear(self, off, on)) {
            return take_off(self, off, on, random, why);
        }
    }
    return YK_OK;
}

enum yk_status plan_take_off(struct plan *self, int64_t start_ns, int64_t end_ns, int by_day,
                             int in_bed, uint64_t seed, struct failure *why)
{
    struct random random;
    random_seed(&random, seed, STREAM_NONWEAR);
    enum yk_status status = YK_OK;
    for (int i = 0; i < in_bed && status == YK_OK; i++) {
        status = take_off_in_bed(self, start_ns, end_ns, &random, why);
    }
    for (int i = 0; i < by_day && status == YK_OK; i++) {
        status = take_off_by_day(self, start_ns, end_ns, &random, why);
    }
    /* in order of time */
    for (size_t i = 1; i < self->n_nonwear; i++) {
        struct stretch s = self->nonwear[i];
        size_t k = i;
        for (; k > 0 && self->nonwear[k - 1].start_ns > s.start_ns; k--) {
            self->nonwear[k] = self->nonwear[k - 1];
        }
        self->nonwear[k] = s;
    }
    return status;
}
