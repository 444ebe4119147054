/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sheet that interviewer and participant look at together: A4, one page for the
 * participant, a second one for staff. Blocks, measures and rules are in docs/sheet.md.
 */
#ifndef SRC_REPORT_SHEET_H
#define SRC_REPORT_SHEET_H

#include "src/model/interview.h"
#include "src/report/canvas.h"
#include "src/report/statements.h"

enum sheet_density { SHEET_PICTURE_FIRST, SHEET_TABLE_FIRST };

struct sheet {
    const struct participant_record *record;
    const struct interview_facts *facts;
    enum copy_kind copy;
    const struct consent *consent; /* it rests on; NULL for participant and staff */
    enum language language;
    enum sheet_density density;
    int axis_start_h;       /* 12, 18, 0 or 3 */
    struct civil_date date; /* of the interview: printed, and the file's only time */
    char report_id[16];
};

/* Page 1, and page 2 for staff. The canvas is A4. errors: YK_ERR_MEMORY */
enum yk_status sheet_draw(const struct sheet *sheet, struct canvas *canvas,
                          struct failure *why);

/* What page 1 says in short, in the words of staff where there are some. out is initialised.
 */
enum yk_status sheet_statements(const struct sheet *sheet, struct statements *out,
                                struct failure *why);

/* "8a31c0fe": of the code, the period, the date, the copy, the analyses' inputs, edits and
 * words of staff: the same sheet has the same id. */
void sheet_make_id(const struct sheet *sheet, char out[static 16]);

#endif
