/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * jansson's only door on the command line: a stack of open objects and arrays.
 */
#include "src/cli/json_out.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>

#include "src/base/mem.h"

enum { DEPTH_MAX = 16 };

struct json_out {
    json_t *root, *open[DEPTH_MAX];
    size_t depth;
    bool is_short;
};

struct json_out *json_out_new(void)
{
    return mem_alloc(1, sizeof(struct json_out));
}

void json_out_free(struct json_out *self)
{
    if (self != NULL) {
        json_decref(self->root);
        mem_free(self);
    }
}

/* Takes value. */
static void put(struct json_out *self, const char *key, json_t *value)
{
    if (self == NULL || value == NULL) {
        if (self != NULL) {
            self->is_short = true;
        }
        json_decref(value);
        return;
    }
    if (self->depth == 0) {
        assert(self->root == NULL);
        self->root = value;
        return;
    }
    json_t *parent = self->open[self->depth - 1];
    int failed = key != NULL ? json_object_set_new(parent, key, value)
                             : json_array_append_new(parent, value);
    self->is_short = self->is_short || failed != 0;
}

static void begin(struct json_out *self, const char *key, json_t *value)
{
    if (self == NULL) {
        json_decref(value);
        return;
    }
    assert(self->depth < DEPTH_MAX);
    put(self, key, json_incref(value));
    /* one reference stays with the stack, so that a refused put leaves nothing dangling */
    self->open[self->depth++] = value;
}

void json_out_object(struct json_out *self, const char *key)
{
    begin(self, key, json_object());
}

void json_out_array(struct json_out *self, const char *key)
{
    begin(self, key, json_array());
}

void json_out_end(struct json_out *self)
{
    if (self != NULL) {
        assert(self->depth > 0);
        json_decref(self->open[--self->depth]);
    }
}

void json_out_text(struct json_out *self, const char *key, const char *value)
{
    if (value == NULL) {
        put(self, key, json_null());
        return;
    }
    struct text clean; /* bytes that are no UTF-8 must not lose the whole document */
    text_init(&clean);
    text_add_utf8(&clean, value);
    put(self, key,
        text_status(&clean, NULL) == YK_OK ? json_string(text_string(&clean)) : NULL);
    text_release(&clean);
}

void json_out_known_text(struct json_out *self, const char *key, const char *value)
{
    json_out_text(self, key, value != NULL && *value != '\0' ? value : NULL);
}

void json_out_integer(struct json_out *self, const char *key, int64_t value)
{
    put(self, key, value == TIME_UNKNOWN ? json_null() : json_integer(value));
}

void json_out_bool(struct json_out *self, const char *key, bool value)
{
    put(self, key, json_boolean(value));
}

void json_out_known_integer(struct json_out *self, const char *key, int64_t value,
                            bool is_known)
{
    if (is_known) {
        json_out_integer(self, key, value);
    } else {
        json_out_null(self, key);
    }
}

void json_out_null(struct json_out *self, const char *key)
{
    put(self, key, json_null());
}

void json_out_number(struct json_out *self, const char *key, double value)
{
    put(self, key, isfinite(value) ? json_real(value) : json_null());
}

void json_out_rounded(struct json_out *self, const char *key, double value, int decimals)
{
    double scale = pow(10, decimals);
    double rounded = round(value * scale) / scale;
    json_out_number(self, key, rounded == 0 ? 0 : rounded);
}

void json_out_date(struct json_out *self, const char *key, struct civil_date date)
{
    char iso[16];
    civil_format(date, iso);
    json_out_known_text(self, key, iso);
}

void json_out_time(struct json_out *self, const char *key, const struct zone *zone,
                   int64_t utc_ns, int decimals)
{
    char iso[40];
    zone_format_iso(zone, utc_ns, decimals, iso);
    json_out_known_text(self, key, iso);
}

enum yk_status json_out_write(struct json_out *self, FILE *out, bool is_pretty,
                              struct failure *why)
{
    if (self == NULL || self->is_short || self->root == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the JSON document");
    }
    assert(self->depth == 0);
    size_t flags = JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY;
    flags |= is_pretty ? JSON_INDENT(2) : JSON_COMPACT;
    errno = 0;
    if (json_dumpf(self->root, out, flags) != 0 || fputc('\n', out) == EOF) {
        return failure_set_errno(why, errno != 0 ? errno : EIO, "writing the JSON document");
    }
    return YK_OK;
}

enum yk_status cli_json_write(const struct cli *cli, struct json_out *self, bool is_pretty,
                              struct failure *why)
{
    if (cli->outcome != NULL) {
        cli->outcome->has_json = true;
    }
    enum yk_status status = json_out_write(self, stdout, is_pretty, why);
    json_out_free(self);
    return status;
}

void cli_json_failure(const struct cli *cli, int exit_code)
{
    if (cli->outcome == NULL || cli->outcome->has_json) {
        return;
    }
    const struct failure *why = &cli->outcome->why;
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_object(json, "error");
    json_out_text(json, "code", status_word(why->code));
    json_out_known_text(json, "message", why->text);
    json_out_integer(json, "exit_code", exit_code);
    json_out_end(json);
    json_out_end(json);
    cli_json_write(cli, json, true,
                   NULL); /* standard output is looked at once more at the end */
}
