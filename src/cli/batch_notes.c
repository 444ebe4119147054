/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Notes at the end of batch and merge.
 */
#include "src/cli/batch_notes.h"

#include <stdio.h>

#include "src/base/text.h"

void batch_notes_say(const struct batch_totals *t, const char *place, const char *slash,
                     bool ja)
{
    if (t->n_partial > 0) {
        fprintf(stderr,
                ja ? "%zu件%.0sは一部だけが表に入りました。%s%squality.csv を見てください\n"
                   : "of %zu %s only a part is in the tables; see %s%squality.csv\n",
                t->n_partial, text_many(t->n_partial, "file", "files"), place, slash);
    }
    if (t->n_overlapping > 0) {
        fprintf(stderr,
                ja ? "%zu件は、同じ記録計の別の記録と時間が重なっています。%s%squality.csv "
                     "を見てください\n"
                   : "%zu files overlap in time with another of the same recorder; see "
                     "%s%squality.csv\n",
                t->n_overlapping, place, slash);
    }
}
