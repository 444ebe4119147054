/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A scanner for small XML, see xml_scan.h. It does not check that tags match.
 */
#include "firmware-formats/xml_scan.h"

#include <string.h>

void xml_scan_init(struct xml_scan *self, const char *at, size_t n)
{
    memset(self, 0, sizeof *self);
    self->at = at;
    self->end = at + n;
    self->kind = XML_DONE;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Behind the mark, or the end when it does not come. */
static const char *behind(const char *at, const char *end, const char *mark)
{
    size_t n = strlen(mark);
    const char *found = memmem(at, (size_t)(end - at), mark, n);
    return found != NULL ? found + n : end;
}

/* The end of a tag: the next '>' outside quotes; NULL when there is none. */
static const char *tag_end(const char *at, const char *end)
{
    char quote = '\0';
    for (; at < end; at++) {
        if (quote != '\0') {
            quote = *at == quote ? '\0' : quote;
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (*at == '>') {
            return at;
        }
    }
    return NULL;
}

static enum xml_kind take_tag(struct xml_scan *self)
{
    const char *close = tag_end(self->at, self->end);
    if (close == NULL) {
        self->at = self->end;
        return XML_CUT;
    }
    const char *at = self->at + 1;
    bool is_end = at < close && *at == '/';
    at += is_end;
    self->name = at;
    while (at < close && !is_blank(*at) && *at != '/') {
        at++;
    }
    self->name_n = (size_t)(at - self->name);
    self->text = at;
    self->is_empty = !is_end && close > at && close[-1] == '/';
    self->text_n = (size_t)(close - at) - (self->is_empty ? 1 : 0);
    self->at = close + 1;
    return is_end ? XML_END : XML_START;
}

static bool starts_with(const struct xml_scan *self, const char *mark)
{
    size_t n = strlen(mark);
    return (size_t)(self->end - self->at) >= n && memcmp(self->at, mark, n) == 0;
}

/* Passes over what is neither element nor text. */
static bool pass_over(struct xml_scan *self)
{
    static const char *const marks[][2] = {{"<!--", "-->"}, {"<?", "?>"}, {"<!", ">"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (starts_with(self, marks[i][0])) {
            self->at = behind(self->at, self->end, marks[i][1]);
            return true;
        }
    }
    return false;
}

enum xml_kind xml_scan_next(struct xml_scan *self)
{
    if (self->is_empty) {
        self->is_empty = false;
        return self->kind = XML_END;
    }
    if (self->kind == XML_CUT) {
        return XML_CUT;
    }
    while (self->at < self->end) {
        if (*self->at == '<') {
            if (pass_over(self)) {
                continue;
            }
            return self->kind = take_tag(self);
        }
        const char *start = self->at;
        const char *tag = memchr(start, '<', (size_t)(self->end - start));
        self->at = tag != NULL ? tag : self->end;
        const char *stop = self->at;
        while (start < stop && is_blank(*start)) {
            start++;
        }
        while (start < stop && is_blank(stop[-1])) {
            stop--;
        }
        if (start < stop) {
            self->text = start;
            self->text_n = (size_t)(stop - start);
            return self->kind = XML_TEXT;
        }
    }
    return self->kind = XML_DONE;
}

bool xml_scan_is(const struct xml_scan *self, const char *name)
{
    return (self->kind == XML_START || self->kind == XML_END) && strlen(name) == self->name_n &&
           memcmp(name, self->name, self->name_n) == 0;
}

/* The letter an entity stands for; 0: left as it is written. Numbers up to 0x7F only. */
static char entity(const char *at, size_t n, size_t *length)
{
    static const struct {
        const char *text;
        char letter;
    } known[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        *length = strlen(known[i].text);
        if (n >= *length && memcmp(at, known[i].text, *length) == 0) {
            return known[i].letter;
        }
    }
    unsigned value = 0;
    size_t i = 2;
    for (; i < n && i < 6 && at[i] >= '0' && at[i] <= '9'; i++) {
        value = value * 10 + (unsigned)(at[i] - '0');
    }
    *length = i + 1;
    return n > i && at[1] == '#' && at[i] == ';' && value >= 0x20 && value < 0x7F ? (char)value
                                                                                  : '\0';
}

static void unescape(const char *at, size_t n, char *out, size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i < n && used + 1 < room; i++) {
        size_t length = 0;
        char letter = at[i] == '&' ? entity(at + i, n - i, &length) : '\0';
        if (letter != '\0') {
            i += length - 1;
        }
        out[used++] = letter != '\0' ? letter : at[i];
    }
    out[used] = '\0';
}

bool xml_scan_attribute(const struct xml_scan *self, const char *name, char *out, size_t room)
{
    const char *at = self->text, *end = self->kind == XML_START ? at + self->text_n : at;
    size_t n = strlen(name);
    out[0] = '\0';
    while (at < end) {
        while (at < end && is_blank(*at)) {
            at++;
        }
        const char *key = at;
        while (at < end && *at != '=' && !is_blank(*at)) {
            at++;
        }
        size_t key_n = (size_t)(at - key);
        while (at < end && (is_blank(*at) || *at == '=')) {
            at++;
        }
        if (at == end || (*at != '"' && *at != '\'')) {
            at += at < end;
            continue;
        }
        const char *value = at + 1;
        const char *close = memchr(value, *at, (size_t)(end - value));
        close = close != NULL ? close : end;
        if (key_n == n && memcmp(key, name, n) == 0) {
            unescape(value, (size_t)(close - value), out, room);
            return true;
        }
        at = close < end ? close + 1 : end;
    }
    return false;
}

void xml_scan_text(const struct xml_scan *self, char *out, size_t room)
{
    out[0] = '\0';
    if (self->kind == XML_TEXT) {
        unescape(self->text, self->text_n, out, room);
    }
}
