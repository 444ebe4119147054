/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which parameters are in force: a recipe by name or from a file, then single values on top.
 *
 * A recipe file holds lines `NAME = VALUE`; `#` and `;` begin comments, [section] lines are
 * only for the reader's eye. `base = ggir-3.3` (the first assignment, if at all) says which
 * recipe it starts from; without it, default.
 */
#ifndef SRC_PIPELINE_RECIPE_H
#define SRC_PIPELINE_RECIPE_H

#include "src/model/parameters.h"

struct recipe {
    char name[32]; /* "default", or the file's name without folder and .ini; "+" behind it when
                      single values were changed */
    struct parameters parameters;
};

/* name_or_path  NULL: default. A word that names no recipe but holds a '/' or ends in .ini is a
 *               file.
 * set           n_set assignments "NAME=VALUE"
 * errors        YK_ERR_ARGUMENT naming the line, the name or value, and the nearest known ones;
 *               YK_ERR_NO_DEVICE, YK_ERR_IO */
enum yk_status recipe_load(const char *name_or_path, const char *const *set, size_t n_set,
                           struct recipe *out, struct failure *why);

#endif
