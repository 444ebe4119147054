/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences in the words of staff, as rows.
 */
#include "src/store/rewordings.h"

#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"

const char *const rewording_parts[] = {"", "held", "sleep", "talk", NULL};
static const char *const languages[] = {"", "ja", "en", NULL};

enum { TEXT = 5 };

static const struct record_column columns[] = {
    {.name = "person_id",
     .sql = "person",
     .type = RECORD_PERSON,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(rewording_row, person),
     .ja = "参加者",
     .en = "participant"},
    {.name = "first_date",
     .type = RECORD_DATE,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(rewording_row, first),
     .ja = "最初の晩",
     .en = "first night"},
    {.name = "last_date",
     .type = RECORD_DATE,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(rewording_row, last),
     .ja = "最後の晩",
     .en = "last night"},
    {.name = "sentence",
     .sql = "part",
     .type = RECORD_WORD,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(rewording_row, part),
     .words = rewording_parts,
     .ja = "文",
     .en = "sentence"},
    {.name = "language",
     .type = RECORD_WORD,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(rewording_row, language),
     .words = languages,
     .ja = "言語",
     .en = "language"},
    {.name = "text",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(rewording_row, text),
     .ja = "職員の文",
     .en = "by staff"},
    {.name = "automatic_text",
     .sql = "automatic",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(rewording_row, automatic),
     .ja = "自動の文",
     .en = "automatic"},
    {.name = "editor",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(rewording_row, editor),
     .option = "who",
     .ja = "だれが",
     .en = "who"},
    {.name = "reason",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(rewording_row, reason),
     .ja = "なぜ",
     .en = "why"},
    {.name = "made_ts",
     .sql = "made_ns",
     .type = RECORD_TIME,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(rewording_row, made_ns),
     .ja = "いつ",
     .en = "when"},
    {.name = "basis",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(rewording_row, basis),
     .ja = "もとの数値",
     .en = "basis"},
};

static void init(void *row)
{
    *(struct rewording_row *)row = (struct rewording_row){.made_ns = TIME_UNKNOWN};
}

static enum yk_status check(struct store *store, void *row, size_t *column, struct failure *why)
{
    const struct rewording_row *self = row;
    (void)store;
    *column = TEXT;
    return self->text[0] != '\0' ? rewording_check(self->text, why) : YK_OK;
}

const struct record_kind record_kind_rewording = {
    .word = "statement",
    .command = "statement",
    .table = "rewording",
    .order = "r.person, r.id",
    .bytes = sizeof(struct rewording_row),
    .init = init,
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .check = check,
};

enum yk_status rewording_add(struct store *store, const char *person,
                             const struct rewording *rewording, struct failure *why)
{
    struct rewording_row row = {.first = rewording->first,
                                .last = rewording->last,
                                .part = rewording->part + 1,
                                .language = (int)rewording->language + 1,
                                .made_ns = rewording->made_ns};
    bool is_new = false;
    size_t column = 0;
    snprintf(row.person, sizeof row.person, "%s", person);
    memcpy(row.text, rewording->text, sizeof row.text);
    memcpy(row.automatic, rewording->automatic, sizeof row.automatic);
    memcpy(row.editor, rewording->editor, sizeof row.editor);
    memcpy(row.reason, rewording->reason, sizeof row.reason);
    memcpy(row.basis, rewording->basis, sizeof row.basis);
    return record_add(store, &record_kind_rewording, &row, &is_new, &column, why);
}

enum yk_status rewording_load(struct store *store, const char *person, struct rewording **out,
                              size_t *n, struct failure *why)
{
    void *list = NULL;
    size_t count = 0;
    enum yk_status status =
        record_list(store, &record_kind_rewording, person, &list, &count, why);
    const struct rewording_row *rows = list;
    struct rewording *made = status == YK_OK ? mem_alloc(count, sizeof *made) : NULL;
    if (status == YK_OK && made == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for the words of staff");
    }
    for (size_t i = 0; i < count && status == YK_OK; i++) {
        made[i] = (struct rewording){.id = rows[i].id,
                                     .first = rows[i].first,
                                     .last = rows[i].last,
                                     .part = rows[i].part - 1,
                                     .language = (enum language)(rows[i].language - 1),
                                     .made_ns = rows[i].made_ns};
        memcpy(made[i].text, rows[i].text, sizeof made[i].text);
        memcpy(made[i].automatic, rows[i].automatic, sizeof made[i].automatic);
        memcpy(made[i].editor, rows[i].editor, sizeof made[i].editor);
        memcpy(made[i].reason, rows[i].reason, sizeof made[i].reason);
        memcpy(made[i].basis, rows[i].basis, sizeof made[i].basis);
    }
    mem_free(list);
    if (status == YK_OK) {
        *out = made;
        *n = count;
    }
    return status;
}
