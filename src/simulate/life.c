/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inventing a life: first every sleep, then what fills the time between. Nothing here knows how
 * sleep is detected; what a spell looks like on the wrist is body.c's business.
 */
#include "src/base/mem.h"
#include "src/simulate/exact_math.h"
#include "src/simulate/plan.h"
#include "src/simulate/random.h"

#define MINUTE_S 60.0

enum shift { SHIFT_OFF, SHIFT_DAY, SHIFT_NIGHT };

/* Three days, three nights, two off: a common fast rota. */
static const enum shift ROTA[] = {SHIFT_DAY,   SHIFT_DAY,   SHIFT_DAY, SHIFT_NIGHT,
                                  SHIFT_NIGHT, SHIFT_NIGHT, SHIFT_OFF, SHIFT_OFF};
enum { ROTA_DAYS = sizeof ROTA / sizeof ROTA[0] };

struct life {
    struct plan *plan;
    const struct zone *zone;
    struct random random;
    uint64_t rota_offset;
    int64_t cursor; /* end of the last spell */
    bool is_short;  /* memory was refused */
};

static int64_t at_hour(const struct life *life, struct civil_date date, double hour)
{
    int64_t days = (int64_t)floor(hour / 24);
    double second = floor((hour - 24.0 * (double)days) * 3600.0 + 0.5);
    return zone_instant_of_day(life->zone, civil_add_days(date, days), (int32_t)second);
}

static int64_t after(int64_t from_ns, double seconds)
{
    return from_ns + (int64_t)floor(seconds * 1000 + 0.5) * 1000000;
}

static void do_until(struct life *life, enum activity activity, int64_t end_ns)
{
    struct plan *plan = life->plan;
    if (end_ns <= life->cursor || life->is_short) {
        return;
    }
    if (MEM_RESERVE(plan->spells, plan->n_spells, plan->spells_capacity) != 0) {
        life->is_short = true;
        return;
    }
    plan->spells[plan->n_spells++] = (struct spell){life->cursor, end_ns, activity};
    life->cursor = end_ns;
}

static void do_for(struct life *life, enum activity activity, double seconds, int64_t limit_ns)
{
    int64_t end_ns = after(life->cursor, seconds);
    do_until(life, activity, end_ns < limit_ns ? end_ns : limit_ns);
}

/* ---- the time between two sleeps ---- */

enum part { PART_MORNING, PART_COMMUTE, PART_WORK, PART_FREE, PART_EVENING, PART_WIND_DOWN };

struct choice {
    enum activity activity;
    double weight, median_min, sigma;
};

enum { CHOICES_MAX = 6 };
static const struct choice CHOICES[][CHOICES_MAX] = {
    [PART_MORNING] = {{ACTIVITY_HOUSEHOLD, 0.35, 8, 0.6},
                      {ACTIVITY_LIGHT, 0.40, 11, 0.5},
                      {ACTIVITY_WALK, 0.05, 2, 0.6},
                      {ACTIVITY_DESK, 0.20, 10, 0.5}},
    [PART_COMMUTE] = {{ACTIVITY_WALK, 0.5, 7, 0.5}, {ACTIVITY_TRAVEL, 0.5, 18, 0.5}},
    [PART_WORK] = {{ACTIVITY_DESK, 0.62, 28, 0.6},
                   {ACTIVITY_WALK, 0.14, 3, 0.7},
                   {ACTIVITY_LIGHT, 0.18, 10, 0.7},
                   {ACTIVITY_HOUSEHOLD, 0.06, 8, 0.6}},
    [PART_FREE] = {{ACTIVITY_DESK, 0.25, 25, 0.6},
                   {ACTIVITY_LIGHT, 0.20, 12, 0.6},
                   {ACTIVITY_HOUSEHOLD, 0.22, 14, 0.7},
                   {ACTIVITY_WALK, 0.15, 9, 0.8},
                   {ACTIVITY_SOFA, 0.13, 30, 0.6},
                   {ACTIVITY_TRAVEL, 0.05, 15, 0.5}},
    [PART_EVENING] = {{ACTIVITY_LIGHT, 0.22, 18, 0.5},
                      {ACTIVITY_HOUSEHOLD, 0.18, 12, 0.6},
                      {ACTIVITY_SOFA, 0.36, 35, 0.7},
                      {ACTIVITY_DESK, 0.20, 25, 0.6},
                      {ACTIVITY_WALK, 0.04, 6, 0.6}},
    [PART_WIND_DOWN] = {{ACTIVITY_HOUSEHOLD, 0.40, 5, 0.5},
                        {ACTIVITY_LIGHT, 0.30, 6, 0.5},
                        {ACTIVITY_SOFA, 0.24, 10, 0.5},
                        {ACTIVITY_WALK, 0.06, 1, 0.5}},
};

struct waking {
    int64_t start_ns, end_ns;
    int64_t work_start_ns, work_end_ns; /* equal: no work */
    int64_t sport_ns;                   /* INT64_MAX: none */
};

static enum part part_of(const struct waking *w, int64_t t)
{
    const int64_t commute = 40 * NS_PER_MIN;
    bool has_work = w->work_end_ns > w->work_start_ns;
    if (has_work && t >= w->work_start_ns && t < w->work_end_ns) {
        return PART_WORK;
    }
    if (has_work && t >= w->work_start_ns - commute && t < w->work_end_ns + commute) {
        return PART_COMMUTE;
    }
    if (t > w->end_ns - 22 * NS_PER_MIN) {
        return PART_WIND_DOWN;
    }
    if (t < w->start_ns + 50 * NS_PER_MIN) {
        return PART_MORNING;
    }
    return t > w->end_ns - 270 * NS_PER_MIN ? PART_EVENING : PART_FREE;
}

static void fill_awake(struct life *life, const struct waking *w, int64_t until_ns)
{
    const struct person_kind *kind = life->plan->kind;
    int64_t sport = w->sport_ns;
    while (life->cursor < until_ns && !life->is_short) {
        enum part part = part_of(w, life->cursor);
        if (life->cursor >= sport && part != PART_WORK && part != PART_WIND_DOWN) {
            sport = INT64_MAX;
            do_for(life, ACTIVITY_WALK, 300, until_ns);
            do_for(life, ACTIVITY_VIGOROUS, random_between(&life->random, 20, 50) * MINUTE_S,
                   until_ns);
            do_for(life, ACTIVITY_WALK, 240, until_ns);
            continue;
        }
        bool is_free = part == PART_FREE || part == PART_EVENING;
        if (is_free && random_chance(&life->random, kind->rest_share)) {
            do_for(life, ACTIVITY_STILL_REST,
                   MINUTE_S * clamp(random_lognormal(&life->random, 50, 0.6), 15, 180),
                   until_ns);
            continue;
        }
        double pick = random_uniform(&life->random);
        const struct choice *choice = CHOICES[part];
        while (pick > choice->weight && choice < &CHOICES[part][CHOICES_MAX - 1] &&
               choice[1].weight > 0) {
            pick -= choice->weight;
            choice++;
        }
        double minutes = random_lognormal(&life->random, choice->median_min, choice->sigma);
        do_for(life, choice->activity, MINUTE_S * clamp(minutes, 0.5, 150), until_ns);
        if (random_chance(&life->random, 0.5)) { /* to another room */
            do_for(life, ACTIVITY_WALK, random_between(&life->random, 10, 60), until_ns);
        }
    }
}

/* ---- sleep ---- */

static bool add_bout(struct life *life, int64_t start_ns, int64_t end_ns)
{
    struct plan *plan = life->plan;
    if (MEM_RESERVE(plan->wake_bouts, plan->n_wake_bouts, plan->wake_bouts_capacity) != 0) {
        life->is_short = true;
        return false;
    }
    plan->wake_bouts[plan->n_wake_bouts++] = (struct stretch){start_ns, end_ns};
    return true;
}

/* Awake in the night; sometimes to the toilet and back. */
static void lie_awake(struct life *life, int64_t end_ns)
{
    struct random *random = &life->random;
    double minutes = (double)(end_ns - life->cursor) / 60e9;
    if (minutes > 4 && random_chance(random, 0.4)) {
        do_for(life, ACTIVITY_BED_AWAKE, random_between(random, 15, 60), end_ns);
        do_for(life, ACTIVITY_WALK, random_between(random, 12, 40), end_ns);
        do_for(life, ACTIVITY_LIGHT, random_between(random, 50, 120), end_ns);
        do_for(life, ACTIVITY_WALK, random_between(random, 12, 40), end_ns);
    }
    do_until(life, ACTIVITY_BED_AWAKE, end_ns);
}

/* Spells of one sleep from going to bed to leaving it. */
static void do_sleep(struct life *life, struct sleep *s)
{
    struct plan *plan = life->plan;
    const struct person_kind *kind = plan->kind;
    s->first_bout = plan->n_wake_bouts;
    do_until(life, ACTIVITY_BED_READING, s->lights_out_ns);
    do_until(life, ACTIVITY_BED_TRYING, s->onset_ns);
    double rate_per_s = s->is_nap ? 0.1 / 3600 : kind->wake_bouts_per_h / 3600;
    for (;;) {
        /* sleep is sound for a quarter of an hour after each falling asleep */
        double sound_s = 900 + random_exponential(&life->random, 1 / rate_per_s);
        double awake_s =
            MINUTE_S *
            clamp(random_lognormal(&life->random, kind->wake_bout_min, 0.8), 0.75, 45);
        int64_t bout_start = after(life->cursor, sound_s);
        int64_t bout_end = after(bout_start, awake_s);
        if (bout_end > s->wake_ns - 15 * NS_PER_MIN || life->is_short) {
            break;
        }
        do_until(life, ACTIVITY_SLEEP, bout_start);
        lie_awake(life, bout_end);
        if (!add_bout(life, bout_start, bout_end)) {
            return;
        }
    }
    do_until(life, ACTIVITY_SLEEP, s->wake_ns);
    do_until(life, ACTIVITY_BED_AWAKE, s->out_of_bed_ns);
    s->n_bouts = plan->n_wake_bouts - s->first_bout;
    if (MEM_RESERVE(plan->sleeps, plan->n_sleeps, plan->sleeps_capacity) != 0) {
        life->is_short = true;
        return;
    }
    plan->sleeps[plan->n_sleeps++] = *s;
}

/* In bed, lights out, asleep; and how long in bed in the morning. */
static void fall_asleep(struct life *life, int64_t lights_out_ns, struct sleep *s)
{
    const struct person_kind *kind = life->plan->kind;
    struct random *random = &life->random;
    double latency_min =
        clamp(random_lognormal(random, kind->latency_min, kind->latency_sigma), 2, 150);
    double reading_min = clamp(random_lognormal(random, 14, 0.6), 2, 60);
    bool reads = random_chance(random, kind->reading_chance);
    s->lights_out_ns = lights_out_ns;
    s->in_bed_ns = reads ? after(lights_out_ns, -reading_min * MINUTE_S)
                         : after(lights_out_ns, -random_between(random, 15, 90));
    s->onset_ns = after(lights_out_ns, latency_min * MINUTE_S);
}

static void wake_up(struct life *life, int64_t wanted_ns, double least_h, double most_h,
                    struct sleep *s)
{
    double asleep_h = clamp((double)(wanted_ns - s->onset_ns) / 3600e9, least_h, most_h);
    double lie_min =
        clamp(random_lognormal(&life->random, life->plan->kind->lie_in_min, 0.7), 0.5, 90);
    s->wake_ns = after(s->onset_ns, asleep_h * 3600);
    s->out_of_bed_ns = after(s->wake_ns, lie_min * MINUTE_S);
}

static enum shift shift_on(const struct life *life, struct civil_date date)
{
    int64_t day = civil_to_days(date) + (int64_t)life->rota_offset;
    return ROTA[floor_mod(day, ROTA_DAYS)];
}

/* The main sleep that belongs to this evening. */
static struct sleep sleep_of(struct life *life, struct civil_date evening)
{
    const struct person_kind *kind = life->plan->kind;
    struct random *random = &life->random;
    struct sleep s = {.evening = evening};
    double late = random_normal(random); /* a late evening also sleeps in, by half */
    double bed_h = kind->bed_h + kind->bed_sd_h * late;
    double wake_h =
        kind->wake_h + kind->wake_sd_h * (0.5 * late + 0.87 * random_normal(random));
    double least_h = kind->least_sleep_h;
    double most_h = kind->most_sleep_h;
    enum weekday weekday = civil_weekday(evening);
    if (weekday == FRIDAY || weekday == SATURDAY) {
        bed_h += kind->weekend_h;
        wake_h += kind->weekend_h;
    }
    if (kind->has_shifts) {
        enum shift tonight = shift_on(life, evening);
        enum shift tomorrow = shift_on(life, civil_add_days(evening, 1));
        if (tonight == SHIFT_NIGHT) { /* home in the morning; short when it is the last night */
            bed_h += 8.4 + 24 - kind->bed_h;
            double asleep_h = tomorrow == SHIFT_NIGHT ? 6.0 : 4.6;
            wake_h = bed_h + asleep_h + 0.7 * random_normal(random);
        } else if (tomorrow == SHIFT_DAY) {
            bed_h -= 0.4;
            wake_h -= 0.8;
        }
    }
    fall_asleep(life, at_hour(life, evening, bed_h), &s);
    wake_up(life, at_hour(life, evening, wake_h), least_h, most_h, &s);
    return s;
}

/* Before shift workers' first night shift, and on chosen days of the others. */
static bool nap_between(struct life *life, struct civil_date date, int64_t from_ns,
                        int64_t until_ns, struct sleep *nap)
{
    const struct person_kind *kind = life->plan->kind;
    struct random *random = &life->random;
    bool wants = random_chance(random, kind->nap_chance);
    double hour = kind->nap_h + 0.6 * random_normal(random);
    double minutes = clamp(random_lognormal(random, kind->nap_min, 0.35), 20, 150);
    double latency_min = clamp(random_lognormal(random, 7, 0.5), 2, 25);
    double lie_min = clamp(random_lognormal(random, 4, 0.6), 0.5, 30);
    if (kind->has_shifts && (shift_on(life, date) != SHIFT_NIGHT ||
                             shift_on(life, civil_add_days(date, -1)) == SHIFT_NIGHT)) {
        return false;
    }
    *nap = (struct sleep){.evening = date, .is_nap = true};
    nap->in_bed_ns = at_hour(life, date, hour);
    nap->lights_out_ns = nap->in_bed_ns;
    nap->onset_ns = after(nap->in_bed_ns, latency_min * MINUTE_S);
    nap->wake_ns = after(nap->onset_ns, minutes * MINUTE_S);
    nap->out_of_bed_ns = after(nap->wake_ns, lie_min * MINUTE_S);
    return wants && nap->in_bed_ns > from_ns + 150 * NS_PER_MIN &&
           nap->out_of_bed_ns < until_ns - 180 * NS_PER_MIN;
}

static struct waking waking_on(struct life *life, struct civil_date date, int64_t from_ns,
                               int64_t until_ns)
{
    const struct person_kind *kind = life->plan->kind;
    struct waking w = {.start_ns = from_ns, .end_ns = until_ns, .sport_ns = INT64_MAX};
    double sport_h = 17.9 + random_uniform(&life->random);
    if (random_chance(&life->random, kind->vigorous_chance)) {
        w.sport_ns = at_hour(life, date, sport_h);
    }
    if (kind->has_shifts) {
        enum shift shift = shift_on(life, date);
        if (shift != SHIFT_OFF) {
            w.work_start_ns = at_hour(life, date, shift == SHIFT_DAY ? 8.0 : 21.75);
            w.work_end_ns = at_hour(life, date, shift == SHIFT_DAY ? 16.5 : 31.0);
        }
    } else if ((int)civil_weekday(date) < kind->work_days) {
        w.work_start_ns = at_hour(life, date, 9.0);
        w.work_end_ns = at_hour(life, date, 17.5);
    }
    return w;
}

/* Teeth, clothes, lamps, door; now and then straight from the sofa. */
static void go_to_bed(struct life *life, const struct waking *w, int64_t in_bed_ns)
{
    struct random *random = &life->random;
    double routine_s = 60 * clamp(random_lognormal(random, 8, 0.45), 2, 22);
    double walk_s = random_between(random, 12, 40);
    bool skips = random_chance(random, life->plan->kind->rest_share > 0.1 ? 0.2 : 0.06);
    fill_awake(life, w, after(in_bed_ns, -walk_s - (skips ? 0 : routine_s)));
    int64_t until_ns = after(in_bed_ns, -walk_s);
    while (life->cursor < until_ns && !life->is_short) {
        bool is_busy = random_chance(random, 0.6);
        do_for(life, is_busy ? ACTIVITY_HOUSEHOLD : ACTIVITY_LIGHT,
               60 * random_lognormal(random, 3, 0.5), until_ns);
        do_for(life, ACTIVITY_WALK, random_between(random, 8, 25), until_ns);
    }
    do_until(life, ACTIVITY_WALK, in_bed_ns);
}

/* Awake from the cursor until this sleep's bed, a nap in between perhaps, then the sleep. */
static void live_through(struct life *life, struct sleep *s)
{
    /* Never to bed before having been up for two hours. */
    int64_t earliest = life->cursor + 120 * NS_PER_MIN;
    if (s->in_bed_ns < earliest) {
        int64_t later = earliest - s->in_bed_ns;
        s->in_bed_ns += later;
        s->lights_out_ns += later;
        s->onset_ns += later;
        if (s->wake_ns < s->onset_ns + 3 * NS_PER_H) {
            int64_t lie_ns = s->out_of_bed_ns - s->wake_ns;
            s->wake_ns = s->onset_ns + 3 * NS_PER_H;
            s->out_of_bed_ns = s->wake_ns + lie_ns;
        }
    }
    struct waking w = waking_on(life, s->evening, life->cursor, s->in_bed_ns);
    struct sleep nap;
    if (nap_between(life, s->evening, w.start_ns, w.end_ns, &nap)) {
        fill_awake(life, &w, nap.in_bed_ns);
        do_sleep(life, &nap);
    }
    go_to_bed(life, &w, s->in_bed_ns);
    do_sleep(life, s);
}

enum yk_status plan_make(struct plan *self, const struct person_kind *kind,
                         const struct zone *zone, int64_t start_ns, int64_t end_ns,
                         uint64_t seed, struct failure *why)
{
    struct life life = {.plan = self, .zone = zone};
    self->kind = kind;
    random_seed(&life.random, seed, STREAM_PLAN);
    life.rota_offset = random_below(&life.random, ROTA_DAYS);
    struct civil_date evening = civil_add_days(zone_civil(zone, start_ns).date, -2);
    struct civil_date last = civil_add_days(zone_civil(zone, end_ns).date, 1);
    life.cursor = at_hour(&life, evening, 8.0);
    for (; civil_compare(evening, last) <= 0 && !life.is_short;
         evening = civil_add_days(evening, 1)) {
        struct sleep s = sleep_of(&life, evening);
        live_through(&life, &s);
    }
    if (life.is_short) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a plan of %zu spells",
                           self->n_spells);
    }
    return YK_OK;
}
