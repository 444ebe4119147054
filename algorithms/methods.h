/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of rules: what each is called, which paper it follows, what it reads.
 */
#ifndef ALGORITHMS_METHODS_H
#define ALGORITHMS_METHODS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/model/parameters.h"

enum method_kind { METHOD_SIGNAL, METHOD_NONWEAR, METHOD_REST, METHOD_SCORER, METHOD_RHYTHM };

struct method {
    const char *id; /* stable name, for tables and provenance */
    enum method_kind kind;
    const char *when; /* methods.def; see method_is_in_force() */
    const char *name;
    const char *citation; /* paper, or our own document */
    const char *input;
    const char *en, *ja;
};

size_t method_count(void);
const struct method *method_at(size_t i);
const struct method *method_find(const char *id); /* NULL when unknown */
/* What the recordings of a cohort hold: samples, or tables of counts, of ENMO, of angles. */
enum method_files { METHOD_SAMPLES = 1, METHOD_COUNTS = 2, METHOD_ENMO = 4, METHOD_ANGLES = 8 };

/* Whether results made with these parameters, of recordings that hold files (enum method_files,
 * or'd), rest on the rule: what methods.txt may cite. */
bool method_is_in_force(const struct method *self, const struct parameters *parameters,
                        unsigned files);
const char *method_kind_word(enum method_kind kind);

/* Rules that are asked for by name and are not here. */
struct absent_method {
    const char *id, *name, *citation;
    const char *en, *ja; /* why */
};

size_t absent_method_count(void);
const struct absent_method *absent_method_at(size_t i);

#endif
