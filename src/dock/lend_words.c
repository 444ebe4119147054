/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What lending says, how it went or why not (lend.def).
 */
#include <math.h>
#include <stdio.h>

#include "src/base/translate.h"
#include "src/dock/lend_parts.h"

static const struct {
    const char *word, *ja, *en;
} messages[] = {
#define LEND(id, ja, en) {#id, ja, en},
#include "src/dock/lend.def"
#undef LEND
};

const char *lend_message_word(enum lend_message message)
{
    return messages[message].word;
}

void lend_message_add(struct text *out, const struct lend_result *result,
                      enum language language)
{
    const char *values[LEND_ARGS];
    for (size_t i = 0; i < LEND_ARGS; i++) {
        bool is_english = language != LANGUAGE_JA && result->arg_en[i][0] != '\0';
        values[i] = is_english ? result->arg_en[i] : result->arg[i];
    }
    text_add_sentence(out, language, messages[result->message].ja, messages[result->message].en,
                      values, LEND_ARGS);
}

void lending_put(struct lending *self, size_t i, const char *value)
{
    snprintf(self->out->arg[i], LEND_ARG_BYTES, "%s", value);
}

void lending_put_number(struct lending *self, size_t i, double value, int decimals)
{
    struct text text;
    text_init(&text);
    text_add_double(&text, value, decimals);
    lending_put(self, i, isnan(value) ? "?" : text_string(&text));
    text_release(&text);
}

void lending_put_time(struct lending *self, size_t i, int64_t ns)
{
    struct civil_time civil = zone_civil(self->request->zone, ns);
    char date[16];
    civil_format(civil.date, date);
    snprintf(self->out->arg[i], LEND_ARG_BYTES, "%s %d:%02d", date,
             (int)(civil.second_of_day / 3600), (int)(civil.second_of_day / 60 % 60));
}

enum yk_status lending_refuse(struct lending *self, enum lend_message message,
                              enum yk_status code, struct failure *why)
{
    struct text text;
    text_init(&text);
    self->out->message = message;
    lend_message_add(&text, self->out, LANGUAGE_EN);
    enum yk_status status = failure_set(why, code, "%s", text_string(&text));
    text_release(&text);
    return status;
}

enum yk_status lending_fail(struct lending *self, enum lend_message message,
                            enum yk_status status, const struct failure *inner,
                            struct failure *why)
{
    self->out->message = message;
    lending_put(self, 0, inner->text);
    if (why != NULL) {
        *why = *inner;
    }
    return status;
}

void lending_step(const struct lending *self, enum lend_step now)
{
    if (self->request->on_step != NULL) {
        self->request->on_step(self->request->user, now);
    }
}
