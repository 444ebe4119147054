/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of formats, and opening a file of any of them: its content decides, its name does
 * not. gzip-compressed files are unpacked first; of a ZIP archive the one recording is read.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-formats/folder_source.h"
#include "firmware-formats/format.h"
#include "firmware-formats/gzip_source.h"
#include "firmware-formats/zip_source.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

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

/* The format that is surest; NULL, and sure 0: none. Fails when bytes that one of them asked
 * for could not be read: a probe has no words for it. */
static enum yk_status best_of(struct byte_source *bytes, const struct format **best, int *sure,
                              struct failure *why)
{
    struct watched_source watched;
    watched_source_init(&watched, bytes);
    *best = NULL;
    *sure = 0;
    for (size_t i = 0; i < format_count(); i++) {
        int now = FORMATS[i]->probe(&watched.base);
        if (now > *sure) {
            *sure = now;
            *best = FORMATS[i];
        }
    }
    return watched_source_status(&watched, why);
}

/* What a file of no known format looks like, so that its owner can tell what it is. */
static enum yk_status refuse(struct byte_source *bytes, struct failure *why)
{
    static const struct {
        const char *start, *what;
    } known[] = {
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

/* A failure says of which file: there may be many. */
static enum yk_status open_as(const struct format *format, struct byte_source *bytes,
                              const struct open_options *opt, struct recording_source **out,
                              struct failure *why)
{
    enum yk_status status =
        format != NULL ? format->open(bytes, opt, out, why) : refuse(bytes, why);
    if (status != YK_OK && status != YK_ERR_CANCELLED && why != NULL &&
        strstr(why->text, bytes->name) == NULL) {
        failure_within(why, "%s", bytes->name);
    }
    return status;
}

static enum yk_status open_best(struct byte_source *bytes, const struct open_options *opt,
                                struct recording_source **out, struct failure *why)
{
    int sure = 0;
    const struct format *best = NULL;
    enum yk_status status = best_of(bytes, &best, &sure, why);
    return status == YK_OK ? open_as(best, bytes, opt, out, why) : status;
}

/* ---- opening ---- */

struct options_with_path {
    struct open_options options;
    const char *path;
};

/* "x.ini" for "x.csv" and "x.csv.gz". */
static enum yk_status path_beside(const char *path, const char *suffix, struct text *out,
                                  struct failure *why)
{
    text_add_n(out, path, name_stem(path));
    text_add_char(out, '.');
    text_add(out, suffix);
    return text_status(out, why);
}

static enum yk_status open_beside(const struct open_options *opt, const char *suffix,
                                  struct byte_source **out, struct failure *why)
{
    struct text beside;
    text_init(&beside);
    enum yk_status status =
        path_beside(((const struct options_with_path *)opt)->path, suffix, &beside, why);
    if (status == YK_OK) {
        status = file_source_open(text_string(&beside), out, why);
    }
    text_release(&beside);
    return status;
}

/* ---- a ZIP archive around one recording ---- */

#define ZIP_MEMBERS_MOST 64 /* looked at to find the recording */
#define SURE_ENOUGH 30      /* a table that merely could be one is none of several files */

struct options_in_zip {
    struct open_options options;
    struct zip_archive *archive;
    const char *name; /* of the recording's member */
};

/* "x.ini" beside "x.csv" or "x.csv.gz" in the same archive. */
static enum yk_status open_beside_in_zip(const struct open_options *opt, const char *suffix,
                                         struct byte_source **out, struct failure *why)
{
    const struct options_in_zip *self = (const struct options_in_zip *)opt;
    size_t n = name_stem(self->name);
    for (size_t i = 0; i < zip_archive_count(self->archive); i++) {
        const char *name = zip_archive_name(self->archive, i);
        if (strncmp(name, self->name, n) == 0 && name[n] == '.' &&
            strcmp(name + n + 1, suffix) == 0) {
            return zip_archive_open_member(self->archive, i, ZIP_CHECKED, opt->job, out, why);
        }
    }
    return failure_set(why, YK_ERR_NO_DEVICE, "no .%s beside %s in the archive", suffix,
                       self->name);
}

/* Folders, descriptions of tables, and what file managers leave behind, are no recordings. */
static bool is_candidate(const struct zip_archive *archive, size_t i)
{
    const char *name = zip_archive_name(archive, i), *last = name_of_path(name);
    const char *dot = strrchr(last, '.');
    return *last != '\0' && *last != '.' && (dot == NULL || strcmp(dot, ".ini") != 0) &&
           strncmp(name, "__MACOSX/", 9) != 0 && zip_archive_size(archive, i) > 0;
}

/* A member of the archive, which may be compressed once more by gzip. */
static enum yk_status open_unzipped(struct zip_archive *archive, size_t i, enum zip_check check,
                                    struct job *job, struct byte_source **out,
                                    struct failure *why)
{
    struct byte_source *member = NULL;
    enum yk_status status = zip_archive_open_member(archive, i, check, job, &member, why);
    if (status != YK_OK || !gzip_source_probe(member)) {
        *out = member;
        return status;
    }
    status = gzip_source_open(member, job, out, why);
    byte_source_close(member); /* the copy is all that is needed */
    return status;
}

static enum yk_status is_recording(struct zip_archive *archive, size_t i, struct job *job,
                                   bool *out, struct failure *why)
{
    struct byte_source *member = NULL;
    int sure = 0;
    enum yk_status status = open_unzipped(archive, i, ZIP_UNCHECKED, job, &member, why);
    if (status == YK_OK) {
        const struct format *best = NULL;
        status = best_of(member, &best, &sure, why);
        *out = best != NULL && sure >= SURE_ENOUGH;
        byte_source_close(member);
    }
    return status == YK_ERR_CORRUPT || status == YK_ERR_UNSUPPORTED ? YK_OK : status;
}

/* *last: the last of them. */
static size_t count_candidates(const struct zip_archive *archive, size_t *last)
{
    size_t count = 0;
    for (size_t i = 0; i < zip_archive_count(archive); i++) {
        if (is_candidate(archive, i)) {
            count++;
            *last = i;
        }
    }
    return count;
}

/* The archive's only file, or the only one that is a recording. has_several: it is refused
 * because it holds more. */
static enum yk_status find_recording(struct zip_archive *archive, const char *name,
                                     struct job *job, size_t *out, bool *has_several,
                                     struct failure *why)
{
    size_t n_found = 0, only = 0, found = 0, second = 0;
    size_t n_candidates = count_candidates(archive, &only), n = zip_archive_count(archive);
    for (size_t i = 0; i < n && n_candidates > 1 && n_candidates <= ZIP_MEMBERS_MOST; i++) {
        bool is_one = false;
        enum yk_status status =
            is_candidate(archive, i) ? is_recording(archive, i, job, &is_one, why) : YK_OK;
        if (status != YK_OK) {
            return status;
        }
        n_found += is_one;
        second = is_one && n_found == 2 ? i : second;
        found = is_one && n_found == 1 ? i : found;
    }
    *has_several = n_found > 1;
    if (n_found > 1) {
        const char *one = zip_archive_name(archive, found),
                   *other = zip_archive_name(archive, second);
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s holds %zu recordings (%.*s, %.*s%s): unpack it and name one",
                           name, n_found, utf8_shown(one, 40), one, utf8_shown(other, 40),
                           other, n_found > 2 ? ", ..." : "");
    }
    if (n_candidates == 0 || (n_candidates > 1 && n_found == 0)) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s: none of the %zu files in this ZIP archive is a recording; "
                           "`yoake formats` lists what can be read",
                           name, n_candidates);
    }
    *out = n_candidates == 1 ? only : found;
    return YK_OK;
}

bool recording_in_zip(struct byte_source *bytes)
{
    struct zip_archive *archive = NULL;
    const struct format *best = NULL;
    int sure = 0;
    size_t i = 0;
    if (!zip_source_probe(bytes) || best_of(bytes, &best, &sure, NULL) != YK_OK ||
        best != NULL) {
        return best != NULL;
    }
    bool is_there = false;
    if (zip_archive_open(bytes, &archive, NULL) == YK_OK) {
        bool has_several = false;
        if (find_recording(archive, bytes->name, NULL, &i, &has_several, NULL) == YK_OK) {
            (void)is_recording(archive, i, NULL, &is_there, NULL);
        }
        is_there = is_there || has_several;
    }
    zip_archive_close(archive);
    return is_there;
}

bool recording_is_packed(struct byte_source *bytes, uint32_t *size, uint32_t *crc)
{
    const struct format *best = NULL;
    uint8_t end[8];
    size_t got = 0, i = 0;
    int sure = 0;
    if (gzip_source_probe(bytes)) {
        bool has_end = bytes->size > sizeof end &&
                       byte_source_read_at(bytes, bytes->size - sizeof end, end, sizeof end,
                                           &got, NULL) == YK_OK &&
                       got == sizeof end;
        *crc = has_end ? get_u32le(end) : 0;
        *size = has_end ? get_u32le(end + 4) : 0;
        return has_end;
    }
    struct zip_archive *archive = NULL;
    if (!zip_source_probe(bytes) || best_of(bytes, &best, &sure, NULL) != YK_OK ||
        best != NULL || zip_archive_open(bytes, &archive, NULL) != YK_OK) {
        return false;
    }
    bool is_one = count_candidates(archive, &i) == 1;
    *crc = is_one ? zip_archive_crc(archive, i) : 0;
    *size = is_one ? (uint32_t)zip_archive_size(archive, i) : 0;
    zip_archive_close(archive);
    return is_one;
}

enum yk_status recording_unpack(struct byte_source *packed, struct job *job,
                                struct byte_source **out, struct failure *why)
{
    struct zip_archive *archive = NULL;
    size_t i = 0;
    if (gzip_source_probe(packed)) {
        return gzip_source_open(packed, job, out, why);
    }
    enum yk_status status = zip_archive_open(packed, &archive, why);
    if (status == YK_OK) {
        (void)count_candidates(archive, &i);
        status = zip_archive_open_member(archive, i, ZIP_CHECKED, job, out, why);
    }
    zip_archive_close(archive);
    return status;
}

/* Whether a name is, or may be, a table's: "x.csv", "x.txt.gz", "x", "x.dat", not "x.cwa". */
static bool may_be_table(const char *path)
{
    const char *suffix = path + name_stem(path);
    size_t n = strlen(suffix) - (name_ends_like(path, ".gz") ? 3 : 0);
    bool is_known = false;
    for (size_t f = 0; f < format_count(); f++) {
        const struct format *format = format_at(f);
        for (const char *const *own = format->suffix; *own != NULL; own++) {
            bool is_it = n == strlen(*own) + 1 && strncasecmp(suffix + 1, *own, n - 1) == 0;
            if (is_it && format == &format_epoch_csv) {
                return true;
            }
            is_known = is_known || is_it;
        }
    }
    return !is_known;
}

static enum yk_status open_description_in_zip(struct byte_source *bytes, struct job *job,
                                              struct byte_source **out, struct failure *why)
{
    struct zip_archive *archive = NULL;
    size_t i = 0;
    enum yk_status status = zip_archive_open(bytes, &archive, why);
    if (status == YK_OK && count_candidates(archive, &i) != 1) {
        status = failure_set(why, YK_ERR_NO_DEVICE, "%s has no description", bytes->name);
    }
    if (status == YK_OK) {
        const struct options_in_zip options = {
            .options = {.job = job}, .archive = archive, .name = zip_archive_name(archive, i)};
        status = open_beside_in_zip(&options.options, "ini", out, why);
    }
    zip_archive_close(archive);
    return status;
}

enum yk_status recording_description_open(struct byte_source *bytes, struct job *job,
                                          struct byte_source **out, struct failure *why)
{
    if (bytes->path == NULL ||
        (!name_ends_like(bytes->path, ".zip") && !may_be_table(bytes->path))) {
        return failure_set(why, YK_ERR_NO_DEVICE, "%s has no description", bytes->name);
    }
    if (zip_source_probe(bytes)) {
        return open_description_in_zip(bytes, job, out, why);
    }
    const struct options_with_path options = {.path = bytes->path};
    return open_beside(&options.options, "ini", out, why);
}

/* A member that lies in the archive as it is keeps needing it: both are closed together. */
struct member_of_zip {
    struct byte_source base;
    struct byte_source *member, *packed;
};

static enum yk_status member_read_at(struct byte_source *base, uint64_t pos, void *dst,
                                     size_t want, size_t *got, struct failure *why)
{
    struct member_of_zip *self = (struct member_of_zip *)base;
    return byte_source_read_at(self->member, pos, dst, want, got, why);
}

static void member_close(struct byte_source *base)
{
    struct member_of_zip *self = (struct member_of_zip *)base;
    byte_source_close(self->member);
    byte_source_close(self->packed);
    mem_free(self);
}

static enum yk_status open_member(struct byte_source *packed, struct zip_archive *archive,
                                  size_t i, const struct open_options *opt,
                                  struct recording_source **out, struct failure *why)
{
    static const struct byte_source_ops ops = {member_read_at, member_close};
    struct member_of_zip *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", packed->name);
    }
    struct options_in_zip options = {
        .options = *opt, .archive = archive, .name = zip_archive_name(archive, i)};
    options.options.sibling = open_beside_in_zip;
    enum yk_status status =
        open_unzipped(archive, i, ZIP_CHECKED, opt->job, &self->member, why);
    if (status == YK_OK) {
        self->base = *self->member;
        self->base.ops = &ops;
        status = open_best(&self->base, &options.options, out, why);
    }
    if (status != YK_OK) {
        byte_source_close(self->member);
        mem_free(self);
        return status;
    }
    self->packed = packed;
    return YK_OK;
}

static enum yk_status open_zip(struct byte_source *packed, const struct open_options *opt,
                               struct recording_source **out, struct failure *why)
{
    struct zip_archive *archive = NULL;
    size_t i = 0;
    bool has_several = false;
    enum yk_status status = zip_archive_open(packed, &archive, why);
    if (status == YK_OK) {
        status = find_recording(archive, packed->name, opt->job, &i, &has_several, why);
    }
    if (status == YK_OK) {
        status = open_member(packed, archive, i, opt, out, why);
    }
    zip_archive_close(archive);
    return status;
}

/* Some formats are ZIP archives themselves: these come first. */
static enum yk_status open_plain(struct byte_source *bytes, const struct open_options *opt,
                                 struct recording_source **out, struct failure *why)
{
    int sure = 0;
    const struct format *best = NULL;
    enum yk_status status = best_of(bytes, &best, &sure, why);
    if (status != YK_OK) {
        return status;
    }
    return best == NULL && zip_source_probe(bytes) ? open_zip(bytes, opt, out, why)
                                                   : open_as(best, bytes, opt, out, why);
}

static enum yk_status open_unpacked(struct byte_source *bytes, const struct open_options *opt,
                                    struct recording_source **out, struct failure *why)
{
    if (!gzip_source_probe(bytes)) {
        return open_plain(bytes, opt, out, why);
    }
    struct byte_source *plain = NULL;
    enum yk_status status = gzip_source_open(bytes, opt->job, &plain, why);
    if (status != YK_OK) {
        return status;
    }
    status = open_plain(plain, opt, out, why);
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

enum yk_status recording_check_columns(const struct recording_source *self,
                                       const struct open_options *opt, struct failure *why)
{
    if (opt->columns == NULL || self->info.is_described) {
        return YK_OK;
    }
    const struct format *format = format_find(self->info.format);
    return failure_set(why, YK_ERR_ARGUMENT,
                       "--columns %.*s describes a table, and is not used for: %s; leave it "
                       "out",
                       utf8_shown(opt->columns, 80), opt->columns,
                       format != NULL ? format->name : self->info.format);
}

bool recording_is_folder(const char *path)
{
    return folder_source_is_one(path);
}

enum yk_status recording_bytes_open(const char *path, struct byte_source **out,
                                    struct failure *why)
{
    return folder_source_is_one(path) ? folder_source_open(path, out, why)
                                      : file_source_open(path, out, why);
}

enum yk_status recording_with_ini_open(const char *path, struct byte_source **out,
                                       struct failure *why)
{
    struct text ini;
    text_init(&ini);
    enum yk_status status = path_beside(path, "ini", &ini, why);
    if (status == YK_OK) {
        status = folder_source_open_pair(path, text_string(&ini), out, why);
    }
    text_release(&ini);
    return status;
}

enum yk_status recording_open(const char *path, const struct open_options *opt,
                              struct recording_source **out, struct failure *why)
{
    struct byte_source *bytes = NULL;
    enum yk_status status = recording_bytes_open(path, &bytes, why);
    if (status != YK_OK) {
        return status;
    }
    status = recording_open_source(bytes, opt, out, why);
    if (status != YK_OK) {
        byte_source_close(bytes);
    }
    return status;
}
