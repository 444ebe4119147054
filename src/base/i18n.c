/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of sentences, made from strings.def.
 */
#include "src/base/i18n.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *ja, *en;
} SENTENCE[] = {
#define TEXT(id, ja, en) [TEXT_##id] = {ja, en},
#include "src/base/strings.def"
#undef TEXT
};

const char *i18n(enum language language, enum text_id id)
{
    return language == LANGUAGE_JA ? SENTENCE[id].ja : SENTENCE[id].en;
}

enum language language_of(const char *value)
{
    if (value == NULL || strncmp(value, "ja", 2) != 0) {
        return LANGUAGE_EN;
    }
    /* "ja", "ja_JP.UTF-8", "ja-JP", but not "jav". */
    return strchr("_-.@", value[2]) != NULL ? LANGUAGE_JA : LANGUAGE_EN;
}
