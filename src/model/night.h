/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nights, rests and what is known about them. A night is named by the date of its evening.
 * Times are UTC ns or TIME_UNKNOWN; durations are minutes or NaN.
 */
#ifndef SRC_MODEL_NIGHT_H
#define SRC_MODEL_NIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/clock.h"

enum rest_source {
    REST_NONE,
    REST_ALGORITHM,
    REST_DIARY,
    REST_MARKER,
    REST_FIXED,
    REST_EDIT,
    REST_AVERAGE, /* window of the other nights */
    REST_RECORDER /* rest interval that the file carries */
};

/* Why a night is not counted; several may hold. 0 = counted. */
enum night_exclude {
    EXCLUDE_FEW_HOURS = 1u << 0, /* recording does not cover enough of the 24 h */
    EXCLUDE_NONWEAR = 1u << 1,   /* device off for too much of the night */
    EXCLUDE_NO_DATA = 1u << 2,
    EXCLUDE_NO_SLEEP = 1u << 3, /* no rest interval was found */
    EXCLUDE_CUT = 1u << 4,      /* sleep touches the start or end of the recording */
    EXCLUDE_CLOCK = 1u << 5,    /* device clock in doubt */
    EXCLUDE_PERSON = 1u << 6    /* by a person, with a reason */
};

enum rest_kind { REST_KIND_MAIN, REST_KIND_NAP, REST_KIND_BED };

struct rest {
    int64_t start_ns, end_ns; /* [start, end) */
    enum rest_kind kind;
    bool is_main;
    double sleep_min;
    enum rest_source source;
    double confidence; /* 0..1 */
};

struct night {
    struct civil_date evening;
    int64_t window_start_ns, window_end_ns; /* noon to noon (or 18 to 18) that was searched */
    int64_t in_bed_ns, lights_out_ns, onset_ns, wake_ns, out_of_bed_ns;
    enum rest_source rest_source;
    char sleep_method[40]; /* "hdcza+sib" ...; own, because a night may come from a file */
    double spt_min, tst_min, waso_min;
    double sol_min, tib_min; /* only when bed times are known (diary, marker, edit) */
    double efficiency_pct;   /* TST / TIB; same condition */
    double maintenance_pct;  /* TST / SPT */
    double awakenings_n;     /* NaN unknown */
    double daytime_rest_min; /* sustained inactivity outside the main sleep of this window */
    double nonwear_in_spt_pct, nonwear_stillness_in_spt_pct, invalid_pct;
    double sri_pair;             /* this calendar day against the next; NaN unknown */
    double confidence;           /* 0..1 */
    int64_t second_candidate_ns; /* start of another rest that could be the main one */
    uint32_t exclude;            /* enum night_exclude bits; 0 = counted */
    bool is_edited;
    char edit_reason[64];
    /* GGIR recipe only, else NaN/0: what part 4 prints beside the above. */
    double guider_onset_h, guider_wake_h; /* 12..36 scale */
    int cleaning_code;
    double sib_in_n, sib_out_n, sib_out_min, sib_out_15_min;
};

void night_init(struct night *self); /* everything unknown */
/* First reason, as a stable word ("few_hours"), or "" when counted. */
const char *night_exclude_word(uint32_t exclude);
const char *rest_source_word(enum rest_source source); /* "algorithm", "diary", ... */
const char *rest_kind_word(enum rest_kind kind);

/* A night belongs to the weekend when its morning is a Saturday or a Sunday. */
bool night_is_weekend(const struct night *night);

#endif
