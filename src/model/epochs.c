/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Epoch columns. All columns and the state share one capacity.
 */
#include "src/model/epochs.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name, *unit, *en, *ja;
} COLUMN[EPOCH_COLUMN_COUNT] = {
#define EPOCH(id, name, unit, en, ja) [EPOCH_##id] = {name, unit, en, ja},
#include "src/model/epoch_columns.def"
#undef EPOCH
};

void epoch_series_init(struct epoch_series *self)
{
    *self = (struct epoch_series){.t0_ns = TIME_UNKNOWN};
}

void epoch_series_release(struct epoch_series *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < EPOCH_COLUMN_COUNT; i++) {
        mem_free(self->column[i]);
    }
    mem_free(self->state);
    epoch_series_init(self);
}

static void fill_nan(float *at, size_t from, size_t to)
{
    for (size_t k = from; k < to; k++) {
        at[k] = NAN;
    }
}

static enum yk_status no_memory(struct failure *why, size_t n)
{
    return failure_set(why, YK_ERR_MEMORY, "out of memory for %zu epochs", n);
}

enum yk_status epoch_series_need(struct epoch_series *self, enum epoch_column column,
                                 struct failure *why)
{
    if (self->column[column] != NULL) {
        return YK_OK;
    }
    float *made = mem_alloc(self->capacity, sizeof *made);
    if (made == NULL) {
        return no_memory(why, self->n);
    }
    fill_nan(made, 0, self->n);
    self->column[column] = made;
    return YK_OK;
}

/* On refusal some columns are larger than capacity says, which harms nobody. */
static enum yk_status grow(struct epoch_series *self, size_t n, struct failure *why)
{
    size_t room = self->capacity < 64 ? 64 : self->capacity;
    while (room < n) {
        if (room > SIZE_MAX / 2) {
            return no_memory(why, n);
        }
        room *= 2;
    }
    for (size_t i = 0; i < EPOCH_COLUMN_COUNT; i++) {
        if (self->column[i] != NULL) {
            float *grown = mem_resize(self->column[i], self->capacity, room, sizeof *grown);
            if (grown == NULL) {
                return no_memory(why, n);
            }
            self->column[i] = grown;
        }
    }
    uint16_t *state = mem_resize(self->state, self->capacity, room, sizeof *state);
    if (state == NULL) {
        return no_memory(why, n);
    }
    self->state = state;
    self->capacity = room;
    return YK_OK;
}

enum yk_status epoch_series_resize(struct epoch_series *self, size_t n, struct failure *why)
{
    if (n > self->capacity) {
        enum yk_status status = grow(self, n, why);
        if (status != YK_OK) {
            return status;
        }
    }
    if (n > self->n) {
        for (size_t i = 0; i < EPOCH_COLUMN_COUNT; i++) {
            if (self->column[i] != NULL) {
                fill_nan(self->column[i], self->n, n);
            }
        }
        memset(self->state + self->n, 0, (n - self->n) * sizeof *self->state);
    }
    self->n = n;
    return YK_OK;
}

const char *epoch_column_name(enum epoch_column column)
{
    return COLUMN[column].name;
}

const char *epoch_column_unit(enum epoch_column column)
{
    return COLUMN[column].unit;
}

const char *epoch_column_meaning_en(enum epoch_column column)
{
    return COLUMN[column].en;
}

const char *epoch_column_meaning_ja(enum epoch_column column)
{
    return COLUMN[column].ja;
}

enum epoch_column epoch_column_find(const char *name)
{
    size_t i = 0;
    while (i < EPOCH_COLUMN_COUNT && strcmp(COLUMN[i].name, name) != 0) {
        i++;
    }
    return (enum epoch_column)i;
}
