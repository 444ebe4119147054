/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake review: the life-rhythm review of a recording on the terminal. Of a FILE without any
 * store (a recorder's file, or a result that batch wrote, recordings/<id>.h5), or of a
 * participant's newest recording in the store, with what changed since the one before.
 */
#include <string.h>
#include <unistd.h>

#include "algorithms/interview_facts.h"
#include "algorithms/night_edits.h"
#include "src/base/fill.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/utf8.h"
#include "src/cli/report_cli.h"
#include "src/cli/review_json.h"
#include "src/h5/h5_analysis.h"
#include "src/h5/h5_file.h"
#include "src/pipeline/analyze.h"
#include "src/pipeline/diary_csv.h"
#include "src/pipeline/recipe.h"
#include "src/pipeline/record_read.h"
#include "src/report/review.h"
#include "src/store/edits.h"
#include "src/store/recordings.h"

static const struct option_spec option_table[] = {
    OPTION_FIRST_NIGHT,
    OPTION_LAST_NIGHT,
    OPTION_RECIPE,
    OPTION_SET,
    {"diary", 0, OPTION_FILE, "CSV", "睡眠の記録(睡眠日誌)", "sleep diary of this person"},
    {"person", 0, OPTION_TEXT, "CODE", "日誌の中のどの人か", "whose entries of the diary"},
    OPTION_SESSION,
    OPTION_COLUMNS,
    {"width", 0, OPTION_INTEGER, "N:40..400", "横幅(文字数)", "columns to use"},
    {"ascii", 0, OPTION_FLAG, NULL, "図をASCII文字だけで描く",
     "draw with ASCII characters only"},
    OPTION_LAST};

static bool has_person(const struct diary *diary, const char *code)
{
    for (size_t i = 0; i < diary->n; i++) {
        if (strcmp(diary->nights[i].person_id, code) == 0) {
            return true;
        }
    }
    return false;
}

/* The diary's clock times need a zone before the recording is opened. */
static enum yk_status read_diary(const struct cli *cli, struct diary *out, struct failure *why)
{
    const char *path = options_text(cli->options, "diary");
    if (path == NULL) {
        return options_has(cli->options, "person")
                   ? failure_set(why, YK_ERR_ARGUMENT,
                                 "--person says whose entries of a diary: name it with --diary")
                   : YK_OK;
    }
    struct zone *zone = NULL;
    enum yk_status status = zone_open_or_system(cli->zone_name, &zone, why);
    if (status == YK_OK) {
        struct diary_read_options options = {.zone = zone,
                                             .person_id = options_text(cli->options, "person")};
        status = diary_read_file(path, &options, out, NULL, why);
    }
    const char *said = options_text(cli->options, "person");
    if (status == YK_OK && said != NULL && !has_person(out, said)) {
        status = failure_set(why, YK_ERR_NO_DEVICE, "%.*s has no entry of %.*s",
                             utf8_shown(path, 200), path, utf8_shown(said, 60), said);
    }
    zone_close(zone);
    return status;
}

/* Whose recording it is: said, else the only person in the diary, else the file's own code. */
static const char *person_of(const struct cli *cli, const struct diary *diary)
{
    const char *said = options_text(cli->options, "person");
    if (said != NULL || diary->n == 0) {
        return said;
    }
    const char *first = diary->nights[0].person_id,
               *last = diary->nights[diary->n - 1].person_id;
    return strcmp(first, last) == 0 && *first != '\0' ? first : NULL;
}

/* What is shown, and what keeps it alive. */
struct shown {
    struct analysis now, before;
    struct zone *zone, *before_zone;
    bool has_before;
    /* of a participant in the store */
    struct participant_record record;
    struct interview_facts interview;
    bool has_interview;
};

static void shown_init(struct shown *self)
{
    *self = (struct shown){.has_before = false};
    analysis_init(&self->now);
    analysis_init(&self->before);
    participant_record_init(&self->record);
    interview_facts_init(&self->interview);
}

static void shown_release(struct shown *self)
{
    analysis_release(&self->now);
    analysis_release(&self->before);
    zone_close(self->zone);
    zone_close(self->before_zone);
    interview_facts_release(&self->interview);
    participant_record_release(&self->record);
}

/* The sheet's numbers for the same nights. Without a night there are none, which is no failure.
 */
static enum yk_status read_interview(struct store *store, const char *code,
                                     const struct review *review, struct shown *out,
                                     struct failure *why)
{
    const struct record_read_options options = {.n_with_epochs = 0};
    const struct analysis *now = &out->now;
    struct interview_range range = {.from = review->from, .to = review->to, .n_most = SIZE_MAX};
    if (now->n_nights > 0 && range.from.month == 0) {
        range.from = now->nights[0].evening; /* all nights that the review shows */
    }
    if (now->n_nights > 0 && range.to.month == 0) {
        range.to = now->nights[now->n_nights - 1].evening;
    }
    enum yk_status status = record_read(store, code, &options, &out->record, why);
    if (status == YK_OK) {
        status = interview_facts_of(&out->record, &range, &out->interview, why);
        out->has_interview = status == YK_OK;
        status = status == YK_ERR_TOO_LITTLE ? YK_OK : status;
    }
    return status;
}

static enum yk_status compute(struct cli *cli, const char *path, struct shown *out,
                              struct failure *why)
{
    struct recipe recipe;
    struct diary diary;
    diary_init(&diary);
    enum yk_status status = cli_recipe(cli, NULL, &recipe, why);
    if (status == YK_OK) {
        status = read_diary(cli, &diary, why);
    }
    if (status == YK_OK) {
        struct analyze_options options = {.recipe = recipe.name,
                                          .parameters = &recipe.parameters,
                                          .session =
                                              (int)options_integer(cli->options, "session", 0),
                                          .columns = options_text(cli->options, "columns"),
                                          .diary = diary.n > 0 ? &diary : NULL,
                                          .person_id = person_of(cli, &diary)};
        status = analyze_file(path, cli->zone_name, NULL, &options, &out->now, &out->zone,
                              &cli->job, why);
    }
    diary_release(&diary);
    cli_progress_end(cli);
    return status;
}

static enum yk_status read_result(const char *path, struct analysis *out, struct zone **zone,
                                  struct failure *why)
{
    enum yk_status status = h5_analysis_read(path, out, why);
    return status == YK_OK ? zone_open(out->info.zone, zone, why) : status;
}

/* With the corrections that people made. */
static enum yk_status read_stored(struct store *store, const struct recording_row *row,
                                  struct analysis *out, struct zone **zone, struct failure *why)
{
    struct manual_edit *edits = NULL;
    size_t n = 0;
    struct text path;
    text_init(&path);
    enum yk_status status = store_path(store, STORE_RECORDINGS, row->h5_name, &path, why);
    if (status == YK_OK) {
        status = read_result(text_string(&path), out, zone, why);
    }
    if (status == YK_OK) {
        status = edit_load(store, row->person, &edits, &n, why);
    }
    if (status == YK_OK) {
        night_edits_apply(edits, n, *zone, out);
    }
    mem_free(edits);
    text_release(&path);
    return status;
}

/* The newest recording that counts, and the one before it. */
static enum yk_status read_newest(struct store *store, const char *code, struct shown *out,
                                  struct failure *why)
{
    struct person person;
    struct recording_row *rows = NULL;
    const struct recording_row *newest = NULL;
    size_t n = 0, n_read = 0, n_excluded = 0;
    enum yk_status status = person_find(store, code, &person, why);
    if (status == YK_OK) {
        status = recording_list(store, code, &rows, &n, why);
    }
    for (size_t i = n; status == YK_OK && i > 0 && n_read < 2; i--) {
        const struct recording_row *row = &rows[i - 1];
        n_excluded += row->is_excluded && row->analysis != 0;
        if (row->analysis == 0 || row->is_excluded) {
            continue;
        }
        /* the same days once more (packed and unpacked, read out twice) are not "before" */
        if (n_read > 0 && row->end_ns > newest->start_ns) {
            continue;
        }
        newest = n_read == 0 ? row : newest;
        if (n_read == 0) {
            status = read_stored(store, row, &out->now, &out->zone, why);
        } else {
            status = read_stored(store, row, &out->before, &out->before_zone, why);
            out->has_before = status == YK_OK;
        }
        n_read++;
    }
    if (status == YK_OK && n_read == 0 && n_excluded > 0) {
        status = failure_set(why, YK_ERR_TOO_LITTLE,
                             "all %zu analysed recordings of %s are excluded; why: yoake "
                             "recording list %s --json",
                             n_excluded, code, code);
    } else if (status == YK_OK && n_read == 0) {
        status = failure_set(why, YK_ERR_TOO_LITTLE,
                             "%s has no analysed recording yet: yoake import FILE "
                             "--participant %s",
                             code, code);
    }
    mem_free(rows);
    return status;
}

static enum yk_status read_participant(const struct cli *cli, const char *code,
                                       const struct review *review, struct shown *out,
                                       struct failure *why)
{
    struct store store;
    enum yk_status status = store_open(cli->store_path, STORE_READ, &store, why);
    if (status != YK_OK) {
        return failure_within(why, "%s is no file here, so it is looked up in the store", code);
    }
    status = read_newest(&store, code, out, why);
    status = status == YK_OK ? read_interview(&store, code, review, out, why) : status;
    store_close(&store);
    return status;
}

/* What `convert` wrote is a recording like any other, and no result. */
static bool holds_samples(const char *path)
{
    struct h5_file *file = NULL;
    if (h5_open(path, &file, NULL) != YK_OK) {
        return false;
    }
    h5_enter();
    bool has = h5_has(file, "/samples");
    h5_abandon(file);
    h5_leave();
    return has;
}

/* A code may hold a dot, as the name of a file does: then the store must know it. */
static bool is_participant(const struct cli *cli, const char *what)
{
    struct store store;
    struct person person;
    if (access(what, F_OK) == 0 || strchr(what, '/') != NULL) {
        return false;
    }
    bool is_known = strchr(what, '.') == NULL;
    if (!is_known && store_open(cli->store_path, STORE_READ, &store, NULL) == YK_OK) {
        is_known = person_find(&store, what, &person, NULL) == YK_OK;
        store_close(&store);
    }
    return is_known;
}

static enum yk_status load(struct cli *cli, const char *what, const struct review *review,
                           struct shown *out, struct failure *why)
{
    static const char *const only_for_files[] = {"recipe", "set",     "diary",
                                                 "person", "session", "columns"};
    bool is_code = is_participant(cli, what);
    bool is_result = !is_code && name_ends_with(what, ".h5") && !holds_samples(what);
    if (!is_code && !is_result) {
        return compute(cli, what, out, why);
    }
    for (size_t i = 0; i < sizeof only_for_files / sizeof only_for_files[0]; i++) {
        if (options_has(cli->options, only_for_files[i])) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "--%s does not go with %.*s, which is computed already",
                               only_for_files[i], utf8_shown(what, 60), what);
        }
    }
    return is_code ? read_participant(cli, what, review, out, why)
                   : read_result(what, &out->now, &out->zone, why);
}

static enum yk_status show(const struct cli *cli, const struct review *review,
                           struct failure *why)
{
    if (cli->is_json) {
        return review_json_write(cli, review, why);
    }
    struct text out;
    text_init(&out);
    enum yk_status status = review_write(review, &out, why);
    status = status == YK_OK ? cli_put_text(&out, why) : status;
    text_release(&out);
    return status;
}

static int run(struct cli *cli)
{
    const char *what = options_operand(cli->options, 0);
    /* Japanese is UTF-8 whatever the locale says: then drawing characters are there as well. */
    bool is_ascii = options_has(cli->options, "ascii") ||
                    (!cli->has_unicode && cli->language != LANGUAGE_JA);
    struct shown shown;
    struct failure why;
    struct review review = {
        .title = name_of_path(what),
        .now = &shown.now,
        .language = cli->language,
        .width = (int)options_integer(cli->options, "width", cli->columns),
        .has_color = cli->has_color,
        .has_unicode = !is_ascii,
    };
    shown_init(&shown);
    enum yk_status status = cli_period(cli, &review.from, &review.to, &why);
    if (status == YK_OK) {
        status = load(cli, what, &review, &shown, &why);
    }
    if (status == YK_OK) {
        review.zone = shown.zone;
        review.before = shown.has_before ? &shown.before : NULL;
        review.before_zone = shown.before_zone;
        review.interview = shown.has_interview ? &shown.interview : NULL;
        if (shown.has_interview && shown.interview.now.n_nights <= INTERVIEW_ROWS_MAX) {
            review.rewordings = shown.record.rewordings; /* these nights are a sheet's */
            review.n_rewordings = shown.record.n_rewordings;
        }
        status = show(cli, &review, &why);
    }
    shown_release(&shown);
    return status == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

const struct command command_review = {
    .name = "review",
    .operands = "FILE|CODE",
    .ja = "1本の記録を、眠りと生活リズムのまとめとして見る",
    .en = "show one recording as a review of sleep and daily rhythm",
    .details_ja = "記録計のファイルをそのまま読み、1日ごとの動きの図、それぞれの晩、平均、"
                  "データについての注記を表示します。保管場所は要りません。\n\n"
                  "CODE(参加者の番号)を書くと、保管場所にあるその人のいちばん新しい記録と、"
                  "前回の記録からの変化を表示します。\n\n"
                  "集計に入れない晩には理由が付きます。晩の数が少ないときは平均を出しません。"
                  "布団に入った時刻と睡眠効率は、日誌(--diary)があるときだけ表示します。",
    .details_en = "Reads a recorder's file as it is and shows movement by day, each night, "
                  "averages and notes about the data. No store is needed. A result of batch "
                  "(recordings/ID.h5) is shown without computing it again.\n\n"
                  "With a participant's CODE, the newest recording in the store is shown, and "
                  "what changed since the one before.\n\n"
                  "A night that is not counted says why. Thin data is not averaged. Times in "
                  "bed and sleep efficiency appear only when a diary (--diary) says when the "
                  "person went to bed.",
    .examples = "yoake review week1.cwa\n"
                "yoake review week1.cwa --from 2026-05-11 --to 2026-05-17 --lang ja\n"
                "yoake review week1.cwa --diary diary.csv --zone Asia/Tokyo\n"
                "yoake review P01\n"
                "yoake review week1.cwa --json",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
