/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * COMMIT, FORMAT and CLEAR. While the disk is shown they are put off to a tick of the 1 Hz
 * clock, the disk is "not present" meanwhile, and the line that says so begins with the word
 * that the real end consists of. Wiping keeps the whole device from answering for some seconds.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "drivers/pretend/parts.h"

enum { WIPE_S = 3 };

/* The real end of an action: what it prints. */
static void print_end(struct pretend_device *self)
{
    struct pretend_action *action = &self->action;
    const char *word = action->wipes ? "wipe/format" : "plain-format";
    if (action->is_refused && action->kind != ACTION_COMMIT) {
        serial_print(self,
                     "ERROR: Problem during %s (0x%02x. 'status 3' for NAND health), failed: "
                     "FMT\r\n",
                     word, 0x02u);
        return;
    }
    if (action->kind == ACTION_FORMAT || action->resets_settings) {
        serial_print(self, "FORMAT: Complete.\r\n");
    }
    if (action->is_refused) {
        serial_print(self, "ERROR: Problem during commit\n");
    }
}

static void write_header(struct pretend_device *self)
{
    struct cwa_header header;
    uint32_t now = device_packed_now(self);
    bool made = false;
    settings_to_header(&self->settings, self->identity.is_ax6, self->identity.device_id,
                       self->identity.firmware, now, &header);
    volume_commit(&self->volume, &header, now, &made);
    self->settings.last_change = now;
    self->stats.commits++;
    /* Firmware 40 forgets the line end after its remark. */
    serial_print(self, "%sCOMMIT\r\n",
                 made && self->identity.firmware == 40 ? "no file, creating" : "");
}

static void finish(struct pretend_device *self)
{
    struct pretend_action action = self->action;
    print_end(self);
    self->action = (struct pretend_action){0};
    if (!action.is_refused && action.commits) {
        write_header(self);
    }
    self->disk.unit_attention = true;
}

static void carry_out(struct pretend_device *self)
{
    struct pretend_action *action = &self->action;
    if (!action->is_refused) {
        if (action->kind != ACTION_COMMIT) {
            volume_format(&self->volume, action->wipes);
            self->stats.formats++;
        }
        if (action->resets_settings) {
            settings_init(&self->settings, self->identity.is_ax6, self->identity.device_id);
        }
    }
    if (action->wipes) {
        const struct pretend_fault *given = device_condition(self, WHAT_WIPE);
        int64_t seconds = given != NULL ? pretend_fault_number(given, WIPE_S) : WIPE_S;
        self->busy_us = pretend_device_now_us(self) + seconds * 1000000;
        action->is_printing = true;
        return;
    }
    finish(self);
}

static void begin(struct pretend_device *self, const char *name, int ticks)
{
    self->action.ticks = ticks;
    if (!self->mounts) {
        bool is_clear = self->action.kind == ACTION_CLEAR;
        carry_out(self);
        if (is_clear) {
            serial_print(self, "CLEAR\r\n");
        }
        return;
    }
    serial_print(self, "%s: Delayed activation.\r\n", name);
}

static bool start(struct pretend_device *self, enum action_kind kind)
{
    if (self->action.kind != ACTION_NONE) {
        return false; /* one is pending already: the line is lost, as a busy device loses it */
    }
    self->action = (struct pretend_action){.kind = kind, .is_refused = self->refuses_next};
    return true;
}

void actions_commit(struct pretend_device *self, const char *argument)
{
    (void)argument;
    if (start(self, ACTION_COMMIT)) {
        self->action.commits = true;
        begin(self, "COMMIT", 1);
    }
}

void actions_format(struct pretend_device *self, const char *argument)
{
    bool is_quick = toupper((unsigned char)argument[0]) == 'Q';
    bool is_wipe = toupper((unsigned char)argument[0]) == 'W';
    if (!is_quick && !is_wipe) {
        serial_print(self, "ERROR: Must specify 'FORMAT Q' for quick or 'FORMAT W' for wipe, "
                           "+'C' for COMMIT.\r\n");
        return;
    }
    if (start(self, ACTION_FORMAT)) {
        self->action.wipes = is_wipe;
        self->action.commits = toupper((unsigned char)argument[1]) == 'C';
        begin(self, "FORMAT", 2);
    }
}

void actions_clear(struct pretend_device *self, const char *argument)
{
    bool is_all = strncasecmp(argument, "all", 3) == 0;
    if (!is_all && strncasecmp(argument, "data", 4) != 0) {
        serial_print(self, "CLEAR: Use 'clear data' or 'clear all'.\r\n");
        return;
    }
    if (start(self, ACTION_CLEAR)) {
        self->action.commits = true;
        self->action.wipes = self->action.resets_settings = is_all;
        begin(self, "CLEAR", 2);
    }
}

void actions_tick(struct pretend_device *self)
{
    if (self->action.kind != ACTION_NONE && !self->action.is_printing &&
        --self->action.ticks <= 0) {
        carry_out(self);
    }
}

void actions_poll(struct pretend_device *self)
{
    if (self->action.is_printing && pretend_device_now_us(self) >= self->busy_us) {
        finish(self);
    }
}
