/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording as a regular series of epochs. Epoch k covers [t0 + k*epoch_s, t0 +
 * (k+1)*epoch_s).
 */
#ifndef SRC_MODEL_EPOCHS_H
#define SRC_MODEL_EPOCHS_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

enum epoch_column {
#define EPOCH(id, name, unit, en, ja) EPOCH_##id,
#include "src/model/epoch_columns.def"
#undef EPOCH
    EPOCH_COLUMN_COUNT
};

enum epoch_state {
    STATE_UNKNOWN = 1u << 0,       /* no, or too few, observed samples */
    STATE_NONWEAR = 1u << 1,       /* the rule in force says: not worn */
    STATE_NONWEAR_STILL = 1u << 2, /* what a stillness rule alone would say (always kept) */
    STATE_CLIPPED = 1u << 3,       /* clipping above the limit */
    STATE_IMPLAUSIBLE = 1u << 4,   /* short wear between long nonwear */
    STATE_EXCLUDED = 1u << 5,      /* by a person, the protocol or the diary */
    STATE_IN_REST = 1u << 6,       /* inside a rest interval (main or other) */
    STATE_IN_SPT = 1u << 7,        /* inside the main sleep period of a night */
    STATE_ASLEEP = 1u << 8,
    STATE_STILL = 1u << 9,     /* sustained inactivity bout, day or night */
    STATE_IMPUTED = 1u << 10,  /* columns hold an average day, not a measurement */
    STATE_OFF_WRIST = 1u << 12 /* the recorder's own word, as read: kept by every analysis */
};
/* An epoch that must not enter any mean. */
#define STATE_INVALID                                                                          \
    (STATE_UNKNOWN | STATE_NONWEAR | STATE_CLIPPED | STATE_IMPLAUSIBLE | STATE_EXCLUDED)

struct epoch_series {
    int64_t t0_ns; /* TIME_UNKNOWN while n == 0 */
    int32_t epoch_s;
    size_t n, capacity;
    float *column[EPOCH_COLUMN_COUNT]; /* owned; NULL = not made; NaN = unknown */
    uint16_t *state;                   /* owned; enum epoch_state bits */
};

void epoch_series_init(struct epoch_series *self);
void epoch_series_release(struct epoch_series *self);
/* Makes a column (all NaN) if it is not there yet. */
enum yk_status epoch_series_need(struct epoch_series *self, enum epoch_column column,
                                 struct failure *why);
/* Changes n; new epochs are NaN with state 0. Amortised: may be called with growing n. */
enum yk_status epoch_series_resize(struct epoch_series *self, size_t n, struct failure *why);

const char *epoch_column_name(enum epoch_column column); /* "enmo_mg" */
const char *epoch_column_unit(enum epoch_column column); /* "mg" */
const char *epoch_column_meaning_en(enum epoch_column column);
const char *epoch_column_meaning_ja(enum epoch_column column);
/* EPOCH_COLUMN_COUNT when there is no such column. */
enum epoch_column epoch_column_find(const char *name);

static inline int64_t epoch_start_ns(const struct epoch_series *self, size_t k)
{
    return self->t0_ns + (int64_t)k * self->epoch_s * INT64_C(1000000000);
}

#endif
