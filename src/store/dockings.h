/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines of the dock: each time a recorder was read, with its clock against the PC's.
 */
#ifndef SRC_STORE_DOCKINGS_H
#define SRC_STORE_DOCKINGS_H

#include "src/model/docking.h"
#include "src/store/records.h"

extern const struct record_kind record_kind_docking;

/* at_ns, device_serial and outcome must be known. docking->id is set. errors: YK_ERR_ARGUMENT,
 * YK_ERR_CONFLICT (recording or loan that is not there) */
enum yk_status docking_add(struct store *store, struct docking *docking, struct failure *why);
/* By time; device_serial NULL: of all. *out is freed with mem_free(). */
enum yk_status docking_list(struct store *store, const char *device_serial,
                            struct docking **out, size_t *n, struct failure *why);

#endif
