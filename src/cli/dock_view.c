/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drawing in place: up as many lines as were drawn, each line again with its rest wiped, then
 * everything below wiped. When the window changed its width the old lines may have been folded;
 * then the whole screen is begun anew.
 */
#include "src/cli/dock_view.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/columns.h"
#include "src/base/mem.h"
#include "src/base/wrap.h"

#define DRAW_NS (NS_PER_S / 10)
enum { DEVICE_COLUMNS = 14, STATE_COLUMNS = 32, NUMBER_COLUMNS = 4, INDENT = 4 };

void dock_view_init(struct dock_view *self, const struct cli *cli)
{
    *self = (struct dock_view){.cli = cli, .columns = cli->columns};
    self->is_table =
        cli->out_is_terminal && !cli->is_json && !cli->is_quiet && cli->has_progress;
}

void dock_view_release(struct dock_view *self)
{
    mem_free(self->bays);
    *self = (struct dock_view){.cli = self->cli};
}

void bay_sentence(const struct bay_view *bay, enum language language, struct text *out)
{
    const char *const values[] = {bay->arg[0], bay->arg[1], bay->arg[2]};
    struct text plain;
    text_init(&plain);
    dock_message_add(&plain, bay->message, language, values, 3);
    text_add_plain(out, text_string(&plain));
    text_release(&plain);
}

static bool is_ja(const struct dock_view *self)
{
    return self->cli->language == LANGUAGE_JA;
}

/* "43% · 6 min left" behind the word of a reading bay. */
static void add_progress(const struct dock_view *self, const struct bay_view *bay,
                         struct text *out)
{
    if (bay->state != BAY_READING || bay->total == 0) {
        return;
    }
    text_addf(out, " %d%%", (int)(100.0 * (double)bay->done / (double)bay->total));
    if (!isfinite(bay->left_s)) {
        return;
    }
    long long s = (long long)ceil(bay->left_s);
    if (s >= 90) {
        text_addf(out, is_ja(self) ? "・残り%lld分" : ", %lld min left", (s + 59) / 60);
    } else {
        text_addf(out, is_ja(self) ? "・残り%lld秒" : ", %lld s left", s);
    }
}

static void add_battery(const struct bay_view *bay, struct text *out)
{
    if (isfinite(bay->battery_pct)) {
        text_addf(out, "%3d%%", (int)(bay->battery_pct + 0.5));
    }
}

/* What fits into columns of text is added; the last column stays free. */
static void add_cut(struct text *out, const char *line, int columns)
{
    text_add_n(out, line, columns_fit(line, columns - 1));
    text_add_char(out, '\n');
}

static const char *colour_code(const struct cli *cli, enum bay_colour colour)
{
    static const char *const codes[] = {[BAY_COLOUR_NONE] = "",
                                        [BAY_COLOUR_BLUE] = "\033[34m",
                                        [BAY_COLOUR_CYAN] = "\033[36m",
                                        [BAY_COLOUR_GREEN] = "\033[1;32m",
                                        [BAY_COLOUR_YELLOW] = "\033[1;33m",
                                        [BAY_COLOUR_RED] = "\033[1;31m"};
    return cli->has_color ? codes[colour] : "";
}

/* What is written on it, else what USB calls it. */
static void add_device(const struct bay_view *bay, struct text *out)
{
    if (bay->serial[0] != '\0') {
        text_add_plain(out, bay->model);
        text_add_char(out, ' ');
        text_add_plain(out, bay->serial);
    } else {
        text_add_plain(out, bay->usb_serial[0] != '\0' ? bay->usb_serial : bay->place);
    }
}

static void add_bay_line(const struct dock_view *self, const struct bay_view *bay, int columns,
                         struct text *out)
{
    const struct bay_state_words *words = bay_state_words(bay->state);
    const char *colour = colour_code(self->cli, words->colour);
    struct text device, state, line;
    text_init(&device);
    text_init(&state);
    text_init(&line);
    add_device(bay, &device);
    text_addf(&state, "%s %s", self->cli->has_unicode ? words->mark : words->ascii,
              bay_state_name(bay->state, self->cli->language));
    add_progress(self, bay, &state);
    text_addf(&line, "%2zu  ", bay->number);
    if (columns - 1 < NUMBER_COLUMNS + DEVICE_COLUMNS + 2 + text_columns(text_string(&state))) {
        /* The state is what must not be cut: half of "attention (data is safe)", or of its
         * Japanese, says something else. */
        text_addf(&line, "%s  %s", text_string(&state), text_string(&device));
    } else {
        text_add_padded(&line, text_string(&device), DEVICE_COLUMNS);
        text_add(&line, "  ");
        text_add_padded(&line, text_string(&state), STATE_COLUMNS);
    }
    text_add(&line, " ");
    add_battery(bay, &line);
    text_add(&line, "  ");
    text_add_plain(&line, bay->person);
    /* colour takes no columns, and is put around the whole line so that cutting cannot lose its
     * end */
    text_add(out, colour);
    size_t before = out->length;
    add_cut(out, text_string(&line), columns);
    if (colour[0] != '\0' && out->length > before) {
        out->length--; /* the line end goes behind the end of the colour */
        text_add(out, "\033[0m\n");
    }
    text_release(&line);
    text_release(&state);
    text_release(&device);
}

static void add_indented(const char *words, int columns, struct text *out)
{
    text_addf(out, "%*s", INDENT, "");
    text_add_wrapped(out, words, INDENT, INDENT, columns - 1);
}

/* What may stand below a bay's line, in the order in which room is given to it: what somebody
 * should read before anything else. */
enum words_kind { ATTENTION_SENTENCE, SENTENCE, ATTENTION_LOOK, LOOK, WORDS_KINDS };

static void add_words(const struct dock_view *self, const struct bay_view *bay,
                      enum words_kind kind, int columns, struct text *out)
{
    bool is_attention = bay_state_words(bay->state)->kind == BAY_KIND_ATTENTION;
    struct text words;
    text_init(&words);
    if (kind == (is_attention ? ATTENTION_SENTENCE : SENTENCE)) {
        bay_sentence(bay, self->cli->language, &words);
        if (bay->state == BAY_READING && isfinite(bay->bytes_per_s)) {
            text_add(&words, is_ja(self) ? "毎秒 " : " ");
            text_add_double(&words, bay->bytes_per_s / 1e6, 2);
            text_add(&words, is_ja(self) ? " MB。" : " MB/s.");
        }
    } else if (kind == (is_attention ? ATTENTION_LOOK : LOOK)) {
        quick_look_add(&bay->look, self->cli->language, &words);
    }
    if (words.length > 0) {
        add_indented(text_string(&words), columns, out);
    }
    text_release(&words);
}

static int count_lines(const char *text)
{
    int n = 0;
    while ((text = strchr(text, '\n')) != NULL) {
        text++;
        n++;
    }
    return n;
}

/* How many bays, from the first, have room below them for words of each kind. Of what nobody
 * must read, all or none. */
static size_t share_room(const struct dock_view *self, int columns, int left,
                         size_t n_with[static WORDS_KINDS])
{
    size_t n_unsaid = 0;
    for (int kind = 0; kind < WORDS_KINDS; kind++) {
        n_with[kind] = 0;
        for (size_t i = 0; i < self->n_bays; i++) {
            struct text words;
            text_init(&words);
            add_words(self, &self->bays[i], (enum words_kind)kind, columns, &words);
            left -= count_lines(text_string(&words));
            n_unsaid += kind == ATTENTION_SENTENCE && left < 0 && words.length > 0;
            n_with[kind] += left >= 0;
            text_release(&words);
        }
        if (kind != ATTENTION_SENTENCE && left < 0) {
            n_with[kind] = 0;
        }
    }
    return n_unsaid;
}

void dock_view_table(const struct dock_view *self, int columns, int rows, struct text *out)
{
    size_t n_with[WORDS_KINDS];
    /* The last row stays free, and the one before it for what is left out. */
    int left = rows - 2 - (int)self->n_bays;
    size_t n_unsaid = share_room(self, columns, left, n_with);
    for (size_t i = 0; i < self->n_bays; i++) {
        add_bay_line(self, &self->bays[i], columns, out);
        for (int kind = 0; kind < WORDS_KINDS; kind++) {
            if (i < n_with[kind]) {
                add_words(self, &self->bays[i], (enum words_kind)kind, columns, out);
            }
        }
    }
    if (n_unsaid > 0) {
        struct text line;
        text_init(&line);
        text_addf(&line,
                  is_ja(self) ? "(ほかに %zu 件の説明があります。窓を高くすると出ます)"
                              : "(%zu more have something to say: make the window higher)",
                  n_unsaid);
        add_cut(out, text_string(&line), columns);
        text_release(&line);
    }
}

void dock_view_line(const struct dock_view *self, const struct bay_view *bay, struct text *out)
{
    text_addf(out, "%zu  ", bay->number);
    add_device(bay, out);
    text_addf(out, "  %s  ", bay_state_name(bay->state, self->cli->language));
    if (bay->person[0] != '\0') {
        text_add_plain(out, bay->person);
        text_add(out, "  ");
    }
    bay_sentence(bay, self->cli->language, out);
    text_add_char(out, '\n');
}

/* ---- showing ---- */

/* The last time, everything is said: nothing is drawn over it any more. */
static void draw(struct dock_view *self, bool is_last)
{
    struct winsize size;
    struct text table, screen;
    int columns = self->cli->columns, rows = 24;
    text_init(&table);
    text_init(&screen);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) {
        columns = size.ws_col;
        rows = size.ws_row > 0 ? size.ws_row : rows;
    }
    rows = is_last ? INT_MAX : rows;
    dock_view_table(self, columns, rows, &table);
    if (self->n_drawn > 0 && columns != self->columns) {
        text_add(&screen, "\033[2J\033[H");
    } else if (self->n_drawn > 0) {
        text_addf(&screen, "\r\033[%zuA", self->n_drawn);
    }
    size_t n = 0;
    for (const char *line = text_string(&table); *line != '\0'; n++) {
        const char *end = strchr(line, '\n');
        if (end == NULL || (int)n >= rows - 1) {
            break; /* what is below the window cannot be drawn again */
        }
        text_add_n(&screen, line, (size_t)(end - line));
        text_add(&screen, "\033[K\n");
        line = end + 1;
    }
    text_add(&screen, "\033[J");
    fputs(text_string(&screen), stdout);
    fflush(stdout);
    self->n_drawn = n;
    self->columns = columns;
    self->drawn_ns = clock_monotonic_ns();
    text_release(&table);
    text_release(&screen);
}

static void take_in(struct dock_view *self, const struct bay_view *bay)
{
    while (self->n_bays < bay->number) {
        if (MEM_RESERVE(self->bays, self->n_bays, self->capacity) != 0) {
            return; /* the table is shorter; nothing else suffers */
        }
        self->bays[self->n_bays] = (struct bay_view){.number = self->n_bays + 1};
        self->n_bays++;
    }
    self->bays[bay->number - 1] = *bay;
}

/* The same words as before are not said again; what else changed is for programs. */
static bool is_news(const struct dock_view *self, const struct bay_view *bay)
{
    const struct bay_view *last =
        bay->number <= self->n_bays ? &self->bays[bay->number - 1] : NULL;
    return last == NULL || last->state != bay->state || last->message != bay->message ||
           memcmp(last->arg, bay->arg, sizeof bay->arg) != 0;
}

static void print_bay(const struct dock_view *self, const struct dock_event *event)
{
    struct text line;
    text_init(&line);
    if (event->kind == DOCK_EVENT_STATE && is_news(self, event->bay)) {
        dock_view_line(self, event->bay, &line);
    } else if (event->kind == DOCK_EVENT_LOOK) {
        quick_look_add(&event->bay->look, self->cli->language, &line);
        if (line.length > 0) {
            printf("   ");
            text_add_char(&line, '\n');
        }
    }
    fputs(text_string(&line), stdout);
    fflush(stdout);
    text_release(&line);
}

void checkup_print(const struct cli *cli, const struct checkup_item *item, FILE *out)
{
    static const struct {
        const char *mark, *ascii;
        enum bay_colour colour;
    } marks[] = {[CHECKUP_GOOD] = {"✔", "+", BAY_COLOUR_GREEN},
                 [CHECKUP_NOTE] = {"▲", "!", BAY_COLOUR_YELLOW},
                 [CHECKUP_PROBLEM] = {"■", "X", BAY_COLOUR_RED}};
    const char *colour = colour_code(cli, marks[item->level].colour);
    struct text line;
    text_init(&line);
    text_addf(&line, "%s%s%s ", colour,
              cli->has_unicode ? marks[item->level].mark : marks[item->level].ascii,
              colour[0] != '\0' ? "\033[0m" : "");
    text_addf(&line, "%s: ", cli_say(cli, item->ja, item->en));
    text_add_plain(&line, cli->language == LANGUAGE_JA ? item->says_ja : item->says_en);
    text_add_char(&line, '\n');
    if (item->command[0] != '\0') {
        text_add(&line, "    $ ");
        text_add_plain(&line, item->command);
        text_add_char(&line, '\n');
    }
    fputs(text_string(&line), out);
    text_release(&line);
}

static void print_ready(const struct dock_view *self)
{
    if (!self->cli->is_quiet && !self->is_once) {
        puts(cli_say(
            self->cli,
            "記録計を差してください。いつ抜いてもデータはなくなりません。終わるには Ctrl-C",
            "Plug recorders in. Unplugging never loses data. End with Ctrl-C"));
        fflush(stdout);
    }
}

void dock_view_event(struct dock_view *self, const struct dock_event *event)
{
    if (event->kind == DOCK_EVENT_CHECK) {
        if (event->check->level != CHECKUP_GOOD || self->cli->is_verbose) {
            checkup_print(self->cli, event->check, stderr);
        }
    } else if (event->kind == DOCK_EVENT_READY) {
        print_ready(self);
    } else if (event->bay != NULL) {
        if (!self->is_table) {
            print_bay(self, event);
        }
        take_in(self, event->bay);
        if (!self->is_table) {
            return;
        }
        if (event->kind != DOCK_EVENT_PROGRESS ||
            clock_monotonic_ns() - self->drawn_ns >= DRAW_NS) {
            draw(self, false);
        }
    } else if (event->kind == DOCK_EVENT_END && self->is_table) {
        draw(self, true);
    }
}
