/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commands and replies of the AX family (docs/devices/axivity.md, "Serial port"). One command
 * at a time, in one packet, with a line end before it that completes whatever stands in the
 * device's line buffer.
 *
 * Lines that answer nothing are skipped: late ones, replies to junk, echoes. An ERROR line
 * counts as the answer, unless it names another command than ours. After anything that went
 * wrong the next command is preceded by an empty line and a short silence.
 */
#include "drivers/axivity.h"

#include <stdio.h>
#include <string.h>

#include "src/base/names.h"

#define QUIET_MS 60
#define UNKNOWN "ERROR: Unknown command: "

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Without what could disturb a terminal. */
static void printable(char out[static 80], const char *line)
{
    size_t n = 0;
    for (; line[n] != '\0' && n + 1 < 80; n++) {
        out[n] = line[n] < ' ' || line[n] > '~' ? '?' : line[n];
    }
    out[n] = '\0';
}

/* Whether an ERROR line complains about something we did not send. */
static bool is_about_other(const char *line, const char *command)
{
    return begins(line, UNKNOWN) && strcmp(line + strlen(UNKNOWN), command) != 0;
}

static enum yk_status refused(struct axivity *self, const char *command, const char *line,
                              struct failure *why)
{
    char text[80];
    printable(text, line);
    self->serial.in_step = false; /* the ordinary reply may still follow */
    if (begins(line, UNKNOWN)) {
        return failure_set(why, YK_ERR_UNSUPPORTED, "the recorder's firmware does not know %s",
                           command);
    }
    if (begins(line, "ERROR: Locked")) {
        return failure_set(
            why, YK_ERR_ACCESS,
            "the recorder is locked with a code; unlock it with the program that "
            "locked it");
    }
    return failure_set(why, YK_ERR_PROTOCOL, "the recorder answered \"%s\" to %s", text,
                       command);
}

static enum yk_status send(struct axivity *self, const char *command, struct failure *why)
{
    char text[80];
    enum yk_status status = YK_OK;
    if (!self->serial.in_step) {
        status = cdc_acm_resynchronise(&self->serial, QUIET_MS, why);
    }
    int n = snprintf(text, sizeof text, "\r\n%s\r\n", command);
    if (status == YK_OK && (n < 0 || (size_t)n >= sizeof text)) {
        return failure_set(why, YK_ERR_ARGUMENT, "a command is too long: %s", command);
    }
    return status == YK_OK ? cdc_acm_send(&self->serial, text, AXIVITY_ASK_MS, why) : status;
}

static enum yk_status no_answer(struct axivity *self, enum yk_status status,
                                const char *command, struct failure *why)
{
    self->serial.in_step = false;
    if (status == YK_ERR_TIMEOUT) {
        failure_within(why, "%s", command);
    }
    return status;
}

enum yk_status axivity_ask(struct axivity *self, const char *command, const char *prefix,
                           unsigned timeout_ms, char reply[static LINE_MAX_BYTES],
                           struct failure *why)
{
    enum yk_status status = send(self, command, why);
    int64_t end = self->port->ops->now_ms(self->port) + timeout_ms;
    while (status == YK_OK) {
        const char *line = NULL;
        status = cdc_acm_line(&self->serial, end, &line, why);
        if (status != YK_OK) {
            break;
        }
        if (begins(line, prefix)) {
            snprintf(reply, LINE_MAX_BYTES, "%s", line);
            return YK_OK;
        }
        if (begins(line, "ERROR:") && !is_about_other(line, command)) {
            return refused(self, command, line, why);
        }
    }
    return no_answer(self, status, command, why);
}

enum yk_status axivity_ask_surely(struct axivity *self, const char *command, const char *prefix,
                                  char reply[static LINE_MAX_BYTES], struct failure *why)
{
    enum yk_status status = YK_OK;
    for (int i = 0; i < AXIVITY_TRIES; i++) {
        status = axivity_ask(self, command, prefix, AXIVITY_ASK_MS, reply, why);
        if (status != YK_ERR_TIMEOUT && status != YK_ERR_PROTOCOL && status != YK_ERR_IO) {
            break;
        }
    }
    return status;
}

/* "COMMIT: Delayed activation." begins like the line that is waited for and is not it. Firmware
 * 40 glues a notice before that line. */
static bool is_committed(const char *line)
{
    return strcmp(line, "COMMIT") == 0 ||
           (begins(line, "no file, creating") && name_ends_with(line, "COMMIT"));
}

enum yk_status axivity_act(struct axivity *self, const char *command, unsigned timeout_ms,
                           struct failure *why)
{
    self->serial.in_step = false; /* a late COMMIT of an earlier try must not count */
    enum yk_status status = send(self, command, why);
    int64_t end = self->port->ops->now_ms(self->port) + timeout_ms;
    while (status == YK_OK) {
        const char *line = NULL;
        status = cdc_acm_line(&self->serial, end, &line, why);
        if (status == YK_OK && is_committed(line)) {
            return YK_OK;
        }
        if (status == YK_OK && begins(line, "ERROR:") && !is_about_other(line, command)) {
            return refused(self, command, line, why);
        }
    }
    return no_answer(self, status, command, why);
}

enum yk_status axivity_meet(struct axivity *self, struct failure *why)
{
    char reply[LINE_MAX_BYTES];
    struct axivity_id id;
    /* An echo of COMMIT would look like its confirmation. An old firmware may not know this. */
    self->serial.in_step = false;
    enum yk_status status = axivity_ask(self, "ECHO 0", "ECHO=", AXIVITY_ASK_MS, reply, why);
    if (status == YK_ERR_NO_DEVICE) {
        return status;
    }
    for (int i = 0; i < AXIVITY_TRIES; i++) {
        status = axivity_ask(self, "ID", "ID=", AXIVITY_ASK_MS, reply, why);
        if (status == YK_OK && axivity_parse_id(reply, &id)) {
            self->id = id;
            self->has_id = self->has_serial = true;
            return YK_OK;
        }
        if (status == YK_OK) {
            char text[80];
            printable(text, reply);
            self->serial.in_step = false;
            status =
                failure_set(why, YK_ERR_PROTOCOL,
                            "the recorder calls itself \"%s\", which no AX3 or AX6 does", text);
        }
        if (status == YK_ERR_NO_DEVICE) {
            break;
        }
    }
    self->has_serial = false;
    return status;
}
