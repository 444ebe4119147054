/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * methods.txt: what was done, in words fit for a paper, with every parameter in force.
 */
#ifndef SRC_EXPORT_METHODS_TEXT_H
#define SRC_EXPORT_METHODS_TEXT_H

#include "src/model/parameters.h"

/* One rule: what it is called, what it does, which paper it follows. */
struct methods_rule {
    const char *name, *meaning, *citation;
};

void methods_text_add(const char *program_version, const char *recipe,
                      const struct parameters *parameters, const struct methods_rule *rules,
                      size_t n_rules, struct text *out);

#endif
