/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Means over an epoch of the norm |a| (EN), of max(|a| - 1 g, 0) (ENMO; van Hees 2013, PLoS ONE
 * 8:e61691) and of the absolute deviation of |a| from its mean (MAD; Vaha-Ypya 2015, Clin
 * Physiol Funct Imaging 35:64). The mean that MAD refers to is taken over at most 5 s (a
 * block), as in the paper; a longer epoch averages them. docs/algorithms/enmo.md, mad.md.
 */
#ifndef ALGORITHMS_ENMO_H
#define ALGORITHMS_ENMO_H

#include "algorithms/lanes.h"

enum yk_status enmo_open(const struct lane_setup *setup, struct lane_sink *sink,
                         struct lane_stage **out, struct failure *why);

#endif
