/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seeds and distributions; see random.h.
 */
#include "src/simulate/random.h"

#include <math.h>

#include "src/simulate/exact_math.h"

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

void random_seed(struct random *self, uint64_t seed, enum random_stream stream)
{
    /* Two rounds, so that neighbouring seeds and streams share nothing. */
    uint64_t state = seed;
    state = splitmix64(&state) + (uint64_t)stream * 0xD1342543DE82EF95ull;
    for (int i = 0; i < 4; i++) {
        self->s[i] = splitmix64(&state);
    }
}

double random_uniform(struct random *self)
{
    return (double)(random_next(self) >> 11) * (1.0 / 9007199254740992.0);
}

double random_between(struct random *self, double low, double high)
{
    return low + (high - low) * random_uniform(self);
}

bool random_chance(struct random *self, double probability)
{
    return random_uniform(self) < probability;
}

uint64_t random_below(struct random *self, uint64_t n)
{
    return (uint64_t)(random_uniform(self) * (double)n);
}

/* Marsaglia's polar method; the second of the pair is thrown away to keep no state. */
double random_normal(struct random *self)
{
    double u, v, q;
    do {
        u = 2.0 * random_uniform(self) - 1.0;
        v = 2.0 * random_uniform(self) - 1.0;
        q = u * u + v * v;
    } while (q >= 1.0 || q < 1e-300);
    return u * sqrt(-2.0 * exact_log(q) / q);
}

double random_exponential(struct random *self, double mean)
{
    return -mean * exact_log(1.0 - random_uniform(self));
}

double random_lognormal(struct random *self, double median, double sigma)
{
    return median * exact_exp(sigma * random_normal(self));
}
