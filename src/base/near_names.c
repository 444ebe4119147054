/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Near names by Levenshtein's distance (1966, "Binary codes capable of correcting deletions,
 * insertions, and reversals"), one row of the matrix at a time.
 */
#include "src/base/near_names.h"

#include <stdbool.h>
#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

size_t name_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t n_a = strlen(a), n_b = strlen(b);
    if (n_a > LONGEST || n_b > LONGEST) {
        return n_a > n_b ? n_a : n_b;
    }
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= n_b; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t best = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[n_b];
}

void near_names_init(struct near_names *self, const char *wanted)
{
    *self = (struct near_names){.wanted = wanted};
}

void near_names_offer(struct near_names *self, const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n >= sizeof self->name[0]) {
        return;
    }
    /* A name that contains what was typed is near, whatever its length. */
    bool contains = self->wanted[0] != '\0' && strcasestr(name, self->wanted) != NULL;
    size_t distance = name_distance(self->wanted, name);
    distance = contains && distance > 1 ? 1 : distance; /* 0: all but the case */
    size_t at = self->n;
    while (at > 0 && self->distance[at - 1] > distance) {
        at--;
    }
    if (at >= NEAR_NAMES_MAX) {
        return;
    }
    size_t last = self->n < NEAR_NAMES_MAX ? self->n++ : NEAR_NAMES_MAX - 1;
    for (; last > at; last--) {
        memcpy(self->name[last], self->name[last - 1], sizeof self->name[0]);
        self->distance[last] = self->distance[last - 1];
    }
    memcpy(self->name[at], name, n + 1);
    self->distance[at] = distance;
}

void near_names_join(const struct near_names *self, char out[static NEAR_NAMES_ROOM])
{
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < self->n; i++) {
        size_t n = strlen(self->name[i]), comma = length > 0 ? 2 : 0;
        memcpy(out + length, ", ", comma);
        memcpy(out + length + comma, self->name[i], n + 1);
        length += comma + n;
    }
}
