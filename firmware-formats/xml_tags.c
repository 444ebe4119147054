/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tags and attributes of XML 1.0, see xml_tags.h. Left out: text, namespaces (prefixes are cut
 * off), encodings other than UTF-8, and everything that a document type could declare.
 */
#include "firmware-formats/xml_tags.h"

#include <string.h>

void xml_tags_init(struct xml_tags *self, const char *text, size_t n)
{
    *self = (struct xml_tags){.start = text, .at = text, .end = text + n};
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        self->at += 3;
    }
    if (n >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0)) {
        self->fault = "the text is not UTF-8";
    }
}

static bool fail(struct xml_tags *self, const char *fault)
{
    self->fault = fault;
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '.' || c == ':' || (unsigned char)c >= 0x80;
}

static void skip_space(struct xml_tags *self)
{
    while (self->at < self->end && is_space(*self->at)) {
        self->at++;
    }
}

static bool starts(const struct xml_tags *self, const char *with)
{
    size_t n = strlen(with);
    return (size_t)(self->end - self->at) >= n && memcmp(self->at, with, n) == 0;
}

static bool skip_past(struct xml_tags *self, const char *what, const char *fault)
{
    const char *found = memmem(self->at, (size_t)(self->end - self->at), what, strlen(what));
    if (found == NULL) {
        return fail(self, fault);
    }
    self->at = found + strlen(what);
    return true;
}

/* <!DOCTYPE ... [ ... ]>: brackets are counted, nothing inside is looked at. */
static bool skip_declaration(struct xml_tags *self)
{
    int depth = 0;
    for (; self->at < self->end; self->at++) {
        char c = *self->at;
        depth += c == '<' || c == '[' ? 1 : c == '>' || c == ']' ? -1 : 0;
        if (depth == 0) {
            self->at++;
            return true;
        }
    }
    return fail(self, "a declaration has no end");
}

static bool take_name(struct xml_tags *self, char out[static XML_NAME_BYTES])
{
    const char *from = self->at;
    while (self->at < self->end && is_name(*self->at)) {
        from = *self->at == ':' ? self->at + 1 : from;
        self->at++;
    }
    size_t n = (size_t)(self->at - from);
    if (n == 0) {
        return fail(self, "a name is missing");
    }
    if (n >= XML_NAME_BYTES) {
        return fail(self, "a name is too long");
    }
    memcpy(out, from, n);
    out[n] = '\0';
    return true;
}

/* ---- values ---- */

static size_t put_utf8(unsigned long code, char out[static 4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* "&#x2032;" with at standing behind "&#". */
static bool take_number(struct xml_tags *self, char out[static 4], size_t *n)
{
    bool is_hex = self->at < self->end && *self->at == 'x';
    self->at += is_hex ? 1 : 0;
    unsigned long code = 0;
    const char *from = self->at;
    for (; self->at < self->end && *self->at != ';'; self->at++) {
        char c = *self->at, lower = (char)(c | 0x20);
        unsigned digit = c >= '0' && c <= '9'                     ? (unsigned)(c - '0')
                         : is_hex && lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10
                                                                  : 99;
        code = code * (is_hex ? 16 : 10) + digit;
        if (digit == 99 || code > 0x10FFFF) {
            return fail(self, "a character's number is wrong");
        }
    }
    if (self->at == self->end || self->at == from || code < 9 ||
        (code >= 0xD800 && code <= 0xDFFF)) {
        return fail(self, "a character's number is wrong");
    }
    self->at++;
    *n = put_utf8(code, out);
    return true;
}

static bool take_entity(struct xml_tags *self, char out[static 4], size_t *n)
{
    static const struct {
        const char *name;
        char is;
    } known[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    if (starts(self, "&#")) {
        self->at += 2;
        return take_number(self, out, n);
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (starts(self, known[i].name)) {
            self->at += strlen(known[i].name);
            out[0] = known[i].is;
            *n = 1;
            return true;
        }
    }
    return fail(self, "an entity that is not known");
}

static bool take_value(struct xml_tags *self, char out[static XML_VALUE_BYTES])
{
    char quote = self->at < self->end ? *self->at : '\0';
    if (quote != '"' && quote != '\'') {
        return fail(self, "an attribute's value has no quotes");
    }
    self->at++;
    size_t used = 0;
    bool is_full = false;
    while (self->at < self->end && *self->at != quote) {
        char piece[4] = {*self->at};
        size_t n = 1;
        if (*self->at == '<') {
            return fail(self, "a < inside a value");
        }
        if (*self->at == '&') {
            if (!take_entity(self, piece, &n)) {
                return false;
            }
        } else {
            piece[0] = is_space(piece[0]) || piece[0] == '\0' ? ' ' : piece[0];
            self->at++;
        }
        is_full = is_full || used + n >= XML_VALUE_BYTES;
        if (!is_full) {
            memcpy(out + used, piece, n);
            used += n;
        }
    }
    if (self->at == self->end) {
        return fail(self, "an attribute's value has no end");
    }
    self->at++;
    while (is_full && used > 0 && ((unsigned char)out[used - 1] & 0xC0) == 0x80) {
        used--; /* not a part of a character */
    }
    used -= is_full && used > 0 && ((unsigned char)out[used - 1] & 0x80) != 0 ? 1 : 0;
    out[used] = '\0';
    return true;
}

static bool take_attributes(struct xml_tags *self)
{
    self->n_attributes = 0;
    for (;;) {
        skip_space(self);
        if (starts(self, "/>") || starts(self, ">")) {
            self->is_empty = *self->at == '/';
            self->at += self->is_empty ? 2 : 1;
            return true;
        }
        struct xml_attribute spare, *attribute = self->n_attributes < XML_ATTRIBUTES
                                                     ? &self->attribute[self->n_attributes]
                                                     : &spare;
        if (self->at == self->end) {
            return fail(self, "a tag has no end");
        }
        if (!take_name(self, attribute->name)) {
            return false;
        }
        skip_space(self);
        if (self->at == self->end || *self->at != '=') {
            return fail(self, "an attribute has no value");
        }
        self->at++;
        skip_space(self);
        if (!take_value(self, attribute->value)) {
            return false;
        }
        self->n_attributes += attribute != &spare ? 1 : 0;
    }
}

bool xml_tags_next(struct xml_tags *self)
{
    while (self->fault == NULL) {
        const char *tag = memchr(self->at, '<', (size_t)(self->end - self->at));
        if (tag == NULL) {
            self->at = self->end;
            return false;
        }
        self->at = tag;
        bool is_skipped = true;
        if (starts(self, "<!--")) {
            is_skipped = skip_past(self, "-->", "a comment has no end");
        } else if (starts(self, "<![CDATA[")) {
            is_skipped = skip_past(self, "]]>", "character data have no end");
        } else if (starts(self, "<?")) {
            is_skipped = skip_past(self, "?>", "an instruction has no end");
        } else if (starts(self, "<!")) {
            is_skipped = skip_declaration(self);
        } else {
            self->at++;
            self->is_end = self->at < self->end && *self->at == '/';
            self->at += self->is_end ? 1 : 0;
            return take_name(self, self->name) && take_attributes(self);
        }
        if (!is_skipped) {
            return false;
        }
    }
    return false;
}

const char *xml_tags_value(const struct xml_tags *self, const char *name)
{
    for (size_t i = 0; i < self->n_attributes; i++) {
        if (strcmp(self->attribute[i].name, name) == 0) {
            return self->attribute[i].value;
        }
    }
    return NULL;
}
