/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Choosing counts for a rule, see count_input.h.
 */
#include "algorithms/count_input.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>

static_assert((int)COUNTS_KIND_actigraph == (int)COUNT_KIND_ACTIGRAPH &&
                  (int)COUNTS_KIND_actiwatch_like + 1 == (int)COUNT_KIND_COUNT,
              "the words of counts_kind are in the order of enum count_kind");

enum { CANDIDATES = 5 };

/* What there is, in the order of preference; returns how many. */
static int candidates(const struct analysis *analysis, struct count_input out[CANDIDATES])
{
    const struct epoch_series *epochs = &analysis->epochs;
    enum choice_counts_kind named = analysis->made_by.parameters.counts_kind;
    enum count_kind own =
        named != COUNTS_KIND_auto ? (enum count_kind)named : analysis->info.count_kind;
    const struct count_input all[CANDIDATES] = {
        {epochs->column[EPOCH_COUNTS], own},
        {epochs->column[EPOCH_COUNTS_Y], COUNT_KIND_ACTIGRAPH},
        {epochs->column[EPOCH_ZC_Y], COUNT_KIND_ZERO_CROSSING},
        {epochs->column[EPOCH_ZCM], COUNT_KIND_ACTTRUST_ZCM},
        {epochs->column[EPOCH_COUNTS_ACTIWATCH], COUNT_KIND_ACTIWATCH_LIKE},
    };
    int n = 0;
    for (int i = 0; i < CANDIDATES; i++) {
        if (all[i].counts != NULL) {
            out[n++] = all[i];
        }
    }
    return n;
}

struct count_input count_input_first(const struct analysis *analysis)
{
    struct count_input all[CANDIDATES];
    int n = candidates(analysis, all);
    const struct epoch_series *epochs = &analysis->epochs;
    bool is_there =
        epochs->column[EPOCH_COUNTS] != NULL || epochs->column[EPOCH_COUNTS_Y] != NULL;
    return is_there && n > 0 ? all[0] : (struct count_input){NULL, COUNT_KIND_UNKNOWN};
}

/* "actigraph, zero_crossing" */
static void list_kinds(uint32_t kinds, char *out, size_t room)
{
    int at = 0;
    out[0] = '\0';
    /* Unknown is named only when there is nothing else. */
    int first = kinds == COUNT_KIND_BIT(UNKNOWN) ? COUNT_KIND_UNKNOWN : COUNT_KIND_UNKNOWN + 1;
    for (int k = first; k < COUNT_KIND_COUNT; k++) {
        if ((kinds & (1u << k)) != 0 && (size_t)at < room) {
            at += snprintf(out + at, room - (size_t)at, "%s%s", at > 0 ? ", " : "",
                           count_kind_name((enum count_kind)k));
        }
    }
}

enum yk_status count_input_choose(const struct analysis *analysis, const char *rule,
                                  uint32_t kinds, struct count_input *out, struct failure *why)
{
    struct count_input all[CANDIDATES];
    int n = candidates(analysis, all);
    bool is_strict = (kinds & COUNT_KIND_BIT(UNKNOWN)) == 0;
    bool is_scaled = analysis->made_by.parameters.counts_scale > 0 && !is_strict;
    if (n == 0) {
        return failure_set(
            why, YK_ERR_ARGUMENT,
            "rule %s reads activity counts, and this recording has none: choose one that reads "
            "acceleration (--recipe default or ggir-3.3)",
            rule);
    }
    uint32_t there = 0;
    for (int i = 0; i < n; i++) {
        if (is_scaled || (kinds & (1u << all[i].kind)) != 0) {
            *out = all[i];
            return YK_OK;
        }
        there |= 1u << all[i].kind;
    }
    const struct parameters *p = &analysis->made_by.parameters;
    bool is_made = p->actiwatch_counts == ACTIWATCH_COUNTS_made && analysis->info.rate_hz > 0;
    if (is_made && (kinds & COUNT_KIND_BIT(ACTIWATCH_LIKE)) != 0) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "rule %s reads Actiwatch-like counts, which are made from 30 Hz and "
                           "more in epochs of whole quarter minutes; this recording has %g Hz "
                           "and epochs of %d s",
                           rule, analysis->info.rate_hz, (int)analysis->epochs.epoch_s);
    }
    char wanted[80], has[80];
    list_kinds(kinds, wanted, sizeof wanted);
    list_kinds(there, has, sizeof has);
    const char *way_out = is_strict ? "" : " or how many make one of its units (counts_scale=)";
    return failure_set(why, YK_ERR_ARGUMENT,
                       "rule %s was made for %s counts; this recording has %s: choose another "
                       "rule, or say what its counts are (counts_kind=)%s",
                       rule, wanted, has, way_out);
}
