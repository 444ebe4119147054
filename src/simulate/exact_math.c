/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * exp and log with the same bits everywhere; see exact_math.h.
 */
#include "src/simulate/exact_math.h"

#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10

/* 2^k for a k whose result is a normal number. */
static double power_of_two(int64_t k)
{
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double exact_exp(double x)
{
    if (x > 700.0) {
        x = 700.0;
    }
    if (x < -700.0) {
        return 0.0;
    }
    double k = floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
    double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    double sum = 1.0;
    for (int i = 14; i >= 1; i--) {
        sum = 1.0 + sum * r / i;
    }
    return sum * power_of_two((int64_t)k);
}

/* log(m * 2^e) = e ln 2 + 2 atanh((m - 1) / (m + 1)), m in [0.7, 1.42). */
double exact_log(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t e = (int64_t)(bits >> 52) - 1023;
    bits = (bits & 0xFFFFFFFFFFFFFull) | 0x3FF0000000000000ull;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.41421356237309504880) {
        m *= 0.5;
        e++;
    }
    double s = (m - 1.0) / (m + 1.0);
    double z = s * s;
    double sum = 0.0;
    for (int i = 23; i >= 1; i -= 2) {
        sum = sum * z + 1.0 / i;
    }
    return (double)e * LN2_HIGH + (2.0 * s * sum + (double)e * LN2_LOW);
}
