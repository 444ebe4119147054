/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/h5/h5_analysis.h"
#include "src/h5/h5_seal.h"
#include "src/h5/h5_file.h"
#include "src/h5/h5_tables.h"
#include "tests/support/alloc.h"

static struct scratch scratch = {.file = "参加者 01.h5"};

/* ---- an analysis in which every field of every table has a value of its own ---- */

static uint64_t seed;

static uint64_t next_number(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return seed >> 20;
}

static void fill_field(const struct h5_field *field, char *member)
{
    uint64_t number = next_number();
    double real = number % 11 == 0 ? NAN : (double)(int64_t)number / 997.0;
    float single = (float)real;
    struct civil_date date = {(int32_t)(1990 + number % 60), (int8_t)(1 + number % 12),
                              (int8_t)(1 + number % 28)};
    int word = (int)(number % 2);
    switch (field->kind) {
    case H5_FIELD_DOUBLE:
        memcpy(member, &real, sizeof real);
        break;
    case H5_FIELD_FLOAT:
        memcpy(member, &single, sizeof single);
        break;
    case H5_FIELD_INT64:
    case H5_FIELD_UINT64:
    case H5_FIELD_INT32:
    case H5_FIELD_UINT32:
        memcpy(member, &number, field->bytes);
        break;
    case H5_FIELD_BOOL:
        *member = (char)(number % 2);
        break;
    case H5_FIELD_TEXT:
        snprintf(member, field->bytes, "夜%llx", (unsigned long long)number);
        break;
    case H5_FIELD_DATE:
        memcpy(member, &date, sizeof date);
        break;
    case H5_FIELD_WORD:
        memcpy(member, &word, sizeof word);
        break;
    }
}

static void fill_rows(const struct h5_table *table, void *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < table->n_fields; f++) {
            fill_field(&table->fields[f],
                       (char *)rows + i * table->row_bytes + table->fields[f].offset);
        }
    }
}

static void *filled_rows(const struct h5_table *table, size_t n)
{
    void *rows = mem_alloc(n, table->row_bytes);
    assert_non_null(rows);
    fill_rows(table, rows, n);
    return rows;
}

static void fill_analysis(struct analysis *out)
{
    struct failure why;
    seed = 42;
    analysis_init(out);
    snprintf(out->recording_id, sizeof out->recording_id, "week1-3f9a");
    fill_rows(&h5_table_recording, &out->info, 1);
    fill_rows(&h5_table_report, &out->report, 1);
    fill_rows(&h5_table_calibration, &out->calibration, 1);
    fill_rows(&h5_table_person, out, 1);
    fill_rows(&h5_table_means, out->night_means, NIGHT_SET_COUNT);
    fill_rows(&h5_table_parameters, &out->made_by.parameters, 1);
    snprintf(out->made_by.recipe, sizeof out->made_by.recipe, "default");
    snprintf(out->made_by.program_version, sizeof out->made_by.program_version, "0.1.0");
    memset(out->made_by.input_sha256, 'a', 64);
    out->made_by.made_ns = 12345;
    out->nights = filled_rows(&h5_table_night, 7);
    out->n_nights = out->nights_capacity = 7;
    out->rests = filled_rows(&h5_table_rest, 9);
    out->n_rests = out->rests_capacity = 9;
    out->days = filled_rows(&h5_table_day, 8);
    out->n_days = out->days_capacity = 8;
    out->nonwear = filled_rows(&h5_table_nonwear, 3);
    out->n_nonwear = out->nonwear_capacity = 3;
    out->report.events = filled_rows(&h5_table_event, 5);
    out->report.n_events = out->report.events_capacity = 5;
    assert_int_equal(epoch_series_resize(&out->epochs, 3000, &why), YK_OK);
    out->epochs.t0_ns = INT64_C(1700000000000000000);
    out->epochs.epoch_s = 5;
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c += 2) {
        assert_int_equal(epoch_series_need(&out->epochs, (enum epoch_column)c, &why), YK_OK);
        for (size_t k = 0; k < 3000; k++) {
            out->epochs.column[c][k] = k % 100 == 0 ? NAN
                                       : c % 4 == 0 ? (float)next_number()
                                                    : (float)(k / 50);
        }
    }
    for (size_t k = 0; k < 3000; k++) {
        out->epochs.state[k] = (uint16_t)(k / 200);
    }
    assert_int_equal(quarter_series_resize(&out->quarters, 17, &why), YK_OK);
    out->quarters.t0_ns = out->epochs.t0_ns;
    for (size_t k = 0; k < 17; k++) {
        out->quarters.score_2013[k] = (float)(k % 4);
        out->quarters.score_2023[k] = (float)(k % 3);
        out->quarters.clipped[k] = (float)k / 17;
    }
}

static void assert_same_rows(const struct h5_table *table, const void *a, const void *b,
                             size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < table->n_fields; f++) {
            const struct h5_field *field = &table->fields[f];
            size_t at = i * table->row_bytes + field->offset;
            if (memcmp((const char *)a + at, (const char *)b + at, field->bytes) != 0) {
                fail_msg("%s/%s row %zu differs", table->group, field->name, i);
            }
        }
    }
}

static void assert_same_analysis(const struct analysis *a, const struct analysis *b)
{
    assert_string_equal(a->recording_id, b->recording_id);
    assert_same_rows(&h5_table_recording, &a->info, &b->info, 1);
    assert_same_rows(&h5_table_report, &a->report, &b->report, 1);
    assert_same_rows(&h5_table_calibration, &a->calibration, &b->calibration, 1);
    assert_same_rows(&h5_table_person, a, b, 1);
    assert_same_rows(&h5_table_means, a->night_means, b->night_means, NIGHT_SET_COUNT);
    assert_same_rows(&h5_table_parameters, &a->made_by.parameters, &b->made_by.parameters, 1);
    assert_string_equal(a->made_by.recipe, b->made_by.recipe);
    assert_string_equal(a->made_by.program_version, b->made_by.program_version);
    assert_string_equal(a->made_by.input_sha256, b->made_by.input_sha256);
    assert_int_equal(a->n_nights, b->n_nights);
    assert_same_rows(&h5_table_night, a->nights, b->nights, a->n_nights);
    assert_int_equal(a->n_rests, b->n_rests);
    assert_same_rows(&h5_table_rest, a->rests, b->rests, a->n_rests);
    assert_int_equal(a->n_days, b->n_days);
    assert_same_rows(&h5_table_day, a->days, b->days, a->n_days);
    assert_int_equal(a->n_nonwear, b->n_nonwear);
    assert_same_rows(&h5_table_nonwear, a->nonwear, b->nonwear, a->n_nonwear);
    assert_int_equal(a->report.n_events, b->report.n_events);
    assert_same_rows(&h5_table_event, a->report.events, b->report.events, a->report.n_events);
    assert_true(a->epochs.t0_ns == b->epochs.t0_ns);
    assert_int_equal(a->epochs.epoch_s, b->epochs.epoch_s);
    assert_int_equal(a->epochs.n, b->epochs.n);
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        assert_int_equal(a->epochs.column[c] == NULL, b->epochs.column[c] == NULL);
        if (a->epochs.column[c] != NULL) {
            assert_memory_equal(a->epochs.column[c], b->epochs.column[c],
                                a->epochs.n * sizeof(float));
        }
    }
    if (a->epochs.n > 0) {
        assert_memory_equal(a->epochs.state, b->epochs.state, a->epochs.n * sizeof(uint16_t));
    }
    assert_int_equal(a->quarters.n, b->quarters.n);
    if (a->quarters.n > 0) {
        size_t bytes = a->quarters.n * sizeof(float);
        assert_memory_equal(a->quarters.score_2013, b->quarters.score_2013, bytes);
        assert_memory_equal(a->quarters.score_2023, b->quarters.score_2023, bytes);
        assert_memory_equal(a->quarters.clipped, b->quarters.clipped, bytes);
    }
}

static void every_field_of_an_analysis_reads_back(void **state)
{
    (void)state;
    struct analysis a, b;
    struct failure why;
    fill_analysis(&a);
    analysis_init(&b);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    assert_int_equal(h5_analysis_read(scratch.path, &b, &why), YK_OK);
    assert_same_analysis(&a, &b);
    analysis_release(&a);
    analysis_release(&b);
}

static void an_analysis_of_nothing_reads_back(void **state)
{
    (void)state;
    struct analysis a, b;
    struct failure why;
    analysis_init(&a);
    analysis_init(&b);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &a.made_by.parameters, &why), YK_OK);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    assert_int_equal(h5_analysis_read(scratch.path, &b, &why), YK_OK);
    assert_same_analysis(&a, &b);
    analysis_release(&a);
    analysis_release(&b);
}

/* Bytes of a struct that no field covers: only padding may remain, which is never a whole
 * double or pointer. `skip` are members kept elsewhere. */
static void assert_covered(const struct h5_table *table, size_t from, size_t to,
                           const size_t *skip, size_t n_skip)
{
    char *covered = calloc(table->row_bytes, 1);
    assert_non_null(covered);
    for (size_t f = 0; f < table->n_fields; f++) {
        memset(covered + table->fields[f].offset, 1, table->fields[f].bytes);
    }
    for (size_t i = 0; i < n_skip; i++) {
        memset(covered + skip[i], 1, 8);
    }
    size_t run = 0;
    for (size_t i = from; i < to; i++) {
        run = covered[i] ? 0 : run + 1;
        if (run >= 8) {
            fail_msg("%s: a member before byte %zu has no column in h5_tables.c", table->group,
                     i);
        }
    }
    free(covered);
}

static void no_member_of_a_struct_is_forgotten(void **state)
{
    (void)state;
    /* the list, and what it says as an event, too */
    const size_t in_lists[] = {
        offsetof(struct read_report, damage), offsetof(struct read_report, events),
        offsetof(struct read_report, n_events), offsetof(struct read_report, events_capacity)};
    const struct h5_table *whole[] = {
        &h5_table_recording, &h5_table_event,       &h5_table_night,
        &h5_table_rest,      &h5_table_day,         &h5_table_nonwear,
        &h5_table_means,     &h5_table_calibration, &h5_table_parameters};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        assert_covered(whole[i], 0, whole[i]->row_bytes, NULL, 0);
    }
    assert_covered(&h5_table_report, 0, sizeof(struct read_report), in_lists, 4);
    assert_covered(&h5_table_person, offsetof(struct analysis, rhythm),
                   offsetof(struct analysis, rhythm) + sizeof(struct rhythm_summary), NULL, 0);
}

static void the_same_analysis_gives_the_same_bytes(void **state)
{
    (void)state;
    struct analysis a;
    struct failure why;
    size_t n = 0, m = 0;
    fill_analysis(&a);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    char *first = check_read_file(scratch.path, &n);
    a.made_by.made_ns = 99;
    sleep(1);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    char *second = check_read_file(scratch.path, &m);
    assert_int_equal(n, m);
    assert_memory_equal(first, second, n);
    free(first);
    free(second);
    analysis_release(&a);
}

/* Version 0.1.0 wrote every table as a group of columns. */
static void tables_of_0_1_0_read_back(void **state)
{
    (void)state;
    struct analysis a;
    struct failure why;
    fill_analysis(&a);
    const struct {
        const struct h5_table *table;
        const void *rows;
        size_t n;
    } tables[] = {{&h5_table_recording, &a.info, 1},
                  {&h5_table_report, &a.report, 1},
                  {&h5_table_calibration, &a.calibration, 1},
                  {&h5_table_parameters, &a.made_by.parameters, 1},
                  {&h5_table_event, a.report.events, a.report.n_events},
                  {&h5_table_rest, a.rests, a.n_rests},
                  {&h5_table_nonwear, a.nonwear, a.n_nonwear}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct h5_table old = *tables[i].table;
        struct h5_file *file = NULL;
        size_t n = 0;
        assert_true(old.is_records);
        old.is_records = false;
        assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
        assert_int_equal(h5_rows_write(file, &old, tables[i].rows, tables[i].n, &why), YK_OK);
        assert_int_equal(h5_close(file, &why), YK_OK);
        assert_int_equal(h5_open(scratch.path, &file, &why), YK_OK);
        assert_int_equal(h5_rows_count(file, tables[i].table, &n, &why), YK_OK);
        assert_int_equal(n, tables[i].n);
        assert_true(n > 0);
        void *rows = calloc(n, old.row_bytes);
        assert_non_null(rows);
        assert_int_equal(h5_rows_read(file, tables[i].table, rows, n, &why), YK_OK);
        assert_same_rows(tables[i].table, rows, tables[i].rows, n);
        free(rows);
        h5_abandon(file);
    }
    analysis_release(&a);
}

static void identity_tells_enough_to_resume(void **state)
{
    (void)state;
    struct analysis a;
    struct h5_identity who;
    struct failure why;
    fill_analysis(&a);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    assert_int_equal(h5_analysis_identify(scratch.path, &who, &why), YK_OK);
    assert_string_equal(who.recording_id, "week1-3f9a");
    assert_string_equal(who.recipe, "default");
    assert_string_equal(who.input_sha256, a.made_by.input_sha256);
    assert_same_rows(&h5_table_parameters, &who.parameters, &a.made_by.parameters, 1);
    analysis_release(&a);
}

static void other_programs_can_open_it(void **state)
{
    (void)state;
    if (system("command -v h5dump >/dev/null") != 0) {
        print_message("SKIPPED: no h5dump (package hdf5-tools)\n");
        skip();
    }
    struct analysis a;
    struct failure why;
    fill_analysis(&a);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    setenv("FILE", scratch.path, 1);
    setenv("DUMP", scratch.folder, 1);
    const char *command = "h5dump -A \"$FILE\" >\"$DUMP/dump\" && cd \"$DUMP\" && "
                          "grep -q 'DATASET \"enmo_mg\"' dump && "
                          "grep -q 'ATTRIBUTE \"schema_version\"' dump && "
                          "h5dump -d /person/sri \"$FILE\" >/dev/null";
    assert_int_equal(system(command), 0);
    analysis_release(&a);
}

static void an_old_file_stays_when_the_new_one_cannot_be_written(void **state)
{
    (void)state;
    struct analysis a, b;
    struct failure why;
    uint64_t k = 1;
    fill_analysis(&a);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    for (bool refused = true; refused; k += 1 + k / 8) {
        char part[4300];
        alloc_fail_at(k);
        enum yk_status status = h5_analysis_write(scratch.path, &a, &why);
        refused = alloc_refused();
        alloc_fail_at(0);
        assert_int_equal(refused, status != YK_OK);
        snprintf(part, sizeof part, "%s" DISK_PART, scratch.path);
        assert_false(disk_is_file(part));
        analysis_init(&b);
        assert_int_equal(h5_analysis_read(scratch.path, &b, &why), YK_OK);
        assert_int_equal(b.n_nights, 7);
        analysis_release(&b);
    }
    assert_true(k > 10);
    analysis_release(&a);
}

static void refused_memory_while_reading_is_reported(void **state)
{
    (void)state;
    struct analysis a, b;
    struct failure why;
    uint64_t k = 1;
    fill_analysis(&a);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    for (bool refused = true; refused; k += 1 + k / 8) {
        analysis_init(&b);
        alloc_fail_at(k);
        enum yk_status status = h5_analysis_read(scratch.path, &b, &why);
        refused = alloc_refused();
        alloc_fail_at(0);
        assert_int_equal(refused, status != YK_OK);
        analysis_release(&b);
    }
    assert_true(k > 10);
    analysis_release(&a);
}

static void a_damaged_file_is_an_error_and_not_a_crash(void **state)
{
    (void)state;
    struct analysis a, b;
    struct failure why;
    size_t n = 0;
    fill_analysis(&a);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    char *bytes = check_read_file(scratch.path, &n);
    for (size_t cut = 0; cut < n; cut += n / 16 + 1) {
        assert_int_equal(truncate(scratch.path, (off_t)cut), 0);
        analysis_init(&b);
        assert_true(h5_analysis_read(scratch.path, &b, &why) != YK_OK);
        assert_true(why.text[0] != '\0');
        analysis_release(&b);
        check_write_file(scratch.path, bytes, n);
    }
    free(bytes);
    analysis_release(&a);
}

/* What the HDF5 library would make of a changed structure is not tried out. */
static void a_flipped_bit_is_refused_before_hdf5_sees_it(void **state)
{
    (void)state;
    struct analysis a, b;
    struct h5_identity identity;
    struct failure why;
    size_t n = 0;
    fill_analysis(&a);
    assert_int_equal(h5_analysis_write(scratch.path, &a, &why), YK_OK);
    char *bytes = check_read_file(scratch.path, &n);
    for (size_t i = 0; i < 200; i++) {
        size_t pos = i * ((n - H5_SEAL_BYTES) / 200) + i % 97;
        bytes[pos] = (char)(bytes[pos] ^ 1 << i % 8);
        check_write_file(scratch.path, bytes, n);
        bytes[pos] = (char)(bytes[pos] ^ 1 << i % 8);
        analysis_init(&b);
        why = (struct failure){0};
        enum yk_status status = i % 3 == 0 ? h5_analysis_read(scratch.path, &b, &why)
                                : i % 3 == 1
                                    ? h5_analysis_read_tables(scratch.path, &b, &why)
                                    : h5_analysis_identify(scratch.path, &identity, &why);
        assert_int_equal(status, YK_ERR_CORRUPT);
        assert_non_null(strstr(why.text, "checksum"));
        analysis_release(&b);
    }
    /* A file of 0.1.0 has no seal and is read. */
    check_write_file(scratch.path, bytes, n - H5_SEAL_BYTES);
    analysis_init(&b);
    assert_int_equal(h5_analysis_read(scratch.path, &b, &why), YK_OK);
    assert_same_analysis(&a, &b);
    analysis_release(&b);
    free(bytes);
    analysis_release(&a);
}

int main(void)
{
#define T(name) SCRATCH_TEST(name, scratch)
    const struct CMUnitTest tests[] = {
        T(every_field_of_an_analysis_reads_back),
        T(an_analysis_of_nothing_reads_back),
        cmocka_unit_test(no_member_of_a_struct_is_forgotten),
        T(the_same_analysis_gives_the_same_bytes),
        T(tables_of_0_1_0_read_back),
        T(identity_tells_enough_to_resume),
        T(other_programs_can_open_it),
        T(an_old_file_stays_when_the_new_one_cannot_be_written),
        T(refused_memory_while_reading_is_reported),
        T(a_damaged_file_is_an_error_and_not_a_crash),
        T(a_flipped_bit_is_refused_before_hdf5_sees_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
