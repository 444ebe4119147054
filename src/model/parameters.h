/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parameters of a recipe as one plain struct, from the table in parameters.def. Numbers are
 * doubles; choices are enums named CHOICE_<NAME>_... in choice_words order (see below).
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
enum choice_nonwear { NONWEAR_none, NONWEAR_default, NONWEAR_ggir2013, NONWEAR_ggir2023 };
enum choice_sleep {
    SLEEP_default,
    SLEEP_ggir,
    SLEEP_cole_kripke, /* from here on: ids of algorithms/scorers.def */
    SLEEP_cole_kripke_actilife,
    SLEEP_sadeh,
    SLEEP_sadeh_actilife,
    SLEEP_scripps,
    SLEEP_oakley,
    SLEEP_oakley_strict
};
enum choice_days { DAYS_default, DAYS_ggir };

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

/* All values of a named recipe. Unknown names: YK_ERR_ARGUMENT with the nearest ones. */
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
