/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GENEA recordings (.bin, 2009 to 2011), the forerunner of GENEActiv: a text header, then pages
 * of 341 chunks of six bytes. Layout, time and damage: docs/formats/genea.md.
 *
 * Left out: the undocumented kinds of chunks, of which no file is known (counted as damage).
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/page_file.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define BUFFER ((size_t)64 << 10)
#define CURSOR_BUFFER ((size_t)16 << 10)
#define PAGE_BYTES 2048u
#define PAGE_CHUNKS 341u
#define CHUNK_BYTES 6u
#define WINDOW ((size_t)4 * PAGE_BYTES)
#define HEADER_MOST 4096u
#define SURE_CHUNKS 6 /* valid ones in a row after bytes were lost */
#define COUNTS_PER_G 340.0
#define RANGE_G 6.0
#define DOUBTFUL_BEFORE_NS (INT64_C(1199145600) * NS_PER_S) /* 2008: none was made before */

enum chunk_kind { CHUNK_SAMPLE = 0, CHUNK_TIME = 2, CHUNK_BATTERY = 4, CHUNK_BAD = -1 };

struct genea_facts {
    char serial[32], firmware[24], site[24], volunteer[64], trial_start[32];
    double rate_hz, offset[3], gain[3];
    bool has_calibration;
    uint64_t data_start;
    int64_t wall_minus_utc_ns;
    int64_t fallback_ns; /* wall clock of the first sample when the file holds no time at all */
    uint8_t crc[256];
};

struct genea_state {
    uint64_t pos,
        page_start;       /* page_start: where some page begins; all others follow from it */
    int64_t time_ns;      /* wall clock of the sample at pos; TIME_UNKNOWN before the first */
    int64_t counted_page; /* that was counted last; -1 */
    double battery_v;
};

struct genea_reader {
    struct page_file file;
    struct genea_state now;
};

static struct genea_facts *facts_of(const struct genea_reader *self)
{
    return self->file.facts;
}

/* ---- chunks ---- */

/* CRC-8, polynomial 0x85, as the device counts it over bytes 1 to 5. */
static void make_crc(uint8_t table[static 256])
{
    for (unsigned i = 0; i < 256; i++) {
        unsigned c = i;
        for (int k = 0; k < 8; k++) {
            c = (c & 0x80) != 0 ? (c << 1 ^ 0x85) & 0xFF : c << 1;
        }
        table[i] = (uint8_t)c;
    }
}

static bool is_valid(const uint8_t *table, const uint8_t *chunk)
{
    uint8_t crc = 0;
    for (int i = 1; i < 6; i++) {
        crc = table[crc ^ chunk[i]];
    }
    return crc == chunk[0];
}

static enum chunk_kind kind_of(const struct genea_facts *facts, const uint8_t *chunk)
{
    int kind = chunk[1] >> 4;
    return !is_valid(facts->crc, chunk)                  ? CHUNK_BAD
           : kind == 0                                   ? CHUNK_SAMPLE
           : kind == CHUNK_TIME || kind == CHUNK_BATTERY ? (enum chunk_kind)kind
                                                         : CHUNK_BAD;
}

static int32_t twelve_bits(unsigned value)
{
    return (int32_t)(value & 0x7FF) - (int32_t)(value & 0x800);
}

/* The maker's own steps: x and z turned, calibrated to whole counts, counts to whole mg. Halves
 * go to the even count, as in the readers of the field. */
static float to_g(const struct genea_facts *facts, int axis, int32_t raw)
{
    double counts = nearbyint(((axis == 1 ? raw : -raw) + facts->offset[axis]) *
                              facts->gain[axis] / 8192.0);
    return (float)(nearbyint(counts * 1000.0 / COUNTS_PER_G) / 1000.0);
}

static void decode(const struct genea_facts *facts, const uint8_t *chunk,
                   struct sample_block *block, uint32_t i)
{
    unsigned x = (unsigned)(chunk[1] & 15) << 8 | chunk[2];
    unsigned y = (unsigned)chunk[3] << 4 | chunk[4] >> 4;
    unsigned z = (unsigned)(chunk[4] & 15) << 8 | chunk[5];
    block->acc_g[0][i] = to_g(facts, 0, twelve_bits(x));
    block->acc_g[1][i] = to_g(facts, 1, twelve_bits(y));
    block->acc_g[2][i] = to_g(facts, 2, twelve_bits(z));
}

static bool are_valid(const struct genea_facts *facts, const uint8_t *at, size_t have, int n)
{
    for (int i = 0; i < n; i++) {
        size_t pos = (size_t)i * CHUNK_BYTES;
        if (pos + CHUNK_BYTES > have || !is_valid(facts->crc, at + pos)) {
            return false;
        }
    }
    return true;
}

/* Where the next page begins, seen from a chunk whose place in its page is not known: two zero
 * bytes lie where a chunk should. */
static size_t find_border(const struct genea_facts *facts, const uint8_t *at, size_t have)
{
    for (size_t pos = 0; pos + CHUNK_BYTES + 2 <= have && pos <= PAGE_BYTES;
         pos += CHUNK_BYTES) {
        if (!is_valid(facts->crc, at + pos)) {
            bool is_border =
                at[pos] == 0 && at[pos + 1] == 0 && is_valid(facts->crc, at + pos + 2);
            return is_border ? pos + 2 : 0;
        }
    }
    return 0;
}

/* How far to go on from a chunk that is not valid: one chunk when the ones after it lie where
 * they should, else to where chunks are valid again. */
static size_t distance_to_valid(struct genea_reader *self, const uint8_t *at, size_t have)
{
    size_t raster = CHUNK_BYTES;
    uint64_t in_page = (self->now.pos - self->now.page_start) % PAGE_BYTES;
    if (in_page + 2 * CHUNK_BYTES > PAGE_CHUNKS * CHUNK_BYTES) {
        raster = (size_t)(PAGE_BYTES - in_page);
    }
    size_t left = (size_t)(PAGE_BYTES - in_page);
    for (int i = 0; i < 4; i++) { /* one valid by chance is one in 256 */
        size_t pos = raster + (size_t)i * CHUNK_BYTES;
        if (pos + 2 * CHUNK_BYTES > have || (left > raster && pos + 2 * CHUNK_BYTES > left) ||
            are_valid(facts_of(self), at + pos, have - pos, 2)) {
            return raster;
        }
    }
    for (size_t d = 1; d < PAGE_BYTES + CHUNK_BYTES && d + CHUNK_BYTES <= have; d++) {
        if (are_valid(facts_of(self), at + d, have - d, SURE_CHUNKS)) {
            size_t border = find_border(facts_of(self), at + d, have - d);
            if (border > 0) {
                self->now.page_start = self->now.pos + d + border;
            }
            return d;
        }
    }
    return raster;
}

/* ---- stretches between two times ---- */

struct stretch {
    uint32_t n;
    int64_t page;    /* of its first sample */
    int64_t next_ns; /* the time that ends it; TIME_UNKNOWN: the file, or the block is full */
};

static int64_t page_of(const struct genea_reader *self)
{
    return (int64_t)((self->now.pos - facts_of(self)->data_start) / PAGE_BYTES);
}

/* Takes the chunk at pos. false: it is a time that ends the stretch. */
static bool take_chunk(struct genea_reader *self, const uint8_t *at, size_t have,
                       struct sample_block *block, struct stretch *to)
{
    struct genea_state *now = &self->now;
    size_t step = CHUNK_BYTES;
    switch (kind_of(facts_of(self), at)) {
    case CHUNK_SAMPLE:
        to->page = to->n == 0 ? page_of(self) : to->page;
        decode(facts_of(self), at, block, to->n++);
        break;
    case CHUNK_TIME:
        to->next_ns = (int64_t)get_u32be(at + 2) * NS_PER_S;
        break;
    case CHUNK_BATTERY:
        now->battery_v = at[2] * (3.3 * 11.0 / 1024.0);
        break;
    case CHUNK_BAD:
    default:
        step = distance_to_valid(self, at, have);
        page_reader_bad(&self->file.pages, page_of(self), step,
                        is_valid(facts_of(self)->crc, at) ? "chunk of an unknown kind"
                                                          : "chunk with a wrong checksum");
        break;
    }
    now->pos += step;
    return to->next_ns == TIME_UNKNOWN;
}

static enum yk_status read_stretch(struct genea_reader *self, struct sample_block *block,
                                   struct stretch *out, struct failure *why)
{
    struct genea_state *now = &self->now;
    *out = (struct stretch){.next_ns = TIME_UNKNOWN};
    while (out->n < block->capacity) {
        uint64_t in_page = (now->pos - now->page_start) % PAGE_BYTES;
        if (in_page >= PAGE_CHUNKS * CHUNK_BYTES) {
            now->pos += PAGE_BYTES - in_page; /* two zero bytes */
        }
        const uint8_t *at = NULL;
        size_t have = 0;
        enum yk_status status =
            byte_window_at(&self->file.window,
                           now->pos < self->file.window.end ? now->pos : self->file.window.end,
                           WINDOW, &at, &have, why);
        if (status != YK_OK) {
            return status;
        }
        if (have < CHUNK_BYTES || now->pos >= self->file.window.end) {
            break;
        }
        if (!take_chunk(self, at, have, block, out)) {
            break;
        }
    }
    return YK_OK;
}

/* Times of the stretch: spread evenly from its time to the next one, as long as their number is
 * about what the rate lets expect; else at the nominal rate, and what is missing is a gap. */
static void date_stretch(struct genea_reader *self, const struct stretch *s,
                         struct sample_block *block, struct page *page)
{
    struct genea_state *now = &self->now;
    double nominal_s = s->n / facts_of(self)->rate_hz;
    double span_s = 0;
    int64_t from_ns = now->time_ns;
    block->period_s = 1.0 / facts_of(self)->rate_hz;
    if (from_ns == TIME_UNKNOWN) { /* before the first time: dated backwards */
        from_ns = s->next_ns != TIME_UNKNOWN
                      ? s->next_ns - (int64_t)nearbyint(nominal_s * NS_PER_S)
                      : facts_of(self)->fallback_ns;
        now->time_ns = from_ns;
    } else if (s->next_ns != TIME_UNKNOWN) {
        span_s = (double)(s->next_ns - from_ns) / NS_PER_S;
        if (span_s > 0 && fabs(nominal_s - span_s) <= fmax(0.25 * span_s, 0.05)) {
            block->period_s = span_s / s->n;
            page_file_observe(&self->file, span_s, s->n);
        }
    }
    block->t0_ns = from_ns - facts_of(self)->wall_minus_utc_ns;
    page->flags = from_ns < DOUBTFUL_BEFORE_NS ? BLOCK_CLOCK_DOUBT : 0;
    page->gap = "time chunks jump";
}

static void go_on(struct genea_reader *self, const struct stretch *s, double period_s)
{
    struct genea_state *now = &self->now;
    if (s->next_ns != TIME_UNKNOWN) {
        now->time_ns = s->next_ns;
    } else {
        now->time_ns += (int64_t)nearbyint(s->n * period_s * NS_PER_S);
    }
}

static enum yk_status next_stretch(struct page_reader *pages, struct sample_block *block,
                                   struct page *page, struct failure *why)
{
    struct genea_reader *self = (struct genea_reader *)pages;
    struct stretch s;
    do {
        enum yk_status status = read_stretch(self, block, &s, why);
        if (status != YK_OK) {
            return status;
        }
        if (s.n == 0 && s.next_ns == TIME_UNKNOWN) {
            return YK_END;
        }
        if (s.n == 0) {
            self->now.time_ns = s.next_ns;
        }
    } while (s.n == 0);
    block->n = s.n;
    date_stretch(self, &s, block, page);
    go_on(self, &s, block->period_s);
    for (int a = 0; a < 3; a++) {
        for (uint32_t i = 0; block->gyro_dps[0] != NULL && i < s.n; i++) {
            block->gyro_dps[a][i] = NAN;
        }
    }
    page->number = s.page;
    page->is_first = s.page != self->now.counted_page;
    self->now.counted_page = s.page;
    page->battery_v = self->now.battery_v;
    block->battery_v = (float)self->now.battery_v;
    page->low_g = to_g(facts_of(self), 1, -2048);
    page->high_g = to_g(facts_of(self), 1, 2047);
    return YK_OK;
}

static void begin(struct page_reader *pages)
{
    struct genea_reader *self = (struct genea_reader *)pages;
    self->now = (struct genea_state){.pos = facts_of(self)->data_start,
                                     .page_start = facts_of(self)->data_start,
                                     .time_ns = TIME_UNKNOWN,
                                     .counted_page = -1,
                                     .battery_v = NAN};
    page_file_forget(&self->file);
    if (!facts_of(self)->has_calibration) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "header without calibration: 340 counts a g assumed");
    }
}

static void finish(struct page_reader *pages)
{
    struct genea_reader *self = (struct genea_reader *)pages;
    uint64_t end = self->file.window.end;
    uint64_t rest = self->now.pos < end ? end - self->now.pos : 0;
    if (rest > 0) {
        page_reader_skipped(pages, rest);
        pages->base.report.trailing_bytes = rest;
    }
    page_file_tell_rate(&self->file);
}

/* ---- header ---- */

static void take_text(char *to, size_t room, const char *value, size_t n)
{
    n = n < room ? n : room - 1;
    for (size_t i = 0; i < n; i++) {
        to[i] =
            (unsigned char)value[i] < 0x20 || (unsigned char)value[i] > 0x7E ? '_' : value[i];
    }
    to[n] = '\0';
}

/* Three numbers with blanks between them. */
static bool take_three(const char *value, size_t n, double out[static 3])
{
    double v[3];
    const char *at = value, *end = value + n;
    for (int i = 0; i < 3; i++) {
        while (at < end && *at == ' ') {
            at++;
        }
        const char *stop = at;
        while (stop < end && *stop != ' ') {
            stop++;
        }
        if (!text_parse_double(at, (size_t)(stop - at), &v[i]) || fabs(v[i]) > 1e6) {
            return false;
        }
        at = stop;
    }
    memcpy(out, v, sizeof v);
    return true;
}

struct header_so_far {
    bool has_offsets, has_gains;
};

static void take_line(struct genea_facts *facts, struct header_so_far *so_far, const char *line,
                      size_t n)
{
    const struct {
        const char *key;
        char *to;
        size_t room;
    } texts[] = {{"Serial-Number:", facts->serial, sizeof facts->serial},
                 {"Firmware-Version:", facts->firmware, sizeof facts->firmware},
                 {"Body-Location:", facts->site, sizeof facts->site},
                 {"Volunteer-Number:", facts->volunteer, sizeof facts->volunteer},
                 {"Trial-Start:", facts->trial_start, sizeof facts->trial_start}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t k = strlen(texts[i].key);
        if (n >= k && memcmp(line, texts[i].key, k) == 0) {
            take_text(texts[i].to, texts[i].room, line + k, n - k);
            return;
        }
    }
    static const char offsets[] = "Accel-Offsets:", gains[] = "Accel-Gains:",
                      rate[] = "Sample-Rate:";
    if (n > sizeof offsets && memcmp(line, offsets, sizeof offsets - 1) == 0) {
        so_far->has_offsets =
            take_three(line + sizeof offsets - 1, n - sizeof offsets + 1, facts->offset);
    } else if (n > sizeof gains && memcmp(line, gains, sizeof gains - 1) == 0) {
        so_far->has_gains =
            take_three(line + sizeof gains - 1, n - sizeof gains + 1, facts->gain) &&
            facts->gain[0] != 0 && facts->gain[1] != 0 && facts->gain[2] != 0;
    } else if (n > sizeof rate && memcmp(line, rate, sizeof rate - 1) == 0) {
        const char *value = line + sizeof rate - 1;
        size_t digits = 0;
        while (value + digits < line + n && value[digits] >= '0' && value[digits] <= '9') {
            digits++;
        }
        (void)text_parse_double(value, digits, &facts->rate_hz);
    }
}

static enum yk_status read_header(struct genea_reader *self, struct failure *why)
{
    struct genea_facts *facts = facts_of(self);
    struct header_so_far so_far = {false, false};
    const uint8_t *bytes = NULL;
    size_t have = 0, pos = 0;
    enum yk_status status =
        byte_window_at(&self->file.window, 0, HEADER_MOST, &bytes, &have, why);
    if (status != YK_OK) {
        return status;
    }
    have = have < HEADER_MOST ? have : HEADER_MOST;
    const char *at = (const char *)bytes;
    facts->rate_hz = NAN;
    bool is_over = false;
    while (pos < have && !is_over) {
        const char *stop = memchr(at + pos, '\n', have - pos);
        size_t n = stop != NULL ? (size_t)(stop - at) - pos : have - pos;
        size_t length = n > 0 && at[pos + n - 1] == '\r' ? n - 1 : n;
        is_over = length == 0 && stop != NULL;
        take_line(facts, &so_far, at + pos, length);
        pos += n + (stop != NULL ? 1 : 0);
    }
    if (!is_over && self->file.pages.bytes->size > HEADER_MOST) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "%s: the empty line that ends the header is missing",
                           self->file.pages.bytes->name);
    }
    facts->data_start = pos;
    facts->has_calibration = so_far.has_offsets && so_far.has_gains;
    for (int a = 0; a < 3 && !facts->has_calibration; a++) {
        facts->offset[a] = 0;
        facts->gain[a] = 8192;
    }
    bool has_data = self->file.pages.bytes->size >= pos + CHUNK_BYTES;
    if (has_data && !(facts->rate_hz >= 1 && facts->rate_hz <= 1000)) {
        return failure_set(why, YK_ERR_CORRUPT, "%s: a sample rate of %g Hz is none of a GENEA",
                           self->file.pages.bytes->name, facts->rate_hz);
    }
    return YK_OK;
}

static int64_t first_time(struct genea_reader *self)
{
    for (uint64_t pos = facts_of(self)->data_start;
         pos < facts_of(self)->data_start + 8 * PAGE_BYTES;) {
        const uint8_t *at = NULL;
        size_t have = 0;
        if (byte_window_at(&self->file.window, pos, CHUNK_BYTES, &at, &have, NULL) != YK_OK ||
            have < CHUNK_BYTES) {
            break;
        }
        if (kind_of(facts_of(self), at) == CHUNK_TIME) {
            return (int64_t)get_u32be(at + 2) * NS_PER_S;
        }
        pos += CHUNK_BYTES;
        pos += (pos - facts_of(self)->data_start) % PAGE_BYTES >= PAGE_CHUNKS * CHUNK_BYTES ? 2
                                                                                            : 0;
    }
    return TIME_UNKNOWN;
}

static void tell(struct genea_reader *self, const struct open_options *opt)
{
    struct genea_facts *facts = facts_of(self);
    struct recording_info *info = &self->file.pages.base.info;
    snprintf(info->device_model, sizeof info->device_model, "GENEA");
    snprintf(info->device_serial, sizeof info->device_serial, "%s", facts->serial);
    snprintf(info->firmware, sizeof info->firmware, "%s", facts->firmware);
    snprintf(info->person_id, sizeof info->person_id, "%s", facts->volunteer);
    snprintf(info->body_site, sizeof info->body_site, "%s", facts->site);
    info->rate_hz = facts->rate_hz;
    info->range_g = RANGE_G;
    int64_t wall_ns = first_time(self);
    info->clock_is_in_doubt = wall_ns != TIME_UNKNOWN && wall_ns < DOUBTFUL_BEFORE_NS;
    facts->wall_minus_utc_ns = page_reader_zone(
        &self->file.pages, opt, wall_ns != TIME_UNKNOWN ? wall_ns : 0, false, 0);
    int64_t start_ns;
    if (zone_parse_iso(opt->zone, facts->trial_start, &start_ns)) {
        info->configured_start_ns = start_ns;
        facts->fallback_ns = start_ns + facts->wall_minus_utc_ns;
    }
    uint64_t chunks = (self->file.pages.bytes->size - facts->data_start) / CHUNK_BYTES;
    info->n_samples = (int64_t)chunks;
}

static int probe(struct byte_source *bytes)
{
    char at[6];
    size_t got = 0;
    return byte_source_read_at(bytes, 0, at, sizeof at, &got, NULL) == YK_OK &&
                   got == sizeof at && memcmp(at, "GENEA/", 6) == 0
               ? 100
               : 0;
}

static enum yk_status set_up(struct page_file *file, const struct open_options *opt,
                             uint64_t *most_samples, struct failure *why)
{
    struct genea_reader *self = (struct genea_reader *)file;
    make_crc(facts_of(self)->crc);
    enum yk_status status = read_header(self, why);
    if (status == YK_OK) {
        tell(self, opt);
        *most_samples = file->pages.bytes->size / CHUNK_BYTES;
    }
    return status;
}

static const struct page_file_kind KIND = {
    .id = "genea",
    .ops = {next_stretch, begin, finish, page_file_clone, page_file_release},
    .reader_bytes = sizeof(struct genea_reader),
    .facts_bytes = sizeof(struct genea_facts),
    .now_at = offsetof(struct genea_reader, now),
    .now_bytes = sizeof(struct genea_state),
    .buffer = BUFFER,
    .cursor_buffer = CURSOR_BUFFER,
    .slack = WINDOW,
    .set_up = set_up,
};

static enum yk_status open_genea(struct byte_source *bytes, const struct open_options *opt,
                                 struct recording_source **out, struct failure *why)
{
    return page_file_open(&KIND, bytes, opt, out, why);
}

static const char *const suffixes[] = {"bin", NULL};

const struct format format_genea = {
    .id = "genea",
    .name = "GENEA (.bin, 2009 to 2011)",
    .maker = "Unilever Discover",
    .suffix = suffixes,
    .probe = probe,
    .open = open_genea,
};
