/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The labelled minute counts: 44 recordings of 22 couples, and the nights that are scored.
 */
#ifndef TESTS_EVALUATE_COUPLES_H
#define TESTS_EVALUATE_COUPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watch {
    char id[24];
    int couple;
    int64_t t0_ns;
    size_t n;
    float *counts;           /* NaN: no value, or the watch was off */
    uint8_t *off, *unscored; /* unscored: Actiware says neither sleep nor wake */
};

/* A REST interval of 3 to 15 h inside one noon-to-noon day of which at least 20 h were
 * recorded, watch off less than 5 % of it and less than 25 % of the recorded day. Minutes of
 * its watch. */
struct scored_night {
    size_t watch, window_first, window_end; /* noon to noon, cut to the recording */
    size_t first, end;
};

enum { WATCHES_MAX = 64, NIGHTS_MAX = 512 };

struct couples {
    struct watch watch[WATCHES_MAX];
    size_t n_watches;
    struct scored_night night[NIGHTS_MAX];
    size_t n_nights;
};

/* false, having said so loudly, when the data are not there. */
bool couples_open(struct couples *self);
void couples_close(struct couples *self);

/* ---- errors ---- */

struct found_window { /* [first, end); equal: nothing was found */
    size_t first, end;
};

struct window_errors {
    double mae[2], median[2], bias[2]; /* minutes; onset, wake */
    double kappa;                      /* of minutes in and out of the rest */
    size_t n, missed;
};

/* found: one per night. */
struct window_errors window_errors_of(const struct couples *self,
                                      const struct found_window *found);
/* Mean absolute error of one end over the nights of resampled couples, `rounds` times: the
 * limits beyond which `outside` of the differences between two rules lie (other == NULL: of the
 * error itself). */
void window_bootstrap(const struct couples *self, const struct found_window *found,
                      const struct found_window *other, int which_end, size_t rounds,
                      double outside, double interval[2]);

#endif
