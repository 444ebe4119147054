/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * methods.txt: how to read the tables, every parameter in force, every rule with its paper.
 */
#ifndef SRC_EXPORT_METHODS_TEXT_H
#define SRC_EXPORT_METHODS_TEXT_H

#include "src/model/parameters.h"

/* One rule: what it is called, what it does, which paper it follows. */
struct methods_rule {
    const char *name, *meaning, *citation;
};

/* Appends how the tables are to be read, the parameters and the rules; what the cohort was
 * stands above it (src/pipeline/batch_methods.h). */
void methods_text_add(const struct parameters *parameters, const struct methods_rule *rules,
                      size_t n_rules, struct text *out);

#endif
