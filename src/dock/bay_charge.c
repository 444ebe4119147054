/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recorder that is through: it charges. It is closed between two looks, so that `yoake lend`
 * can have it meanwhile.
 */
#include "src/dock/bay_parts.h"

#define BATTERY_POLL_NS (60 * NS_PER_S)
#define BUSY_POLL_NS (3 * NS_PER_S)
#define FULL_PCT 90.0 /* below it the maker's software warns at set-up */

/* What the battery says, in view and state. */
static void show_battery(struct work *self, bool may_say)
{
    struct bay *bay = self->bay;
    bool is_ready = self->battery.is_full || self->battery.percent >= FULL_PCT;
    enum bay_state state = is_ready ? BAY_READY : BAY_CHARGING;
    pthread_mutex_lock(&bay->lock);
    bay->view.battery_pct = self->battery.percent;
    bay->view.is_battery_full = self->battery.is_full;
    bay->view.is_done = true;
    bool is_new = bay->view.state != state;
    pthread_mutex_unlock(&bay->lock);
    if (may_say && is_new) {
        bay_say(bay, state, is_ready ? DOCK_SAYS_ready : DOCK_SAYS_charging,
                self->identity.serial, NULL, NULL);
    } else {
        bay_tell(bay, BAY_EVENT_BATTERY);
    }
}

/* Somebody erased it meanwhile, and set it up for its next wearer. */
static bool is_set_up_anew(struct work *self)
{
    struct byte_source *source = NULL;
    uint64_t beyond = 0;
    enum yk_status status =
        self->device->ops->open_recording(self->device, &source, &beyond, NULL);
    byte_source_close(source);
    return status == YK_ERR_TOO_LITTLE && self->health.plan_start_ns != TIME_UNKNOWN &&
           self->health.plan_start_ns > clock_now_utc_ns();
}

/* Opens it for a moment. errors: YK_ERR_BUSY, YK_ERR_ACCESS (in use), YK_ERR_NO_DEVICE */
static enum yk_status look_again(struct work *self, bool *is_new)
{
    struct bay *bay = self->bay;
    enum yk_status status = bay->driver->open(&bay->slot, &bay->job, &self->device, &self->why);
    if (status == YK_OK) {
        status = bay_ask_who(self);
    }
    *is_new = status == YK_OK && is_set_up_anew(self);
    dock_device_close(self->device);
    self->device = NULL;
    return status;
}

void bay_charge(struct work *self)
{
    struct bay *bay = self->bay;
    struct bay_view view;
    bay_look(bay, &view);
    bool may_say = view.state == BAY_SAFE;
    int64_t poll_ns = self->shared->poll_ns > 0 ? self->shared->poll_ns : BATTERY_POLL_NS;
    int64_t pause_ns = poll_ns, told_start_ns = TIME_UNKNOWN;
    dock_device_close(self->device);
    self->device = NULL;
    if (self->shared->is_once) {
        return;
    }
    show_battery(self, may_say);
    while (bay_sleep(bay, pause_ns)) {
        bool is_new = false;
        enum yk_status status = look_again(self, &is_new);
        pause_ns = poll_ns;
        if (status == YK_ERR_NO_DEVICE) {
            return;
        }
        if (status == YK_ERR_BUSY || status == YK_ERR_ACCESS) {
            pause_ns = poll_ns < BUSY_POLL_NS ? poll_ns : BUSY_POLL_NS;
            bay_look(bay, &view);
            if (may_say && view.state != BAY_SETTING_UP) {
                bay_say(bay, BAY_SETTING_UP, DOCK_SAYS_setting_up, NULL, NULL, NULL);
            }
        } else if (is_new && self->health.plan_start_ns != told_start_ns) {
            may_say = false;
            told_start_ns = self->health.plan_start_ns;
            bay_say_nothing_in_it(self);
        } else if (status == YK_OK && !is_new) {
            show_battery(self, may_say);
        }
    }
}
