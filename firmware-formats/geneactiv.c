/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GENEActiv recordings (.bin, which is text): recognising, opening, and giving times to pages.
 * Layout, rules of time, damage and differences from other readers: docs/formats/geneactiv.md.
 *
 * Left out: correcting the clock by the drift that the notes may state (its sign is not
 * documented; it is reported).
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/geneactiv_header.h"
#include "firmware-formats/geneactiv_page.h"
#include "firmware-formats/geneactiv_start.h"
#include "firmware-formats/geneactiv_units.h"
#include "firmware-formats/page_file.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#define BUFFER ((size_t)256 << 10)
#define CURSOR_BUFFER ((size_t)32 << 10)
#define TWO_PAGES ((size_t)16 << 10)    /* with room to spare */
#define HEADER_MOST ((size_t)256 << 10) /* notes can be long, but not that long */
/* The first GENEActiv was made in 2009; a clock before that was never set. */
#define DOUBTFUL_BEFORE_NS (INT64_C(1230768000) * NS_PER_S)

struct geneactiv_facts { /* constant after opening */
    struct geneactiv_header header;
    uint64_t data_start;
    double period_s;
    int64_t page_ns; /* of 300 measurements */
    int64_t wall_minus_utc_ns;
    struct geneactiv_units units; /* where there are pages */
    int64_t first_ns;             /* time of the first page; TIME_UNKNOWN */
    int64_t start_ns; /* wall clock at which it begins whatever it says; TIME_UNKNOWN */
    bool is_model_1_1;
};

struct geneactiv_state {
    uint64_t pos;
    int64_t number;      /* of the next page, from 0 */
    int64_t expected_ns; /* wall clock at which it should begin; TIME_UNKNOWN */
    int64_t sequence;    /* of the last page; -1 */
    bool is_pressed;     /* the button, at its end */
    bool is_rate_told;   /* a page says another one */
};

struct geneactiv_reader {
    struct page_file file;
    struct geneactiv_state now;
};

static struct geneactiv_facts *facts_of(const struct geneactiv_reader *self)
{
    return self->file.facts;
}

/* ---- pages ---- */

/* Bytes that belong to no page, and whether they are one whose title is damaged. */
struct foreign {
    uint64_t n, pos;
    bool is_page;
};

static void add_foreign(struct foreign *self, uint64_t pos, const uint8_t *at, size_t n)
{
    if (self->n == 0 && n > 0) {
        const uint8_t *page = geneactiv_page_find_untitled(at, n);
        self->is_page = page != NULL;
        self->pos = pos + (page != NULL ? (uint64_t)(page - at) : 0);
    }
    self->n += n;
}

static void note_foreign(struct geneactiv_reader *self, const struct foreign *foreign,
                         bool is_end)
{
    char text[64];
    snprintf(text, sizeof text, "%s at byte %" PRIu64,
             foreign->is_page ? "page with a damaged title"
             : is_end         ? "bytes behind the last page"
                              : "bytes between pages",
             foreign->pos);
    page_reader_bad(&self->file.pages, self->now.number, foreign->n, text);
}

/* To the next title. *at and *have are the bytes from there on; YK_END: there is none. */
static enum yk_status find_page(struct geneactiv_reader *self, const uint8_t **at, size_t *have,
                                struct failure *why)
{
    const size_t title = strlen(GENEACTIV_PAGE_TITLE);
    struct foreign foreign = {.n = 0};
    for (;;) {
        enum yk_status status =
            byte_window_at(&self->file.window, self->now.pos, TWO_PAGES, at, have, why);
        if (status != YK_OK) {
            return status;
        }
        size_t blank = 0;
        while (foreign.n == 0 && blank < *have &&
               ((*at)[blank] == '\r' || (*at)[blank] == '\n')) {
            blank++;
        }
        const uint8_t *found = geneactiv_page_find(*at + blank, *have - blank);
        bool is_last = *have < TWO_PAGES;
        size_t skip = found != NULL ? (size_t)(found - *at)
                      : is_last     ? *have
                                    : *have - title + 1;
        add_foreign(&foreign, self->now.pos + blank, *at + blank,
                    skip > blank ? skip - blank : 0);
        self->now.pos += skip;
        if (found == NULL && !is_last) {
            continue;
        }
        if (foreign.n > 0) {
            note_foreign(self, &foreign, found == NULL);
        }
        if (found == NULL) {
            return YK_END;
        }
        if (skip == 0) {
            return YK_OK;
        }
        foreign.n = 0;
    }
}

/* Wall clock of the page after this one, when it follows; TIME_UNKNOWN. */
static int64_t look_ahead(const uint8_t *at, size_t have, const struct geneactiv_page *page)
{
    struct geneactiv_page next;
    size_t from = page->digits_at;
    const uint8_t *title = from < have ? geneactiv_page_find(at + from, have - from) : NULL;
    bool is_page =
        title != NULL &&
        geneactiv_page_parse(title, have - (size_t)(title - at), &next) == GENEACTIV_PAGE &&
        (page->sequence < 0 || next.sequence == page->sequence + 1);
    return is_page ? next.wall_ns : TIME_UNKNOWN;
}

/* When the page begins: by the running clock as long as the page times agree with it, because
 * they are cut to whole or half seconds. */
static int64_t date_page(struct geneactiv_reader *self, const struct geneactiv_page *page,
                         int64_t next_ns, const char **gap)
{
    const struct geneactiv_facts *facts = facts_of(self);
    struct geneactiv_state *now = &self->now;
    const int64_t expected = now->expected_ns, stamp = page->wall_ns;
    if (expected == TIME_UNKNOWN) {
        bool is_off = facts->is_model_1_1 && next_ns != TIME_UNKNOWN &&
                      geneactiv_is_near(next_ns, stamp + facts->page_ns);
        return is_off ? next_ns - facts->page_ns : stamp;
    }
    if (stamp == TIME_UNKNOWN || geneactiv_is_near(stamp, expected)) {
        if (stamp == TIME_UNKNOWN) {
            page_reader_event(&self->file.pages, READ_EVENT_NOTE,
                              expected - facts->wall_minus_utc_ns, now->number,
                              "page time cannot be read, not used");
        }
        return expected;
    }
    /* Of the first page something is expected only where its own time was outvoted. */
    if (now->number == 0 ||
        (next_ns != TIME_UNKNOWN && geneactiv_is_near(next_ns, expected + facts->page_ns))) {
        page_reader_event(&self->file.pages, READ_EVENT_NOTE,
                          expected - facts->wall_minus_utc_ns, now->number,
                          "page time out of line, not used");
        return expected;
    }
    *gap = page->sequence == now->sequence + 1 ? "page time jumps, no page is missing"
                                               : "pages are missing";
    return stamp;
}

static void note_sequence(struct geneactiv_reader *self, const struct geneactiv_page *page,
                          int64_t t_ns)
{
    int64_t before = self->now.sequence;
    if (page->sequence >= 0) {
        if (before >= 0 && page->sequence != before + 1) {
            page_reader_event(&self->file.pages, READ_EVENT_NOTE, t_ns, self->now.number,
                              "sequence number %" PRId64 " after %" PRId64, page->sequence,
                              before);
        } else if (before < 0 && page->sequence != self->now.number) {
            page_reader_event(&self->file.pages, READ_EVENT_NOTE, t_ns, self->now.number,
                              "sequence number %" PRId64 " comes first", page->sequence);
        }
        self->now.sequence = page->sequence;
    }
}

/* Once: nothing else is known of a recording whose rate changes. */
static void note_other_rate(struct geneactiv_reader *self, double page_hz, int64_t t_ns)
{
    double rate_hz = self->file.pages.base.info.rate_hz;
    if (!self->now.is_rate_told && !isnan(page_hz) &&
        !geneactiv_is_same_rate(page_hz, rate_hz)) {
        self->now.is_rate_told = true;
        page_reader_event(&self->file.pages, READ_EVENT_NOTE, t_ns, self->now.number,
                          "a page says %g Hz, not used", page_hz);
    }
}

static uint32_t note_button(struct geneactiv_reader *self, const struct geneactiv_raw *raw,
                            uint32_t n, int64_t t0_ns)
{
    uint32_t flags = 0;
    struct read_report *report = &self->file.pages.base.report;
    for (uint32_t i = 0; i < n; i++) {
        bool is_pressed = (raw->light[i] >> 1 & 1) != 0;
        flags |= is_pressed ? BLOCK_BUTTON : 0u;
        if (is_pressed && !self->now.is_pressed) {
            page_reader_event(
                &self->file.pages, READ_EVENT_BUTTON,
                t0_ns + (int64_t)nearbyint((double)i * facts_of(self)->period_s * NS_PER_S),
                self->now.number, "button");
            report->buttons += self->file.pages.is_cursor || self->file.pages.is_quiet ? 0 : 1;
        }
        self->now.is_pressed = is_pressed;
    }
    return flags;
}

YK_CLONES static void scale_axis(const int16_t *restrict raw, uint32_t n, double scale,
                                 double shift, float *restrict out)
{
    for (uint32_t i = 0; i < n; i++) {
        out[i] = (float)((double)raw[i] * scale + shift);
    }
}

YK_CLONES static uint32_t any_bit(const uint16_t *restrict v, uint32_t n, uint16_t bit)
{
    uint16_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        any |= v[i];
    }
    return any & bit;
}

static void give_light(const struct geneactiv_facts *facts, const struct geneactiv_raw *raw,
                       uint32_t n, struct sample_block *block, struct page *page)
{
    const double *lux = facts->units.lux;
    double least = lux[raw->light[0] >> 2], most = least, sum[4] = {0};
    for (uint32_t i = 0; i < n; i++) {
        double v = lux[raw->light[i] >> 2];
        sum[i % 4] += v;
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    block->light = (float)(((sum[0] + sum[1]) + (sum[2] + sum[3])) / (double)n);
    page->has_light_range = true;
    page->light = (struct summary_range){lux[raw->light[0] >> 2], lux[raw->light[n - 1] >> 2],
                                         least, most};
}

static void give_page(struct geneactiv_reader *self, const struct geneactiv_page *from,
                      const struct geneactiv_raw *raw, uint32_t n, int64_t t0_ns,
                      struct sample_block *block, struct page *page)
{
    const struct geneactiv_facts *facts = facts_of(self);
    for (int a = 0; a < 3; a++) {
        scale_axis(raw->axis[a], n, facts->units.scale[a], facts->units.shift[a],
                   block->acc_g[a]);
        for (uint32_t i = 0; block->gyro_dps[0] != NULL && i < n; i++) {
            block->gyro_dps[a][i] = NAN;
        }
    }
    block->t0_ns = t0_ns;
    block->period_s = facts->period_s;
    block->n = n;
    block->temperature_c = (float)from->temperature_c;
    block->battery_v = (float)from->battery_v;
    give_light(facts, raw, n, block, page);
    page->number = self->now.number;
    page->is_first = true;
    page->temperature_c = from->temperature_c;
    page->battery_v = from->battery_v;
    page->low_g = facts->units.low_g;
    page->high_g = facts->units.high_g;
    page->flags |= any_bit(raw->light, n, 2) != 0 || self->now.is_pressed
                       ? note_button(self, raw, n, t0_ns)
                       : 0;
    page->flags |=
        t0_ns + facts->wall_minus_utc_ns < DOUBTFUL_BEFORE_NS ? BLOCK_CLOCK_DOUBT : 0;
}

/* lines: bytes of the page's lines, of no use where no measurement is whole. */
static void note_short_page(struct geneactiv_reader *self, uint32_t n, size_t lines,
                            size_t digits, bool is_end)
{
    char text[64];
    snprintf(text, sizeof text, "%s after %u of %u measurements",
             is_end ? "the file ends" : "no hexadecimal digit", n, GENEACTIV_PAGE_SAMPLES);
    size_t rest = digits - (size_t)n * GENEACTIV_DIGITS + (n == 0 ? lines : 0);
    page_reader_bad(&self->file.pages, self->now.number, rest, text);
    if (is_end && !self->file.pages.is_cursor && !self->file.pages.is_quiet) {
        self->file.pages.base.report.trailing_bytes += rest;
    }
}

static void note_rate(struct geneactiv_reader *self, int64_t stamp_ns, bool is_joined)
{
    if (is_joined && stamp_ns != TIME_UNKNOWN) {
        page_file_observe(&self->file,
                          (double)facts_of(self)->page_ns / NS_PER_S +
                              (double)(stamp_ns - self->now.expected_ns) / NS_PER_S,
                          GENEACTIV_PAGE_SAMPLES);
    }
}

/* The page at `at`. n stays 0 when it holds nothing that can be used. */
static void take_page(struct geneactiv_reader *self, const uint8_t *at, size_t have,
                      struct sample_block *block, struct page *page)
{
    struct geneactiv_page from;
    struct geneactiv_raw raw;
    struct geneactiv_state *now = &self->now;
    block->n = 0;
    enum geneactiv_found found = geneactiv_page_parse(at, have, &from);
    if (found != GENEACTIV_PAGE) {
        page_reader_bad(&self->file.pages, now->number, from.digits_at,
                        found == GENEACTIV_CUT ? "the file ends inside a page's lines"
                                               : "page without measurements");
        now->pos += from.digits_at > 0 ? from.digits_at : 1;
        now->number++;
        return;
    }
    size_t digits = 0;
    uint32_t n = geneactiv_decode(at + from.digits_at, have - from.digits_at, &raw, &digits);
    const int64_t expected = now->expected_ns;
    if (expected == TIME_UNKNOWN && from.wall_ns == TIME_UNKNOWN) {
        page_reader_bad(&self->file.pages, now->number, from.digits_at + digits,
                        "page time cannot be read, and no page before it");
        now->pos += from.digits_at + digits;
        now->number++;
        return;
    }
    bool must_look = expected == TIME_UNKNOWN || from.wall_ns == TIME_UNKNOWN ||
                     !geneactiv_is_near(from.wall_ns, expected);
    int64_t next_ns = must_look ? look_ahead(at, have, &from) : TIME_UNKNOWN;
    int64_t wall_ns = date_page(self, &from, next_ns, &page->gap);
    int64_t t0_ns = wall_ns - facts_of(self)->wall_minus_utc_ns;
    note_rate(self, from.wall_ns,
              wall_ns == expected && from.wall_ns != TIME_UNKNOWN &&
                  geneactiv_is_near(from.wall_ns, expected));
    note_sequence(self, &from, t0_ns);
    note_other_rate(self, from.rate_hz, t0_ns);
    if (n < GENEACTIV_PAGE_SAMPLES) {
        note_short_page(self, n, from.digits_at, digits, from.digits_at + digits >= have);
    }
    if (n > 0) {
        give_page(self, &from, &raw, n, t0_ns, block, page);
    }
    now->expected_ns = wall_ns + facts_of(self)->page_ns;
    now->pos += from.digits_at + digits;
    now->number++;
}

static enum yk_status next_page(struct page_reader *pages, struct sample_block *block,
                                struct page *page, struct failure *why)
{
    struct geneactiv_reader *self = (struct geneactiv_reader *)pages;
    for (;;) {
        const uint8_t *at = NULL;
        size_t have = 0;
        enum yk_status status = find_page(self, &at, &have, why);
        if (status != YK_OK) {
            return status;
        }
        take_page(self, at, have, block, page);
        if (block->n > 0) {
            return YK_OK;
        }
    }
}

/* ---- what the file says about itself ---- */

static void begin(struct page_reader *pages)
{
    struct geneactiv_reader *self = (struct geneactiv_reader *)pages;
    const struct geneactiv_header *header = &facts_of(self)->header;
    self->now = (struct geneactiv_state){.pos = facts_of(self)->data_start,
                                         .expected_ns = facts_of(self)->start_ns,
                                         .sequence = -1};
    page_file_forget(&self->file);
    double drift = geneactiv_header_drift_s(header);
    if (!isnan(drift)) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "device clock drift %.3f s stated, not applied", drift);
    }
    int64_t start_ns = pages->base.info.configured_start_ns;
    int64_t first_ns = facts_of(self)->first_ns;
    if (start_ns != TIME_UNKNOWN && first_ns != TIME_UNKNOWN &&
        first_ns < start_ns - NS_PER_MIN) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "header's start is %.0f s after the first page: not used",
                          (double)(start_ns - first_ns) / (double)NS_PER_S);
    }
    if (geneactiv_header_was_reset(header)) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "device was reset: its subject data are lost");
    }
}

static void finish(struct page_reader *pages)
{
    struct geneactiv_reader *self = (struct geneactiv_reader *)pages;
    double declared = facts_of(self)->header.pages;
    if (!isnan(declared) && declared != (double)self->now.number) {
        page_reader_event(pages, READ_EVENT_NOTE, TIME_UNKNOWN, -1,
                          "%.0f pages declared, %" PRId64 " in the file", declared,
                          self->now.number);
    }
    page_file_tell_rate(&self->file);
}

/* ---- opening ---- */

static int probe(struct byte_source *bytes)
{
    static const char first[] = "Device Identity";
    char at[sizeof first + 1];
    size_t got = 0;
    bool is_one = byte_source_read_at(bytes, 0, at, sizeof at, &got, NULL) == YK_OK &&
                  got >= sizeof first && memcmp(at, first, sizeof first - 1) == 0 &&
                  (at[sizeof first - 1] == '\r' || at[sizeof first - 1] == '\n');
    return is_one ? 100 : 0;
}

/* The header, and the first page's lines when there is a page. */
static enum yk_status read_header(struct geneactiv_reader *self, struct geneactiv_page *first,
                                  struct failure *why)
{
    struct geneactiv_facts *facts = facts_of(self);
    const uint8_t *at = NULL;
    size_t have = 0;
    enum yk_status status = byte_window_at(&self->file.window, 0, HEADER_MOST, &at, &have, why);
    if (status != YK_OK) {
        return status;
    }
    const uint8_t *page = geneactiv_start_find(at, have);
    size_t n = page != NULL ? (size_t)(page - at) : have;
    geneactiv_header_parse((const char *)at, n, &facts->header);
    facts->data_start = n;
    *first = (struct geneactiv_page){.wall_ns = TIME_UNKNOWN, .rate_hz = NAN};
    const uint8_t *end = at + have, *title = geneactiv_page_find(at + n, have - n);
    while (title != NULL && first->wall_ns == TIME_UNKNOWN) {
        geneactiv_page_parse(title, (size_t)(end - title), first);
        title = geneactiv_page_find(title + 1, (size_t)(end - title) - 1);
    }
    first->rate_hz = geneactiv_start_rate(at + n, have - n, facts->header.rate_hz);
    return YK_OK;
}

/* The rate that the pages have: 300 measurements take a whole number of tenths of a second. */
static enum yk_status set_rate(struct geneactiv_reader *self, double stated_hz,
                               struct failure *why)
{
    struct geneactiv_facts *facts = facts_of(self);
    double page_s = round(GENEACTIV_PAGE_SAMPLES / stated_hz * 10.0) / 10.0;
    if (!(stated_hz > 0) || !(page_s >= 0.3 && page_s <= 300)) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "%s: a measurement frequency of %g Hz is none of a GENEActiv",
                           self->file.pages.bytes->name, stated_hz);
    }
    facts->page_ns = (int64_t)llround(page_s * 10.0) * (NS_PER_S / 10);
    facts->period_s = page_s / GENEACTIV_PAGE_SAMPLES;
    self->file.pages.base.info.rate_hz = GENEACTIV_PAGE_SAMPLES / page_s;
    return YK_OK;
}

static void tell(struct geneactiv_reader *self, const struct open_options *opt,
                 const struct geneactiv_page *first)
{
    struct geneactiv_facts *facts = facts_of(self);
    const struct geneactiv_header *header = &facts->header;
    struct recording_info *info = &self->file.pages.base.info;
    snprintf(info->device_model, sizeof info->device_model, "%.22s%s%s",
             header->type[0] != '\0' ? header->type : "GENEActiv",
             header->model[0] != '\0' ? " " : "", header->model);
    snprintf(info->device_serial, sizeof info->device_serial, "%s", header->serial);
    snprintf(info->firmware, sizeof info->firmware, "%s", header->firmware);
    snprintf(info->person_id, sizeof info->person_id, "%s", header->subject);
    snprintf(info->body_site, sizeof info->body_site, "%s", header->location);
    info->range_g = geneactiv_header_range_g(header);
    int64_t start_ns = 0, wall_ns = first->wall_ns;
    bool has_start = geneactiv_time(header->start_time, strlen(header->start_time), &start_ns);
    wall_ns = wall_ns != TIME_UNKNOWN ? wall_ns : has_start ? start_ns : 0;
    info->clock_is_in_doubt =
        first->wall_ns != TIME_UNKNOWN && first->wall_ns < DOUBTFUL_BEFORE_NS;
    int32_t offset_s = 0;
    bool has_zone = geneactiv_header_zone(header, &offset_s);
    facts->wall_minus_utc_ns =
        page_reader_zone(&self->file.pages, opt, wall_ns, has_zone, offset_s);
    facts->first_ns = first->wall_ns == TIME_UNKNOWN
                          ? TIME_UNKNOWN
                          : first->wall_ns - facts->wall_minus_utc_ns;
    if (has_start) {
        info->configured_start_ns = start_ns - facts->wall_minus_utc_ns;
        if (header->period_h > 0 && header->period_h < 1e5) {
            info->configured_stop_ns =
                info->configured_start_ns + (int64_t)(header->period_h * (double)NS_PER_H);
        }
    }
}

/* Puts the time that the first pages agree on in place of the first one's. */
static enum yk_status set_start(struct geneactiv_reader *self, struct geneactiv_page *first,
                                struct failure *why)
{
    struct geneactiv_facts *facts = facts_of(self);
    const char *start = facts->header.start_time;
    const uint8_t *at = NULL;
    size_t have = 0;
    int64_t stated_ns = TIME_UNKNOWN;
    enum yk_status status =
        byte_window_at(&self->file.window, facts->data_start,
                       GENEACTIV_START_PAGES * TWO_PAGES / 2, &at, &have, why);
    if (status == YK_OK) {
        geneactiv_time(start, strlen(start), &stated_ns);
        facts->start_ns = geneactiv_start_agreed(at, have, facts->page_ns, stated_ns);
        first->wall_ns = facts->start_ns != TIME_UNKNOWN ? facts->start_ns : first->wall_ns;
    }
    return status;
}

/* A file without pages is a recording without samples: nothing has to be right in it. */
static enum yk_status set_up(struct page_file *file, const struct open_options *opt,
                             uint64_t *most_samples, struct failure *why)
{
    struct geneactiv_reader *self = (struct geneactiv_reader *)file;
    struct geneactiv_page first;
    enum yk_status status = read_header(self, &first, why);
    if (status != YK_OK) {
        return status;
    }
    struct geneactiv_facts *facts = facts_of(self);
    bool is_empty = facts->data_start >= self->file.pages.bytes->size;
    const double stated = first.rate_hz;
    facts->is_model_1_1 = strcmp(facts->header.model, "1.1") == 0;
    facts->start_ns = TIME_UNKNOWN;
    if (!is_empty) {
        status = set_rate(self, stated, why);
        status = status == YK_OK
                     ? geneactiv_units_of(&facts->header, self->file.pages.bytes->name,
                                          &facts->units, why)
                     : status;
        status = status == YK_OK ? set_start(self, &first, why) : status;
    } else if (set_rate(self, stated, NULL) != YK_OK) {
        self->file.pages.base.info.rate_hz = NAN;
    }
    if (status == YK_OK) {
        tell(self, opt, &first);
        uint64_t page_bytes = GENEACTIV_PAGE_SAMPLES * GENEACTIV_DIGITS + 230;
        self->file.pages.base.info.n_samples =
            (int64_t)((self->file.pages.bytes->size - facts->data_start + page_bytes / 2) /
                      page_bytes) *
            GENEACTIV_PAGE_SAMPLES;
        *most_samples = self->file.pages.bytes->size / GENEACTIV_DIGITS;
    }
    return status;
}

static const struct page_file_kind KIND = {
    .id = "geneactiv",
    .ops = {next_page, begin, finish, page_file_clone, page_file_release},
    .reader_bytes = sizeof(struct geneactiv_reader),
    .facts_bytes = sizeof(struct geneactiv_facts),
    .now_at = offsetof(struct geneactiv_reader, now),
    .now_bytes = sizeof(struct geneactiv_state),
    .buffer = BUFFER,
    .cursor_buffer = CURSOR_BUFFER,
    .slack = TWO_PAGES,
    .set_up = set_up,
};

static enum yk_status open_geneactiv(struct byte_source *bytes, const struct open_options *opt,
                                     struct recording_source **out, struct failure *why)
{
    return page_file_open(&KIND, bytes, opt, out, why);
}

static const char *const suffixes[] = {"bin", NULL};

const struct format format_geneactiv = {
    .id = "geneactiv",
    .name = "GENEActiv (.bin)",
    .maker = "Activinsights",
    .suffix = suffixes,
    .probe = probe,
    .open = open_geneactiv,
};
