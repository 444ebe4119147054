/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading an Axivity recorder's disk: sectors beyond the recorded size, stretches read again,
 * any order of reading, dead sectors.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/byte_source.h"
#include "tests/support/docked.h"

#define SECTORS 700

static const char *folder;
static struct recorded recording;

static int group_setup(void **state)
{
    (void)state;
    folder = check_scratch("axivity_reading");
    recorded_make(&recording, folder, "a.cwa", SECTORS, 39434, 26);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    recorded_release(&recording);
    check_remove(folder);
    return 0;
}

/* A recorder that holds this file and has these faults. */
struct reading {
    struct usb_bus *bus;
    struct dock_device *device;
    struct byte_source *source; /* once begin() opened it */
};

static struct reading docked(const struct recorded *file, const char *faults)
{
    struct pretend_recorder r = {.file = file->path, .skips_waits = true, .faults = faults};
    struct reading self = {.bus = docked_bus(&r)};
    self.device = docked_open(self.bus);
    return self;
}

/* Returns how many bytes lie beyond the recorded size. */
static uint64_t begin(struct reading *self)
{
    struct failure why = {.text = ""};
    uint64_t beyond = 0;
    if (self->device->ops->open_recording(self->device, &self->source, &beyond, &why) != YK_OK)
        fail_msg("%s", why.text);
    return beyond;
}

static void end(struct reading *self)
{
    byte_source_close(self->source);
    dock_device_close(self->device);
    usb_bus_close(self->bus);
}

/* The first n bytes of the file come, of which so many lie beyond the recorded size. */
static void check_whole(const struct recorded *file, const char *faults, size_t n,
                        uint64_t expected_beyond)
{
    struct reading s = docked(file, faults);
    struct failure why = {.text = ""};
    size_t got = 0;
    uint64_t beyond = 0;
    uint8_t *all = docked_read(s.device, &got, &beyond, &why);
    assert_non_null(all);
    assert_int_equal(beyond, expected_beyond);
    assert_int_equal(got, n);
    assert_memory_equal(all, file->at, n);
    free(all);
    end(&s);
}

static void sectors_beyond_the_recorded_size_are_found_when_they_go_on(void **state)
{
    (void)state;
    static const unsigned missing[] = {512, 32768, 65536 + 512, 300 * 512};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        char faults[64];
        snprintf(faults, sizeof faults, "volume:*:short=%u", missing[i]);
        check_whole(&recording, faults, recording.n, missing[i]);
    }
}

/* Some sectors there are damaged: what comes behind them is found nevertheless. */
static void damaged_sectors_beyond_the_recorded_size_do_not_end_it(void **state)
{
    (void)state;
    static const struct {
        unsigned n_missing, first; /* bytes; the damaged sector */
        const char *what;
    } cases[] = {{100 * 512, 2 + SECTORS - 50, "fail"},
                 {100 * 512, 2 + SECTORS - 50, "blank"},
                 {100 * 512, 2 + SECTORS - 100, "fail"},
                 {SECTORS * 512, 2, "fail"},
                 {SECTORS * 512, 2, "garble"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char faults[120];
        snprintf(faults, sizeof faults, "volume:*:short=%u,sector:%u:%s,sector:%u:%s",
                 cases[i].n_missing, cases[i].first, cases[i].what, cases[i].first + 3,
                 cases[i].what);
        struct reading s = docked(&recording, faults);
        assert_int_equal(begin(&s), cases[i].n_missing);
        assert_int_equal(s.source->size, recording.n);
        end(&s);
    }
}

/* The directory was not brought up to date, and the data cannot be read from its beginning. */
static void a_recorder_whose_only_data_cannot_be_read_is_not_called_empty(void **state)
{
    (void)state;
    char faults[320];
    struct failure why = {.text = ""};
    uint64_t beyond = 0;
    int n = snprintf(faults, sizeof faults, "volume:*:short=%zu", recording.n - 1024);
    for (int i = 2; i < 12; i++) {
        n += snprintf(faults + n, sizeof faults - (size_t)n, ",sector:%d:fail", i);
    }
    struct reading s = docked(&recording, faults);
    assert_int_equal(s.device->ops->open_recording(s.device, &s.source, &beyond, &why),
                     YK_ERR_IO);
    assert_non_null(strstr(why.text, "cannot be read"));
    end(&s);
}

/* More than are passed over, behind the recording: it is read, and what may follow is kept. */
static void a_recorder_whose_end_cannot_be_read_is_not_set_up_again(void **state)
{
    (void)state;
    static const unsigned first[] = {2 + SECTORS - 20, 2 + SECTORS - 40};
    for (size_t i = 0; i < 2; i++) {
        char faults[640];
        struct failure why = {.text = ""};
        struct dock_setup setup = {
            .session = 77, .start_ns = TIME_UNKNOWN, .stop_ns = TIME_UNKNOWN, .erase = true};
        int n =
            snprintf(faults, sizeof faults, "volume:*:short=%u", i == 0 ? 20 * 512 : 40 * 512);
        for (unsigned k = 0; k < 20; k++) {
            n += snprintf(faults + n, sizeof faults - (size_t)n, ",sector:%u:fail",
                          first[i] + k);
        }
        struct reading s = docked(&recording, faults);
        assert_int_equal(begin(&s), 0);
        byte_source_close(s.source);
        s.source = NULL;
        assert_int_equal(s.device->ops->configure(s.device, &setup, NULL, &why),
                         YK_ERR_CONFLICT);
        assert_non_null(strstr(why.text, "take it out of use"));
        end(&s);
    }
}

/* As after each set-up: behind the header lie the sectors of the wearer before. */
static void an_empty_recorder_with_a_damaged_sector_of_an_older_recording_is_empty(void **state)
{
    (void)state;
    struct recorded stale;
    struct failure why = {.text = ""};
    uint64_t beyond = 0;
    recorded_make(&stale, folder, "stale.cwa", 400, 39434, 26);
    for (uint32_t k = 0; k < 400; k++) {
        uint8_t *at = stale.at + 1024 + (size_t)k * 512;
        struct cwa_sector sector;
        cwa_sector_get(at, &sector);
        sector.session_id = 25;
        cwa_sector_put(at, &sector);
        cwa_sector_seal(at);
    }
    check_write_file(stale.path, stale.at, stale.n);
    struct reading s = docked(&stale, "volume:*:short=204800,sector:2:fail,sector:3:fail");
    assert_int_equal(s.device->ops->open_recording(s.device, &s.source, &beyond, &why),
                     YK_ERR_TOO_LITTLE);
    end(&s);
    recorded_release(&stale);
}

/* Behind the recording lie sectors of an older one, whole in themselves: in each case one thing
 * tells that they do not belong to it. */
static void stale_sectors_beyond_the_recording_are_left_alone(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct recorded mixed;
        recorded_make(&mixed, folder, "mixed.cwa", 400, 39434, 26);
        for (uint32_t k = 350; k < 400; k++) {
            uint8_t *at = mixed.at + 1024 + (size_t)k * 512;
            struct cwa_sector sector;
            cwa_sector_get(at, &sector);
            sector.session_id = i == 0 ? 25 : 26;
            sector.sequence = i == 1 ? k - 350 : i == 2 ? k + 1 : k;
            sector.time -= i == 3 ? UINT32_C(1) << 26 : 0; /* a year ago */
            sector.time += i == 4 ? UINT32_C(1) << 17 : 0; /* tomorrow */
            cwa_sector_put(at, &sector);
            cwa_sector_seal(at);
        }
        check_write_file(mixed.path, mixed.at, mixed.n);
        /* 100 sectors short */
        check_whole(&mixed, "volume:*:short=51200", 1024 + 350 * 512, 50 * 512);
        recorded_release(&mixed);
    }
}

static void a_stretch_is_read_again_from_the_device(void **state)
{
    (void)state;
    struct reading s = docked(&recording, "sector:100:garble=1");
    struct dock_device *device = s.device;
    struct failure why = {.text = ""};
    uint64_t at = 100 * 512;
    uint8_t data[3000];
    size_t got = 0;
    assert_int_equal(device->ops->reread(device, at, data, 512, &why), YK_ERR_ARGUMENT);
    begin(&s);
    struct byte_source *source = s.source;
    assert_int_equal(source->ops->read_at(source, at, data, 512, &got, &why), YK_OK);
    assert_memory_not_equal(data, recording.at + at, 512);
    assert_int_equal(source->ops->read_at(source, at, data, 512, &got, &why), YK_OK);
    assert_memory_not_equal(data, recording.at + at, 512); /* kept */
    assert_int_equal(device->ops->reread(device, at, data, 512, &why), YK_OK);
    assert_memory_equal(data, recording.at + at, 512);
    /* Any stretch, aligned or not. */
    assert_int_equal(device->ops->reread(device, at + 7, data, 2999, &why), YK_OK);
    assert_memory_equal(data, recording.at + at + 7, 2999);
    assert_int_equal(device->ops->reread(device, recording.n - 5, data, 6, &why),
                     YK_ERR_ARGUMENT);
    end(&s);
}

/* Reads here and there, long and short, with questions between: what is kept and what is in
 * flight never get mixed up. */
static void any_order_of_reading_gives_the_same_bytes(void **state)
{
    (void)state;
    static const char *const faults[] = {NULL, "volume:*:fragmented", "read10:9:proto"};
    for (size_t f = 0; f < sizeof faults / sizeof *faults; f++) {
        struct reading s = docked(&recording, faults[f]);
        begin(&s);
        struct dock_device *device = s.device;
        struct byte_source *source = s.source;
        struct failure why = {.text = ""};
        struct dock_battery battery;
        uint64_t random = 12345, pos = 0;
        static uint8_t data[300000];
        for (int i = 0; i < 400; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            uint64_t dice = random >> 33;
            size_t want = dice % 3 == 0 ? 1 + dice % sizeof data : 1 + dice % 2000, got = 0;
            pos =
                dice % 5 != 0 && pos < recording.n ? pos : (random >> 20) % (recording.n + 50);
            size_t there = pos < recording.n ? recording.n - pos : 0;
            if (dice % 11 == 0) {
                assert_int_equal(device->ops->read_battery(device, &battery, &why), YK_OK);
            }
            if (dice % 7 == 0 && want <= there) {
                assert_int_equal(device->ops->reread(device, pos, data, want, &why), YK_OK);
                got = want;
            } else {
                assert_int_equal(source->ops->read_at(source, pos, data, want, &got, &why),
                                 YK_OK);
            }
            assert_int_equal(got, want < there ? want : there);
            if (got > 0) {
                assert_memory_equal(data, recording.at + pos, got);
            }
            pos += got;
        }
        end(&s);
    }
}

static void the_next_chunk_is_sent_for_while_the_reader_works(void **state)
{
    (void)state;
    struct reading s = docked(&recording, NULL);
    begin(&s);
    struct byte_source *source = s.source;
    struct failure why = {.text = ""};
    struct pretend_stats before, after;
    uint8_t data[512];
    size_t got = 0;
    pretend_stats(s.bus, 0, &before);
    assert_int_equal(source->ops->read_at(source, 0, data, 512, &got, &why), YK_OK);
    pretend_stats(s.bus, 0, &after);
    assert_int_equal(after.reads - before.reads, 2);
    end(&s);
}

static void what_is_readable_before_a_dead_sector_is_read(void **state)
{
    (void)state;
    struct reading s = docked(&recording, "sector:300:fail");
    begin(&s);
    struct byte_source *source = s.source;
    struct failure why = {.text = ""};
    uint8_t data[512];
    size_t got = 0;
    for (uint64_t at = 0; at < recording.n; at += 512) {
        enum yk_status status = source->ops->read_at(source, at, data, 512, &got, &why);
        if (at == 300 * 512) {
            assert_int_equal(status, YK_ERR_IO);
            assert_int_equal(why.offset, at);
        } else {
            assert_int_equal(status, YK_OK);
            assert_memory_equal(data, recording.at + at, got);
        }
    }
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sectors_beyond_the_recorded_size_are_found_when_they_go_on),
        cmocka_unit_test(damaged_sectors_beyond_the_recorded_size_do_not_end_it),
        cmocka_unit_test(a_recorder_whose_only_data_cannot_be_read_is_not_called_empty),
        cmocka_unit_test(a_recorder_whose_end_cannot_be_read_is_not_set_up_again),
        cmocka_unit_test(
            an_empty_recorder_with_a_damaged_sector_of_an_older_recording_is_empty),
        cmocka_unit_test(stale_sectors_beyond_the_recording_are_left_alone),
        cmocka_unit_test(a_stretch_is_read_again_from_the_device),
        cmocka_unit_test(any_order_of_reading_gives_the_same_bytes),
        cmocka_unit_test(the_next_chunk_is_sent_for_while_the_reader_works),
        cmocka_unit_test(what_is_readable_before_a_dead_sector_is_read),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
