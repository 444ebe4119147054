/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ledger: which recorder is with whom, when. It decides whose recording a docked one is.
 */
#ifndef SRC_STORE_LOANS_H
#define SRC_STORE_LOANS_H

#include "src/model/loan.h"
#include "src/model/recording.h"
#include "src/store/records.h"

extern const struct record_kind record_kind_loan;

/* Adds a line; loan->id is set. errors: YK_ERR_NO_DEVICE (participant), YK_ERR_ARGUMENT,
 * YK_ERR_CONFLICT (the device is lent to somebody at that time; the sentence says to whom and
 * until when) */
enum yk_status loan_add(struct store *store, struct loan *loan, struct failure *why);
/* Writes every column of the line with loan->id. errors as loan_add(). */
enum yk_status loan_set(struct store *store, struct loan *loan, struct failure *why);
enum yk_status loan_remove(struct store *store, int64_t id, struct failure *why);
/* YK_ERR_NO_DEVICE when there is none. */
enum yk_status loan_find(struct store *store, int64_t id, struct loan *out,
                         struct failure *why);

/* Who has the device at that time: the line with from <= at < end (returned, else to, else
 * open). YK_ERR_NO_DEVICE: nobody. */
enum yk_status loan_at(struct store *store, const char *device_serial, int64_t at_ns,
                       struct loan *out, struct failure *why);
/* The newest line that wrote this session id into the device. YK_ERR_NO_DEVICE: none. */
enum yk_status loan_by_session(struct store *store, const char *device_serial, uint32_t session,
                               struct loan *out, struct failure *why);
/* The line that set the recorder up for this recording: its device and session.
 * YK_ERR_NO_DEVICE: none, or the session is no number. */
enum yk_status loan_of_recording(struct store *store, const struct recording_info *info,
                                 struct loan *out, struct failure *why);

/* A docked device has come back: returned_ns and the reading of its clock (NULL: none) are
 * written. A line that has a return already keeps it, and so does one with a reading: the first
 * docking counts. Its period may
 * not run into a later one: then it ends there. */
enum yk_status loan_return(struct store *store, int64_t id, int64_t at_ns,
                           const struct clock_reading *clock, struct failure *why);
/* A line written by hand for a lending begins at most this much before it. */
#define LOAN_IN_ADVANCE_NS (24 * NS_PER_H)
/* Adds a line before its device is written. What it replaces goes: lines of this device that
 * were intended and never confirmed; confirmed ones that were to begin after now_ns, because
 * the device is being set up anew; one that was written by hand in advance for the same person
 * and the same days. The line with the number `last` (0: none) ends at now_ns, as by
 * loan_return() with that clock. All of it or, on a failure, nothing. errors as loan_add() */
enum yk_status loan_intend(struct store *store, struct loan *loan, int64_t now_ns, int64_t last,
                           const struct clock_reading *clock, struct failure *why);
/* The device was written and read back. */
enum yk_status loan_confirm(struct store *store, int64_t id, const struct clock_reading *clock,
                            struct failure *why);
/* A session id no line of any device has used yet, and never 0. */
enum yk_status loan_next_session(struct store *store, uint32_t *out, struct failure *why);

#endif
