/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sub-command: one file cmd_<name>.c that defines `const struct command command_<name>` and
 * one line in commands.def. Options are tables, so that the parser, --help, the man page and
 * the shell completion cannot disagree.
 *
 * What commands need besides: tables for the terminal in src/base/table.h, JSON in
 * src/cli/json_out.h, line breaking in src/base/wrap.h, "did you mean" in src/cli/nearest.h.
 */
#ifndef SRC_CLI_COMMAND_H
#define SRC_CLI_COMMAND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "src/base/i18n.h"
#include "src/base/job.h"
#include "src/base/text.h"
#include "src/base/zone.h"

enum option_kind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_INTEGER,
    OPTION_NUMBER,
    OPTION_LIST,
    OPTION_FILE,
    OPTION_FOLDER
};

struct option_spec {
    const char *name;       /* "recipe" for --recipe; NULL ends a table */
    char letter;            /* 'o' for -o, or 0 */
    enum option_kind kind;  /* LIST: may be given more than once */
    const char *value_name; /* "NAME", shown in help; NULL for flags. Numbers may say their
                               range: "N:1..256", "MIN:0.." */
    const char *ja, *en;    /* what it does; one sentence without full stop */
};

/* Ends a table; and options that several commands have. */
#define OPTION_LAST                                                                            \
    {                                                                                          \
        NULL, 0, OPTION_FLAG, NULL, NULL, NULL                                                 \
    }
#define OPTION_SESSION                                                                         \
    {                                                                                          \
        "session", 0, OPTION_INTEGER, "N:0..1000000",                                          \
            "複数のセッションがあるファイルで、何番目を読むか(既定 0、最初)",                  \
            "which session of a file that holds several (0, the first)"                        \
    }
#define OPTION_COLUMNS                                                                         \
    {                                                                                          \
        "columns", 0, OPTION_FILE, "FILE.ini", "表の列、単位、時刻の書き方を述べるファイル",   \
            "a description of the table's columns, unit and times"                             \
    }
#define OPTION_TABLES                                                                          \
    {                                                                                          \
        "output", 'o', OPTION_FOLDER, "DIR", "表を書き出すフォルダー", "folder for the tables" \
    }

struct options; /* parsed; options.c */

bool options_has(const struct options *self, const char *name);
const char *options_text(const struct options *self, const char *name); /* NULL: not given */
const char *options_list(const struct options *self, const char *name,
                         size_t i);                                  /* NULL: end */
size_t options_list_n(const struct options *self, const char *name); /* how many there are */
/* Number already checked by the parser; fallback when not given. */
long long options_integer(const struct options *self, const char *name, long long fallback);
double options_number(const struct options *self, const char *name, double fallback);
size_t options_operands(const struct options *self);
const char *options_operand(const struct options *self, size_t i);
const char *const *options_operand_list(const struct options *self);

/* How it went so far: what was said last about a failure, and whether standard output has its
 * JSON document. */
struct cli_outcome {
    struct failure why; /* code YK_OK: nothing failed */
    bool has_json;
};

/* What every command gets. */
struct cli {
    enum language language;
    const char *zone_name; /* --zone, or NULL */
    const char
        *store_path; /* --store, $YOAKE_STORE, $XDG_DATA_HOME/yoake or ~/.local/share/yoake */
    bool is_json, is_quiet, is_verbose,
        has_progress; /* has_progress: terminal, not switched off */
    bool out_is_terminal, has_color, has_unicode;
    int columns; /* terminal width, 80 when unknown */
    struct log log;
    struct job job; /* cancel is set by SIGINT and SIGTERM */
    atomic_bool cancel;
    const struct options *options;
    const struct command *command; /* the one that runs */
    char *store_room;              /* holds store_path */
    struct cli_outcome *outcome;   /* kept by cli_fail() and cli_json_write(); may be NULL */
};

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_SOME_FAILED = 3,
    EXIT_ATTENTION = 4,
    EXIT_CANCELLED = 130
};

struct command {
    const char *name;
    const char *operands; /* "FILE..." */
    const char *ja, *en;  /* one line: what it does */
    const char *details_ja,
        *details_en;                   /* paragraphs for --help and the man page; may be NULL */
    const char *examples;              /* lines "yoake info week1.cwa"; may be NULL */
    const struct option_spec *options; /* its own; common ones come by themselves */
    int min_operands, max_operands;    /* max -1: any number */
    const char *const *verbs; /* sub-verbs ("add", "list", ...), NULL-terminated, or NULL;
                                 the verb is operand 0 and counts in min and max */
    /* Returns an exit code. Says everything itself, through cli_fail() where it failed. */
    int (*run)(struct cli *cli);
};

/* Prints the sentence for people (chosen by code) and the exact one, on standard error; returns
 * the exit code for it (EXIT_FAILED, EXIT_USAGE for YK_ERR_ARGUMENT, EXIT_CANCELLED). */
int cli_fail(const struct cli *cli, const struct failure *why);
/* The same where the exact sentence is known in the language of the person. */
int cli_fail_as(const struct cli *cli, const struct failure *why, const char *said);
/* front, then line without anything a terminal would take for a command, then a line end. */
void cli_put_line(FILE *out, const char *front, const char *line);
/* The same with a failure's sentence, in the language of the person (src/base/translate.h). */
void cli_put_failure(FILE *out, const struct cli *cli, const char *front, const char *sentence);
/* What out holds, to standard output, unless memory was refused while it was made; releases it.
 * errors: YK_ERR_MEMORY */
enum yk_status cli_put_text(struct text *out, struct failure *why);
/* Usage error of this command, with a hint to --help. Returns EXIT_USAGE. */
int cli_usage(const struct cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The language's own of two strings; both may be printf formats, of the same arguments in the
 * same order. */
const char *cli_say(const struct cli *cli, const char *ja, const char *en)
    __attribute__((format_arg(2), format_arg(3)));
/* Draws the progress bar of cli->job while it runs; ends with the line wiped. */
void cli_progress_end(struct cli *cli);

#endif
