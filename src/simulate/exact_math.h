/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sin, cos, exp and log out of additions, multiplications and divisions only, so that every
 * compiler, C library and processor gives the same bits: a simulated file is the same file
 * everywhere. Errors are a few units in the last place; arguments are the simulator's (angles
 * below 1e6, exponents within +-700, logarithms of positive normal numbers).
 */
#ifndef SRC_SIMULATE_EXACT_MATH_H
#define SRC_SIMULATE_EXACT_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define EXACT_PI 3.14159265358979323846

/* Taylor series on [-pi/4, pi/4]; pi/2 is subtracted in two parts (Cody and Waite 1980). */
static inline void exact_sincos(double x, double *sine, double *cosine)
{
    double quarter = floor(x * (2.0 / EXACT_PI) + 0.5);
    double r = (x - quarter * 1.57079632673412561417) - quarter * 6.07710050650619224932e-11;
    double z = r * r;
    static const double SINE[] = {
        -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880,
        -1.0 / 5040,          1.0 / 120,        -1.0 / 6};
    static const double COSINE[] = {
        -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320,
        -1.0 / 720,         1.0 / 24,        -1.0 / 2};
    double p = SINE[0];
    double q = COSINE[0];
    for (int i = 1; i < 7; i++) {
        p = p * z + SINE[i];
        q = q * z + COSINE[i];
    }
    double s = r + r * z * p;
    double c = 1.0 + z * q;
    unsigned turn = (unsigned)((int64_t)quarter & 3);
    double first = (turn & 1u) != 0 ? c : s;
    double second = (turn & 1u) != 0 ? s : c;
    *sine = (turn & 2u) != 0 ? -first : first;
    *cosine = (turn == 1 || turn == 2) ? -second : second;
}

static inline double exact_sin(double x)
{
    double s, c;
    exact_sincos(x, &s, &c);
    return s;
}

static inline double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

double exact_exp(double x);
double exact_log(double x);

#endif
