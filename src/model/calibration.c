/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calibration that changes nothing, and words for outcomes.
 */
#include "src/model/calibration.h"

#include <math.h>
#include <stddef.h>

void calibration_init(struct calibration *self)
{
    *self = (struct calibration){
        .scale = {1, 1, 1},
        .mean_temperature_c = NAN,
        .error_before_mg = NAN,
        .error_after_mg = NAN,
        .hours = NAN,
        .outcome = CALIBRATION_NONE,
    };
}

const char *calibration_outcome_word(enum calibration_outcome outcome)
{
    static const char *const word[] = {
        [CALIBRATION_NONE] = "none",           [CALIBRATION_DONE] = "done",
        [CALIBRATION_TOO_SHORT] = "too_short", [CALIBRATION_FEW_WINDOWS] = "few_windows",
        [CALIBRATION_SPHERE] = "sphere",       [CALIBRATION_WORSE] = "worse",
    };
    return (size_t)outcome < sizeof word / sizeof *word ? word[outcome] : "unknown";
}

enum text_id calibration_outcome_text(enum calibration_outcome outcome)
{
    static const enum text_id why_not[] = {
        [CALIBRATION_TOO_SHORT] = TEXT_review_calibration_too_short,
        [CALIBRATION_FEW_WINDOWS] = TEXT_review_calibration_few_windows,
        [CALIBRATION_SPHERE] = TEXT_review_calibration_sphere,
        [CALIBRATION_WORSE] = TEXT_review_calibration_worse,
    };
    return outcome >= CALIBRATION_TOO_SHORT && outcome <= CALIBRATION_WORSE
               ? why_not[outcome]
               : TEXT_review_calibration_none;
}
