/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ranking is base's; here only what is too far off is left out: no suggestion is better
 * than a silly one.
 */
#include "src/cli/nearest.h"
#include "src/base/near_names.h"

#include <string.h>

size_t nearest_list(const char *word, const char *const *candidates, size_t n, size_t most,
                    struct text *out)
{
    struct near_names near;
    near_names_init(&near, word);
    for (size_t i = 0; i < n; i++) {
        near_names_offer(&near, candidates[i]);
    }
    size_t added = 0;
    for (size_t i = 0; i < near.n && added < most; i++) {
        if (near.distance[i] <= 1 + strlen(word) / 3) {
            text_addf(out, "%s%s", added > 0 ? ", " : "", near.name[i]);
            added++;
        }
    }
    return added;
}
