/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest-activity rhythm over a whole recording, and means and spreads over its nights and days.
 */
#ifndef SRC_MODEL_RHYTHM_H
#define SRC_MODEL_RHYTHM_H

#include "src/model/mean_sd.h"

struct rhythm_summary { /* NaN = unknown */
    char input[12];     /* "enmo" or "counts" */
    char unit[16];      /* "mg" or "counts/min" */
    double activity_sum, activity_mean;
    double sri;                     /* -100..100 */
    double is, iv;                  /* textbook: hourly means of activity */
    double is_rest, iv_rest;        /* GGIR's: hourly share of rest */
    double is_mean, iv_mean;        /* ISm, IVm over 1..60 min bins */
    double l5_day, m10_day, ra_day; /* means of single days; never to be mixed with the above */
    double adat;                    /* activity per day: counts, or mg times minutes */
    double cfi;                     /* circadian function index */
    double l5, l5_h, m10, m10_h, ra; /* average day */
    double mesor, amplitude, acrophase_h, cosinor_r2, cosinor_f, cosinor_p_value; /* linear */
    double log_mesor, log_amplitude, log_acrophase_h, log_r2; /* GGIR: ln(mg + 1) */
    double ext_min, ext_amplitude, ext_alpha, ext_beta, ext_acrophase_h, ext_up_h, ext_down_h,
        ext_mesor, ext_f, ext_r2; /* Marler 2006 on ln(mg + 1) */
    double kra, kar;
    double phi;
    double dfa_ssp, dfa_abi;
    double periodogram_period_h, periodogram_power; /* FFT, Lomb-Scargle grid 20..28 h */
    double chi2_period_h, chi2_q;
    double intensity_gradient, intensity_intercept, intensity_r2;
    double social_jetlag_h; /* weekend minus weekday mid-sleep */
    double composite_phase_deviation_h;
};

enum night_set { NIGHTS_ALL, NIGHTS_WEEKDAY, NIGHTS_WEEKEND, NIGHT_SET_COUNT };

/* Over counted nights only; a mean needs >= 1 here, the page decides what is too thin to print.
 */
struct night_means {
    struct mean_sd onset_h, wake_h, midsleep_h, spt_min, tst_min, waso_min;
};

void rhythm_summary_init(struct rhythm_summary *self);
void night_means_init(struct night_means *self);

#endif
