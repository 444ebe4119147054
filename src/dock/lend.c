/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order of lending. Everything that can be refused is looked at before anything is changed;
 * the ledger's row is there before the device is touched, so that a power cut in between leaves
 * a row that says "intended" and a device that at worst is set up for just that row.
 */
#include "src/dock/lend.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/fill.h"
#include "src/base/mem.h"
#include "src/store/archive.h"
#include "src/store/persons.h"

#define MARGIN 1.2
#define PIECE_BYTES ((size_t)64 * 1024)
enum { PLACES = 64, PLACE_BYTES = 4096 };

struct lending {
    struct store *store;
    struct dock_device *device;
    const struct lend_request *request;
    struct lend_result *out;
    struct job *job;
    struct dock_health health;
    int64_t from_ns; /* never in the past */
};

/* ---- words ---- */

static const struct {
    const char *word, *ja, *en;
} messages[] = {
#define LEND(id, ja, en) {#id, ja, en},
#include "src/dock/lend.def"
#undef LEND
};

const char *lend_message_word(enum lend_message message)
{
    return messages[message].word;
}

void lend_message_add(struct text *out, const struct lend_result *result,
                      enum language language)
{
    const char *values[LEND_ARGS];
    for (size_t i = 0; i < LEND_ARGS; i++) {
        bool is_english = language != LANGUAGE_JA && result->arg_en[i][0] != '\0';
        values[i] = is_english ? result->arg_en[i] : result->arg[i];
    }
    const char *pattern =
        language == LANGUAGE_JA ? messages[result->message].ja : messages[result->message].en;
    text_add_filled(out, pattern, values, LEND_ARGS);
}

static void put(struct lending *self, size_t i, const char *value)
{
    snprintf(self->out->arg[i], LEND_ARG_BYTES, "%s", value);
}

static void put_number(struct lending *self, size_t i, double value, int decimals)
{
    struct text text;
    text_init(&text);
    text_add_double(&text, value, decimals);
    put(self, i, isnan(value) ? "?" : text_string(&text));
    text_release(&text);
}

static void put_time(struct lending *self, size_t i, int64_t ns)
{
    struct civil_time civil = zone_civil(self->request->zone, ns);
    char date[16];
    civil_format(civil.date, date);
    snprintf(self->out->arg[i], LEND_ARG_BYTES, "%s %d:%02d", date,
             (int)(civil.second_of_day / 3600), (int)(civil.second_of_day / 60 % 60));
}

/* Refused: nothing was changed. The exact sentence is the English message. */
static enum yk_status refuse(struct lending *self, enum lend_message message,
                             enum yk_status code, struct failure *why)
{
    struct text text;
    text_init(&text);
    self->out->message = message;
    lend_message_add(&text, self->out, LANGUAGE_EN);
    enum yk_status status = failure_set(why, code, "%s", text_string(&text));
    text_release(&text);
    return status;
}

/* Failed: the message carries what the failure says. */
static enum yk_status fail(struct lending *self, enum lend_message message,
                           enum yk_status status, const struct failure *inner,
                           struct failure *why)
{
    self->out->message = message;
    put(self, 0, inner->text);
    if (why != NULL) {
        *why = *inner;
    }
    return status;
}

static void step(const struct lending *self, enum lend_step now)
{
    if (self->request->on_step != NULL) {
        self->request->on_step(self->request->user, now);
    }
}

/* ---- the plan ---- */

static enum yk_status weigh_plan(struct lending *self, struct failure *why)
{
    const struct lend_request *r = self->request;
    struct lend_result *out = self->out;
    bool is_now = r->from_ns == TIME_UNKNOWN || r->from_ns < r->now_ns;
    self->from_ns = is_now ? r->now_ns : r->from_ns;
    put_time(self, 0, r->to_ns);
    if (r->to_ns <= r->now_ns) {
        return refuse(self, LEND_SAYS_plan_over, YK_ERR_ARGUMENT, why);
    }
    put_time(self, 0, self->from_ns);
    put_time(self, 1, r->to_ns);
    if (r->to_ns <= self->from_ns) {
        return refuse(self, LEND_SAYS_plan_order, YK_ERR_ARGUMENT, why);
    }
    out->days = (double)(r->to_ns - self->from_ns) / (double)(24 * NS_PER_H);
    out->first_evening = lend_first_night(r->zone, self->from_ns, r->to_ns, &out->n_nights);
    return out->n_nights > 0 ? YK_OK : refuse(self, LEND_SAYS_no_night, YK_ERR_ARGUMENT, why);
}

static enum yk_status weigh_person(struct lending *self, struct failure *why)
{
    struct person person;
    struct failure inner;
    enum yk_status status = person_find(self->store, self->request->person, &person, &inner);
    return status == YK_OK ? YK_OK : fail(self, LEND_SAYS_no_person, status, &inner, why);
}

/* ---- the device ---- */

static enum yk_status weigh_device(struct lending *self, struct failure *why)
{
    struct lend_result *out = self->out;
    struct failure inner;
    step(self, LEND_IDENTIFYING);
    enum yk_status status = self->device->ops->identify(self->device, &out->identity,
                                                        &out->battery, &self->health, &inner);
    if (status != YK_OK) {
        return fail(self, LEND_SAYS_silent, status, &inner, why);
    }
    if (!out->identity.agree) {
        put(self, 0, out->identity.disagreement);
        return refuse(self, LEND_SAYS_disagrees, YK_ERR_CONFLICT, why);
    }
    if (self->health.is_locked) {
        return refuse(self, LEND_SAYS_locked, YK_ERR_ACCESS, why);
    }
    const struct dock_device_ops *ops = self->device->ops;
    if (ops->configure == NULL || ops->set_clock == NULL || ops->read_clock == NULL) {
        put(self, 0, out->identity.serial);
        return refuse(self, LEND_SAYS_cannot, YK_ERR_UNSUPPORTED, why);
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
        put_number(self, 0, out->days, 1);
        put_number(self, 1, full_days, 1);
        return refuse(self, LEND_SAYS_battery_never, YK_ERR_CONFLICT, why);
    }
    put_number(self, 0, out->battery.percent, 0);
    put_number(self, 1, ceil(needs_pct), 0);
    /* A battery that does not answer is not taken for a full one. */
    if (!out->battery.is_full && !(out->battery.percent >= needs_pct)) {
        return refuse(self, LEND_SAYS_battery_low, YK_ERR_CONFLICT, why);
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
    put_number(self, 0, (double)room / 1e6, 0);
    put_number(self, 1, ceil(needs / 1e6), 0);
    return room == 0 || (double)room >= needs
               ? YK_OK
               : refuse(self, LEND_SAYS_memory_short, YK_ERR_CONFLICT, why);
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
    put(self, 0, inner.text);
    return refuse(self, LEND_SAYS_setup_never, status, why);
}

/* ---- the copy ---- */

static enum yk_status same_at(struct lending *self, struct byte_source *device,
                              struct byte_source *copy, uint64_t at, size_t n, uint8_t *one,
                              uint8_t *other, bool *is_same, struct failure *why)
{
    enum yk_status status = byte_source_read_exactly(device, at, one, n, why);
    if (status == YK_OK) {
        status = byte_source_read_exactly(copy, at, other, n, why);
    }
    if (status == YK_OK) {
        *is_same = memcmp(one, other, n) == 0;
        self->out->bytes_compared += n;
    }
    return status;
}

/* Every byte, in order. */
static enum yk_status compare_all(struct lending *self, struct byte_source *device,
                                  struct byte_source *copy, uint8_t *room, uint64_t *at,
                                  bool *is_same, struct failure *why)
{
    enum yk_status status = YK_OK;
    for (*at = 0; *at < device->size && *is_same && status == YK_OK;) {
        uint64_t left = device->size - *at;
        size_t n = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        status =
            job_is_cancelled(self->job)
                ? failure_set(why, YK_ERR_CANCELLED, "stopped while comparing")
                : same_at(self, device, copy, *at, n, room, room + PIECE_BYTES, is_same, why);
        *at += *is_same ? n : 0;
        job_progress(self->job, "comparing", *at, device->size, "bytes");
    }
    return status;
}

/* Header, beginning, end, and places between, a whole number of sectors each. */
static enum yk_status compare_places(struct lending *self, struct byte_source *device,
                                     struct byte_source *copy, uint8_t *room, uint64_t *at,
                                     bool *is_same, struct failure *why)
{
    enum yk_status status = YK_OK;
    uint64_t size = device->size;
    for (int i = 0; i < PLACES + 2 && *is_same && status == YK_OK; i++) {
        bool is_edge = i == 0 || i == PLACES + 1;
        size_t n = is_edge ? PIECE_BYTES : PLACE_BYTES;
        n = n < size ? n : (size_t)size;
        uint64_t last = size - n, step_bytes = last / (PLACES + 1);
        *at = i == PLACES + 1 ? last
                              : step_bytes * (uint64_t)i / CWA_SECTOR_BYTES * CWA_SECTOR_BYTES;
        status = same_at(self, device, copy, *at, n, room, room + PIECE_BYTES, is_same, why);
        job_progress(self->job, "comparing", (uint64_t)i + 1, PLACES + 2, "places");
    }
    return status;
}

struct copy {
    char recording[72], sha256[DIGEST_HEX], suffix[ARCHIVE_SUFFIX_BYTES];
    bool is_proved; /* by the dock, from this device */
};

/* Archived originals of this size, those that the dock read from this device first. */
static enum yk_status next_copy(struct db_query *query, struct copy *out, struct failure *why)
{
    enum yk_status status = db_next(query, why);
    if (status == YK_OK) {
        db_copy(query, 0, out->recording, sizeof out->recording);
        db_copy(query, 1, out->sha256, sizeof out->sha256);
        db_copy(query, 2, out->suffix, sizeof out->suffix);
        out->is_proved = db_int(query, 3) != 0;
    }
    return status;
}

static enum yk_status open_copies(struct lending *self, uint64_t size, struct db_query **out,
                                  struct failure *why)
{
    enum yk_status status = db_query_open(
        self->store->db,
        "SELECT r.id, r.sha256, r.suffix, EXISTS (SELECT 1 FROM docking AS d WHERE d.sha256 = "
        "r.sha256 AND d.bytes = r.bytes AND d.device_serial = ?2 AND d.is_verified = 'yes') AS "
        "p "
        "FROM recording AS r WHERE r.bytes = ?1 ORDER BY p DESC, r.archived_ns DESC",
        out, why);
    if (status == YK_OK) {
        db_bind_integer(*out, 1, (int64_t)size);
        db_bind_text(*out, 2, self->out->identity.serial);
    }
    return status;
}

/* Compares the device with one archived original; its content is proved by its hash first, and
 * only where the header fits. */
static enum yk_status compare_with(struct lending *self, struct byte_source *device,
                                   const struct copy *copy, const char *path, uint8_t *room,
                                   bool *is_same, struct failure *why)
{
    struct byte_source *bytes = NULL;
    struct failure inner;
    char hash[DIGEST_HEX] = "";
    uint64_t n = 0, at = 0;
    size_t header = device->size < CWA_HEADER_BYTES ? (size_t)device->size : CWA_HEADER_BYTES;
    enum yk_status status = file_source_open(path, &bytes, &inner);
    if (status != YK_OK || bytes->size != device->size) {
        byte_source_close(bytes);
        put(self, 0, copy->recording);
        return refuse(self, LEND_SAYS_archive_bad, YK_ERR_CORRUPT, why);
    }
    status = same_at(self, device, bytes, 0, header, room, room + PIECE_BYTES, is_same, &inner);
    if (status == YK_OK && *is_same) {
        status = archive_hash(path, hash, &n, self->job, &inner);
        if (status == YK_OK && strcmp(hash, copy->sha256) != 0) {
            byte_source_close(bytes);
            put(self, 0, copy->recording);
            return refuse(self, LEND_SAYS_archive_bad, YK_ERR_CORRUPT, why);
        }
    }
    self->out->bytes_compared = 0;
    if (status == YK_OK && *is_same) {
        status = copy->is_proved && !self->request->compares_all
                     ? compare_places(self, device, bytes, room, &at, is_same, &inner)
                     : compare_all(self, device, bytes, room, &at, is_same, &inner);
        if (status == YK_OK && !*is_same) {
            char where[64];
            snprintf(where, sizeof where, "byte %" PRIu64, at);
            put(self, 0, copy->recording);
            put(self, 1, where);
        }
    }
    byte_source_close(bytes);
    return status == YK_OK ? YK_OK : fail(self, LEND_SAYS_unread, status, &inner, why);
}

static enum yk_status find_copy(struct lending *self, struct byte_source *device, uint8_t *room,
                                struct failure *why)
{
    struct db_query *query = NULL;
    struct copy copy;
    struct text path;
    struct failure inner;
    bool is_same = false, is_near = false;
    text_init(&path);
    enum yk_status status = open_copies(self, device->size, &query, &inner);
    while (status == YK_OK && !is_same && (status = next_copy(query, &copy, &inner)) == YK_OK) {
        char name[ARCHIVE_NAME_BYTES];
        snprintf(name, sizeof name, "%s.%s", copy.sha256, copy.suffix);
        status = store_path(self->store, STORE_ARCHIVE, name, &path, &inner);
        if (status == YK_OK) {
            status = compare_with(self, device, &copy, text_string(&path), room, &is_same, why);
            if (status != YK_OK) { /* said already */
                db_query_close(query);
                text_release(&path);
                return status;
            }
            is_near = is_near || (!is_same && self->out->arg[1][0] != '\0');
        }
    }
    db_query_close(query);
    text_release(&path);
    if (status != YK_OK && status != YK_END) {
        return fail(self, LEND_SAYS_unread, status, &inner, why);
    }
    if (is_same) {
        snprintf(self->out->recording, sizeof self->out->recording, "%s", copy.recording);
        self->out->was_proved_by_dock = copy.is_proved;
        return YK_OK;
    }
    if (is_near) {
        return refuse(self, LEND_SAYS_differs, YK_ERR_CONFLICT, why);
    }
    snprintf(self->out->arg[0], LEND_ARG_BYTES, "%" PRIu64, device->size);
    return refuse(self, LEND_SAYS_not_saved, YK_ERR_CONFLICT, why);
}

/* Nothing may be lost: what the device holds is in the archive, or it holds nothing. */
static enum yk_status prove_copy(struct lending *self, struct failure *why)
{
    struct byte_source *device = NULL;
    struct failure inner;
    uint64_t beyond = 0;
    step(self, LEND_COMPARING);
    self->out->arg[1][0] = '\0';
    enum yk_status status =
        self->device->ops->open_recording(self->device, &device, &beyond, &inner);
    if (status == YK_ERR_TOO_LITTLE) {
        return YK_OK;
    }
    if (status != YK_OK) {
        return fail(self, LEND_SAYS_unread, status, &inner, why);
    }
    self->out->bytes = device->size;
    if (device->size > CWA_HEADER_BYTES) { /* else: set up and never started */
        uint8_t *room = mem_alloc(2, PIECE_BYTES);
        status = room != NULL ? find_copy(self, device, room, why)
                              : failure_set(why, YK_ERR_MEMORY, "no memory to compare copies");
        mem_free(room);
    }
    byte_source_close(device);
    return status;
}

/* ---- the ledger ---- */

static struct clock_reading reading_of(const struct dock_clock *clock)
{
    return (struct clock_reading){.at_ns = clock->at_ns,
                                  .offset_ms = (double)clock->offset_ms,
                                  .uncertainty_ms = (double)clock->uncertainty_ms};
}

/* The recorder is here: whoever had it has given it back. */
static enum yk_status close_last_loan(struct lending *self, const struct dock_clock *clock,
                                      struct failure *why)
{
    struct loan last;
    struct clock_reading reading = reading_of(clock);
    enum yk_status status =
        loan_at(self->store, self->out->identity.serial, self->request->now_ns, &last, why);
    if (status == YK_ERR_NO_DEVICE) {
        return YK_OK;
    }
    /* A line written in advance for this very lending stays: loan_intend() takes its place. */
    bool is_in_advance = last.state == LOAN_WRITTEN &&
                         strcmp(last.person, self->request->person) == 0 &&
                         last.from_ns > self->from_ns - LOAN_IN_ADVANCE_NS;
    bool is_out = status == YK_OK && last.state != LOAN_INTENDED && !is_in_advance;
    return is_out ? loan_return(self->store, last.id, self->request->now_ns,
                                clock->is_reset ? NULL : &reading, why)
                  : status;
}

static enum yk_status intend(struct lending *self, const struct dock_clock *clock,
                             struct failure *why)
{
    struct loan *loan = &self->out->loan;
    struct failure inner;
    uint32_t session = 0;
    loan_init(loan);
    snprintf(loan->device_serial, sizeof loan->device_serial, "%s", self->out->identity.serial);
    snprintf(loan->person, sizeof loan->person, "%s", self->request->person);
    loan->from_ns = self->from_ns;
    loan->to_ns = self->request->to_ns;
    loan->state = LOAN_INTENDED;
    loan->rate_hz = self->request->rate_hz;
    loan->range_g = self->request->range_g;
    enum yk_status status = close_last_loan(self, clock, &inner);
    if (status == YK_OK) {
        status = loan_next_session(self->store, &session, &inner);
    }
    if (status == YK_OK) {
        loan->session = session;
        status = loan_intend(self->store, loan, self->request->now_ns, &inner);
    }
    if (status == YK_OK) {
        return YK_OK;
    }
    return fail(self, status == YK_ERR_CONFLICT ? LEND_SAYS_ledger : LEND_SAYS_store_fails,
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
    step(self, LEND_SETTING_UP);
    enum yk_status status = ops->set_clock(self->device, r->zone, &clock, &inner);
    if (status != YK_OK) {
        return fail(self, LEND_SAYS_clock_fails, status, &inner, why);
    }
    self->out->after = reading_of(&clock);
    status = make_setup(self, (uint32_t)self->out->loan.session, &setup, &inner);
    if (status == YK_OK) {
        status = ops->configure(self->device, &setup, self->job, &inner);
    }
    if (status != YK_OK) {
        return fail(self, LEND_SAYS_setup_fails, status, &inner, why);
    }
    /* As late as can be: this is the reading that drift is counted from. */
    if (ops->read_clock(self->device, r->zone, &clock, &inner) == YK_OK) {
        self->out->after = reading_of(&clock);
    }
    status = loan_confirm(self->store, self->out->loan.id, &self->out->after, &inner);
    return status == YK_OK ? YK_OK : fail(self, LEND_SAYS_confirm_fails, status, &inner, why);
}

static void say_done(struct lending *self)
{
    struct lend_result *out = self->out;
    struct civil_date first = out->first_evening, next = civil_add_days(first, 1);
    put(self, 0, out->identity.serial);
    put(self, 1, self->request->person);
    snprintf(out->arg[2], LEND_ARG_BYTES, "%d月%d日(%s)から%d日(%s)にかけて", first.month,
             first.day, weekday_name_ja(civil_weekday(first)), next.day,
             weekday_name_ja(civil_weekday(next)));
    char from[16], to[16];
    civil_format(first, from);
    civil_format(next, to);
    snprintf(out->arg_en[2], LEND_ARG_BYTES, "from %s %s to %s %s",
             weekday_name_en(civil_weekday(first)), from, weekday_name_en(civil_weekday(next)),
             to);
    put_time(self, 3, self->request->to_ns);
    put_number(self, 4, out->n_nights, 0);
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
    static enum yk_status (*const looks[])(struct lending *, struct failure *) = {
        weigh_plan,  weigh_person,  weigh_device, prove_copy,
        weigh_setup, weigh_battery, weigh_memory};
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
        return fail(&self, LEND_SAYS_silent, status, &inner, why);
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
