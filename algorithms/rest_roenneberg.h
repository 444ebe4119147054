/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Consolidated rest from activity counts: Roenneberg et al. 2015, Methods Enzymol 552:257
 * (MASDA); validated by Loock et al. 2021, J Sleep Res. docs/algorithms/sleep-default.md.
 */
#ifndef ALGORITHMS_REST_ROENNEBERG_H
#define ALGORITHMS_REST_ROENNEBERG_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

/* counts  n epochs of epoch_s seconds; NaN = missing
 * asleep  out, n: 1 inside a consolidated bout of rest, else 0
 * errors  YK_ERR_MEMORY; YK_ERR_ARGUMENT when epoch_s does not divide half an hour
 */
enum yk_status rest_roenneberg(const float *counts, size_t n, int32_t epoch_s, uint8_t *asleep,
                               struct failure *why);

#endif
