/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The default recipe from epochs to nights. docs/algorithms/night.md.
 */
#ifndef ALGORITHMS_NIGHT_DEFAULT_H
#define ALGORITHMS_NIGHT_DEFAULT_H

#include "algorithms/sleep.h"

/* As sleep_detect(). */
enum yk_status night_default_detect(struct analysis *analysis, const struct zone *zone,
                                    const struct diary *diary, struct job *job,
                                    struct failure *why);

#endif
