/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program's own HDF5 files, of both kinds. Changed bytes of a file are stopped by its seal
 * and are the library's business where there is none, so what is made up here are sound files
 * with any content: columns of any kind, length and value, left out or not, under every name
 * that the readers know, and any attributes.
 *
 *     byte 0           samples, epochs, a whole analysis (in columns or in records), or bytes
 *                      with a seal behind them
 *     then any number  which column or attribute, its kind, its length, its value
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/h5/h5_analysis.h"
#include "src/h5/h5_file.h"
#include "src/h5/h5_records.h"
#include "src/h5/h5_seal.h"
#include "src/h5/h5_tables.h"
#include "tests/fuzz/read_recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct format format_yoake_h5;

enum { KIND_SAMPLES, KIND_EPOCHS, KIND_ANALYSIS, KIND_SEALED, KIND_RECORDS, N_FILE_KINDS };
enum { VALUES_MOST = 512, NAMES_MOST = 1024 };

/* ---- what a file may hold ---- */

struct name {
    const char *group, *name;
    enum h5_kind kind;
    size_t usual_n;
};

static const struct name SAMPLES[] = {
    {"/samples", "x", H5_KIND_FLOAT, 300},
    {"/samples", "y", H5_KIND_FLOAT, 300},
    {"/samples", "z", H5_KIND_FLOAT, 300},
    {"/readings", "time_ns", H5_KIND_INT64, 3},
    {"/readings", "temperature_c", H5_KIND_FLOAT, 3},
    {"/readings", "light", H5_KIND_FLOAT, 3},
    {"/readings", "battery_v", H5_KIND_FLOAT, 3},
    {"/readings", "flags", H5_KIND_UINT32, 3},
    {"/readings", "first_sample", H5_KIND_UINT64, 3},
    {"/readings", "period_s", H5_KIND_DOUBLE, 3},
    {"/samples", "gx", H5_KIND_FLOAT, 0},
    {"/samples", "gy", H5_KIND_FLOAT, 0},
    {"/samples", "gz", H5_KIND_FLOAT, 0},
};
enum { N_SAMPLES = sizeof SAMPLES / sizeof *SAMPLES };

static const struct h5_table *const TABLES[] = {
    &h5_table_recording, &h5_table_report,     &h5_table_event, &h5_table_calibration,
    &h5_table_night,     &h5_table_rest,       &h5_table_day,   &h5_table_nonwear,
    &h5_table_person,    &h5_table_parameters, &h5_table_means};

struct attribute {
    const char *object, *name;
    bool is_text;
};
static const struct attribute ATTRIBUTES[] = {
    {"/", "schema_version", false},
    {"/", "device_model", true},
    {"/", "device_serial", true},
    {"/", "person_id", true},
    {"/", "recording_id", true},
    {"/", "input_sha256", true},
    {"/", "recipe_name", true},
    {"/", "program_version", true},
    {"/samples", "zone", true},
    {"/samples", "calibration", true},
    {"/samples", "rate_hz", false},
    {"/samples", "range_g", false},
    {"/samples", "gyro_range_dps", false},
    {"/epochs", "epoch_s", false},
    {"/epochs", "t0_ns", false},
    {"/quarters", "t0_ns", false},
};
enum { N_ATTRIBUTES = sizeof ATTRIBUTES / sizeof *ATTRIBUTES };

static enum h5_kind kind_of_field(enum h5_field_kind kind)
{
    static const enum h5_kind kinds[] = {
        [H5_FIELD_DOUBLE] = H5_KIND_DOUBLE, [H5_FIELD_FLOAT] = H5_KIND_FLOAT,
        [H5_FIELD_INT64] = H5_KIND_INT64,   [H5_FIELD_UINT64] = H5_KIND_UINT64,
        [H5_FIELD_INT32] = H5_KIND_INT32,   [H5_FIELD_UINT32] = H5_KIND_UINT32,
        [H5_FIELD_BOOL] = H5_KIND_UINT8,    [H5_FIELD_TEXT] = H5_KIND_TEXT,
        [H5_FIELD_DATE] = H5_KIND_TEXT,     [H5_FIELD_WORD] = H5_KIND_TEXT};
    return kinds[kind];
}

/* Every name that the readers of this kind of file ask for; the first ones are there unless
 * the input changes them. */
static size_t names_of(int kind, struct name *out)
{
    static const char *const quarters[] = {"score_2013", "score_2023", "clipped"};
    size_t n = 0;
    if (kind == KIND_SAMPLES) {
        memcpy(out, SAMPLES, sizeof SAMPLES);
        return N_SAMPLES;
    }
    out[n++] = (struct name){"/epochs", "state", H5_KIND_UINT16, 20};
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        out[n++] = (struct name){"/epochs", epoch_column_name((enum epoch_column)c),
                                 H5_KIND_FLOAT, c % 8 == 0 ? 20 : 0};
    }
    for (size_t q = 0; q < 3; q++) {
        out[n++] = (struct name){"/quarters", quarters[q], H5_KIND_FLOAT, 2};
    }
    size_t n_tables =
        kind == KIND_ANALYSIS || kind == KIND_RECORDS ? sizeof TABLES / sizeof *TABLES : 1;
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t f = 0; f < TABLES[t]->n_fields && n < NAMES_MOST; f++) {
            const struct h5_field *field = &TABLES[t]->fields[f];
            out[n++] =
                (struct name){TABLES[t]->group, field->name, kind_of_field(field->kind), 0};
        }
    }
    return n;
}

/* ---- the input ---- */

struct input {
    const uint8_t *at;
    size_t n;
};

static unsigned take(struct input *in)
{
    unsigned byte = in->n > 0 ? *in->at : 0;
    in->at += in->n > 0;
    in->n -= in->n > 0;
    return byte;
}

struct change { /* of one name */
    bool is_there, is_absent;
    enum h5_kind kind;
    size_t n, text_bytes;
    struct input values; /* repeated as often as needed */
};

static void take_change(struct input *in, struct change *out, const struct name *name)
{
    unsigned how = take(in);
    out->is_there = true;
    out->is_absent = how % 8 == 7;
    out->kind = how % 8 == 6 ? (enum h5_kind)(how / 8 % (H5_KIND_TEXT + 1)) : name->kind;
    out->n = how / 64 == 3 ? take(in) * 2u % VALUES_MOST : how / 64 == 2 ? 1 : name->usual_n;
    out->text_bytes = 1 + take(in) % 140;
    size_t n = take(in) % 33;
    out->values = (struct input){in->at, n < in->n ? n : in->n};
    in->at += out->values.n;
    in->n -= out->values.n;
}

/* Values that make a file which can be read. */
static void usual_values(const struct name *name, uint8_t *to)
{
    for (size_t i = 0; i < name->usual_n; i++) {
        int64_t time = INT64_C(1700000000000000000) + (int64_t)i * 1000000000;
        uint64_t first = i * 100;
        double period = 0.01;
        float value = (float)(i % 7) / 8;
        const void *from = strcmp(name->name, "time_ns") == 0        ? (const void *)&time
                           : strcmp(name->name, "first_sample") == 0 ? (const void *)&first
                           : name->kind == H5_KIND_DOUBLE            ? (const void *)&period
                           : name->kind == H5_KIND_FLOAT             ? (const void *)&value
                                                                     : NULL;
        size_t bytes = h5_kind_bytes(name->kind, 1);
        if (from != NULL) {
            memcpy(to + i * bytes, from, bytes);
        }
    }
}

static void put_column(struct h5_file *file, const struct name *name,
                       const struct change *change)
{
    static uint8_t values[(size_t)VALUES_MOST * 160];
    struct h5_column column = {name->name, name->kind, 8, NULL, NULL, false};
    size_t n = name->usual_n;
    memset(values, 0, sizeof values);
    usual_values(name, values);
    if (change->is_there) {
        column.kind = change->kind;
        column.text_bytes = change->text_bytes;
        column.is_compressed = change->n > 300;
        n = change->n;
        size_t bytes = n * h5_kind_bytes(column.kind, column.text_bytes);
        for (size_t i = 0; change->values.n > 0 && i < bytes; i++) {
            values[i] = change->values.at[i % change->values.n];
        }
    }
    if (n > 0 && !change->is_absent) {
        (void)h5_write(file, name->group, &column, values, n, NULL);
    }
}

/* A table as records: its members are the changed names, or all of them as they usually are. */
static void put_records(struct h5_file *file, const struct h5_table *table,
                        const struct name *names, const struct change *changes)
{
    enum { ROWS_MOST = 8, ROW_MOST = 16384 };
    static uint8_t rows[ROWS_MOST * ROW_MOST];
    static struct h5_member members[NAMES_MOST];
    size_t n_members = 0, row_bytes = 0, n = 1;
    for (size_t f = 0; f < table->n_fields; f++) {
        const struct change *change = &changes[f];
        enum h5_kind kind = change->is_there ? change->kind : names[f].kind;
        size_t bytes = h5_kind_bytes(kind, change->is_there ? change->text_bytes : 1);
        if (change->is_absent || row_bytes + bytes > ROW_MOST) {
            continue;
        }
        n = change->is_there ? change->n % (ROWS_MOST + 1) : n;
        members[n_members++] = (struct h5_member){names[f].name, kind, bytes, row_bytes, false};
        row_bytes += bytes;
    }
    memset(rows, 0, sizeof rows);
    for (size_t f = 0, m = 0; f < table->n_fields && m < n_members; f++) {
        if (members[m].name != names[f].name) {
            continue;
        }
        const struct input *values = &changes[f].values;
        for (size_t i = 0; i < n * members[m].bytes && values->n > 0; i++) {
            rows[i / members[m].bytes * row_bytes + members[m].at + i % members[m].bytes] =
                values->at[i % values->n];
        }
        m++;
    }
    if (n_members > 0) {
        (void)h5_records_write(file, table->group, members, n_members, row_bytes, rows, n,
                               NULL);
    }
}

static bool is_in_records(int kind, const struct name *name)
{
    for (size_t t = 0; kind == KIND_RECORDS && t < sizeof TABLES / sizeof *TABLES; t++) {
        if (TABLES[t]->is_records && strcmp(TABLES[t]->group, name->group) == 0) {
            return true;
        }
    }
    return false;
}

static void put_attribute(struct h5_file *file, struct input *in)
{
    const struct attribute *which = &ATTRIBUTES[take(in) % N_ATTRIBUTES];
    uint8_t number[8] = {0};
    int64_t whole;
    double real;
    char text[256];
    unsigned how = take(in);
    size_t n = how / 4 * 4u < in->n ? how / 4 * 4u : in->n;
    n = n < sizeof text ? n : sizeof text - 1;
    memcpy(text, in->at, n);
    text[n] = '\0';
    memcpy(number, in->at, n < 8 ? n : 8);
    memcpy(&whole, number, 8);
    memcpy(&real, number, 8);
    in->at += n;
    in->n -= n;
    if ((how % 4 == 3) != which->is_text) {
        (void)h5_put_text(file, which->object, which->name, text, NULL);
    } else if (how % 2 == 0) {
        (void)h5_put_int64(file, which->object, which->name, whole, NULL);
    } else {
        (void)h5_put_double(file, which->object, which->name, real, NULL);
    }
}

static void put_file(struct h5_file *file, int kind, struct input *in)
{
    static struct name names[NAMES_MOST];
    static struct change changes[NAMES_MOST];
    static const char *const groups[] = {"/samples", "/readings", "/epochs", "/quarters"};
    size_t n = names_of(kind, names);
    memset(changes, 0, sizeof changes);
    for (size_t g = kind == KIND_SAMPLES ? 0 : 2; g < (kind == KIND_SAMPLES ? 2u : 4u); g++) {
        (void)h5_group(file, groups[g], NULL);
    }
    for (size_t t = 0; kind != KIND_SAMPLES && t < sizeof TABLES / sizeof *TABLES; t++) {
        if (kind != KIND_RECORDS || !TABLES[t]->is_records) {
            (void)h5_group(file, TABLES[t]->group, NULL);
        }
    }
    (void)h5_put_int64(file, "/", "schema_version", H5_SCHEMA_VERSION, NULL);
    static const char *const needed[] = {"recording_id", "input_sha256", "recipe_name",
                                         "program_version"};
    for (size_t i = 0; (kind == KIND_ANALYSIS || kind == KIND_RECORDS) && i < 4; i++) {
        (void)h5_put_text(file, "/", needed[i], "a", NULL);
    }
    if (kind != KIND_SAMPLES) {
        (void)h5_put_int64(file, "/epochs", "epoch_s", 30, NULL);
        (void)h5_put_int64(file, "/epochs", "t0_ns", INT64_C(1700000000000000000), NULL);
        (void)h5_put_int64(file, "/quarters", "t0_ns", INT64_C(1700000000000000000), NULL);
    }
    while (in->n > 3) {
        unsigned which = take(in);
        if (which >= 240) {
            put_attribute(file, in);
        } else {
            size_t i = (which << 8 | take(in)) % n;
            take_change(in, &changes[i], &names[i]);
        }
    }
    const char *table = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!is_in_records(kind, &names[i])) {
            put_column(file, &names[i], &changes[i]);
        } else if (names[i].group != table) {
            table = names[i].group;
            for (size_t t = 0; t < sizeof TABLES / sizeof *TABLES; t++) {
                if (TABLES[t]->group == table) {
                    put_records(file, TABLES[t], &names[i], &changes[i]);
                }
            }
        }
    }
}

/* ---- reading ---- */

/* Every text ends within its field. */
static void check_texts(const struct h5_table *table, const void *rows, size_t n)
{
    const char *row = rows;
    for (size_t i = 0; i < n; i++, row += table->row_bytes) {
        for (size_t f = 0; f < table->n_fields; f++) {
            const struct h5_field *field = &table->fields[f];
            if (field->kind == H5_FIELD_TEXT &&
                memchr(row + field->offset, 0, field->bytes) == NULL) {
                abort();
            }
        }
    }
}

static void read_analysis(const char *path)
{
    struct analysis analysis;
    struct h5_identity identity;
    struct failure why;
    analysis_init(&analysis);
    if (h5_analysis_read(path, &analysis, &why) == YK_OK) {
        check_texts(&h5_table_recording, &analysis.info, 1);
        check_texts(&h5_table_night, analysis.nights, analysis.n_nights);
        check_texts(&h5_table_event, analysis.report.events, analysis.report.n_events);
    }
    analysis_release(&analysis);
    analysis_init(&analysis);
    (void)h5_analysis_read_tables(path, &analysis, &why);
    analysis_release(&analysis);
    (void)h5_analysis_identify(path, &identity, &why);
}

/* A seal that is not right must be refused without a look at what is before it. */
static void read_sealed(const uint8_t *data, size_t size)
{
    static const char magic[8] = "YKSEAL1";
    uint8_t *at = calloc(size + 8 + H5_SEAL_BYTES, 1);
    struct byte_source *bytes = NULL;
    if (at == NULL) {
        return;
    }
    memcpy(at, "\x89HDF\r\n\x1a\n", 8);
    memcpy(at + 8, data, size);
    uint64_t whole = size + 8;
    memcpy(at + whole, magic, 8);
    memcpy(at + whole + 8, &whole, 8);
    if (memory_source_open(at, whole + H5_SEAL_BYTES, "t.h5", &bytes, NULL) == YK_OK &&
        h5_seal_check(bytes, NULL) != YK_ERR_CORRUPT) {
        abort(); /* the CRC is 0: right for one in 2^32 */
    }
    byte_source_close(bytes);
    fuzz_recording(&format_yoake_h5, at, whole + H5_SEAL_BYTES);
    free(at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    struct h5_file *file = NULL;
    char path[64];
    int kind = (int)(take(&in) % N_FILE_KINDS);
    if (kind == KIND_SEALED) {
        read_sealed(in.at, in.n);
        return 0;
    }
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fd < 0 || h5_create(path, &file, NULL) != YK_OK) {
        abort();
    }
    h5_enter();
    put_file(file, kind, &in);
    h5_leave();
    if (h5_close(file, NULL) != YK_OK) {
        abort();
    }
    off_t length = lseek(fd, 0, SEEK_END);
    void *at = mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED) {
        abort();
    }
    fuzz_recording(&format_yoake_h5, at, (size_t)length);
    if (kind == KIND_ANALYSIS || kind == KIND_RECORDS) {
        read_analysis(path);
    }
    munmap(at, (size_t)length);
    close(fd);
    return 0;
}
