/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a forearm moves; see body.h. Movements of each sort arrive with log-normal gaps whose
 * medians belong to the activity; asleep they belong to the person and to the place in the
 * sleep cycle. Left out: postures that depend on each other, contact with the mattress, the
 * pulse.
 */
#include "src/simulate/body.h"

#include "src/simulate/exact_math.h"

#define RAD(degrees) ((degrees) * (EXACT_PI / 180))
#define TICK_S 0.2
#define NEVER 1e30
#define STANDARD_G 9.80665

struct gap {
    double median_s, sigma; /* median 0: never */
};

struct habit { /* columns of habits.def */
    struct gap gap[MOVE_COUNT];
    double pitch_deg, pitch_sd, roll_deg, roll_sd, reach_deg;
    double lever_m, effort;
    double sway_deg, sway_s, tremor_mg;
    double step_hz, swing_deg, bounce_g, shake_mg;
    bool is_calm;
};

static const struct habit HABITS[ACTIVITY_COUNT] = {
#define HABIT(activity, turn, turn_s, arm, arm_s, small, small_s, pitch, pitch_sd, roll,       \
              roll_sd, reach, lever, effort, sway, sway_s, tremor, step, swing, bounce, shake, \
              calm)                                                                            \
    [ACTIVITY_##activity] = {{{turn, turn_s}, {arm, arm_s}, {small, small_s}, {0, 0}},         \
                             pitch,                                                            \
                             pitch_sd,                                                         \
                             roll,                                                             \
                             roll_sd,                                                          \
                             reach,                                                            \
                             lever,                                                            \
                             effort,                                                           \
                             sway,                                                             \
                             sway_s,                                                           \
                             tremor,                                                           \
                             step,                                                             \
                             swing,                                                            \
                             bounce,                                                           \
                             shake,                                                            \
                             calm},
#include "src/simulate/habits.def"
#undef HABIT
};

void body_init(struct body *self, const struct person_kind *kind, uint64_t seed)
{
    *self = (struct body){.kind = kind,
                          .activity = ACTIVITY_LIGHT,
                          .pace = 1.0,
                          .stride_gain = 1.0,
                          .next_part_s = NEVER,
                          .next_any_s = NEVER};
    random_seed(&self->random, seed, STREAM_BODY);
    random_seed(&self->fine, seed, STREAM_BODY_FINE);
    self->forward[1] = 1.0;
    self->gravity[2] = 1.0;
    self->tick_s = -1.0;
}

/* ---- when ---- */

/* Sleep runs in cycles of about 92 minutes: deep and quiet first, more so early in the night,
 * REM with its twitches last. Returns the factor on waiting times. */
static double cycle_factor(const struct body *self, enum movement sort, double t_s)
{
    double minutes = (t_s - self->onset_s) / 60;
    double cycle = floor(minutes / 92);
    double place = minutes - 92 * cycle;
    bool is_deep = place > 18 && place < 60 - 9 * cycle;
    bool is_rem = place > 92 - 8 - 6 * (cycle < 3 ? cycle : 3);
    if (is_deep) {
        return sort == MOVE_TURN ? 1.6 : 1.4;
    }
    if (is_rem) {
        return sort == MOVE_TWITCH ? 0.4 : 1.1;
    }
    return cycle < 1 && place < 20 ? 1.5 : 0.85; /* the first descent is quiet */
}

static struct gap gap_of(const struct body *self, enum movement sort, double t_s)
{
    const struct person_kind *kind = self->kind;
    if (self->activity == ACTIVITY_SLEEP) {
        const struct gap asleep[MOVE_COUNT] = {
            {kind->turn_gap_min * 60, 0.9},
            {kind->small_gap_min * 60, 0.9},
            {kind->twitch_gap_min * 60, 1.1},
            {kind->twitch_gap_min * 60, 1.1},
        };
        struct gap gap = asleep[sort];
        gap.median_s *= cycle_factor(self, sort, t_s);
        return gap;
    }
    const struct habit *habit = &HABITS[self->activity];
    struct gap gap = habit->gap[sort];
    if (habit->is_calm) {
        gap.median_s *= kind->calm;
    }
    if (self->activity == ACTIVITY_BED_TRYING && self->ends_s > self->begun_s) {
        /* drowsier and drowsier */
        double share = (t_s - self->begun_s) / (self->ends_s - self->begun_s);
        gap.median_s *= 0.7 + 0.9 * (share < 0 ? 0 : share > 1 ? 1 : share);
    }
    return gap;
}

static void find_next(struct body *self)
{
    double next = self->next_part_s;
    for (int i = 0; i < MOVE_COUNT; i++) {
        if (self->next_s[i] < next) {
            next = self->next_s[i];
        }
    }
    self->next_any_s = next;
}

static void schedule(struct body *self, enum movement sort, double t_s, double share)
{
    struct gap gap = gap_of(self, sort, t_s);
    self->next_s[sort] =
        gap.median_s > 0
            ? t_s + share * random_lognormal(&self->random, gap.median_s, gap.sigma)
            : NEVER;
}

/* ---- what ---- */

static void new_home(struct body *self)
{
    const struct habit *habit = &HABITS[self->activity];
    self->home[0] = RAD(habit->pitch_deg + habit->pitch_sd * random_normal(&self->random));
    self->home[1] = RAD(habit->roll_deg + habit->roll_sd * random_normal(&self->random));
    if (self->activity == ACTIVITY_OFF) { /* on one of its sides */
        self->home[0] = RAD((double)random_below(&self->random, 3) * 90 - 90) + self->home[0];
        self->home[1] += RAD((double)random_below(&self->random, 4) * 90);
    }
    double limit = RAD(89);
    self->home[0] = self->home[0] > limit    ? limit
                    : self->home[0] < -limit ? -limit
                                             : self->home[0];
    const double share = random_uniform(&self->random);
    self->breath_rad = RAD(0.3) * share * share;
}

/* Starts one movement to a posture. effort: 1 for a deliberate reach, less for a lazy one. */
static void move_to(struct body *self, double t_s, double pitch, double roll, double effort)
{
    struct random *random = &self->random;
    struct reach *reach = &self->reach;
    double by[2] = {pitch - self->pose[0], roll - self->pose[1]};
    double angle = sqrt(by[0] * by[0] + by[1] * by[1]);
    double length_s =
        (0.22 + 0.5 * sqrt(angle)) * random_between(random, 0.8, 1.5) / sqrt(effort);
    double way_m = HABITS[self->activity].lever_m * angle * random_between(random, 0.4, 1.2);
    way_m += random_between(random, 0, 0.008);
    double direction[3];
    double norm = 0;
    for (int i = 0; i < 3; i++) {
        direction[i] = random_normal(random);
        norm += direction[i] * direction[i];
    }
    double scale = way_m / (length_s * length_s) / STANDARD_G / sqrt(norm + 1e-12);
    for (int i = 0; i < 3; i++) {
        reach->push_g[i] = direction[i] * scale;
    }
    for (int i = 0; i < 2; i++) {
        reach->from[i] = self->pose[i];
        reach->by[i] = by[i];
    }
    reach->twist_rad = angle * random_normal(random);
    reach->start_s = t_s;
    reach->length_s = length_s;
    reach->is_moving = true;
}

/* A place near (pitch, roll). Drawn one after the other: the order of a call's arguments is the
 * compiler's choice. */
static void draw_near(struct random *random, double pitch, double roll, double pitch_sd,
                      double roll_sd, double out[2])
{
    out[0] = pitch + pitch_sd * random_normal(random);
    out[1] = roll + roll_sd * random_normal(random);
}

static double effort_of(const struct body *self)
{
    return HABITS[self->activity].effort;
}

/* One movement of a turn; the last one ends in the new posture. */
static void turn_part(struct body *self, double t_s)
{
    struct random *random = &self->random;
    self->parts_left--;
    bool is_last = self->parts_left == 0;
    double spread = is_last ? 0.0 : RAD(25);
    double to[2];
    draw_near(random, self->turn_to[0], self->turn_to[1], spread, spread, to);
    move_to(self, t_s, to[0], to[1], 1.2 * effort_of(self));
    self->next_part_s =
        is_last ? NEVER : t_s + self->reach.length_s + random_lognormal(random, 0.5, 0.7);
}

static void turn(struct body *self, double t_s)
{
    new_home(self);
    self->turn_to[0] = self->home[0];
    self->turn_to[1] = self->home[1];
    self->parts_left =
        self->activity == ACTIVITY_OFF ? 1 : 2 + (int)random_below(&self->random, 4);
    turn_part(self, t_s);
    if (self->activity == ACTIVITY_SLEEP && random_chance(&self->random, 0.75)) { /* settles */
        double soon_s = t_s + 4 + random_lognormal(&self->random, 15, 1.0);
        if (soon_s < self->next_s[MOVE_ARM]) {
            self->next_s[MOVE_ARM] = soon_s;
        }
    }
}

static void arm(struct body *self, double t_s)
{
    double sd = RAD(HABITS[self->activity].reach_deg);
    double to[2];
    draw_near(&self->random, self->home[0], self->home[1], sd, 1.4 * sd, to);
    move_to(self, t_s, to[0], to[1], effort_of(self));
}

static void small(struct body *self, double t_s)
{
    double sd = RAD(2.2);
    double to[2];
    draw_near(&self->random, self->pose[0], self->pose[1], sd, 1.4 * sd, to);
    move_to(self, t_s, to[0], to[1], effort_of(self));
}

/* Out and most of the way back. */
static void twitch(struct body *self, double t_s)
{
    struct random *random = &self->random;
    double out = RAD(random_lognormal(random, 2.5, 0.7));
    double side = random_chance(random, 0.5) ? 1 : -1;
    double to[2];
    draw_near(random, self->pose[0], self->pose[1], 0.15 * out, 0.25 * out, self->turn_to);
    draw_near(random, self->pose[0], self->pose[1] + side * out, out, 0, to);
    move_to(self, t_s, to[0], to[1], 2.0);
    self->parts_left = 1;
    self->next_part_s = t_s + self->reach.length_s + random_between(random, 0.0, 0.4);
}

static double follow(struct body *self, double t_s, double push_g[3]);

/* Everything that is due, each at its own time and in order, so that the same life comes out at
 * every sampling rate. */
static void act(struct body *self, double t_s)
{
    static void (*const DO[MOVE_COUNT])(struct body *, double) = {
        [MOVE_TURN] = turn, [MOVE_ARM] = arm, [MOVE_SMALL] = small, [MOVE_TWITCH] = twitch};
    while (self->next_any_s <= t_s) {
        double now_s = self->next_any_s;
        double unused_g[3];
        if (self->reach.is_moving) {
            (void)follow(self, now_s, unused_g);
        }
        if (self->next_part_s <= now_s) {
            turn_part(self, now_s);
        }
        for (int i = 0; i < MOVE_COUNT; i++) {
            if (self->next_s[i] <= now_s) {
                bool is_busy = self->parts_left > 0 || self->reach.is_moving;
                if (!is_busy || i == MOVE_TURN) {
                    DO[i](self, now_s);
                }
                schedule(self, (enum movement)i, now_s, 1.0);
            }
        }
        find_next(self);
    }
}

/* ---- spells ---- */

void body_begin(struct body *self, enum activity activity, enum activity previous,
                double start_s, double end_s)
{
    struct random *random = &self->random;
    bool was_in_bed = activity_is_in_bed(previous);
    bool is_in_bed = activity_is_in_bed(activity);
    bool stays_in_place = was_in_bed && is_in_bed && previous != ACTIVITY_BED_READING;
    act(self, start_s); /* what was still due before */
    self->activity = activity;
    self->begun_s = start_s;
    self->ends_s = end_s;
    if (activity == ACTIVITY_SLEEP) {
        self->onset_s = start_s;
    }
    for (int i = 0; i < MOVE_COUNT; i++) {
        schedule(self, (enum movement)i, start_s, random_uniform(random));
    }
    if (!stays_in_place) {
        self->next_s[MOVE_TURN] = start_s;
    } else if (previous == ACTIVITY_SLEEP) { /* eyes open, then soon a first movement */
        self->next_s[MOVE_ARM] = start_s + random_lognormal(random, 8, 0.9);
    }
    if (activity == ACTIVITY_OFF) {
        self->next_part_s = NEVER;
        self->parts_left = 0;
    }
    const struct habit *habit = &HABITS[activity];
    bool has_free_hand = random_chance(random, 0.75); /* else in a pocket, or carrying */
    self->swing_rad = RAD(habit->swing_deg) * (has_free_hand ? 1.0 : 0.15);
    self->pace = random_between(random, 0.9, 1.1);
    self->tremor_g = habit->tremor_mg * 1e-3 * random_lognormal(random, 1.0, 0.4);
    find_next(self);
}

/* ---- one sample ---- */

/* Sway and stride wander from tick to tick (Ornstein-Uhlenbeck) and are joined by lines. */
static void tick(struct body *self, double t_s)
{
    const struct habit *habit = &HABITS[self->activity];
    struct random *random = &self->fine;
    if (t_s - self->tick_s > 10 * TICK_S) { /* after a pause */
        self->tick_s = t_s - TICK_S;
    }
    self->tick_s += TICK_S;
    self->has_edges = false;
    double keep = 0.0;
    double fresh = 0.0;
    if (habit->sway_deg > 0) {
        keep = 1 - TICK_S / (habit->sway_s + TICK_S);
        fresh = RAD(habit->sway_deg) * sqrt(1 - keep * keep);
    } else {
        keep = 0.7;
    }
    for (int i = 0; i < 2; i++) {
        self->sway[i][0] = self->sway[i][1];
        self->sway[i][1] = keep * self->sway[i][1];
        if (fresh > 0) {
            self->sway[i][1] += fresh * random_noise(random);
        } else if (fabs(self->sway[i][1]) < 1e-6) {
            self->sway[i][1] = 0;
        }
    }
    if (habit->step_hz > 0) {
        self->stride_gain = 0.9 * self->stride_gain + 0.1 + 0.05 * random_noise(random);
    }
}

/* Position and push along the present movement. Returns the twist rate, rad/s. */
static double follow(struct body *self, double t_s, double push_g[3])
{
    struct reach *reach = &self->reach;
    double u = (t_s - reach->start_s) / reach->length_s;
    if (u >= 1) {
        reach->is_moving = false;
        for (int i = 0; i < 2; i++) {
            self->pose[i] = reach->from[i] + reach->by[i];
        }
        if (self->pose[1] > EXACT_PI || self->pose[1] < -EXACT_PI) {
            self->pose[1] -= 2 * EXACT_PI * floor(self->pose[1] / (2 * EXACT_PI) + 0.5);
        }
        return 0;
    }
    double way = u * u * u * (10 + u * (-15 + 6 * u));
    double thrust = 60 * u * (1 + u * (-3 + 2 * u));
    double speed = 30 * u * u * (1 - u) * (1 - u) / reach->length_s;
    for (int i = 0; i < 2; i++) {
        self->pose[i] = reach->from[i] + way * reach->by[i];
    }
    for (int i = 0; i < 3; i++) {
        push_g[i] = thrust * reach->push_g[i];
    }
    return speed * reach->twist_rad;
}

static void point_gravity(double pitch, double roll, double gravity[3])
{
    double sp, cp, sr, cr;
    exact_sincos(pitch, &sp, &cp);
    exact_sincos(roll, &sr, &cr);
    gravity[0] = sp;
    gravity[1] = cp * sr;
    gravity[2] = cp * cr;
}

static double breath(const struct body *self, double t_s)
{
    return activity_is_in_bed(self->activity)
               ? self->breath_rad * exact_sin(2 * EXACT_PI * 0.24 * t_s)
               : 0.0;
}

/* Between movements the forearm only sways: gravity at both ends of a tick, and a line between.
 */
static void point_along_line(struct body *self, double along)
{
    if (!self->has_edges) {
        for (int k = 0; k < 2; k++) {
            double t_s = self->tick_s + k * TICK_S;
            point_gravity(self->pose[0] + self->sway[0][k] + breath(self, t_s),
                          self->pose[1] + self->sway[1][k], self->edge[k]);
        }
        self->has_edges = true;
    }
    for (int i = 0; i < 3; i++) {
        self->gravity[i] = self->edge[0][i] + along * (self->edge[1][i] - self->edge[0][i]);
    }
}

/* Steps: bounce along the vertical with harmonics, a swing that pulls fore and aft. */
static double stride(struct body *self, const struct habit *habit, double dt_s,
                     double push_g[3])
{
    double s, c;
    self->step_phase += EXACT_PI * habit->step_hz * self->pace * dt_s; /* half a step phase */
    if (self->step_phase > 2 * EXACT_PI) {
        self->step_phase -= 2 * EXACT_PI;
    }
    exact_sincos(self->step_phase, &s, &c);
    double c2 = c * c - s * s; /* once a step */
    double s2 = 2 * s * c;
    double c4 = c2 * c2 - s2 * s2;
    double s4 = 2 * s2 * c2;
    double gain = habit->bounce_g * self->stride_gain;
    double bounce = gain * (c2 + 0.45 * s4 + 0.2 * (c4 * c2 - s4 * s2));
    double pull = 0.45 * gain * (s + 0.3 * c2);
    for (int i = 0; i < 3; i++) {
        push_g[i] += bounce * self->gravity[i] + pull * self->forward[i];
    }
    return self->swing_rad * self->stride_gain * s;
}

static void add_small_things(struct body *self, const struct habit *habit, double dt_s,
                             double acc_g[3])
{
    if (self->tremor_g > 0 && dt_s < 0.045) { /* 9 Hz: below half the sampling rate only */
        self->tremor_phase += 2 * EXACT_PI * 9 * dt_s;
        if (self->tremor_phase > 2 * EXACT_PI) {
            self->tremor_phase -= 2 * EXACT_PI;
            self->tremor_g *= 1 + 0.1 * random_noise(&self->fine);
            double usual = habit->tremor_mg * 1e-3;
            self->tremor_g += 0.05 * (usual - self->tremor_g);
        }
        double tremor = self->tremor_g * exact_sin(self->tremor_phase);
        acc_g[1] += 0.6 * tremor;
        acc_g[2] += 0.8 * tremor;
    }
    if (habit->shake_mg > 0) {
        double keep = 1 - dt_s / (0.05 + dt_s);
        double fresh = habit->shake_mg * 1e-3 * sqrt(1 - keep * keep);
        for (int i = 0; i < 3; i++) {
            self->shake[i] = keep * self->shake[i] + fresh * random_noise(&self->fine);
            acc_g[i] += self->shake[i];
        }
    }
}

/* dg/dt = g x w, so the part of w across g is (dg/dt) x g; the part along g is the twist. */
static void spin(const double before[3], const double now[3], double dt_s, double twist,
                 double gyro_dps[3])
{
    double d[3];
    for (int i = 0; i < 3; i++) {
        d[i] = (now[i] - before[i]) / dt_s;
    }
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3;
        int k = (i + 2) % 3;
        double across = d[j] * now[k] - d[k] * now[j];
        gyro_dps[i] = (across + twist * now[i]) * (180 / EXACT_PI);
    }
}

void body_step(struct body *self, double t_s, double dt_s, struct wrist *out)
{
    const struct habit *habit = &HABITS[self->activity];
    double push_g[3] = {0, 0, 0};
    double before[3] = {self->gravity[0], self->gravity[1], self->gravity[2]};
    double twist = 0;
    double swing = 0;
    if (t_s >= self->next_any_s) {
        act(self, t_s);
    }
    if (t_s >= self->tick_s + TICK_S) {
        tick(self, t_s);
    }
    bool has_moved = self->reach.is_moving;
    if (has_moved) {
        twist = follow(self, t_s, push_g);
    }
    if (habit->step_hz > 0) {
        swing = stride(self, habit, dt_s, push_g);
    }
    double along = (t_s - self->tick_s) / TICK_S;
    if (has_moved || habit->step_hz > 0) {
        double sway[2];
        for (int i = 0; i < 2; i++) {
            sway[i] = self->sway[i][0] + along * (self->sway[i][1] - self->sway[i][0]);
        }
        point_gravity(self->pose[0] + sway[0] + breath(self, t_s) + swing,
                      self->pose[1] + sway[1], self->gravity);
        self->has_edges = false;
    } else {
        point_along_line(self, along);
    }
    for (int i = 0; i < 3; i++) {
        out->acc_g[i] = self->gravity[i] + push_g[i];
    }
    add_small_things(self, habit, dt_s, out->acc_g);
    spin(before, self->gravity, dt_s, twist, out->gyro_dps);
}
