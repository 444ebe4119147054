/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/store_dump.h"
#include "tests/support/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/disk.h"
#include "src/store/archive.h"
#include "src/store/store.h"

static bool is_time_of_day(const char *name)
{
    static const char *const names[] = {"archived_ns", "made_ns", "added_ns", "at_ns", "hash"};
    for (size_t i = 0; i < 5; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void dump_table(struct store *store, const char *table, struct text *out)
{
    char sql[128];
    struct db_query *query = NULL;
    struct failure why;
    snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY 1%s", table,
             strcmp(table, "doomed") == 0 ? "" : ", 2");
    assert_int_equal(db_query_open(store->db, sql, &query, &why), YK_OK);
    while (db_next(query, &why) == YK_OK) {
        text_add(out, table);
        for (int c = 0; c < db_columns(query); c++) {
            if (!is_time_of_day(db_column_name(query, c))) {
                text_addf(out, "|%s", db_text(query, c));
            }
        }
        text_add_char(out, '\n');
    }
    db_query_close(query);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void dump_folder(const char *store, const char *part, struct text *out)
{
    char folder[2200];
    struct dirent **entries = NULL;
    snprintf(folder, sizeof folder, "%s/%s", store, part);
    int n = scandir(folder, &entries, NULL, by_name);
    assert_true(n >= 0);
    for (int i = 0; i < n; i++) {
        char path[2600], hash[DIGEST_HEX];
        uint64_t bytes = 0;
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (disk_is_file(path) && archive_hash(path, hash, &bytes, NULL, NULL) == YK_OK) {
            text_addf(out, "%s/%s %s\n", part, entries[i]->d_name, hash);
        }
        free(entries[i]);
    }
    free(entries);
}

char *store_dump(const char *path)
{
    static const char *const tables[] = {"setting", "person", "recording", "analysis", "night",
                                         "rest",    "day",    "rhythm",    "doomed",   "audit"};
    struct store store;
    struct failure why;
    struct text out;
    text_init(&out);
    if (store_open(path, STORE_READ, &store, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        dump_table(&store, tables[i], &out);
    }
    store_close(&store);
    dump_folder(path, "archive", &out);
    dump_folder(path, "recordings", &out);
    assert_int_equal(text_status(&out, &why), YK_OK);
    char *copy = strdup(text_string(&out));
    text_release(&out);
    return copy;
}
