/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Issued copies. Rows are written by the program only.
 */
#include "src/store/issued.h"

#include <math.h>

#include "src/store/consents.h"

static const struct record_column columns[] = {
    {.name = "person_id",
     .sql = "person",
     .type = RECORD_PERSON,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(issued_copy, person),
     .ja = "参加者",
     .en = "participant"},
    {.name = "copy",
     .type = RECORD_WORD,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(issued_copy, copy),
     .words = copy_words,
     .aliases = copy_aliases,
     .ja = "写し",
     .en = "copy"},
    {.name = "recipient",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(issued_copy, recipient),
     .ja = "渡す先",
     .en = "recipient"},
    {.name = "language",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(issued_copy, language),
     .ja = "言語",
     .en = "language"},
    {.name = "first_date",
     .type = RECORD_DATE,
     .flags = RECORD_PROGRAM,
     RECORD_AT(issued_copy, first),
     .ja = "最初の晩",
     .en = "first night"},
    {.name = "last_date",
     .type = RECORD_DATE,
     .flags = RECORD_PROGRAM,
     RECORD_AT(issued_copy, last),
     .ja = "最後の晩",
     .en = "last night"},
    {.name = "made_ts",
     .sql = "made_ns",
     .type = RECORD_TIME,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(issued_copy, made_ns),
     .ja = "作成",
     .en = "made"},
    {.name = "report_id",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(issued_copy, report_id),
     .ja = "番号",
     .en = "report id"},
    {.name = "sha256",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(issued_copy, sha256),
     .ja = "SHA-256",
     .en = "SHA-256"},
    {.name = "consent",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(issued_copy, consent),
     .ja = "同意",
     .en = "consent"},
};

void issued_init(struct issued_copy *self)
{
    *self = (struct issued_copy){.made_ns = TIME_UNKNOWN, .consent = NAN};
}

static void init(void *row)
{
    issued_init(row);
}

const struct record_kind record_kind_issued = {
    .word = "issued copy",
    .command = "report",
    .table = "issued",
    .order = "r.person, r.made_ns",
    .bytes = sizeof(struct issued_copy),
    .init = init,
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
};

enum yk_status issued_add(struct store *store, struct issued_copy *copy, struct failure *why)
{
    bool is_new = false;
    size_t column = 0;
    return record_add(store, &record_kind_issued, copy, &is_new, &column, why);
}

enum yk_status issued_list(struct store *store, const char *person, struct issued_copy **out,
                           size_t *n, struct failure *why)
{
    void *list = NULL;
    enum yk_status status = record_list(store, &record_kind_issued, person, &list, n, why);
    if (status == YK_OK) {
        *out = list;
    }
    return status;
}
