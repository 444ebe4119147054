/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A rhythm about which nothing is known yet.
 */
#include "src/model/rhythm.h"

#include <math.h>

void rhythm_summary_init(struct rhythm_summary *self)
{
    *self = (struct rhythm_summary){
        .activity_sum = NAN,
        .activity_mean = NAN,
        .sri = NAN,
        .is = NAN,
        .iv = NAN,
        .is_rest = NAN,
        .iv_rest = NAN,
        .is_mean = NAN,
        .iv_mean = NAN,
        .l5_day = NAN,
        .m10_day = NAN,
        .ra_day = NAN,
        .adat = NAN,
        .cfi = NAN,
        .l5 = NAN,
        .l5_h = NAN,
        .m10 = NAN,
        .m10_h = NAN,
        .ra = NAN,
        .mesor = NAN,
        .amplitude = NAN,
        .acrophase_h = NAN,
        .cosinor_r2 = NAN,
        .cosinor_f = NAN,
        .cosinor_p_value = NAN,
        .log_mesor = NAN,
        .log_amplitude = NAN,
        .log_acrophase_h = NAN,
        .log_r2 = NAN,
        .ext_min = NAN,
        .ext_amplitude = NAN,
        .ext_alpha = NAN,
        .ext_beta = NAN,
        .ext_acrophase_h = NAN,
        .ext_up_h = NAN,
        .ext_down_h = NAN,
        .ext_mesor = NAN,
        .ext_f = NAN,
        .ext_r2 = NAN,
        .kra = NAN,
        .kar = NAN,
        .phi = NAN,
        .dfa_ssp = NAN,
        .dfa_abi = NAN,
        .periodogram_period_h = NAN,
        .periodogram_power = NAN,
        .chi2_period_h = NAN,
        .chi2_q = NAN,
        .intensity_gradient = NAN,
        .intensity_intercept = NAN,
        .intensity_r2 = NAN,
        .social_jetlag_h = NAN,
        .composite_phase_deviation_h = NAN,
    };
}

void night_means_init(struct night_means *self)
{
    const struct mean_sd none = {NAN, NAN, 0};
    *self = (struct night_means){none, none, none, none, none, none};
}
