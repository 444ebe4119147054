/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GENEActiv recordings made here: every value arrives; pages that are missing, cut, damaged or
 * misdated are told.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/geneactiv_page.h"
#include "tests/support/cwa_open.h"
#include "tests/support/geneactiv_build.h"
#include "tests/support/kept_blocks.h"

static struct recording_source *open_bytes(const char *at, size_t n, struct failure *why)
{
    static struct zone *zone;
    if (zone == NULL) {
        zone = open_zone("UTC");
    }
    struct open_options opt = {.zone = zone, .file_zone_wins = true};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    assert_int_equal(memory_source_open(at, n, "t.bin", &bytes, why), YK_OK);
    if (recording_open_source(bytes, &opt, &source, why) != YK_OK) {
        byte_source_close(bytes);
        return NULL;
    }
    return source;
}

struct made {
    char *at;
    size_t n;
    struct geneactiv_build_page page;
};

static void make(struct made *self, const char *model, const char *frequency, int pages)
{
    memset(self, 0, sizeof *self);
    self->at = malloc((size_t)(pages + 2) * GENEACTIV_BUILD_PAGE);
    assert_non_null(self->at);
    struct geneactiv_build_header header = {model, frequency, "GMT +00:00", NULL, pages};
    self->n = geneactiv_build_header(&header, self->at);
    self->page.frequency = frequency;
    self->page.n = 300;
    /* 2026-05-11 12:00:00 */
    self->page.wall_ns = INT64_C(1778500800) * NS_PER_S;
    for (int i = 0; i < 300; i++) {
        self->page.axis[0][i] = (int16_t)(i * 13 % 4096 - 2048);
        self->page.axis[1][i] = (int16_t)(i - 150);
        self->page.axis[2][i] = 256;
        self->page.light[i] = (uint16_t)(i * 7 % 1024);
    }
}

static void add_page(struct made *self, int64_t step_ns)
{
    self->n += geneactiv_build_page(&self->page, self->at + self->n);
    self->page.sequence++;
    self->page.wall_ns += step_ns;
}

static struct recording_source *read_made(struct made *self, struct kept_blocks *all)
{
    struct failure why = {0};
    struct recording_source *source = open_bytes(self->at, self->n, &why);
    if (source == NULL) {
        fail_msg("%s", why.text);
        abort();
    }
    kept_blocks_read(all, source);
    return source;
}

static void release(struct recording_source *source, struct kept_blocks *all, struct made *made)
{
    recording_source_close(source);
    kept_blocks_release(all);
    free(made->at);
}

static void every_value_of_twelve_bits_arrives(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.2", "100", 14);
    for (int k = 0; k < 14; k++) {
        for (int i = 0; i < 300; i++) {
            int v = (k * 300 + i) % 4096;
            made.page.axis[0][i] = (int16_t)(v - 2048);
            made.page.axis[1][i] = (int16_t)(2047 - v);
            made.page.axis[2][i] = (int16_t)((v * 5) % 4096 - 2048);
            made.page.light[i] = (uint16_t)(v % 1024);
        }
        add_page(&made, 3 * NS_PER_S);
    }
    /* Small letters are digits, too. */
    for (char *at = made.at + made.n - 3000; at < made.at + made.n; at++) {
        *at = (char)(*at >= 'A' && *at <= 'F' ? *at + 32 : *at);
    }
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(all.n_samples, 4200);
    for (int i = 0; i < 4200; i++) {
        int v = i % 4096;
        assert_true(all.sample[0][i] == (float)(v - 2048) / 256);
        assert_true(all.sample[1][i] == (float)(2047 - v) / 256);
        assert_true(all.sample[2][i] == (float)((v * 5) % 4096 - 2048) / 256);
    }
    assert_close(source->report.light.max, (1023 - 656) * 16 * 800.0 / 40, 1e-9);
    assert_int_equal(source->report.bad_blocks, 0);
    assert_true(source->report.clipped_samples >= 4);
    release(source, &all, &made);
}

/* Model 1.2 writes whole seconds: pages of 4.5 s are stamped 4 and 5 s apart. */
static void times_of_whole_seconds_make_no_gaps(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.2", "66.7", 40);
    const int64_t start = made.page.wall_ns;
    for (int k = 0; k < 40; k++) {
        made.page.wall_ns = (start + k * 9 * NS_PER_S / 2) / NS_PER_S * NS_PER_S;
        add_page(&made, 0);
    }
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
    assert_close(source->info.rate_hz, 300 / 4.5, 1e-9);
    for (size_t k = 0; k < all.n; k++) {
        assert_int_equal(all.block[k].t0_ns, start + (int64_t)k * 9 * NS_PER_S / 2);
    }
    kept_blocks_check_cursors(&all, source, 40);
    release(source, &all, &made);
}

static void words_of_a_note_are_no_page(void **state)
{
    (void)state;
    /* The header goes on with "Calibration Data", which begins with two hexadecimal digits. */
    static const char *const notes[] = {"Recorded Data lost?",
                                        "no Recorded Data\r\nat all",
                                        "see\r\nSequence Number: 5",
                                        "see\r\nSequence Number: 5\r\nBattery was empty",
                                        "see\r\nSequence Number:5\r\n0123456789AB",
                                        "see\r\nRecorded Data\r\nSequence Number:5"};
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        struct made made;
        struct kept_blocks all;
        make(&made, "1.2", "100", 2);
        struct geneactiv_build_header header = {"1.2", "100", "GMT +00:00", notes[i], 2};
        made.n = geneactiv_build_header(&header, made.at);
        add_page(&made, 3 * NS_PER_S);
        add_page(&made, 3 * NS_PER_S);
        struct recording_source *source = read_made(&made, &all);
        assert_int_equal(all.n_samples, 600);
        assert_int_equal(source->report.bad_blocks + source->report.gaps, 0);
        assert_int_equal(source->report.n_events, 0);
        kept_blocks_release(&all);
        recording_source_close(source);
        free(made.at);
    }
}

static void missing_pages_are_a_gap_and_a_clock_set_back_is_told(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 20);
    for (int k = 0; k < 20; k++) {
        add_page(&made, 3 * NS_PER_S);
        if (k == 4) { /* two pages are lost */
            made.page.sequence += 2;
            made.page.wall_ns += 6 * NS_PER_S;
        }
        if (k == 9) {
            made.page.wall_ns -= 3600 * NS_PER_S;
        }
    }
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(source->report.gaps, 1);
    assert_close(source->report.gap_s, 6, 1e-9);
    assert_true(events_of(source, READ_EVENT_GAP, "pages are missing"));
    assert_true(events_of(source, READ_EVENT_NOTE, "sequence number 7 after 4"));
    assert_int_equal(source->report.clock_jumps, 1);
    assert_true(source->info.clock_is_in_doubt);
    assert_int_equal(all.block[5].flags, BLOCK_AFTER_GAP | BLOCK_CLIPPED);
    assert_int_equal(all.block[10].flags, BLOCK_CLOCK_JUMP | BLOCK_CLIPPED);
    kept_blocks_check_cursors(&all, source, 40);
    release(source, &all, &made);
}

/* One page time that a flipped bit made 40 years late must not make a gap of 40 years. */
static void one_wrong_page_time_is_not_used(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 6);
    const int64_t start = made.page.wall_ns;
    for (int k = 0; k < 6; k++) {
        size_t before = made.n;
        add_page(&made, 3 * NS_PER_S);
        char *time = strstr(made.at + before, "Page Time:2026");
        assert_non_null(time);
        if (k == 2) {
            memcpy(time + 10, "2066", 4);
        } else if (k == 4) {
            memcpy(time + 10, "20x6", 4);
        }
    }
    made.at[made.n] = '\0';
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
    assert_int_equal(all.block[2].t0_ns, start + 6 * NS_PER_S);
    assert_int_equal(all.block[4].t0_ns, start + 12 * NS_PER_S);
    assert_true(events_of(source, READ_EVENT_NOTE, "page time out of line, not used"));
    assert_true(events_of(source, READ_EVENT_NOTE, "page time cannot be read, not used"));
    release(source, &all, &made);
}

/* Six pages that follow each other; the first says what it says. */
static void make_first(struct made *made, const char *first_time)
{
    make(made, "1.1", "100", 6);
    size_t begin = made->n;
    for (int k = 0; k < 6; k++) {
        add_page(made, 3 * NS_PER_S);
    }
    made->at[made->n] = '\0';
    char *time = strstr(made->at + begin, "Page Time:2026");
    assert_non_null(time);
    memcpy(time + strlen("Page Time:"), first_time, strlen(first_time));
}

static void a_first_page_time_that_is_alone_is_not_the_start(void **state)
{
    (void)state;
    static const char *const times[] = {"2066",          "2025", "2026-05-11 12:00:40",
                                        "2026-05-11 02", "1986", "2026-05-11 12:00:02",
                                        "20x6"};
    const int64_t start = INT64_C(1778500800) * NS_PER_S;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct made made;
        struct kept_blocks all;
        make_first(&made, times[i]);
        struct recording_source *source = read_made(&made, &all);
        const struct read_report *report = &source->report;
        assert_int_equal(source->info.start_ns, start);
        assert_int_equal(all.n, 6);
        for (int64_t k = 0; k < 6; k++) {
            assert_int_equal(all.block[k].t0_ns, start + k * 3 * NS_PER_S);
            assert_int_equal(all.block[k].flags, BLOCK_CLIPPED);
        }
        assert_int_equal(report->gaps + report->clock_jumps + report->bad_blocks, 0);
        assert_false(source->info.clock_is_in_doubt);
        assert_true(events_of(source, READ_EVENT_NOTE,
                              i == 6 ? "page time cannot be read, not used"
                                     : "page time out of line, not used"));
        assert_int_equal(report->n_events, 1);
        kept_blocks_check_cursors(&all, source, 10);
        release(source, &all, &made);
    }
}

/* A digit of one page's frequency made the whole recording faster or slower, or refused. */
static void a_frequency_that_is_alone_is_not_the_rate(void **state)
{
    (void)state;
    static const char *const wild[] = {"900", "109", "010", "000", "10x"};
    for (int pages = 2; pages <= 6; pages += 4) {
        for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
            for (int k = 0; k < pages; k++) {
                struct made made;
                struct kept_blocks all;
                make(&made, "1.1", "100", pages);
                for (int p = 0; p < pages; p++) {
                    made.page.frequency = p == k ? wild[i] : "100";
                    add_page(&made, 3 * NS_PER_S);
                }
                struct recording_source *source = read_made(&made, &all);
                assert_close(source->info.rate_hz, 100, 0);
                assert_int_equal(all.n, pages);
                assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
                assert_int_equal(events_of(source, READ_EVENT_NOTE, "a page says"), i < 4);
                assert_int_equal(source->report.n_events, i < 4);
                release(source, &all, &made);
            }
        }
    }
}

/* With one page behind it, the header's start has the last word. */
static void of_two_pages_the_header_says_which_is_wild(void **state)
{
    (void)state;
    const int64_t start = INT64_C(1778500800) * NS_PER_S;
    for (int wild = 0; wild < 2; wild++) {
        struct made made;
        struct kept_blocks all;
        make(&made, "1.1", "100", 2);
        for (int k = 0; k < 2; k++) {
            size_t before = made.n;
            add_page(&made, 3 * NS_PER_S);
            memcpy(strstr(made.at + before, "Page Time:2026") + 10, k == wild ? "2066" : "2026",
                   4);
        }
        struct recording_source *source = read_made(&made, &all);
        assert_int_equal(source->info.start_ns, start);
        assert_int_equal(all.n, 2);
        assert_int_equal(source->report.gaps, wild);
        release(source, &all, &made);
    }
}

/* The clock was set, or the recorder off, right behind the first page, which began when the
 * header says. */
static void a_jump_behind_a_first_page_that_the_header_vouches_for_stays(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 6);
    const int64_t start = made.page.wall_ns;
    for (int k = 0; k < 6; k++) {
        add_page(&made, (k == 0 ? 36000 : 3) * NS_PER_S);
    }
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(source->info.start_ns, start);
    assert_int_equal(all.block[1].t0_ns, start + 36000 * NS_PER_S);
    assert_int_equal(source->report.gaps, 1);
    assert_int_equal(events_of(source, READ_EVENT_NOTE, "page time"), 0);
    release(source, &all, &made);
}

static void damage_inside_a_page_costs_the_rest_of_that_page_only(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 5);
    size_t begin[6];
    for (int k = 0; k < 5; k++) {
        begin[k] = made.n;
        add_page(&made, 3 * NS_PER_S);
    }
    begin[5] = made.n;
    made.at[begin[2] - 2 - 3600 + 12 * 100 + 5] = 'x'; /* page 1: 100 measurements are left */
    memcpy(made.at + begin[3], "Recorder", 8);         /* page 3: its title is gone */
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(all.n, 4);
    assert_int_equal(all.block[1].n, 100);
    assert_int_equal(source->report.n_samples, 300 + 100 + 300 + 300);
    assert_int_equal(source->report.bad_blocks, 2 + 1);
    assert_int_equal(source->report.gaps, 2);
    assert_close(source->report.gap_s, 2 + 3, 1e-9);
    assert_true(events_of(source, READ_EVENT_BAD_BLOCK, "no hexadecimal digit after 100"));
    assert_true(events_of(source, READ_EVENT_BAD_BLOCK, "bytes between pages"));
    char text[64];
    snprintf(text, sizeof text, "page with a damaged title at byte %zu", begin[3]);
    assert_true(events_of(source, READ_EVENT_BAD_BLOCK, text));
    /* 5 digits before the x, then 3600 - 1205 + 2 behind it; a whole page of foreign bytes. */
    assert_int_equal(source->report.skipped_bytes,
                     5 + (3600 - 1205 + 2) + (begin[4] - begin[3]));
    kept_blocks_check_cursors(&all, source, 10);
    release(source, &all, &made);
}

/* The first page's is told, counted and passed over as any other's; the last page's, too. */
static void a_page_with_a_damaged_title_is_told_wherever_it_is(void **state)
{
    (void)state;
    for (int pages = 1; pages <= 3; pages++) {
        for (int k = 0; k < pages; k++) {
            for (size_t byte = 0; byte < strlen(GENEACTIV_PAGE_TITLE); byte++) {
                struct made made;
                struct kept_blocks all;
                size_t begin[4] = {0};
                char text[64];
                make(&made, "1.2", "100", pages);
                for (int i = 0; i < pages; i++) {
                    begin[i] = made.n;
                    add_page(&made, 3 * NS_PER_S);
                }
                begin[pages] = made.n;
                made.at[begin[k] + byte] ^= 0x10;
                struct recording_source *source = read_made(&made, &all);
                snprintf(text, sizeof text, "page with a damaged title at byte %zu", begin[k]);
                assert_int_equal(events_of(source, READ_EVENT_BAD_BLOCK, text), 1);
                assert_int_equal(source->report.events[0].at, k);
                assert_int_equal(source->report.bad_blocks, 1);
                assert_int_equal(source->report.skipped_bytes, begin[k + 1] - begin[k]);
                assert_int_equal(all.n, pages - 1);
                assert_int_equal(source->report.gaps, pages == 3 && k == 1);
                assert_string_equal(source->info.device_serial, "012345");
                snprintf(text, sizeof text, "%d pages declared, %d in the file", pages,
                         pages - 1);
                assert_int_equal(events_of(source, READ_EVENT_NOTE, text), 1);
                release(source, &all, &made);
            }
        }
    }
}

/* Where the first page is gone with its lines, only its number tells. */
static void a_recording_that_does_not_begin_with_page_0_says_so(void **state)
{
    (void)state;
    for (int first = 0; first <= 5; first += 5) {
        struct made made;
        struct kept_blocks all;
        make(&made, "1.2", "100", 3);
        made.page.sequence = first;
        for (int k = 0; k < 3; k++) {
            add_page(&made, 3 * NS_PER_S);
        }
        struct recording_source *source = read_made(&made, &all);
        assert_int_equal(all.n, 3);
        assert_int_equal(source->report.n_events, first > 0);
        assert_int_equal(events_of(source, READ_EVENT_NOTE, "sequence number 5 comes first"),
                         first > 0);
        release(source, &all, &made);
    }
}

/* Words in the same line do not hide a title that is there. */
static void a_first_title_with_more_in_its_line_is_one(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.2", "100", 2);
    const size_t begin = made.n;
    add_page(&made, 3 * NS_PER_S);
    add_page(&made, 3 * NS_PER_S);
    made.at[begin + strlen(GENEACTIV_PAGE_TITLE)] = 'x'; /* in place of the carriage return */
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(all.n, 2);
    assert_int_equal(source->report.bad_blocks, 0);
    assert_int_equal(source->report.n_events, 0);
    release(source, &all, &made);
}

static void line_ends_without_carriage_return_are_the_same(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all, plain;
    make(&made, "1.1", "50", 4);
    for (int k = 0; k < 4; k++) {
        add_page(&made, 6 * NS_PER_S);
    }
    struct recording_source *source = read_made(&made, &all);
    recording_source_close(source);
    size_t n = 0;
    for (size_t i = 0; i < made.n; i++) {
        if (made.at[i] != '\r') {
            made.at[n++] = made.at[i];
        }
    }
    made.n = n;
    source = read_made(&made, &plain);
    assert_int_equal(plain.n, all.n);
    kept_blocks_check(&all, 0, &plain);
    assert_int_equal(source->report.bad_blocks + source->report.skipped_bytes, 0);
    assert_close(source->report.temperature_c.first, 25.5, 1e-12);
    recording_source_close(source);
    kept_blocks_release(&all);
    kept_blocks_release(&plain);
    free(made.at);
}

static void button_presses_are_counted_once(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 3);
    made.page.button[298] = made.page.button[299] = true;
    add_page(&made, 3 * NS_PER_S);
    made.page.button[298] = made.page.button[299] = false;
    made.page.button[0] = made.page.button[1] = true; /* still the same press */
    made.page.button[200] = true;
    add_page(&made, 3 * NS_PER_S);
    memset(made.page.button, 0, sizeof made.page.button);
    add_page(&made, 3 * NS_PER_S);
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(source->report.buttons, 2);
    assert_true((all.block[0].flags & all.block[1].flags & BLOCK_BUTTON) != 0);
    assert_true((all.block[2].flags & BLOCK_BUTTON) == 0);
    kept_blocks_check_cursors(&all, source, 3);
    release(source, &all, &made);
}

/* Enough pages for several places to start from. */
static void a_second_reader_far_inside_gives_the_same(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 700);
    for (int k = 0; k < 700; k++) {
        made.page.axis[2][k % 300] = (int16_t)k;
        add_page(&made, 3 * NS_PER_S);
        made.page.wall_ns += k == 300 ? 86400 * NS_PER_S : 0;
        made.page.wall_ns -= k == 500 ? 3600 * NS_PER_S : 0;
    }
    struct recording_source *source = read_made(&made, &all);
    kept_blocks_check_cursors(&all, source, 60);
    assert_int_equal(source->ops->rewind(source, NULL), YK_OK);
    struct kept_blocks again;
    kept_blocks_read(&again, source);
    assert_int_equal(again.n, all.n);
    kept_blocks_check(&all, 0, &again);
    assert_int_equal(source->report.n_samples, 210000);
    recording_source_close(source);
    kept_blocks_release(&all);
    kept_blocks_release(&again);
    free(made.at);
}

static void a_header_that_gives_no_unit_is_refused_with_the_reason(void **state)
{
    (void)state;
    struct made made;
    struct failure why = {0};
    make(&made, "1.1", "100", 1);
    add_page(&made, 0);
    made.at[made.n] = '\0';
    char *gain = strstr(made.at, "y gain:25600");
    assert_non_null(gain);
    memcpy(gain, "y pain", 6);
    assert_null(open_bytes(made.at, made.n, &why));
    assert_int_equal(why.code, YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "calibration of the y axis"));
    memcpy(gain, "y gain", 6);
    char *frequency = strstr(made.at, "Frequency:100\r\n");
    assert_non_null(frequency);
    memcpy(frequency, "Frequency:000", 13);
    assert_null(open_bytes(made.at, made.n, &why));
    assert_non_null(strstr(why.text, "measurement frequency of 0 Hz"));
    free(made.at);
}

static void times_and_numbers_are_read_as_devices_write_them(void **state)
{
    (void)state;
    int64_t t = 0;
    double v = 0;
    assert_true(geneactiv_time("2019-05-21 16:16:43:500", 23, &t));
    assert_int_equal(t, INT64_C(1558455403) * NS_PER_S + 500000000);
    assert_true(geneactiv_time("2013-6-1 7:25:40:4", 18, &t));
    assert_int_equal(t % NS_PER_S, 400000000);
    assert_false(geneactiv_time("0000-00-00 00:00:00:000", 23, &t));
    assert_false(geneactiv_time("4019-05-21 00:00:00:000", 23, &t));
    assert_false(geneactiv_time("2019-02-30 00:00:00:000", 23, &t));
    assert_false(geneactiv_time("2019-05-21 24:00:00:000", 23, &t));
    assert_false(geneactiv_time("2019-05-21", 10, &t));
    assert_true(geneactiv_number("4,1642", 6, &v));
    assert_close(v, 4.1642, 0);
    assert_true(geneactiv_number("-12 Hz", 6, &v));
    assert_close(v, -12, 0);
    assert_false(geneactiv_number("", 0, &v));
    assert_false(geneactiv_number("x", 1, &v));
    assert_false(geneactiv_number("1x", 2, &v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_of_twelve_bits_arrives),
        cmocka_unit_test(times_of_whole_seconds_make_no_gaps),
        cmocka_unit_test(words_of_a_note_are_no_page),
        cmocka_unit_test(missing_pages_are_a_gap_and_a_clock_set_back_is_told),
        cmocka_unit_test(one_wrong_page_time_is_not_used),
        cmocka_unit_test(a_first_page_time_that_is_alone_is_not_the_start),
        cmocka_unit_test(a_frequency_that_is_alone_is_not_the_rate),
        cmocka_unit_test(of_two_pages_the_header_says_which_is_wild),
        cmocka_unit_test(a_jump_behind_a_first_page_that_the_header_vouches_for_stays),
        cmocka_unit_test(damage_inside_a_page_costs_the_rest_of_that_page_only),
        cmocka_unit_test(a_page_with_a_damaged_title_is_told_wherever_it_is),
        cmocka_unit_test(a_recording_that_does_not_begin_with_page_0_says_so),
        cmocka_unit_test(a_first_title_with_more_in_its_line_is_one),
        cmocka_unit_test(line_ends_without_carriage_return_are_the_same),
        cmocka_unit_test(button_presses_are_counted_once),
        cmocka_unit_test(a_second_reader_far_inside_gives_the_same),
        cmocka_unit_test(a_header_that_gives_no_unit_is_refused_with_the_reason),
        cmocka_unit_test(times_and_numbers_are_read_as_devices_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
