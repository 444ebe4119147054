/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake identity: the sealed names. Every look at them leaves a line in the audit, by code.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/cli/store_cli.h"
#include "src/store/audit.h"
#include "src/store/identity.h"

static const char *const verb_table[] = {"init", "add", "list", "show", "set", "remove", NULL};

static const struct option_spec option_table[] = {
    {"key", 0, OPTION_FILE, "FILE", "鍵のファイル(必要。保管場所の外に置く)",
     "the key file (needed; it lies outside the store)"},
    {"name", 0, OPTION_TEXT, "TEXT", "氏名", "name"},
    {"kana", 0, OPTION_TEXT, "TEXT", "ふりがな", "reading of the name"},
    {"contact", 0, OPTION_TEXT, "TEXT", "連絡先", "how to reach the person"},
    {"note", 0, OPTION_TEXT, "TEXT", "メモ", "note"},
    {"csv", 0, OPTION_FLAG, NULL, "CSVを読む(add FILE)、CSVで書く(list)",
     "read a CSV (add FILE), write one (list)"},
    OPTION_LAST};

struct naming {
    struct cli *cli;
    struct store store;
    struct identities *names;
};

static enum yk_status add_line(struct naming *self, const char *verb, const char *subject,
                               struct failure *why)
{
    char action[48];
    snprintf(action, sizeof action, "identity %s", verb);
    return audit_add(self->store.db, action, subject, "", why);
}

static enum yk_status note_look(struct naming *self, const char *verb, const char *subject,
                                struct failure *why)
{
    enum yk_status status = db_begin(self->store.db, why);
    if (status == YK_OK) {
        status = add_line(self, verb, subject, why);
    }
    return db_finish(self->store.db, status, why);
}

/* ---- showing ---- */

static void json_one(struct json_out *json, const struct identity *one)
{
    json_out_object(json, NULL);
    json_out_text(json, "person_id", one->code);
    for (size_t k = 0; k < IDENTITY_FIELDS; k++) {
        json_out_known_text(json, identity_fields[k].name,
                            (const char *)one + identity_fields[k].offset);
    }
    json_out_end(json);
}

static int show(const struct cli *cli, const struct identity *list, size_t n, bool is_list)
{
    struct failure why;
    struct table table;
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        if (is_list) {
            json_out_array(json, NULL);
        }
        for (size_t i = 0; i < n; i++) {
            json_one(json, &list[i]);
        }
        if (is_list) {
            json_out_end(json);
        }
        return cli_json_done(cli, json, EXIT_DONE);
    }
    if (n == 0) {
        puts(cli_say(cli, "まだ何もありません。", "There is nothing yet."));
        return EXIT_DONE;
    }
    table_init(&table, IDENTITY_FIELDS + 1);
    table_cell(&table, cli_say(cli, "参加者", "participant"));
    for (size_t k = 0; k < IDENTITY_FIELDS; k++) {
        table_cell(&table, cli_say(cli, identity_fields[k].ja, identity_fields[k].en));
    }
    for (size_t i = 0; i < n; i++) {
        table_cell(&table, list[i].code);
        for (size_t k = 0; k < IDENTITY_FIELDS; k++) {
            table_cell(&table, (const char *)&list[i] + identity_fields[k].offset);
        }
    }
    return cli_table_done(&table, &why) == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

static int show_csv(const struct cli *cli, const struct identity *list, size_t n)
{
    struct text out;
    struct failure why;
    text_init(&out);
    text_add(&out, "person_id,name,kana,contact,note\n");
    for (size_t i = 0; i < n; i++) {
        text_add_csv(&out, list[i].code);
        for (size_t k = 0; k < IDENTITY_FIELDS; k++) {
            text_add(&out, ",");
            text_add_csv(&out, (const char *)&list[i] + identity_fields[k].offset);
        }
        text_add(&out, "\n");
    }
    return cli_put_text(&out, &why) == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

/* ---- verbs ---- */

static enum yk_status take_field(struct identity *one, size_t k, const char *text,
                                 struct failure *why)
{
    const struct identity_field *field = &identity_fields[k];
    if (strlen(text) >= field->room) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s is longer than %zu bytes", field->name,
                           field->room - 1);
    }
    memcpy((char *)one + field->offset, text, strlen(text) + 1);
    return YK_OK;
}

/* Names belong to participants: a code nobody knows is a mistyped one. The caller holds the
 * store, so that nobody renames or deletes the participant meanwhile; it takes the store before
 * the names, as those do, or each would wait for the other. */
static enum yk_status keep(struct naming *self, const struct identity *one, struct failure *why)
{
    struct person person;
    enum yk_status status = person_find(&self->store, one->code, &person, why);
    return status == YK_OK ? identity_put(self->names, one, why) : status;
}

static enum yk_status take_options(const struct cli *cli, struct identity *one,
                                   struct failure *why)
{
    enum yk_status status = YK_OK;
    for (size_t k = 0; k < IDENTITY_FIELDS && status == YK_OK; k++) {
        const char *text = options_text(cli->options, identity_fields[k].name);
        status = text != NULL ? take_field(one, k, text, why) : YK_OK;
    }
    return status;
}

static int put_one(struct naming *self, const char *verb, const char *code)
{
    struct cli *cli = self->cli;
    struct identity one = {.code = ""}, there;
    struct failure why;
    bool is_add = strcmp(verb, "add") == 0;
    enum yk_status status = identity_find(self->names, code, &there, &why);
    if (is_add && status == YK_OK) {
        status =
            failure_set(&why, YK_ERR_CONFLICT,
                        "a name is kept for %s already; change it with: yoake identity set "
                        "%s",
                        code, code);
    } else if (is_add && status == YK_ERR_NO_DEVICE) {
        status = person_check_code(code, &why);
        snprintf(one.code, sizeof one.code, "%s", code);
    } else if (status == YK_OK) {
        one = there;
    }
    if (status == YK_OK) {
        status = take_options(cli, &one, &why);
    }
    if (status == YK_OK) {
        status = db_begin(self->store.db, &why);
        status = status == YK_OK ? keep(self, &one, &why) : status;
        status = status == YK_OK ? add_line(self, verb, code, &why) : status;
        status = db_finish(self->store.db, status, &why);
    }
    if (status == YK_OK && !cli->is_quiet) {
        fprintf(stderr, "%s: %s\n", cli_say(cli, "記入しました", "entered"), code);
    }
    return status == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

static enum yk_status put_row(struct naming *self, const struct csv *csv,
                              const struct csv_row *row, struct failure *why)
{
    struct failure inner;
    struct identity one = {.code = ""};
    size_t person = csv_find(csv, "person_id");
    if (row->problem != NULL) {
        return csv_failure(csv, row, CSV_NONE, why, YK_ERR_ARGUMENT, "%s", row->problem);
    }
    enum yk_status status = person_check_code(csv_field(row, person), &inner);
    if (status != YK_OK) {
        return csv_failure(csv, row, person, why, status, "%s", inner.text);
    }
    snprintf(one.code, sizeof one.code, "%s", csv_field(row, person));
    for (size_t k = 0; k < IDENTITY_FIELDS && status == YK_OK; k++) {
        size_t column = csv_find(csv, identity_fields[k].name);
        status = take_field(&one, k, csv_field(row, column), &inner);
    }
    status = status == YK_OK ? keep(self, &one, &inner) : status;
    /* The sentence says which row and column, but not the name in it. */
    return status == YK_OK ? YK_OK
                           : csv_failure(csv, row, CSV_NONE, why, status, "%s", inner.text);
}

/* Nothing is entered until every row is right. */
static int put_file(struct naming *self, const char *path)
{
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    struct failure why;
    size_t n = 0;
    enum yk_status status = file_source_open(path, &bytes, &why);
    if (status == YK_OK) {
        status = csv_open(bytes, 0, &csv, &why);
    }
    if (status == YK_OK) {
        status = csv_read_header(csv, &why);
    }
    if (status == YK_OK) {
        status = csv_require(csv, "person_id", "person_id, name, kana, contact, note", &why);
    }
    if (status == YK_OK) {
        status = db_begin(self->store.db, &why);
        status = status == YK_OK ? identity_begin(self->names, &why) : status;
        while (status == YK_OK && (status = csv_next(csv, &row, &why)) == YK_OK) {
            status = put_row(self, csv, row, &why);
            n += status == YK_OK;
        }
        status = status == YK_END ? add_line(self, "add", "store", &why) : status;
        status = db_finish(self->store.db, status, &why);
        status = identity_finish(self->names, status, &why);
    }
    csv_close(csv);
    byte_source_close(bytes);
    if (status == YK_OK && !self->cli->is_quiet) {
        fprintf(stderr, "%s: %zu\n", cli_say(self->cli, "記入した行", "rows entered"), n);
    }
    return status == YK_OK ? EXIT_DONE : cli_fail(self->cli, &why);
}

static int show_list(struct naming *self)
{
    struct identity *list = NULL;
    size_t n = 0;
    struct failure why;
    enum yk_status status = identity_list(self->names, &list, &n, &why);
    if (status == YK_OK) {
        status = note_look(self, "list", "store", &why);
    }
    int code = status != YK_OK                          ? cli_fail(self->cli, &why)
               : options_has(self->cli->options, "csv") ? show_csv(self->cli, list, n)
                                                        : show(self->cli, list, n, true);
    identity_list_free(list, n);
    return code;
}

static int show_one(struct naming *self, const char *person)
{
    struct identity one;
    struct failure why;
    enum yk_status status = identity_find(self->names, person, &one, &why);
    if (status == YK_OK) {
        status = note_look(self, "show", person, &why);
    }
    return status == YK_OK ? show(self->cli, &one, 1, false) : cli_fail(self->cli, &why);
}

static int remove_one(struct naming *self, const char *person)
{
    struct failure why;
    bool was_there = false;
    enum yk_status status = identity_forget(self->store.folder, person, &was_there, &why);
    if (status == YK_OK && !was_there) {
        status = failure_set(&why, YK_ERR_NO_DEVICE, "no name is kept for %s", person);
    }
    if (status == YK_OK) {
        status = note_look(self, "remove", person, &why);
    }
    if (status == YK_OK && !self->cli->is_quiet) {
        fprintf(stderr, "%s: %s\n", cli_say(self->cli, "除きました", "removed"), person);
    }
    return status == YK_OK ? EXIT_DONE : cli_fail(self->cli, &why);
}

static int init(const struct cli *cli, struct naming *self, const char *key)
{
    struct failure why;
    enum yk_status status = identity_create(self->store.folder, key, &why);
    if (status == YK_OK) {
        status = note_look(self, "init", "store", &why);
    }
    if (status != YK_OK) {
        return cli_fail(cli, &why);
    }
    if (!cli->is_quiet) {
        printf(cli_say(
                   cli,
                   "氏名の表を作りました。鍵: %s\n鍵の写しを別の場所に保管してください。"
                   "鍵がなくなると、氏名はだれにも読めません。バックアップに鍵は入りません。\n",
                   "The table of names is made. Key: %s\nKeep a copy of the key in another "
                   "place: without it nobody can read the names. Backups do not hold it.\n"),
               key);
    }
    return EXIT_DONE;
}

static int run_verb(struct naming *self, const char *verb, const char *what)
{
    if (strcmp(verb, "list") == 0) {
        return show_list(self);
    }
    if (strcmp(verb, "show") == 0) {
        return show_one(self, what);
    }
    if (strcmp(verb, "remove") == 0) {
        return remove_one(self, what);
    }
    return options_has(self->cli->options, "csv") && strcmp(verb, "add") == 0
               ? put_file(self, what)
               : put_one(self, verb, what);
}

static int run(struct cli *cli)
{
    struct naming self = {.cli = cli, .store = {.db = NULL}};
    struct failure why;
    const char *verb = options_operand(cli->options, 0),
               *what = options_operand(cli->options, 1),
               *key = options_text(cli->options, "key");
    bool is_init = strcmp(verb, "init") == 0, takes_none = is_init || strcmp(verb, "list") == 0;
    if (key == NULL) {
        return cli_usage(cli, "--key FILE is needed");
    }
    if (takes_none != (what == NULL)) {
        return cli_usage(cli, takes_none ? "%s: takes no code" : "%s: which participant?",
                         verb);
    }
    if (store_open(cli->store_path, STORE_WRITE, &self.store, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    int code = EXIT_DONE;
    if (is_init) {
        code = init(cli, &self, key);
    } else if (identity_open(self.store.folder, key, &self.names, &why) != YK_OK) {
        code = cli_fail(cli, &why);
    } else {
        code = run_verb(&self, verb, what);
    }
    identity_close(self.names);
    store_close(&self.store);
    return code;
}

const struct command command_identity = {
    .name = "identity",
    .operands = "[CODE|FILE]",
    .ja = "氏名と番号の対応表(封をして保管。なくても使える)",
    .en = "the key table of names and codes, sealed; nothing needs it",
    .details_ja =
        "氏名は identity.db だけにあり、項目ごとに鍵で封をします。鍵は init "
        "が作るファイルで、保管場所の外に置きます。ほかの命令、記録、報告、ファイル名に氏名は"
        "出ません。見たことは、コードだけで監査記録に残ります。参加者を削除すると氏名も消えます"
        "。"
        "鍵を捨てれば、氏名はすべて読めなくなります。\n\nCSVの列: person_id name kana contact "
        "note。ひとつでも誤りがあれば、何も取り込みません。",
    .details_en =
        "Names are in identity.db alone, each field sealed with a key. init makes the key, a "
        "file that lies outside the store. No other command, recording, report or file name "
        "holds a name. Every look leaves a line in the audit, by code. Deleting a participant "
        "deletes the name; destroying the key makes all names unreadable.\n\nColumns of the "
        "CSV: "
        "person_id name kana contact note. When one row is wrong, nothing is taken.",
    .examples = "yoake identity init --key /media/usb/yoake.key\n"
                "yoake identity add P01 --name \"...\" --key /media/usb/yoake.key\n"
                "yoake identity list --key /media/usb/yoake.key",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 2,
    .verbs = verb_table,
    .run = run,
};
