/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A diary in memory; reading one from CSV is done in the pipeline.
 */
#include "src/model/diary.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#include <string.h>

void diary_init(struct diary *self)
{
    *self = (struct diary){0};
}

void diary_release(struct diary *self)
{
    if (self != NULL) {
        mem_free(self->nights);
        diary_init(self);
    }
}

void diary_night_init(struct diary_night *self)
{
    *self = (struct diary_night){
        .in_bed_ns = TIME_UNKNOWN,
        .lights_out_ns = TIME_UNKNOWN,
        .wake_ns = TIME_UNKNOWN,
        .out_of_bed_ns = TIME_UNKNOWN,
    };
    for (size_t i = 0; i < DIARY_SPANS_MAX; i++) {
        self->nap[i] = (struct diary_span){TIME_UNKNOWN, TIME_UNKNOWN};
        self->off[i] = (struct diary_span){TIME_UNKNOWN, TIME_UNKNOWN};
    }
}

int diary_compare(const void *a, const void *b)
{
    const struct diary_night *x = a, *y = b;
    int order = strcmp(x->person_id, y->person_id);
    return order != 0 ? order : civil_compare(x->night, y->night);
}

const struct diary_night *diary_of_person(const struct diary *self, const char *person_id,
                                          size_t *n)
{
    size_t low = 0, high = self->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(self->nights[middle].person_id, person_id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    while (high < self->n && strcmp(self->nights[high].person_id, person_id) == 0) {
        high++;
    }
    *n = high - low;
    return *n > 0 ? &self->nights[low] : NULL;
}

const struct diary_night *diary_find(const struct diary *self, const char *person_id,
                                     struct civil_date night)
{
    size_t n = 0;
    const struct diary_night *own = diary_of_person(self, person_id, &n);
    for (size_t i = 0; i < n; i++) {
        if (civil_compare(own[i].night, night) == 0) {
            return &own[i];
        }
    }
    return NULL;
}

int32_t diary_clock_s(const char *text)
{
    int part[3] = {0, 0, 0}, n = 0, digits = 0;
    for (const char *c = text; n < 3; c++) {
        if (is_digit(*c) && digits < 2) {
            part[n] = part[n] * 10 + (*c - '0');
            digits++;
        } else if ((*c == ':' || *c == '\0') && digits > 0) {
            n++;
            digits = 0;
            if (*c == '\0') {
                break;
            }
        } else {
            return -1;
        }
    }
    if (n < 2 || part[0] > 35 || part[1] > 59 || part[2] > 59) {
        return -1;
    }
    int32_t hour = part[0] < 12 ? part[0] + 24 : part[0];
    return hour * 3600 + part[1] * 60 + part[2];
}

int64_t diary_instant(const struct zone *zone, struct civil_date night, int32_t second)
{
    bool is_next_day = second >= 86400;
    return zone_instant_of_day(zone, civil_add_days(night, is_next_day),
                               second - (is_next_day ? 86400 : 0));
}
