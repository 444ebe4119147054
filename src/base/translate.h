/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Failure sentences in Japanese. A failure (src/base/status.h) is one English sentence: that is
 * what stores, tables, JSON and logs keep, whatever the language of who caused it. Where a
 * person reads it in Japanese, it is translated there and then: the sentence is recognised by
 * the format it was made from, its values are taken out of it and put into the Japanese one.
 * So nothing is paid where a failure is set and dropped, sentences kept in a store for years
 * are translated as well as new ones, and a chain ("recipe x: line 3: ...") link by link.
 *
 * The catalogue is src/base/messages_ja_*.def, one MESSAGE("English", "Japanese") a format.
 * English: the source's format with every conversion bare (%s %d %x %g %c). Japanese: {0} for
 * the first value; {0~} where the value is itself a sentence or word of the catalogue, {0-}
 * where Japanese has no use for it. A WORD() is only ever such a value. `make lint-text`
 * compares it with the sources.
 */
#ifndef SRC_BASE_TRANSLATE_H
#define SRC_BASE_TRANSLATE_H

#include "src/base/i18n.h"
#include "src/base/text.h"

/* Appends a sentence for a person: in Japanese where the catalogue knows it or parts of it,
 * otherwise as it is. */
void text_add_translated(struct text *out, enum language language, const char *english);

/* text_add_filled() of the language's pattern; a value may be a failure's sentence, which is
 * then said in that language, too. */
void text_add_sentence(struct text *out, enum language language, const char *ja, const char *en,
                       const char *const *values, size_t n);

/* The catalogue, for its tests. english NULL: no such entry. */
struct message {
    const char *english, *japanese;
    bool is_word; /* only as a value {0~}, never on its own */
};
struct message message_at(size_t i);

#endif
