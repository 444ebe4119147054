/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables behind wording.h.
 */
#include "src/dock/wording.h"

#include "src/base/translate.h"

static const struct bay_state_words STATES[] = {
#define STATE(id, word, mark, ascii, colour, kind, ja, en)                                     \
    [BAY_##id] = {word, mark, ascii, BAY_COLOUR_##colour, BAY_KIND_##kind, ja, en},
#include "src/dock/states.def"
#undef STATE
};

static const struct {
    const char *word, *ja, *en;
} MESSAGES[] = {
#define MESSAGE(id, ja, en) [DOCK_SAYS_##id] = {#id, ja, en},
#include "src/dock/messages.def"
#undef MESSAGE
};

const struct bay_state_words *bay_state_words(enum bay_state state)
{
    return &STATES[state];
}

const char *bay_state_name(enum bay_state state, enum language language)
{
    return language == LANGUAGE_JA ? STATES[state].ja : STATES[state].en;
}

const char *dock_message_word(enum dock_message id)
{
    return MESSAGES[id].word;
}

void dock_message_add(struct text *out, enum dock_message id, enum language language,
                      const char *const *values, size_t n)
{
    text_add_sentence(out, language, MESSAGES[id].ja, MESSAGES[id].en, values, n);
}
