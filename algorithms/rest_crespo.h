/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest from activity counts by morphological filtering: Crespo, Aboy, Fernandez, Mojon 2012,
 * Med Biol Eng Comput 50:329. docs/algorithms/crespo.md
 */
#ifndef ALGORITHMS_REST_CRESPO_H
#define ALGORITHMS_REST_CRESPO_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

/* counts  n epochs of epoch_s seconds; NaN = missing
 * rest    out, n: 1 at rest, 0 active
 * errors  YK_ERR_MEMORY; YK_ERR_ARGUMENT when a minute is no whole number of epochs
 */
enum yk_status rest_crespo(const float *counts, size_t n, int32_t epoch_s, uint8_t *rest,
                           struct failure *why);

#endif
