/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recognising an epoch table, and any text that could be one with a description beside it.
 */
#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "src/base/mem.h"

#include <stddef.h>

#define HEAD 4096
#define ALIKE 3 /* lines with the same separators that make a table under a header of prose */

struct line_shape {
    size_t count[3]; /* of each separator */
    bool has_digit;
};

static struct line_shape shape_of(const char *at, size_t n)
{
    struct line_shape shape = {{0, 0, 0}, false};
    for (size_t i = 0; i < n; i++) {
        shape.count[0] += at[i] == ',';
        shape.count[1] += at[i] == ';';
        shape.count[2] += at[i] == '\t';
        shape.has_digit = shape.has_digit || (at[i] >= '0' && at[i] <= '9');
    }
    return shape;
}

static bool is_like(const struct line_shape *a, const struct line_shape *b)
{
    for (int i = 0; i < 3; i++) {
        if (a->count[i] > 0 && a->count[i] == b->count[i] && a->has_digit && b->has_digit) {
            return true;
        }
    }
    return false;
}

/* Text with a separator in its first line: 2; whose last lines, as far as can be seen, are rows
 * of a table: 1; else 0. Cheap, so that binary files cost nothing. */
static int looks_like_a_table(struct byte_source *bytes)
{
    char head[HEAD];
    size_t n = 0, start = 0, alike = 0;
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK || n == 0) {
        return 0;
    }
    struct line_shape first = {{0, 0, 0}, false}, last = first;
    bool has_first = false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)head[i];
        if (c < 0x20 && c != '\r' && c != '\t' && c != '\n') {
            return 0;
        }
        if (c != '\n' && (i + 1 < n || has_first)) {
            continue;
        }
        struct line_shape shape = shape_of(head + start, i + 1 - start);
        alike = is_like(&shape, &last) ? alike + 1 : 1;
        last = shape;
        first = has_first ? first : shape;
        bool is_whole = c == '\n' || n == sizeof head;
        has_first = has_first || is_whole;
        start = i + 1;
    }
    bool has_separator = first.count[0] + first.count[1] + first.count[2] > 0;
    return has_first && has_separator ? 2 : alike >= ALIKE ? 1 : 0;
}

/* 85: known columns with times or steps. 30: known columns alone. 5: some table, which a .ini
 * may explain. 1: lines above a table, the same. */
static int epoch_csv_probe(struct byte_source *bytes)
{
    struct csv *csv = NULL;
    struct epoch_csv_plan *plan = NULL;
    int score = 0, looks = looks_like_a_table(bytes);
    if (looks < 2 || csv_open(bytes, 0, &csv, NULL) != YK_OK) {
        return looks;
    }
    plan = mem_alloc(1, sizeof *plan);
    if (plan != NULL && csv_read_header(csv, NULL) == YK_OK) {
        epoch_csv_plan_init(plan);
        bool is_known = epoch_csv_plan_columns(plan, csv, NULL) == YK_OK;
        bool is_placed = plan->timestamp != CSV_NONE || plan->step != CSV_NONE;
        score = is_known && is_placed ? 85 : is_known ? 30 : 5;
    }
    mem_free(plan);
    csv_close(csv);
    return score;
}

static enum yk_status epoch_csv_open(struct byte_source *bytes, const struct open_options *opt,
                                     struct recording_source **out, struct failure *why)
{
    return table_open(NULL, bytes, opt, out, why);
}

static const char *const suffixes[] = {"csv", "tsv", "txt", NULL};
const struct format format_epoch_csv = {
    .id = "epoch_csv",
    .name = "epoch table (.csv)",
    .maker = "any",
    .suffix = suffixes,
    .probe = epoch_csv_probe,
    .open = epoch_csv_open,
};
