/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which of a recording's counts a rule reads, and whether it may.
 */
#ifndef ALGORITHMS_COUNT_INPUT_H
#define ALGORITHMS_COUNT_INPUT_H

#include "src/model/analysis.h"
#include "src/model/count_kind.h"

struct count_input {
    const float *counts; /* a column of the analysis; NULL: it has no counts */
    enum count_kind kind;
};

/* The counts that come first: those of a one-channel recorder, else ActiGraph's axis 1 (the
 * device's y). */
struct count_input count_input_first(const struct analysis *analysis);

/* The first counts of a kind that the rule was made for, among those of a one-channel recorder,
 * ActiGraph's axis 1, zero crossings (our own, then the recorder's), and counts like an
 * Actiwatch's.
 *
 * rule    its name, for the sentence
 * kinds   set of COUNT_KIND_BIT(); without UNKNOWN counts of unknown kind are refused
 * errors  YK_ERR_ARGUMENT saying what the recording has and what the rule wants. A counts_scale
 *         in the parameters takes any counts, the person having said what they are worth; not
 *         for rules that refuse unknown kinds. */
enum yk_status count_input_choose(const struct analysis *analysis, const char *rule,
                                  uint32_t kinds, struct count_input *out, struct failure *why);

#endif
