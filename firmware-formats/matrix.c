/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parmay Matrix recordings (.BIN): recognising, opening, and packets as stretches of samples.
 * Layout, time, damage and differences from other readers: docs/formats/matrix.md.
 *
 * Left out: heart rate (the model has no place for it) and the ambient temperature (the one of
 * the body's surface is given).
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/matrix_layout.h"
#include "firmware-formats/page_file.h"
#include "src/base/crc32.h"
#include "src/base/mem.h"

#define BUFFER ((size_t)256 << 10)
#define CURSOR_BUFFER ((size_t)64 << 10)
#define PIECE ((size_t)24 << 10) /* 4096 samples */
#define USUAL_RANGE_G 8
#define USUAL_RANGE_DPS 2000
#define LONG_ENOUGH_S 10                                    /* for a packet to tell the rate */
#define DOUBTFUL_BEFORE_NS (INT64_C(1577836800) * NS_PER_S) /* 2020: none was made before */

struct matrix_facts {
    struct matrix_header header;
    bool has_header, range_is_assumed;
    uint64_t data_start;
    double acc_range_g, gyro_range_dps, rate_hz;
    int64_t wall_minus_utc_ns;
    struct crc32_tables crc;
};

struct matrix_state {
    uint64_t pos;   /* of the packet, or of what follows the last one */
    int64_t number; /* of the packet, from 0 */
    struct matrix_packet packet;
    uint32_t used; /* samples given; a packet is under way while used < packet.acc */
};

struct matrix_reader {
    struct page_file file;
    struct matrix_state now;
    int64_t packets;              /* seen up to the end */
    uint64_t hearts, without_acc; /* heart-rate records, packets without acceleration */
};

static struct matrix_facts *facts_of(const struct matrix_reader *self)
{
    return self->file.facts;
}

/* ---- packets ---- */

static enum yk_status has_right_crc(struct matrix_reader *self, uint64_t pos,
                                    const struct matrix_packet *packet, bool *is_right,
                                    struct failure *why)
{
    uint32_t crc = 0;
    for (uint64_t done = 12; done < packet->bytes;) {
        const uint8_t *at = NULL;
        size_t have = 0;
        enum yk_status status =
            byte_window_at(&self->file.window, pos + done, PIECE, &at, &have, why);
        if (status != YK_OK) {
            return status;
        }
        uint64_t left = packet->bytes - done;
        size_t n = have < left ? have : (size_t)left;
        if (n == 0) { /* became shorter since it was opened */
            *is_right = false;
            return YK_OK;
        }
        crc = crc32_add(&facts_of(self)->crc, crc, at, n);
        done += n;
    }
    *is_right = crc == packet->crc;
    return YK_OK;
}

/* Place of the next packet's first byte at or behind from; the file's end when there is none.
 */
static enum yk_status find_magic(struct byte_window *window, uint64_t from, uint64_t *pos,
                                 struct failure *why)
{
    for (;;) {
        const uint8_t *at = NULL;
        size_t have = 0;
        enum yk_status status = byte_window_at(window, from, PIECE, &at, &have, why);
        if (status != YK_OK) {
            return status;
        }
        const uint8_t *found = memmem(at, have, MATRIX_MAGIC, MATRIX_MAGIC_BYTES);
        if (found != NULL) {
            *pos = from + (uint64_t)(found - at);
            return YK_OK;
        }
        if (have < PIECE) {
            *pos = from + have;
            return YK_OK;
        }
        from += have - MATRIX_MAGIC_BYTES + 1;
    }
}

/* Whether a packet is at pos, and what is wrong with it when it cannot be used. */
static enum yk_status look_at(struct matrix_reader *self, uint64_t pos,
                              struct matrix_packet *packet, const char **fault,
                              struct failure *why)
{
    const uint8_t *at = NULL;
    size_t have = 0;
    bool is_right = false;
    enum yk_status status =
        byte_window_at(&self->file.window, pos, MATRIX_PACKET_HEADER, &at, &have, why);
    if (status != YK_OK) {
        return status;
    }
    if (have < MATRIX_PACKET_HEADER || !matrix_packet_get(at, packet)) {
        bool is_one =
            have >= MATRIX_MAGIC_BYTES && memcmp(at, MATRIX_MAGIC, MATRIX_MAGIC_BYTES) == 0;
        *fault = is_one ? "the file ends inside a packet" : "no packet where one should begin";
        return YK_OK;
    }
    if (packet->bytes > self->file.window.end - pos) {
        *fault = "the file ends inside a packet";
        return YK_OK;
    }
    status = has_right_crc(self, pos, packet, &is_right, why);
    *fault = is_right ? NULL : "packet with a wrong checksum";
    return status;
}

/* What is in a sound packet and not used. */
static void note_packet(struct matrix_reader *self, bool has_no_samples)
{
    if (!self->file.pages.is_cursor && !self->file.pages.is_quiet) {
        self->hearts += self->now.packet.heart;
        self->without_acc += has_no_samples;
    }
}

/* To the next packet that holds samples. */
static enum yk_status next_packet(struct matrix_reader *self, struct failure *why)
{
    struct matrix_state *now = &self->now;
    for (;;) {
        const char *fault = NULL;
        if (now->pos >= self->file.window.end) {
            self->packets = now->number;
            return YK_END;
        }
        enum yk_status status = look_at(self, now->pos, &now->packet, &fault, why);
        if (status != YK_OK) {
            return status;
        }
        now->used = 0;
        if (fault == NULL && now->packet.acc > 0) {
            return YK_OK;
        }
        uint64_t next = now->pos + now->packet.bytes;
        if (fault == NULL) {
            note_packet(self, true);
        } else {
            status = find_magic(&self->file.window, now->pos + 1, &next, why);
            if (status != YK_OK) {
                return status;
            }
            page_reader_bad(&self->file.pages, now->number, next - now->pos, fault);
        }
        now->pos = next;
        now->packet.acc = 0;
        now->number++;
    }
}

/* ---- samples ---- */

/* Gyroscope values of samples [from, from + n): record for record when there are as many, else
 * the one that was measured at that time. */
static enum yk_status give_gyro(struct matrix_reader *self, uint32_t from, uint32_t n,
                                struct sample_block *block, struct failure *why)
{
    const struct matrix_packet *p = &self->now.packet;
    float *const *gyro = block->gyro_dps;
    for (uint32_t i = 0; i < n && p->gyro != p->acc; i++) {
        gyro[0][i] = gyro[1][i] = gyro[2][i] = NAN;
    }
    if (p->gyro == 0) {
        return YK_OK;
    }
    uint32_t i = 0;
    while (i < n) {
        uint64_t record = (uint64_t)(from + i) * p->gyro / p->acc;
        uint32_t take = p->gyro == p->acc ? n : 1;
        const uint8_t *at = NULL;
        size_t have = 0;
        enum yk_status status =
            byte_window_at(&self->file.window, self->now.pos + p->gyro_at + 6 * record,
                           (size_t)take * 6, &at, &have, why);
        if (status != YK_OK || have < (size_t)take * 6) {
            return status;
        }
        matrix_triples(at, take, facts_of(self)->gyro_range_dps, gyro[0] + i, gyro[1] + i,
                       gyro[2] + i);
        i += take;
    }
    return YK_OK;
}

static enum yk_status give_temperature(struct matrix_reader *self, uint32_t from,
                                       struct page *page, struct failure *why)
{
    const struct matrix_packet *p = &self->now.packet;
    const uint8_t *at = NULL;
    size_t have = 0;
    if (p->temp == 0) {
        return YK_OK;
    }
    uint64_t record = (uint64_t)from * p->temp / p->acc;
    enum yk_status status = byte_window_at(
        &self->file.window, self->now.pos + p->temp_at + MATRIX_TEMP_BYTES * record,
        MATRIX_TEMP_BYTES, &at, &have, why);
    if (status == YK_OK && have >= MATRIX_TEMP_BYTES) {
        page->temperature_c = matrix_body_c(at);
    }
    return status;
}

static void date_samples(struct matrix_reader *self, uint32_t from, uint32_t n,
                         struct sample_block *block, struct page *page)
{
    const struct matrix_packet *p = &self->now.packet;
    int64_t start_ns = p->start_s * NS_PER_S;
    double span_s = (double)(p->end_s - p->start_s);
    block->period_s = span_s > 0 ? span_s / p->acc : 1.0 / facts_of(self)->rate_hz;
    block->t0_ns = start_ns - facts_of(self)->wall_minus_utc_ns +
                   (int64_t)nearbyint((double)from * block->period_s * NS_PER_S);
    block->n = n;
    page->number = self->now.number;
    page->is_first = from == 0;
    page->gap = "no packet for this time";
    page->low_g = -(float)facts_of(self)->acc_range_g;
    page->high_g = (float)facts_of(self)->acc_range_g;
    page->flags = start_ns < DOUBTFUL_BEFORE_NS ? BLOCK_CLOCK_DOUBT : 0;
    if (from == 0 && span_s <= 0) {
        page_reader_event(&self->file.pages, READ_EVENT_NOTE, block->t0_ns, page->number,
                          "packet ends when it begins: nominal rate used");
    }
    if (from == 0) {
        note_packet(self, false);
    }
    if (from == 0 && span_s > 0) {
        page_file_observe(&self->file, span_s, p->acc);
    }
}

static enum yk_status next_samples(struct page_reader *pages, struct sample_block *block,
                                   struct page *page, struct failure *why)
{
    struct matrix_reader *self = (struct matrix_reader *)pages;
    struct matrix_state *now = &self->now;
    enum yk_status status = YK_OK;
    if (now->used >= now->packet.acc) {
        status = next_packet(self, why);
    }
    if (status != YK_OK) {
        return status;
    }
    uint32_t from = now->used, left = now->packet.acc - from;
    uint32_t n = left < block->capacity ? left : block->capacity;
    const uint8_t *at = NULL;
    size_t have = 0;
    status =
        byte_window_at(&self->file.window, now->pos + MATRIX_PACKET_HEADER + UINT64_C(6) * from,
                       (size_t)n * 6, &at, &have, why);
    if (status == YK_OK && have < (size_t)n * 6) {
        status = failure_set_at(why, YK_ERR_IO, (int64_t)now->pos,
                                "%s became shorter while it was read", pages->bytes->name);
    }
    if (status == YK_OK) {
        matrix_triples(at, n, facts_of(self)->acc_range_g, block->acc_g[0], block->acc_g[1],
                       block->acc_g[2]);
        date_samples(self, from, n, block, page);
        status = give_temperature(self, from, page, why);
        block->temperature_c = (float)page->temperature_c;
    }
    if (status == YK_OK && block->gyro_dps[0] != NULL) {
        status = give_gyro(self, from, n, block, why);
    }
    if (status != YK_OK) {
        return status;
    }
    now->used += n;
    if (now->used == now->packet.acc) {
        now->pos += now->packet.bytes;
        now->number++;
    }
    return YK_OK;
}

static void begin(struct page_reader *pages)
{
    struct matrix_reader *self = (struct matrix_reader *)pages;
    self->now = (struct matrix_state){.pos = facts_of(self)->data_start};
    page_file_forget(&self->file);
    self->hearts = self->without_acc = 0;
    if (!facts_of(self)->has_header) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "no header: range of %d g assumed", USUAL_RANGE_G);
        page_reader_skipped(pages, facts_of(self)->data_start);
    } else if (facts_of(self)->range_is_assumed) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "header says %u g: %d g assumed", facts_of(self)->header.acc_range_g,
                          USUAL_RANGE_G);
    }
}

static void finish(struct page_reader *pages)
{
    struct matrix_reader *self = (struct matrix_reader *)pages;
    const struct matrix_facts *facts = facts_of(self);
    if (facts->has_header && facts->header.packets != self->packets) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "%" PRIu32 " packets declared, %" PRId64 " in the file",
                          facts->header.packets, self->packets);
    }
    if (self->hearts > 0) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "%" PRIu64 " heart-rate records: not used", self->hearts);
    }
    if (self->without_acc > 0) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "%" PRIu64 " packets without acceleration: not used",
                          self->without_acc);
    }
    page_file_tell_rate(&self->file);
}

/* ---- opening ---- */

static int probe(struct byte_source *bytes)
{
    uint8_t at[MATRIX_HEADER_BYTES + MATRIX_MAGIC_BYTES];
    struct matrix_header header;
    size_t got = 0;
    if (byte_source_read_at(bytes, 0, at, sizeof at, &got, NULL) != YK_OK) {
        return 0;
    }
    if (got >= MATRIX_HEADER_BYTES && matrix_header_get(at, &header)) {
        bool has_packet = got == sizeof at && memcmp(at + MATRIX_HEADER_BYTES, MATRIX_MAGIC,
                                                     MATRIX_MAGIC_BYTES) == 0;
        return has_packet ? 100 : 90;
    }
    return memmem(at, got, MATRIX_MAGIC, MATRIX_MAGIC_BYTES) != NULL ? 70 : 0;
}

static bool is_usual(const uint16_t *list, size_t n, uint16_t value)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] == value) {
            return true;
        }
    }
    return false;
}

static enum yk_status read_header(struct matrix_reader *self, struct failure *why)
{
    static const uint16_t g[] = {2, 4, 8, 16, 32}, dps[] = {125, 250, 500, 1000, 2000, 4000};
    struct matrix_facts *facts = facts_of(self);
    const uint8_t *at = NULL;
    size_t have = 0;
    enum yk_status status =
        byte_window_at(&self->file.window, 0, MATRIX_HEADER_BYTES, &at, &have, why);
    if (status != YK_OK) {
        return status;
    }
    facts->has_header = have >= MATRIX_HEADER_BYTES && matrix_header_get(at, &facts->header);
    facts->acc_range_g = facts->header.acc_range_g;
    facts->gyro_range_dps = facts->header.gyro_range_dps;
    if (!is_usual(g, sizeof g / sizeof *g, facts->header.acc_range_g)) {
        facts->acc_range_g = USUAL_RANGE_G;
        facts->range_is_assumed = true;
    }
    if (!is_usual(dps, sizeof dps / sizeof *dps, facts->header.gyro_range_dps)) {
        facts->gyro_range_dps = USUAL_RANGE_DPS;
    }
    facts->data_start = MATRIX_HEADER_BYTES;
    if (!facts->has_header) {
        status = find_magic(&self->file.window, 0, &facts->data_start, why);
    }
    return status;
}

static double nominal_rate(double about)
{
    static const double rates[] = {12.5, 25, 50, 100};
    double best = rates[0];
    for (size_t i = 1; i < sizeof rates / sizeof *rates; i++) {
        best = fabs(log(about / rates[i])) < fabs(log(about / best)) ? rates[i] : best;
    }
    return best;
}

/* Rate, axes and number of samples from the packets' headers; *first_s is the first time, or
 * -1. Checksums are looked at later, but for those packets that say something here. */
static enum yk_status survey(struct matrix_reader *self, int64_t *first_s, struct failure *why)
{
    struct recording_info *info = &self->file.pages.base.info;
    double longest_s = 0, rate = NAN;
    bool has_gyro = false, has_rate = false;
    *first_s = -1;
    begin(&self->file.pages);
    while (!has_rate) {
        enum yk_status status = next_packet(self, why);
        if (status == YK_END) {
            break;
        }
        if (status != YK_OK) {
            return status;
        }
        const struct matrix_packet *p = &self->now.packet;
        double span_s = (double)(p->end_s - p->start_s);
        *first_s = *first_s < 0 ? p->start_s : *first_s;
        has_gyro = has_gyro || p->gyro > 0;
        if (span_s > longest_s) {
            longest_s = span_s;
            rate = p->acc / span_s;
        }
        has_rate = longest_s >= LONG_ENOUGH_S;
        self->now.used = p->acc;
        self->now.pos += p->bytes;
    }
    facts_of(self)->rate_hz = isnan(rate) ? NAN : nominal_rate(rate);
    if (*first_s >= 0 && isnan(rate)) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "%s: every packet ends when it begins: its samples have no time",
                           self->file.pages.bytes->name);
    }
    info->rate_hz = facts_of(self)->rate_hz;
    info->range_g = facts_of(self)->acc_range_g;
    info->gyro_range_dps = has_gyro ? facts_of(self)->gyro_range_dps : NAN;
    snprintf(info->sensor_axes, sizeof info->sensor_axes, "%d", has_gyro ? 6 : 3);
    uint64_t data = self->file.pages.bytes->size - facts_of(self)->data_start;
    info->n_samples = (int64_t)(data / (has_gyro ? 12 : 6));
    return YK_OK;
}

static enum yk_status set_up(struct page_file *file, const struct open_options *opt,
                             uint64_t *most_samples, struct failure *why)
{
    struct matrix_reader *self = (struct matrix_reader *)file;
    int64_t first_s = -1;
    crc32_init(&facts_of(self)->crc);
    enum yk_status status = read_header(self, why);
    if (status == YK_OK) {
        self->file.pages.is_quiet = true;
        status = survey(self, &first_s, why);
        self->file.pages.is_quiet = false;
    }
    if (status == YK_OK) {
        struct recording_info *info = &self->file.pages.base.info;
        int64_t wall_ns = first_s < 0 ? 0 : first_s * NS_PER_S;
        snprintf(info->device_model, sizeof info->device_model, "Matrix");
        facts_of(self)->wall_minus_utc_ns =
            page_reader_zone(&self->file.pages, opt, wall_ns, false, 0);
        info->clock_is_in_doubt = first_s >= 0 && wall_ns < DOUBTFUL_BEFORE_NS;
        *most_samples = file->pages.bytes->size / 6;
    }
    return status;
}

static const struct page_file_kind KIND = {
    .id = "matrix",
    .ops = {next_samples, begin, finish, page_file_clone, page_file_release},
    .reader_bytes = sizeof(struct matrix_reader),
    .facts_bytes = sizeof(struct matrix_facts),
    .now_at = offsetof(struct matrix_reader, now),
    .now_bytes = sizeof(struct matrix_state),
    .buffer = BUFFER,
    .cursor_buffer = CURSOR_BUFFER,
    .slack = PIECE,
    .set_up = set_up,
};

static enum yk_status open_matrix(struct byte_source *bytes, const struct open_options *opt,
                                  struct recording_source **out, struct failure *why)
{
    return page_file_open(&KIND, bytes, opt, out, why);
}

static const char *const suffixes[] = {"bin", NULL};

const struct format format_matrix = {
    .id = "matrix",
    .name = "Matrix (.bin)",
    .maker = "Parmay Tech",
    .suffix = suffixes,
    .probe = probe,
    .open = open_matrix,
};
