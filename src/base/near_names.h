/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What somebody who mistyped a name may have meant: commands, options, zones, parameters,
 * participants.
 */
#ifndef SRC_BASE_NEAR_NAMES_H
#define SRC_BASE_NEAR_NAMES_H

#include <stddef.h>

/* Levenshtein distance without regard to the case of A..Z; names longer than 64 bytes count as
 * wholly different. */
size_t name_distance(const char *a, const char *b);

/* Collects the names nearest to a mistyped one, for "did you mean": offer every known name,
 * then join. wanted is borrowed. */
#define NEAR_NAMES_MAX 3
#define NEAR_NAMES_ROOM 160
struct near_names {
    const char *wanted;
    char name[NEAR_NAMES_MAX][48]; /* nearest first; equal ones in the order offered */
    size_t distance[NEAR_NAMES_MAX], n;
};
void near_names_init(struct near_names *self, const char *wanted);
void near_names_offer(struct near_names *self, const char *name);
/* "Asia/Tokyo, Asia/Taipei, Asia/Tomsk" */
void near_names_join(const struct near_names *self, char out[static NEAR_NAMES_ROOM]);

#endif
