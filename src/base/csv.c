/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading comma-separated tables (RFC 4180 and what spreadsheets make of it).
 *
 * The encoding is decided once, from the first 256 KiB: UTF-8 when they are valid UTF-8, else
 * CP932 (what Japanese spreadsheets save) when every byte pair fits it, else CP1252. In all
 * three neither a quote, nor a separator, nor a line end can be half of another character, so
 * rows are cut first and converted afterwards.
 *
 * A quote that is never closed would swallow the rest of the file: when a quoted field runs
 * past CSV_RECORD_MAX or the end, only its first line is dropped and reading goes on behind it.
 */
#include "src/base/csv.h"
#include "src/base/charset.h"
#include "src/base/mem.h"

#include <iconv.h>
#include <string.h>
#include <strings.h>

#define CHUNK ((size_t)1 << 16)
#define SNIFF ((size_t)1 << 18)

/* CSV_LATIN1 is Windows' Latin text (CP1252), which has letters where Latin-1 has controls. */
enum csv_encoding { CSV_UTF8, CSV_CP932, CSV_LATIN1 };

struct csv {
    struct byte_source *bytes;
    enum csv_encoding encoding;
    iconv_t converter; /* (iconv_t)-1 unless CP932 */
    char separator;
    bool has_no_quotes;
    uint64_t body;           /* offset behind the byte order mark */
    uint64_t chunk_at;       /* offset of chunk[0] */
    size_t chunk_n, chunk_i; /* bytes in chunk, next one */
    uint64_t line;           /* of the next byte */
    char *raw, *text;        /* the row as read; converted */
    size_t raw_n, raw_room, text_room;
    size_t fields_room;
    size_t *field_length;
    struct csv_row row;
    char **header;
    size_t header_n;
    char chunk[CHUNK];
};

static enum yk_status sniff(struct csv *self, struct failure *why)
{
    size_t room = self->bytes->size < SNIFF ? (size_t)self->bytes->size : SNIFF;
    char *head = mem_alloc(room, 1);
    if (head == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "csv: no memory");
    }
    size_t n = 0;
    enum yk_status status = byte_source_read_at(self->bytes, 0, head, room, &n, why);
    if (status != YK_OK) {
        mem_free(head);
        return status;
    }
    bool is_cut = n == SNIFF;
    if (n >= 2 && (memcmp(head, "\xFF\xFE", 2) == 0 || memcmp(head, "\xFE\xFF", 2) == 0)) {
        mem_free(head);
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s is UTF-16 text; save it as CSV in UTF-8", self->bytes->name);
    }
    self->body = n >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (charset_is_utf8(head, n, is_cut)) {
        self->encoding = CSV_UTF8;
    } else if (self->body == 0 && charset_is_cp932(head, n, is_cut)) {
        self->encoding = CSV_CP932;
    } else {
        self->encoding = self->body != 0 ? CSV_UTF8 : CSV_LATIN1;
    }
    if (self->separator == 0) {
        static const char candidate[] = ",;\t";
        size_t best = 0;
        self->separator = ',';
        for (const char *c = candidate; *c != '\0'; c++) {
            size_t count = 0;
            for (size_t i = 0; i < n && head[i] != '\n' && head[i] != '\r'; i++) {
                count += head[i] == *c;
            }
            if (count > best) {
                best = count;
                self->separator = *c;
            }
        }
    }
    mem_free(head);
    return YK_OK;
}

enum yk_status csv_open(struct byte_source *bytes, char separator, struct csv **out,
                        struct failure *why)
{
    struct csv *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "csv: no memory");
    }
    self->bytes = bytes;
    self->separator = separator;
    self->converter = (iconv_t)-1;
    enum yk_status status = sniff(self, why);
    if (status == YK_OK && self->encoding == CSV_CP932) {
        self->converter = iconv_open("UTF-8", "CP932");
        if (self->converter == (iconv_t)-1) {
            status = failure_set(why, YK_ERR_UNSUPPORTED,
                                 "%s is CP932 text, which this system cannot convert; save it "
                                 "in UTF-8",
                                 bytes->name);
        }
    }
    if (status != YK_OK) {
        csv_close(self);
        return status;
    }
    csv_rewind(self);
    *out = self;
    return YK_OK;
}

static void drop_header(struct csv *self)
{
    for (size_t i = 0; i < self->header_n; i++) {
        mem_free(self->header[i]);
    }
    mem_free(self->header);
    self->header = NULL;
    self->header_n = 0;
}

void csv_close(struct csv *self)
{
    if (self == NULL) {
        return;
    }
    if (self->converter != (iconv_t)-1) {
        iconv_close(self->converter);
    }
    drop_header(self);
    mem_free(self->raw);
    mem_free(self->text);
    mem_free((void *)self->row.field);
    mem_free(self->field_length);
    mem_free(self);
}

const char *csv_name(const struct csv *self)
{
    return self->bytes->name;
}

char csv_separator(const struct csv *self)
{
    return self->separator;
}

void csv_ignore_quotes(struct csv *self)
{
    self->has_no_quotes = true;
}

void csv_prefer_latin(struct csv *self)
{
    self->encoding = self->encoding == CSV_CP932 ? CSV_LATIN1 : self->encoding;
}

void csv_rewind(struct csv *self)
{
    self->chunk_at = self->body;
    self->chunk_n = self->chunk_i = 0;
    self->line = 1;
}

/* ---- rows of bytes ---- */

static uint64_t position(const struct csv *self)
{
    return self->chunk_at + self->chunk_i;
}

void csv_seek(struct csv *self, uint64_t offset, uint64_t line)
{
    self->line = line;
    if (offset >= self->chunk_at && offset <= self->chunk_at + self->chunk_n) {
        self->chunk_i = (size_t)(offset - self->chunk_at);
        return;
    }
    self->chunk_at = offset;
    self->chunk_n = self->chunk_i = 0;
}

/* The next byte without taking it, or -1 at the end. */
static enum yk_status peek(struct csv *self, int *byte, struct failure *why)
{
    if (self->chunk_i == self->chunk_n) {
        self->chunk_at += self->chunk_n;
        self->chunk_n = self->chunk_i = 0;
        enum yk_status status = byte_source_read_at(self->bytes, self->chunk_at, self->chunk,
                                                    CHUNK, &self->chunk_n, why);
        if (status != YK_OK) {
            self->chunk_n = 0;
            return status;
        }
    }
    *byte = self->chunk_i < self->chunk_n ? (unsigned char)self->chunk[self->chunk_i] : -1;
    return YK_OK;
}

static enum yk_status keep_all(struct csv *self, const char *from, size_t n,
                               struct failure *why)
{
    if (n > self->raw_room - self->raw_n) {
        size_t twice = self->raw_room == 0 ? 256 : self->raw_room * 2;
        size_t grown = twice < self->raw_n + n ? self->raw_n + n : twice;
        char *p = mem_resize(self->raw, self->raw_room, grown, 1);
        if (p == NULL) {
            return failure_set(why, YK_ERR_MEMORY, "csv: no memory");
        }
        self->raw = p;
        self->raw_room = grown;
    }
    if (n > 0) { /* an empty line may come before there is any room */
        memcpy(self->raw + self->raw_n, from, n);
        self->raw_n += n;
    }
    return YK_OK;
}

/* Behind the end of the line that holds the current position. */
static enum yk_status skip_line(struct csv *self, struct failure *why)
{
    for (;;) {
        int c = -1;
        enum yk_status status = peek(self, &c, why);
        if (status != YK_OK || c < 0) {
            return status;
        }
        self->chunk_i++;
        if (c == '\n') {
            self->line++;
            return YK_OK;
        }
    }
}

/* Where we are inside a row: RFC 4180, with blanks before a quote and text behind one let pass.
 */
enum place { AT_START, IN_PLAIN, IN_QUOTES, BEHIND_QUOTE };

static enum place step(const struct csv *self, enum place at, char c)
{
    char separator = self->separator;
    if (self->has_no_quotes) {
        return AT_START;
    }
    if (at == IN_QUOTES) {
        return c == '"' ? BEHIND_QUOTE : IN_QUOTES;
    }
    if (c == separator) {
        return AT_START;
    }
    if (c == '"' && at != IN_PLAIN) {
        return IN_QUOTES; /* a field's first quote, or the second of a doubled one */
    }
    return c == ' ' && at == AT_START ? AT_START : IN_PLAIN;
}

/* The bytes up to the end of the line when they are all in the chunk and no quote is among
 * them: then they are the row. SIZE_MAX: it takes a closer look. */
static size_t plain_line(const struct csv *self)
{
    const char *at = self->chunk + self->chunk_i;
    const char *end = memchr(at, '\n', self->chunk_n - self->chunk_i);
    size_t n = end != NULL ? (size_t)(end - at) : SIZE_MAX;
    bool is_plain = n < CSV_RECORD_MAX && (self->has_no_quotes || memchr(at, '"', n) == NULL);
    return is_plain ? n : SIZE_MAX;
}

/* Reads one row's bytes into raw, without its line end. *is_end: there was none left.
 * *problem is set when a quote stays open or the row is too long. */
static enum yk_status read_raw(struct csv *self, bool *is_end, const char **problem,
                               struct failure *why)
{
    enum place at = AT_START;
    self->raw_n = 0;
    size_t plain = plain_line(self);
    if (plain != SIZE_MAX) {
        self->chunk_i += plain + 1;
        self->line++;
        return keep_all(self, self->chunk + self->chunk_i - plain - 1, plain, why);
    }
    for (;;) {
        int c = -1;
        enum yk_status status = peek(self, &c, why);
        if (status != YK_OK) {
            return status;
        }
        if (c < 0) {
            *is_end = position(self) == self->row.offset;
            self->row.is_open = true;
            *problem = at == IN_QUOTES ? "a quote is not closed" : NULL;
            return YK_OK;
        }
        if (self->raw_n >= CSV_RECORD_MAX) {
            *problem = at == IN_QUOTES ? "a quote is not closed" : "the line is too long";
            return YK_OK;
        }
        self->chunk_i++;
        if (c == '\n') {
            self->line++;
            if (at != IN_QUOTES) {
                return YK_OK;
            }
        }
        at = step(self, at, (char)c);
        char kept = (char)c;
        status = keep_all(self, &kept, 1, why);
        if (status != YK_OK) {
            return status;
        }
    }
}

/* ---- rows of fields ---- */

/* Converts raw to text (terminated); false: not text of this encoding. */
static enum yk_status convert(struct csv *self, bool *is_text, size_t *text_n,
                              struct failure *why)
{
    size_t want = self->raw_n * (self->encoding == CSV_UTF8 ? 1 : 3) + 1;
    if (want > self->text_room) {
        char *p = mem_resize(self->text, self->text_room, want + 256, 1);
        if (p == NULL) {
            return failure_set(why, YK_ERR_MEMORY, "csv: no memory");
        }
        self->text = p;
        self->text_room = want + 256;
    }
    *is_text = true;
    if (self->encoding == CSV_LATIN1) {
        *text_n = charset_from_cp1252(self->raw, self->raw_n, self->text);
    } else if (self->encoding == CSV_CP932) {
        char *from = self->raw, *to = self->text;
        size_t from_n = self->raw_n, to_n = self->text_room - 1;
        iconv(self->converter, NULL, NULL, NULL, NULL);
        *is_text = self->raw_n == 0 ||
                   iconv(self->converter, &from, &from_n, &to, &to_n) != (size_t)-1;
        *text_n = (size_t)(to - self->text);
    } else {
        if (self->raw_n > 0) {
            memcpy(self->text, self->raw, self->raw_n);
        }
        *text_n = self->raw_n;
        *is_text = charset_is_utf8(self->text, self->raw_n, false);
    }
    *is_text = *is_text && memchr(self->text, '\0', *text_n) == NULL;
    self->text[*text_n] = '\0';
    return YK_OK;
}

static enum yk_status add_field(struct csv *self, char *at, size_t n, struct failure *why)
{
    if (self->row.n == self->fields_room) {
        size_t grown = self->fields_room == 0 ? 16 : self->fields_room * 2;
        void *fields =
            mem_resize((void *)self->row.field, self->fields_room, grown, sizeof(char *));
        if (fields == NULL) {
            return failure_set(why, YK_ERR_MEMORY, "csv: no memory");
        }
        self->row.field = fields;
        size_t *lengths =
            mem_resize(self->field_length, self->fields_room, grown, sizeof *lengths);
        if (lengths == NULL) {
            return failure_set(why, YK_ERR_MEMORY, "csv: no memory");
        }
        self->field_length = lengths;
        self->row.length = lengths;
        self->fields_room = grown;
    }
    at[n] = '\0';
    self->row.field[self->row.n] = at;
    self->field_length[self->row.n] = n;
    self->row.n++;
    return YK_OK;
}

/* Takes blanks and quotes off a field; n shrinks. A quoted field keeps its inner blanks. */
static char *undress(const struct csv *self, char *at, size_t *n)
{
    const char *dress = self->has_no_quotes ? " \t\r\"" : " \t\r";
    while (*n > 0 && strchr(dress, at[*n - 1]) != NULL && at[*n - 1] != '\0') {
        --*n;
    }
    while (*n > 0 && *at != '\r' && *at != '\0' && strchr(dress, *at) != NULL) {
        at++;
        --*n;
    }
    if (*n == 0 || *at != '"' || self->has_no_quotes) {
        return at;
    }
    size_t to = 0, i = 1;
    for (; i < *n; i++) {
        if (at[i] == '"') {
            if (i + 1 >= *n || at[i + 1] != '"') {
                i++;
                break;
            }
            i++;
        }
        at[to++] = at[i];
    }
    for (; i < *n; i++) { /* what stands behind the closing quote stays */
        at[to++] = at[i];
    }
    *n = to;
    return at;
}

static enum yk_status split(struct csv *self, size_t text_n, struct failure *why)
{
    self->row.n = 0;
    size_t start = 0;
    enum place at = AT_START;
    for (size_t i = 0; i <= text_n; i++) {
        char c = i < text_n ? self->text[i] : '\0';
        if (i == text_n || (c == self->separator && at != IN_QUOTES)) {
            size_t n = i - start;
            char *field = undress(self, self->text + start, &n);
            enum yk_status status = add_field(self, field, n, why);
            if (status != YK_OK) {
                return status;
            }
            start = i + 1;
        }
        at = step(self, at, c);
    }
    return YK_OK;
}

static bool is_blank_row(const struct csv *self)
{
    for (size_t i = 0; i < self->raw_n; i++) {
        if (self->raw[i] != ' ' && self->raw[i] != '\t' && self->raw[i] != '\r') {
            return false;
        }
    }
    return true;
}

enum yk_status csv_next(struct csv *self, const struct csv_row **row, struct failure *why)
{
    for (;;) {
        self->row.offset = position(self);
        self->row.line = self->line;
        self->row.problem = NULL;
        self->row.is_open = false;
        bool is_end = false, is_text = true;
        size_t text_n = 0;
        enum yk_status status = read_raw(self, &is_end, &self->row.problem, why);
        if (status == YK_OK && self->row.problem != NULL) {
            csv_seek(self, self->row.offset, self->row.line);
            status = skip_line(self, why);
            self->raw_n = 0;
        }
        if (status != YK_OK) {
            return status;
        }
        if (is_end) {
            return YK_END;
        }
        if (self->row.problem == NULL && is_blank_row(self)) {
            continue;
        }
        status = convert(self, &is_text, &text_n, why);
        if (status != YK_OK) {
            return status;
        }
        if (!is_text) {
            self->row.problem = "bytes that are no text in this file's encoding";
            text_n = 0;
            self->text[0] = '\0';
        }
        status = split(self, text_n, why);
        if (status != YK_OK) {
            return status;
        }
        *row = &self->row;
        return YK_OK;
    }
}

/* ---- header ---- */

enum yk_status csv_set_header(struct csv *self, const char *const *name, size_t n,
                              struct failure *why)
{
    drop_header(self);
    self->header = mem_alloc(n, sizeof *self->header);
    if (self->header == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "csv: no memory");
    }
    for (size_t i = 0; i < n; i++) {
        self->header[i] = mem_copy_text(name[i]);
        if (self->header[i] == NULL) {
            return failure_set(why, YK_ERR_MEMORY, "csv: no memory");
        }
        self->header_n++;
    }
    return YK_OK;
}

enum yk_status csv_read_header(struct csv *self, struct failure *why)
{
    const struct csv_row *row = NULL;
    enum yk_status status = csv_next(self, &row, why);
    if (status == YK_END) {
        return failure_set(why, YK_ERR_CORRUPT, "%s is empty: a header row is needed",
                           self->bytes->name);
    }
    if (status != YK_OK) {
        return status;
    }
    if (row->problem != NULL) {
        return csv_failure(self, row, CSV_NONE, why, YK_ERR_CORRUPT, "%s", row->problem);
    }
    return csv_set_header(self, row->field, row->n, why);
}

size_t csv_header_n(const struct csv *self)
{
    return self->header_n;
}

const char *csv_header_name(const struct csv *self, size_t column)
{
    return column < self->header_n ? self->header[column] : "";
}

size_t csv_find(const struct csv *self, const char *name)
{
    for (size_t i = 0; i < self->header_n; i++) {
        if (strcasecmp(self->header[i], name) == 0) {
            return i;
        }
    }
    return CSV_NONE;
}

const char *csv_field(const struct csv_row *row, size_t column)
{
    return column < row->n ? row->field[column] : "";
}
