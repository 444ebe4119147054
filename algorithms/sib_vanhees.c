/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sustained inactivity bouts, see sib_vanhees.h. A change at i is the step from epoch i to i
 * + 1.
 */
#include "algorithms/sib_vanhees.h"

#include <math.h>
#include <string.h>

/* False for a step from or to an unknown angle: such a step is a change. */
static int keeps_posture(const double *angle_deg, size_t i, double change_deg)
{
    return fabs(angle_deg[i + 1] - angle_deg[i]) <= change_deg;
}

static void mark_ggir(const double *angle_deg, size_t n, double change_deg, size_t least,
                      uint8_t *still)
{
    size_t changes = 0, bouts = 0, before = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (keeps_posture(angle_deg, i, change_deg)) {
            continue;
        }
        if (changes > 0 && i - before > least) {
            memset(still + before, 1, i - before + 1);
            bouts++;
        }
        changes++;
        before = i;
    }
    if (bouts == 0 && changes < 10) {
        memset(still, 1, n);
    }
}

static void mark_sound(const double *angle_deg, size_t n, double change_deg, size_t least,
                       uint8_t *still)
{
    size_t start = 0; /* first epoch of the posture that is being kept */
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && keeps_posture(angle_deg, i, change_deg)) {
            continue;
        }
        if (i + 1 - start > least) { /* an unknown epoch is a posture of its own, one long */
            memset(still + start, 1, i + 1 - start);
        }
        start = i + 1;
    }
}

void sib_mark(const double *angle_deg, size_t n, double change_deg, size_t least,
              enum sib_variant variant, uint8_t *still)
{
    memset(still, 0, n);
    if (variant == SIB_GGIR) {
        mark_ggir(angle_deg, n, change_deg, least, still);
    } else {
        mark_sound(angle_deg, n, change_deg, least, still);
    }
}
