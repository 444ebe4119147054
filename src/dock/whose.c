/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two ways lead to a line of the ledger, and they must meet. A clock that was reset makes the
 * period worthless; the session id remains.
 */
#include "src/dock/whose.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/store/recordings.h"

static void decide(struct whose *out, enum whose_kind kind, const char *person)
{
    out->kind = kind;
    snprintf(out->person, sizeof out->person, "%s", person);
}

static bool disagrees(const struct whose_question *question, struct whose *out)
{
    const char *format = question->identity->format;
    bool is_cwa = format[0] == '\0' || strcmp(format, "cwa") == 0;
    if (!question->identity->agree) {
        snprintf(out->reason, sizeof out->reason, "%s", question->identity->disagreement);
    } else if (!question->counts->has_header && is_cwa) {
        snprintf(out->reason, sizeof out->reason, "the recording has no header");
    } else if (question->counts->n_foreign > 0) {
        snprintf(out->reason, sizeof out->reason,
                 "header: session %" PRIu32 ", but %" PRIu64 " of %" PRIu64
                 " sectors are of another one",
                 question->session, question->counts->n_foreign, question->counts->n_sectors);
    } else {
        return false;
    }
    decide(out, WHOSE_DISAGREES, PERSON_UNASSIGNED);
    return true;
}

/* Nobody is an answer, not a failure. */
static enum yk_status maybe(enum yk_status status, bool *has)
{
    *has = status == YK_OK;
    return status == YK_ERR_NO_DEVICE ? YK_OK : status;
}

static void contradict(struct whose *out, const struct loan *a, const char *a_by,
                       const struct loan *b, const char *b_by)
{
    snprintf(out->reason, sizeof out->reason,
             "%s: %s (line %" PRId64 "), %s: %s (line %" PRId64 ")", a_by, a->person, a->id,
             b_by, b->person, b->id);
    decide(out, WHOSE_DISAGREES, PERSON_UNASSIGNED);
}

static enum yk_status by_ledger(struct store *store, const struct whose_question *q,
                                struct whose *out, struct failure *why)
{
    const char *serial = q->identity->serial;
    struct loan session = {.id = 0}, first = {.id = 0}, last = {.id = 0};
    bool has_session = false, has_first = false, has_last = false;
    bool has_times =
        q->first_ns != TIME_UNKNOWN && q->last_ns != TIME_UNKNOWN && !q->is_clock_reset;
    enum yk_status status = YK_OK;
    if (q->session != 0) {
        status = maybe(loan_by_session(store, serial, q->session, &session, why), &has_session);
    }
    if (status == YK_OK) {
        status = maybe(loan_at(store, serial, has_times ? q->first_ns : q->now_ns, &first, why),
                       &has_first);
    }
    if (status == YK_OK && has_times) {
        status = maybe(loan_at(store, serial, q->last_ns, &last, why), &has_last);
    }
    if (status != YK_OK) {
        return status;
    }
    /* a recording may begin before or end behind the days somebody wrote down */
    if (has_first && has_last && strcmp(first.person, last.person) != 0) {
        contradict(out, &first, "at its beginning", &last, "at its end");
        return YK_OK;
    }
    const struct loan *period = has_last ? &last : has_first ? &first : NULL;
    if (has_session && period != NULL && strcmp(session.person, period->person) != 0) {
        contradict(out, &session, "by session", period, "by period");
        return YK_OK;
    }
    if (!has_session && period != NULL && !isnan(period->session) && period->session > 0 &&
        q->session != 0 && period->session != (double)q->session) {
        snprintf(out->reason, sizeof out->reason,
                 "the recorder was set up with session %.0f (line %" PRId64
                 "), it brings session %" PRIu32,
                 period->session, period->id, q->session);
        decide(out, WHOSE_DISAGREES, PERSON_UNASSIGNED);
        return YK_OK;
    }
    const struct loan *decides = has_session ? &session : period;
    if (decides == NULL) {
        decide(out, WHOSE_NOBODY, PERSON_UNASSIGNED);
    } else {
        decide(out, WHOSE_LOAN, decides->person);
        out->loan = decides->id;
    }
    return YK_OK;
}

/* It waits as unassigned. What the ledger or a name says by now is told and not acted on: what
 * the file itself said against it when it was analysed is not known here any more. */
static enum yk_status look_again(struct store *store, const struct whose_question *question,
                                 struct whose *out, struct failure *why)
{
    struct whose now = {.loan = 0};
    if (question->named != NULL && strcmp(question->named, PERSON_UNASSIGNED) != 0) {
        snprintf(out->means, sizeof out->means, "%s", question->named);
        return YK_OK;
    }
    enum yk_status status =
        disagrees(question, &now) ? YK_OK : by_ledger(store, question, &now, why);
    if (status == YK_OK) {
        snprintf(out->reason, sizeof out->reason, "%s", now.reason);
        snprintf(out->means, sizeof out->means, "%s", now.kind == WHOSE_LOAN ? now.person : "");
    }
    return status;
}

enum yk_status whose_find(struct store *store, const struct whose_question *question,
                          struct whose *out, struct failure *why)
{
    struct whose found = {.loan = 0};
    struct recording_row row;
    bool is_known = false;
    enum yk_status status =
        maybe(recording_find_hash(store, question->sha256, &row, why), &is_known);
    if (status != YK_OK) {
        return status;
    }
    if (is_known) {
        decide(&found, WHOSE_KNOWN, row.person);
        if (strcmp(row.person, PERSON_UNASSIGNED) == 0) {
            status = look_again(store, question, &found, why);
        }
    } else if (!disagrees(question, &found)) {
        if (question->named != NULL) {
            decide(&found, WHOSE_NAMED, question->named);
        }
        struct whose ledger = {.loan = 0};
        status = by_ledger(store, question, &ledger, why);
        if (status == YK_OK && question->named == NULL) {
            found = ledger;
        } else if (status == YK_OK && ledger.kind == WHOSE_LOAN &&
                   strcmp(ledger.person, question->named) != 0) {
            snprintf(found.reason, sizeof found.reason, "the ledger says %s, named was %s",
                     ledger.person, question->named);
            decide(&found, WHOSE_DISAGREES, PERSON_UNASSIGNED);
        } else if (status == YK_OK && ledger.kind == WHOSE_LOAN) {
            found.loan = ledger.loan;
        }
    }
    if (status == YK_OK) {
        *out = found;
    }
    return status;
}
