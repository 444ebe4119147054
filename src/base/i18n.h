/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences for people in Japanese and English. Every sentence is one line of strings.def:
 * TEXT(id, "ja", "en"). Formats in both languages take the same arguments in the same order.
 */
#ifndef SRC_BASE_I18N_H
#define SRC_BASE_I18N_H

enum language { LANGUAGE_JA, LANGUAGE_EN };

enum text_id {
#define TEXT(id, ja, en) TEXT_##id,
#include "src/base/strings.def"
#undef TEXT
    TEXT_COUNT
};

/* Never NULL. */
const char *i18n(enum language language, enum text_id id);
/* ja for "ja", "ja_JP.UTF-8"...; otherwise en. value may be NULL. */
enum language language_of(const char *value);

#endif
