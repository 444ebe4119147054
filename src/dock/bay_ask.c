/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who a recorder is, and in which zone its clock stands.
 */
#include <string.h>

#include "src/dock/bay_parts.h"

static enum yk_status open_zone(struct work *self)
{
    const char *name = self->shared->zone_name;
    struct person person = {.zone = ""};
    struct loan loan;
    if (name == NULL && self->shared->participant != NULL) {
        person_find(&self->store, self->shared->participant, &person, NULL);
    } else if (name == NULL && loan_at(&self->store, self->identity.serial, clock_now_utc_ns(),
                                       &loan, NULL) == YK_OK) {
        person_find(&self->store, loan.person, &person, NULL);
    }
    name = name != NULL ? name : person.zone[0] != '\0' ? person.zone : self->store.zone;
    return zone_open_or_system(name, &self->zone, &self->why);
}

/* What the device's clock showed, as UTC. */
int64_t bay_instant(const struct work *self, int64_t ns_of_clock)
{
    return ns_of_clock == TIME_UNKNOWN
               ? TIME_UNKNOWN
               : zone_instant(self->zone, civil_time_of_utc_ns(ns_of_clock));
}

enum yk_status bay_ask_who(struct work *self)
{
    enum yk_status status = self->device->ops->identify(
        self->device, &self->identity, &self->battery, &self->health, &self->why);
    if (status == YK_OK && self->zone == NULL) {
        status = open_zone(self);
    }
    if (status == YK_OK) { /* the device's clock shows civil time */
        self->health.plan_start_ns = bay_instant(self, self->health.plan_start_ns);
        self->health.plan_stop_ns = bay_instant(self, self->health.plan_stop_ns);
    }
    return status;
}

void bay_format_time(const struct work *self, int64_t ns, char out[static 40])
{
    zone_format_iso(self->zone, ns, 0, out);
    if (strlen(out) > 16) {
        out[10] = ' ';
        out[16] = '\0'; /* minutes are enough for people */
    }
}

void bay_say_nothing_in_it(struct work *self)
{
    char from[40];
    int64_t start = self->health.plan_start_ns;
    if (start != TIME_UNKNOWN && start > clock_now_utc_ns()) {
        bay_format_time(self, start, from);
        bay_say(self->bay, BAY_HAND_OVER, DOCK_SAYS_hand_over, from, NULL, NULL);
    } else {
        bay_say(self->bay, BAY_SAFE, DOCK_SAYS_nothing, NULL, NULL, NULL);
    }
}
