/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Consents as rows: who may be given which copy, from when until when.
 */
#ifndef SRC_STORE_CONSENTS_H
#define SRC_STORE_CONSENTS_H

#include "src/model/consent.h"
#include "src/store/records.h"

struct consent_row {
    int64_t id;
    char person[64];
    int scope;      /* enum copy_kind + 1; 0: not said */
    uint32_t items; /* 0: what that copy holds by default */
    char recipient[64];
    char version[32];
    struct civil_date from, until, withdrawn;
};

/* Columns person_id scope items recipient version from_date until_date withdrawn_date. Refused:
 * more for an employer than attendance and a range of waking times; an end or a withdrawal
 * before the beginning; a second consent for the same reader in the same time. */
extern const struct record_kind record_kind_consent;

/* out is initialised by the caller. */
enum yk_status consent_load(struct store *store, const char *person, struct consents *out,
                            struct failure *why);

#endif
