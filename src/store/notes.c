/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Targets and notes.
 */
#include "src/store/notes.h"

#include <string.h>

#include "src/base/mem.h"
#include "src/store/consents.h"

static const struct record_column target_columns[] = {
    RECORD_WHOSE(target_row),
    {.name = "from_date",
     .type = RECORD_DATE,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(target_row, from),
     .option = "from",
     .ja = "いつから",
     .en = "from"},
    {.name = "target_wake",
     .sql = "wake_min",
     .type = RECORD_CLOCK,
     RECORD_AT(target_row, wake_min),
     .option = "wake",
     .ja = "めあての目覚め",
     .en = "target wake time"},
};

static void target_init(void *row)
{
    *(struct target_row *)row = (struct target_row){.wake_min = RECORD_NO_CLOCK};
}

const struct record_kind record_kind_target = {
    .word = "target",
    .command = "target",
    .table = "target",
    .order = "r.person, r.from_date",
    .bytes = sizeof(struct target_row),
    .init = target_init,
    .columns = target_columns,
    .n_columns = sizeof target_columns / sizeof *target_columns,
};

enum yk_status target_load(struct store *store, const char *person, struct target **out,
                           size_t *n, struct failure *why)
{
    void *list = NULL;
    size_t count = 0;
    enum yk_status status = record_list(store, &record_kind_target, person, &list, &count, why);
    const struct target_row *rows = list;
    struct target *made = status == YK_OK ? mem_alloc(count, sizeof *made) : NULL;
    if (status == YK_OK && made == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for targets");
    }
    for (size_t i = 0; i < count && status == YK_OK; i++) {
        made[i] = (struct target){rows[i].from, rows[i].wake_min};
    }
    mem_free(list);
    if (status == YK_OK) {
        *out = made;
        *n = count;
    }
    return status;
}

/* ---- notes ---- */

static const char *const kind_words[] = {"note", "try", NULL};
static const char *const kind_aliases[] = {"メモ", "試してみる", NULL};

static const struct record_column note_columns[] = {
    RECORD_WHOSE(note_row),
    {.name = "date",
     .type = RECORD_DATE,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(note_row, date),
     .ja = "日付",
     .en = "date"},
    {.name = "kind",
     .type = RECORD_WORD,
     .flags = RECORD_KEY,
     RECORD_AT(note_row, kind),
     .words = kind_words,
     .aliases = kind_aliases,
     .ja = "種類",
     .en = "kind"},
    {.name = "audience",
     .type = RECORD_WORDS,
     .flags = RECORD_MUST,
     RECORD_AT(note_row, audience),
     .words = copy_words + 1,
     .aliases = copy_aliases + 1,
     .ja = "見る人",
     .en = "audience"},
    {.name = "text",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(note_row, text),
     .ja = "内容",
     .en = "text"},
};

static void note_init(void *row)
{
    *(struct note_row *)row = (struct note_row){.id = 0};
}

static enum yk_status note_check(struct store *store, void *row, size_t *column,
                                 struct failure *why)
{
    const struct note_row *self = row;
    (void)store;
    bool is_outside = (self->audience & (1u << COPY_EMPLOYER | 1u << COPY_PHYSICIAN)) != 0;
    if (is_outside && (self->audience & 1u << COPY_PARTICIPANT) == 0) {
        *column = 3;
        return failure_set(
            why, YK_ERR_ARGUMENT,
            "what a physician or an employer may read, the participant may read, "
            "too: add participant");
    }
    return YK_OK;
}

const struct record_kind record_kind_note = {
    .word = "note",
    .command = "note",
    .table = "note",
    .order = "r.person, r.date",
    .bytes = sizeof(struct note_row),
    .init = note_init,
    .columns = note_columns,
    .n_columns = sizeof note_columns / sizeof *note_columns,
    .check = note_check,
};

enum yk_status note_load(struct store *store, const char *person, struct note **out, size_t *n,
                         struct failure *why)
{
    void *list = NULL;
    size_t count = 0;
    enum yk_status status = record_list(store, &record_kind_note, person, &list, &count, why);
    const struct note_row *rows = list;
    struct note *made = status == YK_OK ? mem_alloc(count, sizeof *made) : NULL;
    if (status == YK_OK && made == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for notes");
    }
    for (size_t i = 0; i < count && status == YK_OK; i++) {
        made[i] = (struct note){.id = rows[i].id,
                                .date = rows[i].date,
                                .is_try = rows[i].kind == NOTE_TRY,
                                .audience = rows[i].audience};
        memcpy(made[i].text, rows[i].text, sizeof made[i].text);
    }
    mem_free(list);
    if (status == YK_OK) {
        *out = made;
        *n = count;
    }
    return status;
}
