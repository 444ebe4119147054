/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One cell of a record, from text and to text. What people write is taken as they write it:
 * dates with '-' or '/', days as Mon,Wed or 月水, words in English or Japanese, full-width
 * digits and colons of a Japanese keyboard.
 */
#include "src/store/records.h"

#include <math.h>
#include <string.h>

#include "src/base/utf8.h"
#include "src/model/diary.h"
#include "src/model/programme.h"
#include "src/store/persons.h"

enum { CELL_BYTES = 1024, YEAR_FIRST = 1900, YEAR_LAST = 2200 };

static void *at(void *row, const struct record_column *column)
{
    return (char *)row + column->offset;
}

static const void *at_const(const void *row, const struct record_column *column)
{
    return (const char *)row + column->offset;
}

/* Bytes of a cell that a sentence shows. */
static int shown(const char *text)
{
    return utf8_shown(text, 40);
}

static enum yk_status wrong(const char *text, const char *right, struct failure *why)
{
    return failure_set(why, YK_ERR_ARGUMENT, "'%.*s' is not %s", shown(text), text, right);
}

/* Full-width digits, colon, slash, hyphen, comma and blank (U+FF01..U+FF5E, U+3000) as their
 * ASCII ones. */
static void fold_width(const char *text, char out[static CELL_BYTES])
{
    size_t n = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0' && n + 1 < CELL_BYTES;
         c++) {
        if (c[0] == 0xEF && (c[1] == 0xBC || c[1] == 0xBD) && c[2] != '\0') {
            int code = 0xFF00 + ((c[1] - 0xBC) << 6) + (c[2] & 0x3F);
            if (code >= 0xFF01 && code <= 0xFF5E) {
                out[n++] = (char)(code - 0xFF01 + '!');
                c += 2;
                continue;
            }
        }
        if (c[0] == 0xE3 && c[1] == 0x80 && c[2] == 0x80) {
            out[n++] = ' ';
            c += 2;
            continue;
        }
        out[n++] = (char)*c;
    }
    out[n] = '\0';
}

/* ---- kinds of cells ---- */

enum yk_status record_check_text(const char *text, size_t room, struct failure *why)
{
    if (strlen(text) >= room) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "'%.*s...' is longer than %zu bytes (%zu Japanese characters)",
                           shown(text), text, room - 1, (room - 1) / 3);
    }
    const char *bad = utf8_find_bad(text);
    return bad == NULL ? YK_OK
                       : failure_set(why, YK_ERR_ARGUMENT,
                                     "'%.*s' holds byte 0x%02X, which is no character",
                                     shown(text), text, (unsigned)(unsigned char)*bad);
}

static enum yk_status parse_text(const struct record_column *column, const char *text,
                                 void *row, struct failure *why)
{
    enum yk_status status = record_check_text(text, column->room, why);
    if (status == YK_OK) {
        memcpy(at(row, column), text, strlen(text) + 1);
    }
    return status;
}

static enum yk_status parse_person(const struct record_column *column, const char *text,
                                   void *row, struct failure *why)
{
    enum yk_status status = person_check_code(text, why);
    if (status == YK_OK) {
        memcpy(at(row, column), text, strlen(text) + 1);
    }
    return status;
}

static int find_word(const struct record_column *column, const char *text, size_t n)
{
    for (int i = 0; column->words[i] != NULL; i++) {
        bool is_word =
            strlen(column->words[i]) == n && strncasecmp(column->words[i], text, n) == 0;
        bool is_alias = column->aliases != NULL && strlen(column->aliases[i]) == n &&
                        strncmp(column->aliases[i], text, n) == 0;
        if (n > 0 && (is_word || is_alias)) {
            return i;
        }
    }
    return -1;
}

static enum yk_status wrong_word(const struct record_column *column, const char *text, size_t n,
                                 struct failure *why)
{
    struct text list;
    text_init(&list);
    for (size_t i = 0; column->words[i] != NULL; i++) {
        if (column->words[i][0] != '\0') {
            const char *alias = column->aliases != NULL ? column->aliases[i] : "";
            text_addf(&list, "%s%s%s%s%s", list.length > 0 ? ", " : "", column->words[i],
                      *alias != '\0' ? " (" : "", alias, *alias != '\0' ? ")" : "");
        }
    }
    enum yk_status status =
        failure_set(why, YK_ERR_ARGUMENT, "'%.*s' is not one of: %s",
                    (int)utf8_whole(text, n < 40 ? n : 40), text, text_string(&list));
    text_release(&list);
    return status;
}

static enum yk_status parse_word(const struct record_column *column, const char *text,
                                 void *row, struct failure *why)
{
    int i = find_word(column, text, strlen(text));
    if (i < 0) {
        return wrong_word(column, text, strlen(text), why);
    }
    memcpy(at(row, column), &i, sizeof i);
    return YK_OK;
}

/* The next word of a list; separators are ',' ' ' '+' and the Japanese comma. */
static const char *next_item(const char *text, size_t *n)
{
    static const char ideographic_comma[] = "\xE3\x80\x81";
    for (;;) {
        text += strspn(text, ", +;");
        if (strncmp(text, ideographic_comma, 3) != 0) {
            break;
        }
        text += 3;
    }
    *n = 0;
    while (text[*n] != '\0' && strchr(", +;", text[*n]) == NULL &&
           strncmp(text + *n, ideographic_comma, 3) != 0) {
        (*n)++;
    }
    return text;
}

static enum yk_status parse_words(const struct record_column *column, const char *text,
                                  void *row, struct failure *why)
{
    uint32_t set = 0;
    size_t n = 0;
    for (const char *item = next_item(text, &n); n > 0; item = next_item(item + n, &n)) {
        int i = find_word(column, item, n);
        if (i < 0) {
            return wrong_word(column, item, n, why);
        }
        set |= 1u << i;
    }
    memcpy(at(row, column), &set, sizeof set);
    return YK_OK;
}

static enum yk_status parse_days(const struct record_column *column, const char *text,
                                 void *row, struct failure *why)
{
    static const char right[] = "a list of days: write Mon,Wed,Fri or 月水金 (none or なし: no "
                                "programme days)";
    unsigned set = 0;
    bool is_none = strcasecmp(text, "none") == 0 || strcmp(text, "なし") == 0;
    if (!is_none && (!programme_days_parse(text, &set) || set == 0)) {
        return wrong(text, right, why);
    }
    uint32_t value = set;
    memcpy(at(row, column), &value, sizeof value);
    return YK_OK;
}

static enum yk_status parse_date(const struct record_column *column, const char *text,
                                 void *row, struct failure *why)
{
    struct civil_date date;
    if (!civil_parse(text, &date) || date.year < YEAR_FIRST || date.year > YEAR_LAST) {
        return wrong(text, "a date: write 2026-05-12 or 2026/5/12", why);
    }
    memcpy(at(row, column), &date, sizeof date);
    return YK_OK;
}

static struct civil_date night_of(const struct record_kind *kind, const void *row)
{
    struct civil_date night = {0, 0, 0};
    size_t k = record_column(kind, "night_date");
    if (k < kind->n_columns) {
        memcpy(&night, at_const(row, &kind->columns[k]), sizeof night);
    }
    return night;
}

/* The latest known time to the left that this one follows in the night. */
static int64_t time_before(const struct record_kind *kind, size_t k, const void *row)
{
    int64_t before = TIME_UNKNOWN;
    while (k > 0 && (kind->columns[k].flags & RECORD_AFTER) != 0 && before == TIME_UNKNOWN) {
        k--;
        memcpy(&before, at_const(row, &kind->columns[k]), sizeof before);
    }
    return before;
}

static enum yk_status parse_time(const struct record_kind *kind, size_t k, const char *text,
                                 const struct zone *zone, void *row, struct failure *why)
{
    const struct record_column *column = &kind->columns[k];
    int64_t ns = TIME_UNKNOWN, before = time_before(kind, k, row);
    struct civil_date date, night = night_of(kind, row);
    int32_t second = (column->flags & RECORD_NIGHT) != 0 ? diary_clock_s(text) : -1;
    if (second >= 0 && night.month == 0) {
        return YK_OK; /* the missing date is what has to be said */
    }
    if (second >= 0) {
        ns = diary_instant(zone, night, second);
        /* Awake at 12:40 after a night: the noon after, not the noon before. */
        if (before != TIME_UNKNOWN && ns < before) {
            ns = diary_instant(zone, civil_add_days(night, 1), second);
        }
    } else if (civil_parse(text, &date) && date.year >= YEAR_FIRST && date.year <= YEAR_LAST) {
        date = (column->flags & RECORD_ENDS) != 0 ? civil_add_days(date, 1) : date;
        ns = zone_instant_of_day(zone, date, 0);
    } else if (!zone_parse_iso(zone, text, &ns)) {
        return wrong(text,
                     (column->flags & RECORD_NIGHT) != 0
                         ? "a time: write 7:05 or 2026-05-12T07:05"
                         : "a time: write 2026-05-12T10:00 or 2026/5/12 10:00",
                     why);
    }
    memcpy(at(row, column), &ns, sizeof ns);
    return YK_OK;
}

static enum yk_status parse_clock(const struct record_column *column, const char *text,
                                  void *row, struct failure *why)
{
    size_t digits = strspn(text, "0123456789");
    int64_t hour = -1, minute = -1;
    bool is_good = digits >= 1 && digits <= 2 && text[digits] == ':' &&
                   strlen(text + digits + 1) == 2 && text_parse_int64(text, digits, &hour) &&
                   strspn(text + digits + 1, "0123456789") == 2 &&
                   text_parse_int64(text + digits + 1, 2, &minute) && minute <= 59;
    int64_t latest = column->max != 0 ? (int64_t)column->max : 23 * 60 + 59;
    if (!is_good || hour * 60 + minute > latest) {
        return wrong(text,
                     column->max != 0
                         ? "a time of day: write 9:30, or 25:00 for 1:00 of the next day"
                         : "a time of day: write 9:30 (0:00 to 23:59)",
                     why);
    }
    int32_t value = (int32_t)(hour * 60 + minute);
    memcpy(at(row, column), &value, sizeof value);
    return YK_OK;
}

static enum yk_status parse_number(const struct record_column *column, const char *text,
                                   void *row, struct failure *why)
{
    double value = NAN;
    if (!text_parse_double(text, strlen(text), &value)) {
        return wrong(text, "a number", why);
    }
    bool has_range = column->min != 0 || column->max != 0;
    if (has_range && !(value >= column->min && value <= column->max)) {
        return failure_set(why, YK_ERR_ARGUMENT, "'%.*s' is not between %g and %g", shown(text),
                           text, column->min, column->max);
    }
    if (column->decimals == 0 && value != floor(value)) {
        return wrong(text, "a whole number", why);
    }
    memcpy(at(row, column), &value, sizeof value);
    return YK_OK;
}

/* "" makes a member unknown again. */
static void empty(const struct record_kind *kind, size_t k, void *row)
{
    const struct record_column *column = &kind->columns[k];
    static const int32_t no_clock = RECORD_NO_CLOCK;
    static const int64_t no_time = TIME_UNKNOWN;
    static const double no_number = NAN;
    const void *from = column->type == RECORD_CLOCK    ? (const void *)&no_clock
                       : column->type == RECORD_TIME   ? (const void *)&no_time
                       : column->type == RECORD_NUMBER ? (const void *)&no_number
                                                       : NULL;
    if (from != NULL) {
        memcpy(at(row, column), from, column->room);
    } else {
        memset(at(row, column), 0, column->room);
    }
}

enum yk_status record_parse(const struct record_kind *kind, size_t k, const char *text,
                            const struct zone *zone, void *row, struct failure *why)
{
    const struct record_column *column = &kind->columns[k];
    char folded[CELL_BYTES];
    if (*text == '\0') {
        empty(kind, k, row);
        return YK_OK;
    }
    if (column->type == RECORD_TEXT) {
        return parse_text(column, text, row, why);
    }
    if (column->type == RECORD_PERSON) {
        return parse_person(column, text, row, why);
    }
    if (strlen(text) >= CELL_BYTES) {
        return failure_set(why, YK_ERR_ARGUMENT, "'%.*s...' is too long", shown(text), text);
    }
    fold_width(text, folded);
    switch (column->type) {
    case RECORD_WORD:
        return parse_word(column, folded, row, why);
    case RECORD_WORDS:
        return parse_words(column, folded, row, why);
    case RECORD_DAYS:
        return parse_days(column, folded, row, why);
    case RECORD_DATE:
        return parse_date(column, folded, row, why);
    case RECORD_TIME:
        return parse_time(kind, k, folded, zone, row, why);
    case RECORD_CLOCK:
        return parse_clock(column, folded, row, why);
    case RECORD_NUMBER:
    case RECORD_PERSON:
    case RECORD_TEXT:
        break;
    }
    return parse_number(column, folded, row, why);
}

/* ---- writing ---- */

static void add_item(struct text *out, size_t *n, const char *item)
{
    text_addf(out, "%s%s", (*n)++ > 0 ? "," : "", item);
}

static void format_set(const struct record_column *column, uint32_t set, struct text *out)
{
    size_t n = 0;
    if (column->type == RECORD_DAYS) {
        for (int day = MONDAY; day <= SUNDAY; day++) {
            if ((set & 1u << day) != 0) {
                add_item(out, &n, weekday_name_en((enum weekday)day));
            }
        }
        if (set == 0) {
            text_add(out, "none");
        }
        return;
    }
    for (size_t i = 0; column->words[i] != NULL; i++) {
        if ((set & 1u << i) != 0) {
            add_item(out, &n, column->words[i]);
        }
    }
}

static void format_time(const struct zone *zone, int64_t ns, struct text *out)
{
    char iso[40];
    if (ns != TIME_UNKNOWN) {
        zone_format_iso(zone, ns, 0, iso);
        text_add(out, iso);
    }
}

void record_format(const struct record_kind *kind, size_t k, const struct zone *zone,
                   const void *row, struct text *out)
{
    const struct record_column *column = &kind->columns[k];
    const void *from = at_const(row, column);
    int32_t number = 0;
    uint32_t set = 0;
    int64_t ns = 0;
    double value = 0;
    struct civil_date date;
    char iso[16];
    switch (column->type) {
    case RECORD_PERSON:
    case RECORD_TEXT:
        text_add(out, from);
        break;
    case RECORD_WORD:
        memcpy(&number, from, sizeof number);
        text_add(out, column->words[number]);
        break;
    case RECORD_WORDS:
    case RECORD_DAYS:
        memcpy(&set, from, sizeof set);
        format_set(column, set, out);
        break;
    case RECORD_DATE:
        memcpy(&date, from, sizeof date);
        civil_format(date, iso);
        text_add(out, iso);
        break;
    case RECORD_TIME:
        memcpy(&ns, from, sizeof ns);
        format_time(zone, ns, out);
        break;
    case RECORD_CLOCK:
        memcpy(&number, from, sizeof number);
        if (number != RECORD_NO_CLOCK) {
            text_addf(out, "%02d:%02d", (int)number / 60, (int)number % 60);
        }
        break;
    case RECORD_NUMBER:
        memcpy(&value, from, sizeof value);
        text_add_double(out, value, column->decimals);
        break;
    }
}

bool record_is_empty(const struct record_kind *kind, size_t k, const void *row)
{
    const struct record_column *column = &kind->columns[k];
    const void *from = at_const(row, column);
    int32_t number = 0;
    int64_t ns = 0;
    double value = 0;
    struct civil_date date;
    switch (column->type) {
    case RECORD_PERSON:
    case RECORD_TEXT:
        return *(const char *)from == '\0';
    case RECORD_WORD:
        memcpy(&number, from, sizeof number);
        return column->words[number][0] == '\0';
    case RECORD_WORDS:
        memcpy(&number, from, sizeof number);
        return number == 0;
    case RECORD_DAYS:
        return false; /* no day at all is an answer, too */
    case RECORD_DATE:
        memcpy(&date, from, sizeof date);
        return date.month == 0;
    case RECORD_TIME:
        memcpy(&ns, from, sizeof ns);
        return ns == TIME_UNKNOWN;
    case RECORD_CLOCK:
        memcpy(&number, from, sizeof number);
        return number == RECORD_NO_CLOCK;
    case RECORD_NUMBER:
        break;
    }
    memcpy(&value, from, sizeof value);
    return isnan(value);
}
