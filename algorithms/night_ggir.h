/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recipe ggir-3.3 from epochs to nights: GGIR's wear decision and imputation (part 2),
 * sustained inactivity and guider windows (part 3), night summary (part 4).
 * docs/algorithms/night.md tells which of its defects are kept: they live in these files and
 * nowhere else.
 */
#ifndef ALGORITHMS_NIGHT_GGIR_H
#define ALGORITHMS_NIGHT_GGIR_H

#include "algorithms/sleep.h"

/* What sleep_detect() does when wear is decided. Needs angle z and epochs of at most 60 s. The
 * metric columns of invalid epochs hold the average day afterwards. */
enum yk_status night_ggir_detect(struct analysis *analysis, const struct zone *zone,
                                 const struct diary *diary, struct job *job,
                                 struct failure *why);

/* ---- between guider_ggir.c and night_ggir.c ---- */

/* A recording as part 3 sees it. */
struct ggir_series {
    const struct epoch_series *epochs;
    const struct zone *zone;
    const struct parameters *parameters;
    size_t n, per_h;     /* epochs; epochs in an hour */
    double *angle_deg;   /* n, 4 decimals, invalid ones imputed, 0 where unknown */
    uint8_t *still;      /* n, 1 in a sustained inactivity bout; 0 where invalid */
    double *scratch[2];  /* 26 h each */
    uint8_t *scratch_is; /* 26 h */
};

/* The window that a night's bouts are looked for in. Hours are clock hours from the midnight
 * before the evening, as GGIR counts them; NaN: none. */
struct ggir_guider {
    size_t first, last; /* epochs of the night, noon to noon, both inside */
    double start_h, end_h, threshold_deg;
    bool is_average; /* of the other nights, or around the least active five hours */
};

/* The guider of the night around midnight epoch `midnight`. errors: YK_ERR_MEMORY */
enum yk_status ggir_guider_find(const struct ggir_series *series, size_t midnight,
                                struct ggir_guider *out, struct failure *why);
/* Nights without a window take the mean of the others, or the least active 5 h +- 6 h. */
void ggir_guiders_complete(const struct ggir_series *series, struct ggir_guider *guiders,
                           size_t n);

#endif
