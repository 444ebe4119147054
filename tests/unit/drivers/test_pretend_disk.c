/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pretend recorder's disk against what is published about real ones, and its faults.
 * Nothing here goes through a driver of ours.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/pretend/pretend.h"
#include "src/base/bytes.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "tests/support/cwa_build.h"
#include "tests/support/pretend_talk.h"

/* ---- disk ---- */

static void disk_answers_as_the_firmware_does(void **state)
{
    (void)state;
    struct pretend_talk talk;
    uint8_t at[512];
    size_t got = 0;
    for (int newer = 0; newer <= 1; newer++) {
        struct pretend_recorder r = talk_recorder("AX3", 39434, newer ? 46 : 44);
        talk_open(&talk, &r);
        assert_int_equal(talk_scsi(&talk, (uint8_t[]){0x12, 0, 0, 0, 36, 0}, 6, at, 36, &got),
                         0);
        assert_int_equal(got, 36);
        assert_memory_equal(at, "\x00\x80\x04\x02\x20\0\0\0AX3     AX3 Mass Storage0017", 36);
        assert_int_equal(talk_scsi(&talk, (uint8_t[10]){0x25}, 10, at, 8, &got), 0);
        assert_int_equal(get_u32be(at), 992162);
        assert_int_equal(get_u32be(at + 4), 512);
        /* READ FORMAT CAPACITIES is unknown: older stack without, newer with a stall. */
        assert_int_equal(talk_scsi(&talk, (uint8_t[10]){0x23}, 10, at, 252, &got), 1);
        assert_int_equal(got, 0);
        assert_int_equal(talk_scsi(&talk, (uint8_t[]){0x03, 0, 0, 0, 18, 0}, 6, at, 18, &got),
                         0);
        assert_int_equal(at[2], 5);
        assert_int_equal(at[12], 0x20);
        /* A length that is not the command's is a phase error. */
        assert_int_equal(
            talk_scsi(&talk, (uint8_t[]){0x28, 0, 0, 0, 0, 0, 0, 0, 2, 0}, 10, at, 512, &got),
            2);
        assert_int_equal(talk_read(&talk, 992255, 1, at), 0); /* past what is promised */
        assert_int_equal(talk_read(&talk, 992256, 1, at), 1);
        talk_close(&talk);
    }
}

static void a_bad_command_halts_both_pipes_until_the_reset(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    uint8_t at[64] = {0};
    size_t got = 0;
    struct failure why = {0};
    talk_open(&talk, &r);
    const struct usb_port_ops *ops = talk.port->ops;
    assert_int_equal(ops->bulk_out(talk.port, 1, at, 31, 100, &got, &why), YK_ERR_PROTOCOL);
    assert_int_equal(why.offset, 1);
    assert_int_equal(ops->clear_halt(talk.port, 0x81, &why), YK_OK);
    assert_int_equal(ops->bulk_in(talk.port, 0x81, at, 64, 100, &got, &why), YK_ERR_PROTOCOL);
    assert_int_equal(ops->control(talk.port, 0x21, 0xff, 0, 0, NULL, 0, 100, NULL, &why),
                     YK_OK);
    assert_int_equal(ops->clear_halt(talk.port, 0x81, &why), YK_OK);
    assert_int_equal(ops->clear_halt(talk.port, 0x01, &why), YK_OK);
    uint8_t sector[512];
    assert_int_equal(talk_read(&talk, 0, 1, sector), 0);
    talk_close(&talk);
}

static char *make_file(const char *folder, uint32_t sectors, struct cwa_build *build)
{
    char *path = malloc(strlen(folder) + 32);
    cwa_build_init(build, CWA_PACKED, 0x4a, 0, 0);
    cwa_build_sectors(build, sectors);
    sprintf(path, "%s/one.cwa", folder);
    check_write_file(path, build->at, build->n);
    return path;
}

static void the_disk_holds_the_file_to_the_byte(void **state)
{
    (void)state;
    const char *folder = check_scratch("pretend");
    struct cwa_build build;
    char *path = make_file(folder, 300, &build);
    struct pretend_talk talk;
    struct pretend_recorder r = {.file = path, .skips_waits = true};
    uint8_t mbr[512], boot[512], fat[512], root[512];
    talk_open(&talk, &r);
    assert_int_equal(talk_read(&talk, 0, 1, mbr), 0);
    assert_memory_equal(mbr + 446, "\x00\x00\x00\x60\x06\x0f\x71\x25", 8);
    assert_int_equal(get_u32le(mbr + 454), 94);
    assert_int_equal(get_u32le(mbr + 458), 992162);
    assert_int_equal(talk_read(&talk, 94, 1, boot), 0);
    assert_memory_equal(boot, "\xeb\x3c\x90MCHP FAT", 11);
    assert_int_equal(get_u16le(boot + 22), 61);
    assert_int_equal(boot[13], 64);
    assert_int_equal(talk_read(&talk, 94 + 8, 1, fat), 0);
    assert_memory_equal(fat, "\xf8\xff\xff\xff\x03\x00\x04\x00\x05\x00\x06\x00\xff\xff\x00",
                        15);
    assert_int_equal(talk_read(&talk, 94 + 8 + 122, 1, root), 0);
    assert_memory_equal(root + 32, "CWA-DATACWA", 11);
    assert_int_equal(get_u32le(root + 32 + 28), build.n);
    uint8_t *all = malloc(302 * 512);
    assert_int_equal(talk_read(&talk, 256, 302, all), 0);
    assert_memory_equal(all, build.at, build.n);
    free(all);
    /* After FORMAT Q the file is gone, the flash is as it was; WC erases it. */
    char heard[256];
    talk_send(&talk, "\r\nFORMAT QC\r\n");
    (void)talk_hear(&talk, 3000, heard, sizeof heard);
    (void)talk_read(&talk, 256, 1, root);
    assert_int_equal(talk_read(&talk, 258, 1, root), 0);
    assert_memory_equal(root, build.at + 1024, 512);
    talk_send(&talk, "\r\nFORMAT WC\r\n");
    (void)talk_hear(&talk, 6000, heard, sizeof heard);
    assert_string_equal(heard,
                        "FORMAT: Delayed activation.\r\nFORMAT: Complete.\r\nCOMMIT\r\n");
    (void)talk_read(&talk, 256, 1, root);
    assert_int_equal(talk_read(&talk, 258, 1, root), 0);
    assert_int_equal(root[0], 0xff);
    struct pretend_stats stats;
    pretend_stats(talk.bus, 0, &stats);
    assert_false(stats.holds_recording);
    talk_close(&talk);
    cwa_build_release(&build);
    free(path);
    check_remove(folder);
}

static void written_sectors_read_back(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    uint8_t out[31] = "USBC";
    uint8_t data[1024], back[1024], csw[13];
    size_t got = 0;
    talk_open(&talk, &r);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 7);
    }
    put_u32le(out + 4, 77);
    put_u32le(out + 8, sizeof data);
    out[14] = 10;
    memcpy(out + 15, (uint8_t[]){0x2a, 0, 0, 0, 2, 0, 0, 0, 2, 0}, 10);
    const struct usb_port_ops *ops = talk.port->ops;
    assert_int_equal(ops->bulk_out(talk.port, 1, out, 31, 100, &got, NULL), YK_OK);
    assert_int_equal(ops->bulk_out(talk.port, 1, data, 1024, 100, &got, NULL), YK_OK);
    assert_int_equal(ops->bulk_in(talk.port, 0x81, csw, 13, 100, &got, NULL), YK_OK);
    assert_int_equal(csw[12], 0);
    assert_int_equal(talk_read(&talk, 512, 2, back), 0);
    assert_memory_equal(back, data, sizeof data);
    talk_close(&talk);
}

static void the_rate_is_that_of_a_real_one(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    r.bytes_per_s = 333000;
    uint8_t *all = malloc(128 * 512);
    talk_open(&talk, &r);
    int64_t before = talk.port->ops->now_ms(talk.port);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(talk_read(&talk, 256 + 128 * i, 128, all), 0);
    }
    double s = (double)(talk.port->ops->now_ms(talk.port) - before) / 1000;
    assert_close(10 * 65536 / s / 333000, 1, 0.03);
    talk_close(&talk);
    free(all);
}

/* ---- faults ---- */

static void faults_are_read_or_refused_with_a_sentence(void **state)
{
    (void)state;
    static const char *const good[] = {
        "read10:9:stall",     "read10:9+:stall=0", "cdc/commit:1:refuse",
        "transfer:17:unplug", "bytes:0:unplug",    "sector:12:garble=2",
        "device:*:id=7",      "volume:*:fatloop",  "cdc:*:noise,tur:1:notready"};
    static const char *const bad[] = {"read10",         "read10:9",        "read10:0:stall",
                                      "read11:9:stall", "read10:9:drop",   "cdc:1:tag",
                                      "device:1:id=7",  "sector:*:garble", "cdc:1:delay=x",
                                      "volume:*:id=3",  "a:b:c:d",         ":::"};
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    talk_open(&talk, &r);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(pretend_fault(talk.bus, 0, good[i], NULL), YK_OK);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct failure why = {0};
        assert_int_equal(pretend_fault(talk.bus, 0, bad[i], &why), YK_ERR_ARGUMENT);
        assert_non_null(strstr(why.text, "pretend recorder"));
    }
    talk_close(&talk);
}

static void bad_sectors_heal_or_do_not(void **state)
{
    (void)state;
    const char *folder = check_scratch("pretend");
    struct cwa_build build;
    char *path = make_file(folder, 30, &build);
    struct pretend_talk talk;
    struct pretend_recorder r = {
        .file = path, .skips_waits = true, .faults = "sector:5:garble=2,sector:9:blank"};
    uint8_t at[512];
    talk_open(&talk, &r);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(talk_read(&talk, 256 + 5, 1, at), 0);
        assert_int_equal(memcmp(at, build.at + 5 * 512, 512) == 0, i >= 2);
        assert_int_equal(talk_read(&talk, 256 + 9, 1, at), 0);
        assert_int_equal(at[0], 0xff);
    }
    talk_close(&talk);
    cwa_build_release(&build);
    free(path);
    check_remove(folder);
}

static void unplugging_ends_what_waits(void **state)
{
    (void)state;
    struct pretend_talk talk;
    struct pretend_recorder r = talk_recorder("AX3", 39434, 44);
    uint8_t at[512];
    size_t got = 0;
    bool changed = false;
    r.faults = "read10:1:unplug=64";
    talk_open(&talk, &r);
    (void)talk.bus->ops->wait(talk.bus, 0, &changed, NULL);
    assert_int_equal(talk_read(&talk, 0, 1, at), -1);
    assert_int_equal(talk.port->ops->bulk_in(talk.port, 0x81, at, 64, 100, &got, NULL),
                     YK_ERR_NO_DEVICE);
    assert_int_equal(talk.bus->ops->wait(talk.bus, 1000, &changed, NULL), YK_OK);
    assert_true(changed);
    pretend_plug(talk.bus, 0);
    /* The old port stays dead; a new one works. */
    assert_int_equal(talk.port->ops->bulk_in(talk.port, 0x81, at, 64, 100, &got, NULL),
                     YK_ERR_NO_DEVICE);
    talk_reopen(&talk);
    assert_int_equal(talk_read(&talk, 0, 1, at), 0);
    talk_close(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disk_answers_as_the_firmware_does),
        cmocka_unit_test(a_bad_command_halts_both_pipes_until_the_reset),
        cmocka_unit_test(the_disk_holds_the_file_to_the_byte),
        cmocka_unit_test(written_sectors_read_back),
        cmocka_unit_test(the_rate_is_that_of_a_real_one),
        cmocka_unit_test(faults_are_read_or_refused_with_a_sentence),
        cmocka_unit_test(bad_sectors_heal_or_do_not),
        cmocka_unit_test(unplugging_ends_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
