/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which files a batch works on.
 */
#include "src/pipeline/batch_parts.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "firmware-formats/format.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

enum { DEEPEST = 32 };

void batch_inputs_init(struct batch_inputs *self)
{
    *self = (struct batch_inputs){0};
}

void batch_input_release(struct batch_input *self)
{
    mem_free(self->path);
    mem_free(self->place);
    mem_free(self->said);
}

static bool say(struct batch_input *self, enum yk_status code, const char *sentence)
{
    mem_free(self->said);
    self->said = sentence[0] != '\0' ? mem_copy_text(sentence) : NULL;
    bool is_kept = sentence[0] == '\0' || self->said != NULL;
    self->code = is_kept ? code : YK_ERR_MEMORY;
    return is_kept;
}

bool batch_input_refuse(struct batch_input *self, const struct failure *why)
{
    return say(self, why->code, why->text);
}

bool batch_input_note(struct batch_input *self, const char *note)
{
    return say(self, YK_OK, note);
}

void batch_input_take(struct batch_input *self, const struct cohort_result *result)
{
    self->state = BATCH_DONE;
    memcpy(self->sha256, result->input_sha256, sizeof self->sha256);
    snprintf(self->format, sizeof self->format, "%s", result->format);
    snprintf(self->device_serial, sizeof self->device_serial, "%s", result->device_serial);
    batch_input_note(self, result->note);
    self->is_partial = result->note[0] != '\0';
    self->days = result->days;
    self->valid_nights = result->valid_nights;
    self->gaps = result->gaps;
    self->bad_blocks = result->bad_blocks;
    self->start_ns = result->start_ns;
    self->end_ns = result->end_ns;
}

const char *batch_input_said(const struct batch_input *self)
{
    return self->said != NULL ? self->said : self->code == YK_ERR_MEMORY ? "out of memory" : "";
}

const char *batch_input_place(const struct batch_input *self)
{
    return self->place != NULL ? self->place : self->path;
}

void batch_inputs_release(struct batch_inputs *self)
{
    for (size_t i = 0; i < self->n; i++) {
        batch_input_release(&self->inputs[i]);
    }
    mem_free(self->inputs);
    mem_free(self->first_left);
    batch_inputs_init(self);
}

enum yk_status batch_inputs_no_memory(const struct batch_inputs *self, struct failure *why)
{
    return failure_set(why, YK_ERR_MEMORY, "out of memory for %zu inputs", self->n);
}

/* ---- finding ---- */

/* Length of name without the ending of a packer, also of one that is not unpacked here:
 * week.cwa.xz is meant as a recording, and has to fail with a reason. */
static size_t unpacked_length(const char *name)
{
    static const char *const packed[] = {".gz", ".xz", ".zst", ".bz2", ".7z", ".rar", ".zip"};
    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
        if (name_ends_like(name, packed[i])) {
            return strlen(name) - strlen(packed[i]);
        }
    }
    return strlen(name);
}

/* Suffixes that say little: a folder may hold a readme.txt or a table of something else. */
static bool is_common(const char *suffix)
{
    static const char *const common[] = {"csv", "tsv", "txt", "bin", "xml", "h5", "hdf5"};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (strcmp(suffix, common[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The suffix by which a format knows this name, or NULL. */
static const char *known_suffix(const char *name)
{
    size_t n = unpacked_length(name);
    for (size_t f = 0; f < format_count(); f++) {
        for (const char *const *suffix = format_at(f)->suffix; *suffix != NULL; suffix++) {
            size_t length = strlen(*suffix);
            if (n > length + 1 && name[n - length - 1] == '.' &&
                strncasecmp(name + n - length, *suffix, length) == 0) {
                return *suffix;
            }
        }
    }
    return NULL;
}

static bool is_recognised(const char *path)
{
    struct byte_source *bytes = NULL;
    bool is_known = false;
    if (file_source_open(path, &bytes, NULL) != YK_OK) {
        return true; /* it will fail by itself, with a reason */
    }
    for (size_t f = 0; f < format_count() && !is_known; f++) {
        is_known = format_at(f)->probe(bytes) > 0;
    }
    byte_source_close(bytes);
    return is_known;
}

/* A folder may hold archives of anything: only what holds a recording is an input. */
static bool is_zipped_recording(const char *path)
{
    struct byte_source *bytes = NULL;
    if (file_source_open(path, &bytes, NULL) != YK_OK) {
        return true; /* it will fail by itself, with a reason */
    }
    bool is_one = recording_in_zip(bytes);
    byte_source_close(bytes);
    return is_one;
}

/* Whether a file found in a folder is meant: by its name, and where that says little by its
 * content. A damaged .cwa is an input, which fails with a reason; a readme.txt is none. */
static bool is_recording(const char *path)
{
    const char *name = name_of_path(path), *suffix = known_suffix(name);
    if (suffix == NULL || name_ends_like(name, ".zip")) {
        return name_ends_like(name, ".zip") && is_zipped_recording(path);
    }
    bool is_packed = name[unpacked_length(name)] != '\0';
    return is_packed || !is_common(suffix) || is_recognised(path);
}

/* The name without folder, .gz and suffix; characters that make trouble in file names and
 * terminals become '_'. Cut at a whole character. */
static void make_stem(const char *path, char *out, size_t room)
{
    const char *name = name_of_path(path);
    size_t n = name_stem(name);
    n = n < room ? n : utf8_whole(name, room - 1);
    size_t whole = 0; /* up to here the characters are known to be UTF-8 */
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)name[i];
        whole = i < whole ? whole : i + utf8_length(name + i);
        bool is_bad = i == whole || c < 0x20 || c == 0x7F || strchr("\\:*?\"<>|", c) != NULL;
        /* The name stands in tables, too, where = + - @ in front make a formula. */
        bool is_first_bad = i == 0 && c != '\0' && strchr(".-=+@", c) != NULL;
        out[i] = is_bad || is_first_bad ? '_' : (char)c;
    }
    out[n] = '\0';
    if (n == 0) {
        memcpy(out, "_", 2);
    }
}

static enum yk_status add_file(struct batch_inputs *self, const char *path,
                               const struct stat *status, struct failure *why)
{
    if (MEM_RESERVE(self->inputs, self->n, self->capacity) != 0) {
        return batch_inputs_no_memory(self, why);
    }
    struct batch_input *input = &self->inputs[self->n];
    *input = (struct batch_input){.days = NAN,
                                  .valid_nights = NAN,
                                  .gaps = NAN,
                                  .bad_blocks = NAN,
                                  .start_ns = TIME_UNKNOWN,
                                  .end_ns = TIME_UNKNOWN};
    input->path = mem_copy_text(path);
    if (input->path == NULL) {
        return batch_inputs_no_memory(self, why);
    }
    if (status != NULL) {
        input->size = (uint64_t)status->st_size;
        input->device = (uint64_t)status->st_dev;
        input->inode = (uint64_t)status->st_ino;
    }
    make_stem(path, input->stem, sizeof input->stem);
    self->n++;
    return YK_OK;
}

/* A description belongs to the table beside it and is read with that. */
static bool is_description(const char *path)
{
    return name_ends_like(path, ".ini");
}

/* Counts a file that is not taken, and keeps the first by name: folders come in any order. */
static enum yk_status leave(struct batch_inputs *self, const char *path, struct failure *why)
{
    if (is_description(path)) {
        return YK_OK;
    }
    self->n_left++;
    if (self->first_left != NULL && strcmp(path, self->first_left) >= 0) {
        return YK_OK;
    }
    mem_free(self->first_left);
    self->first_left = mem_copy_text(path);
    return self->first_left != NULL ? YK_OK : batch_inputs_no_memory(self, why);
}

/* What is in the way: the output folder and the tables, by device and inode. */
struct avoid {
    struct stat place[3];
    size_t n;
};

static void avoid_path(struct avoid *self, const char *path)
{
    if (path != NULL && stat(path, &self->place[self->n]) == 0) {
        self->n++;
    }
}

static bool is_avoided(const struct avoid *self, const struct stat *status)
{
    for (size_t i = 0; i < self->n; i++) {
        if (self->place[i].st_dev == status->st_dev &&
            self->place[i].st_ino == status->st_ino) {
            return true;
        }
    }
    return false;
}

static enum yk_status add_folder(struct batch_inputs *self, const char *path,
                                 const struct avoid *avoid, int depth, struct failure *why);

static enum yk_status add_entry(struct batch_inputs *self, const char *path,
                                const struct avoid *avoid, int depth, struct failure *why)
{
    struct stat status;
    /* Links to files are followed, links to folders are not: they may lead in a circle. */
    if (lstat(path, &status) != 0) {
        return YK_OK; /* gone since the folder was read */
    }
    if (S_ISDIR(status.st_mode)) {
        return is_avoided(avoid, &status) ? YK_OK
                                          : add_folder(self, path, avoid, depth + 1, why);
    }
    if (S_ISLNK(status.st_mode) && stat(path, &status) != 0) {
        /* a link whose file is elsewhere (git-annex): an input that is missing */
        return known_suffix(name_of_path(path)) != NULL ? add_file(self, path, NULL, why)
                                                        : YK_OK;
    }
    if (!S_ISREG(status.st_mode) || is_avoided(avoid, &status)) {
        return YK_OK;
    }
    if (!is_recording(path)) {
        return leave(self, path, why);
    }
    return add_file(self, path, &status, why);
}

/* A recording that is a folder: named after it, whatever slashes were written behind. */
static enum yk_status add_whole_folder(struct batch_inputs *self, const char *path,
                                       struct failure *why)
{
    struct stat status;
    struct text name;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    text_init(&name);
    text_add_n(&name, path, n);
    enum yk_status result = text_status(&name, why);
    if (result == YK_OK) {
        bool is_there = stat(text_string(&name), &status) == 0;
        result = add_file(self, text_string(&name), is_there ? &status : NULL, why);
    }
    text_release(&name);
    return result;
}

static enum yk_status add_folder(struct batch_inputs *self, const char *path,
                                 const struct avoid *avoid, int depth, struct failure *why)
{
    if (recording_is_folder(path)) {
        return add_whole_folder(self, path, why);
    }
    if (depth > DEEPEST) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s: folders are nested too deeply", path);
    }
    DIR *folder = opendir(path);
    if (folder == NULL) { /* one locked folder must not stop the others: it fails by itself */
        return add_file(self, path, NULL, why);
    }
    bool is_results = batch_folder_is_ours(path);
    enum yk_status result = YK_OK;
    struct text name;
    text_init(&name);
    const struct dirent *entry;
    while (result == YK_OK && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.' || (is_results && batch_folder_has(entry->d_name))) {
            continue;
        }
        text_clear(&name);
        text_addf(&name, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
                  entry->d_name);
        result = text_status(&name, why);
        if (result == YK_OK) {
            result = add_entry(self, text_string(&name), avoid, depth, why);
        }
    }
    text_release(&name);
    closedir(folder);
    return result;
}

static int by_path(const void *a, const void *b)
{
    const struct batch_input *x = a, *y = b;
    return strcmp(x->path, y->path);
}

static int by_place(const void *a, const void *b)
{
    const struct batch_input *x = a, *y = b;
    if (x->device != y->device) {
        return x->device < y->device ? -1 : 1;
    }
    if (x->inode != y->inode) {
        return x->inode < y->inode ? -1 : 1;
    }
    return by_path(a, b);
}

/* A file that was named twice, or lies in a folder that was named too, counts once. */
static void drop_repeats(struct batch_inputs *self)
{
    if (self->n < 2) {
        return;
    }
    qsort(self->inputs, self->n, sizeof *self->inputs, by_place);
    size_t kept = 1;
    for (size_t i = 1; i < self->n; i++) {
        const struct batch_input *last = &self->inputs[kept - 1], *now = &self->inputs[i];
        bool is_same = now->inode != 0
                           ? now->device == last->device && now->inode == last->inode
                           : strcmp(now->path, last->path) == 0;
        if (is_same) {
            mem_free(now->path);
        } else {
            memmove(&self->inputs[kept++], now, sizeof *now);
        }
    }
    self->n = kept;
    qsort(self->inputs, self->n, sizeof *self->inputs, by_path);
}

enum yk_status batch_inputs_find(const struct batch_options *options, struct batch_inputs *out,
                                 struct failure *why)
{
    struct avoid avoid = {.n = 0};
    avoid_path(&avoid, options->folder);
    avoid_path(&avoid, options->participants);
    avoid_path(&avoid, options->diary);
    enum yk_status result = YK_OK;
    for (size_t i = 0; i < options->n_paths && result == YK_OK; i++) {
        struct stat status;
        const char *path = options->paths[i];
        if (stat(path, &status) != 0) {
            result = add_file(out, path, NULL, why);
        } else if (S_ISDIR(status.st_mode)) {
            result = add_folder(out, path, &avoid, 0, why);
        } else {
            result = add_file(out, path, &status, why);
        }
    }
    drop_repeats(out);
    if (result == YK_OK && out->n == 0) {
        result = failure_set(why, YK_ERR_ARGUMENT,
                             "no recordings in %s; see \"yoake formats\" for what can be read",
                             options->n_paths > 0 ? options->paths[0] : "(nothing)");
    }
    return result;
}

enum yk_status batch_inputs_add(struct batch_inputs *self, const char *path,
                                struct failure *why)
{
    return add_file(self, path, NULL, why);
}
