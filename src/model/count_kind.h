/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whose activity counts an epoch series holds (src/model/count_kind.def), so that a scoring
 * rule can refuse a scale that it was not made for.
 */
#ifndef SRC_MODEL_COUNT_KIND_H
#define SRC_MODEL_COUNT_KIND_H

#include <stdbool.h>
#include <stdint.h>

enum count_kind {
#define KIND(id, name, meaning) COUNT_KIND_##id,
#include "src/model/count_kind.def"
#undef KIND
    COUNT_KIND_COUNT
};

/* A set of kinds, for rules. */
#define COUNT_KIND_BIT(kind) (UINT32_C(1) << COUNT_KIND_##kind)
#define COUNT_KINDS_ANY ((UINT32_C(1) << COUNT_KIND_COUNT) - 1)

const char *count_kind_name(enum count_kind kind); /* "actiwatch"; "unknown" outside */
/* false, and *out as it was, when there is no such kind. */
bool count_kind_find(const char *name, enum count_kind *out);

#endif
