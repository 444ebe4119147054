/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sustained inactivity bouts: the arm keeps its posture (angle z within 5 degrees from epoch to
 * epoch) for more than five minutes. van Hees et al. 2015, PLoS ONE 10:e0142533;
 * docs/algorithms/sib.md.
 */
#ifndef ALGORITHMS_SIB_VANHEES_H
#define ALGORITHMS_SIB_VANHEES_H

#include <stddef.h>
#include <stdint.h>

enum sib_variant {
    /* As published, made sound: a bout begins with the epoch after a posture change; the ends
     * of the series and unknown epochs (NaN) end a bout without being part of it. */
    SIB_SOUND,
    /* GGIR: a bout begins with the epoch before the change, what lies before the first and
     * after the last change is no bout, and a series without bouts and with fewer than ten
     * changes is one bout. NaN is not expected. */
    SIB_GGIR
};

/* angle_deg  n epochs
 * change_deg a step above this is a posture change
 * least      epochs; the changes around a bout are farther apart than this
 * still      out, n: 1 inside a bout
 */
void sib_mark(const double *angle_deg, size_t n, double change_deg, size_t least,
              enum sib_variant variant, uint8_t *still);

#endif
