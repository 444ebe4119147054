/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which consent is in force, and what a copy may hold.
 */
#include "src/model/consent.h"

#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"

const char *const copy_words[COPY_KIND_COUNT + 2] = {"",          "participant", "staff",
                                                     "physician", "employer",    "research"};
const char *const copy_aliases[COPY_KIND_COUNT + 2] = {"",       "本人", "職員",
                                                       "主治医", "会社", "研究"};

const char *const consent_item_words[CONSENT_ITEM_COUNT + 1] = {
    "attendance", "wake_range", "nights", "averages", "actogram", "days_off", "rhythm"};

void consents_init(struct consents *self)
{
    *self = (struct consents){0};
}

void consents_release(struct consents *self)
{
    if (self != NULL) {
        mem_free(self->list);
        consents_init(self);
    }
}

static bool holds(const struct consent *c, struct civil_date date)
{
    return (c->from.month == 0 || civil_compare(c->from, date) <= 0) &&
           (c->until.month == 0 || civil_compare(date, c->until) <= 0) &&
           (c->withdrawn.month == 0 || civil_compare(date, c->withdrawn) < 0);
}

/* The newest in force on date, and of a reader whose consent is in force today where date is
 * past. */
static const struct consent *find(const struct consents *self, enum copy_kind scope,
                                  const char *recipient, struct civil_date date,
                                  struct civil_date today)
{
    const struct consent *found = NULL;
    bool is_past = civil_compare(date, today) < 0;
    for (size_t i = 0; i < self->n; i++) {
        const struct consent *c = &self->list[i];
        bool is_meant =
            c->scope == scope && (recipient == NULL || strcmp(recipient, c->recipient) == 0);
        if (is_meant && holds(c, date) &&
            (!is_past || consent_in_force(self, scope, c->recipient, today) != NULL) &&
            (found == NULL || civil_compare(found->from, c->from) <= 0)) {
            found = c;
        }
    }
    return found;
}

const struct consent *consent_in_force(const struct consents *self, enum copy_kind scope,
                                       const char *recipient, struct civil_date date)
{
    return find(self, scope, recipient, date, date);
}

static unsigned items_of(const struct consent *c)
{
    return c->items != 0 ? c->items : consent_items_default(c->scope);
}

bool consent_for_copy(const struct consents *self, enum copy_kind scope, const char *recipient,
                      struct civil_date date, struct civil_date today, struct consent *out)
{
    const struct consent *then = find(self, scope, recipient, date, today), *now = then;
    if (then != NULL && civil_compare(date, today) < 0) {
        now = consent_in_force(self, scope, then->recipient, today);
    }
    unsigned items = then != NULL ? items_of(then) & items_of(now) : 0;
    if (items == 0) {
        return false;
    }
    *out = *now;
    out->items = items;
    return true;
}

const char *copy_kind_word(enum copy_kind kind)
{
    return copy_words[1 + kind];
}

bool copy_kind_parse(const char *word, enum copy_kind *out)
{
    for (size_t i = 0; i < COPY_KIND_COUNT; i++) {
        if (strcasecmp(word, copy_words[1 + i]) == 0 ||
            strcmp(word, copy_aliases[1 + i]) == 0) {
            *out = (enum copy_kind)i;
            return true;
        }
    }
    return false;
}

unsigned consent_items_default(enum copy_kind scope)
{
    static const unsigned by_kind[COPY_KIND_COUNT] = {
        [COPY_PARTICIPANT] = (1u << CONSENT_ITEM_COUNT) - 1,
        [COPY_STAFF] = (1u << CONSENT_ITEM_COUNT) - 1,
        [COPY_PHYSICIAN] = CONSENT_ATTENDANCE | CONSENT_WAKE_RANGE | CONSENT_AVERAGES,
        [COPY_EMPLOYER] = CONSENT_ATTENDANCE | CONSENT_WAKE_RANGE,
        [COPY_RESEARCH] = (1u << CONSENT_ITEM_COUNT) - 1,
    };
    return by_kind[scope];
}

void consent_items_format(unsigned items, char out[static 128])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t b = 0; b < CONSENT_ITEM_COUNT; b++) {
        if ((items >> b & 1u) != 0) {
            int n = snprintf(out + used, 128 - used, "%s%s", used > 0 ? "," : "",
                             consent_item_words[b]);
            used += n > 0 ? (size_t)n : 0;
        }
    }
}
