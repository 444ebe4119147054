/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Setting a docked recorder up for its next wearer. What it holds is erased here and nowhere
 * else, and only when a copy that equals it is in the archive.
 *
 * The copy is looked for by its size. Every byte that the recorder holds is read again and
 * compared with it, also where the dock had proved it before: it may have been elsewhere since.
 * The bytes compared must have the SHA-256 that the archived file is named by.
 */
#ifndef SRC_DOCK_LEND_H
#define SRC_DOCK_LEND_H

#include "drivers/dock_device.h"
#include "src/base/i18n.h"
#include "src/store/loans.h"

enum lend_message {
#define LEND(id, ja, en) LEND_SAYS_##id,
#include "src/dock/lend.def"
#undef LEND
    LEND_MESSAGE_COUNT
};

enum lend_step { LEND_IDENTIFYING, LEND_LOOKING, LEND_COMPARING, LEND_SETTING_UP };

struct lend_request {
    const char *person;      /* participant's code */
    int64_t from_ns, to_ns;  /* from in the past or TIME_UNKNOWN: at once */
    const struct zone *zone; /* of the device's wall clock; borrowed */
    double rate_hz;          /* 12.5 ... 200 */
    int range_g, gyro_dps;
    const char *site; /* "left wrist"; NULL: not said */
    int64_t now_ns;   /* the PC's */
    /* May be NULL. */
    void (*on_step)(void *user, enum lend_step step);
    void *user;
};

#define LEND_ARGS 5
#define LEND_ARG_BYTES 256

struct lend_result {
    enum lend_message message;
    char arg[LEND_ARGS][LEND_ARG_BYTES];    /* of the message; the first is the device's number
                                               where it is known */
    char arg_en[LEND_ARGS][LEND_ARG_BYTES]; /* where the English words differ; "" as arg */
    struct dock_identity identity;
    struct dock_battery battery;
    uint64_t bytes;          /* of the recording it held; 0 none */
    uint64_t bytes_compared; /* with the archive; all of them before anything is erased */
    char recording[72];      /* the archived copy; "" there was nothing to save */
    struct clock_reading before, after; /* device minus PC, before and after it was set */
    struct loan loan;
    struct civil_date first_evening;
    int n_nights;
    double days; /* planned */
};

/* Puts one recorder's next loan into it and into the ledger: the row as "intended" before the
 * device is touched, "confirmed" after everything was read back. out says in words how it
 * ended, also on failure (then *why has the exact sentence). errors: YK_ERR_CONFLICT (refused:
 * nothing was changed), those of the device and the store */
enum yk_status lend_run(struct store *store, struct dock_device *device,
                        const struct lend_request *request, struct lend_result *out,
                        struct job *job, struct failure *why);

const char *lend_message_word(enum lend_message message); /* "not_saved" */
void lend_message_add(struct text *out, const struct lend_result *result,
                      enum language language);

/* The evening of the first whole night recorded from an instant on, and how many nights until
 * another: a night counts when recording begins by 21:00 and ends after 9:00. */
struct civil_date lend_first_night(const struct zone *zone, int64_t from_ns, int64_t to_ns,
                                   int *n_nights);
/* Days a full battery lasts; NaN when not known. source: docs/devices/axivity.md */
double lend_battery_days(const char *model, double rate_hz, bool has_gyro);
/* Bytes a recording of that many seconds takes. */
double lend_memory_bytes(const char *model, double rate_hz, bool has_gyro, double seconds);

#endif
