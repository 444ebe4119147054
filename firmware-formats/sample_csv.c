/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recognising a table of samples by its column names; reading it is sample_table.c's work. Any
 * other table becomes one when the .ini beside it declares x, y and z.
 */
#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "src/base/mem.h"

#include <string.h>

static int sample_csv_probe(struct byte_source *bytes)
{
    char head[1024];
    size_t n = 0;
    struct csv *csv = NULL;
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK ||
        memchr(head, '\0', n) != NULL || csv_open(bytes, 0, &csv, NULL) != YK_OK) {
        return 0;
    }
    int sure = 0;
    struct epoch_csv_plan *plan = mem_alloc(1, sizeof *plan);
    if (plan != NULL && csv_read_header(csv, NULL) == YK_OK) {
        epoch_csv_plan_init(plan);
        bool is_known = epoch_csv_plan_columns(plan, csv, NULL) == YK_OK && plan->is_samples;
        sure = !is_known ? 0 : plan->timestamp != CSV_NONE || plan->date != CSV_NONE ? 88 : 40;
    }
    mem_free(plan);
    csv_close(csv);
    return sure;
}

static enum yk_status sample_csv_open(struct byte_source *bytes, const struct open_options *opt,
                                      struct recording_source **out, struct failure *why)
{
    return table_open(NULL, bytes, opt, out, why);
}

static const char *const suffixes[] = {"csv", "tsv", "txt", NULL};
const struct format format_sample_csv = {
    .id = "sample_csv",
    .name = "sample table (.csv)",
    .maker = "any",
    .suffix = suffixes,
    .probe = sample_csv_probe,
    .open = sample_csv_open,
};
