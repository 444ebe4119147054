/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Meaning of the columns of an epoch table.
 *
 * A name of src/model/epoch_columns.def is taken as it is, in that unit. A few names of other
 * programs are known as well (the table below). Everything else is left out unless the .ini
 * declares it; nothing is guessed from the values.
 */
#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/timestamp.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct alias {
    const char *name;
    enum epoch_column column;
    double factor;
};

/* Names of other programs: Depresjon (activity), GGIR's epoch tables (ENMO ... in g, anglez in
 * degrees), series published as anglez and enmo, ActiGraph's axes (1 is the vertical y). */
static const struct alias known[] = {
    {"activity", EPOCH_COUNTS, 1},
    {"count", EPOCH_COUNTS, 1},
    {"enmo", EPOCH_ENMO_MG, 1000},
    {"enmo_g", EPOCH_ENMO_MG, 1000},
    {"mad", EPOCH_MAD_MG, 1000},
    {"en", EPOCH_EN_MG, 1000},
    {"lfenmo", EPOCH_LFENMO_MG, 1000},
    {"bfen", EPOCH_BFEN_MG, 1000},
    {"hfen", EPOCH_HFEN_MG, 1000},
    {"hfenplus", EPOCH_HFENPLUS_MG, 1000},
    {"anglex", EPOCH_ANGLE_X_DEG, 1},
    {"angley", EPOCH_ANGLE_Y_DEG, 1},
    {"anglez", EPOCH_ANGLE_Z_DEG, 1},
    {"anglex_deg", EPOCH_ANGLE_X_DEG, 1},
    {"angley_deg", EPOCH_ANGLE_Y_DEG, 1},
    {"anglez_deg", EPOCH_ANGLE_Z_DEG, 1},
    {"zcx", EPOCH_ZC_X, 1},
    {"zcy", EPOCH_ZC_Y, 1},
    {"zcz", EPOCH_ZC_Z, 1},
    {"neishabouricount_x", EPOCH_COUNTS_X, 1},
    {"neishabouricount_y", EPOCH_COUNTS_Y, 1},
    {"neishabouricount_z", EPOCH_COUNTS_Z, 1},
    {"axis1", EPOCH_COUNTS_Y, 1},
    {"axis2", EPOCH_COUNTS_X, 1},
    {"axis3", EPOCH_COUNTS_Z, 1},
    {"white_lux", EPOCH_LIGHT, 1},
    {"lux", EPOCH_LIGHT, 1},
    {"temperature", EPOCH_TEMPERATURE_C, 1},
};

/* Only what was observed: whether somebody slept is found anew. */
static const struct {
    const char *name;
    uint16_t bits;
} flags[EPOCH_CSV_FLAGS] = {
    {"off_wrist", STATE_OFF_WRIST}, {"nonwear", STATE_OFF_WRIST}, {"unknown", STATE_UNKNOWN}};

static const char *const timestamp_names[] = {"timestamp", "time_ts",     "time_ns",
                                              "start_ts",  "epoch_start", "datetime",
                                              "date_time", "date/time"};

void epoch_csv_plan_init(struct epoch_csv_plan *self)
{
    memset(self, 0, sizeof *self);
    self->timestamp = self->date = self->time = self->step = CSV_NONE;
    self->state = self->interval = self->series = self->day = CSV_NONE;
    for (size_t i = 0; i < EPOCH_CSV_FLAGS; i++) {
        self->flag[i] = (struct epoch_csv_flag){CSV_NONE, flags[i].bits};
    }
    self->table_line = 1;
    for (int i = 0; i < 3; i++) {
        self->axis[i] = (struct epoch_csv_axis){CSV_NONE, 1};
    }
}

void epoch_csv_plan_start(struct epoch_csv_plan *self, struct civil_time start)
{
    int32_t second = start.second_of_day;
    snprintf(self->start, sizeof self->start, "%04d-%02d-%02dT%02d:%02d:%02d",
             (int)start.date.year, start.date.month, start.date.day, (int)(second / 3600),
             (int)(second / 60 % 60), (int)(second % 60));
}

void epoch_csv_plan_remark(struct epoch_csv_plan *self, const char *fmt, ...)
{
    if (self->n_remarks < EPOCH_CSV_REMARKS) {
        va_list args;
        va_start(args, fmt);
        vsnprintf(self->remark[self->n_remarks++], EPOCH_CSV_REMARK_BYTES, fmt, args);
        va_end(args);
    }
}

/* ---- the header ---- */

/* Factor from a unit written in the .ini to ours; NaN when there is none. */
static double unit_factor(const char *unit, const char *ours)
{
    static const struct {
        const char *from, *to;
        double factor;
    } units[] = {
        {"g", "mg", 1000},          {"m/s2", "mg", 1000 / 9.80665}, {"rad", "deg", 180 / M_PI},
        {"mV", "V", 0.001},         {"%", "share", 0.01},           {"mg", "g", 0.001},
        {"m/s2", "g", 1 / 9.80665},
    };
    if (*unit == '\0' || strcmp(unit, ours) == 0) {
        return 1;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(units[i].from, unit) == 0 && strcmp(units[i].to, ours) == 0) {
            return units[i].factor;
        }
    }
    return NAN;
}

static enum yk_status add_value(struct epoch_csv_plan *self, const struct csv *csv,
                                struct epoch_csv_value value, struct failure *why)
{
    for (size_t i = 0; i < self->n_values; i++) {
        if (self->value[i].column == value.column) {
            const char *first = csv_header_name(csv, self->value[i].field),
                       *second = csv_header_name(csv, value.field);
            return failure_set(why, YK_ERR_UNSUPPORTED,
                               "columns '%.*s' and '%.*s' both give %s; say 'NAME = ignore' "
                               "for one of them under [columns] in the .ini beside the file",
                               utf8_shown(first, 40), first, utf8_shown(second, 40), second,
                               epoch_column_name(value.column));
        }
    }
    self->value[self->n_values++] = value;
    return YK_OK;
}

static enum yk_status add_axis(struct epoch_csv_plan *self, const struct csv *csv,
                               const struct epoch_csv_declared *d, size_t field,
                               struct failure *why)
{
    struct epoch_csv_axis *axis = &self->axis[*d->target - 'x'];
    double factor = unit_factor(d->unit, "g");
    if (isnan(factor)) {
        return failure_set(why, YK_ERR_ARGUMENT, "column '%.*s': unit '%s' cannot become g",
                           utf8_shown(d->name, 40), d->name, d->unit);
    }
    if (axis->field != CSV_NONE) {
        const char *first = csv_header_name(csv, axis->field);
        return failure_set(why, YK_ERR_ARGUMENT, "columns '%.*s' and '%.*s' both give %s",
                           utf8_shown(first, 40), first, utf8_shown(d->name, 40), d->name,
                           d->target);
    }
    *axis = (struct epoch_csv_axis){field, factor};
    return YK_OK;
}

static enum yk_status add_declared(struct epoch_csv_plan *self, const struct csv *csv,
                                   struct epoch_csv_declared *d, size_t field,
                                   struct failure *why)
{
    d->is_used = true;
    if (strcmp(d->target, "ignore") == 0) {
        return YK_OK;
    }
    bool is_axis = strlen(d->target) == 1 && strchr("xyz", *d->target) != NULL;
    if (is_axis) {
        return add_axis(self, csv, d, field, why);
    }
    enum epoch_column column = epoch_column_find(d->target);
    double factor = unit_factor(d->unit, epoch_column_unit(column));
    if (isnan(factor)) {
        return failure_set(
            why, YK_ERR_ARGUMENT, "column '%.*s': unit '%s' cannot become %s of %s",
            utf8_shown(d->name, 40), d->name, d->unit, epoch_column_unit(column), d->target);
    }
    return add_value(self, csv, (struct epoch_csv_value){field, column, factor, false}, why);
}

/* Names as makers' programs write them: letters' case, the kind of blank and of apostrophe, and
 * a colon at the end make no difference. */
static bool is_called(const char *at, const char *name)
{
    for (;;) {
        if (strncmp(at, "\xC2\xA0", 2) == 0 && (*name == ' ' || *name == '\0')) {
            at += 2;
            name += *name == ' ';
        } else if (strncmp(at, "\xE2\x80\x99", 3) == 0 && *name == '\'') {
            at += 3;
            name++;
        } else if (*name == '\0') {
            at += strspn(at, " :");
            return *at == '\0';
        } else if (*at == '\0' || strncasecmp(at, name, 1) != 0) {
            return false;
        } else {
            at++;
            name++;
        }
    }
}

bool table_name_is(const char *text, const char *name)
{
    return is_called(text, name);
}

bool table_is_missing(const char *text)
{
    static const char *const word[] = {"", "na", "nan", "n/a", "null", "none", ".", "-"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        if (strcasecmp(text, word[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum yk_status add_role(struct epoch_csv_plan *self, const struct csv *csv, size_t field,
                               const struct table_name *as, struct failure *why)
{
    size_t *const places[] = {[TABLE_TIMESTAMP] = &self->timestamp,
                              [TABLE_DATE] = &self->date,
                              [TABLE_TIME] = &self->time,
                              [TABLE_STEP] = &self->step,
                              [TABLE_OFF_WRIST] = &self->flag[0].field,
                              [TABLE_INTERVAL] = &self->interval,
                              [TABLE_SERIES] = &self->series};
    if (as->role == TABLE_VALUE) {
        struct epoch_csv_value value = {field, as->column, as->factor, false};
        return add_value(self, csv, value, why);
    }
    if (*places[as->role] == CSV_NONE) {
        *places[as->role] = field;
    }
    return YK_OK;
}

static enum yk_status add_maker_name(struct epoch_csv_plan *self, const struct csv *csv,
                                     size_t field, struct failure *why)
{
    for (const struct table_name *as = self->kind->names; as->name != NULL; as++) {
        if (is_called(csv_header_name(csv, field), as->name)) {
            return add_role(self, csv, field, as, why);
        }
    }
    return YK_OK;
}

static enum yk_status add_by_name(struct epoch_csv_plan *self, const struct csv *csv,
                                  size_t field, struct failure *why)
{
    const char *name = csv_header_name(csv, field);
    if (self->kind != NULL) {
        return add_maker_name(self, csv, field, why);
    }
    for (size_t i = 0; i < EPOCH_COLUMN_COUNT; i++) {
        if (strcasecmp(epoch_column_name((enum epoch_column)i), name) == 0) {
            return add_value(self, csv,
                             (struct epoch_csv_value){field, (enum epoch_column)i, 1, false},
                             why);
        }
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcasecmp(known[i].name, name) == 0) {
            struct epoch_csv_value value = {field, known[i].column, known[i].factor, true};
            return add_value(self, csv, value, why);
        }
    }
    return YK_OK;
}

/* A column by the name declared in the .ini, which must then exist, else by its usual one. */
static enum yk_status find_named(const struct csv *csv, const char *declared, const char *usual,
                                 size_t *out, struct failure *why)
{
    *out = csv_find(csv, *declared != '\0' ? declared : usual);
    if (*declared != '\0' && *out == CSV_NONE) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "the .ini names a column '%.*s' that the file does not have",
                           utf8_shown(declared, 60), declared);
    }
    return YK_OK;
}

static enum yk_status find_times(struct epoch_csv_plan *self, const struct csv *csv,
                                 struct failure *why)
{
    enum yk_status status =
        find_named(csv, self->timestamp_name, "timestamp", &self->timestamp, why);
    if (status == YK_OK) {
        status = find_named(csv, self->date_name, "date", &self->date, why);
    }
    if (status == YK_OK) {
        status = find_named(csv, self->time_name, "time", &self->time, why);
    }
    if (status == YK_OK) {
        status = find_named(csv, self->step_name, "step", &self->step, why);
    }
    if (status == YK_OK) {
        status = find_named(csv, self->day_name, "day", &self->day, why);
    }
    if (status != YK_OK) {
        return status;
    }
    size_t n = sizeof timestamp_names / sizeof *timestamp_names;
    for (size_t i = 0; i < n && self->timestamp == CSV_NONE; i++) {
        self->timestamp = csv_find(csv, timestamp_names[i]);
    }
    bool has_days = self->timestamp == CSV_NONE && self->date == CSV_NONE &&
                    self->time != CSV_NONE && self->start[0] != '\0';
    self->day = has_days ? self->day : CSV_NONE; /* else it is a column like others */
    if (self->timestamp == CSV_NONE && self->date == CSV_NONE && self->day == CSV_NONE) {
        self->timestamp = self->time; /* a column "time" alone holds both */
    }
    self->timestamp_is_unix_ns =
        self->timestamp != CSV_NONE && *self->time_format == '\0' &&
        strcasecmp(csv_header_name(csv, self->timestamp), "time_ns") == 0;
    return YK_OK;
}

static bool is_declared(const struct epoch_csv_plan *self, const char *name)
{
    bool is_it = false;
    for (size_t k = 0; k < self->n_declared; k++) {
        is_it = is_it || strcasecmp(self->declared[k].name, name) == 0;
    }
    return is_it;
}

/* The axes of a table of samples by their usual names, in g; all three or none. */
static void find_axes(struct epoch_csv_plan *self, const struct csv *csv)
{
    static const char *const usual[][3] = {
        {"x", "y", "z"},
        {"acc_x", "acc_y", "acc_z"},
        {"accelerometer x", "accelerometer y", "accelerometer z"},
        {"accelerometer_x", "accelerometer_y", "accelerometer_z"}};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        size_t field[3];
        bool is_there = self->epoch_s == 0;
        for (int a = 0; a < 3; a++) {
            field[a] = csv_find(csv, usual[i][a]);
            is_there = is_there && field[a] != CSV_NONE && self->axis[a].field == CSV_NONE &&
                       !is_declared(self, usual[i][a]);
        }
        for (int a = 0; a < 3 && is_there; a++) {
            self->axis[a].field = field[a];
            self->is_samples = true;
        }
    }
}

static enum yk_status check_axes(const struct epoch_csv_plan *self, struct failure *why)
{
    for (int a = 0; a < 3; a++) {
        if (self->axis[a].field == CSV_NONE) {
            return failure_set(why, YK_ERR_UNSUPPORTED,
                               "a table of samples needs x, y and z, and %c is not known: say "
                               "'NAME = %c g' (or mg, m/s2) under [columns] in the .ini beside "
                               "the file",
                               "xyz"[a], "xyz"[a]);
        }
    }
    return YK_OK;
}

enum yk_status epoch_csv_plan_columns(struct epoch_csv_plan *self, const struct csv *csv,
                                      struct failure *why)
{
    enum yk_status status = self->kind == NULL ? find_times(self, csv, why) : YK_OK;
    for (size_t i = 0; i < EPOCH_CSV_FLAGS && self->kind == NULL; i++) {
        self->flag[i].field = csv_find(csv, flags[i].name);
    }
    self->state = self->kind == NULL ? csv_find(csv, "state") : CSV_NONE;
    self->n_values = 0;
    for (size_t i = 0; i < csv_header_n(csv) && status == YK_OK; i++) {
        bool is_said = false;
        for (size_t k = 0; k < self->n_declared && !is_said; k++) {
            is_said = strcasecmp(self->declared[k].name, csv_header_name(csv, i)) == 0;
            if (is_said) {
                status = add_declared(self, csv, &self->declared[k], i, why);
            }
        }
        if (!is_said) {
            status = add_by_name(self, csv, i, why);
        }
    }
    for (size_t k = 0; k < self->n_declared && status == YK_OK; k++) {
        if (!self->declared[k].is_used) {
            return failure_set(why, YK_ERR_UNSUPPORTED,
                               "the .ini names a column '%.*s' that the file does not have",
                               utf8_shown(self->declared[k].name, 60), self->declared[k].name);
        }
    }
    if (status == YK_OK && self->kind == NULL) {
        find_axes(self, csv);
    }
    if (status == YK_OK && self->is_samples) {
        return check_axes(self, why);
    }
    if (status == YK_OK && self->n_values == 0) {
        const char *first = csv_header_name(csv, 0), *second = csv_header_name(csv, 1);
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "a table, but none of its columns (%.*s, %.*s, ...) is known; say "
                           "which ones under [columns] in a .ini of the same name beside it "
                           "(`yoake info --write-ini` writes a guess)",
                           utf8_shown(first, 20), first, utf8_shown(second, 20), second);
    }
    return status;
}
