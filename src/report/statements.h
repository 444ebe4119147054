/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "In short": at most three sentences about a period, the first about something that held.
 * Every sentence is a line of statements.def, in both languages, with the rule when it may be
 * said; nothing is composed from adjectives, so no verdict can come out.
 */
#ifndef SRC_REPORT_STATEMENTS_H
#define SRC_REPORT_STATEMENTS_H

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/model/interview.h"
#include "src/model/rewording.h"

#define STATEMENTS_MAX 3

/* One sentence per group, in this order. */
enum statement_group {
    STATEMENT_HELD,  /* what held; always there */
    STATEMENT_SLEEP, /* how long */
    STATEMENT_TALK   /* what may be worth talking over */
};

enum statement_origin {
    STATEMENT_AUTOMATIC,
    STATEMENT_BY_STAFF, /* line holds the words of staff */
    STATEMENT_OUTDATED, /* staff's are left out: the facts under them have changed */
    STATEMENT_ELSEWHERE /* staff's are in the other language only */
};

struct statements {
    struct text line[STATEMENTS_MAX];
    const char *rule[STATEMENTS_MAX]; /* id in statements.def; "": nothing automatic */
    enum statement_group group[STATEMENTS_MAX];
    enum statement_origin origin[STATEMENTS_MAX];
    const struct rewording *by[STATEMENTS_MAX]; /* borrowed; NULL for automatic ones */
    size_t n;
};

void statements_init(struct statements *self);
void statements_release(struct statements *self); /* safe twice */
/* round_min as in written.h. errors: YK_ERR_MEMORY */
enum yk_status statements_choose(const struct interview_facts *facts, int round_min,
                                 enum language language, struct statements *out,
                                 struct failure *why);

/* The words of staff over the chosen sentences: of `list`, oldest first, those for the sheet
 * that ends on the last evening of the facts. errors: YK_ERR_MEMORY */
enum yk_status statements_reword(const struct interview_facts *facts,
                                 const struct rewording *list, size_t n, enum language language,
                                 struct statements *self, struct failure *why);
/* Fingerprint (SHA-256) of what page 1 says about the period and last time, to the minute. */
enum yk_status statements_basis(const struct interview_facts *facts,
                                char out[static REWORDING_BASIS_BYTES], struct failure *why);
/* "automatic", "staff", "outdated", "other_language": for programs. */
const char *statements_origin_word(enum statement_origin origin);
/* "held", "sleep", "talk": the ids of the sentences of a sheet. */
const char *statements_part_word(enum statement_group part);

/* The whole table, for the documentation and for tests that look for words that must not be
 * there.
 */
size_t statements_count(void);
const char *statements_pattern(size_t i, enum language language, const char **id);

#endif
