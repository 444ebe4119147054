/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Copies that were handed out: which one, to whom, of which nights, under which consent.
 */
#ifndef SRC_STORE_ISSUED_H
#define SRC_STORE_ISSUED_H

#include "src/model/consent.h"
#include "src/store/records.h"

struct issued_copy {
    int64_t id;
    char person[64];
    int copy; /* enum copy_kind + 1; 0: not said */
    char recipient[64], language[8];
    struct civil_date first, last; /* evenings of the period */
    int64_t made_ns;
    char report_id[48], sha256[72];
    double consent; /* number of the consent; NaN: needed none */
};

extern const struct record_kind record_kind_issued;

void issued_init(struct issued_copy *self); /* everything unknown */
/* person, copy, made_ns and report_id must be known. errors: YK_ERR_ARGUMENT, YK_ERR_NO_DEVICE,
 * YK_ERR_CONFLICT (a consent that is not there) */
enum yk_status issued_add(struct store *store, struct issued_copy *copy, struct failure *why);
/* By time; freed with mem_free(). */
enum yk_status issued_list(struct store *store, const char *person, struct issued_copy **out,
                           size_t *n, struct failure *why);

#endif
