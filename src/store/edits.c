/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Corrections by hand.
 */
#include "src/store/edits.h"

#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"

static const char *const field_words[] = {"",           "sleep_onset", "wake",    "in_bed",
                                          "out_of_bed", "exclude",     "include", NULL};
static const char *const field_aliases[] = {
    "", "眠り始め", "目覚め", "布団に入った", "布団から出た", "数えない", "数える", NULL};
static const char *const flag_words[] = {"", "no", "yes", NULL};
static const char *const flag_aliases[] = {"", "いいえ", "はい", NULL};

enum { FIELD = 2, VALUE, EDITOR, REASON, RECORDING };

static const struct record_column columns[] = {
    RECORD_WHOSE(edit_row),
    RECORD_WHICH_NIGHT(edit_row),
    {.name = "field",
     .type = RECORD_WORD,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(edit_row, field),
     .words = field_words,
     .aliases = field_aliases,
     .ja = "項目",
     .en = "what"},
    {.name = "edited_ts",
     .sql = "value_ns",
     .type = RECORD_TIME,
     .flags = RECORD_KEY | RECORD_NIGHT,
     RECORD_AT(edit_row, value_ns),
     .option = "to",
     .ja = "直した値",
     .en = "by hand"},
    {.name = "editor",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(edit_row, editor),
     .option = "who",
     .ja = "だれが",
     .en = "who"},
    {.name = "reason",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(edit_row, reason),
     .ja = "なぜ",
     .en = "why"},
    {.name = "recording_id",
     .sql = "recording",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(edit_row, recording),
     .ja = "記録",
     .en = "recording"},
    {.name = "automatic_ts",
     .sql = "automatic_ns",
     .type = RECORD_TIME,
     .flags = RECORD_PROGRAM,
     RECORD_AT(edit_row, automatic_ns),
     .ja = "自動の値",
     .en = "automatic"},
    {.name = "made_ts",
     .sql = "made_ns",
     .type = RECORD_TIME,
     .flags = RECORD_PROGRAM,
     RECORD_AT(edit_row, made_ns),
     .ja = "いつ",
     .en = "when"},
    {.name = "withdrawn",
     .sql = "is_withdrawn",
     .type = RECORD_WORD,
     .flags = RECORD_EXTRA,
     RECORD_AT(edit_row, is_withdrawn),
     .words = flag_words,
     .aliases = flag_aliases,
     .ja = "取り消し",
     .en = "withdrawn"},
};

static void init(void *row)
{
    *(struct edit_row *)row = (struct edit_row){.value_ns = TIME_UNKNOWN,
                                                .automatic_ns = TIME_UNKNOWN,
                                                .made_ns = TIME_UNKNOWN,
                                                .is_withdrawn = 1};
}

/* ---- the automatic value ---- */

struct automatic {
    char recording[72];
    int64_t onset_ns, wake_ns, in_bed_ns, out_of_bed_ns;
};

/* The night of the current analysis of the newest recording that holds it. */
static enum yk_status find_night(struct store *store, const struct edit_row *self,
                                 struct automatic *out, struct failure *why)
{
    struct db_query *query = NULL;
    char date[16];
    civil_format(self->night, date);
    enum yk_status status = db_query_openv(
        store->db, &query, why,
        "SELECT a.recording, n.onset_ns, n.wake_ns, n.in_bed_ns, n.out_of_bed_ns "
        "FROM night AS n JOIN current_analysis AS a ON a.id = n.analysis "
        "JOIN recording AS r ON r.id = a.recording JOIN person AS p ON p.id = r.person "
        "WHERE p.code = ?1 AND n.night_date = ?2 AND r.is_excluded = 0 "
        "ORDER BY a.start_ns DESC LIMIT 1",
        "tt", self->person, date);
    if (db_step(query, &status, why)) {
        db_copy(query, 0, out->recording, sizeof out->recording);
        out->onset_ns = db_time(query, 1);
        out->wake_ns = db_time(query, 2);
        out->in_bed_ns = db_time(query, 3);
        out->out_of_bed_ns = db_time(query, 4);
    } else if (status == YK_OK) {
        status = failure_set(why, YK_ERR_ARGUMENT,
                             "there is no recorded night of %s for %s; see: yoake review %s",
                             date, self->person, self->person);
    }
    db_query_close(query);
    return status;
}

/* The times in force of that night: automatic ones, or those of edits made before. */
static enum yk_status other_edits(struct store *store, const struct edit_row *self,
                                  struct automatic *now, struct failure *why)
{
    struct manual_edit *edits = NULL;
    size_t n = 0;
    enum yk_status status = edit_load(store, self->person, &edits, &n, why);
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        if (edits[i].is_withdrawn || edits[i].id == self->id ||
            civil_compare(edits[i].evening, self->night) != 0) {
            continue;
        }
        now->onset_ns =
            strcmp(edits[i].field, "sleep_onset") == 0 ? edits[i].value_ns : now->onset_ns;
        now->wake_ns = strcmp(edits[i].field, "wake") == 0 ? edits[i].value_ns : now->wake_ns;
    }
    mem_free(edits);
    return status;
}

static int64_t automatic_of(const struct automatic *night, enum edit_field field)
{
    return field == EDIT_SLEEP_ONSET  ? night->onset_ns
           : field == EDIT_WAKE       ? night->wake_ns
           : field == EDIT_IN_BED     ? night->in_bed_ns
           : field == EDIT_OUT_OF_BED ? night->out_of_bed_ns
                                      : TIME_UNKNOWN;
}

static enum yk_status check_order(struct store *store, const struct edit_row *self,
                                  struct automatic *now, struct failure *why)
{
    enum yk_status status = other_edits(store, self, now, why);
    if (status != YK_OK) {
        return status;
    }
    bool is_onset = self->field == EDIT_SLEEP_ONSET, is_wake = self->field == EDIT_WAKE;
    if (is_onset && now->wake_ns != TIME_UNKNOWN && self->value_ns >= now->wake_ns) {
        return failure_set(why, YK_ERR_ARGUMENT, "sleep would begin after its end");
    }
    if (is_wake && now->onset_ns != TIME_UNKNOWN && self->value_ns <= now->onset_ns) {
        return failure_set(why, YK_ERR_ARGUMENT, "sleep would end before its beginning");
    }
    return YK_OK;
}

/* Whether an edit that is there already is still of the same night and field. */
static enum yk_status is_of_same(struct store *store, const struct edit_row *self,
                                 bool *is_same, struct failure *why)
{
    struct edit_row before;
    *is_same = false;
    if (self->id == 0) {
        return YK_OK;
    }
    enum yk_status status = record_find(store, &record_kind_edit, self->id, &before, why);
    *is_same = status == YK_OK && strcmp(before.person, self->person) == 0 &&
               civil_compare(before.night, self->night) == 0 && before.field == self->field;
    return status;
}

static enum yk_status check(struct store *store, void *row, size_t *column, struct failure *why)
{
    struct edit_row *self = row;
    struct automatic night;
    bool is_same = false;
    bool has_value = self->value_ns != TIME_UNKNOWN,
         is_word = self->field == EDIT_EXCLUDE || self->field == EDIT_INCLUDE;
    *column = VALUE;
    if (is_word && has_value) {
        return failure_set(why, YK_ERR_ARGUMENT, "to %s a night takes no time",
                           field_words[self->field]);
    }
    if (!is_word && !has_value) {
        return failure_set(why, YK_ERR_ARGUMENT, "the corrected time is missing: write 7:05");
    }
    enum yk_status status = record_check_night(self->night, self->value_ns, why);
    if (status == YK_OK) {
        *column = 1;
        status = find_night(store, self, &night, why);
    }
    if (status == YK_OK) {
        status = is_of_same(store, self, &is_same, why);
    }
    if (status != YK_OK) {
        return status;
    }
    if (!is_same) {
        memcpy(self->recording, night.recording, sizeof self->recording);
        self->automatic_ns = automatic_of(&night, self->field);
    }
    self->made_ns = self->id == 0 ? clock_now_utc_ns() : self->made_ns;
    *column = VALUE;
    return check_order(store, self, &night, why);
}

const struct record_kind record_kind_edit = {
    .word = "edit",
    .command = "edit",
    .table = "edit",
    .order = "r.person, r.made_ns",
    .remove = "UPDATE edit SET is_withdrawn = 'yes' WHERE id = ?",
    .bytes = sizeof(struct edit_row),
    .init = init,
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .check = check,
};

enum yk_status edit_load(struct store *store, const char *person, struct manual_edit **out,
                         size_t *n, struct failure *why)
{
    void *list = NULL;
    size_t count = 0;
    enum yk_status status = record_list(store, &record_kind_edit, person, &list, &count, why);
    const struct edit_row *rows = list;
    struct manual_edit *made = status == YK_OK ? mem_alloc(count, sizeof *made) : NULL;
    if (status == YK_OK && made == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for edits");
    }
    for (size_t i = 0; i < count && status == YK_OK; i++) {
        const struct edit_row *row = &rows[i];
        bool is_word = row->field == EDIT_EXCLUDE || row->field == EDIT_INCLUDE;
        made[i] = (struct manual_edit){.id = row->id,
                                       .evening = row->night,
                                       .automatic_ns = row->automatic_ns,
                                       .value_ns = row->value_ns,
                                       .is_excluded = row->field == EDIT_EXCLUDE,
                                       .made_ns = row->made_ns,
                                       .is_withdrawn = row->is_withdrawn == 2};
        snprintf(made[i].recording_id, sizeof made[i].recording_id, "%s", row->recording);
        snprintf(made[i].field, sizeof made[i].field, "%s",
                 is_word ? "exclude" : field_words[row->field]);
        memcpy(made[i].editor, row->editor, sizeof made[i].editor);
        memcpy(made[i].reason, row->reason, sizeof made[i].reason);
    }
    mem_free(list);
    if (status == YK_OK) {
        *out = made;
        *n = count;
    }
    return status;
}
