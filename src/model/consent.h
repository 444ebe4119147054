/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a participant agreed to: who may be given which copy, from when until when.
 */
#ifndef SRC_MODEL_CONSENT_H
#define SRC_MODEL_CONSENT_H

#include <stddef.h>

#include "src/base/clock.h"

/* Different readers get different copies. */
enum copy_kind { COPY_PARTICIPANT, COPY_STAFF, COPY_PHYSICIAN, COPY_EMPLOYER, COPY_RESEARCH };
enum { COPY_KIND_COUNT = COPY_RESEARCH + 1 };
/* Their words in both languages, behind "" for "not said": for an enum, or from the second on
 * for the bits of a set. NULL ends them. */
extern const char *const copy_words[COPY_KIND_COUNT + 2];
extern const char *const copy_aliases[COPY_KIND_COUNT + 2];

/* What the copy may hold, beyond its default. */
enum consent_item {
    CONSENT_ATTENDANCE = 1u << 0, /* attendance counts */
    CONSENT_WAKE_RANGE = 1u << 1, /* a worded range of waking times on programme days */
    CONSENT_NIGHTS = 1u << 2,     /* rows of single nights */
    CONSENT_AVERAGES = 1u << 3,   /* averages of sleep */
    CONSENT_ACTOGRAM = 1u << 4,   /* the picture */
    CONSENT_DAYS_OFF = 1u << 5,   /* anything about days off */
    CONSENT_RHYTHM = 1u << 6      /* rhythm indices */
};
/* Their words, in the order of the bits; NULL ends them. */
enum { CONSENT_ITEM_COUNT = 7 };
extern const char *const consent_item_words[CONSENT_ITEM_COUNT + 1];

struct consent {
    int64_t id;
    enum copy_kind scope;
    unsigned items;     /* enum consent_item bits; 0: the default of that copy */
    char recipient[64]; /* a role or an institution's code, never a person's name */
    char version[32];   /* of the consent form */
    struct civil_date from, until, withdrawn; /* month 0: open, not withdrawn */
};

struct consents {
    struct consent *list;
    size_t n, capacity;
};

void consents_init(struct consents *self);
void consents_release(struct consents *self);
/* The consent in force for a copy on a date, the newest when several; NULL when there is none.
 * Participant and staff copies need none: NULL for them means nothing. recipient may be NULL.
 */
const struct consent *consent_in_force(const struct consents *self, enum copy_kind scope,
                                       const char *recipient, struct civil_date date);
/* The same for a copy that is made today and speaks of `date`: where that is past, the same
 * reader's must be in force today as well, and the copy is made under that one with the items
 * that both name. A withdrawal cannot be dated away. False, *out untouched: there is none, or
 * the two have no item in common. */
bool consent_for_copy(const struct consents *self, enum copy_kind scope, const char *recipient,
                      struct civil_date date, struct civil_date today, struct consent *out);
const char *copy_kind_word(enum copy_kind kind); /* "participant" ... */
bool copy_kind_parse(const char *word, enum copy_kind *out);
/* What a copy holds when the consent names nothing: the employer gets attendance and the range
 * of waking times at most. */
unsigned consent_items_default(enum copy_kind scope);
void consent_items_format(unsigned items, char out[static 128]);

#endif
