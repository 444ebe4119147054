/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of formats, and opening a file of any of them: its content decides, its name does
 * not. gzip-compressed files are unpacked first.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "firmware-formats/gzip_source.h"
#include "src/base/text.h"

#define FORMAT(id) extern const struct format format_##id;
#include "firmware-formats/formats.def"
#undef FORMAT

static const struct format *const FORMATS[] = {
#define FORMAT(id) &format_##id,
#include "firmware-formats/formats.def"
#undef FORMAT
};

size_t format_count(void)
{
    return sizeof FORMATS / sizeof *FORMATS;
}

const struct format *format_at(size_t i)
{
    return i < format_count() ? FORMATS[i] : NULL;
}

const struct format *format_find(const char *id)
{
    for (size_t i = 0; i < format_count(); i++) {
        if (strcmp(FORMATS[i]->id, id) == 0) {
            return FORMATS[i];
        }
    }
    return NULL;
}

/* What a file of no known format looks like, so that its owner can tell what it is. */
static enum yk_status refuse(struct byte_source *bytes, struct failure *why)
{
    static const struct {
        const char *start, *what;
    } known[] = {
        {"PK\003\004", "a ZIP archive"},
        {"\x89HDF", "an HDF5 file"},
        {"SQLite", "a SQLite file"},
        {"%PDF", "a PDF"},
        {"\xFD"
         "7zXZ",
         "an xz file"},
        {"\x28\xB5\x2F\xFD", "a zstd file"},
        {"BZh", "a bzip2 file"},
        {"\xD0\xCF\x11\xE0", "an old Office file"},
    };
    uint8_t at[16];
    size_t got = 0;
    enum yk_status status = byte_source_read_at(bytes, 0, at, sizeof at, &got, why);
    if (status != YK_OK) {
        return status;
    }
    if (got == 0) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s is empty (0 bytes): the copy from the recorder did not finish",
                           bytes->name);
    }
    const char *looks = "no format this program reads";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].start);
        looks = got >= n && memcmp(at, known[i].start, n) == 0 ? known[i].what : looks;
    }
    char hex[3 * sizeof at + 1] = "";
    size_t n = got < 8 ? got : 8;
    for (size_t i = 0; i < n; i++) {
        snprintf(hex + 3 * i, 4, " %02x", at[i]);
    }
    return failure_set_at(why, YK_ERR_UNSUPPORTED, 0,
                          "%s begins with%s: %s; `yoake formats` lists what can be read",
                          bytes->name, hex, looks);
}

static enum yk_status open_best(struct byte_source *bytes, const struct open_options *opt,
                                struct recording_source **out, struct failure *why)
{
    const struct format *best = NULL;
    int most = 0;
    for (size_t i = 0; i < format_count(); i++) {
        int sure = FORMATS[i]->probe(bytes);
        if (sure > most) {
            most = sure;
            best = FORMATS[i];
        }
    }
    return best != NULL ? best->open(bytes, opt, out, why) : refuse(bytes, why);
}

/* ---- opening ---- */

struct options_with_path {
    struct open_options options;
    const char *path;
};

/* "x.ini" beside "x.csv" and "x.csv.gz". */
static enum yk_status open_beside(const struct open_options *opt, const char *suffix,
                                  struct byte_source **out, struct failure *why)
{
    const char *path = ((const struct options_with_path *)opt)->path;
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    size_t n = strlen(path);
    n -= n > 3 && strcmp(path + n - 3, ".gz") == 0 ? 3 : 0;
    for (size_t i = n; i > (size_t)(name - path); i--) {
        if (path[i - 1] == '.') {
            n = i - 1;
            break;
        }
    }
    struct text beside;
    text_init(&beside);
    text_add_n(&beside, path, n);
    text_add_char(&beside, '.');
    text_add(&beside, suffix);
    enum yk_status status = text_status(&beside, why);
    if (status == YK_OK) {
        status = file_source_open(text_string(&beside), out, why);
    }
    text_release(&beside);
    return status;
}

static enum yk_status open_unpacked(struct byte_source *bytes, const struct open_options *opt,
                                    struct recording_source **out, struct failure *why)
{
    if (!gzip_source_probe(bytes)) {
        return open_best(bytes, opt, out, why);
    }
    struct byte_source *plain = NULL;
    enum yk_status status = gzip_source_open(bytes, opt->job, &plain, why);
    if (status != YK_OK) {
        return status;
    }
    status = open_best(plain, opt, out, why);
    byte_source_close(status == YK_OK ? bytes : plain); /* the copy is all that is needed */
    return status;
}

enum yk_status recording_open_source(struct byte_source *bytes, const struct open_options *opt,
                                     struct recording_source **out, struct failure *why)
{
    if (opt->sibling != NULL || bytes->path == NULL) {
        return open_unpacked(bytes, opt, out, why);
    }
    struct options_with_path options = {.options = *opt, .path = bytes->path};
    options.options.sibling = open_beside;
    return open_unpacked(bytes, &options.options, out, why);
}

enum yk_status recording_open(const char *path, const struct open_options *opt,
                              struct recording_source **out, struct failure *why)
{
    struct byte_source *bytes = NULL;
    enum yk_status status = file_source_open(path, &bytes, why);
    if (status != YK_OK) {
        return status;
    }
    status = recording_open_source(bytes, opt, out, why);
    if (status != YK_OK) {
        byte_source_close(bytes);
    }
    return status;
}
