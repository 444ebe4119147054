/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program's own HDF5 files as recordings: samples that `convert` wrote; the epochs of
 * recordings/<id>.h5 are read by yoake_h5_epochs.c. docs/formats/samples.md and docs/store.md
 * have the layouts.
 *
 * What was written comes back bit for bit: samples, their times, light, temperature, battery
 * and flags of each block. Columns are read in pieces as long as HDF5's chunks.
 *
 * Left out: samples of versions that did not yet write where each block begins (0.1.0), and
 * foreign HDF5 files.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/page_reader.h"
#include "firmware-formats/timestamp.h"
#include "firmware-formats/yoake_h5_epochs.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/h5/h5_analysis.h"
#include "src/h5/h5_seal.h"

#define PIECE ((size_t)16384) /* samples: one chunk of the file */
#define ROWS ((size_t)1024)   /* blocks */
#define LONGEST_PERIOD_S 3600.0

static bool is_period(double s)
{
    return s > 1e-6 && s <= LONGEST_PERIOD_S;
}

enum { N_AXES = 6 };
static const char *const AXIS[N_AXES] = {"x", "y", "z", "gx", "gy", "gz"};

enum row_column {
    ROW_TIME,
    ROW_TEMPERATURE,
    ROW_LIGHT,
    ROW_BATTERY,
    ROW_FLAGS,
    ROW_FIRST,
    ROW_PERIOD,
    N_ROWS
};
static const struct {
    const char *name;
    enum h5_kind kind;
} ROW[N_ROWS] = {
    [ROW_TIME] = {"time_ns", H5_KIND_INT64},
    [ROW_TEMPERATURE] = {"temperature_c", H5_KIND_FLOAT},
    [ROW_LIGHT] = {"light", H5_KIND_FLOAT},
    [ROW_BATTERY] = {"battery_v", H5_KIND_FLOAT},
    [ROW_FLAGS] = {"flags", H5_KIND_UINT32},
    [ROW_FIRST] = {"first_sample", H5_KIND_UINT64},
    [ROW_PERIOD] = {"period_s", H5_KIND_DOUBLE},
};

struct h5_state {
    uint64_t block; /* the next one */
};

struct row_piece {
    uint64_t from;
    size_t n;
    int64_t time_ns[ROWS];
    float temperature_c[ROWS], light[ROWS], battery_v[ROWS];
    uint32_t flags[ROWS];
    uint64_t first[ROWS];
    double period_s[ROWS];
};

struct sample_piece {
    uint64_t from;
    size_t n;
    float *values[N_AXES]; /* PIECE each, owned; NULL: not wanted */
};

struct h5_shared { /* owned by the first reader */
    struct h5_file *file;
    struct h5_part *axis[N_AXES], *row[N_ROWS];
    uint64_t n_samples, n_blocks;
    bool with_gyro;
    bool is_calibrated;
};

struct yoake_h5 {
    struct page_reader pages;
    struct h5_state now;
    struct h5_shared *shared;
    struct row_piece *rows;
    struct sample_piece samples;
};

/* ---- pieces ---- */

static enum yk_status load_rows(struct yoake_h5 *self, uint64_t from, struct failure *why)
{
    struct row_piece *rows = self->rows;
    uint64_t left = self->shared->n_blocks - from;
    size_t n = left < ROWS ? (size_t)left : ROWS;
    void *const to[N_ROWS] = {rows->time_ns,   rows->temperature_c, rows->light,
                              rows->battery_v, rows->flags,         rows->first,
                              rows->period_s};
    rows->n = 0;
    for (int c = 0; c < N_ROWS; c++) {
        enum yk_status status = h5_part_read(self->shared->row[c], from, to[c], n, why);
        if (status != YK_OK) {
            return status;
        }
    }
    rows->from = from;
    rows->n = n;
    return YK_OK;
}

/* Makes rows of block and, when there is one, of the block after it available. */
static enum yk_status need_rows(struct yoake_h5 *self, uint64_t block, struct failure *why)
{
    const struct row_piece *rows = self->rows;
    uint64_t last = block + 1 < self->shared->n_blocks ? block + 1 : block;
    bool has = block >= rows->from && last < rows->from + rows->n;
    return has ? YK_OK : load_rows(self, block, why);
}

static enum yk_status need_samples(struct yoake_h5 *self, uint64_t sample, struct failure *why)
{
    struct sample_piece *piece = &self->samples;
    if (sample >= piece->from && sample < piece->from + piece->n) {
        return YK_OK;
    }
    uint64_t from = sample / PIECE * PIECE, left = self->shared->n_samples - from;
    size_t n = left < PIECE ? (size_t)left : PIECE;
    piece->n = 0;
    for (int a = 0; a < N_AXES; a++) {
        enum yk_status status =
            piece->values[a] != NULL
                ? h5_part_read(self->shared->axis[a], from, piece->values[a], n, why)
                : YK_OK;
        if (status != YK_OK) {
            return status;
        }
    }
    piece->from = from;
    piece->n = n;
    return YK_OK;
}

static enum yk_status copy_samples(struct yoake_h5 *self, uint64_t first,
                                   struct sample_block *block, struct failure *why)
{
    uint32_t done = 0;
    while (done < block->n) {
        enum yk_status status = need_samples(self, first + done, why);
        if (status != YK_OK) {
            return status;
        }
        const struct sample_piece *piece = &self->samples;
        size_t at = (size_t)(first + done - piece->from), left = piece->n - at;
        uint32_t n = left < block->n - done ? (uint32_t)left : block->n - done;
        for (int a = 0; a < 3; a++) {
            memcpy(block->acc_g[a] + done, piece->values[a] + at, n * sizeof(float));
            for (uint32_t i = 0; block->gyro_dps[0] != NULL && i < n; i++) {
                block->gyro_dps[a][done + i] =
                    piece->values[3 + a] != NULL ? piece->values[3 + a][at + i] : NAN;
            }
        }
        done += n;
    }
    return YK_OK;
}

/* ---- blocks ---- */

/* What is wrong with block i of the rows, or NULL. */
static const char *fault_of(const struct yoake_h5 *self, size_t i, uint64_t next_first,
                            uint32_t capacity)
{
    const struct row_piece *rows = self->rows;
    bool is_placed = rows->first[i] < next_first && next_first <= self->shared->n_samples &&
                     next_first - rows->first[i] <= capacity;
    bool is_timed =
        rows->time_ns[i] >= TIMESTAMP_FIRST_NS && rows->time_ns[i] < TIMESTAMP_END_NS;
    bool is_spaced = is_period(rows->period_s[i]);
    return !is_placed   ? "block with an impossible number of samples"
           : !is_timed  ? "block with an impossible time"
           : !is_spaced ? "block with an impossible period"
                        : NULL;
}

static bool are_finite(const struct sample_block *block)
{
    bool all = true;
    for (int a = 0; a < 3; a++) {
        for (uint32_t i = 0; i < block->n; i++) {
            all = all && isfinite(block->acc_g[a][i]);
        }
    }
    return all;
}

static enum yk_status next_block(struct page_reader *pages, struct sample_block *block,
                                 struct page *page, struct failure *why)
{
    struct yoake_h5 *self = (struct yoake_h5 *)pages;
    const struct h5_shared *shared = self->shared;
    while (self->now.block < shared->n_blocks) {
        uint64_t number = self->now.block;
        enum yk_status status = need_rows(self, number, why);
        if (status != YK_OK) {
            return status;
        }
        const struct row_piece *rows = self->rows;
        size_t i = (size_t)(number - rows->from);
        uint64_t next = number + 1 < shared->n_blocks ? rows->first[i + 1] : shared->n_samples;
        const char *fault = fault_of(self, i, next, block->capacity);
        self->now.block++;
        if (fault == NULL) {
            block->n = (uint32_t)(next - rows->first[i]);
            status = copy_samples(self, rows->first[i], block, why);
            if (status != YK_OK) {
                return status;
            }
            fault = are_finite(block) ? NULL : "block with values that are no numbers";
        }
        if (fault != NULL) {
            page_reader_bad(pages, (int64_t)number, 0, fault);
            continue;
        }
        block->t0_ns = rows->time_ns[i];
        block->period_s = rows->period_s[i];
        block->temperature_c = rows->temperature_c[i];
        block->light = rows->light[i];
        block->battery_v = rows->battery_v[i];
        page->number = (int64_t)number;
        page->is_first = true;
        page->temperature_c = (double)block->temperature_c;
        page->battery_v = (double)block->battery_v;
        page->flags = rows->flags[i];
        return YK_OK;
    }
    return YK_END;
}

static void begin(struct page_reader *pages)
{
    struct yoake_h5 *self = (struct yoake_h5 *)pages;
    self->now.block = 0;
    if (self->shared->is_calibrated) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "samples were calibrated before they were written");
    }
}

static void release(struct page_reader *pages)
{
    struct yoake_h5 *self = (struct yoake_h5 *)pages;
    for (int a = 0; a < N_AXES; a++) {
        mem_free(self->samples.values[a]);
    }
    mem_free(self->rows);
    if (!pages->is_cursor && self->shared != NULL) {
        for (int a = 0; a < N_AXES; a++) {
            h5_part_close(self->shared->axis[a]);
        }
        for (int c = 0; c < N_ROWS; c++) {
            h5_part_close(self->shared->row[c]);
        }
        h5_abandon(self->shared->file);
        mem_free(self->shared);
    }
    mem_free(self);
}

static enum yk_status make_room(struct yoake_h5 *self, struct failure *why)
{
    bool is_right = true;
    self->rows = mem_alloc(1, sizeof *self->rows);
    for (int a = 0; a < (self->shared->with_gyro ? N_AXES : 3); a++) {
        self->samples.values[a] = mem_alloc(PIECE, sizeof(float));
        is_right = is_right && self->samples.values[a] != NULL;
    }
    return is_right && self->rows != NULL
               ? YK_OK
               : failure_set(why, YK_ERR_MEMORY, "no memory to read samples");
}

static enum yk_status clone(const struct page_reader *whole, struct page_reader **out,
                            struct failure *why)
{
    struct recording_source *second = NULL;
    enum yk_status status =
        opening_second(&whole->base, whole->places_are_complete, sizeof(struct yoake_h5),
                       whole->bytes->name, &second, why);
    if (status != YK_OK) {
        return status;
    }
    struct yoake_h5 *self = (struct yoake_h5 *)second;
    self->pages.is_cursor = true;
    self->shared = ((const struct yoake_h5 *)whole)->shared;
    status = make_room(self, why);
    if (status != YK_OK) {
        release(&self->pages);
        return status;
    }
    self->pages.now = &self->now;
    *out = &self->pages;
    return YK_OK;
}

static const struct page_ops H5_OPS = {next_block, begin, NULL, clone, release};

/* ---- opening ---- */

static void get_text(struct h5_file *file, const char *where, const char *name, char *to,
                     size_t room)
{
    struct text value;
    text_init(&value);
    if (h5_get_text(file, where, name, &value, NULL) == YK_OK && value.length < room) {
        memcpy(to, text_string(&value), value.length + 1);
    }
    text_release(&value);
}

static void tell(struct yoake_h5 *self, const struct open_options *opt)
{
    struct recording_info *info = &self->pages.base.info;
    struct h5_file *file = self->shared->file;
    const struct {
        const char *name;
        char *to;
        size_t room;
    } texts[] = {{"device_model", info->device_model, sizeof info->device_model},
                 {"device_serial", info->device_serial, sizeof info->device_serial},
                 {"session_id", info->session_id, sizeof info->session_id},
                 {"firmware", info->firmware, sizeof info->firmware},
                 {"person_id", info->person_id, sizeof info->person_id},
                 {"body_site", info->body_site, sizeof info->body_site}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        get_text(file, "/", texts[i].name, texts[i].to, texts[i].room);
    }
    char zone[sizeof info->zone] = "", calibration[32] = "";
    get_text(file, "/samples", "zone", zone, sizeof zone);
    yoake_h5_zone(info, zone, opt);
    get_text(file, "/samples", "calibration", calibration, sizeof calibration);
    self->shared->is_calibrated = calibration[0] != '\0';
    (void)h5_get_double(file, "/samples", "rate_hz", &info->rate_hz, NULL);
    (void)h5_get_double(file, "/samples", "range_g", &info->range_g, NULL);
    if (self->shared->axis[3] != NULL) {
        (void)h5_get_double(file, "/samples", "gyro_range_dps", &info->gyro_range_dps, NULL);
        info->gyro_range_dps = isnan(info->gyro_range_dps) ? 2000 : info->gyro_range_dps;
        snprintf(info->sensor_axes, sizeof info->sensor_axes, "6");
    }
    info->n_samples = (int64_t)self->shared->n_samples;
}

static enum yk_status open_columns(struct yoake_h5 *self, struct failure *why)
{
    struct h5_shared *shared = self->shared;
    enum yk_status status = YK_OK;
    bool has_gyro = h5_has(shared->file, "/samples/gx");
    shared->n_samples = shared->n_blocks = UINT64_MAX;
    for (int a = 0; a < (has_gyro ? N_AXES : 3) && status == YK_OK; a++) {
        uint64_t n = 0;
        status = h5_part_open(shared->file, "/samples", AXIS[a], H5_KIND_FLOAT,
                              &shared->axis[a], &n, why);
        shared->n_samples = n < shared->n_samples ? n : shared->n_samples;
    }
    for (int c = 0; c < N_ROWS && status == YK_OK; c++) {
        uint64_t n = 0;
        status = h5_part_open(shared->file, "/readings", ROW[c].name, ROW[c].kind,
                              &shared->row[c], &n, why);
        shared->n_blocks = n < shared->n_blocks ? n : shared->n_blocks;
        if (status == YK_ERR_NO_DEVICE && c >= ROW_FIRST) {
            status = failure_set(why, YK_ERR_UNSUPPORTED,
                                 "%s was written by a version that did not note where blocks "
                                 "begin; convert the original again",
                                 self->pages.bytes->name);
        }
    }
    return yoake_h5_damage(status, why);
}

static enum yk_status open_samples(struct byte_source *bytes, struct h5_file *file,
                                   const struct open_options *opt,
                                   struct recording_source **out, struct failure *why)
{
    struct yoake_h5 *self = mem_alloc(1, sizeof *self);
    struct h5_shared *shared = self != NULL ? mem_alloc(1, sizeof *shared) : NULL;
    if (shared == NULL) {
        mem_free(self);
        h5_abandon(file);
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    }
    self->shared = shared;
    shared->file = file;
    page_reader_init(&self->pages, &H5_OPS, bytes, "yoake_h5", &self->now, sizeof self->now);
    enum yk_status status = open_columns(self, why);
    if (status == YK_OK) {
        shared->with_gyro = opt->with_gyro && shared->axis[3] != NULL;
        status = make_room(self, why);
    }
    if (status == YK_OK) {
        tell(self, opt);
        status = h5_read_status(file, why); /* what is not there is really missing */
    }
    double rate_hz = self->pages.base.info.rate_hz;
    if (status == YK_OK && !isnan(rate_hz) && !is_period(1 / rate_hz)) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "%s: %g Hz is no sample rate; convert the original again",
                             bytes->name, rate_hz);
    }
    if (status == YK_OK) {
        status = page_reader_start(&self->pages, shared->n_samples, why);
    }
    if (status != YK_OK) {
        page_reader_close(&self->pages.base);
        return status;
    }
    *out = &self->pages.base;
    return YK_OK;
}

/* ---- recognising ---- */

static bool has_signature(struct byte_source *bytes)
{
    uint8_t at[8];
    size_t got = 0;
    return byte_source_read_at(bytes, 0, at, sizeof at, &got, NULL) == YK_OK &&
           got == sizeof at && memcmp(at, "\x89HDF\r\n\x1a\n", 8) == 0;
}

static int probe(struct byte_source *bytes)
{
    struct h5_file *file = NULL;
    if (!has_signature(bytes)) {
        return 0;
    }
    if (h5_seal_is_there(bytes)) {
        return 95; /* ours; not handed to HDF5 before the seal was looked at */
    }
    enum yk_status status = h5_open_source(bytes, &file, NULL);
    if (status != YK_OK) {
        return status == YK_ERR_CORRUPT ? 0 : 95; /* not to be read: open() says why */
    }
    int64_t version = 0;
    bool is_ours = h5_get_int64(file, "/", "schema_version", &version, NULL) == YK_OK &&
                   (h5_has(file, "/samples") || h5_has(file, "/epochs"));
    bool is_known = h5_read_status(file, NULL) == YK_OK;
    h5_abandon(file);
    return is_ours || !is_known ? 95 : 0;
}

static enum yk_status open_h5(struct byte_source *bytes, const struct open_options *opt,
                              struct recording_source **out, struct failure *why)
{
    struct h5_file *file = NULL;
    int64_t version = 0;
    enum yk_status status = h5_seal_check(bytes, why);
    if (status == YK_OK) {
        status = h5_open_source(bytes, &file, why);
    }
    if (status == YK_OK) {
        status = h5_get_int64(file, "/", "schema_version", &version, why);
        if (status == YK_OK && version > H5_SCHEMA_VERSION) {
            status = failure_set(why, YK_ERR_UNSUPPORTED,
                                 "%s was written by a newer yoake (schema %" PRId64
                                 ", this one knows %d); update this program",
                                 bytes->name, version, H5_SCHEMA_VERSION);
        }
        if (status != YK_OK) {
            h5_abandon(file);
            return yoake_h5_damage(status, why);
        }
    }
    if (status != YK_OK) {
        return status;
    }
    return h5_has(file, "/samples") ? open_samples(bytes, file, opt, out, why)
                                    : yoake_h5_epochs_open(bytes, file, opt, out, why);
}

static const char *const suffixes[] = {"h5", "hdf5", NULL};

const struct format format_yoake_h5 = {
    .id = "yoake_h5",
    .document = "samples",
    .name = "yoake's own samples and epochs (.h5)",
    .maker = "yoake",
    .suffix = suffixes,
    .probe = probe,
    .open = open_h5,
};
