/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order of lending. Everything that can be refused is looked at before anything is changed;
 * the ledger's row is there before the device is touched, so that a power cut in between leaves
 * a row that says "intended" and a device that at worst is set up for just that row.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/dock/lend_parts.h"
#include "src/store/persons.h"

#define MARGIN 1.2

/* ---- the plan ---- */

static enum yk_status weigh_plan(struct lending *self, struct failure *why)
{
    const struct lend_request *r = self->request;
    struct lend_result *out = self->out;
    bool is_now = r->from_ns == TIME_UNKNOWN || r->from_ns < r->now_ns;
    self->from_ns = is_now ? r->now_ns : r->from_ns;
    lending_put_time(self, 0, r->to_ns);
    if (r->to_ns <= r->now_ns) {
        return lending_refuse(self, LEND_SAYS_plan_over, YK_ERR_ARGUMENT, why);
    }
    lending_put_time(self, 0, self->from_ns);
    lending_put_time(self, 1, r->to_ns);
    if (r->to_ns <= self->from_ns) {
        return lending_refuse(self, LEND_SAYS_plan_order, YK_ERR_ARGUMENT, why);
    }
    out->days = (double)(r->to_ns - self->from_ns) / (double)(24 * NS_PER_H);
    out->first_evening = lend_first_night(r->zone, self->from_ns, r->to_ns, &out->n_nights);
    return out->n_nights > 0 ? YK_OK
                             : lending_refuse(self, LEND_SAYS_no_night, YK_ERR_ARGUMENT, why);
}

static enum yk_status weigh_person(struct lending *self, struct failure *why)
{
    struct person person;
    struct failure inner;
    enum yk_status status = person_find(self->store, self->request->person, &person, &inner);
    return status == YK_OK ? YK_OK
                           : lending_fail(self, LEND_SAYS_no_person, status, &inner, why);
}

/* ---- the device ---- */

static enum yk_status weigh_device(struct lending *self, struct failure *why)
{
    struct lend_result *out = self->out;
    struct failure inner;
    lending_step(self, LEND_IDENTIFYING);
    enum yk_status status = self->device->ops->identify(self->device, &out->identity,
                                                        &out->battery, &self->health, &inner);
    if (status != YK_OK) {
        return lending_fail(self, LEND_SAYS_silent, status, &inner, why);
    }
    if (!out->identity.agree) {
        lending_put(self, 0, out->identity.disagreement);
        return lending_refuse(self, LEND_SAYS_disagrees, YK_ERR_CONFLICT, why);
    }
    if (self->health.is_locked) {
        return lending_refuse(self, LEND_SAYS_locked, YK_ERR_ACCESS, why);
    }
    const struct dock_device_ops *ops = self->device->ops;
    if (ops->configure == NULL || ops->set_clock == NULL || ops->read_clock == NULL) {
        lending_put(self, 0, out->identity.serial);
        return lending_refuse(self, LEND_SAYS_cannot, YK_ERR_UNSUPPORTED, why);
    }
    return YK_OK;
}

static enum yk_status weigh_battery(struct lending *self, struct failure *why)
{
    const struct lend_request *r = self->request;
    struct lend_result *out = self->out;
    double full_days = lend_battery_days(out->identity.model, r->rate_hz, r->gyro_dps > 0);
    double needs_pct = 100 * out->days * MARGIN / full_days;
    if (needs_pct > 100) {
        lending_put_number(self, 0, out->days, 1);
        lending_put_number(self, 1, full_days, 1);
        return lending_refuse(self, LEND_SAYS_battery_never, YK_ERR_CONFLICT, why);
    }
    lending_put_number(self, 0, out->battery.percent, 0);
    lending_put_number(self, 1, ceil(needs_pct), 0);
    /* A battery that does not answer is not taken for a full one. */
    if (!out->battery.is_full && !(out->battery.percent >= needs_pct)) {
        return lending_refuse(self, LEND_SAYS_battery_low, YK_ERR_CONFLICT, why);
    }
    return YK_OK;
}

static enum yk_status weigh_memory(struct lending *self, struct failure *why)
{
    const struct lend_request *r = self->request;
    const struct dock_device_ops *ops = self->device->ops;
    uint64_t room = ops->capacity_bytes != NULL ? ops->capacity_bytes(self->device) : 0;
    double needs = lend_memory_bytes(self->out->identity.model, r->rate_hz, r->gyro_dps > 0,
                                     self->out->days * MARGIN * 86400);
    lending_put_number(self, 0, (double)room / 1e6, 0);
    lending_put_number(self, 1, ceil(needs / 1e6), 0);
    return room == 0 || (double)room >= needs
               ? YK_OK
               : lending_refuse(self, LEND_SAYS_memory_short, YK_ERR_CONFLICT, why);
}

/* ---- how it will be set up ---- */

static void add_pair(struct text *out, const char *key, const char *value)
{
    static const char hex[] = "0123456789ABCDEF";
    text_addf(out, "%s%s=", out->length > 0 ? "&" : "", key);
    for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++) {
        bool is_plain = *c < 0x80 && (isalnum(*c) != 0 || strchr("~_.-", *c) != NULL);
        if (is_plain) {
            text_add_char(out, (char)*c);
        } else if (*c == ' ') {
            text_add_char(out, '+');
        } else {
            text_addf(out, "%%%c%c", hex[*c >> 4], hex[*c & 15]);
        }
    }
}

/* Codes only: it travels with the device. */
static enum yk_status annotate(const struct lending *self, struct dock_setup *setup,
                               struct failure *why)
{
    struct text text;
    text_init(&text);
    if (self->request->site != NULL) {
        add_pair(&text, "_p", self->request->site);
    }
    add_pair(&text, "_sc", self->request->person);
    enum yk_status status = text_status(&text, why);
    if (status == YK_OK && text.length > DOCK_ANNOTATION_BYTES) {
        status = failure_set(why, YK_ERR_ARGUMENT,
                             "the code and the body site do not fit into the recorder");
    }
    if (status == YK_OK) {
        memcpy(setup->annotation, text_string(&text), text.length + 1);
    }
    text_release(&text);
    return status;
}

static enum yk_status make_setup(const struct lending *self, uint32_t session,
                                 struct dock_setup *out, struct failure *why)
{
    const struct lend_request *r = self->request;
    bool is_now = self->from_ns == r->now_ns;
    *out = (struct dock_setup){.session = session,
                               .start_ns = is_now ? TIME_UNKNOWN : self->from_ns,
                               .stop_ns = r->to_ns,
                               .zone = r->zone,
                               .rate_hz = r->rate_hz,
                               .range_g = r->range_g,
                               .gyro_dps = r->gyro_dps,
                               .erase = true};
    return annotate(self, out, why);
}

/* A rate, range, gyroscope or note that this recorder has not, before ledger and clock change.
 */
static enum yk_status weigh_setup(struct lending *self, struct failure *why)
{
    const struct dock_device_ops *ops = self->device->ops;
    struct dock_setup setup;
    struct failure inner;
    enum yk_status status = make_setup(self, 1, &setup, &inner);
    if (status == YK_OK && ops->can_configure != NULL) {
        status = ops->can_configure(self->device, &setup, &inner);
    }
    if (status == YK_OK) {
        return YK_OK;
    }
    lending_put(self, 0, inner.text);
    return lending_refuse(self, LEND_SAYS_setup_never, status, why);
}

/* ---- the ledger ---- */

static struct clock_reading reading_of(const struct dock_clock *clock)
{
    return (struct clock_reading){.at_ns = clock->at_ns,
                                  .offset_ms = (double)clock->offset_ms,
                                  .uncertainty_ms = (double)clock->uncertainty_ms};
}

/* The recorder is here: whoever had it has given it back. *id: the line that ends with this
 * lending, 0 when there is none. */
static enum yk_status find_last_loan(const struct lending *self, int64_t *id,
                                     struct failure *why)
{
    struct loan last;
    enum yk_status status =
        loan_at(self->store, self->out->identity.serial, self->request->now_ns, &last, why);
    *id = 0;
    if (status != YK_OK) {
        return status == YK_ERR_NO_DEVICE ? YK_OK : status;
    }
    /* A line written in advance for this very lending stays: loan_intend() takes its place. */
    bool is_in_advance = last.state == LOAN_WRITTEN &&
                         strcmp(last.person, self->request->person) == 0 &&
                         last.from_ns > self->from_ns - LOAN_IN_ADVANCE_NS;
    if (last.state != LOAN_INTENDED && !is_in_advance) {
        *id = last.id;
    }
    return YK_OK;
}

static enum yk_status intend(struct lending *self, const struct dock_clock *clock,
                             struct failure *why)
{
    struct loan *loan = &self->out->loan;
    struct clock_reading reading = reading_of(clock);
    struct failure inner;
    uint32_t session = 0;
    int64_t last = 0;
    loan_init(loan);
    snprintf(loan->device_serial, sizeof loan->device_serial, "%s", self->out->identity.serial);
    snprintf(loan->person, sizeof loan->person, "%s", self->request->person);
    loan->from_ns = self->from_ns;
    loan->to_ns = self->request->to_ns;
    loan->state = LOAN_INTENDED;
    loan->rate_hz = self->request->rate_hz;
    loan->range_g = self->request->range_g;
    enum yk_status status = find_last_loan(self, &last, &inner);
    if (status == YK_OK) {
        status = loan_next_session(self->store, &session, &inner);
    }
    if (status == YK_OK) {
        loan->session = session;
        status = loan_intend(self->store, loan, self->request->now_ns, last,
                             clock->is_reset ? NULL : &reading, &inner);
    }
    if (status == YK_OK) {
        return YK_OK;
    }
    return lending_fail(self,
                        status == YK_ERR_CONFLICT ? LEND_SAYS_ledger : LEND_SAYS_store_fails,
                        status, &inner, why);
}

/* ---- setting up ---- */

static enum yk_status set_up(struct lending *self, struct failure *why)
{
    const struct lend_request *r = self->request;
    const struct dock_device_ops *ops = self->device->ops;
    struct dock_setup setup;
    struct dock_clock clock;
    struct failure inner;
    lending_step(self, LEND_SETTING_UP);
    enum yk_status status = ops->set_clock(self->device, r->zone, &clock, &inner);
    if (status != YK_OK) {
        return lending_fail(self, LEND_SAYS_clock_fails, status, &inner, why);
    }
    self->out->after = reading_of(&clock);
    status = make_setup(self, (uint32_t)self->out->loan.session, &setup, &inner);
    if (status == YK_OK) {
        status = ops->configure(self->device, &setup, self->job, &inner);
    }
    if (status != YK_OK) {
        return lending_fail(self, LEND_SAYS_setup_fails, status, &inner, why);
    }
    /* As late as can be: this is the reading that drift is counted from. */
    if (ops->read_clock(self->device, r->zone, &clock, &inner) == YK_OK) {
        self->out->after = reading_of(&clock);
    }
    status = loan_confirm(self->store, self->out->loan.id, &self->out->after, &inner);
    return status == YK_OK ? YK_OK
                           : lending_fail(self, LEND_SAYS_confirm_fails, status, &inner, why);
}

static void say_done(struct lending *self)
{
    struct lend_result *out = self->out;
    struct civil_date first = out->first_evening, next = civil_add_days(first, 1);
    lending_put(self, 0, out->identity.serial);
    lending_put(self, 1, self->request->person);
    snprintf(out->arg[2], LEND_ARG_BYTES, "%d月%d日(%s)から%d日(%s)にかけて", first.month,
             first.day, weekday_name_ja(civil_weekday(first)), next.day,
             weekday_name_ja(civil_weekday(next)));
    char from[16], to[16];
    civil_format(first, from);
    civil_format(next, to);
    snprintf(out->arg_en[2], LEND_ARG_BYTES, "from %s %s to %s %s",
             weekday_name_en(civil_weekday(first)), from, weekday_name_en(civil_weekday(next)),
             to);
    lending_put_time(self, 3, self->request->to_ns);
    lending_put_number(self, 4, out->n_nights, 0);
    out->message = LEND_SAYS_done;
    if (self->device->ops->led != NULL) {
        self->device->ops->led(self->device, 2, NULL);
    }
}

enum yk_status lend_run(struct store *store, struct dock_device *device,
                        const struct lend_request *request, struct lend_result *out,
                        struct job *job, struct failure *why)
{
    struct lending self = {
        .store = store, .device = device, .request = request, .out = out, .job = job};
    /* What takes long, reading all that it holds, comes last. */
    static enum yk_status (*const looks[])(struct lending *, struct failure *) = {
        weigh_plan,  weigh_person,  weigh_device, lending_look_for_copy,
        weigh_setup, weigh_battery, weigh_memory, lending_prove_copy};
    *out = (struct lend_result){.message = LEND_SAYS_silent};
    clock_reading_init(&out->before);
    clock_reading_init(&out->after);
    loan_init(&out->loan);
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < sizeof looks / sizeof *looks && status == YK_OK; i++) {
        status = looks[i](&self, why);
    }
    if (status != YK_OK) {
        return status;
    }
    struct dock_clock clock;
    struct failure inner;
    status = device->ops->read_clock(device, request->zone, &clock, &inner);
    if (status != YK_OK) {
        return lending_fail(&self, LEND_SAYS_silent, status, &inner, why);
    }
    out->before = reading_of(&clock);
    status = intend(&self, &clock, why);
    if (status == YK_OK) {
        status = set_up(&self, why);
    }
    if (status == YK_OK) {
        status = loan_find(store, out->loan.id, &out->loan, why);
        say_done(&self);
    }
    return status;
}
