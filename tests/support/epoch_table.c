/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/epoch_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/text.h"

extern const struct format format_epoch_csv;

struct options_with_ini {
    struct open_options options; /* first */
    const char *ini;
};

static enum yk_status beside(const struct open_options *self, const char *suffix,
                             struct byte_source **out, struct failure *why)
{
    const char *ini = ((const struct options_with_ini *)self)->ini;
    if (ini == NULL || strcmp(suffix, "ini") != 0) {
        return failure_set(why, YK_ERR_NO_DEVICE, "no such file");
    }
    return memory_source_open(ini, strlen(ini), "table.ini", out, why);
}

void epoch_table_read(const char *path, const char *zone_name, const char *ini,
                      struct epoch_series *out)
{
    struct failure why = {0};
    struct zone *zone = NULL;
    size_t size = 0;
    char *text = check_read_file(path, &size);
    assert_non_null(text);
    assert_int_equal(zone_open(zone_name, &zone, &why), YK_OK);
    struct options_with_ini options = {.options = {.zone = zone, .sibling = beside},
                                       .ini = ini};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    assert_int_equal(memory_source_open(text, size, "table.csv", &bytes, &why), YK_OK);
    if (format_epoch_csv.open(bytes, &options.options, &source, &why) != YK_OK) {
        fail_msg("%s: %s", path, why.text);
    }
    epoch_series_init(out);
    enum yk_status status = YK_OK;
    while (status == YK_OK) {
        status = source->ops->next_epochs(source, out, &why);
    }
    assert_int_equal(status, YK_END);
    recording_source_close(source);
    zone_close(zone);
    free(text);
}

double summary_number(const char *path, const char *column)
{
    size_t size = 0;
    char *text = check_read_file(path, &size);
    assert_non_null(text);
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    assert_int_equal(memory_source_open(text, size, path, &bytes, NULL), YK_OK);
    assert_int_equal(csv_open(bytes, ',', &csv, NULL), YK_OK);
    assert_int_equal(csv_read_header(csv, NULL), YK_OK);
    assert_int_not_equal(csv_find(csv, column), CSV_NONE);
    assert_int_equal(csv_next(csv, &row, NULL), YK_OK);
    const char *cell = csv_field(row, csv_find(csv, column));
    double value = NAN;
    bool is_number = text_parse_double(cell, strlen(cell), &value);
    csv_close(csv);
    byte_source_close(bytes);
    free(text);
    return is_number ? value : NAN;
}
