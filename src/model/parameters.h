/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parameters of a recipe as one plain struct, from the table in parameters.def. Numbers are
 * doubles, choices are the enums below.
 */
#ifndef SRC_MODEL_PARAMETERS_H
#define SRC_MODEL_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/status.h"
#include "src/base/text.h"

/* Words of the choices, as enums. Keep each list in the order of parameters.def. */
enum choice_calibrate { CALIBRATE_none, CALIBRATE_converge, CALIBRATE_ggir };
enum choice_grid { GRID_utc, GRID_ggir };
enum choice_nonwear {
    NONWEAR_none,
    NONWEAR_default,
    NONWEAR_ggir2013,
    NONWEAR_ggir2023,
    NONWEAR_choi,
    NONWEAR_troiano,
    NONWEAR_zero_runs,
    NONWEAR_recorder
};
enum choice_sleep {
    SLEEP_default,
    SLEEP_ggir,
    SLEEP_cole_kripke, /* from here on: ids of algorithms/scorers.def */
    SLEEP_cole_kripke_actilife,
    SLEEP_sadeh,
    SLEEP_sadeh_actilife,
    SLEEP_scripps,
    SLEEP_oakley,
    SLEEP_oakley_strict,
    SLEEP_cole_kripke_10max,
    SLEEP_cole_kripke_10max_ov,
    SLEEP_cole_kripke_30max,
    SLEEP_galland,
    SLEEP_csm,
    SLEEP_oakley_auto
};
enum choice_troiano_spikes { TROIANO_SPIKES_consecutive, TROIANO_SPIKES_total };
enum choice_days { DAYS_default, DAYS_ggir };
enum choice_rest {
    REST_RULE_best_sum,
    REST_RULE_tudor_locke,
    REST_RULE_roenneberg,
    REST_RULE_crespo,
    REST_RULE_logistic,
    REST_RULE_fixed,
    REST_RULE_diary,
    REST_RULE_recorder
};
enum choice_edges { EDGES_scored, EDGES_immobile };
enum choice_rescoring { RESCORING_none, RESCORING_webster };
enum choice_rhythm { RHYTHM_auto, RHYTHM_enmo, RHYTHM_counts };
enum choice_actiwatch_counts { ACTIWATCH_COUNTS_none, ACTIWATCH_COUNTS_made };
enum choice_counts_kind { /* in the order of src/model/count_kind.def */
                          COUNTS_KIND_auto,
                          COUNTS_KIND_actigraph,
                          COUNTS_KIND_actiwatch,
                          COUNTS_KIND_motionwatch,
                          COUNTS_KIND_actical,
                          COUNTS_KIND_acttrust,
                          COUNTS_KIND_daqtometer,
                          COUNTS_KIND_tempatilumi,
                          COUNTS_KIND_apple_watch,
                          COUNTS_KIND_zero_crossing,
                          COUNTS_KIND_acttrust_zcm,
                          COUNTS_KIND_actiwatch_like
};

enum choice_counts_filter { COUNTS_FILTER_normal, COUNTS_FILTER_extended };
enum choice_actigraph_gaps { ACTIGRAPH_GAPS_missing, ACTIGRAPH_GAPS_filled };

struct parameters {
#define NUMBER(name, def, ggir, min, max, unit, en, ja) double name;
#define CHOICE(name, def, ggir, words, en, ja) enum choice_##name name;
#include "src/model/parameters.def"
#undef NUMBER
#undef CHOICE
};

struct parameter_info {
    const char *name, *unit, *words; /* words: NULL for a number */
    double min, max;
    const char *en, *ja;
};

#define RECIPE_DEFAULT "default"
#define RECIPE_GGIR "ggir-3.3"
#define RECIPE_ACTILIFE "actilife"
#define RECIPE_ACTIWARE "actiware"

struct recipe_info {
    const char *name;
    const char *settings; /* on top of the values of parameters.def: "sleep=oakley ..." */
    const char *en, *ja;
};

size_t recipes_count(void);
const struct recipe_info *recipes_info(size_t i);

/* All values of a named recipe. Unknown names: YK_ERR_ARGUMENT with those there are. */
enum yk_status parameters_of_recipe(const char *recipe, struct parameters *out,
                                    struct failure *why);
/* "NAME=VALUE"; unknown names list the nearest, values outside the range say what is right. */
enum yk_status parameters_set(struct parameters *self, const char *assignment,
                              struct failure *why);
size_t parameters_count(void);
const struct parameter_info *parameters_info(size_t i);
/* The value as text, as parameters_set() would take it. */
void parameters_value(const struct parameters *self, size_t i, struct text *out);
/* {"epoch_s":5,...} in table order. */
void parameters_to_json(const struct parameters *self, struct text *out);

#endif
