/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sentence of the sheet in the words of staff, beside the automatic one, which is kept. It
 * belongs to one sheet (a participant's nights from first to last), to one place on it and to
 * one language, and to the facts it was written on: `basis` is their fingerprint.
 */
#ifndef SRC_MODEL_REWORDING_H
#define SRC_MODEL_REWORDING_H

#include <stdint.h>

#include "src/base/clock.h"
#include "src/base/i18n.h"
#include "src/base/status.h"

#define REWORDING_BYTES 512
#define REWORDING_COLUMNS 100 /* of a terminal: a line of the sheet with its mark */
#define REWORDING_BASIS_BYTES 65

struct rewording {
    int64_t id;
    struct civil_date first, last; /* evenings of the sheet */
    int part;                      /* enum statement_group of src/report/statements.h */
    enum language language;
    char automatic[REWORDING_BYTES]; /* what it stood for */
    char text[REWORDING_BYTES];      /* "": the words of before are taken back */
    char editor[32];                 /* a role or initials, never a name */
    char reason[128];
    char basis[REWORDING_BASIS_BYTES];
    int64_t made_ns;
};

/* One line of whole UTF-8 that fits its place, and that says nothing the sheet may not say:
 * no illness, no judgement about health or work, no exclamation marks, no emoji. errors:
 * YK_ERR_ARGUMENT, with what would be right */
enum yk_status rewording_check(const char *text, struct failure *why);

#endif
