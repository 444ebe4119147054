/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Codes for research tables. A plain hash of a participant's code could be found again by
 * trying all codes that there are; with a secret of the store's in front it cannot.
 */
#include "src/store/pseudonym.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "src/base/digest.h"

static enum yk_status read_secret(struct store *store, struct pseudonyms *out, bool *has,
                                  struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_open(
        store->db, "SELECT value FROM setting WHERE name = 'export_secret'", &query, why);
    *has = db_step(query, &status, why);
    if (*has) {
        db_copy(query, 0, out->secret, sizeof out->secret);
    }
    db_query_close(query);
    return status;
}

enum yk_status pseudonyms_open(struct store *store, struct pseudonyms *out, struct failure *why)
{
    unsigned char bytes[32];
    char secret[72];
    bool has = false;
    enum yk_status status = read_secret(store, out, &has, why);
    if (status != YK_OK || has) {
        return status;
    }
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        return failure_set_errno(why, errno, "asking the system for random numbers");
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        snprintf(secret + 2 * i, 3, "%02x", bytes[i]);
    }
    /* Another program may have been quicker: the first one counts. */
    status = db_runv(store->db, why,
                     "INSERT OR IGNORE INTO setting (name, value) VALUES ('export_secret', ?)",
                     "t", secret);
    status = status == YK_OK ? read_secret(store, out, &has, why) : status;
    return status == YK_OK && !has
               ? failure_set(why, YK_ERR_STORE, "the store keeps no settings")
               : status;
}

static void hash(const struct pseudonyms *self, const char *kind, const char *code,
                 char hex[static DIGEST_HEX])
{
    char line[256];
    int n = snprintf(line, sizeof line, "%s\n%s\n%s", self->secret, kind, code);
    digest_of_memory(line, n > 0 && n < (int)sizeof line ? (size_t)n : sizeof line - 1, hex);
}

void pseudonym(const struct pseudonyms *self, char prefix, const char *kind, const char *code,
               char out[static PSEUDONYM_BYTES])
{
    char hex[DIGEST_HEX];
    out[0] = '\0';
    if (code[0] != '\0') {
        hash(self, kind, code, hex);
        snprintf(out, PSEUDONYM_BYTES, "%c%.8s", prefix, hex);
    }
}

int pseudonym_number(const struct pseudonyms *self, const char *kind, const char *code,
                     int reach)
{
    char hex[DIGEST_HEX];
    unsigned value = 0;
    hash(self, kind, code, hex);
    for (size_t i = 0; i < 7; i++) {
        value = value * 16 + (unsigned)(hex[i] >= 'a' ? hex[i] - 'a' + 10 : hex[i] - '0');
    }
    int number = (int)(value % (2u * (unsigned)reach)) - reach;
    return number >= 0 ? number + 1 : number;
}
