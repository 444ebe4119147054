/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reference recording short25 as epochs and quarters, as GGIR's part 1 leaves them.
 */
#ifndef TESTS_SUPPORT_SHORT25_H
#define TESTS_SUPPORT_SHORT25_H

#include <stdbool.h>

#include "src/base/zone.h"
#include "src/model/analysis.h"

#define SHORT25 "data/ggir-reference/short25/"
#define SHORT25_T0_NS (INT64_C(1718610300) * NS_PER_S) /* 2024-06-17T08:45:00+0100 */

/* Initialises and fills; false (after saying so) when the reference data are not there. zone is
 * Europe/London. The recipe's parameters are in force. */
bool short25_open(struct analysis *out, struct zone **zone, const char *recipe);

#endif
