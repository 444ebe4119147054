/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sector by sector (docs/formats/cwa.md): magic, length, sum, rate, layout, count; then
 * session and sequence. The flash memory of an AX3 delivers a page that its error correction
 * gave up on as if it were good, so that the sum in the sector is the only witness; a page read
 * again often comes out right. A sum can hold in a sector that is the wrong one: the sequence
 * number shows that. A break in the sequence that stays when asked again is how it was recorded
 * (sectors were lost then) and is only counted.
 */
#include "src/dock/sectors.h"

#include <string.h>

#include "firmware-formats/cwa_layout.h"

/* Behind so many sectors in a row that did not heal (a blank stretch), each more is asked for
 * once only. */
enum { TRIES = 3, RUN_TRUSTED = 64 };
/* About an hour at 100 Hz. */
enum { SEEN_ENOUGH = 3000 };

enum verdict { SECTOR_FITS, SECTOR_ODD, SECTOR_BAD };

void sectors_begin(struct sectors *self, const uint8_t *first, size_t n)
{
    struct cwa_header header;
    struct cwa_sector sector;
    *self =
        (struct sectors){.first_ns_of_clock = TIME_UNKNOWN, .last_ns_of_clock = TIME_UNKNOWN};
    if (n >= CWA_HEADER_BYTES && cwa_header_get(first, &header)) {
        self->counts.has_header = self->is_cwa = true;
        self->session = self->session_now = header.session_id;
    }
    for (size_t i = 0; i + CWA_SECTOR_BYTES <= n && !self->is_cwa; i += CWA_SECTOR_BYTES) {
        self->is_cwa = cwa_sector_check(first + i, &sector) == CWA_GOOD;
    }
}

static enum verdict judge(const struct sectors *self, const uint8_t *at,
                          struct cwa_sector *sector, enum cwa_fault *fault)
{
    *fault = cwa_sector_check(at, sector);
    if (*fault != CWA_GOOD) {
        return SECTOR_BAD;
    }
    bool goes_on =
        !self->has_next || sector->sequence == self->next_sequence || sector->sequence == 0;
    bool is_same =
        sector->session_id == self->session_now || (!self->has_next && !self->is_cwa);
    return goes_on && is_same ? SECTOR_FITS : SECTOR_ODD;
}

static void look_at_axes(struct sectors *self, const uint8_t *at,
                         const struct cwa_sector *sector)
{
    int32_t xyz[3];
    uint32_t first = cwa_layout_axes(sector->layout) > 3 ? 3 : 0; /* behind the gyroscope's */
    if (sector->layout == CWA_PACKED) {
        cwa_get_packed(at, 0, xyz);
    } else {
        for (uint32_t a = 0; a < 3; a++) {
            xyz[a] = cwa_get_value(at, 0, first + a);
        }
    }
    for (int a = 0; a < 3; a++) {
        bool is_first = self->n_seen == 0;
        self->axis_min[a] = is_first || xyz[a] < self->axis_min[a] ? xyz[a] : self->axis_min[a];
        self->axis_max[a] = is_first || xyz[a] > self->axis_max[a] ? xyz[a] : self->axis_max[a];
    }
    self->n_seen++;
}

unsigned sectors_flat_axes(const struct sectors *self)
{
    unsigned flat = 0;
    for (unsigned a = 0; a < 3 && self->n_seen >= SEEN_ENOUGH; a++) {
        flat |= self->axis_max[a] - self->axis_min[a] <= 2 ? 1u << a : 0;
    }
    return flat;
}

static void count_good(struct sectors *self, const uint8_t *at, const struct cwa_sector *sector)
{
    struct civil_time time;
    look_at_axes(self, at, sector);
    if (self->has_next && sector->sequence != self->next_sequence) {
        if (sector->sequence == 0) {
            self->counts.n_restarts++;
        } else {
            self->counts.n_breaks++;
        }
    }
    self->counts.n_foreign += self->counts.has_header && sector->session_id != self->session;
    self->has_next = true;
    self->next_sequence = sector->sequence + 1;
    self->session_now = sector->session_id;
    self->bad_run = 0;
    if (cwa_time_get(sector->time, &time)) {
        self->last_ns_of_clock = civil_time_as_utc_ns(time);
        if (self->first_ns_of_clock == TIME_UNKNOWN) {
            self->first_ns_of_clock = self->last_ns_of_clock;
        }
    }
}

static void count_bad(struct sectors *self, enum cwa_fault fault, bool is_stable,
                      bool is_answered)
{
    if (!is_answered) {
        self->counts.n_unreadable++;
    } else if (is_stable) {
        self->counts.n_not_healed++;
        self->counts.n_blank += fault == CWA_FAULT_BLANK;
    } else {
        self->counts.n_unstable++;
    }
    self->next_sequence++; /* it may well be the missing one */
    self->bad_run++;
}

/* One more answer. Every second time together with the sector before, so that a fault that sits
 * at a place of the transfer, and not of the memory, falls on another byte. */
static enum yk_status reread(struct dock_device *device, uint64_t pos, int turn,
                             uint8_t out[static CWA_SECTOR_BYTES], struct failure *why)
{
    uint8_t both[2 * CWA_SECTOR_BYTES];
    if (turn % 2 == 0 || pos < CWA_SECTOR_BYTES) {
        return device->ops->reread(device, pos, out, CWA_SECTOR_BYTES, why);
    }
    enum yk_status status =
        device->ops->reread(device, pos - CWA_SECTOR_BYTES, both, sizeof both, why);
    if (status == YK_OK) {
        memcpy(out, both + CWA_SECTOR_BYTES, CWA_SECTOR_BYTES);
    }
    return status;
}

/* Asks again until an answer fits, or three came. */
static enum yk_status ask_again(struct sectors *self, struct dock_device *device, uint64_t pos,
                                uint8_t at[static CWA_SECTOR_BYTES], struct failure *why)
{
    uint8_t again[CWA_SECTOR_BYTES];
    struct cwa_sector sector;
    enum cwa_fault fault;
    enum verdict verdict = judge(self, at, &sector, &fault);
    bool was_bad = verdict == SECTOR_BAD, is_answered = device->ops->reread == NULL;
    bool is_stable = true; /* all answers are the same */
    int tries = self->bad_run < RUN_TRUSTED ? TRIES : 1;
    self->counts.n_suspect++;
    for (int i = 0; i < tries && verdict != SECTOR_FITS && device->ops->reread != NULL; i++) {
        struct failure reason;
        enum yk_status status = reread(device, pos, i, again, &reason);
        if (status == YK_ERR_NO_DEVICE || status == YK_ERR_CANCELLED) {
            if (why != NULL) {
                *why = reason;
            }
            return status;
        }
        if (status != YK_OK) {
            continue; /* the answer there is stays */
        }
        is_answered = true;
        is_stable = is_stable && memcmp(again, at, sizeof again) == 0;
        enum verdict now = judge(self, again, &sector, &fault);
        if (now <= verdict) { /* never a good one for a bad one */
            memcpy(at, again, sizeof again);
            verdict = now;
        }
        if (verdict == SECTOR_ODD && is_stable) {
            break; /* that is how it was recorded */
        }
    }
    verdict = judge(self, at, &sector, &fault);
    if (verdict == SECTOR_BAD) {
        count_bad(self, fault, is_stable, is_answered);
    } else {
        self->counts.n_healed += was_bad || verdict == SECTOR_FITS;
        count_good(self, at, &sector);
    }
    return YK_OK;
}

void sectors_resume(struct sectors *self, const struct download_counts *counts,
                    const uint8_t *first, const uint8_t *last)
{
    struct cwa_sector sector;
    struct civil_time time;
    if (cwa_sector_check(first, &sector) == CWA_GOOD && cwa_time_get(sector.time, &time)) {
        self->first_ns_of_clock = civil_time_as_utc_ns(time);
    }
    if (cwa_sector_check(last, &sector) == CWA_GOOD) {
        self->has_next = true;
        self->next_sequence = sector.sequence + 1;
        self->session_now = sector.session_id;
        if (cwa_time_get(sector.time, &time)) {
            self->last_ns_of_clock = civil_time_as_utc_ns(time);
        }
    }
    self->counts = *counts;
}

enum yk_status sectors_check(struct sectors *self, struct dock_device *device, uint64_t pos,
                             uint8_t *at, size_t n, struct job *job, struct failure *why)
{
    enum yk_status status = YK_OK;
    for (size_t i = 0; i + CWA_SECTOR_BYTES <= n && status == YK_OK && self->is_cwa;
         i += CWA_SECTOR_BYTES) {
        struct cwa_sector sector;
        enum cwa_fault fault;
        if (self->counts.has_header && pos + i < CWA_HEADER_BYTES) {
            continue; /* compared with a second reading by the caller */
        }
        self->counts.n_sectors++;
        if (judge(self, at + i, &sector, &fault) == SECTOR_FITS) {
            count_good(self, at + i, &sector);
            continue;
        }
        if (job_is_cancelled(job)) {
            return failure_set(why, YK_ERR_CANCELLED,
                               "stopped while asking for a sector again");
        }
        status = ask_again(self, device, pos + i, at + i, why);
    }
    return status;
}
