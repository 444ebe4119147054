/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The small description that may lie beside a table (NAME.ini): docs/formats/epoch-csv.md lists
 * its keys. Unknown ones, and those that stand there twice, are refused with their line: a
 * mistake must not be silent.
 */
#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/timestamp.h"
#include "src/base/given.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

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
                               struct failure *why)
{
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        if (strcmp(taken[i].name, key) == 0) {
            return taken[i].take(self, value)
                       ? YK_OK
                       : failure_set(why, YK_ERR_ARGUMENT, "%s is '%.*s'; %s", key,
                                     utf8_shown(value, 40), value, taken[i].right);
        }
    }
    return failure_set(why, YK_ERR_ARGUMENT,
                       "unknown key '%.*s'; known: start epoch_s rate_hz range_g "
                       "time_format zone timestamp date time step day separator header "
                       "first_line "
                       "counts person_id device_model device_serial",
                       utf8_shown(key, 40), key);
}

static enum yk_status set_key(struct epoch_csv_plan *self, const char *key, const char *value,
                              struct failure *why)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i].name, key) == 0) {
            size_t n = strlen(value);
            if (n + 1 > keys[i].room) {
                return failure_set(why, YK_ERR_ARGUMENT, "%s is longer than %zu bytes", key,
                                   keys[i].room - 1);
            }
            memcpy((char *)self + keys[i].offset, value, n + 1);
            if (strcmp(key, "counts") == 0 && !count_kind_find(value, &(enum count_kind){0})) {
                return failure_set(why, YK_ERR_ARGUMENT,
                                   "counts '%.*s' are not known; actigraph actiwatch "
                                   "motionwatch actical acttrust ... unknown are right",
                                   utf8_shown(value, 20), value);
            }
            if (strcmp(key, "time_format") == 0 && strcmp(value, EPOCH_CSV_ELAPSED) != 0 &&
                !timestamp_pattern_is_valid(value)) {
                return failure_set(
                    why, YK_ERR_ARGUMENT,
                    "time_format '%.*s' is not understood; iso, unix_s, "
                    "unix_ms, unix_ns, elapsed_s or a pattern like %%d/%%m/%%Y %%H:%%M",
                    utf8_shown(value, 40), value);
            }
            return YK_OK;
        }
    }
    return take_key(self, key, value, why);
}

static enum yk_status declare(struct epoch_csv_plan *self, const char *name, char *value,
                              struct failure *why)
{
    if (self->n_declared == EPOCH_CSV_DECLARED_MAX) {
        return failure_set(why, YK_ERR_ARGUMENT, "more than %d columns",
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
                           "'%.*s' is no column; write one of enmo_mg angle_z_deg counts "
                           "counts_y light ... (docs/formats/epoch-csv.md), x y z of samples, "
                           "or ignore",
                           utf8_shown(value, 40), value);
    }
    self->is_samples = self->is_samples || is_axis;
    if (snprintf(d->name, sizeof d->name, "%s", name) >= (int)sizeof d->name ||
        snprintf(d->target, sizeof d->target, "%s", value) >= (int)sizeof d->target ||
        snprintf(d->unit, sizeof d->unit, "%s", unit != NULL ? unit : "") >=
            (int)sizeof d->unit) {
        return failure_set(why, YK_ERR_ARGUMENT, "name or unit is too long");
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

struct ini {
    struct epoch_csv_plan plan;
    struct given keys, columns; /* names of columns may be those of keys */
    bool in_columns;
};

static enum yk_status enter_section(struct ini *self, const char *line, struct failure *why)
{
    self->in_columns = strcmp(line, "[columns]") == 0;
    bool is_samples = strcmp(line, "[samples]") == 0;
    self->plan.is_samples = self->plan.is_samples || is_samples;
    if (!self->in_columns && !is_samples && strcmp(line, "[epochs]") != 0) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "unknown section '%.*s'; [epochs], [samples] and [columns] are "
                           "known",
                           utf8_shown(line, 40), line);
    }
    return YK_OK;
}

static enum yk_status read_line(struct ini *self, char *line, size_t number,
                                struct failure *why)
{
    line = trim(line);
    if (*line == '\0' || *line == '#' || *line == ';') {
        return YK_OK;
    }
    if (*line == '[') {
        return enter_section(self, line, why);
    }
    char *sign = strchr(line, '=');
    if (sign == NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "'%.*s' is no NAME = VALUE",
                           utf8_shown(line, 40), line);
    }
    *sign = '\0';
    char *key = trim(line), *value = trim(sign + 1);
    enum yk_status status = given_add(self->in_columns ? &self->columns : &self->keys, key,
                                      strlen(key), value, strlen(value), number, why);
    if (status != YK_OK) {
        return status;
    }
    return self->in_columns ? declare(&self->plan, key, value, why)
                            : set_key(&self->plan, key, value, why);
}

/* All lines of text, which ends in a zero and is cut up. */
static enum yk_status read_lines(struct ini *self, char *text, const char *name,
                                 struct failure *why)
{
    enum yk_status status = YK_OK;
    char *line = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
    for (size_t number = 1; status == YK_OK && line != NULL; number++) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end++ = '\0';
        }
        status = read_line(self, line, number, why);
        if (status != YK_OK) {
            failure_within(why, "%.*s, line %zu", utf8_shown(name, 70), name, number);
        }
        line = end;
    }
    return status;
}

enum yk_status epoch_csv_plan_read_ini(struct epoch_csv_plan *self, struct byte_source *bytes,
                                       struct failure *why)
{
    if (bytes->size > 65536) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s is too large for a description",
                           bytes->name);
    }
    char *text = NULL;
    struct ini *ini = mem_alloc(1, sizeof *ini);
    enum yk_status status =
        ini != NULL ? byte_source_read_all(bytes, &text, why)
                    : failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    if (status == YK_OK) {
        ini->plan = *self;
        status = read_lines(ini, text, bytes->name, why);
    }
    if (status == YK_OK) {
        *self = ini->plan;
    }
    mem_free(ini);
    mem_free(text);
    return status;
}
