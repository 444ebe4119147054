/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The layout of recordings/<id>.h5 (docs/store.md): groups of columns, all from the tables in
 * h5_tables.c, and the two series (epochs, quarters) whose columns are arrays already.
 */
#include "src/h5/h5_analysis.h"

#include <stdio.h>
#include <string.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/h5/h5_file.h"
#include "src/h5/h5_tables.h"

#define ROWS_MAX ((size_t)1 << 24)

/* ---- lists of structs: which rows go into which table ---- */

struct list {
    const struct h5_table *table;
    size_t at, n, capacity; /* offsets in struct analysis */
};

#define LIST(table, rows)                                                                      \
    {                                                                                          \
        &(table), offsetof(struct analysis, rows), offsetof(struct analysis, n_##rows),        \
            offsetof(struct analysis, rows##_capacity)                                         \
    }

static const struct list lists[] = {
    LIST(h5_table_night, nights),
    LIST(h5_table_rest, rests),
    LIST(h5_table_day, days),
    LIST(h5_table_nonwear, nonwear),
    {&h5_table_event, offsetof(struct analysis, report.events),
     offsetof(struct analysis, report.n_events),
     offsetof(struct analysis, report.events_capacity)},
};
#define N_LISTS (sizeof lists / sizeof *lists)

/* Structs of which there is one (or, for the means, one a set of nights). */
struct single {
    const struct h5_table *table;
    size_t at, n;
};

static const struct single singles[] = {
    {&h5_table_recording, offsetof(struct analysis, info), 1},
    {&h5_table_report, offsetof(struct analysis, report), 1},
    {&h5_table_calibration, offsetof(struct analysis, calibration), 1},
    {&h5_table_person, 0, 1},
    {&h5_table_means, offsetof(struct analysis, night_means), NIGHT_SET_COUNT},
    {&h5_table_parameters, offsetof(struct analysis, made_by.parameters), 1},
};
#define N_SINGLES (sizeof singles / sizeof *singles)

/* ---- writing ---- */

/* {"name":"default","parameters":{...}}: interface.md wants every parameter in this attribute.
 */
static enum yk_status write_recipe(struct h5_file *file, const struct provenance *made_by,
                                   struct failure *why)
{
    struct text json;
    text_init(&json);
    text_add(&json, "{\"name\":");
    text_add_json(&json, made_by->recipe);
    text_add(&json, ",\"parameters\":");
    parameters_to_json(&made_by->parameters, &json);
    text_add(&json, "}");
    enum yk_status status = text_status(&json, why);
    if (status == YK_OK) {
        status = h5_put_text(file, "/", "recipe", text_string(&json), why);
    }
    text_release(&json);
    return status;
}

static enum yk_status write_root(struct h5_file *file, const struct analysis *analysis,
                                 struct failure *why)
{
    const struct {
        const char *name, *value;
    } texts[] = {{"recording_id", analysis->recording_id},
                 {"device_model", analysis->info.device_model},
                 {"device_serial", analysis->info.device_serial},
                 {"input_sha256", analysis->made_by.input_sha256},
                 {"recipe_name", analysis->made_by.recipe},
                 {"program_version", analysis->made_by.program_version}};
    enum yk_status status = h5_put_int64(file, "/", "schema_version", H5_SCHEMA_VERSION, why);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status == YK_OK; i++) {
        status = h5_put_text(file, "/", texts[i].name, texts[i].value, why);
    }
    if (status == YK_OK) {
        status = write_recipe(file, &analysis->made_by, why);
    }
    return status;
}

static enum yk_status write_series_column(struct h5_file *file, const char *group,
                                          const char *name, enum h5_kind kind, const char *unit,
                                          const char *meaning, const void *values, size_t n,
                                          struct failure *why)
{
    struct h5_column column = {
        name, kind,    0,
        unit, meaning, h5_is_worth_compressing(values, n, h5_kind_bytes(kind, 0))};
    return h5_write(file, group, &column, values, n, why);
}

static enum yk_status write_epochs(struct h5_file *file, const struct epoch_series *epochs,
                                   const char *zone, struct failure *why)
{
    enum yk_status status = h5_group(file, "/epochs", why);
    if (status == YK_OK) {
        status = h5_put_int64(file, "/epochs", "epoch_s", epochs->epoch_s, why);
    }
    if (status == YK_OK) {
        status = h5_put_int64(file, "/epochs", "t0_ns", epochs->t0_ns, why);
    }
    if (status == YK_OK) {
        status = h5_put_text(file, "/epochs", "zone", zone, why);
    }
    for (enum epoch_column c = 0; c < EPOCH_COLUMN_COUNT && status == YK_OK; c++) {
        if (epochs->column[c] != NULL) {
            status = write_series_column(file, "/epochs", epoch_column_name(c), H5_KIND_FLOAT,
                                         epoch_column_unit(c), epoch_column_meaning_en(c),
                                         epochs->column[c], epochs->n, why);
        }
    }
    if (status == YK_OK) {
        status = write_series_column(
            file, "/epochs", "state", H5_KIND_UINT16, "bits",
            "1 unknown, 2 nonwear, 4 nonwear by stillness alone, 8 clipped, 16 implausible, "
            "32 excluded, 64 in rest, 128 in sleep period, 256 asleep, 512 still, 1024 "
            "imputed, "
            "2048 edited",
            epochs->state, epochs->n, why);
    }
    return status;
}

struct quarter_column {
    const char *name, *unit, *meaning;
    size_t at; /* offset of the pointer in struct quarter_series */
};

static const struct quarter_column quarter_columns[] = {
    {"score_2013", "axes", "still axes, rule of 2013",
     offsetof(struct quarter_series, score_2013)},
    {"score_2023", "axes", "still axes, rule of 2023",
     offsetof(struct quarter_series, score_2023)},
    {"clipped", "share", "largest of the axes' shares of clipped samples",
     offsetof(struct quarter_series, clipped)},
};
#define N_QUARTER_COLUMNS (sizeof quarter_columns / sizeof *quarter_columns)

static float *quarter_values(const struct quarter_series *quarters, size_t i)
{
    float *values = NULL;
    memcpy(&values, (const char *)quarters + quarter_columns[i].at, sizeof values);
    return values;
}

static enum yk_status write_quarters(struct h5_file *file,
                                     const struct quarter_series *quarters, struct failure *why)
{
    enum yk_status status = h5_group(file, "/quarters", why);
    if (status == YK_OK) {
        status = h5_put_int64(file, "/quarters", "t0_ns", quarters->t0_ns, why);
    }
    for (size_t i = 0; i < N_QUARTER_COLUMNS && status == YK_OK; i++) {
        status = write_series_column(file, "/quarters", quarter_columns[i].name, H5_KIND_FLOAT,
                                     quarter_columns[i].unit, quarter_columns[i].meaning,
                                     quarter_values(quarters, i), quarters->n, why);
    }
    return status;
}

static enum yk_status write_all(struct h5_file *file, const struct analysis *analysis,
                                struct failure *why)
{
    const char *base = (const char *)analysis;
    enum yk_status status = write_root(file, analysis, why);
    for (size_t i = 0; i < N_SINGLES && status == YK_OK; i++) {
        status = h5_rows_write(file, singles[i].table, base + singles[i].at, singles[i].n, why);
    }
    for (size_t i = 0; i < N_LISTS && status == YK_OK; i++) {
        const void *rows = NULL;
        size_t n = 0;
        memcpy(&rows, base + lists[i].at, sizeof rows);
        memcpy(&n, base + lists[i].n, sizeof n);
        status = h5_rows_write(file, lists[i].table, rows, n, why);
    }
    if (status == YK_OK) {
        status = write_epochs(file, &analysis->epochs, analysis->info.zone, why);
    }
    if (status == YK_OK) {
        status = write_quarters(file, &analysis->quarters, why);
    }
    return status;
}

enum yk_status h5_analysis_write(const char *path, const struct analysis *analysis,
                                 struct failure *why)
{
    struct text part;
    struct h5_file *file = NULL;
    text_init(&part);
    text_add(&part, path);
    text_add(&part, DISK_PART);
    enum yk_status status = text_status(&part, why);
    if (status != YK_OK) {
        goto done;
    }
    status = h5_create(text_string(&part), &file, why);
    if (status == YK_OK) {
        h5_enter();
        status = write_all(file, analysis, why);
        h5_leave();
        if (status == YK_OK) {
            status = h5_close(file, why);
        } else {
            h5_abandon(file);
        }
    }
    if (status == YK_OK) {
        status = disk_publish(text_string(&part), path, why);
    }
done:
    text_release(&part);
    return status;
}

/* ---- reading ---- */

enum yk_status h5_recording_read(struct h5_file *file, struct recording_info *info,
                                 struct failure *why)
{
    return h5_rows_read(file, &h5_table_recording, info, 1, why);
}

static enum yk_status read_text(struct h5_file *file, const char *name, char *out, size_t room,
                                struct failure *why)
{
    struct text value;
    text_init(&value);
    enum yk_status status = h5_get_text(file, "/", name, &value, why);
    if (status == YK_OK && value.length >= room) {
        status = failure_set(why, YK_ERR_CORRUPT, "attribute %s is %zu bytes long", name,
                             value.length);
    }
    if (status == YK_OK) {
        memcpy(out, text_string(&value), value.length + 1);
    }
    text_release(&value);
    return status;
}

static enum yk_status read_identity(struct h5_file *file, struct h5_identity *out,
                                    struct failure *why)
{
    const struct {
        const char *name;
        char *to;
        size_t room;
    } texts[] = {{"recording_id", out->recording_id, sizeof out->recording_id},
                 {"input_sha256", out->input_sha256, sizeof out->input_sha256},
                 {"recipe_name", out->recipe, sizeof out->recipe},
                 {"program_version", out->program_version, sizeof out->program_version}};
    int64_t version = 0;
    enum yk_status status = h5_get_int64(file, "/", "schema_version", &version, why);
    if (status == YK_OK && version > H5_SCHEMA_VERSION) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "written by a newer yoake (schema %lld, this one knows %d); update "
                           "this program",
                           (long long)version, H5_SCHEMA_VERSION);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status == YK_OK; i++) {
        status = read_text(file, texts[i].name, texts[i].to, texts[i].room, why);
    }
    if (status == YK_OK) {
        status = h5_rows_read(file, &h5_table_parameters, &out->parameters, 1, why);
    }
    return status;
}

enum yk_status h5_epochs_read(struct h5_file *file, struct epoch_series *epochs,
                              struct failure *why)
{
    size_t n = 0;
    int64_t epoch_s = 0, t0_ns = 0;
    enum yk_status status = h5_count(file, "/epochs", "state", &n, why);
    if (status == YK_OK) {
        status = h5_get_int64(file, "/epochs", "epoch_s", &epoch_s, why);
    }
    if (status == YK_OK) {
        status = h5_get_int64(file, "/epochs", "t0_ns", &t0_ns, why);
    }
    if (status == YK_OK && (n > ROWS_MAX || epoch_s < 0 || epoch_s > 86400)) {
        status = failure_set(why, YK_ERR_CORRUPT, "/epochs: %zu epochs of %lld s", n,
                             (long long)epoch_s);
    }
    if (status == YK_OK) {
        status = epoch_series_resize(epochs, n, why);
    }
    for (enum epoch_column c = 0; c < EPOCH_COLUMN_COUNT && status == YK_OK; c++) {
        char path[64];
        snprintf(path, sizeof path, "/epochs/%s", epoch_column_name(c));
        if (!h5_has(file, path)) {
            continue;
        }
        size_t there = 0; /* a column is reserved only when the file can hold it */
        status = h5_count(file, "/epochs", epoch_column_name(c), &there, why);
        if (status == YK_OK && there == n) {
            status = epoch_series_need(epochs, c, why);
        }
        if (status == YK_OK) {
            status = h5_read(file, "/epochs", epoch_column_name(c), H5_KIND_FLOAT, 0,
                             epochs->column[c], n, why);
        }
    }
    if (status == YK_OK) {
        status = h5_read(file, "/epochs", "state", H5_KIND_UINT16, 0, epochs->state, n, why);
    }
    if (status == YK_OK) { /* a column that nobody could look for is none that is missing */
        status = h5_read_status(file, why);
        epochs->epoch_s = (int32_t)epoch_s;
        epochs->t0_ns = t0_ns;
    }
    return status;
}

static enum yk_status read_quarters(struct h5_file *file, struct quarter_series *quarters,
                                    struct failure *why)
{
    size_t n = 0;
    int64_t t0_ns = 0;
    enum yk_status status = h5_count(file, "/quarters", quarter_columns[0].name, &n, why);
    if (status == YK_OK) {
        status = h5_get_int64(file, "/quarters", "t0_ns", &t0_ns, why);
    }
    if (status == YK_OK && n > ROWS_MAX) {
        status = failure_set(why, YK_ERR_CORRUPT, "/quarters: %zu rows", n);
    }
    if (status == YK_OK) {
        status = quarter_series_resize(quarters, n, why);
    }
    for (size_t i = 0; i < N_QUARTER_COLUMNS && status == YK_OK; i++) {
        status = h5_read(file, "/quarters", quarter_columns[i].name, H5_KIND_FLOAT, 0,
                         quarter_values(quarters, i), n, why);
    }
    if (status == YK_OK) {
        quarters->t0_ns = t0_ns;
    }
    return status;
}

/* Rows begin as "everything unknown", so that a column missing from an older file means that.
 */
static void rows_init(const struct h5_table *table, void *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        void *row = (char *)rows + i * table->row_bytes;
        if (table == &h5_table_night) {
            night_init(row);
        } else if (table == &h5_table_day) {
            day_summary_init(row);
        }
    }
}

static enum yk_status read_list(struct h5_file *file, const struct list *list,
                                struct analysis *out, struct failure *why)
{
    size_t n = 0;
    enum yk_status status = h5_rows_count(file, list->table, &n, why);
    if (status != YK_OK || n == 0) {
        return status;
    }
    void *rows = mem_alloc(n, list->table->row_bytes);
    if (rows == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu rows", n);
    }
    rows_init(list->table, rows, n);
    status = h5_rows_read(file, list->table, rows, n, why);
    if (status != YK_OK) {
        mem_free(rows);
        return status;
    }
    char *base = (char *)out;
    memcpy(base + list->at, &rows, sizeof rows);
    memcpy(base + list->n, &n, sizeof n);
    memcpy(base + list->capacity, &n, sizeof n);
    return YK_OK;
}

static enum yk_status read_all(struct h5_file *file, bool with_series, struct analysis *out,
                               struct failure *why)
{
    struct h5_identity identity = {.recording_id = ""};
    enum yk_status status = read_identity(file, &identity, why);
    for (size_t i = 0; i < N_SINGLES && status == YK_OK; i++) {
        status = h5_rows_read(file, singles[i].table, (char *)out + singles[i].at, singles[i].n,
                              why);
    }
    for (size_t i = 0; i < N_LISTS && status == YK_OK; i++) {
        status = read_list(file, &lists[i], out, why);
    }
    if (status == YK_OK && with_series) {
        status = h5_epochs_read(file, &out->epochs, why);
    }
    if (status == YK_OK && with_series) {
        status = read_quarters(file, &out->quarters, why);
    }
    if (status == YK_OK) {
        status = h5_read_status(file, why);
    }
    if (status == YK_OK) {
        struct provenance *made_by = &out->made_by;
        memcpy(out->recording_id, identity.recording_id, sizeof out->recording_id);
        memcpy(made_by->input_sha256, identity.input_sha256, sizeof made_by->input_sha256);
        memcpy(made_by->recipe, identity.recipe, sizeof made_by->recipe);
        memcpy(made_by->program_version, identity.program_version,
               sizeof made_by->program_version);
        made_by->made_ns = 0;
    }
    return status;
}

static enum yk_status read_file(const char *path, bool with_series, struct analysis *out,
                                struct failure *why)
{
    struct h5_file *file = NULL;
    enum yk_status status = h5_open(path, &file, why);
    if (status == YK_OK) {
        h5_enter();
        status = read_all(file, with_series, out, why);
        if (status != YK_OK) {
            failure_within(why, "%s", path);
        }
        h5_abandon(file);
        h5_leave();
    }
    return status;
}

enum yk_status h5_analysis_read(const char *path, struct analysis *out, struct failure *why)
{
    return read_file(path, true, out, why);
}

enum yk_status h5_analysis_read_tables(const char *path, struct analysis *out,
                                       struct failure *why)
{
    return read_file(path, false, out, why);
}

enum yk_status h5_analysis_identify(const char *path, struct h5_identity *out,
                                    struct failure *why)
{
    struct h5_file *file = NULL;
    struct h5_identity identity = {.recording_id = ""};
    enum yk_status status = h5_open(path, &file, why);
    if (status == YK_OK) {
        h5_enter();
        status = read_identity(file, &identity, why);
        if (status != YK_OK) {
            failure_within(why, "%s", path);
        }
        h5_abandon(file);
        h5_leave();
    }
    if (status == YK_OK) {
        *out = identity;
    }
    return status;
}
