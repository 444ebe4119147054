/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Participants from and to CSV. Everything is checked before anybody is added.
 */
#include "src/cli/participant_csv.h"

#include <stdio.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/mem.h"
#include "src/base/zone.h"
#include "src/cli/record_cli.h"

struct people {
    struct person *list; /* new ones */
    size_t n, capacity, n_same, n_wrong;
    struct failure first_wrong;
};

static const struct person *find(const struct people *people, const char *code)
{
    for (size_t i = 0; i < people->n; i++) {
        if (strcmp(people->list[i].code, code) == 0) {
            return &people->list[i];
        }
    }
    return NULL;
}

/* A column that the table does not have says nothing about anybody. */
static bool differs(const struct csv *csv, const char *column, const char *there,
                    const char *said)
{
    return csv_find(csv, column) != CSV_NONE && strcmp(there, said) != 0;
}

/* Somebody who is there already must be said to be who he is. */
static enum yk_status check_same(const struct csv *csv, const struct csv_row *row,
                                 const struct person *there, const char *zone,
                                 const char *group, struct failure *why)
{
    const char *column = differs(csv, "zone", there->zone, zone)      ? "zone"
                         : differs(csv, "group", there->group, group) ? "group"
                                                                      : NULL;
    return column == NULL ? YK_OK
                          : csv_failure(csv, row, csv_find(csv, column), why, YK_ERR_CONFLICT,
                                        "%s is there already with another %s; "
                                        "yoake participant set changes it",
                                        there->code, column);
}

static enum yk_status take_row(struct store *store, const struct csv *csv,
                               const struct csv_row *row, struct people *out,
                               struct failure *why)
{
    struct failure inner = {0};
    struct person there;
    const size_t column = csv_find(csv, "person_id");
    const char *code = csv_field(row, column), *zone = csv_field(row, csv_find(csv, "zone")),
               *group = csv_field(row, csv_find(csv, "group"));
    if (row->problem != NULL) {
        return csv_failure(csv, row, CSV_NONE, why, YK_ERR_ARGUMENT, "%s", row->problem);
    }
    if (strlen(zone) >= sizeof there.zone || zone_check(zone, &inner) != YK_OK) {
        return csv_failure(csv, row, csv_find(csv, "zone"), why, YK_ERR_ARGUMENT,
                           "a zone is written like Asia/Tokyo");
    }
    if (record_check_text(group, sizeof there.group, &inner) != YK_OK) {
        return csv_failure(csv, row, csv_find(csv, "group"), why, YK_ERR_ARGUMENT, "%s",
                           inner.text);
    }
    const struct person *twin = find(out, code);
    bool is_there = twin != NULL || person_find(store, code, &there, NULL) == YK_OK;
    if (is_there) {
        enum yk_status status =
            check_same(csv, row, twin != NULL ? twin : &there, zone, group, why);
        out->n_same += status == YK_OK;
        return status;
    }
    if (person_check_new_code(code, &inner) != YK_OK) {
        return csv_failure(csv, row, column, why, YK_ERR_ARGUMENT, "%s", inner.text);
    }
    if (MEM_RESERVE(out->list, out->n, out->capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu participants", out->n);
    }
    struct person *one = &out->list[out->n++];
    *one = (struct person){0};
    snprintf(one->code, sizeof one->code, "%s", code);
    snprintf(one->zone, sizeof one->zone, "%s", zone);
    snprintf(one->group, sizeof one->group, "%s", group);
    return YK_OK;
}

static enum yk_status read_people(struct store *store, const char *path, bool keeps_good,
                                  struct people *out, struct failure *why)
{
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    enum yk_status status = file_source_open(path, &bytes, why);
    status = status == YK_OK ? csv_open(bytes, 0, &csv, why) : status;
    status = status == YK_OK ? csv_read_header(csv, why) : status;
    status =
        status == YK_OK ? csv_require(csv, "person_id", "person_id, zone, group", why) : status;
    while (status == YK_OK && (status = csv_next(csv, &row, why)) == YK_OK) {
        status = take_row(store, csv, row, out, why);
        bool is_wrong = status == YK_ERR_ARGUMENT || status == YK_ERR_CONFLICT;
        if (is_wrong && keeps_good) {
            if (out->n_wrong++ == 0 && why != NULL) {
                out->first_wrong = *why;
            }
            status = YK_OK;
        }
    }
    csv_close(csv);
    byte_source_close(bytes);
    return status == YK_END ? YK_OK : status;
}

static int say(const struct cli *cli, const struct people *people)
{
    int code = people->n_wrong > 0 ? EXIT_SOME_FAILED : EXIT_DONE;
    if (people->n_wrong > 0) {
        fprintf(stderr,
                cli_say(cli, "yoake: 取り込まなかった行 %zu%.0s。最初のもの:\n",
                        "yoake: %zu %s not taken; the first:\n"),
                people->n_wrong, text_many(people->n_wrong, "row was", "rows were"));
        cli_put_failure(stderr, cli, "  ", people->first_wrong.text);
    }
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_object(json, NULL);
        json_out_text(json, "kind", "participant");
        json_out_integer(json, "added", (int64_t)people->n);
        json_out_integer(json, "already", (int64_t)people->n_same);
        json_out_end(json);
        return cli_json_done(cli, json, code);
    }
    if (!cli->is_quiet) {
        printf(cli_say(cli, "加えた行 %zu、すでにあった行 %zu\n",
                       "%zu added, %zu already there\n"),
               people->n, people->n_same);
    }
    return code;
}

int participant_csv_add(struct cli *cli, struct store *store, const char *path)
{
    struct people people = {.list = NULL};
    struct failure why;
    enum yk_status status =
        read_people(store, path, options_has(cli->options, "keep-good"), &people, &why);
    for (size_t i = 0; i < people.n && status == YK_OK; i++) {
        const struct person *one = &people.list[i];
        status = person_add(store, one->code, one->zone[0] != '\0' ? one->zone : NULL,
                            one->group[0] != '\0' ? one->group : NULL, &why);
    }
    int code = status == YK_OK ? say(cli, &people) : cli_fail(cli, &why);
    mem_free(people.list);
    return code;
}

enum yk_status participant_csv_write(const struct person *people, size_t n, struct failure *why)
{
    struct text out;
    text_init(&out);
    text_add(&out, "person_id,zone,group\n");
    for (size_t i = 0; i < n; i++) {
        const char *const row[] = {people[i].code, people[i].zone, people[i].group};
        text_add_csv_row(&out, row, sizeof row / sizeof *row);
    }
    return cli_put_text(&out, why);
}
