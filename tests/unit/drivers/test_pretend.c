/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pretend recorder against the facts that are published about real ones: descriptor bytes,
 * replies, parsers, disk, timing. Nothing here goes through a driver of ours.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/pretend/pretend.h"
#include "drivers/pretend/settings.h"
#include "src/base/bytes.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_build.h"
#include "tests/support/pretend_talk.h"

/* ---- descriptors ---- */

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
        const char pair[3] = {hex[0], hex[1], '\0'};
        out[n++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

static void descriptor_is(struct pretend_talk *talk, uint16_t which, const char *hex)
{
    uint8_t expected[256];
    uint8_t at[256];
    size_t n = from_hex(hex, expected);
    size_t got = 0;
    assert_int_equal(
        talk->port->ops->control(talk->port, 0x80, 6, which, 0, at, 255, 1000, &got, NULL),
        YK_OK);
    assert_int_equal(got, n);
    assert_memory_equal(at, expected, n);
}

#define BULK_PAIR "0705810240000107050102400001"
static void descriptors_are_those_of_the_three_generations(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    talk_open(&talk, &r);
    descriptor_is(&talk, 0x100, "1201000200000008D8045700170001020301");
    descriptor_is(&talk, 0x200,
                  "090259000201"
                  "02C06E"
                  "090400000208065000" BULK_PAIR "080B010102020100"
                  "090401000302020100"
                  "0524001001"
                  "04240202"
                  "0524060101"
                  "0524010001"
                  "07058203080002"
                  "07050302400000"
                  "07058302400000");
    assert_string_equal(talk.listing.serial, "CWA17_39434");
    assert_string_equal(talk.listing.product, "AX3 Composite Device 1.7");
    talk_close(&talk);

    r = talk_recorder("AX3", 39434, 47);
    talk_open(&talk, &r);
    descriptor_is(&talk, 0x100, "12010002EF020108D8045700170001020301");
    descriptor_is(&talk, 0x200,
                  "090262000301"
                  "02C0FA"
                  "090400000208065000" BULK_PAIR "080B010202020100"
                  "090401000102020100"
                  "0524002001"
                  "04240202"
                  "0524060102"
                  "0524010002"
                  "070582030A0002"
                  "09040200020A000000"
                  "07050302400000"
                  "07058302400000");
    talk_close(&talk);

    r = talk_recorder("AX6", 6011834, 56);
    talk_open(&talk, &r);
    descriptor_is(&talk, 0x100, "12010002EF020108D8045700640001020301");
    assert_string_equal(talk.listing.serial, "AX664_6011834");
    talk_close(&talk);

    r = talk_recorder("AX3", 39434, 50);
    talk_open(&talk, &r);
    descriptor_is(&talk, 0x100, "12010002EF020108D8045700170101020301");
    assert_int_equal(talk.listing.n_interfaces, 4);
    assert_int_equal(talk.listing.interfaces[3].class_code, 0xff);
    talk_close(&talk);
}

static void strings_have_their_lengths(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    uint8_t at[255];
    size_t got = 0;
    talk_open(&talk, &r);
    const struct usb_port_ops *ops = talk.port->ops;
    assert_int_equal(ops->control(talk.port, 0x80, 6, 0x301, 0x409, at, 255, 100, &got, NULL),
                     YK_OK);
    assert_int_equal(at[0], 0x34);
    assert_int_equal(ops->control(talk.port, 0x80, 6, 0x302, 0x409, at, 255, 100, &got, NULL),
                     YK_OK);
    assert_int_equal(at[0], 0x3a);
    assert_int_equal(at[56], 0); /* two NULs behind the text */
    assert_int_equal(ops->control(talk.port, 0x80, 6, 0x304, 0x409, at, 255, 100, &got, NULL),
                     YK_ERR_PROTOCOL);
    assert_int_equal(ops->control(talk.port, 0x80, 6, 0x600, 0, at, 255, 100, &got, NULL),
                     YK_ERR_PROTOCOL); /* full speed only */
    talk_close(&talk);
}

/* ---- serial ---- */

static void commands_answer_as_published(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    r.faults = "device:*:battraw=702";
    talk_open(&talk, &r);
    talk_expect(&talk, "SESSION 26", "SESSION=26\r\n");
    talk_expect(&talk, "ID", "ID=CWA,17,44,39434,26\r\n");
    talk_expect(&talk, "idle", "ID=CWA,17,44,39434,26\r\n"); /* by prefix */
    talk_expect(&talk, "SAMPLE 1", "$BATT=702,4113,mV,89,0\r\n");
    talk_expect(&talk, "RATE 74", "RATE=74,100\r\n");
    talk_expect(&talk, "RATE 74,2000", "RATE=112,0\r\n"); /* every digit: 742000 & 0xff */
    talk_expect(&talk, "HIBERNATE 2024-05-13 09:55:37", "HIBERNATE=2024/05/13,09:55:37\r\n");
    talk_expect(&talk, "HIBERNATE tomorrow", "HIBERNATE=0\r\n");
    talk_expect(&talk, "STOP -1", "STOP=-1\r\n");
    talk_expect(&talk, "STOP 2023-02-29 01:00:00", "STOP=2023/03/01,01:00:00\r\n");
    talk_expect(&talk, "ANNOTATE00=_c=Kyoto&_sc=26",
                "ANNOTATE00=_c=Kyoto&_sc=26                 \r\n");
    talk_expect(&talk, "ANNOTATE14=x", "ERROR: Invalid annotation id 14\r\n");
    talk_expect(&talk, "ANNOTATE=x", "ERROR: Usage is ANNOTATE##=\r\n");
    talk_expect(&talk, "TIME yesterday", "ERROR: Problem parsing time.\r\n");
    talk_expect(&talk, "BATT", "ERROR: Unknown command: BATT\r\n");
    talk_expect(&talk, "STATUS 3", "FTL=0,0,40,2,2,1\r\n");
    talk_expect(&talk, "AT+GCAP", "OK\r\n");
    talk_expect(&talk, "EXCHAX\b\b\b\b\b\bID", "ID=CWA,17,44,39434,26\r\n");
    talk_close(&talk);

    r = talk_recorder("AX6", 6011834, 56);
    r.faults = "device:*:battraw=702";
    talk_open(&talk, &r);
    talk_expect(&talk, "SESSION 1", "SESSION=1\r\n");
    talk_expect(&talk, "ID", "ID=AX6,64,56,6011834,1\r\n");
    talk_expect(&talk, "SAMPLE 1", "$BATT=702,4113,mV,95,0\r\n");
    talk_expect(&talk, "RATE 74,2000", "RATE=74,100,2000\r\n");
    talk_expect(&talk, "RATE 74", "RATE=74,100,0\r\n");
    talk_expect(&talk, "RATE 90", "RATE=0,0,0\r\n"); /* bit 4 is an error here */
    talk_close(&talk);
}

static void times_are_packed_as_in_the_header(void **state)
{
    (void)state;
    assert_int_equal(settings_time("2019-02-26 10:55:00"), 0x4CB4ADC0);
    assert_int_equal(settings_time("2019/02/26,10:55:00"), 0x4CB4ADC0);
    assert_int_equal(settings_time("19 2 26 10 55 0"), 0x4CB4ADC0);
    assert_int_equal(settings_time("-1"), UINT32_MAX);
    assert_int_equal(settings_time("2019-02-26 10:55"), 0);
    assert_int_equal(settings_time("2019-13-26 10:55:00"), 0);
    assert_int_equal(settings_time("2019-04-31 10:55:00"), 0);
    assert_int_equal(settings_number(" x1-2", false), (uint32_t)-12);
    assert_int_equal(settings_number(" 12x3", true), 12);
    assert_int_equal(settings_number("=-5", true), (uint32_t)-5);
    assert_int_equal(settings_number("x5", true), UINT32_MAX);
    assert_int_equal(settings_number("", false), UINT32_MAX);
}

static void long_replies_are_lost_when_nobody_reads(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    char heard[4096];
    struct pretend_stats stats;
    talk_open(&talk, &r);
    talk_send(&talk, "\r\nLOG\r\n");
    talk.port->ops->sleep_ms(talk.port, 100);
    const char *late = talk_hear(&talk, 20, heard, sizeof heard);
    assert_null(strstr(late, "LOG,14")); /* overwritten */
    pretend_stats(talk.bus, 0, &stats);
    assert_true(stats.lost_replies > 0);
    /* With a read waiting nothing is lost. */
    assert_int_equal(talk.port->ops->bulk_in_start(talk.port, 0x83, 4, 64, NULL), YK_OK);
    talk_send(&talk, "\r\nLOG\r\n");
    const char *whole = talk_hear(&talk, 20, heard, sizeof heard);
    assert_int_equal(strncmp(whole, "LOG,14", 6), 0);
    assert_non_null(strstr(whole, "STOP_USB\r\nOK\r\n"));
    talk_close(&talk);
}

static void commands_in_a_heap_overflow_the_ring(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    char heard[8192];
    talk_open(&talk, &r);
    for (int i = 0; i < 12; i++) { /* 24 long replies, while nobody reads */
        talk_send(&talk, "LOG\rSTATUS\rSTATUS\rSTATUS\rSTATUS\r");
    }
    (void)talk_hear(&talk, 20, heard, sizeof heard);
    size_t n = 0;
    for (const char *at = heard; (at = strstr(at, "CHECKSUM=0000")) != NULL; at++) {
        n++;
    }
    assert_true(n < 48);
    talk_send(&talk, "\r\n"); /* ends what was cut off */
    (void)talk_hear(&talk, 20, heard, sizeof heard);
    talk_expect(&talk, "ID", "ID=CWA,17,44,39434,0\r\n");
    talk_close(&talk);
}

static void an_empty_packet_ends_a_transfer_of_full_ones(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    uint8_t at[512];
    size_t got = 0;
    talk_open(&talk, &r);
    /* "DEBUG=1\r\n" is 9 bytes, "ECHO=0\r\n" 8: 8 * 8 = 64. */
    talk_send(&talk, "ECHO\rECHO\rECHO\rECHO\rECHO\rECHO\rECHO\rECHO\r");
    assert_int_equal(talk.port->ops->bulk_in(talk.port, 0x83, at, 512, 100, &got, NULL), YK_OK);
    assert_int_equal(got, 64);
    assert_int_equal(talk.port->ops->bulk_in(talk.port, 0x83, at, 512, 100, &got, NULL),
                     YK_ERR_TIMEOUT);
    talk_close(&talk);
}

static void a_locked_recorder_refuses_setters(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    talk_open(&talk, &r);
    talk_expect(&talk, "SESSION 5", "SESSION=5\r\n");
    talk_expect(&talk, "LOCK 77", "LOCK=1\r\n");
    talk_expect(&talk, "SESSION 6", "ERROR: Locked.\r\nSESSION=5\r\n");
    talk_expect(&talk, "ANNOTATE00", "ERROR: Locked.\r\n");
    talk_expect(&talk, "SESSION", "SESSION=5\r\n");
    talk_expect(&talk, "LED 3", "LED=3\r\n");
    talk_send(&talk, "\r\nUNLOCK 78\r\n");
    char heard[256];
    assert_string_equal(talk_hear(&talk, 900, heard, sizeof heard), "");
    assert_string_equal(talk_hear(&talk, 900, heard, sizeof heard), "ERROR: Locked.\r\n");
    talk_expect(&talk, "UNLOCK 77", "LOCK=0\r\n");
    talk_close(&talk);
}

/* ---- clock and actions ---- */

static void the_clock_drifts_and_starts_anew_when_set(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    char heard[256];
    r.clock_ppm = 1e4; /* 1 % */
    talk_open(&talk, &r);
    talk_expect(&talk, "TIME 2024-05-13 09:55:37", "$TIME=2024/05/13,09:55:37\r\n");
    talk.port->ops->sleep_ms(talk.port, 100000);
    talk_send(&talk, "\r\nSAMPLE 4\r\n");
    (void)talk_hear(&talk, 20, heard, sizeof heard);
    assert_int_equal(strncmp(heard, "$TIME=2024/05/13,09:57:18.0", 27), 0);
    talk_close(&talk);

    r = talk_recorder("AX3", 39434, 44);
    r.clock_offset_ms = INT64_MIN;
    talk_open(&talk, &r);
    talk_send(&talk, "\r\nTIME\r\n");
    (void)talk_hear(&talk, 20, heard, sizeof heard);
    assert_int_equal(strncmp(heard, "$TIME=2000/01/01,00:00:0", 24), 0);
    talk_close(&talk);
}

static void commit_comes_with_the_tick_and_hides_the_disk_until_then(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    char heard[256];
    uint8_t sector[1024];
    struct pretend_stats stats;
    talk_open(&talk, &r);
    talk_expect(&talk, "SESSION 4711", "SESSION=4711\r\n");
    talk_send(&talk, "\r\nFORMAT QC\r\n");
    assert_string_equal(talk_hear(&talk, 10, heard, sizeof heard),
                        "FORMAT: Delayed activation.\r\n");
    assert_int_equal(talk_read(&talk, 256, 2, sector), 1); /* no medium */
    int64_t before = talk.port->ops->now_ms(talk.port);
    (void)talk_hear(&talk, 2500, heard, sizeof heard);
    assert_string_equal(heard, "FORMAT: Complete.\r\nCOMMIT\r\n");
    int64_t took = talk.port->ops->now_ms(talk.port) - before;
    assert_in_range(took, 900, 4600);
    assert_int_equal(talk_read(&talk, 256, 2, sector), 1); /* unit attention, once */
    assert_int_equal(talk_read(&talk, 256, 2, sector), 0);
    assert_int_equal(get_u32le(sector + 7), 4711);
    pretend_stats(talk.bus, 0, &stats);
    assert_int_equal(stats.formats, 1);
    assert_int_equal(stats.commits, 1);
    /* Uncommitted settings do not survive the plug. */
    talk_expect(&talk, "SESSION 99", "SESSION=99\r\n");
    pretend_unplug(talk.bus, 0);
    pretend_plug(talk.bus, 0);
    talk_reopen(&talk);
    talk_expect(&talk, "SESSION", "SESSION=4711\r\n");
    talk_close(&talk);
}

static void firmware_40_forgets_a_line_end(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 40);
    char heard[256];
    talk_open(&talk, &r);
    talk_send(&talk, "\r\nFORMAT QC\r\n");
    assert_string_equal(talk_hear(&talk, 3000, heard, sizeof heard),
                        "FORMAT: Delayed activation.\r\nFORMAT: Complete.\r\n"
                        "no file, creatingCOMMIT\r\n");
    talk_close(&talk);
}

static void reset_goes_through_the_bootloader(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    struct usb_listing *list = NULL;
    size_t n = 0;
    bool changed = false;
    r.bootloader_ms = 3000;
    assert_int_equal(pretend_bus_open(&r, 1, &talk.bus, NULL), YK_OK);
    assert_int_equal(talk.bus->ops->list(talk.bus, &list, &n, NULL), YK_OK);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].product_id, 0x003c);
    uint64_t generation = list[0].generation;
    mem_free(list);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(talk.bus->ops->wait(talk.bus, 10, &changed, NULL), YK_OK);
    }
    talk.port = NULL;
    talk_reopen(&talk);
    assert_int_equal(talk.listing.product_id, 0x0057);
    assert_true(talk.listing.generation != generation);
    talk_expect(&talk, "RESET", "RESET\r\nOK\r\n");
    talk.port->ops->sleep_ms(talk.port, 2000);
    size_t got = 0;
    assert_int_equal(
        talk.port->ops->bulk_in(talk.port, 0x83, (uint8_t[64]){0}, 64, 10, &got, NULL),
        YK_ERR_NO_DEVICE);
    talk_close(&talk);
}

static void no_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    struct pretend_recorder r[2] = {talk_recorder("AX3", 1, 44), talk_recorder("AX6", 2, 56)};
    for (uint64_t k = 1;; k++) {
        struct usb_bus *bus = NULL;
        alloc_fail_at(k);
        enum yk_status status = pretend_bus_open(r, 2, &bus, NULL);
        bool refused = alloc_end(status, YK_OK);
        if (bus != NULL) {
            bus->ops->close(bus);
        }
        if (!refused) {
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_are_those_of_the_three_generations),
        cmocka_unit_test(strings_have_their_lengths),
        cmocka_unit_test(commands_answer_as_published),
        cmocka_unit_test(times_are_packed_as_in_the_header),
        cmocka_unit_test(long_replies_are_lost_when_nobody_reads),
        cmocka_unit_test(commands_in_a_heap_overflow_the_ring),
        cmocka_unit_test(an_empty_packet_ends_a_transfer_of_full_ones),
        cmocka_unit_test(a_locked_recorder_refuses_setters),
        cmocka_unit_test(the_clock_drifts_and_starts_anew_when_set),
        cmocka_unit_test(commit_comes_with_the_tick_and_hides_the_disk_until_then),
        cmocka_unit_test(firmware_40_forgets_a_line_end),
        cmocka_unit_test(reset_goes_through_the_bootloader),
        cmocka_unit_test(no_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
