/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Consents.
 */
#include "src/store/consents.h"

#include <inttypes.h>
#include <string.h>

#include "src/base/mem.h"

static const char *const item_aliases[] = {"出席", "目覚めの範囲", "各晩",   "平均",
                                           "図",   "休みの日",     "リズム", NULL};

enum { ITEMS = 2, RECIPIENT, VERSION, FROM, UNTIL, WITHDRAWN };

static const struct record_column columns[] = {
    RECORD_WHOSE(consent_row),
    {.name = "scope",
     .type = RECORD_WORD,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(consent_row, scope),
     .words = copy_words,
     .aliases = copy_aliases,
     .ja = "どの写し",
     .en = "copy for"},
    {.name = "items",
     .type = RECORD_WORDS,
     RECORD_AT(consent_row, items),
     .words = consent_item_words,
     .aliases = item_aliases,
     .ja = "内容",
     .en = "items"},
    {.name = "recipient",
     .type = RECORD_TEXT,
     .flags = RECORD_KEY,
     RECORD_AT(consent_row, recipient),
     .ja = "渡す先",
     .en = "recipient"},
    {.name = "version",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST,
     RECORD_AT(consent_row, version),
     .option = "form",
     .ja = "書式の版",
     .en = "form version"},
    {.name = "from_date",
     .type = RECORD_DATE,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(consent_row, from),
     .option = "from",
     .ja = "いつから",
     .en = "from"},
    {.name = "until_date",
     .type = RECORD_DATE,
     RECORD_AT(consent_row, until),
     .option = "until",
     .ja = "いつまで",
     .en = "until"},
    {.name = "withdrawn_date",
     .type = RECORD_DATE,
     RECORD_AT(consent_row, withdrawn),
     .option = "withdrawn",
     .ja = "撤回",
     .en = "withdrawn"},
};

static void init(void *row)
{
    *(struct consent_row *)row = (struct consent_row){.id = 0};
}

static bool is_before(struct civil_date a, struct civil_date b)
{
    return a.month != 0 && b.month != 0 && civil_compare(a, b) < 0;
}

/* The last day on which it holds; month 0: open. */
static struct civil_date last_day(const struct consent_row *self)
{
    struct civil_date last = self->until;
    if (self->withdrawn.month != 0) {
        struct civil_date day_before = civil_add_days(self->withdrawn, -1);
        last = last.month == 0 || civil_compare(day_before, last) < 0 ? day_before : last;
    }
    return last;
}

static enum yk_status refuse_second(struct store *store, const struct consent_row *self,
                                    size_t *column, struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    enum yk_status status =
        record_select(store, &record_kind_consent, &list, &n, why,
                      "r.person = (SELECT id FROM person WHERE code = ?1) AND r.scope = ?2 AND "
                      "r.recipient IS ?3 AND r.id <> ?4",
                      "ttti", self->person, copy_words[self->scope],
                      self->recipient[0] != '\0' ? self->recipient : NULL, self->id);
    const struct consent_row *rows = list;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        bool is_apart = is_before(last_day(&rows[i]), self->from) ||
                        is_before(last_day(self), rows[i].from);
        bool is_same_key = civil_compare(rows[i].from, self->from) == 0;
        if (!is_apart && !is_same_key) {
            char from[16];
            civil_format(rows[i].from, from);
            *column = FROM;
            status =
                failure_set(why, YK_ERR_CONFLICT,
                            "consent number %" PRId64 " for the same reader holds from %s; "
                            "end it first: yoake consent set %" PRId64 " --withdrawn DATE",
                            rows[i].id, from, rows[i].id);
        }
    }
    mem_free(list);
    return status;
}

static enum yk_status check(struct store *store, void *row, size_t *column, struct failure *why)
{
    const struct consent_row *self = row;
    unsigned allowed = consent_items_default(COPY_EMPLOYER);
    if (is_before(self->until, self->from)) {
        *column = UNTIL;
        return failure_set(why, YK_ERR_ARGUMENT, "its last day is before its first");
    }
    if (is_before(self->withdrawn, self->from)) {
        *column = WITHDRAWN;
        return failure_set(why, YK_ERR_ARGUMENT, "it would be withdrawn before its first day");
    }
    if (self->scope == COPY_EMPLOYER + 1 && (self->items & ~allowed) != 0) {
        char most[128];
        consent_items_format(allowed, most);
        *column = ITEMS;
        return failure_set(why, YK_ERR_ARGUMENT, "an employer's copy holds %s at most", most);
    }
    return refuse_second(store, self, column, why);
}

const struct record_kind record_kind_consent = {
    .word = "consent",
    .command = "consent",
    .table = "consent",
    .order = "r.person, r.from_date",
    .bytes = sizeof(struct consent_row),
    .init = init,
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .check = check,
};

enum yk_status consent_load(struct store *store, const char *person, struct consents *out,
                            struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    enum yk_status status = record_list(store, &record_kind_consent, person, &list, &n, why);
    const struct consent_row *rows = list;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        if (MEM_RESERVE(out->list, out->n, out->capacity) != 0) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory for consents");
            break;
        }
        struct consent *to = &out->list[out->n++];
        *to = (struct consent){.id = rows[i].id,
                               .scope = (enum copy_kind)(rows[i].scope - 1),
                               .items = rows[i].items,
                               .from = rows[i].from,
                               .until = rows[i].until,
                               .withdrawn = rows[i].withdrawn};
        memcpy(to->recipient, rows[i].recipient, sizeof to->recipient);
        memcpy(to->version, rows[i].version, sizeof to->version);
    }
    mem_free(list);
    return status;
}
