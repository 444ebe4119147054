/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The small description that may lie beside a table (NAME.ini): docs/formats/epoch-csv.md lists
 * its keys. Unknown ones are refused with their line: a mistyped key must not be silent.
 */
#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/timestamp.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>

static const struct plan_text keys[] = {
    PLAN_TEXT("start", start),
    PLAN_TEXT("time_format", time_format),
    PLAN_TEXT("zone", zone),
    PLAN_TEXT("person_id", person_id),
    PLAN_TEXT("device_model", device_model),
    PLAN_TEXT("device_serial", device_serial),
    PLAN_TEXT("timestamp", timestamp_name),
    PLAN_TEXT("date", date_name),
    PLAN_TEXT("time", time_name),
    PLAN_TEXT("step", step_name),
    PLAN_TEXT("day", day_name),
    PLAN_TEXT("counts", counts_name),
};

static bool is_whole_in(const char *value, int64_t least, int64_t most, int64_t *out)
{
    int64_t number = 0;
    if (!text_parse_int64(value, strlen(value), &number) || number < least || number > most) {
        return false;
    }
    *out = number;
    return true;
}

static bool is_real_in(const char *value, double least, double most, double *out)
{
    double number = 0;
    if (!text_parse_double(value, strlen(value), &number) ||
        !(number >= least && number <= most)) {
        return false;
    }
    *out = number;
    return true;
}

static bool take_epoch(struct epoch_csv_plan *self, const char *value)
{
    int64_t seconds = 0;
    bool is_right = is_whole_in(value, 1, 86400, &seconds);
    self->epoch_s = is_right ? (int32_t)seconds : self->epoch_s;
    return is_right;
}

static bool take_separator(struct epoch_csv_plan *self, const char *value)
{
    bool is_tab = strcmp(value, "tab") == 0;
    bool is_right = is_tab || strcmp(value, ",") == 0 || strcmp(value, ";") == 0;
    self->separator = is_tab ? '\t' : is_right ? *value : self->separator;
    return is_right;
}

static bool take_header(struct epoch_csv_plan *self, const char *value)
{
    self->has_no_header = strcmp(value, "no") == 0;
    return self->has_no_header || strcmp(value, "yes") == 0;
}

static bool take_first_line(struct epoch_csv_plan *self, const char *value)
{
    int64_t line = 0;
    bool is_right = is_whole_in(value, 1, 1000000, &line);
    self->first_line = is_right ? (uint64_t)line : self->first_line;
    return is_right;
}

/* A rate makes it a table of samples. */
static bool take_rate(struct epoch_csv_plan *self, const char *value)
{
    self->is_samples = true;
    return is_real_in(value, 1, 10000, &self->rate_hz);
}

static bool take_range(struct epoch_csv_plan *self, const char *value)
{
    return is_real_in(value, 0.1, 1000, &self->range_g);
}

/* Keys whose values are not simply kept. */
static const struct {
    const char *name;
    bool (*take)(struct epoch_csv_plan *self, const char *value);
    const char *right;
} taken[] = {
    {"epoch_s", take_epoch, "whole seconds from 1 to 86400 are right"},
    {"separator", take_separator, "one of , ; tab is right"},
    {"header", take_header, "yes or no is right"},
    {"first_line", take_first_line, "the number of the line with the names, or the first row"},
    {"rate_hz", take_rate, "samples a second, 1 to 10000, are right"},
    {"range_g", take_range, "the range in g, like 8, is right"},
};

static enum yk_status take_key(struct epoch_csv_plan *self, const char *key, const char *value,
                               const char *place, struct failure *why)
{
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        if (strcmp(taken[i].name, key) == 0) {
            return taken[i].take(self, value)
                       ? YK_OK
                       : failure_set(why, YK_ERR_ARGUMENT, "%s: %s is '%.40s'; %s", place, key,
                                     value, taken[i].right);
        }
    }
    return failure_set(why, YK_ERR_ARGUMENT,
                       "%s: unknown key '%.40s'; known: start epoch_s rate_hz range_g "
                       "time_format zone timestamp date time step day separator header "
                       "first_line "
                       "counts person_id device_model device_serial",
                       place, key);
}

static enum yk_status set_key(struct epoch_csv_plan *self, const char *key, const char *value,
                              const char *place, struct failure *why)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i].name, key) == 0) {
            size_t n = strlen(value);
            if (n + 1 > keys[i].room) {
                return failure_set(why, YK_ERR_ARGUMENT, "%s: %s is longer than %zu bytes",
                                   place, key, keys[i].room - 1);
            }
            memcpy((char *)self + keys[i].offset, value, n + 1);
            if (strcmp(key, "counts") == 0 && !count_kind_find(value, &(enum count_kind){0})) {
                return failure_set(why, YK_ERR_ARGUMENT,
                                   "%s: counts '%.20s' are not known; actigraph actiwatch "
                                   "motionwatch actical acttrust ... unknown are right",
                                   place, value);
            }
            if (strcmp(key, "time_format") == 0 && strcmp(value, EPOCH_CSV_ELAPSED) != 0 &&
                !timestamp_pattern_is_valid(value)) {
                return failure_set(
                    why, YK_ERR_ARGUMENT,
                    "%s: time_format '%.40s' is not understood; iso, unix_s, "
                    "unix_ms, unix_ns, elapsed_s or a pattern like %%d/%%m/%%Y %%H:%%M",
                    place, value);
            }
            return YK_OK;
        }
    }
    return take_key(self, key, value, place, why);
}

static enum yk_status declare(struct epoch_csv_plan *self, const char *name, char *value,
                              const char *place, struct failure *why)
{
    if (self->n_declared == EPOCH_CSV_DECLARED_MAX) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s: more than %d columns", place,
                           EPOCH_CSV_DECLARED_MAX);
    }
    struct epoch_csv_declared *d = &self->declared[self->n_declared];
    char *unit = strchr(value, ' ');
    if (unit != NULL) {
        *unit++ = '\0';
        unit += strspn(unit, " \t");
    }
    bool is_axis = strlen(value) == 1 && strchr("xyz", *value) != NULL;
    if (strcmp(value, "ignore") != 0 && !is_axis &&
        epoch_column_find(value) == EPOCH_COLUMN_COUNT) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "%s: '%.40s' is no column; write one of enmo_mg angle_z_deg counts "
                           "counts_y light ... (docs/formats/epoch-csv.md), x y z of samples, "
                           "or ignore",
                           place, value);
    }
    self->is_samples = self->is_samples || is_axis;
    if (snprintf(d->name, sizeof d->name, "%s", name) >= (int)sizeof d->name ||
        snprintf(d->target, sizeof d->target, "%s", value) >= (int)sizeof d->target ||
        snprintf(d->unit, sizeof d->unit, "%s", unit != NULL ? unit : "") >=
            (int)sizeof d->unit) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s: name or unit is too long", place);
    }
    self->n_declared++;
    return YK_OK;
}

static char *trim(char *at)
{
    at += strspn(at, " \t");
    size_t n = strlen(at);
    while (n > 0 && strchr(" \t\r", at[n - 1]) != NULL) {
        at[--n] = '\0';
    }
    return at;
}

struct ini_state {
    bool in_columns;
    char seen[512]; /* known keys so far, each behind a blank and with one behind it */
};

/* Two values of one name: whichever were taken, the other would be silent. */
static enum yk_status refuse_twice(struct ini_state *state, const struct epoch_csv_plan *self,
                                   const char *name, const char *place, struct failure *why)
{
    char key[32];
    snprintf(key, sizeof key, " %.28s ", name);
    bool is_there = !state->in_columns && strstr(state->seen, key) != NULL;
    for (size_t i = 0; i < self->n_declared && state->in_columns; i++) {
        is_there = is_there || strcmp(self->declared[i].name, name) == 0;
    }
    size_t used = strlen(state->seen);
    if (!state->in_columns && used + strlen(key) < sizeof state->seen) {
        memcpy(state->seen + used, key, strlen(key) + 1);
    }
    return is_there ? failure_set(why, YK_ERR_ARGUMENT,
                                  "%s: %.40s has a value already: leave one of them out", place,
                                  name)
                    : YK_OK;
}

static enum yk_status read_line(struct epoch_csv_plan *self, char *line, const char *place,
                                struct ini_state *state, struct failure *why)
{
    line = trim(line);
    if (*line == '\0' || *line == '#' || *line == ';') {
        return YK_OK;
    }
    if (*line == '[') {
        state->in_columns = strcmp(line, "[columns]") == 0;
        bool is_samples = strcmp(line, "[samples]") == 0;
        self->is_samples = self->is_samples || is_samples;
        if (!state->in_columns && !is_samples && strcmp(line, "[epochs]") != 0) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "%s: unknown section '%.40s'; [epochs], [samples] and "
                               "[columns] are known",
                               place, line);
        }
        return YK_OK;
    }
    char *sign = strchr(line, '=');
    if (sign == NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s: '%.40s' is no NAME = VALUE", place, line);
    }
    *sign = '\0';
    char *key = trim(line), *value = trim(sign + 1);
    enum yk_status status = refuse_twice(state, self, key, place, why);
    if (status != YK_OK) {
        return status;
    }
    return state->in_columns ? declare(self, key, value, place, why)
                             : set_key(self, key, value, place, why);
}

enum yk_status epoch_csv_plan_read_ini(struct epoch_csv_plan *self, struct byte_source *bytes,
                                       struct failure *why)
{
    if (bytes->size > 65536) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s is too large for a description",
                           bytes->name);
    }
    struct epoch_csv_plan plan = *self;
    char *text = NULL;
    enum yk_status status = byte_source_read_all(bytes, &text, why);
    struct ini_state state = {0};
    int number = 1;
    char *line = text;
    if (status == YK_OK && strncmp(text, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
    }
    while (status == YK_OK && line != NULL) {
        char place[96];
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end++ = '\0';
        }
        snprintf(place, sizeof place, "%.70s, line %d", bytes->name, number++);
        status = read_line(&plan, line, place, &state, why);
        line = end;
    }
    mem_free(text);
    if (status == YK_OK) {
        *self = plan;
    }
    return status;
}
