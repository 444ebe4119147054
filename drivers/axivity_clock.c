/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The recorder's clock against the PC's. Five questions, each with the PC's time before and
 * after; the device's answer lies somewhere between, so that half the exchange is the
 * uncertainty and the narrowest one tells most. An exchange whose interval fits no other is not
 * believed (a late answer to the question before looks like a quick one).
 *
 * The clock is set so that the command arrives when the second turns: TIME sets whole seconds
 * and clears the fraction.
 */
#include "drivers/axivity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/zone.h"

#define EXCHANGES 5
#define EXCHANGES_TRIED 9
#define ASK_MS 1000
#define LATE_MS 400            /* silence after a lost answer, so that it cannot come later */
#define RESET_BEFORE_YEAR 2008 /* a flat battery starts the clock at 2000-01-01 */
#define SET_TRIES 3
#define SET_WITHIN_MS 1500
#define TURN_WITHIN_MS 2000 /* the next turn of the second is never further away */
#define NS_PER_MS 1000000

struct exchange {
    int64_t middle_ns, half_ns, device_ns;
    struct civil_time device_time;
};

/* In the hour that exists twice the reading that is nearer to the PC counts. */
static int64_t instant_of(const struct zone *zone, struct civil_time device, int64_t near_ns)
{
    int64_t first = zone_instant(zone, device), later = first + NS_PER_H;
    struct civil_time again = zone_civil(zone, later);
    bool is_twice = civil_compare(again.date, device.date) == 0 &&
                    again.second_of_day == device.second_of_day;
    return is_twice && llabs(later - near_ns) < llabs(first - near_ns) ? later : first;
}

static enum yk_status exchange(struct axivity *self, const struct zone *zone,
                               struct exchange *out, struct failure *why)
{
    char reply[LINE_MAX_BYTES];
    struct civil_time device;
    if (!self->serial.in_step) { /* not within the time that is measured */
        enum yk_status status = cdc_acm_resynchronise(&self->serial, LATE_MS, why);
        if (status != YK_OK) {
            return status;
        }
    }
    int64_t before = usb_port_utc_ns(self->port);
    enum yk_status status = axivity_ask(self, "SAMPLE 4", "$TIME=", ASK_MS, reply, why);
    int64_t after = usb_port_utc_ns(self->port);
    if (status != YK_OK) {
        return status;
    }
    if (!axivity_parse_time(reply + strlen("$TIME="), &device) || after < before) {
        self->serial.in_step = false;
        return failure_set(why, YK_ERR_PROTOCOL, "the recorder's clock reads \"%s\"",
                           reply + strlen("$TIME="));
    }
    *out = (struct exchange){.middle_ns = before + (after - before) / 2,
                             .half_ns = (after - before) / 2,
                             .device_time = device};
    out->device_ns = instant_of(zone, device, out->middle_ns);
    return YK_OK;
}

/* Whether two exchanges can both be true; a clock may jump a millisecond when read. */
static bool do_agree(const struct exchange *a, const struct exchange *b)
{
    int64_t apart = llabs((a->device_ns - a->middle_ns) - (b->device_ns - b->middle_ns));
    return apart <= a->half_ns + b->half_ns + 3 * NS_PER_MS;
}

/* The narrowest of those that agree with most. */
static const struct exchange *best_of(const struct exchange *all, size_t n)
{
    const struct exchange *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        size_t agreeing = 0;
        for (size_t k = 0; k < n; k++) {
            agreeing += do_agree(&all[i], &all[k]);
        }
        if (best == NULL || agreeing > most ||
            (agreeing == most && all[i].half_ns < best->half_ns)) {
            best = &all[i];
            most = agreeing;
        }
    }
    return best;
}

static enum yk_status measure(struct axivity *self, const struct zone *zone,
                              struct exchange *out, struct failure *why)
{
    struct exchange all[EXCHANGES];
    size_t n = 0;
    enum yk_status status = YK_OK;
    for (int i = 0; i < EXCHANGES_TRIED && n < EXCHANGES; i++) {
        status = exchange(self, zone, &all[n], why);
        if (status == YK_ERR_NO_DEVICE || (status != YK_OK && n == 0 && i >= 2)) {
            return status;
        }
        n += status == YK_OK;
    }
    if (n == 0) {
        return status;
    }
    *out = *best_of(all, n);
    return YK_OK;
}

static struct dock_clock clock_of(const struct exchange *e)
{
    int64_t ns = e->device_ns - e->middle_ns;
    return (struct dock_clock){
        .at_ns = e->middle_ns,
        .offset_ms = floor_div(ns + NS_PER_MS / 2, NS_PER_MS),
        .uncertainty_ms = floor_div(e->half_ns + NS_PER_MS - 1, NS_PER_MS),
        .is_reset = e->device_time.date.year < RESET_BEFORE_YEAR,
        .device_time = e->device_time,
    };
}

enum yk_status axivity_read_clock(struct axivity *self, const struct zone *zone,
                                  struct dock_clock *out, struct failure *why)
{
    struct exchange e;
    enum yk_status status = measure(self, zone, &e, why);
    if (status == YK_OK) {
        *out = clock_of(&e);
    }
    return status;
}

/* ---- setting ---- */

/* Ends early when somebody sets the PC's clock back: the reading afterwards shows it. */
static void sleep_until(struct axivity *self, int64_t utc_ns)
{
    for (;;) {
        int64_t left_ms = (utc_ns - usb_port_utc_ns(self->port)) / NS_PER_MS;
        if (left_ms <= 0 || left_ms > TURN_WITHIN_MS) {
            return;
        }
        self->port->ops->sleep_ms(self->port, left_ms > 50 ? (unsigned)left_ms - 20 : 1);
    }
}

/* Sends TIME so that it arrives when the second turns; half_ns: how long it is under way. */
static enum yk_status set_once(struct axivity *self, const struct zone *zone, int64_t half_ns,
                               struct failure *why)
{
    char time[40], command[64], reply[LINE_MAX_BYTES];
    struct civil_time echoed;
    if (!self->serial.in_step) {
        enum yk_status status = cdc_acm_resynchronise(&self->serial, LATE_MS, why);
        if (status != YK_OK) {
            return status;
        }
    }
    int64_t turn =
        (floor_div(usb_port_utc_ns(self->port) + half_ns + 100 * NS_PER_MS, NS_PER_S) + 1) *
        NS_PER_S;
    struct civil_time want = zone_civil(zone, turn);
    axivity_format_time(want, time);
    snprintf(command, sizeof command, "TIME %s", time);
    sleep_until(self, turn - half_ns);
    enum yk_status status = axivity_ask(self, command, "$TIME=", AXIVITY_ASK_MS, reply, why);
    if (status != YK_OK) {
        return status;
    }
    if (!axivity_parse_time(reply + strlen("$TIME="), &echoed) ||
        llabs(civil_time_as_utc_ns(echoed) - civil_time_as_utc_ns(want)) > 2 * NS_PER_S) {
        return failure_set(why, YK_ERR_CONFLICT,
                           "the recorder's clock was set to %s and reads \"%s\"", time,
                           reply + strlen("$TIME="));
    }
    return YK_OK;
}

enum yk_status axivity_set_clock(struct axivity *self, const struct zone *zone,
                                 struct dock_clock *after, struct failure *why)
{
    struct exchange e;
    enum yk_status status = measure(self, zone, &e, why);
    if (status != YK_OK) {
        return status;
    }
    for (int i = 0; i < SET_TRIES; i++) {
        status = set_once(self, zone, e.half_ns, why);
        if (status == YK_OK) {
            status = measure(self, zone, &e, why);
        }
        if (status == YK_ERR_NO_DEVICE || status == YK_ERR_ACCESS) {
            return status;
        }
        if (status != YK_OK) {
            continue;
        }
        struct dock_clock now = clock_of(&e);
        if (llabs(now.offset_ms) <= SET_WITHIN_MS) {
            *after = now;
            return YK_OK;
        }
        status = failure_set(why, YK_ERR_CONFLICT,
                             "the recorder's clock does not keep what it was set to: it is "
                             "%lld ms off right after",
                             (long long)now.offset_ms);
    }
    return status;
}
