/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "tests/support/check.h"

static size_t count_char(const char *at, const char *end, char c)
{
    size_t n = 0;
    for (; at < end; at++) {
        n += *at == c;
    }
    return n;
}

/* Cuts one line into cells in place and returns where the next line starts. Quotes around a
 * cell are taken off. */
static char *cut_line(char *at, char **cell, size_t columns)
{
    char *next = at + strcspn(at, "\n");
    if (*next == '\n') {
        *next++ = '\0';
    }
    for (size_t c = 0; c < columns; c++) {
        cell[c] = at;
        at += strcspn(at, ",\r");
        if (*at != '\0') {
            *at++ = '\0';
        }
        size_t length = strlen(cell[c]);
        if (length >= 2 && cell[c][0] == '"' && cell[c][length - 1] == '"') {
            cell[c][length - 1] = '\0';
            cell[c]++;
        }
    }
    return next;
}

void reference_open(struct reference *self, const char *path)
{
    size_t size = 0;
    memset(self, 0, sizeof *self);
    self->bytes = check_read_file(path, &size);
    assert_non_null(self->bytes);
    char *end = self->bytes + size, *line_end = self->bytes + strcspn(self->bytes, "\n");
    size_t lines = count_char(self->bytes, end, '\n') + (size > 0 && end[-1] != '\n');
    self->columns = count_char(self->bytes, line_end, ',') + 1;
    self->rows = lines > 0 ? lines - 1 : 0;
    self->header = calloc(self->columns, sizeof *self->header);
    self->cell = calloc(self->rows * self->columns + 1, sizeof *self->cell);
    assert_non_null(self->header);
    assert_non_null(self->cell);
    char *at = cut_line(self->bytes, self->header, self->columns);
    for (size_t r = 0; r < self->rows; r++) {
        at = cut_line(at, self->cell + r * self->columns, self->columns);
    }
}

void reference_close(struct reference *self)
{
    free(self->header);
    free(self->cell);
    free(self->bytes);
    memset(self, 0, sizeof *self);
}

size_t reference_column(const struct reference *self, const char *name)
{
    for (size_t c = 0; c < self->columns; c++) {
        if (strcmp(self->header[c], name) == 0) {
            return c;
        }
    }
    fail_msg("the reference has no column %s", name);
    return 0;
}

const char *reference_text(const struct reference *self, size_t row, const char *column)
{
    assert_true(row < self->rows);
    return self->cell[row * self->columns + reference_column(self, column)];
}

static double number_of(const char *cell)
{
    double value = NAN;
    return text_parse_double(cell, strlen(cell), &value) ? value : (double)NAN;
}

double reference_number(const struct reference *self, size_t row, const char *column)
{
    return number_of(reference_text(self, row, column));
}

bool reference_agrees(const struct reference *self, size_t row, const char *column,
                      const char *name, double got, double tolerance)
{
    double expected = reference_number(self, row, column);
    bool same = (isnan(got) && isnan(expected)) ||
                fabs(got - expected) <= tolerance * fmax(1e-3, fabs(expected));
    if (!same) {
        print_error("%s %s: %.12g, expected %.12g\n", name, column, got, expected);
    }
    return same;
}

float *reference_floats(const struct reference *self, const char *column, double factor)
{
    size_t c = reference_column(self, column);
    float *out = calloc(self->rows + 1, sizeof *out);
    assert_non_null(out);
    for (size_t r = 0; r < self->rows; r++) {
        out[r] = (float)(factor * number_of(self->cell[r * self->columns + c]));
    }
    return out;
}
