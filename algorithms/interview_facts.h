/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a participant's record to the numbers of the sheet.
 */
#ifndef ALGORITHMS_INTERVIEW_FACTS_H
#define ALGORITHMS_INTERVIEW_FACTS_H

#include "src/model/interview.h"

struct interview_range {
    struct civil_date from, to; /* evenings; month 0: the last week of the newest recording that
                                   ends by `date` */
    struct civil_date date; /* of the interview; nothing later is looked at. month 0: open */
    size_t n_most;          /* of nights: the newest; 0: as many as a sheet has rows */
};

/* record must outlive the facts: they point into it. A night that two recordings hold is taken
 * from the newer one. errors: YK_ERR_MEMORY, YK_ERR_TOO_LITTLE (no night in the range) source:
 * docs/sheet.md, "The numbers" */
enum yk_status interview_facts_of(const struct participant_record *record,
                                  const struct interview_range *range,
                                  struct interview_facts *out, struct failure *why);

#endif
