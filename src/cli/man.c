/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Manual pages in mdoc, from the same tables as --help, in English and Japanese. A line end in
 * the source of a page is a blank on the screen, so a Japanese paragraph is one line, as UTF-8.
 */
#include "src/cli/help.h"

#include <ctype.h>
#include <string.h>

#include "src/base/utf8.h"
#include "src/base/wrap.h"
#include "src/cli/options.h"
#include "src/cli/registry.h"

struct page {
    struct text *out;
    enum language language;
};

static const char *say(const struct page *page, const char *ja, const char *en)
{
    return page->language == LANGUAGE_JA ? ja : en;
}

/* Text as roff: backslashes escaped, no line that begins like a request; in an English page
 * what is not ASCII by its code point, the degree sign as \[u00B0]. */
static void add_roff(const struct page *page, const char *words)
{
    struct text *out = page->out;
    bool at_start = true;
    for (size_t n; (n = utf8_step(words)) > 0; words += n) {
        uint32_t code = 0;
        if (at_start && (*words == '.' || *words == '\'')) {
            text_add(out, "\\&");
        }
        at_start = *words == '\n';
        if (*words == '\\') {
            text_add(out, "\\e");
        } else if (*words == '-') {
            text_add(out, "\\-");
        } else if (page->language == LANGUAGE_EN && utf8_decode(words, n, &code) > 1) {
            text_addf(out, "\\[u%04X]", (unsigned)code);
        } else {
            text_add_n(out, words, n);
        }
    }
}

/* A sentence on a line of its own, each sentence on a new one as mdoc wants it. */
static void add_prose(const struct page *page, const char *words)
{
    const char *at = words;
    while (*at != '\0') {
        size_t n = strcspn(at, "\n");
        bool is_blank = n == 0;
        for (size_t i = 0; i + 2 < n; i++) {
            /* ". " ends a sentence only before a capital: "e.g. 3" does not */
            if (strchr(".!?", at[i]) != NULL && at[i + 1] == ' ' &&
                isupper((unsigned char)at[i + 2])) {
                n = i + 1;
                break;
            }
        }
        struct text piece, lines;
        text_init(&piece);
        text_init(&lines);
        text_add_n(&piece, at, n);
        if (page->language == LANGUAGE_JA) {
            text_addf(&lines, "%s\n", text_string(&piece));
        } else { /* input lines of manual pages stay short */
            text_add_wrapped(&lines, text_string(&piece), 0, 0, 76);
        }
        add_roff(page, is_blank ? "" : text_string(&lines));
        text_add(page->out, is_blank ? ".Pp\n" : "");
        text_release(&piece);
        text_release(&lines);
        at += n;
        at += strspn(at, " ");
        at += *at == '\n' ? 1 : 0;
    }
}

static void add_option(const struct page *page, const struct option_spec *spec)
{
    struct text *out = page->out;
    struct option_range range;
    option_range_of(spec, &range);
    text_add(out, ".It ");
    if (spec->letter != 0) {
        text_addf(out, "Fl %c , ", spec->letter);
    }
    text_add(out, "Fl \\-");
    add_roff(page, spec->name);
    if (range.name[0] != '\0') {
        text_add(out, " Ar ");
        add_roff(page, range.name);
    }
    text_add(out, "\n");
    struct text what;
    text_init(&what);
    option_add_meaning(spec, page->language, &what);
    text_add(&what, say(page, "。", "."));
    char *first = what.at;
    if (first != NULL) {
        *first = (char)toupper((unsigned char)*first);
    }
    add_prose(page, text_string(&what));
    text_release(&what);
}

static void add_options(const struct page *page, const struct command *command)
{
    const struct option_spec *spec;
    text_add(page->out, ".Bl -tag -width Ds\n");
    for (size_t i = 0; (spec = option_at(command, i)) != NULL; i++) {
        if (spec->en != NULL) {
            add_option(page, spec);
        }
    }
    text_add(page->out, ".El\n");
}

static void add_head(const struct page *page, const struct command *command)
{
    struct text *out = page->out;
    const char *dash = command != NULL ? "-" : "", *name = command != NULL ? command->name : "";
    text_add(out, say(page, ".\\\" -*- coding: utf-8 -*-\n", ""));
    text_add(out, ".\\\" SPDX-License-Identifier: GPL-3.0-or-later\n"
                  ".\\\" Made by `make man` from the program's own tables.\n"
                  ".Dd November 21, 2026\n.Dt YOAKE");
    text_add(out, dash);
    for (const char *at = name; *at != '\0'; at++) {
        text_add_char(out, (char)toupper((unsigned char)*at));
    }
    text_addf(out, " 1\n.Os\n.Sh %s\n.Nm yoake%s%s\n.Nd ", say(page, "名前", "NAME"), dash,
              name);
    add_roff(page, command != NULL ? say(page, command->ja, command->en)
                                   : say(page, "腕の記録計から睡眠と生活リズムを求める",
                                         "sleep and daily rhythm from wrist recorders"));
    text_addf(out, "\n.Sh %s\n.Nm yoake", say(page, "書式", "SYNOPSIS"));
}

static void add_exit_status(const struct page *page)
{
    static const char *const lines[][3] = {
        {"0", "完了", "done"},
        {"1", "失敗", "failed"},
        {"2", "書き方の誤り", "wrong usage"},
        {"3", "一部の入力だけ失敗し、ほかは完了", "some inputs failed, the rest is done"},
        {"4", "完了したが、確認が必要", "done, needs attention"},
        {"130", "中止", "cancelled"},
    };
    struct text *out = page->out;
    text_addf(out, ".Sh %s\n.Bl -tag -width 130 -compact\n",
              say(page, "終了コード", "EXIT STATUS"));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        text_addf(out, ".It %s\n%s\n", lines[i][0], say(page, lines[i][1], lines[i][2]));
    }
    text_add(out, ".El\n");
}

static void add_environment(const struct page *page)
{
    text_addf(page->out,
              ".Sh %s\n.Bl -tag -width Ds\n.It Ev YOAKE_STORE\n%s\n"
              ".It Ev LC_ALL , Ev LC_MESSAGES , Ev LANG\n%s\n.It Ev NO_COLOR\n%s\n.El\n",
              say(page, "環境変数", "ENVIRONMENT"),
              say(page, "参加者の記録の保管場所。", "Folder of the participants' store."),
              say(page, "設定されている最初のものが ja で始まれば、日本語で表示する。",
                  "Japanese when the first of them that is set begins with ja."),
              say(page, "色を付けない。", "No colours."));
}

static void add_overview(const struct page *page)
{
    struct text *out = page->out;
    text_addf(out, " Ar command\n.Op Ar options\n.Ar ...\n.Sh %s\n.Nm yoake\n",
              say(page, "説明", "DESCRIPTION"));
    add_prose(page,
              say(page,
                  "は、腕に付ける記録計のファイルを読み、外していた時間、それぞれの晩の眠り始め"
                  "と目覚め、"
                  "日中の活動、休息と活動のリズムを求めます。結果は端末に表示し、研究のための表"
                  "に書き出し、"
                  "参加者のコードごとに保管します。ネットワークは使いません。\n\n"
                  "結果は動きからの推定です。診断ではありません。",
                  "reads the file of a wrist recorder and finds nonwear, sleep onset and wake "
                  "of each night, daily activity and the rhythm of rest and activity. "
                  "Results are shown on the terminal, written as tables for research, or kept "
                  "in a store by participant code. It works without a network.\n\n"
                  "The results are estimates from movement. They are not a diagnosis."));
    text_addf(out, ".Ss %s\n.Bl -tag -width Ds\n", say(page, "コマンド", "Commands"));
    for (size_t i = 0; i < command_count(); i++) {
        const struct command *command = command_at(i);
        text_addf(out, ".It Cm %s\n", command->name);
        add_roff(page, say(page, command->ja, command->en));
        text_addf(out, "%s\n.Xr yoake-%s 1%s\n", say(page, "。", "; see"), command->name,
                  say(page, "", " ."));
    }
    text_addf(out, ".El\n.Ss %s\n",
              say(page, "どのコマンドにも使える指定", "Options of every command"));
    add_options(page, NULL);
    add_environment(page);
    add_exit_status(page);
}

static void add_command(const struct page *page, const struct command *command)
{
    struct text *out = page->out;
    text_addf(out, " Cm %s\n", command->name);
    if (command->verbs != NULL) {
        text_add(out, ".Cm ");
        for (size_t i = 0; command->verbs[i] != NULL; i++) {
            text_addf(out, "%s%s", i > 0 ? " | " : "", command->verbs[i]);
        }
        text_add(out, "\n");
    }
    text_add(out, ".Op Ar options\n");
    if (command->operands != NULL && *command->operands != '\0') {
        text_add(out, ".Ar ");
        add_roff(page, command->operands);
        text_add(out, "\n");
    }
    text_addf(out, ".Sh %s\n", say(page, "説明", "DESCRIPTION"));
    struct text words;
    text_init(&words);
    text_addf(&words, "%s%s", say(page, command->ja, command->en), say(page, "。", "."));
    if (words.at != NULL) {
        words.at[0] = (char)toupper((unsigned char)words.at[0]);
    }
    if (command->details_en != NULL) {
        text_addf(&words, "\n\n%s", say(page, command->details_ja, command->details_en));
    }
    add_prose(page, text_string(&words));
    text_release(&words);
    text_addf(out, ".Pp\n%s\n", say(page, "指定:", "The options are:"));
    add_options(page, command);
    add_exit_status(page);
    if (command->examples != NULL) {
        text_addf(out, ".Sh %s\n.Bd -literal\n", say(page, "例", "EXAMPLES"));
        add_roff(page, command->examples);
        size_t n = strlen(command->examples);
        text_addf(out, "%s.Ed\n", n > 0 && command->examples[n - 1] == '\n' ? "" : "\n");
    }
}

void man_page(const struct command *command, enum language language, struct text *out)
{
    const struct page page = {out, language};
    add_head(&page, command);
    if (command != NULL) {
        add_command(&page, command);
    } else {
        add_overview(&page);
    }
    text_addf(out, ".Sh %s\n", say(&page, "関連項目", "SEE ALSO"));
    text_add(out,
             command != NULL ? ".Xr yoake 1\n" : ".Xr yoake-batch 1 ,\n.Xr yoake-review 1\n");
}
