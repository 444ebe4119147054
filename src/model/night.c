/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A night about which nothing is known yet, and the words of its codes.
 */
#include "src/model/night.h"

#include <math.h>

void night_init(struct night *self)
{
    *self = (struct night){
        .window_start_ns = TIME_UNKNOWN,
        .window_end_ns = TIME_UNKNOWN,
        .in_bed_ns = TIME_UNKNOWN,
        .lights_out_ns = TIME_UNKNOWN,
        .onset_ns = TIME_UNKNOWN,
        .wake_ns = TIME_UNKNOWN,
        .out_of_bed_ns = TIME_UNKNOWN,
        .sleep_method = "",
        .spt_min = NAN,
        .tst_min = NAN,
        .waso_min = NAN,
        .sol_min = NAN,
        .tib_min = NAN,
        .efficiency_pct = NAN,
        .maintenance_pct = NAN,
        .awakenings_n = NAN,
        .daytime_rest_min = NAN,
        .nonwear_in_spt_pct = NAN,
        .nonwear_stillness_in_spt_pct = NAN,
        .invalid_pct = NAN,
        .sri_pair = NAN,
        .confidence = NAN,
        .second_candidate_ns = TIME_UNKNOWN,
        .guider_onset_h = NAN,
        .guider_wake_h = NAN,
        .sib_in_n = NAN,
        .sib_out_n = NAN,
        .sib_out_min = NAN,
        .sib_out_15_min = NAN,
    };
}

const char *night_exclude_word(uint32_t exclude)
{
    /* In the order of the bits: the first reason is the one that is shown. */
    static const char *const word[] = {"few_hours", "nonwear", "no_data", "no_sleep",
                                       "cut",       "clock",   "person"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        if ((exclude >> i & 1u) != 0) {
            return word[i];
        }
    }
    return exclude == 0 ? "" : "unknown";
}

const char *rest_source_word(enum rest_source source)
{
    static const char *const word[] = {
        [REST_NONE] = "none",       [REST_ALGORITHM] = "algorithm", [REST_DIARY] = "diary",
        [REST_MARKER] = "marker",   [REST_FIXED] = "fixed",         [REST_EDIT] = "edit",
        [REST_AVERAGE] = "average", [REST_RECORDER] = "recorder",
    };
    return (size_t)source < sizeof word / sizeof *word ? word[source] : "unknown";
}

const char *rest_kind_word(enum rest_kind kind)
{
    static const char *const word[] = {
        [REST_KIND_MAIN] = "main", [REST_KIND_NAP] = "nap", [REST_KIND_BED] = "bed"};
    return (size_t)kind < sizeof word / sizeof *word ? word[kind] : "unknown";
}

bool night_is_weekend(const struct night *night)
{
    return civil_is_weekend(civil_add_days(night->evening, 1));
}
