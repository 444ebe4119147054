/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The dock for other programs: one JSON object a line for each event
 * (docs/devices/dock-events.md).
 */
#ifndef SRC_CLI_DOCK_JSON_H
#define SRC_CLI_DOCK_JSON_H

#include "src/cli/json_out.h"
#include "src/dock/station.h"

/* Writes the event's line to standard output. errors: YK_ERR_MEMORY, YK_ERR_IO */
enum yk_status dock_json_event(const struct dock_event *event, struct failure *why);
/* What was measured of a recorder's clock, as three members of an object. */
void dock_json_clock(struct json_out *json, const struct dock_clock *clock, bool is_known);
/* A finding of a check-up as an object. */
void dock_json_check(struct json_out *json, const char *key, const struct checkup_item *item);

#endif
