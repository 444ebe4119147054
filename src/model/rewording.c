/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What staff may write on the sheet. The automatic sentences cannot judge, because they come
 * from a table; typed ones could. The words refused here are those that no reader of a
 * participant's copy should meet. It is a fence, not a censor: whether a sentence is kind is
 * left to the person who signs it.
 */
#include "src/model/rewording.h"

#include <string.h>

#include "src/base/columns.h"
#include "src/base/utf8.h"

static const char *const refused[] = {
    "うつ病",   "うつ状態",     "抑うつ",   "鬱",         "不眠症",   "適応障害",
    "発達障害", "双極",         "統合失調", "不安障害",   "睡眠障害", "無呼吸",
    "病気",     "症状",         "診断",     "復職可",     "復職不可", "就労可",
    "就労不可", "復職は無理",   "depress",  "insomnia",   "disorder", "diagnos",
    "bipolar",  "schizophreni", "apnea",    "apnoea",     "symptom",  "illness",
    "disease",  "fit for work", "unfit",    "fit to work"};

static const char *find_refused(const char *text)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (strcasestr(text, refused[i]) != NULL) {
            return refused[i];
        }
    }
    return NULL;
}

/* Pictures begin at U+1F000, in UTF-8 F0 9F; no letter of Japanese or English is there. */
static bool has_mark(const char *text)
{
    return strpbrk(text, "!") != NULL || strstr(text, "！") != NULL ||
           strstr(text, "\xF0\x9F") != NULL;
}

enum yk_status rewording_check(const char *text, struct failure *why)
{
    if (text[strspn(text, " ")] == '\0') {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "the sentence is empty; to go back to the automatic one: yoake "
                           "statement remove");
    }
    const char *bad = utf8_find_bad(text);
    if (bad != NULL) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "byte 0x%02X of the sentence is no character of a line: write one "
                           "line of UTF-8",
                           (unsigned)(unsigned char)*bad);
    }
    int columns = text_columns(text);
    if (columns > REWORDING_COLUMNS || strlen(text) >= REWORDING_BYTES) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "the sentence is %d columns wide; a line of the sheet holds %d (%d "
                           "Japanese characters)",
                           columns, REWORDING_COLUMNS, REWORDING_COLUMNS / 2);
    }
    const char *word = find_refused(text);
    if (word != NULL) {
        return failure_set(
            why, YK_ERR_ARGUMENT,
            "\"%s\" may not stand on the sheet: it names no illness and makes no "
            "judgement about health or work",
            word);
    }
    return has_mark(text) ? failure_set(why, YK_ERR_ARGUMENT,
                                        "no exclamation marks and no pictures on the sheet")
                          : YK_OK;
}
