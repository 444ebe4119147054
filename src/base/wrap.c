/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Line breaking, as much of JIS X 4051 and UAX 14 as a terminal needs: blanks, wide characters,
 * and the few characters that must not begin a line. Leaves out: hyphenation, right-to-left.
 */
#include "src/base/wrap.h"

#include <stdbool.h>
#include <string.h>

#include "src/base/columns.h"
#include "src/base/utf8.h"

static bool may_not_begin(const char *at, size_t n)
{
    static const char *const closing[] = {"、", "。", ",", "」", "』", ")", "】", "〉",
                                          "・", "ー", ":", "〜", "々", "!", "?",  "…"};
    for (size_t i = 0; i < sizeof closing / sizeof closing[0]; i++) {
        if (strlen(closing[i]) == n && memcmp(closing[i], at, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool may_not_end(const char *at, size_t n)
{
    static const char *const opening[] = {"「", "『", "(", "【", "〈"};
    for (size_t i = 0; i < sizeof opening / sizeof opening[0]; i++) {
        if (strlen(opening[i]) == n && memcmp(opening[i], at, n) == 0) {
            return true;
        }
    }
    return false;
}

/* Length of the piece at `at` that must stay together, and its columns. */
static size_t piece_length(const char *at, int *columns)
{
    size_t n = utf8_step(at);
    int wide = columns_n(at, n);
    bool was_wide = wide >= 2, was_opening = may_not_end(at, n);
    for (;;) {
        const char *next = at + n;
        size_t more = utf8_step(next);
        if (more == 0 || *next == ' ' || *next == '\n') {
            break;
        }
        int next_columns = columns_n(next, more);
        bool together = was_opening || may_not_begin(next, more) || next_columns == 0 ||
                        (!was_wide && next_columns < 2);
        if (!together) {
            break;
        }
        was_wide = next_columns >= 2;
        was_opening = may_not_end(next, more);
        wide += next_columns;
        n += more;
    }
    *columns = wide;
    return n;
}

void text_add_wrapped(struct text *out, const char *words, int column, int indent, int width)
{
    int at_column = column, pending = 0;
    bool has_words = false; /* on this line: a piece wider than the line is not moved on */
    while (*words != '\0') {
        if (*words == ' ') {
            pending = has_words || pending > 0 ? pending + 1 : pending;
            words++;
            continue;
        }
        if (*words == '\n') {
            text_addf(out, "\n%*s", words[1] == '\0' || words[1] == '\n' ? 0 : indent, "");
            at_column = indent;
            pending = 0;
            has_words = false;
            words++;
            continue;
        }
        int columns = 0;
        size_t n = piece_length(words, &columns);
        if (has_words && at_column + pending + columns > width) {
            text_addf(out, "\n%*s", indent, "");
            at_column = indent;
            pending = 0;
        }
        text_addf(out, "%*s", pending, "");
        text_add_n(out, words, n);
        at_column += pending + columns;
        pending = 0;
        has_words = true;
        words += n;
    }
    text_add(out, "\n");
}

void text_add_padded(struct text *out, const char *what, int columns)
{
    int short_of = columns - text_columns(what);
    text_add(out, what);
    text_addf(out, "%*s", short_of > 0 ? short_of : 0, "");
}
