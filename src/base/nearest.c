/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Optimal string alignment distance (Damerau 1964, Wagner and Fischer 1974) on bytes. Three
 * rows of the table suffice. Leaves out: weights by keyboard neighbourhood.
 */
#include "src/base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define WORD_MAX 63

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t nearest_distance(const char *a, const char *b)
{
    size_t n = strnlen(a, WORD_MAX), m = strnlen(b, WORD_MAX);
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= m; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3], *before = rows[(i - 1) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t cost = before[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
            cost = least(cost, least(before[j] + 1, now[j - 1] + 1));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
                cost = least(cost, earlier[j - 2] + 1);
            }
            now[j] = cost;
        }
    }
    return rows[n % 3][m];
}

/* SIZE_MAX: not worth naming. */
static size_t score(const char *word, const char *candidate)
{
    size_t n = strnlen(word, WORD_MAX), m = strnlen(candidate, WORD_MAX);
    size_t distance = nearest_distance(word, candidate);
    if (distance <= 1 + least(n, m) / 3) {
        return distance;
    }
    size_t shared = least(n, m);
    if (shared >= 2 && strncasecmp(word, candidate, shared) == 0) {
        return distance;
    }
    return SIZE_MAX;
}

size_t nearest_list(const char *word, const char *const *candidates, size_t n, size_t most,
                    struct text *out)
{
    size_t added = 0, last_score = 0, last_at = 0;
    while (added < most) {
        /* the best one behind the one named last: few candidates, so no sorting */
        size_t best = SIZE_MAX, at = 0;
        for (size_t i = 0; i < n; i++) {
            size_t now = score(word, candidates[i]);
            bool is_new = added == 0 || now > last_score || (now == last_score && i > last_at);
            if (is_new && now < best) {
                best = now;
                at = i;
            }
        }
        if (best == SIZE_MAX) {
            break;
        }
        text_addf(out, "%s%s", added > 0 ? ", " : "", candidates[at]);
        last_score = best;
        last_at = at;
        added++;
    }
    return added;
}
