/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake sheet: pages that are not about one interview. conference: every current participant on
 * a page; diary: an empty diary on the picture's axis; poster: a cohort's actograms side by
 * side.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/interview_facts.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/text.h"
#include "src/cli/report_cli.h"
#include "src/cli/sheet_cli.h"
#include "src/h5/h5_analysis.h"
#include "src/pipeline/record_read.h"
#include "src/report/pages.h"
#include "src/store/persons.h"

static const char *const verb_table[] = {"conference", "diary", "poster", "quality", NULL};

static const struct option_spec option_table[] = {
    OPTION_PAGE,
    {"date", 0, OPTION_TEXT, "DATE", "会議の日(既定は今日)", "date of the conference (today)"},
    {"participant", 'p', OPTION_TEXT, "CODE", "だれの記録用紙か(diary)", "whose diary (diary)"},
    {"from", 0, OPTION_TEXT, "DATE", "最初の晩の日付を入れる(diary)",
     "prints dates from this night on (diary)"},
    {"axis", 0, OPTION_INTEGER, "H", "左端の時刻: 12(既定)、18、0、3(diary)",
     "hour the rows begin at: 12 (default), 18, 0 or 3 (diary)"},
    {"all", 0, OPTION_FLAG, NULL, "今の参加者だけでなく全員(conference)",
     "everybody, not only current participants (conference)"},
    {"each", 0, OPTION_FLAG, NULL, "記録ごとに1ページを加える(quality)",
     "add a page for each recording (quality)"},
    OPTION_DPI,
    OPTION_LAST};

/* ---- conference ---- */

struct conference {
    struct participant_record *records;
    struct interview_facts *facts;
    struct conference_row *rows;
    size_t n;
};

static void conference_release(struct conference *self)
{
    for (size_t i = 0; i < self->n; i++) {
        interview_facts_release(&self->facts[i]);
        participant_record_release(&self->records[i]);
    }
    mem_free(self->records);
    mem_free(self->facts);
    mem_free(self->rows);
    *self = (struct conference){0};
}

/* In a programme on that day, or, without a plan, recorded within the eight weeks before it. */
static bool is_current(const struct participant_record *record,
                       const struct interview_facts *facts, struct civil_date date)
{
    if (record->programme.n > 0) {
        const struct programme_step *step = programme_on(&record->programme, date);
        return step != NULL && step->days != 0;
    }
    return facts->n_nights > 0 && civil_to_days(date) - civil_to_days(facts->now.last) <= 8 * 7;
}

static enum yk_status add_person(const struct cli *cli, struct store *store, const char *code,
                                 struct civil_date date, struct conference *out,
                                 struct failure *why)
{
    struct participant_record *record = &out->records[out->n];
    struct interview_facts *facts = &out->facts[out->n];
    const struct record_read_options options = {.n_with_epochs = 0};
    const struct interview_range range = {.date = date};
    participant_record_init(record);
    interview_facts_init(facts);
    enum yk_status status = record_read(store, code, &options, record, why);
    if (status == YK_OK) {
        status = interview_facts_of(record, &range, facts, why);
        status = status == YK_ERR_TOO_LITTLE ? YK_OK : status; /* nothing recorded yet */
    }
    if (status == YK_OK &&
        (options_has(cli->options, "all") || is_current(record, facts, date))) {
        out->rows[out->n] = (struct conference_row){record, facts->n_nights > 0 ? facts : NULL};
        out->n++;
        return YK_OK;
    }
    interview_facts_release(facts);
    participant_record_release(record);
    return status;
}

static enum yk_status read_people(const struct cli *cli, struct store *store,
                                  struct civil_date date, struct conference *out,
                                  struct failure *why)
{
    struct person *people = NULL;
    size_t n = 0;
    enum yk_status status = person_list(store, &people, &n, why);
    if (status == YK_OK) {
        out->records = mem_alloc(n, sizeof *out->records);
        out->facts = mem_alloc(n, sizeof *out->facts);
        out->rows = mem_alloc(n, sizeof *out->rows);
        if (out->records == NULL || out->facts == NULL || out->rows == NULL) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory for %zu participants", n);
        }
    }
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        if (strcmp(people[i].code, PERSON_UNASSIGNED) != 0) { /* recordings that wait */
            status = add_person(cli, store, people[i].code, date, out, why);
        }
    }
    mem_free(people);
    return status;
}

static enum yk_status run_conference(struct cli *cli, struct cli_page *page,
                                     struct failure *why)
{
    struct store store;
    struct conference people = {0};
    struct canvas *canvas = NULL;
    enum yk_status status = store_open(cli->store_path, STORE_READ, &store, why);
    if (status != YK_OK) {
        return status;
    }
    if (page->date.month == 0) {
        status = cli_today(cli, &store, &page->date, why);
    }
    status = status == YK_OK ? read_people(cli, &store, page->date, &people, why) : status;
    if (status == YK_OK) {
        status = cli_page_open(cli, page, "yoake conference", 297, 210, &canvas, why);
    }
    if (status == YK_OK) {
        status = conference_draw(people.rows, people.n, page->date, cli->language, canvas, why);
    }
    status = status == YK_OK ? canvas_finish(canvas, why) : status;
    canvas_close(canvas);
    conference_release(&people);
    store_close(&store);
    return status;
}

/* ---- diary ---- */

static enum yk_status run_diary(struct cli *cli, struct cli_page *page, struct failure *why)
{
    struct civil_date from;
    struct canvas *canvas = NULL;
    const char *code = options_text(cli->options, "participant");
    int axis = 12;
    enum yk_status status = cli_date(cli, "from", &from, why);
    status = status == YK_OK ? cli_page_axis(cli, &axis, why) : status;
    if (status == YK_OK && code != NULL) { /* a diary that comes back must belong to somebody */
        struct store store;
        struct person person;
        status = store_open(cli->store_path, STORE_READ, &store, why);
        if (status == YK_OK) {
            status = person_find(&store, code, &person, why);
            store_close(&store);
        }
    }
    page->date = from.month != 0 ? from : page->date;
    if (status == YK_OK) {
        status = cli_page_open(cli, page, "yoake diary", 210, 297, &canvas, why);
    }
    if (status == YK_OK) {
        status =
            diary_page_draw(code != NULL ? code : "", from, axis, cli->language, canvas, why);
    }
    status = status == YK_OK ? canvas_finish(canvas, why) : status;
    canvas_close(canvas);
    return status;
}

/* ---- poster ---- */

struct poster {
    char **paths; /* of result files */
    size_t n, capacity;
    struct analysis analysis; /* the one looked at */
    struct zone *zone;
};

static enum yk_status add_path(struct poster *self, const char *path, struct failure *why)
{
    char *copy =
        MEM_RESERVE(self->paths, self->n, self->capacity) == 0 ? mem_copy_text(path) : NULL;
    if (copy == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the poster's list");
    }
    self->paths[self->n++] = copy;
    return YK_OK;
}

static void poster_release(struct poster *self)
{
    for (size_t i = 0; i < self->n; i++) {
        mem_free(self->paths[i]);
    }
    mem_free(self->paths);
    *self = (struct poster){0};
}

static enum yk_status add_folder(struct poster *self, const char *folder, struct failure *why)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return failure_set_errno(why, errno, "looking into %s", folder);
    }
    struct text path;
    text_init(&path);
    enum yk_status status = YK_OK;
    for (struct dirent *entry; status == YK_OK && (entry = readdir(dir)) != NULL;) {
        if (name_ends_with(entry->d_name, ".h5")) {
            status = disk_join(folder, entry->d_name, &path, why);
            status = status == YK_OK ? add_path(self, text_string(&path), why) : status;
        }
    }
    closedir(dir);
    text_release(&path);
    return status;
}

/* A result file, a folder of them, or what batch wrote (its recordings/). */
static enum yk_status add_operand(struct poster *self, const char *operand, struct failure *why)
{
    if (!disk_is_folder(operand)) {
        return name_ends_with(operand, ".h5")
                   ? add_path(self, operand, why)
                   : failure_set(
                         why, YK_ERR_UNSUPPORTED,
                         "%s: a poster is made of results: a file recordings/NAME.h5, or "
                         "the folder that `yoake batch -o` wrote",
                         operand);
    }
    struct text inside;
    text_init(&inside);
    enum yk_status status = disk_join(operand, "recordings", &inside, why);
    if (status == YK_OK) {
        status = add_folder(
            self, disk_is_folder(text_string(&inside)) ? text_string(&inside) : operand, why);
    }
    text_release(&inside);
    return status;
}

static enum yk_status poster_item(void *user, size_t i, struct poster_item *out,
                                  struct failure *why)
{
    struct poster *self = user;
    analysis_init(&self->analysis);
    self->zone = NULL;
    enum yk_status status = h5_analysis_read(self->paths[i], &self->analysis, why);
    if (status == YK_OK) {
        status = zone_open(self->analysis.info.zone, &self->zone, why);
    }
    if (status != YK_OK) {
        analysis_release(&self->analysis);
        return status;
    }
    *out = (struct poster_item){self->analysis.recording_id, &self->analysis, self->zone};
    return YK_OK;
}

static void poster_done(void *user, struct poster_item *item)
{
    struct poster *self = user;
    (void)item;
    analysis_release(&self->analysis);
    zone_close(self->zone);
    self->zone = NULL;
}

static enum yk_status run_poster(struct cli *cli, struct cli_page *page, struct failure *why)
{
    struct poster poster = {0};
    struct canvas *canvas = NULL;
    enum yk_status status = YK_OK;
    if (options_operands(cli->options) < 2) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "poster: name the folder that `yoake batch -o` wrote");
    }
    for (size_t i = 1; i < options_operands(cli->options) && status == YK_OK; i++) {
        status = add_operand(&poster, options_operand(cli->options, i), why);
    }
    if (status == YK_OK && poster.n == 0) {
        status = failure_set(why, YK_ERR_TOO_LITTLE, "%s: no results (*.h5) in it",
                             options_operand(cli->options, 1));
    }
    if (poster.n > 1) {
        qsort(poster.paths, poster.n, sizeof *poster.paths, compare_texts);
    }
    if (status == YK_OK) {
        status = cli_page_open(cli, page, "yoake actograms", 420, 297, &canvas, why);
    }
    if (status == YK_OK) {
        const struct poster_source source = {poster.n, poster_item, poster_done, &poster};
        status = poster_draw(&source, cli->language, canvas, why);
    }
    status = status == YK_OK ? canvas_finish(canvas, why) : status;
    canvas_close(canvas);
    poster_release(&poster);
    return status;
}

static int run(struct cli *cli)
{
    static const struct {
        enum yk_status (*make)(struct cli *, struct cli_page *, struct failure *);
        size_t most_paths;
    } pages[] = {
        {run_conference, 0}, {run_diary, 0}, {run_poster, SIZE_MAX}, {sheet_quality, 1}};
    struct cli_page page = {.path = NULL};
    struct failure why;
    const char *verb = options_operand(cli->options, 0);
    enum yk_status status = cli_page_path(cli, &page, &why);
    status = status == YK_OK ? cli_date(cli, "date", &page.date, &why) : status;
    for (size_t i = 0; status == YK_OK && verb_table[i] != NULL; i++) {
        if (strcmp(verb, verb_table[i]) == 0) {
            status = options_operands(cli->options) - 1 > pages[i].most_paths
                         ? failure_set(
                               &why, YK_ERR_ARGUMENT, "%s is one too many for: yoake sheet %s",
                               options_operand(cli->options, 1 + pages[i].most_paths), verb)
                         : pages[i].make(cli, &page, &why);
        }
    }
    if (status == YK_OK && cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_object(json, NULL);
        json_out_text(json, "file", page.path);
        json_out_end(json);
        return cli_json_done(cli, json, EXIT_DONE);
    }
    if (status == YK_OK && !cli->is_quiet) {
        cli_put_line(stdout, "", page.path);
    }
    return status == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

const struct command command_sheet = {
    .name = "sheet",
    .operands = "[PATH...]",
    .ja = "会議の一覧、記録用紙、アクトグラム一覧、記録の質の一覧を作る",
    .en = "overview for the conference, empty diary, poster of actograms, quality of a batch",
    .details_ja = "conference: "
                  "今プログラムに通っている参加者全員を番号順に。順位はつけません。\n\ndiary: "
                  "図と同じ軸の空の睡眠の記録(2週間)。\n\nposter: batch "
                  "の結果のアクトグラムを並べます。\n\nquality: batch の"
                  "すべてのファイルについて、どこまで記録があり、何がなぜ失敗したか(--each "
                  "で記録ごとに1ページ)。",
    .details_en = "conference: everybody in a programme now, in order of codes; nobody is "
                  "ranked.\n\ndiary: an "
                  "empty diary of two weeks on the axis of the picture.\n\nposter: the "
                  "actograms of what batch "
                  "wrote, side by side.\n\nquality: for every file of a batch how complete it "
                  "is, and what failed and "
                  "why (--each: a page for each recording).",
    .examples = "yoake sheet conference -o conference.pdf\nyoake sheet diary -o diary.pdf "
                "--participant P01 --from 2026-05-25\nyoake sheet poster -o poster.pdf "
                "results/\nyoake sheet quality -o quality.pdf results/ --each",
    .options = option_table,
    .min_operands = 1,
    .max_operands = -1,
    .verbs = verb_table,
    .run = run,
};
