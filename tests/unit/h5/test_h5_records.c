/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/h5/h5_records.h"
#include "src/h5/h5_rows.h"
#include "tests/support/alloc.h"

static struct scratch scratch = {.file = "記録.h5"};

struct visit {
    int64_t at_ns;
    double minutes;
    float mg;
    bool is_first;
    char note[32];
    struct civil_date date;
    uint32_t steps;
};

#define F(member, unit, text) H5_FIELD_AS(#member, visit, member, unit, text)
static const struct h5_field fields[] = {
    F(at_ns, "ns", "when"),  F(minutes, "min", "how long"),
    F(mg, "mg", "movement"), F(is_first, NULL, "1: the first one"),
    F(note, NULL, "note"),   F(date, NULL, "day"),
    F(steps, "n", "steps"),
};
#undef F
enum { N_FIELDS = sizeof fields / sizeof *fields };
static const struct h5_table table = {"/visits", "visits", sizeof(struct visit),
                                      fields,    N_FIELDS, true};

static const struct visit visits[] = {
    {INT64_MIN, NAN, -1.5f, true, "", {0, 0, 0}, 0},
    {INT64_MAX, 0.1, INFINITY, false, "夜明け、二回目の記録", {2026, 5, 12}, UINT32_MAX},
    {3, -0.0, 0, false, "a", {2026, 12, 31}, 7},
};
enum { N_VISITS = sizeof visits / sizeof *visits };

static void write_visits(const struct h5_table *as, size_t n)
{
    struct h5_file *file = NULL;
    struct failure why;
    assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_rows_write(file, as, visits, n, &why), YK_OK);
    assert_int_equal(h5_close(file, &why), YK_OK);
}

static enum yk_status read_visits(const struct h5_table *as, struct visit *out, size_t n,
                                  struct failure *why)
{
    struct h5_file *file = NULL;
    assert_int_equal(h5_open(scratch.path, &file, why), YK_OK);
    enum yk_status status = h5_rows_read(file, as, out, n, why);
    h5_abandon(file);
    return status;
}

static void every_kind_of_field_reads_back(void **state)
{
    (void)state;
    struct visit out[N_VISITS];
    struct failure why;
    memset(out, 0, sizeof out);
    write_visits(&table, N_VISITS);
    assert_int_equal(read_visits(&table, out, N_VISITS, &why), YK_OK);
    for (size_t i = 0; i < N_VISITS; i++) {
        assert_int_equal(out[i].at_ns, visits[i].at_ns);
        assert_memory_equal(&out[i].minutes, &visits[i].minutes, sizeof(double));
        assert_memory_equal(&out[i].mg, &visits[i].mg, sizeof(float));
        assert_int_equal(out[i].is_first, visits[i].is_first);
        assert_string_equal(out[i].note, visits[i].note);
        assert_int_equal(out[i].date.day, visits[i].date.day);
        assert_int_equal(out[i].steps, visits[i].steps);
    }
}

static void a_table_without_rows_is_there(void **state)
{
    (void)state;
    struct h5_file *file = NULL;
    struct failure why;
    size_t n = 9;
    write_visits(&table, 0);
    assert_int_equal(h5_open(scratch.path, &file, &why), YK_OK);
    assert_true(h5_is_records(file, "/visits"));
    assert_false(h5_is_records(file, "/elsewhere"));
    assert_int_equal(h5_rows_count(file, &table, &n, &why), YK_OK);
    assert_int_equal(n, 0);
    h5_abandon(file);
}

/* A file of an older version lacks columns; one of another order or width has them all. */
static void columns_that_a_file_lacks_keep_their_value(void **state)
{
    (void)state;
    struct h5_table older = table;
    struct visit out[N_VISITS];
    struct failure why;
    memset(out, 0, sizeof out);
    older.fields = fields + 1;
    older.n_fields = 3;
    out[1].at_ns = 42;
    write_visits(&older, N_VISITS);
    assert_int_equal(read_visits(&table, out, N_VISITS, &why), YK_OK);
    assert_int_equal(out[1].at_ns, 42);
    assert_close(out[1].minutes, 0.1, 0);
    assert_true(out[0].is_first);
    assert_string_equal(out[1].note, "");
}

static void numbers_of_another_width_are_converted(void **state)
{
    (void)state;
    struct h5_field wide = fields[2];
    wide.kind = H5_FIELD_DOUBLE; /* minutes, stored as a double under the name of a float */
    wide.offset = offsetof(struct visit, minutes);
    wide.bytes = sizeof(double);
    const struct h5_table other = {"/visits", "visits", sizeof(struct visit), &wide, 1, true};
    struct visit out[N_VISITS];
    struct failure why;
    memset(out, 0, sizeof out);
    write_visits(&other, N_VISITS);
    assert_int_equal(read_visits(&table, out, N_VISITS, &why), YK_OK);
    assert_close(out[1].mg, 0.1f, 0);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct visit out[N_VISITS + 1];
    struct failure why;
    memset(out, 0, sizeof out);
    write_visits(&table, N_VISITS);
    assert_int_equal(read_visits(&table, out, N_VISITS + 1, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "3 records"));
    struct h5_field text = fields[4];
    text.name = "mg"; /* a text where a number is expected */
    const struct h5_table words = {"/visits", "visits", sizeof(struct visit), &text, 1, true};
    write_visits(&words, N_VISITS);
    assert_int_equal(read_visits(&table, out, N_VISITS, &why), YK_ERR_CORRUPT);
    struct h5_field narrow = fields[4]; /* a text longer than the field */
    narrow.bytes = 8;
    const struct h5_table narrower = {"/visits", "visits", sizeof(struct visit),
                                      &narrow,   1,        true};
    write_visits(&table, N_VISITS);
    assert_int_equal(read_visits(&narrower, out, N_VISITS, &why), YK_ERR_CORRUPT);
}

static void many_records_are_compressed(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    struct visit *many = calloc(MANY, sizeof *many), *out = calloc(MANY, sizeof *out);
    struct h5_file *file = NULL;
    struct failure why;
    size_t bytes = 0;
    assert_non_null(many);
    assert_non_null(out);
    for (size_t i = 0; i < MANY; i++) {
        many[i] = visits[i % N_VISITS];
    }
    assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_rows_write(file, &table, many, MANY, &why), YK_OK);
    assert_int_equal(h5_close(file, &why), YK_OK);
    free(check_read_file(scratch.path, &bytes));
    assert_true(bytes < MANY * 20);
    assert_int_equal(read_visits(&table, out, MANY, &why), YK_OK);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(out[i].at_ns, visits[i % N_VISITS].at_ns);
        assert_string_equal(out[i].note, visits[i % N_VISITS].note);
    }
    free(many);
    free(out);
}

/* h5dump is a reader that knows nothing of ours. */
static void another_program_sees_a_table_with_named_columns(void **state)
{
    (void)state;
    write_visits(&table, N_VISITS);
    setenv("FILE", scratch.path, 1);
    const char *command = "h5dump -d /visits \"$FILE\" >\"$FILE.txt\" && "
                          "grep -q 'H5T_IEEE_F64LE \"minutes\"' \"$FILE.txt\" && "
                          "grep -q '\"2026-12-31\"' \"$FILE.txt\" && "
                          "grep -q -- '-9223372036854775808' \"$FILE.txt\"";
    assert_int_equal(system(command), 0);
}

int main(void)
{
#define T(name) SCRATCH_TEST(name, scratch)
    const struct CMUnitTest tests[] = {
        T(every_kind_of_field_reads_back),
        T(a_table_without_rows_is_there),
        T(columns_that_a_file_lacks_keep_their_value),
        T(numbers_of_another_width_are_converted),
        T(what_does_not_fit_is_refused),
        T(many_records_are_compressed),
        T(another_program_sees_a_table_with_named_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
