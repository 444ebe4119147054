/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way from main() to a command and back. Signals are taken by a thread of their own
 * (sigwait), so that no handler and no global variable is needed: the first SIGINT or SIGTERM
 * asks the job to stop, the second ends the program at once.
 */
#include "src/cli/cli.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/cli/help.h"
#include "src/cli/json_out.h"
#include "src/cli/options.h"
#include "src/cli/progress_bar.h"
#include "src/cli/registry.h"

enum { COLUMNS_USUAL = 80, COLUMNS_MIN = 40 };

struct session {
    struct cli cli; /* first: cli_progress_end() finds the bar through job.user */
    struct cli_outcome outcome;
    struct progress_bar bar;
    pthread_t watcher;
    bool is_watching;
    sigset_t watched;
    atomic_bool is_over;
};

/* ---- surroundings ---- */

static const char *first_said(const char *a, const char *b, const char *c)
{
    if (a != NULL && *a != '\0') {
        return a;
    }
    if (b != NULL && *b != '\0') {
        return b;
    }
    return c != NULL && *c != '\0' ? c : NULL;
}

bool cli_is_utf8(const char *lc_all, const char *lc_ctype, const char *lang)
{
    const char *said = first_said(lc_all, lc_ctype, lang);
    if (said == NULL) {
        return true; /* bare containers and cron: today's terminals are UTF-8 */
    }
    return strcasestr(said, "utf-8") != NULL || strcasestr(said, "utf8") != NULL;
}

enum language cli_language(const char *lc_all, const char *lc_messages, const char *lang)
{
    return language_of(first_said(lc_all, lc_messages, lang));
}

static int terminal_columns(void)
{
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 0) {
        return size.ws_col < COLUMNS_MIN ? COLUMNS_MIN : size.ws_col;
    }
    return COLUMNS_USUAL;
}

void cli_init(struct cli *cli)
{
    *cli = (struct cli){.options = NULL};
    const char *lc_all = getenv("LC_ALL"), *lang = getenv("LANG");
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    cli->language = cli_language(lc_all, getenv("LC_MESSAGES"), lang);
    cli->has_unicode = cli_is_utf8(lc_all, getenv("LC_CTYPE"), lang);
    cli->out_is_terminal = isatty(STDOUT_FILENO) == 1;
    bool is_dumb = term == NULL || *term == '\0' || strcmp(term, "dumb") == 0;
    cli->has_color =
        cli->out_is_terminal && !is_dumb && (no_color == NULL || *no_color == '\0');
    cli->has_progress = isatty(STDERR_FILENO) == 1 && !is_dumb;
    cli->columns = terminal_columns();
    log_to_stderr(&cli->log, LOG_WARN);
    cli->job.log = &cli->log;
    cli->job.cancel = &cli->cancel;
}

void cli_release(struct cli *cli)
{
    mem_free(cli->store_room);
    cli->store_room = NULL;
    cli->store_path = NULL;
}

static enum yk_status find_store(struct cli *cli, const char *said, struct failure *why)
{
    const char *named = getenv("YOAKE_STORE"), *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    struct text path;
    text_init(&path);
    if (said != NULL) {
        text_add(&path, said);
    } else if (named != NULL && *named != '\0') {
        text_add(&path, named);
    } else if (data != NULL && *data == '/') { /* the XDG rule: relative ones are ignored */
        text_addf(&path, "%s/yoake", data);
    } else {
        text_addf(&path, "%s/.local/share/yoake", home != NULL ? home : "");
    }
    enum yk_status status = text_status(&path, why);
    if (status == YK_OK) {
        cli->store_room = mem_copy_text(text_string(&path));
        cli->store_path = cli->store_room;
        if (cli->store_room == NULL) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory for the store's path");
        }
    }
    text_release(&path);
    return status;
}

static bool take_language(const char *said, enum language *out)
{
    if (strcmp(said, "ja") != 0 && strcmp(said, "en") != 0) {
        return false;
    }
    *out = language_of(said);
    return true;
}

enum yk_status cli_take_options(struct cli *cli, const struct options *options,
                                struct failure *why)
{
    const char *lang = options_text(options, "lang");
    if (lang != NULL && !take_language(lang, &cli->language)) {
        return failure_set(why, YK_ERR_ARGUMENT, "--lang %s: it is ja or en", lang);
    }
    cli->options = options;
    cli->zone_name = options_text(options, "zone");
    cli->is_json = options_has(options, "json");
    cli->is_quiet = options_has(options, "quiet");
    cli->is_verbose = options_has(options, "verbose");
    cli->has_progress =
        cli->has_progress && !cli->is_quiet && !options_has(options, "no-progress");
    cli->log.level = cli->is_quiet ? LOG_ERROR : cli->is_verbose ? LOG_DEBUG : LOG_WARN;
    return find_store(cli, options_text(options, "store"), why);
}

/* ---- log and progress share standard error ---- */

static void write_log(void *user, enum log_level level, const char *line)
{
    struct session *session = user;
    static const enum text_id words[] = {
        [LOG_ERROR] = TEXT_log_error,
        [LOG_WARN] = TEXT_log_warn,
        [LOG_INFO] = TEXT_log_info,
        [LOG_DEBUG] = TEXT_log_debug,
    };
    progress_bar_wipe(&session->bar);
    char front[32]; /* one write a line: several threads warn at once */
    snprintf(front, sizeof front, "%s: ", i18n(session->cli.language, words[level]));
    cli_put_failure(stderr, &session->cli, front, line);
}

void cli_progress_end(struct cli *cli)
{
    if (cli->job.on_progress == progress_bar_draw) {
        progress_bar_wipe(cli->job.user);
    }
}

/* ---- signals ---- */

static void *watch(void *user)
{
    struct session *session = user;
    for (;;) {
        int got = 0;
        if (sigwait(&session->watched, &got) != 0 || session->is_over) {
            return NULL;
        }
        if (got == SIGUSR1) {
            continue;
        }
        if (session->cli.cancel) {
            _exit(EXIT_CANCELLED);
        }
        session->cli.cancel = true;
    }
}

/* What was ignored when we started (nohup, a shell's background job) stays ignored. */
static void add_unless_ignored(sigset_t *set, int number)
{
    struct sigaction now;
    if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN) {
        sigaddset(set, number);
    }
}

static void watch_begin(struct session *session)
{
    sigemptyset(&session->watched);
    add_unless_ignored(&session->watched, SIGINT);
    add_unless_ignored(&session->watched, SIGTERM);
    sigaddset(&session->watched, SIGUSR1); /* to end the thread */
    sigset_t before;
    if (pthread_sigmask(SIG_BLOCK, &session->watched, &before) != 0) {
        return;
    }
    session->is_watching = pthread_create(&session->watcher, NULL, watch, session) == 0;
    if (!session->is_watching) {
        pthread_sigmask(SIG_SETMASK, &before, NULL); /* then a signal simply ends us */
    }
}

static void watch_end(struct session *session)
{
    if (session->is_watching) {
        session->is_over = true;
        pthread_kill(session->watcher,
                     SIGUSR1); /* nobody else sends it: only wakes the thread */
        pthread_join(session->watcher, NULL);
        session->is_watching = false;
    }
}

/* ---- the command line ---- */

/* Before the options are parsed: an unknown option is to be answered in the right language. */
static void peek_language(struct cli *cli, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0) {
            take_language(argv[i] + 7, &cli->language);
        } else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) {
            take_language(argv[i + 1], &cli->language);
        }
    }
}

/* Index of the command word: the first argument that is neither an option nor the value of a
 * common one (`yoake --lang ja info x.cwa`); argc when there is none. */
static int command_index(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            return i;
        }
        for (const struct option_spec *spec = options_common; spec->name != NULL; spec++) {
            if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, spec->name) == 0 &&
                spec->kind != OPTION_FLAG) {
                i++;
                break;
            }
        }
    }
    return argc;
}

enum yk_status cli_put_text(struct text *out, struct failure *why)
{
    enum yk_status status = text_status(out, why);
    if (status == YK_OK) {
        fputs(text_string(out), stdout); /* a failure is seen at the end: finish() */
    }
    text_release(out);
    return status;
}

static int print(const struct text *out)
{
    return fputs(text_string(out), stdout) >= 0 ? EXIT_DONE : EXIT_FAILED;
}

static bool is_among(int argc, char **argv, const char *a, const char *b)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], a) == 0 || strcmp(argv[i], b) == 0) {
            return true;
        }
    }
    return false;
}

static int without_command(struct cli *cli, int argc, char **argv)
{
    struct text out;
    text_init(&out);
    int code;
    if (is_among(argc, argv, "--version", "-V")) {
        help_version(&out);
        code = print(&out);
    } else if (is_among(argc, argv, "--help", "-h")) {
        help_all(cli->language, cli->columns, &out);
        code = print(&out);
    } else if (argc > 1 && strncmp(argv[1], "--lang", 6) != 0) {
        code = cli_usage(cli, "%s: no command is named, such as: yoake review FILE", argv[1]);
    } else {
        help_short(cli->language, &out);
        code = print(&out);
    }
    text_release(&out);
    return code;
}

static int run(struct session *session, int argc, char **argv)
{
    struct cli *cli = &session->cli;
    struct options *options = NULL;
    struct failure why;
    enum yk_status status = options_parse(cli->command, argc, argv, &options, &why);
    if (status == YK_OK) {
        status = cli_take_options(cli, options, &why);
    }
    int code;
    if (status == YK_ERR_ARGUMENT) {
        code = cli_usage(cli, "%s", why.text);
    } else if (status != YK_OK) {
        code = cli_fail(cli, &why);
    } else if (options_has(options, "help")) {
        struct text out;
        text_init(&out);
        help_command(cli->command, cli->language, cli->columns, &out);
        code = print(&out);
        text_release(&out);
    } else {
        progress_bar_init(&session->bar, cli->language);
        if (cli->has_progress) {
            cli->job.on_progress = progress_bar_draw;
            cli->job.user = &session->bar;
        }
        cli->log.write = write_log;
        cli->log.user = session;
        watch_begin(session);
        code = cli->command->run(cli);
        watch_end(session);
        cli_progress_end(cli);
    }
    cli_release(cli);
    options_free(options);
    return code;
}

/* Output that could not be written (a full disk) must not look like success. */
static int finish(const struct cli *cli, int code)
{
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        struct failure why;
        if (errno != 0) {
            failure_set_errno(&why, errno, "writing to standard output");
        } else { /* it failed earlier, inside a library's buffer */
            failure_set(&why, YK_ERR_IO, "standard output did not take everything");
        }
        int failed = cli_fail(cli, &why);
        return code == EXIT_DONE || code == EXIT_ATTENTION ? failed : code;
    }
    return code;
}

int cli_main(int argc, char **argv)
{
    struct session session = {.outcome = {.has_json = false}};
    struct cli *cli = &session.cli;
    cli_init(cli);
    cli->outcome = &session.outcome;
    bool is_json = is_among(argc, argv, "--json", "--json");
    peek_language(cli, argc, argv);
    int at = command_index(argc, argv);
    if (at >= argc) {
        return finish(cli, without_command(cli, argc, argv));
    }
    char *word = argv[at];
    cli->command = command_find(word);
    if (cli->command == NULL) {
        int code = command_unknown(cli, word);
        if (is_json) {
            cli_json_failure(cli, code);
        }
        return finish(cli, code);
    }
    /* argv[0] takes the command's place, so that options before and after it are alike */
    for (int i = at; i > 0; i--) {
        argv[i] = argv[i - 1];
    }
    argv[1] = word;
    int code = run(&session, argc - 1, argv + 1);
    if (is_json && code != EXIT_DONE) {
        cli_json_failure(cli, code);
    }
    return finish(cli, code);
}
