/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recognises a sentence by its format. Of all readings the one that explains most of the
 * sentence's bytes by words of the catalogue is taken; a value never counts. A sentence is cut
 * into links at ": ", and the best cutting is found from its end; a format may span links. A
 * search that takes too long (values full of blanks) gives up and leaves the link in English.
 */
#include "src/base/translate.h"

#include <string.h>

#include "src/base/fill.h"

enum {
    VALUES_MAX = 10,
    LINKS_MAX = 8,
    DEPTH_MAX = 3,       /* of sentences within sentences */
    STEPS_ONE = 5000,    /* of one format against one link */
    STEPS_ALL = 3000000, /* of a whole sentence: some 10 ms */
    CUT_LENGTH = 253     /* a failure of this many bytes and more may have lost its end */
};

struct span {
    const char *at;
    size_t n;
};

struct reading {
    const struct message *message; /* NULL: as it is */
    struct span value[VALUES_MAX];
    size_t n_values, score;
};

static const struct message MESSAGES[] = {
#define MESSAGE(english, japanese) {english, japanese, false},
#define WORD(english, japanese) {english, japanese, true},
#include "src/base/messages_ja_frames.def"
#include "src/base/messages_ja_system.def"
#include "src/base/messages_ja_base.def"
#include "src/base/messages_ja_store.def"
#include "src/base/messages_ja_dock.def"
#include "src/base/messages_ja_cli.def"
#include "src/base/messages_ja_pipeline.def"
#include "src/base/messages_ja_formats.def"
#include "src/base/messages_ja_algorithms.def"
#undef MESSAGE
#undef WORD
};
enum { MESSAGE_N = sizeof MESSAGES / sizeof MESSAGES[0] };

struct message message_at(size_t i)
{
    return i < MESSAGE_N ? MESSAGES[i] : (struct message){NULL, NULL, false};
}

/* What is the same for the whole sentence. */
struct search {
    const char *end;
    bool is_cut; /* the sentence at `end`: a format may go on */
    int steps;   /* left */
};

/* ---- one format ---- */

struct matching {
    const char *end;
    bool is_cut;
    int steps;
    struct span value[VALUES_MAX];
    size_t n_values;
};

static bool is_of(char kind, char c)
{
    switch (kind) {
    case 'd':
        return is_digit(c);
    case 'x':
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    default: /* what %g makes: 1e-05, nan, inf */
        return is_digit(c) || (c != '\0' && strchr(".+-einfa", c) != NULL);
    }
}

/* Bytes of a number, or the one of a %c; 0: it does not stand there. */
static size_t value_length(char kind, const char *at, const char *end)
{
    size_t n = 0, left = (size_t)(end - at);
    if (kind == 'c') {
        return left > 0;
    }
    size_t sign = kind != 'x' && left > 0 && at[0] == '-' ? 1 : 0;
    for (n = sign; n < left && is_of(kind, at[n]); n++) {
    }
    return n > sign ? n : 0;
}

static bool fits(struct matching *self, const char *pattern, const char *at);

/* A text: as short as what follows allows. */
static bool fits_text(struct matching *self, const char *rest, const char *at)
{
    size_t mine = self->n_values++;
    for (const char *stop = *rest != '\0' ? at : self->end; stop <= self->end; stop++) {
        bool may_go_on = *rest == '\0' || *rest == '%' || stop == self->end || *rest == *stop;
        if (may_go_on) {
            self->n_values = mine + 1;
            self->value[mine] = (struct span){at, (size_t)(stop - at)};
            if (fits(self, rest, stop)) {
                return true;
            }
        }
        if (--self->steps < 0) {
            return false;
        }
    }
    return false;
}

static bool fits(struct matching *self, const char *pattern, const char *at)
{
    for (; *pattern != '\0'; pattern++) {
        if (--self->steps < 0) {
            return false;
        }
        if (*pattern == '%' && pattern[1] != '%') {
            char kind = *++pattern;
            if (self->n_values == VALUES_MAX) {
                return false;
            }
            if (kind == 's') {
                return fits_text(self, pattern + 1, at);
            }
            size_t n = value_length(kind, at, self->end);
            if (n == 0 && !(self->is_cut && at == self->end)) {
                return false;
            }
            self->value[self->n_values++] = (struct span){at, n};
            at += n;
            continue;
        }
        pattern += *pattern == '%' ? 1 : 0;
        if (at == self->end) {
            return self->is_cut;
        }
        if (*at++ != *pattern) {
            return false;
        }
    }
    return at == self->end;
}

static bool read_as(struct search *search, const struct message *message, struct span words,
                    struct reading *out)
{
    char first = message->english[0];
    if (first != '%' && (words.n == 0 || first != words.at[0])) {
        return false;
    }
    int steps = search->steps < STEPS_ONE ? search->steps : STEPS_ONE;
    struct matching matching = {.end = words.at + words.n, .steps = steps};
    matching.is_cut = search->is_cut && matching.end == search->end;
    bool is_it = fits(&matching, message->english, words.at);
    search->steps -= steps - matching.steps;
    if (!is_it) {
        return false;
    }
    *out =
        (struct reading){.message = message, .n_values = matching.n_values, .score = words.n};
    for (size_t i = 0; i < matching.n_values; i++) {
        out->value[i] = matching.value[i];
        out->score -= matching.value[i].n;
    }
    return true;
}

/* ---- a gap of the Japanese sentence ---- */

/* {0}, {0~} or {0-} at `at`; its length, or 0. mark becomes '}', '~' or '-'. */
static size_t gap_at(const char *at, size_t *which, char *mark)
{
    if (at[0] != '{' || !is_digit(at[1])) {
        return 0;
    }
    *which = (size_t)(at[1] - '0');
    *mark = at[2];
    if (at[2] == '}') {
        return 3;
    }
    return (at[2] == '~' || at[2] == '-') && at[3] == '}' ? 4 : 0;
}

/* ---- a whole sentence ---- */

struct chain {
    struct reading link[LINKS_MAX];
    struct span words[LINKS_MAX];
    size_t n, score;
};

static void read_chain(struct search *search, struct span words, int depth, struct chain *out);

/* What the sentences within the sentence explain counts as well. */
static size_t inner_score(struct search *search, const struct reading *reading, int depth)
{
    size_t score = 0, which, n;
    char mark;
    for (const char *at = reading->message->japanese; *at != '\0'; at += n > 0 ? n : 1) {
        n = gap_at(at, &which, &mark);
        if (n > 0 && mark == '~' && which < reading->n_values) {
            struct chain inner;
            read_chain(search, reading->value[which], depth + 1, &inner);
            score += inner.score;
        }
    }
    return score;
}

static void read_link(struct search *search, struct span words, int depth, struct reading *best)
{
    size_t best_own = 0;
    *best = (struct reading){.message = NULL};
    for (size_t i = 0; i < MESSAGE_N; i++) {
        struct reading reading;
        if (MESSAGES[i].is_word && depth == 0) {
            continue; /* it may be the name of a file */
        }
        if (read_as(search, &MESSAGES[i], words, &reading) && reading.score > 0) {
            size_t own = reading.score; /* decides between equals: one that was cut off before
                                           its own words explains by its inner sentence only */
            reading.score += depth < DEPTH_MAX ? inner_score(search, &reading, depth) : 0;
            if (reading.score > best->score ||
                (reading.score == best->score && own > best_own)) {
                *best = reading;
                best_own = own;
            }
        }
    }
}

/* Where the links begin: at 0 and after each ": "; one more for the end. */
static size_t find_links(struct span words, size_t starts[static LINKS_MAX + 1])
{
    size_t n = 0;
    starts[n++] = 0;
    for (size_t i = 0; i + 2 < words.n && n < LINKS_MAX; i++) {
        if (words.at[i] == ':' && words.at[i + 1] == ' ') {
            starts[n++] = i + 2;
        }
    }
    starts[n] = words.n + 2; /* as if it ended in ": ", too */
    return n;
}

static void read_chain(struct search *search, struct span words, int depth, struct chain *out)
{
    size_t starts[LINKS_MAX + 1], length[LINKS_MAX], total[LINKS_MAX + 1] = {0};
    struct reading best[LINKS_MAX];
    size_t n = find_links(words, starts);
    *out = (struct chain){.n = 0};
    for (size_t i = n; i-- > 0;) {
        total[i] = 0;
        length[i] = 0;
        for (size_t j = n; j > i; j--) { /* the longest first: it wins a tie */
            struct reading reading;
            struct span link = {words.at + starts[i], starts[j] - 2 - starts[i]};
            read_link(search, link, depth, &reading);
            if (length[i] == 0 || reading.score + total[j] > total[i]) {
                total[i] = reading.score + total[j];
                length[i] = j - i;
                best[i] = reading;
            }
        }
    }
    for (size_t i = 0; i < n; i += length[i]) {
        out->words[out->n] =
            (struct span){words.at + starts[i], starts[i + length[i]] - 2 - starts[i]};
        out->link[out->n++] = best[i];
    }
    out->score = total[0];
}

static void write_chain(struct search *search, struct text *out, struct span words, int depth);

static void write_reading(struct search *search, struct text *out,
                          const struct reading *reading, int depth)
{
    size_t which, n;
    char mark;
    for (const char *at = reading->message->japanese; *at != '\0'; at += n > 0 ? n : 1) {
        n = gap_at(at, &which, &mark);
        if (n == 0) {
            text_add_char(out, *at);
        } else if (which >= reading->n_values) {
            text_add(out, "…"); /* its end was cut off */
        } else if (mark == '~' && depth < DEPTH_MAX) {
            write_chain(search, out, reading->value[which], depth + 1);
        } else if (mark != '-') {
            text_add_n(out, reading->value[which].at, reading->value[which].n);
        }
    }
}

static void write_chain(struct search *search, struct text *out, struct span words, int depth)
{
    struct chain chain;
    read_chain(search, words, depth, &chain);
    for (size_t i = 0; i < chain.n; i++) {
        text_add(out, i > 0 ? ": " : "");
        if (chain.link[i].message != NULL) {
            write_reading(search, out, &chain.link[i], depth);
        } else {
            text_add_n(out, chain.words[i].at, chain.words[i].n);
        }
    }
}

void text_add_translated(struct text *out, enum language language, const char *english)
{
    struct span words = {english, strlen(english)};
    if (language != LANGUAGE_JA) {
        text_add(out, english);
        return;
    }
    struct search search = {.end = english + words.n, .is_cut = words.n >= CUT_LENGTH};
    search.steps = STEPS_ALL;
    write_chain(&search, out, words, 0);
}

void text_add_sentence(struct text *out, enum language language, const char *ja, const char *en,
                       const char *const *values, size_t n)
{
    struct text said[VALUES_MAX];
    const char *value[VALUES_MAX] = {NULL};
    n = n < VALUES_MAX ? n : VALUES_MAX;
    for (size_t i = 0; i < n; i++) {
        text_init(&said[i]);
        text_add_translated(&said[i], language, values[i]);
        value[i] = said[i].is_short ? values[i] : text_string(&said[i]);
    }
    text_add_filled(out, language == LANGUAGE_JA ? ja : en, value, n);
    for (size_t i = 0; i < n; i++) {
        text_release(&said[i]);
    }
}
