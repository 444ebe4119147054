/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One JSON document, built piece by piece and written at the end (jansson behind it). Unknown
 * is null: NaN, NULL and TIME_UNKNOWN become null by themselves.
 */
#ifndef SRC_CLI_JSON_OUT_H
#define SRC_CLI_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "src/base/status.h"
#include "src/base/zone.h"
#include "src/cli/command.h"

struct json_out;

/* NULL when memory is refused; everything below accepts NULL and json_out_write() then fails,
 * so one check at the end is enough. The same holds for memory refused later. */
struct json_out *json_out_new(void);
void json_out_free(struct json_out *self);

/* key: in an object; NULL in an array and for the document itself. What is begun is ended by
 * json_out_end(), innermost first. */
void json_out_object(struct json_out *self, const char *key);
void json_out_array(struct json_out *self, const char *key);
void json_out_end(struct json_out *self);

void json_out_text(struct json_out *self, const char *key, const char *value);
/* "" is unknown too. */
void json_out_known_text(struct json_out *self, const char *key, const char *value);
void json_out_integer(struct json_out *self, const char *key, int64_t value);
void json_out_known_integer(struct json_out *self, const char *key, int64_t value,
                            bool is_known);
void json_out_bool(struct json_out *self, const char *key, bool value);
void json_out_null(struct json_out *self, const char *key);
/* Fifteen significant digits. */
void json_out_number(struct json_out *self, const char *key, double value);
/* Rounded to decimals first (0..9). */
void json_out_rounded(struct json_out *self, const char *key, double value, int decimals);
/* ISO 8601; an unknown date (month 0) is null. */
void json_out_date(struct json_out *self, const char *key, struct civil_date date);
/* ISO 8601 with offset; decimals 0 or 3. */
void json_out_time(struct json_out *self, const char *key, const struct zone *zone,
                   int64_t utc_ns, int decimals);

/* The document of a command, to standard output, and frees it; the rest as json_out_write(). */
enum yk_status cli_json_write(const struct cli *cli, struct json_out *self, bool is_pretty,
                              struct failure *why);
/* Where a command failed before it had a document, this is it:
 * {"error": {"code", "message", "exit_code"}}. Nothing when there is one already. */
void cli_json_failure(const struct cli *cli, int exit_code);

/* Writes the document and a line end; is_pretty: indented, otherwise on one line.
 * errors: YK_ERR_MEMORY, YK_ERR_IO */
enum yk_status json_out_write(struct json_out *self, FILE *out, bool is_pretty,
                              struct failure *why);

#endif
