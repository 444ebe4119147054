/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * States and messages of the dock as words in both languages (states.def, messages.def).
 */
#ifndef SRC_DOCK_WORDING_H
#define SRC_DOCK_WORDING_H

#include "src/base/i18n.h"
#include "src/base/text.h"

enum bay_state {
#define STATE(id, word, mark, ascii, colour, kind, ja, en) BAY_##id,
#include "src/dock/states.def"
#undef STATE
    BAY_STATE_COUNT
};

enum bay_kind { BAY_KIND_BUSY, BAY_KIND_REST, BAY_KIND_SAFE, BAY_KIND_ATTENTION };
enum bay_colour {
    BAY_COLOUR_NONE,
    BAY_COLOUR_BLUE,
    BAY_COLOUR_CYAN,
    BAY_COLOUR_GREEN,
    BAY_COLOUR_YELLOW,
    BAY_COLOUR_RED
};

struct bay_state_words {
    const char *word; /* for programs: "safe_to_unplug" */
    const char *mark, *ascii;
    enum bay_colour colour;
    enum bay_kind kind;
    const char *ja, *en;
};

enum dock_message {
#define MESSAGE(id, ja, en) DOCK_SAYS_##id,
#include "src/dock/messages.def"
#undef MESSAGE
    DOCK_MESSAGE_COUNT
};

const struct bay_state_words *bay_state_words(enum bay_state state);
const char *bay_state_name(enum bay_state state, enum language language);
const char *dock_message_word(enum dock_message id); /* "unplugged" */
/* Appends the sentence with its gaps filled. */
void dock_message_add(struct text *out, enum dock_message id, enum language language,
                      const char *const *values, size_t n);

#endif
