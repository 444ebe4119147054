/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The records that people keep: loans, plans, attendance, targets, notes, consents, edits. Each
 * kind is a plain struct of src/model/ and a table of its columns; from that table come the
 * SQL, the reading and writing of cells (CSV, options of the command line, JSON) and the
 * sentences about what is wrong. What is special to a kind is its check.
 */
#ifndef SRC_STORE_RECORDS_H
#define SRC_STORE_RECORDS_H

#include "src/base/text.h"
#include "src/base/zone.h"
#include "src/store/store.h"

enum record_type {
    RECORD_PERSON, /* char[64]: a participant's code */
    RECORD_TEXT,   /* char[room] */
    RECORD_WORD,   /* an enum; words[value] */
    RECORD_WORDS,  /* uint32_t: bit i is words[i] */
    RECORD_DAYS,   /* uint32_t: bit MONDAY ... SUNDAY */
    RECORD_DATE,   /* struct civil_date */
    RECORD_TIME,   /* int64_t UTC ns */
    RECORD_CLOCK,  /* int32_t minutes since midnight, RECORD_NO_CLOCK unknown */
    RECORD_NUMBER  /* double, NaN unknown */
};

#define RECORD_NO_CLOCK (-1)
#define RECORD_COLUMNS_MAX 24

enum record_flags {
    RECORD_MUST = 1u << 0,    /* may not be empty */
    RECORD_KEY = 1u << 1,     /* no two records have all of these alike */
    RECORD_ENDS = 1u << 2,    /* TIME: a date alone means the end of that day */
    RECORD_PROGRAM = 1u << 3, /* filled by the program: not in CSV, no option */
    RECORD_EXTRA = 1u << 4,   /* not in CSV, but an option of its own */
    RECORD_NIGHT = 1u << 5,   /* TIME: a clock time alone belongs to the record's night_date */
    RECORD_AFTER = 1u << 6    /* TIME: not before the time in the column to its left */
};

struct record_column {
    const char *name; /* in CSV and JSON */
    const char *sql;  /* in the table; NULL: as name */
    enum record_type type;
    unsigned flags;           /* enum record_flags */
    size_t offset, room;      /* of the member of the struct */
    const char *const *words; /* WORD, WORDS: NULL-terminated; the first may be "" (unknown) */
    const char *const *aliases; /* the same in Japanese, also taken; NULL: none */
    double min, max;            /* NUMBER; both 0: any. CLOCK: max 0: 23:59 */
    int decimals;               /* NUMBER: of the output */
    const char *option;         /* of the command line; NULL: as name, with '-' for '_' */
    const char *ja, *en;        /* heading of the table */
};

/* The place of a member, for a column table. */
#define RECORD_AT(type, member)                                                                \
    .offset = offsetof(struct type, member), .room = sizeof(((struct type *)NULL)->member)

/* Columns that several kinds have: whose it is, and the night it is about, by its evening. */
#define RECORD_WHOSE(row)                                                                      \
    {                                                                                          \
        .name = "person_id", .sql = "person", .type = RECORD_PERSON,                           \
        .flags = RECORD_MUST | RECORD_KEY, RECORD_AT(row, person), .option = "participant",    \
        .ja = "参加者", .en = "participant"                                                    \
    }
#define RECORD_WHICH_NIGHT(row)                                                                \
    {                                                                                          \
        .name = "night_date", .type = RECORD_DATE, .flags = RECORD_MUST | RECORD_KEY,          \
        RECORD_AT(row, night), .option = "night", .ja = "晩", .en = "night"                    \
    }

struct record_kind {
    const char *word;    /* "loan", in sentences and in the audit */
    const char *command; /* "loans" */
    const char *table;
    const char *order;  /* SQL: columns of ORDER BY */
    const char *remove; /* SQL in place of deleting the row with id = ?; NULL: delete it */
    size_t bytes;       /* of the struct; its first member is the int64_t id */
    void (*init)(void *row);
    const struct record_column *columns;
    size_t n_columns;
    /* What a record must hold by itself and what it may not contradict in the store; NULL:
     * nothing more. *column says which cell is wrong. errors: YK_ERR_ARGUMENT,
     * YK_ERR_CONFLICT; others are of the store. */
    enum yk_status (*check)(struct store *store, void *row, size_t *column,
                            struct failure *why);
};

/* The column of that name; n_columns when there is none. */
size_t record_column(const struct record_kind *kind, const char *name);
/* Whose the row is; "" when it says nothing of a participant. */
const char *record_person(const struct record_kind *kind, const void *row);

/* What people write into a text of so many bytes, the end included: it fits, and holds whole
 * characters and no control ones. errors: YK_ERR_ARGUMENT */
enum yk_status record_check_text(const char *text, size_t room, struct failure *why);

/* ---- cells; k is the number of the column ---- */

/* Text into the member; "" is unknown. zone: of clock times. On YK_ERR_ARGUMENT the sentence
 * says the value and what would be right, and the record is untouched. */
enum yk_status record_parse(const struct record_kind *kind, size_t k, const char *text,
                            const struct zone *zone, void *row, struct failure *why);
/* Appends the member's text; nothing when unknown. */
void record_format(const struct record_kind *kind, size_t k, const struct zone *zone,
                   const void *row, struct text *out);
bool record_is_empty(const struct record_kind *kind, size_t k, const void *row);

/* ---- rows; `row` is the kind's struct ---- */

/* Checks and adds, with its audit line, in the caller's transaction; the id is set. The very
 * same record once more changes nothing (*is_new false). *column: the wrong cell
 * (kind->n_columns: none). errors: YK_ERR_ARGUMENT, YK_ERR_CONFLICT, of the store */
enum yk_status record_insert(struct store *store, const struct record_kind *kind, void *row,
                             bool *is_new, size_t *column, struct failure *why);
/* Writes all columns of the record with this id, under the same checks. */
enum yk_status record_update(struct store *store, const struct record_kind *kind, void *row,
                             size_t *column, struct failure *why);
/* errors: YK_ERR_NO_DEVICE */
enum yk_status record_remove(struct store *store, const struct record_kind *kind, int64_t id,
                             struct failure *why);
enum yk_status record_find(struct store *store, const struct record_kind *kind, int64_t id,
                           void *row, struct failure *why);
/* The records for which the SQL condition holds ("" all), in the kind's order. kinds and values
 * as of db_runv(). *out is an array of the kind's structs, freed with mem_free(). */
enum yk_status record_select(struct store *store, const struct record_kind *kind, void **out,
                             size_t *n, struct failure *why, const char *condition,
                             const char *kinds, ...);
/* Those of a participant; NULL: everybody's. */
enum yk_status record_list(struct store *store, const struct record_kind *kind,
                           const char *person, void **out, size_t *n, struct failure *why);

/* Runs insert, update or a removal in a transaction of its own. */
enum yk_status record_add(struct store *store, const struct record_kind *kind, void *row,
                          bool *is_new, size_t *column, struct failure *why);
enum yk_status record_set(struct store *store, const struct record_kind *kind, void *row,
                          size_t *column, struct failure *why);
enum yk_status record_drop(struct store *store, const struct record_kind *kind, int64_t id,
                           struct failure *why);

/* A time that somebody says of a night; unknown ones are fine. errors: YK_ERR_ARGUMENT when it
 * is not within a day of it, whatever the zone */
enum yk_status record_check_night(struct civil_date night, int64_t ns, struct failure *why);

/* Every kind, for what concerns all of them (deletion, listing); NULL past the end. */
const struct record_kind *record_kind_at(size_t i);

#endif
