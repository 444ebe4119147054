/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people type: numbers, dates, times, assignments, and text of any encoding on its way to
 * CSV, JSON and the terminal.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "src/base/text.h"
#include "src/base/columns.h"
#include "src/base/zone.h"
#include "src/model/parameters.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(double value)
{
    struct text text;
    double back = 0;
    text_init(&text);
    text_add_exact(&text, value);
    bool is_read = text_parse_double(text_string(&text), text.length, &back);
    assert(is_read && memcmp(&back, &value, sizeof back) == 0);
    text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char line[4096];
    size_t n = size < sizeof line - 1 ? size : sizeof line - 1;
    memcpy(line, data, n);
    line[n] = '\0';

    double number = 0;
    if (text_parse_double(line, n, &number) && number != 0) {
        write_and_read(number);
    }
    int64_t integer = 0, instant = 0;
    text_parse_int64(line, n, &integer);
    struct zone *zone = NULL;
    if (zone_open("+09:00", &zone, NULL) == YK_OK) {
        zone_parse_iso(zone, line, &instant);
        zone_close(zone);
    }
    struct parameters parameters;
    parameters_of_recipe(RECIPE_DEFAULT, &parameters, NULL);
    struct failure why;
    parameters_set(&parameters, line, &why);
    struct text text;
    text_init(&text);
    text_add_csv(&text, line);
    text_add_json(&text, line);
    assert(text_columns(line) >= 0);
    text_release(&text);
    return 0;
}
