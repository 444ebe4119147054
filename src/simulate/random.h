/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random numbers that are the same everywhere: xoshiro256** (Blackman and Vigna 2021, ACM TOMS
 * 47:36) seeded through splitmix64 (Steele, Lea and Flood 2014). One seed feeds several
 * independent streams, so that asking for one more fault does not change how the person slept.
 */
#ifndef SRC_SIMULATE_RANDOM_H
#define SRC_SIMULATE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

enum random_stream {
    STREAM_PLAN,        /* when the person sleeps, gets up, works */
    STREAM_NONWEAR,     /* when the recorder comes off */
    STREAM_BODY,        /* movements */
    STREAM_BODY_FINE,   /* sway, tremor */
    STREAM_SENSOR,      /* noise of the sensor */
    STREAM_DEVICE,      /* the one device: its errors, its oscillator */
    STREAM_FAULT,       /* restarts, gaps, bad sectors */
    STREAM_ENVIRONMENT, /* temperature, light */
};

struct random {
    uint64_t s[4];
};

void random_seed(struct random *self, uint64_t seed, enum random_stream stream);

static inline uint64_t random_next(struct random *self)
{
    uint64_t *s = self->s;
    uint64_t five = s[1] * 5;
    uint64_t result = ((five << 7) | (five >> 57)) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}

/* Nearly normal, mean 0, SD 1, one draw: four 16-bit uniform numbers added up. Its tails end at
 * 3.46 SD; for sensor noise, which is drawn hundreds of millions of times. */
static inline double random_noise(struct random *self)
{
    uint64_t bits = random_next(self);
    uint64_t sum =
        (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
    return ((double)sum - 131070.0) * (1.7320508075688772 / 65536.0);
}

double random_uniform(struct random *self); /* [0, 1) */
double random_between(struct random *self, double low, double high);
bool random_chance(struct random *self, double probability);
uint64_t random_below(struct random *self, uint64_t n); /* 0..n-1; n > 0 */
double random_normal(struct random *self);
double random_exponential(struct random *self, double mean);
/* exp(ln median + sigma * normal) */
double random_lognormal(struct random *self, double median, double sigma);

#endif
