/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/download_scene.h"

#include <math.h>

#include "tests/support/alloc.h"

static void download_copies_every_byte_and_names_it_by_its_hash(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 500);
    assert_int_equal(scene_run(&scene), YK_OK);
    scene_assert_archived(&scene);
    assert_string_equal(scene.result.archived.sha256, scene.sha256);
    assert_int_equal(scene.result.bytes, scene.build.n);
    assert_int_equal(scene.result.counts.n_sectors, 500);
    assert_int_equal(scene.result.counts.n_suspect, 0);
    assert_true(scene.result.counts.has_header);
    assert_true(scene.result.is_verified);
    assert_int_equal(scene.result.session, 77);
    assert_true(scene.result.first_ns_of_clock < scene.result.last_ns_of_clock);
    scene_remove(&scene);
}

static void download_reads_an_unchanged_recorder_only_in_places_the_second_time(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 500);
    assert_int_equal(scene_run(&scene), YK_OK);
    struct download_counts first = scene.result.counts;
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_true(scene.result.archived.was_there);
    assert_true(scene.result.is_verified);
    assert_int_equal(scene.result.counts.n_sectors, first.n_sectors);
    assert_true(scene.recorder.bytes_read < scene.build.n / 2);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void download_reads_all_again_when_the_archive_lost_or_spoilt_it(void **state)
{
    struct download_scene scene;
    char path[1500];
    (void)state;
    scene_make(&scene, 300);
    assert_int_equal(scene_run(&scene), YK_OK);
    snprintf(path, sizeof path, "%s/%s.cwa", scene.archive, scene.sha256);
    assert_int_equal(chmod(path, 0600), 0);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 5000, SEEK_SET);
    fputc(~scene.build.at[5000], file);
    fclose(file);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_true(scene.result.archived.was_repaired);
    scene_assert_archived(&scene);
    assert_int_equal(unlink(path), 0);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_false(scene.result.archived.was_there);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void download_does_not_take_garbage_for_the_recording_it_has(void **state)
{
    struct download_scene scene;
    char path[1500];
    (void)state;
    scene_make(&scene, 500);
    assert_int_equal(scene_run(&scene), YK_OK);
    snprintf(path, sizeof path, "%s/%s.cwa", scene.archive, scene.sha256);
    /* the memory failed afterwards: the header is there, every sector is gone */
    memset(scene.build.at + CWA_HEADER_BYTES, 0xFF, scene.build.n - CWA_HEADER_BYTES);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_false(scene.result.archived.was_there);
    assert_null(strstr(path, scene.result.archived.sha256));
    assert_int_equal(scene.result.counts.n_not_healed, scene.result.counts.n_sectors);
    assert_int_equal(access(path, R_OK), 0); /* the good one stays */
    scene_remove(&scene);
}

/* Bytes of a recorder whose sums are not known here. */
static void make_other(struct download_scene *self)
{
    uint32_t random = 7;
    scene_make(self, 600);
    for (size_t i = 0; i < self->build.n; i++) {
        random = random * 1664525 + 1013904223;
        self->build.at[i] = (uint8_t)(random >> 24);
    }
    scene_recorder(self);
    snprintf(self->recorder.identity.format, sizeof self->recorder.identity.format, "other");
    self->plan.suffix = "bin";
}

static void download_of_another_format_is_proved_by_reading_it_twice(void **state)
{
    struct download_scene scene;
    char path[1300];
    size_t n = 0;
    (void)state;
    make_other(&scene);
    if (scene_run(&scene) != YK_OK)
        fail_msg("%s", scene.why.text);
    assert_true(scene.result.is_verified);
    assert_int_equal(scene.result.counts.n_sectors, 0);
    assert_true(scene.recorder.bytes_read >= 2 * scene.build.n);
    snprintf(path, sizeof path, "%s/%s.bin", scene.archive, scene.sha256);
    char *at = check_read_file(path, &n);
    assert_non_null(at);
    assert_int_equal(n, scene.build.n);
    assert_memory_equal(at, scene.build.at, n);
    free(at);
    scene_remove(&scene);
    /* two places that give something else every time */
    make_other(&scene);
    fake_recorder_fault(&scene.recorder, FAKE_NOISE, 5, 0);
    fake_recorder_fault(&scene.recorder, FAKE_NOISE, 333, 0);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_false(scene.result.is_verified);
    assert_int_equal(scene.result.counts.n_unstable, 2);
    scene_remove(&scene);
}

/* A linear congruence: the same places in every run. */
static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void download_goes_on_after_being_unplugged_at_any_of_100_places(void **state)
{
    struct download_scene scene;
    uint64_t random = 1, resumed = 0;
    (void)state;
    scene_make(&scene, 400);
    for (int i = 0; i < 100; i++) {
        scene_recorder(&scene);
        scene.recorder.unplug_at = next_random(&random) % (scene.build.n + 2048);
        enum yk_status status = scene_run(&scene);
        if (status != YK_OK) {
            assert_int_equal(status, YK_ERR_NO_DEVICE);
            assert_int_equal(scene_count_files(scene.archive, ""), 0);
            scene_recorder(&scene);
            assert_int_equal(scene_run(&scene), YK_OK);
            resumed += scene.result.resumed_from > 0;
        }
        assert_true(scene.result.is_verified);
        assert_int_equal(scene.result.counts.n_sectors, 400);
        assert_int_equal(scene.result.counts.n_breaks, 0);
        scene_assert_archived(&scene);
        check_remove(scene.root);
        scene_folders(&scene);
    }
    assert_true(resumed > 80);
    scene_remove(&scene);
}

static void download_that_is_unplugged_again_and_again_gets_there(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 1000);
    /* each time a part is verified (about 68 KiB) and then some more is read */
    int n = 0;
    enum yk_status status = YK_ERR_NO_DEVICE;
    for (; status != YK_OK && n < 50; n++) {
        scene_recorder(&scene);
        scene.recorder.unplug_at = 100000 + (uint64_t)n;
        status = scene_run(&scene);
    }
    assert_int_equal(status, YK_OK);
    assert_true(n > 5);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void download_starts_anew_when_the_recording_is_another_one(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 400);
    scene.recorder.unplug_at = 100000;
    assert_int_equal(scene_run(&scene), YK_ERR_NO_DEVICE);
    /* worn again: the same header, but more data, and the beginning has changed as well */
    scene.build.at[CWA_HEADER_BYTES + 100] ^= 1;
    cwa_sector_seal(scene.build.at + CWA_HEADER_BYTES);
    cwa_build_sectors(&scene.build, 50);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_int_equal(scene.result.resumed_from, 0);
    assert_true(scene.result.has_kept_part);
    assert_int_equal(scene_count_files(scene.parts, ".kept-1"), 1);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void
download_does_not_go_on_when_the_device_holds_something_else_of_the_same_size(void **state)
{
    /* in the last sector that is kept, then in one of the places between */
    static const uint64_t changed[] = {159, 17};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct download_scene scene;
        scene_make(&scene, 400);
        scene.recorder.unplug_at = 100000;
        assert_int_equal(scene_run(&scene), YK_ERR_NO_DEVICE);
        uint8_t *sector = scene.build.at + changed[i] * 512;
        sector[100] ^= 1;
        cwa_sector_seal(sector);
        scene_recorder(&scene);
        assert_int_equal(scene_run(&scene), YK_OK);
        assert_int_equal(scene.result.resumed_from, 0);
        assert_true(scene.result.has_kept_part);
        scene_assert_archived(&scene);
        scene_remove(&scene);
    }
}

static void download_takes_a_header_only_when_it_comes_twice_the_same(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 100);
    fake_recorder_fault(&scene.recorder, FAKE_FLIP, 0, 1); /* wrong in every bulk read */
    assert_int_equal(scene_run(&scene), YK_OK);
    scene_assert_archived(&scene);
    scene_remove(&scene);
    scene_make(&scene, 100);
    fake_recorder_fault(&scene.recorder, FAKE_NOISE, 0, 0);
    assert_int_equal(scene_run(&scene), YK_ERR_CORRUPT);
    assert_int_equal(scene_count_files(scene.archive, ""), 0);
    scene_remove(&scene);
}

static void download_clears_an_older_part_that_the_longer_recording_begins_with(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 400);
    scene.recorder.unplug_at = 100000;
    assert_int_equal(scene_run(&scene), YK_ERR_NO_DEVICE);
    cwa_build_sectors(&scene.build, 50);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_int_equal(scene.result.resumed_from, 0);
    assert_false(scene.result.has_kept_part);
    assert_int_equal(scene_count_files(scene.parts, ".kept-1"), 0);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

/* Unplugs it in the middle; what was kept of it, and the note beside. */
static void leave_part(struct download_scene *self, char path[static 1500],
                       char note[static 1500])
{
    scene_make(self, 400);
    self->recorder.unplug_at = 100000;
    assert_int_equal(scene_run(self), YK_ERR_NO_DEVICE);
    DIR *dir = opendir(self->parts);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char *to = strstr(entry->d_name, ".part") != NULL ? path : note;
        snprintf(to, 1500, "%s/%s", self->parts, entry->d_name);
    }
    closedir(dir);
    scene_recorder(self);
}

static void download_reads_a_part_again_that_the_disk_spoilt(void **state)
{
    struct download_scene scene;
    char path[1500], note[1500];
    (void)state;
    leave_part(&scene, path, note);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 3000, SEEK_SET);
    fputc(~scene.build.at[3000], file);
    fclose(file);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_int_equal(scene.result.resumed_from, 0);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void download_reads_a_part_again_that_the_disk_cut_short(void **state)
{
    static const off_t left[] = {0, 700, 50000};
    (void)state;
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        struct download_scene scene;
        char path[1500], note[1500];
        leave_part(&scene, path, note);
        assert_int_equal(truncate(path, left[i]), 0);
        assert_int_equal(scene_run(&scene), YK_OK);
        assert_int_equal(scene.result.resumed_from, 0);
        assert_false(scene.result.has_kept_part);
        scene_assert_archived(&scene);
        scene_remove(&scene);
    }
}

/* They may be all that is left of a recording that the device lost since. */
static void download_keeps_bytes_whose_note_is_lost(void **state)
{
    (void)state;
    for (int is_other = 0; is_other < 2; is_other++) {
        struct download_scene scene;
        char path[1500], note[1500];
        leave_part(&scene, path, note);
        assert_int_equal(unlink(note), 0);
        if (is_other) {
            scene.build.at[CWA_HEADER_BYTES + 100] ^= 1;
            cwa_sector_seal(scene.build.at + CWA_HEADER_BYTES);
            scene_recorder(&scene);
        }
        assert_int_equal(scene_run(&scene), YK_OK);
        assert_int_equal(scene.result.has_kept_part, is_other);
        assert_int_equal(scene_count_files(scene.parts, ".kept-1"), is_other);
        scene_assert_archived(&scene);
        scene_remove(&scene);
    }
}

static void download_heals_sectors_that_come_right_when_asked_again(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 300);
    fake_recorder_fault(&scene.recorder, FAKE_FLIP, 2, 1);
    fake_recorder_fault(&scene.recorder, FAKE_FLIP, 10, 2);
    fake_recorder_fault(&scene.recorder, FAKE_NOISE, 11, 3);
    fake_recorder_fault(&scene.recorder, FAKE_SWAPPED, 20, 1);
    fake_recorder_fault(&scene.recorder, FAKE_REFUSED, 90, 2);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_true(scene.result.is_verified);
    assert_int_equal(scene.result.counts.n_healed, 5);
    assert_int_equal(scene.result.counts.n_not_healed, 0);
    assert_int_equal(scene.result.counts.n_breaks, 0);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void download_copies_what_stays_bad_and_counts_it(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 300);
    scene.build.at[CWA_HEADER_BYTES + 512 * 40 + 99] ^= 4; /* bad in the memory itself */
    memset(scene.build.at + CWA_HEADER_BYTES + 512 * 50, 0xFF, 512);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_true(scene.result.is_verified);
    assert_int_equal(scene.result.counts.n_suspect, 2);
    assert_int_equal(scene.result.counts.n_not_healed, 2);
    assert_int_equal(scene.result.counts.n_blank, 1);
    assert_int_equal(scene.result.counts.n_healed, 0);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void download_does_not_verify_what_is_different_each_time_or_never_comes(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 300);
    fake_recorder_fault(&scene.recorder, FAKE_NOISE, 60, 0);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_false(scene.result.is_verified);
    assert_int_equal(scene.result.counts.n_unstable, 1);
    scene_remove(&scene);
    scene_make(&scene, 300);
    fake_recorder_fault(&scene.recorder, FAKE_REFUSED, 60, 0);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_false(scene.result.is_verified);
    assert_int_equal(scene.result.counts.n_unreadable, 1);
    assert_int_equal(scene.result.bytes, scene.build.n);
    scene_remove(&scene);
}

static void download_gives_up_on_a_recorder_that_answers_nothing(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 1000);
    for (uint64_t i = 0; i < 10; i++) {
        fake_recorder_fault(&scene.recorder, FAKE_TIMEOUT, 600 + i, 0);
    }
    assert_int_equal(scene_run(&scene), YK_ERR_TIMEOUT);
    assert_int_equal(scene_count_files(scene.archive, ""), 0);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_true(scene.result.resumed_from > 0);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void download_counts_breaks_restarts_and_foreign_sessions_as_recorded(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 100);
    cwa_build_lose(&scene.build, 7);
    cwa_build_sectors(&scene.build, 100);
    scene.build.next.sequence = 0;
    cwa_build_sectors(&scene.build, 100);
    scene.build.next.session_id = 78;
    scene.build.next.sequence = 0;
    cwa_build_sectors(&scene.build, 10);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_int_equal(scene.result.counts.n_breaks, 1);
    assert_int_equal(scene.result.counts.n_restarts, 2);
    assert_int_equal(scene.result.counts.n_foreign, 10);
    assert_int_equal(scene.result.counts.n_not_healed, 0);
    assert_int_equal(scene.recorder.n_rereads, 1 + 1 + 1); /* header, break, session */
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void download_says_when_there_is_nothing_in_the_recorder(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 0);
    assert_int_equal(scene_run(&scene), YK_ERR_TOO_LITTLE);
    assert_int_equal(scene_count_files(scene.parts, ""), 0);
    scene_remove(&scene);
}

static void download_takes_a_recording_without_header_and_a_torn_end(void **state)
{
    struct download_scene scene;
    struct cwa_build whole;
    (void)state;
    scene_make(&scene, 0);
    cwa_build_init(&whole, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&whole, 200);
    scene.build.n = 0;
    cwa_build_bytes(&scene.build, whole.at + CWA_HEADER_BYTES, 512 * 200 - 100);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_false(scene.result.counts.has_header);
    assert_int_equal(scene.result.counts.n_sectors, 199);
    assert_int_equal(scene.result.counts.n_foreign, 0);
    scene_assert_archived(&scene);
    cwa_build_release(&whole);
    scene_remove(&scene);
}

static void download_refuses_a_second_recorder_with_the_same_number_and_recording(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 400);
    scene.recorder.unplug_at = 100000;
    assert_int_equal(scene_run(&scene), YK_ERR_NO_DEVICE);
    char path[1500] = "";
    DIR *dir = opendir(scene.parts);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strstr(entry->d_name, ".part") != NULL) {
            snprintf(path, sizeof path, "%s/%s", scene.parts, entry->d_name);
        }
    }
    closedir(dir);
    int lock = -1;
    const char *name = strrchr(path, '/') + 1;
    assert_int_equal(archive_try_lock(scene.parts, name, &lock, NULL), YK_OK);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_ERR_BUSY);
    archive_unlock(lock);
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    scene_remove(&scene);
}

struct seen {
    uint64_t next;
    const uint8_t *at;
    int n_progress;
};

static void on_bytes(void *user, uint64_t pos, const void *at, size_t n)
{
    struct seen *seen = user;
    assert_int_equal(pos, seen->next);
    assert_memory_equal(at, seen->at + pos, n);
    seen->next = pos + n;
}

static void on_progress(void *user, const struct download_progress *now)
{
    struct seen *seen = user;
    seen->n_progress++;
    assert_true(now->done <= now->total);
}

static void download_shows_every_byte_in_order_and_how_far_it_is(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 400);
    scene.recorder.unplug_at = 100000;
    assert_int_equal(scene_run(&scene), YK_ERR_NO_DEVICE);
    scene_recorder(&scene);
    struct seen seen = {.at = scene.build.at};
    scene.plan.on_bytes = on_bytes;
    scene.plan.on_progress = on_progress;
    scene.plan.user = &seen;
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_int_equal(seen.next, scene.build.n);
    assert_true(seen.n_progress >= 2);
    scene_remove(&scene);
}

static void download_survives_every_refused_allocation(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 60);
    for (uint64_t k = 1;; k++) {
        scene_recorder(&scene);
        alloc_fail_at(k);
        enum yk_status status = scene_run(&scene);
        bool refused = alloc_refused();
        alloc_fail_at(0);
        if (status == YK_OK) {
            scene_assert_archived(&scene);
            if (!refused) {
                break;
            }
            check_remove(scene.root);
            scene_folders(&scene);
            continue;
        }
        assert_int_equal(status, YK_ERR_MEMORY);
        assert_true(k < 1000);
    }
    scene_remove(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(download_copies_every_byte_and_names_it_by_its_hash),
        cmocka_unit_test(download_reads_an_unchanged_recorder_only_in_places_the_second_time),
        cmocka_unit_test(download_reads_all_again_when_the_archive_lost_or_spoilt_it),
        cmocka_unit_test(download_does_not_take_garbage_for_the_recording_it_has),
        cmocka_unit_test(download_of_another_format_is_proved_by_reading_it_twice),
        cmocka_unit_test(download_goes_on_after_being_unplugged_at_any_of_100_places),
        cmocka_unit_test(download_that_is_unplugged_again_and_again_gets_there),
        cmocka_unit_test(download_starts_anew_when_the_recording_is_another_one),
        cmocka_unit_test(
            download_does_not_go_on_when_the_device_holds_something_else_of_the_same_size),
        cmocka_unit_test(download_takes_a_header_only_when_it_comes_twice_the_same),
        cmocka_unit_test(download_clears_an_older_part_that_the_longer_recording_begins_with),
        cmocka_unit_test(download_reads_a_part_again_that_the_disk_spoilt),
        cmocka_unit_test(download_reads_a_part_again_that_the_disk_cut_short),
        cmocka_unit_test(download_keeps_bytes_whose_note_is_lost),
        cmocka_unit_test(download_heals_sectors_that_come_right_when_asked_again),
        cmocka_unit_test(download_copies_what_stays_bad_and_counts_it),
        cmocka_unit_test(download_does_not_verify_what_is_different_each_time_or_never_comes),
        cmocka_unit_test(download_gives_up_on_a_recorder_that_answers_nothing),
        cmocka_unit_test(download_counts_breaks_restarts_and_foreign_sessions_as_recorded),
        cmocka_unit_test(download_says_when_there_is_nothing_in_the_recorder),
        cmocka_unit_test(download_takes_a_recording_without_header_and_a_torn_end),
        cmocka_unit_test(download_refuses_a_second_recorder_with_the_same_number_and_recording),
        cmocka_unit_test(download_shows_every_byte_in_order_and_how_far_it_is),
        cmocka_unit_test(download_survives_every_refused_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
